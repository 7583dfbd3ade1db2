//! Rows of a text, separated by commas or tabs.
//!
//! The text is UTF-8 if it is valid as such, else Windows-1252, in which CMS publishes its .csv files.
//! Both hold ASCII as it is, so a text is cut into cells as the bytes that came, and only cells with other characters are decoded.

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::{ControlFlow, Range};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use encoding_rs::WINDOWS_1252;
use memchr::{memchr, memchr_iter, memchr2, memrchr};

use super::error::SourceError;
use super::table::{Cells, Row, Visit};
use crate::Form;

/// Line ends that a quoted cell may hold.
///
/// The publishers' cells hold one or two. A cell with more has swallowed the rows after a stray quote, which would be lost unseen.
pub const CELL_LINES_MAX: usize = 8;

thread_local! {
    /// The readers of either separator, while nobody reads with them; to make one takes as long as to read a hundred rows.
    static COMMAS: Cell<Option<Box<Reader>>> = const { Cell::new(None) };
    static TABS: Cell<Option<Box<Reader>>> = const { Cell::new(None) };
}

/// A text in either encoding.
pub(super) struct Text<'a> {
    bytes: Cow<'a, [u8]>,
    is_utf8: bool,
}

/// The cells of one row.
#[derive(Clone, Copy)]
pub(super) struct TextCells<'a> {
    /// All cells, without what separates them.
    text: &'a str,
    /// Where each cell ends in `text`.
    ends: &'a [usize],
}

/// Room for the cells of one row, which the next row uses again.
#[derive(Default)]
struct Record {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// Cells of this row.
    len: usize,
}

/// Opens a text.
///
/// Errors: that the bytes are empty, a web page, UTF-16 or binary.
pub(super) fn open(bytes: &[u8]) -> Result<Text<'_>, SourceError> {
    refuse_what_is_no_text(bytes)?;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = str::from_utf8(bytes);
    let start = match text {
        Ok(text) => text.trim_start().as_bytes(),
        Err(_) => without_leading_blanks(bytes),
    };
    match start.first() {
        None => return Err(SourceError::Empty),
        Some(b'<') => return Err(SourceError::WebPage),
        Some(_) => {}
    }
    // Lines are counted by LF; a text of the old Macintosh form has none.
    let bytes = if bytes.contains(&b'\n') {
        Cow::Borrowed(bytes)
    } else {
        let lf = |&byte: &u8| if byte == b'\r' { b'\n' } else { byte };
        Cow::Owned(bytes.iter().map(lf).collect())
    };
    Ok(Text { bytes, is_utf8: text.is_ok() })
}

impl Text<'_> {
    pub fn last_line_ended(&self) -> bool {
        self.bytes.ends_with(b"\n")
    }

    /// Hands every row to `visit`; lines without a character are counted but left out.
    ///
    /// A row that is neither blank nor unended may lack cells beyond the first `wanted`, of which there is at least one.
    pub fn for_each_row(
        &self,
        form: Form,
        wanted: usize,
        visit: &mut dyn FnMut(&Row<'_>) -> Visit,
    ) -> Result<(), SourceError> {
        let kept = if form == Form::Tsv { &TABS } else { &COMMAS };
        let mut reader = kept.take().unwrap_or_else(|| {
            let delimiter = if form == Form::Tsv { b'\t' } else { b',' };
            Box::new(ReaderBuilder::new().delimiter(delimiter).build())
        });
        reader.reset();
        let read = self.read_rows(&mut reader, wanted, visit);
        kept.set(Some(reader));
        read
    }

    fn read_rows(
        &self,
        reader: &mut Reader,
        wanted: usize,
        visit: &mut dyn FnMut(&Row<'_>) -> Visit,
    ) -> Result<(), SourceError> {
        let mut record = Record::default();
        let (mut number, mut start) = (0u32, 0);
        while let Some(length) = record.read(reader, &self.bytes[start..], wanted) {
            let end = start + length;
            let raw = &self.bytes[start..end];
            let pending = self.bytes[..start].ends_with(b"\r");
            number = number.saturating_add(1).saturating_add(blank_lines(raw, pending));
            if is_quote_open(&record, raw, end == self.bytes.len()) {
                return Err(SourceError::QuoteOpen { row: number });
            }
            if !self.is_utf8 {
                record.decode();
            }
            let is_unended = end == self.bytes.len() && !self.last_line_ended();
            let row = Row { number, cells: Cells::Text(record.cells()), is_unended };
            if visit(&row)? == ControlFlow::Break(()) {
                break;
            }
            start = end;
        }
        Ok(())
    }
}

impl<'a> TextCells<'a> {
    /// Returns the cell at `index`, counted from 0.
    pub fn get(&self, index: usize) -> Option<&'a str> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(&self.text[start..end])
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }
}

