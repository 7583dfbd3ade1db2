//! The crosswalk desk: what keeping facts costs a run, and how long a preview takes against a plain scan of the same facts.
//!
//! `cargo bench --bench desk` runs whole processes on one thread in alternation, and prints medians.
//! Ratios are taken within a round, since a shared machine drifts between rounds.
//! `BENCH_MB` sets the size of the input (100).

#![forbid(unsafe_code)]

#[path = "whole/data.rs"]
#[allow(dead_code, reason = "another bench measures more files")]
mod data;
#[path = "whole/measure.rs"]
mod measure;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use data::{Data, INPUTS, ListSize};
use measure::{Measured, rounds};
use stages::median;

/// What runs and records are stamped with.
const NOW: [&str; 2] = ["--now", "2025-11-03T08:00:00Z"];

/// The draft lacks one of so many rows of PDAC.
const ROWS_PER_GAP: usize = 8;

/// What is run.
#[derive(Clone, Copy)]
enum Program {
    /// `claimgate process`.
    Process,
    /// `claimgate process --facts`.
    ProcessFacts,
    /// Every value of every column of the facts, read and forgotten.
    Scan,
    /// `claimgate crosswalk preview`.
    Preview,
}

/// The rows, each with the one that it is compared with.
const RUNS: [(&str, Program, usize); 4] = [
    ("process", Program::Process, 0),
    ("process --facts", Program::ProcessFacts, 0),
    ("plain scan of the facts", Program::Scan, 2),
    ("preview of a PDAC draft", Program::Preview, 2),
];

/// Where everything is.
struct Site {
    folder: PathBuf,
    input: PathBuf,
    lists: Vec<OsString>,
}

fn main() -> io::Result<()> {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    if let [word, file] = &args[..]
        && word == "scan"
    {
        return scan(Path::new(file));
    }
    // Cargo runs bench targets as tests too, and a test must not take minutes.
    if !args.iter().any(|arg| arg == "--bench") {
        return Ok(());
    }
    let data = Data::prepare()?;
    let folder = tempfile::tempdir_in(data.directory())?;
    let site = Site {
        folder: folder.path().to_owned(),
        input: data.file(&INPUTS[0])?,
        lists: data.lists(ListSize::Full, ListSize::Full),
    };
    site.prepare()?;
    let measured = rounds(&RUNS, |&(_, program, _)| site.command(program))?;
    let mut table = io::stdout().lock();
    writeln!(table, "{:26}{:>10}{:>10}{:>8}  of", "", "wall s", "anon MiB", "times")?;
    for ((name, _, other), result) in RUNS.iter().zip(&measured) {
        let (Measured::Ran { walls, anonymous_bytes }, Measured::Ran { walls: others, .. }) =
            (result, &measured[*other])
        else {
            writeln!(table, "{name:26}{result}")?;
            continue;
        };
        let wall = median(walls.iter().map(Duration::as_secs_f64));
        let times =
            median(walls.iter().zip(others).map(|(wall, other)| wall.as_secs_f64() / other.as_secs_f64()));
        let mebibytes = anonymous_bytes >> 20;
        writeln!(table, "{name:26}{wall:>10.3}{mebibytes:>10}{times:>8.2}  {}", RUNS[*other].0)?;
    }
    Ok(())
}

impl Site {
    /// Lets the lists count, keeps a draft of PDAC, and makes the facts.
    fn prepare(&self) -> io::Result<()> {
        let [_, pdac, _, asp] = &self.lists[..] else { unreachable!("PDAC and a quarter are named") };
        let rows = fs::read(pdac)?;
        let rows = rows.split_inclusive(|&byte| byte == b'\n').enumerate();
        let kept = rows.filter(|(index, _)| *index == 0 || index % ROWS_PER_GAP != 0);
        fs::write(
            self.folder.join("draft.csv"),
            kept.flat_map(|(_, row)| row.to_vec()).collect::<Vec<u8>>(),
        )?;
        self.does(self.desk("import").arg(pdac).arg(asp).args(["--by", "A. Coder"]).args(NOW))?;
        self.does(self.desk("activate").args(["pdac", "asp", "--by", "A. Coder"]).args(NOW))?;
        let draft = ["draft.csv", "--list", "pdac", "--posted", "2025-11-05", "--accept-shrink"];
        self.does(self.desk("import").args(draft).args([
            "--by",
            "A. Coder",
            "--now",
            "2025-11-06T08:00:00Z",
        ]))?;
        self.does(&mut self.command(Program::ProcessFacts)?)
    }

    fn does(&self, command: &mut Command) -> io::Result<()> {
        let status = command.current_dir(&self.folder).stdout(Stdio::null()).status()?;
        if status.success() { Ok(()) } else { Err(io::Error::other(format!("{command:?}: {status}"))) }
    }

    fn desk(&self, what: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_claimgate"));
        command.args(["crosswalk", what, "--crosswalk"]).arg(self.folder.join("shelf"));
        command
    }

    fn command(&self, program: Program) -> io::Result<Command> {
        let facts = self.folder.join("facts");
        let process = |out: &Path| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_claimgate"));
            command.arg("process").arg(&self.input).args(&self.lists).args(NOW);
            command.args(["--threads", "1", "--quiet", "--replace", "--out"]).arg(out);
            command
        };
        let mut command = match program {
            Program::Process => process(&self.folder.join("plain")),
            Program::ProcessFacts => {
                let mut command = process(&facts);
                command.arg("--facts");
                command
            }
            Program::Scan => {
                let mut command = Command::new(std::env::current_exe()?);
                let stem = self.input.file_stem().unwrap_or_default();
                command.arg("scan").arg(facts.join(stem).join("facts.parquet"));
                command
            }
            Program::Preview => {
                let mut command = self.desk("preview");
                command.arg("pdac-2025-11-05").arg("--facts").arg(&facts).env("RAYON_NUM_THREADS", "1");
                command
            }
        };
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Ok(command)
    }
}

/// Reads every value, and counts those that are there.
fn scan(path: &Path) -> io::Result<()> {
    let reader = facts::Reader::open(File::open(path)?).map_err(io::Error::other)?;
    let columns: Vec<usize> = (0..facts::COUNT).collect();
    let mut there = 0u64;
    for index in 0..reader.groups() {
        let group = reader.group(index, &columns).map_err(io::Error::other)?;
        for &column in &columns {
            let values = (0..group.rows()).map(|row| group.value(column, row));
            there += values.filter(|value| *value != facts::Value::None).count() as u64;
        }
    }
    writeln!(io::stdout(), "{there} values")
}
