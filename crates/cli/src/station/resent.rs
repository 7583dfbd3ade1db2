//! Claims that came in another file too, and go on from there.
//!
//! Whichever of two came first, and whichever is decided first: only one of them is to be paid.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use ledger::{Claim, Disposition, Error, Ledger, Outcome, Run, RunState};

use super::shown;

/// A claim that came in another file too, and goes on from there.
pub struct Resent {
    pub claim: Claim,
    by: GoesOn,
}

/// By what run a claim goes on.
#[derive(Clone, Copy)]
enum GoesOn {
    /// It was accepted by this one.
    Accepted(i64),
    /// This one is to judge it, and may accept it.
    BeingJudged(i64),
}

impl Resent {
    /// Tells whether it is that claim.
    pub fn is(&self, claim: &Claim) -> bool {
        self.claim.claim_id == claim.claim_id
    }

    /// Says that the claim came twice.
    pub fn line(&self) -> String {
        let claim_id = shown(self.claim.claim_id.as_bytes());
        match self.by {
            GoesOn::Accepted(run) => {
                format!("  {claim_id:<20} came in another file too, and was accepted by run {run}\n")
            }
            GoesOn::BeingJudged(run) => {
                format!("  {claim_id:<20} came in another file too, and run {run} is judging it\n")
            }
        }
    }
}

/// What becomes of such claims unless somebody wants them all the same.
pub const LEFT_OUT: &str =
    "Claims that go on from another file stay what they are; `--even-if-resent` takes them too.\n";

/// Returns the claims of a run and of one disposition that go on from another file.
pub fn of_part(ledger: &dyn Ledger, run: i64, part: Disposition) -> Result<Vec<Resent>, Error> {
    let elsewhere = elsewhere(ledger, run)?;
    if elsewhere.is_empty() {
        return Ok(Vec::new());
    }
    let of_part = ledger.claims(run)?.into_iter().filter(|claim| claim.disposition == part);
    let resent = |claim: Claim| elsewhere.get(&claim.claim_id).map(|&by| Resent { claim, by });
    Ok(of_part.filter_map(resent).collect())
}

/// Returns the CLM01 of claims of a run that go on from other submissions of the same partner and usage, and by what.
fn elsewhere(ledger: &dyn Ledger, run: i64) -> Result<BTreeMap<String, GoesOn>, Error> {
    let mut claims = ClaimsByRun { ledger, read: BTreeMap::new() };
    // What came again before the run was opened, came again after the run that its claims come from.
    let mut own = vec![run];
    while let Some(parent) = ledger.run(own[own.len() - 1])?.parent {
        own.push(parent);
    }
    let mut found = BTreeMap::new();
    for &run in &own {
        for (claim_id, others) in &claims.of(run)?.others {
            if !found.contains_key(claim_id)
                && let Some(by) = claims.goes_on(others.clone(), claim_id, &own)?
            {
                found.insert(claim_id.clone(), by);
            }
        }
    }
    Ok(found)
}

/// The claims of runs that were not accepted, each run read once.
struct ClaimsByRun<'l> {
    ledger: &'l dyn Ledger,
    read: BTreeMap<i64, Rc<OfRun>>,
}

/// What is known of the claims of a run.
struct OfRun {
    run: Run,
    /// Those that it did not accept, by their positions in what it judged.
    by_position: BTreeMap<u64, Disposition>,
    /// The same, by CLM01.
    by_id: BTreeMap<String, Disposition>,
    /// Every run of its submission.
    runs: Vec<Run>,
    /// Where else claims of it came, by CLM01.
    others: BTreeMap<String, Vec<Place>>,
}

/// A run that a claim came in, and its position there, where that is known.
type Place = (i64, Option<u64>);

impl ClaimsByRun<'_> {
    fn of(&mut self, run: i64) -> Result<Rc<OfRun>, Error> {
        if let Some(of) = self.read.get(&run) {
            return Ok(Rc::clone(of));
        }
        let (mut by_position, mut by_id) = (BTreeMap::new(), BTreeMap::new());
        for Claim { number, claim_id, disposition, .. } in self.ledger.claims(run)? {
            by_position.insert(number, disposition);
            by_id.entry(claim_id).or_insert(disposition);
        }
        let mut others: BTreeMap<String, Vec<Place>> = BTreeMap::new();
        for later in self.ledger.later_claims(run)? {
            others.entry(later.claim_id).or_default().push((later.run, Some(later.number)));
        }
        for earlier in self.ledger.earlier_claims(run)? {
            others.entry(earlier.claim_id).or_default().push((earlier.earlier_run, None));
        }
        let run = self.ledger.run(run)?;
        let runs = self.ledger.runs_of(&run.submission)?;
        let of = Rc::new(OfRun { run, by_position, by_id, runs, others });
        self.read.insert(of.run.number, Rc::clone(&of));
        Ok(of)
    }

    /// Returns by what a claim goes on that came in any of `places`: by the run that it came in, one that judges it again, or one in which it came once more; `own` are not asked.
    fn goes_on(
        &mut self,
        mut places: Vec<Place>,
        claim_id: &str,
        own: &[i64],
    ) -> Result<Option<GoesOn>, Error> {
        let mut asked: BTreeSet<i64> = own.iter().copied().collect();
        while let Some((run, position)) = places.pop() {
            if !asked.insert(run) {
                continue;
            }
            let of = self.of(run)?;
            if of.run.state == RunState::Open {
                return Ok(Some(GoesOn::BeingJudged(run)));
            }
            // Somebody may have found a claim that was about to be entered, and then was not.
            if of.run.outcome != Some(Outcome::Judged) {
                continue;
            }
            let disposition = match position {
                Some(position) => of.by_position.get(&position),
                None => of.by_id.get(claim_id),
            };
            let Some(disposition) = disposition else { return Ok(Some(GoesOn::Accepted(run))) };
            // A position counts in the file that came; in what is judged again, claims stand elsewhere.
            let is_again =
                |again: &&Run| disposition.part().is_some_and(|part| again.judges_again(run, part));
            places.extend(of.runs.iter().filter(is_again).map(|again| (again.number, None)));
            places.extend(of.others.get(claim_id).into_iter().flatten());
        }
        Ok(None)
    }
}
