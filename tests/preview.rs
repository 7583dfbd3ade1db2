//! What a preview says of a draft is what a run finds once the draft counts.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use generator::{Fault, Guide, Plan};
use serde_json::Value;
use tempfile::TempDir;

const NOW: &str = "2025-12-03T08:00:00Z";

/// Months of claims and lists that are made up.
const MONTHS: u64 = 50;

/// Runs the program in `folder`; returns exit code, standard output and standard error.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_claimgate"))
        .args(arguments)
        .args(["--crosswalk", "shelf"])
        .current_dir(folder)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Does the same where all must be well; returns standard output.
#[track_caller]
fn claimgate(folder: &Path, arguments: &[&str]) -> String {
    let (code, out, words) = run(folder, arguments);
    assert_eq!(code, 0, "{arguments:?}: {words}");
    out
}

/// Takes some rows out of a list, and lets some pairs of PDAC begin later.
fn changed(list: &[u8], seed: u64) -> Vec<u8> {
    let mut rng = fastrand::Rng::with_seed(seed);
    // Names of drugs are Windows-1252, and nobody reads them.
    let text = String::from_utf8_lossy(list).into_owned();
    let mut lines = text.lines();
    let mut changed = String::new();
    // What stands above the rows stays: of ASP a preamble, and of both the header.
    let is_header = |line: &str| line.starts_with("NDC,") || line.contains("_CODE,");
    for line in lines.by_ref() {
        changed.extend([line, "\r\n"]);
        if is_header(line) {
            break;
        }
    }
    for line in lines {
        match rng.u8(..100) {
            0..8 => {}
            8..16 => {
                let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
                // Of a pair that has ended, a later start would make no sense.
                if let [date] =
                    &mut cells.iter_mut().filter(|cell| cell.contains('/')).collect::<Vec<_>>()[..]
                {
                    "11/20/2025".clone_into(date);
                }
                changed.extend([&cells.join(","), "\r\n"]);
            }
            _ => changed.extend([line, "\r\n"]),
        }
    }
    changed.into_bytes()
}

/// Processes the claims by what counts; returns the disposition of each by its number.
fn dispositions(folder: &Path, out: &str, channel: &str) -> BTreeMap<u64, String> {
    let arguments = ["process", "in.837", "--results", "all", "--facts", "--out", out, "--quiet"];
    claimgate(folder, &[&arguments[..], &["--now", NOW, "--channel", channel]].concat());
    let results = fs::read_to_string(folder.join(out).join("in/results.ndjson")).unwrap();
    let claim = |line: &str| -> (u64, String) {
        let claim: Value = serde_json::from_str(line).unwrap();
        (claim["claim_number"].as_u64().unwrap(), claim["disposition"].as_str().unwrap().to_owned())
    };
    results.lines().map(claim).collect()
}

/// Brings a list as a draft; returns its id.
fn import(folder: &Path, name: &str) -> String {
    let arguments = ["crosswalk", "import", name, "--json", "--accept-shrink", "--now", NOW];
    let brought: Value = serde_json::from_str(&claimgate(folder, &arguments)).unwrap();
    brought["id"].as_str().unwrap().to_owned()
}

/// Makes up a month: its claims, the lists that count, and the draft of one; returns the names of their files.
fn month(seed: u64, folder: &Path) -> (Vec<String>, String) {
    let both = generator::lists(seed, 120, 80, 2);
    // Claims of one month in four fall into the quarter before, of which no list is there yet.
    let lists = if seed % 4 == 3 { generator::lists(seed, 120, 80, 1) } else { both.clone() };
    let guide = if seed % 8 < 4 { Guide::Professional } else { Guide::Institutional };
    let plan = Plan { seed, guide, claims: 60, bad: 0.3, faults: Fault::ALL.to_vec(), ..Plan::default() };
    let mut claims = Vec::new();
    generator::write_batch(&plan, &lists, &mut claims).unwrap();
    fs::write(folder.join("in.837"), claims).unwrap();
    fs::create_dir(folder.join("new")).unwrap();
    let (files, both) = (lists.files(), both.files());
    let [(pdac, whole), later, ..] = &files[..] else { panic!("PDAC and a quarter are made") };
    let earlier = &both[2];
    let write = |name: &str, bytes: &[u8]| {
        fs::write(folder.join(name), bytes).unwrap();
        name.to_owned()
    };
    let (pdac, draft) = match seed % 4 {
        // A list that lacks pairs, of the same month and of the next.
        0 => (write(pdac, whole), write("new/2025-10-15XWalk.csv", &changed(whole, seed))),
        1 => (write(pdac, whole), write("new/2025-11-05XWalk.csv", &changed(whole, seed))),
        // A list that has them again.
        2 => (write(pdac, &changed(whole, seed)), write("new/2025-10-15XWalk.csv", whole)),
        // The quarter before.
        _ => (write(pdac, whole), write(&format!("new/{}", earlier.0), earlier.1)),
    };
    let mut counting = vec![pdac, write(&later.0, later.1)];
    if seed % 4 != 3 {
        counting.push(write(&earlier.0, earlier.1));
    }
    (counting, draft)
}

