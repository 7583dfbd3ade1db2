//! One fault at a time in a lawful set: what is changed, and what must be found.

use super::draft::{Draft, OUTER, Placed, Span};
use super::rows::{Element, Row, positions, trimmed};

/// What must be found, and nothing else.
pub struct Expected {
    pub code: &'static str,
    /// The segment, element or component; a segment alone stands for any of its elements.
    pub name: String,
    /// Position of the segment in the file, where it is known.
    pub segment: Option<usize>,
    pub in_loop: String,
    /// Whether it is an element that tells the row from others, so that the whole segment may be what does not belong there.
    pub is_key: bool,
}

/// A set with a fault, or with a change that is none.
pub struct Fault<'r> {
    /// What is done.
    pub kind: &'static str,
    /// What it is done to, as `2310B.NM1(82).03`.
    pub place: String,
    pub segments: Vec<Placed<'r>>,
    /// `None` if nothing is to be found.
    pub expected: Option<Expected>,
}

type Take<'t, 'r> = &'t mut dyn FnMut(Fault<'r>);

/// Hands every fault to `take` that a row of `draft` can have.
pub fn every_fault<'r>(draft: &Draft<'r>, take: Take<'_, 'r>) {
    for index in 0..draft.segments.len() {
        if draft.segments[index].is_subject {
            segment_faults(draft, index, take);
            element_faults(draft, index, take);
        }
    }
    for span in &draft.spans {
        let is_claim = span.of.name == "2300";
        if span.is_subject && !is_claim && span.of.name.starts_with('2') && !span.of.name.starts_with("2000")
        {
            loop_faults(draft, span, take);
        }
    }
}

/// Names a row, or an element of it, in the words of the list of differences.
fn place_of(placed: &Placed<'_>, position: usize, component: usize) -> String {
    let row = format!("{}.{}", placed.in_loop.name, placed.row.label);
    match (position, component) {
        (0, _) => row,
        (_, 0) => format!("{row}.{position:02}"),
        _ => format!("{row}.{position:02}-{component}"),
    }
}

/// Names an element as findings do.
fn name_of(row: &Row, position: usize, component: usize) -> String {
    match component {
        0 => format!("{}{position:02}", row.id),
        _ => format!("{}{position:02}-{component}", row.id),
    }
}

fn segment_faults<'r>(draft: &Draft<'r>, index: usize, take: Take<'_, 'r>) {
    let placed = &draft.segments[index];
    let fault = |kind, segments, code: &'static str, segment: Option<usize>| Fault {
        kind,
        place: place_of(placed, 0, 0),
        segments,
        expected: (!code.is_empty()).then(|| Expected {
            code,
            name: placed.row.id.clone(),
            segment,
            in_loop: placed.in_loop.name.clone(),
            is_key: false,
        }),
    };
    let mut without = draft.segments.clone();
    without.remove(index);
    let follows = draft.segments.get(index + 1).is_some_and(|next| next.in_loop.name == placed.in_loop.name);
    if placed.is_head {
        if follows {
            take(fault("first segment left out", without, "X12650", None));
        }
        return;
    }
    let code = if placed.row.usage == "R" { "X12650" } else { "" };
    // Of rows with one position number the last may come as late as the next number, so that only there it is missing.
    take(fault("left out", without, code, None));
    let repeat = placed.row.repeat;
    if repeat != 0 {
        let mut surplus = draft.segments.clone();
        surplus.splice(index..index, std::iter::repeat_n(placed.clone(), repeat - 1));
        take(fault("as often as it may", surplus.clone(), "", None));
        surplus.insert(index, placed.clone());
        take(fault("once too often", surplus, "X12670", Some(index + repeat + OUTER + 1)));
    }
}