impl Record {
    /// Reads the row at the start of `text` in place of the last one, and returns its length in `text` if there is one.
    ///
    /// Behind the cells that are wanted, the reader is spared the bytes that it need not see; see [`without_effect`].
    fn read(&mut self, reader: &mut Reader, text: &[u8], wanted: usize) -> Option<usize> {
        let end = text.len();
        let (mut length, mut spared, mut filled, mut cells_max) = (0, end..end, 0, wanted);
        self.len = 0;
        loop {
            if length == spared.start {
                length = spared.end;
                spared = end..end;
            }
            let input = &text[length..spared.start];
            let room = self.len..self.ends.len().min(cells_max);
            let (result, read, written, ended) =
                reader.read_record(input, &mut self.bytes[filled..], &mut self.ends[room]);
            length += read;
            filled += written;
            self.len += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.bytes.resize(2 * filled + 1_024, 0),
                ReadRecordResult::OutputEndsFull if self.len < cells_max => {
                    self.ends.resize(2 * self.len + 64, 0);
                }
                ReadRecordResult::OutputEndsFull => {
                    // What seems blank is read on: a row without a character that shows is blank only if all of its cells are.
                    if self.bytes[..filled].iter().any(u8::is_ascii_graphic) {
                        spared = without_effect(text, length).unwrap_or(spared);
                    }
                    cells_max = usize::MAX;
                }
                ReadRecordResult::Record => return Some(length),
                ReadRecordResult::End => return None,
            }
        }
    }

    /// Decodes the cells from Windows-1252.
    fn decode(&mut self) {
        if self.filled().is_ascii() {
            return;
        }
        let (mut decoded, mut start) = (String::new(), 0);
        for end in &mut self.ends[..self.len] {
            let cell = &self.bytes[start..*end];
            start = *end;
            decoded.push_str(&WINDOWS_1252.decode_without_bom_handling(cell).0);
            *end = decoded.len();
        }
        self.bytes = decoded.into_bytes();
    }

    /// Returns the cells, which are UTF-8 or have been decoded.
    fn cells(&self) -> TextCells<'_> {
        let text = str::from_utf8(self.filled()).expect("UTF-8 that is cut at ASCII stays UTF-8");
        TextCells { text, ends: &self.ends[..self.len] }
    }

    fn filled(&self) -> &[u8] {
        let end = self.ends[..self.len].last().copied().unwrap_or(0);
        &self.bytes[..end]
    }

    /// Counts the line ends of the cell that has most of them.
    fn most_line_ends(&self) -> usize {
        if memchr(b'\n', self.filled()).is_none() {
            return 0;
        }
        let starts = std::iter::once(&0).chain(&self.ends);
        let cells = starts.zip(&self.ends[..self.len]).map(|(&start, &end)| &self.bytes[start..end]);
        cells.map(|cell| memchr_iter(b'\n', cell).count()).max().unwrap_or(0)
    }
}

