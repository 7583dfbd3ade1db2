//! Whole processes: how long they take, and how much memory of their own they hold.

use std::fmt;
use std::io;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

/// The rounds that count; one for warming up goes before them.
const ROUNDS: usize = 5;
/// How often the memory of a process is looked at.
const LOOK: Duration = Duration::from_millis(1);
/// The exit codes of a run that did its work: done, and claims rejected.
const DONE: [i32; 2] = [0, 3];

/// Holds what came of one row.
pub enum Measured {
    /// It ran.
    Ran {
        /// The wall time of each round.
        walls: Vec<Duration>,
        /// The most anonymous memory seen; mapped files are not in it.
        anonymous_bytes: u64,
    },
    /// It ended with an exit code that is no success; none if a signal ended it.
    Failed(Option<i32>),
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ran { .. } => write!(f, "ran"),
            Self::Failed(Some(code)) => write!(f, "FAILED, exit {code}"),
            Self::Failed(None) => write!(f, "FAILED, ended by a signal"),
        }
    }
}

/// Runs all rows in alternation.
///
/// Memory is looked at while warming up only, so that looking takes no time from what is timed.
pub fn rounds<R>(rows: &[R], command: impl Fn(&R) -> io::Result<Command>) -> io::Result<Vec<Measured>> {
    let mut measured = Vec::new();
    for row in rows {
        measured.push(warm_up(&mut command(row)?)?);
    }
    for _ in 0..ROUNDS {
        for (row, result) in rows.iter().zip(&mut measured) {
            let Measured::Ran { walls, .. } = result else { continue };
            let mut command = command(row)?;
            let start = Instant::now();
            let code = command.status()?.code();
            walls.push(start.elapsed());
            if !code.is_some_and(|code| DONE.contains(&code)) {
                *result = Measured::Failed(code);
            }
        }
    }
    Ok(measured)
}

/// Runs a command once, and looks at its memory.
fn warm_up(command: &mut Command) -> io::Result<Measured> {
    let mut child = command.spawn()?;
    let mut anonymous_bytes = 0;
    loop {
        anonymous_bytes = anonymous_bytes.max(anonymous(&child));
        if let Some(status) = child.try_wait()? {
            let done = status.code().is_some_and(|code| DONE.contains(&code));
            return Ok(if done {
                Measured::Ran { walls: Vec::new(), anonymous_bytes }
            } else {
                Measured::Failed(status.code())
            });
        }
        thread::sleep(LOOK);
    }
}

/// Returns the anonymous memory that a process holds, 0 if it cannot be seen.
///
/// Source: proc(5), `RssAnon` of `/proc/<pid>/status`, in units of 1024 bytes.
fn anonymous(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.unwrap_or_default() * 1024
}