fn loop_faults<'r>(draft: &Draft<'r>, span: &Span<'r>, take: Take<'_, 'r>) {
    let own = &draft.segments[span.segments.clone()];
    let fault = |kind, segments, code: &'static str, segment: Option<usize>| Fault {
        kind,
        place: span.of.name.clone(),
        segments,
        expected: (!code.is_empty()).then(|| Expected {
            code,
            name: own[0].row.id.clone(),
            segment,
            in_loop: span.of.name.clone(),
            is_key: false,
        }),
    };
    let mut without = draft.segments.clone();
    without.drain(span.segments.clone());
    take(fault("loop left out", without, if span.of.usage == "R" { "X12660" } else { "" }, None));
    let repeat = span.of.repeat;
    if repeat != 0 {
        let again = |times: usize| {
            let mut segments = draft.segments.clone();
            let copies = std::iter::repeat_n(own, times).flatten().cloned();
            segments.splice(span.segments.start..span.segments.start, copies);
            segments
        };
        take(fault("loop as often as it may", again(repeat - 1), "", None));
        let surplus = span.segments.start + own.len() * repeat;
        take(fault("loop once too often", again(repeat), "X12680", Some(surplus + OUTER + 1)));
    }
}

/// One place of a segment that is to be changed.
struct Spot<'d, 'r> {
    draft: &'d Draft<'r>,
    index: usize,
    /// Counted from 1.
    position: usize,
    /// 0 for the element itself.
    component: usize,
}

impl<'r> Spot<'_, 'r> {
    /// Makes the fault that stands there when it holds `text`.
    fn holding(&self, kind: &'static str, text: &str, code: &'static str) -> Fault<'r> {
        let mut segments = self.draft.segments.clone();
        let placed = &mut segments[self.index];
        let mut elements = std::mem::take(&mut placed.elements);
        set(&mut elements, self.position, |element| {
            if self.component == 0 {
                return text.to_owned();
            }
            let mut components: Vec<String> = element.split(':').map(str::to_owned).collect();
            set(&mut components, self.component, |_| text.to_owned());
            trimmed(components).join(":")
        });
        placed.elements = trimmed(elements);
        let subject = &self.draft.segments[self.index];
        let expected = (!code.is_empty()).then(|| Expected {
            code,
            name: name_of(subject.row, self.position, self.component),
            segment: Some(self.index + OUTER + 1),
            in_loop: subject.in_loop.name.clone(),
            is_key: self.position == 1 && self.component <= 1 && subject.row.label.contains('('),
        });
        Fault { kind, place: place_of(subject, self.position, self.component), segments, expected }
    }
}

/// Changes the part at `position`, which counts from 1, after as many empty ones as it takes.
fn set(parts: &mut Vec<String>, position: usize, change: impl FnOnce(&str) -> String) {
    if parts.len() < position {
        parts.resize(position, String::new());
    }
    parts[position - 1] = change(&parts[position - 1]);
}

fn element_faults<'r>(draft: &Draft<'r>, index: usize, take: Take<'_, 'r>) {
    let placed = &draft.segments[index];
    for (position, element) in (1..).zip(&placed.row.elements) {
        let spot = Spot { draft, index, position, component: 0 };
        let text = placed.elements.get(position - 1).map_or("", String::as_str);
        let before = position.checked_sub(2).and_then(|place| placed.elements.get(place));
        presence_faults(&spot, element, text, take);
        if text.is_empty() {
            continue;
        }
        if element.repeat == 1 {
            take(spot.holding("repeated", &format!("{text}^{text}"), "X12760"));
        }
        if element.components.is_empty() {
            take(spot.holding("with a component", &format!("{text}:A"), "X12750"));
            value_faults(&spot, element, before.map_or("", String::as_str), take);
            continue;
        }
        let components: Vec<&str> = text.split(':').collect();
        for (number, component) in (1..).zip(&element.components) {
            let spot = Spot { component: number, ..spot };
            let text = components.get(number - 1).copied().unwrap_or("");
            // Without its only component the whole element is empty, which is a fault of its own.
            if components.len() != 1 || text.is_empty() {
                presence_faults(&spot, component, text, take);
            }
            if !text.is_empty() {
                let before = number.checked_sub(2).map_or("", |place| components[place]);
                value_faults(&spot, component, before, take);
            }
        }
        let spot = Spot { component: element.components.len() + 1, ..spot };
        take(spot.holding("a component too many", "A", "X12750"));
    }
    let spot = Spot { draft, index, position: placed.row.elements.len() + 1, component: 0 };
    take(spot.holding("an element too many", "A", "X12740"));
}

