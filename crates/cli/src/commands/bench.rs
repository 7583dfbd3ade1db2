//! `claimgate bench`: shows where the time goes with a file.
//!
//! Each stage of the work is measured alone on one thread, beside the plainest reader there is, and then the whole job, as `process` does it.
//! Everything is run in turn, round by round, so that what drifts on the machine drifts for all rows.
//! Outputs are built aside in the folder of temporary files, and never shown.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use intake::Input;
use rayon::ThreadPool;
use responses::{Results, Timing, Wanted};
use stages::{Rounds, STAGES, Stage, Work};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::inputs::Source;
use crate::lists::ListArgs;
use crate::log;
use crate::progress::Progress;
use crate::run::{Ran, Run, Target, failure, open, pool, spool_folder};
use crate::settings::Settings;
use crate::signals;
use crate::stamp::Stamp;
use crate::stdout;

mod table;

use table::Table;

/// Arguments of `bench`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct BenchArgs {
    /// The 837 file, which is read many times
    #[arg(value_name = "FILE")]
    pub input: PathBuf,
    #[command(flatten)]
    pub lists: ListArgs,
    /// Rounds that count; one more goes before them to warm up
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    pub rounds: u16,
    /// Form of the table
    #[arg(long, value_enum, default_value_t = Form::Text)]
    pub format: Form,
    /// Worker threads of the last row; one for each processor by default
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// The moment that claims are judged at, such as 2025-11-03T08:00:00Z; the clock by default
    #[arg(long, value_name = "MOMENT", value_parser = Stamp::parse)]
    pub now: Option<Stamp>,
}

const EXAMPLES: &str = "\
Stages work in memory on one thread, and each is told as a multiple of the plainest reader, which
finds segments and elements and looks at them. process is the whole job, from the file to a folder
of outputs, which is built in the folder of temporary files (TMPDIR) and removed: there must be
room for it.

It ends as process would: with 4 or 5 if something was refused or is cut off.

Examples:
  claimgate bench in.837 --pdac 2025-10-05XWalk.xlsx --asp october-2025.zip
  claimgate bench in.837 --rounds 11 --format json | jq '.rows[] | {name, times_plainest}'";

/// JSON Schema, 2020-12, of what `--format json` prints.
pub const SCHEMA: &str = include_str!("bench/bench.schema.json");

/// `--format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// A table for people
    Text,
    /// One JSON object
    Json,
}

/// One row of the table.
#[derive(Clone, Copy)]
enum Row<'p> {
    /// A stage alone.
    Stage(&'static Stage),
    /// The whole job with these workers.
    Process(&'p ThreadPool),
}

/// Measures a file, and shows the table.
pub fn run(args: &BenchArgs, global: &Global) -> Result<Exit, Failure> {
    let mut settings = Settings::load(global.config.as_deref(), None)?;
    settings.threads = args.threads.unwrap_or(settings.threads);
    let source = source(&args.input)?;
    stdout::look()?;
    signals::set_up()?;
    let folder = spool_folder()?;
    log::swept(intake::sweep(&folder));
    let (crosswalk, notes) = args.lists.load(&settings.desk)?;
    for note in &notes {
        tracing::warn!("{note}");
    }
    let (one, all) = (pool(1)?, pool(settings.threads)?);
    let stamp = Stamp::or_clock(args.now);
    let bench = Bench { source, folder: &folder, crosswalk: &crosswalk, settings: &settings, stamp };
    // Whatever speaks against the file is told before anything is measured.
    let ran = bench.process(&all)?.0;
    let mut rows: Vec<Row<'_>> = STAGES.iter().map(Row::Stage).collect();
    rows.push(Row::Process(&one));
    if 1 < all.current_num_threads() {
        rows.push(Row::Process(&all));
    }
    let rounds = bench.measure(&rows, &one, args.rounds.into())?;
    let table = Table::of(&ran, args.rounds, &rows, &rounds);
    match args.format {
        Form::Text => stdout::write(table.text().as_bytes())?,
        Form::Json => stdout::write_json(&table)?,
    }
    Ok(ran.exit(&[]))
}

/// Returns the file to measure.
///
/// Errors: it is a stream, which can be read once only.
fn source(input: &Path) -> Result<Source, Failure> {
    // What is not there, or is a folder, is told when it is opened.
    let is_stream = input == Path::new("-")
        || input.metadata().is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir());
    if is_stream {
        return Err(Failure::usage(
            format!("{} can be read only once", input.display()),
            "write it to a file, and name that",
        ));
    }
    Ok(Source::File(input.to_owned()))
}

/// What every row is measured with.
struct Bench<'b> {
    source: Source,
    folder: &'b Path,
    crosswalk: &'b crosswalk::Crosswalk,
    settings: &'b Settings,
    stamp: Stamp,
}

impl Bench<'_> {
    /// Measures every row; stages work with `one` worker.
    fn measure(&self, rows: &[Row<'_>], one: &ThreadPool, rounds: usize) -> Result<Rounds, Failure> {
        let input = open(&self.source, self.folder, self.settings.file_bytes_max)?;
        let watch = Progress::begin(&input, "", true);
        let run = self.run(one);
        // Acknowledgements and facts need what they have written, and a stage keeps nothing.
        let wanted = Wanted {
            results: Results::Findings,
            reports: crate::reports::forms(&self.settings.reports),
            annotated: None,
            acknowledging: None,
            facts: None,
            names: None,
        };
        let (options, stamp) = (run.options(wanted), self.stamp.text());
        let file = input.bytes();
        let work = Work { file, options: &options, stamp: &stamp, folder: self.folder, watch: &watch };
        Rounds::measure(rows, rounds, |row| match row {
            Row::Stage(stage) => one.install(|| self.stage(stage, work, &input)),
            Row::Process(pool) => self.process(pool).map(|(_, took)| took),
        })
    }

    /// Runs one stage; returns how long it took.
    fn stage(&self, stage: &Stage, work: Work<'_>, input: &Input) -> Result<Duration, Failure> {
        let began = Instant::now();
        let ended = stage.run(work);
        let took = began.elapsed();
        ended.map(|()| took).map_err(|failed| failure(&self.source, input.bytes(), failed))
    }

    /// Does the whole job, but for showing the outputs; returns what came of it, and how long it took.
    fn process(&self, pool: &ThreadPool) -> Result<(Ran, Duration), Failure> {
        let place = self.folder.join("outputs");
        let target = Target { place: Some(&place), replace: false, sync: false };
        let timing = Timing { crosswalk_ms: 0, run_ms: 0, threads: pool.current_num_threads() };
        let began = Instant::now();
        let run = self.run(pool);
        let mut ran = pool.install(|| run.one(&self.source, target))?;
        run.finish(&mut ran, timing)?;
        Ok((ran, began.elapsed()))
    }

    fn run(&self, pool: &ThreadPool) -> Run<'_> {
        Run {
            crosswalk: self.crosswalk,
            settings: self.settings,
            stamp: self.stamp,
            control_number: None,
            reply_number: None,
            naming: None,
            block_bytes: batch::block_bytes(pool.current_num_threads()),
            quiet: true,
        }
    }
}
