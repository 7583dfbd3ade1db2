//! A file that several threads read at once, each from its own place.
//!
//! Handles of one file share the place where they read; reading at a given place does not.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::Result;
use parquet::file::reader::{ChunkReader, Length};

/// A file that is read at given places.
pub(crate) struct Positioned {
    file: Arc<File>,
    bytes: u64,
}

/// What is left of it from a place on.
pub(crate) struct Rest {
    file: Arc<File>,
    at: u64,
}

impl Positioned {
    pub(crate) fn new(file: File) -> io::Result<Positioned> {
        let bytes = file.metadata()?.len();
        Ok(Positioned { file: Arc::new(file), bytes })
    }
}

impl Length for Positioned {
    fn len(&self) -> u64 {
        self.bytes
    }
}

impl ChunkReader for Positioned {
    type T = BufReader<Rest>;

    fn get_read(&self, start: u64) -> Result<BufReader<Rest>> {
        Ok(BufReader::new(Rest { file: Arc::clone(&self.file), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, start)?;
        Ok(bytes.into())
    }
}

impl Read for Rest {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(bytes, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}
