//! What the 999 and the TA1 say of public sample files, held against what another program says of them.
//!
//! The files and the opinions of pyx12 4.0.0 lie beside the project; without them there is nothing to compare.
//! Every difference stands in `public_files/differences.txt` with one of the [`REASONS`].
//! What is compared are segments, elements and codes, with their positions, and the codes of sets, groups and interchanges;
//! not whether a set with errors is rejected, which each receiver decides for itself.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "guides/files.rs"]
mod files;

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "acknowledgements/runs.rs"]
mod runs;

mod public_files;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::Path;

use serde_json::Value;

use public_files::corpus;
use runs::{crosswalk, lists, rows, run};

/// Why two opinions may differ.
const REASONS: [&str; 3] = [
    // The data is so wrong that it can be read in several ways, and each program takes another.
    "data", // The peer is wrong, by the rule that is named.
    "peer", // The peer tells in the 999 what we tell elsewhere, or the other way round.
    "level",
];

/// What is told of one place: the transaction set, the position of the segment in it, and segment or element with its code.
///
/// Codes of sets and groups stand at no position, those of an interchange in no set.
type Told = BTreeSet<(usize, String, String)>;

/// How often something is told of a file by one of the two alone: the file, who tells it, and what.
type Differences = BTreeMap<(String, String, String), usize>;

fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Names what is told of a whole segment.
///
/// The peer has one code for every segment that does not belong where it stands, and one for segments and loops that are missing.
/// Source: 005010X231A1, IK3, data element 620.
fn segment_words(code: &str) -> &str {
    match code {
        "1" | "2" | "6" | "7" | "I4" => "misplaced",
        "3" | "I7" => "missing",
        "4" | "5" => "too often",
        other => other,
    }
}

/// Names an element of `segment` as the guides do, with what is told of it.
///
/// The peer has the code of an exclusion for an element that is not used.
/// Source: 005010X231A1, IK4, data element 621.
fn element_words(segment: &str, place: &str, code: &str) -> String {
    let code = if code == "I10" { "10" } else { code };
    let mut places = place.split(':');
    let element: u32 = places.next().unwrap().parse().unwrap();
    match places.next().filter(|component| !component.is_empty()) {
        Some(component) => format!("{segment}{element:02}-{component} {code}"),
        None => format!("{segment}{element:02} {code}"),
    }
}

/// Reads what the rows of a TA1, 999 or 997 tell.
fn told(rows: &[Vec<String>]) -> Told {
    let mut told = Told::new();
    let (mut set, mut segment, mut position) = (0, String::new(), String::new());
    for row in rows {
        let at = |place: usize| row.get(place).map_or("", String::as_str);
        let codes = |from: usize| row.iter().skip(from).filter(|code| !code.is_empty());
        match at(0) {
            "AK2" => set += 1,
            "IK3" | "AK3" => {
                (segment, position) = (at(1).to_owned(), at(2).to_owned());
                if at(4) != "8" {
                    told.insert((set, position.clone(), format!("{segment} {}", segment_words(at(4)))));
                }
            }
            "IK4" | "AK4" => {
                told.insert((set, position.clone(), element_words(&segment, at(1), at(3))));
            }
            // That a segment has errors is told with the segment.
            "IK5" | "AK5" => told.extend(
                codes(2)
                    .filter(|code| !matches!(code.as_str(), "5" | "I5"))
                    .map(|code| (set, String::new(), format!("IK502 {code}"))),
            ),
            "AK9" => told.extend(codes(5).map(|code| (set, String::new(), format!("AK905 {code}")))),
            "TA1" => {
                told.insert((0, String::new(), format!("TA105 {}", at(5))));
            }
            _ => {}
        }
    }
    told
}

/// Returns the segments of `text`, taken apart at each `*`.
fn apart<'t>(segments: impl Iterator<Item = &'t str>) -> Vec<Vec<String>> {
    segments.map(|segment| segment.trim().split('*').map(str::to_owned).collect()).collect()
}

/// What we tell of files.
struct Ours {
    crosswalk: crosswalk::Crosswalk,
}

impl Ours {
    fn new() -> Ours {
        Ours { crosswalk: crosswalk(&lists()) }
    }

    fn told(&self, file: &[u8]) -> Told {
        let answers = run(file, &self.crosswalk).unwrap_or_default();
        let answers = ["ta1.edi", "999.edi"].iter().filter_map(|name| answers.get(*name));
        told(&answers.flat_map(|answer| rows(answer)).collect::<Vec<_>>())
    }
}

