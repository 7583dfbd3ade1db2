//! What other payers paid and adjusted, gathered for the rules that balance it.
//!
//! Few claims have another payer, so that this is a second way through their segments.
//!
//! Source: 005010X222A1, 005010X223A2 and 005010X224A2, sections on balancing; loops 2320 and 2430.

use claims::{PieceSegments, cents_of};
use x12::{Segment, SegmentId};

use super::{Tell, line_adjudication_does_not_balance, other_payment_does_not_balance};

/// Loops 2320 that a guide allows in a claim; of more, the walk tells.
const PAYERS_MAX: usize = 10;
/// Loops 2430 that a guide allows in a line.
const ADJUDICATIONS_MAX: usize = 15;

const AMT: SegmentId = SegmentId::new(b"AMT");
const CAS: SegmentId = SegmentId::new(b"CAS");
const LX: SegmentId = SegmentId::new(b"LX");
const NM1: SegmentId = SegmentId::new(b"NM1");
const SBR: SegmentId = SegmentId::new(b"SBR");
const SV1: SegmentId = SegmentId::new(b"SV1");
const SV2: SegmentId = SegmentId::new(b"SV2");
const SV3: SegmentId = SegmentId::new(b"SV3");
const SVD: SegmentId = SegmentId::new(b"SVD");

/// A sum of amounts; `None` once one of them cannot be read.
#[derive(Clone, Copy)]
pub(super) struct Sum {
    pub cents: Option<i64>,
    /// How many amounts it adds up.
    pub count: u32,
}

/// One payer, in loop 2320 or in the loops 2430 of one line.
#[derive(Clone, Copy)]
pub(super) struct Payer<'a> {
    /// NM109 of loop 2330B, or SVD01.
    pub id: &'a [u8],
    /// AMT02 with D, or SVD02 of the first loop, and where it stands.
    pub paid: Option<(&'a [u8], usize)>,
    /// All amounts paid.
    pub payments: Sum,
    /// All amounts of its CAS.
    pub adjustments: Sum,
}

/// A service line.
#[derive(Clone, Copy, Default)]
pub(super) struct Line<'a> {
    /// SV102, SV203 or SV302.
    pub charge: &'a [u8],
    /// Whether an SVD06 says that the line was adjudicated together with another.
    pub is_bundled: bool,
}

impl Sum {
    const NONE: Sum = Sum { cents: Some(0), count: 0 };

    fn add(&mut self, amount: &[u8]) {
        self.count += 1;
        self.cents = self.cents.zip(cents_of(amount)).and_then(|(sum, cents)| sum.checked_add(cents));
    }
}

impl<'a> Payer<'a> {
    const NOBODY: Payer<'a> = Payer { id: &[], paid: None, payments: Sum::NONE, adjustments: Sum::NONE };

    fn adjust(&mut self, cas: Segment<'a>) {
        // CAS03, and every third behind it.
        for amount in cas.elements().skip(2).step_by(3).filter(|amount| !amount.is_empty()) {
            self.adjustments.add(amount);
        }
    }

    fn pay(&mut self, amount: &'a [u8], index: usize) {
        self.payments.add(amount);
        self.paid.get_or_insert((amount, index));
    }
}

/// A few payers, without memory of their own.
struct Payers<'a, const MAX: usize> {
    known: [Payer<'a>; MAX],
    count: usize,
}

impl<'a, const MAX: usize> Payers<'a, MAX> {
    const NONE: Self = Payers { known: [Payer::NOBODY; MAX], count: 0 };

    /// Begins another payer; beyond the most there may be, the last is begun again.
    fn begin(&mut self, id: &'a [u8]) {
        self.count = (self.count + 1).min(MAX);
        self.known[self.count - 1] = Payer { id, ..Payer::NOBODY };
    }

