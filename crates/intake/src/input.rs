//! Bytes that nobody can change while they are read.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use memmap2::Mmap;

use crate::lease::Lease;
use crate::map::map;

/// Files up to this size are read into memory.
const SMALL_BYTES: u64 = 256 * 1024;

/// The bytes of a file or a stream, private to this process.
pub struct Input(Kind);

enum Kind {
    Memory(Vec<u8>),
    /// A copy without a name.
    Copy(Mmap),
    /// The file itself, under a lease.
    Leased {
        map: Mmap,
        file: File,
        _lease: Lease,
    },
}

impl Input {
    /// Opens the file at `path`; a copy, where one is needed, goes to `spool`.
    ///
    /// A small file is read; a larger one is mapped in place if a lease on it is granted, and copied if not.
    ///
    /// Errors: those of the file system; [`io::ErrorKind::ResourceBusy`] if the file changed while it was copied; [`io::ErrorKind::FileTooLarge`] if it is larger than `bytes_max`.
    pub fn open(path: &Path, spool: &Path, bytes_max: Option<u64>) -> io::Result<Input> {
        let file = File::open(path)?;
        let before = file.metadata()?;
        if before.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if !before.is_file() {
            return Input::spool(file, spool, bytes_max);
        }
        within(before.len(), bytes_max)?;
        if before.len() <= SMALL_BYTES {
            let mut bytes = Vec::new();
            (&file).read_to_end(&mut bytes)?;
            unchanged(&file, &before)?;
            return Ok(Input(Kind::Memory(bytes)));
        }
        if let Some(lease) = Lease::take(&file) {
            return Ok(Input(Kind::Leased { map: map(&file)?, file, _lease: lease }));
        }
        let copy = Input::spool(&file, spool, None)?;
        unchanged(&file, &before)?;
        Ok(copy)
    }

    /// Reads `source` to its end; what is more than a little goes to a file without a name in `spool`.
    ///
    /// Errors: those of the source and the file system; [`io::ErrorKind::FileTooLarge`] as soon as more than `bytes_max` are read, without waiting for the end.
    pub fn spool(source: impl Read, spool: &Path, bytes_max: Option<u64>) -> io::Result<Input> {
        // One byte more tells that there is more.
        let mut source = source.take(bytes_max.unwrap_or(u64::MAX).saturating_add(1));
        let mut bytes = Vec::new();
        source.by_ref().take(SMALL_BYTES).read_to_end(&mut bytes)?;
        if (bytes.len() as u64) < SMALL_BYTES {
            within(bytes.len() as u64, bytes_max)?;
            return Ok(Input(Kind::Memory(bytes)));
        }
        let mut copy = tempfile::tempfile_in(spool)?;
        let mut length = io::copy(&mut bytes.as_slice(), &mut copy)?;
        drop(bytes);
        length += io::copy(&mut source, &mut copy)?;
        within(length, bytes_max)?;
        Ok(Input(Kind::Copy(map(&copy)?)))
    }

    /// Returns the bytes.
    pub fn bytes(&self) -> &[u8] {
        match &self.0 {
            Kind::Memory(bytes) => bytes,
            Kind::Copy(map) | Kind::Leased { map, .. } => map,
        }
    }

    /// Returns whether the bytes are still ours alone; once they are not, they must no longer be read.
    ///
    /// To be asked every few megabytes: whoever wants to write to a leased file is kept waiting for some seconds only.
    pub fn is_ours(&self) -> bool {
        match &self.0 {
            Kind::Memory(_) | Kind::Copy(_) => true,
            Kind::Leased { file, .. } => Lease::holds(file),
        }
    }
}

fn within(length: u64, bytes_max: Option<u64>) -> io::Result<()> {
    match bytes_max {
        Some(max) if max < length => {
            Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {max} bytes")))
        }
        _ => Ok(()),
    }
}

fn unchanged(file: &File, before: &Metadata) -> io::Result<()> {
    let after = file.metadata()?;
    let same = |of: fn(&Metadata) -> i64| of(before) == of(&after);
    if before.len() == after.len() && same(Metadata::ctime) && same(Metadata::ctime_nsec) {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::ResourceBusy, "the file changed while it was read"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::OpenOptions;
    use std::io::Write;

    fn file_of(directory: &Path, bytes: &[u8]) -> std::path::PathBuf {
        let path = directory.join("in.837");
        std::fs::write(&path, bytes).unwrap();
        path
    }

    #[test]
    fn every_way_gives_the_same_bytes() {
        let directory = tempfile::tempdir().unwrap();
        for length in [0, 10, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 1_000_000] {
            let bytes: Vec<u8> = (0..=255).cycle().take(length).collect();
            let path = file_of(directory.path(), &bytes);
            assert!(Input::open(&path, directory.path(), None).unwrap().bytes() == bytes);
            assert!(Input::spool(bytes.as_slice(), directory.path(), None).unwrap().bytes() == bytes);
            // While somebody has it open for writing there is no lease, and a copy is made.
            let writer = OpenOptions::new().write(true).open(&path).unwrap();
            let input = Input::open(&path, directory.path(), None).unwrap();
            assert!(input.bytes() == bytes && input.is_ours());
            drop(writer);
        }
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1, "copies have no names");
    }

    #[test]
    fn what_is_larger_than_allowed_is_read_no_further() {
        let directory = tempfile::tempdir().unwrap();
        for length in [10, 300_000, 1_000_000] {
            let path = file_of(directory.path(), &vec![b'x'; length]);
            for (max, is_allowed) in [(length as u64 - 1, false), (length as u64, true)] {
                let opened = Input::open(&path, directory.path(), Some(max));
                let spooled = Input::spool(&*vec![b'x'; length], directory.path(), Some(max));
                for input in [opened, spooled] {
                    let error = input.map(drop).map_err(|error| error.kind());
                    assert_eq!(error.is_ok(), is_allowed);
                    assert!(is_allowed || error == Err(io::ErrorKind::FileTooLarge));
                }
            }
            let endless = Input::spool(io::repeat(b'x'), directory.path(), Some(length as u64));
            assert_eq!(endless.map(drop).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        }
    }

    #[test]
    fn whoever_wants_to_write_is_noticed() {
        let directory = tempfile::tempdir().unwrap();
        let path = file_of(directory.path(), &vec![b'x'; 1_000_000]);
        let input = Input::open(&path, directory.path(), None).unwrap();
        if !matches!(input.0, Kind::Leased { .. }) {
            let _ = writeln!(io::stderr(), "SKIPPED: this file system grants no leases");
            return;
        }
        assert!(input.is_ours());
        let writer = std::thread::spawn(move || {
            let mut file = OpenOptions::new().write(true).truncate(true).open(&path).unwrap();
            file.write_all(b"y").unwrap();
        });
        while input.is_ours() {
            std::thread::yield_now();
        }
        // The writer is kept waiting until the lease is given up, so the bytes are whole to the last.
        assert!(input.bytes().iter().all(|&byte| byte == b'x'));
        drop(input);
        writer.join().unwrap();
    }
}
