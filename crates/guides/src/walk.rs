//! Follows the segments of a transaction set through its guide.
//!
//! A walk knows the loops that are open, how far it has come in each, and how often each child of them was there.
//! A segment belongs to the innermost open loop that has a row for it at or behind the place reached; rows of one
//! position number may come in any order.
//! Nearly every segment stands where its name and qualifier say that it belongs, and nothing is missing in front of it: that
//! is seen at once, and whatever is not so is looked for from loop to loop.
//! What fits nowhere is judged by `stray`, which decides where the walk goes on.

mod head;
mod stray;
#[cfg(test)]
mod tests;

use x12::{Marks, Segment, View};

use self::head::{Head, qualifier};
use crate::check::{check_segment, tell_elements};
use crate::deviation::{Deviation, Kind, Place};
use crate::guide::{Child, Guide, Key, Row, Usage};
use crate::pass::passes;
use crate::stencil::{Belongs, Home, Stencils};

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
    /// Its children that were there, or were told as missing, as bits.
    seen: u64,
    /// Those of the others that must be there.
    owed: u64,
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
    /// Whether a segment that fitted nowhere opens loops elsewhere, and none was opened since, so that those behind it may belong to it.
    astray: bool,
    /// Position behind a segment that stood in a loop whose first segment was missing; that may come there.
    late_head_at: u32,
    /// How often each child that its loop has seen was there since the loop was opened; of the others, nothing.
    counts: [u16; CHILDREN_MAX],
    /// What good segments looked like so far, on this walk and those before it.
    stencils: Stencils,
}

impl Walk {
    /// Begins a walk in front of ST.
    pub fn start(guide: &'static Guide) -> Walk {
        assert!(guide.children.len() <= CHILDREN_MAX, "a walk counts the children of every guide");
        let mut walk = Walk {
            guide,
            open: [Open::default(); DEPTH_MAX],
            depth: 1,
            borrowed: 0,
            segment_position: 0,
            astray: false,
            late_head_at: 0,
            counts: [0; CHILDREN_MAX],
            stencils: Stencils::default(),
        };
        walk.restart();
        walk
    }

    /// Begins a walk within the loop named `name`, in front of any of the loops in it.
    ///
    /// What stands in front, and what the loop itself must have, is another walk's business.
    /// `ST` is what stands in no loop.
    pub fn within(guide: &'static Guide, name: &str) -> Option<Walk> {
        let mut walk = Walk::start(guide);
        walk.begin_within(guide, name).then_some(walk)
    }

    /// Begins anew within the loop named `name` of `guide`, like [`Walk::within`]; returns whether the guide has it.
    ///
    /// Short walks, as of one claim each, begin so for next to nothing, and profit from what was seen on those before.
    pub fn begin_within(&mut self, guide: &'static Guide, name: &str) -> bool {
        let Some(index) = guide.loop_named(name) else { return false };
        self.guide = guide;
        self.borrowed = 1;
        self.open[0].index = index;
        self.restart();
        true
    }

    /// Begins once more where the walk began, as if nothing had been walked.
    pub fn restart(&mut self) {
        let Open { index, .. } = self.open[0];
        let owed = if self.borrowed == 0 { self.guide.loops[0].required } else { 0 };
        self.open[0] = Open { index, owed, ..Open::default() };
        self.depth = 1;
        self.segment_position = 0;
        self.astray = false;
        self.late_head_at = 0;
    }

