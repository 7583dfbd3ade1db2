//! Holds segments against the guide of their set.
//!
//! A set is walked in parts, each for itself, so that claims can be walked on any thread: the segments from ST up to the first
//! HL, each branch from its HL up to its first claim or the next HL, and each claim.
//! What the tree of levels must be like is not looked at here: `hierarchy` knows more of it than a table can say.

use guides::{Deviation, Kind, Walk, check_control_segment};
use x12::{Delimiters, Segment, SegmentId, offset_in, segments};

use crate::Level;
use crate::blocks::opens_line;
use crate::fault::{Fault, Kind as FaultKind};
use crate::pieces::{Block, ClaimPiece, Head, PieceSegments};
use crate::predecessor::name_predecessors;

/// Most deviations that are told of one part; a part with more is garbage.
const DEVIATIONS_MAX: usize = 100;

/// The elements of an HL, all of which say how the tree is built.
const HL_ELEMENTS: u16 = 4;

/// The elements of a trailer, a count and a control number; the reader holds them against what they trail.
const TRAILER_ELEMENTS: u16 = 2;

/// The loops that stand around a branch, by its depth.
const AROUND: [&str; 3] = ["ST", "2000A", "2000B"];
/// Loop 2300 is the same wherever it stands.
const AROUND_CLAIM: &str = "2000B";

/// Walks parts, one after the other; what it has seen of one makes it faster on the next.
#[derive(Default)]
pub struct Walker(Option<Walk>);

impl Walker {
    /// Begins within the loop named `name`.
    fn begin(&mut self, table: &'static guides::Guide, name: &str) -> Option<&mut Walk> {
        let walk = self.0.get_or_insert_with(|| Walk::start(table));
        walk.begin_within(table, name).then_some(walk)
    }
}

impl<'a> Block<'a> {
    /// Returns where the claim, whose segments are `own`, departs from its guide; nothing where no guide is known.
    pub fn deviations_of_claim(
        &self,
        file: &'a [u8],
        claim: &ClaimPiece<'a>,
        own: PieceSegments<'a, '_>,
        walker: &mut Walker,
    ) -> Vec<Fault<'a>> {
        let mut faults =
            Faults { level: Level::Segment, first_segment: claim.first_segment, found: Vec::new() };
        let table = self.set(claim.set).implementation.table;
        let Some(walk) = table.and_then(|table| walker.begin(table, AROUND_CLAIM)) else {
            return faults.found;
        };
        walk_marked(walk, own, &mut faults);
        let behind = || behind(file, claim.bytes, own.delimiters());
        walk.end(behind, &mut |deviation| faults.add(deviation));
        name_predecessors(&mut faults.found, walk, own.iter());
        faults.found
    }

    /// Returns where a branch, up to its first claim or the next branch, departs from its guide; `own` are its segments.
    pub fn deviations_of_head(
        &self,
        file: &'a [u8],
        head: &Head<'a>,
        own: PieceSegments<'a, '_>,
        walker: &mut Walker,
    ) -> Vec<Fault<'a>> {
        let mut faults =
            Faults { level: Level::Segment, first_segment: head.first_segment, found: Vec::new() };
        let table = self.set(head.set).implementation.table;
        let Some(walk) = table.and_then(|table| walker.begin(table, AROUND[head.depth])) else {
            return faults.found;
        };
        walk_marked(walk, own, &mut faults);
        // Of a branch that is too long for anybody, the rest is not marked.
        walk_through(walk, file, own.behind(head.bytes), own.delimiters(), &mut faults);
        name_predecessors(&mut faults.found, walk, segments(head.bytes, own.delimiters()));
        // The tree has looked at the elements of the HL.
        let is_of_tree = |fault: &Fault<'a>| {
            let element = fault.deviation.map_or(0, |deviation| deviation.element.element);
            fault.segment_number == head.first_segment && element <= HL_ELEMENTS
        };
        // A service line here has lost its claim, and is told of the set.
        let is_lost = |fault: &Fault<'a>| {
            fault.kind == FaultKind::Guide(Kind::UnexpectedSegment)
                && fault.deviation.is_some_and(|deviation| opens_line(SegmentId::new(deviation.segment)))
        };
        faults.found.retain(|fault| !is_of_tree(fault) && !is_lost(fault));
        faults.found
    }

    /// Returns the segment behind a branch: of its first claim, of the next branch, or of the end; without bytes where the file ends.
    pub fn behind_head(&self, file: &'a [u8], head: &Head<'a>) -> Segment<'a> {
        behind(file, head.bytes, self.interchange_of(head.set).delimiters())
    }

    /// Returns where the segments from ST up to the first HL depart from their guide; each refuses the set.
    pub(crate) fn deviations_of_set_head(&self, file: &'a [u8], set: u32) -> Vec<Fault<'a>> {
        let unit = self.set(set);
        let Some(table) = unit.implementation.table else { return Vec::new() };
        let mut faults = Faults { level: Level::Set, first_segment: unit.first_segment, found: Vec::new() };
        let delimiters = self.interchange_of(set).delimiters();
        let mut walk = Walk::start(table);
        walk_through(&mut walk, file, unit.head, delimiters, &mut faults);
        name_predecessors(&mut faults.found, &mut walk, segments(unit.head, delimiters));
        // The reader tells that a set has no trailer.
        let is_trailer = |fault: &Fault<'a>| {
            let row = fault.deviation.and_then(|deviation| deviation.row);
            row.is_some_and(|row| row.segment == "SE")
        };
        faults.found.retain(|fault| !is_trailer(fault));
        faults.found
    }
}

