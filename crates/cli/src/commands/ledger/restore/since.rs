//! What was done since a copy was made, as far as the ledger that was there and the heads of its trail tell.

use ledger::{Anchor, Error, Ledger, NextNumbers, SqliteLedger};

use super::forgotten::entries;
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
    /// Looks what was done since the copy was made that `station` has as its ledger; `there` is the one that is to go, if it can be read.
    pub fn of(
        args: &RestoreArgs,
        settings: &Settings,
        station: &Station,
        there: Option<&SqliteLedger>,
    ) -> Result<Since, Failure> {
        Ok(Since {
            copied_at: station.ledger.last_step_at().map_err(unusable)?,
            is_known: there.is_some(),
            taken: of_there(station, there, |next, there| {
                taken::all(&station.ledger, next, there, &station.layout)
            })?,
            not_kept: of_there(station, there, taken::not_kept)?,
            // Whoever served has given another head out when that was left.
            heads: given_since(args, settings, station)?,
            skipped: skipped(args, &station.layout, there.is_some()),
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

/// Returns what the ledger that is `there` tells of runs from the number on that the copy would give next.
fn of_there<T: Default>(
    station: &Station,
    there: Option<&SqliteLedger>,
    tell: impl FnOnce(i64, &SqliteLedger) -> Result<T, Error>,
) -> Result<T, Failure> {
    let Some(there) = there else { return Ok(T::default()) };
    let next = station.ledger.next_numbers().map_err(unusable)?.run;
    // One that is damaged may tell of none.
    Ok(tell(next, there).unwrap_or_default())
}

/// Returns how many numbers are left out: as often as copies were restored, where no ledger tells what was given behind each.
fn skipped(args: &RestoreArgs, layout: &Layout, is_known: bool) -> u64 {
    let before = if is_known { 0 } else { entries(&layout.forgotten()).map_or(0, |before| before.len()) };
    args.skip_numbers.saturating_mul(1 + before as u64)
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
