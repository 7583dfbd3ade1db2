//! Where differences are written: standard output, or a file.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use crate::failure::Failure;
use crate::stdout;

/// Somewhere that differences are written to, in large pieces.
pub struct Out {
    writer: BufWriter<Box<dyn Write>>,
    /// Says how writing there ended.
    ended: fn(io::Result<()>) -> Result<(), Failure>,
}

impl Out {
    /// Opens standard output.
    pub fn stdout() -> Result<Out, Failure> {
        Ok(Out { writer: BufWriter::new(Box::new(stdout::open()?)), ended: stdout::ended })
    }

    /// Writes to `file`; `ended` says how that ended.
    pub fn file(file: File, ended: fn(io::Result<()>) -> Result<(), Failure>) -> Out {
        Out { writer: BufWriter::new(Box::new(file)), ended }
    }

    /// Writes `bytes`.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        (self.ended)(self.writer.write_all(bytes))
    }

    /// Writes what was gathered.
    pub fn flush(&mut self) -> Result<(), Failure> {
        (self.ended)(self.writer.flush())
    }
}
