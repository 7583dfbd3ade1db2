//! Where each fault is entered: the unit, the head of a branch, or the claim.

use x12::Segment;

use super::{Blocks, OpenPiece};
use crate::Level;
use crate::fault::{Fault, Kind};
use crate::implementation::Implementation;
use crate::ledger::Unit;
use crate::pieces::PieceKind;
use crate::walk::{deviations_of_control_segment, deviations_of_trailer};

impl<'a> Blocks<'a> {
    /// Enters the faults that the reader found since the last call.
    pub(super) fn faults(&mut self) {
        if !self.reader.has_faults() {
            return;
        }
        for fault in self.reader.take_faults() {
            self.enter(fault.into());
        }
    }

    /// Enters a fault where its level says.
    fn enter(&mut self, fault: Fault<'a>) {
        match fault.level {
            Level::File => self.ledger.find_outside(fault),
            Level::Segment => self.enter_segment_fault(fault),
            Level::Interchange | Level::Group | Level::Set => self.enter_unit_fault(fault),
        }
    }

    fn enter_unit_fault(&mut self, fault: Fault<'a>) {
        // On the second reading every unit began with its faults.
        if self.ledger.knows() {
            return;
        }
        let Some(interchange) = self.place.interchange else { return };
        // A group without a GS has no head to be told of; what is wrong there is told of its interchange.
        let headed = |&group: &u32| self.block.groups[group as usize].gs.is_some();
        let group = self.place.group.filter(headed);
        let Some(fault) = self.ledger.admit(fault) else { return };
        let unit = match (fault.level, group, self.place.set) {
            (Level::Set, _, Some(set)) => Unit::Set(self.block.sets[set as usize].number),
            (Level::Set | Level::Group, Some(group), _) => {
                Unit::Group(self.block.groups[group as usize].number)
            }
            _ => Unit::Interchange(self.block.interchanges[interchange as usize].number),
        };
        self.ledger.find(unit, fault);
        let (faults, begins_here) = match (unit, group, self.place.set) {
            (Unit::Set(_), _, Some(set)) => {
                let unit = &mut self.block.sets[set as usize];
                (&mut unit.faults, unit.begins_here)
            }
            (Unit::Group(_), Some(group), _) => {
                let unit = &mut self.block.groups[group as usize];
                (&mut unit.faults, unit.begins_here)
            }
            _ => {
                let unit = &mut self.block.interchanges[interchange as usize];
                (&mut unit.faults, unit.begins_here)
            }
        };
        self.late |= !begins_here;
        faults.push(fault);
    }

    /// A fault of one segment spoils the claim, the claims below the HL, or the set, by where it stands.
    fn enter_segment_fault(&mut self, fault: Fault<'a>) {
        match self.open {
            Some(OpenPiece { kind: PieceKind::Claim(claim), .. }) => {
                self.block.claim_faults.push((claim, fault));
            }
            Some(OpenPiece { kind: PieceKind::Branch(_), .. }) => {
                if let Some(head) = self.block.heads.last_mut() {
                    head.fault.get_or_insert(fault);
                }
            }
            _ => self.enter_unit_fault(Fault { level: Level::Set, ..fault }),
        }
    }

    /// Refuses a set that follows none of the guides that are judged, or another than its group announces.
    ///
    /// The header of a group stands for all of its sets, so it is the set that contradicts.
    /// Source: 005010X222A1, X223A2 and X224A2, ST03, which has the value of GS08.
    pub(super) fn check_support(&mut self, st: Segment<'a>, implementation: Implementation<'a>) {
        let fault = if !implementation.has_claims() {
            Some((Kind::SetNotSupported, st.element(1)))
        } else if implementation.guide.is_none() {
            Some((Kind::ReleaseNotSupported, st.element(3)))
        } else {
            Some((Kind::St03Mismatch, st.element(3))).filter(|_| self.contradicts_its_group(st))
        };
        if let Some((kind, place)) = fault {
            let segment_number = self.reader.segment_number();
            self.enter_unit_fault(Fault::new(kind, Level::Set, place, segment_number));
        }
    }

    /// Returns whether ST03 and GS08 are both there and differ; one that is missing is told as that.
    fn contradicts_its_group(&self, st: Segment<'a>) -> bool {
        let gs = self.place.group.and_then(|group| self.block.groups[group as usize].gs);
        let [st03, gs08] = [st.element(3), gs.map_or(&[][..], |gs| gs.element(8))].map(<[u8]>::trim_ascii);
        !st03.is_empty() && !gs08.is_empty() && st03 != gs08
    }

    /// Holds the segments from ST up to the first HL against the guide of their set.
    pub(super) fn check_set_head(&mut self, set: u32) {
        for fault in self.block.deviations_of_set_head(self.file, set) {
            self.enter_unit_fault(fault);
        }
    }

    /// Holds a segment of the envelope against the standard; what departs from it spoils the unit.
    pub(super) fn check_control_segment(&mut self, segment: Segment<'a>, level: Level) {
        for fault in deviations_of_control_segment(segment, level, self.reader.segment_number()) {
            self.enter_unit_fault(fault);
        }
    }

    /// Does the same for what a trailer has beyond what the reader looks at.
    pub(super) fn check_trailer(&mut self, trailer: Segment<'a>, level: Level) {
        for fault in deviations_of_trailer(trailer, level, self.reader.segment_number()) {
            self.enter_unit_fault(fault);
        }
    }

    /// Refuses the set for a service line in front of whose segment no claim has begun: its claim cannot be told from others.
    ///
    /// It is told once in a branch, however the branch is read.
    pub(super) fn enter_lost_line(&mut self, segment: &'a [u8], segment_number: u64) {
        let Some(OpenPiece { kind: PieceKind::Branch(branch), has_lost_line, .. }) = &mut self.open else {
            return;
        };
        if self.block.set(branch.set).implementation.has_claims() && !std::mem::replace(has_lost_line, true) {
            let place = &segment[..segment.len().min(x12::PLACE_BYTES_MAX)];
            self.enter_unit_fault(Fault::new(Kind::LineOutsideClaim, Level::Set, place, segment_number));
        }
    }

    /// Takes the next HL into the tree; returns its depth.
    pub(super) fn enter_tree(&mut self, hl: Segment<'a>) -> Option<usize> {
        let mut found = Vec::new();
        let depth = self.tree.enter(hl, self.reader.segment_number(), &mut |finding| found.push(finding));
        self.enter_tree_faults(found);
        depth
    }

    /// Ends the tree of the open set.
    pub(super) fn finish_tree(&mut self) {
        let mut found = Vec::new();
        self.tree.finish(&mut |finding| found.push(finding));
        self.enter_tree_faults(found);
    }

    fn enter_tree_faults(&mut self, found: Vec<crate::hierarchy::Finding<'a>>) {
        for (kind, place, segment_number) in found {
            self.enter_unit_fault(Fault::new(kind, Level::Set, place, segment_number));
        }
    }

    /// Notes that a claim has more bytes than its limit; the bytes beyond are passed on, but not judged.
    pub(super) fn check_claim_size(&mut self, claim: u32) {
        let piece = &self.block.claims[claim as usize];
        if piece.bytes.len() > self.limits.claim_bytes_max {
            let segment_number = piece.first_segment;
            let place = &piece.bytes[..0];
            let fault = Fault::new(Kind::ClaimTooLong, Level::Segment, place, segment_number);
            self.block.claim_faults.push((claim, fault));
        }
    }
}
