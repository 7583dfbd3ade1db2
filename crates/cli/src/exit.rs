//! Exit codes, and which of several wins.

use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done; rejections are a normal result.
    Done,
    /// An internal fault, or verdicts that do not add up.
    Fault,
    /// Wrong usage or configuration.
    Usage,
    /// Claims were rejected, and the caller asked to be told.
    Rejected,
    /// An interchange, group or set was refused.
    Refused,
    /// The input cannot be read, or is cut off.
    Unreadable,
    /// The same bytes were received before.
    Duplicate,
    /// Claims are held.
    Held,
    /// Whoever read standard output has gone.
    ReaderGone,
    /// Something may be better later: a full disk, a file that is being written.
    TryLater,
}

/// What `--help` and the manual say of exit codes.
pub const EXIT_CODES: &str = "\
Exit codes, the most severe of several first:
  1   internal fault, or verdicts that do not add up; no outputs
  2   wrong usage or configuration
  75  try later: disk full, or the input is being written
  5   input unreadable or cut off
  6   the same bytes were received before (submit)
  4   an interchange, group or transaction set was refused
  3   claims were rejected (check, or --fail-on reject)
  7   claims are held until a list covers their date
  0   done; rejected claims are a normal result";

/// What they say of signals.
pub const SIGNALS: &str = "\
On SIGHUP, SIGINT or SIGTERM a run removes what it has half built and ends as by that signal,
which a shell shows as 129, 130 or 143. If whoever reads standard output goes, it ends without a
word and as by SIGPIPE, 141.";

impl Exit {
    /// Every code, the most severe first.
    const ORDER: [Exit; 10] = [
        Exit::ReaderGone,
        Exit::Fault,
        Exit::Usage,
        Exit::TryLater,
        Exit::Unreadable,
        Exit::Duplicate,
        Exit::Refused,
        Exit::Rejected,
        Exit::Held,
        Exit::Done,
    ];

    /// Returns the more severe of two.
    pub fn worst(self, other: Exit) -> Exit {
        let first = Exit::ORDER.into_iter().find(|&exit| exit == self || exit == other);
        first.unwrap_or(self)
    }

    /// Returns the number that the process ends with.
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Fault => 1,
            Exit::Usage => 2,
            Exit::Rejected => 3,
            Exit::Refused => 4,
            Exit::Unreadable => 5,
            Exit::Duplicate => 6,
            Exit::Held => 7,
            Exit::TryLater => 75,
            // As a shell shows the end by SIGPIPE.
            Exit::ReaderGone => 141,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_severe_wins() {
        let worst = Exit::ORDER.map(Exit::code);
        assert_eq!(worst, [141, 1, 2, 75, 5, 6, 4, 3, 7, 0]);
        for (place, one) in Exit::ORDER.into_iter().enumerate() {
            for other in &Exit::ORDER[place..] {
                assert_eq!(one.worst(*other), one);
                assert_eq!(other.worst(one), one);
            }
        }
    }
}
