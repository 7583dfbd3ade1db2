//! `claimgate crosswalk`: what the lists are, and what they say.

use clap::{Args, Subcommand};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;

mod check;
mod lookup;
mod rows;

/// Arguments of `crosswalk`.
#[derive(Args, Debug)]
pub struct CrosswalkArgs {
    #[command(subcommand)]
    pub command: CrosswalkCommand,
}

/// What can be asked of the lists.
#[derive(Subcommand, Debug)]
pub enum CrosswalkCommand {
    /// Show what the loader understands of a list: columns, dates, sample rows, and what it sets aside
    Check(check::CheckArgs),
    /// Show what every list says of an NDC, alone or with a procedure
    Lookup(lookup::LookupArgs),
}

/// Does what was asked.
pub fn run(args: &CrosswalkArgs, global: &Global) -> Result<Exit, Failure> {
    match &args.command {
        CrosswalkCommand::Check(args) => check::run(args),
        CrosswalkCommand::Lookup(args) => lookup::run(args, global),
    }
}
