//! A segment as a view of the file, with its elements and components.

use crate::Delimiters;
use crate::places::places_in_first;

/// The name of a segment, up to three bytes, packed so that it compares as a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentId(u32);

impl SegmentId {
    /// Names the segment `name`; a name of more than three bytes is no segment's and equals [`SegmentId::NONE`].
    pub const fn new(name: &[u8]) -> SegmentId {
        match *name {
            [a, b, c] => SegmentId(((a as u32) << 16) | ((b as u32) << 8) | c as u32),
            [a, b] => SegmentId(((a as u32) << 16) | ((b as u32) << 8)),
            [a] => SegmentId((a as u32) << 16),
            _ => SegmentId::NONE,
        }
    }

    /// The identifier of what is no segment.
    pub const NONE: SegmentId = SegmentId(0);

    /// Returns the letters of the name in the lower three bytes, the first highest; 0 for [`SegmentId::NONE`].
    #[inline]
    pub const fn packed(self) -> u32 {
        self.0
    }
}

/// One segment: its bytes without terminator and without the white space around it.
///
/// Invariant: `bytes` is not empty and holds no terminator.
#[derive(Clone, Copy)]
pub struct Segment<'a> {
    /// Identifier and elements, as they stand in the file.
    pub bytes: &'a [u8],
    /// The separators of the interchange.
    pub delimiters: Delimiters,
}

impl<'a> Segment<'a> {
    /// Returns the segment's identifier.
    #[expect(clippy::inline_always, reason = "called once a segment, where a call takes as long as the work")]
    #[inline(always)]
    pub fn id(&self) -> SegmentId {
        let separator = self.delimiters.element;
        if let Some(first) = self.bytes.first_chunk::<4>() {
            let [_, b, c, d] = *first;
            #[expect(
                clippy::needless_bitwise_bool,
                reason = "one jump that is always guessed right, not three"
            )]
            if (b != separator) & ((c == separator) | (d == separator)) {
                // Names of two and three letters alternate as they please: a jump between them would be guessed
                // wrong every other time, and that takes longer than all the rest.
                let third = u32::from(c) & u32::from(c == separator).wrapping_sub(1);
                return SegmentId((u32::from_be_bytes(*first) >> 16) << 8 | third);
            }
        }
        self.odd_id()
    }

    /// Returns the identifier where it does not have two or three letters with a separator behind them.
    #[cold]
    fn odd_id(&self) -> SegmentId {
        SegmentId::new(self.element(0))
    }

    /// Returns element `position`, counted from 1 as the guides count; 0 is the identifier.
    ///
    /// An element that is not there is an empty slice at the end of the segment, where it should stand.
    #[inline]
    pub fn element(&self, position: usize) -> &'a [u8] {
        nth(self.bytes, position, self.delimiters.element)
    }

    /// Returns the first elements behind the identifier, as many as are asked for, in one pass.
    ///
    /// The same as [`Segment::element`] of 1, 2 and so on.
    #[inline]
    pub fn first_elements<const COUNT: usize>(&self) -> [&'a [u8]; COUNT] {
        first_elements(self.bytes, self.bytes.len(), self.delimiters.element)
    }

    /// Returns component `component` of element `position`, both counted from 1.
    ///
    /// A component that is not there is an empty slice at the end of its element.
    #[inline]
    pub fn component(&self, position: usize, component: usize) -> &'a [u8] {
        nth(self.element(position), component.saturating_sub(1), self.delimiters.component)
    }

    /// Returns the first components of `element`, which is one of the segment's, as many as are asked for.
    #[inline]
    pub fn first_components<const COUNT: usize>(&self, element: &'a [u8]) -> [&'a [u8]; COUNT] {
        let mut parts = element.split(|&byte| byte == self.delimiters.component);
        std::array::from_fn(|_| parts.next().unwrap_or(&element[element.len()..]))
    }

    /// Iterates over the components of element `position`.
    pub fn components(&self, position: usize) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let separator = self.delimiters.component;
        self.element(position).split(move |&byte| byte == separator)
    }

    /// Iterates over all elements behind the identifier.
    pub fn elements(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let separator = self.delimiters.element;
        self.bytes.split(move |&byte| byte == separator).skip(1)
    }
}

/// Returns the first elements behind the identifier of the segment that the first `length` of `bytes` are.
///
/// The same as [`Segment::first_elements`], and faster where bytes follow: separators are looked for in 64 bytes at once.
/// Invariant: `bytes` has at least `length` bytes.
#[inline]
pub fn first_elements<const COUNT: usize>(bytes: &[u8], length: usize, separator: u8) -> [&[u8]; COUNT] {
    let mut separators = Separators::new(bytes, length, separator);
    let mut end = separators.next();
    std::array::from_fn(|_| {
        let start = length.min(end + 1);
        end = separators.next();
        &bytes[start..end]
    })
}

