//! What every command has that lists what it would do first, and answers to the audit trail when it does it.

use clap::Args;
use ledger::Act;

use super::crosswalk::store::{one_line, reason};
use crate::failure::Failure;

/// Whether something is done, and what the audit trail is told of it.
#[derive(Args, Debug)]
pub struct ActArgs {
    /// Do it; without, what would be done is listed
    #[arg(long, requires = "reason")]
    pub apply: bool,
    /// Why, for the audit trail
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: Option<String>,
    /// Who does it; by default the user of this machine
    #[arg(long, value_name = "NAME", value_parser = one_line)]
    by: Option<String>,
}

impl ActArgs {
    /// Returns why it is done; empty where nothing is.
    pub fn why(&self) -> &str {
        self.reason.as_deref().unwrap_or_default()
    }

    /// Returns who does it.
    pub fn who(&self) -> Result<String, Failure> {
        super::who(self.by.as_deref())
    }

    /// Puts together what the audit trail has of it.
    pub fn act<'a>(&'a self, at: &'a str, who: &'a str) -> Act<'a> {
        Act { at, who, why: self.why() }
    }
}
