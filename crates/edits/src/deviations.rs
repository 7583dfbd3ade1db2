//! Departures from a guide in words: one code for each kind.
//!
//! X126.. of whole segments and loops, X127.. of elements that are there or not, X128.. of their values.

use guides::{Deviation, Kind, Loop};

use crate::about::{About, ClaimStatus, status};
use crate::acknowledgement::{AcknowledgementCodes, NONE};
use crate::finding::ElementName;
use crate::profile::Severity;
use crate::text_of;
use crate::words::listing;

/// One kind of departure and what is said of it.
struct Entry {
    kind: Kind,
    about: About,
}

/// Category A3: the claim cannot be taken into adjudication; status 21: missing or invalid information.
const STATUS: &[ClaimStatus] = &[status("A3", "21")];
const GUIDES: &str = "005010X222A1, 005010X223A2 and 005010X224A2, segment detail; X12.6";

const PLACE: &str = "Whoever reads by the guide reads something else there, or nothing.";
const LACKS: &str = "The payer cannot do without it.";
const FORM: &str = "The payer's system cannot take the value, and a shortened or changed one would be wrong.";

const fn entry(kind: Kind, severity: Severity, words: [&'static str; 5]) -> Entry {
    let [code, element, title, why, remedy] = words;
    let about =
        About { code, title, element, why, remedy, source: GUIDES, severity, status: STATUS, denial: None };
    Entry { kind, about }
}

#[rustfmt::skip]
static ENTRIES: [Entry; 23] = [
    entry(Kind::UnknownSegment, Severity::Reject, ["X12610", "segment", "Segment is none of the standard's",
        PLACE, "Look for a stray terminator in front of it, or for a misspelt segment name."]),
    entry(Kind::UnexpectedSegment, Severity::Reject, ["X12620", "segment", "Segment does not belong here",
        PLACE, "Move the segment to its loop, or remove it; the loop that it belongs to may lack its first segment."]),
    entry(Kind::SegmentNotInSet, Severity::Reject, ["X12630", "segment", "Segment is none of this transaction set",
        PLACE, "Remove the segment."]),
    entry(Kind::NotUsedSegment, Severity::Reject, ["X12640", "segment", "Segment is not used by the guide",
        PLACE, "Remove the segment."]),
    entry(Kind::SegmentMissing, Severity::Reject, ["X12650", "segment", "Segment is missing",
        LACKS, "Add the segment in front of the one that stands there."]),
    entry(Kind::LoopMissing, Severity::Reject, ["X12660", "loop", "Loop is missing",
        LACKS, "Add the loop in front of the segment that stands there."]),
    entry(Kind::SegmentTooOften, Severity::Reject, ["X12670", "segment", "Segment stands too often in its loop",
        "What stands behind the last that is allowed is not read.", "Remove the surplus segments, or move them to a loop of their own."]),
    entry(Kind::LoopTooOften, Severity::Reject, ["X12680", "loop", "Loop stands too often",
        "What stands behind the last that is allowed is not read.", "Remove the surplus loops; surplus service lines go into a claim of their own."]),
    entry(Kind::SegmentOutOfOrder, Severity::Reject, ["X12690", "segment", "Segment stands behind its place",
        PLACE, "Put the segments of the loop into the order of the guide."]),
    entry(Kind::ElementMissing, Severity::Reject, ["X12710", "element", "Element is missing",
        LACKS, "Fill the element."]),
    entry(Kind::ConditionalElementMissing, Severity::Reject, ["X12720", "element", "Element is missing beside others",
        "What stands beside it means nothing alone.", "Fill the element too, or empty those that ask for it."]),
    entry(Kind::Exclusion, Severity::Reject, ["X12730", "element", "Two elements exclude each other",
        "Nobody can tell which of them is meant.", "Keep one of them."]),
    entry(Kind::TooManyElements, Severity::Reject, ["X12740", "element", "Segment has more elements than the standard gives it",
        "They may be misplaced, or the text of one may hold a separator.", "Remove the surplus elements, and keep separators out of text."]),
    entry(Kind::TooManyComponents, Severity::Reject, ["X12750", "element", "Element has too many components",
        "They may be misplaced, or the text of one may hold a separator.", "Remove the surplus components, and keep the component separator out of text."]),
    entry(Kind::TooManyRepetitions, Severity::Reject, ["X12760", "element", "Element is repeated too often",
        "What stands behind the last that is allowed is not read.", "Remove the surplus repetitions."]),
    entry(Kind::TrailingSeparator, Severity::Warn, ["X12770", "element", "Separators stand at the end with nothing behind them",
        "The standard wants them left out; strict receivers send the file back.", "End the segment or composite behind its last value."]),
    entry(Kind::NotUsedElement, Severity::Reject, ["X12780", "element", "Element is not used by the guide",
        PLACE, "Empty the element."]),
    entry(Kind::TooShort, Severity::Reject, ["X12810", "element", "Value is too short",
        FORM, "Write the value in full."]),
    entry(Kind::TooLong, Severity::Reject, ["X12820", "element", "Value is too long",
        FORM, "Shorten the value to the length that the guide allows."]),
    entry(Kind::BadCharacters, Severity::Reject, ["X12830", "element", "Value has characters that its type does not allow",
        FORM, "Write numbers with digits and a point alone, and text with the characters of X12 alone."]),
    entry(Kind::BadCode, Severity::Reject, ["X12840", "element", "Code is none of those that the guide lists",
        "Its meaning is not agreed on.", "Use one of the codes that the guide lists for this element."]),
    entry(Kind::BadDate, Severity::Reject, ["X12850", "element", "Date does not exist or has another form than announced",
        "Nobody can tell which day is meant.", "Write a day of the calendar, as the element in front announces it: CCYYMMDD for D8, two of them with a hyphen for RD8."]),
    entry(Kind::BadTime, Severity::Reject, ["X12860", "element", "Time does not exist",
        "Nobody can tell which time is meant.", "Write the time as HHMM, from 0000 to 2359."]),
];

/// Returns the words of a kind of departure.
pub(crate) fn about(kind: Kind) -> &'static About {
    let found = ENTRIES.iter().find(|entry| entry.kind == kind);
    &found.expect("every kind of departure has its words, as a test asserts").about
}

