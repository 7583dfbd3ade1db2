//! `claimgate diff`: what two runs judge differently, and that nothing else is told.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

mod json_schema;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Runs the program in `folder`, which must end with `code`; returns what it says on standard output and error.
#[track_caller]
fn claimgate(folder: &Path, arguments: &[&str], code: i32) -> (String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claimgate"));
    let Output { status, stdout, stderr } = command.args(arguments).current_dir(folder).output().unwrap();
    let [stdout, stderr] = [stdout, stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert_eq!(status.code(), Some(code), "{arguments:?}: {stderr}");
    (stdout, stderr)
}

/// Processes `file` of `folder` into `out`, with the lists of the samples and `local`.
fn process(folder: &Path, file: &str, out: &str, local: &str) {
    let lists = Path::new(ROOT).join("samples/crosswalks").canonicalize().unwrap();
    let [pdac, asp] =
        ["2025-10-05XWalk.csv", "asp-2025q4.csv"].map(|name| lists.join(name).display().to_string());
    fs::write(folder.join("local.csv"), format!("ndc,hcpcs,start,end,request_id,approved_by,note\n{local}"))
        .unwrap();
    let mut arguments = vec!["process", file, "-q", "--pdac", &pdac, "--asp", &asp, "--out", out];
    arguments.extend(["--now", "2025-11-03T08:00:00Z"]);
    if !local.is_empty() {
        arguments.extend(["--local", "local.csv"]);
    }
    claimgate(folder, &arguments, 0);
}

fn sample(name: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join("samples").join(name).join("in.837")).unwrap()
}

/// Returns the differences of the run in `folder/a` and `folder/b` as JSON, which keeps to its schema.
fn diff(folder: &Path, a: &str, b: &str) -> Value {
    let (text, _) = claimgate(folder, &["diff", a, b, "--json"], 0);
    let value: Value = serde_json::from_str(&text).unwrap();
    let (schema, _) = claimgate(folder, &["schema", "diff"], 0);
    json_schema::assert_fits(&serde_json::from_str(&schema).unwrap(), &text);
    value
}

/// Pairs that the local list approves: one is in force on the day of the sample, one has ended.
const APPROVED: &str = "00641-0367-25,J1885,2025-01-01,,1,R. Keeper,\n";
const ENDED: &str = "00641-0367-25,J1885,2024-01-01,2025-01-01,1,R. Keeper,\n";

#[test]
fn a_claim_that_flips_is_told_with_its_money() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("in.837"), sample("one-of-two")).unwrap();
    process(folder, "in.837", "before", "");
    process(folder, "in.837", "after", APPROVED);
    let (text, _) = claimgate(folder, &["diff", "before/in", "after/in"], 0);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("A  in.837, 2025-11-03T08:00:00Z, claimgate "), "{text}");
    assert!(lines[1].starts_with("B  in.837, ") && lines[1].ends_with(": 2 claims"), "{text}");
    let expected = "\
One file, as far as its counts tell.

interchange 000000101, group 1011, set 0001
  flipped         OOT-2                       113.50  rejected -> accepted, NDC050 -> no finding

1 claim the same
1 claim flipped
  rejected -> accepted          1            113.50
";
    assert_eq!(lines[2..].join("\n") + "\n", expected);
    let (csv, _) = claimgate(folder, &["diff", "before", "after", "--csv"], 0);
    let row = "in,flipped,000000101,1011,0001,OOT-2,2,113.50,rejected,NDC050 reject,2,113.50,accepted,";
    assert_eq!(csv.lines().collect::<Vec<_>>()[1..], [row]);
    let report = diff(folder, "before/in", "after/in");
    let totals = &report["totals"];
    assert_eq!((&totals["same"], &totals["flipped"]), (&json!(1), &json!(1)));
    assert_eq!(totals["by_disposition"][0]["charges_in_b"], "113.50");
    assert_eq!(report["runs"][0]["is_one_file"], true);
}

#[test]
fn another_reason_is_told_too() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("in.837"), sample("one-of-two")).unwrap();
    process(folder, "in.837", "before", "");
    process(folder, "in.837", "after", ENDED);
    let (text, _) = claimgate(folder, &["diff", "before/in", "after/in"], 0);
    let line = "  changed reason  OOT-2                       113.50  rejected, NDC050 -> NDC070\n";
    assert!(text.contains(line), "{text}");
    assert!(text.ends_with("\n1 claim with the same disposition for other reasons\n  rejected                      1            113.50\n"), "{text}");
}

