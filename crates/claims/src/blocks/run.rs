//! Reads through the plain segments of a set, which are nearly all of a file.

use x12::{Segment, SegmentId};

use super::{Blocks, CLM, HL, OpenPiece, opens_line};
use crate::pieces::{PieceKind, SegmentMark};

impl<'a> Blocks<'a> {
    /// Reads on through the plain segments of a set, which are nearly all of a file, to the end of them or of the block.
    pub(super) fn bodies(&mut self) {
        while self.full.is_none()
            && !self.late
            && let Some((id, segment)) = self.run()
        {
            self.body(id, segment);
        }
    }

    /// Reads on through plain segments to the next that begins a claim or a branch, and returns it.
    fn run(&mut self) -> Option<(SegmentId, Segment<'a>)> {
        let (marks, limit) = (&mut self.block.marks, self.limits.claim_bytes_max);
        match self.open {
            Some(OpenPiece { kind: PieceKind::Claim(_), start: piece, .. }) => {
                self.reader.run([CLM, HL], |id, start, bytes| {
                    SegmentMark::note(marks, limit, id, start - piece, bytes);
                })
            }
            Some(OpenPiece { kind: PieceKind::Branch(_), start: piece, .. }) => {
                self.run_without_claim(|marks, id, start, bytes| {
                    SegmentMark::note(marks, limit, id, start - piece, bytes);
                })
            }
            _ => self.run_without_claim(|_, _, _, _| {}),
        }
    }

    /// Does the same where no claim has begun, and so no service line may stand.
    #[inline]
    fn run_without_claim(
        &mut self,
        note: impl Fn(&mut Vec<SegmentMark>, SegmentId, usize, usize),
    ) -> Option<(SegmentId, Segment<'a>)> {
        let (mut number, mut lost) = (self.reader.segment_number(), None);
        let marks = &mut self.block.marks;
        let next = self.reader.run([CLM, HL], |id, start, bytes| {
            note(marks, id, start, bytes);
            number += 1;
            if opens_line(id) && lost.is_none() {
                lost = Some((start, bytes, number));
            }
        });
        if let Some((start, bytes, number)) = lost {
            self.enter_lost_line(&self.file[start..start + bytes], number);
        }
        next
    }
}