/// Where separators stand, one after the other; behind the last, the end.
struct Separators<'a> {
    bytes: &'a [u8],
    separator: u8,
    /// Where the stretch begins that `places` tells of.
    start: usize,
    places: u64,
}

impl<'a> Separators<'a> {
    /// Begins to look for `separator` in the first `length` of `bytes`.
    #[inline]
    fn new(bytes: &'a [u8], length: usize, separator: u8) -> Separators<'a> {
        let places = places_in_first(bytes, separator);
        // What stands behind the end is none of the segment's.
        let places = if length < 64 { places & !(u64::MAX << length) } else { places };
        Separators { bytes: &bytes[..length], separator, start: 0, places }
    }

    #[inline]
    fn next(&mut self) -> usize {
        if self.places == 0 {
            return self.next_far();
        }
        let place = self.start + self.places.trailing_zeros() as usize;
        self.places &= self.places - 1;
        place
    }

    /// Looks on behind the first 64 bytes, which most segments do not have.
    fn next_far(&mut self) -> usize {
        while self.start + 64 < self.bytes.len() {
            self.start += 64;
            self.places = places_in_first(&self.bytes[self.start..], self.separator);
            if self.places != 0 {
                return self.next();
            }
        }
        self.start = self.bytes.len();
        self.bytes.len()
    }
}

/// Returns part `index`, counted from 0, of the parts that `separator` separates; an empty slice at the end if there is none.
#[inline]
fn nth(bytes: &[u8], index: usize, separator: u8) -> &[u8] {
    let mut separators = Separators::new(bytes, bytes.len(), separator);
    let mut start = 0;
    for _ in 0..index {
        start = separators.next() + 1;
        if bytes.len() < start {
            return &bytes[bytes.len()..];
        }
    }
    &bytes[start..separators.next()]
}

/// Returns where `part` begins within `whole`, in bytes from 0.
///
/// Invariant: `part` is a slice of `whole`; for any other slice the answer is the length of `whole`.
#[inline]
pub fn offset_in(whole: &[u8], part: &[u8]) -> usize {
    let offset = part.as_ptr().addr().wrapping_sub(whole.as_ptr().addr());
    offset.min(whole.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DELIMITERS: Delimiters =
        Delimiters { segment: b'~', element: b'*', component: b':', repetition: b'^' };

    fn segment(bytes: &[u8]) -> Segment<'_> {
        Segment { bytes, delimiters: DELIMITERS }
    }

    #[test]
    fn elements_and_components_count_from_one() {
        let sv1 = segment(b"SV1*HC:J9035:KX*250*UN*10***1");
        assert_eq!(sv1.element(0), b"SV1");
        assert_eq!(sv1.element(1), b"HC:J9035:KX");
        assert_eq!(sv1.component(1, 1), b"HC");
        assert_eq!(sv1.component(1, 2), b"J9035");
        assert_eq!(sv1.component(1, 3), b"KX");
        assert_eq!(sv1.element(5), b"");
        assert_eq!(sv1.element(7), b"1");
        assert_eq!(sv1.components(1).count(), 3);
        assert_eq!(sv1.elements().count(), 7);
        for bytes in [&b"SV1*HC:J9035:KX*250*UN*10***1"[..], b"SV1", b"SV1*", b"SV1*a*", b"SV1**b", b""] {
            let segment = segment(bytes);
            let one_by_one = [1, 2, 3, 4].map(|position| segment.element(position));
            assert_eq!(segment.first_elements(), one_by_one);
            let places = |elements: [&[u8]; 4]| elements.map(|element| offset_in(bytes, element));
            assert_eq!(places(segment.first_elements()), places(one_by_one));
        }
    }

    #[test]
    fn what_is_missing_has_a_place() {
        let lin = segment(b"LIN**N4");
        let missing = lin.element(3);
        assert_eq!((missing, offset_in(lin.bytes, missing)), (&b""[..], 7));
        let sv1 = segment(b"SV1*HC*250");
        let missing = sv1.component(1, 2);
        assert_eq!((missing, offset_in(sv1.bytes, missing)), (&b""[..], 6));
    }

    #[test]
    fn identifiers_pack_two_and_three_letters() {
        for (bytes, name) in [
            (&b"ST*837"[..], &b"ST"[..]),
            (b"CLM*1", b"CLM"),
            (b"N3", b"N3"),
            (b"ISA", b"ISA"),
            (b"X*", b"X"),
            (b"**", b""),
        ] {
            assert!(segment(bytes).id() == SegmentId::new(name));
        }
        assert!(segment(b"ISAAC*1").id() == SegmentId::NONE);
        assert!(segment(b"LONGER").id() == SegmentId::NONE);
        assert!(SegmentId::new(b"N3") != SegmentId::new(b"N3 "));
    }
}