    fn last(&mut self) -> Option<&mut Payer<'a>> {
        self.known[..self.count].last_mut()
    }

    fn iter(&self) -> impl Iterator<Item = &Payer<'a>> {
        self.known[..self.count].iter()
    }
}

/// Gathers the payers of a claim, then those of each line, and shows them to their rules.
pub(super) fn look<'a>(segments: PieceSegments<'a, '_>, tell: Tell<'_, 'a>) {
    let mut payers = Payers::<PAYERS_MAX>::NONE;
    let mut lines = 0;
    for (index, id) in segments.names().enumerate() {
        match id {
            SBR => payers.begin(&[]),
            LX => {
                lines = index;
                break;
            }
            _ => {
                if let Some(payer) = payers.last() {
                    of_claim(payer, segments, index, id);
                }
            }
        }
    }
    // Without a line there is nothing to hold the payments against, but for the claim's charge.
    let first_line = if lines == 0 { segments.names().len() } else { lines };
    let mut paid_on_lines = payers.known.map(|payer| Payer { id: payer.id, ..Payer::NOBODY });
    look_at_lines(segments, first_line, &mut paid_on_lines, tell);
    let [_, charge] = segments.first_elements(0);
    for (number, payer) in payers.iter().enumerate() {
        // Two loops for one payer cannot be told apart by the lines.
        let is_named = !payer.id.is_empty();
        let is_unique = payers.iter().filter(|other| other.id == payer.id).count() == 1;
        if is_named && is_unique {
            let on_lines = paid_on_lines[number].payments;
            other_payment_does_not_balance::check(payer, on_lines, charge, tell);
        }
    }
}

fn of_claim<'a>(payer: &mut Payer<'a>, segments: PieceSegments<'a, '_>, index: usize, id: SegmentId) {
    match id {
        AMT => {
            if let [b"D", amount] = segments.first_elements(index) {
                payer.pay(amount, index);
            }
        }
        CAS => payer.adjust(segments.at(index)),
        NM1 if payer.id.is_empty() => {
            if let [b"PR", _, _, _, _, _, _, _, number] = segments.first_elements(index) {
                payer.id = number;
            }
        }
        _ => {}
    }
}

/// Shows each line to its rule, and adds what its payers paid to those of the claim.
fn look_at_lines<'a>(
    segments: PieceSegments<'a, '_>,
    first_line: usize,
    of_claim: &mut [Payer<'a>],
    tell: Tell<'_, 'a>,
) {
    let mut line = Line::default();
    let mut payers = Payers::<ADJUDICATIONS_MAX>::NONE;
    let mut adjudicated = None;
    for (index, id) in segments.names().enumerate().skip(first_line) {
        match id {
            LX => {
                end_line(line, &payers, tell);
                (line, payers.count, adjudicated) = (Line::default(), 0, None);
            }
            SV1 | SV3 => [_, line.charge] = segments.first_elements(index),
            SV2 => [_, _, line.charge] = segments.first_elements(index),
            SVD => {
                let [id, amount, _, _, _, bundled] = segments.first_elements(index);
                line.is_bundled |= !bundled.is_empty();
                let known = payers.iter().position(|payer| payer.id == id);
                let place = known.unwrap_or_else(|| {
                    payers.begin(id);
                    payers.count - 1
                });
                payers.known[place].pay(amount, index);
                adjudicated = Some(place);
                if let Some(payer) = of_claim.iter_mut().find(|payer| payer.id == id) {
                    payer.pay(amount, index);
                }
            }
            CAS => {
                if let Some(place) = adjudicated {
                    payers.known[place].adjust(segments.at(index));
                }
            }
            _ => {}
        }
    }
    end_line(line, &payers, tell);
}

fn end_line<'a>(line: Line<'a>, payers: &Payers<'a, ADJUDICATIONS_MAX>, tell: Tell<'_, 'a>) {
    for payer in payers.iter() {
        line_adjudication_does_not_balance::check(line, payer, tell);
    }
}