/// Counts what only one of two tells of `file`.
fn compare(file: &str, ours: &Told, theirs: &Told, differences: &mut Differences) {
    for (who, one, other) in [("ours", ours, theirs), ("peer", theirs, ours)] {
        for (_, _, what) in one.difference(other) {
            *differences.entry((file.to_owned(), who.to_owned(), what.clone())).or_default() += 1;
        }
    }
}

/// Returns the differences that are known, with their reasons, as `public_files/differences.txt` lists them.
fn known() -> BTreeMap<(String, String, String), (usize, String)> {
    let text = include_str!("public_files/differences.txt");
    let mut known = BTreeMap::new();
    let mut reason = "";
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let Some(row) = line.strip_prefix("  ") else {
            let words = line.split_once(": ").unwrap();
            assert!(REASONS.contains(&words.0) && !words.1.is_empty(), "{line}");
            reason = words.0;
            continue;
        };
        let [file, who, what, times] = row.split(" | ").collect::<Vec<_>>()[..] else { panic!("{line}") };
        let key = (file.to_owned(), who.to_owned(), what.to_owned());
        let before = known.insert(key, (times.parse().unwrap(), reason.to_owned()));
        assert!(before.is_none(), "{line} stands twice");
    }
    known
}

/// Asserts that the differences of the files that `is_ours_to_tell` picks are those that are known.
fn check(found: &Differences, agreed: usize, picks: impl Fn(&str) -> bool) {
    let mut by_reason: BTreeMap<String, usize> = BTreeMap::new();
    let mut unexplained = found.clone();
    let mut gone = Vec::new();
    for (key, (times, reason)) in known().into_iter().filter(|(key, _)| picks(&key.0)) {
        if unexplained.remove(&key) == Some(times) {
            *by_reason.entry(reason).or_default() += times;
        } else {
            gone.push(format!("{} | {} | {} | {times}", key.0, key.1, key.2));
        }
    }
    say(&format!("{agreed} times both tell the same; told by one alone, by reason: {by_reason:?}"));
    let row = |((file, who, what), times): (&(String, String, String), &usize)| {
        format!("  {file} | {who} | {what} | {times}")
    };
    let unexplained: Vec<String> = unexplained.iter().map(row).collect();
    assert!(unexplained.is_empty(), "without a reason:\n{}", unexplained.join("\n"));
    assert!(gone.is_empty(), "no differences any more, or others:\n{}", gone.join("\n"));
}

/// Returns whether a set of the file follows one of our guides.
fn is_judged(facts: &Value) -> bool {
    let groups = facts["interchanges"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|interchange| interchange["groups"].as_array().unwrap());
    let mut sets = groups.flat_map(|group| group["transactions"].as_array().unwrap());
    sets.any(|set| guides::guide(set["guide"].as_str().unwrap_or("").as_bytes()).is_some())
}

/// Files whose opinions come from the tests of the peer.
fn is_of_envelopes(file: &str) -> bool {
    file.starts_with("azoner__pyx12/")
}

#[test]
fn a_peer_tells_the_same_of_837_files() {
    let Some(corpus) = corpus() else { return };
    let (facts, peer) = (json(&corpus.join("facts.json")), json(&corpus.join("peer-pyx12.json")));
    let ours = Ours::new();
    let (mut files, mut agreed, mut differences) = (0, 0, Differences::new());
    for (file, opinion) in peer["files"].as_object().unwrap() {
        let lines = || opinion["ack"].as_array().into_iter().flatten().map(|line| line.as_str().unwrap());
        if !is_judged(&facts[file]) || !lines().any(|line| line.starts_with("AK9")) {
            continue;
        }
        let (ours, theirs) = (ours.told(&fs::read(corpus.join(file)).unwrap()), told(&apart(lines())));
        compare(file, &ours, &theirs, &mut differences);
        agreed += ours.intersection(&theirs).count();
        files += 1;
    }
    say(&format!("{files} files"));
    assert!(60 <= files, "the files were not found");
    check(&differences, agreed, |file| !is_of_envelopes(file));
}

/// Writes a file of release 004010 as one of 005010, so that its envelope is judged by itself.
fn as_005010(file: &str) -> String {
    file.replace("*U*00401*", "*^*00501*")
        .replace("004010X098A1", "005010X222A1")
        .replace("004010X098", "005010X222A1")
}

