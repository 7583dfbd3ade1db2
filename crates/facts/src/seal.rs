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
use std::io;
use std::os::unix::fs::FileExt;

use parquet::errors::{ParquetError, Result};

/// Bytes of the seal.
const SEAL_BYTES: usize = blake3::OUT_LEN;

/// Bytes behind the footer: its length and the letters of the format.
const TAIL_BYTES: usize = 8;

/// Bytes that are hashed together.
const PIECE_BYTES: usize = 256 * 1024;

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

fn footer_bytes([first, second, third, fourth, ..]: [u8; TAIL_BYTES]) -> u32 {
    u32::from_le_bytes([first, second, third, fourth])
}
