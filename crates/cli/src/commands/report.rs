//! `claimgate report`: what a partner was told of a file.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use intake::Folder;
use ledger::{Disposition, Ledger, Outcome, Part, Run, RunState, Submission, Tally};

use super::diff::rerun;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::figures::number_of;
use crate::global::Global;
use crate::reports;
use crate::settings::Settings;
use crate::station::missing::no_outputs;
use crate::station::{NOTICE, Station, StationArgs, own, unusable};
use crate::stdout;

/// Arguments of `report`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
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
    /// Folder to write it to, with every page of it; it must not exist
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub station: StationArgs,
}

const EXAMPLES: &str = "\
A file that was not judged has no report: what is written is the notice that its partner has.

Examples:
  claimgate report 5T80 --run 3
  claimgate report 5T80 --format html --out report
  claimgate report 5T80 --diff";

/// Writes the report of a submission, or the notice in its place.
pub fn run(args: &ReportArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::load(global.config.as_deref(), None)?;
    args.look_at_form()?;
    if let Some(out) = args.out.as_deref().filter(|out| out.symlink_metadata().is_ok()) {
        return Err(exists(out));
    }
    let mut station = args.station.open(&settings)?;
    let submission = station.find(&args.submission)?;
    let runs = station.ledger.runs_of(&submission.id).map_err(unusable)?;
    let run = args.chosen(&submission, &runs)?;
    let (name, more) = args.files(&station, run)?;
    let folder = station.layout.outputs(run.number);
    let path = folder.join(&name);
    let parts: Vec<PathBuf> = more.iter().map(|name| folder.join(name)).collect();
    if ![&path].into_iter().chain(&parts).all(|path| path.exists()) {
        return Err(no_outputs(&station, run)?);
    }
    station.note_view(&submission.id, &super::user(), &format!("run {}, {name}", run.number))?;
    let mut notes = args.notes(&submission, run, &runs);
    if let Some(out) = &args.out {
        write_all(&path, &parts, out)?;
    } else {
        stdout::copy(File::open(&path).map_err(|error| own("cannot read", &path, &error))?)?;
        if !parts.is_empty() {
            let parts = number_of(parts.len() as u64, "part");
            notes.push(format!("{name} leads to {parts}, which `--out DIR` writes with it"));
        }
    }
    for note in notes.iter().filter(|_| !global.quiet) {
        // If standard error is gone, nobody listens.
        let _ = writeln!(anstream::stderr(), "note: {note}");
    }
    Ok(Exit::Done)
}

/// Writes a report and its parts to the new folder `out`, all of them or none.
fn write_all(report: &Path, parts: &[PathBuf], out: &Path) -> Result<(), Failure> {
    let failed = |error: &io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => exists(out),
        _ => Failure::io("cannot write to", out, error),
    };
    let folder = Folder::begin(out).map_err(|error| failed(&error))?;
    for path in parts.iter().map(PathBuf::as_path).chain([report]) {
        let name = path.file_name().unwrap_or_default();
        std::fs::copy(path, folder.path().join(name)).map_err(|error| failed(&error))?;
    }
    folder.publish(false, false).map(drop).map_err(|error| failed(&error))
}

fn exists(out: &Path) -> Failure {
    Failure::usage(format!("{} exists", out.display()), "choose another --out")
}

/// Names runs, in the order of their numbers.
fn numbers<'r>(runs: impl IntoIterator<Item = &'r Run>) -> String {
    let numbers: Vec<String> = runs.into_iter().map(|run| run.number.to_string()).collect();
    match numbers.as_slice() {
        [] => "none".to_owned(),
        [one] => format!("run {one}"),
        [others @ .., last] => format!("runs {} and {last}", others.join(", ")),
    }
}

impl ReportArgs {
    /// Makes sure that there is such a form.
    fn look_at_form(&self) -> Result<(), Failure> {
        let (what, forms) =
            if self.diff { ("differences", rerun::FORMS.to_vec()) } else { ("report", reports::all()) };
        if forms.contains(&self.format.as_str()) {
            return Ok(());
        }
        let verb = if self.diff { "are no" } else { "is no" };
        Err(Failure::usage(
            format!("there {verb} {what} in form {}", self.format),
            format!("choose any of {}", forms.join(", ")),
        ))
    }

    /// Returns whether a run can have what is asked for.
    fn is_meant(&self, run: &Run) -> bool {
        !self.diff || run.part != Part::Whole
    }

