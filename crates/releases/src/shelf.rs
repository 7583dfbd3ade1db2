//! The folder itself.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::records::{Anchor, Entry, Switch};
use crate::requests::Request;

const FILES: &str = "files";
const RELEASES: &str = "releases";
const REQUESTS: &str = "requests";
const SWITCHES: &str = "switches";
const ANCHORS: &str = "anchors";
const FOLDERS: [&str; 5] = [FILES, RELEASES, REQUESTS, SWITCHES, ANCHORS];
const LOCK: &str = "lock";
const ENDING: &str = ".json";

/// A folder of releases.
#[derive(Clone, Debug)]
pub struct Shelf {
    folder: PathBuf,
}

/// What became of a release that was brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Brought {
    /// It is kept.
    New,
    /// These very bytes were kept before.
    Known,
}

impl Shelf {
    /// Names the folder, which need not be there yet.
    pub fn at(folder: impl Into<PathBuf>) -> Shelf {
        Shelf { folder: folder.into() }
    }

    /// Returns where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Returns whether anything was ever kept here.
    pub fn is_there(&self) -> bool {
        self.folder.join(RELEASES).is_dir()
    }

    /// Returns the SHA-256 of `bytes`, in hexadecimal digits.
    pub fn sha256(bytes: &[u8]) -> String {
        let digit = |half: u8| char::from_digit(half.into(), 16).expect("four bits are one digit");
        Sha256::digest(bytes).iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xF)]).collect()
    }

    /// Keeps a release, on disk when this returns.
    ///
    /// Invariant: `entry.sha256` is that of `bytes`, and its id is made of characters that a file name may have.
    pub fn keep(&self, bytes: &[u8], entry: &Entry) -> Result<Brought, Error> {
        let _lock = self.lock()?;
        let record = self.record(RELEASES, &entry.id);
        if record.exists() {
            return Ok(Brought::Known);
        }
        write(&self.folder.join(FILES).join(&entry.sha256), bytes)?;
        // The record last: where it stands, the bytes do too.
        write(&record, &json(entry))?;
        Ok(Brought::New)
    }

    /// Returns every release, sorted by its id.
    pub fn entries(&self) -> Result<Vec<Entry>, Error> {
        let mut entries: Vec<Entry> = self.only_records(RELEASES)?;
        entries.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(entries)
    }

    /// Returns the bytes of a release, as they were received.
    ///
    /// Errors: they are not those that were received.
    pub fn read(&self, entry: &Entry) -> Result<Vec<u8>, Error> {
        let path = self.folder.join(FILES).join(&entry.sha256);
        let bytes = read_file(&path)?;
        if Shelf::sha256(&bytes) == entry.sha256 {
            return Ok(bytes);
        }
        Err(Error::Damaged { path, how: "the bytes are not those that were received: the SHA-256 differs" })
    }

    /// Returns every switch, the one in force last.
    ///
    /// Errors: one is missing, or is not as it was written.
    pub fn switches(&self) -> Result<Vec<Switch>, Error> {
        // The anchors first: whoever switches meanwhile writes the anchor last.
        let anchors: Vec<(Anchor, String)> = self.records(ANCHORS)?;
        let mut switches: Vec<(Switch, String)> = self.records(SWITCHES)?;
        switches.sort_by_key(|(switch, _)| switch.number);
        let last = switches.last().map_or(0, |(switch, _)| switch.number);
        let anchored = anchors.iter().map(|(anchor, _)| anchor.number).max().unwrap_or(0);
        for number in 1..=last.max(anchored) {
            let damaged = |kind, how| Error::Damaged { path: self.record(kind, &numbered(number)), how };
            let mut own = switches.iter().filter(|(switch, _)| switch.number == number);
            let (Some((_, sha256)), None) = (own.next(), own.next()) else {
                return Err(damaged(SWITCHES, "the record is missing"));
            };
            match anchors.iter().find(|(anchor, _)| anchor.number == number) {
                Some((anchor, _)) if anchor.sha256 != *sha256 => {
                    return Err(damaged(
                        SWITCHES,
                        "it is not the record that was written: the SHA-256 differs",
                    ));
                }
                None if number < anchored => return Err(damaged(ANCHORS, "the record is missing")),
                _ => {}
            }
        }
        Ok(switches.into_iter().map(|(switch, _)| switch).collect())
    }

    /// Switches to the releases of `switch`, on disk when this returns.
    ///
    /// Its number must be the next, so that nobody undoes what he has not seen.
    /// Errors: [`Error::Overtaken`] if it is not.
    pub fn switch(&self, switch: &Switch) -> Result<(), Error> {
        let _lock = self.lock()?;
        let switches = self.switches()?;
        let last = switches.last().map_or(0, |last| last.number);
        if last + 1 != switch.number {
            return Err(Error::Overtaken { expected: switch.number.saturating_sub(1), found: last });
        }
        // Whoever was killed between a switch and its anchor has left that to the next.
        switches.iter().try_for_each(|switch| self.anchor(switch))?;
        write(&self.record(SWITCHES, &numbered(switch.number)), &json(switch))?;
        self.anchor(switch)
    }

    /// Writes the anchor of a switch that has none.
    fn anchor(&self, switch: &Switch) -> Result<(), Error> {
        let anchor = self.record(ANCHORS, &numbered(switch.number));
        if anchor.exists() {
            return Ok(());
        }
        let record = read_file(&self.record(SWITCHES, &numbered(switch.number)))?;
        let sha256 = Shelf::sha256(&record);
        write(&anchor, &json(&Anchor { number: switch.number, sha256 }))
    }

    /// Returns every request as it stands, sorted by its id.
    pub fn requests(&self) -> Result<Vec<Request>, Error> {
        let mut requests: Vec<Request> = self.only_records(REQUESTS)?;
        requests.sort_by(|one, other| (&one.id, other.version).cmp(&(&other.id, one.version)));
        // Of the changes of one request, the last comes first.
        requests.dedup_by(|later, first| later.id == first.id);
        Ok(requests)
    }

    /// Writes a change of a request, on disk when this returns.
    ///
    /// Its version must be the next, so that nobody undoes what he has not seen.
    /// Errors: [`Error::Overtaken`] if it is not.
    pub fn put_request(&self, request: &Request) -> Result<(), Error> {
        let _lock = self.lock()?;
        let requests = self.requests()?;
        let last = requests.iter().find(|other| other.id == request.id).map_or(0, |last| last.version);
        if last + 1 != request.version {
            let expected = request.version.saturating_sub(1).into();
            return Err(Error::Overtaken { expected, found: last.into() });
        }
        write(&self.record(REQUESTS, &format!("{}.{:04}", request.id, request.version)), &json(request))
    }

    fn record(&self, kind: &str, name: &str) -> PathBuf {
        self.folder.join(kind).join(format!("{name}{ENDING}"))
    }

    fn only_records<R: DeserializeOwned>(&self, kind: &str) -> Result<Vec<R>, Error> {
        self.records(kind).map(|records| records.into_iter().map(|(record, _)| record).collect())
    }

    /// Returns every record of a kind, each with the SHA-256 of its bytes.
    fn records<R: DeserializeOwned>(&self, kind: &str) -> Result<Vec<(R, String)>, Error> {
        let folder = self.folder.join(kind);
        let names = match fs::read_dir(&folder) {
            Ok(names) => names,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(io_error("cannot read", &folder)(error)),
        };
        let mut records = Vec::new();
        for name in names {
            let path = name.map_err(io_error("cannot read", &folder))?.path();
            // What is written aside begins with a dot, and is none of ours until it is moved.
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if name.starts_with('.') || !name.ends_with(ENDING) {
                continue;
            }
            let bytes = read_file(&path)?;
            let record = serde_json::from_slice(&bytes)
                .map_err(|_| Error::Damaged { path, how: "it is not a record as it was written" })?;
            records.push((record, Shelf::sha256(&bytes)));
        }
        Ok(records)
    }

    /// Waits until nobody else changes anything; the lock ends with the value, and with the process.
    fn lock(&self) -> Result<File, Error> {
        for folder in FOLDERS {
            let folder = self.folder.join(folder);
            fs::create_dir_all(&folder).map_err(io_error("cannot make", &folder))?;
        }
        let path = self.folder.join(LOCK);
        let file = open_file("cannot lock", OpenOptions::new().create(true).append(true), &path)?;
        file.lock().map_err(io_error("cannot lock", &path))?;
        // What was written aside by somebody who was killed is nobody's.
        for folder in FOLDERS {
            intake::sweep(&self.folder.join(folder));
        }
        Ok(file)
    }
}

