//! A finding as data: the fields of `results.ndjson`, and beside them the words that the report shows.

use std::borrow::Cow;

use edits::Finding;
use serde::Serialize;

use crate::record::Record;
use crate::rows::{PlaceRow, WhyRow};
use crate::values::text;

#[derive(Serialize)]
pub(super) struct FindingRow<'r> {
    number: usize,
    code: &'static str,
    severity: &'static str,
    title: &'static str,
    message: &'r str,
    remedy: &'static str,
    data_in_error: Option<Cow<'r, str>>,
    #[serde(flatten)]
    place: PlaceRow<'r>,
    why: Option<WhyRow<'r>>,
}

/// Returns every finding of a claim, in the order of the verdict.
pub(super) fn finding_rows<'r>(record: &Record<'r, '_>) -> Vec<FindingRow<'r>> {
    (1..)
        .zip(&record.verdict.findings)
        .map(|(number, finding)| finding_row(record, number, finding))
        .collect()
}

fn finding_row<'r, 'a>(record: &Record<'_, 'a>, number: usize, finding: &'r Finding<'a>) -> FindingRow<'r> {
    let sent = finding.element.place;
    FindingRow {
        number,
        code: finding.about.code,
        severity: finding.severity.as_str(),
        title: finding.about.title,
        message: &finding.message,
        remedy: record.remedy(finding),
        data_in_error: (!sent.is_empty()).then(|| text(sent)),
        place: PlaceRow::of(record, finding),
        why: WhyRow::with_totals(finding),
    }
}
