//! `results.ndjson`: one object a line for each claim, in file order.
//!
//! The fields, their order and their meaning are those of `schemas/result.schema.json`; none is ever left out.

use edits::{Finding, Why, text_of};
use serde::Serialize;

use crate::record::Record;

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
    interchange_control_number: String,
    group_control_number: String,
    transaction_set_control_number: String,
    implementation: String,
    claim_id: String,
    charge: String,
    disposition: &'static str,
    findings: Vec<FindingRow<'r>>,
}

#[derive(Serialize)]
struct FindingRow<'r> {
    code: &'static str,
    severity: &'static str,
    line_number: Option<String>,
    procedure: Option<String>,
    ndc: Option<String>,
    service_date: Option<String>,
    #[serde(rename = "loop")]
    within: Option<&'static str>,
    element: &'static str,
    segment: u64,
    byte: u64,
    message: &'r str,
    why: Option<WhyRow<'r>>,
}

#[derive(Serialize)]
struct WhyRow<'r> {
    ndc: Option<String>,
    date_source: Option<&'static str>,
    lists: Vec<ListRow<'r>>,
    nearest_valid_date: Option<String>,
    other_procedures: Vec<&'r str>,
    other_ndcs: Vec<String>,
    candidates: Vec<CandidateRow>,
}

#[derive(Serialize)]
struct ListRow<'r> {
    list: &'static str,
    release: Option<&'r str>,
    covers: bool,
    says: &'static str,
    row: Option<u32>,
    from: Option<String>,
    through: Option<String>,
}

#[derive(Serialize)]
struct CandidateRow {
    ndc: String,
    on_list: bool,
}

/// Writes the line of one claim.
pub(crate) fn write_result(record: &Record<'_, '_>, out: &mut Vec<u8>) {
    let row = ResultRow {
        schema: "claimgate.result.v1",
        claim_number: record.claim_number,
        interchange_control_number: text_of(record.interchange.control_number),
        group_control_number: text_of(record.group_control_number),
        transaction_set_control_number: text_of(record.transaction_set_control_number),
        implementation: text_of(record.implementation),
        claim_id: text_of(record.claim.patient_control_number),
        charge: text_of(record.charge()),
        disposition: record.verdict.disposition.as_str(),
        findings: record.verdict.findings.iter().map(|finding| finding_row(record, finding)).collect(),
    };
    serde_json::to_writer(&mut *out, &row).expect("a row of strings and numbers is always JSON");
    out.push(b'\n');
}

fn finding_row<'r, 'a>(record: &Record<'_, 'a>, finding: &'r Finding<'a>) -> FindingRow<'r> {
    let line = finding.line.as_ref();
    FindingRow {
        code: finding.about.code,
        severity: finding.severity.as_str(),
        line_number: line.map(|line| text_of(line.number)),
        procedure: line.and_then(|line| line.procedure).map(text_of),
        ndc: line.and_then(|line| line.ndc).map(text_of),
        service_date: line.and_then(|line| line.service_date).map(|date| date.to_string()),
        within: finding.element.within.map(claims::Loop::as_str),
        element: finding.element.name,
        segment: finding.element.segment_number,
        byte: record.byte_of(finding) as u64,
        message: &finding.message,
        why: finding.why.as_deref().map(why_row),
    }
}

fn why_row<'r>(why: &'r Why<'_>) -> WhyRow<'r> {
    let digits = |ndc: crosswalk::Ndc| text_of(&ndc.digits());
    let lists = why.lists.iter().map(|says| {
        let effective = says.relation.map(|relation| relation.effective);
        ListRow {
            list: says.list.as_str(),
            release: says.release,
            covers: says.covers,
            says: says.says.as_str(),
            row: says.relation.map(|relation| relation.row),
            from: effective
                .filter(|effective| effective.from != crosswalk::Effective::BEGINNING)
                .map(|effective| effective.from.to_string()),
            through: effective
                .filter(|effective| !effective.is_open())
                .map(|effective| effective.through.to_string()),
        }
    });
    WhyRow {
        ndc: why.ndc.map(digits),
        date_source: why.date_source.map(claims::DateSource::as_str),
        lists: lists.collect(),
        nearest_valid_date: why.nearest_valid_date.map(|date| date.to_string()),
        other_procedures: why.other_procedures.iter().map(crosswalk::Hcpcs::as_str).collect(),
        other_ndcs: why.other_ndcs.iter().copied().map(digits).collect(),
        candidates: why
            .candidates
            .iter()
            .map(|candidate| CandidateRow { ndc: digits(candidate.ndc), on_list: candidate.on_list })
            .collect(),
    }
}
