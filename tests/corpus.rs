//! What `inspect` counts in public sample files, held against what an independent program counted.
//!
//! The files and the counts lie beside the project; without them there is nothing to compare.
//! Differences that are judgements and no mistakes are named, each with its reason, in `corpus-differences.json`.

#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

mod public_files;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use public_files::corpus;
use serde_json::Value;

/// Exit codes of a command that read, or could not read, an 837: done, refused, unreadable.
const EXIT_CODES: [i32; 3] = [0, 4, 5];

/// Most differences that may stand as judgements.
const DIFFERENCES_MAX: usize = 8;

/// Totals by the names that both programs give them.
const TOTALS: [&str; 7] =
    ["interchanges", "groups", "transactions", "segments", "claims", "service_lines", "lin_n4"];

/// Fields of a drug line by the names that both programs give them.
const NDC_LINE: [&str; 14] = [
    "claim",
    "lx",
    "ndc",
    "digits11",
    "quantity",
    "unit",
    "rx",
    "code",
    "code_qualifier",
    "modifiers",
    "revenue",
    "charge",
    "dos",
    "dos_from",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn claimgate(args: &[&str], input: &Path) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_claimgate"))
        .args(args)
        .stdin(Stdio::from(File::open(input).unwrap()))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains("panicked") && !said.contains("internal fault"), "{}: {said}", input.display());
    let code = output.status.code();
    assert!(code.is_some_and(|code| EXIT_CODES.contains(&code)), "{}: {code:?} {said}", input.display());
    output
}

/// Returns the names of the files whose facts mean nothing.
fn unreliable(corpus: &Path) -> BTreeSet<String> {
    let sources = json(&corpus.join("sources.json"));
    let rows = sources.as_array().unwrap().iter();
    rows.filter(|row| row["unreliable"] == true).map(|row| row["file"].as_str().unwrap().to_owned()).collect()
}

/// Returns everything that `inspect` and `facts` tell differently of one file, each difference in words.
fn differences(output: &Output, facts: &Value) -> Vec<String> {
    if output.stdout.is_empty() {
        return vec!["nothing is read".to_owned()];
    }
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut differences = Vec::new();
    for name in TOTALS {
        // Where no interchange is found, the facts leave the totals out.
        let (ours, theirs) = (&found["totals"][name], facts["totals"][name].as_u64().unwrap_or(0));
        if *ours != theirs {
            differences.push(format!("totals.{name}: {ours} instead of {theirs}"));
        }
    }
    differences.extend(ndc_line_differences(&found, facts));
    let ours = errors_found(&found);
    for (place, count) in errors_of_facts(facts) {
        let seen = ours.get(&place).copied().unwrap_or(0);
        if seen < count {
            differences.push(format!("{} of interchange {:?}: {seen} instead of {count}", place.1, place.0));
        }
    }
    differences
}

fn ndc_line_differences(found: &Value, facts: &Value) -> Vec<String> {
    let ours = found["ndc_lines"].as_array().unwrap();
    let theirs: Vec<&Value> =
        transactions(facts).flat_map(|set| set["ndc_lines"].as_array().into_iter().flatten()).collect();
    let mut differences = Vec::new();
    if ours.len() != theirs.len() {
        differences.push(format!("ndc_lines: {} instead of {}", ours.len(), theirs.len()));
    }
    for (number, (ours, theirs)) in (1..).zip(ours.iter().zip(theirs)) {
        for name in NDC_LINE {
            if ours[name] != theirs[name] {
                differences
                    .push(format!("ndc_lines {number} {name}: {} instead of {}", ours[name], theirs[name]));
            }
        }
    }
    differences
}

fn interchanges(facts: &Value) -> impl Iterator<Item = &Value> {
    facts["interchanges"].as_array().unwrap().iter()
}

fn transactions(facts: &Value) -> impl Iterator<Item = &Value> {
    interchanges(facts)
        .flat_map(|interchange| interchange["groups"].as_array().unwrap())
        .flat_map(|group| group["transactions"].as_array().unwrap())
}

/// A position of an interchange, or none for a fault of the file, and a code.
type Place = (Option<u64>, String);

