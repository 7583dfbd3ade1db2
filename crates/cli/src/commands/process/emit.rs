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

    /// Says why the output is not made, and how it would be; `None` if it is.
    pub fn left_out(self, settings: &Settings) -> Option<Failure> {
        if let Some(form) = self.file_name().strip_prefix("brr.") {
            let failure = Failure::usage(
                format!("--emit brr-{form} wants a form that --reports or the configuration leaves out"),
                format!("name {form} among the forms of --reports"),
            );
            return Some(failure).filter(|_| !settings.reports.contains(&form));
        }
        match self {
            Emit::Results if settings.results == Results::None => Some(Failure::usage(
                "--emit results wants what --results or the configuration leaves out",
                "choose --results findings or --results all",
            )),
            Emit::ClaimAck277ca if !settings.claim_ack_277ca => Some(Failure::usage(
                "--emit 277ca wants an answer that is made only where the configuration asks for it",
                "set CLAIMGATE_CLAIM_ACK_277CA=on, or claim_ack_277ca = \"on\" in the configuration",
            )),
            _ => None,
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
