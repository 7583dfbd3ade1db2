//! `claimgate submission`: what became of a file.

use ::claims::decimal;
use clap::{Args, Subcommand};
use ledger::{Disposition, Ledger, Part, Run, Submission};

mod claims;
mod trail;

use super::crosswalk::store::short;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::figures::number_of;
use crate::global::Global;
use crate::settings::Settings;
use crate::station::{Station, StationArgs, shown, shown_sha256, unusable};
use crate::stdout;

/// Arguments of `submission`.
#[derive(Args, Debug)]
pub struct SubmissionArgs {
    #[command(subcommand)]
    command: SubmissionCommand,
}

/// What can be asked about submissions.
#[derive(Subcommand, Debug)]
enum SubmissionCommand {
    /// List submissions, the oldest first
    List(ListArgs),
    /// Show what became of one
    Show(ShowArgs),
}

/// Arguments of `submission list`.
#[derive(Args, Debug)]
pub struct ListArgs {
    /// Those of one partner
    #[arg(long, value_name = "NAME")]
    pub partner: Option<String>,
    #[command(flatten)]
    pub station: StationArgs,
}

/// Arguments of `submission show`.
#[derive(Args, Debug)]
pub struct ShowArgs {
    /// Its id, or how that begins or ends
    #[arg(value_name = "SUBMISSION")]
    pub submission: String,
    /// Name its claims too: those that were not accepted, came before, or came again
    #[arg(long)]
    pub claims: bool,
    #[command(flatten)]
    pub station: StationArgs,
}

/// Answers what was asked about submissions.
pub fn run(args: &SubmissionArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::load(global.config.as_deref(), None)?;
    match &args.command {
        SubmissionCommand::List(args) => list(args, &settings),
        SubmissionCommand::Show(args) => show(args, &settings),
    }
}

fn list(args: &ListArgs, settings: &Settings) -> Result<Exit, Failure> {
    let station = args.station.open(settings)?;
    if let Some(partner) = &args.partner {
        station.partner(partner)?;
    }
    let mut text = String::new();
    for id in station.ledger.submissions().map_err(unusable)? {
        let submission = station.ledger.submission(&id).map_err(unusable)?;
        if args.partner.as_ref().is_some_and(|partner| *partner != submission.partner) {
            continue;
        }
        let runs = station.ledger.runs_of(&id).map_err(unusable)?;
        let stands = runs.last().map_or_else(String::new, standing);
        text.push_str(&format!(
            "{id}  {}  {:<20} {:<10} {stands:<24} {}\n",
            submission.received_at,
            submission.partner,
            submission.usage.as_str(),
            shown(&submission.name)
        ));
    }
    stdout::write(text.as_bytes())?;
    Ok(Exit::Done)
}

/// Says how far a run is, and what came of it.
fn standing(run: &Run) -> String {
    let outcome = run.outcome.map_or("", |outcome| outcome.as_str()).replace('_', " ");
    format!("{} {outcome}", run.state.as_str()).trim_end().to_owned()
}

fn show(args: &ShowArgs, settings: &Settings) -> Result<Exit, Failure> {
    let mut station = args.station.open(settings)?;
    let submission = station.find(&args.submission)?;
    if args.claims {
        station.note_view(&submission.id, &super::user(), "claims of every run")?;
    }
    let mut text = head(&submission);
    for run in station.ledger.runs_of(&submission.id).map_err(unusable)? {
        text.push_str(&of_run(&station, &run)?);
        text.push_str(&claims::of_run(&station, &run, args.claims)?);
    }
    text.push_str(&trail::of_submission(&station, &submission.id)?);
    stdout::write(text.as_bytes())?;
    Ok(Exit::Done)
}

fn head(submission: &Submission) -> String {
    let mut text = format!(
        "Submission {}\n  File       {}\n  Partner    {}, {}, by {}\n  Received   {}\n  Length     {}\n  SHA-256    {}\n",
        submission.id,
        shown(&submission.name),
        submission.partner,
        submission.usage.as_str(),
        submission.route.as_str(),
        submission.received_at,
        number_of(submission.bytes, "byte"),
        shown_sha256(submission)
    );
    if let Some(first) = &submission.duplicate_of {
        text.push_str(&format!("  Same as    {first}\n"));
    }
    text
}

fn of_run(station: &Station, run: &Run) -> Result<String, Failure> {
    let mut text = format!("\nRun {}: {}\n", run.number, standing(run));
    if let Some(parent) = run.parent {
        let what = match run.part {
            Part::Whole => format!("the file again, which was put aside by run {parent}"),
            part => format!("the {} claims of run {parent}", part.as_str()),
        };
        text.push_str(&format!("  Judges     {what}\n"));
    }
    if let Some(snapshot) = &run.snapshot {
        text.push_str(&format!("  Crosswalk  snapshot {}\n", short(snapshot)));
    }
    if let Some(numbers) = station.ledger.reply_numbers(run.number).map_err(unusable)? {
        text.push_str(&format!("  Replies    ISA13 from {:09} on\n", numbers.first));
    }
    if let Some(number) = run.control_number {
        text.push_str(&format!("  Onward     ISA13 from {number:09} on, where claims are accepted\n"));
    }
    for interchange in station.ledger.interchanges(run.number).map_err(unusable)? {
        let ledger::Interchange { control_number, sender, receiver, usage } = interchange;
        text.push_str(&format!(
            "  ISA13      {control_number}, from {sender} to {receiver}, ISA15 {usage}\n"
        ));
    }
    for tally in station.ledger.tallies(run.number).map_err(unusable)? {
        let is_told = tally.disposition == Disposition::Received || 0 < tally.claims;
        if is_told {
            let (word, charge) = (tally.disposition.as_str(), decimal(tally.charge_cents));
            text.push_str(&format!("  {word:<9} {:>10} {charge:>16}\n", tally.claims));
        }
    }
    for delivery in station.ledger.deliveries(run.number).map_err(unusable)? {
        text.push_str(&format!("  {:<16} {}\n", delivery.folder, delivery.name));
    }
    Ok(text)
}
