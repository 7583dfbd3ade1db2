//! Several inputs in one command: what is added up, what is told of those that fail, and which row is whose.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

mod json_schema;

use json_schema::assert_fits;

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").canonicalize().unwrap()
}

/// Runs the program in `folder`, with the lists of the samples.
fn claimgate(folder: &Path, arguments: &[&str]) -> Output {
    let lists = samples().join("crosswalks");
    Command::new(env!("CARGO_BIN_EXE_claimgate"))
        .args(arguments)
        .arg("--pdac")
        .arg(lists.join("2025-10-05XWalk.csv"))
        .arg("--asp")
        .arg(lists.join("asp-2025q4.csv"))
        .args(["--now", "2025-11-03T08:00:00Z"])
        .current_dir(folder)
        .output()
        .unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Puts the file of a sample into `folder` as `name`.
fn place(folder: &Path, story: &str, name: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::copy(samples().join(story).join("in.837"), path).unwrap();
}

/// Returns `out/summary.json`, which is as its schema says.
fn summary(folder: &Path) -> Value {
    let text = fs::read_to_string(folder.join("out/summary.json")).unwrap();
    assert_fits(&schema("summary"), &text);
    serde_json::from_str(&text).unwrap()
}

fn schema(name: &str) -> Value {
    let printed = Command::new(env!("CARGO_BIN_EXE_claimgate")).args(["schema", name]).output().unwrap();
    serde_json::from_slice(&printed.stdout).unwrap()
}

#[test]
fn the_summary_names_inputs_that_failed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    place(folder, "one-of-two", "good.837");
    fs::write(folder.join("empty.837"), "").unwrap();
    let output = claimgate(
        folder,
        &["process", "./empty.837", "good.837", "gone/missing.837", "--out", "out", "--sync"],
    );
    assert_eq!(output.status.code(), Some(5), "{}", words(&output));
    let summary = summary(folder);
    assert_eq!(summary["inputs"], json!(["good.837"]));
    assert_eq!(
        summary["failed_inputs"],
        json!([
            {"input": "./empty.837", "exit_code": 5, "class": "X12010"},
            {"input": "gone/missing.837", "exit_code": 5, "class": "not_found"},
        ])
    );
    assert_eq!(summary["claims"]["received"], 2);
    let own = fs::read_to_string(folder.join("out/good/summary.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&own).unwrap()["failed_inputs"], json!([]));
}

#[test]
fn the_summary_is_there_if_all_inputs_fail() {
    let folder = tempfile::tempdir().unwrap();
    let output = claimgate(folder.path(), &["process", "a.837", "b.837", "--out", "out"]);
    assert_eq!(output.status.code(), Some(5), "{}", words(&output));
    let summary = summary(folder.path());
    assert_eq!(summary["inputs"], json!([]));
    assert_eq!(summary["failed_inputs"].as_array().unwrap().len(), 2);
    assert_eq!(summary["claims"]["received"], 0);
}

#[test]
fn check_names_the_file_of_each_row() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    place(folder, "one-of-two", "a/in.837");
    place(folder, "dependents", "b/in.837");
    let rows = |inputs: &[&str]| -> Vec<String> {
        let output = claimgate(folder, &[&["check", "--json", "--quiet"], inputs].concat());
        assert_eq!(output.status.code(), Some(3), "{}", words(&output));
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    };
    let named = |inputs: &[&str]| -> Vec<String> {
        let start = format!("{{\"input\":\"{}\",", inputs[0]);
        rows(inputs).iter().map(|row| row.replacen('{', &start, 1)).collect()
    };
    let both = rows(&["a/in.837", "b/in.837"]);
    assert_eq!(both, [named(&["a/in.837"]), named(&["b/in.837"])].concat());
    for row in both.iter().chain(&rows(&["a/in.837"])) {
        assert_fits(&schema("result"), row);
    }
}
