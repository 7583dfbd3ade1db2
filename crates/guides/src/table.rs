//! Reads the table of a guide.
//!
//! ```text
//! guide 005010X222A1 837 HC          reference, ST01, GS01
//! unused CL1 SV2                     segments of the standard's set that the guide does not use
//! loop 2010AA in 2000A R 1 words     number, loop around it, usage, repeat (* for any number), what it is about
//! NM1 0150 R 1 name                  segment, the standard's position number, usage, repeat, what it is about
//!   | 01 R 85 | 02 R 1 2 | 03 R      position, usage, codes
//!   | 04..07 S | 08 S XX             the same for several elements
//!   | 05 R | 05-1 R | 05-2 R B       components behind their composite
//! again 2300 in 2000C R 100          a loop that stands above, here too
//! back ST                            what follows stands in this loop again
//! ```
//!
//! What a row leaves out is not used.
//! Types, lengths and repeats of elements are the standard's, from `standard.table`.
//! An underscore in a code is a blank.
//! `!` behind a position says that this element tells the row from others of its name; without it the first element does.
//! The tables are part of the program: one that cannot be read is a bug, and a test reads them all.

use std::str::SplitAsciiWhitespace;

use crate::dictionary::{Dictionary, Field, STANDARD};
use crate::guide::{Check, Child, Codes, Element, Guide, Key, Loop, Row, Usage};
use crate::keys::NAMES_MAX;
use crate::usual::Usual;
use crate::value::DataType;
use crate::word::packed;

/// A guide while its table is read.
struct Draft {
    dictionary: &'static Dictionary,
    guide: Guide,
    /// What stands in each loop.
    children: Vec<Vec<Child>>,
    /// The loop that rows stand in.
    current: u16,
    /// The child that the next row opens: a loop, within another.
    opening: Option<(u16, Child)>,
    /// Whether the row that is read says which element tells it.
    marked: Option<u8>,
    /// What tells each row from others of its name.
    keys: Vec<(Key, Codes)>,
}

/// Reads the table `text`.
pub(crate) fn read(text: &'static str) -> Guide {
    let mut draft = Draft {
        dictionary: &STANDARD,
        guide: empty(),
        children: vec![Vec::new()],
        current: 0,
        opening: None,
        marked: None,
        keys: Vec::with_capacity(256),
    };
    draft.guide.loops.push(Loop {
        name: "ST",
        packed: packed(b"ST"),
        words: "",
        children: (0, 0),
        required: 0,
    });
    for line in text.lines() {
        match line.as_bytes().first() {
            None | Some(b'#') => {}
            Some(b' ') => draft.items(line),
            Some(_) => draft.line(line),
        }
    }
    draft.finish()
}

fn empty() -> Guide {
    Guide {
        names: &STANDARD.names,
        transaction_set: "",
        functional_group: "",
        reference: "",
        loops: Vec::with_capacity(64),
        rows: Vec::with_capacity(256),
        elements: Vec::with_capacity(4096),
        codes: Vec::with_capacity(2048),
        code_texts: Vec::with_capacity(2048),
        children: Vec::with_capacity(320),
        by_segment: Vec::new(),
        candidates: Vec::with_capacity(320),
        open_notes: Vec::new(),
        usual: Usual::default(),
        unused: Vec::new(),
    }
}

