//! The values of a column in one group of rows: every value once, and which of them stands in which row.
//!
//! What claims say comes again and again, so that to look a value up costs less than to write it; amounts hardly do, and are kept as they come.

use std::borrow::Cow;
use std::hash::Hasher;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

use crate::columns::{Column, Kind, Value};

/// The values of a column.
pub(crate) struct Values {
    column: &'static Column,
    distinct: Distinct,
    /// For each value that was put, which of the distinct ones it is; nothing of amounts.
    codes: Vec<u32>,
    /// In a required column the row that each of them was put in, from which on it holds.
    begins: Vec<usize>,
    /// In any other column a bit for each row, 1 if it has a value; rows behind the last of these are left out.
    there: Vec<u8>,
}

/// Values in the order in which they came.
pub(crate) enum Distinct {
    /// Every text once.
    Texts(Texts),
    /// Every number once.
    Numbers(Numbers),
    /// All amounts.
    Amounts(Vec<i64>),
}

#[derive(Default)]
pub(crate) struct Texts {
    /// The bytes of all of them, one behind the other.
    bytes: Vec<u8>,
    /// Where each of them ends.
    ends: Vec<usize>,
    /// The codes, by the hash of their texts.
    table: HashTable<u32>,
    /// The code of one that came of late, by its last byte.
    recent: [u32; RECENT],
}

#[derive(Default)]
pub(crate) struct Numbers {
    /// All of them.
    pub(crate) list: Vec<i64>,
    /// The codes, by the hash of their numbers.
    table: HashTable<u32>,
    /// The code of one that came of late, by its last bits.
    recent: [u32; RECENT],
}

/// How many values are tried before any is looked up: the lines of a claim take turns with few of them.
const RECENT: usize = 32;

impl Values {
    /// Begins a column; where every row has a value, that is nothing until one is put.
    pub(crate) fn new(column: &'static Column) -> Values {
        let distinct = match column.kind {
            Kind::Text => Distinct::Texts(Texts::default()),
            Kind::Long | Kind::Int | Kind::Date => Distinct::Numbers(Numbers::default()),
            Kind::Amount => Distinct::Amounts(Vec::new()),
        };
        let mut values =
            Values { column, distinct, codes: Vec::new(), begins: Vec::new(), there: Vec::new() };
        values.begin();
        values
    }

    /// Puts a value into `row`, which is none before the last one that has a value; one of another kind is none.
    #[inline]
    pub(crate) fn put(&mut self, row: usize, value: Value<'_>) {
        if self.begins == [row] {
            // What held until now stands in no row.
            self.distinct.clear();
            self.codes.clear();
            self.begins.clear();
        }
        let is_long = self.column.kind == Kind::Long;
        match (value, &mut self.distinct) {
            (Value::Text(text), Distinct::Texts(texts)) => self.codes.push(texts.code(text)),
            (Value::Int(number), Distinct::Numbers(numbers)) if !is_long => {
                self.codes.push(numbers.code(number.into()));
            }
            (Value::Long(number), Distinct::Numbers(numbers)) if is_long => {
                self.codes.push(numbers.code(number));
            }
            (Value::Long(number), Distinct::Amounts(amounts)) => amounts.push(number),
            _ => {
                // What must be there is, if only as nothing.
                if self.begins.is_empty() {
                    self.begin();
                }
                return;
            }
        }
        if self.column.required {
            self.begins.push(row);
            return;
        }
        if self.there.len() <= row / 8 {
            self.there.resize(row / 8 + 1, 0);
        }
        self.there[row / 8] |= 1 << (row % 8);
    }

    /// Returns the distinct values, in the order of their codes.
    pub(crate) fn distinct(&self) -> &Distinct {
        &self.distinct
    }

    /// Returns for each of `rows` rows that has a value which of the distinct ones it is.
    pub(crate) fn codes(&self, rows: usize) -> Cow<'_, [u32]> {
        if !self.column.required {
            return Cow::Borrowed(&self.codes);
        }
        let mut all = Vec::with_capacity(rows);
        let ends = self.begins.iter().skip(1).copied().chain([rows]);
        for (&code, end) in self.codes.iter().zip(ends) {
            all.resize(end, code);
        }
        Cow::Owned(all)
    }

    /// Returns a bit for each of `rows` rows, 1 if it has a value; `None` where each of them has one.
    pub(crate) fn there(&self, rows: usize) -> Option<Vec<u8>> {
        if self.column.required {
            return None;
        }
        let mut there = self.there.clone();
        there.resize(rows.div_ceil(8), 0);
        Some(there)
    }

    /// Forgets all of them, and keeps the room.
    pub(crate) fn clear(&mut self) {
        self.distinct.clear();
        self.codes.clear();
        self.begins.clear();
        self.there.clear();
        self.begin();
    }

    fn begin(&mut self) {
        if self.column.required {
            match self.column.kind {
                Kind::Text => self.put(0, Value::Text(b"")),
                Kind::Long | Kind::Amount => self.put(0, Value::Long(0)),
                Kind::Int | Kind::Date => self.put(0, Value::Int(0)),
            }
        }
    }
}

