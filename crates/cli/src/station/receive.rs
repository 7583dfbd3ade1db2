//! How bytes become a submission: a private copy, its hash, and a row in the ledger.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use intake::{Kept, copy_unsynced, gone, keep_copy};
use ledger::{Act, Ledger, Reception, Route, Submission, Usage};

use super::ending::{Ending, ending_of};
use super::id::new_id;
use super::layout::Layout;
use super::{Station, own, unusable};
use crate::failure::Failure;
use crate::stamp::Stamp;

/// A submission whose bytes are still to be made safe.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// Its id.
    pub id: String,
    /// Who sends it.
    pub partner: String,
    /// How it came in.
    pub route: Route,
    /// What it is for.
    pub usage: Usage,
    /// Its name as sent.
    pub name: Vec<u8>,
}

impl Incoming {
    /// Gives a new submission its id.
    pub fn new(partner: &str, route: Route, usage: Usage, name: &[u8]) -> io::Result<Incoming> {
        Ok(Incoming { id: new_id()?, partner: partner.to_owned(), route, usage, name: name.to_owned() })
    }
}

const UNREAD: &str = "unread:";

/// Returns what stands in place of the hash of a submission that is larger than is taken: its bytes are not read, and no two of them are held to be the same.
pub fn unread(id: &str) -> String {
    format!("{UNREAD}{id}")
}

/// Returns whether a hash says that the bytes were never read.
pub fn is_unread(sha256: &str) -> bool {
    sha256.starts_with(UNREAD)
}

/// Returns the hash of a submission in words.
pub fn shown_sha256(submission: &Submission) -> &str {
    if is_unread(&submission.sha256) { "none, as the file was not read" } else { &submission.sha256 }
}

/// Makes the private copy of a small file, which is still to be synced; what a killed attempt has left is replaced.
pub fn copy(layout: &Layout, id: &str, source: impl Read) -> io::Result<Kept> {
    let place = layout.blob(id);
    gone(fs::remove_file(&place))?;
    copy_unsynced(source, &place)
}

/// Makes the private copy, which is on disk when this returns; what a killed attempt has left is replaced.
pub fn keep(layout: &Layout, id: &str, source: impl Read, bytes_max: Option<u64>) -> io::Result<Kept> {
    let place = layout.blob(id);
    gone(fs::remove_file(&place))?;
    keep_copy(source, &place, bytes_max)
}

/// Makes a submission of what came in, of so many bytes and with that hash.
pub fn submission(incoming: &Incoming, bytes: u64, sha256: String) -> Submission {
    let Incoming { id, partner, route, usage, name } = incoming.clone();
    let received_at = Stamp::or_clock(None).text();
    Submission { id, partner, route, usage, name, sha256, bytes, received_at, duplicate_of: None }
}

/// Enters submissions whose copies are safe; once this returns they are received, whatever happens.
pub fn enter(station: &mut Station, submissions: &[Submission]) -> Result<Vec<Reception>, Failure> {
    let mut receptions = Vec::new();
    let entered = station.ledger.together(&mut |ledger| {
        for submission in submissions {
            let act = Act { at: &submission.received_at, who: "station", why: "" };
            receptions.push(ledger.receive(submission, &act)?);
        }
        Ok(())
    });
    entered.map(|()| receptions).map_err(unusable)
}

/// Receives what `source` has to its end, if that is whole.
///
/// Errors: it is no X12, or its last interchange is not closed, so that more should have come; nothing was received then.
pub fn receive(
    station: &mut Station,
    incoming: &Incoming,
    source: impl Read,
    bytes_max: Option<u64>,
) -> Result<Reception, Failure> {
    let place = station.layout.blob(&incoming.id);
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::FileTooLarge => {
            Failure::io("cannot receive from", Path::new("standard input"), &error)
        }
        _ => own("cannot keep", &place, &error),
    };
    let kept = keep(&station.layout, &incoming.id, source, bytes_max).map_err(failed)?;
    let ending = File::open(&place).and_then(|file| ending_of(&file, kept.bytes)).map_err(failed)?;
    if ending == Ending::Closed {
        let submission = submission(incoming, kept.bytes, kept.sha256.clone());
        let act = Act { at: &submission.received_at, who: "station", why: "" };
        return station.ledger.receive(&submission, &act).map_err(unusable);
    }
    fs::remove_file(&place).map_err(failed)?;
    Err(Failure::unreadable(
        "the stream does not end with an interchange that is closed",
        "send it whole, up to the IEA of its last interchange; nothing was received",
    ))
}
