//! Where outputs grow: streams that can be taken back to a mark, and files put together from them.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;

use edits::Disposition;

use crate::acks::Acknowledgement;
use crate::brr::Section;
use crate::facts::{ClaimFact, SetFact};

/// Something that grows by appending while the run goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stream {
    /// `accepted.837` and its siblings: the stream is the file.
    Claims(Disposition),
    /// `results.ndjson`: the stream is the file.
    Results,
    /// A section of one form of the Business Rejection Report, by its index in [`crate::brr::FORMS`].
    Report(usize, Section),
    /// Denied lines, by index in [`crate::denials::FORMS`].
    Denials(usize),
    /// Findings with the guilty segments, for a terminal.
    Annotated,
    /// An acknowledgement: the stream is the file.
    Acknowledgement(Acknowledgement),
    /// The levels of billing providers of a 277CA, without their totals.
    ClaimAckDraft,
    /// Where those totals are to stand, and what they are.
    ClaimAckHoles,
    /// By what claims are known again, and their interchanges; see [`crate::next_name`].
    Names,
}

/// What a file is put together from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// These bytes.
    Bytes(Vec<u8>),
    /// A range of a stream.
    Stream(Stream, Range<u64>),
}

/// Streams and files of one run, and what is kept of its claims.
///
/// Invariant: what is appended or kept before a mark is never lost by going back to it.
pub trait Store {
    /// Appends `slices`, one behind the other, to `stream`.
    fn append(&mut self, stream: Stream, slices: &[&[u8]]) -> io::Result<()>;

    /// Returns how long `stream` is, in bytes.
    fn length(&self, stream: Stream) -> u64;

    /// Returns a range of `stream`.
    fn read(&mut self, stream: Stream, range: Range<u64>) -> io::Result<Vec<u8>>;

    /// Keeps what the claims behind it have in common; a store without a place for facts passes it over.
    fn keep_set(&mut self, set: &SetFact<'_>) -> io::Result<()> {
        let _ = set;
        Ok(())
    }

    /// Keeps a claim; a store without a place for facts passes it over.
    fn keep_claim(&mut self, claim: &ClaimFact<'_>) -> io::Result<()> {
        let _ = claim;
        Ok(())
    }

    /// Notes how long every stream is, and what is kept; a later mark replaces an earlier.
    fn mark(&mut self) -> io::Result<()>;

    /// Cuts every stream back to the mark, and forgets what was kept since.
    fn rewind(&mut self) -> io::Result<()>;

    /// Puts the file `name` together; a stream is used for at most one file that is all of it.
    fn assemble(&mut self, name: &str, parts: &[Part]) -> io::Result<OutputFile>;
}

/// A finished file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// Its name within the folder of the run.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// BLAKE3 over its content.
    pub blake3: [u8; 32],
}

/// Returns the hash of a run: BLAKE3 over the names and hashes of `files`, sorted by name.
///
/// Serialisation: for each file its name, a line feed, its BLAKE3 in hexadecimal digits, a line feed.
pub fn run_hash(files: &[OutputFile]) -> String {
    let mut files: Vec<&OutputFile> = files.iter().collect();
    files.sort_by(|one, two| one.name.cmp(&two.name));
    let mut hasher = blake3::Hasher::new();
    for file in files {
        hasher.update(file.name.as_bytes());
        hasher.update(b"\n");
        hasher.update(blake3::Hash::from_bytes(file.blake3).to_hex().as_bytes());
        hasher.update(b"\n");
    }
    hasher.finalize().to_hex().to_string()
}

/// Streams and files in memory, for tests and small tools.
#[derive(Default)]
pub struct MemoryStore {
    streams: BTreeMap<Stream, Vec<u8>>,
    marked: BTreeMap<Stream, usize>,
    /// The finished files, by name.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Store for MemoryStore {
    fn append(&mut self, stream: Stream, slices: &[&[u8]]) -> io::Result<()> {
        let bytes = self.streams.entry(stream).or_default();
        for slice in slices {
            bytes.extend_from_slice(slice);
        }
        Ok(())
    }

    fn length(&self, stream: Stream) -> u64 {
        self.streams.get(&stream).map_or(0, |bytes| bytes.len() as u64)
    }

    fn read(&mut self, stream: Stream, range: Range<u64>) -> io::Result<Vec<u8>> {
        let all = self.streams.get(&stream).map_or(&[][..], Vec::as_slice);
        let place = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
        Ok(all.get(place(range.start)..place(range.end)).unwrap_or(&[]).to_vec())
    }

    fn mark(&mut self) -> io::Result<()> {
        self.marked = self.streams.iter().map(|(&stream, bytes)| (stream, bytes.len())).collect();
        Ok(())
    }

    fn rewind(&mut self) -> io::Result<()> {
        for (stream, bytes) in &mut self.streams {
            bytes.truncate(self.marked.get(stream).copied().unwrap_or(0));
        }
        Ok(())
    }

    fn assemble(&mut self, name: &str, parts: &[Part]) -> io::Result<OutputFile> {
        let mut content = Vec::new();
        for part in parts {
            match part {
                Part::Bytes(bytes) => content.extend_from_slice(bytes),
                Part::Stream(stream, range) => {
                    content.extend(self.read(*stream, range.clone())?);
                }
            }
        }
        let file = OutputFile {
            name: name.to_owned(),
            bytes: content.len() as u64,
            blake3: *blake3::hash(&content).as_bytes(),
        };
        self.files.insert(name.to_owned(), content);
        Ok(file)
    }
}
