//! The few elements that splitting rewrites.

use x12::{Delimiters, Segment, SegmentId, count_of, segments};

const HL: SegmentId = SegmentId::new(b"HL");
const BHT: SegmentId = SegmentId::new(b"BHT");

/// New control numbers for what is passed on: ISA13, GS06 and BHT03 each count up from the same number.
#[derive(Clone, Copy, Debug)]
pub(super) struct ControlNumbers {
    pub interchange: u64,
    pub group: u64,
    pub set: u64,
}

/// Returns `piece` with the elements of its first segment that `changes` names replaced, as slices to be written one after the other.
///
/// An element that has its new value already is left as it is, byte for byte.
pub(super) fn with_elements(piece: &[u8], delimiters: Delimiters, changes: &[(usize, String)]) -> Vec<u8> {
    let Some(segment) = segments(piece, delimiters).next() else { return piece.to_vec() };
    with_elements_of(piece, segment, changes)
}

fn with_elements_of(piece: &[u8], segment: Segment<'_>, changes: &[(usize, String)]) -> Vec<u8> {
    let mut written = Vec::with_capacity(piece.len() + 8);
    let mut from = 0;
    for (position, value) in changes {
        let element = segment.element(*position);
        let at = x12::offset_in(piece, element);
        written.extend_from_slice(&piece[from..at]);
        written.extend_from_slice(value.as_bytes());
        from = at + element.len();
    }
    written.extend_from_slice(&piece[from..]);
    written
}

/// Returns the count in a trailer `piece` mended to `count`; `None` if it is right as it stands.
pub(super) fn with_count(piece: &[u8], delimiters: Delimiters, count: u64) -> Option<Vec<u8>> {
    let segment = segments(piece, delimiters).next()?;
    let right = count_of(segment.element(1)) == Some(count);
    (!right).then(|| with_elements_of(piece, segment, &[(1, count.to_string())]))
}

/// What an HL is to say: its number, its parent's, and whether a level follows below.
#[derive(Clone, Copy)]
pub(super) struct Level {
    pub number: u64,
    pub parent: Option<u64>,
    /// `None` leaves HL04 as it is.
    pub child: Option<bool>,
}

/// Returns a branch head with its HL mended; `None` if it is right as it stands.
pub(super) fn with_level(piece: &[u8], delimiters: Delimiters, level: Level) -> Option<Vec<u8>> {
    let hl = segments(piece, delimiters).next()?;
    let [number, parent, _, child] = hl.first_elements();
    let new_number = Some(level.number).filter(|&new| count_of(number) != Some(new));
    let new_parent = level.parent.filter(|&new| count_of(parent) != Some(new));
    let code = level.child.map(|child| if child { b'1' } else { b'0' });
    let new_child = code.filter(|&new| child != [new]);
    if new_number.is_none() && new_parent.is_none() && new_child.is_none() {
        return None;
    }
    // Behind the first claim that is left out every branch comes here, so nothing is made but the piece itself.
    let mut written = Vec::with_capacity(piece.len() + 2 * DIGITS_MAX);
    let mut rest = piece;
    let mut up_to = |element: &[u8], written: &mut Vec<u8>| {
        let at = x12::offset_in(rest, element);
        written.extend_from_slice(&rest[..at]);
        rest = &rest[at + element.len()..];
    };
    if let Some(new) = new_number {
        up_to(number, &mut written);
        push_decimal(new, &mut written);
    }
    if let Some(new) = new_parent {
        up_to(parent, &mut written);
        push_decimal(new, &mut written);
    }
    if let Some(new) = new_child {
        up_to(child, &mut written);
        written.push(new);
    }
    written.extend_from_slice(rest);
    Some(written)
}

/// Most digits that a number of 64 bits has.
const DIGITS_MAX: usize = 20;

/// Appends `number` in decimal digits.
fn push_decimal(mut number: u64, written: &mut Vec<u8>) {
    let end = written.len();
    loop {
        written.push(b'0' + u8::try_from(number % 10).expect("a remainder of ten is one digit"));
        number /= 10;
        if number == 0 {
            break;
        }
    }
    written[end..].reverse();
}

/// Returns whether the HL at the begin of `piece` says that levels follow below it.
pub(super) fn announces_children(piece: &[u8], delimiters: Delimiters) -> bool {
    segments(piece, delimiters).next().is_some_and(|hl| hl.element(4) == b"1")
}

/// Iterates over the branches within `bytes`, each from its HL up to the next, with their depths.
pub(super) fn branches(bytes: &[u8], delimiters: Delimiters) -> Vec<(usize, &[u8])> {
    let starts: Vec<(usize, usize)> = segments(bytes, delimiters)
        .filter(|segment| segment.id() == HL)
        .filter_map(|hl| {
            let code = <[u8; 2]>::try_from(hl.element(3)).ok()?;
            let depth = claims::HierarchicalLevel(code).depth()?;
            Some((x12::offset_in(bytes, hl.bytes), depth))
        })
        .collect();
    let ends = starts.iter().skip(1).map(|&(start, _)| start).chain([bytes.len()]);
    starts.iter().zip(ends).map(|(&(start, depth), end)| (depth, &bytes[start..end])).collect()
}

/// Returns a set head with BHT03 replaced.
pub(super) fn with_reference(piece: &[u8], delimiters: Delimiters, reference: u64) -> Option<Vec<u8>> {
    let bht = segments(piece, delimiters).find(|segment| segment.id() == BHT)?;
    Some(with_elements_of(piece, bht, &[(3, reference.to_string())]))
}