#[test]
fn a_rerun_of_what_was_rejected_finds_its_claims_again() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("in.837"), sample("ten-digits")).unwrap();
    process(folder, "in.837", "out", "");
    process(folder, "out/in/rejected.837", "again", "");
    let report = diff(folder, "out/in", "again/rejected");
    let totals = &report["totals"];
    assert_eq!((&totals["same"], &totals["unlisted_in_a"]), (&json!(3), &json!(2)), "{totals}");
    assert_eq!(totals["by_disposition"], json!([]));
    let (text, _) = claimgate(folder, &["diff", "out/in", "again/rejected"], 0);
    assert!(
        text.contains("Different files: claims are found again by control numbers and claim id.\n"),
        "{text}"
    );
    let unlisted =
        "2 claims of A accepted without a finding, not listed and not compared; --results all lists them\n";
    assert!(text.ends_with(unlisted), "{text}");
}

#[test]
fn several_runs_are_matched_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (name, story) in [("one.837", "one-of-two"), ("two.837", "ten-digits")] {
        fs::write(folder.join(name), sample(story)).unwrap();
        process(folder, name, "before", "");
    }
    process(folder, "one.837", "after", APPROVED);
    let report = diff(folder, "before", "after");
    assert_eq!(report["runs"].as_array().unwrap().len(), 1);
    assert_eq!((&report["runs"][0]["name"], &report["runs_only_in_a"]), (&json!("one"), &json!(["two"])));
    let (text, _) = claimgate(folder, &["diff", "before", "after"], 0);
    assert!(text.starts_with("one\nA  one.837, ") && text.ends_with("run two only in A\n"), "{text}");
    let (_, told) = claimgate(folder, &["diff", "before", "after/one"], 2);
    assert!(
        told.contains("error: one folder has the outputs of one run, the other those of several\nhint: "),
        "{told}"
    );
}

#[test]
fn what_is_no_run_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("in.837"), sample("one-of-two")).unwrap();
    process(folder, "in.837", "out", "");
    fs::create_dir(folder.join("empty")).unwrap();
    fs::create_dir(folder.join("broken")).unwrap();
    fs::write(folder.join("broken/results.ndjson"), "{\"claim_id\":\"SECRET\"}\n").unwrap();
    fs::copy(folder.join("out/in/summary.json"), folder.join("broken/summary.json")).unwrap();
    for (place, code, words) in [
        (
            "empty",
            2,
            "error: empty has no outputs of a run\nhint: name a folder that process wrote, or the --out that it stands in\n",
        ),
        ("missing", 5, "error: cannot read folder missing: "),
        (
            "broken",
            5,
            "error: broken/results.ndjson: byte 22 is not in a line of results in file order\nhint: name the outputs of a run of this claimgate\n",
        ),
    ] {
        let (_, told) = claimgate(folder, &["diff", "out/in", place], code);
        assert!(told.starts_with(words), "{told}");
    }
    fs::remove_file(folder.join("out/in/results.ndjson")).unwrap();
    let (_, told) = claimgate(folder, &["diff", "out", "out"], 2);
    let words = "error: out/in has no results.ndjson\nhint: process the file with --results findings or --results all\n";
    assert_eq!(told, words);
}

#[cfg(feature = "office")]
#[test]
fn a_workbook_has_every_difference() {
    use calamine::{Data, Reader, Xlsx, open_workbook};
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("in.837"), sample("one-of-two").replace("OOT-2", "=1+1")).unwrap();
    process(folder, "in.837", "before", "");
    process(folder, "in.837", "after", APPROVED);
    let (stdout, told) = claimgate(folder, &["diff", "before", "after", "--xlsx", "changes.xlsx"], 0);
    assert!(stdout.is_empty() && told.contains("1 claim flipped"), "{told}");
    let mut book: Xlsx<_> = open_workbook(folder.join("changes.xlsx")).unwrap();
    let claims = book.worksheet_range("Claims").unwrap();
    let row: Vec<String> = claims.rows().nth(1).unwrap().iter().map(Data::to_string).collect();
    let expected = "in|flipped|=1+1|000000101|1011|0001|2|113.5|rejected|NDC050 reject|2|113.5|accepted|";
    assert_eq!(row.join("|"), expected);
    assert!(book.worksheet_formula("Claims").unwrap().is_empty());
    let (_, told) = claimgate(folder, &["diff", "before", "after", "--xlsx", "changes.xlsx"], 2);
    assert!(told.contains("changes.xlsx exists"), "{told}");
}

