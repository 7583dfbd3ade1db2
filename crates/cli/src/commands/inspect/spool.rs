//! Text that is kept until it is known to stand, in little memory.

use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};

use tempfile::SpooledTempFile;

/// Text up to this size is kept in memory; what is more goes to a file without a name.
const MEMORY_BYTES_MAX: usize = 1024 * 1024;

/// Text that can be taken back to its mark.
pub struct Spool {
    file: BufWriter<SpooledTempFile>,
    bytes: u64,
    mark: u64,
}

impl Default for Spool {
    fn default() -> Spool {
        Spool { file: BufWriter::new(SpooledTempFile::new(MEMORY_BYTES_MAX)), bytes: 0, mark: 0 }
    }
}

impl Spool {
    /// Returns whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// Sets the mark behind what is written.
    pub fn mark(&mut self) {
        self.mark = self.bytes;
    }

    /// Forgets what was written behind the mark.
    pub fn take_back(&mut self) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.mark))?;
        self.file.get_mut().set_len(self.mark)?;
        self.bytes = self.mark;
        Ok(())
    }

    /// Copies everything to `out`.
    pub fn copy_to(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        io::copy(&mut self.file.get_mut().take(self.bytes), out).map(drop)
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_back_is_gone() {
        for filler in [1, MEMORY_BYTES_MAX] {
            let mut spool = Spool::default();
            assert!(spool.is_empty());
            let kept = vec![b'k'; filler];
            spool.write_all(&kept).unwrap();
            spool.mark();
            spool.write_all(&vec![b'x'; filler]).unwrap();
            spool.take_back().unwrap();
            spool.write_all(b"end").unwrap();
            let mut out = Vec::new();
            spool.copy_to(&mut out).unwrap();
            assert!(out == [kept.as_slice(), b"end"].concat());
        }
    }
}
