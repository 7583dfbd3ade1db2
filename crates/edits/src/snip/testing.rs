//! Tests of branches are written like those of claims: on 837 text, with the guilty bytes underlined.

use claims::{PieceSegments, SegmentMark};
use x12::{Delimiters, Segment, Sheet, offset_in};

use super::branch::{Branch, look};
use crate::rules::testing::{Place, underlined};

/// The levels of the tree, by the HL03 that their branches begin with.
const LEVELS: [&str; 3] = ["20", "22", "23"];

/// Checks that the branch in `text`, behind which the segment `behind` stands, has exactly the findings that are underlined.
#[track_caller]
pub(crate) fn check_branch(text: &str, behind: &str) {
    let (plain, expected) = underlined(text.trim());
    assert!(!expected.is_empty(), "nothing is underlined");
    assert_eq!(found(&plain, behind), expected, "{plain}");
}

/// Checks that the branch in `text`, behind which the segment `behind` stands, has no finding.
#[track_caller]
pub(crate) fn branch_passes(text: &str, behind: &str) {
    assert_eq!(found(text, behind), [], "{text}");
}

fn found(text: &str, behind: &str) -> Vec<Place> {
    let delimiters = Delimiters { segment: b'~', element: b'*', component: b':', repetition: b'^' };
    let level = text.split(['*', '~']).nth(3).unwrap();
    let depth = LEVELS.iter().position(|known| *known == level).unwrap();
    let marks = SegmentMark::of(text.as_bytes(), delimiters);
    let mut sheet = Sheet::default();
    sheet.draw(text.as_bytes(), text.len(), delimiters);
    let segments = PieceSegments::new(text.as_bytes(), delimiters, &marks).shown_on(&sheet);
    let branch = Branch { segments, depth };
    let mut places = Vec::new();
    look(branch, || Segment { bytes: behind.as_bytes(), delimiters }, &mut |about, spot, _| {
        let place = offset_in(text.as_bytes(), spot.place);
        places.push((place, spot.place.len(), about.code.to_owned()));
    });
    places.sort();
    places
}
