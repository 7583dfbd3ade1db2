//! Why a command could not do what it was asked: what went wrong, and what to do about it.

use std::fmt;
use std::io::{self, Write as _};
use std::path::Path;

use crate::exit::Exit;

/// A failure with its exit code.
#[derive(Debug)]
pub struct Failure {
    /// How the process ends.
    pub exit: Exit,
    /// Where and what, in a sentence.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Failure {
    /// A command line or configuration that asks for something that cannot be.
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Failure {
        Failure { exit: Exit::Usage, message: message.into(), hint: Some(hint.into()) }
    }

    /// An input that cannot be read.
    pub fn unreadable(message: impl Into<String>, hint: impl Into<String>) -> Failure {
        Failure { exit: Exit::Unreadable, message: message.into(), hint: Some(hint.into()) }
    }

    /// An end that needs no words.
    pub fn silent(exit: Exit) -> Failure {
        Failure { exit, message: String::new(), hint: None }
    }

    /// Says it on standard error, unless it needs no words.
    pub fn say(&self) {
        if !self.message.is_empty() {
            // If even standard error is gone, the exit code still tells.
            let _ = writeln!(anstream::stderr(), "{self}");
        }
    }

    /// A file or folder that cannot be used; a full disk and a busy file may be better later.
    pub fn io(what: &str, path: &Path, error: &io::Error) -> Failure {
        let (exit, hint) = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                (Exit::TryLater, Some("free some space and run it again; nothing was lost".to_owned()))
            }
            io::ErrorKind::ResourceBusy => {
                (Exit::TryLater, Some("wait until it is written, and run it again".to_owned()))
            }
            io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied => {
                (Exit::Unreadable, Some("check the path and who may read it".to_owned()))
            }
            io::ErrorKind::InvalidInput => {
                (Exit::Usage, Some("begin with a smaller --control-number".to_owned()))
            }
            io::ErrorKind::BrokenPipe => (Exit::Fault, None),
            _ => (Exit::Unreadable, None),
        };
        Failure { exit, message: format!("{what} {}: {error}", path.display()), hint }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "error: {}", self.message)?;
        if let Some(hint) = self.hint.as_deref().filter(|hint| !hint.is_empty()) {
            write!(out, "\nhint: {hint}")?;
        }
        Ok(())
    }
}
