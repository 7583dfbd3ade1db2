//! Segment identifiers as small numbers, so that tables can be indexed by them.

use x12::{Segment, SegmentId};

/// How many places a [`Names`] has; a power of two, and some three times what stands in it.
const PLACES: usize = 256;

/// How many segments are numbered at most.
pub(crate) const NAMES_MAX: usize = 96;

/// Numbers the segments of the standard, in the order in which they are added.
pub(crate) struct Names {
    /// Identifier in the upper three bytes, number in the lowest; 0 where nothing stands.
    places: [u32; PLACES],
    count: u8,
}

impl Names {
    pub(crate) fn new() -> Names {
        Names { places: [0; PLACES], count: 0 }
    }

    /// Adds `name` and returns its number.
    pub(crate) fn add(&mut self, name: &str) -> u8 {
        let (number, key) = (self.count, key_of(name.as_bytes()));
        assert!(key != 0 && usize::from(number) < NAMES_MAX, "a segment has a name of two or three letters");
        let mut place = place_of(key);
        while self.places[place] != 0 {
            place = (place + 1) % PLACES;
        }
        self.places[place] = key | u32::from(number);
        self.count += 1;
        number
    }

    /// Returns the number of `name`, if it was added.
    pub(crate) fn number_of(&self, name: &[u8]) -> Option<u8> {
        self.find(key_of(name))
    }

    /// Returns the number of `segment`'s identifier, if it was added.
    #[expect(clippy::inline_always, reason = "called once a segment, where a call takes as long as the work")]
    #[inline(always)]
    pub(crate) fn number_of_segment(&self, segment: Segment<'_>) -> Option<u8> {
        self.find(segment.id().packed() << 8)
    }

    #[inline]
    fn find(&self, key: u32) -> Option<u8> {
        let mut place = place_of(key);
        loop {
            let found = self.places[place];
            if found & !0xff == key {
                return if key == 0 { None } else { Some((found & 0xff) as u8) };
            }
            if found == 0 {
                return None;
            }
            place = (place + 1) % PLACES;
        }
    }
}

/// Returns the letters of a name in the upper three bytes; 0 for what is no name.
fn key_of(name: &[u8]) -> u32 {
    SegmentId::new(name).packed() << 8
}

/// Returns where the search for `key` begins.
#[inline]
fn place_of(key: u32) -> usize {
    (key.wrapping_mul(0x9e37_79b1) >> 24) as usize % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::DELIMITERS;

    #[test]
    fn names_of_two_and_three_letters_have_numbers() {
        let mut names = Names::new();
        for (number, name) in (0..).zip(["N3", "N4", "NM1", "LX", "CLM"]) {
            assert_eq!(names.add(name), number);
        }
        let number = |bytes: &[u8]| names.number_of_segment(Segment { bytes, delimiters: DELIMITERS });
        assert_eq!(number(b"N4*PORTLAND"), Some(1));
        assert_eq!(number(b"NM1*85"), Some(2));
        assert_eq!(number(b"LX"), Some(3));
        assert_eq!(number(b"CLM"), Some(4));
        for unknown in [&b"N5*1"[..], b"CLMX*1", b"", b"*", b"L*1", b"clm*1"] {
            assert_eq!(number(unknown), None);
        }
    }
}
