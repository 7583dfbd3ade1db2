//! `claimgate diff`: tells claim by claim what two runs judge differently.
//!
//! What comes in are the `summary.json` and `results.ndjson` of either run, which are read from front to back.
//! Nothing is told of claims that have the same disposition for the same reasons.

#[cfg(feature = "office")]
use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;

mod compared;
mod csv;
mod found_again;
mod json;
mod out;
pub mod rerun;
mod results;
mod runs;
mod side_by_side;
mod text;
mod totals;
#[cfg(feature = "office")]
mod workbook;

use compared::{Change, Compared, Difference, Side};
use out::Out;
use results::ResultRow;
use runs::{Pair, Runs};
use totals::Totals;

/// Arguments of `diff`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct DiffArgs {
    /// The outputs of a run: a folder with summary.json and results.ndjson, or one with several of them
    #[arg(value_name = "RUN_A")]
    pub a: PathBuf,
    /// The outputs of the other run
    #[arg(value_name = "RUN_B")]
    pub b: PathBuf,
    /// Write JSON
    #[arg(long, group = "form")]
    pub json: bool,
    /// Write comma-separated values
    #[arg(long, group = "form")]
    pub csv: bool,
    /// Write a workbook to FILE, which must not exist, and nothing to standard output
    #[cfg(feature = "office")]
    #[arg(long, value_name = "FILE", group = "form")]
    pub xlsx: Option<PathBuf>,
}

const EXAMPLES: &str = "\
A claim is found again by ISA13, GS06, ST02, CLM01 and how often it was there before; in two runs
over one file, by its position too. By default, results.ndjson does not have claims that are
accepted without a finding: in two runs over one file, that is what a claim is that only the other
one lists. Whether it is one file, the counts of the summaries tell.

It ends with 0 whether or not there are differences, which are what was asked for: 1 is kept for
faults. A script asks: claimgate diff A B --json | jq '.totals.flipped'

Examples:
  claimgate diff out-october/in out-november/in
  claimgate diff out-before out-after --csv > changes.csv
  claimgate diff out again --xlsx changes.xlsx";

/// JSON Schema, 2020-12, of what `--json` prints.
pub const SCHEMA: &str = include_str!("diff/diff.schema.json");

/// Somebody who writes down what differs, in the order in which it is found.
trait Tell {
    /// Begins with the runs `pair`; `is_one_file` says whether they are compared as runs over one.
    fn pair(&mut self, pair: &Pair, is_one_file: bool) -> Result<(), Failure>;
    /// Writes one difference.
    fn difference(&mut self, difference: &Difference) -> Result<(), Failure>;
    /// Ends with what it all adds up to.
    fn end(&mut self, runs: &Runs, totals: &Totals) -> Result<(), Failure>;
}

/// Compares two runs, or two folders of several.
#[cfg_attr(
    not(feature = "office"),
    allow(unused_variables, reason = "closing lines go with a workbook alone")
)]
pub fn run(args: &DiffArgs, global: &Global) -> Result<Exit, Failure> {
    let runs = Runs::open(&args.a, &args.b)?;
    #[cfg(feature = "office")]
    if let Some(file) = &args.xlsx {
        let ending = workbook::write(&runs, file)?;
        if !global.quiet {
            // If standard error is gone, nobody listens.
            let _ = anstream::stderr().write_all(ending.as_bytes());
        }
        return Ok(Exit::Done);
    }
    let out = Out::stdout()?;
    if args.json {
        tell(&runs, &mut json::Json::new(out))?;
    } else if args.csv {
        tell(&runs, &mut csv::Csv::new(out))?;
    } else {
        tell(&runs, &mut text::Text::new(out))?;
    }
    Ok(Exit::Done)
}

/// Gives every difference to `teller`.
fn tell(runs: &Runs, teller: &mut dyn Tell) -> Result<(), Failure> {
    let mut totals = Totals::default();
    for pair in &runs.pairs {
        let is_one_file = side_by_side::is_one_file(pair)?;
        teller.pair(pair, is_one_file)?;
        let mut listed = 0;
        let mut judge = |a: Option<ResultRow>, b: Option<ResultRow>| {
            listed += 1;
            note(compared::compared(is_one_file, a, b), &mut totals, teller)
        };
        if is_one_file {
            side_by_side::each(pair, &mut judge)?;
            // What neither run lists is accepted in both, without a finding.
            totals.same += pair.a.received().saturating_sub(listed);
        } else {
            let unlisted = found_again::each(pair, &mut judge)?;
            totals.add_unlisted(unlisted);
        }
    }
    teller.end(runs, &totals)
}

/// Adds one claim to what it all adds up to, and tells of it if it differs.
fn note(compared: Compared, totals: &mut Totals, teller: &mut dyn Tell) -> Result<(), Failure> {
    match compared {
        Compared::Same => totals.same += 1,
        Compared::Different(difference) => {
            totals.add(&difference);
            teller.difference(&difference)?;
        }
    }
    Ok(())
}
