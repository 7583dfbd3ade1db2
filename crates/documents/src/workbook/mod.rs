//! Workbooks that a spreadsheet opens without harm: what is text stays text, and there are no formulas.
//!
//! Rows are written from top to bottom and do not stay in memory.
//! Source: ECMA-376 for the form; the specifications and limits of Excel for what a sheet and a cell hold.

use std::any::Any;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;

use chrono::NaiveDateTime;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};

use crate::error::Error;

mod brr;
mod differences;
mod list;
mod sheet;

pub use brr::write_brr;
pub use differences::{Difference, Differences, Side, Total, write_differences};
pub use list::{ListFacts, write_list};
use sheet::{Cell, Column, Sheet, Table};

/// Name of the form on the command line, and ending of its file.
pub const NAME: &str = "xlsx";

/// A workbook that grows sheet by sheet.
pub(crate) struct Book {
    workbook: Workbook,
    sheets: usize,
    rows_max: u32,
}

/// Rows of a sheet.
const ROWS_MAX: u32 = 1_048_576;

impl Book {
    /// Begins a workbook; what its sheets hold is kept in files without names in `spool` until it is written.
    pub(crate) fn new(title: &str, moment: NaiveDateTime, spool: &Path) -> Result<Book, Error> {
        let mut workbook = Workbook::new();
        workbook.set_tempdir(spool)?;
        let properties = DocProperties::new()
            .set_title(title)
            .set_author("claimgate")
            .set_creation_datetime(&ExcelDateTime::from_timestamp(moment.and_utc().timestamp())?);
        workbook.set_properties(&properties);
        Ok(Book { workbook, sheets: 0, rows_max: ROWS_MAX })
    }

    /// Writes the workbook.
    pub(crate) fn finish(mut self, out: impl Write + Send) -> Result<(), Error> {
        self.workbook.save_to_writer(out).map_err(Error::from)
    }
}

/// Runs `make`, in which the library panics if it cannot write one of its temporary files, and makes an error of that.
fn without_panic<E: From<Error>>(make: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
    // What is half made is dropped, and nobody looks at it.
    catch_unwind(AssertUnwindSafe(make)).unwrap_or_else(|panic| {
        if !words_of(panic.as_ref()).contains("write to xml file") {
            resume_unwind(panic);
        }
        let full = io::Error::new(io::ErrorKind::StorageFull, "a temporary file cannot be written");
        Err(Error::Io(full).into())
    })
}

fn words_of(panic: &(dyn Any + Send)) -> &str {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
