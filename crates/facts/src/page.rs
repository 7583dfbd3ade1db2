//! The bytes of a column in one group of rows, as Parquet has them:
//!
//! ```text
//! header, dictionary page: every value once
//! header, data page: which rows have a value (length, runs), width of a code, runs of codes
//! ```
//!
//! Amounts have no dictionary page, and stand in the data page themselves.
//!
//! Each header carries the CRC-32 of its page.
//! Levels and codes are runs: of one value that comes again and again, or of eights of values, bit by bit.
//!
//! Source: Apache Parquet, `parquet.thrift` and `Encodings.md`; Apache Thrift, compact protocol.

use crate::columns::Kind;
use crate::values::{Distinct, Numbers, Values};

/// The bytes of a column.
pub(crate) struct Chunk {
    /// All of them.
    pub(crate) bytes: Vec<u8>,
    /// Whether it begins with a dictionary page.
    pub(crate) has_dictionary: bool,
    /// Where the header of the data page begins.
    pub(crate) data_page_at: usize,
}

/// Kinds of pages.
const DATA_PAGE: i32 = 0;
const DICTIONARY_PAGE: i32 = 2;

/// Encodings.
const PLAIN: i32 = 0;
const RLE: i32 = 3;
const RLE_DICTIONARY: i32 = 8;

/// Values of which a run of bits has a whole number.
const EIGHT: usize = 8;

/// Writes a column of `rows` rows.
pub(crate) fn chunk(values: &Values, kind: Kind, rows: usize) -> Chunk {
    let mut bytes = Vec::new();
    let mut page = Vec::new();
    plain(values.distinct(), kind, &mut page);
    let count = number(values.distinct().count());
    let has_dictionary = kind != Kind::Amount;
    if has_dictionary {
        add_page(DICTIONARY_PAGE, 7, &[count, PLAIN], &page, &mut bytes);
        page.clear();
    }
    let data_page_at = bytes.len();
    let mut data = Vec::new();
    if let Some(there) = values.there(rows) {
        data.extend_from_slice(&[0; 4]);
        bits(&there, rows, &mut data);
        let length = number(data.len() - 4);
        data[..4].copy_from_slice(&length.to_le_bytes());
    }
    if has_dictionary {
        let last_code = count.unsigned_abs().saturating_sub(1);
        let width = u32::BITS - last_code.leading_zeros();
        data.push(u8::try_from(width).expect("a code has 32 bits at most"));
        runs(&values.codes(rows), width, &mut data);
    }
    data.append(&mut page);
    let encoding = if has_dictionary { RLE_DICTIONARY } else { PLAIN };
    add_page(DATA_PAGE, 5, &[number(rows), encoding, RLE, RLE], &data, &mut bytes);
    Chunk { bytes, has_dictionary, data_page_at }
}

/// Adds values one behind the other, texts behind their lengths.
fn plain(values: &Distinct, kind: Kind, page: &mut Vec<u8>) {
    match values {
        Distinct::Texts(texts) => {
            for text in texts.iter() {
                page.extend_from_slice(&number(text.len()).to_le_bytes());
                page.extend_from_slice(text);
            }
        }
        Distinct::Numbers(Numbers { list, .. }) | Distinct::Amounts(list) => {
            let width = if matches!(kind, Kind::Int | Kind::Date) { 4 } else { 8 };
            for number in list {
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

fn varint(mut number: u32, bytes: &mut Vec<u8>) {
    while 0x80 <= number {
        bytes.push(low_byte(number) | 0x80);
        number >>= 7;
    }
    bytes.push(low_byte(number));
}

/// Adds one bit for each of `rows` rows as runs.
fn bits(eights: &[u8], rows: usize, bytes: &mut Vec<u8>) {
    // From `start` on, eights wait to be written bit by bit.
    let (mut start, mut at) = (0, 0);
    let literal = |eights: &[u8], bytes: &mut Vec<u8>| {
        if !eights.is_empty() {
            varint((number(eights.len()).cast_unsigned() << 1) | 1, bytes);
            bytes.extend_from_slice(eights);
        }
    };
    while let Some(&eight) = eights.get(at) {
        let same = if eight == 0 || eight == u8::MAX {
            eights[at..].iter().take_while(|&&other| other == eight).count()
        } else {
            0
        };
        // A shorter run would take more bytes than it saves.
        if 4 <= same {
            literal(&eights[start..at], bytes);
            let end = at + same;
            let length = (end * EIGHT).min(rows) - at * EIGHT;
            varint(number(length).cast_unsigned() << 1, bytes);
            bytes.push(eight & 1);
            start = end;
        }
        at += same.max(1);
    }
    literal(&eights[start..], bytes);
}

/// Adds values of `width` bits as runs.
fn runs(values: &[u32], width: u32, bytes: &mut Vec<u8>) {
    // From `start` on, values wait to be written bit by bit.
    let (mut start, mut at) = (0usize, 0);
    while let Some(&value) = values.get(at) {
        if values.get(at + EIGHT - 1) != Some(&value) {
            at += 1;
            continue;
        }
        let same = values[at..].iter().take_while(|&&other| other == value).count();
        // What waits is made whole eights first.
        let taken = (start.wrapping_sub(at) % EIGHT).min(same);
        if EIGHT <= same - taken {
            eights(&values[start..at + taken], width, bytes);
            varint(number(same - taken).cast_unsigned() << 1, bytes);
            bytes.extend_from_slice(&value.to_le_bytes()[..width.div_ceil(8) as usize]);
            start = at + same;
        }
        at += same;
    }
    eights(&values[start..], width, bytes);
}

/// Adds values bit by bit, the last eight of them filled up with zeros.
fn eights(values: &[u32], width: u32, bytes: &mut Vec<u8>) {
    if values.is_empty() {
        return;
    }
    let eights = values.len().div_ceil(EIGHT);
    varint((number(eights).cast_unsigned() << 1) | 1, bytes);
    let end = bytes.len() + eights * width as usize;
    let (mut bits, mut held) = (0u64, 0);
    for &value in values {
        bits |= u64::from(value) << held;
        held += width;
        if 32 <= held {
            bytes.extend_from_slice(&bits.to_le_bytes()[..4]);
            bits >>= 32;
            held -= 32;
        }
    }
    bytes.extend_from_slice(&bits.to_le_bytes()[..4]);
    // Eights of values are whole bytes.
    bytes.resize(end, 0);
}

/// Returns a number as Parquet counts: pages have far less than 31 bits of it.
pub(crate) fn number(count: usize) -> i32 {
    i32::try_from(count).expect("a group has few rows, and no value is longer than a segment")
}

fn low_byte(number: u32) -> u8 {
    number.to_le_bytes()[0]
}
