//! The standard's dictionary: data elements, composites, segments, and the conditions between elements.
//!
//! It is the same for every guide; a guide only narrows it.

use std::ops::Range;
use std::sync::LazyLock;

use crate::keys::Names;
use crate::value::DataType;

/// A condition between elements of one segment.
///
/// Source: X12.6, relational conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// P: all or none.
    Paired,
    /// R: at least one.
    Required,
    /// E: at most one.
    Exclusion,
    /// C: if the first, then all others.
    Conditional,
    /// L: if the first, then at least one other.
    ListConditional,
}

/// A condition and the elements that it binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    /// What must hold.
    pub condition: Condition,
    /// The element named first, as the bit of its position less one.
    pub first: u64,
    /// All elements named, as bits.
    pub elements: u64,
}

impl Note {
    /// Reads a note as the standard writes it: a letter, and positions of two digits.
    pub fn from_name(name: &str) -> Option<Note> {
        let (letter, positions) = name.split_at_checked(1)?;
        let condition = match letter {
            "P" => Condition::Paired,
            "R" => Condition::Required,
            "E" => Condition::Exclusion,
            "C" => Condition::Conditional,
            "L" => Condition::ListConditional,
            _ => return None,
        };
        let mut bits = positions.as_bytes().chunks(2).map(|digits| {
            let position: u32 = std::str::from_utf8(digits).ok()?.parse().ok()?;
            1u64.checked_shl(position.checked_sub(1)?)
        });
        let first = bits.next()??;
        let elements = bits.try_fold(first, |elements, bit| Some(elements | bit?))?;
        Some(Note { condition, first, elements })
    }

    /// Returns whether the condition holds where the elements of `present` are not empty.
    #[inline]
    pub fn holds(self, present: u64) -> bool {
        let named = present & self.elements;
        match self.condition {
            Condition::Paired => named == 0 || named == self.elements,
            Condition::Required => named != 0,
            Condition::Exclusion => named & named.wrapping_sub(1) == 0,
            Condition::Conditional => named & self.first == 0 || named == self.elements,
            Condition::ListConditional => named & self.first == 0 || named != self.first,
        }
    }

    /// Returns whether it can be broken where all of `required` are there, and none but `used`.
    pub(crate) fn can_break(self, required: u64, used: u64) -> bool {
        let free = self.elements & used & !required;
        let mut chosen = free;
        loop {
            if !self.holds(required | chosen) {
                return true;
            }
            if chosen == 0 {
                return false;
            }
            // The next smaller choice from the same elements.
            chosen = (chosen - 1) & free;
        }
    }
}

/// A data element, or a composite with its components.
#[derive(Clone)]
pub(crate) struct Field {
    pub(crate) number: &'static str,
    pub(crate) data_type: DataType,
    pub(crate) least: u8,
    pub(crate) most: u16,
    pub(crate) repeat: u8,
    /// Of a composite.
    pub(crate) components: Range<usize>,
}

/// A segment of the standard.
pub(crate) struct Segment {
    pub(crate) fields: Range<usize>,
    pub(crate) notes: Vec<Note>,
}

/// The whole dictionary.
pub(crate) struct Dictionary {
    pub(crate) names: Names,
    segments: Vec<Segment>,
    /// Of all segments and composites.
    fields: Vec<Field>,
}

/// The dictionary of release 005010, as far as the guides here use it.
pub(crate) static STANDARD: LazyLock<Dictionary> =
    LazyLock::new(|| Dictionary::read(include_str!("../tables/standard.table")));

impl Dictionary {
    pub(crate) fn segment(&self, number: u8) -> &Segment {
        &self.segments[usize::from(number)]
    }

    pub(crate) fn fields(&self, range: &Range<usize>) -> &[Field] {
        &self.fields[range.clone()]
    }

    fn read(text: &'static str) -> Dictionary {
        let mut known: Vec<(&str, Field)> = Vec::with_capacity(256);
        let mut dictionary = Dictionary { names: Names::new(), segments: Vec::new(), fields: Vec::new() };
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (head, notes) = line.split_once('|').unwrap_or((line, ""));
            let mut words = head.split_ascii_whitespace();
            let (kind, name) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
            if kind == "element" {
                known.push((name, element(name, words)));
                continue;
            }
            let start = dictionary.fields.len();
            dictionary.fields.extend(words.map(|word| named(&known, word)));
            let fields = start..dictionary.fields.len();
            if kind == "composite" {
                known.push((name, composite(name, fields)));
            } else {
                dictionary.names.add(name);
                let notes = notes.split_ascii_whitespace();
                let notes =
                    notes.map(|note| Note::from_name(note).expect("a note has a letter and positions"));
                dictionary.segments.push(Segment { fields, notes: notes.collect() });
            }
        }
        dictionary
    }
}

fn element(number: &'static str, mut words: std::str::SplitAsciiWhitespace<'static>) -> Field {
    let mut next = || words.next().expect("an element has a type, a least and a most length");
    // A period is text to the standard; what it must look like, the element in front of it says.
    let type_name = next();
    let data_type = DataType::from_name(if number == "1251" { number } else { type_name });
    let data_type = data_type.expect("an element has one of the standard's types");
    let least = next().parse().expect("the least length is a number");
    let most = next().parse().expect("the most length is a number");
    Field { number, data_type, least, most, repeat: 1, components: 0..0 }
}

fn composite(number: &'static str, components: Range<usize>) -> Field {
    Field { number, data_type: DataType::Text, least: 0, most: 0, repeat: 1, components }
}

/// Returns the field that `word` names, which may end with `x` and how often it may be repeated.
fn named(known: &[(&str, Field)], word: &str) -> Field {
    let (name, repeat) = word.split_once('x').unwrap_or((word, "1"));
    let found = known.iter().find(|(number, _)| *number == name);
    let (_, field) = found.expect("a segment is made of elements that stand above it");
    Field { repeat: repeat.parse().expect("a number of repetitions"), ..field.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_hold_or_not() {
        let bits =
            |positions: &[u32]| positions.iter().fold(0, |bits, position| bits | 1u64 << (position - 1));
        let holds = |name: &str, present: &[u32]| Note::from_name(name).unwrap().holds(bits(present));
        assert!(holds("P0809", &[8, 9]) && holds("P0809", &[1]) && !holds("P0809", &[8]));
        assert!(holds("R0203", &[3]) && !holds("R0203", &[1]));
        assert!(holds("E0207", &[2]) && holds("E0207", &[]) && !holds("E0207", &[2, 7]));
        assert!(holds("C0605", &[5, 6]) && holds("C0605", &[5]) && !holds("C0605", &[6]));
        assert!(holds("L050607", &[5, 7]) && holds("L050607", &[6]) && !holds("L050607", &[5]));
        assert_eq!(Note::from_name("X0102"), None);
        assert_eq!(Note::from_name("P01x2"), None);
    }

    #[test]
    fn segments_have_their_elements() {
        let number = STANDARD.names.number_of(b"SV1").unwrap();
        let sv1 = STANDARD.segment(number);
        let fields = STANDARD.fields(&sv1.fields);
        assert_eq!((fields.len(), fields[0].number, fields[1].number), (21, "C003", "782"));
        assert_eq!(STANDARD.fields(&fields[0].components).len(), 8);
        assert_eq!((fields[1].data_type, fields[1].most), (DataType::Real, 18));
    }
}
