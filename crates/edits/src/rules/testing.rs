//! Tests of edits are written on 837 text, with the guilty bytes underlined:
//!
//! ```text
//! LIN**N4*00001000909~
//! //      ^^^^^^^^^^^ NDC040
//! ```
//!
//! One caret under a terminator underlines something that is missing there.

use chrono::NaiveDate;
use claims::{Claim, Guide, PieceSegments, SegmentMark};
use crosswalk::Crosswalk;
use crosswalk::sources::{Options, asp, pdac};
use x12::{Delimiters, offset_in};

use crate::finding::Finding;
use crate::judge::{Circumstance, Judge, judge};
use crate::profile::{Channel, Profile};
use crate::snip::remarks_of_claim;
use crate::verdict::{Disposition, Verdict};

/// A made-up PDAC list, posted in October 2025.
const PDAC: &str = "NDC,NDC Mod,HCPCS,HCPCS Mod,Relationship Start Date,Relationship End Date
00001-0001-01,,J1111,,1/1/2024,
00002-0002-01,,J2222,,1/1/2024,
00003-0003-01,,J3333,,11/5/2025,
00004-0004-01,,J4444,,10/1/2025,10/15/2025
00005-0005-01,,J5555,,1/1/2024,8/31/2025
00005-0005-01,,J5555,,10/1/2025,
";

/// A made-up ASP quarter: July to September 2025, and October to December.
fn asp_quarter(effective: &str) -> String {
    format!(
        "ASP NDC - HCPCS Crosswalk for Medicare Part B Drugs,\n\"Effective {effective}\",\n_2025_CODE,NDC2\nJ9000,00009-0009-01\n"
    )
}

fn crosswalk() -> Crosswalk {
    let pdac =
        pdac::parse(PDAC.as_bytes(), &Options { source_name: "2025-10-05XWalk.csv", ..Options::default() });
    let quarters = ["July 1, 2025 through September 30, 2025", "October 1, 2025 through December 31, 2025"];
    let mut loaded = vec![pdac.unwrap()];
    loaded.extend(
        quarters.map(|quarter| asp::parse(asp_quarter(quarter).as_bytes(), &Options::default()).unwrap()),
    );
    Crosswalk::build(loaded).0
}

/// Checks that the claim in `text` has exactly the findings that are underlined.
///
/// A text that does not begin with CLM is a line of an else faultless claim.
#[track_caller]
pub(crate) fn check(text: &str) {
    let (plain, expected) = underlined(text.trim());
    assert!(!expected.is_empty(), "nothing is underlined");
    assert_eq!(found(&plain), expected, "{plain}");
}

/// Checks that the claim in `text` has no finding.
#[track_caller]
pub(crate) fn passes(text: &str) {
    let (plain, expected) = underlined(text.trim());
    assert!(expected.is_empty());
    assert_eq!(found(&plain), [], "{plain}");
}

/// A finding as a place, a length and a code.
pub(crate) type Place = (usize, usize, String);

/// Takes the lines with carets out; returns the rest and what they say.
pub(crate) fn underlined(text: &str) -> (String, Vec<Place>) {
    let mut plain = String::new();
    let mut expected = Vec::new();
    let mut line_start = 0;
    for line in text.lines().map(str::trim_start) {
        let Some(carets) = line.strip_prefix("//") else {
            line_start = plain.len();
            plain.push_str(line);
            plain.push('\n');
            continue;
        };
        let first = carets.find('^').expect("carets");
        let count = carets.matches('^').count();
        let code = carets[first + count..].trim().to_owned();
        let start = line_start + 2 + first;
        let missing = count == 1 && matches!(plain.as_bytes()[start], b'~' | b'*');
        expected.push((start, if missing { 0 } else { count }, code));
    }
    (plain, expected)
}

fn found(text: &str) -> Vec<Place> {
    with_verdict(text, &Profile::default(), |verdict| {
        let place = |finding: &Finding<'_>| {
            let place = finding.element.place;
            (offset_in(text.as_bytes(), place), place.len(), finding.about.code.to_owned())
        };
        let mut places: Vec<Place> = verdict.findings.iter().map(place).collect();
        places.sort();
        places
    })
}

/// Returns what becomes of the claim in `text` by `profile`, and the codes of what is found.
pub(crate) fn judged_by(text: &str, profile: &Profile) -> (Disposition, Vec<&'static str>) {
    with_verdict(text, profile, |verdict| {
        (verdict.disposition, verdict.findings.iter().map(|finding| finding.about.code).collect())
    })
}

fn with_verdict<T>(text: &str, profile: &Profile, tell: impl FnOnce(&Verdict<'_>) -> T) -> T {
    let delimiters = Delimiters { segment: b'~', element: b'*', component: b':', repetition: b'^' };
    let crosswalk = crosswalk();
    let mut claim = Claim::default();
    let marks = SegmentMark::of(text.as_bytes(), delimiters);
    let segments = PieceSegments::new(text.as_bytes(), delimiters, &marks);
    claim.read(segments, 1);
    let today = NaiveDate::from_ymd_opt(2025, 11, 30).unwrap();
    let by = Judge { crosswalk: &crosswalk, profile, channel: Channel::Batch, today };
    assert!(claim.lines.iter().all(|line| line.service.is_none_or(|service| service.guide != Guide::Dental)));
    let remarks = remarks_of_claim(segments, 1);
    tell(&judge(&claim, Circumstance { remarks: &remarks, ..Circumstance::default() }, by))
}
