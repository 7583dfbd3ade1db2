//! Distinct values, in the order in which they came, and which of them one is.

use std::borrow::Cow;
use std::hash::Hasher;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

use crate::columns::Value;

/// Texts.
#[derive(Default)]
pub(crate) struct Texts {
    /// All of them as a page has them: each behind its length, in four bytes.
    plain: Vec<u8>,
    /// What each of them is told by.
    keys: Vec<Key>,
    /// Where each of them begins.
    starts: Vec<usize>,
    /// The codes, by the hash of their texts.
    table: HashTable<u32>,
}

/// What a value is told by: all of it, unless it is a long text.
///
/// It is as large as what two registers hold: a larger one would go through memory, and be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    head: u64,
    /// The last bytes of a text, below how long it is or what else it is of.
    tail: u64,
}

/// Numbers.
#[derive(Default)]
pub(crate) struct Numbers {
    list: Vec<i64>,
    /// The codes, by the hash of their numbers.
    table: HashTable<u32>,
}

/// Bytes of the length of a text.
const LENGTH_BYTES: usize = 4;

impl Texts {
    /// Returns how many there are.
    pub(crate) fn count(&self) -> usize {
        self.keys.len()
    }

    /// Returns all of them as a page has them.
    pub(crate) fn plain(&self) -> &[u8] {
        &self.plain
    }

    /// Returns the code of a text, which is a new one if it was not there; what is not UTF-8 is replaced.
    pub(crate) fn code(&mut self, key: Key, text: &[u8]) -> u32 {
        let hash = key.hash(text);
        if let Some(&code) = self.table.find(hash, |&code| self.is(code as usize, key, text)) {
            return code;
        }
        // Whatever is not UTF-8 is found by what stands for it.
        if let Cow::Owned(text) = readable(text) {
            return self.code(Key::of_text(&text), &text);
        }
        let code = self.append(key, text);
        let Texts { plain, keys, starts, table } = self;
        let hash_of = |&code: &u32| keys[code as usize].hash(text_of(plain, starts, code as usize));
        table.insert_unique(hash, code, hash_of);
        code
    }

    /// Adds a text without looking whether it is there, and returns its code.
    pub(crate) fn add(&mut self, text: &[u8]) -> u32 {
        let text = readable(text);
        self.append(Key::of_text(&text), &text)
    }

    fn append(&mut self, key: Key, text: &[u8]) -> u32 {
        let code = code(self.keys.len());
        let length = u32::try_from(text.len()).expect("no value is longer than a segment");
        self.plain.extend_from_slice(&length.to_le_bytes());
        self.starts.push(self.plain.len());
        self.plain.extend_from_slice(text);
        self.keys.push(key);
        code
    }

    /// Returns whether the text of `code` is `text`, which has `key`.
    fn is(&self, code: usize, key: Key, text: &[u8]) -> bool {
        self.keys[code] == key && (!key.is_of_long_text() || text_of(&self.plain, &self.starts, code) == text)
    }

    pub(crate) fn clear(&mut self) {
        self.plain.clear();
        self.keys.clear();
        self.starts.clear();
        self.table.clear();
    }

    /// Forgets all but the first so many.
    pub(crate) fn truncate(&mut self, count: usize) {
        for place in count..self.count() {
            let hash = self.keys[place].hash(text_of(&self.plain, &self.starts, place));
            forget(&mut self.table, hash, place);
        }
        let end = self.starts.get(count).map_or(self.plain.len(), |start| start - LENGTH_BYTES);
        self.plain.truncate(end);
        self.keys.truncate(count);
        self.starts.truncate(count);
    }
}

impl Key {
    /// What no value has.
    pub(crate) const OF_NONE_SUCH: Key = Key::of_kind(0, 0xFB);
    const OF_NOTHING: Key = Key::of_kind(0, 0xFC);
    const LONG: u8 = 0xFD;
    const INT: u8 = 0xFE;
    const LONG_TEXT: u8 = 0xFF;
    /// Bytes of a text that stand in its key.
    const BYTES_MAX: usize = 15;

    /// How many slots keys are spread over.
    pub(crate) const SLOTS: usize = 64;

