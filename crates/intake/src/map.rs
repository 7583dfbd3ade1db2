//! Maps a file into memory.

use std::fs::File;
use std::io;

use memmap2::Mmap;

/// Maps all of `file`.
///
/// Invariant, kept by [`crate::Input`]: the file is ours alone, or a lease says before anybody can write to it.
#[allow(unsafe_code, reason = "a file can only be mapped unsafely; that its bytes cannot move is said below")]
pub(crate) fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: the bytes cannot move under the map. Either the file is a private copy without a name, which no
    // other process can open, or a read lease on it was granted: then nobody had it open for writing, and whoever
    // tries to open or truncate it waits until the lease is given up, which `Input::is_ours` notices first.
    unsafe { Mmap::map(file) }
}
