//! `claimgate inspect`, run as its users run it.

#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

const ISA: &str = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *251103*0800*^*00501*000000905*1*P*:~\n";

/// An interchange of one professional set with two claims, the second with a drug.
fn file() -> String {
    format!(
        "{ISA}GS*HC*S*R*20251103*0800*1*X*005010X222A1~\n\
         ST*837*0001*005010X222A1~\nBHT*0019*00*1~\n\
         HL*1**20*1~\nNM1*85*2*PINE CLINIC~\nHL*2*1*22*1~\nNM1*IL*1*DOE*JANE~\nCLM*A*10~\nLX*1~\nSV1*HC:99213*10~\n\
         HL*3*2*23*0~\nNM1*QC*1*DOE*JIM~\nCLM*B*20.5~\nDTP*472*D8*20251001~\nLX*1~\nSV1*HC:J9035:JW:JZ*20.5*UN*10~\n\
         LIN**N4*50242-0060-01~\nCTP****4*ML~\nREF*XZ*123~\n\
         SE*19*0001~\nGE*1*1~\nIEA*1*000000905~\n"
    )
}

fn claimgate(args: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_claimgate"))
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that stops early closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// Returns standard output, standard error and the exit code.
fn inspect(args: &[&str], input: &str) -> (String, String, Option<i32>) {
    let output = claimgate(&[&["inspect", "-"], args].concat(), input.as_bytes());
    (
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
        output.status.code(),
    )
}

/// Inspects `input` with blocks of every size, which must make no difference.
fn json_of(input: &str) -> (Value, Option<i32>) {
    let (whole, _, code) = inspect(&["--json"], input);
    for block_bytes in ["1", "100", "400"] {
        let parts = inspect(&["--json", "--block-bytes", block_bytes], input);
        assert_eq!((&parts.0, parts.2), (&whole, code), "{block_bytes}");
    }
    (serde_json::from_str(&whole).unwrap(), code)
}

#[test]
fn json_has_totals_drug_lines_and_no_errors() {
    let (found, code) = json_of(&file());
    let expected = json!({
        "totals": {
            "interchanges": 1, "groups": 1, "transactions": 1, "segments": 23, "claims": 2, "service_lines": 2, "lin_n4": 1
        },
        "ndc_lines": [{
            "claim": "B", "lx": "1", "ndc": "50242-0060-01", "digits11": true, "quantity": "4", "unit": "ML",
            "rx": "XZ:123", "code": "J9035", "code_qualifier": "HC", "modifiers": ["JW", "JZ"], "revenue": null,
            "charge": "20.5", "dos": {"format": "D8", "from": "20251001", "to": "20251001"}, "dos_from": "claim"
        }],
        "errors": []
    });
    assert_eq!((found, code), (expected, Some(0)));
}

#[test]
fn what_is_missing_is_null() {
    let bare = file().replace("CTP****4*ML~\nREF*XZ*123~\n", "").replace("DTP*472*D8*20251001~\n", "");
    let bare = bare.replace("SV1*HC:J9035:JW:JZ*20.5*UN*10~\n", "").replace("SE*19", "SE*15");
    let (found, code) = json_of(&bare);
    let line = &found["ndc_lines"][0];
    for name in ["quantity", "unit", "rx", "code", "code_qualifier", "revenue", "charge", "dos"] {
        assert_eq!(line[name], Value::Null, "{name}");
    }
    assert_eq!((&line["modifiers"], &line["dos_from"], code), (&json!([]), &json!("none"), Some(0)));
}

#[test]
fn faults_are_told_once_with_their_places() {
    let good = file();
    let bad = good.replace("905", "906").replace("SE*19", "SE*18").replace("CLM*A*10", "CLM*A*ten");
    let (found, code) = json_of(&(good.clone() + &bad));
    let base = good.len();
    let byte = |what: &str, skip: usize| base + bad.find(what).unwrap() + skip;
    let expected = json!([
        {"code": "SE01_MISMATCH", "interchange": 2, "group": 2, "transaction": 2, "segment": 44, "byte": byte("SE*18", 3)},
        {"code": "CLM02_UNREADABLE", "interchange": 2, "group": 2, "transaction": 2, "segment": 32, "byte": byte("*ten", 1)}
    ]);
    assert_eq!((&found["errors"], code), (&expected, Some(4)));
    assert_eq!(found["totals"]["claims"], 4);
}

#[test]
fn a_group_without_its_header_is_told_with_its_faults() {
    let file = file().replace("GS*HC*S*R*20251103*0800*1*X*005010X222A1~\n", "");
    let (found, code) = json_of(&file);
    let codes: Vec<&str> =
        found["errors"].as_array().unwrap().iter().map(|error| error["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["GS_MISSING", "GE02_MISMATCH", "IEA01_MISMATCH"]);
    assert_eq!((&found["totals"]["groups"], code), (&json!(0), Some(4)));
}

#[test]
fn a_fault_of_a_level_is_told_once_for_all_its_claims() {
    let wide = format!("NM1{}", "*1".repeat(1_001));
    let (found, code) = json_of(&file().replace("NM1*QC*1*DOE*JIM", &wide));
    let errors = found["errors"].as_array().unwrap();
    assert_eq!((errors.len(), &errors[0]["code"], code), (1, &json!("TOO_MANY_ELEMENTS"), Some(0)));
}

#[test]
fn what_other_commands_refuse_is_read() {
    let old = file().replace("005010X222A1", "004010X098A1");
    let (found, code) = json_of(&old);
    assert_eq!((&found["totals"]["claims"], &found["errors"], code), (&json!(2), &json!([]), Some(0)));
    let other = file().replace("ST*837", "ST*276");
    let (found, code) = json_of(&other);
    assert_eq!(
        (&found["totals"]["claims"], &found["totals"]["segments"], code),
        (&json!(0), &json!(23), Some(0))
    );
}

#[test]
fn a_cut_off_file_is_shown_and_told() {
    let file = file();
    let (shown, said, code) = inspect(&["--json"], &file[..file.find("IEA").unwrap()]);
    let found: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!((&found["totals"]["claims"], &found["errors"][0]["code"]), (&json!(2), &json!("IEA_MISSING")));
    assert_eq!(code, Some(5));
    let byte = file.find("IEA").unwrap();
    let expected = format!(
        "error: stdin: byte {byte}: File ends before the interchange trailer (X12060)\nhint: Send the interchange again, whole and under a control number (ISA13) of its own.\n"
    );
    assert_eq!(said, expected);
}

#[test]
fn two_byte_text_is_refused_with_one_error() {
    let utf16: Vec<u8> = file().encode_utf16().flat_map(u16::to_le_bytes).collect();
    let output = claimgate(&["inspect", "--json", "-"], &utf16);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(5), 0));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "error: stdin: byte 0: File written with two bytes a character (X12020)\n\
         hint: Save the file as plain ASCII text and send it again.\n"
    );
}

