//! Spans of dates, both ends inside, and what can be done with several of them.

use chrono::{Datelike, NaiveDate};

/// A span of dates; both ends are inside.
///
/// Invariant, wherever this crate makes one: `from <= through`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Effective {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub through: NaiveDate,
}

impl Effective {
    /// The last day of a span without an end.
    pub const OPEN: NaiveDate = NaiveDate::MAX;
    /// The first day of a span without a beginning.
    pub const BEGINNING: NaiveDate = NaiveDate::MIN;

    /// Tells whether `date` is inside.
    pub fn contains(&self, date: NaiveDate) -> bool {
        self.from <= date && date <= self.through
    }

    /// Tells whether the span has no end.
    pub fn is_open(&self) -> bool {
        self.through == Effective::OPEN
    }

    /// Returns the calendar quarter that begins on `from`, if a quarter does.
    pub fn quarter_from(from: NaiveDate) -> Option<Effective> {
        if from.day() != 1 || !matches!(from.month(), 1 | 4 | 7 | 10) {
            return None;
        }
        let through = last_day_of_month(from.year(), from.month() + 2)?;
        Some(Effective { from, through })
    }

    /// Returns `2025Q4` if the span is exactly one calendar quarter.
    pub fn quarter_name(&self) -> Option<String> {
        let quarter = Effective::quarter_from(self.from)?;
        (quarter == *self).then(|| format!("{}Q{}", self.from.year(), self.from.month0() / 3 + 1))
    }
}

/// Returns the last day of a month; `month` counts from 1.
pub(crate) fn last_day_of_month(year: i32, month: u32) -> Option<NaiveDate> {
    let next = match month {
        12 => NaiveDate::from_ymd_opt(year.checked_add(1)?, 1, 1)?,
        _ => NaiveDate::from_ymd_opt(year, month + 1, 1)?,
    };
    next.pred_opt()
}

/// Appends the union of `spans` to `merged`, sorted and disjoint; spans that overlap or touch become one.
///
/// Two spans touch when the day after the one is the first of the other.
pub(crate) fn merge_into(spans: &mut [Effective], merged: &mut Vec<Effective>) {
    spans.sort_unstable();
    let first = merged.len();
    for span in spans {
        let last = merged[first..].last_mut();
        match last {
            Some(last) if last.through.succ_opt().is_none_or(|next| span.from <= next) => {
                last.through = last.through.max(span.through);
            }
            _ => merged.push(*span),
        }
    }
}

/// Tells whether one of `spans` contains `date`; `spans` are sorted and disjoint.
pub(crate) fn any_contains(spans: &[Effective], date: NaiveDate) -> bool {
    spans.iter().take_while(|span| span.from <= date).any(|span| date <= span.through)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    pub(crate) fn span(from: &str, through: &str) -> Effective {
        Effective { from: day(from), through: day(through) }
    }

    fn merged(mut spans: Vec<Effective>) -> Vec<Effective> {
        let mut merged = vec![];
        merge_into(&mut spans, &mut merged);
        merged
    }

    #[test]
    fn contains_both_ends() {
        let span = span("2025-10-01", "2025-12-31");
        assert!(span.contains(day("2025-10-01")) && span.contains(day("2025-12-31")));
        assert!(!span.contains(day("2025-09-30")) && !span.contains(day("2026-01-01")));
    }

    #[test]
    fn knows_exactly_the_calendar_quarters() {
        assert_eq!(span("2025-10-01", "2025-12-31").quarter_name().unwrap(), "2025Q4");
        assert_eq!(span("2024-01-01", "2024-03-31").quarter_name().unwrap(), "2024Q1");
        for (from, through) in [
            ("2025-10-01", "2025-12-30"),
            ("2025-10-02", "2025-12-31"),
            ("2025-02-01", "2025-04-30"),
            ("2025-10-01", "2026-12-31"),
        ] {
            assert_eq!(span(from, through).quarter_name(), None);
        }
        assert_eq!(Effective::quarter_from(NaiveDate::MAX), None);
    }

    #[test]
    fn merges_what_overlaps_or_touches_and_nothing_else() {
        let touching = vec![span("2025-04-01", "2025-06-30"), span("2025-01-01", "2025-03-31")];
        assert_eq!(merged(touching), [span("2025-01-01", "2025-06-30")]);
        let inside = vec![span("2025-01-01", "2025-12-31"), span("2025-03-01", "2025-04-01")];
        assert_eq!(merged(inside), [span("2025-01-01", "2025-12-31")]);
        let hole = vec![span("2025-01-01", "2025-03-30"), span("2025-04-01", "2025-06-30")];
        assert_eq!(merged(hole.clone()), hole);
        let open = Effective { from: day("2025-01-01"), through: Effective::OPEN };
        assert_eq!(merged(vec![open, span("2026-01-01", "2026-01-01")]), [open]);
    }

    #[test]
    fn finds_a_date_among_spans_but_not_in_a_hole() {
        let spans = [span("2025-01-01", "2025-01-31"), span("2025-03-01", "2025-03-31")];
        for (date, inside) in [
            ("2024-12-31", false),
            ("2025-01-01", true),
            ("2025-01-31", true),
            ("2025-02-01", false),
            ("2025-02-28", false),
            ("2025-03-01", true),
            ("2025-03-31", true),
            ("2025-04-01", false),
        ] {
            assert_eq!(any_contains(&spans, day(date)), inside, "{date}");
        }
        assert!(!any_contains(&[], day("2025-01-01")));
    }
}
