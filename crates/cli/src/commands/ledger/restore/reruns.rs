//! Reruns that were open when a copy was made: they are judged again, and what they put into `onward/` since is not known to the copy.

use ledger::{Disposition, Error, Ledger, Outcome, Run, RunState, SqliteLedger};

use super::forgotten::lies;
use crate::figures::number_of;
use crate::station::{Layout, ONWARD};

/// A rerun that the copy has judged again.
pub struct JudgedAgain {
    rerun: Run,
    /// The number that its claims go on under.
    number: u64,
    since: Since,
}

/// What became of a rerun since the copy was made.
enum Since {
    /// No ledger tells.
    Unknown,
    /// It was not judged.
    NotJudged,
    /// It was judged, and no claim went on.
    NothingWentOn,
    /// Claims went on.
    WentOn {
        claims: u64,
        number: u64,
        /// Whether they were taken from where they lay.
        are_taken: bool,
    },
}

impl JudgedAgain {
    /// Returns the reruns that a copy has judged again, and what the ledgers that were there `before` tell of them; of the one that was last there `is_known` tells whether it can be read.
    pub fn all(
        copy: &SqliteLedger,
        before: &[SqliteLedger],
        is_known: bool,
        layout: &Layout,
    ) -> Result<Vec<JudgedAgain>, Error> {
        let open = copy.unfinished(0)?.into_iter().filter(|run| run.state == RunState::Open);
        let reruns = open.filter_map(|rerun| {
            let number = rerun.control_number?;
            // A ledger that is damaged may tell of none.
            let told = before.iter().find_map(|ledger| judged_since(ledger, &rerun, layout).ok().flatten());
            let untold = if is_known { Since::NotJudged } else { Since::Unknown };
            Some(JudgedAgain { rerun, number, since: told.unwrap_or(untold) })
        });
        Ok(reruns.collect())
    }

    /// Returns whether somebody has to look before it is judged again, or claims may go on twice.
    pub fn wants_a_look(&self) -> bool {
        matches!(self.since, Since::Unknown | Since::WentOn { are_taken: true, .. })
    }

    /// Says what became of it, and what to do.
    pub fn words(&self) -> String {
        let JudgedAgain { rerun, number, since } = self;
        let again = format!(
            "  judged again       run {} of {}: its claims go on under {number}\n",
            rerun.number, rerun.submission
        );
        again
            + &match since {
                Since::Unknown => {
                    line("no ledger tells whether it was judged since: look for its claims in onward/ first")
                }
                Since::NotJudged => line("it was not judged since the copy was made"),
                Since::NothingWentOn => line("it was judged since, and no claim went on"),
                Since::WentOn { claims, number, are_taken } => {
                    let claims = number_of(*claims, "claim");
                    let went_on = line(&format!("it was judged since, and {claims} went on under {number}:"));
                    went_on
                        + &line(if *are_taken {
                            "they were taken from onward/, so whoever has them must know that they come again"
                        } else {
                            "they were not taken from onward/ yet, and are put aside"
                        })
                }
            }
    }
}

/// Returns what became of a rerun that a ledger has as judged.
fn judged_since(ledger: &SqliteLedger, rerun: &Run, layout: &Layout) -> Result<Option<Since>, Error> {
    let Ok(judged) = ledger.run(rerun.number) else { return Ok(None) };
    if judged.submission != rerun.submission || judged.outcome != Some(Outcome::Judged) {
        return Ok(None);
    }
    let tallies = ledger.tallies(judged.number)?;
    let accepted = tallies.iter().find(|tally| tally.disposition == Disposition::Accepted);
    let claims = accepted.map_or(0, |tally| tally.claims);
    let (Some(number), true) = (judged.control_number, 0 < claims) else {
        return Ok(Some(Since::NothingWentOn));
    };
    let usage = ledger.submission(&judged.submission)?.usage;
    let onward = ledger.deliveries(judged.number)?.into_iter().find(|one| one.folder == ONWARD);
    let lies = onward.map(|delivery| lies(layout, usage, &delivery)).transpose().map_err(Error::Source)?;
    let are_taken = lies != Some(true);
    Ok(Some(Since::WentOn { claims, number, are_taken }))
}

fn line(words: &str) -> String {
    format!("                     {words}\n")
}
