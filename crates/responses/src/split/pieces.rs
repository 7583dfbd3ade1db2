//! Leads the pieces of a block through a splitter.

use std::io;

use claims::{Block, Piece, PieceKind};
use edits::Disposition;

use super::{GROUP, INTERCHANGE, Out, Splitter};
use crate::answer::Answer;

/// Which unit refuses a piece, from the outside in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefusedBy {
    Nothing,
    Interchange,
    Group,
    Set,
}

impl<'a> Splitter<'a> {
    /// Takes the next `piece` of `block`; `answers` are those of the block's claims.
    pub(crate) fn piece(
        &mut self,
        block: &Block<'a>,
        piece: &Piece<'a>,
        refused_by: RefusedBy,
        answers: &[Answer],
        out: Out<'_>,
    ) -> io::Result<()> {
        if refused_by != RefusedBy::Nothing {
            return self.refused(refused_by, piece, answers, out);
        }
        let Piece { bytes, segments, kind } = *piece;
        match kind {
            PieceKind::InterchangeHead(unit) => {
                self.begin_interchange(bytes, segments, block.interchanges[unit as usize].delimiters());
                Ok(())
            }
            PieceKind::GroupHead(_) => {
                self.begin_group(bytes, segments);
                Ok(())
            }
            PieceKind::SetHead(_) => {
                self.begin_set(bytes, segments);
                Ok(())
            }
            PieceKind::Branch(branch) => self.begin_branch(branch, bytes, segments, out),
            PieceKind::Claim(claim) => {
                let answer = &answers[claim as usize];
                self.claim(answer.disposition, answer.charge_cents, bytes, segments, out)
            }
            PieceKind::SetTail(_) => self.end_set(bytes, segments, out),
            PieceKind::GroupTail(_) => self.end_group(bytes, out),
            PieceKind::InterchangeTail(_) => self.end_interchange(bytes, out),
        }
    }

    /// Takes a piece of a refused unit: as it came into the file of refused units, and into no other.
    fn refused(
        &mut self,
        refused_by: RefusedBy,
        piece: &Piece<'a>,
        answers: &[Answer],
        out: Out<'_>,
    ) -> io::Result<()> {
        self.leave_out();
        if self.keeps != Disposition::Refused {
            return Ok(());
        }
        let heads = match (piece.kind, refused_by) {
            (PieceKind::GroupHead(_), RefusedBy::Group) => Some(INTERCHANGE),
            (PieceKind::SetHead(_), RefusedBy::Set) => Some(GROUP),
            _ => None,
        };
        if let Some(above) = heads {
            self.close_below(above);
            self.write_heads(out)?;
            self.count_child(above);
        }
        if let PieceKind::Claim(claim) = piece.kind {
            self.written.add(answers[claim as usize].charge_cents);
        }
        out(piece.bytes)
    }
}

/// Returns which unit refuses a piece.
pub(crate) fn refused_by(block: &Block<'_>, kind: PieceKind) -> RefusedBy {
    let (interchange, group, set) = match kind {
        PieceKind::InterchangeHead(unit) | PieceKind::InterchangeTail(unit) => (unit, None, None),
        PieceKind::GroupHead(unit) | PieceKind::GroupTail(unit) => {
            (block.groups[unit as usize].interchange, Some(unit), None)
        }
        PieceKind::SetHead(set) | PieceKind::SetTail(set) => of_set(block, set),
        PieceKind::Branch(branch) => of_set(block, branch.set),
        PieceKind::Claim(claim) => of_set(block, block.claims[claim as usize].set),
    };
    if block.interchange_is_refused(interchange) {
        RefusedBy::Interchange
    } else if group.is_some_and(|group| !block.groups[group as usize].faults.is_empty()) {
        RefusedBy::Group
    } else if set.is_some_and(|set| !block.set(set).faults.is_empty()) {
        RefusedBy::Set
    } else {
        RefusedBy::Nothing
    }
}

fn of_set(block: &Block<'_>, set: u32) -> (u32, Option<u32>, Option<u32>) {
    let group = block.set(set).group;
    (block.groups[group as usize].interchange, Some(group), Some(set))
}
