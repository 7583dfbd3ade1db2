//! The whole program against the plainest reader: wall time of whole processes, and their memory.
//!
//! `cargo bench --bench whole` makes its files once, runs every row of [`RUNS`] on every input of
//! [`INPUTS`](data::INPUTS) in alternation, and prints medians. Ratios are taken within a round, since a
//! shared machine drifts between rounds. A word after `--` chooses the inputs whose name holds it.
//!
//! `BENCH_MB` sets the size of the inputs (100), `BENCH_LARGE=1` adds one of ten times the size, and with
//! `BENCH_STRICT=1` a missed goal is a failure.

#![deny(unsafe_code)]

#[path = "baseline.rs"]
mod baseline;
#[path = "whole/data.rs"]
mod data;
#[path = "whole/goals.rs"]
mod goals;
#[path = "whole/measure.rs"]
mod measure;

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use data::{Data, Input, ListSize};
use goals::Goal;
use measure::{Measured, rounds};
use stages::median;

/// What outputs and reply control numbers are stamped with, so that all runs do the same work.
const STAMP: &str = "2025-11-03T08:00:00Z";
/// The memory that no run may exceed, whatever the size of its input.
const ANONYMOUS_BYTES_MAX: u64 = 128 << 20;

/// Says how a file is run through a program.
#[derive(Clone, Copy)]
enum Program {
    /// The plainest reader.
    Baseline,
    /// The count of both delimiters.
    CountDelimiters,
    /// `claimgate process FILE`.
    Process { threads: u32 },
    /// `claimgate process -`.
    ProcessStdin { threads: u32 },
    /// `claimgate check FILE`.
    Check { threads: u32 },
}

/// One row of the table: what is run on each input, and what is expected of it.
struct Run {
    name: &'static str,
    program: Program,
    goals: &'static [Goal],
}

const MEMORY: Goal = Goal::AnonymousBelow(ANONYMOUS_BYTES_MAX);

/// The rows; the first one is what the others are compared with.
const RUNS: &[Run] = &[
    Run { name: "baseline", program: Program::Baseline, goals: &[] },
    // What differs between this row and the first is the noise of the machine.
    Run { name: goals::CONTROL, program: Program::Baseline, goals: &[] },
    Run { name: "count delimiters", program: Program::CountDelimiters, goals: &[] },
    Run {
        name: "process, 1 thread",
        program: Program::Process { threads: 1 },
        goals: &[Goal::TimesBaseline(0.8), MEMORY],
    },
    Run {
        name: "process, 2 threads",
        program: Program::Process { threads: 2 },
        goals: &[Goal::TimesRun(1.3, "process, 1 thread"), MEMORY],
    },
    Run { name: "process -, 2 threads", program: Program::ProcessStdin { threads: 2 }, goals: &[MEMORY] },
    Run { name: "check, 1 thread", program: Program::Check { threads: 1 }, goals: &[MEMORY] },
];

/// One row of the second table: which lists a small file is judged by.
struct Load {
    name: &'static str,
    pdac: ListSize,
    asp: ListSize,
    /// The most that the row may take: the first by itself, the others beyond the first.
    below: Option<Duration>,
}

const LOADS: &[Load] = &[
    Load {
        name: "10 KB file, small lists",
        pdac: ListSize::Small,
        asp: ListSize::Small,
        below: Some(Duration::from_millis(20)),
    },
    Load { name: "+ full PDAC", pdac: ListSize::Full, asp: ListSize::Small, below: None },
    Load { name: "+ full ASP quarter", pdac: ListSize::Small, asp: ListSize::Full, below: None },
    Load {
        name: "+ both",
        pdac: ListSize::Full,
        asp: ListSize::Full,
        below: Some(Duration::from_millis(150)),
    },
];

