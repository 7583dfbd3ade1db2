//! 999 and 997: what is wrong with the syntax of a functional group, set by set, segment by segment.
//!
//! The 997 calls its segments AK3, AK4 and AK5 where the 999 has IK3, IK4 and IK5; else they say the same.
//! What became of a unit stands behind its errors; here it is looked for ahead, so that it is told first.
//! Source: 005010X231A1; X12 transaction set 997 of release 005010.

use std::collections::HashMap;

use guides::Place;
use x12::Segment;

use crate::codes::{
    Code, ELEMENT_ERRORS, ELEMENTS_IN_ERROR, GROUP_ERRORS, OUTCOMES, SEGMENT_ERRORS, SET_ERRORS, find,
};
use crate::explain::{Segments, Set};
use crate::places::{element_name, loop_words, place_of};
use crate::statement::{Extent, Pointer, Statement, Target, Tell, Unit};
use crate::text::{capital, joined, number, saying, text, unknown};

/// How often each group was answered so far, since control numbers may stand several times in one file.
#[derive(Default)]
pub(crate) struct Answers<'a> {
    groups: HashMap<&'a [u8], usize>,
}

/// What is answered while the segments of a 999 come in.
#[derive(Clone, Default)]
struct Around<'a> {
    unit: Unit<'a>,
    /// ST03 or GS08 of what is answered.
    version: &'a [u8],
    group_version: &'a [u8],
    sets: HashMap<&'a [u8], usize>,
}

/// Tells what a 999 or 997 says.
pub(crate) fn explain<'a>(answers: &mut Answers<'a>, set: Set<'a>, tell: &mut Tell<'_, 'a>) {
    let mut around = Around::default();
    let mut segments = set.segments();
    while let Some(segment) = segments.next() {
        let behind = segments.clone();
        match segment.element(0) {
            b"AK1" => {
                let end = first_of(behind, &[b"AK9", b"AK1"], b"AK1");
                around = group_of(answers, segment);
                around.unit.earlier_groups = around.unit.earlier_groups.max(repeats(end, 5, b"19"));
                group(&around, set, segment, end, tell);
            }
            b"AK2" => {
                around.begin_set(segment);
                let end = first_of(behind, &[b"IK5", b"AK5", b"AK9", b"AK2"], b"AK2");
                let end = end.filter(|end| end.element(0) != b"AK9");
                around.unit.earlier_sets = around.unit.earlier_sets.max(repeats(end, 2, b"23"));
                transaction_set(&around, segment, end, tell);
            }
            b"IK3" | b"AK3" => {
                let is_under = |next: &Segment<'_>| matches!(next.element(0), b"IK4" | b"AK4" | b"CTX");
                segment_error(&around, segment, behind.take_while(is_under), tell);
            }
            _ => {}
        }
    }
}

/// Returns the first of `segments` that is called one of `names`, unless that is `another`, which begins the next unit.
fn first_of<'a>(mut segments: Segments<'a>, names: &[&[u8]], another: &[u8]) -> Option<Segment<'a>> {
    let found = segments.find(|segment| names.contains(&segment.element(0)));
    found.filter(|found| found.element(0) != another)
}

/// Returns how many units of the same number stand in front of one at least, whether or not they are answered.
///
/// AK9 from its fifth element on, or IK5 from its second, then has the `code` for a control number that is not unique.
fn repeats(end: Option<Segment<'_>>, first: usize, code: &[u8]) -> usize {
    end.map_or(0, |end| usize::from(end.elements().skip(first - 1).any(|found| found == code)))
}

fn group_of<'a>(answers: &mut Answers<'a>, ak1: Segment<'a>) -> Around<'a> {
    let [_, number, version] = ak1.first_elements();
    let times = answers.groups.entry(number).or_default();
    *times += 1;
    let unit = Unit { group: Some(number), earlier_groups: *times - 1, ..Unit::default() };
    Around { unit, version, group_version: version, sets: HashMap::new() }
}

impl<'a> Around<'a> {
    fn begin_set(&mut self, ak2: Segment<'a>) {
        let [_, number, version] = ak2.first_elements();
        let times = self.sets.entry(number).or_default();
        *times += 1;
        self.unit.set = Some(number);
        self.unit.earlier_sets = *times - 1;
        self.version = if version.is_empty() { self.group_version } else { version };
    }
}