impl Distinct {
    /// Returns how many there are.
    pub(crate) fn count(&self) -> usize {
        match self {
            Distinct::Texts(texts) => texts.ends.len(),
            Distinct::Numbers(numbers) => numbers.list.len(),
            Distinct::Amounts(amounts) => amounts.len(),
        }
    }

    fn clear(&mut self) {
        match self {
            Distinct::Texts(texts) => texts.clear(),
            Distinct::Numbers(numbers) => numbers.clear(),
            Distinct::Amounts(amounts) => amounts.clear(),
        }
    }
}

impl Texts {
    /// Returns all of them, in the order of their codes.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = [0].into_iter().chain(self.ends.iter().copied());
        self.ends.iter().zip(starts).map(|(&end, start)| &self.bytes[start..end])
    }

    fn text(&self, code: u32) -> &[u8] {
        text_of(&self.bytes, &self.ends, code)
    }

    /// Returns the code of a text, which is a new one if it was not there.
    fn code(&mut self, text: &[u8]) -> u32 {
        let place = text.last().map_or(0, |&last| usize::from(last) % RECENT);
        let recent = self.recent[place];
        if (recent as usize) < self.ends.len() && self.text(recent) == text {
            return recent;
        }
        let code = self.find(text);
        self.recent[place] = code;
        code
    }

    fn find(&mut self, text: &[u8]) -> u32 {
        let hash = hash(text);
        if let Some(&code) = self.table.find(hash, |&code| self.text(code) == text) {
            return code;
        }
        // Whatever is not UTF-8 is found by what stands for it.
        if let Cow::Owned(text) = String::from_utf8_lossy(text) {
            return self.find(text.as_bytes());
        }
        let code = next_code(self.ends.len());
        self.bytes.extend_from_slice(text);
        self.ends.push(self.bytes.len());
        let Texts { bytes, ends, table, .. } = self;
        table.insert_unique(hash, code, |&code| self::hash(text_of(bytes, ends, code)));
        code
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.table.clear();
    }
}

impl Numbers {
    /// Returns the code of a number, which is a new one if it was not there.
    fn code(&mut self, number: i64) -> u32 {
        let place = usize::from(number.to_le_bytes()[0]) % RECENT;
        let recent = self.recent[place];
        if self.list.get(recent as usize) == Some(&number) {
            return recent;
        }
        let code = self.find(number);
        self.recent[place] = code;
        code
    }

    fn find(&mut self, number: i64) -> u32 {
        let Numbers { list, table, .. } = self;
        let hash = |number: i64| hash(&number.to_le_bytes());
        if let Some(&code) = table.find(hash(number), |&code| list[code as usize] == number) {
            return code;
        }
        let code = next_code(list.len());
        list.push(number);
        table.insert_unique(hash(number), code, |&code| hash(list[code as usize]));
        code
    }

    fn clear(&mut self) {
        self.list.clear();
        self.table.clear();
    }
}

fn next_code(count: usize) -> u32 {
    u32::try_from(count).expect("a group has fewer rows than 32 bits count")
}

fn text_of<'b>(bytes: &'b [u8], ends: &[usize], code: u32) -> &'b [u8] {
    let code = code as usize;
    let start = if code == 0 { 0 } else { ends[code - 1] };
    &bytes[start..ends[code]]
}

fn hash(value: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(value);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::{COLUMNS, place};

    fn texts(values: &Values) -> Vec<&[u8]> {
        let Distinct::Texts(texts) = values.distinct() else { panic!("it is a column of texts") };
        texts.iter().collect()
    }

    #[test]
    fn values_are_kept_once() {
        let mut values = Values::new(&COLUMNS[place::PROCEDURE]);
        let put: [&[u8]; 6] = [b"one", b"two", b"two", b"", b"\xFF", "\u{FFFD}".as_bytes()];
        for (row, text) in put.into_iter().enumerate() {
            values.put(2 * row, Value::Text(text));
            values.put(2 * row + 1, Value::Long(1));
        }
        assert_eq!(*values.codes(12), [0, 1, 1, 2, 3, 3]);
        assert_eq!(values.there(12), Some(vec![0b0101_0101, 0b0101]));
        assert_eq!(texts(&values), [&b"one"[..], b"two", b"", "\u{FFFD}".as_bytes()]);
        values.clear();
        assert_eq!((&*values.codes(12), values.there(12)), (&[][..], Some(vec![0, 0])));
    }

    #[test]
    fn a_required_value_holds_until_the_next() {
        let mut values = Values::new(&COLUMNS[place::CLAIM_ID]);
        values.put(2, Value::Text(b"one"));
        values.put(4, Value::Text(b"two"));
        assert_eq!((&*values.codes(5), values.there(5)), (&[0, 0, 1, 1, 2][..], None));
        assert_eq!(texts(&values), [&b""[..], b"one", b"two"]);
        values.clear();
        values.put(0, Value::Text(b"two"));
        assert_eq!((&*values.codes(2), texts(&values)), (&[0, 0][..], vec![&b"two"[..]]));
        values.put(0, Value::Long(2));
        assert_eq!((&*values.codes(2), texts(&values)), (&[0, 0][..], vec![&b""[..]]));
    }
}
