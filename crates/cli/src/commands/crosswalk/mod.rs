//! `claimgate crosswalk`: what the lists are, what they say, and which of their releases count.

use clap::{Args, Subcommand};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;

mod activate;
mod check;
mod coverage;
mod diff;
mod export;
pub mod import;
mod list;
mod lookup;
mod preview;
pub mod rows;
mod sides;
pub mod store;

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
    /// Keep a release as received, as a draft that does not count yet
    Import(import::ImportArgs),
    /// Show the releases that are kept, and which of them count
    List(list::KeptArgs),
    /// Show which pairs change from one release or snapshot to another
    Diff(diff::DiffArgs),
    /// Show which claims another list would decide otherwise, from the facts of their runs
    Preview(preview::PreviewArgs),
    /// Let a release count
    Activate(activate::ActivateArgs),
    /// Take the last switch back
    Rollback(store::SwitchArgs),
    /// Show which dates of service can be judged, and how old the lists are
    Coverage(coverage::CoverageArgs),
    /// Write a snapshot as CSV, a row for each pair of each release
    Export(export::ExportArgs),
}

/// Does what was asked.
pub fn run(args: &CrosswalkArgs, global: &Global) -> Result<Exit, Failure> {
    match &args.command {
        CrosswalkCommand::Check(args) => check::run(args),
        CrosswalkCommand::Lookup(args) => lookup::run(args, global),
        CrosswalkCommand::Import(args) => import::run(args, global),
        CrosswalkCommand::List(args) => list::run(args, global),
        CrosswalkCommand::Diff(args) => diff::run(args, global),
        CrosswalkCommand::Preview(args) => preview::run(args, global),
        CrosswalkCommand::Activate(args) => activate::activate(args, global),
        CrosswalkCommand::Rollback(args) => activate::rollback(args, global),
        CrosswalkCommand::Coverage(args) => coverage::run(args, global),
        CrosswalkCommand::Export(args) => export::run(args, global),
    }
}
