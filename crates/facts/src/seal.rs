//! The seal of a file: a hash by which a byte that is not as it was written is noticed before anything is believed.
//!
//! Parquet has checksums of pages, and none of their headers nor of the footer.
//! So the BLAKE3 of all other bytes stands between the last row group and the footer, where a reader that does not know of it never looks:
//!
//! ```text
//! "PAR1"  row groups  seal, 32 bytes  footer  its length, 4 bytes  "PAR1"
//! ```
//!
//! Source: Apache Parquet, file format; a footer is found by the length behind it, and all else by offsets in the footer.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;

use parquet::errors::{ParquetError, Result};

use crate::writer::Written;

/// Bytes of the seal.
const SEAL_BYTES: usize = blake3::OUT_LEN;

/// Bytes behind the footer: its length and the letters of the format.
const TAIL_BYTES: usize = 8;

/// Bytes that are hashed together.
const PIECE_BYTES: usize = 256 * 1024;

/// Writes a file, and puts the seal where the footer begins.
pub(crate) struct Sealing<W> {
    to: W,
    bytes: u64,
    hasher: blake3::Hasher,
    /// The end of the file, footer included, once it has begun.
    end: Option<Vec<u8>>,
}

impl<W: Write> Sealing<W> {
    pub(crate) fn new(to: W) -> Sealing<W> {
        Sealing { to, bytes: 0, hasher: blake3::Hasher::new(), end: None }
    }

    /// Says that there are no more row groups.
    pub(crate) fn begin_end(&mut self) {
        self.end = Some(Vec::new());
    }

    /// Writes the seal and the end.
    pub(crate) fn seal(mut self) -> io::Result<Written<W>> {
        let end = self.end.unwrap_or_default();
        let footer =
            footer_of(&end).ok_or_else(|| io::Error::other("the footer has another length than it says"))?;
        let mut whole = self.hasher.clone();
        let seal = *self.hasher.update(&end).finalize().as_bytes();
        for part in [&end[..footer], &seal, &end[footer..]] {
            self.to.write_all(part)?;
            self.bytes += part.len() as u64;
            whole.update(part);
        }
        Ok(Written { to: self.to, bytes: self.bytes, blake3: *whole.finalize().as_bytes() })
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(end) = &mut self.end {
            end.extend_from_slice(bytes);
            return Ok(bytes.len());
        }
        let written = self.to.write(bytes)?;
        self.bytes += written as u64;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Holds every byte of a file against its seal.
///
/// Errors: it is cut off, or a byte is not as it was written.
pub(crate) fn check(file: &File) -> Result<()> {
    let other = || ParquetError::General("its bytes are not those that were written".to_owned());
    let bytes = file.metadata()?.len();
    let mut tail = [0; TAIL_BYTES];
    let tail_at = bytes.checked_sub(TAIL_BYTES as u64).ok_or_else(other)?;
    file.read_exact_at(&mut tail, tail_at)?;
    let seal_at = tail_at.checked_sub(u64::from(footer_bytes(tail)) + SEAL_BYTES as u64).ok_or_else(other)?;
    let mut seal = [0; SEAL_BYTES];
    file.read_exact_at(&mut seal, seal_at)?;
    let mut hasher = blake3::Hasher::new();
    hash(file, 0, seal_at, &mut hasher)?;
    hash(file, seal_at + SEAL_BYTES as u64, bytes, &mut hasher)?;
    if hasher.finalize() == seal { Ok(()) } else { Err(other()) }
}

fn hash(file: &File, mut at: u64, end: u64, hasher: &mut blake3::Hasher) -> io::Result<()> {
    let mut piece = vec![0; PIECE_BYTES];
    while at < end {
        let length = usize::try_from(end - at).unwrap_or(PIECE_BYTES).min(PIECE_BYTES);
        file.read_exact_at(&mut piece[..length], at)?;
        hasher.update(&piece[..length]);
        at += length as u64;
    }
    Ok(())
}

/// Returns where the footer begins in the end of a file.
fn footer_of(end: &[u8]) -> Option<usize> {
    let (rest, tail) = end.split_last_chunk()?;
    rest.len().checked_sub(footer_bytes(*tail) as usize)
}

fn footer_bytes([first, second, third, fourth, ..]: [u8; TAIL_BYTES]) -> u32 {
    u32::from_le_bytes([first, second, third, fourth])
}
