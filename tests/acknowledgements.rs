//! Acknowledgements, held against what they answer and against the guides that they follow.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "guides/files.rs"]
mod files;

#[path = "acknowledgements/runs.rs"]
mod runs;

mod public_files;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use fastrand::Rng;
use generator::Plan;

use public_files::corpus;
use runs::{FORMS, check_clean, crosswalk, lists, named, plans, rows, run, written};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn files_under(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files_under(&path, found);
        } else if fs::metadata(&path).unwrap().len() < 300_000 {
            found.push(path);
        }
    }
}

#[test]
fn every_acknowledgement_reads_clean() {
    let lists = lists();
    let crosswalk = crosswalk(&lists);
    let mut count = 0;
    for plan in plans() {
        let file = written(&plan, &lists);
        count += check_clean(&format!("plan {}", plan.seed), &file, &crosswalk);
        for seed in 0..40 {
            let (file, _, _) = broken(&file, &mut Rng::with_seed(plan.seed * 100 + seed), any_segment);
            count += check_clean(&format!("plan {}, damage {seed}", plan.seed), &file, &crosswalk);
            let file = in_disorder(&file, &mut Rng::with_seed(plan.seed * 100 + seed));
            count += check_clean(&format!("plan {}, disorder {seed}", plan.seed), &file, &crosswalk);
        }
    }
    let mut paths = Vec::new();
    files_under(&root().join("samples"), &mut paths);
    if let Some(corpus) = corpus() {
        files_under(&corpus, &mut paths);
    }
    for path in paths {
        count += check_clean(&path.display().to_string(), &fs::read(&path).unwrap(), &crosswalk);
    }
    assert!(200 < count, "{count}");
    let _ = writeln!(std::io::stderr(), "{count} acknowledgements read clean");
}

/// Makes one element of a segment, chosen by `chooses`, longer than any may be.
///
/// Returns the file, the position of the segment in its set, and that of the element.
fn broken(file: &[u8], rng: &mut Rng, chooses: fn(&[&[u8]]) -> bool) -> (Vec<u8>, usize, usize) {
    let (element, terminator) = (file[3], file[105]);
    let mut all: Vec<Vec<u8>> = file.split(|&byte| byte == terminator).map(<[u8]>::to_vec).collect();
    let elements_of = |segment: &[u8]| -> Vec<Vec<u8>> {
        segment.split(|&byte| byte == element).map(<[u8]>::to_vec).collect()
    };
    loop {
        let at = rng.usize(..all.len());
        let mut elements = elements_of(&all[at]);
        let views: Vec<&[u8]> = elements.iter().map(|value| value.trim_ascii_start()).collect();
        if views.len() < 2 || !chooses(&views) {
            continue;
        }
        let place = rng.usize(1..elements.len());
        if elements[place].is_empty() {
            continue;
        }
        let start = all[..at].iter().rposition(|segment| segment.trim_ascii_start().starts_with(b"ST"));
        elements[place] = vec![b'X'; 300];
        all[at] = elements.join(&element);
        let file = all.join(&terminator);
        return (file, start.map_or(0, |start| at - start + 1), place);
    }
}

/// Takes segments out, doubles them, moves them, and changes bytes, but for those of the first ISA.
fn in_disorder(file: &[u8], rng: &mut Rng) -> Vec<u8> {
    let terminator = file[105];
    let mut all: Vec<Vec<u8>> =
        file.split_inclusive(|&byte| byte == terminator).map(<[u8]>::to_vec).collect();
    for _ in 0..rng.usize(1..=6) {
        let (at, other) = (rng.usize(1..all.len()), rng.usize(1..all.len()));
        match rng.u8(..4) {
            0 => drop(all.remove(at)),
            1 => all.insert(other, all[at].clone()),
            2 => all.swap(at, other),
            _ => {
                let place = rng.usize(..all[at].len());
                all[at][place] = *rng.choice(b"*:^~|>\n\0\xe9 X9").unwrap();
            }
        }
    }
    all.concat()
}

