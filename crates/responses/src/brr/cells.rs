//! Cells of a CSV file that a spreadsheet can open without harm.
//!
//! Source: RFC 4180 for the form; the OWASP page on CSV injection for what a spreadsheet takes for a formula.

use std::borrow::Cow;

use chrono::NaiveDate;
use crosswalk::Ndc;

use super::characters::{shown, shown_words};
use crate::values;

/// A row that grows cell by cell.
pub struct CsvRow<'o>(pub &'o mut Vec<u8>);

/// Writes the header row `names`.
pub(crate) fn header_row(names: &[&str]) -> Vec<u8> {
    let mut bytes = names.join(",").into_bytes();
    bytes.extend_from_slice(b"\r\n");
    bytes
}

impl CsvRow<'_> {
    /// Adds words of our own, which no file can change; quoted only where they have to be.
    pub fn fixed(&mut self, words: &str) {
        // Without a way out of the loop the compiler can look at many bytes at once.
        if words.bytes().fold(false, |found, byte| found | is_special(byte)) {
            self.0.push(b'"');
            for (place, part) in words.split('"').enumerate() {
                self.0.extend_from_slice(if place == 0 { b"" } else { b"\"\"" });
                self.0.extend_from_slice(part.as_bytes());
            }
            self.0.push(b'"');
        } else {
            self.0.extend_from_slice(words.as_bytes());
        }
        self.0.push(b',');
    }

    /// Adds `count` cells with nothing in them.
    pub fn blank(&mut self, count: usize) {
        self.0.resize(self.0.len() + count, b',');
    }

    /// Adds a number of our own.
    pub fn number(&mut self, number: u64) {
        self.0.extend_from_slice(values::number(number).as_bytes());
        self.0.push(b',');
    }

    /// Adds a date, if there is one.
    pub(crate) fn day(&mut self, day: Option<NaiveDate>) {
        if let Some(day) = day {
            self.0.extend_from_slice(values::day(day).as_bytes());
        }
        self.0.push(b',');
    }

    /// Adds words, in which bytes of the file may be quoted.
    pub fn words(&mut self, words: &str) {
        self.fixed(&guarded(shown_words(words), words.chars().next()));
    }

    /// Adds bytes of the file as text.
    pub(crate) fn text(&mut self, bytes: &[u8]) {
        // Nearly every cell stands as it is; without a way out of the loop the compiler can look at many bytes at once.
        let is_safe = |byte: u8| matches!(byte, b' '..=b'~') && !is_special(byte);
        if bytes.first().is_none_or(u8::is_ascii_alphanumeric)
            && bytes.iter().fold(true, |safe, &byte| safe & is_safe(byte))
        {
            self.0.extend_from_slice(bytes);
            self.0.push(b',');
            return;
        }
        self.fixed(&guarded(shown(bytes), bytes.first().copied().map(char::from)));
    }

    /// Adds an amount, as a number if it is one, and as text otherwise.
    pub(crate) fn amount(&mut self, amount: &[u8]) {
        match claims::cents_of(amount) {
            Some(_) => self.fixed(&values::text(amount)),
            None => self.text(amount),
        }
    }

    /// Adds eleven digits in 5-4-2, so that no spreadsheet takes them for a number, and anything else as sent.
    pub(crate) fn ndc(&mut self, ndc: &[u8]) {
        match Ndc::from_digits(ndc) {
            Some(ndc) => self.text(values::hyphenated(ndc).as_bytes()),
            None => self.text(ndc),
        }
    }

    /// Ends the row.
    pub fn end(self) {
        // Every cell has a comma behind it, and the last one needs none.
        self.0.pop();
        self.0.extend_from_slice(b"\r\n");
    }
}

/// Whether a cell that holds the byte has to be quoted.
fn is_special(byte: u8) -> bool {
    matches!(byte, b',' | b'"' | b'\r' | b'\n')
}

/// Puts an apostrophe in front of a cell that a spreadsheet would take for a formula; `first` is its first character as sent.
fn guarded(cell: Cow<'_, str>, first: Option<char>) -> Cow<'_, str> {
    match first {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\0' | '＝' | '＋' | '－' | '＠') => {
            Cow::Owned(["'", &cell].concat())
        }
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(add: impl FnOnce(&mut CsvRow<'_>)) -> String {
        let mut bytes = Vec::new();
        let mut row = CsvRow(&mut bytes);
        add(&mut row);
        row.end();
        String::from_utf8(bytes).unwrap().strip_suffix("\r\n").unwrap().to_owned()
    }

    #[test]
    fn a_cell_never_begins_a_formula() {
        for (bytes, text) in [
            (&b"=HYPERLINK(1)"[..], "'=HYPERLINK(1)"),
            (b"+1", "'+1"),
            (b"-1", "'-1"),
            (b"@SUM(A1)", "'@SUM(A1)"),
            (b"\t=1", "'␉=1"),
            (b"\r=1", "'␍=1"),
            (b"\0=1", "'␀=1"),
            (b"A=1", "A=1"),
            (b"\x1b[2J\xe9", "␛[2Jé"),
            (b"", ""),
        ] {
            assert_eq!(cell(|row| row.text(bytes)), text);
        }
        for twin in ["＝1", "＋1", "－1", "＠1"] {
            assert_eq!(cell(|row| row.words(twin)), format!("'{twin}"));
        }
    }

    #[test]
    fn numbers_stay_numbers_and_an_ndc_is_none() {
        assert_eq!(cell(|row| row.amount(b"-12.50")), "-12.50");
        assert_eq!(cell(|row| row.amount(b"-12,50")), "\"'-12,50\"");
        assert_eq!(cell(|row| row.ndc(b"00641036725")), "00641-0367-25");
        assert_eq!(cell(|row| row.ndc(b"0641036725")), "0641036725");
        assert_eq!(cell(|row| row.ndc(b"-0641036725")), "'-0641036725");
    }

    #[test]
    fn every_row_reads_as_it_was_meant() {
        let cells = ["", "plain", "one, two", "\"all\"", "a \"quote\" within", "\"", "a\r\nb", " blank "];
        let mut bytes = Vec::new();
        for _ in 0..2 {
            let mut row = CsvRow(&mut bytes);
            for cell in cells {
                row.fixed(cell);
            }
            row.blank(2);
            row.end();
        }
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&bytes[..]);
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let expected: Vec<&str> = cells.into_iter().chain(["", ""]).collect();
        assert!(rows.len() == 2 && rows.iter().all(|row| row == expected), "{rows:?}");
    }
}