/// Fills what is not used, and empties what is there.
fn presence_faults<'r>(spot: &Spot<'_, 'r>, element: &Element, text: &str, take: Take<'_, 'r>) {
    match (element.usage.as_str(), text) {
        ("N", _) => take(spot.holding("not used and filled", &element.lawful("", false), "X12780")),
        ("R", _) => take(spot.holding("emptied", "", "X12710")),
        (_, "") => {}
        _ => {
            let mut fault = spot.holding("may be empty", "", "X12720");
            let changed = &fault.segments[spot.index];
            let is_broken = spot.component == 0 && breaks_a_note(changed.row, &changed.elements);
            let subject = &spot.draft.segments[spot.index];
            let expected = fault.expected.take().filter(|_| is_broken);
            if let Some(expected) = expected {
                fault.kind = "emptied beside others";
                fault.expected = Some(Expected { name: subject.row.id.clone(), ..expected });
            }
            take(fault);
        }
    }
}

/// Returns whether a condition between elements that are used is broken.
fn breaks_a_note(row: &Row, elements: &[String]) -> bool {
    let is_used =
        |position: &usize| row.elements.get(position - 1).is_some_and(|element| element.usage != "N");
    let is_there = |position: &&usize| elements.get(**position - 1).is_some_and(|text| !text.is_empty());
    row.notes.iter().any(|note| {
        let named: Vec<usize> = positions(note).into_iter().filter(is_used).collect();
        let there = named.iter().filter(is_there).count();
        let first_is_there = named.first().as_ref().is_some_and(is_there) && positions(note)[0] == named[0];
        match note.as_bytes()[0] {
            b'P' => there != 0 && there != named.len(),
            b'R' => there == 0,
            b'C' => first_is_there && there != named.len(),
            b'L' => first_is_there && there == 1 && named.len() != 1,
            _ => false,
        }
    })
}

/// Makes the value wrong in every way that its type allows.
fn value_faults<'r>(spot: &Spot<'_, 'r>, element: &Element, before: &str, take: Take<'_, 'r>) {
    let Element { least, most, .. } = *element;
    let is_number = matches!(element.kind.as_str(), "R" | "N0" | "DT" | "TM");
    let letter = if is_number { "1" } else { "A" };
    take(spot.holding("too long", &letter.repeat(most + 1), "X12820"));
    if 1 < least {
        take(spot.holding("too short", &letter.repeat(least - 1), "X12810"));
    }
    if !element.codes.is_empty() {
        // None of them is a code of any list in the guides.
        let others = if is_number { ["0", "99", "999", "9999"] } else { ["Q", "QZ", "QZQ", "QZQZ"] };
        let other = others.iter().find(|text| (least..=most).contains(&text.len()));
        take(spot.holding("another code", other.unwrap(), "X12840"));
        return;
    }
    let (wrong, code) = match (element.kind.as_str(), element.number.as_str(), before) {
        ("DT", ..) | (_, "1251", "D8") => ("20250230", "X12850"),
        ("TM", ..) => ("2460", "X12860"),
        (_, "1251", "RD8") => ("20251003-20250230", "X12850"),
        ("R" | "N0", ..) => ("A", "X12830"),
        ("AN", ..) => ("\u{7}", "X12830"),
        _ => return,
    };
    let wrong = if wrong.len() < least { wrong.repeat(least) } else { wrong.to_owned() };
    take(spot.holding(
        if code == "X12830" { "other characters" } else { "no such day or time" },
        &wrong,
        code,
    ));
}