    /// Returns the run that is asked for, once it is decided.
    fn chosen<'r>(&self, submission: &Submission, runs: &'r [Run]) -> Result<&'r Run, Failure> {
        let id = &submission.id;
        let meant = || runs.iter().filter(|run| self.is_meant(run));
        let not_yet = |message: String| Failure {
            exit: Exit::TryLater,
            ..Failure::usage(message, format!("`claimgate submission show {id}` tells how far it is"))
        };
        if self.diff && meant().next().is_none() {
            let message = format!("nothing of {id} was judged again");
            return Err(Failure::usage(message, format!("`claimgate submission show {id}` names its runs")));
        }
        let Some(number) = self.run else {
            let last = meant().rfind(|run| run.outcome.is_some());
            return last.ok_or_else(|| not_yet(format!("nothing is decided yet about {id}")));
        };
        match runs.iter().find(|run| run.number == number) {
            None => {
                let message = format!("{id} has no run {number}");
                Err(Failure::usage(message, format!("it has {}", numbers(runs))))
            }
            Some(run) if !self.is_meant(run) => {
                let message = format!("run {number} judges the file as it came, so it has no differences");
                Err(Failure::usage(
                    message,
                    format!("claims of it were judged again by {}", numbers(meant())),
                ))
            }
            Some(run) if run.state == RunState::Open => {
                Err(not_yet(format!("run {number} is not decided yet")))
            }
            Some(run) => Ok(run),
        }
    }

    /// Returns the name of the output that is asked for, and of those that it leads to.
    fn files(&self, station: &Station, run: &Run) -> Result<(String, Vec<String>), Failure> {
        let number = run.number;
        let outputs = station.ledger.outputs(number).map_err(unusable)?;
        let has = |name: &str| outputs.iter().any(|output| output.name == name);
        if let Some(why) = not_judged(run) {
            let hint = match run.part {
                Part::Whole => "`claimgate report` without a form writes the notice that the partner has",
                Part::Rejected | Part::Held => "its claims are what they were before it",
            };
            if self.diff || self.format != "txt" || !has(NOTICE) {
                let what = if self.diff { "differences" } else { "report" };
                return Err(Failure::usage(format!("run {number} has no {what}: {why}"), hint));
            }
            return Ok((NOTICE.to_owned(), Vec::new()));
        }
        let stem = if self.diff { rerun::STEM } else { "brr" };
        let name = format!("{stem}.{}", self.format);
        if has(&name) {
            let is_part = |name: &String| {
                let number = name.strip_prefix("brr-").and_then(|rest| rest.strip_suffix(&self.format));
                !self.diff && number.is_some_and(|number| number.ends_with('.'))
            };
            let names = outputs.into_iter().map(|output| output.name);
            return Ok((name, names.filter(is_part).collect()));
        }
        let made: Vec<&str> =
            reports::all().into_iter().filter(|form| has(&format!("{stem}.{form}"))).collect();
        let tallies = station.ledger.tallies(number).map_err(unusable)?;
        let is_accepted = |tally: &Tally| {
            tally.claims == 0 || [Disposition::Received, Disposition::Accepted].contains(&tally.disposition)
        };
        if made.is_empty() && tallies.iter().all(is_accepted) {
            let message = format!("run {number} has no report: every claim was accepted");
            return Err(Failure::usage(message, "`claimgate submission show` has its counts"));
        }
        let made = if made.is_empty() { "none".to_owned() } else { made.join(", ") };
        Err(Failure::usage(
            format!("run {number} has no report in form {}", self.format),
            format!("forms that it has: {made}; `reports` of the configuration says which are made"),
        ))
    }

    /// Says what is not plain from what is written: which of several runs it is of, and that it is no report.
    fn notes(&self, submission: &Submission, run: &Run, runs: &[Run]) -> Vec<String> {
        let mut notes = Vec::new();
        let others: Vec<&Run> = runs
            .iter()
            .filter(|other| other.number != run.number && other.outcome.is_some() && self.is_meant(other))
            .collect();
        if self.run.is_none() && !others.is_empty() {
            let others = numbers(others);
            notes.push(format!("this is run {}; `--run N` writes what there is of {others}", run.number));
        }
        if let Some(why) = not_judged(run) {
            let words = "this is the notice that its partner has";
            notes.push(format!("run {} has no report, since {why}; {words}", run.number));
            let first = submission.duplicate_of.iter();
            notes.extend(first.map(|first| format!("the report is that of {first}, which came first")));
        }
        notes
    }
}

/// Says why the claims of a run were not judged; `None` if they were.
fn not_judged(run: &Run) -> Option<&'static str> {
    Some(match run.outcome? {
        Outcome::Judged => return None,
        Outcome::Duplicate => "the file was sent before",
        Outcome::KnownControlNumber => "its control number was used before",
        Outcome::Misaddressed => "the file does not belong into its folder",
        Outcome::Unreadable => "the file cannot be read",
        Outcome::Quarantined => "judging it failed",
    })
}