fn main() -> io::Result<ExitCode> {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    if args.first().is_some_and(|arg| arg == "baseline") {
        return Ok(baseline::main());
    }
    // Cargo runs bench targets as tests too, and a test must not take minutes.
    if !args.iter().any(|arg| arg == "--bench") {
        return Ok(ExitCode::SUCCESS);
    }
    let chosen = args.iter().map(|arg| arg.to_string_lossy()).find(|arg| !arg.starts_with("--"));
    let data = Data::prepare()?;
    let mut missed = 0;
    for input in data.inputs().filter(|input| chosen.as_ref().is_none_or(|word| input.name.contains(&**word)))
    {
        missed += compare(&data, input)?;
    }
    if chosen.is_none() {
        missed += load(&data)?;
    }
    let strict = std::env::var_os("BENCH_STRICT").is_some_and(|value| value == "1");
    Ok(if strict && missed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Runs every row on one input, prints the table, and returns how many goals were missed.
fn compare(data: &Data, input: &Input) -> io::Result<usize> {
    let file = data.file(input)?;
    let out = tempfile::tempdir_in(data.directory())?;
    let lists = data.lists(ListSize::Full, ListSize::Full);
    let command = |run: &Run| command(run.program, &file, &lists, out.path());
    let measured = rounds(RUNS, command)?;
    let rows: Vec<_> = RUNS.iter().map(|run| run.name).zip(&measured).collect();

    let bytes = std::fs::metadata(&file)?.len();
    let mut table = io::stdout().lock();
    writeln!(table, "\n{}, {:.1} MB", input.name, megabytes(bytes))?;
    writeln!(table, "{:24}{:>10}{:>9}{:>12}{:>10}  goals", "", "wall s", "MB/s", "x baseline", "anon MiB")?;
    let mut missed = 0;
    for (run, result) in RUNS.iter().zip(&measured) {
        write!(table, "{:24}", run.name)?;
        let Measured::Ran { walls, anonymous_bytes } = result else {
            missed += run.goals.len();
            writeln!(table, "{result}")?;
            continue;
        };
        let wall = median(walls.iter().map(Duration::as_secs_f64));
        let ratio = goals::times_as_fast(&measured[0], result).unwrap_or_default();
        write!(
            table,
            "{wall:>10.3}{:>9.0}{ratio:>12.2}{:>10.1}  ",
            megabytes(bytes) / wall,
            mebibytes(*anonymous_bytes)
        )?;
        for goal in run.goals.iter().filter(|goal| input.speed_goals || !goal.is_of_speed()) {
            let verdict = goal.verdict(&rows, result);
            missed += usize::from(verdict.missed);
            write!(table, "{}; ", verdict.words)?;
        }
        writeln!(table)?;
    }
    Ok(missed)
}

/// Judges a small file by small and by full lists, prints the table, and returns how many goals were missed.
fn load(data: &Data) -> io::Result<usize> {
    let file = data.small_file()?;
    let out = tempfile::tempdir_in(data.directory())?;
    let program = Program::Process { threads: 1 };
    let measured =
        rounds(LOADS, |load| command(program, &file, &data.lists(load.pdac, load.asp), out.path()))?;

    let mut table = io::stdout().lock();
    writeln!(
        table,
        "\nloading lists\n{:24}{:>10}{:>12}{:>10}  goals",
        "", "wall ms", "beyond ms", "anon MiB"
    )?;
    let mut missed = 0;
    for (number, (load, result)) in LOADS.iter().zip(&measured).enumerate() {
        write!(table, "{:24}", load.name)?;
        let (Measured::Ran { walls, anonymous_bytes }, Measured::Ran { walls: first, .. }) =
            (result, &measured[0])
        else {
            missed += usize::from(load.below.is_some());
            writeln!(table, "{result}")?;
            continue;
        };
        let wall = median(walls.iter().map(Duration::as_secs_f64)) * 1e3;
        let beyond =
            median(walls.iter().zip(first).map(|(wall, first)| wall.as_secs_f64() - first.as_secs_f64()));
        let judged = if number == 0 { wall } else { beyond * 1e3 };
        write!(table, "{wall:>10.1}{:>12.1}{:>10.1}  ", beyond * 1e3, mebibytes(*anonymous_bytes))?;
        if let Some(below) = load.below {
            let below = below.as_secs_f64() * 1e3;
            let verdict = if judged < below { "met" } else { "MISSED" };
            missed += usize::from(below <= judged);
            write!(table, "< {below:.0} ms {verdict}")?;
        }
        writeln!(table)?;
    }
    Ok(missed)
}

/// Returns the command of a program on a file.
fn command(program: Program, file: &Path, lists: &[OsString], out: &Path) -> io::Result<Command> {
    let own = || std::env::current_exe().map(Command::new);
    let claimgate = || Command::new(env!("CARGO_BIN_EXE_claimgate"));
    let mut command = match program {
        Program::Baseline | Program::CountDelimiters => own()?,
        Program::Process { .. } | Program::ProcessStdin { .. } | Program::Check { .. } => claimgate(),
    };
    match program {
        Program::Baseline => command.arg("baseline").arg(file),
        Program::CountDelimiters => command.args(["baseline", "--count"]).arg(file),
        Program::Process { .. } => command.arg("process").arg(file),
        Program::ProcessStdin { .. } => command.args(["process", "-"]).stdin(File::open(file)?),
        Program::Check { .. } => command.arg("check").arg(file),
    };
    if let Program::Process { threads } | Program::ProcessStdin { threads } | Program::Check { threads } =
        program
    {
        command.args(lists).args(["--now", STAMP, "--threads", &threads.to_string()]);
    }
    if let Program::Process { .. } | Program::ProcessStdin { .. } = program {
        command.arg("--out").arg(out).arg("--replace");
    }
    command.stdout(Stdio::null()).stderr(Stdio::null());
    Ok(command)
}

/// Returns a size in millions of bytes.
#[expect(clippy::cast_precision_loss, reason = "a table shows four digits")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// Returns a size in units of 1024 times 1024 bytes.
#[expect(clippy::cast_precision_loss, reason = "a table shows four digits")]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
