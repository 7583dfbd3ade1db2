//! What a station has to find on its machine so that nothing is lost: check by check, with why it matters and what to do.
//!
//! A check looks and changes nothing, but for files of its own in folders that only the station enters.
//! It must not know who asks: `doctor` shows all of them, `serve` refuses to begin on those without which files would be lost.

mod disk;
mod folders;
mod lists;
mod memory;
mod sshd;

use std::path::{Path, PathBuf};

use ledger::{Ledger, Partner};
use serde::Serialize;

use super::{Station, unusable};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::stamp::Stamp;

pub use disk::free;
pub use folders::remake;

/// What is looked at.
pub struct Subject<'s> {
    /// The station.
    pub station: &'s Station,
    /// Everybody who sends to it.
    pub partners: Vec<Partner>,
    /// What is configured.
    pub settings: &'s Settings,
    /// The folder of kept releases, where the command line names it.
    pub crosswalk: Option<&'s Path>,
    /// The program that tells the configuration of sshd.
    pub sshd: PathBuf,
    /// The moment.
    pub now: Stamp,
}

impl<'s> Subject<'s> {
    /// Takes a station as the configuration has it.
    pub fn of(station: &'s Station, settings: &'s Settings) -> Result<Subject<'s>, Failure> {
        let partners = station.ledger.partners().map_err(unusable)?;
        let (sshd, now) = (PathBuf::from(sshd::PROGRAM), Stamp::or_clock(None));
        Ok(Subject { station, partners, settings, crosswalk: None, sshd, now })
    }
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It is as it should be.
    Holds,
    /// It cannot be seen from here.
    Unknown,
    /// The station works, but less well or less safely than it could.
    Warns,
    /// The station does not work, or not safely.
    Fails,
}

/// What a check has found.
pub struct Answer {
    verdict: Verdict,
    /// What there is, in words.
    found: String,
    /// What to do; empty if nothing.
    remedy: String,
    /// How a command ends for it.
    exit: Exit,
}

impl Answer {
    fn holds(found: impl Into<String>) -> Answer {
        Answer { verdict: Verdict::Holds, found: found.into(), remedy: String::new(), exit: Exit::Done }
    }

    fn unknown(found: impl Into<String>, remedy: impl Into<String>) -> Answer {
        Answer { verdict: Verdict::Unknown, remedy: remedy.into(), ..Answer::holds(found) }
    }

    fn warns(found: impl Into<String>, remedy: impl Into<String>) -> Answer {
        Answer { verdict: Verdict::Warns, remedy: remedy.into(), ..Answer::holds(found) }
    }

    fn fails(exit: Exit, found: impl Into<String>, remedy: impl Into<String>) -> Answer {
        Answer { verdict: Verdict::Fails, exit, remedy: remedy.into(), ..Answer::holds(found) }
    }

    /// What somebody else's words say is wrong.
    fn failure(failure: Failure) -> Answer {
        Answer::fails(failure.exit, failure.message, failure.hint.unwrap_or_default())
    }
}