/// Returns the bytes of a file.
fn read_file(path: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let mut file = open_file("cannot read", OpenOptions::new().read(true), path)?;
    file.read_to_end(&mut bytes).map_err(io_error("cannot read", path))?;
    Ok(bytes)
}

/// Opens a file of the folder.
///
/// Errors: it is none, since a link can lead anywhere, and a pipe or a device can keep whoever opens it waiting for ever.
fn open_file(what: &'static str, how: &mut OpenOptions, path: &Path) -> Result<File, Error> {
    let no_file = || Error::Damaged {
        path: path.to_owned(),
        how: "it is a link, a pipe, a device or a folder, and no file of its own",
    };
    let file = how.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(path).map_err(|error| {
        // A link, or a socket or a pipe that nobody reads, or a folder that was to be written to.
        match error.raw_os_error() {
            Some(libc::ELOOP | libc::ENXIO | libc::EISDIR) => no_file(),
            _ => io_error(what, path)(error),
        }
    })?;
    match file.metadata() {
        Ok(data) if data.is_file() => Ok(file),
        Ok(_) => Err(no_file()),
        Err(error) => Err(io_error(what, path)(error)),
    }
}

/// Returns the name of the record with that number.
fn numbered(number: u64) -> String {
    format!("{number:06}")
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    intake::write_file(path, bytes, true).map_err(io_error("cannot write", path))
}

