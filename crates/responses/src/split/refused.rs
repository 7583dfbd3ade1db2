//! Units that are refused: copied as they came into a file of their own, and in no other.

use std::io;

use claims::{Block, Piece, PieceKind};
use edits::Disposition;

use super::{GROUP, INTERCHANGE, Split};
use crate::answer::Answer;

/// Which unit refuses a piece, from the outside in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum RefusedBy {
    Nothing,
    Interchange,
    Group,
    Set,
}

impl<'a> Split<'a> {
    /// Takes a piece of a refused unit.
    pub(super) fn refused(
        &mut self,
        refused_by: RefusedBy,
        piece: &Piece<'a>,
        answers: &[Answer],
    ) -> io::Result<()> {
        let splitter = &mut self.splitters[Disposition::Refused.place()];
        self.path.touch(piece.bytes);
        let above = match (piece.kind, refused_by) {
            (PieceKind::GroupHead(_), RefusedBy::Group) => Some(INTERCHANGE),
            (PieceKind::SetHead(_), RefusedBy::Set) => Some(GROUP),
            _ => None,
        };
        if let Some(above) = above {
            self.path.leave_below(above);
            splitter.begin_refused(&self.path)?;
        }
        if let PieceKind::Claim(claim) = piece.kind {
            splitter.written.add(answers[claim as usize].charge_cents);
        }
        splitter.kept.source(piece.bytes);
        Ok(())
    }
}

/// Returns whether no unit of `block` is refused, as in nearly every block.
pub(crate) fn refuses_nothing(block: &Block<'_>) -> bool {
    block.interchanges.iter().all(|unit| unit.faults.is_empty())
        && block.groups.iter().all(|unit| unit.faults.is_empty())
        && block.sets.iter().all(|unit| unit.faults.is_empty())
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
