//! What the lists come to for a pair, date by date.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use crosswalk::Effective;

/// What becomes of a line with the pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conclusion {
    /// It passes.
    Valid,
    /// Every list that it could be on is loaded, and none has it in force.
    NotValid,
    /// A list that is not loaded may have it.
    CannotBeDecided,
}

/// Dates with one conclusion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// The dates.
    pub dates: Effective,
    /// What becomes of a line on each of them.
    pub conclusion: Conclusion,
}

impl Conclusion {
    /// Returns the conclusion on `date`, for a pair in force on `in_force` while both publishers cover `covered`.
    pub fn on(date: NaiveDate, in_force: &[Effective], covered: &[Effective]) -> Conclusion {
        let contain = |spans: &[Effective]| spans.iter().any(|span| span.contains(date));
        match (contain(in_force), contain(covered)) {
            (true, _) => Conclusion::Valid,
            (false, true) => Conclusion::NotValid,
            (false, false) => Conclusion::CannotBeDecided,
        }
    }

    /// Returns the name that programs read.
    pub fn as_str(self) -> &'static str {
        match self {
            Conclusion::Valid => "valid",
            Conclusion::NotValid => "not_valid",
            Conclusion::CannotBeDecided => "cannot_be_decided",
        }
    }

    /// Says it to people.
    pub fn words(self) -> &'static str {
        match self {
            Conclusion::Valid => "valid",
            Conclusion::NotValid => "not valid",
            Conclusion::CannotBeDecided => "cannot be decided: a claim is held",
        }
    }
}

/// Returns the conclusion on every date there is, in intervals that ascend and differ from their neighbours.
pub fn intervals(in_force: &[Effective], covered: &[Effective]) -> Vec<Interval> {
    // A conclusion can change only where a span begins, and behind its last day.
    let spans = in_force.iter().chain(covered);
    let changes = spans.flat_map(|span| [Some(span.from), span.through.succ_opt()]);
    let firsts: BTreeSet<NaiveDate> = changes.flatten().chain([Effective::BEGINNING]).collect();
    let mut intervals: Vec<Interval> = Vec::new();
    for from in firsts {
        let conclusion = Conclusion::on(from, in_force, covered);
        if let Some(last) = intervals.last_mut() {
            if last.conclusion == conclusion {
                continue;
            }
            last.dates.through = from.pred_opt().unwrap_or(from);
        }
        intervals.push(Interval { dates: Effective { from, through: Effective::OPEN }, conclusion });
    }
    intervals
}

#[cfg(test)]
mod tests {
    use super::*;
    use Conclusion::{CannotBeDecided, NotValid, Valid};

    fn span(from: &str, through: &str) -> Effective {
        let day = |text: &str, open| if text.is_empty() { open } else { text.parse().unwrap() };
        Effective { from: day(from, Effective::BEGINNING), through: day(through, Effective::OPEN) }
    }

    #[track_caller]
    fn check(in_force: &[Effective], covered: &[Effective], expected: &[(&str, &str, Conclusion)]) {
        let expected: Vec<Interval> = expected
            .iter()
            .map(|&(from, through, conclusion)| Interval { dates: span(from, through), conclusion })
            .collect();
        assert_eq!(intervals(in_force, covered), expected);
    }

    #[test]
    fn every_date_has_one_conclusion() {
        check(&[], &[], &[("", "", CannotBeDecided)]);
        check(&[span("", "")], &[], &[("", "", Valid)]);
        let quarter = [span("2025-10-01", "2025-12-31")];
        check(
            &[],
            &quarter,
            &[
                ("", "2025-09-30", CannotBeDecided),
                ("2025-10-01", "2025-12-31", NotValid),
                ("2026-01-01", "", CannotBeDecided),
            ],
        );
        check(
            &[span("2025-09-01", "2025-10-14"), span("2025-12-31", "")],
            &quarter,
            &[
                ("", "2025-08-31", CannotBeDecided),
                ("2025-09-01", "2025-10-14", Valid),
                ("2025-10-15", "2025-12-30", NotValid),
                ("2025-12-31", "", Valid),
            ],
        );
        check(
            &[span("2025-10-01", "2025-10-01")],
            &quarter,
            &[
                ("", "2025-09-30", CannotBeDecided),
                ("2025-10-01", "2025-10-01", Valid),
                ("2025-10-02", "2025-12-31", NotValid),
                ("2026-01-01", "", CannotBeDecided),
            ],
        );
    }
}
