//! What a worker is asked, and what it answers: one line of JSON each.
//!
//! Files are judged in processes of their own, since a file that makes its process abort, run out of memory or never end must not end the station.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ledger::{HandVerdict, Ledger, Part, Run, Submission, Usage};
use serde::{Deserialize, Serialize};

use super::{Station, unusable};
use crate::failure::Failure;
use crate::settings::StationSettings;

/// What a worker says once it has loaded its lists.
pub const READY: &str = "ready";

/// How often a run is tried before it is put aside.
pub const TRIES_MAX: u64 = 3;

/// A run that is to be judged.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Job {
    /// Its number.
    pub run: i64,
    /// The file.
    pub input: PathBuf,
    /// The name that it was sent with, as text.
    pub name: String,
    /// The partner.
    pub partner: String,
    /// The run whose claims it judges again, if it does.
    pub parent: Option<i64>,
    /// Whether it is a test.
    pub is_test: bool,
    /// ISA06 of what the partner sends.
    pub sender_ids: Vec<String>,
    /// ISA08 of what it may send to; any if there is none.
    pub receiver_ids: Vec<String>,
    /// The moment that outputs carry.
    pub stamp: String,
    /// What control numbers of accepted claims count up from.
    pub control_number: Option<u64>,
    /// The first control number of its replies, and how many there are; without, they come from the stamp and the file.
    pub reply_numbers: Option<(u64, u64)>,
    /// What somebody has decided about its claims.
    pub by_hand: Option<ByHand>,
    /// How long it may take.
    pub deadline_seconds: u64,
}

impl Job {
    /// Puts together what is asked about a run of a submission; `None` if what it is to judge is not there.
    pub fn of(
        station: &Station,
        settings: &StationSettings,
        run: &Run,
        submission: &Submission,
    ) -> Result<Option<Job>, Failure> {
        let Some(input) = station.layout.input(run) else { return Ok(None) };
        let partner = station.partner(&submission.partner)?;
        let reply_numbers = station.ledger.reply_numbers(run.number).map_err(unusable)?;
        let by_hand = station.ledger.by_hand(run.number).map_err(unusable)?;
        Ok(Some(Job {
            run: run.number,
            input,
            name: String::from_utf8_lossy(&submission.name).into_owned(),
            partner: partner.name,
            parent: run.parent.filter(|_| run.part != Part::Whole),
            is_test: submission.usage == Usage::Test,
            sender_ids: partner.sender_ids,
            receiver_ids: partner.receiver_ids,
            stamp: run.stamp.clone(),
            control_number: run.control_number,
            reply_numbers: reply_numbers.map(|numbers| (numbers.first, numbers.count)),
            by_hand: by_hand.map(|by_hand| ByHand::of(by_hand, run.part)),
            // A second for each megabyte is a hundredth of the speed at which files are judged.
            deadline_seconds: settings.deadline_seconds + submission.bytes / 1_000_000,
        }))
    }
}

/// What somebody has decided about claims that are judged again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ByHand {
    /// What, in the ledger's word.
    pub verdict: String,
    /// Whether claims that it leaves what they were are rejected; else they are held.
    pub is_of_rejected: bool,
    /// CLM01 of those that it is about, each byte its Latin-1 character; all if there is none.
    pub claim_ids: Vec<String>,
    /// Why, for the submitter.
    pub reason: String,
}

impl ByHand {
    /// Returns what the ledger has about claims of a part of a run.
    pub fn of(by_hand: ledger::ByHand, part: Part) -> ByHand {
        let ledger::ByHand { verdict, claim_ids, reason } = by_hand;
        let is_of_rejected = part == Part::Rejected;
        ByHand { verdict: verdict.as_str().to_owned(), is_of_rejected, claim_ids, reason }
    }

    /// Returns the same as claims are judged by.
    pub fn of_profile(&self) -> edits::ByHand {
        let verdict = match HandVerdict::of(&self.verdict) {
            Some(HandVerdict::Release) => edits::HandVerdict::Release,
            Some(HandVerdict::Reject) => edits::HandVerdict::Reject,
            // The word is the ledger's own.
            Some(HandVerdict::Leave) | None => edits::HandVerdict::Leave,
        };
        let bytes = |id: &String| id.chars().filter_map(|c| u8::try_from(c).ok()).collect();
        let claim_ids = self.claim_ids.iter().map(bytes).collect();
        edits::ByHand { verdict, claim_ids, reason: self.reason.clone() }
    }
}

/// What came of it.
#[derive(Debug, Serialize, Deserialize)]
pub enum Answer {
    /// Its outputs are written, and what is owed of them lies in the outbox; both are still to be synced.
    Judged {
        /// The interchanges of the file.
        interchanges: Vec<Isa>,
        /// What is owed.
        owed: Vec<Owing>,
    },
    /// An interchange does not fit the folder that it came through.
    Misaddressed {
        /// The interchanges of the file.
        interchanges: Vec<Isa>,
        /// Which of them it is, counted from 0.
        position: usize,
        /// Its TA105.
        note: String,
        /// What the partner is told.
        words: Words,
    },
    /// Its replies need so many control numbers, which is more than it was given.
    NumbersWanted(u64),
    /// Nothing can be read in it.
    Unreadable(Words),
    /// The disk is full, or something else that may pass: the class of the failure.
    TryLater(String),
    /// It came to a fault of the program or the machine: the class of the failure.
    Fault(String),
}

/// What the partner is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Words {
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub hint: String,
}

/// An ISA, and as much of it as the ledger keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Isa {
    /// ISA06, without padding.
    pub sender: String,
    /// ISA08, without padding.
    pub receiver: String,
    /// ISA13.
    pub control_number: String,
    /// ISA15.
    pub usage: String,
    /// The segment itself, with its terminator.
    pub bytes: Vec<u8>,
}

/// A file in the outbox.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Owing {
    /// Where it goes.
    pub folder: String,
    /// Its name there.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// Counts how often a run was tried, in a file of its own: whatever ends worker or station, the count stays.
pub struct Tries<'t>(pub &'t Path);

impl Tries<'_> {
    /// Returns how often it was tried.
    pub fn count(&self) -> u64 {
        std::fs::metadata(self.0).map_or(0, |file| file.len())
    }

    /// Notes that it is tried.
    ///
    /// It need not be on disk: a file that ends processes does not end the kernel, which has the note.
    pub fn begin(&self) -> io::Result<()> {
        OpenOptions::new().create(true).append(true).open(self.0)?.write_all(b".")
    }

    /// Takes a note back: the try was broken off, and the file was not why.
    pub fn take_back(&self) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(self.0)?;
        file.set_len(self.count().saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_counted_and_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("1");
        let tries = Tries(&path);
        assert_eq!(tries.count(), 0);
        tries.begin().unwrap();
        tries.begin().unwrap();
        assert_eq!(tries.count(), 2);
        tries.take_back().unwrap();
        assert_eq!(tries.count(), 1);
    }
}
