//! A file system, and the wait until it has written everything.

use std::fs::File;
use std::io;
use std::path::Path;

use crate::durable;

/// A file system, held by one of its folders.
///
/// To ask it once is much quicker than to ask for every file, where many were written.
/// What others have written there is waited for too.
pub struct Disk {
    folder: File,
}

impl Disk {
    /// Takes hold of the file system of `folder`; what is lost from here on is told.
    pub fn of(folder: &Path) -> io::Result<Disk> {
        Ok(Disk { folder: File::open(folder)? })
    }

    /// Waits until everything is on disk that was written: files, and names in folders.
    ///
    /// Errors: something could not be written, whoever wrote it; the next wait would not say so again.
    pub fn sync(&self) -> io::Result<()> {
        durable::sync_file_system(&self.folder)
    }
}
