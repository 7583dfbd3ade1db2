//! The few elements that splitting rewrites.

use x12::{Delimiters, Segment, SegmentId, count_of, first_elements, segments};

use super::kept::Kept;
use super::{GROUP, INTERCHANGE};

const HL: SegmentId = SegmentId::new(b"HL");
const BHT: SegmentId = SegmentId::new(b"BHT");

/// New control numbers for what is passed on: ISA13, GS06 and BHT03 each count up from the same number.
#[derive(Clone, Copy, Debug)]
pub(super) struct ControlNumbers {
    pub interchange: u64,
    pub group: u64,
    pub set: u64,
}

impl ControlNumbers {
    /// Returns the `head` of the interchange, group or set at `place` with its number; `None` for a set without a BHT.
    pub(super) fn head(self, place: usize, head: &[u8], delimiters: Delimiters) -> Option<Vec<u8>> {
        match place {
            INTERCHANGE => Some(with_elements(head, delimiters, &[(13, format!("{:09}", self.interchange))])),
            GROUP => Some(with_elements(head, delimiters, &[(6, self.group.to_string())])),
            _ => with_reference(head, delimiters, self.set),
        }
    }
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

/// What an HL is to say.
#[derive(Clone, Copy)]
pub(super) struct Level {
    /// HL01.
    pub number: u64,
    /// HL02; `None` at the top of the tree, which leaves it as it is.
    pub parent: Option<u64>,
    /// Whether it has lost the levels below it, so that HL04 becomes 0.
    pub childless: bool,
}

/// Writes a branch head with its HL mended where that is wrong.
pub(super) fn write_branch<'a>(head: &'a [u8], delimiters: Delimiters, level: Level, kept: &mut Kept<'a>) {
    let [number, parent, child] = numbers_of(head, delimiters);
    let mut rest = head;
    let mut is_mended = false;
    // Behind the first claim that is left out every branch is mended, so the few bytes between two numbers are copied
    // rather than kept as a range of their own.
    let mut up_to = |element: &[u8], kept: &mut Kept<'a>| {
        let (front, behind) = rest.split_at(x12::offset_in(rest, element));
        if is_mended {
            kept.own(front);
        } else {
            kept.source(front);
        }
        is_mended = true;
        rest = &behind[element.len()..];
    };
    if count_of(number) != Some(level.number) {
        up_to(number, kept);
        kept.decimal(level.number);
    }
    if let Some(above) = level.parent.filter(|&above| count_of(parent) != Some(above)) {
        up_to(parent, kept);
        kept.decimal(above);
    }
    if level.childless && child != b"0" {
        up_to(child, kept);
        kept.own(b"0");
    }
    kept.source(rest);
}

/// Returns whether the HL at the begin of `head` says that levels follow below it.
pub(super) fn announces_children(head: &[u8], delimiters: Delimiters) -> bool {
    let [_, _, child] = numbers_of(head, delimiters);
    child == b"1"
}

/// Returns HL01, HL02 and HL04 of the HL at the begin of `head`.
///
/// No set is kept whose HL04 is not there, or is anything else than one digit; so the end of the segment need not be looked for.
fn numbers_of(head: &[u8], delimiters: Delimiters) -> [&[u8]; 3] {
    let [number, parent, level] = first_elements(head, head.len(), delimiters.element);
    let child = x12::offset_in(head, level) + level.len() + 1;
    [number, parent, head.get(child..=child).unwrap_or_default()]
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
fn with_reference(piece: &[u8], delimiters: Delimiters, reference: u64) -> Option<Vec<u8>> {
    let bht = segments(piece, delimiters).find(|segment| segment.id() == BHT)?;
    Some(with_elements_of(piece, bht, &[(3, reference.to_string())]))
}
