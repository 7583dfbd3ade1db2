//! The values of a column in one group of rows: every value once, and for each row which of them it has.
//!
//! What claims say comes again and again, so that to look a value up costs less than to write it.

use std::borrow::Cow;
use std::hash::Hasher;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

use crate::columns::{Kind, Value};

/// The values of a column.
#[derive(Default)]
pub(crate) struct Values {
    distinct: Distinct,
    /// For each row that has a value, which of the distinct ones it is.
    codes: Vec<u32>,
    /// For each row, 1 if it has a value, else 0.
    there: Vec<u32>,
}

/// Every value once, in the order in which they came.
#[derive(Default)]
struct Distinct {
    /// The bytes of all of them, one behind the other.
    bytes: Vec<u8>,
    /// Where each of them ends.
    ends: Vec<usize>,
    /// The codes, by the hash of their values.
    table: HashTable<u32>,
}

impl Values {
    /// Adds the value of the next row; one of another kind is none.
    pub(crate) fn push(&mut self, value: Value<'_>, kind: Kind, is_required: bool) {
        match (value, kind) {
            (Value::Text(text), Kind::Text) => self.add(text, kind),
            (Value::Long(number), Kind::Long) => self.add(&number.to_le_bytes(), kind),
            (Value::Int(number), Kind::Int | Kind::Date) => self.add(&number.to_le_bytes(), kind),
            (Value::Again, _) => self.repeat(),
            // What must be there is, if only as nothing.
            (_, Kind::Text) if is_required => self.add(b"", kind),
            (_, Kind::Long) if is_required => self.add(&[0; 8], kind),
            (_, Kind::Int | Kind::Date) if is_required => self.add(&[0; 4], kind),
            _ => self.there.push(0),
        }
    }

    fn add(&mut self, value: &[u8], kind: Kind) {
        let code = match self.codes.last() {
            Some(&last) if self.distinct.value(last) == value => last,
            _ => self.distinct.code(value, kind),
        };
        self.codes.push(code);
        self.there.push(1);
    }

    /// Adds what the row before has.
    fn repeat(&mut self) {
        let is_there = self.there.last().copied().unwrap_or(0);
        if let (1, Some(&last)) = (is_there, self.codes.last()) {
            self.codes.push(last);
        }
        self.there.push(is_there);
    }

    /// Returns the distinct values, in the order of their codes.
    pub(crate) fn distinct(&self) -> impl Iterator<Item = &[u8]> {
        let starts = [0].into_iter().chain(self.distinct.ends.iter().copied());
        self.distinct.ends.iter().zip(starts).map(|(&end, start)| &self.distinct.bytes[start..end])
    }

    /// Returns how many they are.
    pub(crate) fn distinct_count(&self) -> usize {
        self.distinct.ends.len()
    }

    /// Returns for each row that has a value which of the distinct ones it is.
    pub(crate) fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// Returns for each row 1 if it has a value, else 0.
    pub(crate) fn there(&self) -> &[u32] {
        &self.there
    }

    /// Forgets all of them, and keeps the room.
    pub(crate) fn clear(&mut self) {
        self.distinct.bytes.clear();
        self.distinct.ends.clear();
        self.distinct.table.clear();
        self.codes.clear();
        self.there.clear();
    }
}

impl Distinct {
    fn value(&self, code: u32) -> &[u8] {
        value_of(&self.bytes, &self.ends, code)
    }

    /// Returns the code of a value, which is a new one if it was not there.
    fn code(&mut self, value: &[u8], kind: Kind) -> u32 {
        let hash = hash(value);
        if let Some(&code) = self.table.find(hash, |&code| self.value(code) == value) {
            return code;
        }
        // Whatever is not UTF-8 is found by what stands for it.
        if kind == Kind::Text
            && let Cow::Owned(text) = String::from_utf8_lossy(value)
        {
            return self.code(text.as_bytes(), kind);
        }
        let code = u32::try_from(self.ends.len()).expect("a group has fewer rows than 32 bits count");
        self.bytes.extend_from_slice(value);
        self.ends.push(self.bytes.len());
        let Distinct { bytes, ends, table } = self;
        table.insert_unique(hash, code, |&code| self::hash(value_of(bytes, ends, code)));
        code
    }
}

fn value_of<'b>(bytes: &'b [u8], ends: &[usize], code: u32) -> &'b [u8] {
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

    #[test]
    fn values_are_kept_once() {
        let mut values = Values::default();
        let texts: [&[u8]; 6] = [b"one", b"two", b"two", b"", b"\xFF", "\u{FFFD}".as_bytes()];
        for text in texts {
            values.push(Value::Text(text), Kind::Text, false);
        }
        values.push(Value::Again, Kind::Text, false);
        values.push(Value::None, Kind::Text, false);
        values.push(Value::Again, Kind::Text, false);
        values.push(Value::None, Kind::Text, true);
        assert_eq!(values.codes(), [0, 1, 1, 2, 3, 3, 3, 2]);
        assert_eq!(values.there(), [1, 1, 1, 1, 1, 1, 1, 0, 0, 1]);
        let distinct: Vec<&[u8]> = values.distinct().collect();
        assert_eq!(distinct, [&b"one"[..], b"two", b"", "\u{FFFD}".as_bytes()]);
    }
}