fn any_segment(_: &[&[u8]]) -> bool {
    true
}

/// Segments that stand in claims alone, and begin none.
fn of_a_claim(elements: &[&[u8]]) -> bool {
    [&b"HI"[..], b"LX", b"SV1", b"SV2", b"SV3", b"DTP", b"LIN", b"CTP"].contains(&elements[0])
}

#[test]
fn a_999_points_at_the_guilty_element() {
    let lists = lists();
    let crosswalk = crosswalk(&lists);
    let mut elements = 0;
    for plan in plans() {
        let plan = Plan { bad: 0.0, warn: 0.0, interchanges: 1, groups: 1, sets: 1, ..plan };
        let clean = written(&plan, &lists);
        for seed in 0..40 {
            let (file, position, element) =
                broken(&clean, &mut Rng::with_seed(plan.seed * 1000 + seed), of_a_claim);
            let place = format!("plan {}, damage {seed}: segment {position}, element {element}", plan.seed);
            let files = run(&file, &crosswalk).unwrap();
            let rows = rows(&files["999.edi"]);
            let first = rows.iter().position(|row| row[0] == "IK3").expect(&place);
            assert_eq!(rows[first][2], position.to_string(), "{place}: {:?}", rows[first]);
            assert!(rows[first + 1].starts_with(&["CTX".to_owned()]), "{place}");
            if rows[first][4] == "8" {
                let found = &rows[first + 2];
                assert_eq!(found[0], "IK4", "{place}");
                assert_eq!(
                    found[1].split(':').next(),
                    Some(element.to_string().as_str()),
                    "{place}: {found:?}"
                );
                assert!(found.get(4).is_none_or(|copy| copy.len() == 99), "{place}");
                elements += 1;
            }
            assert_eq!(named(&files["999.edi"], &["AK9"]), ["AK9*E*1*1*1"], "{place}");
        }
    }
    assert!(200 < elements, "{elements}");
}

#[test]
fn one_broken_claim_of_a_thousand_takes_no_other_with_it() {
    let lists = lists();
    let crosswalk = crosswalk(&lists);
    let clean = written(&Plan { claims: 1_000, ..Plan::default() }, &lists);
    let text = String::from_utf8(clean).unwrap();
    let claim = text.match_indices("~CLM*").nth(500).unwrap().0;
    let line = claim + text[claim..].find("~DTP*472*D8*").unwrap() + 12;
    let file = format!("{}2025ABCD{}", &text[..line], &text[line + 8..]);
    let files = run(file.as_bytes(), &crosswalk).unwrap();
    let claims = |name: &str| {
        let text = String::from_utf8(files[name].clone()).unwrap();
        let starts: Vec<usize> = text.match_indices("~CLM*").map(|(at, _)| at + 1).collect();
        let end = |at: usize| {
            let rest = &text[at..];
            let ends = ["~CLM*", "~HL*", "~SE*"].iter().filter_map(|next| rest.find(next));
            at + ends.min().unwrap()
        };
        starts.into_iter().map(|at| text[at..end(at)].to_owned()).collect::<Vec<String>>()
    };
    let (accepted, rejected) = (claims("accepted.837"), claims("rejected.837"));
    assert_eq!((accepted.len(), rejected.len()), (999, 1));
    assert!(accepted.iter().all(|claim| text.contains(claim)));
    assert_eq!(named(&files["999.edi"], &["IK5", "AK9"]), ["IK5*E*5", "AK9*E*1*1*1"]);
    assert_eq!(named(&files["999.edi"], &["IK3"]).len(), 1);
}

const ISA: &str = "ISA*00*          *00*          *ZZ*TPID00000001   *ZZ*SAMPLEMMIS     *251103*0730*^*00501*000000101*0*P*:~";
const GS: &str = "GS*HC*TPID00000001*SAMPLEMMIS*20251103*0730*1*X*005010X222A1~";

