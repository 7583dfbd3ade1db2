//! A finding as data: the fields of `results.ndjson`, and beside them the words that the report shows.

use edits::{Finding, Why, text_of};
use serde::Serialize;

use crate::record::Record;

#[derive(Serialize)]
pub(super) struct FindingRow<'r> {
    number: usize,
    code: &'static str,
    severity: &'static str,
    title: &'static str,
    message: &'r str,
    remedy: &'static str,
    data_in_error: Option<String>,
    line_number: Option<String>,
    procedure: Option<String>,
    ndc: Option<String>,
    service_date: Option<String>,
    #[serde(rename = "loop")]
    within: Option<&'static str>,
    element: &'static str,
    segment: u64,
    byte: u64,
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

/// Returns every finding of a claim, in the order of the verdict.
pub(super) fn finding_rows<'r>(record: &Record<'r, '_>) -> Vec<FindingRow<'r>> {
    (1..)
        .zip(&record.verdict.findings)
        .map(|(number, finding)| finding_row(record, number, finding))
        .collect()
}

fn finding_row<'r, 'a>(record: &Record<'_, 'a>, number: usize, finding: &'r Finding<'a>) -> FindingRow<'r> {
    let line = finding.line.as_ref();
    let place = finding.element.place;
    FindingRow {
        number,
        code: finding.about.code,
        severity: finding.severity.as_str(),
        title: finding.about.title,
        message: &finding.message,
        remedy: finding.about.remedy,
        data_in_error: (!place.is_empty()).then(|| text_of(place)),
        line_number: line.map(|line| text_of(line.number)),
        procedure: line.and_then(|line| line.procedure).map(text_of),
        ndc: line.and_then(|line| line.ndc).map(text_of),
        service_date: line.and_then(|line| line.service_date).map(|date| date.to_string()),
        within: finding.element.within.map(claims::Loop::as_str),
        element: finding.element.name,
        segment: finding.element.segment_number,
        byte: record.byte_of(finding) as u64,
        why: finding.why.as_deref().map(why_row),
    }
}

fn why_row<'r>(why: &'r Why<'_>) -> WhyRow<'r> {
    let digits = |ndc: crosswalk::Ndc| text_of(&ndc.digits());
    let lists = why.lists.iter().map(|says| {
        let effective = says.relation.map(|relation| relation.effective);
        let from = effective.filter(|effective| effective.from != crosswalk::Effective::BEGINNING);
        let through = effective.filter(|effective| !effective.is_open());
        ListRow {
            list: says.list.as_str(),
            release: says.release,
            covers: says.covers,
            says: says.says.as_str(),
            row: says.relation.map(|relation| relation.row),
            from: from.map(|effective| effective.from.to_string()),
            through: through.map(|effective| effective.through.to_string()),
        }
    });
    let candidates = why
        .candidates
        .iter()
        .map(|candidate| CandidateRow { ndc: digits(candidate.ndc), on_list: candidate.on_list });
    WhyRow {
        ndc: why.ndc.map(digits),
        date_source: why.date_source.map(claims::DateSource::as_str),
        lists: lists.collect(),
        nearest_valid_date: why.nearest_valid_date.map(|date| date.to_string()),
        other_procedures: why.other_procedures.iter().map(crosswalk::Hcpcs::as_str).collect(),
        other_ndcs: why.other_ndcs.iter().copied().map(digits).collect(),
        candidates: candidates.collect(),
    }
}
