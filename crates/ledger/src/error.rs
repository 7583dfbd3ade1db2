//! Why a step was not taken.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a step was not taken.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The store cannot be read or written.
    Store(rusqlite::Error),
    /// A file cannot be read or written.
    Io {
        /// What was being done.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// What a step was given could not be read to its end.
    Source(io::Error),
    /// The store does not keep its word after a power cut; nothing is written to it.
    NotDurable,
    /// The store was written by a later version of this program.
    TooNew {
        /// The version of its tables.
        found: i64,
        /// The last version that is known here.
        known: i64,
    },
    /// There is one already.
    Taken(String),
    /// There is none.
    Unknown(String),
    /// So many control numbers are not left.
    UsedUp,
    /// The run is not where the step wants it.
    NotOpen(i64),
    /// A claim of a run came in another too, claims of which are entered ahead: which came first is known when that is closed, or taken back.
    Ahead {
        /// The run.
        run: i64,
        /// The other one.
        of: i64,
    },
    /// Claims or charges do not add up.
    Unbalanced {
        /// The run.
        run: i64,
        /// Between what.
        between: &'static str,
    },
}

impl Error {
    /// Returns whether the same step may be taken later: the disk is full, or somebody else is writing.
    pub fn may_pass(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, DiskFull};
        match self {
            Error::Store(error) => {
                matches!(error.sqlite_error_code(), Some(DatabaseBusy | DatabaseLocked | DiskFull))
            }
            Error::Io { error, .. } | Error::Source(error) => {
                matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
            }
            _ => false,
        }
    }

    /// Returns whether the store is no database, or one whose pages are damaged, so that nothing can say what else holds.
    pub fn is_unreadable(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        let Error::Store(error) = self else { return false };
        matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Store(error) => write!(out, "the ledger cannot be used: {error}"),
            Error::Io { what, path, error } => write!(out, "{what} {}: {error}", path.display()),
            Error::Source(error) => write!(out, "what is entered cannot be read: {error}"),
            Error::NotDurable => {
                out.write_str("the ledger would not survive a power cut: its journal is not WAL, or it does not sync in full")
            }
            Error::TooNew { found, known } => {
                write!(out, "the ledger has tables of version {found}; this program knows them up to {known}")
            }
            Error::Taken(what) => write!(out, "{what} is there already"),
            Error::Unknown(what) => write!(out, "there is no {what}"),
            Error::UsedUp => out.write_str("so many control numbers are not left up to 999999999"),
            Error::NotOpen(run) => write!(out, "run {run} is not where this step wants it"),
            Error::Ahead { run, of } => {
                write!(out, "run {run} has a claim that came in run {of} too, which is being entered")
            }
            Error::Unbalanced { run, between } => write!(out, "run {run} does not balance: {between}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Store(error) => Some(error),
            Error::Io { error, .. } | Error::Source(error) => Some(error),
            _ => None,
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Error {
        Error::Store(error)
    }
}
