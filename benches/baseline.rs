//! The plainest reader of X12, by which the speed of the whole is judged.
//!
//! It maps the file and does what `stages::plainest` does; one thread, nothing kept. With `--count` it only
//! counts both delimiters, which is about as fast as a file can be looked at.
//!
//! Run as a program of its own it reads one file, so that whole processes are compared with whole processes.

#![deny(unsafe_code)]

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use stages::plainest::{Ends, Visited, delimiters, visit};

/// Reads the file named last on the command line, and prints what was counted.
pub fn main() -> ExitCode {
    let args: Vec<_> = std::env::args_os().skip(1).collect();
    let count_only = args.iter().any(|arg| arg == "--count");
    let Some(file) = args.iter().rfind(|arg| !arg.to_string_lossy().starts_with("--")) else {
        // Cargo runs every bench target, this one without a file.
        return told(writeln!(io::stdout().lock(), "usage: baseline [--count] FILE"));
    };
    told(map(&PathBuf::from(file)).and_then(|file| {
        if count_only {
            let delimiters = count_delimiters(&file);
            return writeln!(io::stdout().lock(), "{delimiters} delimiters");
        }
        let Visited { segments, elements } = visit(&file, delimiters(&file));
        writeln!(io::stdout().lock(), "{segments} segments, {elements} elements")
    }))
}

/// Counts element separators and segment terminators, without looking at what is between them.
fn count_delimiters(file: &[u8]) -> u64 {
    let Ends { segment, element } = delimiters(file);
    [segment, element].iter().map(|byte| memchr::memchr_iter(*byte, file).count() as u64).sum()
}

/// Maps a file into memory.
#[expect(unsafe_code, reason = "a file is mapped in no other way")]
fn map(path: &std::path::Path) -> io::Result<memmap2::Mmap> {
    let file = File::open(path)?;
    // SAFETY: the file was made for this measurement, and nothing writes to it while it is measured.
    unsafe { memmap2::Mmap::map(&file) }
}

/// Returns the exit code of a run, and tells its error.
fn told(outcome: io::Result<()>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where even this cannot be told, the exit code has to do.
            let _ = writeln!(io::stderr().lock(), "baseline: {error}");
            ExitCode::FAILURE
        }
    }
}
