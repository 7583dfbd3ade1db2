//! Streams and files of a run on disk.
//!
//! A stream that is a file of its own grows under its final name in the folder that is built aside, and is hashed while it grows.
//! Every other stream grows in memory, and beyond a limit in a file without a name.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use responses::facts::{ClaimFact, SetFact};
use responses::{OutputFile, Part, RESULTS_FILE_NAME, Store, Stream, claims_file_name};
use tempfile::SpooledTempFile;

use crate::keeper::{Keeper, RunNotes};
use crate::kept;

/// Bytes that are gathered before they are written.
const BUFFER_BYTES: usize = 256 * 1024;

/// Bytes that are written as they come: to gather them would cost more than it saves.
const WRITTEN_AT_ONCE_BYTES: usize = 32 * 1024;

/// Bytes of a stream that stay in memory.
const MEMORY_BYTES: usize = 256 * 1024;

/// A store that writes to a folder, or to files without names.
pub struct FileStore {
    /// Where files are made; `None` keeps them without names.
    folder: Option<PathBuf>,
    /// Where files without names are made.
    spool: PathBuf,
    streams: BTreeMap<Stream, Growing>,
    /// Finished files without names, by name.
    nameless: BTreeMap<String, File>,
    /// Where claims are kept, if they are.
    keeper: Option<Keeper>,
}

/// A stream while it grows.
struct Growing {
    target: Target,
    buffer: Vec<u8>,
    length: u64,
    hasher: blake3::Hasher,
    mark: Option<Mark>,
}

enum Target {
    File(File),
    Spool(SpooledTempFile),
}

#[derive(Clone)]
struct Mark {
    length: u64,
    hasher: blake3::Hasher,
}

impl FileStore {
    /// Begins a store whose files stand in `folder`; without one they have no names.
    pub fn new(folder: Option<&Path>, spool: &Path) -> FileStore {
        FileStore {
            folder: folder.map(Path::to_owned),
            spool: spool.to_owned(),
            streams: BTreeMap::new(),
            nameless: BTreeMap::new(),
            keeper: None,
        }
    }

    /// Returns where files without names are made.
    #[cfg(feature = "office")]
    pub fn spool(&self) -> &Path {
        &self.spool
    }

    /// Opens one of the finished files; `None` if there is none of that name.
    pub fn open(&mut self, name: &str) -> io::Result<Option<File>> {
        if let Some(file) = self.nameless.get_mut(name) {
            file.seek(SeekFrom::Start(0))?;
            return file.try_clone().map(Some);
        }
        match self.folder.as_ref().map(|folder| File::open(folder.join(name))) {
            None => Ok(None),
            Some(Err(error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Some(opened) => opened.map(Some),
        }
    }

    /// Adds a file that is made of finished ones.
    pub fn add<E: From<io::Error>>(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut File) -> Result<(), E>,
    ) -> Result<OutputFile, E> {
        let mut file = create(self.folder.as_deref(), &self.spool, name)?;
        write(&mut file)?;
        let bytes = file.stream_position()?;
        file.seek(SeekFrom::Start(0))?;
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(&file)?;
        if self.folder.is_none() {
            self.nameless.insert(name.to_owned(), file);
        }
        Ok(OutputFile { name: name.to_owned(), bytes, blake3: *hasher.finalize().as_bytes() })
    }

    /// Removes a finished file that is not wanted for itself.
    pub fn remove(&mut self, name: &str) -> io::Result<()> {
        self.nameless.remove(name);
        self.folder.as_ref().map_or(Ok(()), |folder| std::fs::remove_file(folder.join(name)))
    }

    fn growing(&mut self, stream: Stream) -> io::Result<&mut Growing> {
        match self.streams.entry(stream) {
            Entry::Occupied(growing) => Ok(growing.into_mut()),
            Entry::Vacant(place) => {
                let target = match file_name(stream) {
                    Some(name) => Target::File(create(self.folder.as_deref(), &self.spool, name)?),
                    None => Target::Spool(SpooledTempFile::new_in(MEMORY_BYTES, &self.spool)),
                };
                let (buffer, length, hasher, mark) = (Vec::new(), 0, blake3::Hasher::new(), None);
                Ok(place.insert(Growing { target, buffer, length, hasher, mark }))
            }
        }
    }

    /// Begins to keep claims.
    pub fn begin_to_keep(&mut self, run: &RunNotes<'_>) -> io::Result<()> {
        let file = create(self.folder.as_deref(), &self.spool, kept::FILE_NAME)?;
        self.keeper = Some(Keeper::begin(file, run)?);
        Ok(())
    }

    /// Ends the file of the claims that are kept; `None` if there is none.
    pub fn end_keeping(&mut self) -> io::Result<Option<OutputFile>> {
        let Some(keeper) = self.keeper.take() else { return Ok(None) };
        let (file, output) = keeper.finish()?;
        self.keep(kept::FILE_NAME, file);
        Ok(Some(output))
    }

    /// Keeps a file that [`create`] began.
    fn keep(&mut self, name: &str, file: File) {
        if self.folder.is_none() {
            self.nameless.insert(name.to_owned(), file);
        }
    }

    /// Returns the file that is all of `stream`, if `parts` are that and nothing more.
    fn same_file(&mut self, name: &str, parts: &[Part]) -> io::Result<Option<OutputFile>> {
        let [Part::Stream(stream, range)] = parts else { return Ok(None) };
        if file_name(*stream) != Some(name) || *range != (0..self.length(*stream)) {
            return Ok(None);
        }
        let growing = self.growing(*stream)?;
        growing.flush()?;
        let file = OutputFile {
            name: name.to_owned(),
            bytes: growing.length,
            blake3: *growing.hasher.finalize().as_bytes(),
        };
        if self.folder.is_none()
            && let Some(Growing { target: Target::File(file), .. }) = self.streams.get(stream)
        {
            self.nameless.insert(name.to_owned(), file.try_clone()?);
        }
        Ok(Some(file))
    }
}

/// Begins the file `name` in `folder`; without one it has no name, and is made in `spool`.
fn create(folder: Option<&Path>, spool: &Path, name: &str) -> io::Result<File> {
    match folder {
        Some(folder) => {
            OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(folder.join(name))
        }
        None => tempfile::tempfile_in(spool),
    }
}

/// Streams that are files of their own.
fn file_name(stream: Stream) -> Option<&'static str> {
    match stream {
        Stream::Claims(disposition) => Some(claims_file_name(disposition)),
        Stream::Results => Some(RESULTS_FILE_NAME),
        Stream::Acknowledgement(form) => Some(form.file_name()),
        Stream::Report(..)
        | Stream::Denials(_)
        | Stream::Annotated
        | Stream::ClaimAckDraft
        | Stream::ClaimAckHoles
        | Stream::Names => None,
    }
}

