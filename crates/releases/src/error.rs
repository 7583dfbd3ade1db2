//! What can be wrong with a folder of releases.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a folder of releases cannot be used.
#[derive(Debug)]
pub enum Error {
    /// A file or folder cannot be read or written.
    Io {
        /// What was being done.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// Why not.
        error: io::Error,
    },
    /// A file is not what was written there.
    Damaged {
        /// Which.
        path: PathBuf,
        /// In what way.
        how: &'static str,
    },
    /// Somebody else switched in the meantime.
    Overtaken {
        /// The switch that was looked at, 0 for none.
        expected: u64,
        /// The last one now.
        found: u64,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Io { what, path, error } => write!(f, "{what} {}: {error}", path.display()),
            Error::Damaged { path, how } => write!(f, "{}: {how}", path.display()),
            Error::Overtaken { expected, found } => {
                write!(f, "switch {found} was made since switch {expected} was looked at")
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Io { error, .. } => Some(error),
            Error::Damaged { .. } | Error::Overtaken { .. } => None,
        }
    }
}
