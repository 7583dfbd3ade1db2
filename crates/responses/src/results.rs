//! `results.ndjson`: one object a line for each claim, in file order.
//!
//! The fields, their order and their meaning are those of `schemas/result.schema.json`; none is ever left out.

use edits::Finding;

use crate::json::JsonPage;
use crate::record::Record;
use crate::rows::{write_claim, write_place, write_why};

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

/// Writes the line of one claim.
pub(crate) fn write_result(record: &Record<'_, '_>, out: &mut Vec<u8>) {
    let mut json = JsonPage(out);
    json.object().field("schema").fixed("claimgate.result.v1");
    write_claim(record, &mut json);
    json.field("claim_id").text(record.claim.patient_control_number);
    json.field("charge").text(record.charge());
    json.field("disposition").fixed(record.verdict.disposition.as_str());
    json.field("findings")
        .array(&record.verdict.findings, |json, finding| write_finding(record, finding, json));
    json.end_object();
    out.push(b'\n');
}

fn write_finding(record: &Record<'_, '_>, finding: &Finding<'_>, json: &mut JsonPage<'_>) {
    json.object().field("code").fixed(finding.about.code);
    json.field("severity").fixed(finding.severity.as_str());
    write_place(record, finding, json);
    json.field("message").words(&finding.message);
    write_why(finding, false, json);
    json.end_object();
}