/// A folder with the lists of the samples, which count, and a run of the sample `one-of-two` whose second claim is named `claim`.
fn site(claim: &str) -> TempDir {
    let site = tempfile::tempdir().unwrap();
    let folder = site.path();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples");
    for name in ["2025-10-05XWalk.csv", "asp-2025q4.csv"] {
        fs::copy(samples.join("crosswalks").join(name), folder.join(name)).unwrap();
        let id = import(folder, name);
        claimgate(folder, &["crosswalk", "activate", &id, "--now", NOW]);
    }
    let batch = fs::read_to_string(samples.join("one-of-two/in.837")).unwrap();
    fs::write(folder.join("in.837"), batch.replace("CLM*OOT-2*", &format!("CLM*{claim}*"))).unwrap();
    dispositions(folder, "runs", "batch");
    site
}

#[test]
fn facts_with_a_byte_that_changed_are_not_believed() {
    let site = site("OOT-2");
    let folder = site.path();
    let path = folder.join("runs/in/facts.parquet");
    let facts = fs::read(&path).unwrap();
    let preview = ["crosswalk", "preview", "active", "--facts", "runs"];
    for index in 0..300 {
        let at = index * facts.len() / 300;
        let mut changed = facts.clone();
        changed[at] ^= 1 << (index % 8);
        fs::write(&path, changed).unwrap();
        let (code, out, error) = run(folder, &preview);
        assert_eq!((code, out.as_str()), (5, ""), "byte {at}: {error}");
        let words = "error: runs/in/facts.parquet: Parquet error: its bytes are not those that were written\n\
                     hint: restore it from a backup, or make it again with `claimgate process --facts`\n";
        assert_eq!(error, words, "byte {at}");
    }
    fs::write(&path, facts).unwrap();
    assert!(claimgate(folder, &preview).contains("0 of 2 claims come out otherwise"));
}

#[test]
fn a_page_shows_what_data_has_and_escapes_what_was_sent() {
    let claim = "<i>A&B</i>";
    let site = site(claim);
    let folder = site.path();
    let row =
        "ndc,hcpcs,start,end,request_id,approved_by,note\n00641-0367-25,J1885,2025-10-01,,R-1,A and B,\n";
    fs::write(folder.join("local.csv"), row).unwrap();
    let preview = ["crosswalk", "preview", "local.csv", "--facts", "runs", "--html", "page.html", "--json"];
    let data: Value = serde_json::from_str(&claimgate(folder, &preview)).unwrap();
    let page = fs::read_to_string(folder.join("page.html")).unwrap();
    assert_eq!(data["flips"][0]["claim_id"], claim);
    assert!(page.contains("2 &#60;i&#62;A&#38;B&#60;/i&#62;") && !page.contains(claim), "{page}");
    assert_eq!(data["by_pair"]["J1885 00641-0367-25"]["cents"], 11_350);
    // The picture is told to those who do not see it.
    let told =
        "<desc id=\"words-pair\">J1885 00641-0367-25: 1 claim of 113.50 freed, nothing newly stopped.</desc>";
    assert!(page.contains(told), "{page}");
    let bar = "<rect class=\"freed\" x=\"50.00%\" y=\"21\" width=\"49.00%\" height=\"12\"/>";
    assert!(page.contains(bar) && !page.contains("class=\"stopped\" x"), "{page}");
    for address in ["http:", "https:", "src=", "url("] {
        assert!(!page.contains(address), "a page asks for nothing but itself: {address}");
    }
}

#[test]
fn a_preview_is_what_the_rerun_finds() {
    let (mut claims, mut flips, mut directions) = (0, 0, BTreeMap::new());
    for seed in 0..MONTHS {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let channel = if seed % 5 == 4 { "portal" } else { "batch" };
        let (counting, draft) = month(seed, folder);
        for name in &counting {
            let brought = import(folder, name);
            claimgate(folder, &["crosswalk", "activate", &brought, "--now", NOW]);
        }
        let before = dispositions(folder, "before", channel);
        let brought =
            claimgate(folder, &["crosswalk", "import", &draft, "--json", "--accept-shrink", "--now", NOW]);
        let brought: Value = serde_json::from_str(&brought).unwrap();
        let id = brought["id"].as_str().unwrap();
        let preview = claimgate(folder, &["crosswalk", "preview", id, "--facts", "before", "--json"]);
        let preview: Value = serde_json::from_str(&preview).unwrap();
        claimgate(folder, &["crosswalk", "activate", id, "--now", NOW]);
        let after = dispositions(folder, "after", channel);
        let expected: BTreeMap<u64, (String, String)> = before
            .iter()
            .filter(|(number, disposition)| after[number] != **disposition)
            .map(|(number, disposition)| (*number, (disposition.clone(), after[number].clone())))
            .collect();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let previewed: BTreeMap<u64, (String, String)> = preview["flips"]
            .as_array()
            .unwrap()
            .iter()
            .map(|flip| {
                (flip["claim_number"].as_u64().unwrap(), (text(&flip["before"]), text(&flip["after"])))
            })
            .collect();
        assert_eq!(previewed, expected, "month {seed}");
        assert_eq!(preview["claims"], before.len(), "month {seed}");
        claims += before.len();
        flips += expected.len();
        for (from, to) in expected.values() {
            *directions.entry(format!("{from} to {to}")).or_insert(0) += 1;
        }
    }
    println!("{MONTHS} months, {claims} claims, {flips} flips: {directions:?}");
    assert!(directions.len() >= 3, "{directions:?}");
}
