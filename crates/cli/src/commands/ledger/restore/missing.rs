//! Files that a ledger tells of and that are not there, as where only the ledger was copied to another machine.

use ledger::{Ledger, RunState};

use crate::failure::Failure;
use crate::figures::number_of;
use crate::station::missing::{outputs_are_missing, source_is_missing};
use crate::station::{Station, unusable};

/// Says how many are missing, and what brings them back.
pub fn words(station: &Station) -> Result<String, Failure> {
    let (mut sources, mut outputs) = (0, 0);
    for id in station.ledger.submissions().map_err(unusable)? {
        let submission = station.ledger.submission(&id).map_err(unusable)?;
        sources += u64::from(source_is_missing(station, &submission)?);
        for run in station.ledger.runs_of(&id).map_err(unusable)? {
            outputs += u64::from(run.state != RunState::Open && outputs_are_missing(station, &run)?);
        }
    }
    if sources + outputs == 0 {
        return Ok(String::new());
    }
    Ok(format!(
        "  files missing      {} that were sent, and outputs of {}: copy blob/, archive/, quarantine/, outbox/ and runs/\n                     to {} from where the ledger was copied; who hands a file in again brings its bytes back\n",
        number_of(sources, "file"),
        number_of(outputs, "run"),
        station.layout.root().display()
    ))
}
