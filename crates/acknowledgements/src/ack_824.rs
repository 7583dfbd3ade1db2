//! 824: what an application made of the units of a set, and what is wrong with them.
//!
//! Source: 005010X186A1.

use guides::Place;
use x12::Segment;

use crate::ack_999::Answers;
use crate::codes::{ADVICE_OUTCOMES, APPLICATION_ERRORS, find};
use crate::explain::Set;
use crate::places::{element_name, loop_words, place_of};
use crate::statement::{Extent, Pointer, Statement, Target, Tell, Unit};
use crate::text::{day, joined, number, saying, text};

/// The set that is answered, as OTI names it.
#[derive(Clone, Copy, Default)]
struct Around<'a> {
    unit: Unit<'a>,
    version: &'a [u8],
}

/// Tells what an 824 says.
pub(crate) fn explain<'a>(_: &mut Answers<'a>, set: Set<'a>, tell: &mut Tell<'_, 'a>) {
    let mut around = Around::default();
    let mut segments = set.segments();
    while let Some(segment) = segments.next() {
        match segment.element(0) {
            b"BGN" => {
                let [_, reference, date] = segment.first_elements();
                let words = format!("Application advice {} of {}.", text(reference), day(date));
                tell(Statement::new(0, words));
            }
            b"OTI" => {
                around = unit_answered(segment);
                tell(Statement::new(1, unit_words(segment)));
            }
            b"TED" => {
                let is_under = |next: &Segment<'_>| matches!(next.element(0), b"CTX" | b"RED");
                error(around, segment, segments.clone().take_while(is_under), tell);
            }
            _ => {}
        }
    }
}

fn unit_answered(oti: Segment<'_>) -> Around<'_> {
    let given = |element: usize| Some(oti.element(element)).filter(|value| !value.is_empty());
    let version = oti.element(11);
    let claim_id = given(3).filter(|_| oti.element(2) == b"TN");
    Around { unit: Unit { group: given(8), set: given(9), claim_id, ..Unit::default() }, version }
}

/// Says which unit is answered, and what became of it: `Claim OOT-2 is rejected (OTI01 IR), in transaction set …`.
fn unit_words(oti: Segment<'_>) -> String {
    let [code, qualifier, reference] = oti.first_elements();
    let [group, set, kind, version] = [8, 9, 10, 11].map(|element| text(oti.element(element)));
    let (scope, outcome) = code.split_at(code.len().min(1));
    let became = match find(&ADVICE_OUTCOMES, outcome) {
        Some(entry) => entry.words.to_owned(),
        None => saying(&ADVICE_OUTCOMES, code),
    };
    let name = match scope {
        b"B" => "Batch",
        b"G" => "Functional group",
        b"T" => "Transaction set",
        b"I" if qualifier == b"TN" && kind == "837" => "Claim",
        b"I" => "Item",
        _ => "Unit",
    };
    let reference = if matches!(reference, b"NA" | b"") { String::new() } else { text(reference) };
    let named = |name: &str, value: String| if value.is_empty() { value } else { format!("{name} {value}") };
    let what = joined(&[kind, version], ", ");
    let what = if what.is_empty() { what } else { format!("({what})") };
    let set = joined(&[named("transaction set", set), what], " ");
    let place = joined(&[set, named("functional group", group)], " of ");
    let place = if place.is_empty() { place } else { format!(", in {place}") };
    let subject = joined(&[name.to_owned(), reference], " ");
    format!("{subject} {became} (OTI01 {}){place}.", text(code))
}

/// Tells a TED and what stands under it: CTX and RED.
fn error<'a>(
    around: Around<'a>,
    ted: Segment<'a>,
    under: impl Iterator<Item = Segment<'a>> + Clone,
    tell: &mut Tell<'_, 'a>,
) {
    let [code, message, id, position, element, component, copy] = ted.first_elements();
    // The components may stand in one element, or in two.
    let parts = ted.components(5).chain(std::iter::once(component));
    let place = if element.is_empty() { Place::default() } else { place_of(parts) };
    let name = match element_name(id, place) {
        name if name.is_empty() => "What is answered".to_owned(),
        name => name,
    };
    let mut contexts = under.clone().filter(|segment| segment.element(0) == b"CTX");
    let own = contexts.find(|ctx| ctx.element(2) == id && ctx.element(3) == position);
    let within = own.map_or(&[][..], |ctx| ctx.element(4));
    let at =
        if position.is_empty() { String::new() } else { format!("segment {} of the set", text(position)) };
    let at = joined(&[at, loop_words(within, around.version)], ", ");
    let subject = if at.is_empty() { name.clone() } else { format!("{name}, {at},") };
    // Of what is missing there is no copy.
    let extent = if copy.is_empty() { Extent::Missing } else { Extent::Whole };
    let copy = if copy.is_empty() { String::new() } else { format!("; the value is {}", text(copy)) };
    let named = format!("TED01 {}", text(code));
    let why = saying(&APPLICATION_ERRORS, code);
    let (title, words) = if message.is_empty() {
        (format!("{name} {why}"), format!("{subject} {why} ({named}){copy}."))
    } else {
        let subject = subject.trim_end_matches(',');
        (text(message), format!("{subject}: {} ({named}){copy}.", text(message)))
    };
    let pointer = number(position).map(|position| Pointer {
        code: named,
        title,
        within,
        unit: around.unit,
        target: Target::Segment { id, position, element: place, extent },
    });
    tell(Statement { pointer, ..Statement::new(2, words) });
    for segment in under {
        match segment.element(0) {
            b"RED" => reason(segment, tell),
            _ if own.is_some_and(|own| std::ptr::eq(own.bytes, segment.bytes)) => {}
            _ => context(segment, tell),
        }
    }
}

/// Tells a code of a list that an error stands in.
fn reason<'a>(red: Segment<'a>, tell: &mut Tell<'_, 'a>) {
    let [message, _, _, _, list, code] = red.first_elements();
    let named = format!("code {} of list {} (RED06)", text(code), text(list));
    let words = if matches!(message, b"NA" | b"") { String::new() } else { text(message) };
    let words = joined(&[words, named], "; ");
    let finding = Some(code).filter(|_| list == b"IBP");
    tell(Statement { finding, ..Statement::new(3, format!("Reason: {words}.")) });
}

fn context<'a>(ctx: Segment<'a>, tell: &mut Tell<'_, 'a>) {
    let [name, value] = ctx.first_components(ctx.element(1));
    let words = match name {
        b"LX01" => format!("It is about service line {} (CTX).", text(value)),
        b"CLM01" => format!("It is about claim {} (CTX).", text(value)),
        _ => format!("It is about {} (CTX).", joined(&[text(name), text(value)], " ")),
    };
    tell(Statement::new(3, words));
}
