//! Rules of SNIP types 3, 4 and 5 that need nobody's list, one file each: sums of other payers, what one element asks of
//! another, and the form of codes.
//!
//! The table of a guide says what may stand where, and the walk through it finds what does not; no rule here says it again.
//! The rules look at segments, not at a [`claims::Claim`]: so the same code tells of a clean claim, in one pass and without a
//! copy, that there is nothing to tell, and of any other what there is.
//! `claim` goes through the segments of a claim, `branch` through those of a branch, once for all claims below it.
//!
//! Whether a code exists (a diagnosis, a provider), no rule here knows: that takes the lists of others.
//!
//! Source: WEDI SNIP Transaction Compliance and Certification, types of testing 1 to 7.

use claims::{ClaimPiece, Head, Loop, PieceSegments, follow};
use x12::Segment;

use crate::about::About;
use crate::finding::{Element, ElementName, Findings, LineRef};
use crate::kinds::Kind;
use crate::profile::Severity;

mod admission_date_missing;
mod admission_type_missing;
mod branch;
mod claim;
mod coordination;
mod diagnosis_malformed;
mod line_adjudication_does_not_balance;
mod line_number_out_of_sequence;
mod npi_invalid;
mod other_payment_does_not_balance;
mod patient_address_missing;
mod payer_claim_control_number_missing;
mod postal_code_malformed;
mod procedure_code_malformed;
mod relationship_missing;
mod state_unknown;
mod statement_runs_backwards;
mod subscriber_is_not_the_patient;
#[cfg(test)]
mod testing;
mod too_many_claims;

/// What a rule has to say of a claim, or of a branch above it.
#[derive(Clone)]
pub struct Remark<'a> {
    /// The words of its code.
    pub about: &'static About,
    /// Where it is.
    pub element: Element<'a>,
    /// What is wrong, in a sentence or two.
    pub message: String,
}

/// Every rule, in the order of its code.
pub static SNIP: &[&About] = &[
    &other_payment_does_not_balance::ABOUT,
    &line_adjudication_does_not_balance::ABOUT,
    &relationship_missing::ABOUT,
    &subscriber_is_not_the_patient::ABOUT,
    &patient_address_missing::ABOUT,
    &payer_claim_control_number_missing::ABOUT,
    &admission_date_missing::ABOUT,
    &admission_type_missing::ABOUT,
    &statement_runs_backwards::ABOUT,
    &line_number_out_of_sequence::ABOUT,
    &too_many_claims::ABOUT,
    &npi_invalid::ABOUT,
    &diagnosis_malformed::ABOUT,
    &procedure_code_malformed::ABOUT,
    &state_unknown::ABOUT,
    &postal_code_malformed::ABOUT,
];

/// Most remarks on one claim or branch; beyond them, only the first of each code is told.
const REMARKS_MAX: usize = 1_000;

/// An element of a claim or of a branch.
#[derive(Clone, Copy)]
pub(crate) struct Spot<'a> {
    /// Position within the claim or the branch, from 0, of its segment, or of the one behind which it is missing.
    index: usize,
    /// Whether its whole segment is missing.
    is_behind: bool,
    name: ElementName<'a>,
    /// The guilty bytes; what is missing is an empty slice where it should stand.
    place: &'a [u8],
}

pub(crate) use claim::Look;

/// Takes what a rule says: its words, where it is, and what is wrong.
pub(crate) type Tell<'t, 'a> = &'t mut dyn FnMut(&'static About, Spot<'a>, String);

impl<'a> Spot<'a> {
    fn new(index: usize, name: &'static str, place: &'a [u8]) -> Spot<'a> {
        Spot { index, is_behind: false, name: ElementName::Known(name), place }
    }

    /// Names what is missing behind `last`, the segment at `index`.
    fn behind(last: Segment<'a>, index: usize, name: &'static str) -> Spot<'a> {
        Spot { is_behind: true, ..Spot::new(index, name, &last.bytes[last.bytes.len()..]) }
    }
}

/// Returns what the rules say of a claim that begins with the segment numbered `first_segment`.
pub fn remarks_of_claim<'a>(segments: PieceSegments<'a, '_>, first_segment: u64) -> Vec<Remark<'a>> {
    let mut remarks = Vec::new();
    let mut reached = (0, Loop::L2300);
    let mut look = Look::default();
    let tell: Tell<'_, 'a> = &mut |about, spot, message| {
        reached = loop_at(segments, spot.index, reached);
        let within = reached.1.as_str();
        add(&mut remarks, Remark { about, element: element(spot, within, first_segment), message });
    };
    for (index, id) in segments.names().enumerate() {
        look.segment(segments, index, Kind::of(id), tell);
    }
    look.end(segments, tell);
    remarks
}

/// Returns what the rules say of a branch: its own segments, and whose claims follow.
///
/// `segments` are those of `head`, and `behind` is what stands behind them.
pub fn remarks_of_branch<'a>(
    segments: PieceSegments<'a, '_>,
    head: &Head<'a>,
    behind: impl FnOnce() -> Segment<'a>,
) -> Vec<Remark<'a>> {
    let mut remarks = Vec::new();
    let branch = branch::Branch { segments, depth: head.depth };
    branch::look(branch, behind, &mut |about, spot, message| {
        let within = branch.loop_at(spot.index);
        add(&mut remarks, Remark { about, element: element(spot, within, head.first_segment), message });
    });
    remarks
}

/// Returns what there is to say of the place of a claim among those of its branch.
pub fn remark_of_place<'a>(claim: &ClaimPiece<'a>) -> Option<Remark<'a>> {
    too_many_claims::check(claim.place_in_branch, claim.bytes, claim.first_segment)
}

fn element<'a>(spot: Spot<'a>, within: &'static str, first_segment: u64) -> Element<'a> {
    let Spot { index, is_behind, name, place } = spot;
    let segment_number = first_segment + index as u64 + u64::from(is_behind);
    Element { within: Some(within), name, place, segment_number }
}

/// Returns `index` with the loop that the segment there stands in, going on from a segment and loop that were `reached` before.
///
/// Nearly all remarks come in the order of their segments, so that a claim with many is gone through once.
fn loop_at(segments: PieceSegments<'_, '_>, index: usize, reached: (usize, Loop)) -> (usize, Loop) {
    let (last, here) = if reached.0 <= index { reached } else { (0, Loop::L2300) };
    // Each is asked for by its place: to skip those in front would go through them again for every remark.
    (index, (last + 1..=index).fold(here, |here, place| follow(here, segments.at(place).id())))
}

#[cold]
fn add<'a>(remarks: &mut Vec<Remark<'a>>, remark: Remark<'a>) {
    let is_told = |earlier: &Remark<'a>| std::ptr::eq(earlier.about, remark.about);
    if remarks.len() < REMARKS_MAX || !remarks.iter().any(is_told) {
        remarks.push(remark);
    }
}

impl<'a> Remark<'a> {
    /// Adds it to the findings of a claim, as one of `line` if it stands in one.
    ///
    /// A profile may have it reject; no line can deny for it, so that it is then the claim's.
    pub(crate) fn find(&self, line: Option<LineRef<'a>>, findings: &mut Findings<'a, '_>) {
        let line = line.filter(|_| findings.severity(self.about) != Severity::Reject);
        findings.add(self.about, line, self.element, self.message.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_stand_in_their_order() {
        let codes: Vec<&str> = SNIP.iter().map(|about| about.code).collect();
        assert!(codes.is_sorted_by(|earlier, later| earlier < later));
        assert!(codes.iter().all(|code| code.starts_with("SNIP") && code.len() == 7));
    }
}
