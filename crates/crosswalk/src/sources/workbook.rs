//! Rows of a workbook: .xlsx cell by cell, .xls sheet by sheet.

use std::io::Cursor;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, ExcelDateTime, Reader, Xls, Xlsx};
use chrono::NaiveDate;

use super::error::{SourceError, clipped};
use super::table::{Cell, Cells, Row, View, Visit};
use crate::Form;

/// An opened workbook.
pub(super) enum Workbook<'a> {
    Xlsx(Box<Xlsx<Cursor<&'a [u8]>>>),
    Xls(Box<Xls<Cursor<&'a [u8]>>>),
}

/// Opens an .xlsx file, whose container has been examined before.
pub(super) fn open_xlsx(bytes: &[u8]) -> Result<Workbook<'_>, SourceError> {
    guarded(|| {
        let workbook = Xlsx::new(Cursor::new(bytes)).map_err(|error| unreadable(&error))?;
        Ok(Workbook::Xlsx(Box::new(workbook)))
    })
}

/// Opens an .xls file, whose container has been examined before.
pub(super) fn open_xls(bytes: &[u8]) -> Result<Workbook<'_>, SourceError> {
    guarded(|| {
        let workbook = Xls::new(Cursor::new(bytes)).map_err(|error| unreadable(&error))?;
        Ok(Workbook::Xls(Box::new(workbook)))
    })
}

impl Workbook<'_> {
    pub fn views(&self) -> Vec<View> {
        let (form, sheets) = match self {
            Workbook::Xlsx(workbook) => (Form::Xlsx, workbook.sheet_names()),
            Workbook::Xls(workbook) => (Form::Xls, workbook.sheet_names()),
        };
        let view = |sheet| View { form, sheet: Some(sheet) };
        sheets.into_iter().map(view).collect()
    }

    pub fn for_each_row(
        &mut self,
        view: &View,
        visit: &mut dyn FnMut(&Row<'_>) -> Visit,
    ) -> Result<(), SourceError> {
        let sheet = view.sheet.as_deref().unwrap_or_default();
        guarded(|| match self {
            Workbook::Xlsx(workbook) => rows_of_xlsx(workbook, sheet, visit),
            Workbook::Xls(workbook) => rows_of_xls(workbook, sheet, visit),
        })
    }
}

/// Reads a cell of a workbook.
pub(super) fn cell(data: &Data) -> Cell<'_> {
    match data {
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Cell::text(text),
        Data::Float(number) => Cell::Number(*number),
        // A 64-bit integer of a list is an identifier or a serial, far below the 53 bits that a float holds exactly.
        #[expect(clippy::cast_precision_loss)]
        Data::Int(number) => Cell::Number(*number as f64),
        Data::DateTime(moment) => date(moment),
        Data::Bool(true) => Cell::Text("TRUE"),
        Data::Bool(false) => Cell::Text("FALSE"),
        Data::Error(_) => Cell::Text("#ERROR"),
        Data::Empty => Cell::Blank,
    }
}

/// Reads a date cell, in the date system of its workbook; a duration or a number outside the calendar stays a number.
fn date(moment: &ExcelDateTime) -> Cell<'static> {
    let (year, month, day, ..) = moment.to_ymd_hms_milli();
    let date = NaiveDate::from_ymd_opt(year.into(), month.into(), day.into());
    match date {
        Some(date) if moment.is_datetime() && moment.as_f64() >= 1.0 => Cell::Date(date),
        _ => Cell::Number(moment.as_f64()),
    }
}

fn rows_of_xlsx(
    workbook: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
    visit: &mut dyn FnMut(&Row<'_>) -> Visit,
) -> Result<(), SourceError> {
    let mut reader = match workbook.worksheet_cells_reader(sheet) {
        Ok(reader) => reader,
        // A chart has no rows, and is no fault of the workbook.
        Err(calamine::XlsxError::NotAWorksheet(_)) => return Ok(()),
        Err(error) => return Err(unreadable(&error)),
    };
    let mut cells: Vec<Data> = Vec::new();
    let mut current = 0;
    while let Some(cell) = reader.next_cell().map_err(|error| unreadable(&error))? {
        let (row, column) = cell.get_position();
        if row != current {
            if hand_over(current, &mut cells, visit)? == ControlFlow::Break(()) {
                return Ok(());
            }
            current = row;
        }
        let column = column_index(column)?;
        if cells.len() <= column {
            cells.resize(column + 1, Data::Empty);
        }
        cells[column] = cell.get_value().clone().into();
    }
    hand_over(current, &mut cells, visit).map(|_| ())
}

/// Hands a row to `visit` and empties it; `index` counts from 0.
fn hand_over(index: u32, cells: &mut Vec<Data>, visit: &mut dyn FnMut(&Row<'_>) -> Visit) -> Visit {
    if cells.is_empty() {
        return Ok(ControlFlow::Continue(()));
    }
    let answer = visit(&sheet_row(index.saturating_add(1), cells));
    cells.clear();
    answer
}

fn rows_of_xls(
    workbook: &mut Xls<Cursor<&[u8]>>,
    sheet: &str,
    visit: &mut dyn FnMut(&Row<'_>) -> Visit,
) -> Result<(), SourceError> {
    let range = workbook.worksheet_range(sheet).map_err(|error| unreadable(&error))?;
    let (first_row, first_column) = range.start().unwrap_or_default();
    let mut cells = vec![Data::Empty; column_index(first_column)?];
    let lead = cells.len();
    for (number, row) in (first_row.saturating_add(1)..).zip(range.rows()) {
        cells.truncate(lead);
        cells.extend_from_slice(row);
        if visit(&sheet_row(number, &cells))? == ControlFlow::Break(()) {
            break;
        }
    }
    Ok(())
}

fn sheet_row(number: u32, cells: &[Data]) -> Row<'_> {
    Row { number, cells: Cells::Sheet(cells), is_unended: false }
}

/// Checks a column against the last one of an Excel sheet, XFD.
fn column_index(column: u32) -> Result<usize, SourceError> {
    const COLUMNS_MAX: u32 = 16_384;
    match usize::try_from(column) {
        Ok(index) if column < COLUMNS_MAX => Ok(index),
        _ => Err(SourceError::Workbook { problem: "a cell lies beyond the last column".into() }),
    }
}

/// Runs the workbook reader, and turns its panic into an error.
///
/// The reader indexes into records that a damaged file can make shorter than it expects.
fn guarded<T>(read: impl FnOnce() -> Result<T, SourceError>) -> Result<T, SourceError> {
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(SourceError::Workbook { problem: "its records are damaged".into() }))
}

fn unreadable(error: &dyn std::fmt::Display) -> SourceError {
    SourceError::Workbook { problem: clipped(&error.to_string()) }
}