/// Returns the bytes of a row, behind `start` where one of its cells begins, that have no say in where it ends: those between
/// the last quote of the line and its end.
///
/// A line end ends a row unless it stands within quotes, so that quotes alone decide. Most of an ASP release are such bytes: the
/// commas of 240 empty cells a row.
/// The cells are lost with their bytes. A row that may be cut off has them counted, so no bytes of the last line are returned.
fn without_effect(text: &[u8], start: usize) -> Option<Range<usize>> {
    let (_, searched) = text[start..].split_last()?;
    let end = memchr2(b'\n', b'\r', searched)?;
    let quotes_end = memrchr(b'"', &searched[..end]).map_or(0, |quote| quote + 1);
    Some(start + quotes_end..start + end)
}

/// Counts the empty lines before the first character of a record.
///
/// The reader stops after the CR of a CR LF; its LF then stands at the start of the next record, and ends no line of its own.
fn blank_lines(raw: &[u8], after_cr: bool) -> u32 {
    let lead = raw.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    let ends = lead.filter(|&&byte| byte == b'\n').count();
    let pending = usize::from(after_cr && raw.starts_with(b"\n"));
    u32::try_from(ends - pending).unwrap_or(u32::MAX)
}

/// Tells whether a cell of the record begins with a quote that its writer never closed.
fn is_quote_open(record: &Record, raw: &[u8], is_last: bool) -> bool {
    let most = record.most_line_ends();
    let odd = || memchr_iter(b'"', raw).count() % 2 == 1;
    most > CELL_LINES_MAX || (is_last && most > 0 && odd())
}

fn refuse_what_is_no_text(bytes: &[u8]) -> Result<(), SourceError> {
    const SEARCHED: usize = 4 << 10;
    let head = &bytes[..bytes.len().min(SEARCHED)];
    if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
        return Err(SourceError::Utf16);
    }
    let nul_at = |odd: usize| head.iter().skip(odd).step_by(2).filter(|&&byte| byte == 0).count();
    // Zeros throughout are no text at all.
    if head.len() >= 4 && (nul_at(0) * 3 > head.len()) != (nul_at(1) * 3 > head.len()) {
        return Err(SourceError::Utf16);
    }
    // A form feed, and the end-of-file mark of old systems, do occur in texts.
    let is_control = |&byte: &u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C | 0x1A);
    // Looking at whole pieces without stopping, the processor compares many bytes at once.
    let has_control = |piece: &[u8]| piece.iter().fold(false, |found, byte| found | is_control(byte));
    let Some(at) = bytes.chunks(SEARCHED).position(has_control) else { return Ok(()) };
    let piece = &bytes[at * SEARCHED..];
    let byte = at * SEARCHED + piece.iter().position(is_control).unwrap_or(0);
    Err(SourceError::Binary { byte })
}

