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
    let told = |inputs: &[&str]| {
        let output = claimgate(folder, &[&["check"], inputs].concat());
        String::from_utf8(output.stdout).unwrap()
    };
    let both = told(&["a/in.837", "b/in.837"]);
    for called in ["--> a/in.837:", "a/in.837: 2 claims", "--> b/in.837:"] {
        assert!(both.contains(called), "{both}");
    }
    assert!(told(&["a/in.837"]).contains("--> in.837:"));
}

/// Holds claims of two files, each in its folder: `first/a/held.837`, `first/b/held.837`.
fn hold(folder: &Path) {
    for name in ["a", "b"] {
        place(folder, "quarter-not-loaded", &format!("{name}.837"));
        let output = claimgate(folder, &["process", &format!("{name}.837"), "--out", "first"]);
        assert_eq!(output.status.code(), Some(0));
        let told = "run held.837 again, with --control-number if what is accepted then is sent on; do not resend them.\n";
        assert!(words(&output).contains(told), "{}", words(&output));
    }
}

#[test]
fn held_claims_of_several_runs_are_run_again_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    hold(folder);
    let again = ["process", "first/a/held.837", "./first/b/held.837", "--out", "out"];
    let output = claimgate(folder, &again);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        words(&output),
        "error: first/a/held.837 and ./first/b/held.837 would share the folder held\nhint: call the folders after those that the files lie in, with --name-by parent\n"
    );
    let output = claimgate(folder, &[&again[..], &["--name-by", "parent"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", words(&output));
    for called in ["first/a/held.837: 3 claims", "./first/b/held.837: 3 claims"] {
        assert!(words(&output).contains(called), "{}", words(&output));
    }
    let summary = summary(folder);
    assert_eq!(summary["inputs"], json!(["held.837", "held.837"]));
    let names: Vec<&str> =
        summary["outputs"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"a/held.837") && names.contains(&"b/held.837"), "{names:?}");
    for name in ["a", "b"] {
        let held = |run: &str| fs::read(folder.join(run).join(name).join("held.837")).unwrap();
        assert!(held("out") == held("first"), "no list has come that covers their dates");
    }
}

#[test]
fn control_numbers_count_on_over_several_inputs() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    place(folder, "many-interchanges", "a.837");
    place(folder, "one-of-two", "b.837");
    let accepted = |inputs: &[&str], number: &str, name: &str| {
        let fixed = ["process", "--out", "out", "--replace", "--control-number", number];
        let output = claimgate(folder, &[&fixed, inputs].concat());
        assert!(!matches!(output.status.code(), Some(1 | 2)), "{}", words(&output));
        fs::read_to_string(folder.join("out").join(name).join("accepted.837")).unwrap()
    };
    // The first has three transaction sets, one of them refused; what fails needs no numbers.
    let behind = accepted(&["a.837", "missing.837", "b.837"], "20", "b");
    assert!(behind.contains("*000000023*"), "{behind}");
    assert_eq!(behind, accepted(&["b.837"], "23", "b"));
}

#[test]
fn what_no_name_can_tell_apart_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (inputs, error, hint) in [
        (["x/in.837", "x/in.837"], "x/in.837 is named twice", "name it once"),
        (
            ["x/in.837", "x/in.edi"],
            "x/in.837 and x/in.edi would share the folder in",
            "rename one of them, or process them into two folders",
        ),
    ] {
        let output = claimgate(folder, &[&["process", "--out", "out"], &inputs[..]].concat());
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(words(&output), format!("error: {error}\nhint: {hint}\n"));
    }
    let output =
        claimgate(folder, &["process", "x/one.837", "x/two.837", "--out", "out", "--name-by", "parent"]);
    assert_eq!(
        words(&output),
        "error: x/one.837 and x/two.837 would share the folder x\nhint: rename one of them, or process them into two folders\n"
    );
}

#[test]
fn claims_that_are_no_longer_held_want_their_own_control_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    place(folder, "one-of-two", "held.837");
    let told = "accepted.837 has the control numbers of the run that held its claims: before it is sent on, give it its own with --control-number.\n";
    let run = |more: &[&str]| {
        words(&claimgate(folder, &[&["process", "held.837", "--out", "out", "--replace"], more].concat()))
    };
    assert!(run(&[]).contains(told), "{}", run(&[]));
    assert!(!run(&["--control-number", "7"]).contains("control numbers of"));
}
