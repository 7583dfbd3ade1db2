//! Follows the segments of a transaction set through its guide.
//!
//! A walk knows the loops that are open, how far it has come in each, and how often each child of them was there.
//! A segment belongs to the innermost open loop that has a row for it at or behind the place reached; rows of one
//! position number may come in any order.
//! What fits nowhere is judged by `stray`, which decides where the walk goes on.

mod stray;
#[cfg(test)]
mod tests;

use x12::Segment;

use crate::check::check_segment;
use crate::deviation::{Deviation, Kind, Place};
use crate::guide::{Child, Guide, Key, Row, Usage};
use crate::word::{equal, packed, repeated, word_at};

/// How many loops stand within each other at most, what stands in none counted.
const DEPTH_MAX: usize = 8;

/// How many children the loops of one guide have together at most.
const CHILDREN_MAX: usize = 288;

/// In place of a count: the child was told as missing, and may still come.
const TOLD: u16 = u16::MAX;

/// An open loop.
#[derive(Clone, Copy, Default)]
struct Open {
    /// Its index in the guide.
    index: u16,
    /// Place of the last child.
    place: u8,
    /// How many of its required children are passed by.
    passed: u8,
}

/// A place in a guide, and what was seen on the way there.
#[derive(Clone)]
pub struct Walk {
    guide: &'static Guide,
    open: [Open; DEPTH_MAX],
    /// How many loops are open.
    depth: usize,
    /// How many of them were open before the walk began; what is missing in those is not its business.
    borrowed: usize,
    segment_position: u32,
    /// Whether the last segment that fitted nowhere opens loops elsewhere, so that those behind it may belong to it.
    astray: bool,
    /// Position of the last segment that stood in a loop whose first segment was missing; that may come behind it.
    headless_at: u32,
    /// How often each child was there since its loop was opened.
    counts: [u16; CHILDREN_MAX],
}

impl Walk {
    /// Begins a walk in front of ST.
    pub fn start(guide: &'static Guide) -> Walk {
        assert!(guide.children.len() <= CHILDREN_MAX, "a walk counts the children of every guide");
        Walk {
            guide,
            open: [Open::default(); DEPTH_MAX],
            depth: 1,
            borrowed: 0,
            segment_position: 0,
            astray: false,
            headless_at: 0,
            counts: [0; CHILDREN_MAX],
        }
    }

    /// Begins a walk within the loop named `name`, in front of any of the loops in it.
    ///
    /// What stands in front, and what the loop itself must have, is another walk's business.
    /// `ST` is what stands in no loop.
    pub fn within(guide: &'static Guide, name: &str) -> Option<Walk> {
        let index = guide.loop_named(name)?;
        let mut walk = Walk::start(guide);
        walk.borrowed = 1;
        walk.open[0].index = index;
        walk.open[0].passed = u8::MAX;
        Some(walk)
    }