/// Returns what is told of envelopes and control numbers alone.
fn of_envelopes(told: Told) -> Told {
    let is_of_set = |what: &str| matches!(what, "IK502 2" | "IK502 3" | "IK502 4" | "IK502 7" | "IK502 23");
    told.into_iter()
        .filter(|(_, _, what)| what.starts_with("TA105") || what.starts_with("AK905") || is_of_set(what))
        .collect()
}

/// Names a code of the peer's unit tests as an acknowledgement has it.
fn code_words(code: &str) -> Vec<String> {
    match code {
        "HL1" => vec!["HL01 I12".to_owned()],
        "1" | "8" => vec!["misplaced".to_owned()],
        code if code.len() == 3 => vec![format!("TA105 {code}")],
        code => vec![format!("AK905 {code}"), format!("IK502 {code}")],
    }
}

#[test]
fn a_peer_tells_the_same_of_envelopes() {
    let Some(corpus) = corpus() else { return };
    let folder = corpus.join("azoner__pyx12");
    let ours = Ours::new();
    let (mut agreed, mut differences) = (0, Differences::new());
    for case in json(&folder.join("cases-envelope.json"))["cases"].as_array().unwrap() {
        let file = format!("azoner__pyx12/{}", case["name"].as_str().unwrap());
        let told = ours.told(as_005010(case["input"].as_str().unwrap()).as_bytes());
        let all: BTreeSet<String> = told.iter().map(|(_, _, what)| what.clone()).collect();
        let mut note = |who: &str, what: String| differences.insert((file.clone(), who.to_owned(), what), 1);
        let Some(code) = case["expected_code"].as_str() else {
            let surplus: Vec<_> = of_envelopes(told)
                .into_iter()
                .map(|(_, _, what)| what)
                .chain(all.get("HL01 I12").cloned())
                .collect();
            agreed += usize::from(surplus.is_empty());
            for what in surplus {
                note("ours", what);
            }
            continue;
        };
        let words = code_words(code);
        if words.iter().any(|words| all.iter().any(|what| what.ends_with(words.as_str()))) {
            agreed += 1;
        } else {
            note("peer", words[0].clone());
        }
    }
    let pairs = folder.join("pyx12/test/x12testdata");
    for entry in fs::read_dir(&pairs).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(key) = name.strip_suffix(".source.x12") else { continue };
        let Ok(answer) = fs::read_to_string(pairs.join(format!("{key}.expected-997.x12"))) else { continue };
        let source = fs::read(pairs.join(&name)).unwrap();
        let source = as_005010(&String::from_utf8_lossy(&source)).replace("004010X096A1", "005010X223A2");
        let (ours, theirs) =
            (of_envelopes(ours.told(source.as_bytes())), of_envelopes(told(&apart(answer.split('~')))));
        compare(&format!("azoner__pyx12/{key}"), &ours, &theirs, &mut differences);
        agreed += ours.intersection(&theirs).count();
    }
    check(&differences, agreed, is_of_envelopes);
}

/// The one file of its owner's folder of good files in which something is at fault, which `guides/samples.json` names.
const FAULTY: [&str; 1] = ["X223A2_HC837_Health_Care_Claim_Institutional/pass/837-institutional-claim.edi"];

#[test]
fn files_that_their_owner_passes_have_no_fault_of_syntax() {
    let Some(corpus) = corpus() else { return };
    let facts = json(&corpus.join("facts.json"));
    let crosswalk = crosswalk(&lists());
    let mut files = 0;
    for (file, facts) in facts.as_object().unwrap() {
        if !file.starts_with("kputnam__stupidedi/") || !file.contains("/pass/") || !is_judged(facts) {
            continue;
        }
        let bytes = fs::read(corpus.join(file)).unwrap();
        if facts["totals"]["claims"] == 0 {
            continue;
        }
        let outputs = run(&bytes, &crosswalk).unwrap();
        let results = std::str::from_utf8(&outputs["results.ndjson"]).unwrap();
        let is_faulty = results.contains(r#""code":"X12"#);
        assert_eq!(is_faulty, FAULTY.iter().any(|faulty| file.ends_with(faulty)), "{file}: {results}");
        files += 1;
    }
    say(&format!("{files} files pass, {} of them but for example data at fault", FAULTY.len()));
    assert!(25 <= files, "the files were not found: {files}");
}
