//! What is logged of a run: ordinals, counts, codes and durations.
//!
//! Inputs are told by their place on the command line and claims by their place in the file: names of files and content of elements may say who was ill.
//! At info, one event an input within the span of the run; at debug, one for each claim that is in the results; at trace, one for each block that is read.

use std::io::{BufRead, BufReader};

use edits::Disposition;
use serde::Deserialize;
use tracing::span::EnteredSpan;
use tracing::{Level, debug, info, info_span};

use crate::failure::Failure;
use crate::run::{Ran, Run};

/// Opens the span of a run over `inputs`; it ends when it is dropped.
pub fn run(run: &Run<'_>, inputs: usize, crosswalk_ms: u64) -> EnteredSpan {
    info_span!(
        "run",
        inputs,
        snapshot = run.crosswalk.id(),
        crosswalk_ms,
        channel = run.settings.channel.as_str(),
        profile = run.settings.profile.name,
    )
    .entered()
}

/// Logs that outputs which were never finished were removed.
pub fn swept(folders: usize) {
    if 0 < folders {
        info!(folders, "removed what a killed run left");
    }
}

/// Logs an input that went through; `file_id` counts from 1.
pub fn file(file_id: usize, ran: &mut Ran, run_ms: u64) {
    claims(file_id, ran);
    let of = |disposition| ran.totals.of(disposition).claims;
    let codes: Vec<String> =
        ran.totals.findings.iter().map(|(code, count)| format!("{code}={count}")).collect();
    info!(
        file_id,
        bytes = ran.bytes,
        interchanges = ran.counted.interchanges,
        received = ran.counted.received_total().claims,
        accepted = of(Disposition::Accepted),
        rejected = of(Disposition::Rejected),
        held = of(Disposition::Held),
        refused = of(Disposition::Refused),
        denied_lines = ran.totals.denied_lines,
        codes = codes.join(" "),
        run_ms,
        "file judged"
    );
}

/// Logs an input that has no outputs.
pub fn failed(file_id: usize, failure: &Failure, run_ms: u64) {
    info!(file_id, exit = failure.exit.code(), run_ms, "file failed");
}

/// What is read of a line of the results: nothing that was sent.
#[derive(Deserialize)]
struct Judged {
    claim_number: u64,
    disposition: String,
    findings: Vec<Found>,
}

#[derive(Deserialize)]
struct Found {
    code: String,
}

fn claims(file_id: usize, ran: &mut Ran) {
    if !tracing::enabled!(Level::DEBUG) {
        return;
    }
    // A run does not end badly because a log of it could not be written.
    let Ok(Some(results)) = ran.open(responses::RESULTS_FILE_NAME) else { return };
    for line in BufReader::new(results).lines().map_while(Result::ok) {
        if let Ok(Judged { claim_number, disposition, findings }) = serde_json::from_str(&line) {
            let codes: Vec<&str> = findings.iter().map(|found| found.code.as_str()).collect();
            debug!(file_id, claim_number, disposition, codes = codes.join(" "), "claim judged");
        }
    }
}