impl Store for FileStore {
    fn append(&mut self, stream: Stream, slices: &[&[u8]]) -> io::Result<()> {
        let growing = self.growing(stream)?;
        slices.iter().try_for_each(|slice| growing.append(slice))
    }

    fn length(&self, stream: Stream) -> u64 {
        self.streams.get(&stream).map_or(0, |growing| growing.length)
    }

    fn read(&mut self, stream: Stream, range: Range<u64>) -> io::Result<Vec<u8>> {
        let growing = self.growing(stream)?;
        growing.flush()?;
        growing.read(range)
    }

    fn keep_set(&mut self, set: &SetFact<'_>) -> io::Result<()> {
        if let Some(keeper) = &mut self.keeper {
            keeper.set(set);
        }
        Ok(())
    }

    fn keep_claim(&mut self, claim: &ClaimFact<'_>) -> io::Result<()> {
        self.keeper.as_mut().map_or(Ok(()), |keeper| keeper.claim(claim))
    }

    fn mark(&mut self) -> io::Result<()> {
        if let Some(keeper) = &mut self.keeper {
            keeper.mark();
        }
        for growing in self.streams.values_mut() {
            growing.flush()?;
            growing.mark = Some(Mark { length: growing.length, hasher: growing.hasher.clone() });
        }
        Ok(())
    }

    fn rewind(&mut self) -> io::Result<()> {
        // A stream that began behind the mark was never there, nor was its file.
        for (stream, _) in self.streams.extract_if(.., |_, growing| growing.mark.is_none()) {
            if let (Some(folder), Some(name)) = (&self.folder, file_name(stream)) {
                std::fs::remove_file(folder.join(name))?;
            }
        }
        for growing in self.streams.values_mut() {
            if let Some(mark) = growing.mark.clone() {
                growing.cut_back(mark)?;
            }
        }
        self.keeper.as_mut().map_or(Ok(()), Keeper::rewind)
    }

    fn assemble(&mut self, name: &str, parts: &[Part]) -> io::Result<OutputFile> {
        if let Some(file) = self.same_file(name, parts)? {
            return Ok(file);
        }
        let mut file = create(self.folder.as_deref(), &self.spool, name)?;
        let mut hasher = blake3::Hasher::new();
        let mut bytes = 0;
        for part in parts {
            match part {
                Part::Bytes(own) => {
                    file.write_all(own)?;
                    hasher.update(own);
                    bytes += own.len() as u64;
                }
                Part::Stream(stream, range) => {
                    let growing = self.growing(*stream)?;
                    growing.flush()?;
                    bytes += growing.copy(range.start, range.end, &mut file, &mut hasher)?;
                }
            }
        }
        self.keep(name, file);
        Ok(OutputFile { name: name.to_owned(), bytes, blake3: *hasher.finalize().as_bytes() })
    }
}

