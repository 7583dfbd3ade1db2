//! Sheets, and the kinds of cells that stand in them.

use std::borrow::Cow;

use rust_xlsxwriter::{Color, ExcelDateTime, Format, FormatAlign, IgnoreError, Worksheet};

use super::Book;
use crate::error::Error;
use crate::shown::shown;
use crate::words::cents_of;

/// Characters of a cell, counted in UTF-16.
const CELL_CHARACTERS_MAX: usize = 32_767;

/// Largest amount that a spreadsheet, which counts in binary floating point, holds to the cent.
const CENTS_MAX: i64 = 999_999_999_999_999;

/// Bytes that the rows of a sheet take in its file, which must stay below four gibibytes.
const SHEET_BYTES_MAX: u64 = 3 << 30;

/// Bytes of a cell beside its text.
const CELL_BYTES: u64 = 64;

/// Height of a line, in points.
const LINE_POINTS: f64 = 15.0;

/// Lines of a header.
const HEADER_LINES: f64 = 3.0;

/// Lines of the highest row.
const LINES_MAX: f64 = 27.0;

/// The number of the paper size US Letter.
const PAPER_LETTER: u8 = 1;

/// A cell of a row.
pub(crate) enum Cell<'c> {
    /// Text, whatever it looks like; bytes of the file are shown, and what is too long is cut and says so.
    Text(Cow<'c, str>),
    /// Text over several lines where it is long.
    Words(Cow<'c, str>),
    /// Text in bold.
    Heading(&'c str),
    /// A count or a position.
    Number(u64),
    /// An amount, as a number with two decimals if it is one.
    Money(&'c str),
    /// A day as `2025-11-03`.
    Day(Option<&'c str>),
    /// Nothing.
    Blank,
}

impl<'c> Cell<'c> {
    /// Text that may be missing.
    pub(crate) fn of(text: Option<&'c str>) -> Cell<'c> {
        text.map_or(Cell::Blank, |text| Cell::Text(Cow::Borrowed(text)))
    }

    /// Returns how many lines it takes in a column of `width` characters; words may end a line before it is full.
    fn lines(&self, width: f64) -> f64 {
        match self {
            #[allow(clippy::cast_precision_loss, reason = "a cell has few characters")]
            Cell::Words(text) => (text.chars().count() as f64 / (width * 0.9)).ceil(),
            _ => 1.0,
        }
    }

    /// Returns how long its text can be in the file of the sheet.
    fn bytes(&self) -> u64 {
        let text: &str = match self {
            Cell::Text(text) | Cell::Words(text) => text,
            Cell::Heading(text) | Cell::Money(text) => text,
            Cell::Number(_) | Cell::Day(_) | Cell::Blank => "",
        };
        // Few characters are escaped, none in more than six bytes, and symbols of control characters take three.
        let length =
            |byte| if matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b' ') { 1 } else { 6 };
        text.bytes().map(length).sum()
    }
}

impl<'c> From<&'c String> for Cell<'c> {
    fn from(text: &'c String) -> Cell<'c> {
        Cell::Text(Cow::Borrowed(text))
    }
}

impl<'c> From<&'c str> for Cell<'c> {
    fn from(text: &'c str) -> Cell<'c> {
        Cell::Text(Cow::Borrowed(text))
    }
}

impl<'c> From<Cow<'c, str>> for Cell<'c> {
    fn from(text: Cow<'c, str>) -> Cell<'c> {
        Cell::Text(text)
    }
}

impl From<u64> for Cell<'_> {
    fn from(number: u64) -> Self {
        Cell::Number(number)
    }
}

/// A column of a table: its heading, and its width in characters.
pub(crate) type Column = (&'static str, f64);

/// How cells look.
struct Formats {
    header: Format,
    heading: Format,
    text: Format,
    words: Format,
    number: Format,
    money: Format,
    day: Format,
}

/// A sheet that grows row by row.
pub(crate) struct Sheet {
    place: usize,
    /// Of its columns, in characters.
    widths: Vec<f64>,
    /// Lines of a row, unless it has more.
    lines: f64,
    /// The row that is next, from 0.
    row: u32,
    /// What the rows at its end are, in words.
    rows: &'static str,
    rows_max: u32,
    /// Bytes that its rows take in its file, at most.
    bytes: u64,
    /// Rows that it had no room for.
    left_out: u64,
    formats: Formats,
}

/// A sheet whose first row names its columns, and whose rows can be filtered.
pub(crate) struct Table {
    sheet: Sheet,
    columns: u16,
}

impl Formats {
    fn new() -> Formats {
        let body = || Format::new().set_align(FormatAlign::Top);
        Formats {
            header: body()
                .set_bold()
                .set_text_wrap()
                .set_font_color(Color::White)
                .set_background_color(Color::RGB(0x0017_324D)),
            heading: body().set_bold(),
            // In a column of text, what somebody types later stays text too.
            text: body().set_num_format("@"),
            words: body().set_num_format("@").set_text_wrap(),
            // At the left, like what stands beside it, so that no number seems to belong to its neighbour.
            number: body().set_num_format("#,##0").set_align(FormatAlign::Left),
            money: body().set_num_format("#,##0.00"),
            day: body().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Left).set_indent(1),
        }
    }
}

impl Book {
    /// Adds a sheet whose columns have the widths `widths`; `rows` says what the rows are that may become too many.
    pub(crate) fn add_sheet(
        &mut self,
        name: &str,
        widths: &[f64],
        rows: &'static str,
    ) -> Result<Sheet, Error> {
        let worksheet = self.workbook.add_worksheet_with_constant_memory()?;
        worksheet.set_name(name)?.set_landscape().set_paper_size(PAPER_LETTER);
        for (column, width) in (0..).zip(widths) {
            worksheet.set_column_width(column, *width)?;
        }
        self.sheets += 1;
        let (place, widths, rows_max) = (self.sheets - 1, widths.to_vec(), self.rows_max);
        Ok(Sheet {
            place,
            widths,
            lines: 1.0,
            row: 0,
            rows,
            rows_max,
            bytes: 0,
            left_out: 0,
            formats: Formats::new(),
        })
    }

    /// Adds a table of `columns`, the first `fixed` of which stay in sight; `rows` says what its rows are.
    ///
    /// The library remembers each row that is higher than others, so they are all as high as most: `lines` lines.
    pub(crate) fn add_table(
        &mut self,
        name: &str,
        columns: &[Column],
        fixed: u16,
        rows: &'static str,
        lines: f64,
    ) -> Result<Table, Error> {
        let widths: Vec<f64> = columns.iter().map(|(_, width)| *width).collect();
        let mut sheet = self.add_sheet(name, &widths, rows)?;
        let header = sheet.formats.header.clone();
        sheet.lines = lines;
        let worksheet = self.workbook.worksheet_from_index(sheet.place)?;
        worksheet.set_default_row_height(lines * LINE_POINTS);
        for (column, (title, _)) in (0..).zip(columns) {
            worksheet.write_string_with_format(0, column, *title, &header)?;
        }
        worksheet
            .set_row_height(0, HEADER_LINES * LINE_POINTS)?
            .set_freeze_panes(1, fixed)?
            .set_repeat_rows(0, 0)?;
        sheet.row = 1;
        let count = u16::try_from(columns.len()).expect("a table has fewer columns than a sheet");
        Ok(Table { sheet, columns: count })
    }
}

impl Sheet {
    /// Writes a row below the last; one that there is no room for is counted.
    pub(crate) fn row(&mut self, book: &mut Book, cells: &[Cell<'_>]) -> Result<(), Error> {
        // The last row says what is left out.
        if self.rows_max <= self.row + 1 || SHEET_BYTES_MAX <= self.bytes || 0 < self.left_out {
            self.left_out += 1;
            return Ok(());
        }
        self.bytes += cells.iter().map(|cell| CELL_BYTES + cell.bytes()).sum::<u64>();
        self.write(book, cells)
    }

    /// Leaves a row without cells.
    pub(crate) fn blank(&mut self) {
        self.row += 1;
    }

    /// Ends the sheet: its last row says what is left out.
    pub(crate) fn end(mut self, book: &mut Book) -> Result<(), Error> {
        if self.left_out == 0 {
            return Ok(());
        }
        let words = format!(
            "{} more {} have no room on this sheet; csv, json and html hold all of them.",
            self.left_out, self.rows
        );
        self.write(book, &[Cell::Heading(&words)])
    }

    fn write(&mut self, book: &mut Book, cells: &[Cell<'_>]) -> Result<(), Error> {
        let lines = self.widths.iter().zip(cells).map(|(width, cell)| cell.lines(*width)).fold(0.0, f64::max);
        let worksheet = book.workbook.worksheet_from_index(self.place)?;
        if self.lines < lines {
            // Not every program makes a row as high as its text.
            worksheet.set_row_height(self.row, lines.min(LINES_MAX) * LINE_POINTS)?;
        }
        for (column, cell) in (0..).zip(cells) {
            self.cell(worksheet, column, cell)?;
        }
        self.row += 1;
        Ok(())
    }

    fn cell(&self, worksheet: &mut Worksheet, column: u16, cell: &Cell<'_>) -> Result<(), Error> {
        let formats = &self.formats;
        match cell {
            Cell::Text(text) => self.text(worksheet, column, text, &formats.text),
            Cell::Words(text) => self.text(worksheet, column, text, &formats.words),
            Cell::Heading(text) => self.text(worksheet, column, text, &formats.heading),
            Cell::Number(number) => {
                // Counts are far below 2^53, up to which a cell is exact.
                #[allow(clippy::cast_precision_loss, reason = "no count is as large as that")]
                let number = *number as f64;
                worksheet.write_number_with_format(self.row, column, number, &formats.number)?;
                Ok(())
            }
            Cell::Money(amount) => self.money(worksheet, column, amount),
            Cell::Day(Some(day)) => match ExcelDateTime::parse_from_str(day) {
                Ok(date) => {
                    worksheet.write_datetime_with_format(self.row, column, date, &formats.day)?;
                    Ok(())
                }
                // A spreadsheet counts days from 1900.
                Err(_) => self.text(worksheet, column, day, &formats.text),
            },
            Cell::Day(None) | Cell::Blank => Ok(()),
        }
    }

    fn money(&self, worksheet: &mut Worksheet, column: u16, amount: &str) -> Result<(), Error> {
        match cents_of(amount).filter(|cents| cents.abs() <= CENTS_MAX) {
            Some(cents) => {
                #[allow(clippy::cast_precision_loss, reason = "fifteen digits are exact")]
                let amount = cents as f64 / 100.0;
                worksheet.write_number_with_format(self.row, column, amount, &self.formats.money)?;
                Ok(())
            }
            None => self.text(worksheet, column, amount, &self.formats.text),
        }
    }

    fn text(&self, worksheet: &mut Worksheet, column: u16, text: &str, format: &Format) -> Result<(), Error> {
        if !text.is_empty() {
            let text = shown(text);
            worksheet.write_string_with_format(self.row, column, fitting(&text), format)?;
        }
        Ok(())
    }
}

impl Table {
    /// Writes a row as [`Sheet::row`] does.
    pub(crate) fn row(&mut self, book: &mut Book, cells: &[Cell<'_>]) -> Result<(), Error> {
        self.sheet.row(book, cells)
    }

    /// Ends the table.
    pub(crate) fn end(self, book: &mut Book) -> Result<(), Error> {
        let last_row = (self.sheet.row - 1).max(1);
        let last_column = self.columns - 1;
        let worksheet = book.workbook.worksheet_from_index(self.sheet.place)?;
        worksheet.autofilter(0, 0, last_row, last_column)?;
        worksheet.ignore_error_range(1, 0, last_row, last_column, IgnoreError::NumberStoredAsText)?;
        self.sheet.end(book)
    }
}

/// Returns as much of `text` as a cell holds, and says so where that is not all.
fn fitting(text: &str) -> Cow<'_, str> {
    let length = text.encode_utf16().count();
    if length <= CELL_CHARACTERS_MAX {
        return Cow::Borrowed(text);
    }
    let words = format!("… ({length} characters, of which a cell holds {CELL_CHARACTERS_MAX})");
    let mut room = CELL_CHARACTERS_MAX - words.encode_utf16().count();
    let end = text.char_indices().find(|(_, letter)| match room.checked_sub(letter.len_utf16()) {
        Some(rest) => {
            room = rest;
            false
        }
        None => true,
    });
    Cow::Owned(text[..end.map_or(text.len(), |(end, _)| end)].to_owned() + &words)
}
