//! `claimgate inspect`: says what is in a file, and judges nothing.
//!
//! It reads what other commands refuse: older releases, other transaction sets, units with faults.
//! What is found is spooled and shown at the end, because the faults of an interchange may take back what was told of it.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use batch::Failed;
use claims::{Fault, Kind, Level};
use clap::Args;
use intake::Input;
use x12::{Encoding, encoding_of};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::inputs::Source;
use crate::run::{failure, open, spool_folder};
use crate::settings::Settings;
use crate::stdout;

mod items;
mod json;
mod overview;
mod spool;
mod tree;
mod walk;

use items::View;
use json::Json;
use overview::Overview;
use tree::Tree;
use walk::{Ended, Stopped, walk};

/// Arguments of `inspect`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct InspectArgs {
    /// The file; - is standard input
    #[arg(value_name = "FILE|-")]
    pub input: PathBuf,
    /// Totals, drug lines and faults as JSON
    #[arg(long, conflicts_with = "tree")]
    pub json: bool,
    /// Every loop down to the drugs, indented
    #[arg(long)]
    pub tree: bool,
    /// Bytes read at a time
    #[arg(long, value_name = "BYTES", hide = true, default_value_t = batch::BLOCK_BYTES)]
    pub block_bytes: usize,
}

const EXAMPLES: &str = "\
Examples:
  claimgate inspect in.837
  claimgate inspect in.837 --tree | less
  claimgate inspect in.837 --json | jq '.ndc_lines[].ndc'";

/// Says what is in a file.
pub fn run(args: &InspectArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::load(global.config.as_deref(), None)?;
    let source = if args.input == Path::new("-") { Source::Stdin } else { Source::File(args.input.clone()) };
    let input = open(&source, &spool_folder()?, settings.file_bytes_max)?;
    if encoding_of(input.bytes()) == Encoding::Utf16 {
        return Err(failure(&source, input.bytes(), Failed::Unreadable(utf16(input.bytes()))));
    }
    let mut view: Box<dyn View> = if args.json {
        Box::new(Json::default())
    } else if args.tree {
        Box::new(Tree::default())
    } else {
        Box::new(Overview::new(&source.name(), input.bytes().len()))
    };
    let ended = walk(&input, settings.limits, args.block_bytes, view.as_mut());
    let ended = ended.map_err(|stopped| stopped_failure(&source, &input, stopped))?;
    print(view.as_mut(), &ended)?;
    match ended.cut_off {
        Some(fault) => Err(failure(&source, input.bytes(), Failed::Unreadable(fault))),
        None if ended.faulty_units => Ok(Exit::Refused),
        None => Ok(Exit::Done),
    }
}

fn utf16(file: &[u8]) -> Fault<'_> {
    let kind = Kind::X12(x12::Kind::Utf16);
    Fault::new(kind, Level::File, &file[..0], 0)
}

fn stopped_failure(source: &Source, input: &Input, stopped: Stopped) -> Failure {
    match stopped {
        Stopped::Disturbed => failure(source, input.bytes(), Failed::Disturbed),
        Stopped::Io(error) => Failure::io("cannot write to", &std::env::temp_dir(), &error),
    }
}

fn print(view: &mut dyn View, ended: &Ended<'_>) -> Result<(), Failure> {
    let mut out = BufWriter::new(stdout::open()?);
    stdout::ended(view.finish(&ended.totals, &mut out).and_then(|()| out.flush()))
}
