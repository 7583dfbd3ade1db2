//! The commands, one file each.

use clap::Subcommand;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;

pub mod check;
mod closing;
pub mod completions;
pub mod config;
pub mod crosswalk;
pub mod diff;
pub mod docs;
pub mod explain;
pub mod inspect;
pub mod man;
pub mod ndcj;
pub mod process;
pub mod schema;

/// What claimgate can do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Judge claims and split files into what goes on and what does not
    Process(process::ProcessArgs),
    /// Judge claims, write nothing, and show what is wrong
    Check(check::CheckArgs),
    /// Explain a code, one claim's verdict, or what an acknowledgement says, in full
    Explain(explain::ExplainArgs),
    /// Tell claim by claim what two runs judge differently
    Diff(diff::DiffArgs),
    /// Ask the crosswalks
    Crosswalk(crosswalk::CrosswalkArgs),
    /// Ask for pairs that no list has, and enter what was decided
    Ndcj(ndcj::NdcjArgs),
    /// Print the JSON Schema of an output
    Schema(schema::SchemaArgs),
    /// Say what is in a file: envelopes, counts, claims, drug lines
    Inspect(inspect::InspectArgs),
    /// Show what is configured, and where each setting comes from
    Config(config::ConfigArgs),
    /// Print what a shell needs to complete command lines
    Completions(completions::CompletionsArgs),
    /// Print a page of the manual
    Man(man::ManArgs),
    /// Write the pages of docs that come from the code
    #[command(hide = true)]
    Docs(docs::DocsArgs),
}

impl Command {
    /// Does what was asked.
    pub fn run(&self, global: &Global) -> Result<Exit, Failure> {
        match self {
            Command::Process(args) => process::run(args, global),
            Command::Check(args) => check::run(args, global),
            Command::Explain(args) => explain::run(args, global),
            Command::Diff(args) => diff::run(args, global),
            Command::Crosswalk(args) => crosswalk::run(args, global),
            Command::Ndcj(args) => ndcj::run(args, global),
            Command::Schema(args) => schema::run(args),
            Command::Inspect(args) => inspect::run(args, global),
            Command::Config(args) => config::run(args, global),
            Command::Completions(args) => completions::run(args),
            Command::Man(args) => man::run(args),
            Command::Docs(args) => docs::run(args),
        }
    }
}
