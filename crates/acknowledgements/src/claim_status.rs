//! 277CA, and the other forms of the 277: what became of every claim.
//!
//! A set is a tree of payer, submitter, providers and patients; each level and each claim says how it stands in STC segments.
//! Source: 005010X214; of the 277 that answers a request for status, 005010X212.

use x12::Segment;

use crate::ack_999::Answers;
use crate::codes::{Code, find};
use crate::explain::Set;
use crate::statement::{Pointer, Statement, Target, Tell, Unit};
use crate::status::{CATEGORIES, ENTITIES, STATUSES};
use crate::text::{capital, day, joined, text, unknown};

/// Categories that send a claim back.
const REJECTING: [&[u8]; 5] = [b"A3", b"A4", b"A6", b"A7", b"A8"];

/// What is known of a level when its statuses come in.
#[derive(Default)]
struct Level<'a> {
    /// NM101, and the party's name.
    party: String,
    /// HL03.
    code: &'a [u8],
    /// TRN02 of the claim, once one has come.
    claim_id: Option<&'a [u8]>,
}

/// Tells what a 277 says.
pub(crate) fn explain<'a>(_: &mut Answers<'a>, set: Set<'a>, tell: &mut Tell<'_, 'a>) {
    let mut level = Level::default();
    let mut segments = set.segments();
    while let Some(segment) = segments.next() {
        // What stands up to the next of these belongs to it.
        let begins = |next: &Segment<'_>| matches!(next.element(0), b"HL" | b"NM1" | b"TRN" | b"SVC");
        let own = || segments.clone().take_while(|next| !begins(next));
        match segment.element(0) {
            b"BHT" => {
                let [_, _, reference, date] = segment.first_elements();
                let words = format!("Claim status {} of {}.", text(reference), day(date));
                tell(Statement::new(0, words));
            }
            b"HL" => level = Level { code: segment.element(3), ..Level::default() },
            b"NM1" => level.party = party(segment),
            b"TRN" if level.is_of_claims() => {
                level.claim_id = Some(segment.element(2));
                claim(&level, &own(), tell);
            }
            b"SVC" => line(&level, segment, own(), tell),
            _ => {}
        }
        if !level.is_of_claims() && matches!(segment.element(0), b"NM1" | b"TRN") {
            unit(&level, own(), tell);
        }
    }
}

impl Level<'_> {
    /// Whether it is one of a subscriber, dependent or patient: claims stand there alone.
    fn is_of_claims(&self) -> bool {
        matches!(self.code, b"22" | b"23" | b"PT")
    }
}

/// Names a party with its part in the matter: `billing provider PINE HOLLOW CLINIC`.
fn party(nm1: Segment<'_>) -> String {
    let code = nm1.element(1);
    let role =
        find(&ENTITIES, code).map_or_else(|| format!("party {}", text(code)), |entry| entry.words.to_owned());
    let person = joined(&[text(nm1.element(3)), text(nm1.element(4))], ", ");
    let name = if person.is_empty() { text(nm1.element(9)) } else { person };
    joined(&[role, name], " ")
}

/// Tells how a payer, submitter or provider stands, if anything is said of it.
fn unit<'a>(level: &Level<'a>, own: impl Iterator<Item = Segment<'a>> + Clone, tell: &mut Tell<'_, 'a>) {
    let is_told = |segment: Segment<'_>| matches!(segment.element(0), b"STC" | b"QTY" | b"AMT");
    if !own.clone().any(is_told) {
        return;
    }
    tell(Statement::new(1, format!("Of {}:", level.party)));
    for stc in own.clone().filter(|segment| segment.element(0) == b"STC") {
        statuses(stc, 2, None, tell);
    }
    for total in own.filter_map(total) {
        tell(Statement::new(2, total));
    }
}

/// Says what QTY or AMT counts.
///
/// Source: 005010X214, QTY01 and AMT01 of loops 2200B and 2200C.
fn total(segment: Segment<'_>) -> Option<String> {
    let (id, [qualifier, value]) = (segment.element(0), segment.first_elements());
    let words = match (id, qualifier) {
        (b"QTY", b"90" | b"QA") => "Claims accepted",
        (b"QTY", b"AA" | b"QC") => "Claims rejected",
        (b"AMT", b"YU") => "Charges accepted",
        (b"AMT", b"YY") => "Charges rejected",
        _ => return None,
    };
    Some(format!("{words}: {} ({} {}).", text(value), text(id), text(qualifier)))
}

