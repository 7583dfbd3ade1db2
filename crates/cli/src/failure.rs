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
    /// What kind of failure, for programs: the code of a fault, or a word; nothing of any input is in it.
    pub class: &'static str,
    /// Where and what, in a sentence.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Failure {
    /// A command line or configuration that asks for something that cannot be.
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Failure {
        Failure { exit: Exit::Usage, class: "usage", message: message.into(), hint: Some(hint.into()) }
    }

    /// An input that cannot be read.
    pub fn unreadable(message: impl Into<String>, hint: impl Into<String>) -> Failure {
        let (message, hint) = (message.into(), Some(hint.into()));
        Failure { exit: Exit::Unreadable, class: "unreadable", message, hint }
    }

    /// A fault that is nobody's but the program's or the machine's.
    pub fn internal(message: impl Into<String>) -> Failure {
        Failure { exit: Exit::Fault, class: "internal", message: message.into(), hint: None }
    }

    /// An end that needs no words.
    pub fn silent(exit: Exit) -> Failure {
        Failure { exit, ..Failure::internal("") }
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
        let (exit, class, hint) = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                (Exit::TryLater, "disk_full", Some("free some space and run it again; nothing was lost"))
            }
            io::ErrorKind::ResourceBusy => {
                (Exit::TryLater, "being_written", Some("wait until it is written, and run it again"))
            }
            io::ErrorKind::NotFound => {
                (Exit::Unreadable, "not_found", Some("check the path and who may read it"))
            }
            io::ErrorKind::PermissionDenied => {
                (Exit::Unreadable, "not_permitted", Some("check the path and who may read it"))
            }
            // The bound of the configuration; a file system has its own, which cannot be raised.
            io::ErrorKind::FileTooLarge if error.raw_os_error().is_none() => {
                (Exit::Unreadable, "too_large", Some("send it in parts, or raise limits.file_bytes_max"))
            }
            io::ErrorKind::InvalidInput => {
                (Exit::Usage, "usage", Some("begin with a smaller --control-number"))
            }
            io::ErrorKind::BrokenPipe => (Exit::Fault, "internal", None),
            _ => (Exit::Unreadable, "unreadable", None),
        };
        let message = format!("{what} {}: {error}", path.display());
        Failure { exit, class, message, hint: hint.map(str::to_owned) }
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
