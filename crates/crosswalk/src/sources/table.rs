//! Rows and cells, whatever form the file has.
//!
//! A file is a [`Book`] of one or more views: the sheets of a workbook, or a text read with either separator.
//! The publisher's module looks at the head of each view, and reads on where it finds its header.

use std::borrow::Cow;
use std::ops::ControlFlow;

use calamine::Data;
use chrono::NaiveDate;

use super::error::SourceError;
use super::text::{self, Text, TextCells};
use super::workbook::{self, Workbook};
use super::{archive, ole};
use crate::Form;

/// Rows of a view that are searched for a header.
pub const HEADER_ROWS_MAX: usize = 60;

/// A file, opened.
pub(super) enum Book<'a> {
    Text(Text<'a>),
    Workbook(Workbook<'a>),
}

/// One way to see a file as rows.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub form: Form,
    pub sheet: Option<String>,
}

/// A row of a view.
pub(super) struct Row<'a> {
    /// Counted from 1 as a spreadsheet counts: blank rows count, a line end within quotes does not.
    pub number: u32,
    pub cells: Cells<'a>,
    /// Whether the file ends within this row: a text whose last line has no end.
    pub is_unended: bool,
}

/// The cells of a row, as their form holds them.
pub(super) enum Cells<'a> {
    Text(TextCells<'a>),
    Sheet(&'a [Data]),
}

/// A cell; text is trimmed of blanks and no-break spaces, and never empty.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell<'a> {
    Blank,
    Text(&'a str),
    Number(f64),
    Date(NaiveDate),
}

/// A row of the head, as text.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct HeadRow {
    pub number: u32,
    pub cells: Vec<String>,
}

/// What a visitor of rows answers: whether to go on.
pub(super) type Visit = Result<ControlFlow<()>, SourceError>;