    /// Returns the guide that is walked.
    pub fn guide(&self) -> &'static Guide {
        self.guide
    }

    /// Returns how many segments were walked.
    pub fn segments(&self) -> u32 {
        self.segment_position
    }

    /// Takes the next segment, hands everything that is wrong with it or before it to `found`, and returns its row.
    ///
    /// `None` for a segment that is none of the guide's here; the walk stands where it stood.
    #[inline]
    pub fn segment<'a>(
        &mut self,
        segment: Segment<'a>,
        found: &mut impl FnMut(Deviation<'a>),
    ) -> Option<&'static Row> {
        self.segment_position += 1;
        let fitting = self.guide.names.number_of_segment(segment).and_then(|name| self.find(name, segment));
        let row = match fitting {
            Some((level, child)) => {
                self.astray = false;
                if self.is_late_head(level, child) {
                    self.row_of(child)
                } else {
                    self.advance(level, child, segment, found);
                    self.enter(level, child)
                }
            }
            None => self.stray(segment, found)?,
        };
        check_segment(self.guide, row, segment, self.segment_position, found);
        Some(row)
    }

    /// Ends the walk in front of `behind`, and hands what is missing to `found`.
    ///
    /// `behind` is not walked: it may open a loop that is walked alone, or belong to what stands around the walk.
    /// Of input that is cut off, it is a segment without bytes where the input ends.
    pub fn end<'a>(&mut self, behind: Segment<'a>, found: &mut impl FnMut(Deviation<'a>)) {
        self.segment_position += 1;
        let name = self.guide.names.number_of_segment(behind);
        match name.and_then(|name| self.find(name, behind)) {
            Some((level, child)) => self.advance(level, child, behind, found),
            None => self.close_to(self.borrowed, behind, found),
        }
    }

    /// Returns the level and the number of the innermost child that `segment` fits.
    #[inline]
    fn find(&self, name: u8, segment: Segment<'_>) -> Option<(usize, u16)> {
        let opening = Opening::of(segment);
        for level in (0..self.depth).rev() {
            let open = self.open[level];
            for (number, child) in self.guide.candidates(open.index, name) {
                if open.place <= child.place
                    && self.tells(child, segment, opening)
                    && self.counts[usize::from(*number)] < child.most
                {
                    return Some((level, *number));
                }
            }
        }
        None
    }

    /// Returns whether `segment`, which begins with `opening`, has a value that tells `child` from others of its name.
    #[inline]
    fn tells(&self, child: &Child, segment: Segment<'_>, opening: Opening) -> bool {
        let packed = match child.key {
            Key::None => return true,
            Key::Element(1) => opening.element,
            Key::Element(position) => packed(segment.element(position.into())),
            Key::FirstComponent => opening.component,
        };
        if packed == 0 {
            return self.long_value_tells(child, segment);
        }
        self.guide.holds_packed(child.codes, packed)
    }

    /// Does the same for a value that is empty, or too long to be compared as a number.
    #[cold]
    fn long_value_tells(&self, child: &Child, segment: Segment<'_>) -> bool {
        let value = match child.key {
            Key::None => return true,
            Key::Element(position) => segment.element(position.into()),
            Key::FirstComponent => first_of(segment.component(1, 1), segment.delimiters.repetition),
        };
        self.guide.holds_code(child.codes, value)
    }

    /// Returns whether child `number` opens a loop that is open already, since the segment before stood in it without it.
    #[inline]
    fn is_late_head(&self, level: usize, number: u16) -> bool {
        self.headless_at + 1 == self.segment_position && self.is_innermost(level, number)
    }

    /// Returns whether the innermost open loop is the one that child `number` of the loop at `level` opens.
    #[inline]
    fn is_innermost(&self, level: usize, number: u16) -> bool {
        let opens = self.guide.children[usize::from(number)].opens;
        opens != 0 && level + 2 == self.depth && self.open[level + 1].index == opens
    }

    #[inline]
    fn row_of(&self, number: u16) -> &'static Row {
        &self.guide.rows[usize::from(self.guide.children[usize::from(number)].row)]
    }

    /// Closes the loops within `level`, and goes there to the place of child `number`.
    #[inline]
    fn advance<'a>(
        &mut self,
        level: usize,
        number: u16,
        segment: Segment<'a>,
        found: &mut impl FnMut(Deviation<'a>),
    ) {
        if level + 1 < self.depth {
            if self.open[level + 1].place == 0 && self.is_innermost(level, number) {
                // The first segment stands twice: one fault, so that one thing missing says it.
                self.forgive(level + 1, 1);
            }
            self.close_to(level + 1, segment, found);
        }
        let place = self.guide.children[usize::from(number)].place;
        if self.open[level].place < place {
            self.pass_by(level, place, segment, found);
            self.open[level].place = place;
        }
    }

    /// Lets the loop at `level` go without what it must have, but for the first few.
    #[cold]
    fn forgive(&mut self, level: usize, but: usize) {
        let (first, count) = self.guide.loops[usize::from(self.open[level].index)].required;
        let required = &self.guide.required[usize::from(first)..][..usize::from(count)];
        for &number in required.iter().skip(but) {
            self.counts[usize::from(number)] = TOLD;
        }
    }

    /// Closes all loops from level `to` on.
    fn close_to<'a>(&mut self, to: usize, segment: Segment<'a>, found: &mut impl FnMut(Deviation<'a>)) {
        while to < self.depth {
            self.depth -= 1;
            self.pass_by(self.depth, u8::MAX, segment, found);
        }
    }

    /// Tells what should have stood in front of `place` in the loop at `level`, and does not.
    #[inline]
    fn pass_by<'a>(
        &mut self,
        level: usize,
        place: u8,
        segment: Segment<'a>,
        found: &mut impl FnMut(Deviation<'a>),
    ) {
        let open = &mut self.open[level];
        let (first, count) = self.guide.loops[usize::from(open.index)].required;
        while u16::from(open.passed) < count {
            let number = self.guide.required[usize::from(first) + usize::from(open.passed)];
            if place <= self.guide.children[usize::from(number)].place {
                return;
            }
            open.passed += 1;
            let times = &mut self.counts[usize::from(number)];
            if *times == 0 {
                *times = TOLD;
                found(missing(self.guide, number, segment, self.segment_position));
            }
        }
    }

    /// Counts child `number` of the loop at `level`, opens its loop if it is one, and returns its row.
    #[inline]
    fn enter(&mut self, level: usize, number: u16) -> &'static Row {
        let child = &self.guide.children[usize::from(number)];
        let times = &mut self.counts[usize::from(number)];
        *times = if *times == TOLD { 1 } else { times.saturating_add(1) };
        if child.opens != 0 {
            self.depth = (level + 2).min(DEPTH_MAX);
            self.open[self.depth - 1] = Open { index: child.opens, place: 0, passed: 0 };
            let (first, count) = self.guide.loops[usize::from(child.opens)].children;
            self.counts[usize::from(first)..][..usize::from(count)].fill(0);
        }
        &self.guide.rows[usize::from(child.row)]
    }
}

