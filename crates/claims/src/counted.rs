//! What the reader counts on its own, to hold the dispositions against.

use std::collections::BTreeMap;

/// ISA15, what an interchange is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Usage {
    /// `P`.
    Production,
    /// `T`.
    Test,
    /// Anything else.
    Other,
}

impl Usage {
    /// All of them, in the order of reports.
    pub const ALL: [Usage; 3] = [Usage::Production, Usage::Test, Usage::Other];

    /// Tells the usage from ISA15.
    pub fn of(isa15: &[u8]) -> Usage {
        match isa15 {
            b"P" => Usage::Production,
            b"T" => Usage::Test,
            _ => Usage::Other,
        }
    }

    /// Returns its place in [`Usage::ALL`].
    pub fn place(self) -> usize {
        match self {
            Usage::Production => 0,
            Usage::Test => 1,
            Usage::Other => 2,
        }
    }

    /// Returns the name that summaries print.
    pub fn as_str(self) -> &'static str {
        match self {
            Usage::Production => "production",
            Usage::Test => "test",
            Usage::Other => "other",
        }
    }
}

/// Claims and their charges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many claims.
    pub claims: u64,
    /// The sum of CLM02 in cents; an amount that cannot be read counts 0.
    pub charge_cents: i128,
}

impl Tally {
    /// Adds one claim.
    pub fn add(&mut self, charge_cents: i64) {
        self.claims += 1;
        self.charge_cents += i128::from(charge_cents);
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.claims += other.claims;
        self.charge_cents += other.charge_cents;
    }
}

/// Everything that the reader counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Interchanges.
    pub interchanges: u64,
    /// Functional groups that have a GS.
    pub groups: u64,
    /// Transaction sets of any kind.
    pub transaction_sets: u64,
    /// Segments within interchanges, envelopes among them; empty ones do not count.
    pub segments: u64,
    /// Claims received, by usage, in the order of [`Usage::ALL`].
    pub received: [Tally; 3],
    /// Claims received, by implementation.
    pub claims_by_implementation: BTreeMap<Vec<u8>, u64>,
}

impl std::ops::AddAssign<&Counted> for Counted {
    fn add_assign(&mut self, other: &Counted) {
        self.interchanges += other.interchanges;
        self.groups += other.groups;
        self.transaction_sets += other.transaction_sets;
        self.segments += other.segments;
        for (tally, &other) in self.received.iter_mut().zip(&other.received) {
            *tally += other;
        }
        for (reference, count) in &other.claims_by_implementation {
            *self.claims_by_implementation.entry(reference.clone()).or_default() += count;
        }
    }
}

impl Counted {
    /// Adds one claim of `usage` and of the implementation `reference`.
    pub(crate) fn add_claim(&mut self, usage: Usage, charge_cents: i64, reference: &[u8]) {
        self.received[usage.place()].add(charge_cents);
        match self.claims_by_implementation.get_mut(reference) {
            Some(claims) => *claims += 1,
            None => {
                self.claims_by_implementation.insert(reference.to_vec(), 1);
            }
        }
    }

    /// Returns all claims received.
    pub fn received_total(&self) -> Tally {
        self.received.iter().fold(Tally::default(), |mut sum, &tally| {
            sum += tally;
            sum
        })
    }
}
