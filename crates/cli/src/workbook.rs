//! A table as a workbook, for commands whose rows are few enough to be listed.

use std::path::Path;

use chrono::NaiveDateTime;

use crate::failure::Failure;

/// A table.
pub struct Table<'t> {
    /// Title of the workbook.
    pub title: &'t str,
    /// Name of its sheet.
    pub sheet: &'static str,
    /// Its columns, each with its width in characters.
    pub columns: &'t [(&'static str, f64)],
    /// Position of the column that holds money, from 0.
    pub money: Option<usize>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
}

/// Writes `table` to `file`, which is seen whole or not at all.
#[cfg(feature = "office")]
pub fn write(file: &Path, table: Table<'_>, moment: NaiveDateTime) -> Result<(), Failure> {
    let facts = documents::workbook::ListFacts {
        title: table.title,
        sheet: table.sheet,
        columns: table.columns,
        money: table.money,
        moment,
    };
    let mut bytes = Vec::new();
    let spool = crate::run::spool_folder()?;
    let cursor = std::io::Cursor::new(&mut bytes);
    let rows = table.rows.into_iter();
    // A temporary file that cannot be written is a panic in the library, which is answered as an error.
    crate::panics::unsaid(|| documents::workbook::write_list(facts, rows, &spool, cursor))
        .map_err(|error| Failure::internal(format!("cannot make {}: {error}", file.display())))?;
    intake::write_file(file, &bytes, false).map_err(|error| Failure::io("cannot write", file, &error))
}

/// Says that this build makes no workbooks.
#[cfg(not(feature = "office"))]
pub fn write(_: &Path, _: Table<'_>, _: NaiveDateTime) -> Result<(), Failure> {
    Err(Failure::usage("this build makes no workbooks", "use --csv, or a build with the feature office"))
}
