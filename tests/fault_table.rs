//! Faults written by hand, one at a time: what each gives, how far it reaches, and nothing besides.
//!
//! The tables stand in `faults`, each with the clean file that it breaks in `faults/files`; `professional.txt` says how they are read.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "guides/files.rs"]
mod files;

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "acknowledgements/runs.rs"]
mod runs;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use crosswalk::Crosswalk;
use crosswalk::sources::{Options, asp, pdac};
use serde_json::Value;

/// Each table, and the file that it breaks.
const TABLES: [(&str, &str); 4] = [
    ("professional", "professional"),
    ("institutional", "institutional"),
    ("dental", "dental"),
    ("envelope", "professional"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn crosswalk() -> Crosswalk {
    let read = |name: &str| fs::read(root().join("samples/crosswalks").join(name)).unwrap();
    let named = Options { source_name: "2025-10-05XWalk.csv", ..Options::default() };
    let pdac = pdac::parse(&read("2025-10-05XWalk.csv"), &named).unwrap();
    let asp = asp::parse(&read("asp-2025q4.csv"), &Options::default()).unwrap();
    Crosswalk::build(vec![pdac, asp]).0
}

/// Returns a file without its line ends.
fn clean(name: &str) -> String {
    let path = root().join("tests/faults/files").join(name).with_extension("837");
    fs::read_to_string(path).unwrap().replace('\n', "")
}

/// Makes the changes of a row.
fn changed(clean: &str, changes: &str) -> String {
    if changes == "twice" {
        return clean.repeat(2);
    }
    let mut file = clean.to_owned();
    for change in changes.split(" ;; ") {
        let (old, new) = change.split_once(" =>").unwrap();
        let new = new.strip_prefix(' ').unwrap_or(new);
        assert_eq!(file.matches(old).count(), 1, "{old} stands once");
        file = file.replacen(old, new, 1);
    }
    if changes.contains("SE*") { file } else { counted(&file) }
}

/// Writes SE01 anew.
fn counted(file: &str) -> String {
    let mut counted = String::new();
    let mut segments = 0;
    for segment in file.split_inclusive('~') {
        // Empty segments do not count.
        segments += usize::from(segment != "~");
        if segment.starts_with("ST*") {
            segments = 1;
        }
        match segment.strip_prefix("SE*").and_then(|rest| rest.split_once('*')) {
            Some((_, rest)) => counted.push_str(&format!("SE*{segments}*{rest}")),
            None => counted.push_str(segment),
        }
    }
    counted
}

/// Returns what is found, each finding once, and what becomes of the claims, as the tables write it.
fn outcome(file: &str, crosswalk: &Crosswalk) -> (BTreeSet<String>, String) {
    let outputs = runs::run_for(file.as_bytes(), crosswalk, None).unwrap();
    let mut found = BTreeSet::new();
    let (mut disposition, mut claims) = ("accepted".to_owned(), String::new());
    for line in outputs["results.ndjson"].split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        let row: Value = serde_json::from_slice(line).unwrap();
        let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
        for finding in row["findings"].as_array().unwrap() {
            let within = finding["loop"].as_str().map_or(String::new(), |within| format!("{within}."));
            found.insert(format!("{} {within}{}", text(&finding["code"]), text(&finding["element"])));
        }
        if row["disposition"] != "accepted" {
            let own = text(&row["disposition"]);
            assert!(claims.is_empty() || own == disposition, "one fault, one disposition");
            disposition = own;
            claims.push_str(&format!(" {}", row["claim_number"]));
        }
    }
    (found, disposition + &claims)
}

#[test]
fn each_fault_gives_what_its_row_says() {
    let crosswalk = crosswalk();
    let (mut rows, mut wrong) = (0, Vec::new());
    for (table, base) in TABLES {
        let clean = clean(base);
        assert_eq!(outcome(&clean, &crosswalk), (BTreeSet::new(), "accepted".to_owned()), "{base} is clean");
        let text = fs::read_to_string(root().join("tests/faults").join(table).with_extension("txt")).unwrap();
        for row in text.lines().filter(|row| !row.is_empty() && !row.starts_with('#')) {
            let [changes, findings, claims] = row.split(" | ").collect::<Vec<_>>()[..] else {
                panic!("{row}")
            };
            let expected: BTreeSet<String> =
                findings.split(", ").filter(|finding| *finding != "-").map(str::to_owned).collect();
            let file = changed(&clean, changes);
            let (found, told) = outcome(&file, &crosswalk);
            rows += 1;
            if found != expected || told != claims {
                let found = found.into_iter().collect::<Vec<_>>().join(", ");
                wrong.push(format!("{table}: {row}\n    found {found} | {told}"));
            }
        }
    }
    let _ = writeln!(std::io::stderr(), "{rows} faults written by hand");
    assert!(200 <= rows, "the tables were not found");
    assert!(wrong.is_empty(), "{} of them differ:\n{}", wrong.len(), wrong.join("\n"));
}