fn claim<'a>(level: &Level<'a>, own: &(impl Iterator<Item = Segment<'a>> + Clone), tell: &mut Tell<'_, 'a>) {
    let claim_id = level.claim_id.unwrap_or_default();
    let of = |id: &'static [u8]| own.clone().filter(move |segment| segment.element(0) == id);
    let number = of(b"REF").find(|reference| reference.element(1) == b"1K");
    let number = number.map_or_else(String::new, |number| {
        format!(", number {} of the payer (REF 1K)", text(number.element(2)))
    });
    let outcome = of(b"STC").next().map_or_else(String::new, outcome);
    tell(Statement::new(1, format!("Claim {} of {}{number}{outcome}:", text(claim_id), level.party)));
    for stc in of(b"STC") {
        statuses(stc, 2, Some(&Target::Claim { claim_id, line: None }), tell);
    }
}

fn line<'a>(
    level: &Level<'a>,
    svc: Segment<'a>,
    own: impl Iterator<Item = Segment<'a>> + Clone,
    tell: &mut Tell<'_, 'a>,
) {
    let claim_id = level.claim_id.unwrap_or_default();
    let reference = own.clone().find(|segment| segment.element(0) == b"REF" && segment.element(1) == b"FJ");
    let line = reference.map(|reference| reference.element(2));
    let name = line.map_or_else(String::new, |line| format!(" {}", text(line)));
    let procedure = text(svc.component(1, 2));
    tell(Statement::new(2, format!("Service line{name}, procedure {procedure}:")));
    for stc in own.filter(|segment| segment.element(0) == b"STC") {
        statuses(stc, 3, Some(&Target::Claim { claim_id, line }), tell);
    }
}

/// Says what STC03 says of a claim.
///
/// Source: 005010X214, STC03, data element 306.
fn outcome(stc: Segment<'_>) -> String {
    let charge = match text(stc.element(4)) {
        charge if charge.is_empty() => charge,
        charge => format!(", charge {charge}"),
    };
    let became = match stc.element(3) {
        b"U" => ", is rejected (STC03 U)",
        b"WQ" => ", is accepted (STC03 WQ)",
        _ => "",
    };
    format!("{charge}{became}")
}

/// Tells every status of an STC, STC01, STC10 and STC11, and its message; the last status points at what they are about.
fn statuses<'a>(stc: Segment<'a>, depth: usize, target: Option<&Target<'a>>, tell: &mut Tell<'_, 'a>) {
    let told: Vec<Status> = [1, 10, 11].into_iter().filter_map(|position| status(stc, position)).collect();
    let first = told.first().map(|status| (status.code.clone(), status.words.clone()));
    let rejects = stc.element(3) == b"U" || told.iter().any(|status| status.rejects);
    let about = target.filter(|_| rejects).zip(first);
    let mut last = about.map(|(target, (code, title))| Pointer {
        code,
        title,
        within: b"",
        unit: Unit::default(),
        target: target.clone(),
    });
    let count = told.len();
    for (place, Status { code, words, .. }) in (1..).zip(told) {
        let pointer = if place == count { last.take() } else { None };
        tell(Statement { pointer, ..Statement::new(depth, format!("{words} ({code}).")) });
    }
    let message = text(stc.element(12));
    if !message.is_empty() {
        tell(Statement::new(depth, format!("It adds: {message} (STC12).")));
    }
}

/// One status, in words.
struct Status {
    /// Its element and codes, such as `STC01 A7:562:85`.
    code: String,
    words: String,
    rejects: bool,
}

/// Reads the status in an element of an STC; nothing from one that is empty.
fn status(stc: Segment<'_>, position: usize) -> Option<Status> {
    let [category, code, entity] = stc.first_components(stc.element(position));
    if category.is_empty() && code.is_empty() {
        return None;
    }
    let known = |codes, code| find(codes, code).map(|entry: &Code| entry.words.to_owned());
    let became = known(&CATEGORIES, category).unwrap_or_else(|| unknown(category));
    let what = known(&STATUSES, code).unwrap_or_else(|| format!("status code {}", text(code)));
    let whose = match entity {
        b"" => String::new(),
        _ => match known(&ENTITIES, entity) {
            Some(words) => format!(", of the {words}"),
            None => format!(", of party {}", text(entity)),
        },
    };
    let said = joined(&[text(category), text(code), text(entity)], ":");
    Some(Status {
        code: format!("STC{position:02} {said}"),
        words: format!("{}; {what}{whose}", capital(&became)),
        rejects: REJECTING.contains(&category),
    })
}
