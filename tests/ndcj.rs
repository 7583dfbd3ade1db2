//! Requests for pairs, through the binary: from the claims that a pair stopped to the row that lets them pass.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

const NOW: [&str; 2] = ["--now", "2025-11-03T08:00:00Z"];
const SHELF: [&str; 2] = ["--crosswalk", "shelf"];

/// The request for the pair of the sample `one-of-two` that is on no list.
const ID: &str = "J1885-00641036725";

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").canonicalize().unwrap()
}

/// Runs the program in `folder`; returns exit code, standard output and standard error.
fn claimgate(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_claimgate")).args(arguments).current_dir(folder).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

#[track_caller]
fn does(folder: &Path, arguments: &[&str]) -> String {
    let (code, out, error) = claimgate(folder, arguments);
    assert_eq!(code, 0, "{arguments:?}: {error}");
    out
}

/// A folder with the lists of the samples, of which the local one counts too if `with_local`, and a run with its facts.
fn site(with_local: bool) -> TempDir {
    let site = tempfile::tempdir().unwrap();
    let folder = site.path();
    let list = |name: &str| samples().join("crosswalks").join(name).display().to_string();
    let [pdac, asp, local] = ["2025-10-05XWalk.csv", "asp-2025q4.csv", "local.csv"].map(list);
    does(folder, &[&["crosswalk", "import", &pdac, &asp, &local][..], &SHELF, &NOW].concat());
    does(folder, &[&["crosswalk", "activate", "pdac", "asp"][..], &SHELF, &NOW].concat());
    if with_local {
        does(folder, &[&["crosswalk", "activate", "local"][..], &SHELF, &NOW].concat());
    }
    process(folder, &samples().join("one-of-two/in.837"), "runs");
    site
}

/// Processes a file with facts; returns how many claims are rejected.
fn process(folder: &Path, input: &Path, out: &str) -> u64 {
    let input = input.display().to_string();
    let arguments = ["process", &input, "--facts", "--out", out, "--quiet", "--replace"];
    does(folder, &[&arguments[..], &SHELF, &NOW].concat());
    let stem = Path::new(&input).file_stem().unwrap().to_owned();
    let summary = fs::read(folder.join(out).join(stem).join("summary.json")).unwrap();
    serde_json::from_slice::<Value>(&summary).unwrap()["claims"]["rejected"].as_u64().unwrap()
}

fn draft(folder: &Path) -> String {
    let form = ["--requester", "A. Coder", "--npi", "1234567893", "--email", "coder@example.org"];
    let pair = ["ndcj", "draft", "--facts", "runs", "--pair", "00641-0367-25,J1885", "--out", "requests"];
    does(folder, &[&pair[..], &form, &SHELF, &NOW].concat())
}

fn list(folder: &Path) -> Value {
    serde_json::from_str(&does(folder, &[&["ndcj", "list", "--json"][..], &SHELF].concat())).unwrap()
}

#[test]
fn a_request_is_filled_in_from_what_the_pair_stopped() {
    let site = site(false);
    let folder = site.path();
    let pairs = does(folder, &["ndcj", "pairs", "--facts", "runs"]);
    assert!(
        pairs.contains("J1885  00641-0367-25  NDC050               1       1          113.50"),
        "{pairs}"
    );
    let words = draft(folder);
    assert!(words.contains(&format!("{ID}: 1 claim, 113.50")), "{words}");
    let message = fs::read_to_string(folder.join("requests").join(format!("{ID}.eml"))).unwrap();
    for line in [
        "To: MaineCareNDCrequest.DHHS@maine.gov",
        "Requester: A. Coder",
        "NPI: 1234567893",
        "HCPCS Code: J1885",
        "NDC: 00641-0367-25 (00641036725)",
        "Dates of Service: 2025-10-14 through 2025-10-14",
        "Claims Affected: 1 claim, 1 line, 113.50 charged",
        "Telephone: (to be filled in)",
    ] {
        assert!(message.contains(&format!("{line}\r\n")), "{line}: {message}");
    }
    assert!(message.contains("PDAC crosswalk 2025-10-05: the NDC is not listed"), "{message}");
    // The form on paper says the same, where there is a program to read it.
    let form = folder.join("requests").join(format!("{ID}.pdf"));
    assert!(fs::read(&form).unwrap().starts_with(b"%PDF-"));
    match Command::new("pdftotext").args(["-layout".as_ref(), form.as_os_str(), "-".as_ref()]).output() {
        Ok(text) => {
            let text = String::from_utf8(text.stdout).unwrap();
            for words in
                ["NDC-J Code Combination Request", "1234567893", "00641-0367-25 (00641036725)", "____"]
            {
                assert!(text.contains(words), "{words}: {text}");
            }
        }
        Err(_) => println!("SKIPPED: pdftotext is not installed"),
    }
    // Asking twice asks once.
    assert!(draft(folder).contains("asked for already, draft"));
    assert_eq!(list(folder).as_array().unwrap().len(), 1);
}

#[test]
fn an_approval_signed_by_two_frees_the_claims() {
    for with_local in [false, true] {
        let site = site(with_local);
        let folder = site.path();
        draft(folder);
        does(folder, &[&["ndcj", "sent", ID][..], &SHELF, &NOW].concat());
        let approve = ["ndcj", "approve", ID, "--from", "2025-10-01", "--through", "2026-09-30"];
        let approve = [&approve[..], &SHELF, &NOW].concat();
        let (code, _, error) = claimgate(folder, &approve);
        assert_eq!((code, error.contains("a second person has to agree")), (2, true), "{error}");
        does(folder, &[&approve[..], &["--second", "B. Auditor"]].concat());
        let request = &list(folder)[0];
        assert_eq!((&request["state"], &request["version"]), (&"approved".into(), &3.into()));
        let export = does(folder, &[&["crosswalk", "export"][..], &SHELF].concat());
        let rows = export.lines().filter(|line| line.starts_with("local,")).count();
        assert_eq!(rows, if with_local { 4 } else { 1 }, "rows that were approved before stay");
        let preview = ["crosswalk", "preview", "active", "--facts", "runs"];
        let preview = does(folder, &[&preview[..], &SHELF].concat());
        assert!(preview.contains("rejected to accepted"), "{preview}");
        let rejected = folder.join("runs/in/rejected.837");
        assert_eq!(process(folder, &rejected, "rerun"), 0, "the claim that was rejected passes now");
        let (code, _, error) =
            claimgate(folder, &[&["ndcj", "decline", ID, "--note", "no"][..], &SHELF, &NOW].concat());
        assert_eq!((code, error.contains("is approved, and cannot become declined")), (2, true), "{error}");
        // What was decided is asked for again only by name.
        let all = ["ndcj", "draft", "--facts", "runs", "--all", "--out", "requests"];
        let all = does(folder, &[&all[..], &SHELF, &NOW].concat());
        assert!(all.contains(&format!("{ID}: asked for already, approved; --pair asks again")), "{all}");
        let again = draft(folder);
        assert!(again.contains(&format!("{ID}-2: 1 claim")), "{again}");
    }
}

#[test]
fn held_claims_wait_for_releases_that_are_named() {
    let site = site(false);
    let folder = site.path();
    process(folder, &samples().join("quarter-not-loaded/in.837"), "held");
    let coverage = ["crosswalk", "coverage", "--facts", "held", "--json"];
    let coverage = does(folder, &[&coverage[..], &SHELF, &NOW].concat());
    let coverage: Value = serde_json::from_str(&coverage).unwrap();
    let waiting = coverage["held_claims_wait_for"].as_object().unwrap();
    assert!(waiting.contains_key("CMS ASP crosswalk 2025Q3"), "{waiting:?}");
}

/// An approval that was broken off between its two records: the pair counts, and the request does not say so.
#[test]
fn an_approval_that_was_broken_off_is_ended_and_not_declined() {
    let site = site(true);
    let folder = site.path();
    draft(folder);
    let requests = || fs::read_dir(folder.join("shelf/requests")).unwrap().map(|entry| entry.unwrap().path());
    let before: Vec<PathBuf> = requests().collect();
    let approve = |from: &str| {
        let arguments = ["ndcj", "approve", ID, "--from", from, "--second", "B. Auditor"];
        does(folder, &[&arguments[..], &SHELF, &NOW].concat())
    };
    approve("2025-01-01");
    for record in requests().filter(|record| !before.contains(record)) {
        fs::remove_file(record).unwrap();
    }
    let decline = ["ndcj", "decline", ID, "--note", "no"];
    let (code, _, error) = claimgate(folder, &[&decline[..], &SHELF, &NOW].concat());
    assert_eq!((code, error.contains("its approval was broken off")), (2, true), "{error}");
    approve("2025-10-01");
    let export = does(folder, &[&["crosswalk", "export"][..], &SHELF].concat());
    let rows: Vec<&str> = export.lines().filter(|line| line.contains("00641-0367-25,J1885")).collect();
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert!(rows[0].contains("2025-10-01"), "{rows:?}");
    // Once it is taken back, the list of requests says so.
    does(folder, &[&["crosswalk", "rollback"][..], &SHELF, &NOW].concat());
    does(folder, &[&["crosswalk", "rollback"][..], &SHELF, &NOW].concat());
    let words = does(folder, &[&["ndcj", "list"][..], &SHELF].concat());
    assert!(words.contains("approved") && words.contains("not on the local list that counts"), "{words}");
}

#[test]
fn a_line_with_several_pairs_counts_once_in_all() {
    let site = site(false);
    let folder = site.path();
    let batch = fs::read_to_string(samples().join("one-of-two/in.837")).unwrap();
    // The drug once more, with another NDC that no list has.
    let drug = "LIN**N4*00641036725~\nCTP****1*ML~\n";
    let again = drug.replace("00641036725", "99641036725");
    let batch = batch.replace(&format!("{drug}SE*54*"), &format!("{drug}{again}SE*56*"));
    assert!(batch.contains("SE*56*"));
    fs::write(folder.join("two.837"), batch).unwrap();
    process(folder, &folder.join("two.837"), "two");
    let pairs = does(folder, &["ndcj", "pairs", "--facts", "two", "--json"]);
    let pairs: Value = serde_json::from_str(&pairs).unwrap();
    let counts = |of: &Value| ["claims", "lines", "charge_cents"].map(|name| of[name].as_i64().unwrap());
    assert_eq!(counts(&pairs), [1, 1, 11_350]);
    let each: Vec<_> = pairs["pairs"].as_array().unwrap().iter().map(counts).collect();
    assert_eq!(each, [[1, 1, 11_350], [1, 1, 11_350]]);
    let words = does(folder, &["ndcj", "pairs", "--facts", "two"]);
    assert!(
        words.ends_with("In all, each once                            1       1          113.50\n"),
        "{words}"
    );
}

#[test]
fn records_take_no_line_breaks() {
    let site = site(false);
    let arguments = ["crosswalk", "activate", "local", "--by", "a\nBcc: x@example.org"];
    let (code, _, error) = claimgate(site.path(), &[&arguments[..], &SHELF, &NOW].concat());
    assert_eq!((code, error.contains("control character")), (2, true), "{error}");
}
