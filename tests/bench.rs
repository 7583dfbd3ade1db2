//! `claimgate bench`, run as its users run it: what its table has, never how long anything took.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

mod json_schema;

use json_schema::assert_fits;

/// What every table begins with; `process` follows, once with one worker and once with all.
const STAGES: [&str; 10] =
    ["plainest", "segments", "blocks", "claims", "sight", "walk", "verdicts", "outputs", "hash", "write"];

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").canonicalize().unwrap()
}

/// The program with the lists of the samples, its temporary files in `folder`.
fn claimgate(arguments: &[&str], folder: &Path) -> Command {
    let lists = samples().join("crosswalks");
    let mut command = Command::new(env!("CARGO_BIN_EXE_claimgate"));
    command.args(arguments).arg("--pdac").arg(lists.join("2025-10-05XWalk.csv")).arg("--asp");
    command.arg(lists.join("asp-2025q4.csv")).args(["--now", "2025-11-03T08:00:00Z"]);
    command.env("TMPDIR", folder).stdin(Stdio::null());
    command
}

/// Measures `file` in one round with two workers; returns exit code, standard output and standard error.
fn bench(file: &Path, more: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = file.to_str().unwrap();
    let arguments = [&["bench", file, "--rounds", "1", "--threads", "2"], more].concat();
    let output = claimgate(&arguments, folder.path()).output().unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left");
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Writes a file of so many claims, many of them bad.
fn generated(claims: u32) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let plan = generator::Plan { claims, bad: 0.3, ..generator::Plan::default() };
    let mut file = Vec::new();
    generator::write_batch(&plan, &generator::lists(1, 400, 300, 1), &mut file).unwrap();
    let path = folder.path().join("in.837");
    fs::write(&path, file).unwrap();
    (folder, path)
}

#[test]
fn every_stage_and_the_whole_job_have_a_row() {
    let (code, shown, words) = bench(&samples().join("one-of-two/in.837"), &[]);
    assert_eq!((code, words.as_str()), (0, ""));
    let mut lines = shown.lines();
    let first = "in.837: 1486 bytes, 58 segments, 2 claims: 1 accepted, 1 rejected, 0 held, 0 refused";
    assert_eq!(lines.by_ref().take(3).collect::<Vec<_>>(), [first, "medians of 1 round", ""]);
    assert_eq!(lines.next().unwrap().split_whitespace().collect::<Vec<_>>(), ["ms", "MB/s", "x", "plainest"]);
    let names: Vec<&str> = lines.map(|line| line[..20].trim_end()).collect();
    assert_eq!(names, [&STAGES[..], &["process, 1 worker", "process, 2 workers"]].concat());
}

#[test]
fn counts_are_those_of_the_summary_and_json_fits_its_schema() {
    let printed = Command::new(env!("CARGO_BIN_EXE_claimgate")).args(["schema", "bench"]).output().unwrap();
    let schema: Value = serde_json::from_slice(&printed.stdout).unwrap();
    let (_kept, large) = generated(600);
    for (file, exit) in [(large, 0), (samples().join("many-interchanges/in.837"), 4)] {
        let (code, shown, words) = bench(&file, &["--format", "json"]);
        assert_eq!((code, words.as_str()), (exit, ""), "{}", file.display());
        assert_fits(&schema, &shown);
        let table: Value = serde_json::from_str(&shown).unwrap();

        let out = tempfile::tempdir().unwrap();
        let place = out.path().join("out");
        let arguments = ["process", "-q", file.to_str().unwrap(), "--out", place.to_str().unwrap()];
        assert_eq!(claimgate(&arguments, out.path()).status().unwrap().code(), Some(exit));
        let summary = fs::read_to_string(place.join("in/summary.json")).unwrap();
        let summary: Value = serde_json::from_str(&summary).unwrap();
        assert_eq!(table["bytes"], summary["bytes"]);
        assert_eq!(table["segments"], summary["segments"]);
        for what in ["received", "accepted", "rejected", "held", "refused"] {
            assert_eq!(table["claims"][what], summary["claims"][what], "{what}");
        }

        let rows = table["rows"].as_array().unwrap();
        let row = |row: &Value| (row["name"].as_str().unwrap().to_owned(), row["workers"].as_u64().unwrap());
        let expected = STAGES.map(|name| (name, 1)).into_iter().chain([("process", 1), ("process", 2)]);
        let expected: Vec<_> = expected.map(|(name, workers)| (name.to_owned(), workers)).collect();
        assert_eq!(rows.iter().map(row).collect::<Vec<_>>(), expected);
        assert_eq!(rows[0]["times_plainest"], 1.0);
        assert!(rows.iter().all(|row| row["times_plainest"].as_f64().unwrap() >= 0.0));
    }
}

#[test]
fn what_cannot_be_measured_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let whole = fs::read(samples().join("one-of-two/in.837")).unwrap();
    let none = "byte 0: No interchange in the file (X12010)";
    for (path, code, words) in [
        (file("empty.837", b""), 5, none),
        (file("words.837", b"Dear all,\nplease find the claims attached.\n"), 5, "words.837: byte 0: "),
        (file("gzip.837", b"\x1F\x8B\x08\0"), 5, "gzip.837 is packed by gzip"),
        (folder.path().join("missing.837"), 5, "cannot read "),
        (folder.path().to_owned(), 5, "cannot read "),
        ("/dev/null".into(), 2, "/dev/null can be read only once\nhint: write it to a file, and name that\n"),
        ("-".into(), 2, "- can be read only once\nhint: write it to a file, and name that\n"),
    ] {
        let (ended, shown, said) = bench(&path, &[]);
        assert_eq!((ended, shown.as_str()), (code, ""), "{said}");
        assert!(said.starts_with("error: ") && said.contains(words), "{said}");
        assert!(!said.contains("please find"), "no content is shown: {said}");
    }
    // What is cut off is measured, and told by the exit code.
    let (code, shown, _) = bench(&file("cut.837", &whole[..whole.len() - 40]), &[]);
    assert_eq!((code, shown.lines().count()), (5, 4 + STAGES.len() + 2));
    let (code, _, said) = bench(&file("in.837", &whole), &["--rounds", "0"]);
    assert_eq!(code, 2, "{said}");
}

#[test]
fn a_signal_leaves_no_outputs_behind() {
    let (kept, large) = generated(2_000);
    let folder = kept.path().join("temporary");
    fs::create_dir(&folder).unwrap();
    let arguments = ["bench", large.to_str().unwrap(), "--rounds", "1000"];
    let mut child = claimgate(&arguments, &folder).stdout(Stdio::piped()).spawn().unwrap();
    while fs::read_dir(&folder).unwrap().count() == 0 {
        assert_eq!(child.try_wait().unwrap(), None, "it ended before it had a folder");
        std::thread::yield_now();
    }
    let sent = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    assert!(sent.unwrap().success());
    assert_eq!(child.wait().unwrap().signal(), Some(15));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}
