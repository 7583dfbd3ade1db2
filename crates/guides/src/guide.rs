//! A guide: its loops, rows and elements, as they stand in its table.

use std::sync::LazyLock;

use crate::deviation::Place;
use crate::dictionary::{Note, STANDARD};
use crate::keys::{NAMES_MAX, Names};
use crate::table;
use crate::usual::Usual;
use crate::value::DataType;
use crate::word::packed;

/// How a guide uses a loop, segment or element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// R: must be there.
    Required,
    /// S: may be there, and must be under a condition that the table does not hold.
    Situational,
    /// N: must not be there.
    NotUsed,
}

/// A loop of a guide.
#[derive(Debug)]
pub struct Loop {
    /// The number that the guide gives it, like `2310B`; `ST` for what stands in none.
    pub name: &'static str,
    /// The name once more, as a number.
    pub(crate) packed: u64,
    /// What it is about, in few words.
    pub words: &'static str,
    /// Its segments and the loops in it, in order.
    pub(crate) children: (u16, u16),
    /// Those of them that must be there, without the segment that opens it, as bits.
    pub(crate) required: u64,
}

/// A segment at its place in a guide.
#[derive(Debug)]
pub struct Row {
    /// The segment's identifier.
    pub segment: &'static str,
    /// The position number that the standard gives it.
    pub position: &'static str,
    /// Whether it must be there, if its loop is.
    pub usage: Usage,
    /// How often it may stand in one loop; 0 for any number.
    pub repeat: u16,
    /// What it is about, in few words.
    pub words: &'static str,
    /// Index of its loop.
    pub(crate) in_loop: u16,
    /// Its number in the dictionary.
    pub(crate) standard: u8,
    pub(crate) first_element: u16,
    pub(crate) elements: u8,
    /// Elements that must be there, as bits.
    pub(crate) required: u64,
    /// Elements that are used, as bits.
    pub(crate) used: u64,
    /// Elements that are more than text of any length, as bits.
    pub(crate) hard: u64,
    /// How many bytes behind the name leave no text of any length too long.
    pub(crate) room: u16,
    /// Whether an element that is used is a composite.
    pub(crate) has_composites: bool,
    /// The standard's conditions between its elements, if they bind any that is used.
    pub(crate) notes: &'static [Note],
    /// Those of them that may be broken where all elements are as they are used, among the guide's.
    pub(crate) open_notes: (u16, u16),
}

/// How the fast look at an element is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    Unused,
    Text,
    Codes,
    Whole,
    Real,
    Day,
    Time,
    Period,
    Composite,
}

/// An element of a row, or a component of one.
#[derive(Clone, Copy, Debug)]
pub struct Element {
    /// How it is used.
    pub usage: Usage,
    /// Its type; of no meaning for a composite.
    pub data_type: DataType,
    pub(crate) check: Check,
    /// Least length.
    pub least: u8,
    /// Most length.
    pub most: u16,
    /// How often it may be repeated within its element.
    pub repeat: u8,
    pub(crate) components: u8,
    pub(crate) first_component: u16,
    pub(crate) codes: Codes,
    /// Of a composite: components that must be there, as bits.
    pub(crate) required: u16,
}

/// The codes that a value may be one of.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Codes {
    /// The first of them, packed: most lists have no other.
    pub(crate) only: u64,
    pub(crate) first: u16,
    pub(crate) count: u16,
}

/// A component of a composite element.
pub type Component = Element;

/// A segment or a loop within a loop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Child {
    /// The row; of a loop, the one that opens it.
    pub(crate) row: u16,
    /// The loop that the row opens; 0 if none.
    pub(crate) opens: u16,
    /// Order within the loop around it; equal for what may come in any order.
    pub(crate) place: u8,
    pub(crate) usage: Usage,
    /// How often it may be there.
    pub(crate) most: u16,
    /// The element that tells this row from others of its name.
    pub(crate) key: Key,
    /// What it then holds.
    pub(crate) codes: Codes,
    /// The bit that stands for it among the children of its loop.
    pub(crate) bit: u64,
    /// Those of its loop that must stand in front of it, as bits.
    pub(crate) before: u64,
}

