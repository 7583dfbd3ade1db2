//! The fast look at a segment: is everything in it as its row says?
//!
//! It answers yes or no, in one pass over the elements; what is wrong, the slow look in `check` tells.
//! The two must agree: what passes is what the slow look finds nothing in, and a test holds them against each other.
//! Nine hundred and ninety-nine of a thousand segments pass, so every instruction here counts: where elements end is
//! known from one look at all bytes, text is passed over where none can be too long, no slice is made of an element whose
//! length and first bytes settle it, and what is rare, like an element of 64 bytes, is left to the slow look.

use x12::{Marks, Segment};

use crate::dates::{is_day, is_packed_day, is_period, is_time};
use crate::guide::{Check, Element, Guide, Row};
use crate::value::digits_of;
use crate::word::{all_digits, equal, packed_at, repeated};

/// What the pass looks at.
#[derive(Clone, Copy)]
struct Pass<'a> {
    guide: &'a Guide,
    bytes: &'a [u8],
}

/// Returns whether nothing in `segment` departs from `row`; `marks` are those of its first bytes.
///
/// Elements of `told`, as bits, are known to be as they should.
#[inline]
pub(crate) fn passes(guide: &Guide, row: &Row, segment: Segment<'_>, marks: Marks, told: u64) -> bool {
    if row.has_composites {
        run::<true>(guide, row, &segment, &marks, told)
    } else {
        marks.components == 0 && run::<false>(guide, row, &segment, &marks, told)
    }
}

/// Does the work; without `COMPOSITES` no element of the row is one, as with three of four segments.
#[inline(never)]
fn run<const COMPOSITES: bool>(
    guide: &Guide,
    row: &Row,
    segment: &Segment<'_>,
    marks: &Marks,
    told: u64,
) -> bool {
    let pass = Pass { guide, bytes: segment.bytes };
    let total = segment.bytes.len();
    let mut start = row.segment.len() + 1;
    if total < start {
        return row.required == 0 && total + 1 == start;
    }
    // Shifted along, so that the lowest bit is that of the byte at `start`.
    let (mut ends, mut components) = (marks.ends >> start, marks.components >> start);
    if ends == 0 || marks.others {
        return false;
    }
    // Of a short segment, no text can be too long.
    let looked_at = !told & if total - start <= usize::from(row.room) { row.hard } else { u64::MAX };
    let (mut present, mut bit) = (0u64, 1u64);
    let mut before = 0;
    for element in guide.elements(row) {
        let length = ends.trailing_zeros() as usize;
        if length != 0 {
            present |= bit;
            if COMPOSITES && element.check == Check::Composite {
                if !pass.components(element, start, length, components) {
                    return false;
                }
            } else {
                let has_components = COMPOSITES && (components.trailing_zeros() as usize) < length;
                if has_components || (looked_at & bit != 0 && !pass.is_good(element, start, length, before)) {
                    return false;
                }
            }
        }
        start += length + 1;
        ends = ends >> length >> 1;
        if COMPOSITES {
            components = components >> length >> 1;
        }
        if ends == 0 {
            if total < start {
                return length != 0 && row.required & !present == 0 && guide.notes_hold(row, present);
            }
            let Some(marks) = marks_behind(segment, start) else { return false };
            if !COMPOSITES && marks.components != 0 {
                return false;
            }
            (ends, components) = (marks.ends, marks.components);
        }
        bit <<= 1;
        before = length;
    }
    false
}

/// Looks on where the marks end; `None` where there is nothing to go on with.
#[cold]
fn marks_behind(segment: &Segment<'_>, start: usize) -> Option<Marks> {
    let marks = segment.marks(start);
    (marks.ends != 0 && !marks.others).then_some(marks)
}

impl Pass<'_> {
    /// Looks at a composite of `length` bytes from `start`; `separators` are those of components from there on.
    #[inline(never)]
    fn components(&self, composite: &Element, mut start: usize, length: usize, separators: u64) -> bool {
        let mut ends = (separators | 1 << length) & (u64::MAX >> (63 - length));
        let (mut present, mut bit) = (0u64, 1u64);
        let mut before = 0;
        for element in self.guide.components(composite) {
            let length = ends.trailing_zeros() as usize;
            if length != 0 {
                if !self.is_good(element, start, length, before) {
                    return false;
                }
                present |= bit;
            }
            start += length + 1;
            ends = ends >> length >> 1;
            if ends == 0 {
                return length != 0 && u64::from(composite.required) & !present == 0;
            }
            bit <<= 1;
            before = length;
        }
        false
    }

    /// Looks at the `length` bytes from `start`; `before` is the length of the value in front of them.
    #[expect(
        clippy::inline_always,
        reason = "called once an element, where a call takes as long as the work"
    )]
    #[inline(always)]
    fn is_good(&self, element: &Element, start: usize, length: usize, before: usize) -> bool {
        match element.check {
            Check::Text => element.fits(length),
            // A code that is listed has a lawful length.
            Check::Codes if length <= 8 => {
                let word = packed_at(self.bytes, start, start + length);
                word == element.codes.only
                    || (element.codes.count != 1 && self.guide.holds_packed(element.codes, word))
            }
            _ => self.is_good_otherwise(element, start, length, before),
        }
    }

    /// Does the same for what is neither text nor a short code.
    #[inline(never)]
    fn is_good_otherwise(&self, element: &Element, start: usize, length: usize, before: usize) -> bool {
        let end = start + length;
        match element.check {
            Check::Text => element.fits(length),
            Check::Unused | Check::Composite => false,
            Check::Codes => self.guide.holds_code(element.codes, &self.bytes[start..end]),
            Check::Whole | Check::Real => self.is_number(element, start, end),
            Check::Day => element.fits(length) && is_day(&self.bytes[start..end]),
            Check::Time => element.fits(length) && is_time(&self.bytes[start..end]),
            Check::Period => {
                let format = &self.bytes[start - 1 - before..start - 1];
                // Nine of ten are a day.
                if length == 8 && format == b"D8" {
                    return is_packed_day(packed_at(self.bytes, start, end));
                }
                element.fits(length) && is_period(format, &self.bytes[start..end])
            }
        }
    }

    #[inline]
    fn is_number(&self, element: &Element, start: usize, end: usize) -> bool {
        let length = end - start;
        let lengths = usize::from(element.least)..=usize::from(element.most);
        if length <= 8 {
            let digits = packed_at(self.bytes, start, end);
            let points = if element.check == Check::Real { equal(digits, repeated(b'.')) } else { 0 };
            // One point, and not behind the last digit.
            let is_plain = points & points.wrapping_sub(1) == 0 && points >> (8 * length - 1) == 0;
            let without_point = digits ^ (points >> 7).wrapping_mul(u64::from(b'.' ^ b'0'));
            if is_plain && all_digits(without_point, length) {
                return lengths.contains(&(length - usize::from(points != 0)));
            }
        }
        let digits = digits_of(&self.bytes[start..end], element.check == Check::Real);
        digits.is_some_and(|digits| lengths.contains(&digits))
    }
}

impl Element {
    /// Returns whether a value of that length is long enough, and not too long.
    #[inline]
    fn fits(&self, length: usize) -> bool {
        usize::from(self.least) <= length && length <= usize::from(self.most)
    }
}
