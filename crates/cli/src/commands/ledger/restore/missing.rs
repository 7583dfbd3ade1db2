//! Files that a ledger tells of and that are not there, as where only the ledger was copied to another machine.

use ledger::{Ledger, RunState};

use crate::failure::Failure;
use crate::figures::number_of;
use crate::station::missing::{outputs_are_missing, source_is_missing};
use crate::station::{Station, unusable};

/// Says how many are missing, and what brings them back.
pub fn words(station: &Station) -> Result<String, Failure> {
    let (mut sources, mut outputs, mut owed) = (0, 0, 0);
    for id in station.ledger.submissions().map_err(unusable)? {
        let submission = station.ledger.submission(&id).map_err(unusable)?;
        sources += u64::from(source_is_missing(station, &submission)?);
        for run in station.ledger.runs_of(&id).map_err(unusable)? {
            outputs += u64::from(run.state != RunState::Open && outputs_are_missing(station, &run)?);
            let has_outbox = station.layout.outbox(run.number).exists();
            owed += u64::from(run.state == RunState::Decided && !has_outbox);
        }
    }
    let mut words = match owed {
        0 => String::new(),
        owed => format!(
            "  maybe delivered    what {} owe, which have no outbox, counts as delivered: look whether it arrived\n",
            number_of(owed, "run")
        ),
    };
    if sources + outputs == 0 {
        return Ok(words);
    }
    words.push_str(&format!(
        "  files missing      {} that were sent, and outputs of {}: copy blob/, archive/, quarantine/, outbox/ and runs/\n                     to {} from where the ledger was copied; who hands a file in again brings its bytes back\n",
        number_of(sources, "file"),
        number_of(outputs, "run"),
        station.layout.root().display()
    ));
    Ok(words)
}
