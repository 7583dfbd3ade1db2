//! Splits an 837: parts its claims by disposition, and mends what that leaves wrong.
//!
//! Pieces come in as they stand in the file; bytes of those that are kept go out as they came.
//! Rewritten are counts in trailers, and HL01, HL02 and HL04 where a neighbour left, and only if their value changes.
//!
//! A head is written when the first claim below it is kept, so a branch, set or group that loses all its claims leaves no trace.
//! What had no claim in the first place stays as long as what is around it stays.
//! One thing is not known in time: whether a branch whose own claim is kept will keep a branch below it too.
//! Until that is known, what follows its head waits in a hole.
//!
//! The levels that are open are the same for every file, and are tracked once, in a [`Path`];
//! a [`Splitter`] does nothing until a claim of its own comes, and then catches up with the path.

use std::io;

use claims::{Block, Piece, PieceKind, Tally};
use edits::Disposition;

use crate::answer::Answer;
use crate::store::{Store, Stream};

mod kept;
mod path;
mod refused;
mod rewrite;
mod splitter;
#[cfg(test)]
mod tests;

use path::{Left, Path};
pub(crate) use refused::{RefusedBy, refused_by, refuses_nothing};
use rewrite::ControlNumbers;
use splitter::Splitter;

/// How many levels there are around a claim: interchange, group, set, and three of the tree.
const LEVELS: usize = 6;
const INTERCHANGE: usize = 0;
const GROUP: usize = 1;
const SET: usize = 2;
/// The first level of the tree.
const TREE: usize = 3;

/// Parts one 837 by the disposition of its claims.
#[derive(Clone)]
pub(crate) struct Split<'a> {
    path: Path<'a>,
    /// In the order of [`Disposition::ALL`].
    splitters: [Splitter<'a>; 4],
}

impl<'a> Split<'a> {
    /// Begins to split `file`.
    ///
    /// With `control_number`, ISA13, GS06 and BHT03 of accepted claims each count up from it.
    pub(crate) fn new(file: &'a [u8], control_number: Option<u64>) -> Split<'a> {
        let numbers =
            control_number.map(|first| ControlNumbers { interchange: first, group: first, set: first });
        let splitter = |disposition| match disposition {
            Disposition::Accepted => Splitter::new(file, numbers.is_none(), numbers),
            _ => Splitter::new(file, false, None),
        };
        Split { path: Path::new(file), splitters: Disposition::ALL.map(splitter) }
    }

    /// Returns the claims that were kept with a disposition.
    pub(crate) fn written(&self, disposition: Disposition) -> Tally {
        self.splitters[disposition.place()].written
    }

    /// Appends what is kept to its streams.
    pub(crate) fn hand_over(&mut self, store: &mut dyn Store) -> io::Result<()> {
        for (splitter, disposition) in self.splitters.iter_mut().zip(Disposition::ALL) {
            splitter.kept.hand_over(Stream::Claims(disposition), store)?;
        }
        Ok(())
    }

    /// Takes the next `piece` of `block`; `answers` are those of the block's claims.
    pub(crate) fn piece(
        &mut self,
        block: &Block<'a>,
        piece: &Piece<'a>,
        refused_by: RefusedBy,
        answers: &[Answer],
    ) -> io::Result<()> {
        if refused_by != RefusedBy::Nothing {
            return self.refused(refused_by, piece, answers);
        }
        let Piece { bytes, segments, kind } = *piece;
        match kind {
            PieceKind::InterchangeHead(unit) => {
                self.path.delimiters = block.interchanges[unit as usize].delimiters();
                self.path.enter(INTERCHANGE, bytes, segments);
            }
            PieceKind::GroupHead(_) => self.path.enter(GROUP, bytes, segments),
            PieceKind::SetHead(_) => self.path.enter(SET, bytes, segments),
            PieceKind::Branch(branch) => {
                let place = TREE + branch.depth;
                self.leave_branches(place);
                self.path.enter(place, bytes, segments);
            }
            PieceKind::Claim(claim) => {
                let Answer { disposition, charge_cents, .. } = answers[claim as usize];
                self.path.touch(bytes);
                return self.splitters[disposition.place()].claim(&self.path, charge_cents, bytes, segments);
            }
            PieceKind::SetTail(_) => {
                self.leave_branches(TREE);
                self.end_unit(SET, bytes, segments);
            }
            PieceKind::GroupTail(_) => self.end_unit(GROUP, bytes, segments),
            PieceKind::InterchangeTail(_) => self.end_unit(INTERCHANGE, bytes, segments),
        }
        Ok(())
    }

    /// Ends the open branches at `place` and below.
    fn leave_branches(&mut self, place: usize) {
        while let Some(left) = self.path.leave_branch(place) {
            if let Left::Empty { whole, count } = left {
                // Heads that are written later bring along what waits; those that are written already cannot.
                self.path.wait(whole, count);
                for splitter in &mut self.splitters {
                    splitter.empty_branch(&self.path, whole, count);
                }
            }
        }
    }

    /// Ends the interchange, group or set at `place` with its trailer.
    fn end_unit(&mut self, place: usize, tail: &'a [u8], segments: u64) {
        let left = self.path.leave_unit(place, tail);
        if let Some(Left::Empty { whole, count }) = left {
            self.path.wait(whole, count);
        }
        for splitter in &mut self.splitters {
            match left {
                Some(Left::Touched { start }) => splitter.end_unit(&self.path, start, tail, segments),
                Some(Left::Empty { whole, .. }) => splitter.empty_unit(&self.path, whole),
                None => {}
            }
        }
    }
}