#[test]
fn people_see_envelopes_sums_and_faults() {
    let file = file().replace("GE*1*1", "GE*2*1");
    let (shown, _, code) = inspect(&[], &file);
    let byte = file.find("GE*2").unwrap() + 3;
    let expected = format!(
        "stdin: {} bytes\n\
         interchange 000000905: 00501, production, from ZZ SENDER to ZZ RECEIVER\n\
         \x20 group 1: HC 005010X222A1, from S to R\n\
         \x20   fault: segment 22, byte {byte}: Wrong number of transaction sets: GE01 should be 1. (X12240)\n\
         \x20   set 0001: 837 005010X222A1\n\
         \x20     19 segments, 2 claims, 2 service lines, 1 drug, 30.50 charged\n\
         total: 1 interchange, 1 functional group, 1 transaction set, 23 segments, 2 claims, 2 service lines, 1 drug, 30.50 charged\n",
        file.len()
    );
    assert_eq!((shown, code), (expected, Some(4)));
}

#[test]
fn the_tree_goes_down_to_the_drugs_and_names_nobody() {
    let (shown, _, code) = inspect(&["--tree"], &file());
    let expected = "\
interchange 000000905: 00501, production, from ZZ SENDER to ZZ RECEIVER
  group 1: HC 005010X222A1, from S to R
    set 0001: 837 005010X222A1
      HL 1: 20 billing provider
        HL 2: 22 subscriber
          claim A: 10
            line 1: HC 99213 10
          HL 3: 23 patient
            claim B: 20.5
              line 1: HC J9035 JW JZ 20.5
                drug: N4 50242-0060-01 4 ML
";
    assert_eq!((shown.as_str(), code), (expected, Some(0)));
    let parts = inspect(&["--tree", "--block-bytes", "1"], &file());
    assert_eq!(parts.0, expected);
}
