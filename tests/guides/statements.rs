//! What a table says, in the statements that `maps.py` makes of a map.

use std::collections::BTreeMap;

use guides::{Condition, DataType, Element, Guide, Note, Row, Usage};

/// Returns the statements of `guide`, by place.
pub fn of(guide: &Guide) -> BTreeMap<String, String> {
    let mut said = BTreeMap::new();
    for around in guide.loops() {
        for (_, usage, repeat, opens) in guide.children(around) {
            if let Some(opens) = opens {
                said.insert(format!("loop {} in {}", opens.name, around.name), counted(usage, repeat));
            }
        }
    }
    for row in guide.rows() {
        let place = format!("{}.{}", guide.loop_of(row).name, label(guide, row));
        say(guide, row, place, &mut said);
    }
    said
}

fn say(guide: &Guide, row: &Row, mut place: String, said: &mut BTreeMap<String, String>) {
    // One row may be told from the next by a later element alone.
    while said.contains_key(&place) {
        place.push('\'');
    }
    let notes: Vec<String> = guide.notes(row).iter().copied().map(note).collect();
    if !notes.is_empty() {
        said.insert(format!("{place}.notes"), notes.join(" "));
    }
    for (position, element) in (1..).zip(guide.elements(row)) {
        let number = guide.data_element(row, position, 0).unwrap();
        said.insert(format!("{place}.{position:02}"), statement(guide, element, number));
        for (component, element) in (1..).zip(guide.components(element)) {
            let number = guide.data_element(row, position, component).unwrap();
            said.insert(format!("{place}.{position:02}-{component}"), statement(guide, element, number));
        }
    }
    said.insert(place, counted(row.usage, row.repeat));
}

fn letter(usage: Usage) -> &'static str {
    match usage {
        Usage::Required => "R",
        Usage::Situational => "S",
        Usage::NotUsed => "N",
    }
}

fn counted(usage: Usage, repeat: u16) -> String {
    let repeat = if repeat == 0 { "*".to_owned() } else { repeat.to_string() };
    format!("{} x{repeat}", letter(usage))
}

fn sorted_codes(guide: &Guide, element: &Element) -> Vec<String> {
    let mut codes: Vec<String> = guide.codes(element).iter().map(|code| code.replace(' ', "_")).collect();
    codes.sort();
    codes
}

fn statement(guide: &Guide, element: &Element, number: &str) -> String {
    let usage = letter(element.usage);
    if number.starts_with('C') {
        return format!("{usage} {number}");
    }
    let name = match element.data_type {
        DataType::Text | DataType::Period => "AN",
        DataType::Code => "ID",
        DataType::Whole => "N0",
        DataType::Real => "R",
        DataType::Day => "DT",
        DataType::Time => "TM",
    };
    let mut words = vec![usage.to_owned(), name.to_owned(), format!("{}/{}", element.least, element.most)];
    words.extend(sorted_codes(guide, element));
    words.join(" ")
}

/// Names a row by its segment and the codes of its first element, or of that one's first component.
fn label(guide: &Guide, row: &Row) -> String {
    let Some(first) = guide.elements(row).first() else { return row.segment.to_owned() };
    let codes = sorted_codes(guide, guide.components(first).first().unwrap_or(first));
    if codes.is_empty() {
        return row.segment.to_owned();
    }
    let mut words: Vec<String> = codes.iter().take(3).cloned().collect();
    if 3 < codes.len() {
        words.push(format!("+{}", codes.len() - 3));
    }
    format!("{}({})", row.segment, words.join(" "))
}

/// Writes a condition as the standard does.
fn note(note: Note) -> String {
    let letter = match note.condition {
        Condition::Paired => 'P',
        Condition::Required => 'R',
        Condition::Exclusion => 'E',
        Condition::Conditional => 'C',
        Condition::ListConditional => 'L',
    };
    let first = note.first.trailing_zeros();
    let others = (0..64).filter(|index| note.elements & (1 << index) != 0 && *index != first);
    let positions = std::iter::once(first).chain(others).map(|index| format!("{:02}", index + 1));
    format!("{letter}{}", positions.collect::<Vec<_>>().concat())
}