/// The element that tells a row from others of the same segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// Nothing does: there is one of its name, or its loop tells it.
    None,
    /// The element at this position.
    Element(u8),
    /// The first component of the first element.
    FirstComponent,
}

/// What one implementation guide says.
pub struct Guide {
    /// The numbers of segments, for a quick look.
    pub(crate) names: &'static Names,
    /// ST01 of its transaction sets.
    pub transaction_set: &'static str,
    /// GS01 of its functional groups.
    pub functional_group: &'static str,
    /// The version that the table is of, as ST03 and GS08 write it.
    pub reference: &'static str,
    pub(crate) loops: Vec<Loop>,
    pub(crate) rows: Vec<Row>,
    pub(crate) elements: Vec<Element>,
    /// Packed into numbers; 0 for those of more than eight bytes.
    pub(crate) codes: Vec<u64>,
    pub(crate) code_texts: Vec<&'static str>,
    pub(crate) children: Vec<Child>,
    /// Children by loop and segment: the first of them in `candidates`, and how many.
    pub(crate) by_segment: Vec<(u16, u16)>,
    /// The children once more, each with its number, those of one loop and segment together.
    pub(crate) candidates: Vec<(u16, Child)>,
    /// Conditions that must be looked at, by row.
    pub(crate) open_notes: Vec<Note>,
    /// Where a segment belongs as a rule.
    pub(crate) usual: Usual,
    /// Segments of the standard's transaction set that the guide does not use.
    pub(crate) unused: Vec<u8>,
}

impl Row {
    /// Returns whether the guide has segments of this row in front of those of `other`, another row of it.
    ///
    /// Rows of one loop and position number come in any order; rows lie in the order of their guide.
    pub fn may_precede(&self, other: &Row) -> bool {
        if self.in_loop == other.in_loop {
            return self.position <= other.position;
        }
        std::ptr::from_ref(self) < std::ptr::from_ref(other)
    }
}

/// The tables, compiled when they are first asked for.
static GUIDES: [LazyLock<Guide>; 6] = [
    LazyLock::new(|| table::read(include_str!("../tables/837p.guide"))),
    LazyLock::new(|| table::read(include_str!("../tables/837i.guide"))),
    LazyLock::new(|| table::read(include_str!("../tables/837d.guide"))),
    LazyLock::new(|| table::read(include_str!("../tables/999.guide"))),
    LazyLock::new(|| table::read(include_str!("../tables/277ca.guide"))),
    LazyLock::new(|| table::read(include_str!("../tables/824.guide"))),
];

/// The segments of the envelopes, which belong to no guide alone.
pub(crate) static CONTROL: LazyLock<Guide> =
    LazyLock::new(|| table::read(include_str!("../tables/control.guide")));

/// References by the place of their table in [`GUIDES`].
///
/// Addenda and predecessors of release 005010 run on the table of the version that HIPAA names: what they change is text, not the table.
/// Source: 45 CFR 162.1102 and 162.920; X12 Technical Reports Type 3 with their errata.
const REFERENCES: [(&str, usize); 15] = [
    ("005010X222A1", 0),
    ("005010X222", 0),
    ("005010X222A2", 0),
    ("005010X223A2", 1),
    ("005010X223", 1),
    ("005010X223A1", 1),
    ("005010X223A3", 1),
    ("005010X224A2", 2),
    ("005010X224", 2),
    ("005010X224A1", 2),
    ("005010X224A3", 2),
    ("005010X231A1", 3),
    ("005010X231", 3),
    ("005010X214", 4),
    ("005010X186A1", 5),
];

/// Returns the guide that `reference`, ST03 or else GS08, names.
pub fn guide(reference: &[u8]) -> Option<&'static Guide> {
    let reference = reference.trim_ascii();
    let found = REFERENCES.iter().find(|(name, _)| name.as_bytes() == reference);
    found.map(|&(_, place)| &*GUIDES[place])
}

/// Iterates over all guides.
pub fn guides() -> impl Iterator<Item = &'static Guide> {
    GUIDES.iter().map(|guide| &**guide)
}

