//! Files that the ledger tells of and that are not there: nobody removed them by `retention`, so they were never copied, or are lost.

use std::fs;

use ledger::{Ledger, Part, Run, RunState, Submission};

use super::receive::is_unread;
use super::retention::{Class, is_disposed_of};
use super::{Station, own, unusable};
use crate::exit::Exit;
use crate::failure::Failure;

/// What brings them back.
pub const REMEDY: &str = "copy blob/, archive/, quarantine/, outbox/ and runs/ in from where the ledger was copied, or hand the file in again: its bytes are taken for those that are missing";

/// Returns whether the bytes of a submission are missing.
pub fn source_is_missing(station: &Station, submission: &Submission) -> Result<bool, Failure> {
    if is_unread(&submission.sha256) || station.layout.source(&submission.id).is_some() {
        return Ok(false);
    }
    Ok(!is_disposed_of(station, &submission.id, &[Class::Archive, Class::Quarantine])?)
}

/// Returns whether the outputs of a decided run are missing.
pub fn outputs_are_missing(station: &Station, run: &Run) -> Result<bool, Failure> {
    if station.layout.outputs(run.number).exists() {
        return Ok(false);
    }
    Ok(!is_disposed_of(station, &run.submission, &[Class::Runs])?)
}

/// Gives a submission the bytes of one that has the same, if its own are missing; returns whether they were.
pub fn bring_back(station: &Station, first: &Submission, same: &Submission) -> Result<bool, Failure> {
    let Some(bytes) = station.layout.source(&same.id) else { return Ok(false) };
    let is_open =
        |runs: Vec<Run>| runs.iter().any(|run| run.state == RunState::Open && run.part == Part::Whole);
    let is_wanted = station.layout.source(&first.id).is_none()
        && is_open(station.ledger.runs_of(&first.id).map_err(unusable)?);
    if !is_wanted && !source_is_missing(station, first)? {
        return Ok(false);
    }
    let place = station.layout.blob(&first.id);
    fs::hard_link(&bytes, &place).map_err(|error| own("cannot bring back", &place, &error))?;
    Ok(true)
}

/// Says why outputs of a run cannot be used that are not there.
pub fn no_outputs(station: &Station, run: &Run) -> Result<Failure, Failure> {
    let (number, kept) = (run.number, "`claimgate submission show` has what the ledger keeps of it");
    if is_disposed_of(station, &run.submission, &[Class::Runs])? {
        return Ok(Failure::usage(
            format!("the outputs of run {number} were kept long enough, and removed"),
            kept,
        ));
    }
    Ok(Failure {
        exit: Exit::Fault,
        class: "station",
        message: format!(
            "the outputs of run {number} are missing in {}",
            station.layout.outputs(number).display()
        ),
        hint: Some("copy runs/ in from where the ledger was copied".to_owned()),
    })
}
