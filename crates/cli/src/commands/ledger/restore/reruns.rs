//! Reruns that were open when a copy was made: they are judged again, and what they put into `onward/` since is not known to the copy.

use ledger::{Disposition, Error, Ledger, Outcome, Run, RunState, SqliteLedger};

use crate::figures::number_of;
use crate::station::{Layout, ONWARD};

/// Says which reruns the copy has judged again, and what the ledgers that were there `before` tell of them; of the one that was last there `is_known` tells whether it can be read.
pub fn judged_again(
    copy: &SqliteLedger,
    before: &[SqliteLedger],
    is_known: bool,
    layout: &Layout,
) -> Result<String, Error> {
    let mut words = String::new();
    for rerun in copy.unfinished(0)?.iter().filter(|run| run.state == RunState::Open) {
        let Some(number) = rerun.control_number else { continue };
        words.push_str(&format!(
            "  judged again       run {} of {}: its claims go on under {number}\n",
            rerun.number, rerun.submission
        ));
        // A ledger that is damaged may tell of none.
        let went_on = before.iter().find_map(|ledger| went_on(ledger, rerun, layout).ok().flatten());
        words.push_str(&match went_on {
            Some(went_on) => went_on,
            None if is_known => line("it was not judged since the copy was made"),
            None => line("no ledger tells whether it was judged since: look for its claims in onward/ first"),
        });
    }
    Ok(words)
}

/// Says what went on by a rerun, if a ledger has it as judged.
fn went_on(ledger: &SqliteLedger, rerun: &Run, layout: &Layout) -> Result<Option<String>, Error> {
    let Ok(judged) = ledger.run(rerun.number) else { return Ok(None) };
    if judged.submission != rerun.submission || judged.outcome != Some(Outcome::Judged) {
        return Ok(None);
    }
    let tallies = ledger.tallies(judged.number)?;
    let accepted = tallies.iter().find(|tally| tally.disposition == Disposition::Accepted);
    let claims = accepted.map_or(0, |tally| tally.claims);
    let (Some(number), true) = (judged.control_number, 0 < claims) else {
        return Ok(Some(line("it was judged since, and no claim went on")));
    };
    let usage = ledger.submission(&judged.submission)?.usage;
    let onward = ledger.deliveries(judged.number)?.into_iter().find(|one| one.folder == ONWARD);
    let path = onward.map(|delivery| layout.onward(usage).join(delivery.name));
    let mut words =
        line(&format!("it was judged since, and {} went on under {number}:", number_of(claims, "claim")));
    words.push_str(&line(&match path.filter(|path| path.exists()) {
        Some(path) => format!("take {} away before the station is served", path.display()),
        None => "they were taken from onward/, so whoever has them must know that they come again".to_owned(),
    }));
    Ok(Some(words))
}

fn line(words: &str) -> String {
    format!("                     {words}\n")
}
