//! `claimgate crosswalk export`: a snapshot as CSV.

use std::io::{self, Write as _};

use clap::Args;
use crosswalk::{Crosswalk, Effective};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::lists::ListArgs;
use crate::settings::Settings;
use crate::stdout;

/// Arguments of `crosswalk export`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct ExportArgs {
    #[command(flatten)]
    pub lists: ListArgs,
}

const EXAMPLES: &str = "\
Examples:
  claimgate crosswalk export > pairs.csv
  claimgate crosswalk export --as-of 3f2a9c01 --crosswalk /srv/claimgate/crosswalk";

/// Columns of the CSV; the NDC is written 5-4-2, so that no spreadsheet takes it for a number.
const COLUMNS: [&str; 8] = ["list", "release", "file", "row", "ndc", "hcpcs", "from", "through"];

/// Writes every pair of every release that counts.
pub fn run(args: &ExportArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::load(global.config.as_deref(), None)?;
    let (crosswalk, notes) = args.lists.load(&settings.desk)?;
    for note in &notes {
        tracing::warn!("{note}");
    }
    let mut out = io::BufWriter::new(stdout::open()?);
    let written = write(&crosswalk, &mut out).and_then(|()| out.flush());
    stdout::ended(written)?;
    Ok(Exit::Done)
}

fn write(crosswalk: &Crosswalk, out: &mut impl io::Write) -> io::Result<()> {
    // Whether the reader has gone is told by the kind, which the conversion would hide.
    write_table(crosswalk, out).map_err(|error| match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    })
}

fn write_table(crosswalk: &Crosswalk, out: &mut impl io::Write) -> csv::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    table.write_record(COLUMNS)?;
    for relation in crosswalk.relations() {
        let release = &crosswalk.releases()[usize::from(relation.release)];
        let Effective { from, through } = relation.effective;
        let day = |day: chrono::NaiveDate, open: chrono::NaiveDate| {
            if day == open { String::new() } else { day.to_string() }
        };
        table.write_record([
            relation.list.as_str(),
            &release.name,
            &release.source_name,
            &relation.row.to_string(),
            &relation.ndc.to_string(),
            relation.hcpcs.as_str(),
            &day(from, Effective::BEGINNING),
            &day(through, Effective::OPEN),
        ])?;
    }
    Ok(table.flush()?)
}
