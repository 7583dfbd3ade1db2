//! One fault at a time in a clean set, made from the rows that another program has of the guides.
//!
//! The set has every segment and every used element of 837P, or of 837I, once; each of them is left out, doubled, emptied and made wrong in turn.
//! Each fault is found as what it is, where it is, and nothing else is; what may be there or not is missed by nobody.
//! Faults of which the segments tell something else stand in `faults/reasons.txt`, each with what is found and why.
//! Without network there are no rows; the test says so and passes.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "guides/files.rs"]
mod files;

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "acknowledgements/runs.rs"]
mod runs;

#[path = "guides/wheel.rs"]
mod wheel;

mod faults {
    pub mod broken;
    pub mod draft;
    pub mod rows;
}

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crosswalk::Crosswalk;
use serde_json::Value;

use faults::broken::{Fault, every_fault};
use faults::draft::{Draft, file_of};
use faults::rows::Loop;
use runs::{crosswalk, lists, run_for};
use wheel::said_by;

/// The maps of pyx12, by the guide that they are of.
const MAPS: [(&str, &str); 2] =
    [("005010X222A1", "837.5010.X222.A1.xml"), ("005010X223A2", "837Q3.I.5010.X223.A1.xml")];

/// The binary is given every so manieth of the faults.
const SAMPLED: usize = 150;

/// Code, loop, segment or element, and the position of the segment in the file.
type Found = BTreeSet<(String, String, String, u64)>;

fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Reads the findings of syntax from rows of results.
fn found_in(results: &[u8]) -> Found {
    let mut found = Found::new();
    for line in results.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        let row: Value = serde_json::from_slice(line).unwrap();
        for finding in row["findings"].as_array().unwrap() {
            let text = |name: &str| finding[name].as_str().unwrap_or("").to_owned();
            if text("code").starts_with("X12") {
                let segment = finding["segment"].as_u64().unwrap();
                found.insert((text("code"), text("loop"), text("element"), segment));
            }
        }
    }
    found
}

fn found_by_core(file: &[u8], crosswalk: &Crosswalk) -> Found {
    found_in(&run_for(file, crosswalk, None).unwrap()["results.ndjson"])
}

fn found_by_binary(file: &[u8], lists: &Path) -> Found {
    let mut child = Command::new(env!("CARGO_BIN_EXE_claimgate"))
        .args(["check", "-", "--json", "--now", "2025-11-03T08:00:00Z", "--pdac"])
        .arg(lists.join(generator::PDAC_FILE_NAME))
        .arg("--asp")
        .arg(lists.join("asp.csv"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(file).unwrap();
    found_in(&child.wait_with_output().unwrap().stdout)
}

/// How a fault was found.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum As {
    /// Nothing was to be found, and nothing was.
    Nothing,
    Itself,
    /// As a segment that does not belong there, where a code that tells it from others is wrong.
    Unexpected,
}

/// Returns how `fault` was found, if only it was.
fn agreed(fault: &Fault<'_>, found: &Found) -> Option<As> {
    let Some(expected) = &fault.expected else { return found.is_empty().then_some(As::Nothing) };
    let mut found = found.iter();
    let (Some((code, in_loop, name, segment)), None) = (found.next(), found.next()) else { return None };
    let is_there = expected.segment.is_none_or(|at| at as u64 == *segment);
    let is_it = code == expected.code && name.starts_with(&expected.name) && *in_loop == expected.in_loop;
    // The loop is then the one that is open.
    let is_unexpected = expected.is_key && code == "X12620" && expected.name.starts_with(name.as_str());
    match (is_there && is_it, is_there && is_unexpected) {
        (true, _) => Some(As::Itself),
        (_, true) => Some(As::Unexpected),
        _ => None,
    }
}

/// Returns what is found of each fault in place of what it is, as `faults/reasons.txt` lists it.
fn known() -> BTreeMap<String, String> {
    let mut known = BTreeMap::new();
    let mut has_reason = false;
    for line in include_str!("faults/reasons.txt").lines() {
        match line.strip_prefix("  ") {
            Some(row) => {
                assert!(has_reason, "{line}");
                let (fault, found) = row.rsplit_once(" | ").unwrap();
                assert!(known.insert(fault.to_owned(), found.to_owned()).is_none(), "{line} stands twice");
            }
            None => has_reason = !line.is_empty() && !line.starts_with('#'),
        }
    }
    known
}

#[test]
fn every_fault_of_a_row_is_found_alone() {
    let Some(said) = said_by("rows.py", &MAPS) else { return };
    let guides: BTreeMap<String, Loop> = serde_json::from_value(said).unwrap();
    let lists = lists();
    let crosswalk = crosswalk(&lists);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(generator::PDAC_FILE_NAME), &lists.pdac_csv).unwrap();
    fs::write(folder.path().join("asp.csv"), &lists.asp_csv[0]).unwrap();
    let mut known = known();
    let (mut unexplained, mut explained, mut sampled) = (Vec::new(), 0, 0);
    for (reference, outermost) in &guides {
        let draft = Draft::of(outermost);
        let clean = run_for(&file_of(&draft.segments, reference), &crosswalk, None).unwrap();
        assert_eq!(String::from_utf8_lossy(&clean["results.ndjson"]), "", "{reference} is clean");
        let (mut faults, mut counts) = (0, BTreeMap::new());
        every_fault(&draft, &mut |fault| {
            let file = file_of(&fault.segments, reference);
            let found = found_by_core(&file, &crosswalk);
            faults += 1;
            if faults % SAMPLED == 0 {
                assert_eq!(found_by_binary(&file, folder.path()), found, "{} {}", fault.kind, fault.place);
                sampled += 1;
            }
            if let Some(found_as) = agreed(&fault, &found) {
                *counts.entry(found_as).or_insert(0) += 1;
                return;
            }
            let words: Vec<String> =
                found.iter().map(|(code, within, name, _)| format!("{code} {within} {name}")).collect();
            let words = if words.is_empty() { "nothing".to_owned() } else { words.join(", ") };
            let fault = format!("{reference} | {} | {}", fault.kind, fault.place);
            if known.remove(&fault).as_ref() == Some(&words) {
                explained += 1;
            } else {
                unexplained.push(format!("  {fault} | {words}"));
            }
        });
        let rows = draft.segments.iter().filter(|placed| placed.is_subject).count();
        say(&format!("{reference}: {rows} rows, {faults} changes, found as {counts:?}"));
        assert!(5_000 < faults, "the rows were not found");
    }
    say(&format!(
        "{explained} are found as something else, with a reason; {sampled} went through the binary"
    ));
    assert!(unexplained.is_empty(), "without a reason:\n{}", unexplained.join("\n"));
    assert!(known.is_empty(), "found as themselves, or otherwise: {:#?}", known.keys());
}