/// What a segment begins with, as numbers: 0 for what is empty or has more than seven bytes.
#[derive(Clone, Copy)]
struct Opening {
    /// The first element.
    element: u64,
    /// Its first component, of its first repetition.
    component: u64,
}

impl Opening {
    #[inline]
    fn of(segment: Segment<'_>) -> Opening {
        let Segment { bytes, delimiters } = segment;
        let is_short = bytes.get(2) == Some(&delimiters.element);
        let start = if is_short { 3 } else { 4 };
        if bytes.len() <= start || bytes[start - 1] != delimiters.element {
            return Opening { element: 0, component: 0 };
        }
        let word = word_at(bytes, start);
        let ends_element = equal(word, repeated(delimiters.element));
        let ends_component = ends_element
            | equal(word, repeated(delimiters.component))
            | equal(word, repeated(delimiters.repetition));
        let rest = bytes.len() - start;
        Opening {
            element: first_bytes(word, ends_element, rest),
            component: first_bytes(word, ends_component, rest),
        }
    }
}

/// Returns the bytes of `word` in front of the first mark in `ends`, of at most `rest` bytes that the segment has.
#[inline]
fn first_bytes(word: u64, ends: u64, rest: usize) -> u64 {
    let length = (ends.trailing_zeros() as usize / 8).min(rest);
    // Of eight bytes or more, the word does not show the end.
    if (1..8).contains(&length) { word & (u64::MAX >> (64 - 8 * length)) } else { 0 }
}

/// Returns what is told of child `number` where `segment` stands instead of it.
fn missing<'a>(
    guide: &'static Guide,
    number: u16,
    segment: Segment<'a>,
    segment_position: u32,
) -> Deviation<'a> {
    let child = &guide.children[usize::from(number)];
    let row = &guide.rows[usize::from(child.row)];
    Deviation {
        kind: if child.opens == 0 { Kind::SegmentMissing } else { Kind::LoopMissing },
        segment_position,
        segment: segment.element(0),
        element: Place::default(),
        place: &segment.bytes[..0],
        in_loop: guide.loop_of(row),
        row: Some(row),
    }
}

/// Returns the first of the repetitions in `element`.
#[inline]
fn first_of(element: &[u8], repetition: u8) -> &[u8] {
    let end = element.iter().position(|&byte| byte == repetition);
    &element[..end.unwrap_or(element.len())]
}

/// Returns whether a loop must have `child`.
fn is_required(child: &Child) -> bool {
    child.usage == Usage::Required
}