/// Returns what acknowledgements say of a kind of departure; of a control segment its element decides.
pub(crate) fn acknowledgement_codes(kind: Kind) -> AcknowledgementCodes {
    let element = kind.element_code().unwrap_or("");
    AcknowledgementCodes { segment: kind.segment_code(), element, ..NONE }
}

/// Returns the kind of departure whose code is `code`.
pub(crate) fn kind_of(code: &str) -> Option<Kind> {
    ENTRIES.iter().find(|entry| entry.about.code == code).map(|entry| entry.kind)
}

/// Iterates over the words of every kind.
pub(crate) fn abouts() -> impl Iterator<Item = &'static About> {
    ENTRIES.iter().map(|entry| &entry.about)
}

/// Names the element, or the segment that is missing.
pub(crate) fn name<'a>(deviation: &Deviation<'a>) -> ElementName<'a> {
    let segment = match (deviation.kind, deviation.row) {
        (Kind::SegmentMissing | Kind::LoopMissing, Some(row)) => row.segment.as_bytes(),
        _ => deviation.segment,
    };
    let guides::Place { element, component, .. } = deviation.element;
    ElementName::At { segment, element, component }
}

/// Says what is wrong, in a sentence, without the content of any element.
///
/// `behind` names the segment behind which a whole segment or loop should stand, if one is known.
pub(crate) fn message(deviation: &Deviation<'_>, behind: Option<String>) -> String {
    let name = name(deviation).text();
    let within = deviation.in_loop.name;
    let words = deviation.row.map_or(String::new(), |row| format!(" ({})", row.words));
    match deviation.kind {
        Kind::UnknownSegment => format!("{name} is no segment of the standard."),
        Kind::UnexpectedSegment => format!("{name} does not belong here, in loop {within}."),
        Kind::SegmentNotInSet => format!("{name} is no segment of this transaction set."),
        Kind::NotUsedSegment => format!("{name} is not used in loop {within}."),
        Kind::SegmentMissing | Kind::LoopMissing | Kind::SegmentOutOfOrder => {
            misplaced(deviation, &format!("{name}{words}"), behind)
        }
        Kind::SegmentTooOften => {
            let most = deviation.row.map_or(0, |row| row.repeat);
            format!("{name}{words} stands more than {most} times in loop {within}.")
        }
        Kind::LoopTooOften => format!("Loop {within} ({}) stands too often.", deviation.in_loop.words),
        Kind::ElementMissing => format!("{name} is missing{}.", of(deviation)),
        Kind::ConditionalElementMissing => {
            format!("{name} is missing beside what stands with it{}.", of(deviation))
        }
        Kind::Exclusion => {
            format!("{name} must not stand beside another element that is there{}.", of(deviation))
        }
        Kind::TooManyElements => format!("{name} is one element too many{}.", of(deviation)),
        Kind::TooManyComponents => format!("{name} has too many components{}.", of(deviation)),
        Kind::TooManyRepetitions => format!("{name} is repeated too often{}.", of(deviation)),
        Kind::TrailingSeparator => format!("{name} is empty, and nothing stands behind it{}.", of(deviation)),
        Kind::NotUsedElement => format!("{name} is not used{}.", of(deviation)),
        Kind::TooShort => format!("{name} is too short{}.", of(deviation)),
        Kind::TooLong => format!("{name} is too long{}.", of(deviation)),
        Kind::BadCharacters => {
            format!("{name} has characters that its type does not allow{}.", of(deviation))
        }
        Kind::BadCode => {
            format!("{name} is none of the codes that the guide lists{}{}.", of(deviation), codes(deviation))
        }
        Kind::BadDate => format!("{name} is not a date of the form that is announced{}.", of(deviation)),
        Kind::BadTime => format!("{name} is not a time{}.", of(deviation)),
    }
}

