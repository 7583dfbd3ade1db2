//! Rules of SNIP types 3 to 5 from file to result: findings of branches, counts below a level, severities of the profile.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples")
}

/// A clean file with one subscriber and `claims` claims; in each segment of it, `from` is replaced by `to`.
fn batch(claims: usize, from: &str, to: &str) -> String {
    let sample = fs::read_to_string(samples().join("one-of-two/in.837")).unwrap();
    let (front, rest) = sample.split_once("CLM*").unwrap();
    let (claim, _) = rest.split_once("HL*").unwrap();
    let (_, back) = sample.split_once("SE*").unwrap();
    let body = format!("{front}{}", format!("CLM*{claim}").repeat(claims)).replace(from, to);
    // ISA and GS stand in front of ST, and SE counts itself.
    let segments = body.matches('~').count() - 2 + 1;
    let (_, trailers) = back.split_once('*').unwrap();
    format!("{body}SE*{segments}*{trailers}")
}

/// Returns the findings of each claim that has any, with the number of the claim, and how the program ended.
fn findings(file: &str, arguments: &[&str], severities: &[(&str, &str)]) -> (Vec<(u64, Value)>, i32) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claimgate"));
    command.args(["check", "-", "--json", "--now", "2025-11-03T08:00:00Z"]).args(arguments);
    command.arg("--pdac").arg(samples().join("crosswalks/2025-10-05XWalk.csv"));
    command.arg("--asp").arg(samples().join("crosswalks/asp-2025q4.csv"));
    for (code, severity) in severities {
        command.env(format!("CLAIMGATE_SEVERITIES__{code}"), severity);
    }
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = pipes.spawn().unwrap();
    child.stdin.take().unwrap().write_all(file.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let mut found = Vec::new();
    for row in output.stdout.split(|&byte| byte == b'\n').filter(|row| !row.is_empty()) {
        let row: Value = serde_json::from_slice(row).unwrap();
        let number = row["claim_number"].as_u64().unwrap();
        found.extend(row["findings"].as_array().unwrap().iter().map(|finding| (number, finding.clone())));
    }
    (found, output.status.code().unwrap())
}

#[test]
fn a_clean_file_has_no_findings() {
    assert_eq!(findings(&batch(100, "", ""), &[], &[]), (Vec::new(), 0));
}

#[test]
fn a_finding_of_a_branch_is_told_of_each_claim_below() {
    let file = batch(3, "2000001018", "2000001019");
    let (found, code) = findings(&file, &[], &[]);
    assert_eq!((code, found.len()), (0, 3));
    for (number, (claim, finding)) in (1..).zip(found) {
        assert_eq!(claim, number);
        assert_eq!(finding["code"], "SNIP510");
        assert_eq!((&finding["loop"], &finding["element"]), (&"2010AA".into(), &"NM109".into()));
        assert_eq!((finding["segment"].as_u64(), &finding["line_number"]), (Some(10), &Value::Null));
        assert_eq!(finding["byte"].as_u64(), file.find("2000001019").map(|byte| byte as u64));
    }
}

#[test]
fn claims_beyond_the_hundredth_of_a_level_are_told() {
    let (found, code) = findings(&batch(102, "", ""), &["--threads", "1"], &[]);
    assert_eq!(code, 0);
    let codes: Vec<(u64, &str)> =
        found.iter().map(|(claim, finding)| (*claim, finding["code"].as_str().unwrap())).collect();
    assert_eq!(codes, [(101, "SNIP490"), (102, "SNIP490")]);
}

#[test]
fn a_subscriber_that_is_not_named_as_the_patient_is_told() {
    let (found, _) = findings(&batch(1, "SBR*P*18*", "SBR*P**"), &[], &[]);
    let places: Vec<_> = found.iter().map(|(_, finding)| (&finding["code"], &finding["segment"])).collect();
    assert_eq!(places, [(&"SNIP410".into(), &15.into())]);
}

