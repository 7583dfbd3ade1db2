//! Distinct values, in the order in which they came, and which of them one is.

use std::borrow::Cow;
use std::hash::{BuildHasher, Hash};

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

/// Texts.
#[derive(Default)]
pub(crate) struct Texts {
    /// All of them as a page has them: each behind its length, in four bytes.
    plain: Vec<u8>,
    /// Where each of them begins.
    starts: Vec<usize>,
    /// The code that was asked for last: most of what is asked for was asked for just before.
    last: usize,
    /// The codes, by the hash of their texts.
    table: HashTable<u32>,
}

/// Numbers.
#[derive(Default)]
pub(crate) struct Numbers {
    list: Vec<i64>,
    /// As with texts.
    last: usize,
    /// The codes, by the hash of their numbers.
    table: HashTable<u32>,
}

/// Bytes of the length of a text.
const LENGTH_BYTES: usize = 4;

impl Texts {
    /// Returns how many there are.
    pub(crate) fn count(&self) -> usize {
        self.starts.len()
    }

    /// Returns all of them as a page has them.
    pub(crate) fn plain(&self) -> &[u8] {
        &self.plain
    }

    /// Returns the code of a text, which is a new one if it was not there; what is not UTF-8 is replaced.
    pub(crate) fn code(&mut self, text: &[u8]) -> u32 {
        if self.last < self.count() && self.text(self.last) == text {
            return code(self.last);
        }
        let found = self.find_or_append(text);
        self.last = found as usize;
        found
    }

    fn find_or_append(&mut self, text: &[u8]) -> u32 {
        let hash = hash(text);
        if let Some(&code) = self.table.find(hash, |&code| self.text(code as usize) == text) {
            return code;
        }
        // Whatever is not UTF-8 is found by what stands for it.
        if let Cow::Owned(text) = readable(text) {
            return self.find_or_append(&text);
        }
        let code = self.append(text);
        let Texts { plain, starts, table, .. } = self;
        table.insert_unique(hash, code, |&code| self::hash(text_of(plain, starts, code as usize)));
        code
    }

    /// Adds a text without looking whether it is there, and returns its code.
    pub(crate) fn add(&mut self, text: &[u8]) -> u32 {
        self.append(&readable(text))
    }

    fn append(&mut self, text: &[u8]) -> u32 {
        let length = u32::try_from(text.len()).expect("no value is longer than a segment");
        self.plain.extend_from_slice(&length.to_le_bytes());
        self.starts.push(self.plain.len());
        self.plain.extend_from_slice(text);
        code(self.starts.len() - 1)
    }

    fn text(&self, code: usize) -> &[u8] {
        text_of(&self.plain, &self.starts, code)
    }

    pub(crate) fn clear(&mut self) {
        self.plain.clear();
        self.starts.clear();
        self.table.clear();
    }

    /// Forgets all but the first so many.
    pub(crate) fn truncate(&mut self, count: usize) {
        for place in count..self.count() {
            let hash = hash(self.text(place));
            forget(&mut self.table, hash, place);
        }
        let end = self.starts.get(count).map_or(self.plain.len(), |start| start - LENGTH_BYTES);
        self.plain.truncate(end);
        self.starts.truncate(count);
    }
}

impl Numbers {
    /// Returns all of them.
    pub(crate) fn list(&self) -> &[i64] {
        &self.list
    }

    /// Returns the code of a number, which is a new one if it was not there.
    pub(crate) fn code(&mut self, number: i64) -> u32 {
        if self.list.get(self.last) == Some(&number) {
            return code(self.last);
        }
        let found = self.table.find(hash(&number), |&code| self.list[code as usize] == number).copied();
        let found = found.unwrap_or_else(|| {
            let code = self.add(number);
            let list = &self.list;
            self.table.insert_unique(hash(&number), code, |&code| hash(&list[code as usize]));
            code
        });
        self.last = found as usize;
        found
    }

