//! What `results.ndjson` and `brr.json` say alike of a finding: where it is, and why.
//!
//! The fields, their order and their meaning are those of `schemas/result.schema.json`; none is ever left out.

use std::borrow::Cow;

use edits::{Finding, ListSays, Why};
use serde::Serialize;

use crate::record::Record;
use crate::values::{day, digits, text};

/// The line and the element that a finding is about.
#[derive(Serialize)]
pub(crate) struct PlaceRow<'r> {
    line_number: Option<Cow<'r, str>>,
    procedure: Option<Cow<'r, str>>,
    ndc: Option<Cow<'r, str>>,
    service_date: Option<String>,
    #[serde(rename = "loop")]
    within: Option<&'static str>,
    element: Cow<'static, str>,
    segment: u64,
    byte: u64,
}

/// The why-not.
#[derive(Serialize)]
pub(crate) struct WhyRow<'r> {
    ndc: Option<String>,
    date_source: Option<&'static str>,
    lists: Vec<ListRow<'r>>,
    nearest_valid_date: Option<String>,
    other_procedures: Vec<&'r str>,
    /// How many there are in all; the report has it, and a line of the results does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    other_procedures_total: Option<usize>,
    other_ndcs: Vec<String>,
    /// See there.
    #[serde(skip_serializing_if = "Option::is_none")]
    other_ndcs_total: Option<usize>,
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

impl<'r> PlaceRow<'r> {
    /// Says where `finding` is.
    pub(crate) fn of<'a: 'r>(record: &Record<'_, 'a>, finding: &Finding<'a>) -> PlaceRow<'r> {
        let line = finding.line.as_ref();
        PlaceRow {
            line_number: line.map(|line| text(line.number)),
            procedure: line.and_then(|line| line.procedure).map(text),
            ndc: line.and_then(|line| line.ndc).map(text),
            service_date: line.and_then(|line| line.service_date).map(day),
            within: finding.element.within,
            element: finding.element.name.text(),
            segment: finding.element.segment_number,
            byte: record.byte_of(finding) as u64,
        }
    }
}

impl<'r> WhyRow<'r> {
    /// Says why `finding` is; `None` where no list was asked.
    pub(crate) fn of(finding: &'r Finding<'_>) -> Option<WhyRow<'r>> {
        let why: &Why<'_> = finding.why.as_deref()?;
        let candidates = why.candidates.iter();
        Some(WhyRow {
            ndc: why.ndc.map(digits),
            date_source: why.date_source.map(claims::DateSource::as_str),
            lists: why.lists.iter().map(list_row).collect(),
            nearest_valid_date: why.nearest_valid_date.map(day),
            other_procedures: why.other_procedures.iter().map(crosswalk::Hcpcs::as_str).collect(),
            other_procedures_total: None,
            other_ndcs: why.other_ndcs.iter().copied().map(digits).collect(),
            other_ndcs_total: None,
            candidates: candidates
                .map(|candidate| CandidateRow { ndc: digits(candidate.ndc), on_list: candidate.on_list })
                .collect(),
        })
    }

    /// Does the same with how many procedures and NDCs there are in all.
    pub(crate) fn with_totals(finding: &'r Finding<'_>) -> Option<WhyRow<'r>> {
        let why: &Why<'_> = finding.why.as_deref()?;
        let totals = (Some(why.other_procedures_total), Some(why.other_ndcs_total));
        let (other_procedures_total, other_ndcs_total) = totals;
        WhyRow::of(finding).map(|row| WhyRow { other_procedures_total, other_ndcs_total, ..row })
    }
}

fn list_row<'r>(says: &ListSays<'r>) -> ListRow<'r> {
    let effective = says.relation.map(|relation| relation.effective);
    let from = effective.filter(|effective| effective.from != crosswalk::Effective::BEGINNING);
    let through = effective.filter(|effective| !effective.is_open());
    ListRow {
        list: says.list.as_str(),
        release: says.release,
        covers: says.covers,
        says: says.says.as_str(),
        row: says.relation.map(|relation| relation.row),
        from: from.map(|effective| day(effective.from)),
        through: through.map(|effective| day(effective.through)),
    }
}
