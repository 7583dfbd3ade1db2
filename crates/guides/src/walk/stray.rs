//! Judges a segment that fits nowhere, so that one fault gives one deviation and the walk goes on in step.
//!
//! In this order:
//!
//! 1. What was told as missing and comes late is taken without a word.
//! 2. A segment of a required loop that is not open: the segment that opens it is missing. But one that merely stands
//!    twice or a little late in the innermost loop is judged as such.
//! 3. A row that is due in the innermost loop, and that nothing but its code keeps from fitting, has a bad code.
//! 4. A row that is known here stands too often or too late. A required row of the line that comes again behind later
//!    ones begins another loop, whose first segment is missing.
//! 5. Any row that nothing but its code keeps from fitting has a bad code.
//! 6. A segment of exactly one loop that could be open here: the segment that opens it is missing.
//! 7. Anything else is unexpected, or none of the guide's.
//!
//! A loop whose first segment is missing is taken to begin only with a segment that nothing else in it must stand in front of:
//! one that stands alone in a wrong place would be told as all of them missing.
//!
//! Behind an unexpected segment that opens loops elsewhere, the others of its loop would be unexpected too; they are
//! passed over in silence, and none of them is taken for what only its code keeps from fitting.

use x12::Segment;

use super::{TOLD, Walk, is_required, missing};
use crate::deviation::{Deviation, Kind, Place};
use crate::guide::{Child, Row};

/// A child of an open loop: the level of the loop, and the number of the child.
type Known = (usize, u16);