impl Growing {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.length += bytes.len() as u64;
        if WRITTEN_AT_ONCE_BYTES <= bytes.len() {
            self.flush()?;
            return self.write(bytes);
        }
        if BUFFER_BYTES < self.buffer.len() + bytes.len() {
            self.flush()?;
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match &mut self.target {
            Target::File(file) => {
                self.hasher.update(bytes);
                file.write_all(bytes)
            }
            Target::Spool(spool) => spool.write_all(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let buffer = std::mem::take(&mut self.buffer);
        let written = self.write(&buffer);
        self.buffer = buffer;
        self.buffer.clear();
        written
    }

    fn cut_back(&mut self, mark: Mark) -> io::Result<()> {
        self.buffer.clear();
        self.length = mark.length;
        self.hasher = mark.hasher;
        match &mut self.target {
            Target::File(file) => {
                file.set_len(self.length)?;
                file.seek(SeekFrom::Start(self.length))?;
            }
            Target::Spool(spool) => {
                spool.set_len(self.length)?;
                spool.seek(SeekFrom::Start(self.length))?;
            }
        }
        Ok(())
    }

    /// Returns a range, and goes back to the end.
    fn read(&mut self, range: Range<u64>) -> io::Result<Vec<u8>> {
        match &mut self.target {
            Target::File(file) => read(file, range),
            Target::Spool(spool) => read(spool, range),
        }
    }

    /// Copies a range to `to`, and goes back to the end.
    fn copy(&mut self, start: u64, end: u64, to: &mut File, hasher: &mut blake3::Hasher) -> io::Result<u64> {
        let length = end.saturating_sub(start);
        match &mut self.target {
            Target::File(file) => copy(file, start, length, to, hasher),
            Target::Spool(spool) => copy(spool, start, length, to, hasher),
        }
    }
}

fn read(from: &mut (impl Read + Seek), range: Range<u64>) -> io::Result<Vec<u8>> {
    from.seek(SeekFrom::Start(range.start))?;
    let mut bytes = Vec::new();
    from.take(range.end.saturating_sub(range.start)).read_to_end(&mut bytes)?;
    from.seek(SeekFrom::End(0))?;
    Ok(bytes)
}

fn copy(
    from: &mut (impl Read + Seek),
    start: u64,
    length: u64,
    to: &mut File,
    hasher: &mut blake3::Hasher,
) -> io::Result<u64> {
    from.seek(SeekFrom::Start(start))?;
    let mut rest = from.take(length);
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut copied = 0;
    loop {
        let count = rest.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        to.write_all(&buffer[..count])?;
        hasher.update(&buffer[..count]);
        copied += count as u64;
    }
    from.seek(SeekFrom::End(0))?;
    Ok(copied)
}

#[cfg(test)]
mod tests {
    use super::*;
    use edits::Disposition;

    const ACCEPTED: Stream = Stream::Claims(Disposition::Accepted);
    const SECTION: Stream = Stream::Report(0, responses::brr::Section::Rejected);

    #[test]
    fn going_back_to_a_mark_leaves_no_trace() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = FileStore::new(Some(folder.path()), folder.path());
        let long = vec![b'x'; BUFFER_BYTES + 1];
        for stream in [ACCEPTED, SECTION] {
            store.append(stream, &[b"kept,"]).unwrap();
        }
        store.mark().unwrap();
        for stream in [ACCEPTED, SECTION, Stream::Results] {
            store.append(stream, &[&long, b"gone"]).unwrap();
        }
        store.rewind().unwrap();
        assert!(!folder.path().join(RESULTS_FILE_NAME).exists());
        for stream in [ACCEPTED, SECTION, Stream::Results] {
            store.append(stream, &[b"again"]).unwrap();
        }
        for stream in [ACCEPTED, SECTION] {
            assert_eq!(store.read(stream, 3..8).unwrap(), b"t,aga");
            assert_eq!(store.read(stream, 5..5).unwrap(), b"");
        }
        let accepted = store.assemble("accepted.837", &[Part::Stream(ACCEPTED, 0..10)]).unwrap();
        let results = store.assemble(RESULTS_FILE_NAME, &[Part::Stream(Stream::Results, 0..5)]).unwrap();
        let parts = [Part::Bytes(b"<".to_vec()), Part::Stream(SECTION, 5..10), Part::Bytes(b">".to_vec())];
        let report = store.assemble("brr.html", &parts).unwrap();
        for (file, content) in [(accepted, &b"kept,again"[..]), (results, b"again"), (report, b"<again>")] {
            assert_eq!(std::fs::read(folder.path().join(&file.name)).unwrap(), content);
            assert_eq!(file.bytes, content.len() as u64);
            assert_eq!(&file.blake3, blake3::hash(content).as_bytes());
        }
    }
}
