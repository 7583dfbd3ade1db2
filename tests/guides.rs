//! The guide tables and the guide walk, held against what others know.
//!
//! The maps of pyx12 say the same of the guides as our tables, row by row, but for what `guides/differences.json` names;
//! they are fetched with pip when they are not here yet.
//! The public sample files that are kept beside the project walk as their owners and that program say.
//! Without network or corpus there is nothing to compare; the test says so and passes.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

#[path = "guides/files.rs"]
mod files;
mod public_files;
#[path = "guides/statements.rs"]
mod statements;
#[path = "guides/wheel.rs"]
mod wheel;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use generator::{Guide, LineEnd, Plan};
use guides::{CharacterSet, DataType, Note};
use serde_json::Value;

use files::{Found, found_in};
use public_files::corpus;
use wheel::said_by;

/// The maps of pyx12, by the guide that they are of.
const MAPS: [(&str, &str); 4] = [
    ("005010X222A1", "837.5010.X222.A1.xml"),
    ("005010X223A2", "837Q3.I.5010.X223.A1.xml"),
    ("005010X231A1", "999.5010X231.A1.xml"),
    ("005010X214", "277.5010.X214.xml"),
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

/// A place of a guide, what we say of it, and what they say.
type Difference = (String, Option<String>, Option<String>);

fn differences(ours: &BTreeMap<String, String>, theirs: &BTreeMap<String, String>) -> Vec<Difference> {
    let places: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let both = |place: &String| (place.clone(), ours.get(place).cloned(), theirs.get(place).cloned());
    places.into_iter().map(both).filter(|(_, ours, theirs)| ours != theirs).collect()
}

#[test]
fn the_tables_say_what_the_maps_say() {
    let Some(maps) = said_by("maps.py", &MAPS) else { return };
    let known = json(&root().join("tests/guides/differences.json"));
    let mut unexplained = Vec::new();
    let mut explained = 0;
    for (reference, _) in MAPS {
        let guide = guides::guide(reference.as_bytes()).unwrap();
        let ours = statements::of(guide);
        let theirs: BTreeMap<String, String> = serde_json::from_value(maps[reference].clone()).unwrap();
        let found = differences(&ours, &theirs);
        say(&format!("{reference}: {} statements, {} of them agree", ours.len(), agreeing(&ours, &theirs)));
        for (place, ours, theirs) in found {
            let row = known
                .as_array()
                .unwrap()
                .iter()
                .find(|row| row["guide"] == reference && row["place"] == *place);
            let is_known = row.is_some_and(|row| {
                row["ours"].as_str() == ours.as_deref()
                    && row["theirs"].as_str() == theirs.as_deref()
                    && row["reason"].as_str().is_some_and(|reason| !reason.is_empty())
            });
            explained += usize::from(is_known);
            if !is_known {
                unexplained.push(format!("{reference} {place}: ours {ours:?}, theirs {theirs:?}"));
            }
        }
    }
    say(&format!("{explained} differences are ours on purpose, {} are unexplained", unexplained.len()));
    assert!(unexplained.is_empty(), "{}", unexplained.join("\n"));
    assert_eq!(known.as_array().unwrap().len(), explained, "differences that are none");
}

fn agreeing(ours: &BTreeMap<String, String>, theirs: &BTreeMap<String, String>) -> usize {
    ours.iter().filter(|(place, said)| theirs.get(*place) == Some(*said)).count()
}

/// Cases that a program for every release counts as lawful, or not, and the guides of 005010 do not.
const OTHER_TYPES: [(&str, &str, &str); 2] = [
    ("AN", "bad ^`", "an older release; 005010 has both characters"),
    ("DT", "12 digits", "a form of other releases; data element 373 has eight"),
];

#[test]
fn values_are_lawful_or_not() {
    let Some(corpus) = corpus() else { return };
    let cases = json(&corpus.join("azoner__pyx12/cases-datatypes.json"));
    let (mut held, mut other) = (0, 0);
    for case in cases["cases"].as_array().unwrap() {
        let text = |name: &str| case[name].as_str().unwrap_or("");
        let (value, kind) = (text("value"), text("type"));
        let is_older = kind == "AN" && value == OTHER_TYPES[0].1 && case["icvn"].is_null();
        let is_long = kind == "DT" && value.len() == 12;
        if is_older || is_long {
            other += 1;
            continue;
        }
        let fault = match kind {
            "D8" | "D6" | "RD8" => DataType::Period.fault_of(value.as_bytes(), 1, 35, kind.as_bytes()),
            _ => DataType::from_name(kind).unwrap().fault_of(value.as_bytes(), 0, u16::MAX, b""),
        };
        let in_set = text("charset") != "B" || CharacterSet::Basic.holds(value.as_bytes());
        let lawful = fault.is_none() && (in_set || !matches!(kind, "AN" | "ID"));
        assert_eq!(Some(lawful), case["valid"].as_bool(), "{case}: {fault:?}");
        held += 1;
    }
    say(&format!("{held} values agree; {other} are of no type that the guides use"));
    assert!(150 <= held, "the cases were not found");
}

#[test]
fn conditions_hold_or_not() {
    let Some(corpus) = corpus() else { return };
    let cases = json(&corpus.join("azoner__pyx12/cases-syntax-notes.json"));
    let cases = cases["cases"].as_array().unwrap();
    for case in cases {
        let elements = case["segment"].as_str().unwrap().split('*').skip(1);
        let present = elements
            .enumerate()
            .fold(0, |bits, (index, element)| bits | u64::from(!element.is_empty()) << index);
        let note = Note::from_name(case["note"].as_str().unwrap()).unwrap();
        assert_eq!(Some(note.holds(present)), case["valid"].as_bool(), "{case}");
    }
    say(&format!("{} conditions agree", cases.len()));
    assert!(30 <= cases.len(), "the cases were not found");
}

/// Returns every sample file that follows one of the guides, by its name in the corpus.
fn samples(corpus: &Path) -> Vec<String> {
    let facts = json(&corpus.join("facts.json"));
    let follows = |facts: &Value| {
        let groups = facts["interchanges"]
            .as_array()
            .into_iter()
            .flatten()
            .flat_map(|interchange| interchange["groups"].as_array().unwrap());
        let mut sets = groups.flat_map(|group| group["transactions"].as_array().unwrap());
        sets.any(|set| guides::guide(set["guide"].as_str().unwrap_or("").as_bytes()).is_some())
    };
    let files = facts.as_object().unwrap().iter();
    files.filter(|(_, facts)| follows(facts)).map(|(name, _)| name.clone()).collect()
}

#[test]
fn samples_walk_as_others_say() {
    let Some(corpus) = corpus() else { return };
    let peer = json(&corpus.join("peer-pyx12.json"));
    let known = json(&root().join("tests/guides/samples.json"));
    let (mut clean, mut deviating, mut agreed, mut seen) = (0, 0, 0, BTreeSet::new());
    let mut wrong = Vec::new();
    for name in samples(&corpus) {
        let found = found_in(&fs::read(corpus.join(&name)).unwrap());
        if found.deviations.is_empty() {
            clean += 1;
        } else {
            deviating += 1;
        }
        let accepted = is_accepted(&peer["files"][&name]["ack"]);
        // The folders where this owner keeps what its own validator must pass.
        let is_good = accepted || name.contains("/pass/");
        if !is_good {
            continue;
        }
        let expected = known[&name]["deviations"].as_array().cloned().unwrap_or_default();
        if let Some(row) = known.get(&name) {
            assert!(row["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{name} has no reason");
            seen.insert(name.clone());
        }
        let expected: Vec<&str> = expected.iter().map(|deviation| deviation.as_str().unwrap()).collect();
        if found.deviations == expected {
            agreed += 1;
        } else {
            wrong.push(format!("{name}: {:#?}", found.deviations));
        }
    }
    say(&format!(
        "{clean} files have no deviation, {deviating} have; {agreed} that others call good agree, {} with a reason",
        seen.len()
    ));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(30 <= agreed, "the samples were not found");
    assert_eq!(known.as_object().unwrap().len(), seen.len(), "reasons for files that need none");
}

/// Returns whether the peer accepts every set of a file.
fn is_accepted(acknowledgement: &Value) -> bool {
    let lines = || acknowledgement.as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut sets = lines().filter(|line| line.starts_with("IK5"));
    lines().any(|line| line.starts_with("IK5")) && sets.all(|line| line == "IK5*A")
}

#[test]
fn made_up_batches_and_samples_walk_clean() {
    let lists = generator::lists(1, 200, 100, 1);
    let mut sets = 0;
    for guide in [Guide::Professional, Guide::Institutional, Guide::Dental] {
        for line_end in [LineEnd::None, LineEnd::Lf] {
            let plan = Plan { guide, claims: 200, line_end, dependents: 0.3, ..Plan::default() };
            let mut batch = Vec::new();
            generator::write_batch(&plan, &lists, &mut batch).unwrap();
            let Found { deviations, sets: count } = found_in(&batch);
            assert!(deviations.is_empty(), "{guide:?}: {deviations:#?}");
            sets += count;
        }
    }
    for story in fs::read_dir(root().join("samples")).unwrap() {
        let path = story.unwrap().path().join("in.837");
        if path.exists() {
            let Found { deviations, sets: count } = found_in(&fs::read(&path).unwrap());
            assert!(deviations.is_empty(), "{}: {deviations:#?}", path.display());
            sets += count;
        }
    }
    assert!(10 < sets, "the samples were not found");
}

/// Deletes and doubles each segment of a sample's claims in turn: one fault, at most one deviation.
#[test]
fn one_fault_gives_at_most_one_deviation() {
    let text = fs::read_to_string(root().join("samples/one-of-two/in.837")).unwrap();
    let segments: Vec<&str> = text.split_inclusive('~').collect();
    let (mut faults, mut told) = (0, 0);
    for (index, segment) in segments.iter().enumerate() {
        // Without its level, what follows belongs to another one; the tree of levels is judged elsewhere.
        let is_outer =
            ["ISA", "GS", "ST", "HL", "SE", "GE", "IEA"].iter().any(|name| segment.trim().starts_with(name));
        if is_outer || segment.trim().is_empty() {
            continue;
        }
        let without = [&segments[..index], &segments[index + 1..]].concat().concat();
        let doubled = [&segments[..=index], &segments[index..]].concat().concat();
        for changed in [without, doubled] {
            let Found { deviations, .. } = found_in(changed.as_bytes());
            assert!(deviations.len() <= 1, "{segment}: {deviations:#?}");
            (faults, told) = (faults + 1, told + deviations.len());
        }
    }
    say(&format!(
        "{told} of {faults} segments deleted or doubled are told; the others may be missing or stand twice"
    ));
    assert!(80 <= told, "the sample was not found");
}
