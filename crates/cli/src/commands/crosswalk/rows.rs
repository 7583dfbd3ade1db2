//! Rows of JSON that several commands print.

use chrono::NaiveDate;
use crosswalk::{Effective, Hcpcs, Ndc, Relation, Release};
use serde::Serialize;

/// A span of dates; what has no beginning or no end is null.
#[derive(Serialize)]
pub struct SpanRow {
    from: Option<String>,
    through: Option<String>,
}

/// A pair on a list.
#[derive(Serialize)]
pub struct RelationRow {
    row: u32,
    ndc: String,
    hcpcs: String,
    #[serde(flatten)]
    span: SpanRow,
}

impl SpanRow {
    /// Puts a span into rows.
    pub fn of(span: Effective) -> SpanRow {
        let [from, through] = days(span).map(|day| Some(day).filter(|day| !day.is_empty()));
        SpanRow { from, through }
    }
}

impl RelationRow {
    /// Puts a relation into rows.
    pub fn of(relation: &Relation) -> RelationRow {
        RelationRow {
            row: relation.row,
            ndc: digits(relation.ndc),
            hcpcs: relation.hcpcs.to_string(),
            span: SpanRow::of(relation.effective),
        }
    }
}

/// Returns the eleven digits, as data has them.
pub fn digits(ndc: Ndc) -> String {
    edits::text_of(&ndc.digits())
}

/// Joins codes for a sentence.
pub fn joined(codes: &[Hcpcs]) -> String {
    codes.iter().map(Hcpcs::as_str).collect::<Vec<_>>().join(", ")
}

/// Writes the first and the last day of a span; nothing for one that it does not have.
pub fn days(span: Effective) -> [String; 2] {
    let day = |day: NaiveDate, open: NaiveDate| if day == open { String::new() } else { day.to_string() };
    [day(span.from, Effective::BEGINNING), day(span.through, Effective::OPEN)]
}

/// Says when a span is in force: `2025-01-01 through 2025-06-30`, `2025-01-01 on`, `through 2025-11-30`.
pub fn span_words(span: Effective) -> String {
    match (span.from == Effective::BEGINNING, span.is_open()) {
        (true, true) => "at all times".to_owned(),
        (true, false) => format!("through {}", span.through),
        (false, true) => format!("{} on", span.from),
        (false, false) => format!("{} through {}", span.from, span.through),
    }
}

/// Names a release: `PDAC crosswalk 2025-10-05`, `local list (local.csv)`.
pub fn release_words(release: &Release) -> String {
    match release.list {
        crosswalk::List::Local => format!("{} ({})", release.list, release.source_name),
        list => format!("{list} {}", release.name),
    }
}
