//! What a command found as a table: for people as words, for programs as JSON, for spreadsheets as CSV or as a workbook.

use std::io::{self, BufWriter, Write};
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

/// A table.
pub struct Table<'t> {
    /// Title of the workbook.
    #[cfg_attr(not(feature = "office"), expect(dead_code, reason = "only a workbook has a title"))]
    pub title: String,
    /// Name of its sheet.
    #[cfg_attr(not(feature = "office"), expect(dead_code, reason = "only a workbook has sheets"))]
    pub sheet: &'static str,
    /// Its columns, each with its width in characters.
    pub columns: &'t [(&'static str, f64)],
    /// Position of the column that holds money, from 0.
    pub money: Option<usize>,
    /// Its rows, read as they are written.
    pub rows: Box<dyn Iterator<Item = io::Result<Vec<String>>> + 't>,
}

impl FormArgs {
    /// Returns whether a form is asked for that has every row.
    pub fn lists_all(&self) -> bool {
        self.json || self.csv || self.xlsx.is_some()
    }

    /// Shows what was found: `table` for spreadsheets, `row` for programs, `words` for people.
    pub fn show<'t, R: Serialize>(
        &self,
        table: impl Fn() -> io::Result<Table<'t>>,
        row: impl FnOnce() -> R,
        words: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        if let Some(file) = &self.xlsx {
            let table = table().map_err(|error| Failure::io("cannot write", file, &error))?;
            table.write_workbook(file)?;
        }
        if self.json {
            stdout::write_json(&row())
        } else if self.csv {
            let mut out = BufWriter::new(stdout::open()?);
            stdout::ended(table().and_then(|table| table.write_csv(&mut out)).and_then(|()| out.flush()))
        } else {
            stdout::write(words().as_bytes())
        }
    }
}

impl Table<'_> {
    fn write_csv(self, out: &mut impl Write) -> io::Result<()> {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        let mut line = Vec::new();
        add_row(names, None, &mut line);
        out.write_all(&line)?;
        for row in self.rows {
            line.clear();
            add_row(row?.iter().map(String::as_str), self.money, &mut line);
            out.write_all(&line)?;
        }
        Ok(())
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
        let spool = crate::run::spool_folder()?;
        // A temporary file that cannot be written is a panic in the library, which is answered as an error.
        let write = |out: &mut std::fs::File| documents::workbook::write_list(facts, self.rows, &spool, out);
        crate::panics::unsaid(|| intake::write_file_with(file, false, write)).map_err(|error| match error {
            documents::Error::Io(error) => Failure::io("cannot write", file, &error),
            error => Failure::internal(format!("cannot make {}: {error}", file.display())),
        })
    }

    #[cfg(not(feature = "office"))]
    #[expect(clippy::unused_self, reason = "with the feature, the table is what is written")]
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
