//! The pairs of the lists, sorted by what a claim can be made of them.

use std::collections::{HashMap, HashSet};
use std::io;

use chrono::{Days, NaiveDate};
use fastrand::Rng;

use crate::lists::day;
use crate::plan::invalid;
use crate::{List, Lists, Pair, pick};

/// Draws pairs and dates for service lines.
pub(crate) struct Drugs<'l> {
    /// In force on every date of service.
    good: Vec<&'l Pair>,
    /// In force on no date of service, only later.
    early: Vec<&'l Pair>,
    /// In force on no date of service, but earlier.
    late: Vec<&'l Pair>,
    /// On no list but ASP.
    asp_only: Vec<&'l Pair>,
    /// NDC and procedure of every pair.
    known: HashSet<(&'l str, &'l str)>,
    /// The first day that an ASP quarter covers.
    asp_from: NaiveDate,
}

impl<'l> Drugs<'l> {
    /// Sorts the pairs of the lists.
    ///
    /// Errors: `InvalidInput` if the lists lack one of the kinds.
    pub fn new(lists: &'l Lists) -> io::Result<Self> {
        let mut relations: HashMap<(&str, &str), Vec<&Pair>> = HashMap::new();
        for pair in &lists.pairs {
            relations.entry((&pair.ndc, &pair.hcpcs)).or_default().push(pair);
        }
        let mut drugs = Self {
            good: Vec::new(),
            early: Vec::new(),
            late: Vec::new(),
            asp_only: Vec::new(),
            known: relations.keys().copied().collect(),
            asp_from: lists.asp_from,
        };
        // By way of the list, since the order of a hash map is another one in each run.
        for pair in &lists.pairs {
            let alike = relations.remove(&(pair.ndc.as_str(), pair.hcpcs.as_str()));
            if let Some(alike) = alike {
                drugs.sort(pair, &alike);
            }
        }
        let kinds = [&drugs.good, &drugs.early, &drugs.late, &drugs.asp_only];
        if kinds.iter().any(|kind| kind.is_empty()) {
            return Err(invalid("the lists are too small to hold every kind of pair"));
        }
        // No NDC has more codes than its own and another, so that with three one is a stranger to it.
        let codes: HashSet<&str> = drugs.good.iter().map(|pair| pair.hcpcs.as_str()).collect();
        if codes.len() < 3 {
            return Err(invalid("the lists have too few procedures"));
        }
        Ok(drugs)
    }

    /// Sorts one pair, by all relations of its NDC and procedure.
    fn sort(&mut self, pair: &'l Pair, alike: &[&Pair]) {
        let (first, last) = (first_service_date(), last_service_date());
        if alike.iter().any(|relation| relation.covers(first, last)) {
            self.good.push(pair);
        } else if alike.iter().all(|relation| last < relation.from) {
            self.early.push(pair);
        } else if alike
            .iter()
            .all(|relation| last < relation.from || relation.through.is_some_and(|through| through < first))
        {
            self.late.push(pair);
        }
        if alike.iter().all(|relation| relation.list == List::Asp) {
            self.asp_only.push(pair);
        }
    }

    /// Draws a pair that is in force on every date of service.
    pub fn good(&self, rng: &mut Rng) -> &'l Pair {
        pick(rng, &self.good)
    }

    /// Draws a pair that comes into force after every date of service.
    pub fn early(&self, rng: &mut Rng) -> &'l Pair {
        pick(rng, &self.early)
    }

    /// Draws a pair that was in force before, and is so on no date of service.
    pub fn late(&self, rng: &mut Rng) -> &'l Pair {
        pick(rng, &self.late)
    }

    /// Draws a pair that only ASP lists.
    pub fn asp_only(&self, rng: &mut Rng) -> &'l Pair {
        pick(rng, &self.asp_only)
    }

    /// Draws an NDC and a procedure that are in force, but never together.
    pub fn strangers(&self, rng: &mut Rng) -> (&'l str, &'l str) {
        let ndc = &self.good(rng).ndc;
        loop {
            let hcpcs = &self.good(rng).hcpcs;
            if !self.known.contains(&(ndc.as_str(), hcpcs.as_str())) {
                return (ndc, hcpcs);
            }
        }
    }

    /// Draws a date of service that the lists cover.
    pub fn date(rng: &mut Rng) -> NaiveDate {
        first_service_date() + Days::new(rng.u64(0..31))
    }

    /// Draws a date of service before the first one that ASP covers.
    pub fn date_in_gap(&self, rng: &mut Rng) -> NaiveDate {
        self.asp_from - Days::new(rng.u64(1..=30))
    }
}

/// Draws an NDC that is on no list: the lists have no labeler from 90000 on.
pub(crate) fn unknown_ndc(rng: &mut Rng) -> String {
    format!("{:05}{:04}{:02}", rng.u32(90_000..99_999), rng.u32(1..10_000), rng.u32(1..60))
}

/// Returns the first date of service of every batch, the first day of the newest ASP quarter.
fn first_service_date() -> NaiveDate {
    day(2025, 10, 1)
}

/// Returns the last date of service of every batch, before the last day that the PDAC list covers.
pub(crate) fn last_service_date() -> NaiveDate {
    day(2025, 10, 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists;

    /// Returns whether a list has the pair in force on the day.
    fn in_force(lists: &Lists, ndc: &str, hcpcs: &str, on: NaiveDate) -> bool {
        let alike = lists.pairs.iter().filter(|pair| pair.ndc == ndc && pair.hcpcs == hcpcs);
        alike.into_iter().any(|pair| pair.covers(on, on))
    }

    #[test]
    fn each_kind_is_what_it_says() {
        let lists = lists(5, 400, 200, 2);
        let drugs = Drugs::new(&lists).unwrap();
        let mut rng = Rng::with_seed(1);
        for _ in 0..200 {
            let date = Drugs::date(&mut rng);
            let pair = drugs.good(&mut rng);
            assert!(in_force(&lists, &pair.ndc, &pair.hcpcs, date));
            for pair in [drugs.early(&mut rng), drugs.late(&mut rng)] {
                assert!(!in_force(&lists, &pair.ndc, &pair.hcpcs, date));
            }
            let (ndc, hcpcs) = drugs.strangers(&mut rng);
            assert!(!lists.pairs.iter().any(|pair| pair.ndc == ndc && pair.hcpcs == hcpcs));
            let pair = drugs.asp_only(&mut rng);
            let gap = drugs.date_in_gap(&mut rng);
            assert!(!in_force(&lists, &pair.ndc, &pair.hcpcs, gap));
            let unknown = unknown_ndc(&mut rng);
            assert!(!lists.pairs.iter().any(|pair| pair.ndc == unknown));
        }
    }

    #[test]
    fn lists_at_their_smallest_hold_every_kind() {
        for seed in 0..20 {
            assert!(Drugs::new(&lists(seed, 40, 20, 1)).is_ok(), "{seed}");
        }
    }

    #[test]
    fn lists_that_lack_a_kind_are_an_error() {
        assert!(Drugs::new(&lists(1, 3, 0, 1)).is_err());
    }
}
