//! `claimgate report`: what a partner was told of a file.

use std::fs::File;

use clap::Args;
use ledger::{Ledger, Outcome, Part, Run};

use super::diff::rerun;
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
    /// Form of the Business Rejection Report; of differences: csv, json or txt
    #[arg(long, value_name = "FORM", default_value = "txt")]
    pub format: String,
    /// What a rerun judged otherwise than the run before it, in place of the report
    #[arg(long)]
    pub diff: bool,
    /// Which run of it; by default the last that was decided
    #[arg(long, value_name = "N")]
    pub run: Option<i64>,
    #[command(flatten)]
    pub station: StationArgs,
}

/// Writes the report of a submission, or the notice in its place.
pub fn run(args: &ReportArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::load(global.config.as_deref(), None)?;
    let mut station = args.station.open(&settings)?;
    let submission = station.find(&args.submission)?;
    let runs = station.ledger.runs_of(&submission.id).map_err(unusable)?;
    let is_asked_for = |run: &Run| {
        args.run.is_none_or(|number| number == run.number) && (!args.diff || run.part != Part::Whole)
    };
    let run = runs.into_iter().rfind(|run| run.outcome.is_some() && is_asked_for(run));
    let Some(run) = run else {
        if args.diff {
            return Err(Failure::usage(
                format!("nothing of {} was judged again", submission.id),
                "`claimgate submission show` names its runs",
            ));
        }
        return Err(Failure {
            exit: Exit::TryLater,
            ..Failure::usage(
                format!("nothing is decided yet about {}", submission.id),
                "`claimgate submission show` tells how far it is",
            )
        });
    };
    let name = match run.outcome {
        Some(Outcome::Judged) => args.name()?,
        _ => NOTICE.to_owned(),
    };
    let path = station.layout.outputs(run.number).join(&name);
    let outputs = station.ledger.outputs(run.number).map_err(unusable)?;
    if outputs.iter().all(|output| output.name != name) {
        let what = if args.diff { "differences" } else { "report" };
        let message = format!("run {} has no {what} in form {}", run.number, args.format);
        let hint = "a run in which every claim was accepted has none, and other forms are made if the configuration names them";
        return Err(Failure::usage(message, hint));
    }
    if !path.exists() {
        let message = format!("the outputs of run {} were kept long enough, and removed", run.number);
        return Err(Failure::usage(message, "`claimgate submission show` has what the ledger keeps of it"));
    }
    station.note_view(&submission.id, &super::user(), &format!("run {}, {name}", run.number))?;
    stdout::copy(File::open(&path).map_err(|error| own("cannot read", &path, &error))?)?;
    Ok(Exit::Done)
}

impl ReportArgs {
    /// Returns the name of the output that is asked for.
    fn name(&self) -> Result<String, Failure> {
        if self.diff {
            return Ok(format!("{}.{}", rerun::STEM, self.format));
        }
        let form = reports::chosen(std::slice::from_ref(&self.format))?;
        Ok(format!("brr.{}", form.first().copied().unwrap_or("txt")))
    }
}