#[test]
fn the_profile_sets_severities() {
    let file = batch(2, "2000005050", "2000005051");
    assert_eq!(findings(&file, &[], &[("SNIP510", "off")]), (Vec::new(), 0));
    for channel in ["batch", "portal"] {
        // No line can deny for it, so that it rejects the claim on the portal too.
        let (found, code) = findings(&file, &["--channel", channel], &[("SNIP510", "reject")]);
        assert_eq!((found.len(), code), (2, 3));
        assert!(found.iter().all(|(_, finding)| finding["severity"] == "reject"));
    }
}

#[test]
fn a_replacement_without_its_number_is_rejected() {
    let (found, code) = findings(&batch(1, "11:B:1", "11:B:7"), &[], &[]);
    let codes: Vec<_> = found.iter().map(|(_, finding)| (&finding["code"], &finding["severity"])).collect();
    assert_eq!((codes, code), (vec![(&"SNIP440".into(), &"reject".into())], 3));
    // Behind HI, the last segment of loop 2300 itself.
    assert_eq!((&found[0].1["loop"], &found[0].1["segment"]), (&"2300".into(), &23.into()));
}

#[test]
fn findings_stand_in_the_order_of_the_file() {
    let file = batch(1, "2000005050", "2000005051").replace("CLM*OOT-1*107*", "CLM*OOT-1*117*");
    let file = file.replacen("DTP*472*D8*", "DTP*472*D9*", 1).replacen("LX*2~", "LX*4~", 1);
    let (found, code) = findings(&file.replacen("LIN**N4*0", "LIN**N4*", 1), &[], &[]);
    let told: Vec<(&str, u64)> = found
        .iter()
        .map(|(_, finding)| (finding["code"].as_str().unwrap(), finding["byte"].as_u64().unwrap()))
        .collect();
    assert!(told.is_sorted_by_key(|(_, byte)| byte), "{told:?}");
    let codes: Vec<&str> = told.iter().map(|(code, _)| *code).collect();
    assert_eq!((codes, code), (vec!["CLM010", "SNIP510", "X12840", "SNIP480", "NDC020"], 3));
}

#[test]
fn two_lines_that_have_exchanged_their_numbers_are_one_finding() {
    let clean = batch(1, "", "");
    let (start, end) = (clean.find("LX*2~").unwrap(), clean.find("SE*").unwrap());
    let line = |number: &str| clean[start..end].replace("LX*2~", number);
    let lines = ["LX*3~", "LX*2~", "LX*4~"].map(line).concat();
    let (found, _) = findings(&format!("{}{lines}{}", &clean[..start], &clean[end..]), &[], &[]);
    let told: Vec<_> = found.iter().filter(|(_, finding)| finding["code"] == "SNIP480").collect();
    let byte = told[0].1["byte"].as_u64();
    assert_eq!((told.len(), byte), (1, Some(start as u64 + "LX*".len() as u64)));
    assert_eq!(told[0].1["message"], "The service line should have the number 2.");
}

#[test]
fn each_finding_names_its_loop_and_line() {
    let file =
        batch(1, "2000005050", "2000005051").replace("LX*2~", "LX*3~").replace("DMG*D8*19620314*F~\n", "");
    let (found, _) = findings(&file.replace("SE*33*", "SE*32*"), &[], &[]);
    let rows: Vec<[&Value; 4]> = found
        .iter()
        .map(|(_, finding)| ["code", "loop", "segment", "line_number"].map(|name| &finding[name]))
        .collect();
    let expected = [
        [&"SNIP430".into(), &"2010BA".into(), &19.into(), &Value::Null],
        [&"SNIP510".into(), &"2310".into(), &22.into(), &Value::Null],
        [&"SNIP480".into(), &"2400".into(), &28.into(), &"3".into()],
    ];
    assert_eq!(rows, expected);
}
