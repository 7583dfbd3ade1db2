//! The faults of units, kept until the interchange that they belong to is done.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::Level;
use crate::fault::{Fault, Kind};

/// A unit by its position in the file, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unit {
    Interchange(u64),
    Group(u64),
    Set(u64),
}

/// Most faults that are kept of one interchange; with more it is refused whole, and the rest are not told.
const FAULTS_MAX: usize = 10_000;

type ByUnit<'a> = BTreeMap<Unit, Vec<Fault<'a>>>;

/// Every fault of the units of the open interchange.
#[derive(Default)]
pub(crate) struct Ledger<'a> {
    found: ByUnit<'a>,
    found_total: usize,
    /// The faults of this interchange from its first reading; `None` while it is read for the first time.
    known: Option<ByUnit<'a>>,
    /// Faults that belong to no interchange.
    pub(crate) file: Vec<Fault<'a>>,
}

impl<'a> Ledger<'a> {
    /// Forgets the last interchange when the next begins for the first time.
    pub(crate) fn begin_interchange(&mut self) {
        self.found.clear();
        self.found_total = 0;
    }

    /// Ends the second reading, if this was one.
    pub(crate) fn end_interchange(&mut self) {
        self.known = None;
    }

    /// Returns whether the open interchange is read for the second time.
    pub(crate) fn knows(&self) -> bool {
        self.known.is_some()
    }

    /// Keeps what was found for the second reading.
    pub(crate) fn know(&mut self) {
        self.known = Some(std::mem::take(&mut self.found));
    }

    /// Returns what is known of `unit` when it begins.
    pub(crate) fn known_of(&self, unit: Unit) -> Vec<Fault<'a>> {
        self.known.as_ref().and_then(|known| known.get(&unit)).cloned().unwrap_or_default()
    }

    /// Returns `fault` as it is to be entered: the last that there is room for speaks for the whole interchange.
    pub(crate) fn admit(&mut self, fault: Fault<'a>) -> Option<Fault<'a>> {
        self.found_total += 1;
        match self.found_total.cmp(&FAULTS_MAX) {
            Ordering::Less => Some(fault),
            Ordering::Equal => Some(Fault { kind: Kind::TooManyFaults, level: Level::Interchange, ..fault }),
            Ordering::Greater => None,
        }
    }

    /// Keeps a `fault` of `unit`.
    pub(crate) fn find(&mut self, unit: Unit, fault: Fault<'a>) {
        self.found.entry(unit).or_default().push(fault);
    }

    /// Keeps a fault that belongs to no interchange.
    pub(crate) fn find_outside(&mut self, fault: Fault<'a>) {
        if self.file.len() < FAULTS_MAX {
            self.file.push(fault);
        }
    }
}
