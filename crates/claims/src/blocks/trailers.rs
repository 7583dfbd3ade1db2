//! Where sets, groups and interchanges end, with a trailer or without.

use x12::{Segment, is_padding, offset_in, segments};

use super::{Blocks, Place};
use crate::Level;
use crate::hierarchy::DEPTHS;
use crate::pieces::PieceKind;

impl<'a> Blocks<'a> {
    pub(super) fn end_set(&mut self, se: Option<Segment<'a>>) {
        self.finish_tree();
        self.faults();
        if se.is_none() {
            // What departs from the guide in its last piece is the fault of this set, not of what is around it.
            self.close_unended_piece();
        }
        self.begin_trailer(se, Level::Set, |place| place.set.map(PieceKind::SetTail));
        self.place.set = None;
        self.path = [None; DEPTHS];
    }

    pub(super) fn end_group(&mut self, ge: Option<Segment<'a>>) {
        self.faults();
        self.begin_trailer(ge, Level::Group, |place| place.group.map(PieceKind::GroupTail));
        self.place.group = None;
    }

    pub(super) fn end_interchange(&mut self, iea: Option<Segment<'a>>) {
        self.faults();
        self.begin_trailer(iea, Level::Interchange, |place| {
            place.interchange.map(PieceKind::InterchangeTail)
        });
        if iea.is_some() {
            let end = self.reader.position();
            let blank = self.file[end..].iter().take_while(|&&byte| is_padding(byte)).count();
            self.close_piece(end + blank, self.reader.segment_number() + 1);
        }
        self.place.interchange = None;
        self.ledger.end_interchange();
    }

    /// Ends the open piece in front of the next segment, though no trailer begins there.
    fn close_unended_piece(&mut self) {
        let Some(interchange) = self.place.interchange else { return };
        let delimiters = self.block.interchanges[interchange as usize].delimiters();
        let rest = &self.file[self.reader.position()..];
        let next = segments(rest, delimiters).next().map_or(rest.len(), |next| offset_in(rest, next.bytes));
        self.close_piece(self.reader.position() + next, self.reader.segment_number() + 1);
    }

    fn begin_trailer(
        &mut self,
        trailer: Option<Segment<'a>>,
        level: Level,
        kind: impl Fn(&Place) -> Option<PieceKind>,
    ) {
        let Some(trailer) = trailer else { return };
        self.check_trailer(trailer, level);
        self.begin_piece(trailer);
        if let Some(kind) = kind(&self.place) {
            self.open_piece(kind, trailer);
        }
    }
}
