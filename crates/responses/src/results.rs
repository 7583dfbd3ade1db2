//! `results.ndjson`: one object a line for each claim, in file order.
//!
//! The fields, their order and their meaning are those of `schemas/result.schema.json`; none is ever left out.

use std::borrow::Cow;

use edits::Finding;
use serde::Serialize;

use crate::record::Record;
use crate::rows::{PlaceRow, WhyRow};
use crate::values::text;

/// Which claims have a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Results {
    /// Every claim.
    All,
    /// Those that are not accepted, and those that have a finding.
    Findings,
    /// None; the file is not written.
    None,
}

#[derive(Serialize)]
struct ResultRow<'r> {
    schema: &'static str,
    claim_number: u64,
    interchange_control_number: Cow<'r, str>,
    group_control_number: Cow<'r, str>,
    transaction_set_control_number: Cow<'r, str>,
    implementation: Cow<'r, str>,
    claim_id: Cow<'r, str>,
    charge: Cow<'r, str>,
    disposition: &'static str,
    findings: Vec<FindingRow<'r>>,
}

#[derive(Serialize)]
struct FindingRow<'r> {
    code: &'static str,
    severity: &'static str,
    #[serde(flatten)]
    place: PlaceRow<'r>,
    message: &'r str,
    why: Option<WhyRow<'r>>,
}

/// Writes the line of one claim.
pub(crate) fn write_result(record: &Record<'_, '_>, out: &mut Vec<u8>) {
    let row = ResultRow {
        schema: "claimgate.result.v1",
        claim_number: record.claim_number,
        interchange_control_number: text(record.interchange.control_number),
        group_control_number: text(record.group_control_number),
        transaction_set_control_number: text(record.transaction_set_control_number),
        implementation: text(record.implementation),
        claim_id: text(record.claim.patient_control_number),
        charge: text(record.charge()),
        disposition: record.verdict.disposition.as_str(),
        findings: record.verdict.findings.iter().map(|finding| finding_row(record, finding)).collect(),
    };
    serde_json::to_writer(&mut *out, &row).expect("a row of strings and numbers is always JSON");
    out.push(b'\n');
}

fn finding_row<'r, 'a>(record: &Record<'_, 'a>, finding: &'r Finding<'a>) -> FindingRow<'r> {
    FindingRow {
        code: finding.about.code,
        severity: finding.severity.as_str(),
        place: PlaceRow::of(record, finding),
        message: &finding.message,
        why: WhyRow::of(finding),
    }
}
