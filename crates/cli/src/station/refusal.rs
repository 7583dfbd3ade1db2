//! How a run is closed whose claims are not judged: a notice in words and, where an interchange is turned away for what its bytes do not tell, its TA1.

use std::io;

use intake::Folder;
use ledger::{Decision, Ledger, Outcome, Output, Part, Run};
use responses::{Acknowledgement, turned_away};
use x12::{Event, Limits, Reader};

use super::decide::deliveries;
use super::job::{Isa, Words};
use super::notice::notice;
use super::owed::{NOTICE, Owner};
use super::{Station, own, unusable};
use crate::failure::Failure;
use crate::stamp::Stamp;

/// What is told of the other interchanges of a file that is turned away for one. Source: X12.5, TA105, invalid content.
const FOR_ANOTHER: &str = "024";

/// Why the claims of a run are not judged.
pub struct Refusal {
    /// What is entered.
    pub outcome: Outcome,
    /// What the partner is told.
    pub words: Words,
    /// What its system is told.
    pub interchanges: Option<TurnedAway>,
}

/// The interchanges of a file that is turned away for one of them.
pub struct TurnedAway {
    /// All of them.
    pub interchanges: Vec<Isa>,
    /// Which one it is, counted from 0.
    pub position: usize,
    /// Its TA105.
    pub note: String,
}

impl Refusal {
    /// Refuses what has no interchange that could be answered.
    pub fn in_words(outcome: Outcome, words: Words) -> Refusal {
        Refusal { outcome, words, interchanges: None }
    }

    /// Writes what is told, puts it into the outbox, and returns what is to be entered; all of it is still to be synced.
    ///
    /// Of a rerun nothing is told: its claims are what their partner was told that they are.
    pub fn write(&self, station: &Station, run: &Run) -> Result<Decision, Failure> {
        let submission = station.ledger.submission(&run.submission).map_err(unusable)?;
        let mut files = Vec::new();
        if run.part == Part::Whole {
            files.push((NOTICE, notice(&submission, self.outcome, &self.words).into_bytes()));
        }
        if let Some(turned_away) = &self.interchanges {
            let stamp = Stamp::parse(&run.stamp).map_err(Failure::internal)?;
            let numbers = station.ledger.reply_numbers(run.number).map_err(unusable)?;
            let ta1 = turned_away.ta1(stamp, numbers.map(|numbers| numbers.first));
            files.push((Acknowledgement::InterchangeAckTa1.file_name(), ta1));
        }
        let folder = station.layout.outputs(run.number);
        let failed = |error: io::Error| own("cannot write notice in", &folder, &error);
        let written = || -> io::Result<()> {
            let aside = Folder::begin(&folder)?;
            files.iter().try_for_each(|(name, bytes)| std::fs::write(aside.path().join(name), bytes))?;
            aside.publish(true, false).map(drop)
        };
        written().map_err(failed)?;
        let sent = String::from_utf8_lossy(&submission.name);
        let owed = Owner::of(run, &submission, &sent).fill_outbox(&station.layout).map_err(failed)?;
        let output = |(name, bytes): &(&str, Vec<u8>)| Output {
            name: (*name).to_owned(),
            bytes: bytes.len() as u64,
            blake3: blake3::hash(bytes).to_hex().to_string(),
        };
        Ok(Decision {
            run: run.number,
            outcome: self.outcome,
            judged: None,
            outputs: files.iter().map(output).collect(),
            deliveries: deliveries(owed),
        })
    }
}

impl TurnedAway {
    fn ta1(&self, stamp: Stamp, control_number: Option<u64>) -> Vec<u8> {
        let note = |position| if position == self.position { self.note.as_str() } else { FOR_ANOTHER };
        let answered =
            self.interchanges.iter().enumerate().filter_map(|(position, isa)| {
                match Reader::new(&isa.bytes, Limits::default()).next() {
                    Some(Event::InterchangeBegin(isa)) => Some((isa, note(position))),
                    _ => None,
                }
            });
        let notes: Vec<_> = answered.collect();
        turned_away(&notes, stamp.moment(), control_number)
    }
}
