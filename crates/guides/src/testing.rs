//! What the tests of this crate share.

use x12::{Delimiters, Segment, offset_in, segments};

use crate::{Deviation, Guide, Kind, Walk, guide};

pub(crate) const DELIMITERS: Delimiters =
    Delimiters { segment: b'~', element: b'*', component: b':', repetition: b'^' };

pub(crate) fn professional() -> &'static Guide {
    guide(b"005010X222A1").expect("the guide is known")
}

/// Walks `marked` within a loop of a guide, or from its start, and compares what is found with the marks.
///
/// Segments stand three columns in; under each stand the guilty bytes that are found in it, each with its kind, and what is missing with its loop.
/// The last line is not walked: it stands behind.
pub(crate) fn check(guide: &'static Guide, within: &str, marked: &str) {
    let text: String = marked.lines().filter(|line| !line.starts_with("//")).map(str::trim).collect();
    let all: Vec<Segment> = segments(text.as_bytes(), DELIMITERS).collect();
    let (behind, walked) = all.split_last().expect("a test has a segment");
    let mut walk = match within {
        "" => Walk::start(guide),
        within => Walk::within(guide, within).expect("the loop is one of the guide"),
    };
    let mut found: Vec<Deviation> = Vec::new();
    for segment in walked {
        walk.segment(*segment, None, &mut |deviation| found.push(deviation));
    }
    walk.end(|| *behind, &mut |deviation| found.push(deviation));
    let mut lines = vec![String::new()];
    for (position, segment) in (1..).zip(&all) {
        lines.push(format!("   {}~", String::from_utf8_lossy(segment.bytes)));
        let here = found.iter().filter(|deviation| deviation.segment_position == position);
        lines.extend(here.map(|deviation| mark(segment, deviation)));
    }
    lines.push(String::new());
    assert_eq!(marked, lines.join("\n"));
}

fn mark(segment: &Segment<'_>, deviation: &Deviation<'_>) -> String {
    let column = offset_in(segment.bytes, deviation.place) + 3;
    let carets = "^".repeat(deviation.place.len().max(1));
    let what = match (deviation.kind, deviation.row) {
        (Kind::SegmentMissing | Kind::LoopMissing, Some(row)) => {
            format!(" {} {}", deviation.in_loop.name, row.segment)
        }
        _ => String::new(),
    };
    format!("//{}{carets} {:?}{what}", " ".repeat(column - 2), deviation.kind)
}