/// Takes off the blanks before a text in Windows-1252, whose no-break space is A0.
fn without_leading_blanks(bytes: &[u8]) -> &[u8] {
    let is_text = |byte: &u8| !byte.is_ascii_whitespace() && *byte != 0xA0;
    &bytes[bytes.iter().position(is_text).unwrap_or(bytes.len())..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8], form: Form) -> Result<Vec<(u32, Vec<String>)>, SourceError> {
        let mut rows = vec![];
        open(bytes)?.for_each_row(form, usize::MAX, &mut |row| {
            let cells = (0..row.len()).map(|index| row.cell(index).to_text().into_owned());
            rows.push((row.number, cells.collect()));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(rows)
    }

    fn numbers(text: &str) -> Vec<u32> {
        rows(text.as_bytes(), Form::Csv).unwrap().iter().map(|row| row.0).collect()
    }

    #[test]
    fn counts_rows_as_a_spreadsheet_does() {
        let text = "a\n\n\nb\n\"c\nc\",c\nd\n,\n\ne";
        for end in ["\n", "\r\n", "\r"] {
            assert_eq!(numbers(&text.replace('\n', end)), [1, 4, 5, 6, 7, 9], "{end:?}");
        }
        assert_eq!(numbers("\n\r\n\na"), [4]);
    }

    #[test]
    fn reads_windows_1252_and_utf8_with_a_mark() {
        let row = rows(b"Drug\x99,\xA0J9035\xA0\r\n", Form::Csv).unwrap();
        assert_eq!(row, [(1, vec!["Drug\u{2122}".into(), "J9035".into()])]);
        let row = rows("\u{feff}ndc\tMünster, x\n".as_bytes(), Form::Tsv).unwrap();
        assert_eq!(row, [(1, vec!["ndc".into(), "Münster, x".into()])]);
    }

    #[test]
    fn refuses_a_quote_that_swallows_the_rows_after_it() {
        let swallowed = format!("a,b\n\"c,d\n{}\"e\",f\n", "x,y\n".repeat(CELL_LINES_MAX));
        assert_eq!(rows(swallowed.as_bytes(), Form::Csv), Err(SourceError::QuoteOpen { row: 2 }));
        let cut = "a,b\nc,\"d\ne,f\n";
        assert_eq!(rows(cut.as_bytes(), Form::Csv), Err(SourceError::QuoteOpen { row: 2 }));
        assert_eq!(numbers("a,b\nc,\"d\ne\""), [1, 2]);
        assert_eq!(numbers("a,5\" needle\nb,c\n"), [1, 2]);
    }

    #[test]
    fn spares_the_reader_only_cells_that_nobody_wants() {
        let read = |text: &str, wanted: usize| {
            let mut rows = vec![];
            let done = open(text.as_bytes()).unwrap().for_each_row(Form::Csv, wanted, &mut |row| {
                let cells = (0..row.len().min(wanted)).map(|index| row.cell(index).to_text().into_owned());
                let count = row.is_unended.then_some(row.len());
                rows.push((row.number, row.is_blank(), count, cells.collect::<Vec<_>>()));
                Ok(ControlFlow::Continue(()))
            });
            (done, rows)
        };
        for text in [
            "a,b,c,d\ne,f,,\n",
            "a,,,\n,,,\n , ,x,\n\n,,,y\nb,\"\",,\n",
            "a,\"b\",\"c,\"\"d\"\",\",e\nf,\"g\nh\",i\nj,k\" l,m\nn,\"o\"p,\"q\"\n",
            "a,b,\"c\nd\ne\",f,g\nh,i,\"j,\nk",
            "a,\"b,c\nd\ne,f\n",
            "a,b,c,d,e\nf,g,h",
            "\"a\",\"b\"\"\",\"\"\"c\",\"\"\"\"\n\"d\"\n",
        ] {
            for text in ["\n", "\r\n", "\r"].map(|end| text.replace('\n', end)) {
                for wanted in 1..4 {
                    let (done, rows) = read(&text, wanted);
                    let (done_whole, mut whole) = read(&text, usize::MAX);
                    for (.., cells) in &mut whole {
                        cells.truncate(wanted);
                    }
                    assert_eq!((done, rows), (done_whole, whole), "{text:?}, {wanted} wanted");
                }
            }
        }
        let cells = |text: &[u8], wanted| {
            let mut counts = vec![];
            let visit = &mut |row: &Row<'_>| {
                counts.push(row.len());
                Ok(ControlFlow::Continue(()))
            };
            open(text).unwrap().for_each_row(Form::Csv, wanted, visit).unwrap();
            counts
        };
        assert_eq!(cells(b"a,b,,,,,\na,\"b\",,,,,\na,b,,,,,\n", 1), [2, 2, 7], "the last line is read whole");
    }

    #[test]
    fn never_fails_wherever_it_is_cut() {
        let text = "\"a\r\nb\",c\r\n\r\n1,\"2\"\"3\"\r\n";
        for end in 1..text.len() {
            let _ = rows(&text.as_bytes()[..end], Form::Csv);
            let _ = rows(&text.as_bytes()[..end], Form::Tsv);
        }
    }
}