fn json(record: &impl Serialize) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(record).expect("rows of strings and numbers are always JSON");
    text.push(b'\n');
    text
}

fn io_error(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error + use<> {
    let path = path.to_owned();
    move |error| Error::Io { what, path, error }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::{State, SwitchKind};

    fn entry(bytes: &[u8], id: &str) -> Entry {
        Entry {
            id: id.to_owned(),
            list: "pdac".to_owned(),
            release: "2025-10-05".to_owned(),
            publisher: "PDAC".to_owned(),
            file_name: "list.csv".to_owned(),
            sha256: Shelf::sha256(bytes),
            bytes: bytes.len() as u64,
            posted: None,
            posted_given: false,
            covers_from: None,
            covers_through: None,
            columns: vec![],
            rows: 1,
            relations: 1,
            merged: 0,
            set_aside: vec![],
            overruled: vec![],
            imported_by: "coder".to_owned(),
            imported_at: "2025-11-03T08:00:00Z".to_owned(),
        }
    }

    fn switch(number: u64, releases: &[&str]) -> Switch {
        Switch {
            number,
            kind: SwitchKind::Activate,
            releases: releases.iter().map(|&id| id.to_owned()).collect(),
            snapshot: number.to_string(),
            by: "coder".to_owned(),
            second: None,
            at: "2025-11-03T08:00:00Z".to_owned(),
        }
    }

    #[test]
    fn what_was_kept_comes_back_and_is_kept_once() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::at(folder.path().join("deep/shelf"));
        assert!(!shelf.is_there() && shelf.entries().unwrap().is_empty());
        let (one, two) = (entry(b"1", "pdac-b"), entry(b"2", "pdac-a"));
        assert_eq!(shelf.keep(b"1", &one).unwrap(), Brought::New);
        assert_eq!(shelf.keep(b"2", &two).unwrap(), Brought::New);
        assert_eq!(shelf.keep(b"1", &one).unwrap(), Brought::Known);
        assert_eq!(shelf.entries().unwrap(), [two, one.clone()]);
        assert_eq!(shelf.read(&one).unwrap(), b"1");
    }

    #[test]
    fn what_a_killed_writer_has_left_goes_with_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::at(folder.path());
        shelf.keep(b"1", &entry(b"1", "pdac-a")).unwrap();
        let files = folder.path().join(FILES);
        fs::write(files.join(".claimgate-left.lock"), "").unwrap();
        fs::create_dir(files.join(".claimgate-left.partial")).unwrap();
        shelf.keep(b"2", &entry(b"2", "pdac-b")).unwrap();
        let names = fs::read_dir(&files).unwrap().map(|name| name.unwrap().file_name());
        assert_eq!(names.filter(|name| name.to_string_lossy().starts_with('.')).count(), 0);
    }

    #[test]
    fn a_file_that_was_changed_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::at(folder.path());
        let one = entry(b"1", "pdac-a");
        shelf.keep(b"1", &one).unwrap();
        fs::write(folder.path().join(FILES).join(&one.sha256), "2").unwrap();
        assert!(matches!(shelf.read(&one), Err(Error::Damaged { .. })));
        fs::write(folder.path().join(RELEASES).join("pdac-a.json"), "{").unwrap();
        assert!(matches!(shelf.entries(), Err(Error::Damaged { .. })));
    }

    #[test]
    fn a_request_stands_as_it_was_changed_last() {
        use crate::requests::{Drug, RequestState, Requester};
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::at(folder.path());
        let request = |id: &str, version, state| Request {
            id: id.to_owned(),
            version,
            state,
            hcpcs: "J0897".to_owned(),
            ndc: "99501021005".to_owned(),
            requester: Requester::default(),
            drug: Drug::default(),
            first_date: None,
            last_date: None,
            claims: 1,
            lines: 1,
            charge_cents: 100,
            snapshot: String::new(),
            searched: vec![],
            reason: String::new(),
            decision: None,
            by: "coder".to_owned(),
            at: "2025-11-03T08:00:00Z".to_owned(),
        };
        for (id, version, state) in
            [("a", 1, RequestState::Draft), ("b", 1, RequestState::Draft), ("a", 2, RequestState::Sent)]
        {
            shelf.put_request(&request(id, version, state)).unwrap();
        }
        let again = shelf.put_request(&request("a", 2, RequestState::Declined));
        assert!(matches!(again, Err(Error::Overtaken { expected: 1, found: 2 })));
        let states: Vec<_> = shelf.requests().unwrap().into_iter().map(|one| (one.id, one.state)).collect();
        assert_eq!(states, [("a".to_owned(), RequestState::Sent), ("b".to_owned(), RequestState::Draft)]);
        assert!(!RequestState::Declined.can_become(RequestState::Approved));
    }

    #[test]
    fn nobody_undoes_a_switch_that_he_has_not_seen() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::at(folder.path());
        shelf.switch(&switch(1, &["a"])).unwrap();
        shelf.switch(&switch(2, &["b"])).unwrap();
        let overtaken = shelf.switch(&switch(2, &["c"]));
        assert!(matches!(overtaken, Err(Error::Overtaken { expected: 1, found: 2 })));
        let switches = shelf.switches().unwrap();
        assert_eq!(switches, [switch(1, &["a"]), switch(2, &["b"])]);
        let states = ["a", "b", "c"].map(|id| State::of(id, &switches));
        assert_eq!(states, [State::Retired, State::Active, State::Draft]);
    }
}