    /// Returns in which of the slots it falls.
    #[inline]
    pub(crate) fn slot(self) -> usize {
        let mixed = self.head.wrapping_add(self.tail).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        usize::from(mixed.to_le_bytes()[7]) % Key::SLOTS
    }

    const fn of_kind(head: u64, kind: u8) -> Key {
        Key { head, tail: u64::from_le_bytes([0, 0, 0, 0, 0, 0, 0, kind]) }
    }

    #[expect(
        clippy::inline_always,
        reason = "of most values the kind is known where they are put, and of many the key"
    )]
    #[inline(always)]
    pub(crate) fn of(value: Value<'_>) -> Key {
        match value {
            Value::None => Key::OF_NOTHING,
            Value::Text(text) => Key::of_text(text),
            Value::Long(number) => Key::of_kind(number.cast_unsigned(), Key::LONG),
            Value::Int(number) => Key::of_kind(number.cast_unsigned().into(), Key::INT),
        }
    }

    #[expect(clippy::inline_always, reason = "as above")]
    #[inline(always)]
    fn of_text(text: &[u8]) -> Key {
        let length = u8::try_from(text.len()).ok().filter(|_| text.len() <= Key::BYTES_MAX);
        let Key { tail: kind, .. } = Key::of_kind(0, length.unwrap_or(Key::LONG_TEXT));
        if let (Some(head), Some(tail)) = (text.first_chunk(), text.last_chunk()) {
            // Of a text that is not long, what stands in the head is shifted out.
            let taken = 8 * (Key::BYTES_MAX + 1).saturating_sub(text.len()).max(1);
            let tail = if taken < 64 { u64::from_le_bytes(*tail) >> taken } else { 0 };
            return Key { head: u64::from_le_bytes(*head), tail: kind | tail };
        }
        let head = match (text.first_chunk(), text.last_chunk()) {
            (Some(head), Some(tail)) => {
                u64::from(u32::from_le_bytes(*head)) | (u64::from(u32::from_le_bytes(*tail)) << 32)
            }
            _ => text.iter().fold(0, |head, &byte| (head << 8) | u64::from(byte)),
        };
        Key { head, tail: kind }
    }

    /// Returns whether it is of a text that is longer than what it holds.
    #[inline]
    pub(crate) fn is_of_long_text(self) -> bool {
        self.tail.to_le_bytes()[7] == Key::LONG_TEXT
    }

    fn hash(self, text: &[u8]) -> u64 {
        let mut hasher = FxHasher::default();
        if self.is_of_long_text() {
            hasher.write(text);
        } else {
            hasher.write_u64(self.head);
            hasher.write_u64(self.tail);
        }
        hasher.finish()
    }
}

impl Numbers {
    /// Returns all of them.
    pub(crate) fn list(&self) -> &[i64] {
        &self.list
    }

    /// Returns the code of a number, which is a new one if it was not there.
    pub(crate) fn code(&mut self, number: i64) -> u32 {
        if let Some(&code) = self.table.find(hash(number), |&code| self.list[code as usize] == number) {
            return code;
        }
        let code = self.add(number);
        let list = &self.list;
        self.table.insert_unique(hash(number), code, |&code| hash(list[code as usize]));
        code
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
            forget(&mut self.table, hash(self.list[place]), place);
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

fn hash(number: i64) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write_i64(number);
    hasher.finish()
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
        let code = |kept: &mut Texts, text: &[u8]| kept.code(Key::of(Value::Text(text)), text);
        let mut kept = Texts::default();
        for _ in 0..2 {
            for (expected, text) in (0..).zip(&all) {
                assert_eq!(code(&mut kept, text.as_bytes()), expected, "{text:?}");
            }
        }
        assert_eq!((code(&mut kept, b"\xFF"), kept.count()), (30, 31));
        assert_eq!(&kept.plain()[..9], [0, 0, 0, 0, 1, 0, 0, 0, b'1']);
        kept.clear();
        assert_eq!((code(&mut kept, b"12"), kept.plain()), (0, &[2, 0, 0, 0, b'1', b'2'][..]));
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
