//! `claimgate process`: judges claims and splits files.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, ValueEnum};
use crosswalk::{Crosswalk, Note};
use edits::{Channel, Disposition};
use rayon::ThreadPool;
use responses::{Results, Timing};

use crate::commands::closing::{closing_lines, stale_lines};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::inputs::{InputArgs, NameBy, Source, called, shared_folder};
use crate::lists::ListArgs;
use crate::log;
use crate::reports;
use crate::run::{Ran, Run, Target};
use crate::settings::Settings;
use crate::signals;
use crate::stamp::Stamp;
use crate::stdout;

mod all;
mod emit;

use all::All;
use emit::{Emit, print};

/// Arguments of `process`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct ProcessArgs {
    #[command(flatten)]
    pub input: InputArgs,
    #[command(flatten)]
    pub lists: ListArgs,
    /// Folder of the outputs: one folder in it for each input
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// What the folder of each input is called after
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = NameBy::File, requires = "out")]
    pub name_by: NameBy,
    /// Replace folders of outputs that exist
    #[arg(long, requires = "out")]
    pub replace: bool,
    /// Return only when all outputs are on disk
    #[arg(long, requires = "out")]
    pub sync: bool,
    /// Write one output to standard output; accepted claims if the input is - and there is no --out
    #[arg(long, value_enum, value_name = "OUTPUT")]
    pub emit: Option<Emit>,
    /// Which claims results.ndjson has
    #[arg(long, value_enum)]
    pub results: Option<ResultsChoice>,
    /// Forms of the Business Rejection Report: any of html, json, csv, txt, xlsx, pdf, or none; the first four by default
    #[arg(long, value_delimiter = ',', value_name = "FORMS")]
    pub reports: Option<Vec<String>>,
    /// Keep what was judged of every claim in facts.parquet, so that other lists can judge it again
    #[arg(long, requires = "out")]
    pub facts: bool,
    /// How the claims come in: an EDI batch rejects whole claims, the portal denies single lines
    #[arg(long, value_enum)]
    pub channel: Option<ChannelChoice>,
    /// Profile of the payer
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// End with 3, 7 or 3 if a claim was rejected, held, or has a finding at all
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT")]
    pub fail_on: Vec<FailOn>,
    /// Worker threads; one for each processor by default
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// The moment that outputs carry, such as 2025-11-03T08:00:00Z; the clock by default
    #[arg(long, value_name = "MOMENT", value_parser = Stamp::parse)]
    pub now: Option<Stamp>,
    /// Count ISA13, GS06 and BHT03 of accepted.837 up from N; of several inputs, each begins behind the one before
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=999_999_999))]
    pub control_number: Option<u64>,
    /// Count ISA13 of acknowledgements up from N, as a station does that keeps such numbers; by default it comes from the moment and the file
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=999_999_999))]
    pub reply_number: Option<u64>,
    /// Bytes read, judged and written at a time
    #[arg(long, value_name = "BYTES", hide = true)]
    pub block_bytes: Option<usize>,
}

