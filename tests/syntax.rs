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
    found: Value,
    ack_999: String,
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
        found: summary(&out)["findings"].clone(),
        ack_999: fs::read_to_string(out.join("999.edi")).unwrap_or_default(),
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
fn a_set_that_names_another_guide_than_its_group_is_refused_alone() {
    let bad = batch(4).replacen("*005010X222A1~BHT*", "*005010X222A2~BHT*", 1);
    let ran = run(bad.as_bytes(), &[], &[]);
    assert_eq!((ran.code, ran.found.to_string().as_str()), (4, r#"{"X12380":1}"#));
    assert_eq!((by_disposition(&ran, "accepted"), by_disposition(&ran, "refused")), (4, 4));
    let st03 = bad.find("005010X222A2").unwrap() as u64;
    for row in &ran.results {
        let finding = &row["findings"][0];
        assert_eq!((finding["element"].as_str(), finding["byte"].as_u64()), (Some("ST03"), Some(st03)));
    }
    assert!(ran.ack_999.contains("IK5*R*19~") && ran.ack_999.contains("IK5*A~"), "{}", ran.ack_999);
    // Where no set agrees with the group, each is told; a header without GS08 is told as that.
    let ran = run(batch(4).replacen("*X*005010X222A1~", "*X*005010X223A2~", 1).as_bytes(), &[], &[]);
    assert_eq!(ran.found.to_string(), r#"{"X12380":2}"#);
    let ran = run(batch(4).replacen("*X*005010X222A1~", "*X*~", 1).as_bytes(), &[], &[]);
    assert_eq!(ran.found.to_string(), r#"{"X12710":1}"#);
}

#[test]
fn the_classic_policy_refuses_the_whole_set() {
    let bad = spoiled(&batch(500), 400, "~DTP*472*D8*", "~DTP*472*D9*");
    let ran = run(bad.as_bytes(), &[], &[("CLAIMGATE_SYNTAX_POLICY", "set")]);
    assert_eq!(ran.code, 4);
    assert_eq!((by_disposition(&ran, "accepted"), by_disposition(&ran, "refused")), (500, 500));
    // The claim that has the fault names it once, and so does the 999.
    let codes = |row: &Value| row["findings"].as_array().unwrap().len();
    assert!(ran.results.iter().all(|row| codes(row) == 1), "{:?}", ran.results[399]);
    assert_eq!((&ran.found["X12840"], ran.ack_999.matches("IK3*").count()), (&1.into(), 1));
    // A severity that does not reject does not refuse either.
    let variables = [("CLAIMGATE_SYNTAX_POLICY", "set"), ("CLAIMGATE_SEVERITIES__X12840", "warn")];
    let warned = run(bad.as_bytes(), &[], &variables);
    assert_eq!(by_disposition(&warned, "refused"), 0);
}

/// Puts a subscriber without claims, with `segments` in it, behind the `number`th claim of the file's first set.
fn with_idle_subscriber(file: &str, number: usize, segments: &str) -> String {
    let (start, _) = file.match_indices("~CLM*").nth(number - 1).unwrap();
    let at = start + file[start..].find("~HL*").unwrap() + 1;
    let (front, rest) = file.split_at(at);
    let (set, others) = rest.split_at(rest.find("~SE*").unwrap() + 1);
    // Levels count from 1 in each set, and the first level is the provider's.
    let next: u64 = set["HL*".len()..].split('*').next().unwrap().parse().unwrap();
    let added = format!("HL*{next}*1*22*0~{segments}");
    let mut levels = next..;
    levels.next();
    let set: Vec<String> = set
        .split_inclusive('~')
        .map(|segment| match segment.strip_prefix("HL*") {
            Some(level) => {
                let number = levels.next().unwrap();
                format!("HL*{number}{}", &level[level.find('*').unwrap()..])
            }
            None => segment.to_owned(),
        })
        .collect();
    let (count, behind) = others.strip_prefix("SE*").unwrap().split_once('*').unwrap();
    let count = count.parse::<usize>().unwrap() + added.matches('~').count();
    format!("{front}{added}{}SE*{count}*{behind}", set.concat())
}

const IDLE: &str = "SBR*P*18*******MC~NM1*IL*1*THISTLE*ROWENA****MI*00000001A~N3*1 MILL ROAD~N4*ELM FALLS*ME*04999~DMG*D8*19700101*F~NM1*PR*2*SAMPLE STATE MEDICAID*****PI*SAMPLEMCD~";

/// Returns what `check` shows of `file`.
fn checked(file: &str) -> (i32, String) {
    checked_by(file, &[])
}

fn checked_by(file: &str, variables: &[(&str, &str)]) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let lists = generator::lists(5, 200, 150, 1);
    fs::write(at(generator::PDAC_FILE_NAME), &lists.pdac_csv).unwrap();
    fs::write(at("asp.csv"), &lists.asp_csv[0]).unwrap();
    fs::write(at("in.837"), file).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_claimgate"));
    command.arg("check").arg(at("in.837")).args(["--now", "2025-11-03T08:00:00Z", "--pdac"]);
    command.arg(at(generator::PDAC_FILE_NAME)).arg("--asp").arg(at("asp.csv"));
    let ended = command.envs(variables.iter().copied()).output().unwrap();
    (ended.status.code().unwrap(), String::from_utf8(ended.stdout).unwrap())
}

/// Clean claims without line ends, in which every subscriber has one claim.
fn joined_batch() -> String {
    batch(5).replace("~\n", "~")
}

#[test]
fn a_faulty_branch_without_claims_is_told_and_rejects_nothing() {
    let clean = with_idle_subscriber(&joined_batch(), 2, IDLE);
    let ran = run(clean.as_bytes(), &[], &[]);
    assert_eq!((by_disposition(&ran, "accepted"), ran.code), (10, 0));
    assert!(ran.accepted == clean.as_bytes() && !ran.ack_999.contains("IK3"), "{}", ran.ack_999);
    let bad = with_idle_subscriber(&joined_batch(), 2, &IDLE.replace("*F~NM1*PR", "*Q~NM1*PR"));
    for threads in ["1", "2"] {
        let ran = run(bad.as_bytes(), &["--threads", threads, "--block-bytes", "200"], &[]);
        assert_eq!((by_disposition(&ran, "accepted"), ran.code), (10, 0));
        assert!(ran.accepted == bad.as_bytes() && ran.results.is_empty());
        assert_eq!(ran.found["X12840"].as_u64(), Some(1), "{}", ran.found);
        let position = {
            let set = &bad[bad.find("~ST*").unwrap() + 1..];
            set[..set.find("*Q~").unwrap()].matches('~').count() + 1
        };
        let told = format!("IK3*DMG*{position}*2010BA*8~\nIK4*3*1068*7*Q~\n");
        assert_eq!(ran.ack_999.matches("IK3").count(), 1, "{}", ran.ack_999);
        assert!(ran.ack_999.contains(&told), "{told}\n{}", ran.ack_999);
        assert!(ran.ack_999.contains("IK5*E*I5~") || ran.ack_999.contains("IK5*E*5~"), "{}", ran.ack_999);
        assert!(ran.ack_999.contains("AK9*E*2*2*2~"), "{}", ran.ack_999);
    }
    let (code, text) = checked(&bad);
    assert_eq!((code, text.matches("error[").count()), (0, 1), "{text}");
    assert!(text.contains("= Branch: HL 4 of transaction set 0001; no claim stands in it"), "{text}");
    assert!(text.contains(&format!("byte {}", bad.find("*Q~").unwrap() + 1)), "{text}");
}

#[test]
fn faults_of_a_branch_are_told_once_whatever_stands_below() {
    // The provider of the first set is faulty, and so is a subscriber without claims in front of the second.
    let bad = with_idle_subscriber(&joined_batch(), 1, &IDLE.replace("*F~NM1*PR", "*Q~NM1*PR"));
    let (start, _) = bad.match_indices("~N4*").next().unwrap();
    let end = start + 1 + bad[start + 1..].find('~').unwrap();
    let bad = format!("{}~N4*{}{}", &bad[..start], "X".repeat(40), &bad[end..]);
    let ran = run(bad.as_bytes(), &["--block-bytes", "200"], &[]);
    assert_eq!((by_disposition(&ran, "accepted"), by_disposition(&ran, "rejected")), (5, 5));
    let told: Vec<&str> = ran.ack_999.lines().filter(|line| line.starts_with("IK3")).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("IK3*N4*") && told[1].starts_with("IK3*DMG*"), "{told:?}");
    assert_eq!(ran.found["X12840"].as_u64(), Some(1));
}

#[test]
fn check_tells_a_fault_of_a_branch_once_with_the_claims_below_it() {
    let clean = joined_batch();
    // The provider of the first set stands above all its claims, its first subscriber above one.
    let bad = clean.replacen("~NM1*85*2*", "~NM1*85*7*", 1).replacen("~NM1*IL*1*", "~NM1*IL*7*", 1);
    let (code, text) = checked(&bad);
    assert_eq!((code, text.matches("error[").count()), (3, 2), "{text}");
    for told in [
        "HL 1 of transaction set 0001; 5 claims stand in it, and are rejected for it",
        "; 1 claim stands in it, and is rejected for it",
    ] {
        assert_eq!(text.matches(told).count(), 1, "{told}: {text}");
    }
    assert!(text.contains("\n  X12840           6  "), "every claim counts what spoils it: {text}");
    let ran = run(bad.as_bytes(), &[], &[]);
    assert_eq!((by_disposition(&ran, "rejected"), ran.results.len()), (5, 5));
    // What only warns spoils nothing.
    let (_, text) = checked(&clean.replacen("*XX*", "*XX*9", 1));
    assert_eq!(text.matches("HL 1 of transaction set 0001; 5 claims stand in it\n").count(), 1, "{text}");
    // In a set that is refused, it is not for the branch that claims do not go on.
    let (_, text) = checked(&bad.replacen("~BHT*0019*00*", "~BHT*0019*99*", 1));
    assert_eq!(
        (text.matches("error[X12840]").count(), text.matches("rejected for it").count()),
        (3, 0),
        "{text}"
    );
    assert_eq!(text.matches("refused: claim ").count(), 5, "{text}");
}

#[test]
fn check_tells_a_fault_of_a_branch_once_where_it_refuses_its_set() {
    let with_claims = joined_batch().replacen("~NM1*IL*1*", "~NM1*IL*7*", 1);
    let idle = with_idle_subscriber(&joined_batch(), 2, &IDLE.replace("*F~NM1*PR", "*Q~NM1*PR"));
    for bad in [with_claims, idle] {
        let (code, text) = checked_by(&bad, &[("CLAIMGATE_SYNTAX_POLICY", "set")]);
        assert_eq!((code, text.matches("error[X12840]").count()), (4, 1), "{text}");
        assert_eq!(text.matches("= Refused: Transaction set 0001").count(), 1, "{text}");
        assert!(text.contains("\n  X12840           1  "), "{text}");
        assert_eq!(text.matches("refused: claim ").count(), 5, "{text}");
    }
    // What does not refuse the set is told with the branch as ever.
    let two = joined_batch().replacen("~NM1*IL*1*", "~NM1*IL*7*", 2);
    let (_, text) = checked_by(&two, &[("CLAIMGATE_SYNTAX_POLICY", "set")]);
    assert_eq!((text.matches("= Refused: ").count(), text.matches("= Branch: ").count()), (1, 1), "{text}");
}

#[test]
fn lines_of_two_lost_claims_are_two_faults_however_the_file_is_read() {
    let mut file = joined_batch();
    for _ in 0..2 {
        let start = file.find("~CLM*").unwrap() + 1;
        let end = start + file[start..].find('~').unwrap() + 1;
        file.replace_range(start..end, "");
    }
    for block_bytes in ["150", "1000000"] {
        let ran = run(file.as_bytes(), &["--block-bytes", block_bytes], &[]);
        assert_eq!(ran.found["X12580"], 2, "{block_bytes}: {}", ran.found);
    }
}

#[test]
fn what_is_missing_or_late_names_the_segment_that_it_should_stand_behind() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/faults/files/professional.837");
    let clean = fs::read_to_string(path).unwrap();
    let cases = [
        (
            "N3*10 HOLLOW RD~\n",
            "",
            "N3 (address) is missing in loop 2010AA; it should stand behind NM1, segment 10 of the file, where N4 stands.",
        ),
        (
            "NM1*PR*2*SAMPLE PAYER*****PI*MMIS1~\nCLM*CLAIM-1",
            "CLM*CLAIM-1",
            "Loop 2010BB (payer) is missing; it should begin behind DMG, segment 23 of the file, where CLM stands.",
        ),
        (
            "PRV*BI*PXC*207Q00000X~\n",
            "CUR*85*USD~\nPRV*BI*PXC*207Q00000X~\n",
            "PRV (specialty) stands behind its place in loop 2000A; it should stand behind HL, segment 8 of the file.",
        ),
        (
            "DTP*431*D8*20251001~\nREF*EA*RECORD-1~\n",
            "REF*EA*RECORD-1~\nDTP*431*D8*20251001~\n",
            "DTP (onset) stands behind its place in loop 2300; it should stand behind CLM, segment 25 of the file.",
        ),
        // The second line of the claim, and not the first.
        (
            "REF*6R*LINE-1-2~\n",
            "REF*6R*LINE-1-2~\nDTP*471*D8*20251001~\n",
            "DTP (prescription) stands behind its place in loop 2400; it should stand behind DTP, segment 42 of the file.",
        ),
    ];
    for (old, new, message) in cases {
        assert!(clean.contains(old), "{old}");
        let ran = run(clean.replacen(old, new, 1).as_bytes(), &[], &[]);
        let findings = ran.results.iter().flat_map(|row| row["findings"].as_array().unwrap());
        let told: Vec<&str> = findings.map(|finding| finding["message"].as_str().unwrap()).collect();
        assert!(told.contains(&message), "{message}: {told:#?}");
    }
}

#[test]
fn lines_that_have_lost_their_claim_refuse_the_set() {
    let file = batch(5);
    // The third claim loses its CLM, so that its lines would go on under the second; the first of a branch would go on under none.
    let (start, _) = file.match_indices("~CLM*").next().unwrap();
    let end = start + 1 + file[start + 1..].find('~').unwrap();
    let lost = format!("{}{}", &file[..start], &file[end..]);
    let se = lost.find("~SE*").unwrap() + 4;
    let count: u32 = lost[se..].split('*').next().unwrap().parse().unwrap();
    let lost = lost.replacen(&format!("~SE*{count}*"), &format!("~SE*{}*", count - 1), 1);
    let ran = run(lost.as_bytes(), &[], &[]);
    assert_eq!((ran.code, &ran.found["X12580"]), (4, &1.into()), "{}", ran.found);
    assert_eq!((&ran.claims["accepted"], &ran.claims["refused"]), (&5.into(), &4.into()));
    // One line lost is one fault, in the summary and in the 999.
    assert!(ran.found["X12620"].is_null(), "{}", ran.found);
    assert_eq!(ran.ack_999.matches("IK3*LX*").count(), 1, "{}", ran.ack_999);
}