/// Makes up a run of `claims` claims in `folder`; `bytes` is how long its file was.
fn made_up(random: &mut fastrand::Rng, folder: &Path, claims: u64, bytes: u64) -> PathBuf {
    let mut results = String::new();
    for claim_number in 1..=claims {
        let disposition = ["accepted", "rejected", "held", "refused"][random.usize(..4)];
        let codes = ["NDC050", "NDC070", "GAP010"];
        let findings: Vec<Value> = (0..random.usize(..3))
            .map(|_| json!({"code": codes[random.usize(..3)], "severity": "reject"}))
            .collect();
        if disposition == "accepted" && findings.is_empty() {
            continue;
        }
        // Few names for many claims, so that many claims share theirs.
        let claim_id = format!("C-{}", claim_number % 4);
        let row = json!({
            "claim_number": claim_number, "interchange_control_number": "1", "group_control_number": "1",
            "transaction_set_control_number": (claim_number / 8).to_string(), "claim_id": claim_id,
            "charge": format!("{}.5", claim_number % 7), "disposition": disposition, "findings": findings,
        });
        results += &format!("{row}\n");
    }
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("results.ndjson"), results).unwrap();
    let summary = json!({
        "inputs": ["in.837"], "stamp": "2025-11-03T08:00:00Z", "version": "0.1.0",
        "claims": {"received": claims}, "charges": {"received": "1.00"}, "interchanges": 1, "groups": 1,
        "transaction_sets": 1, "segments": 1, "service_lines": 1, "drug_lines": 1, "bytes": bytes,
        "crosswalk": {"snapshot": "0123456789abcdef"},
    });
    fs::write(folder.join("summary.json"), summary.to_string()).unwrap();
    folder.to_owned()
}

/// Returns the answer to the same question with A and B exchanged.
fn mirrored(report: &Value) -> Value {
    let text = report.to_string();
    let exchanged =
        text.replace("_in_a\"", "_in_?\"").replace("_in_b\"", "_in_a\"").replace("_in_?\"", "_in_b\"");
    let mut value: Value = serde_json::from_str(&exchanged).unwrap();
    exchange(&mut value);
    sort(&mut value["totals"]["by_disposition"]);
    value
}

/// Exchanges every `a` and `b`.
fn exchange(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(exchange),
        Value::Object(fields) => {
            fields.values_mut().for_each(exchange);
            if let (Some(a), Some(b)) = (fields.remove("a"), fields.remove("b")) {
                fields.extend([("a".to_owned(), b), ("b".to_owned(), a)]);
            }
        }
        _ => {}
    }
}

/// Totals are listed by what became of claims in A, and then in B.
fn sort(rows: &mut Value) {
    rows.as_array_mut().unwrap().sort_by_key(Value::to_string);
}

#[test]
fn a_run_differs_from_itself_in_nothing_and_from_others_in_a_mirror() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let mut random = fastrand::Rng::with_seed(11);
    for _ in 0..40 {
        let claims = random.u64(0..40);
        let is_one_file = random.bool();
        let claims_of_b = if is_one_file { claims } else { random.u64(0..40) };
        made_up(&mut random, &folder.join("a"), claims, 1);
        made_up(&mut random, &folder.join("b"), claims_of_b, if is_one_file { 1 } else { 2 });
        let itself = diff(folder, "a", "a");
        assert_eq!(
            (&itself["runs"][0]["differences"], &itself["totals"]["same"]),
            (&json!([]), &json!(claims))
        );
        let mut there = diff(folder, "a", "b");
        let back = mirrored(&diff(folder, "b", "a"));
        sort(&mut there["totals"]["by_disposition"]);
        assert_eq!(there, back);
        assert_eq!(there["runs"][0]["is_one_file"], is_one_file);
        let told = there["runs"][0]["differences"].as_array().unwrap().len() as u64;
        let totals = &there["totals"];
        let counted = ["flipped", "changed_reason", "only_in_a", "only_in_b"]
            .map(|name| totals[name].as_u64().unwrap());
        assert_eq!(counted.iter().sum::<u64>(), told);
        let count = |name: &str| totals[name].as_u64().unwrap();
        let [flipped, changed, only_in_a, _] = counted;
        assert_eq!(count("same") + flipped + changed + only_in_a + count("unlisted_in_a"), claims);
    }
}
