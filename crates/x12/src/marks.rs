//! The separators of one segment, as sets of bits, for a careful look at it.

use crate::Segment;
use crate::sheet::{Look, VIEW_BYTES, Wanted};

/// Where elements and components end in a stretch of up to 64 bytes of a segment; bit `n` stands for byte `n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marks {
    /// Element separators, and the end of the segment if the stretch shows it: if fewer than 64 bytes are left.
    pub ends: u64,
    /// Component separators.
    pub components: u64,
    /// Whether there is a repetition separator, or a byte outside of blank to tilde.
    pub others: bool,
}

impl Segment<'_> {
    /// Returns the marks of the segment's bytes from `from` on, at most 64.
    ///
    /// Invariant: `from` is at most the length of the segment.
    pub fn marks(&self, from: usize) -> Marks {
        let bytes = &self.bytes[from..];
        let length = bytes.len().min(VIEW_BYTES);
        // What lies behind the end is text like any other, and no separator.
        let mut stretch = [FILLER; VIEW_BYTES];
        stretch[..length].copy_from_slice(&bytes[..length]);
        let Look { elements, components, is_plain, .. } = Wanted::of(self.delimiters).look(&stretch);
        let own = if length < VIEW_BYTES { !(u64::MAX << length) } else { u64::MAX };
        let end = if length < VIEW_BYTES { 1 << length } else { 0 };
        Marks { ends: elements & own | end, components: components & own, others: !is_plain }
    }
}

/// A byte that is text, and no separator that can be told from text.
const FILLER: u8 = b'0';

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Delimiters;

    const DELIMITERS: Delimiters =
        Delimiters { segment: b'~', element: b'*', component: b':', repetition: b'^' };

    fn plain(bytes: &[u8]) -> Marks {
        let stretch = &bytes[..bytes.len().min(64)];
        let places =
            |wanted| (0..stretch.len()).filter(|&at| stretch[at] == wanted).map(|at| 1 << at).sum::<u64>();
        let end = if bytes.len() < 64 { 1 << bytes.len() } else { 0 };
        Marks {
            ends: places(b'*') | end,
            components: places(b':'),
            others: stretch.iter().any(|byte| *byte == b'^' || !(b' '..=b'~').contains(byte)),
        }
    }

    #[test]
    fn marks_are_what_a_plain_look_finds_at_every_length() {
        for length in 0..=200 {
            for step in [1, 2, 7, 50] {
                let mut bytes = vec![b'x'; length];
                bytes.iter_mut().step_by(step).for_each(|byte| *byte = b'*');
                bytes.iter_mut().skip(1).step_by(step + 2).for_each(|byte| *byte = b':');
                let segment = Segment { bytes: &bytes, delimiters: DELIMITERS };
                for from in 0..=length {
                    assert_eq!(segment.marks(from), plain(&bytes[from..]), "{length} {step} {from}");
                }
            }
        }
    }

    #[test]
    fn every_byte_is_ordinary_or_not() {
        for length in [1, 5, 11, 16, 31, 40, 63, 64, 80] {
            for place in 0..length {
                for byte in 0..=255 {
                    let mut bytes = vec![b' '; length];
                    bytes[place] = byte;
                    let segment = Segment { bytes: &bytes, delimiters: DELIMITERS };
                    assert_eq!(segment.marks(0), plain(&bytes), "{length} {place} {byte}");
                }
            }
        }
    }
}
