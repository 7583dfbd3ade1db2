//! Behind which segment those should stand that are missing or come late.
//!
//! Nearly no part of a file has such a fault, so whatever has one is walked once more for it.

use guides::{Kind, Walk};
use x12::Segment;

use crate::fault::{Expected, Fault};

/// Names the predecessor in each of `faults` that is told of a whole segment or loop; `segments` are those that were walked.
///
/// What is missing should stand behind the segment in front of the one that stands there; what comes late, behind the last
/// segment in its place that the guide has in front of it, at least the first of its loop.
pub(crate) fn name_predecessors<'a>(
    faults: &mut [Fault<'a>],
    walk: &mut Walk,
    segments: impl Iterator<Item = Segment<'a>>,
) {
    if !faults.iter().any(is_misplaced) {
        return;
    }
    walk.restart();
    for segment in segments {
        let row = walk.segment(segment, None, &mut |_| {});
        let position = walk.segments();
        let is_late = |fault: &Fault<'a>| {
            fault.deviation.is_some_and(|deviation| {
                deviation.kind == Kind::SegmentOutOfOrder && deviation.segment_position == position
            })
        };
        let row = row.filter(|_| !faults.iter().any(is_late));
        for fault in faults.iter_mut().filter(|fault| is_misplaced(fault)) {
            let Some(deviation) = fault.deviation.filter(|deviation| position < deviation.segment_position)
            else {
                continue;
            };
            let late = deviation.row.filter(|_| deviation.kind == Kind::SegmentOutOfOrder);
            if late.is_none_or(|late| row.is_some_and(|row| row.may_precede(late))) {
                let distance = deviation.segment_position - position;
                fault.expected = Some(Expected::Behind { segment: segment.id(), distance });
            }
        }
    }
}

/// Whether a fault is one of a whole segment or loop that does not stand where it should.
fn is_misplaced(fault: &Fault<'_>) -> bool {
    let kind = fault.deviation.map(|deviation| deviation.kind);
    matches!(kind, Some(Kind::SegmentMissing | Kind::LoopMissing | Kind::SegmentOutOfOrder))
}
