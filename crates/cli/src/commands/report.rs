//! `claimgate report`: what a partner was told of a file.

use std::fs::File;

use clap::Args;
use ledger::{Ledger, Outcome};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::reports;
use crate::settings::Settings;
use crate::station::{NOTICE, StationArgs, own, unusable};
use crate::stdout;

/// Arguments of `report`.
#[derive(Args, Debug)]
pub struct ReportArgs {
    /// The submission: its id, or how that begins or ends
    #[arg(value_name = "SUBMISSION")]
    pub submission: String,
    /// Form of the Business Rejection Report
    #[arg(long, value_name = "FORM", default_value = "txt")]
    pub format: String,
    /// Which run of it; by default the last that was decided
    #[arg(long, value_name = "N")]
    pub run: Option<i64>,
    #[command(flatten)]
    pub station: StationArgs,
}

/// Writes the report of a submission, or the notice in its place.
pub fn run(args: &ReportArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::load(global.config.as_deref(), None)?;
    let form = reports::chosen(std::slice::from_ref(&args.format))?;
    let station = args.station.open(&settings)?;
    let submission = station.find(&args.submission)?;
    let runs = station.ledger.runs_of(&submission.id).map_err(unusable)?;
    let is_asked_for = |number: i64| args.run.is_none_or(|run| run == number);
    let run = runs.into_iter().rfind(|run| run.outcome.is_some() && is_asked_for(run.number));
    let Some(run) = run else {
        return Err(Failure {
            exit: Exit::TryLater,
            ..Failure::usage(
                format!("nothing is decided yet about {}", submission.id),
                "`claimgate submission show` tells how far it is",
            )
        });
    };
    let name = match run.outcome {
        Some(Outcome::Judged) => format!("brr.{}", form.first().copied().unwrap_or("txt")),
        _ => NOTICE.to_owned(),
    };
    let path = station.layout.outputs(run.number).join(&name);
    let outputs = station.ledger.outputs(run.number).map_err(unusable)?;
    if outputs.iter().all(|output| output.name != name) {
        let message = format!("run {} has no report in form {}", run.number, args.format);
        let hint = "a run in which every claim was accepted has none, and other forms are made if the configuration names them";
        return Err(Failure::usage(message, hint));
    }
    stdout::copy(File::open(&path).map_err(|error| own("cannot read", &path, &error))?)?;
    Ok(Exit::Done)
}