fn group<'a>(
    around: &Around<'a>,
    set: Set<'a>,
    ak1: Segment<'a>,
    ak9: Option<Segment<'a>>,
    tell: &mut Tell<'_, 'a>,
) {
    let [kind, control_number, version] = ak1.first_elements().map(text);
    let what = joined(&[kind, version], ", ");
    // Whoever answers had received what is answered.
    let [receiver, sender] = [set.party(2), set.party(3)].map(text);
    let between = if sender.is_empty() || receiver.is_empty() {
        String::new()
    } else {
        format!(", which {sender} sent to {receiver},")
    };
    let name = format!("Functional group {control_number} ({what}){between}");
    let Some(ak9) = ak9 else {
        tell(Statement::new(0, format!("{name} is answered without a verdict: AK9 is missing.")));
        return;
    };
    let outcome = ak9.element(1);
    tell(Statement::new(0, format!("{name} {} (AK901 {}).", saying(&OUTCOMES, outcome), text(outcome))));
    let [_, announced, taken, accepted] = ak9.first_elements().map(text);
    let counts = format!("Transaction sets announced: {announced}, received: {taken}, accepted: {accepted}.");
    tell(Statement::new(1, counts));
    let unit = Unit { set: None, ..around.unit };
    reasons(Reasons { codes: &GROUP_ERRORS, first: 5, unit, kind: b"" }, ak9, 1, tell);
}

fn transaction_set<'a>(
    around: &Around<'a>,
    ak2: Segment<'a>,
    end: Option<Segment<'a>>,
    tell: &mut Tell<'_, 'a>,
) {
    let [kind, control_number, version] = ak2.first_elements();
    let what = joined(&[text(kind), text(version)], ", ");
    let name = format!("Transaction set {} ({what})", text(control_number));
    let Some(end) = end else {
        tell(Statement::new(1, format!("{name} is answered without a verdict: IK5 is missing.")));
        return;
    };
    let outcome = end.element(1);
    let (became, id) = (saying(&OUTCOMES, outcome), text(end.element(0)));
    tell(Statement::new(1, format!("{name} {became} ({id}01 {}).", text(outcome))));
    reasons(Reasons { codes: &SET_ERRORS, first: 2, unit: around.unit, kind }, end, 2, tell);
}

/// Where the codes of AK9 or IK5 stand, and what they are about.
#[derive(Clone, Copy)]
struct Reasons<'a> {
    codes: &'static [Code],
    /// Position of the element that holds the first code.
    first: usize,
    unit: Unit<'a>,
    /// ST01 of a set.
    kind: &'a [u8],
}

impl Reasons<'_> {
    /// Returns the element that a code speaks of: a set that is no 837 is not taken for its kind, an 837 for its version.
    fn place(&self, entry: &Code) -> &'static str {
        if entry.code == "1" && entry.place == "ST03" && self.kind != b"837" { "ST01" } else { entry.place }
    }
}

/// Tells the codes of AK9 or IK5.
fn reasons<'a>(reasons: Reasons<'a>, segment: Segment<'a>, depth: usize, tell: &mut Tell<'_, 'a>) {
    let Reasons { codes, first, unit, .. } = reasons;
    let id = text(segment.element(0));
    for (position, code) in (1..).zip(segment.elements()).skip(first - 1) {
        if code.is_empty() {
            continue;
        }
        let entry = find(codes, code);
        let why = capital(&entry.map_or_else(|| unknown(code), |entry| entry.words.to_owned()));
        let named = format!("{id}{position:02} {}", text(code));
        let pointer = entry.filter(|entry| !entry.place.is_empty()).map(|entry| Pointer {
            code: named.clone(),
            title: why.clone(),
            within: b"",
            unit,
            target: Target::Envelope(reasons.place(entry)),
        });
        tell(Statement { pointer, ..Statement::new(depth, format!("{why} ({named}).")) });
    }
}

