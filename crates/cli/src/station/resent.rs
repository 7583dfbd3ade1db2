//! Claims that were sent again, and accepted since.

use std::collections::BTreeMap;

use ledger::{Claim, Disposition, Ledger, Outcome};

use super::{Station, shown, unusable};
use crate::failure::Failure;

/// Returns the claims of a run and of one disposition that were accepted since, each with the run that accepted it.
pub fn of_part(station: &Station, run: i64, part: Disposition) -> Result<Vec<(Claim, i64)>, Failure> {
    let resent = accepted_since(station, run)?;
    if resent.is_empty() {
        return Ok(Vec::new());
    }
    let claims = station.ledger.claims(run).map_err(unusable)?.into_iter();
    let of_part = claims.filter(|claim| claim.disposition == part);
    Ok(of_part.filter_map(|claim| resent.get(&claim.claim_id).map(|&by| (claim, by))).collect())
}

/// Says that a claim was sent again.
pub fn line(claim: &Claim, run: i64) -> String {
    format!("  {:<20} was sent again, and accepted by run {run}\n", shown(claim.claim_id.as_bytes()))
}

/// What becomes of such claims unless somebody wants them all the same.
pub const LEFT_OUT: &str =
    "Claims that were sent again and accepted since stay what they are; `--even-if-resent` takes them too.\n";

/// Returns the CLM01 of claims of a run that were accepted since, from later submissions of the same partner and usage, and by which run.
fn accepted_since(station: &Station, run: i64) -> Result<BTreeMap<String, i64>, Failure> {
    let mut claims = ClaimsByRun { station, read: BTreeMap::new() };
    let mut found = BTreeMap::new();
    // What came again before the run was opened, came again after the run that its claims come from.
    let mut of = Some(run);
    while let Some(number) = of {
        for later in station.ledger.later_claims(number).map_err(unusable)? {
            if !found.contains_key(&later.claim_id)
                && let Some(by) = claims.accepted(later.run, later.number, &later.claim_id)?
            {
                found.insert(later.claim_id, by);
            }
        }
        of = station.ledger.run(number).map_err(unusable)?.parent;
    }
    Ok(found)
}

/// The claims of runs that were not accepted, each run read once.
struct ClaimsByRun<'s> {
    station: &'s Station,
    read: BTreeMap<i64, Vec<(u64, String, Disposition)>>,
}

impl ClaimsByRun<'_> {
    fn not_accepted(&mut self, run: i64) -> Result<&[(u64, String, Disposition)], Failure> {
        if !self.read.contains_key(&run) {
            let claims = self.station.ledger.claims(run).map_err(unusable)?.into_iter();
            let claims = claims.map(|claim| (claim.number, claim.claim_id, claim.disposition));
            self.read.insert(run, claims.collect());
        }
        Ok(self.read.get(&run).map_or(&[], Vec::as_slice))
    }

    /// Returns the run that accepted a claim: the one that it came in, one that judged it again, or one that it was sent again to.
    fn accepted(&mut self, run: i64, number: u64, claim_id: &str) -> Result<Option<i64>, Failure> {
        let ledger = &self.station.ledger;
        // A position counts in the file that came; in what is judged again, claims stand elsewhere.
        let mut runs = vec![(run, Some(number))];
        while let Some((run, number)) = runs.pop() {
            let mut claims = self.not_accepted(run)?.iter();
            let is_it = |claim: &&(u64, String, Disposition)| match number {
                Some(number) => claim.0 == number,
                None => claim.1 == claim_id,
            };
            let Some((_, _, disposition)) = claims.find(is_it).cloned() else { return Ok(Some(run)) };
            let of = ledger.run(run).map_err(unusable)?;
            let again = ledger.runs_of(&of.submission).map_err(unusable)?.into_iter().filter(|again| {
                disposition.part().is_some_and(|part| again.judges_again(run, part))
                    && again.outcome == Some(Outcome::Judged)
            });
            runs.extend(again.map(|again| (again.number, None)));
            let later = ledger.later_claims(run).map_err(unusable)?.into_iter();
            let later = later.filter(|later| later.claim_id == claim_id);
            runs.extend(later.map(|later| (later.run, Some(later.number))));
        }
        Ok(None)
    }
}