/// A check.
struct Check {
    name: &'static str,
    /// What would happen without.
    why: &'static str,
    /// Whether files would be lost, or never answered, without.
    is_vital: bool,
    look: fn(&Subject<'_>) -> Answer,
}

/// Whether the ledger keeps its word; without one that can be opened, no other check is made.
const LEDGER: Check = Check {
    name: "ledger",
    why: "What was acknowledged must be on disk after a power cut: a write-ahead log, synced at every commit.",
    is_vital: true,
    look: memory::settings,
};

/// Every check, in the order in which one builds on the other.
static CHECKS: [Check; 15] = [
    Check {
        name: "file system",
        why: "Files are taken and delivered by renaming, which is whole or not at all on one file system only.",
        is_vital: true,
        look: disk::one_file_system,
    },
    Check {
        name: "rename",
        why: "A file that replaced another of its name would lose it.",
        is_vital: true,
        look: disk::rename,
    },
    Check {
        name: "paths",
        why: "A link in the folder of one partner must not lead to files of another (openat2).",
        is_vital: true,
        look: disk::paths,
    },
    Check {
        name: "leases",
        why: "By a read lease the kernel tells whether somebody still writes to a file; without, a file has to rest first.",
        is_vital: false,
        look: disk::leases,
    },
    Check {
        name: "inotify",
        why: "Without hints of the kernel, files are found by looking through the folders at intervals.",
        is_vital: false,
        look: disk::inotify,
    },
    Check {
        name: "space",
        why: "On a full disk nothing is lost, but nothing is taken or answered either.",
        is_vital: false,
        look: disk::space,
    },
    Check {
        name: "clock",
        why: "Answers carry the time, and the order of the audit trail is told by it.",
        is_vital: false,
        look: memory::clock,
    },
    LEDGER,
    Check {
        name: "audit trail",
        why: "What was changed behind the ledger's back no longer fits the trail.",
        is_vital: false,
        look: memory::trail,
    },
    Check {
        name: "anchors",
        why: "Whoever can write the ledger can write a trail anew, but not the heads that are kept elsewhere.",
        is_vital: false,
        look: memory::anchors,
    },
    Check {
        name: "files",
        why: "What was received and is not there cannot be judged, such as on another machine to which the ledger alone was copied.",
        is_vital: false,
        look: memory::kept,
    },
    Check {
        name: "crosswalks",
        why: "Claims of dates that no list covers are held.",
        is_vital: false,
        look: lists::coverage,
    },
    Check {
        name: "partners",
        why: "Whoever has no folders can put nothing down, and finds no answer.",
        is_vital: false,
        look: folders::partners,
    },
    Check {
        name: "folders",
        why: "What partners sent is health data, and sshd shuts nobody into a folder that others can write to.",
        is_vital: false,
        look: folders::modes,
    },
    Check {
        name: "sshd",
        why: "Shut into its folder, without links and without a shell, a partner reaches nothing else.",
        is_vital: false,
        look: sshd::snippet,
    },
];

/// A check that was made.
#[derive(Serialize)]
pub struct Checked {
    /// Its name.
    pub check: &'static str,
    /// How it ended.
    pub verdict: Verdict,
    /// What there is.
    pub found: String,
    /// What would happen without.
    pub why: &'static str,
    /// What to do; `None` if nothing.
    pub remedy: Option<String>,
    /// How a command ends for it.
    #[serde(skip)]
    pub exit: Exit,
}

impl Check {
    fn make(&self, subject: &Subject<'_>) -> Checked {
        self.checked((self.look)(subject))
    }

    fn checked(&self, answer: Answer) -> Checked {
        let Answer { verdict, found, remedy, exit } = answer;
        let remedy = Some(remedy).filter(|remedy| !remedy.is_empty());
        Checked { check: self.name, verdict, found, why: self.why, remedy, exit }
    }
}

/// Makes every check.
pub fn all(subject: &Subject<'_>) -> Vec<Checked> {
    CHECKS.iter().map(|check| check.make(subject)).collect()
}

/// Tells why the ledger cannot be opened, without which no other check is made.
pub fn of_ledger(failure: Failure) -> Checked {
    LEDGER.checked(Answer::failure(failure))
}

/// Looks whether everything holds without which files would be lost.
///
/// Errors: the first check that fails; not one that may pass, such as a full disk, which a station waits for.
pub fn vital(subject: &Subject<'_>) -> Result<(), Failure> {
    let made = CHECKS.iter().filter(|check| check.is_vital).map(|check| check.make(subject));
    let is_in_the_way =
        |checked: &Checked| checked.verdict == Verdict::Fails && checked.exit != Exit::TryLater;
    match made.into_iter().find(is_in_the_way) {
        None => Ok(()),
        Some(Checked { check, found, remedy, exit, .. }) => {
            Err(Failure { exit, class: "station", message: format!("{check}: {found}"), hint: remedy })
        }
    }
}
