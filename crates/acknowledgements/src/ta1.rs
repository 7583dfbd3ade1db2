//! TA1: whether an interchange was taken as a whole.
//!
//! Source: X12.5, TA1.

use x12::Segment;

use crate::codes::{INTERCHANGE_NOTES, OUTCOMES, find};
use crate::statement::{Pointer, Statement, Target, Tell, Unit};
use crate::text::{capital, day, saying, text, time, unknown};

/// Tells what a TA1 says.
pub(crate) fn explain<'a>(ta1: Segment<'a>, tell: &mut Tell<'_, 'a>) {
    let [number, date, at, outcome, note] = ta1.first_elements();
    let sent = format!("{} {}", day(date), time(at));
    let became = saying(&OUTCOMES, outcome);
    let entry = find(&INTERCHANGE_NOTES, note);
    let why = entry.map_or_else(|| unknown(note), |entry| entry.words.to_owned());
    let words = format!(
        "Interchange {} of {} {became} (TA104 {}): {why} (TA105 {}).",
        text(number),
        sent.trim(),
        text(outcome),
        text(note)
    );
    let place = entry.map_or("ISA", |entry| entry.place);
    let pointer = (outcome != b"A" && !place.is_empty()).then(|| Pointer {
        code: format!("TA105 {}", text(note)),
        title: capital(&why),
        within: b"",
        unit: Unit { interchange: Some(number), ..Unit::default() },
        target: Target::Envelope(place),
    });
    tell(Statement { pointer, ..Statement::new(0, words) });
}