impl<'a> Book<'a> {
    /// Opens a file by its content.
    ///
    /// Errors: that the bytes are no text and no workbook; a published zip is refused too, its member is opened in its place.
    pub fn open(bytes: &'a [u8]) -> Result<Book<'a>, SourceError> {
        const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
        if archive::is_container(bytes) {
            if archive::is_published_zip(bytes)? {
                return Err(SourceError::ZipOfFiles);
            }
            archive::examine(bytes)?;
            return workbook::open_xlsx(bytes).map(Book::Workbook);
        }
        if bytes.starts_with(OLE) {
            ole::examine(bytes)?;
            return workbook::open_xls(bytes).map(Book::Workbook);
        }
        text::open(bytes).map(Book::Text)
    }

    /// Returns the views, in the order in which to look at them.
    pub fn views(&self) -> Vec<View> {
        match self {
            Book::Text(_) => [Form::Csv, Form::Tsv].map(|form| View { form, sheet: None }).into(),
            Book::Workbook(workbook) => workbook.views(),
        }
    }

    /// Hands every row of a view to `visit`, in order, until it breaks off; rows without a cell may be left out.
    ///
    /// A row that is neither blank nor unended may lack cells beyond the first `wanted`, of which there is at least one.
    pub fn for_each_row(
        &mut self,
        view: &View,
        wanted: usize,
        visit: &mut dyn FnMut(&Row<'_>) -> Visit,
    ) -> Result<(), SourceError> {
        match self {
            Book::Text(text) => text.for_each_row(view.form, wanted, visit),
            Book::Workbook(workbook) => workbook.for_each_row(view, visit),
        }
    }

    /// Returns the first rows of a view that are not blank.
    pub fn head(&mut self, view: &View) -> Result<Vec<HeadRow>, SourceError> {
        let mut head = Vec::new();
        self.for_each_row(view, usize::MAX, &mut |row| {
            if !row.is_blank() {
                head.push(row.to_head());
            }
            if head.len() < HEADER_ROWS_MAX {
                Ok(ControlFlow::Continue(()))
            } else {
                Ok(ControlFlow::Break(()))
            }
        })?;
        Ok(head)
    }

    /// Tells whether a text ends with a line end; always true of a workbook.
    pub fn last_line_ended(&self) -> bool {
        match self {
            Book::Text(text) => text.last_line_ended(),
            Book::Workbook(_) => true,
        }
    }
}

impl<'a> Row<'a> {
    /// Returns the cell at `index`, counted from 0; blank beyond the last.
    pub fn cell(&self, index: usize) -> Cell<'a> {
        match &self.cells {
            Cells::Text(cells) => cells.get(index).map_or(Cell::Blank, Cell::text),
            Cells::Sheet(cells) => cells.get(index).map_or(Cell::Blank, workbook::cell),
        }
    }

    pub fn len(&self) -> usize {
        match &self.cells {
            Cells::Text(cells) => cells.len(),
            Cells::Sheet(cells) => cells.len(),
        }
    }

    pub fn is_blank(&self) -> bool {
        (0..self.len()).all(|index| self.cell(index) == Cell::Blank)
    }

    fn to_head(&self) -> HeadRow {
        let cells = (0..self.len()).map(|index| self.cell(index).to_text().into_owned()).collect();
        HeadRow { number: self.number, cells }
    }
}

impl<'a> Cell<'a> {
    pub fn text(text: &'a str) -> Cell<'a> {
        // Nearly no cell has blanks around it, and then its two ends tell.
        if let [first, .., last] = text.as_bytes()
            && first.is_ascii_graphic()
            && last.is_ascii_graphic()
        {
            return Cell::Text(text);
        }
        match text.trim() {
            "" => Cell::Blank,
            text => Cell::Text(text),
        }
    }

    /// Reads the cell by its text.
    pub fn read<T>(&self, read: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
        match self {
            Cell::Text(text) => read(text.as_bytes()),
            _ => read(self.to_text().as_bytes()),
        }
    }

    /// Returns the cell as a person would type it: a whole number without a point, a date as `YYYY-MM-DD`.
    pub fn to_text(&self) -> Cow<'a, str> {
        match self {
            Cell::Blank => Cow::Borrowed(""),
            Cell::Text(text) => Cow::Borrowed(text),
            Cell::Number(number) => Cow::Owned(number.to_string()),
            Cell::Date(date) => Cow::Owned(date.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trims_blanks_and_no_break_spaces_around_a_cell() {
        assert_eq!(Cell::text(" \u{a0}J9035\u{a0} \n"), Cell::Text("J9035"));
        assert_eq!(Cell::text("\u{a0} "), Cell::Blank);
        assert_eq!(Cell::text("J 9035"), Cell::Text("J 9035"));
    }

    #[test]
    fn writes_a_number_as_a_person_types_it() {
        assert_eq!(Cell::Number(90371.0).to_text(), "90371");
        assert_eq!(Cell::Number(99_999_000_101.0).to_text(), "99999000101");
        assert_eq!(Cell::Number(0.5).to_text(), "0.5");
    }

    #[test]
    fn refuses_what_is_no_list_at_all() {
        let open = |bytes: &[u8]| Book::open(bytes).map(|_| ()).unwrap_err();
        assert_eq!(open(b""), SourceError::Empty);
        assert_eq!(open(b"\xEF\xBB\xBF \r\n"), SourceError::Empty);
        assert_eq!(open(b"\r\n <!DOCTYPE html><html>"), SourceError::WebPage);
        assert_eq!(open(b"<?xml version=\"1.0\"?>"), SourceError::WebPage);
        assert_eq!(open(b"%PDF-1.7\n%\x01\x02"), SourceError::Binary { byte: 10 });
        assert_eq!(open(b"\x7fELF\x02\x01\x01\x00"), SourceError::Binary { byte: 4 });
        assert_eq!(open(b"\xFF\xFEn\x00d\x00"), SourceError::Utf16);
        assert_eq!(open(b"\xFE\xFF\x00n\x00d"), SourceError::Utf16);
        assert_eq!(open(b"n\x00d\x00c\x00,\x00"), SourceError::Utf16);
        assert_eq!(open(b"PK\x03\x04 and then nothing"), SourceError::ArchiveCutOff);
        let ole = open(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and then nothing");
        assert!(matches!(ole, SourceError::Workbook { .. }));
    }
}