/// Says of a whole segment or loop, and how it is named, where it should stand.
fn misplaced(deviation: &Deviation<'_>, named: &str, behind: Option<String>) -> String {
    let Loop { name: within, words, .. } = deviation.in_loop;
    let found = match deviation.segment {
        b"" => "the input ends".to_owned(),
        segment => format!("{} stands", text_of(segment)),
    };
    match (deviation.kind, behind) {
        (Kind::SegmentOutOfOrder, None) => format!("{named} stands behind its place in loop {within}."),
        (Kind::SegmentOutOfOrder, Some(behind)) => {
            format!("{named} stands behind its place in loop {within}; it should stand behind {behind}.")
        }
        (Kind::LoopMissing, None) => {
            format!("Loop {within} ({words}) is missing; {found} where it should begin.")
        }
        (Kind::LoopMissing, Some(behind)) => {
            format!("Loop {within} ({words}) is missing; it should begin behind {behind}, where {found}.")
        }
        (_, None) => format!("{named} is missing in loop {within}; {found} where it should be."),
        (_, Some(behind)) => {
            format!("{named} is missing in loop {within}; it should stand behind {behind}, where {found}.")
        }
    }
}

/// Names the segment of an element by what it is about.
fn of(deviation: &Deviation<'_>) -> String {
    let words = deviation.row.map_or("", |row| row.words);
    if deviation.in_loop.words.is_empty() {
        // What stands in no loop.
        return format!(", {words}");
    }
    format!(", in loop {} ({}{words})", deviation.in_loop.name, between(deviation.in_loop.words, words))
}

/// Most codes that a message lists.
const CODES_MAX: usize = 12;

/// Names the codes that the guide lists where another stands.
fn codes(deviation: &Deviation<'_>) -> String {
    let codes = deviation.row.map_or(&[][..], |row| guides::codes_at(row, deviation.element));
    let mut named: Vec<String> = codes.iter().take(CODES_MAX).map(|code| (*code).to_owned()).collect();
    match codes.len() - named.len() {
        _ if codes.is_empty() => return String::new(),
        0 => {}
        more => named.push(format!("{more} more")),
    }
    format!("; the guide lists {}", listing(&named))
}

/// Returns the words of a loop and what parts them from those of a segment.
fn between(of_loop: &str, of_segment: &str) -> String {
    match (of_loop, of_segment) {
        ("", _) => String::new(),
        (of_loop, "") => of_loop.to_owned(),
        (of_loop, _) => format!("{of_loop}, "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_words() {
        let mut codes: Vec<&str> = abouts().map(|about| about.code).collect();
        codes.dedup();
        assert_eq!(codes.len(), ENTRIES.len());
        assert!(codes.is_sorted(), "codes stand in their order");
        for kind in Kind::ALL {
            assert!(ENTRIES.iter().any(|entry| entry.kind == kind), "{kind:?}");
        }
        assert_eq!(Kind::ALL.len(), ENTRIES.len());
    }

    #[test]
    fn a_code_that_is_none_of_the_guide_is_told_with_those_that_are() {
        let guide = guides::guide(b"005010X222A1").expect("the guide is known");
        let message_at = |segment: &str, within: &str, element: u16| {
            let mut rows = guide.rows().iter();
            let row = rows.find(|row| row.segment == segment && guide.loop_of(row).name == within);
            let row = row.expect("the row is there");
            message(
                &Deviation {
                    kind: Kind::BadCode,
                    segment_position: 1,
                    segment: segment.as_bytes(),
                    element: guides::Place { element, ..guides::Place::default() },
                    place: b"?",
                    in_loop: guide.loop_of(row),
                    row: Some(row),
                },
                None,
            )
        };
        assert_eq!(
            message_at("SV1", "2400", 3),
            "SV103 is none of the codes that the guide lists, in loop 2400 (service line, professional service); the guide lists MJ and UN."
        );
        let many = message_at("SBR", "2000B", 9);
        assert!(many.ends_with(" more.") && many.matches(',').count() == CODES_MAX + 1, "{many}");
    }
}
