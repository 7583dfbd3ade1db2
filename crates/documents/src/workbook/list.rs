//! A workbook of one table: rows of texts, and of money.

use std::io::{self, Write};
use std::path::Path;

use chrono::NaiveDateTime;

use super::{Book, Cell, without_panic};
use crate::error::Error;

/// What a table is.
#[derive(Clone, Copy, Debug)]
pub struct ListFacts<'l> {
    /// Title of the workbook.
    pub title: &'l str,
    /// Name of its sheet, and of its rows.
    pub sheet: &'static str,
    /// Its columns, each with its width in characters.
    pub columns: &'l [(&'static str, f64)],
    /// Position of the column that holds money, from 0.
    pub money: Option<usize>,
    /// When it was made.
    pub moment: NaiveDateTime,
}

/// Writes a workbook with `rows` to `out`; what does not stay in memory goes to files without names in `spool`.
pub fn write_list(
    facts: ListFacts<'_>,
    rows: impl Iterator<Item = io::Result<Vec<String>>>,
    spool: &Path,
    out: impl Write + Send,
) -> Result<(), Error> {
    without_panic(|| {
        let mut book = Book::new(facts.title, facts.moment, spool)?;
        let mut table = book.add_table(facts.sheet, facts.columns, 0, facts.sheet, 1.0)?;
        for row in rows {
            let row = row?;
            let is_money = |place: usize| Some(place) == facts.money;
            let cells: Vec<Cell<'_>> = row
                .iter()
                .enumerate()
                .map(|(place, text)| if is_money(place) { Cell::Money(text) } else { text.as_str().into() })
                .collect();
            table.row(&mut book, &cells)?;
        }
        table.end(&mut book)?;
        book.finish(out)
    })
}
