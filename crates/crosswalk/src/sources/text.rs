//! Rows of a text, separated by commas or tabs.
//!
//! The text is UTF-8 if it is valid as such, else Windows-1252, in which CMS publishes its .csv files.

use std::borrow::Cow;
use std::ops::ControlFlow;

use csv::{ReaderBuilder, StringRecord};
use encoding_rs::WINDOWS_1252;

use super::error::SourceError;
use super::table::{Cells, Row, Visit};
use crate::Form;

/// Line ends that a quoted cell may hold.
///
/// The publishers' cells hold one or two. A cell with more has swallowed the rows after a stray quote, which would be lost unseen.
pub const CELL_LINES_MAX: usize = 8;

/// A decoded text.
pub(super) struct Text<'a>(Cow<'a, str>);

/// Decodes a text.
///
/// Errors: that the bytes are empty, a web page, UTF-16 or binary.
pub(super) fn open(bytes: &[u8]) -> Result<Text<'_>, SourceError> {
    refuse_what_is_no_text(bytes)?;
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text = match str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    };
    let start = text.trim_start();
    if start.is_empty() {
        return Err(SourceError::Empty);
    }
    if start.starts_with('<') {
        return Err(SourceError::WebPage);
    }
    // Lines are counted by LF; a text of the old Macintosh form has none.
    if text.contains('\r') && !text.contains('\n') {
        return Ok(Text(Cow::Owned(text.replace('\r', "\n"))));
    }
    Ok(Text(text))
}

impl Text<'_> {
    pub fn last_line_ended(&self) -> bool {
        self.0.ends_with('\n')
    }

    /// Hands every row to `visit`; lines without a character are counted but left out.
    pub fn for_each_row(
        &self,
        form: Form,
        visit: &mut dyn FnMut(&Row<'_>) -> Visit,
    ) -> Result<(), SourceError> {
        let delimiter = if form == Form::Tsv { b'\t' } else { b',' };
        let mut reader = ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(self.0.as_bytes());
        let mut record = StringRecord::new();
        let (mut number, mut start) = (0u32, 0);
        // The text is valid UTF-8 and rows may have any length, so reading it cannot fail.
        while reader.read_record(&mut record).unwrap_or(false) {
            let end = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX).min(self.0.len());
            let raw = self.0.get(start..end).unwrap_or_default();
            let pending = self.0.as_bytes().get(start.wrapping_sub(1)) == Some(&b'\r');
            number = number.saturating_add(1).saturating_add(blank_lines(raw, pending));
            if is_quote_open(&record, raw, end == self.0.len()) {
                return Err(SourceError::QuoteOpen { row: number });
            }
            let is_unended = end == self.0.len() && !self.last_line_ended();
            let row = Row { number, cells: Cells::Text(&record), is_unended };
            if visit(&row)? == ControlFlow::Break(()) {
                break;
            }
            start = end;
        }
        Ok(())
    }
}

/// Counts the empty lines before the first character of a record.
///
/// The reader stops after the CR of a CR LF; its LF then stands at the start of the next record, and ends no line of its own.
fn blank_lines(raw: &str, after_cr: bool) -> u32 {
    let lead = raw.bytes().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    let ends = lead.filter(|&byte| byte == b'\n').count();
    let pending = usize::from(after_cr && raw.starts_with('\n'));
    u32::try_from(ends - pending).unwrap_or(u32::MAX)
}

/// Tells whether a cell of the record begins with a quote that its writer never closed.
fn is_quote_open(record: &StringRecord, raw: &str, is_last: bool) -> bool {
    let line_ends = |cell: &str| cell.bytes().filter(|&byte| byte == b'\n').count();
    let most = record.iter().map(line_ends).max().unwrap_or(0);
    let odd = || raw.bytes().filter(|&byte| byte == b'"').count() % 2 == 1;
    most > CELL_LINES_MAX || (is_last && most > 0 && odd())
}

fn refuse_what_is_no_text(bytes: &[u8]) -> Result<(), SourceError> {
    const SEARCHED: usize = 4 << 10;
    let head = &bytes[..bytes.len().min(SEARCHED)];
    if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
        return Err(SourceError::Utf16);
    }
    let nul_at = |odd: usize| head.iter().skip(odd).step_by(2).filter(|&&byte| byte == 0).count();
    if head.len() >= 4 && (nul_at(0) * 3 > head.len() || nul_at(1) * 3 > head.len()) {
        return Err(SourceError::Utf16);
    }
    // A form feed, and the end-of-file mark of old systems, do occur in texts.
    let is_control = |&byte: &u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C | 0x1A);
    match bytes.iter().position(is_control) {
        Some(byte) => Err(SourceError::Binary { byte }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8], form: Form) -> Result<Vec<(u32, Vec<String>)>, SourceError> {
        let mut rows = vec![];
        open(bytes)?.for_each_row(form, &mut |row| {
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
    fn never_fails_wherever_it_is_cut() {
        let text = "\"a\r\nb\",c\r\n\r\n1,\"2\"\"3\"\r\n";
        for end in 1..text.len() {
            let _ = rows(&text.as_bytes()[..end], Form::Csv);
            let _ = rows(&text.as_bytes()[..end], Form::Tsv);
        }
    }
}
