//! Reruns that were open when a copy was made: they are judged again, and what they put into `onward/` since is not known to the copy.

use ledger::{Disposition, Error, Ledger, Outcome, Run, RunState, SqliteLedger};

use super::forgotten::Before;
use super::since::Since;
use crate::figures::number_of;

/// A rerun that the copy has judged again.
pub struct JudgedAgain {
    rerun: Run,
    /// The number that its claims go on under.
    number: u64,
    became: Became,
}

/// What became of a rerun since the copy was made.
enum Became {
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
    /// Returns the reruns that a copy has judged again, and what the ledgers that were there `before` tell of them; `since` tells what was taken.
    pub fn all(copy: &SqliteLedger, before: &[Before], since: &Since) -> Result<Vec<JudgedAgain>, Error> {
        let open = copy.unfinished(0)?.into_iter().filter(|run| run.state == RunState::Open);
        let reruns = open.filter_map(|rerun| {
            let number = rerun.control_number?;
            // A ledger that is damaged may tell of none.
            let told =
                before.iter().rev().find_map(|one| judged_since(&one.ledger, &rerun, since).ok().flatten());
            let untold = if since.is_known { Became::NotJudged } else { Became::Unknown };
            Some(JudgedAgain { rerun, number, became: told.unwrap_or(untold) })
        });
        Ok(reruns.collect())
    }

    /// Returns whether somebody has to look before it is judged again, or claims may go on twice.
    pub fn wants_a_look(&self) -> bool {
        matches!(self.became, Became::Unknown | Became::WentOn { are_taken: true, .. })
    }

    /// Says what became of it, and what to do.
    pub fn words(&self) -> String {
        let JudgedAgain { rerun, number, became } = self;
        let again = format!(
            "  judged again       run {} of {}: its claims go on under {number}\n",
            rerun.number, rerun.submission
        );
        again
            + &match became {
                Became::Unknown => {
                    line("no ledger tells whether it was judged since: look for its claims in onward/ first")
                }
                Became::NotJudged => line("it was not judged since the copy was made"),
                Became::NothingWentOn => line("it was judged since, and no claim went on"),
                Became::WentOn { claims, number, are_taken } => {
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
fn judged_since(ledger: &SqliteLedger, rerun: &Run, since: &Since) -> Result<Option<Became>, Error> {
    let Ok(judged) = ledger.run(rerun.number) else { return Ok(None) };
    if judged.submission != rerun.submission || judged.outcome != Some(Outcome::Judged) {
        return Ok(None);
    }
    let tallies = ledger.tallies(judged.number)?;
    let accepted = tallies.iter().find(|tally| tally.disposition == Disposition::Accepted);
    let claims = accepted.map_or(0, |tally| tally.claims);
    let (Some(number), true) = (judged.control_number, 0 < claims) else {
        return Ok(Some(Became::NothingWentOn));
    };
    let are_taken = since.taken.iter().any(|taken| taken.run.number == rerun.number);
    Ok(Some(Became::WentOn { claims, number, are_taken }))
}

fn line(words: &str) -> String {
    format!("                     {words}\n")
}
