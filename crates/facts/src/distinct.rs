//! Distinct values, in the order in which they came, and which of them one is.

use std::borrow::Cow;
use std::hash::Hasher;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

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
    /// The code of the one that came last.
    last: usize,
}

/// The ends of a text: all of it, if it is short.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Key {
    head: u64,
    tail: u64,
    length: usize,
}

/// Numbers.
pub(crate) struct Numbers {
    list: Vec<i64>,
    /// The codes, by the hash of their numbers.
    table: HashTable<u32>,
    /// The code of one that came of late, by its lowest byte.
    recent: Box<[u32; RECENT]>,
}

/// Numbers that are tried before any is looked up: as many as a byte tells apart.
const RECENT: usize = 256;

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
    #[inline]
    pub(crate) fn code(&mut self, text: &[u8]) -> u32 {
        let key = Key::of(text);
        if self.keys.get(self.last) == Some(&key) && self.is(self.last, key, text) {
            return code(self.last);
        }
        let code = self.find(key, text);
        self.last = code as usize;
        code
    }

    fn find(&mut self, key: Key, text: &[u8]) -> u32 {
        let hash = key.hash(text);
        if let Some(&code) = self.table.find(hash, |&code| self.is(code as usize, key, text)) {
            return code;
        }
        // Whatever is not UTF-8 is found by what stands for it.
        if let Cow::Owned(text) = String::from_utf8_lossy(text) {
            return self.find(Key::of(text.as_bytes()), text.as_bytes());
        }
        let code = self.append(key, text);
        let Texts { plain, keys, starts, table, .. } = self;
        let hash_of = |&code: &u32| {
            let (key, start) = (keys[code as usize], starts[code as usize]);
            key.hash(&plain[start..start + key.length])
        };
        table.insert_unique(hash, code, hash_of);
        code
    }

    /// Adds a text without looking whether it is there, and returns its code.
    pub(crate) fn add(&mut self, text: &[u8]) -> u32 {
        let text = String::from_utf8_lossy(text);
        self.append(Key::of(text.as_bytes()), text.as_bytes())
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
        let start = self.starts[code];
        self.keys[code] == key && (key.is_all() || self.plain[start..start + key.length] == *text)
    }

    pub(crate) fn clear(&mut self) {
        self.plain.clear();
        self.keys.clear();
        self.starts.clear();
        self.table.clear();
    }
}

impl Key {
    #[inline]
    fn of(text: &[u8]) -> Key {
        let (head, tail) = match (text.first_chunk(), text.last_chunk()) {
            (Some(head), Some(tail)) => (u64::from_le_bytes(*head), u64::from_le_bytes(*tail)),
            _ => match (text.first_chunk(), text.last_chunk()) {
                (Some(head), Some(tail)) => {
                    (u32::from_le_bytes(*head).into(), u32::from_le_bytes(*tail).into())
                }
                _ => (text.iter().fold(0, |head, &byte| (head << 8) | u64::from(byte)), 0),
            },
        };
        Key { head, tail, length: text.len() }
    }

    /// Returns whether no other text has this key.
    fn is_all(self) -> bool {
        self.length <= 2 * size_of::<u64>()
    }

    fn hash(self, text: &[u8]) -> u64 {
        let mut hasher = FxHasher::default();
        if self.is_all() {
            hasher.write_u64(self.head);
            hasher.write_u64(self.tail);
            hasher.write_usize(self.length);
        } else {
            hasher.write(text);
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
    #[inline]
    pub(crate) fn code(&mut self, number: i64) -> u32 {
        let place = usize::from(number.to_le_bytes()[0]);
        let recent = self.recent[place];
        if self.list.get(recent as usize) == Some(&number) {
            return recent;
        }
        let code = self.find(number);
        self.recent[place] = code;
        code
    }

    fn find(&mut self, number: i64) -> u32 {
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
}

impl Default for Numbers {
    fn default() -> Numbers {
        Numbers { list: Vec::new(), table: HashTable::new(), recent: Box::new([0; RECENT]) }
    }
}

fn hash(number: i64) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write_i64(number);
    hasher.finish()
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
        let texts = ["", "\0", "1", "12", "21", "1234", "12345", "12344", "1234567", "12345678", "123456789"];
        let mut all: Vec<String> = texts.map(str::to_owned).to_vec();
        all.extend([long('a'), long('b'), "\u{FFFD}".to_owned()]);
        let mut kept = Texts::default();
        for _ in 0..2 {
            for (code, text) in (0..).zip(&all) {
                assert_eq!(kept.code(text.as_bytes()), code, "{text:?}");
                assert_eq!(kept.code(text.as_bytes()), code, "{text:?}");
            }
        }
        assert_eq!((kept.code(b"\xFF"), kept.count()), (13, 14));
        assert_eq!(&kept.plain()[..9], [0, 0, 0, 0, 1, 0, 0, 0, 0]);
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