const EXAMPLES: &str = "\
Examples:
  claimgate process in.837 --pdac 2025-10-05XWalk.xlsx --asp october-2025.zip --out out
  claimgate process inbound/ --pdac pdac.csv --asp q3.csv --asp q4.csv --out out --replace
  claimgate process out/*/held.837 --name-by parent --pdac pdac.csv --asp q4.csv --out again
  cat in.837 | claimgate process - --pdac pdac.csv --asp q4.csv > accepted.837";

/// `--results`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ResultsChoice {
    /// Every claim
    All,
    /// Claims that are not accepted or have a finding
    Findings,
    /// No results
    None,
}

/// `--channel`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ChannelChoice {
    /// An EDI file
    Batch,
    /// Keyed on the portal
    Portal,
}

impl From<ChannelChoice> for Channel {
    fn from(choice: ChannelChoice) -> Channel {
        match choice {
            ChannelChoice::Batch => Channel::Batch,
            ChannelChoice::Portal => Channel::Portal,
        }
    }
}

/// `--fail-on`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// A claim was rejected, or a line denied
    Reject,
    /// A claim is held
    Held,
    /// There is any finding
    Warn,
}

/// Judges and splits every input.
pub fn run(args: &ProcessArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = args.settings(global)?;
    let sources = args.input.sources()?;
    let emit = args.emit(&sources, &settings)?;
    if let Some(out) = &args.out {
        args.check_folders(&sources, out)?;
        signals::set_up()?;
        log::swept(intake::sweep(out));
    }
    let stamp = Stamp::or_clock(args.now);
    let loading = Instant::now();
    let (crosswalk, notes) = args.lists.load(&settings.desk)?;
    let crosswalk_ms = millis(loading);
    tell_of_lists(&crosswalk, &notes, stamp, global);
    let pool = crate::run::pool(settings.threads)?;
    let run = Run {
        crosswalk: &crosswalk,
        settings: &settings,
        stamp,
        control_number: args.control_number,
        reply_number: args.reply_number,
        naming: None,
        block_bytes: args.block_bytes.unwrap_or_else(|| batch::block_bytes(pool.current_num_threads())),
        quiet: global.quiet,
    };
    let mut processing = Processing { args, run, pool: &pool, emit, crosswalk_ms };
    let mut all = All::default();
    let mut worst = Exit::Done;
    let _span = log::run(&processing.run, sources.len(), crosswalk_ms);
    for (file_id, (source, called)) in (1..).zip(sources.iter().zip(called(&sources))) {
        let began = Instant::now();
        match processing.one(file_id, source, began) {
            Ok(ran) => {
                worst = worst.worst(ran.exit(&args.fail_on));
                if !global.quiet {
                    say(&closing_lines(&ran, &called, &processing.run));
                }
                all.add(ran);
            }
            Err(failure) if failure.exit == Exit::ReaderGone => return Err(failure),
            // One bad file of many: the others finish.
            Err(failure) => {
                worst = worst.worst(failure.exit);
                log::failed(file_id, &failure, millis(began));
                failure.say();
                all.add_failed(source, &failure);
            }
        }
    }
    if let (Some(out), true) = (&args.out, sources.len() > 1)
        && let Err(failure) = all.write(out, &processing.run, processing.timing(loading), args.sync)
    {
        worst = worst.worst(failure.exit);
        failure.say();
    }
    Ok(worst)
}

/// What every input is processed with.
struct Processing<'p> {
    args: &'p ProcessArgs,
    run: Run<'p>,
    pool: &'p ThreadPool,
    emit: Option<Emit>,
    crosswalk_ms: u64,
}

impl Processing<'_> {
    /// Judges and splits one input, and shows what came of it; `file_id` counts from 1.
    fn one(&mut self, file_id: usize, source: &Source, began: Instant) -> Result<Ran, Failure> {
        let args = self.args;
        let place = args.out.as_ref().map(|out| out.join(source.folder_name(args.name_by)));
        let target = Target { place: place.as_deref(), replace: args.replace, sync: args.sync };
        let mut ran = self.pool.install(|| self.run.one(source, target))?;
        let timing = self.timing(began);
        self.run.finish(&mut ran, timing)?;
        log::file(file_id, &mut ran, timing.run_ms);
        if let Some(emit) = self.emit {
            print(&mut ran, emit)?;
        }
        ran.publish(target)?;
        self.run.count_on(&ran.counted);
        Ok(ran)
    }

    fn timing(&self, since: Instant) -> Timing {
        Timing {
            crosswalk_ms: self.crosswalk_ms,
            run_ms: millis(since),
            threads: self.pool.current_num_threads(),
        }
    }
}

/// Tells which lists do not count, and which are too old.
fn tell_of_lists(crosswalk: &Crosswalk, notes: &[Note], stamp: Stamp, global: &Global) {
    for note in notes {
        tracing::warn!("{note}");
    }
    if !global.quiet {
        say(&stale_lines(crosswalk, stamp.day()));
    }
}

impl ProcessArgs {
    /// Returns the settings with what the command line says over them.
    fn settings(&self, global: &Global) -> Result<Settings, Failure> {
        let mut settings = Settings::load(global.config.as_deref(), self.profile.as_deref())?;
        if let Some(channel) = self.channel {
            settings.channel = channel.into();
        }
        if let Some(results) = self.results {
            settings.results = match results {
                ResultsChoice::All => Results::All,
                ResultsChoice::Findings => Results::Findings,
                ResultsChoice::None => Results::None,
            };
        }
        if let Some(reports) = &self.reports {
            settings.reports = reports::chosen(reports)?;
        }
        if let Some(threads) = self.threads {
            settings.threads = threads;
        }
        // Without a folder there is no place for facts.
        settings.facts = (settings.facts || self.facts) && self.out.is_some();
        Ok(settings)
    }

    /// Returns what goes to standard output.
    fn emit(&self, sources: &[Source], settings: &Settings) -> Result<Option<Emit>, Failure> {
        let filter = sources == [Source::Stdin] && self.out.is_none();
        let Some(emit) = self.emit.or(filter.then_some(Emit::Accepted)) else {
            return match self.out {
                Some(_) => Ok(None),
                None => Err(Failure::usage(
                    "nothing says where the outputs go",
                    "name a folder with --out DIR, or one output for standard output with --emit",
                )),
            };
        };
        if let Some(left_out) = emit.left_out(settings) {
            return Err(left_out);
        }
        if sources.len() > 1 {
            return Err(Failure::usage("--emit takes one input", "name one input, or a folder with --out"));
        }
        stdout::look()?;
        Ok(Some(emit))
    }

    /// Looks whether every input can have a folder in `out`, before anything is read.
    fn check_folders(&self, sources: &[Source], out: &Path) -> Result<(), Failure> {
        if let Some((one, other)) = shared_folder(sources, self.name_by) {
            return Err(self.shared(one, other));
        }
        for source in sources {
            let name = source.folder_name(self.name_by);
            let folder = out.join(&name);
            if [".", "..", responses::SUMMARY_FILE_NAME].iter().any(|taken| name == *taken) {
                return Err(Failure::usage(
                    format!("{} would have its outputs in {}", source.name(), folder.display()),
                    "rename the file",
                ));
            }
            if folder.exists() && !folder.is_dir() {
                return Err(Failure::usage(
                    format!("{} is no folder", folder.display()),
                    "choose another --out",
                ));
            }
            if folder.exists() && !self.replace {
                return Err(Failure::usage(
                    format!("{} exists", folder.display()),
                    "choose another --out, or replace it with --replace",
                ));
            }
        }
        Ok(())
    }

    /// Says that two inputs would have their outputs in one folder, and how they can have two.
    fn shared(&self, one: &Source, other: &Source) -> Failure {
        if one == other {
            return Failure::usage(format!("{} is named twice", one.place()), "name it once");
        }
        let both = [one.clone(), other.clone()];
        let hint = if self.name_by == NameBy::File && shared_folder(&both, NameBy::Parent).is_none() {
            "call the folders after those that the files lie in, with --name-by parent"
        } else {
            "rename one of them, or process them into two folders"
        };
        let folder = one.folder_name(self.name_by);
        let message =
            format!("{} and {} would share the folder {}", one.place(), other.place(), folder.display());
        Failure::usage(message, hint)
    }
}

fn say(text: &str) {
    // If standard error is gone, nobody listens.
    let _ = anstream::stderr().write_all(text.as_bytes());
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

impl Ran {
    /// Returns how the process is to end for this input.
    pub(super) fn exit(&self, fail_on: &[FailOn]) -> Exit {
        let claims = |disposition| self.totals.of(disposition).claims > 0;
        let mut exit = if self.cut_off { Exit::Unreadable } else { Exit::Done };
        if self.totals.refused_units > 0 {
            exit = exit.worst(Exit::Refused);
        }
        for what in fail_on {
            exit = exit.worst(match what {
                FailOn::Reject if claims(Disposition::Rejected) || self.totals.denied_lines > 0 => {
                    Exit::Rejected
                }
                FailOn::Held if claims(Disposition::Held) => Exit::Held,
                FailOn::Warn if !self.totals.findings.is_empty() => Exit::Rejected,
                _ => Exit::Done,
            });
        }
        exit
    }
}
