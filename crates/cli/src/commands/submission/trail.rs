//! What the audit trail has about a submission.

use std::collections::BTreeSet;

use ledger::{ByHand, HandVerdict, Ledger};

use crate::failure::Failure;
use crate::figures::number_of;
use crate::station::{Station, unusable};

/// Writes every entry; below one of a decision by hand, which claims it is about.
pub fn of_submission(station: &Station, submission: &str) -> Result<String, Failure> {
    let mut text = "\nAudit trail\n".to_owned();
    let mut opened = BTreeSet::new();
    for entry in station.ledger.audit(Some(submission)).map_err(unusable)? {
        let why = if entry.why.is_empty() { String::new() } else { format!(": {}", entry.why) };
        text.push_str(&format!(
            "  {:>6}  {}  {:<14} by {}{why}\n",
            entry.number, entry.at, entry.what, entry.who
        ));
        // The first entry about a run is the one that opened it.
        if let Some(run) = entry.run.filter(|run| opened.insert(*run))
            && let Some(by_hand) = station.ledger.by_hand(run).map_err(unusable)?
        {
            text.push_str(&format!("          {}\n", decided(station, run, &by_hand)?));
        }
    }
    Ok(text)
}

/// Says about which claims something was decided: by their positions, since a name may say who was ill.
fn decided(station: &Station, run: i64, by_hand: &ByHand) -> Result<String, Failure> {
    let run = station.ledger.run(run).map_err(unusable)?;
    let parent = run.parent.unwrap_or_default();
    let claims = station.ledger.claims(parent).map_err(unusable)?.into_iter();
    let names: BTreeSet<&String> = by_hand.claim_ids.iter().collect();
    let is_about = |id: &String| names.is_empty() || names.contains(id);
    let is_of_part = |disposition| run.part.disposition() == Some(disposition);
    let about = claims.filter(|claim| is_of_part(claim.disposition) && is_about(&claim.claim_id));
    let numbers: Vec<u64> = about.map(|claim| claim.number).collect();
    let lead = if by_hand.verdict == HandVerdict::Leave { "all but " } else { "" };
    let count = number_of(numbers.len() as u64, "claim");
    Ok(format!("{lead}{count} of run {parent}, at position {}", ranges(&numbers)))
}

/// Writes ascending numbers, those that follow each other as from and through.
fn ranges(numbers: &[u64]) -> String {
    let followed = numbers.chunk_by(|one, next| one + 1 == *next);
    let range = |numbers: &[u64]| match numbers {
        [first, .., last] => format!("{first}-{last}"),
        [one] => one.to_string(),
        [] => String::new(),
    };
    followed.map(range).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_follow_each_other_are_a_range() {
        assert_eq!(ranges(&[1, 2, 3, 5, 8, 9]), "1-3, 5, 8-9");
        assert_eq!(ranges(&[7]), "7");
        assert_eq!(ranges(&[]), "");
    }
}