/// Returns the codes that may stand at `place` of a segment of `row`; none where its guide does not list them.
///
/// A row lies among those of its guide, which is how the guide is found.
pub fn codes_at(row: &'static Row, place: Place) -> &'static [&'static str] {
    let control: &'static Guide = &CONTROL;
    let mut all = guides().chain(std::iter::once(control));
    let Some(guide) = all.find(|guide| guide.rows.as_ptr_range().contains(&std::ptr::from_ref(row))) else {
        return &[];
    };
    let nth = |elements: &'static [Element], position: u16| {
        usize::from(position).checked_sub(1).and_then(|index| elements.get(index))
    };
    let element = nth(guide.elements(row), place.element);
    let component = element.and_then(|element| nth(guide.components(element), place.component));
    component.or(element).map_or(&[], |element| guide.codes(element))
}

#[inline]
fn slice<T>(all: &[T], (first, count): (u16, u16)) -> &[T] {
    &all[usize::from(first)..][..usize::from(count)]
}

impl Guide {
    /// Returns the loops, each behind the one that it stands in; the first is what stands in none.
    pub fn loops(&self) -> &[Loop] {
        &self.loops
    }

    /// Returns the rows, in the order of the table.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Returns the loop that `row` stands in.
    pub fn loop_of(&self, row: &Row) -> &Loop {
        &self.loops[usize::from(row.in_loop)]
    }

    /// Returns the elements of `row`, used and not used, by position.
    #[inline]
    pub fn elements(&self, row: &Row) -> &[Element] {
        slice(&self.elements, (row.first_element, row.elements.into()))
    }

    /// Returns the components of `element`; none of what is no composite.
    #[inline]
    pub fn components(&self, element: &Element) -> &[Component] {
        slice(&self.elements, (element.first_component, element.components.into()))
    }

    /// Returns the codes that `element` may hold; none where the guide does not list them.
    pub fn codes(&self, element: &Element) -> &[&'static str] {
        slice(&self.code_texts, (element.codes.first, element.codes.count))
    }

