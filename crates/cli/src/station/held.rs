//! Held claims that nothing was decided about.

use ledger::{Disposition, Ledger, Part, Run};

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
