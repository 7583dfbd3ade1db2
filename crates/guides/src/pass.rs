//! The fast look at a segment: is everything in it as its row says?
//!
//! It answers yes or no, in one pass over the bytes; what is wrong, the slow look in `check` tells.
//! The two must agree: a segment passes if the slow look finds nothing, and a test holds them against each other.
//! Nine hundred and ninety-nine of a thousand segments pass, so every instruction here counts: no slice is made of an
//! element whose length and first bytes settle it.

use x12::Segment;

use crate::dates::{is_day, is_packed_day, is_period, is_time};
use crate::guide::{Check, Element, Guide, Row};
use crate::value::digits_of;
use crate::word::{all_digits, equal, outside_of_text, packed_at, repeated, word_at};

/// Where the pass stands within the segment.
struct Pass<'a> {
    guide: &'a Guide,
    bytes: &'a [u8],
    elements: &'a [Element],
    /// Elements that are not empty, as bits.
    present: u64,
    /// Index of the element.
    element: usize,
    /// Index of the component.
    component: usize,
    /// Components of the element that are not empty, as bits.
    components_present: u64,
    /// Start and end of the value in front, which may announce a form.
    before: (usize, usize),
    /// Whether the last value seen was empty, so that a separator in front of it trails.
    empty: bool,
}

/// Returns whether nothing in `segment` departs from `row`.
#[inline]
pub(crate) fn passes(guide: &Guide, row: &Row, segment: Segment<'_>) -> bool {
    if row.has_composites { run::<true>(guide, row, segment) } else { run::<false>(guide, row, segment) }
}

/// Does the work; without `COMPOSITES` no element of the row is one, which nine of ten rows have none of, and little state is kept.
#[expect(clippy::inline_always, reason = "called once a segment, where a call takes as long as the work")]
#[inline(always)]
fn run<const COMPOSITES: bool>(guide: &Guide, row: &Row, segment: Segment<'_>) -> bool {
    let (bytes, delimiters) = (segment.bytes, segment.delimiters);
    let (elements, components) = (repeated(delimiters.element), repeated(delimiters.component));
    let repetitions = repeated(delimiters.repetition);
    let mut start = row.segment.len() + 1;
    if bytes.len() < start {
        return row.required == 0 && bytes.len() + 1 == start;
    }
    let mut pass = Pass {
        guide,
        bytes,
        elements: guide.elements(row),
        present: 0,
        element: 0,
        component: 0,
        components_present: 0,
        before: (0, 0),
        empty: false,
    };
    let mut odd = 0;
    let mut offset = start;
    while offset < bytes.len() {
        let word = word_at(bytes, offset);
        odd |= outside_of_text(word) | equal(word, repetitions);
        let ends_component = equal(word, components);
        let mut ends = equal(word, elements) | ends_component;
        while ends != 0 {
            let end = offset + ends.trailing_zeros() as usize / 8;
            let is_component = ends_component & ends & ends.wrapping_neg() != 0;
            ends &= ends - 1;
            if !pass.value::<COMPOSITES>(start, end, is_component) {
                return false;
            }
            start = end + 1;
        }
        offset += 8;
    }
    odd == 0 && pass.value::<COMPOSITES>(start, bytes.len(), false) && pass.ends_well(row)
}

impl Pass<'_> {
    /// Takes the value from `start` to `end`, which a component separator ends, or else an element separator or the segment.
    #[expect(
        clippy::inline_always,
        reason = "called once an element, where a call takes as long as the work"
    )]
    #[inline(always)]
    fn value<const COMPOSITES: bool>(&mut self, start: usize, end: usize, ends_component: bool) -> bool {
        let Some(element) = self.elements.get(self.element) else { return false };
        self.empty = start == end;
        if COMPOSITES && element.check == Check::Composite {
            return self.component(element, start, end, ends_component);
        }
        if ends_component || (start != end && !self.is_good(element, start, end)) {
            return false;
        }
        self.present |= u64::from(start != end) << self.element;
        self.element += 1;
        self.before = (start, end);
        true
    }

    /// Takes one component of a composite.
    #[expect(clippy::inline_always, reason = "a call would keep the state of the pass in memory")]
    #[inline(always)]
    fn component(&mut self, composite: &Element, start: usize, end: usize, ends_component: bool) -> bool {
        if start != end {
            let Some(element) = self.guide.components(composite).get(self.component) else { return false };
            if !self.is_good(element, start, end) {
                return false;
            }
            self.components_present |= 1 << self.component;
        } else if !ends_component && self.component != 0 {
            return false;
        }
        self.before = (start, end);
        if ends_component {
            self.component += 1;
            return true;
        }
        let present = self.components_present;
        if present != 0 {
            self.present |= 1 << self.element;
        }
        (self.component, self.components_present) = (0, 0);
        self.element += 1;
        present == 0 || u64::from(composite.required) & !present == 0
    }

    #[expect(
        clippy::inline_always,
        reason = "called once an element, where a call takes as long as the work"
    )]
    #[inline(always)]
    fn is_good(&self, element: &Element, start: usize, end: usize) -> bool {
        let length = end - start;
        let fits = usize::from(element.least) <= length && length <= usize::from(element.most);
        match element.check {
            Check::Text => fits,
            // A code that is listed has a lawful length.
            Check::Codes if length <= 8 => {
                self.guide.holds_packed(element.codes, packed_at(self.bytes, start, end))
            }
            Check::Codes => self.guide.holds_code(element.codes, &self.bytes[start..end]),
            Check::Whole | Check::Real => self.is_number(element, start, end),
            Check::Day => fits && is_day(&self.bytes[start..end]),
            Check::Time => fits && is_time(&self.bytes[start..end]),
            Check::Period => {
                let (from, to) = self.before;
                // Nine of ten are a day.
                if length == 8 && to - from == 2 && self.bytes[from..].starts_with(b"D8") {
                    return is_packed_day(packed_at(self.bytes, start, end));
                }
                fits && is_period(&self.bytes[from..to], &self.bytes[start..end])
            }
            Check::Unused | Check::Composite => false,
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

    /// Returns whether all that must be there is, and nothing trails.
    #[inline]
    fn ends_well(&self, row: &Row) -> bool {
        let notes_hold = || row.notes.iter().all(|note| note.holds(self.present));
        row.required & !self.present == 0 && !self.empty && notes_hold()
    }
}
