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

use crate::columns::{Kind, Level};
use crate::packed::{self, Packer, varint};
use crate::values::{Distinct, Span, Values};

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

/// Which rows of a group are of what.
#[derive(Default)]
pub(crate) struct Places {
    /// How many there are.
    pub(crate) rows: u32,
    /// Those of claims.
    pub(crate) claims: Vec<u32>,
    /// Those of service lines.
    pub(crate) lines: Vec<u32>,
}

/// Which rows have a value in columns without gaps, as a data page has it.
pub(crate) struct Levels {
    every: Vec<u8>,
    claims: Vec<u8>,
    lines: Vec<u8>,
}

/// A column whose data page is written.
pub(crate) struct Before<'c> {
    pub(crate) values: &'c Values,
    pub(crate) chunk: Chunk,
}

/// Kinds of pages.
const DATA_PAGE: i32 = 0;
const DICTIONARY_PAGE: i32 = 2;

/// Encodings.
const PLAIN: i32 = 0;
const RLE: i32 = 3;
const RLE_DICTIONARY: i32 = 8;

impl Places {
    /// Adds a row.
    pub(crate) fn add(&mut self, level: Level) {
        match level {
            Level::Claim => self.claims.push(self.rows),
            Level::Line => self.lines.push(self.rows),
            Level::Every => {}
        }
        self.rows += 1;
    }

    /// Returns how many rows a level has, and so where its next one stands among them.
    #[inline]
    pub(crate) fn count(&self, level: Level) -> u32 {
        match level {
            Level::Every => self.rows,
            Level::Claim => number(self.claims.len()).unsigned_abs(),
            Level::Line => number(self.lines.len()).unsigned_abs(),
        }
    }

    /// Returns how many there are of all, of claims and of lines.
    pub(crate) fn counts(&self) -> [usize; 3] {
        [self.rows as usize, self.claims.len(), self.lines.len()]
    }

    /// Goes back to so many of all, of claims and of lines.
    pub(crate) fn truncate(&mut self, [rows, claims, lines]: [usize; 3]) {
        self.rows = number(rows).unsigned_abs();
        self.claims.truncate(claims);
        self.lines.truncate(lines);
    }

    /// Sets the bits of the rows from `start` to `end`, counted among those of a level.
    fn set(&self, level: Level, start: u32, end: u32, bits: &mut [u8]) {
        let mut set = |row: u32| bits[row as usize / 8] |= 1 << (row % 8);
        let own = start as usize..end as usize;
        match level {
            Level::Every => (start..end).for_each(set),
            Level::Claim => self.claims[own].iter().for_each(|&row| set(row)),
            Level::Line => self.lines[own].iter().for_each(|&row| set(row)),
        }
    }
}

impl Levels {
    pub(crate) fn of(places: &Places) -> Levels {
        let all = |level| {
            let span = Span { start: 0, end: places.count(level), code: Some(0) };
            let mut levels = Vec::new();
            add_levels(places, level, [span].into_iter(), &mut levels);
            levels
        };
        Levels { every: all(Level::Every), claims: all(Level::Claim), lines: all(Level::Line) }
    }

    fn of_level(&self, level: Level) -> &[u8] {
        match level {
            Level::Every => &self.every,
            Level::Claim => &self.claims,
            Level::Line => &self.lines,
        }
    }
}

/// Adds a column to the bytes of its group; `before` is the one before it, and `page` is where a page is put together.
pub(crate) fn add_chunk(
    values: &Values,
    places: &Places,
    levels: &Levels,
    before: Option<&Before<'_>>,
    page: &mut Vec<u8>,
    bytes: &mut Vec<u8>,
) -> Chunk {
    let start = bytes.len();
    let column = values.column;
    let count = number(values.distinct.count());
    let has_dictionary = !each_stands_once(values, places.count(column.level));
    if has_dictionary {
        page.clear();
        add_plain(&values.distinct, column.kind, page);
        add_page(DICTIONARY_PAGE, 7, &[count, PLAIN], page, bytes);
    }
    let data_page_at = bytes.len();
    let same = before.filter(|before| {
        let (own, other) = (column, before.values.column);
        let is_alike = own.level == other.level && own.required == other.required;
        let has_codes = has_dictionary && before.chunk.has_dictionary;
        let widths = [values, before.values].map(|values| packed::width(values.distinct.count()));
        is_alike && has_codes && widths[0] == widths[1] && values.goes_with(before.values)
    });
    if let Some(Before { chunk, .. }) = same {
        // Codes do not say of what: the page of the other column is this one's too.
        bytes.extend_from_within(chunk.data_page_at..chunk.bytes.end);
    } else {
        page.clear();
        if !column.required && values.has_gaps() {
            add_levels(places, column.level, values.spans(places.count(column.level)), page);
        } else if !column.required {
            page.extend_from_slice(levels.of_level(column.level));
        }
        if has_dictionary {
            add_codes(values, places.count(column.level), page);
        } else {
            add_plain(&values.distinct, column.kind, page);
        }
        let encoding = if has_dictionary { RLE_DICTIONARY } else { PLAIN };
        let rows = places.rows.cast_signed();
        add_page(DATA_PAGE, 5, &[rows, encoding, RLE, RLE], page, bytes);
    }
    Chunk { bytes: start..bytes.len(), has_dictionary, data_page_at }
}

/// Returns whether the distinct values stand in one row each, one behind the other, so that codes would say nothing.
fn each_stands_once(values: &Values, rows: u32) -> bool {
    let mut codes = values.spans(rows).filter(|span| span.start < span.end);
    let mut next = 0;
    let stand_once = codes.all(|Span { start, end, code }| {
        let is_next = code.is_none_or(|code| code == next && end - start == 1);
        next += u32::from(code.is_some());
        is_next
    });
    stand_once && next as usize == values.distinct.count()
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

/// Adds which rows have a value, behind the length of it.
fn add_levels(places: &Places, level: Level, spans: impl Iterator<Item = Span>, data: &mut Vec<u8>) {
    let rows = places.rows as usize;
    let mut there = vec![0u8; rows.div_ceil(8)];
    for Span { start, end, .. } in spans.filter(|span| span.code.is_some()) {
        places.set(level, start, end, &mut there);
    }
    let length_at = data.len();
    data.extend_from_slice(&[0; 4]);
    packed::add_bits(&there, rows, data);
    let length = number(data.len() - length_at - 4);
    data[length_at..length_at + 4].copy_from_slice(&length.to_le_bytes());
}

/// Adds which of the distinct values stand in the rows that have one.
fn add_codes(values: &Values, rows: u32, data: &mut Vec<u8>) {
    let mut packer = Packer::new(packed::width(values.distinct.count()), data);
    for Span { start, end, code } in values.spans(rows) {
        if let Some(code) = code {
            packer.push(code, end - start);
        }
    }
    packer.finish();
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