/// Runs one interchange around `groups`, with a made-up list.
fn answers(interchange: &str) -> BTreeMap<String, Vec<u8>> {
    run(interchange.as_bytes(), &crosswalk(&lists())).unwrap()
}

#[test]
fn a_ta1_names_what_is_wrong_with_the_envelope() {
    let whole = format!("{ISA}{GS}GE*0*1~IEA*1*000000101~");
    assert!(!answers(&whole).contains_key("ta1.edi"), "not asked for, and nothing wrong");
    let cases = [
        (whole.replace("*0*P*:", "*1*P*:"), "A*000"),
        (whole.replace("IEA*1*000000101", "IEA*1*000000102"), "R*001"),
        (whole.replace("IEA*1*", "IEA*2*"), "R*021"),
        (whole.replace("*ZZ*TPID", "*XX*TPID"), "R*005"),
        (whole.replace("TPID00000001   *ZZ*", "TPID00000001   *QQ*"), "R*007"),
        (whole.replace("*251103*0730*^", "*251303*0730*^"), "R*014"),
        (whole.replace("*251103*0730*^", "*251103*2530*^"), "R*015"),
        (whole.replace("*00501*", "*00401*"), "R*003"),
        (whole.replace("*0*P*:", "*7*P*:"), "R*019"),
        (whole.replace("*0*P*:", "*0*X*:"), "R*020"),
        (whole.replace("ISA*00*", "ISA*07*"), "R*010"),
        (whole.replace("IEA*1*000000101~", ""), "R*023"),
        (whole.replace("GE*0*1~", ""), "R*022"),
        (format!("{whole}{whole}"), "R*025"),
    ];
    for (file, expected) in cases {
        let ta1 = named(&answers(&file)["ta1.edi"], &["TA1"]);
        assert!(ta1.len() == 1 && ta1[0].ends_with(expected), "{expected}: {ta1:?}");
        assert!(ta1[0].starts_with("TA1*000000101*2511"), "{ta1:?}");
    }
}

#[test]
fn a_999_counts_sets_and_names_what_refuses_them() {
    let set = |number: &str, version: &str, count: &str| {
        format!("ST*837*{number}*{version}~BHT*0019*00*1*20251103*0730*CH~SE*{count}*{number}~")
    };
    let file = format!(
        "{ISA}{GS}{}{}{}GE*3*1~IEA*1*000000101~",
        set("0001", "004010X098A1", "3"),
        set("0002", "005010X222A1", "9"),
        set("0001", "005010X291", "3"),
    );
    let ack = answers(&file).remove("999.edi").unwrap();
    let outcomes = named(&ack, &["AK2", "IK5", "AK9"]);
    let expected = [
        "AK2*837*0001*004010X098A1",
        "IK5*R*1",
        "AK2*837*0002*005010X222A1",
        "IK5*R*4*I5",
        "AK2*837*0001*005010X291",
        "IK5*R*1*23",
        "AK9*R*3*3*0",
    ];
    assert_eq!(outcomes, expected);
}

#[test]
fn a_999_tells_errors_of_set_and_claims_in_the_order_of_the_file() {
    let lists = lists();
    let plan = Plan { claims: 3, dependents: 0.0, ..Plan::default() };
    let text = String::from_utf8(written(&plan, &lists)).unwrap();
    // The second level is numbered wrong behind a branch that has an error of its own, and in front of a claim that has one.
    let bad = text
        .replacen("~NM1*85*2*", "~NM1*85*3*", 1)
        .replacen("~HL*2*1*22*", "~HL*5*1*22*", 1)
        .replacen("~DTP*472*D8*", "~DTP*472*D9*", 1);
    let files = run(bad.as_bytes(), &crosswalk(&lists)).unwrap();
    let rows = rows(&files["999.edi"]);
    let errors: Vec<(&str, u32)> = rows
        .iter()
        .filter(|row| row[0] == "IK3")
        .map(|row| (row[1].as_str(), row[2].parse().unwrap()))
        .collect();
    let names: Vec<&str> = errors.iter().map(|error| error.0).collect();
    assert_eq!(names, ["NM1", "HL", "DTP"]);
    assert!(errors.is_sorted_by_key(|error| error.1), "{errors:?}");
}

