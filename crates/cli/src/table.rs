//! What a command found as a table: for people as words, for programs as JSON, for spreadsheets as CSV or as a workbook.

use std::path::{Path, PathBuf};

use clap::Args;
use responses::CsvRow;
use serde::Serialize;

use crate::failure::Failure;
use crate::stdout;

/// Which form is asked for.
#[derive(Args, Debug)]
pub struct FormArgs {
    /// Write one JSON object
    #[arg(long)]
    pub json: bool,
    /// Write CSV
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// Write a workbook there as well
    #[arg(long, value_name = "FILE")]
    pub xlsx: Option<PathBuf>,
}

/// A table, for commands whose rows are few enough to be held.
pub struct Table<'t> {
    /// Title of the workbook.
    pub title: String,
    /// Name of its sheet.
    pub sheet: &'static str,
    /// Its columns, each with its width in characters.
    pub columns: &'t [(&'static str, f64)],
    /// Position of the column that holds money, from 0.
    pub money: Option<usize>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
}

impl FormArgs {
    /// Shows what was found: `table` for spreadsheets, `row` for programs, `words` for people.
    pub fn show<'t, R: Serialize>(
        &self,
        table: impl Fn() -> Table<'t>,
        row: impl FnOnce() -> R,
        words: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        if let Some(file) = &self.xlsx {
            table().write_workbook(file)?;
        }
        if self.json {
            stdout::write_json(&row())
        } else if self.csv {
            stdout::write(&table().csv())
        } else {
            stdout::write(words().as_bytes())
        }
    }
}

impl Table<'_> {
    fn csv(&self) -> Vec<u8> {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        let mut bytes = Vec::new();
        add_row(names, None, &mut bytes);
        for row in &self.rows {
            add_row(row.iter().map(String::as_str), self.money, &mut bytes);
        }
        bytes
    }

    #[cfg(feature = "office")]
    fn write_workbook(self, file: &Path) -> Result<(), Failure> {
        let facts = documents::workbook::ListFacts {
            title: &self.title,
            sheet: self.sheet,
            columns: self.columns,
            money: self.money,
            moment: crate::stamp::Stamp::or_clock(None).moment(),
        };
        let mut bytes = Vec::new();
        let spool = crate::run::spool_folder()?;
        let (out, rows) = (std::io::Cursor::new(&mut bytes), self.rows.into_iter());
        // A temporary file that cannot be written is a panic in the library, which is answered as an error.
        crate::panics::unsaid(|| documents::workbook::write_list(facts, rows, &spool, out))
            .map_err(|error| Failure::internal(format!("cannot make {}: {error}", file.display())))?;
        intake::write_file(file, &bytes, false).map_err(|error| Failure::io("cannot write", file, &error))
    }

    #[cfg(not(feature = "office"))]
    fn write_workbook(self, _: &Path) -> Result<(), Failure> {
        Err(Failure::usage("this build makes no workbooks", "use --csv, or a build with the feature office"))
    }
}

/// Adds a row of CSV, in which no text is a formula for a spreadsheet; the cell at `money`, if there is one, is a number.
pub fn add_row<'c>(cells: impl IntoIterator<Item = &'c str>, money: Option<usize>, bytes: &mut Vec<u8>) {
    let mut row = CsvRow(bytes);
    for (place, cell) in cells.into_iter().enumerate() {
        if Some(place) == money { row.fixed(cell) } else { row.words(cell) }
    }
    row.end();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_no_formulas_and_money_is_a_number() {
        let mut bytes = Vec::new();
        add_row(["=1+1", "-5.00", "a, b"], Some(1), &mut bytes);
        assert_eq!(bytes, b"'=1+1,-5.00,\"a, b\"\r\n");
    }
}
