//! The bytes of a column in one group of rows, as Parquet has them:
//!
//! ```text
//! header, dictionary page: every value once
//! header, data page: which rows have a value (length, runs), width of a code, runs of codes
//! ```
//!
//! Where no value comes twice there is no dictionary page, and they stand in the data page themselves.
//!
//! Each header carries the CRC-32 of its page.
//! Levels and codes are runs: of one value that comes again and again, or of eights of values, bit by bit.
//!
//! Source: Apache Parquet, `parquet.thrift` and `Encodings.md`; Apache Thrift, compact protocol.

use std::ops::Range;

use crate::columns::Kind;
use crate::packed::{self, varint};
use crate::rows::{Tuple, TuplesOfRows};
use crate::values::{Distinct, Values};

/// Where a column stands among the bytes of its group.
#[derive(Clone, Debug)]
pub(crate) struct Chunk {
    /// All of it.
    pub(crate) bytes: Range<usize>,
    /// Whether it begins with a dictionary page.
    pub(crate) has_dictionary: bool,
    /// Where the header of the data page begins.
    pub(crate) data_page_at: usize,
}

/// Encodes the columns of a group, one behind the other.
pub(crate) struct Encoder<'g> {
    tuples: &'g TuplesOfRows,
    /// Which rows have a value, of columns that were encoded: most columns of a family have theirs in the same.
    levels: Vec<(&'g Values, Levels)>,
    /// Where the codes of a column are gathered, and a page is put together.
    room: &'g mut Room,
    bytes: &'g mut Vec<u8>,
}

/// Room that is used again: to ask for it anew costs as much as to fill it.
#[derive(Default)]
pub(crate) struct Room {
    codes: Vec<u32>,
    page: Vec<u8>,
}

/// Which rows have a value in a column.
struct Levels {
    /// As a data page has them, behind their length.
    encoded: Vec<u8>,
    /// How many do.
    present: usize,
}

/// Kinds of pages.
const DATA_PAGE: i32 = 0;
const DICTIONARY_PAGE: i32 = 2;

/// Encodings.
const PLAIN: i32 = 0;
const RLE: i32 = 3;
const RLE_DICTIONARY: i32 = 8;

