//! What a rerun judges otherwise than the run that its claims come from, kept beside its other outputs.

use std::fs::File;
use std::io;
use std::path::Path;

use super::compared;
use super::csv::Csv;
use super::found_again;
use super::json::Json;
use super::out::Out;
use super::runs::Runs;
use super::text::Text;
use super::totals::Totals;
use super::{Tell, note};
use crate::failure::Failure;

/// How the name of the differences of a rerun begins.
pub const STEM: &str = "diff";

/// The forms that they are kept in.
pub const FORMS: [&str; 3] = ["csv", "json", "txt"];

/// Writes the differences between the outputs `parent` and `rerun` to `file`, in one of [`FORMS`].
///
/// Claims that were not judged again are not told of; the rerun has to list all of its claims.
pub fn write(parent: &Path, rerun: &Path, form: &str, file: File) -> Result<(), Failure> {
    let runs = Runs::open(parent, rerun)?;
    let out = Out::file(file, |written: io::Result<()>| {
        written.map_err(|error| Failure::io("cannot write", Path::new("the differences of a rerun"), &error))
    });
    match form {
        "csv" => tell(&runs, &mut Csv::new(out)),
        "json" => tell(&runs, &mut Json::new(out)),
        _ => tell(&runs, &mut Text::new(out)),
    }
}

fn tell(runs: &Runs, teller: &mut dyn Tell) -> Result<(), Failure> {
    let mut totals = Totals::default();
    for pair in &runs.pairs {
        teller.pair(pair, false)?;
        found_again::each(pair, &mut |a, b| match b {
            Some(b) => note(compared::compared(false, a, Some(b)), &mut totals, teller),
            None => Ok(()),
        })?;
    }
    teller.end(runs, &totals)
}
