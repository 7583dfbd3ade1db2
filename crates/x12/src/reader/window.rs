//! The terminators of a stretch of a file, found all at once.
//!
//! A processor guesses wrong where a search ends, once for nearly every segment; where it runs through a stretch and only
//! then goes from place to place, it seldom has to guess, and fetches the file from memory meanwhile.

use crate::places::{places, places_in_first};

/// Bytes that are looked at together: little enough that they are still in the cache when their segments are cut.
const STRETCH_BYTES: usize = 8 * 1024;
/// Places that are written for each 64 bytes without asking how many there are; most have fewer.
const AT_ONCE: usize = 4;

/// The terminators of one stretch.
pub(super) struct Window {
    terminator: u8,
    /// Where the stretch begins and ends.
    start: usize,
    end: usize,
    /// Terminators, counted from `start`, ascending; behind the first `count` there is nothing of meaning.
    found: Vec<u32>,
    count: usize,
    /// The first of them that is not passed yet.
    next: usize,
}

impl Window {
    /// Begins with an empty stretch.
    pub(super) fn new() -> Window {
        Window { terminator: 0, start: 0, end: 0, found: Vec::new(), count: 0, next: 0 }
    }

    /// Returns where the stretch begins that holds `at`, and the terminators in it from `at` on.
    ///
    /// Invariant: `file` is the same in every call, and `at` stands in it.
    #[inline]
    pub(super) fn seek(&mut self, file: &[u8], at: usize, terminator: u8) -> (usize, &[u32]) {
        let behind_last =
            self.next.checked_sub(1).map_or(self.start, |last| self.start + self.found[last] as usize + 1);
        if terminator != self.terminator || at < behind_last || self.end <= at {
            self.terminator = terminator;
            self.look(file, at);
        }
        while self.next < self.count && self.start + (self.found[self.next] as usize) < at {
            self.next += 1;
        }
        if self.next == self.count && self.start < at {
            self.look(file, at);
        }
        (self.start, &self.found[self.next..self.count])
    }

    /// Passes the next `count` terminators.
    #[inline]
    pub(super) fn pass(&mut self, count: usize) {
        self.next += count;
    }

    fn look(&mut self, file: &[u8], start: usize) {
        let stretch = &file[start..file.len().min(start + STRETCH_BYTES)];
        // Every byte may be one, and the last look writes a few that are none.
        self.found.resize(STRETCH_BYTES + AT_ONCE, 0);
        let (looks, rest) = stretch.as_chunks::<64>();
        let (mut base, mut count) = (0, 0);
        for look in looks {
            count = note(&mut self.found, count, base, places(look, self.terminator));
            base += 64;
        }
        self.count = note(&mut self.found, count, base, places_in_first(rest, self.terminator));
        (self.start, self.end, self.next) = (start, start + stretch.len(), 0);
    }
}

/// Notes the places that `hits` tells of in the 64 bytes from `base` on behind the first `count`; returns how many there are then.
#[inline]
fn note(found: &mut [u32], count: usize, base: u32, mut hits: u64) -> usize {
    let behind = count + hits.count_ones() as usize;
    let Some(slots) = found[count..].first_chunk_mut::<AT_ONCE>() else { return count };
    for slot in slots {
        *slot = base + hits.trailing_zeros();
        hits &= hits.wrapping_sub(1);
    }
    for slot in found.iter_mut().take(behind).skip(count + AT_ONCE) {
        *slot = base + hits.trailing_zeros();
        hits &= hits.wrapping_sub(1);
    }
    behind
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_terminator_is_found_from_every_place() {
        for (length, step) in
            [(1, 1), (63, 5), (64, 9), (65, 3), (STRETCH_BYTES, 1), (2 * STRETCH_BYTES + 7, 130)]
        {
            let mut file = vec![b'x'; length];
            file.iter_mut().skip(step - 1).step_by(step).for_each(|byte| *byte = b'~');
            let mut window = Window::new();
            for from in [0, 1, step, 64, 200, STRETCH_BYTES - 1, STRETCH_BYTES, 3, length - 1] {
                if from < length {
                    let (start, found) = window.seek(&file, from, b'~');
                    let found: Vec<usize> = found.iter().map(|&place| start + place as usize).collect();
                    let end = window.end;
                    let plain: Vec<usize> = (from..end).filter(|&place| file[place] == b'~').collect();
                    assert!(found == plain, "{length} {step} {from}");
                    window.pass(plain.len() / 2);
                }
            }
        }
    }

    #[test]
    fn another_terminator_is_looked_for_anew() {
        let mut window = Window::new();
        assert_eq!(window.seek(b"a~b'c~", 0, b'~'), (0, &[1, 5][..]));
        assert_eq!(window.seek(b"a~b'c~", 2, b'\''), (2, &[1][..]));
    }
}
