//! The bytes of a column in one group of rows, as Parquet has them:
//!
//! ```text
//! header, dictionary page: every value once
//! header, data page: which rows have a value (length, runs), width of a code, runs of codes
//! ```
//!
//! Each header carries the CRC-32 of its page.
//! Levels and codes are runs: of one value that comes again and again, or of eights of values, bit by bit.
//!
//! Source: Apache Parquet, `parquet.thrift` and `Encodings.md`; Apache Thrift, compact protocol.

use crate::columns::Kind;
use crate::dictionary::Values;

/// The bytes of a column.
pub(crate) struct Chunk {
    /// All of them.
    pub(crate) bytes: Vec<u8>,
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

/// Writes a column.
pub(crate) fn chunk(values: &Values, kind: Kind, is_required: bool) -> Chunk {
    let mut bytes = Vec::new();
    let count = number(values.distinct_count());
    let mut page = Vec::new();
    for value in values.distinct() {
        if kind == Kind::Text {
            page.extend_from_slice(&number(value.len()).to_le_bytes());
        }
        page.extend_from_slice(value);
    }
    add_page(DICTIONARY_PAGE, 7, &[count, PLAIN], &page, &mut bytes);
    let data_page_at = bytes.len();
    page.clear();
    if !is_required {
        page.extend_from_slice(&[0; 4]);
        runs(values.there(), 1, &mut page);
        let length = number(page.len() - 4);
        page[..4].copy_from_slice(&length.to_le_bytes());
    }
    let last_code = u32::try_from(values.distinct_count().saturating_sub(1)).unwrap_or(u32::MAX);
    let width = u32::BITS - last_code.leading_zeros();
    page.push(u8::try_from(width).expect("a code has 32 bits at most"));
    runs(values.codes(), width, &mut page);
    let rows = number(values.there().len());
    add_page(DATA_PAGE, 5, &[rows, RLE_DICTIONARY, RLE, RLE], &page, &mut bytes);
    Chunk { bytes, data_page_at }
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
    let (mut bits, mut held) = (0u64, 0);
    let filled = values.iter().copied().chain(std::iter::repeat(0)).take(eights * EIGHT);
    for value in filled {
        bits |= u64::from(value) << held;
        held += width;
        if 32 <= held {
            bytes.extend_from_slice(&bits.to_le_bytes()[..4]);
            bits >>= 32;
            held -= 32;
        }
    }
    // Eights of values are whole bytes.
    bytes.extend_from_slice(&bits.to_le_bytes()[..held as usize / 8]);
}

/// Returns a number as Parquet counts: pages have far less than 31 bits of it.
pub(crate) fn number(count: usize) -> i32 {
    i32::try_from(count).expect("a group has few rows, and no value is longer than a segment")
}

fn low_byte(number: u32) -> u8 {
    number.to_le_bytes()[0]
}