/// Tells an IK3 and what stands under it: IK4 and CTX.
fn segment_error<'a>(
    around: &Around<'a>,
    ik3: Segment<'a>,
    under: impl Iterator<Item = Segment<'a>> + Clone,
    tell: &mut Tell<'_, 'a>,
) {
    let [id, position, within, code] = ik3.first_elements();
    let form = text(ik3.element(0));
    let why = saying(&SEGMENT_ERRORS, code);
    let named = format!("{form}04 {}", text(code));
    let place = place_words(position, within, around.version);
    let words = format!("{}, {place}, {why} ({named}).", text(id));
    let is_element = |segment: &Segment<'_>| segment.element(0) != b"CTX";
    let has_elements = code == ELEMENTS_IN_ERROR && under.clone().any(|segment| is_element(&segment));
    let extent = if matches!(code, b"3" | b"I6" | b"I7") { Extent::Missing } else { Extent::Whole };
    let segment = GuiltySegment { id, position, within };
    let pointer = segment.pointer(around, Place::default(), extent, named, format!("{} {why}", text(id)));
    tell(Statement { pointer: pointer.filter(|_| !has_elements), ..Statement::new(2, words) });
    let mut depth = 3;
    for segment in under {
        if is_element(&segment) {
            depth = 4;
            element_error(around, &GuiltySegment { id, position, within }, segment, tell);
        } else {
            context(segment, depth, around, tell);
        }
    }
}

/// A segment in error, as IK3 names it.
struct GuiltySegment<'a> {
    id: &'a [u8],
    position: &'a [u8],
    within: &'a [u8],
}

impl<'a> GuiltySegment<'a> {
    /// Points at the segment or an element of it; at nothing where it has no position.
    fn pointer(
        &self,
        around: &Around<'a>,
        element: Place,
        extent: Extent,
        code: String,
        title: String,
    ) -> Option<Pointer<'a>> {
        let position = number(self.position)?;
        let target = Target::Segment { id: self.id, position, element, extent };
        Some(Pointer { code, title, within: self.within, unit: around.unit, target })
    }
}

fn element_error<'a>(
    around: &Around<'a>,
    segment: &GuiltySegment<'a>,
    ik4: Segment<'a>,
    tell: &mut Tell<'_, 'a>,
) {
    let [_, reference, code, copy] = ik4.first_elements();
    let place = place_of(ik4.components(1));
    let name = element_name(segment.id, place);
    let why = saying(&ELEMENT_ERRORS, code);
    let named = format!("{}03 {}", text(ik4.element(0)), text(code));
    let data_element = match text(reference) {
        reference if reference.is_empty() => String::new(),
        reference => format!(", data element {reference},"),
    };
    let copy = if copy.is_empty() { String::new() } else { format!(": {}", text(copy)) };
    let words = format!("{name}{data_element} {why} ({named}){copy}.");
    let extent = if code == b"3" { Extent::Onward } else { Extent::Whole };
    let pointer = segment.pointer(around, place, extent, named, format!("{name} {why}"));
    tell(Statement { pointer, ..Statement::new(3, words) });
}

/// Tells a CTX: the business unit that the error is in, or what made a segment or element due.
///
/// Source: 005010X231A1, CTX of loops 2100 and 2110.
fn context<'a>(ctx: Segment<'a>, depth: usize, around: &Around<'a>, tell: &mut Tell<'_, 'a>) {
    let [name, value] = ctx.first_components(ctx.element(1));
    let [_, id, position, within] = ctx.first_elements();
    let words = match name {
        b"CLM01" => format!("It is about claim {} (CLM01).", text(value)),
        // The standard's word has a blank, though the guide's table cannot show it.
        b"SITUATIONAL TRIGGER" | b"SITUATIONAL_TRIGGER" => {
            let element = element_name(id, place_of(ctx.components(5)));
            let place = place_words(position, within, around.version);
            format!("What asks for it, or rules it out, is {element}, {place} (CTX).")
        }
        _ if value.is_empty() => format!("It is about {} (CTX).", text(name)),
        _ => format!("It is about {} {} (CTX).", text(name), text(value)),
    };
    tell(Statement::new(depth, words));
}

/// Says where a segment is: `segment 27 of the set, loop 2400 (service line)`.
fn place_words(position: &[u8], within: &[u8], version: &[u8]) -> String {
    let position = match text(position) {
        position if position.is_empty() => "a segment of the set".to_owned(),
        position => format!("segment {position} of the set"),
    };
    joined(&[position, loop_words(within, version)], ", ")
}
