//! What was done since a copy was made, as far as the ledger that was there and the heads of its trail tell.

use std::path::PathBuf;

use ledger::{Anchor, Ledger, NextNumbers};

use super::forgotten::{Before, LEDGER, entries};
use super::taken::{self, Taken};
use super::{RestoreArgs, given_since};
use crate::failure::Failure;
use crate::figures::number_of;
use crate::settings::Settings;
use crate::station::{Layout, Station, unusable};

/// Control numbers that a file of one interchange takes for its replies, at most.
const REPLIES_OF_A_FILE: u64 = 4;

/// What was done since the copy was made, as far as somebody can tell.
pub struct Since {
    /// When the last step was taken that the copy has.
    copied_at: Option<String>,
    /// Whether the ledger that was there can be read.
    pub is_known: bool,
    /// What was taken from `onward/`.
    pub taken: Vec<Taken>,
    /// Which files were too large to be kept, in words.
    not_kept: String,
    /// The heads of the audit trail that were given out.
    pub heads: Vec<Anchor>,
    /// How many numbers of each kind are left out.
    pub skipped: u64,
}

impl Since {
    /// Looks what was done since the copy was made that `station` has as its ledger; `before` are those that were there, the last of which is to go if `is_known`.
    pub fn of(
        args: &RestoreArgs,
        settings: &Settings,
        station: &Station,
        before: &[Before],
        is_known: bool,
    ) -> Result<Since, Failure> {
        let copy = &station.ledger;
        let there = before.last().filter(|_| is_known);
        let (taken, has_told) = taken::all(copy, before, &station.layout);
        let is_known = is_known && has_told;
        let not_kept = there.map(|there| taken::not_kept(copy, &there.ledger)).transpose();
        Ok(Since {
            copied_at: copy.last_step_at().map_err(unusable)?,
            is_known,
            taken,
            not_kept: not_kept.ok().flatten().unwrap_or_default(),
            // Whoever served has given another head out when that was left.
            heads: given_since(args, settings, station)?,
            skipped: skipped(args, &station.layout, is_known),
        })
    }

    /// Says what is to be known of it; numbers go on from `next`.
    pub fn words(&self, next: NextNumbers) -> String {
        self.not_kept.clone() + &self.numbers(next) + &heads(&self.heads)
    }

    /// Says from where numbers count on, and what that is worth.
    fn numbers(&self, next: NextNumbers) -> String {
        let NextNumbers { run, reply, onward } = next;
        let skipped = self.skipped;
        let mut words = format!(
            "  numbers            runs from {run}, replies from {reply}, claims that go on from reruns from {onward}\n"
        );
        words.push_str(&if self.is_known {
            format!("                     {skipped} behind the last that the ledger there or the copy has\n")
        } else {
            format!(
                "                     {skipped} behind the copy of {}, as no ledger tells how many were given since;\n                     where a partner sent more than {} files, restore again with --skip-numbers\n",
                self.copied_at.as_deref().unwrap_or_default(),
                skipped / REPLIES_OF_A_FILE
            )
        });
        words
    }
}

/// Returns how many numbers are left out: as often as copies were restored, where no ledger tells what was given behind each.
fn skipped(args: &RestoreArgs, layout: &Layout, is_known: bool) -> u64 {
    let has_ledger = |(folder, _): &(PathBuf, String)| folder.join(LEDGER).exists();
    let before =
        entries(&layout.forgotten()).unwrap_or_default().iter().filter(|one| has_ledger(one)).count();
    args.skip_numbers.saturating_mul(if is_known { 1 } else { 1 + before as u64 })
}

fn heads(since: &[Anchor]) -> String {
    match since {
        [] => String::new(),
        since => format!(
            "  audit trail        {} given up that the copy does not have\n",
            number_of(since.len() as u64, "head")
        ),
    }
}
