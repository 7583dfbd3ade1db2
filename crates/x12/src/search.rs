//! Finds one byte among others, from place to place of one file.

use crate::places::{places, places_in_first};

/// Finds a byte, and remembers what it saw of the last 64 bytes.
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
    #[inline]
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
            Some(bytes) => places(bytes, self.wanted),
            None => places_in_first(rest, self.wanted),
        };
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finder_finds_what_a_plain_search_finds() {
        for (length, step) in [(0, 1), (1, 1), (63, 5), (64, 9), (65, 3), (200, 23), (500, 130)] {
            for other in [0, b'~' + 1, 0xff] {
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
    fn a_finder_may_go_back() {
        let file = [&[b'x'; 100][..], b"~", &[b'x'; 100], b"~"].concat();
        let mut finder = Finder::new(b'~');
        for (from, found) in [(150, Some(201)), (3, Some(100)), (101, Some(201)), (202, None), (0, Some(100))]
        {
            assert_eq!(finder.next(&file, from), found);
        }
    }
}
