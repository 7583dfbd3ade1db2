//! Ten thousand damaged files: none makes the program fall over, and none loses a claim.
//!
//! Each is a sample, damaged in one to three places by a seeded hand.
//! What is counted here is counted without any code of the program.

#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use fastrand::Rng;
use serde_json::Value;

const MUTANTS: u64 = 10_000;

/// Files that one call of the program is given.
const BATCH: u64 = 500;

/// Exit codes of files of every sort: done, refused, unreadable.
const EXIT_CODES: [i32; 3] = [0, 4, 5];

const DISPOSITIONS: [&str; 4] = ["accepted", "rejected", "held", "refused"];

const REPORTS: [&str; 4] = ["html", "json", "csv", "txt"];

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples")
}

/// Returns the files to damage, in the order of their names.
fn originals() -> Vec<Vec<u8>> {
    let folders = fs::read_dir(samples()).unwrap().map(|entry| entry.unwrap().path().join("in.837"));
    let mut files: Vec<PathBuf> = folders.filter(|path| path.exists()).collect();
    files.sort();
    files.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// A file as its segments, each with its terminator and the line end behind it.
struct Draft {
    segments: Vec<Vec<u8>>,
    element: u8,
    terminator: u8,
}

impl Draft {
    fn of(file: &[u8]) -> Draft {
        let (element, terminator) = (file[3], file[105]);
        let mut segments: Vec<Vec<u8>> = Vec::new();
        for part in file.split_inclusive(|&byte| byte == terminator) {
            segments.push(part.to_vec());
        }
        Draft { segments, element, terminator }
    }

    fn any(&self, rng: &mut Rng) -> usize {
        rng.usize(..self.segments.len().max(1))
    }

    /// Returns a segment called one of `names`, if there is any.
    fn named(&self, names: &[&str], rng: &mut Rng) -> Option<usize> {
        let is_named = |segment: &[u8]| {
            let id = segment.trim_ascii_start().split(|&byte| byte == self.element).next();
            id.is_some_and(|id| names.iter().any(|name| name.as_bytes() == id))
        };
        let found: Vec<usize> =
            (0..self.segments.len()).filter(|&index| is_named(&self.segments[index])).collect();
        rng.choice(found)
    }

    /// Replaces element `position` of a segment called one of `names`.
    fn set(&mut self, names: &[&str], position: usize, value: &[u8], rng: &mut Rng) {
        let Some(index) = self.named(names, rng) else { return };
        let (element, terminator) = (self.element, self.terminator);
        let segment = &mut self.segments[index];
        let end = segment.iter().position(|&byte| byte == terminator).unwrap_or(segment.len());
        let tail = segment.split_off(end);
        let mut elements: Vec<&[u8]> = segment.split(|&byte| byte == element).collect();
        if let Some(place) = elements.get_mut(position) {
            *place = value;
        }
        *segment = [elements.join(&element), tail].concat();
    }

    fn bytes(&self) -> Vec<u8> {
        self.segments.concat()
    }
}

/// Returns the damaged file with this number: always the same one.
fn mutant(number: u64, originals: &[Vec<u8>]) -> Vec<u8> {
    let rng = &mut Rng::with_seed(number);
    let mut draft = Draft::of(&originals[rng.usize(..originals.len())]);
    for _ in 0..rng.usize(1..=3) {
        if rng.bool() {
            damage_structure(&mut draft, rng);
        } else {
            damage_elements(&mut draft, rng);
        }
    }
    let mut bytes = draft.bytes();
    if rng.u8(..5) == 0 {
        damage_bytes(&mut bytes, rng);
    }
    bytes
}

/// Moves whole segments about.
fn damage_structure(draft: &mut Draft, rng: &mut Rng) {
    let at = draft.any(rng);
    let envelopes = ["ISA", "GS", "ST", "SE", "GE", "IEA"];
    match rng.u8(..9) {
        0 if draft.segments.len() > 1 => drop(draft.segments.remove(at)),
        1 => draft.segments.insert(at, draft.segments[at].clone()),
        2 => {
            let other = draft.any(rng);
            draft.segments.swap(at, other);
        }
        3 => {
            if let Some(envelope) = draft.named(&envelopes, rng).filter(|_| draft.segments.len() > 1) {
                draft.segments.remove(envelope);
            }
        }
        4 => {
            // A set in a set, a group in a group, an interchange in anything.
            if let Some(envelope) = draft.named(&envelopes, rng) {
                draft.segments.insert(at, draft.segments[envelope].clone());
            }
        }
        5 => {
            // An interchange with other separators, in the middle of this one.
            let (element, other) = (draft.element, *rng.choice(b"|+^!").unwrap_or(&b'|'));
            let isa = draft.segments[0].iter().map(|&byte| if byte == element { other } else { byte });
            let isa: Vec<u8> = isa.collect();
            draft.segments.insert(at, isa);
        }
        6 => draft.segments.truncate(at + 1),
        7 => {
            let blank = *rng.choice(&[&b"\r\n"[..], b"~", b" ", b"\n\n", b"\t~"]).unwrap_or(&&b"\n"[..]);
            draft.segments.insert(at, blank.to_vec());
        }
        _ => {
            // The whole file once more, or another text behind it.
            let again = if rng.bool() { draft.bytes() } else { b"CLM*OUTSIDE*1~ not X12 \x00\xff".to_vec() };
            draft.segments.push(again);
        }
    }
}

/// Changes single elements.
fn damage_elements(draft: &mut Draft, rng: &mut Rng) {
    let number = rng.u32(..30).to_string().into_bytes();
    let value = match rng.u8(..6) {
        0 => Vec::new(),
        1 => b"99999999999999999999".to_vec(),
        2 => b"-1".to_vec(),
        3 => b" 1 \xe9".to_vec(),
        _ => number,
    };
    match rng.u8(..10) {
        0 => draft.set(&["SE", "GE", "IEA"], 1, &value, rng),
        1 => draft.set(&["SE", "GE", "IEA", "ST"], 2, &value, rng),
        2 => draft.set(&["GS"], 6, &value, rng),
        3 => draft.set(&["ISA"], 13, &value, rng),
        4 => draft.set(&["HL"], rng.usize(1..=4), &value, rng),
        5 => draft.set(&["CLM"], rng.usize(1..=2), &value, rng),
        6 => draft.set(&["ST", "GS"], if rng.bool() { 3 } else { 1 }, b"005010X298", rng),
        7 => draft.set(&["LX", "SV1", "SV2", "LIN", "CTP", "DTP"], rng.usize(1..=5), &value, rng),
        8 => {
            let many = vec![draft.element; 1_100];
            draft.set(&["CLM", "NM1", "HL", "ST", "SV1"], 1, &many, rng);
        }
        _ => {
            // Too long is rare, because it is slow.
            let length = if rng.u8(..10) == 0 { 70_000 } else { 300 };
            draft.set(&["CLM", "NM1", "HL", "ISA", "LIN"], 1, &vec![b'X'; length], rng);
        }
    }
}

/// Changes bytes wherever they stand, or cuts the file off.
fn damage_bytes(bytes: &mut Vec<u8>, rng: &mut Rng) {
    if rng.bool() {
        bytes.truncate(rng.usize(..=bytes.len()));
        return;
    }
    for _ in 0..rng.usize(1..=8) {
        if !bytes.is_empty() {
            let at = rng.usize(..bytes.len());
            bytes[at] = if rng.bool() { rng.u8(..) } else { *rng.choice(b"~*:^\n\r\0IS").unwrap_or(&0) };
        }
    }
}

/// Returns the CLM segments that stand within the interchanges of `file`, sorted.
///
/// An interchange opens at an ISA that has sixteen separators within 512 bytes, and ends with IEA.
fn claims_in(file: &[u8]) -> Vec<&[u8]> {
    let mut separators: Option<(u8, u8)> = None;
    let mut claims = Vec::new();
    let mut at = 0;
    while at < file.len() {
        let opened = separators_of(&file[at..]);
        let glued = separators.is_none() && at > 0 && file[at - 1].is_ascii_alphanumeric();
        if opened.is_some() && !glued {
            separators = opened;
        }
        let Some((element, terminator)) = separators else {
            at += 1;
            continue;
        };
        if b"\r\n \t".contains(&file[at]) || file[at] == terminator {
            at += 1;
            continue;
        }
        let length = file[at..].iter().position(|&byte| byte == terminator).unwrap_or(file.len() - at);
        let segment = &file[at..at + length];
        // Line ends in front of the terminator are none of the segment's.
        let last = segment.iter().rposition(|byte| !b"\r\n".contains(byte)).unwrap_or(0);
        let id = segment[..=last].split(|&byte| byte == element).next();
        match id {
            Some(b"CLM") => claims.push(segment),
            Some(b"IEA") => separators = None,
            _ => {}
        }
        at += length + 1;
    }
    claims.sort_unstable();
    claims
}

/// Returns the element separator and the terminator that the ISA at the begin of `text` sets, if one stands there.
fn separators_of(text: &[u8]) -> Option<(u8, u8)> {
    let window = &text[..text.len().min(512)];
    let element = *window.strip_prefix(b"ISA")?.first()?;
    if element.is_ascii_alphanumeric() || b" \r\n".contains(&element) {
        return None;
    }
    let (sixteenth, _) = window.iter().enumerate().filter(|&(_, &byte)| byte == element).nth(15)?;
    // Behind it stand ISA16 and the terminator; an empty ISA16 lets the terminator stand at once.
    match window[sixteenth + 1..] {
        [b'~', b'\r' | b'\n', ..] => Some((element, b'~')),
        [end @ (b'\r' | b'\n'), ..] => Some((element, end)),
        [_, terminator, ..] => Some((element, terminator)),
        _ => None,
    }
}

fn process(folder: &Path, out: &Path, reports: &str) -> Output {
    let lists = samples().join("crosswalks");
    Command::new(env!("CARGO_BIN_EXE_claimgate"))
        .arg("process")
        .arg(folder)
        .arg("--pdac")
        .arg(lists.join("2025-10-05XWalk.csv"))
        .arg("--asp")
        .arg(lists.join("asp-2025q4.csv"))
        .args(["--now", "2025-11-03T08:00:00Z", "--threads", "2", "--quiet", "--reports", reports, "--out"])
        .arg(out)
        .output()
        .unwrap()
}

/// Returns what is said of each file that has no outputs.
fn failures(said: &str) -> BTreeMap<String, String> {
    let mut failures = BTreeMap::new();
    let mut lines = said.lines();
    while let Some(line) = lines.next() {
        let Some((name, rest)) = line.strip_prefix("error: ").and_then(|line| line.split_once(": ")) else {
            panic!("neither error nor hint: {line}");
        };
        let hint = lines.next().unwrap_or_default();
        failures.insert(name.to_owned(), format!("{rest}\n{hint}"));
    }
    failures
}

/// Looks whether a file that was read lost a claim, and notes in `seen` which dispositions it has.
fn check_outputs(name: &str, file: &[u8], folder: &Path, seen: &mut BTreeMap<&str, u64>) {
    let summary: Value = serde_json::from_slice(&fs::read(folder.join("summary.json")).unwrap()).unwrap();
    let claims = &summary["claims"];
    let of = |disposition: &str| claims[disposition].as_u64().unwrap();
    assert_eq!(of("received"), DISPOSITIONS.map(of).iter().sum::<u64>(), "{name}: {claims}");
    let outputs: Vec<Vec<u8>> = DISPOSITIONS
        .iter()
        .filter_map(|disposition| fs::read(folder.join(format!("{disposition}.837"))).ok())
        .collect();
    let mut written: Vec<&[u8]> = outputs.iter().flat_map(|output| claims_in(output)).collect();
    written.sort_unstable();
    let sent = claims_in(file);
    assert!(sent == written, "{name}: {} claims sent, {} written", sent.len(), written.len());
    // What looks like a claim outside of any set, or in a set that is no 837, is none.
    let findings = &summary["findings"];
    if findings["X12310"].is_null() && findings["X12370"].is_null() {
        assert_eq!(of("received"), sent.len() as u64, "{name}: {claims}");
    }
    for disposition in DISPOSITIONS {
        *seen.entry(disposition).or_default() += u64::from(0 < of(disposition));
    }
}

#[test]
fn no_damage_makes_the_program_fall_over_or_lose_a_claim() {
    let originals = originals();
    let root = tempfile::tempdir().unwrap();
    let mut seen = BTreeMap::new();
    for batch in 0..MUTANTS / BATCH {
        let (folder, out) = (root.path().join("in"), root.path().join("out"));
        fs::create_dir(&folder).unwrap();
        let numbers = batch * BATCH..(batch + 1) * BATCH;
        for number in numbers.clone() {
            fs::write(folder.join(format!("m{number}.837")), mutant(number, &originals)).unwrap();
        }
        let reports = REPORTS[usize::try_from(batch).unwrap() % REPORTS.len()];
        let output = process(&folder, &out, reports);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!said.contains("panicked") && !said.contains("internal fault"), "{said}");
        let code = output.status.code();
        assert!(code.is_some_and(|code| EXIT_CODES.contains(&code)), "{code:?} {said}");
        let failures = failures(&said);
        for number in numbers {
            let name = format!("m{number}.837");
            let outputs = out.join(format!("m{number}"));
            match failures.get(&folder.join(&name).display().to_string()) {
                Some(failure) => {
                    assert!(!outputs.exists(), "{name} has outputs and an error");
                    assert!(
                        failure.starts_with("byte ") && failure.contains("\nhint: "),
                        "{name}: {failure}"
                    );
                }
                None => check_outputs(&name, &mutant(number, &originals), &outputs, &mut seen),
            }
        }
        fs::remove_dir_all(&folder).unwrap();
        fs::remove_dir_all(&out).unwrap();
    }
    assert!(DISPOSITIONS.iter().all(|disposition| MUTANTS / 50 < seen[disposition]), "{seen:?}");
}

#[test]
fn the_same_number_gives_the_same_damage() {
    let originals = originals();
    assert!((0..50).all(|number| mutant(number, &originals) == mutant(number, &originals)));
    let distinct: std::collections::BTreeSet<Vec<u8>> =
        (0..200).map(|number| mutant(number, &originals)).collect();
    assert!(distinct.len() > 150);
}
