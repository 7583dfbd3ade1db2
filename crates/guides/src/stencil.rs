//! Stencils: what a good segment looks like, to be laid over the next.
//!
//! Segments of one row look alike: the same elements are there, with the same codes, and their lengths do not vary much.
//! So a segment that the careful look has passed is cut into a stencil: where its elements end, which bytes must be the
//! same, which must be digits, where days stand.
//! Whatever the stencil fits is as good, and is seen to be so without going from element to element.
//! What no stencil fits is looked at with care, and makes a stencil of its own in place of one that has to go.
//!
//! A stencil holds for one guide and one innermost loop, because these tell what the name and the qualifier of a segment mean.
//! Whether the row may stand there now, a stencil does not know: that hangs on what was walked before.

use std::ops::Range;

use x12::{VIEW_BYTES, View};

use crate::dates::is_packed_day;
use crate::guide::{Check, Element, Guide, Key, Row};
use crate::word::packed_at;

/// Drawers that stencils are kept in, to begin with and at most, powers of two; each holds [`PER_DRAWER`].
///
/// There are more once as many stencils were cut as there are drawers: to make them all takes longer than to walk a short file.
const DRAWERS_FIRST: usize = 32;
const DRAWERS_MAX: usize = 1024;
const DRAWERS_GROWTH: usize = 8;
const PER_DRAWER: usize = 2;

/// Days that one stencil can have.
const DAYS: usize = 2;

/// In place of a day: none.
const NO_DAY: u8 = u8::MAX;

/// Where a segment belongs: the child it is, of the loop that is so many further out than the innermost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Belongs {
    pub(crate) number: u16,
    pub(crate) out: u8,
}

/// The loop that a stencil is for: the guide, and the index of the innermost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Home(u64);

/// Where the index of the loop begins in a [`Home`].
const INNERMOST_AT: u32 = 48;

impl Home {
    #[inline]
    pub(crate) fn of(guide: &'static Guide, innermost: u16) -> Home {
        // Addresses leave the upper bits free.
        Home(std::ptr::from_ref(guide).addr() as u64 ^ u64::from(innermost) << INNERMOST_AT)
    }
}

/// What a segment must show; bit `n` stands for byte `n`.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Stencil {
    home: Home,
    /// Where elements end.
    ends: u64,
    /// Where components end.
    components: u64,
    /// Bytes that must be digits.
    digits: u64,
    /// Bytes that must be digits, but for one decimal point among all of them.
    reals: u64,
    /// Bytes that must be those of `bytes`.
    fixed: u64,
    belongs: Belongs,
    /// Where the days begin.
    days: [u8; DAYS],
    bytes: [u8; VIEW_BYTES],
}

/// The stencils that were cut so far.
#[derive(Clone, Default)]
pub(crate) struct Stencils {
    /// Nothing before the first is cut.
    drawers: Vec<[Stencil; PER_DRAWER]>,
    /// Bits of a mixed shape that say nothing of its drawer.
    shift: u32,
    /// How many were cut since there are these drawers.
    count: usize,
}

impl Stencils {
    /// Returns where the segment belongs, if a stencil for `home` fits it.
    #[expect(clippy::inline_always, reason = "called once a segment, where a call takes as long as the work")]
    #[inline(always)]
    pub(crate) fn find(&mut self, home: Home, view: &View<'_>) -> Option<Belongs> {
        let drawer = self.drawer_of(home, view);
        let [first, second] = self.drawers.get_mut(drawer)?;
        if !first.is_like(home, view) {
            // What fits goes to the front, where it is found without a guess that goes wrong.
            if !second.is_like(home, view) {
                return None;
            }
            std::mem::swap(first, second);
        }
        first.fits_closely(view).then_some(first.belongs)
    }

    /// Cuts a stencil from a segment that nothing is wrong with; `key` told its row.
    #[cold]
    pub(crate) fn cut(
        &mut self,
        home: Home,
        belongs: Belongs,
        (guide, row, key): (&Guide, &Row, Key),
        view: &View<'_>,
    ) {
        let Some(stencil) = Stencil::cut(home, belongs, (guide, row, key), view) else { return };
        if self.count == self.drawers.len() && self.count < DRAWERS_MAX {
            self.make_drawers();
        }
        self.count += 1;
        let drawer = self.drawer_of(home, view);
        let [first, second] = &mut self.drawers[drawer];
        *second = std::mem::replace(first, stencil);
    }

    /// Makes more drawers in place of those there are; what those hold is cut again when it is seen again.
    fn make_drawers(&mut self) {
        let drawers = (self.drawers.len() * DRAWERS_GROWTH).clamp(DRAWERS_FIRST, DRAWERS_MAX);
        self.drawers = vec![[Stencil::NONE; PER_DRAWER]; drawers];
        self.shift = u32::BITS - drawers.trailing_zeros();
        self.count = 0;
    }

    /// Returns the drawer for segments of that shape in that loop.
    #[inline]
    fn drawer_of(&self, home: Home, view: &View<'_>) -> usize {
        let innermost = (home.0 >> INNERMOST_AT) as u32;
        let mixed = view.shape().wrapping_add(innermost.wrapping_mul(0x9e37_79b9));
        (mixed >> self.shift) as usize
    }
}

impl Stencil {
    /// Fits nothing.
    const NONE: Stencil = Stencil {
        home: Home(0),
        ends: 0,
        components: 0,
        digits: 0,
        reals: 0,
        fixed: 0,
        belongs: Belongs { number: 0, out: 0 },
        days: [NO_DAY; DAYS],
        bytes: [0; VIEW_BYTES],
    };

