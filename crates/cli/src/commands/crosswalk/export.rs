//! `claimgate crosswalk export`: a snapshot as CSV.

use std::io::{self, Write as _};

use clap::Args;
use crosswalk::Crosswalk;

use super::rows::days;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::lists::ListArgs;
use crate::settings::Settings;
use crate::stdout;
use crate::table::add_row;

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
    let mut bytes = Vec::new();
    add_row(COLUMNS, None, &mut bytes);
    for relation in crosswalk.relations() {
        let release = &crosswalk.releases()[usize::from(relation.release)];
        let [from, through] = days(relation.effective);
        let (row, ndc) = (relation.row.to_string(), relation.ndc.to_string());
        let list = relation.list.as_str();
        let hcpcs = relation.hcpcs.as_str();
        let cells = [list, &release.name, &release.source_name, &row, &ndc, hcpcs, &from, &through];
        add_row(cells, None, &mut bytes);
        out.write_all(&bytes)?;
        bytes.clear();
    }
    // Of a snapshot without relations, the header alone.
    out.write_all(&bytes)
}