fn errors_found(found: &Value) -> BTreeMap<Place, usize> {
    let mut errors = BTreeMap::new();
    for error in found["errors"].as_array().unwrap() {
        let place = (error["interchange"].as_u64(), error["code"].as_str().unwrap().to_owned());
        *errors.entry(place).or_default() += 1;
    }
    errors
}

fn errors_of_facts(facts: &Value) -> BTreeMap<Place, usize> {
    let mut errors = BTreeMap::new();
    let mut add = |interchange, list: &Value| {
        for error in list.as_array().unwrap() {
            let place = (interchange, error["code"].as_str().unwrap().to_owned());
            *errors.entry(place).or_default() += 1;
        }
    };
    add(None, &facts["errors"]);
    for interchange in interchanges(facts) {
        add(interchange["n"].as_u64(), &interchange["errors"]);
    }
    errors
}

#[test]
fn inspect_agrees_with_an_independent_count() {
    let Some(corpus) = corpus() else { return };
    let unreliable = unreliable(&corpus);
    let judgements = json(&root().join("tests/corpus-differences.json"));
    let judgements = judgements.as_array().unwrap();
    assert!(judgements.len() <= DIFFERENCES_MAX);
    let expected: BTreeMap<&str, &Value> =
        judgements.iter().map(|entry| (entry["file"].as_str().unwrap(), &entry["differs"])).collect();
    let mut surprises = Vec::new();
    for (file, facts) in json(&corpus.join("facts.json")).as_object().unwrap() {
        let output = claimgate(&["inspect", "--json", "-"], &corpus.join(file));
        if unreliable.contains(file) {
            continue;
        }
        let differences = Value::from(differences(&output, facts));
        let expected = expected.get(file.as_str()).copied().cloned().unwrap_or(Value::Array(vec![]));
        if differences != expected {
            surprises.push(format!("{file}: {differences}"));
        }
        let faulty = !errors_of_facts(facts).is_empty();
        if faulty && output.status.success() {
            surprises.push(format!("{file}: exit 0 with faults"));
        }
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

#[test]
fn every_claim_is_shown_in_the_tree() {
    let Some(corpus) = corpus() else { return };
    for (file, facts) in json(&corpus.join("facts.json")).as_object().unwrap() {
        let tree = claimgate(&["inspect", "--tree", "-"], &corpus.join(file));
        let lines = String::from_utf8(tree.stdout).unwrap();
        let claims = lines.lines().filter(|line| line.trim_start().starts_with("claim ")).count();
        if !lines.is_empty() {
            assert_eq!(claims as u64, facts["totals"]["claims"].as_u64().unwrap_or(0), "{file}");
        }
    }
}

#[test]
fn every_claim_is_processed() {
    let Some(corpus) = corpus() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (inputs, out) = (folder.path().join("in"), folder.path().join("out"));
    fs::create_dir(&inputs).unwrap();
    let facts = json(&corpus.join("facts.json"));
    let files = || facts.as_object().unwrap().iter().enumerate();
    for (number, (file, _)) in files() {
        fs::copy(corpus.join(file), inputs.join(format!("{number}.837"))).unwrap();
    }
    let lists = root().join("samples/crosswalks");
    let args = [
        ("process", inputs),
        ("--pdac", lists.join("2025-10-05XWalk.csv")),
        ("--asp", lists.join("asp-2025q4.csv")),
        ("--out", out.clone()),
    ];
    let args: Vec<&str> = args.iter().flat_map(|(name, path)| [*name, path.to_str().unwrap()]).collect();
    let few = ["--quiet", "--reports", "none", "--results", "none"];
    let said = claimgate(&[&args[..], &few].concat(), Path::new("/dev/null")).stderr;
    let said = String::from_utf8(said).unwrap();
    for (number, (file, facts)) in files() {
        let summary = out.join(format!("{number}/summary.json"));
        if summary.exists() {
            assert_eq!(json(&summary)["claims"]["received"], facts["totals"]["claims"], "{file}");
        } else {
            assert!(said.contains(&format!("/{number}.837: byte ")), "{file}: {said}");
        }
    }
}
