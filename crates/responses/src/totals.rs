//! What came of a run, in numbers.

use std::collections::BTreeMap;

use claims::{Tally, Usage};
use edits::Disposition;

/// What the verdicts add up to.
///
/// Counted apart from what the reader counts, so that the two can be held against each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Claims and charges, by usage in the order of [`Usage::ALL`], by disposition in the order of [`Disposition::ALL`].
    pub claims: [[Tally; 4]; 3],
    /// Findings by code; the fault of a refused unit counts once, and not again for its claims.
    pub findings: BTreeMap<&'static str, u64>,
    /// Service lines of all claims.
    pub service_lines: u64,
    /// Service lines with an NDC.
    pub drug_lines: u64,
    /// Portal only: lines that deny.
    pub denied_lines: u64,
    /// Interchanges, groups and sets that were refused.
    pub refused_units: u64,
    /// Interchanges that are cut off.
    pub cut_offs: u64,
}

impl std::ops::AddAssign<&Totals> for Totals {
    fn add_assign(&mut self, other: &Totals) {
        for (usage, others) in self.claims.iter_mut().zip(&other.claims) {
            for (tally, &other) in usage.iter_mut().zip(others) {
                *tally += other;
            }
        }
        for (code, count) in &other.findings {
            *self.findings.entry(code).or_default() += count;
        }
        self.service_lines += other.service_lines;
        self.drug_lines += other.drug_lines;
        self.denied_lines += other.denied_lines;
        self.refused_units += other.refused_units;
        self.cut_offs += other.cut_offs;
    }
}

impl Totals {
    /// Returns claims and charges of one disposition, whatever the usage.
    pub fn of(&self, disposition: Disposition) -> Tally {
        self.claims.iter().fold(Tally::default(), |mut sum, usage| {
            sum += usage[disposition.place()];
            sum
        })
    }

    /// Returns claims and charges of one usage, whatever the disposition.
    pub fn received(&self, usage: Usage) -> Tally {
        self.claims[usage.place()].iter().fold(Tally::default(), |mut sum, &tally| {
            sum += tally;
            sum
        })
    }

    /// Returns whether the Business Rejection Report has anything to say.
    pub fn has_report(&self) -> bool {
        self.refused_units > 0
            || [Disposition::Rejected, Disposition::Held, Disposition::Refused]
                .iter()
                .any(|&disposition| self.of(disposition).claims > 0)
    }
}
