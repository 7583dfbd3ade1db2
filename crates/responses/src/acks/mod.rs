//! Acknowledgements: every submitter learns what became of the interchange, the groups, the sets and the claims.
//!
//! Pieces of the file come in, in file order, with the answers of their claims; each acknowledgement grows in a stream of the store.
//! One reply interchange answers one interchange, back to its sender; an acknowledgement that comes in is never acknowledged.
//! What a claim adds is made where it is judged.
//!
//! Whoever changes this: totals may stand in front of what they count, and memory must not grow with the file.

use std::io;

use chrono::NaiveDateTime;
use claims::{Block, Piece, PieceKind};
use x12::{Segment, SegmentId, segments};

use crate::answer::Answer;
use crate::branch::BranchAnswer;
use crate::record::Record;
use crate::store::{Store, Stream};
use ack_824::{Ack824, RejectedClaim, rejected_claim};
use ack_999::Ack999;
use claim_ack_277ca::{ClaimAck277ca, StatusOfClaim, status_of_claim};
use envelope::{Answered, ControlNumbers, Reply};
use form::{is_acknowledgement, is_group_of_acknowledgements};
use segment_errors::errors_of_claim;
use units::{Group, Set};

mod ack_824;
mod ack_999;
mod claim_ack_277ca;
mod envelope;
mod form;
mod segment_errors;
mod segments;
mod ta1;
mod units;

pub use form::{Acknowledgement, Acknowledging};
pub(crate) use segment_errors::{SegmentInError, errors_of_branch};

const TA1: SegmentId = SegmentId::new(b"TA1");

/// What one claim adds to the acknowledgements.
#[derive(Clone, Default)]
pub(crate) struct ClaimAcks {
    /// For the 999.
    errors: Vec<SegmentInError>,
    rejected: Option<RejectedClaim>,
    status: Option<StatusOfClaim>,
}

impl ClaimAcks {
    /// Makes what the claim of `record` adds.
    pub(crate) fn of(record: &Record<'_, '_>, acknowledging: Acknowledging) -> ClaimAcks {
        let status = acknowledging.claim_ack_277ca.then(|| status_of_claim(record, acknowledging.moment));
        ClaimAcks {
            errors: errors_of_claim(record),
            rejected: rejected_claim(record),
            status: status.flatten(),
        }
    }
}

/// Returns the TA1s that turn the interchanges of a file away for what their bytes do not tell: for whom it is, what came before.
///
/// Comes in: the ISA of each with its TA105, in file order, the moment of the run, and what ISA13 counts up from, as in [`Acknowledging`].
/// Source: X12.5, TA1.
pub fn turned_away(
    interchanges: &[(Segment<'_>, &str)],
    moment: NaiveDateTime,
    control_number: Option<u64>,
) -> Vec<u8> {
    let mut out = Vec::new();
    let Some((first, _)) = interchanges.first() else { return out };
    let control_numbers = ControlNumbers::new(control_number, moment, *first);
    for (position, (isa, note)) in (1..).zip(interchanges) {
        let control_number = control_numbers.of(Acknowledgement::InterchangeAckTa1, position);
        ta1::write(note, Answered { isa: *isa, control_number, moment }, &mut out);
    }
    out
}

/// The acknowledgements of one run while they grow.
#[derive(Clone)]
pub(crate) struct Acks<'a> {
    acknowledging: Option<Acknowledging>,
    control_numbers: ControlNumbers,
    open: Option<Interchange<'a>>,
}

/// The interchange that is answered.
#[derive(Clone)]
struct Interchange<'a> {
    /// The whole answer of a TA1, if one is due.
    ta1: Option<Vec<u8>>,
    /// Whether it holds an acknowledgement, and whether it holds anything else.
    holds_acknowledgements: bool,
    holds_others: bool,
    group: Option<Group<'a>>,
    set: Option<Set<'a>>,
    ack_999: Ack999<'a>,
    ack_824: Ack824<'a>,
    claim_ack_277ca: ClaimAck277ca<'a>,
}

impl<'a> Acks<'a> {
    /// Begins the acknowledgements of a run; without `acknowledging` there are none.
    pub(crate) fn new(acknowledging: Option<Acknowledging>) -> Acks<'a> {
        Acks { acknowledging, control_numbers: ControlNumbers::default(), open: None }
    }

    /// Takes the next piece of the file; `answers` are those of the block's claims, `branch` is that of a branch.
    pub(crate) fn piece(
        &mut self,
        block: &Block<'a>,
        piece: &Piece<'a>,
        answers: &[Answer],
        branch: Option<&BranchAnswer>,
        store: &mut dyn Store,
    ) -> io::Result<()> {
        let Some(acknowledging) = self.acknowledging else { return Ok(()) };
        if let PieceKind::InterchangeHead(unit) = piece.kind {
            self.end(store)?;
            self.open = Some(self.begin_interchange(block, unit, piece, acknowledging));
            return Ok(());
        }
        let Some(open) = &mut self.open else { return Ok(()) };
        match piece.kind {
            PieceKind::GroupHead(unit) => open.begin_group(block, unit, store),
            PieceKind::SetHead(unit) => open.begin_set(block, unit, store),
            PieceKind::Claim(claim) => open.claim(block, claim, &answers[claim as usize], store),
            PieceKind::SetTail(_) => open.end_set(true, store),
            PieceKind::GroupTail(_) => open.end_group(first_segment(block, piece), store),
            PieceKind::Branch(_) => branch.map_or(Ok(()), |branch| open.branch(branch, store)),
            PieceKind::InterchangeHead(_) | PieceKind::InterchangeTail(_) => Ok(()),
        }
    }

    /// Ends the answers to the interchange that is over.
    pub(crate) fn end(&mut self, store: &mut dyn Store) -> io::Result<()> {
        self.open.take().map_or(Ok(()), |open| open.end(store))
    }

    fn begin_interchange(
        &mut self,
        block: &Block<'a>,
        unit: u32,
        piece: &Piece<'a>,
        acknowledging: Acknowledging,
    ) -> Interchange<'a> {
        let unit = &block.interchanges[unit as usize];
        let (isa, moment) = (unit.isa, acknowledging.moment);
        if unit.number == 1 {
            self.control_numbers = ControlNumbers::new(acknowledging.control_number, moment, isa);
        }
        let answered = |form| {
            let control_number = self.control_numbers.of(form, unit.number);
            Answered { isa, control_number, moment }
        };
        let reply = |form| Reply::new(form, answered(form));
        let is_due = isa.element(14) == b"1" || !unit.faults.is_empty();
        let ta1 = is_due.then(|| {
            let mut out = Vec::new();
            let note = ta1::note_of(&unit.faults);
            ta1::write(note, answered(Acknowledgement::InterchangeAckTa1), &mut out);
            out
        });
        Interchange {
            ta1,
            holds_acknowledgements: segments(piece.bytes, isa.delimiters).any(|segment| segment.id() == TA1),
            holds_others: false,
            group: None,
            set: None,
            ack_999: Ack999::new(reply(Acknowledgement::Ack999)),
            ack_824: Ack824::new(reply(Acknowledgement::Ack824)),
            claim_ack_277ca: ClaimAck277ca::new(reply(Acknowledgement::ClaimAck277ca)),
        }
    }
}