impl Walk {
    /// Judges `segment`; returns its row if its elements are worth a look.
    #[cold]
    pub(super) fn stray<'a>(
        &mut self,
        segment: Segment<'a>,
        found: &mut impl FnMut(Deviation<'a>),
    ) -> Option<&'static Row> {
        let Some(name) = self.guide.names.number_of_segment(segment) else {
            self.tell(Kind::UnknownSegment, segment, None, found);
            return None;
        };
        let marks = segment.marks(0);
        let late = self.first_known(name, |walk, level, number, child| {
            walk.times(level, number) == TOLD && walk.tells(child, segment, marks)
        });
        if let Some((level, number)) = late {
            return Some(self.take_late(level, number, segment, found));
        }
        let known = self.first_known(name, |walk, _, _, child| walk.tells(child, segment, marks));
        if let Some((level, number)) = known
            && level + 1 == self.depth
            && !(self.is_late(level, number) && self.is_full(level, number))
        {
            return self.again_or_late(level, number, name, segment, found);
        }
        if let Some((level, number)) = self.loop_without_head(name, segment, true) {
            return Some(self.open_without_head(level, number, name, segment, found));
        }
        if let Some(number) = self.due_here(name) {
            return Some(self.guess(self.depth - 1, number, segment, found));
        }
        if let Some((level, number)) = known {
            return self.again_or_late(level, number, name, segment, found);
        }
        let opens_loops = self.opens_loops(name);
        if !self.astray || opens_loops {
            if let Some((level, number)) = self.only_fit(name, segment) {
                return Some(self.guess(level, number, segment, found));
            }
            if let Some((level, number)) = self.loop_without_head(name, segment, false) {
                return Some(self.open_without_head(level, number, name, segment, found));
            }
        }
        let is_used = self.guide.rows.iter().any(|row| row.standard == name);
        if !is_used {
            let is_in_set = self.guide.unused.contains(&name);
            self.tell(
                if is_in_set { Kind::NotUsedSegment } else { Kind::SegmentNotInSet },
                segment,
                None,
                found,
            );
        } else if opens_loops {
            self.tell(Kind::UnexpectedSegment, segment, None, found);
            self.astray = true;
        } else {
            self.tell_unless_astray(Kind::UnexpectedSegment, segment, None, found);
        }
        None
    }

    /// Returns whether segments of that name open loops.
    fn opens_loops(&self, name: u8) -> bool {
        let opens =
            |child: &Child| child.opens != 0 && self.guide.rows[usize::from(child.row)].standard == name;
        self.guide.children.iter().any(opens)
    }

    /// Returns the innermost child that `fits` among those of that name in open loops.
    fn first_known(&self, name: u8, fits: impl Fn(&Walk, usize, u16, &Child) -> bool) -> Option<Known> {
        (0..self.depth).rev().find_map(|level| {
            let candidates = self.guide.candidates(self.open[level].index, name);
            let fitting = candidates.iter().find(|(number, child)| fits(self, level, *number, child));
            fitting.map(|&(number, _)| (level, number))
        })
    }

    /// Takes a child that comes behind its place; a loop is opened, a segment leaves the walk where it stands.
    fn take_late<'a>(
        &mut self,
        level: usize,
        number: u16,
        segment: Segment<'a>,
        found: &mut impl FnMut(Deviation<'a>),
    ) -> &'static Row {
        if self.guide.children[usize::from(number)].opens != 0 {
            if level + 1 < self.depth && self.open[level + 1].place == 0 && self.is_innermost(level, number) {
                // The first segment stands twice, which is told already.
                self.forgive(level + 1, 0);
            }
            self.close_to(level + 1, segment, found);
        }
        self.enter(level, number)
    }

    /// Takes a segment whose row is known here, but was there often enough or is passed by.
    fn again_or_late<'a>(
        &mut self,
        level: usize,
        number: u16,
        name: u8,
        segment: Segment<'a>,
        found: &mut impl FnMut(Deviation<'a>),
    ) -> Option<&'static Row> {
        let child = &self.guide.children[usize::from(number)];
        let is_full = self.is_full(level, number);
        if self.is_late_head(level, number) {
            return Some(self.row_of(number));
        }
        if self.is_late(level, number)
            && is_full
            && is_required(child)
            && child.opens == 0
            && child.before == 0
            && let Some(around) = self.repeatable(level)
        {
            let row = self.open_without_head(level - 1, around, name, segment, found);
            return Some(row);
        }
        let kind = match (is_full, child.opens != 0) {
            (true, true) => Kind::LoopTooOften,
            (true, false) => Kind::SegmentTooOften,
            (false, _) => Kind::SegmentOutOfOrder,
        };
        let row = &self.guide.rows[usize::from(child.row)];
        if child.opens == 0 {
            self.tell_unless_astray(kind, segment, Some(row), found);
        } else {
            self.tell(kind, segment, Some(row), found);
        }
        let row = self.take_late(level, number, segment, found);
        // What is too much is told as such; its elements are nobody's business.
        if is_full { None } else { Some(row) }
    }

    /// Returns whether the walk has passed the place of child `number`.
    fn is_late(&self, level: usize, number: u16) -> bool {
        self.guide.children[usize::from(number)].place < self.open[level].place
    }

    /// Returns whether child `number` was there as often as it may be.
    fn is_full(&self, level: usize, number: u16) -> bool {
        self.guide.children[usize::from(number)].most <= self.times(level, number)
    }

    /// Returns the child that opens the loop at `level`, if that may stand here once more.
    fn repeatable(&self, level: usize) -> Option<u16> {
        let around = level.checked_sub(1)?;
        let outer = self.open[around];
        let (first, count) = self.guide.loops[usize::from(outer.index)].children;
        let opens = self.open[level].index;
        (first..first + count).find(|&number| {
            let child = &self.guide.children[usize::from(number)];
            child.opens == opens && self.times(around, number) < child.most
        })
    }

    /// Returns the child of that name, and no loop, that the innermost loop must have and did not have yet.
    fn due_here(&self, name: u8) -> Option<u16> {
        let open = self.open[self.depth - 1];
        let candidates = self.guide.candidates(open.index, name).iter();
        let mut due = candidates
            .filter(|(_, child)| open.owed & child.bit != 0 && open.place <= child.place && child.opens == 0);
        due.next().map(|&(number, _)| number)
    }

    /// Takes a segment as child `number`, though its code is wrong; one with the right code may still come.
    fn guess<'a>(
        &mut self,
        level: usize,
        number: u16,
        segment: Segment<'a>,
        found: &mut impl FnMut(Deviation<'a>),
    ) -> &'static Row {
        self.advance(level, number, segment, found);
        let child = &self.guide.children[usize::from(number)];
        if child.opens == 0 && self.times(level, number) == 0 {
            self.set_told(level, number, child);
            return self.row_of(number);
        }
        self.enter(level, number)
    }

    /// Returns the child that `name` could be if its code were another: the only one, or else the first that is due.
    ///
    /// One of several loops is not taken for a segment that opens yet another loop of the guide.
    fn only_fit(&self, name: u8, segment: Segment<'_>) -> Option<Known> {
        let fits = |level: usize, number: u16, child: &Child| {
            self.open[level].place <= child.place && self.times(level, number) < child.most
        };
        (0..self.depth).rev().find_map(|level| {
            let candidates = self.guide.candidates(self.open[level].index, name);
            let fitting: Vec<&(u16, Child)> =
                candidates.iter().filter(|(number, child)| fits(level, *number, child)).collect();
            let is_owed =
                |(number, child): &&&(u16, Child)| is_required(child) && self.times(level, *number) == 0;
            let mut owed = fitting.iter().filter(is_owed);
            match (fitting.as_slice(), owed.next(), owed.next()) {
                ([], ..) => None,
                (&[&(number, _)], ..) | (_, Some(&&(number, _)), None) => Some(Some((level, number))),
                (_, Some(&&(number, _)), Some(_)) if !self.is_of_another_loop(name, segment) => {
                    Some(Some((level, number)))
                }
                _ => Some(None),
            }
        })?
    }

    /// Returns whether `segment` has the code of a loop of the guide, wherever that stands.
    fn is_of_another_loop(&self, name: u8, segment: Segment<'_>) -> bool {
        let marks = segment.marks(0);
        let opens =
            |child: &Child| child.opens != 0 && self.guide.rows[usize::from(child.row)].standard == name;
        self.guide.children.iter().any(|child| opens(child) && self.tells(child, segment, marks))
    }

    /// Returns the loop that `segment` begins where its first segment is missing: a required one that is due, or else the only one.
    fn loop_without_head(&self, name: u8, segment: Segment<'_>, is_due: bool) -> Option<Known> {
        let begins = |&(_, number): &Known| {
            let opens = self.guide.children[usize::from(number)].opens;
            let inner = self.row_within(opens, name, segment);
            inner.is_some_and(|inner| self.guide.children[usize::from(inner)].before == 0)
        };
        self.loop_with(name, segment, is_due).filter(begins)
    }

    /// Returns the loop that is not open, could be, and has a row for `segment`: a required one that is due, or else the only one.
    fn loop_with(&self, name: u8, segment: Segment<'_>, is_due: bool) -> Option<Known> {
        let mut only = None;
        for level in (0..self.depth).rev() {
            let open = self.open[level];
            let (first, count) = self.guide.loops[usize::from(open.index)].children;
            for number in first..first + count {
                let child = &self.guide.children[usize::from(number)];
                let times = self.times(level, number);
                let due = is_required(child) && times == 0;
                let fits = child.opens != 0
                    && open.place <= child.place
                    && times < child.most
                    && (due || !is_due)
                    && self.row_within(child.opens, name, segment).is_some();
                if fits && is_due {
                    return Some((level, number));
                }
                if fits && only.replace((level, number)).is_some() {
                    return None;
                }
            }
        }
        only
    }

    /// Returns the child of loop `index` that `segment` is.
    fn row_within(&self, index: u16, name: u8, segment: Segment<'_>) -> Option<u16> {
        let marks = segment.marks(0);
        let mut candidates = self.guide.candidates(index, name).iter();
        let found = candidates.find(|(_, child)| child.opens == 0 && self.tells(child, segment, marks));
        found.map(|&(number, _)| number)
    }

    /// Opens the loop of child `number`, tells that its first segment is missing, and takes `segment` in it.
    fn open_without_head<'a>(
        &mut self,
        level: usize,
        number: u16,
        name: u8,
        segment: Segment<'a>,
        found: &mut impl FnMut(Deviation<'a>),
    ) -> &'static Row {
        self.astray = false;
        self.late_head_at = self.segment_position + 1;
        self.advance(level, number, segment, found);
        let mut head = missing(self.guide, number, segment, self.segment_position);
        head.kind = Kind::SegmentMissing;
        found(head);
        self.enter(level, number);
        let index = self.guide.children[usize::from(number)].opens;
        let inner = self.row_within(index, name, segment).expect("the loop was chosen for having this row");
        self.advance(level + 1, inner, segment, found);
        self.enter(level + 1, inner)
    }

    fn tell_unless_astray<'a>(
        &self,
        kind: Kind,
        segment: Segment<'a>,
        row: Option<&'static Row>,
        found: &mut impl FnMut(Deviation<'a>),
    ) {
        if !self.astray {
            self.tell(kind, segment, row, found);
        }
    }

    /// Tells something of the whole segment.
    fn tell<'a>(
        &self,
        kind: Kind,
        segment: Segment<'a>,
        row: Option<&'static Row>,
        found: &mut impl FnMut(Deviation<'a>),
    ) {
        let innermost = &self.guide.loops[usize::from(self.open[self.depth - 1].index)];
        found(Deviation {
            kind,
            segment_position: self.segment_position,
            segment: segment.element(0),
            element: Place::default(),
            place: segment.bytes,
            in_loop: row.map_or(innermost, |row| self.guide.loop_of(row)),
            row,
        });
    }
}
