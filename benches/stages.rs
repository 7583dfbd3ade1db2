//! Where the time goes: each stage of the work alone, in this process, on one thread, against the plainest reader.
//!
//! It shows the stages of the crate of that name, as `claimgate bench` does of any file, for files that it
//! makes itself. They are in memory before the clock starts; what the kernel takes to map and to write is in
//! the bench of whole processes. `BENCH_MB` sets the size of the input (100); a word after `--` chooses the
//! stages whose name holds it, for a look with a profiler.

#![deny(unsafe_code)]

#[allow(dead_code, reason = "the bench of whole processes uses the rest")]
#[path = "whole/data.rs"]
mod data;

use std::fs;
use std::io::{self, Write};
use std::time::Instant;

use batch::{Failed, Options, Watch, block_bytes};
use chrono::NaiveDate;
use crosswalk::Crosswalk;
use crosswalk::sources::{Options as ListOptions, asp, pdac};
use data::{Data, INPUTS, ListSize};
use edits::{Channel, Judge, Profile};
use responses::{Results, Unfinished, Wanted};
use stages::{Rounds, STAGES, Stage, Work};
use x12::Limits;

/// The rounds that count; one for warming up goes before them.
const ROUNDS: usize = 7;

fn main() -> io::Result<()> {
    // Cargo runs bench targets as tests too, and a test must not take minutes.
    let args: Vec<String> = std::env::args().skip(1).collect();
    if !args.iter().any(|arg| arg == "--bench") {
        return Ok(());
    }
    let chosen = args.iter().find(|arg| !arg.starts_with("--"));
    let stages: Vec<&Stage> =
        STAGES.iter().filter(|stage| chosen.is_none_or(|word| stage.name.contains(word))).collect();
    let data = Data::prepare()?;
    let (crosswalk, profile) = (lists(&data)?, Profile::default());
    let options = options(&crosswalk, &profile);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().map_err(io::Error::other)?;
    for input in INPUTS.iter().take(2) {
        let file = fs::read(data.file(input)?)?;
        let work = Work {
            file: &file,
            options: &options,
            stamp: "2025-11-03T08:00:00Z",
            folder: data.directory(),
            watch: &Unwatched,
        };
        let run = |stage: &&Stage| {
            let start = Instant::now();
            stage.run(work).map(|()| start.elapsed())
        };
        let rounds = pool.install(|| Rounds::measure(&stages, ROUNDS, run)).map_err(words_of)?;
        print(input.name, file.len(), &stages, &rounds)?;
    }
    Ok(())
}

/// Loads the lists that the files are drawn from.
fn lists(data: &Data) -> io::Result<Crosswalk> {
    let paths = data.lists(ListSize::Full, ListSize::Full);
    let [_, pdac_path, _, asp_path] = &paths[..] else {
        return Err(io::Error::other("two lists are expected"));
    };
    let options = ListOptions { source_name: generator::PDAC_FILE_NAME, ..ListOptions::default() };
    let pdac = pdac::parse(&fs::read(pdac_path)?, &options).map_err(io::Error::other)?;
    let asp = asp::parse(&fs::read(asp_path)?, &ListOptions::default()).map_err(io::Error::other)?;
    Ok(Crosswalk::build(vec![pdac, asp]).0)
}

fn options<'o>(crosswalk: &'o Crosswalk, profile: &'o Profile) -> Options<'o> {
    let today = NaiveDate::from_ymd_opt(2025, 11, 3).unwrap_or_default();
    Options {
        judge: Judge { crosswalk, profile, channel: Channel::Batch, today },
        wanted: Wanted {
            results: Results::Findings,
            reports: (0..responses::brr::FORMS.len()).collect(),
            annotated: None,
            acknowledging: None,
            facts: None,
            names: None,
        },
        control_number: None,
        limits: Limits::default(),
        block_bytes: block_bytes(1),
    }
}

/// Says why a stage did not come to its end.
fn words_of(failed: Failed<'_>) -> io::Error {
    match failed {
        Failed::Unfinished(Unfinished::Io(error)) => error,
        _ => io::Error::other("the file cannot be processed"),
    }
}

fn print(name: &str, bytes: usize, stages: &[&Stage], rounds: &Rounds) -> io::Result<()> {
    let mut table = io::stdout().lock();
    let bytes = u32::try_from(bytes).map_or(f64::MAX, f64::from);
    writeln!(table, "\n{name}, {:.1} MB, stages on one thread", bytes / 1e6)?;
    writeln!(table, "{:12}{:>9}{:>12}{:>10}", "", "ms", "x plainest", "ns/byte")?;
    for (stage, own) in stages.iter().zip(rounds.figures()) {
        let (time, ratio) = (own.seconds, own.times_first);
        writeln!(table, "{:12}{:>9.1}{ratio:>12.2}{:>10.2}", stage.name, time * 1e3, time * 1e9 / bytes)?;
    }
    Ok(())
}

/// Never stops a stage.
struct Unwatched;

impl Watch for Unwatched {
    fn read(&self, _bytes: usize) -> bool {
        true
    }
}
