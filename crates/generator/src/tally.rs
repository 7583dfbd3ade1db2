//! What was written.

use std::collections::BTreeMap;

use crate::{Fault, Severity};

/// Counts what a batch holds, as its writer knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Bytes, line ends included.
    pub bytes: u64,
    /// Interchanges.
    pub interchanges: u64,
    /// Functional groups.
    pub groups: u64,
    /// Transaction sets.
    pub sets: u64,
    /// Segments, from ISA to IEA.
    pub segments: u64,
    /// Claims.
    pub claims: u64,
    /// Service lines.
    pub lines: u64,
    /// Lines with a LIN whose LIN02 is N4, whatever its LIN03.
    pub drug_lines: u64,
    /// The sum of CLM02 as sent, in cents.
    pub charge_cents: i64,
    /// Claims with a fault that rejects or holds.
    pub bad_claims: u64,
    /// Claims by the fault they were given; a claim has at most one.
    pub claims_by_fault: BTreeMap<Fault, u64>,
}

impl Tally {
    /// Returns the count of claims with a fault of this severity.
    pub fn claims_with(&self, severity: Severity) -> u64 {
        let alike = self.claims_by_fault.iter().filter(|(fault, _)| fault.severity() == severity);
        alike.map(|(_, count)| count).sum()
    }

    /// Counts one claim with its fault.
    pub(crate) fn add_fault(&mut self, fault: Fault) {
        *self.claims_by_fault.entry(fault).or_default() += 1;
        self.bad_claims += u64::from(!fault.only_warns());
    }
}
