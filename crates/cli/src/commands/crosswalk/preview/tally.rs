//! What comes out otherwise, counted; what is held grows with the partners, pairs and reasons, not with the claims.

use std::collections::BTreeMap;

use serde::Serialize;

use super::flip::{Flip, LineFlip};

/// Claims that are shown to people one by one; data has all of them.
const SHOWN_MAX: usize = 50;

/// What claims are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum View {
    /// From which disposition to which.
    Direction,
    /// The folder of the run.
    Run,
    /// ISA06.
    Partner,
    /// Procedure and NDC; a claim with several pairs counts with each.
    Pair,
    /// From which standing to which; a claim with several counts with each.
    Reason,
}

/// Claims and their money.
#[derive(Clone, Copy, Default, Serialize)]
pub struct Sum {
    /// How many.
    pub claims: u64,
    /// What they charge.
    pub cents: i64,
}

/// Claims that come out otherwise, and those of them that change whether they go on.
#[derive(Clone, Copy, Default)]
pub struct Sums {
    /// All of them.
    pub all: Sum,
    /// Those that were stopped and would go on.
    pub freed: Sum,
    /// Those that went on and would be stopped.
    pub stopped: Sum,
}

/// Everything that comes out otherwise.
#[derive(Default)]
pub struct Tally {
    /// Claims that were judged again.
    pub claims: u64,
    /// Claims whose disposition stays and of which a line denies that did not, or the other way.
    pub denials: u64,
    /// The claims that come out otherwise.
    pub flipped: Sums,
    /// The first of them, in the order of the facts.
    pub first: Vec<Flip>,
    /// The same claims by each view and by what it calls them.
    by: BTreeMap<View, BTreeMap<String, Sums>>,
}

impl View {
    /// All of them, in the order in which they are shown.
    pub const ALL: [View; 5] = [View::Direction, View::Run, View::Partner, View::Pair, View::Reason];

    /// Returns its name for titles.
    pub fn as_str(self) -> &'static str {
        match self {
            View::Direction => "direction",
            View::Run => "run",
            View::Partner => "partner",
            View::Pair => "pair",
            View::Reason => "reason",
        }
    }

    /// Returns what it calls a claim, each name once.
    fn names(self, flip: &Flip) -> Vec<String> {
        let mut names = match self {
            View::Direction => vec![flip.direction()],
            View::Run => vec![flip.run.clone()],
            View::Partner => vec![flip.partner.clone()],
            View::Pair => flip.lines.iter().filter_map(LineFlip::pair).collect(),
            View::Reason => flip.lines.iter().map(LineFlip::reason).collect(),
        };
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl Sum {
    fn add(&mut self, other: Sum) {
        self.claims += other.claims;
        self.cents = self.cents.saturating_add(other.cents);
    }
}

impl Sums {
    fn of(flip: &Flip) -> Sums {
        let one = Sum { claims: 1, cents: flip.charge_cents };
        let only_if = |holds: bool| if holds { one } else { Sum::default() };
        Sums { all: one, freed: only_if(flip.is_freed()), stopped: only_if(flip.is_stopped()) }
    }

    fn add(&mut self, other: Sums) {
        self.all.add(other.all);
        self.freed.add(other.freed);
        self.stopped.add(other.stopped);
    }
}

impl Tally {
    /// Counts a claim that comes out otherwise.
    pub fn add(&mut self, flip: Flip) {
        let sums = Sums::of(&flip);
        self.flipped.add(sums);
        for view in View::ALL {
            let by = self.by.entry(view).or_default();
            for name in view.names(&flip) {
                by.entry(name).or_default().add(sums);
            }
        }
        if self.first.len() < SHOWN_MAX {
            self.first.push(flip);
        }
    }

    /// Adds what the next part of the facts comes to.
    pub fn join(&mut self, next: Tally) {
        self.claims += next.claims;
        self.denials += next.denials;
        self.flipped.add(next.flipped);
        for (view, names) in next.by {
            let by = self.by.entry(view).or_default();
            for (name, sums) in names {
                by.entry(name).or_default().add(sums);
            }
        }
        let room = SHOWN_MAX - self.first.len();
        self.first.extend(next.first.into_iter().take(room));
    }

    /// Returns what a view comes to, by name.
    pub fn by(&self, view: View) -> impl Iterator<Item = (&str, &Sums)> {
        self.by.get(&view).into_iter().flatten().map(|(name, sums)| (name.as_str(), sums))
    }

    /// Returns what a view comes to, what has the most money first.
    pub fn greatest(&self, view: View) -> Vec<(&str, &Sums)> {
        let mut sorted: Vec<(&str, &Sums)> = self.by(view).collect();
        sorted.sort_by_key(|(name, sums)| (std::cmp::Reverse(sums.all.cents), *name));
        sorted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flip(partner: &str, charge_cents: i64, before: &str, after: &str) -> Flip {
        Flip {
            run: "run".to_owned(),
            partner: partner.to_owned(),
            file_hash: String::new(),
            claim_number: 1,
            claim_id: String::new(),
            charge: claims::decimal(charge_cents),
            before: before.to_owned(),
            after: after.to_owned(),
            lines: vec![],
            charge_cents,
        }
    }

    #[test]
    fn parts_add_up_to_what_the_whole_comes_to() {
        let flips = || {
            let claim = |index: i64| match index % 3 {
                0 => flip("A", index, "held", "accepted"),
                1 => flip("B", index, "accepted", "rejected"),
                _ => flip("B", index, "held", "rejected"),
            };
            (0..120).map(claim)
        };
        let (mut whole, mut parts) = (Tally::default(), Tally::default());
        flips().for_each(|flip| whole.add(flip));
        for start in (0..120).step_by(30) {
            let mut part = Tally::default();
            flips().skip(start).take(30).for_each(|flip| part.add(flip));
            parts.join(part);
        }
        let shown = |tally: &Tally| -> Vec<(String, [u64; 3], [i64; 3])> {
            let of = |name: &str, sums: &Sums| {
                let each = [sums.all, sums.freed, sums.stopped];
                (name.to_owned(), each.map(|sum| sum.claims), each.map(|sum| sum.cents))
            };
            let by = View::ALL.into_iter().flat_map(|view| tally.greatest(view));
            by.chain([("all", &tally.flipped)]).map(|(name, sums)| of(name, sums)).collect()
        };
        assert_eq!(shown(&whole), shown(&parts));
        let charges = |tally: &Tally| tally.first.iter().map(|flip| flip.charge_cents).collect::<Vec<_>>();
        assert_eq!(charges(&parts), (0..50).collect::<Vec<_>>());
        assert_eq!(charges(&whole), charges(&parts));
        assert_eq!(whole.greatest(View::Partner)[0].0, "B");
        assert_eq!((whole.flipped.freed.claims, whole.flipped.stopped.claims), (40, 40));
    }
}
