//! The differences as comma-separated values, one row each; a spreadsheet can open them without harm.

use responses::CsvRow;

use super::{Difference, Out, Pair, Runs, Side, Tell, Totals};
use crate::failure::Failure;

/// Names the columns.
pub const COLUMNS: [&str; 14] = [
    "run",
    "change",
    "interchange_control_number",
    "group_control_number",
    "transaction_set_control_number",
    "claim_id",
    "claim_number_in_a",
    "charge_in_a",
    "disposition_in_a",
    "findings_in_a",
    "claim_number_in_b",
    "charge_in_b",
    "disposition_in_b",
    "findings_in_b",
];

/// Rows that are written one by one.
pub struct Csv {
    out: Out,
    /// The name of the runs whose differences come in.
    run: String,
    has_header: bool,
}

impl Csv {
    /// Begins.
    pub fn new(out: Out) -> Csv {
        Csv { out, run: String::new(), has_header: false }
    }

    fn header(&mut self) -> Result<(), Failure> {
        if std::mem::replace(&mut self.has_header, true) {
            return Ok(());
        }
        self.out.write((COLUMNS.join(",") + "\r\n").as_bytes())
    }
}

impl Tell for Csv {
    fn pair(&mut self, pair: &Pair, _is_one_file: bool) -> Result<(), Failure> {
        self.run = pair.name.clone().unwrap_or_default();
        self.header()
    }

    fn difference(&mut self, difference: &Difference) -> Result<(), Failure> {
        let mut bytes = Vec::new();
        let mut row = CsvRow(&mut bytes);
        row.words(&self.run);
        row.fixed(difference.change.as_str());
        row.words(&difference.interchange_control_number);
        row.words(&difference.group_control_number);
        row.words(&difference.transaction_set_control_number);
        row.words(&difference.claim_id);
        for side in [&difference.a, &difference.b] {
            match side {
                Some(side) => self::side(side, &mut row),
                None => row.blank(4),
            }
        }
        row.end();
        self.out.write(&bytes)
    }

    fn end(&mut self, _runs: &Runs, _totals: &Totals) -> Result<(), Failure> {
        self.header()?;
        self.out.flush()
    }
}

fn side(side: &Side, row: &mut CsvRow<'_>) {
    row.number(side.claim_number);
    match claims::cents_of(side.charge.as_bytes()) {
        Some(_) => row.fixed(&side.charge),
        None => row.words(&side.charge),
    }
    row.words(&side.disposition);
    row.words(&side.codes(true));
}
