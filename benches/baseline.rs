//! The plainest reader of X12, by which the speed of the whole is judged.
//!
//! It maps the file, finds segment terminators and element separators with memchr, one by one, and looks at
//! every element once; one thread, nothing kept. With `--count` it only counts both delimiters, which is
//! about as fast as a file can be looked at.
//!
//! Run as a program of its own it reads one file, so that whole processes are compared with whole processes.

#![deny(unsafe_code)]

use std::fs::File;
use std::hint::black_box;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

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
        let Visited { segments, elements } = visit(&file);
        writeln!(io::stdout().lock(), "{segments} segments, {elements} elements")
    }))
}

/// Holds what a reading counted.
pub struct Visited {
    segments: u64,
    elements: u64,
}

/// Splits a file into segments and these into elements, and looks at each.
///
/// The delimiters are those of the first ISA: byte 4 is the element separator, byte 106 the segment
/// terminator.
pub fn visit(file: &[u8]) -> Visited {
    let mut visited = Visited { segments: 0, elements: 0 };
    let [element, terminator] = delimiters(file);
    for segment in pieces(file, terminator) {
        visited.segments += 1;
        for value in pieces(segment, element) {
            black_box(value);
            visited.elements += 1;
        }
    }
    visited
}

/// Counts element separators and segment terminators, without looking at what is between them.
fn count_delimiters(file: &[u8]) -> u64 {
    delimiters(file).iter().map(|byte| memchr::memchr_iter(*byte, file).count() as u64).sum()
}

/// Returns element separator and segment terminator.
fn delimiters(file: &[u8]) -> [u8; 2] {
    [3, 105].map(|index| file.get(index).copied().unwrap_or_default())
}

/// Returns what stands before, between and after the separators, but nothing after a last one.
fn pieces(text: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = memchr::memchr(separator, rest).unwrap_or(rest.len());
        let piece = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        Some(piece)
    })
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