/// Returns the words of `rest` behind its first `count`.
fn behind(rest: &'static str, count: usize) -> &'static str {
    let mut rest = rest;
    for _ in 0..count {
        rest = rest.trim_start();
        rest = &rest[rest.find(' ').unwrap_or(rest.len())..];
    }
    rest.trim_start()
}

fn usage_of(word: &str) -> Usage {
    match word {
        "R" => Usage::Required,
        "S" => Usage::Situational,
        _ => panic!("a usage is R or S"),
    }
}

fn most_of(word: &str) -> u16 {
    if word == "*" { u16::MAX } else { word.parse().expect("a repeat is a number or *") }
}

/// Converts a place in a table; no table of a guide has that many entries.
fn index(length: usize) -> u16 {
    u16::try_from(length).expect("a table has fewer than 65,536 entries")
}

impl Draft {
    fn line(&mut self, line: &'static str) {
        let mut words = line.split_ascii_whitespace();
        let mut next = || words.next().expect("a line of a table has all its words");
        match next() {
            "guide" => {
                (self.guide.reference, self.guide.transaction_set, self.guide.functional_group) =
                    (next(), next(), next());
            }
            "unused" => {
                let number = |name: &str| self.dictionary.names.number_of(name.as_bytes());
                let numbers =
                    words.map(|name| number(name).expect("an unused segment is one of the standard"));
                self.guide.unused.extend(numbers);
            }
            "loop" => {
                let (name, _, parent, usage, most) = (next(), next(), next(), next(), next());
                let opens = index(self.guide.loops.len());
                self.guide.loops.push(Loop {
                    name,
                    packed: packed(name.as_bytes()),
                    words: behind(line, 6),
                    children: (0, 0),
                    required: 0,
                });
                self.children.push(Vec::new());
                self.opening = Some((self.loop_named(parent), child(0, opens, usage, most)));
                self.current = opens;
            }
            "again" => {
                let (name, _, parent, usage, most) = (next(), next(), next(), next(), next());
                let opens = self.loop_named(name);
                let head = self.children[usize::from(opens)][0].row;
                let again = child(head, opens, usage, most);
                self.add_child(self.loop_named(parent), again);
            }
            "back" => self.current = self.loop_named(next()),
            name => {
                let (position, usage, most) = (next(), next(), next());
                self.row(name, position, usage_of(usage), most_of(most), behind(line, 4));
            }
        }
    }

    fn loop_named(&self, name: &str) -> u16 {
        self.guide.loop_named(name).expect("a loop stands above the lines that name it")
    }

    fn row(
        &mut self,
        segment: &'static str,
        position: &'static str,
        usage: Usage,
        most: u16,
        words: &'static str,
    ) {
        self.close_row();
        let standard = self.dictionary.names.number_of(segment.as_bytes());
        let standard = standard.expect("a row is a segment of the standard");
        let fields = self.dictionary.fields(&self.dictionary.segment(standard).fields);
        let row = index(self.guide.rows.len());
        let first_element = index(self.guide.elements.len());
        self.guide.elements.extend(fields.iter().map(unused));
        self.guide.rows.push(Row {
            segment,
            position,
            usage,
            repeat: if most == u16::MAX { 0 } else { most },
            words,
            in_loop: self.current,
            standard,
            first_element,
            elements: u8::try_from(fields.len()).expect("a segment has fewer elements"),
            required: 0,
            used: 0,
            hard: 0,
            room: u16::MAX,
            has_composites: false,
            notes: &[],
            open_notes: (0, 0),
        });
        let usage_word = if usage == Usage::Required { "R" } else { "S" };
        let mut own = child(row, 0, usage_word, "1");
        own.most = most;
        self.add_child(self.current, own);
        if let Some((parent, opening)) = self.opening.take() {
            self.add_child(parent, Child { row, ..opening });
        }
    }

    /// Adds a child behind the others of its loop; those of one position number share their place.
    fn add_child(&mut self, parent: u16, mut child: Child) {
        let position = |row: u16| self.guide.rows[usize::from(row)].position;
        let siblings = &mut self.children[usize::from(parent)];
        child.place = match siblings.last() {
            None => 0,
            Some(last) if position(last.row) == position(child.row) => last.place,
            Some(last) => last.place + 1,
        };
        siblings.push(child);
    }

    /// Reads the elements of the row that stands above.
    fn items(&mut self, line: &'static str) {
        for item in line.split('|').skip(1) {
            let mut words = item.split_ascii_whitespace();
            let (position, usage) = (words.next(), words.next());
            let position = position.expect("an item begins with a position");
            let usage = usage_of(usage.expect("an item has a usage"));
            let position = match position.strip_suffix('!') {
                Some(position) => {
                    self.marked = Some(number(position));
                    position
                }
                None => position,
            };
            let (elements, component) = position.split_once('-').unwrap_or((position, ""));
            let (first, last) = elements.split_once("..").unwrap_or((elements, elements));
            let codes = self.codes(words);
            for element in number(first)..=number(last) {
                self.element(element, component, usage, codes);
            }
        }
    }

    fn codes(&mut self, words: SplitAsciiWhitespace<'static>) -> Codes {
        let first = self.guide.codes.len();
        for word in words {
            let text = if word.contains('_') { blanks(word) } else { word };
            self.guide.codes.push(packed(text.as_bytes()));
            self.guide.code_texts.push(text);
        }
        let only = self.guide.codes.get(first).copied().unwrap_or(0);
        let count = index(self.guide.codes.len() - first);
        // Lists are looked through by fours.
        while !(self.guide.codes.len() - first).is_multiple_of(4) {
            self.guide.codes.push(only);
            self.guide.code_texts.push("");
        }
        Codes { only, first: index(first), count }
    }

    fn element(&mut self, position: u8, component: &str, usage: Usage, codes: Codes) {
        let row = self.guide.rows.last_mut().expect("elements stand below their row");
        assert!(1 <= position && position <= row.elements, "a position is one of the segment's");
        let fields = self.dictionary.fields(&self.dictionary.segment(row.standard).fields);
        let field = &fields[usize::from(position) - 1];
        let place = usize::from(row.first_element) + usize::from(position) - 1;
        if component.is_empty() {
            row.used |= 1 << (position - 1);
            if usage == Usage::Required {
                row.required |= 1 << (position - 1);
            }
            row.has_composites |= !field.components.is_empty();
            let components = self.dictionary.fields(&field.components);
            let first_component = index(self.guide.elements.len());
            self.guide.elements.extend(components.iter().map(unused));
            let element = &mut self.guide.elements[place];
            use_element(element, field, usage, codes);
            element.first_component = first_component;
        } else {
            let component = number(component);
            let composite = &mut self.guide.elements[place];
            assert!(composite.check == Check::Composite, "components stand behind their composite");
            assert!(component <= composite.components, "a component is one of the composite's");
            if usage == Usage::Required {
                composite.required |= 1 << (component - 1);
            }
            let place = usize::from(composite.first_component) + usize::from(component) - 1;
            let field = &self.dictionary.fields(&field.components)[usize::from(component) - 1];
            use_element(&mut self.guide.elements[place], field, usage, codes);
        }
    }

    /// Settles what can be settled only when all elements of the last row are read.
    fn close_row(&mut self) {
        let marked = self.marked.take();
        let Some(row) = self.guide.rows.last_mut() else { return };
        let notes = &self.dictionary.segment(row.standard).notes;
        if notes.iter().any(|note| note.elements & row.used != 0) {
            row.notes = notes;
            let first = index(self.guide.open_notes.len());
            self.guide.open_notes.extend(notes.iter().filter(|note| note.can_break(row.required, row.used)));
            row.open_notes = (first, index(self.guide.open_notes.len()) - first);
        }
        let elements = &self.guide.elements[usize::from(row.first_element)..][..usize::from(row.elements)];
        for (number, element) in elements.iter().enumerate() {
            let is_easy = element.check == Check::Text && element.least <= 1;
            if is_easy {
                row.room = row.room.min(element.most);
            } else {
                row.hard |= 1 << number;
            }
        }
        self.keys.push(key_of(&self.guide, marked));
    }

    /// Gives each child its bit, and the bits of those that must stand in front of it.
    fn number_children(&mut self) {
        for (index_of_loop, children) in self.children.iter_mut().enumerate() {
            let mut required = Vec::new();
            for (ordinal, child) in (0..).zip(children) {
                (child.key, child.codes) = self.keys[usize::from(child.row)];
                child.bit = 1u64.checked_shl(ordinal).expect("a loop has at most 64 children");
                let before = required.iter().filter(|&&(place, _)| place < child.place);
                child.before = before.fold(0, |bits, (_, bit)| bits | bit);
                if child.usage == Usage::Required && (index_of_loop == 0 || ordinal != 0) {
                    required.push((child.place, child.bit));
                }
            }
        }
    }

    fn finish(mut self) -> Guide {
        self.close_row();
        self.number_children();
        let mut guide = self.guide;
        guide.by_segment = vec![(0, 0); guide.loops.len() * NAMES_MAX];
        for (index_of_loop, children) in self.children.iter().enumerate() {
            let first = index(guide.children.len());
            guide.children.extend(children);
            guide.loops[index_of_loop].children = (first, index(children.len()));
            let numbered = || (first..).zip(children).skip(usize::from(index_of_loop != 0));
            let owed = numbered().filter(|(_, child)| child.usage == Usage::Required);
            guide.loops[index_of_loop].required = owed.fold(0, |bits, (_, child)| bits | child.bit);
            for (_, child) in numbered() {
                let standard = guide.rows[usize::from(child.row)].standard;
                let place = index_of_loop * NAMES_MAX + usize::from(standard);
                if guide.by_segment[place].1 == 0 {
                    let start = index(guide.candidates.len());
                    let same = numbered()
                        .filter(|(_, other)| guide.rows[usize::from(other.row)].standard == standard);
                    guide.candidates.extend(same.map(|(number, child)| (number, *child)));
                    guide.by_segment[place] = (start, index(guide.candidates.len()) - start);
                }
            }
        }
        guide.usual = Usual::of(&guide);
        guide
    }
}

fn number(word: &str) -> u8 {
    word.parse().expect("a position is a number")
}

/// Returns `word` with blanks for underscores; the few codes that have any are kept for as long as the program runs.
fn blanks(word: &str) -> &'static str {
    word.replace('_', " ").leak()
}

