//! What a walk through a file comes by, and what becomes of it.

use std::io::{self, Write};

use claims::{Claim, Drug, Fault, GroupUnit, InterchangeUnit, Period, SetUnit};
use x12::Segment;

use super::spool::Spool;

/// One thing that the walk comes by.
///
/// A unit comes before its faults, and its faults before what it holds.
pub enum Item<'i, 'a> {
    /// An interchange begins.
    Interchange(&'i InterchangeUnit<'a>),
    /// A functional group begins, or the first set that stands in none.
    Group(&'i GroupUnit<'a>),
    /// A transaction set begins.
    Set(&'i SetUnit<'a>),
    /// A level of the HL tree begins.
    Level(Segment<'a>),
    /// A claim, read whole.
    Claim(&'i Claim<'a>, ClaimDate<'a>),
    /// A transaction set is at its end.
    SetEnd(&'i SetTotals),
    /// A fault.
    Fault(Placed<'i, 'a>),
}

/// DTP*472 of loop 2300, where older releases put the date of service.
pub type ClaimDate<'a> = Option<Period<'a>>;

/// A fault and where it stands.
#[derive(Clone, Copy)]
pub struct Placed<'i, 'a> {
    /// The fault.
    pub fault: &'i Fault<'a>,
    /// The units that it stands in.
    pub units: Units,
    /// Place of the guilty bytes in the file, from 0.
    pub byte: usize,
}

/// Positions in the file of the units around something, from 1.
#[derive(Clone, Copy, Default)]
pub struct Units {
    /// The interchange.
    pub interchange: Option<u64>,
    /// The functional group.
    pub group: Option<u64>,
    /// The transaction set.
    pub set: Option<u64>,
}

/// What one transaction set adds up to.
#[derive(Clone, Copy, Default)]
pub struct SetTotals {
    /// Position of the set in the file, from 1.
    pub number: u64,
    /// Whether it is an 837, and so has claims to count.
    pub has_claims: bool,
    /// Segments, ST and SE among them.
    pub segments: u64,
    /// CLM segments.
    pub claims: u64,
    /// LX segments within claims.
    pub service_lines: u64,
    /// LIN segments of service lines with LIN02 = N4.
    pub lin_n4: u64,
    /// The sum of CLM02 in cents; an amount that cannot be read counts 0.
    pub charge_cents: i128,
}

/// What the whole file adds up to.
#[derive(Clone, Copy, Default)]
pub struct Totals {
    /// Interchanges.
    pub interchanges: u64,
    /// Functional groups that have a GS.
    pub groups: u64,
    /// Transaction sets of any kind.
    pub transaction_sets: u64,
    /// Segments within interchanges, envelopes among them.
    pub segments: u64,
    /// Claims.
    pub claims: u64,
    /// LX segments within claims.
    pub service_lines: u64,
    /// LIN segments of service lines with LIN02 = N4.
    pub lin_n4: u64,
    /// The sum of CLM02 in cents; an amount that cannot be read counts 0.
    pub charge_cents: i128,
}

/// A form that a file is shown in.
pub trait View {
    /// Takes the next item.
    fn item(&mut self, item: &Item<'_, '_>) -> io::Result<()>;

    /// Returns what was written so far and can be taken back.
    fn spools(&mut self) -> Vec<&mut Spool>;

    /// Shows everything that was told.
    fn finish(&mut self, totals: &Totals, out: &mut dyn Write) -> io::Result<()>;
}

/// Returns whether `drug` is named by an NDC, be it an empty one.
pub fn is_n4(drug: &Drug<'_>) -> bool {
    drug.qualifier == b"N4"
}

/// Returns `bytes` of the file as text that cannot steer a terminal: each byte is its Latin-1 code point, and controls are question marks.
pub fn shown(bytes: &[u8]) -> String {
    let visible = |&byte: &u8| Some(char::from(byte)).filter(|character| !character.is_control());
    bytes.iter().map(|byte| visible(byte).unwrap_or('?')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_cannot_steer_a_terminal() {
        assert_eq!(shown(b"A 1\x1b[2J\r\n\x9b\xe9"), "A 1?[2J???\u{e9}");
    }
}
