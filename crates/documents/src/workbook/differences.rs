//! What two runs judge differently: a sheet of what it adds up to, and one of claims.

use std::io::Write;
use std::path::Path;

use chrono::NaiveDateTime;

use super::{Book, Cell, Column, Sheet, Table, without_panic};
use crate::error::Error;

/// A claim that two runs do not judge alike.
pub struct Difference<'r> {
    /// The name of the runs, where there are several.
    pub run: &'r str,
    /// How it differs.
    pub change: &'r str,
    /// ISA13, GS06, ST02 and CLM01.
    pub names: [&'r str; 4],
    /// What A and B say of it.
    pub sides: [Option<Side<'r>>; 2],
}

/// What one run says of a claim.
pub struct Side<'r> {
    /// Position among the claims of the file, from 1.
    pub claim_number: u64,
    /// CLM02, as sent.
    pub charge: &'r str,
    /// What became of it.
    pub disposition: &'r str,
    /// What was found.
    pub findings: &'r str,
}

/// A line of what it all adds up to.
pub struct Total<'r> {
    /// What is counted, what became of it in A, and in B.
    pub words: [&'r str; 3],
    /// How many claims.
    pub claims: u64,
    /// Their charges in A and in B; empty where there are none.
    pub charges: [&'r str; 2],
}

const SUMMARY: [f64; 6] = [30.0, 22.0, 22.0, 14.0, 18.0, 18.0];

const COLUMNS: [Column; 14] = [
    ("Run", 16.0),
    ("Change", 16.0),
    ("Claim Number", 22.0),
    ("Interchange Control Number", 14.0),
    ("Group Control Number", 14.0),
    ("Transaction Set", 12.0),
    ("Position in A", 11.0),
    ("Charges in A", 14.0),
    ("Disposition in A", 13.0),
    ("Findings in A", 40.0),
    ("Position in B", 11.0),
    ("Charges in B", 14.0),
    ("Disposition in B", 13.0),
    ("Findings in B", 40.0),
];

/// A workbook of differences that grows.
pub struct Differences {
    book: Book,
    summary: Sheet,
    table: Table,
}

/// Writes a workbook to `out`, with what `fill` puts into it.
///
/// `moment` is that of the later run; what does not stay in memory goes to files without names in `spool`.
pub fn write_differences<E: From<Error>>(
    moment: NaiveDateTime,
    spool: &Path,
    out: impl Write + Send,
    fill: impl FnOnce(&mut Differences) -> Result<(), E>,
) -> Result<(), E> {
    without_panic(|| {
        let mut book = Book::new("Differences of two runs", moment, spool)?;
        let summary = book.add_sheet("Summary", &SUMMARY, "lines")?;
        let table = book.add_table("Claims", &COLUMNS, 3, "claims", 1.0)?;
        let mut differences = Differences { book, summary, table };
        fill(&mut differences)?;
        let Differences { mut book, summary, table } = differences;
        summary.end(&mut book)?;
        table.end(&mut book)?;
        Ok(book.finish(out)?)
    })
}

impl Differences {
    /// Adds a claim.
    pub fn difference(&mut self, difference: &Difference<'_>) -> Result<(), Error> {
        let [interchange, group, set, claim_id] = difference.names;
        let mut row: Vec<Cell<'_>> = vec![
            difference.run.into(),
            difference.change.into(),
            claim_id.into(),
            interchange.into(),
            group.into(),
            set.into(),
        ];
        for side in &difference.sides {
            row.extend(match side {
                None => [Cell::Blank, Cell::Blank, Cell::Blank, Cell::Blank],
                Some(side) => [
                    side.claim_number.into(),
                    Cell::Money(side.charge),
                    side.disposition.into(),
                    side.findings.into(),
                ],
            });
        }
        self.table.row(&mut self.book, &row)
    }

    /// Adds a line of words to the summary, the first of them in bold.
    pub fn line(&mut self, label: &str, words: &str) -> Result<(), Error> {
        self.summary.row(&mut self.book, &[Cell::Heading(label), words.into()])
    }

    /// Heads what it all adds up to.
    pub fn heading(&mut self) -> Result<(), Error> {
        self.summary.blank();
        let titles = ["", "In A", "In B", "Claims", "Charges in A", "Charges in B"];
        self.summary.row(&mut self.book, &titles.map(Cell::Heading))
    }

    /// Adds a line of what it all adds up to.
    pub fn total(&mut self, total: &Total<'_>) -> Result<(), Error> {
        let [words, a, b] = total.words.map(Cell::from);
        let [charges_of_a, charges_of_b] = total.charges.map(Cell::Money);
        self.summary.row(&mut self.book, &[words, a, b, total.claims.into(), charges_of_a, charges_of_b])
    }
}
