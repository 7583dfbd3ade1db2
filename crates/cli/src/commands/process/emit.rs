//! The one output of a run that goes to standard output.

use std::path::Path;

use clap::ValueEnum;
use responses::{Acknowledgement, Results};

use crate::failure::Failure;
use crate::run::Ran;
use crate::settings::Settings;
use crate::stdout;

/// An output that can go to standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "kebab-case")]
pub enum Emit {
    /// results.ndjson
    Results,
    /// accepted.837
    Accepted,
    /// rejected.837
    Rejected,
    /// held.837
    Held,
    /// refused.837
    Refused,
    /// brr.html
    BrrHtml,
    /// brr.json
    BrrJson,
    /// brr.csv
    BrrCsv,
    /// brr.txt
    BrrTxt,
    /// brr.xlsx
    BrrXlsx,
    /// brr.pdf; of a report in parts, the list of them
    BrrPdf,
    /// ta1.edi
    Ta1,
    /// 999.edi
    #[value(name = "999")]
    Ack999,
    /// 824.edi
    #[value(name = "824")]
    Ack824,
    /// 277ca.edi
    #[value(name = "277ca")]
    ClaimAck277ca,
    /// summary.json
    Summary,
}

impl Emit {
    /// Returns the name of the file.
    fn file_name(self) -> &'static str {
        match self {
            Emit::Results => "results.ndjson",
            Emit::Accepted => "accepted.837",
            Emit::Rejected => "rejected.837",
            Emit::Held => "held.837",
            Emit::Refused => "refused.837",
            Emit::BrrHtml => "brr.html",
            Emit::BrrJson => "brr.json",
            Emit::BrrCsv => "brr.csv",
            Emit::BrrTxt => "brr.txt",
            Emit::BrrXlsx => "brr.xlsx",
            Emit::BrrPdf => "brr.pdf",
            Emit::Ta1 => Acknowledgement::InterchangeAckTa1.file_name(),
            Emit::Ack999 => Acknowledgement::Ack999.file_name(),
            Emit::Ack824 => Acknowledgement::Ack824.file_name(),
            Emit::ClaimAck277ca => Acknowledgement::ClaimAck277ca.file_name(),
            Emit::Summary => responses::SUMMARY_FILE_NAME,
        }
    }

    /// Tells whether the output is made at all.
    pub fn is_made(self, settings: &Settings) -> bool {
        if let Some(form) = self.file_name().strip_prefix("brr.") {
            return settings.reports.contains(&form);
        }
        match self {
            Emit::Results => settings.results != Results::None,
            Emit::ClaimAck277ca => settings.claim_ack_277ca,
            _ => true,
        }
    }
}

/// Copies one output to standard output, now that the run balances.
pub fn print(ran: &mut Ran, emit: Emit) -> Result<(), Failure> {
    let name = emit.file_name();
    match ran.open(name) {
        // No file: no claim has that disposition, and nothing is the right answer.
        Ok(None) => Ok(()),
        Ok(Some(file)) => stdout::copy(file),
        Err(error) => Err(Failure::io("cannot read again", Path::new(name), &error)),
    }
}
