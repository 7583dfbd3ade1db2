//! What is said of the claims of a run: which came before, which came again, and which were not accepted.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use claims::decimal;
use ledger::{Claim, Disposition, EarlierClaim, Ledger, Run};

use crate::failure::Failure;
use crate::figures::number_of;
use crate::station::{Station, shown, still_held, unusable};

/// Says which claims of a run came before or came again, in which submissions; with `named`, which claims those are, and which were not accepted.
pub fn of_run(station: &Station, run: &Run, named: bool) -> Result<String, Failure> {
    let mut text = String::new();
    let earlier = station.ledger.earlier_claims(run.number).map_err(unusable)?;
    let mut held: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
    for claim in earlier.iter().filter(|claim| claim.earlier == Disposition::Held) {
        if let Entry::Vacant(of_run) = held.entry(claim.earlier_run) {
            of_run.insert(still_held(station, claim.earlier_run)?);
        }
    }
    let is_held = |claim: &EarlierClaim| {
        held.get(&claim.earlier_run).is_some_and(|claims| claims.contains(&claim.claim_id))
    };
    text.push_str(&told(station, &earlier, named, |claim| {
        let words = match claim.earlier {
            Disposition::Accepted => "came before in",
            Disposition::Held if is_held(claim) => "came before, still held in",
            Disposition::Held => "came before, decided since in",
            _ => "may replace claims of",
        };
        (claim.earlier_run, words)
    })?);
    let later = station.ledger.later_claims(run.number).map_err(unusable)?;
    text.push_str(&told(station, &later, named, |claim| (claim.run, "came again in"))?);
    if named {
        let claims = station.ledger.claims(run.number).map_err(unusable)?;
        text.extend(claims.iter().map(line));
    }
    Ok(text)
}

/// Says of claims, submission by submission, what `words` has for the run that they came in otherwise.
fn told(
    station: &Station,
    claims: &[EarlierClaim],
    named: bool,
    words: impl Fn(&EarlierClaim) -> (i64, &'static str),
) -> Result<String, Failure> {
    let mut by_run: BTreeMap<(i64, &str), Vec<&str>> = BTreeMap::new();
    for claim in claims {
        by_run.entry(words(claim)).or_default().push(&claim.claim_id);
    }
    let mut text = String::new();
    for ((run, words), ids) in by_run {
        let submission = station.ledger.run(run).map_err(unusable)?.submission;
        let count = number_of(ids.len() as u64, "claim");
        text.push_str(&format!("  Again      {count} {words} {submission}, run {run}\n"));
        if named {
            text.extend(ids.iter().map(|id| format!("    {}\n", shown(id.as_bytes()))));
        }
    }
    Ok(text)
}

fn line(claim: &Claim) -> String {
    let codes: BTreeSet<&str> = claim.findings.iter().map(|finding| finding.code.as_str()).collect();
    let codes: Vec<&str> = codes.into_iter().collect();
    format!(
        "  {:<9} {:>10} {:>16}  {:<20}  {}\n",
        claim.disposition.as_str(),
        claim.number,
        decimal(claim.charge_cents),
        shown(claim.claim_id.as_bytes()),
        codes.join(", ")
    )
}
