//! What is in a log, and what must never be: content of elements and names of files.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What no log and no message may hold.
const CANARY: &str = "QZCANARY";

/// Elements that hold people, their addresses, their numbers or free text: segment, and which elements of it.
const PRIVATE: [(&str, &[usize]); 12] = [
    ("NM1", &[3, 4, 5, 7, 9]),
    ("N3", &[1, 2]),
    ("N4", &[1, 3]),
    ("REF", &[2]),
    ("PER", &[2, 4]),
    ("DMG", &[2, 3]),
    ("SBR", &[3, 4]),
    ("NTE", &[2]),
    ("K3", &[1]),
    ("HI", &[1]),
    ("CLM", &[1]),
    ("BHT", &[3]),
];

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples")
}

/// The segments of a sample with one good claim and one bad, and a note in each claim.
fn segments() -> Vec<Vec<String>> {
    let text = fs::read_to_string(samples().join("one-of-two/in.837")).unwrap();
    let segments = text.split('~').map(str::trim).filter(|segment| !segment.is_empty());
    let mut segments: Vec<Vec<String>> =
        segments.map(|segment| segment.split('*').map(str::to_owned).collect()).collect();
    let notes = ["NTE*ADD*a note", "K3*some text"];
    let place = segments.iter().position(|segment| segment[0] == "HI").unwrap();
    for note in notes {
        segments.insert(place, note.split('*').map(str::to_owned).collect());
    }
    let end = segments.iter_mut().find(|segment| segment[0] == "SE").unwrap();
    end[1] = (end[1].parse::<usize>().unwrap() + notes.len()).to_string();
    segments
}

/// How a run ended.
struct Ended {
    /// Log and messages.
    stderr: String,
    code: Option<i32>,
    /// All outputs, one after the other.
    outputs: String,
}

/// Processes `segments` with everything logged.
fn process(segments: &[Vec<String>], form: &str) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("in.837");
    let segments = segments.iter().map(|segment| segment.join("*") + "~\n");
    fs::write(&input, segments.collect::<String>()).unwrap();
    let out = folder.path().join("out");
    let lists = samples().join("crosswalks");
    let ended = Command::new(env!("CARGO_BIN_EXE_claimgate"))
        .args(["process", "--results", "all", "--log", "trace", "--log-format", form])
        .arg(&input)
        .arg("--pdac")
        .arg(lists.join("2025-10-05XWalk.csv"))
        .arg("--asp")
        .arg(lists.join("asp-2025q4.csv"))
        .arg("--out")
        .arg(&out)
        .env_clear()
        .output()
        .unwrap();
    assert!(ended.stdout.is_empty());
    let files = fs::read_dir(out.join("in")).into_iter().flatten();
    let files =
        files.map(|file| String::from_utf8_lossy(&fs::read(file.unwrap().path()).unwrap()).into_owned());
    Ended {
        stderr: String::from_utf8_lossy(&ended.stderr).into_owned(),
        code: ended.status.code(),
        outputs: files.collect(),
    }
}

#[test]
fn no_private_element_is_in_a_log_or_message() {
    let mut segments = segments();
    let mut count = 0;
    for segment in &mut segments {
        let private = PRIVATE.iter().find(|(name, _)| *name == segment[0]);
        for &element in private.map_or(&[][..], |(_, elements)| elements) {
            if element < segment.len() {
                count += 1;
                segment[element] = format!("{CANARY}{count}");
            }
        }
    }
    assert!(40 < count, "{count}");
    for form in ["text", "json"] {
        let ended = process(&segments, form);
        // What was put in is no date and no code, and stands in the header of the set too.
        assert_eq!(ended.code, Some(4));
        // The reports show it, so it was there to be leaked; and claims were logged.
        assert!(ended.outputs.contains(CANARY));
        assert!(ended.stderr.contains("claim judged"));
        assert!(!ended.stderr.contains(CANARY), "{}", ended.stderr);
    }
}

#[test]
fn no_element_at_all_is_in_a_log_or_message_however_wrong_it_is() {
    let segments = segments();
    let mut tried = BTreeSet::new();
    let mut codes = BTreeSet::new();
    for (place, segment) in segments.iter().enumerate() {
        for element in 1..segment.len() {
            if !tried.insert((segment[0].clone(), element)) {
                continue;
            }
            let mut wrong = segments.clone();
            wrong[place][element] = CANARY.to_owned();
            let ended = process(&wrong, "json");
            assert!(!ended.stderr.contains(CANARY), "{}{element:02}:\n{}", segment[0], ended.stderr);
            codes.insert(ended.code);
        }
    }
    // Some were refused, some unreadable: messages of every kind were looked at.
    assert!(60 < tried.len() && codes.contains(&Some(4)), "{} {codes:?}", tried.len());
}

#[test]
fn a_log_tells_counts_codes_and_ordinals() {
    let ended = process(&segments(), "json");
    let lines = ended.stderr.lines().filter(|line| line.starts_with('{'));
    let lines: Vec<Value> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |level: &str| {
        let lines = lines.iter().filter(|line| line["level"] == level);
        lines.map(|line| line["fields"].clone()).collect::<Vec<_>>()
    };
    let [file] = &of("INFO")[..] else { panic!("{lines:?}") };
    for (field, value) in [("file_id", 1), ("received", 2), ("accepted", 1), ("rejected", 1), ("held", 0)] {
        assert_eq!(file[field], value, "{field}");
    }
    assert_eq!(file["codes"], "NDC050=1");
    let claims: Vec<(Value, Value)> =
        of("DEBUG").iter().map(|line| (line["claim_number"].clone(), line["codes"].clone())).collect();
    assert_eq!(claims, [(1.into(), "".into()), (2.into(), "NDC050".into())]);
    assert!(lines.iter().all(|line| !line.to_string().contains("in.837")));
}

#[test]
fn a_level_that_there_is_not_is_refused() {
    let ended = Command::new(env!("CARGO_BIN_EXE_claimgate"))
        .args(["config", "check", "--log", "loud"])
        .env_clear()
        .output()
        .unwrap();
    assert_eq!(ended.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(ended.stderr).unwrap(),
        "error: --log loud: there is no such level\nhint: use off, error, warn, info, debug or trace\n"
    );
}
