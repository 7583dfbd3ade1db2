//! What is said of inputs that are no X12, and of command lines that cannot be meant; letter for letter.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").canonicalize().unwrap()
}

/// Runs the program in `folder`, with nothing on standard input; returns how it ended and all that it said.
fn claimgate(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_claimgate"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.stdout.is_empty(), "{arguments:?}");
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// Checks that a command line is refused with `words`.
#[track_caller]
fn refused(arguments: &[&str], words: &str) {
    let found = claimgate(&samples(), arguments);
    assert_eq!(found, (Some(2), words.to_owned()), "{arguments:?}");
}

const PDAC: [&str; 2] = ["--pdac", "crosswalks/2025-10-05XWalk.csv"];

#[test]
fn what_is_packed_or_of_another_width_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read(samples().join("one-of-two/in.837")).unwrap();
    let wide = |before: usize| -> Vec<u8> {
        text.iter().flat_map(|&byte| [vec![0; before], vec![byte], vec![0; 3 - before]].concat()).collect()
    };
    let gzip = "in.837 is packed by gzip\nhint: unpack it first: gunzip -c FILE | claimgate process -\n";
    let zip = "in.837 is a zip archive\nhint: unpack it, and name the files that were in it\n";
    let four = "in.837 is written with four bytes a character\nhint: save it as plain ASCII text and send it again\n";
    let cases: [(Vec<u8>, &str); 8] = [
        (b"\x1F\x8B\x08\0\0\0\0\0".to_vec(), gzip),
        (b"PK\x03\x04\x14\0".to_vec(), zip),
        (b"PK\x05\x06\0\0".to_vec(), zip),
        (b"PK\x07\x08PK\x03\x04".to_vec(), zip),
        ([b"\xFF\xFE\0\0".to_vec(), wide(0)].concat(), four),
        ([b"\0\0\xFE\xFF".to_vec(), wide(3)].concat(), four),
        (wide(0), four),
        (wide(3), four),
    ];
    let pdac = samples().join(PDAC[1]).display().to_string();
    for (bytes, words) in cases {
        fs::write(folder.path().join("in.837"), &bytes).unwrap();
        for command in [
            &["inspect"][..],
            &["check", "--pdac", &pdac],
            &["process", "-q", "--out", "out", "--pdac", &pdac],
        ] {
            let found = claimgate(folder.path(), &[command, &["in.837"]].concat());
            assert_eq!(found, (Some(5), format!("error: {words}")), "{command:?}");
        }
    }
    assert_eq!(fs::read_dir(folder.path().join("out")).unwrap().count(), 0);
}

#[test]
fn standard_input_can_be_read_once() {
    let twice = "error: standard input is named more than once\nhint: name - once\n";
    refused(&[&["process", "-", "-"], &PDAC[..]].concat(), twice);
    refused(&[&["check", "-", "one-of-two/in.837", "-"], &PDAC[..]].concat(), twice);
    let both = "error: standard input cannot be both an input and the list of inputs\nhint: put the list into a file, and name that with --files-from\n";
    refused(&[&["process", "-", "--files-from", "-"], &PDAC[..]].concat(), both);
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list");
    fs::write(&list, "-\none-of-two/in.837\n-\n").unwrap();
    refused(&[&["check", "--files-from", list.to_str().unwrap()], &PDAC[..]].concat(), twice);
}

#[test]
fn a_results_file_without_a_claim_says_what_to_add() {
    let words = |file: &str| {
        format!(
            "error: {file} is no code and no acknowledgement, and no claim of it is named\nhint: to explain a claim of results, add a colon and its claim_number, such as {file}:17\n"
        )
    };
    for file in ["portal/expected/results.ndjson", "portal/command"] {
        refused(&["explain", file], &words(file));
    }
}

#[test]
fn a_command_that_is_not_shown_is_not_suggested() {
    for mistyped in ["doc", "docss", "dosc"] {
        let (code, words) = claimgate(&samples(), &[mistyped]);
        assert_eq!(code, Some(2));
        assert!(words.starts_with(&format!("error: unrecognized subcommand '{mistyped}'\n")), "{words}");
        assert!(!words.contains("'docs'"), "{words}");
    }
    let (_, words) = claimgate(&samples(), &["proces"]);
    assert!(words.contains("tip: a similar subcommand exists: 'process'"), "{words}");
}