impl<'g> Encoder<'g> {
    /// Begins a group, which goes to `bytes`.
    pub(crate) fn new(tuples: &'g TuplesOfRows, room: &'g mut Room, bytes: &'g mut Vec<u8>) -> Encoder<'g> {
        Encoder { tuples, levels: Vec::new(), room, bytes }
    }

    /// Adds a column; `before` is the one before it.
    pub(crate) fn add_chunk(&mut self, values: &'g Values, before: Option<(&Values, &Chunk)>) -> Chunk {
        let start = self.bytes.len();
        let column = values.column;
        let levels = (!column.required).then(|| self.levels_of(values));
        let rows = &self.tuples[column.family.index()];
        let present = levels.map_or(rows.len(), |levels| self.levels[levels].1.present);
        let distinct = values.distinct.count();
        // Where as many rows have a value as there are values, each stands once, in the order in which they came.
        let has_dictionary = distinct != present;
        if has_dictionary {
            self.room.page.clear();
            add_plain(&values.distinct, column.kind, &mut self.room.page);
            add_page(DICTIONARY_PAGE, 7, &[number(distinct), PLAIN], &self.room.page, self.bytes);
        }
        let data_page_at = self.bytes.len();
        let same = before.filter(|(other, chunk)| {
            has_dictionary
                && chunk.has_dictionary
                && column.required == other.column.required
                && values.goes_with(other)
        });
        if let Some((_, chunk)) = same {
            // Codes do not say of what: the page of the other column is this one's too.
            self.bytes.extend_from_within(chunk.data_page_at..chunk.bytes.end);
        } else {
            self.room.page.clear();
            if let Some(levels) = levels {
                self.room.page.extend_from_slice(&self.levels[levels].1.encoded);
            }
            if has_dictionary {
                self.add_codes(values, present);
            } else {
                add_plain(&values.distinct, column.kind, &mut self.room.page);
            }
            let encoding = if has_dictionary { RLE_DICTIONARY } else { PLAIN };
            let own = [number(rows.len()), encoding, RLE, RLE];
            add_page(DATA_PAGE, 5, &own, &self.room.page, self.bytes);
        }
        Chunk { bytes: start..self.bytes.len(), has_dictionary, data_page_at }
    }

    /// Adds which of the distinct values stand in the rows that have one, of which there are so many.
    fn add_codes(&mut self, values: &Values, present: usize) {
        let distinct = values.distinct.count();
        if distinct == 1 {
            return packed::add_same(present, &mut self.room.page);
        }
        values.gather(&self.tuples[values.column.family.index()], &mut self.room.codes);
        packed::add_codes(&self.room.codes, packed::width(distinct), &mut self.room.page);
    }

    /// Returns the index of the levels of a column, which are made if no column before has the same.
    fn levels_of(&mut self, values: &'g Values) -> usize {
        let known = self.levels.iter().position(|(other, _)| values.is_where(other));
        known.unwrap_or_else(|| {
            let rows = &self.tuples[values.column.family.index()];
            self.levels.push((values, Levels::of(values, rows)));
            self.levels.len() - 1
        })
    }
}

impl Levels {
    fn of(values: &Values, rows: &[Tuple]) -> Levels {
        let eights = rows.chunks(8).map(|eight| {
            let bits = (0..).zip(eight).map(|(bit, &tuple)| u8::from(values.has(tuple)) << bit);
            bits.fold(0, |eight, bit| eight | bit)
        });
        let eights: Vec<u8> = eights.collect();
        let mut encoded = vec![0; 4];
        packed::add_bits(&eights, rows.len(), &mut encoded);
        let length = number(encoded.len() - 4);
        encoded[..4].copy_from_slice(&length.to_le_bytes());
        let present = eights.iter().map(|eight| eight.count_ones() as usize).sum();
        Levels { encoded, present }
    }
}

/// Adds values one behind the other, texts behind their lengths.
fn add_plain(values: &Distinct, kind: Kind, page: &mut Vec<u8>) {
    match values {
        Distinct::Texts(texts) => page.extend_from_slice(texts.plain()),
        Distinct::Numbers(numbers) => {
            let width = if kind == Kind::Long { 8 } else { 4 };
            page.reserve(width * numbers.list().len());
            for number in numbers.list() {
                page.extend_from_slice(&number.to_le_bytes()[..width]);
            }
        }
    }
}

/// Adds a page behind its header; `own` are the first fields of the part of the header that is for pages of its kind.
fn add_page(kind: i32, own_field: i16, own: &[i32], page: &[u8], bytes: &mut Vec<u8>) {
    const STRUCT: u8 = 12;
    const STOP: u8 = 0;
    let length = number(page.len());
    let crc = crc32fast::hash(page).cast_signed();
    fields(&[kind, length, length, crc], bytes);
    let delta = u8::try_from(own_field - 4).expect("fields of a header have small numbers");
    bytes.push((delta << 4) | STRUCT);
    fields(own, bytes);
    bytes.extend_from_slice(&[STOP, STOP]);
    bytes.extend_from_slice(page);
}

/// Adds the fields 1, 2, 3 and so on of a structure, which are numbers of 32 bits.
fn fields(numbers: &[i32], bytes: &mut Vec<u8>) {
    const NEXT_I32: u8 = (1 << 4) | 5;
    for &number in numbers {
        bytes.push(NEXT_I32);
        let zigzag = (number << 1) ^ (number >> 31);
        varint(zigzag.cast_unsigned(), bytes);
    }
}

/// Returns a number as Parquet counts: pages have far less than 31 bits of it.
pub(crate) fn number(count: usize) -> i32 {
    i32::try_from(count).expect("a group has few rows, and no value is longer than a segment")
}
