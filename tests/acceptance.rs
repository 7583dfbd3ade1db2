//! Runs the command of every sample and compares all that comes of it with `expected/`.
//!
//! `make bless` writes `expected/` anew; the difference is reviewed like code.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples")
}

/// Every story: a folder with a command.
fn stories() -> Vec<PathBuf> {
    let mut stories: Vec<PathBuf> = fs::read_dir(samples())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("command").is_file())
        .collect();
    stories.sort();
    stories
}

/// Runs the command of `story` with its outputs in `out`; returns every output, the exit code and the closing lines.
fn outcome(story: &Path, out: &Path) -> BTreeMap<String, Vec<u8>> {
    let command = fs::read_to_string(story.join("command")).unwrap();
    let mut arguments: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
    let place =
        arguments.iter().position(|argument| argument == "--out").expect("the command names its outputs");
    arguments[place + 1] = out.display().to_string();
    let ended =
        Command::new(env!("CARGO_BIN_EXE_claimgate")).args(&arguments).current_dir(story).output().unwrap();
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(out.join("in")).expect("the outputs are there") {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        files.insert(name.clone(), lasting(&name, fs::read(entry.path()).unwrap()));
    }
    let talk = String::from_utf8(ended.stderr).unwrap().replace(&out.display().to_string(), "out");
    assert!(ended.stdout.is_empty(), "a command with --out leaves standard output alone");
    files.insert("exit-code".to_owned(), format!("{}\n", ended.status.code().unwrap()).into_bytes());
    files.insert("closing-lines.txt".to_owned(), talk.into_bytes());
    files
}

/// Takes out of a summary what differs from run to run: how long it took, and on how many threads.
fn lasting(name: &str, bytes: Vec<u8>) -> Vec<u8> {
    if name != "summary.json" {
        return bytes;
    }
    let mut summary: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert!(summary.as_object_mut().unwrap().remove("timing").is_some());
    (serde_json::to_string_pretty(&summary).unwrap() + "\n").into_bytes()
}

fn read_all(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let Ok(entries) = fs::read_dir(folder) else { return BTreeMap::new() };
    entries
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap()))
        .collect()
}

#[test]
fn every_sample_comes_out_as_expected() {
    let stories = stories();
    assert!(stories.len() >= 6);
    let mut differing = Vec::new();
    for story in stories {
        let name = story.file_name().unwrap().to_str().unwrap().to_owned();
        let out = tempfile::tempdir().unwrap();
        let found = outcome(&story, out.path());
        let expected = story.join("expected");
        if std::env::var_os("BLESS").is_some() {
            let _ = fs::remove_dir_all(&expected);
            fs::create_dir(&expected).unwrap();
            for (file, bytes) in &found {
                fs::write(expected.join(file), bytes).unwrap();
            }
        }
        let expected = read_all(&expected);
        for file in found.keys().chain(expected.keys()) {
            if found.get(file) != expected.get(file) {
                differing.push(format!("{name}/expected/{file}"));
            }
        }
    }
    differing.dedup();
    assert!(
        differing.is_empty(),
        "these differ; look at them, and `make bless` if they are right: {differing:#?}"
    );
}

#[test]
fn every_sample_tells_its_verdicts() {
    for story in stories() {
        let readme = fs::read_to_string(story.join("README.md")).unwrap();
        let results = fs::read_to_string(story.join("expected/results.ndjson")).unwrap();
        for line in results.lines() {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            let claim = row["claim_id"].as_str().unwrap();
            assert!(readme.contains(claim), "{}: claim {claim} is not in the README", story.display());
            for finding in row["findings"].as_array().unwrap() {
                let code = finding["code"].as_str().unwrap();
                assert!(
                    readme.contains(code),
                    "{}: {code} of claim {claim} is not in the README",
                    story.display()
                );
            }
        }
    }
}