#[test]
fn a_999_names_what_refuses_a_group() {
    let whole = format!("{ISA}{GS}GE*0*1~IEA*1*000000101~");
    let other = whole.replace("GS*HC", "GS*PO").replace("GE*0*1~", "ST*850*0001~BEG*00~SE*3*0001~GE*1*1~");
    let cases = [
        (whole.clone(), "AK9*A*0*0*0"),
        (whole.replace("GE*0*1~", "GE*2*1~"), "AK9*R*2*0*0*5"),
        (whole.replace("GE*0*1~", "GE*0*2~"), "AK9*R*0*0*0*4"),
        (whole.replace("GE*0*1~", ""), "AK9*R*0*0*0*3"),
        (whole.replace("*1*X*", "*A*X*").replace("GE*0*1~", "GE*0*A~"), "AK9*R*0*0*0*6"),
        (other, "AK9*R*1*1*0*1"),
    ];
    for (file, expected) in cases {
        assert_eq!(named(&answers(&file)["999.edi"], &["AK2", "AK9"]), [expected]);
    }
}

#[test]
fn an_acknowledgement_is_never_acknowledged() {
    let asks = ISA.replace("*0*P*:", "*1*P*:");
    for (group, set) in [("FA", "999"), ("FA", "997"), ("AG", "824"), ("HN", "277")] {
        let file = format!(
            "{asks}GS*{group}*TPID00000001*SAMPLEMMIS*20251103*0730*1*X*005010X231A1~ST*{set}*0001~AK1*HC*1~SE*3*0001~GE*1*1~IEA*1*000000101~"
        );
        let files = answers(&file);
        assert!(FORMS.iter().all(|form| !files.contains_key(*form)), "{set}: {:?}", files.keys());
    }
    let files = answers(&format!("{asks}TA1*000000001*251103*0730*A*000~IEA*0*000000101~"));
    assert!(FORMS.iter().all(|form| !files.contains_key(*form)), "{:?}", files.keys());
}

#[test]
fn an_824_names_every_rejected_claim_and_each_reason() {
    let lists = lists();
    let crosswalk = crosswalk(&lists);
    let mut reasons = 0;
    for plan in plans() {
        let files = run(&written(&plan, &lists), &crosswalk).unwrap();
        let results = String::from_utf8(files["results.ndjson"].clone()).unwrap();
        let rejected: Vec<serde_json::Value> = results
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .filter(|row: &serde_json::Value| row["disposition"] == "rejected")
            .collect();
        let Some(ack) = files.get("824.edi") else {
            assert!(rejected.is_empty());
            continue;
        };
        let rows = rows(ack);
        let claims: Vec<&Vec<String>> = rows.iter().filter(|row| row[0] == "OTI").collect();
        assert_eq!(claims.len(), rejected.len());
        for (row, claim) in claims.iter().zip(&rejected) {
            assert_eq!((&row[1], &row[2]), (&"IR".to_owned(), &"TN".to_owned()));
            assert_eq!(row[3], claim["claim_id"].as_str().unwrap());
            assert_eq!(row[9], claim["transaction_set_control_number"].as_str().unwrap());
        }
        let codes: Vec<&str> = rows.iter().filter(|row| row[0] == "RED").map(|row| row[6].as_str()).collect();
        let findings = rejected.iter().flat_map(|claim| claim["findings"].as_array().unwrap());
        let expected: Vec<&str> = findings
            .filter(|finding| finding["severity"] == "reject")
            .map(|finding| finding["code"].as_str().unwrap())
            .collect();
        assert_eq!(codes, expected);
        reasons += codes.len();
    }
    assert!(30 < reasons, "{reasons}");
}

