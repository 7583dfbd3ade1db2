//! What the differences of two runs add up to.

use std::collections::BTreeMap;

use super::{Change, Difference, Side};

/// What the differences add up to.
#[derive(Default)]
pub struct Totals {
    /// Claims with the same disposition for the same reasons.
    pub same: u64,
    /// Claims that differ, by how, and by what became of them in A and in B; empty where a run does not list them.
    pub different: BTreeMap<(Change, String, String), Tally>,
    /// Claims that each run received and does not list, of runs over different files.
    pub unlisted: [u64; 2],
}

/// Claims, and their charges in cents in A and in B.
#[derive(Clone, Copy, Default)]
pub struct Tally {
    /// How many.
    pub claims: u64,
    /// What they add up to, in cents.
    pub cents: [i128; 2],
}

impl Totals {
    /// Adds a claim that differs.
    pub fn add(&mut self, difference: &Difference) {
        let sides = [&difference.a, &difference.b].map(Option::as_ref);
        let [a, b] = sides.map(|side| side.map_or_else(String::new, |side| side.disposition.clone()));
        let tally = self.different.entry((difference.change, a, b)).or_default();
        tally.claims += 1;
        for (sum, side) in tally.cents.iter_mut().zip(sides) {
            *sum += side.map_or(0, Side::cents);
        }
    }

    /// Adds claims that are not listed.
    pub fn add_unlisted(&mut self, unlisted: [u64; 2]) {
        for (sum, count) in self.unlisted.iter_mut().zip(unlisted) {
            *sum += count;
        }
    }

    /// Returns how many claims differ in one way.
    pub fn of(&self, change: Change) -> u64 {
        self.different.iter().filter(|((found, ..), _)| *found == change).map(|(_, tally)| tally.claims).sum()
    }
}