    /// Returns the guide that is walked.
    pub fn guide(&self) -> &'static Guide {
        self.guide
    }

    /// Returns how many segments were walked.
    pub fn segments(&self) -> u32 {
        self.segment_position
    }

    /// Takes the next segment if it looks like a good one that was seen before, and may stand here; returns whether it did.
    ///
    /// A segment that it does not take is for [`Walk::segment`]. All of it must be text without a repetition separator.
    #[expect(clippy::inline_always, reason = "called once a segment, where a call takes as long as the work")]
    #[inline(always)]
    pub fn pass(&mut self, view: View<'_>) -> bool {
        let Some(belongs) = self.stencils.find(self.home(), &view) else { return false };
        self.segment_position += 1;
        let passes = self.go_to(belongs).is_some();
        self.segment_position -= u32::from(!passes);
        passes
    }

    /// Takes the next segment, hands everything that is wrong with it or before it to `found`, and returns its row.
    ///
    /// `view` shows the segment, if it is short enough to be shown, and text without a repetition separator; it says nothing
    /// new, and makes the walk faster.
    /// `None` for a segment that is none of the guide's here; the walk stands where it stood.
    #[inline]
    pub fn segment<'a>(
        &mut self,
        segment: Segment<'a>,
        view: Option<&View<'_>>,
        found: &mut impl FnMut(Deviation<'a>),
    ) -> Option<&'static Row> {
        self.segment_position += 1;
        let home = self.home();
        if let Some(view) = view
            && let Some(belongs) = self.stencils.find(home, view)
        {
            let Some(row) = self.go_to(belongs) else { return self.unusual(segment, found) };
            debug_assert!(
                passes(self.guide, row, segment, segment.marks(0), 0),
                "a stencil fits good segments alone"
            );
            return Some(row);
        }
        let marks = segment.marks(0);
        let Some((belongs, key)) = self.belongs(segment, marks) else { return self.unusual(segment, found) };
        let Some(row) = self.go_to(belongs) else { return self.unusual(segment, found) };
        let told = if let Key::Element(position) = key { 1 << (position - 1) } else { 0 };
        if !passes(self.guide, row, segment, marks, told) {
            tell_elements(self.guide, row, segment, self.segment_position, found);
        } else if let Some(view) = view {
            self.stencils.cut(home, belongs, (self.guide, row, key), view);
        }
        Some(row)
    }

    /// Returns the innermost open loop.
    #[inline]
    fn home(&self) -> Home {
        Home::of(self.guide, self.open[self.depth - 1].index)
    }

    /// Returns where a segment belongs as a rule, and what told it; `None` if that needs a second look.
    fn belongs(&self, segment: Segment<'_>, marks: Marks) -> Option<(Belongs, Key)> {
        let guide = self.guide;
        let head = Head::of(&segment, &marks)?;
        let innermost = self.open[self.depth - 1].index;
        let family = guide.usual.family(innermost, head.letters)?;
        let number = match family.key {
            Key::None => family.number,
            Key::Element(1) => guide.usual.child(family.number, head.qualifier?)?,
            key => guide.usual.child(family.number, qualifier(segment, marks, key)?)?,
        };
        Some((Belongs { number, out: family.out }, family.key))
    }

    /// Goes on to where a segment belongs as a rule, and returns its row.
    ///
    /// `None` if anything there needs a second look; then the walk stands where it stood.
    #[expect(clippy::inline_always, reason = "called once a segment, where a call takes as long as the work")]
    #[inline(always)]
    fn go_to(&mut self, Belongs { number, out }: Belongs) -> Option<&'static Row> {
        let level = (self.depth - 1).checked_sub(usize::from(out))?;
        let child = &self.guide.children[usize::from(number)];
        let open = self.open[level];
        let is_again = open.seen & child.bit != 0;
        let must_wait = child.place < open.place
            || open.owed & child.before != 0
            || (is_again && child.most <= self.counts[usize::from(number)])
            || self.late_head_at == self.segment_position;
        if must_wait {
            return None;
        }
        if out != 0 {
            let closing = &self.open[level + 1..self.depth];
            let is_twice = closing[0].place == 0 && closing[0].index == child.opens;
            if is_twice || closing.iter().any(|closing| closing.owed != 0) {
                return None;
            }
        }
        self.astray &= child.opens == 0;
        self.open[level].place = child.place;
        self.depth = level + 1;
        Some(self.enter_child(level, number, child))
    }

    /// Takes a segment that is not where it belongs as a rule.
    #[cold]
    fn unusual<'a>(
        &mut self,
        segment: Segment<'a>,
        found: &mut impl FnMut(Deviation<'a>),
    ) -> Option<&'static Row> {
        let fitting = self.guide.names.number_of_segment(segment).and_then(|name| self.find(name, segment));
        let row = match fitting {
            Some((level, child)) => {
                self.astray &= self.guide.children[usize::from(child)].opens == 0;
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
    pub fn end<'a>(&mut self, behind: impl FnOnce() -> Segment<'a>, found: &mut impl FnMut(Deviation<'a>)) {
        self.segment_position += 1;
        if self.open[..self.depth].iter().all(|open| open.owed == 0) {
            // Wherever `behind` belongs, nothing is missing in front of it.
            return;
        }
        let behind = behind();
        let name = self.guide.names.number_of_segment(behind);
        match name.and_then(|name| self.find(name, behind)) {
            Some((level, child)) => self.advance(level, child, behind, found),
            None => self.close_to(self.borrowed, behind, found),
        }
    }

    /// Returns the level and the number of the innermost child that `segment` fits.
    fn find(&self, name: u8, segment: Segment<'_>) -> Option<(usize, u16)> {
        let marks = segment.marks(0);
        for level in (0..self.depth).rev() {
            let open = self.open[level];
            for (number, child) in self.guide.candidates(open.index, name) {
                if open.place <= child.place
                    && self.tells(child, segment, marks)
                    && self.times(level, *number) < child.most
                {
                    return Some((level, *number));
                }
            }
        }
        None
    }

    /// Returns whether `segment` has a value that tells `child` from others of its name.
    fn tells(&self, child: &Child, segment: Segment<'_>, marks: Marks) -> bool {
        match qualifier(segment, marks, child.key) {
            _ if child.key == Key::None => true,
            Some(code) => self.guide.holds_packed(child.codes, code),
            None => self.long_value_tells(child, segment),
        }
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

    /// Returns how often child `number` was there since its loop, the one at `level`, was opened.
    #[inline]
    fn times(&self, level: usize, number: u16) -> u16 {
        let is_seen = self.open[level].seen & self.guide.children[usize::from(number)].bit != 0;
        if is_seen { self.counts[usize::from(number)] } else { 0 }
    }

    /// Returns whether child `number` opens a loop that is open already, since the segment before stood in it without it.
    #[inline]
    fn is_late_head(&self, level: usize, number: u16) -> bool {
        self.late_head_at == self.segment_position && self.is_innermost(level, number)
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
        let place = &self.guide.loops[usize::from(self.open[level].index)];
        let required = (place.children.0..)
            .zip(self.guide.children_of(place))
            .skip(1)
            .filter(|(_, child)| is_required(child));
        for (number, child) in required.skip(but) {
            self.set_told(level, number, child);
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
        let (first, _) = self.guide.loops[usize::from(self.open[level].index)].children;
        while self.open[level].owed != 0 {
            // Children have their bits in the order of their places.
            let ordinal = self.open[level].owed.trailing_zeros();
            let number = first + u16::try_from(ordinal).expect("a loop has at most 64 children");
            let child = &self.guide.children[usize::from(number)];
            if place <= child.place {
                return;
            }
            self.set_told(level, number, child);
            found(missing(self.guide, number, segment, self.segment_position));
        }
    }

    /// Notes that child `number` was told as missing.
    fn set_told(&mut self, level: usize, number: u16, child: &Child) {
        let open = &mut self.open[level];
        open.seen |= child.bit;
        open.owed &= !child.bit;
        self.counts[usize::from(number)] = TOLD;
    }

    /// Counts child `number` of the loop at `level`, opens its loop if it is one, and returns its row.
    #[inline]
    fn enter(&mut self, level: usize, number: u16) -> &'static Row {
        self.enter_child(level, number, &self.guide.children[usize::from(number)])
    }

    /// Does the same for `child`, which is that of `number`.
    #[expect(clippy::inline_always, reason = "called once a segment, where a call takes as long as the work")]
    #[inline(always)]
    fn enter_child(&mut self, level: usize, number: u16, child: &Child) -> &'static Row {
        let open = &mut self.open[level];
        let times = &mut self.counts[usize::from(number)];
        // One that was told as missing is there for the first time, though it has the greatest count.
        *times = if open.seen & child.bit == 0 { 1 } else { times.wrapping_add(1).max(1) };
        open.seen |= child.bit;
        open.owed &= !child.bit;
        if child.opens != 0 {
            self.depth = (level + 2).min(DEPTH_MAX);
            let owed = self.guide.loops[usize::from(child.opens)].required;
            self.open[self.depth - 1] = Open { index: child.opens, place: 0, seen: 0, owed };
        }
        &self.guide.rows[usize::from(child.row)]
    }
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
