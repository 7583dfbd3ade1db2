//! What a segment begins with, as numbers.

use x12::{Marks, Segment};

use crate::guide::Key;
use crate::word::{packed, packed_at};

/// The name of a segment, and the element behind it.
pub(super) struct Head {
    /// The letters of the name, the first lowest.
    pub(super) letters: u32,
    /// The first element, packed, if it is not empty and ends within the first eight bytes.
    pub(super) qualifier: Option<u64>,
}

impl Head {
    /// Reads the head of `segment`; `None` if its name does not have two or three letters.
    #[expect(clippy::inline_always, reason = "called once a segment, where a call takes as long as the work")]
    #[inline(always)]
    pub(super) fn of(segment: &Segment<'_>, marks: &Marks) -> Option<Head> {
        let word = match segment.bytes.first_chunk::<8>() {
            Some(word) => u64::from_le_bytes(*word),
            None => packed(segment.bytes),
        };
        let name = marks.ends.trailing_zeros();
        if name != 2 && name != 3 {
            return None;
        }
        let end = (marks.ends & (marks.ends - 1)).trailing_zeros();
        // Of a segment without elements, there is no second end.
        let length = end - name - 1;
        let qualifier = word >> (8 * name + 8) & (u64::MAX >> (64 - 8 * length.clamp(1, 8)));
        Some(Head {
            letters: letters_of(word, name),
            qualifier: (length != 0 && end <= 8).then_some(qualifier),
        })
    }
}

/// Returns the lowest `length` bytes of `word`, two or three.
#[expect(clippy::cast_possible_truncation, reason = "what is cut off is not asked for")]
#[inline]
fn letters_of(word: u64, length: u32) -> u32 {
    word as u32 & (u32::MAX >> (32 - 8 * length))
}

/// Returns what stands in the element that `key` names, packed; `None` if it is empty, has more than eight bytes, or needs a closer look.
///
/// Source: 005010 guides: of a composite, the first component qualifies the others.
#[inline(never)]
pub(super) fn qualifier(segment: Segment<'_>, marks: Marks, key: Key) -> Option<u64> {
    let mut ends = marks.ends;
    if let Key::Element(position) = key {
        for _ in 1..position {
            ends &= ends.wrapping_sub(1);
        }
    }
    let start = ends.trailing_zeros() as usize + 1;
    // Repetitions are not told from text by the marks.
    if marks.others || 63 < start {
        return None;
    }
    let marked = if key == Key::FirstComponent { ends | marks.components } else { ends };
    let length = (marked >> start).trailing_zeros() as usize;
    (1..=8).contains(&length).then(|| packed_at(segment.bytes, start, start + length))
}