    /// Adds a number without looking whether it is there, and returns its code.
    pub(crate) fn add(&mut self, number: i64) -> u32 {
        self.list.push(number);
        code(self.list.len() - 1)
    }

    pub(crate) fn clear(&mut self) {
        self.list.clear();
        self.table.clear();
    }

    /// Forgets all but the first so many.
    pub(crate) fn truncate(&mut self, count: usize) {
        for place in count..self.list.len() {
            forget(&mut self.table, hash(&self.list[place]), place);
        }
        self.list.truncate(count);
    }
}

/// Returns the text of a code.
fn text_of<'p>(plain: &'p [u8], starts: &[usize], code: usize) -> &'p [u8] {
    let end = starts.get(code + 1).map_or(plain.len(), |next| next - LENGTH_BYTES);
    &plain[starts[code]..end]
}

/// Returns a text as UTF-8.
fn readable(text: &[u8]) -> Cow<'_, [u8]> {
    if text.is_ascii() || std::str::from_utf8(text).is_ok() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(String::from_utf8_lossy(text).into_owned().into_bytes())
}

fn hash(value: &(impl Hash + ?Sized)) -> u64 {
    FxBuildHasher.hash_one(value)
}

/// Takes the code of the value in `place` out of a table, if it is there: of values that hardly come twice it is not.
fn forget(table: &mut HashTable<u32>, hash: u64, place: usize) {
    if let Ok(entry) = table.find_entry(hash, |&code| code as usize == place) {
        entry.remove();
    }
}

/// Returns the code of the value in `place`, counted from 0.
fn code(place: usize) -> u32 {
    u32::try_from(place).expect("a group has fewer rows than 32 bits count")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_apart_by_all_of_their_bytes() {
        let long = |middle: char| format!("12345678{middle}12345678");
        let digits = "123456789012345678";
        let mut all: Vec<String> = (0..=digits.len()).map(|length| digits[..length].to_owned()).collect();
        // Each differs from one of these in a single byte.
        for (length, at) in [(3, 1), (7, 3), (8, 0), (8, 7), (9, 8), (15, 7), (15, 14), (16, 8), (17, 16)] {
            let mut text = digits[..length].to_owned();
            text.replace_range(at..=at, "\0");
            all.push(text);
        }
        all.extend([long('a'), long('b'), "\u{FFFD}".to_owned()]);
        let mut kept = Texts::default();
        for _ in 0..2 {
            for (expected, text) in (0..).zip(&all) {
                assert_eq!(kept.code(text.as_bytes()), expected, "{text:?}");
            }
        }
        assert_eq!((kept.code(b"\xFF"), kept.count()), (30, 31));
        assert_eq!(&kept.plain()[..9], [0, 0, 0, 0, 1, 0, 0, 0, b'1']);
        kept.clear();
        assert_eq!((kept.code(b"12"), kept.plain()), (0, &[2, 0, 0, 0, b'1', b'2'][..]));
    }

    #[test]
    fn what_is_added_is_not_looked_for() {
        let mut texts = Texts::default();
        assert_eq!([&b"1"[..], b"1", b"\xFF"].map(|text| texts.add(text)), [0, 1, 2]);
        assert_eq!(texts.plain()[10..], *"\u{3}\0\0\0\u{FFFD}".as_bytes());
        let mut numbers = Numbers::default();
        assert_eq!([7, 7, -7].map(|number| numbers.add(number)), [0, 1, 2]);
        assert_eq!(numbers.list(), [7, 7, -7]);
    }

    #[test]
    fn numbers_are_kept_once() {
        let mut numbers = Numbers::default();
        let codes = [1, 257, 1, 257, -1, i64::MIN, 1].map(|number| numbers.code(number));
        assert_eq!((codes, numbers.list()), ([0, 1, 0, 1, 2, 3, 0], &[1, 257, -1, i64::MIN][..]));
        numbers.clear();
        assert_eq!((numbers.code(257), numbers.code(1)), (0, 1));
    }
}
