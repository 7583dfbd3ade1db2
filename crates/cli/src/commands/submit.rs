//! `claimgate submit`: hands a stream to the station.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use intake::Watch;
use ledger::{Ledger, Reception, Route, Run, RunState, Usage};

use super::act::note_if_unserved;
use super::crosswalk::store::one_line;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::inputs::Source;
use crate::settings::Settings;
use crate::station::{Incoming, Station, StationArgs, own, receive, unusable};
use crate::stdout;

/// Arguments of `submit`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct SubmitArgs {
    /// An 837 file; - is standard input
    #[arg(value_name = "FILE|-")]
    pub input: PathBuf,
    /// The partner who sends it
    #[arg(long, value_name = "NAME")]
    pub partner: String,
    /// Its claims are a test
    #[arg(long)]
    pub test: bool,
    /// The name that answers are called after; by default that of the file
    #[arg(long, value_name = "NAME", value_parser = one_line)]
    pub name: Option<String>,
    /// Return when the answers are delivered
    #[arg(long)]
    pub wait: bool,
    #[command(flatten)]
    pub station: StationArgs,
}

const EXAMPLES: &str = "\
It ends with 0 once the stream is received for good: from then on it is judged and answered,
whatever happens.

Examples:
  claimgate submit - --partner pine --name monday.837 < monday.837
  claimgate submit monday.837 --partner pine --wait";

/// Receives one stream.
pub fn run(args: &SubmitArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::load(global.config.as_deref(), None)?;
    let mut station = args.station.open(&settings)?;
    station.partner(&args.partner)?;
    let source = if args.input.as_os_str() == "-" { Source::Stdin } else { Source::File(args.input.clone()) };
    let stream: Box<dyn Read> = match &source {
        Source::Stdin => Box::new(io::stdin().lock()),
        _ => Box::new(open(&args.input, settings.file_bytes_max)?),
    };
    let usage = if args.test { Usage::Test } else { Usage::Production };
    let name = args.name.clone().unwrap_or_else(|| source.name());
    let incoming = Incoming::new(&args.partner, Route::Stream, usage, name.as_bytes());
    let incoming =
        incoming.map_err(|error| own("cannot name what comes in", station.layout.root(), &error))?;
    let reception = receive(&mut station, &incoming, stream, settings.file_bytes_max)?;
    stdout::write(format!("{}\n", incoming.id).as_bytes())?;
    if args.wait {
        note_if_unserved(&station, global)?;
        wait(&station, &incoming.id)?;
    }
    Ok(if matches!(reception, Reception::Duplicate(_)) { Exit::Duplicate } else { Exit::Done })
}

/// Opens a file that is no larger than is taken.
fn open(path: &Path, bytes_max: Option<u64>) -> Result<File, Failure> {
    let opened = File::open(path).and_then(|file| {
        let bytes = file.metadata()?.len();
        match bytes_max.filter(|max| *max < bytes) {
            Some(max) => {
                Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {max} bytes")))
            }
            None => Ok(file),
        }
    });
    opened.map_err(|error| Failure::io("cannot read", path, &error))
}

/// Waits until the first run of a submission is delivered, however long that takes.
fn wait(station: &Station, id: &str) -> Result<(), Failure> {
    let layout = &station.layout;
    let failed = |error: io::Error| own("cannot watch", layout.root(), &error);
    let watch = Watch::new().map_err(failed)?;
    // A source is put away when its run is delivered.
    for folder in [layout.archive(), layout.quarantine()] {
        watch.add(&folder).map_err(failed)?;
    }
    let is_delivered = |runs: &[Run]| runs.first().is_some_and(|run| run.state == RunState::Delivered);
    while !is_delivered(&station.ledger.runs_of(id).map_err(unusable)?) {
        watch.wait().map_err(failed)?;
    }
    Ok(())
}
