//! Finds all separators of a segment in one look, as sets of bits.
//!
//! A segment has some twenty bytes: two loads of sixteen hold it, and the same loads show what ends its elements, what ends
//! its components, and whether anything in it is out of the ordinary.
//! It takes some ninety instructions; a search for each separator by itself takes more than that.

use wide::u8x16;

use crate::{Delimiters, Segment};

/// How many bytes are looked at together.
const LOOK: usize = 64;

/// Blanks, which stand for what lies behind the end.
const BLANKS: u128 = 0x2020_2020_2020_2020_2020_2020_2020_2020;

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
    #[expect(clippy::inline_always, reason = "called once a segment, where a call takes as long as the work")]
    #[inline(always)]
    pub fn marks(&self, from: usize) -> Marks {
        let bytes = &self.bytes[from..];
        let length = bytes.len();
        let wanted = Wanted::of(self.delimiters);
        if let (Some(front), Some(back)) = (bytes.first_chunk::<16>(), bytes.last_chunk::<16>())
            && length <= 32
        {
            return wanted.two(front, back, length - 16).ending(length);
        }
        let stretch = &bytes[..length.min(LOOK)];
        if let (Some(front), Some(back)) = (stretch.first_chunk::<32>(), stretch.last_chunk::<32>()) {
            let marks = wanted.four(front, back, stretch.len() - 32);
            return if length < LOOK { marks.ending(length) } else { marks };
        }
        let Found { ends, components, others } = wanted.look(u8x16::new(padded(bytes).to_le_bytes()));
        Marks { ends: ends.into(), components: components.into(), others: others.any() }.ending(length)
    }
}

impl Marks {
    /// Adds the end of the segment.
    ///
    /// Invariant: `length` is below 64.
    #[inline]
    fn ending(self, length: usize) -> Marks {
        Marks { ends: self.ends | 1 << length, ..self }
    }
}

/// What is looked for, sixteen times each.
struct Wanted {
    element: u8x16,
    component: u8x16,
    repetition: u8x16,
}

/// What sixteen bytes hold.
struct Found {
    ends: u32,
    components: u32,
    /// All bits of a byte that is a repetition separator or not text.
    others: u8x16,
}

impl Wanted {
    #[inline]
    fn of(delimiters: Delimiters) -> Wanted {
        Wanted {
            element: u8x16::splat(delimiters.element),
            component: u8x16::splat(delimiters.component),
            repetition: u8x16::splat(delimiters.repetition),
        }
    }

    #[inline]
    fn look(&self, part: u8x16) -> Found {
        // Bytes below blank wrap round, so that one comparison finds those on both sides of text.
        let above_blank = part - u8x16::splat(b' ');
        let not_text = above_blank.max(u8x16::splat(b'~' - b' ' + 1)).simd_eq(above_blank);
        Found {
            ends: part.simd_eq(self.element).to_bitmask(),
            components: part.simd_eq(self.component).to_bitmask(),
            others: part.simd_eq(self.repetition) | not_text,
        }
    }

    /// Looks at two parts, the second `apart` bytes behind the first; they may overlap.
    #[inline]
    fn two(&self, front: &[u8; 16], back: &[u8; 16], apart: usize) -> Marks {
        let (front, back) = (self.look(u8x16::new(*front)), self.look(u8x16::new(*back)));
        Marks {
            ends: u64::from(front.ends) | u64::from(back.ends) << apart,
            components: u64::from(front.components) | u64::from(back.components) << apart,
            others: (front.others | back.others).any(),
        }
    }

    /// Looks at the 64 bytes, or all of them if they are fewer, that begin and end with those given.
    #[inline]
    fn four(&self, front: &[u8; 32], back: &[u8; 32], apart: usize) -> Marks {
        let [front, back] = [front, back].map(|half| {
            let (parts, _) = half.as_chunks::<16>();
            self.two(&parts[0], &parts[1], 16)
        });
        Marks {
            ends: front.ends | back.ends << apart,
            components: front.components | back.components << apart,
            others: front.others || back.others,
        }
    }
}

/// Returns fewer than sixteen bytes with blanks behind them, the first lowest.
#[inline]
fn padded(bytes: &[u8]) -> u128 {
    let length = bytes.len();
    let value = if let (Some(front), Some(back)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        u128::from(u64::from_le_bytes(*front)) | u128::from(u64::from_le_bytes(*back)) << (8 * (length - 8))
    } else if let (Some(front), Some(back)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let (front, back) = (u32::from_le_bytes(*front), u32::from_le_bytes(*back));
        u128::from(u64::from(front) | u64::from(back) << (8 * (length - 4)))
    } else {
        bytes.iter().rev().fold(0, |word, &byte| word << 8 | u128::from(byte))
    };
    value | BLANKS << (8 * length)
}

#[cfg(test)]
mod tests {
    use super::*;

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
