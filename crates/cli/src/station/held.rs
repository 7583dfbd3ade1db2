//! Held claims that nothing was decided about.

use std::collections::BTreeSet;

use ledger::{Disposition, Ledger, Outcome, Part, Run};

use super::{Station, unusable};
use crate::failure::Failure;

/// Returns the runs of a submission with held claims that wait: their held part was not judged again.
pub fn held_runs(station: &Station, submission: &str) -> Result<Vec<Run>, Failure> {
    let runs = station.ledger.runs_of(submission).map_err(unusable)?;
    let mut found = Vec::new();
    for run in &runs {
        if runs.iter().any(|other| other.judges_again(run.number, Part::Held)) {
            continue;
        }
        let tallies = station.ledger.tallies(run.number).map_err(unusable)?;
        if tallies.iter().any(|tally| tally.disposition == Disposition::Held && 0 < tally.claims) {
            found.push(run.clone());
        }
    }
    Ok(found)
}

/// Returns the CLM01 of the claims that a run has held, and that are held still.
pub fn still_held(station: &Station, run: i64) -> Result<BTreeSet<String>, Failure> {
    let runs =
        station.ledger.run(run).and_then(|of| station.ledger.runs_of(&of.submission)).map_err(unusable)?;
    let mut last = run;
    // What is held is judged again by one run, and what that holds by one more.
    let is_judged = |run: &&Run| run.outcome == Some(Outcome::Judged);
    while let Some(again) = runs.iter().filter(is_judged).find(|run| run.judges_again(last, Part::Held)) {
        last = again.number;
    }
    let claims = station.ledger.claims(last).map_err(unusable)?.into_iter();
    let held = claims.filter(|claim| claim.disposition == Disposition::Held);
    Ok(held.map(|claim| claim.claim_id).collect())
}
