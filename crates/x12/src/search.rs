//! Finds one byte among others, eight bytes at a time.
//!
//! Segments have some twenty bytes and elements some five: too short for a search that is called through a pointer and
//! begins by loading its registers, which takes longer than the search itself.
//! Here a word of eight bytes is compared at once, with arithmetic that every processor has.

/// The lowest bit of each byte.
const LOW: u64 = 0x0101_0101_0101_0101;
/// The highest bit of each byte.
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Returns the first place of `wanted` in `bytes` at or behind `from`, or the length of `bytes` if there is none.
#[inline]
pub(crate) fn find(bytes: &[u8], from: usize, wanted: u8) -> usize {
    let mut at = from;
    while at < bytes.len() {
        let other = word_at(bytes, at) ^ (LOW * u64::from(wanted));
        // A borrow may mark bytes behind a zero byte, but none in front of the first.
        let hits = other.wrapping_sub(LOW) & !other & HIGH;
        if hits != 0 {
            // A hit among the zeros behind the end is none.
            return bytes.len().min(at + hits.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    bytes.len()
}

/// Returns the eight bytes from `at` on, lowest first; zeros behind the last.
///
/// Invariant: `at` is below the length of `bytes`.
#[inline]
fn word_at(bytes: &[u8], at: usize) -> u64 {
    let rest = &bytes[at..];
    match (rest.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(word), _) => u64::from_le_bytes(*word),
        // The end of a word that begins further in front.
        (None, Some(last)) => u64::from_le_bytes(*last) >> (8 * (8 - rest.len())),
        (None, None) => rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
    }
}

/// Finds a byte from place to place of one file, and remembers what it saw of the last 64 bytes.
#[derive(Clone, Copy)]
pub(crate) struct Finder {
    wanted: u8,
    /// Where the 64 bytes begin that were last looked at; in front of the first look, far behind every place of a file.
    start: usize,
    /// Bit `n` is set if byte `start + n` is the wanted one.
    hits: u64,
}

/// Bytes that a [`Finder`] looks at together.
const LOOK: usize = 64;

impl Finder {
    /// Begins to look for `wanted`.
    pub(crate) fn new(wanted: u8) -> Finder {
        Finder { wanted, start: usize::MAX - LOOK, hits: 0 }
    }

    /// Returns the first place of the wanted byte at or behind `from`.
    ///
    /// Invariant: `file` is the same in every call.
    #[expect(clippy::inline_always, reason = "called once a segment, where a call takes as long as the work")]
    #[inline(always)]
    pub(crate) fn next(&mut self, file: &[u8], from: usize) -> Option<usize> {
        if LOOK <= from.wrapping_sub(self.start) {
            self.look(file, from)?;
        }
        let mut hits = self.hits & (u64::MAX << (from - self.start));
        while hits == 0 {
            self.look(file, self.start + LOOK)?;
            hits = self.hits;
        }
        Some(self.start + hits.trailing_zeros() as usize)
    }

    /// Looks at the bytes from `start` on; `None` at the end of the file.
    #[inline]
    fn look(&mut self, file: &[u8], start: usize) -> Option<()> {
        let rest = file.get(start..).filter(|rest| !rest.is_empty())?;
        self.start = start;
        self.hits = match rest.first_chunk::<LOOK>() {
            Some(bytes) => hits(bytes, self.wanted),
            None => self.hits_at_end(rest),
        };
        Some(())
    }

    #[cold]
    fn hits_at_end(&self, rest: &[u8]) -> u64 {
        let hit = |(place, &byte): (usize, &u8)| u64::from(byte == self.wanted) << place;
        rest.iter().enumerate().map(hit).sum()
    }
}

/// Returns the places of `wanted` in `bytes`, as bits.
#[inline]
fn hits(bytes: &[u8; LOOK], wanted: u8) -> u64 {
    let (words, _) = bytes.as_chunks::<8>();
    let pattern = LOW * u64::from(wanted);
    words.iter().enumerate().fold(0, |hits, (number, word)| {
        let other = u64::from_le_bytes(*word) ^ pattern;
        // Exact for every byte: the sum never carries into the next.
        let zero = !(((other & !HIGH) + !HIGH) | other) & HIGH;
        // The product gathers the lowest bits of eight bytes in its highest byte, in order.
        let gathered = (zero >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        hits | gathered << (8 * number)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes next to the wanted one in value, and those that arithmetic could take for it.
    const OTHERS: [u8; 6] = [b'~' - 1, b'~' + 1, b'~' ^ 0x80, b'~' ^ 0x01, 0, 0xff];

    #[test]
    fn the_first_is_found_at_every_place_and_length() {
        for length in 0..40 {
            for other in OTHERS {
                let mut bytes = vec![other; length];
                assert_eq!(find(&bytes, 0, b'~'), length);
                for place in (0..length).rev() {
                    bytes[place] = b'~';
                    for from in 0..=place {
                        assert_eq!(find(&bytes, from, b'~'), place);
                    }
                }
            }
        }
    }

    #[test]
    fn a_zero_is_found_like_any_other_byte() {
        for length in 0..20 {
            let mut bytes = vec![b'x'; length];
            assert_eq!(find(&bytes, 0, 0), length);
            for place in (0..length).rev() {
                bytes[place] = 0;
                assert_eq!(find(&bytes, 0, 0), place);
            }
        }
    }

    #[test]
    fn a_finder_finds_what_a_plain_search_finds() {
        for (length, step) in [(0, 1), (1, 1), (63, 5), (64, 9), (65, 3), (200, 23), (500, 130)] {
            for other in OTHERS {
                let mut file = vec![other; length];
                file.iter_mut().skip(step - 1).step_by(step).for_each(|byte| *byte = b'~');
                for stride in [1, 7, 64, 100] {
                    let mut finder = Finder::new(b'~');
                    for from in (0..length + 3).step_by(stride) {
                        let plain = (from..length).find(|&place| file[place] == b'~');
                        assert_eq!(finder.next(&file, from), plain, "{length} {step} {stride} {from}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_place_of_a_look_has_its_bit() {
        for other in OTHERS {
            for place in 0..LOOK {
                for step in [1, 2, 7, 64] {
                    let mut bytes = [other; LOOK];
                    bytes.iter_mut().skip(place).step_by(step).for_each(|byte| *byte = b'~');
                    let plain = (0..LOOK).filter(|&at| bytes[at] == b'~').map(|at| 1 << at).sum();
                    assert_eq!(hits(&bytes, b'~'), plain);
                }
            }
        }
    }

    #[test]
    fn a_finder_may_go_back() {
        let file = [&[b'x'; 100][..], b"~", &[b'x'; 100], b"~"].concat();
        let mut finder = Finder::new(b'~');
        for (from, found) in [(150, Some(201)), (3, Some(100)), (101, Some(201)), (202, None), (0, Some(100))]
        {
            assert_eq!(finder.next(&file, from), found);
        }
    }
}
