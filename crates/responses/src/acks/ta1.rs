//! TA1: whether an interchange was taken as a whole.

use claims::{Fault, Kind};
use edits::acknowledgement_codes;

use super::envelope::Answered;
use super::segments::segment;

/// The note of an interchange in which nothing is wrong.
const NO_ERROR: &str = "000";
/// What cannot be said more exactly: the structure of the interchange is wrong.
const CONTROL_STRUCTURE: &str = "022";

/// Returns TA105 for the faults of an interchange.
///
/// That the file is cut off says more than which trailers are missing for it; of others the first counts.
pub(super) fn note_of(faults: &[Fault<'_>]) -> &'static str {
    let telling = faults.iter().find(|fault| fault.kind.cuts_off()).or(faults.first());
    telling.map_or(NO_ERROR, note_of_fault)
}

fn note_of_fault(fault: &Fault<'_>) -> &'static str {
    if let (Kind::Guide(kind), Some(deviation)) = (fault.kind, &fault.deviation)
        && deviation.segment == b"ISA"
    {
        return note_of_element(deviation.element.element, kind);
    }
    match acknowledgement_codes(fault.kind).interchange {
        "" => CONTROL_STRUCTURE,
        note => note,
    }
}

/// Returns the note that says that an element of the ISA is wrong.
///
/// Source: X12.5, TA105, interchange note code.
fn note_of_element(element: u16, kind: guides::Kind) -> &'static str {
    match element {
        1 => "010",
        2 => "011",
        3 => "012",
        4 => "013",
        5 => "005",
        6 => "006",
        7 => "007",
        8 => "008",
        9 => "014",
        10 => "015",
        // A version of the right form is one that is not supported.
        12 if kind == guides::Kind::BadCode => "003",
        12 => "017",
        13 => "018",
        14 => "019",
        15 => "020",
        _ => CONTROL_STRUCTURE,
    }
}

/// Writes the whole interchange that answers an interchange with `note`.
pub(super) fn write(note: &str, answered: Answered<'_>, out: &mut Vec<u8>) {
    answered.header(out);
    let isa = answered.isa;
    let day = |value: &[u8]| {
        let text = super::envelope::digits(value).filter(|text| text.len() == 6);
        text.is_some_and(|text| chrono::NaiveDate::parse_from_str(text, "%y%m%d").is_ok())
    };
    // What cannot be echoed is replaced by the moment of the run, and the note says that it was wrong.
    let today = answered.moment.format("%y%m%d").to_string();
    let date = if day(isa.element(9)) { isa.element(9) } else { today.as_bytes() };
    let time = super::envelope::time_of(isa.element(10));
    let time = if time.is_empty() { answered.time() } else { time };
    let number = super::segments::number(isa.element(13), 9);
    let number = format!("{:0>9}", edits::text_of(&number));
    let outcome: &[u8] = if note == NO_ERROR { b"A" } else { b"R" };
    segment(out, "TA1", &[number.as_bytes(), date, &time, outcome, note.as_bytes()]);
    answered.trailer(0, out);
}