    /// Returns the standard's number of an element or component of `row`, as IK402 wants it.
    ///
    /// Both positions count from 1; component 0 is the element itself.
    /// Source: 005010X231A1, IK4, data element 725.
    pub fn data_element(&self, row: &Row, element: u16, component: u16) -> Option<&'static str> {
        let fields = STANDARD.fields(&STANDARD.segment(row.standard).fields);
        let field = fields.get(usize::from(element).checked_sub(1)?)?;
        match usize::from(component).checked_sub(1) {
            None => Some(field.number),
            Some(index) => STANDARD.fields(&field.components).get(index).map(|field| field.number),
        }
    }

    /// Returns the conditions of the standard between the elements of `row`.
    pub fn notes(&self, row: &Row) -> &'static [Note] {
        &STANDARD.segment(row.standard).notes
    }

    /// Iterates over what stands in `place`: rows, and loops by the row that opens them, each with usage, repeat and the loop opened.
    pub fn children(&self, place: &Loop) -> impl Iterator<Item = (&Row, Usage, u16, Option<&Loop>)> {
        slice(&self.children, place.children).iter().map(|child| {
            let opens = (child.opens != 0).then(|| &self.loops[usize::from(child.opens)]);
            (
                &self.rows[usize::from(child.row)],
                child.usage,
                if child.most == u16::MAX { 0 } else { child.most },
                opens,
            )
        })
    }

    /// Returns the children of loop `index` that are, or open with, the segment of that number.
    #[inline]
    pub(crate) fn candidates(&self, index: u16, segment: u8) -> &[(u16, Child)] {
        let place = usize::from(index) * NAMES_MAX + usize::from(segment);
        slice(&self.candidates, self.by_segment[place])
    }

    /// Returns whether the conditions of `row` hold where the elements of `present` are not empty, and all are as they are used.
    #[inline]
    pub(crate) fn notes_hold(&self, row: &Row, present: u64) -> bool {
        let (first, count) = row.open_notes;
        count == 0 || slice(&self.open_notes, (first, count)).iter().all(|note| note.holds(present))
    }

    /// Returns what stands in `place`, the row that opens it first.
    pub(crate) fn children_of(&self, place: &Loop) -> &[Child] {
        slice(&self.children, place.children)
    }

    /// Returns the codes of a list, packed.
    pub(crate) fn packed_codes(&self, codes: Codes) -> &[u64] {
        slice(&self.codes, (codes.first, codes.count))
    }

    /// Returns the loop named `name`.
    pub(crate) fn loop_named(&self, name: &str) -> Option<u16> {
        let name = packed(name.as_bytes());
        (0..).zip(&self.loops).find(|(_, place)| place.packed == name).map(|(index, _)| index)
    }

    /// Returns whether the value of up to eight bytes that is `packed` is one of `codes`.
    #[inline(never)]
    pub(crate) fn holds_packed(&self, codes: Codes, packed: u64) -> bool {
        if codes.count == 1 {
            return packed == codes.only;
        }
        // Four at once, without a jump between them.
        let (fours, _) = self.codes[usize::from(codes.first)..].as_chunks::<4>();
        let hits = |four: &[u64; 4]| four.iter().filter(|&&code| code == packed).count();
        fours[..usize::from(codes.count).div_ceil(4)].iter().any(|four| hits(four) != 0)
    }

    /// Returns whether `value` is one of `codes`.
    pub(crate) fn holds_code(&self, codes: Codes, value: &[u8]) -> bool {
        slice(&self.code_texts, (codes.first, codes.count)).iter().any(|text| text.as_bytes() == value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_has_its_table() {
        assert_eq!(guides().count(), GUIDES.len());
        for (reference, place) in REFERENCES {
            let guide = guide(reference.as_bytes()).expect("the reference is known");
            assert_eq!(guide.reference, REFERENCES.iter().find(|row| row.1 == place).expect("its first").0);
        }
        assert!(guide(b"005010X222A1 ").is_some(), "blanks around a reference are padding");
        for unknown in [&b"004010X098A1"[..], b"005010X291", b"00501", b""] {
            assert!(guide(unknown).is_none());
        }
    }

    #[test]
    fn a_row_says_what_the_table_says() {
        let guide = guide(b"005010X222A1").expect("the guide is known");
        let row = |segment: &str, name: &str| {
            let mut rows = guide.rows().iter();
            rows.find(|row| row.segment == segment && guide.loop_of(row).name == name)
                .expect("the row is there")
        };
        let service = row("SV1", "2400");
        assert_eq!((service.position, service.usage, service.repeat), ("3700", Usage::Required, 1));
        let elements = guide.elements(service);
        assert_eq!((elements.len(), elements[5].usage), (21, Usage::NotUsed));
        assert_eq!(guide.codes(&elements[2]), ["MJ", "UN"]);
        assert_eq!(guide.codes(&guide.components(&elements[0])[0]), ["ER", "HC", "IV", "WK"]);
        assert_eq!((elements[1].least, elements[1].most), (1, 18));
        assert_eq!(guide.data_element(service, 2, 0), Some("782"));
        assert_eq!(guide.data_element(service, 1, 2), Some("234"));
        assert_eq!((guide.data_element(service, 22, 0), guide.data_element(service, 0, 0)), (None, None));
        let at = |element, component| Place { element, component, repetition: 0 };
        assert_eq!(codes_at(service, at(3, 0)), ["MJ", "UN"]);
        assert_eq!(codes_at(service, at(1, 1)), ["ER", "HC", "IV", "WK"]);
        assert!(codes_at(service, at(2, 0)).is_empty() && codes_at(service, at(99, 1)).is_empty());
        assert_eq!(codes_at(&CONTROL.rows()[0], at(15, 0)), ["P", "T"]);
        let claim = guide.loop_named("2300").expect("the loop is there");
        let parents: Vec<&str> = guide
            .loops()
            .iter()
            .filter(|around| slice(&guide.children, around.children).iter().any(|child| child.opens == claim))
            .map(|around| around.name)
            .collect();
        assert_eq!(parents, ["2000B", "2000C"], "a claim stands with the subscriber or with the patient");
    }
}
