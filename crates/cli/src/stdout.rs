//! Standard output, which carries only what was asked for.

use std::io::{self, BufWriter, Read, StdoutLock, Write};
use std::path::Path;

use crate::exit::Exit;
use crate::failure::Failure;

/// Writes `text`.
pub fn write(text: &[u8]) -> Result<(), Failure> {
    copy(text)
}

/// Looks whether there is a standard output at all, for commands that would find out only after much work.
///
/// Errors: it was closed when the process began.
pub fn look() -> Result<(), Failure> {
    if intake::stdout_was_closed() {
        return Err(Failure::usage("standard output is closed", "send it to a file, a pipe or /dev/null"));
    }
    Ok(())
}

/// Opens standard output.
///
/// Errors: those of [`look`].
pub fn open() -> Result<StdoutLock<'static>, Failure> {
    look()?;
    Ok(io::stdout().lock())
}

/// Copies everything that is left of `from`.
pub fn copy(mut from: impl Read) -> Result<(), Failure> {
    let mut out = open()?;
    let copied = io::copy(&mut from, &mut out).and_then(|_| out.flush());
    ended(copied)
}

/// Says how writing to standard output ended.
///
/// Errors: if whoever reads has had enough, an end without words; else [`Failure::io`].
pub fn ended(written: io::Result<()>) -> Result<(), Failure> {
    written.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::silent(Exit::ReaderGone),
        _ => Failure::io("cannot write to", Path::new("standard output"), &error),
    })
}

/// Writes `row` as JSON, laid out for reading, without holding the text of it.
pub fn write_json(row: &impl serde::Serialize) -> Result<(), Failure> {
    let mut out = BufWriter::new(open()?);
    let written = serde_json::to_writer_pretty(&mut out, row).map_err(io::Error::from);
    ended(written.and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush()))
}
