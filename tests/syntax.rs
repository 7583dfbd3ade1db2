//! How far a fault of syntax reaches: one claim, the claims below one branch, or the whole set.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;
use std::process::Command;

use generator::Plan;
use serde_json::Value;

/// What came of a run.
struct Ran {
    code: i32,
    claims: Value,
    results: Vec<Value>,
    accepted: Vec<u8>,
}

/// Runs `file` with lists that it was drawn from.
fn run(file: &[u8], options: &[&str], variables: &[(&str, &str)]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let lists = generator::lists(5, 200, 150, 1);
    fs::write(at(generator::PDAC_FILE_NAME), &lists.pdac_csv).unwrap();
    fs::write(at("asp.csv"), &lists.asp_csv[0]).unwrap();
    fs::write(at("in.837"), file).unwrap();
    let ended = Command::new(env!("CARGO_BIN_EXE_claimgate"))
        .arg("process")
        .arg(at("in.837"))
        .arg("--pdac")
        .arg(at(generator::PDAC_FILE_NAME))
        .arg("--asp")
        .arg(at("asp.csv"))
        .args(["--now", "2025-11-03T08:00:00Z", "--out"])
        .arg(at("out"))
        .args(options)
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let out = at("out").join("in");
    let results = fs::read_to_string(out.join("results.ndjson")).unwrap_or_default();
    Ran {
        code: ended.status.code().unwrap(),
        claims: summary(&out)["claims"].clone(),
        results: results.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
        accepted: fs::read(out.join("accepted.837")).unwrap_or_default(),
    }
}

fn summary(out: &Path) -> Value {
    serde_json::from_slice(&fs::read(out.join("summary.json")).unwrap()).unwrap()
}

/// Two sets of clean claims, a subscriber each.
fn batch(claims: u32) -> String {
    let lists = generator::lists(5, 200, 150, 1);
    let plan = Plan { seed: 3, sets: 2, claims, dependents: 0.0, ..Plan::default() };
    let mut file = Vec::new();
    generator::write_batch(&plan, &lists, &mut file).unwrap();
    String::from_utf8(file).unwrap()
}

/// Replaces the first `old` behind the `number`th claim of the file.
fn spoiled(file: &str, number: usize, old: &str, new: &str) -> String {
    let (start, _) = file.match_indices("~CLM*").nth(number - 1).unwrap();
    let (front, rest) = file.split_at(start);
    assert!(rest.contains(old));
    format!("{front}{}", rest.replacen(old, new, 1))
}

fn by_disposition(ran: &Ran, name: &str) -> u64 {
    let usages = ran.claims.as_object().unwrap();
    let count = |counts: &Value| counts[name].as_u64().unwrap_or(0);
    usages.get(name).and_then(Value::as_u64).unwrap_or_else(|| usages.values().map(count).sum())
}

#[test]
fn a_fault_in_one_claim_leaves_all_others_as_they_came() {
    let clean = batch(500);
    let bad = spoiled(&clean, 400, "~DTP*472*D8*", "~DTP*472*D9*");
    let ran = run(bad.as_bytes(), &[], &[]);
    assert_eq!(ran.code, 0);
    assert_eq!((by_disposition(&ran, "accepted"), by_disposition(&ran, "rejected")), (999, 1));
    let row = &ran.results[0];
    assert_eq!((row["claim_number"].as_u64(), row["disposition"].as_str()), (Some(400), Some("rejected")));
    let finding = &row["findings"][0];
    assert_eq!((finding["code"].as_str(), finding["element"].as_str()), (Some("X12840"), Some("DTP02")));
    let byte = usize::try_from(finding["byte"].as_u64().unwrap()).unwrap();
    assert_eq!(&bad[byte..byte + 2], "D9");
    // Every claim that is left is there byte for byte, in order.
    let claims = |file: &str| -> Vec<String> {
        let parts = file.split("~CLM*").skip(1);
        let own =
            parts.map(|part| part.split("~HL*").next().unwrap().split("~SE*").next().unwrap().to_owned());
        own.collect()
    };
    let mut expected = claims(&clean);
    expected.remove(399);
    assert!(claims(std::str::from_utf8(&ran.accepted).unwrap()) == expected);
}

#[test]
fn the_claim_is_judged_by_every_edit_all_the_same() {
    let bad = spoiled(&batch(5), 3, "~LX*1~", "~LX*one~");
    let (start, _) = bad.match_indices("~CLM*").nth(2).unwrap();
    let (front, rest) = bad.split_at(start);
    let drug = rest.find("~LIN**N4*").expect("the batch has drugs") + "~LIN**N4*".len();
    let bad = format!("{front}{}9{}", &rest[..drug], &rest[drug + 1..]);
    let ran = run(bad.as_bytes(), &[], &[]);
    let codes: Vec<&str> = ran
        .results
        .iter()
        .flat_map(|row| row["findings"].as_array().unwrap())
        .map(|finding| finding["code"].as_str().unwrap())
        .collect();
    assert!(codes.contains(&"X12830") && codes.iter().any(|code| code.starts_with("NDC0")), "{codes:?}");
}

#[test]
fn a_fault_of_a_branch_rejects_the_claims_below_it() {
    let clean = batch(4);
    // The subscriber's name stands in front of the third claim.
    let (start, _) = clean.match_indices("~NM1*IL*1*").nth(2).unwrap();
    let bad = format!("{}~NM1*IL*7*{}", &clean[..start], &clean[start + "~NM1*IL*1*".len()..]);
    let ran = run(bad.as_bytes(), &[], &[]);
    // A subscriber may have several claims.
    let (branch, _) = bad[start + 1..].split_once("~HL*").unwrap();
    let below = branch.matches("~CLM*").count() as u64;
    assert_eq!((by_disposition(&ran, "accepted"), by_disposition(&ran, "rejected")), (8 - below, below));
    for row in &ran.results {
        let finding = &row["findings"][0];
        assert_eq!((finding["element"].as_str(), finding["loop"].as_str()), (Some("NM102"), Some("2010BA")));
    }
}

#[test]
fn a_fault_of_the_header_refuses_the_set_and_no_other() {
    let bad = batch(4).replacen("~BHT*0019*00*", "~BHT*0019*99*", 1);
    let ran = run(bad.as_bytes(), &[], &[]);
    assert_eq!(ran.code, 4);
    assert_eq!((by_disposition(&ran, "accepted"), by_disposition(&ran, "refused")), (4, 4));
}

#[test]
fn the_classic_policy_refuses_the_whole_set() {
    let bad = spoiled(&batch(500), 400, "~DTP*472*D8*", "~DTP*472*D9*");
    let ran = run(bad.as_bytes(), &[], &[("CLAIMGATE_SYNTAX_POLICY", "set")]);
    assert_eq!(ran.code, 4);
    assert_eq!((by_disposition(&ran, "accepted"), by_disposition(&ran, "refused")), (500, 500));
    // A severity that does not reject does not refuse either.
    let variables = [("CLAIMGATE_SYNTAX_POLICY", "set"), ("CLAIMGATE_SEVERITIES__X12840", "warn")];
    let warned = run(bad.as_bytes(), &[], &variables);
    assert_eq!(by_disposition(&warned, "refused"), 0);
}
