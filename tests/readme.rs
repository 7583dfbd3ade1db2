//! Runs every transcript of the README and compares what comes of it, letter for letter.
//!
//! A block marked `console` holds commands behind `$ ` and, below each, all that it prints.
//! They run with bash in a copy of `samples/`, one after the other. `BLESS=1` writes the output anew.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// Runs one command; returns all that it prints.
fn run(command: &str, folder: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_claimgate")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let both = format!("exec 2>&1\n{command}");
    let ended =
        Command::new("bash").args(["-c", &both]).current_dir(folder).env("PATH", path).output().unwrap();
    String::from_utf8(ended.stdout).unwrap()
}

#[test]
fn every_transcript_is_true() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let samples = tempfile::tempdir().unwrap();
    copy(&root().join("samples"), samples.path());
    let mut rewritten = String::new();
    let (mut commands, mut inside, mut skipping) = (0, false, false);
    for line in readme.lines() {
        let fence = line.starts_with("```");
        if let Some(command) = line.strip_prefix("$ ").filter(|_| inside) {
            rewritten.push_str(line);
            rewritten.push('\n');
            rewritten.push_str(&run(command, samples.path()));
            commands += 1;
            skipping = true;
        } else if !skipping || fence {
            rewritten.push_str(line);
            rewritten.push('\n');
        }
        if fence {
            inside = line == "```console";
            skipping = false;
        }
    }
    assert!(commands >= 5);
    if std::env::var_os("BLESS").is_some() {
        fs::write(root().join("README.md"), &rewritten).unwrap();
    } else {
        assert!(rewritten == readme, "the README tells something else than this:\n{rewritten}");
    }
}