/// Returns the segment that a piece begins with.
fn first_segment<'a>(block: &Block<'a>, piece: &Piece<'a>) -> Option<Segment<'a>> {
    // Units of one block may have different separators; the trailer of a group knows its own.
    let PieceKind::GroupTail(group) = piece.kind else { return None };
    let interchange = block.groups[group as usize].interchange;
    segments(piece.bytes, block.interchanges[interchange as usize].delimiters()).next()
}

impl<'a> Interchange<'a> {
    fn begin_group(&mut self, block: &Block<'a>, unit: u32, store: &mut dyn Store) -> io::Result<()> {
        self.end_group(None, store)?;
        let group = &block.groups[unit as usize];
        let Some(gs) = group.gs else { return Ok(()) };
        let is_refused = block.group_is_refused(unit);
        let group = Group { gs, faults: group.faults.clone(), is_refused };
        if is_group_of_acknowledgements(gs.element(1)) {
            self.holds_acknowledgements = true;
        }
        self.ack_999.begin_group(&group);
        self.group = Some(group);
        Ok(())
    }

    fn begin_set(&mut self, block: &Block<'a>, unit: u32, store: &mut dyn Store) -> io::Result<()> {
        self.end_set(false, store)?;
        if block.group_of(unit).gs.is_none() {
            // Without a GS there is nothing to name the group by; the TA1 speaks of it.
            self.end_group(None, store)?;
        }
        let set = Set::of(block, unit);
        if is_acknowledgement(set.st.element(1)) {
            self.holds_acknowledgements = true;
        } else {
            self.holds_others = true;
        }
        let Some(group) = &self.group else { return Ok(()) };
        self.ack_999.begin_set(group, &set, store)?;
        self.set = Some(set);
        Ok(())
    }

    fn branch(&mut self, branch: &BranchAnswer, store: &mut dyn Store) -> io::Result<()> {
        let (Some(group), Some(set)) = (&self.group, &self.set) else { return Ok(()) };
        self.ack_999.branch(group, set, &branch.errors, store)
    }

    fn claim(
        &mut self,
        block: &Block<'a>,
        claim: u32,
        answer: &Answer,
        store: &mut dyn Store,
    ) -> io::Result<()> {
        let (Some(group), Some(set), Some(fragments)) = (&self.group, &self.set, &answer.fragments) else {
            return Ok(());
        };
        self.ack_999.claim(group, set, &fragments.acks.errors, store)?;
        if let Some(rejected) = &fragments.acks.rejected {
            self.ack_824.claim(group, set, rejected, store)?;
        }
        if let Some(status) = &fragments.acks.status {
            let piece = &block.claims[claim as usize];
            self.claim_ack_277ca.claim(block, piece, status, answer.charge_cents, store)?;
        }
        Ok(())
    }

    fn end_set(&mut self, is_whole: bool, store: &mut dyn Store) -> io::Result<()> {
        let (Some(group), Some(set)) = (&self.group, self.set.take()) else { return Ok(()) };
        self.ack_999.end_set(group, &set, is_whole, store)?;
        self.ack_824.end_set(store)?;
        self.claim_ack_277ca.end_set(group, &set, store)
    }

    fn end_group(&mut self, ge: Option<Segment<'a>>, store: &mut dyn Store) -> io::Result<()> {
        self.end_set(false, store)?;
        let Some(group) = self.group.take() else { return Ok(()) };
        self.ack_999.end_group(&group, ge, store)?;
        self.ack_824.end_group(store)?;
        self.claim_ack_277ca.end_group(store)
    }

    fn end(mut self, store: &mut dyn Store) -> io::Result<()> {
        self.end_group(None, store)?;
        let holds_acknowledgements_alone = self.holds_acknowledgements && !self.holds_others;
        if let Some(ta1) = self.ta1.take().filter(|_| !holds_acknowledgements_alone) {
            store.append(Stream::Acknowledgement(Acknowledgement::InterchangeAckTa1), &[&ta1])?;
        }
        self.ack_999.end_interchange(store)?;
        self.ack_824.end_interchange(store)?;
        self.claim_ack_277ca.end_interchange(store)
    }
}