    /// Returns whether a segment that is plain text looks like the one that the stencil was cut from, but for its reals and days.
    #[expect(clippy::inline_always, reason = "called once a segment, where a call takes as long as the work")]
    #[inline(always)]
    fn is_like(&self, home: Home, view: &View<'_>) -> bool {
        let wrong = (self.home.0 ^ home.0)
            | (self.ends ^ view.ends)
            | (self.components ^ view.components)
            | (self.digits & !view.digits)
            | (self.fixed & !view.same_as(&self.bytes));
        wrong == 0
    }

    /// Returns whether the reals and days of such a segment are as good, too.
    #[inline]
    fn fits_closely(&self, view: &View<'_>) -> bool {
        let point = self.reals & !view.digits;
        // One decimal point among all reals is lawful in any of them; of more, the careful look tells.
        let byte = view.bytes[point.trailing_zeros() as usize % VIEW_BYTES];
        let are_reals = point & point.wrapping_sub(1) == 0 && (point == 0 || byte == b'.');
        are_reals && (self.days == [NO_DAY; DAYS] || self.has_days(view))
    }

    fn has_days(&self, view: &View<'_>) -> bool {
        self.days.iter().all(|&day| day == NO_DAY || is_day_at(view, day))
    }

    /// Cuts a stencil; `None` where something has to be looked at that no stencil can show.
    fn cut(
        home: Home,
        belongs: Belongs,
        (guide, row, key): (&Guide, &Row, Key),
        view: &View<'_>,
    ) -> Option<Stencil> {
        let mut stencil = Stencil {
            home,
            ends: view.ends,
            components: view.components,
            belongs,
            bytes: *view.bytes,
            ..Stencil::NONE
        };
        stencil.fixed |= bits(0..row.segment.len());
        let mut before = 0..0;
        for position in 1.. {
            let Some(place) = stencil.place_of(position) else { break };
            let element = guide.elements(row).get(position - 1)?;
            stencil.element(guide, element, place.clone(), before)?;
            before = place;
        }
        let told = match key {
            Key::None => None,
            Key::Element(position) => stencil.place_of(position.into()),
            Key::FirstComponent => {
                stencil.place_of(1).map(|place| stencil.component_from(place.start, place.end))
            }
        };
        stencil.fixed |= told.map_or(0, bits);
        Some(stencil)
    }

    /// Returns where element `position`, counted from 1, stands, if there is one.
    fn place_of(&self, position: usize) -> Option<Range<usize>> {
        let behind = |ends: u64| ends & ends.wrapping_sub(1);
        let before = (1..position).fold(self.ends, |ends, _| behind(ends));
        let own = behind(before);
        (own != 0).then(|| before.trailing_zeros() as usize + 1..own.trailing_zeros() as usize)
    }

    /// Returns where the component stands that begins at `start`, in an element that ends at `end`.
    fn component_from(&self, start: usize, end: usize) -> Range<usize> {
        let length = (self.components >> start).trailing_zeros() as usize;
        start..end.min(start + length)
    }

    /// Adds what the element, or the component, in `place` must show; `before` is the value in front of it.
    fn element(
        &mut self,
        guide: &Guide,
        element: &Element,
        place: Range<usize>,
        before: Range<usize>,
    ) -> Option<()> {
        if place.is_empty() {
            return Some(());
        }
        let (length, value) = (place.len(), &self.bytes[place.clone()]);
        let has_room = usize::from(element.least) <= length && length <= usize::from(element.most);
        match element.check {
            Check::Text => {}
            Check::Codes => self.fixed |= bits(place),
            Check::Whole if has_room && value.iter().all(u8::is_ascii_digit) => {
                self.digits |= bits(place);
            }
            // With a point, there is a digit less.
            Check::Real
                if has_room
                    && (length == 1 || usize::from(element.least) < length)
                    && value.iter().all(|&byte| byte.is_ascii_digit() || byte == b'.') =>
            {
                self.reals |= bits(place.start..place.end - 1);
                self.digits |= bits(place.end - 1..place.end);
            }
            Check::Day if length == 8 => self.day(place.start)?,
            Check::Period => {
                match &self.bytes[before.clone()] {
                    b"D8" => self.day(place.start)?,
                    b"RD8" => {
                        self.day(place.start)?;
                        self.day(place.start + 9)?;
                        self.fixed |= bits(place.start + 8..place.start + 9);
                    }
                    _ => return None,
                }
                self.fixed |= bits(before);
            }
            Check::Composite => {
                let (mut start, mut before) = (place.start, 0..0);
                let mut components = guide.components(element).iter();
                while start <= place.end {
                    let own = self.component_from(start, place.end);
                    self.element(guide, components.next()?, own.clone(), before)?;
                    start = own.end + 1;
                    before = own;
                }
            }
            Check::Whole | Check::Real | Check::Day | Check::Time | Check::Unused => return None,
        }
        Some(())
    }

    /// Adds a day that begins at `start`.
    fn day(&mut self, start: usize) -> Option<()> {
        let free = self.days.iter_mut().find(|day| **day == NO_DAY)?;
        *free = u8::try_from(start).ok()?;
        Some(())
    }
}

/// Returns whether the eight bytes from `start` on are a day of the calendar.
#[inline]
fn is_day_at(view: &View<'_>, start: u8) -> bool {
    let start = usize::from(start);
    is_packed_day(packed_at(view.bytes, start, start + 8))
}

/// Returns the bits of the bytes in `place`, which are fewer than 64.
fn bits(place: Range<usize>) -> u64 {
    !(u64::MAX << place.end) & (u64::MAX << place.start)
}