/// The claims and the charge that QTY and AMT count in `rows`, accepted and rejected.
fn totals(rows: &[Vec<String>], quantities: [&str; 2]) -> [(u64, i64); 2] {
    let of = |id: &str, qualifier: &str| {
        rows.iter().find(|row| row[0] == id && row[1] == qualifier).map(|row| row[2].clone())
    };
    let total = |quantity: &str, charge: &str| {
        let claims = of("QTY", quantity).map_or(0, |count| count.parse().unwrap());
        (claims, of("AMT", charge).map_or(0, |charge| claims::cents_of(charge.as_bytes()).unwrap()))
    };
    [total(quantities[0], "YU"), total(quantities[1], "YY")]
}

#[test]
fn a_277ca_tells_every_claim_and_its_totals_balance() {
    let lists = lists();
    let crosswalk = crosswalk(&lists);
    let mut rejected_lines = 0;
    for plan in plans() {
        let file = written(&plan, &lists);
        let files = run(&file, &crosswalk).unwrap();
        let rows = rows(&files["277ca.edi"]);
        let sets = rows.split(|row| row[0] == "ST").skip(1);
        let mut told = 0;
        for set in sets {
            let submitter: Vec<Vec<String>> =
                set.iter().take_while(|row| row[0] != "HL" || row[3] != "19").cloned().collect();
            let whole = totals(&submitter, ["90", "AA"]);
            let mut sum = [(0, 0); 2];
            let mut counted = [(0, 0); 2];
            let providers = set[submitter.len()..].split(|row| row[0] == "HL" && row[3] == "19").skip(1);
            for provider in providers {
                let own = provider.iter().take_while(|row| row[0] != "HL").cloned().collect::<Vec<_>>();
                for (sum, own) in sum.iter_mut().zip(totals(&own, ["QA", "QC"])) {
                    *sum = (sum.0 + own.0, sum.1 + own.1);
                }
                // The first STC behind a TRN*2 is the claim's.
                let claims = provider.split(|row| row[0] == "TRN" && row[1] == "2").skip(1);
                for claim in claims {
                    let place = usize::from(claim[0][3] == "U");
                    let cents = claims::cents_of(claim[0][4].as_bytes()).unwrap();
                    counted[place] = (counted[place].0 + 1, counted[place].1 + cents);
                    rejected_lines += claim.iter().filter(|row| row[0] == "SVC").count();
                    told += 1;
                }
            }
            assert_eq!((sum, counted), (whole, whole), "plan {}", plan.seed);
            let levels: Vec<&str> =
                set.iter().filter(|row| row[0] == "HL").map(|row| row[1].as_str()).collect();
            let expected: Vec<String> = (1..=levels.len()).map(|level| level.to_string()).collect();
            assert_eq!(levels, expected, "plan {}", plan.seed);
        }
        let claims = 12 * plan.interchanges * plan.groups * plan.sets;
        assert_eq!(told, claims, "plan {}", plan.seed);
    }
    assert!(20 < rejected_lines, "{rejected_lines}");
}

#[test]
fn a_277ca_echoes_the_numbers_of_claim_and_line() {
    let lists = lists();
    let plan = Plan { claims: 6, bad: 1.0, faults: vec![generator::Fault::NdcMalformed], ..Plan::default() };
    let file = written(&plan, &lists);
    let files = run(&file, &crosswalk(&lists)).unwrap();
    let ack = &files["277ca.edi"];
    let echoed = |file: &[u8]| {
        let numbers = named(file, &["REF"]);
        numbers.into_iter().filter(|row| row.starts_with("REF*D9*")).collect::<Vec<String>>()
    };
    assert_eq!((echoed(ack), echoed(ack).len()), (echoed(&file), 6));
    assert!(named(ack, &["REF"]).iter().any(|row| row.starts_with("REF*FJ*")));
    let statuses: Vec<String> =
        named(ack, &["STC"]).into_iter().filter(|row| row.contains("A7:218") && row.contains("*U")).collect();
    assert!(6 < statuses.len(), "of each claim, and of its line: {statuses:?}");
}