fn child(row: u16, opens: u16, usage: &str, most: &str) -> Child {
    Child {
        row,
        opens,
        place: 0,
        usage: usage_of(usage),
        most: most_of(most),
        key: Key::None,
        codes: Codes::default(),
        bit: 0,
        before: 0,
    }
}

/// Returns what tells the last row of `guide` from others: the element that is marked, else the first or its first component, if it has codes.
fn key_of(guide: &Guide, marked: Option<u8>) -> (Key, Codes) {
    let row = guide.rows.last().expect("called for a row");
    let elements = guide.elements(row);
    let position = marked.unwrap_or(1);
    let Some(element) = elements.get(usize::from(position) - 1) else { return (Key::None, Codes::default()) };
    if element.codes.count != 0 {
        return (Key::Element(position), element.codes);
    }
    match guide.components(element).first() {
        Some(first) if first.codes.count != 0 && position == 1 => (Key::FirstComponent, first.codes),
        _ => (Key::None, Codes::default()),
    }
}

/// Returns an element that is not used.
fn unused(field: &Field) -> Element {
    Element {
        usage: Usage::NotUsed,
        data_type: field.data_type,
        check: Check::Unused,
        least: field.least,
        most: field.most,
        repeat: field.repeat,
        components: 0,
        first_component: 0,
        codes: Codes::default(),
        required: 0,
    }
}

fn use_element(element: &mut Element, field: &Field, usage: Usage, codes: Codes) {
    element.usage = usage;
    element.codes = codes;
    element.components = u8::try_from(field.components.len()).expect("a composite has fewer components");
    element.check = if element.components != 0 {
        Check::Composite
    } else if codes.count != 0 {
        Check::Codes
    } else {
        match field.data_type {
            DataType::Text | DataType::Code => Check::Text,
            DataType::Whole => Check::Whole,
            DataType::Real => Check::Real,
            DataType::Day => Check::Day,
            DataType::Time => Check::Time,
            DataType::Period => Check::Period,
        }
    };
}