/// Returns where a segment of the envelope departs from the standard.
pub(crate) fn deviations_of_control_segment(
    segment: Segment<'_>,
    level: Level,
    segment_number: u64,
) -> Vec<Fault<'_>> {
    let mut faults = Faults { level, first_segment: segment_number, found: Vec::new() };
    check_control_segment(segment, &mut |deviation| faults.add(deviation));
    faults.found
}

/// Returns what a trailer has beyond its count and its control number.
pub(crate) fn deviations_of_trailer(
    segment: Segment<'_>,
    level: Level,
    segment_number: u64,
) -> Vec<Fault<'_>> {
    let mut faults = deviations_of_control_segment(segment, level, segment_number);
    faults.retain(|fault| {
        fault.deviation.is_some_and(|deviation| TRAILER_ELEMENTS < deviation.element.element)
    });
    faults
}

/// The faults of one part.
struct Faults<'a> {
    level: Level,
    /// Position in the file of its first segment, from 1.
    first_segment: u64,
    found: Vec<Fault<'a>>,
}

impl<'a> Faults<'a> {
    #[cold]
    fn add(&mut self, deviation: Deviation<'a>) {
        // Separators behind the last value are worth a word to whoever sent the claim, and never a whole unit.
        if self.level != Level::Segment && deviation.kind == Kind::TrailingSeparator {
            return;
        }
        if self.found.len() < DEVIATIONS_MAX {
            let segment_number = self.first_segment + u64::from(deviation.segment_position) - 1;
            self.found.push(Fault::in_guide(deviation, self.level, segment_number));
        }
    }
}

fn walk_marked<'a>(walk: &mut Walk, own: PieceSegments<'a, '_>, faults: &mut Faults<'a>) {
    let are_plain = own.are_plain();
    for index in 0..own.names().len() {
        if !are_plain || !own.view(index).is_some_and(|view| walk.pass(view)) {
            walk_with_care(walk, own, index, faults);
        }
    }
}

/// Walks the segment at `index` where it may depart from the guide, or is the first of its kind.
#[cold]
fn walk_with_care<'a>(walk: &mut Walk, own: PieceSegments<'a, '_>, index: usize, faults: &mut Faults<'a>) {
    let view = own.view(index).filter(|_| own.are_plain());
    walk.segment(own.at(index), view.as_ref(), &mut |deviation| faults.add(deviation));
}

fn walk_through<'a>(
    walk: &mut Walk,
    file: &'a [u8],
    part: &'a [u8],
    delimiters: Delimiters,
    faults: &mut Faults<'a>,
) {
    for segment in segments(part, delimiters) {
        walk.segment(segment, None, &mut |deviation| faults.add(deviation));
    }
    walk.end(|| behind(file, part, delimiters), &mut |deviation| faults.add(deviation));
}

/// Returns the segment behind `part`; without bytes where the file ends.
fn behind<'a>(file: &'a [u8], part: &[u8], delimiters: Delimiters) -> Segment<'a> {
    let rest = &file[offset_in(file, part) + part.len()..];
    segments(rest, delimiters).next().unwrap_or(Segment { bytes: &rest[..0], delimiters })
}
