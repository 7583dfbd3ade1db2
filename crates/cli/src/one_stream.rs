//! A store for commands that show one answer and keep nothing: that stream grows in memory, and beyond a limit in a file without a name.
//!
//! All other streams are only measured, so that the run balances as any other does.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::Path;

use responses::{OutputFile, Part, Store, Stream};
use tempfile::SpooledTempFile;

/// Bytes that stay in memory.
const MEMORY_BYTES: usize = 4 * 1024 * 1024;

/// A store of one stream.
pub struct OneStream {
    kept: Stream,
    content: SpooledTempFile,
    lengths: BTreeMap<Stream, u64>,
    marked: BTreeMap<Stream, u64>,
}

impl OneStream {
    /// Begins a store that keeps `kept`; a file, if one is needed, is made in `spool`.
    pub fn new(kept: Stream, spool: &Path) -> OneStream {
        let content = SpooledTempFile::new_in(MEMORY_BYTES, spool);
        OneStream { kept, content, lengths: BTreeMap::new(), marked: BTreeMap::new() }
    }

    /// Returns the stream that was kept, from its begin.
    pub fn into_content(mut self) -> io::Result<impl Read> {
        self.content.seek(SeekFrom::Start(0))?;
        Ok(self.content)
    }
}

impl Store for OneStream {
    fn append(&mut self, stream: Stream, slices: &[&[u8]]) -> io::Result<()> {
        let bytes: usize = slices.iter().map(|slice| slice.len()).sum();
        *self.lengths.entry(stream).or_default() += bytes as u64;
        if stream != self.kept {
            return Ok(());
        }
        slices.iter().try_for_each(|slice| self.content.write_all(slice))
    }

    fn length(&self, stream: Stream) -> u64 {
        self.lengths.get(&stream).copied().unwrap_or(0)
    }

    /// Returns nothing of a stream that is only measured.
    fn read(&mut self, stream: Stream, range: Range<u64>) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        if stream == self.kept {
            self.content.seek(SeekFrom::Start(range.start))?;
            let length = range.end.saturating_sub(range.start);
            (&mut self.content).take(length).read_to_end(&mut bytes)?;
            self.content.seek(SeekFrom::End(0))?;
        }
        Ok(bytes)
    }

    fn mark(&mut self) -> io::Result<()> {
        self.marked = self.lengths.clone();
        Ok(())
    }

    fn rewind(&mut self) -> io::Result<()> {
        self.lengths = self.marked.clone();
        let length = self.length(self.kept);
        self.content.set_len(length)?;
        self.content.seek(SeekFrom::Start(length)).map(drop)
    }

    /// Names a file that nobody will see: its length is true, and it has no hash.
    fn assemble(&mut self, name: &str, parts: &[Part]) -> io::Result<OutputFile> {
        let length = |part: &Part| match part {
            Part::Bytes(bytes) => bytes.len() as u64,
            Part::Stream(_, range) => range.end - range.start,
        };
        Ok(OutputFile { name: name.to_owned(), bytes: parts.iter().map(length).sum(), blake3: [0; 32] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn going_back_to_a_mark_leaves_no_trace() {
        let mut store = OneStream::new(Stream::Annotated, &std::env::temp_dir());
        store.append(Stream::Annotated, &[b"kept,"]).unwrap();
        store.append(Stream::Results, &[b"measured"]).unwrap();
        store.mark().unwrap();
        store.append(Stream::Annotated, &[&vec![b'x'; MEMORY_BYTES + 1]]).unwrap();
        store.rewind().unwrap();
        store.append(Stream::Annotated, &[b"again"]).unwrap();
        assert_eq!((store.length(Stream::Annotated), store.length(Stream::Results)), (10, 8));
        let mut content = String::new();
        store.into_content().unwrap().read_to_string(&mut content).unwrap();
        assert_eq!(content, "kept,again");
    }
}
