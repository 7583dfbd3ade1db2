//! Defects that others know of in public sample files, held against what `check --json` says of them.
//!
//! The files and the defects lie beside the project; without them there is nothing to compare.
//! Defects of the envelope and of the bytes are the reader's, and tested with it; of the others, each is found at its place,
//! or stands in `known-defects.json` with one of the [`REASONS`].

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

mod public_files;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use public_files::corpus;
use serde_json::Value;

/// The levels that a claim is judged at.
const LEVELS: [&str; 5] = ["hierarchy", "guide", "code", "date", "claim"];

/// Why a defect may not be found at its place.
const REASONS: [&str; 2] = [
    // The set has no claim, and `check --json` tells of claims; without `--json` the set is told of.
    "no claim to tell of",
    // The set is refused for this and for more, and its claims name only the most telling fault.
    "told with the unit",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Returns the place of every finding of the file: loop and element.
fn places(file: &Path) -> BTreeSet<(String, String)> {
    let lists = root().join("samples/crosswalks");
    let output = Command::new(env!("CARGO_BIN_EXE_claimgate"))
        .args(["check", "-", "--json", "--now", "2025-11-03T08:00:00Z", "--pdac"])
        .arg(lists.join("2025-10-05XWalk.csv"))
        .arg("--asp")
        .arg(lists.join("asp-2025q4.csv"))
        .stdin(Stdio::from(File::open(file).unwrap()))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 3 | 4 | 5 | 7)), "{}: {said}", file.display());
    let mut places = BTreeSet::new();
    for row in output.stdout.split(|&byte| byte == b'\n').filter(|row| !row.is_empty()) {
        let row: Value = serde_json::from_slice(row).unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let findings = row["findings"].as_array().unwrap().iter();
        places.extend(findings.map(|finding| (text(&finding["loop"]), text(&finding["element"]))));
    }
    places
}

/// Returns whether findings stand at `place`, which names a loop, a segment or an element, or a segment in a loop.
///
/// Several places with a slash between them are all asked for.
fn stands_at(place: &str, found: &BTreeSet<(String, String)>) -> bool {
    place.split(" / ").all(|place| {
        let (within, element) = match place.split_once(' ') {
            Some((within, element)) => (within, element),
            None if place.starts_with(|first: char| first.is_ascii_digit()) => (place, ""),
            None => ("", place),
        };
        // Loops of claims are named without their letter where the edits do not need it.
        found.iter().any(|(found_within, name)| found_within.starts_with(within) && name.starts_with(element))
    })
}

/// Returns the reason of each defect that is known not to be found, by file and place.
fn reasons() -> BTreeMap<(String, String), String> {
    let rows = json(&root().join("tests/known-defects.json"));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let row = |row: &Value| ((text(&row["file"]), text(&row["where"])), text(&row["reason"]));
    rows.as_array().unwrap().iter().map(row).collect()
}

#[test]
fn known_defects_are_found_at_their_places() {
    let Some(corpus) = corpus() else { return };
    let mut reasons = reasons();
    for reason in reasons.values() {
        assert!(REASONS.contains(&reason.as_str()), "{reason:?} is none of the reasons");
    }
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut unexplained = Vec::new();
    for (file, known) in json(&corpus.join("known-defects.json")).as_object().unwrap() {
        let defects: Vec<&Value> = known["defects"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|defect| defect["level"].as_str().is_some_and(|level| LEVELS.contains(&level)))
            .collect();
        if defects.is_empty() {
            continue;
        }
        let found = places(&corpus.join(file));
        for defect in defects {
            let place = defect["where"].as_str().unwrap();
            let is_found = stands_at(place, &found);
            let (count, of) = counts.entry(defect["level"].as_str().unwrap().to_owned()).or_default();
            *of += 1;
            *count += usize::from(is_found);
            let reason = reasons.remove(&(file.clone(), place.to_owned()));
            if is_found == reason.is_some() {
                unexplained.push(format!(
                    "{file} {place}: found {is_found}, listed {}; {found:?}",
                    reason.is_some()
                ));
            }
        }
    }
    for (level, (count, of)) in &counts {
        say(&format!("{level}: {count} of {of} known defects are found at their places"));
    }
    assert!(unexplained.is_empty(), "{unexplained:#?}");
    assert!(reasons.is_empty(), "these are no defects of the list: {:#?}", reasons.keys());
}
