//! The differences as one JSON document; its fields are those of `diff.schema.json`.

use claims::decimal;

use serde::Serialize;

use super::runs::Run;
use super::{Change, Difference, Out, Pair, Runs, Tell, Totals};
use crate::failure::Failure;

/// A document that is written piece by piece.
pub struct Json {
    out: Out,
    /// Runs that were begun, and differences of the last of them.
    runs: u64,
    differences: u64,
}

#[derive(Serialize)]
struct RunRow<'r> {
    inputs: &'r [String],
    stamp: &'r str,
    version: &'r str,
    claims: u64,
}

#[derive(Serialize)]
struct TotalsRow<'r> {
    same: u64,
    flipped: u64,
    changed_reason: u64,
    only_in_a: u64,
    only_in_b: u64,
    unlisted_in_a: u64,
    unlisted_in_b: u64,
    by_disposition: Vec<TallyRow<'r>>,
}

#[derive(Serialize)]
struct TallyRow<'r> {
    change: Change,
    a: Option<&'r str>,
    b: Option<&'r str>,
    claims: u64,
    charges_in_a: String,
    charges_in_b: String,
}

impl Json {
    /// Begins the document.
    pub fn new(out: Out) -> Json {
        Json { out, runs: 0, differences: 0 }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.out.write(bytes)
    }

    /// Ends the array of differences, and the runs that they belong to.
    fn end_pair(&mut self) -> Result<(), Failure> {
        if self.runs == 0 { Ok(()) } else { self.write(b"]}") }
    }

    fn head(&mut self) -> Result<(), Failure> {
        if self.runs == 0 { self.write(b"{\"schema\":\"claimgate.diff.v1\",\"runs\":[") } else { Ok(()) }
    }
}

impl Tell for Json {
    fn pair(&mut self, pair: &Pair, is_one_file: bool) -> Result<(), Failure> {
        self.head()?;
        self.end_pair()?;
        let separator = if self.runs == 0 { "\n" } else { ",\n" };
        let [name, a, b] = [json(&pair.name), json(&run_row(&pair.a)), json(&run_row(&pair.b))];
        let head = format!(
            "{separator}{{\"name\":{name},\"is_one_file\":{is_one_file},\"a\":{a},\"b\":{b},\"differences\":["
        );
        self.write(head.as_bytes())?;
        (self.runs, self.differences) = (self.runs + 1, 0);
        Ok(())
    }

    fn difference(&mut self, difference: &Difference) -> Result<(), Failure> {
        let separator = if self.differences == 0 { "\n" } else { ",\n" };
        self.differences += 1;
        self.write((separator.to_owned() + &json(difference)).as_bytes())
    }

    fn end(&mut self, runs: &Runs, totals: &Totals) -> Result<(), Failure> {
        self.head()?;
        self.end_pair()?;
        let [only_in_a, only_in_b] = runs.only.each_ref().map(json);
        let totals = json(&totals_row(totals));
        let tail = format!(
            "],\n\"runs_only_in_a\":{only_in_a},\"runs_only_in_b\":{only_in_b},\n\"totals\":{totals}}}\n"
        );
        self.write(tail.as_bytes())?;
        self.out.flush()
    }
}

fn json(row: &impl Serialize) -> String {
    serde_json::to_string(row).expect("rows of strings and numbers are always JSON")
}

fn run_row(run: &Run) -> RunRow<'_> {
    let (inputs, stamp, version) = (&run.summary.inputs, &run.summary.stamp, &run.summary.version);
    RunRow { inputs, stamp, version, claims: run.received() }
}

fn totals_row(totals: &Totals) -> TotalsRow<'_> {
    let [unlisted_in_a, unlisted_in_b] = totals.unlisted;
    TotalsRow {
        same: totals.same,
        flipped: totals.of(Change::Flipped),
        changed_reason: totals.of(Change::ChangedReason),
        only_in_a: totals.of(Change::OnlyInA),
        only_in_b: totals.of(Change::OnlyInB),
        unlisted_in_a,
        unlisted_in_b,
        by_disposition: totals
            .different
            .iter()
            .map(|((change, a, b), tally)| {
                let [charges_in_a, charges_in_b] = tally.cents.map(decimal);
                let [a, b] = [a, b].map(|word| Some(word.as_str()).filter(|word| !word.is_empty()));
                TallyRow { change: *change, a, b, claims: tally.claims, charges_in_a, charges_in_b }
            })
            .collect(),
    }
}
