//! `claimgate ndcj`: requests that pairs be approved which no list has, from what they stopped to the row that lets them pass.
//!
//! Source: MaineCare portal notice on NDC edits, the NDC-J Code Combination Request Form and its address.

use clap::{Args, Subcommand};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;

mod decide;
mod draft;
mod form;
mod list;
mod local_list;
mod pairs;

/// Arguments of `ndcj`.
#[derive(Args, Debug)]
pub struct NdcjArgs {
    #[command(subcommand)]
    pub command: NdcjCommand,
}

/// What can be done with requests.
#[derive(Subcommand, Debug)]
pub enum NdcjCommand {
    /// Show the pairs that stopped claims, with their claims and money
    Pairs(pairs::PairsArgs),
    /// Write a request for each pair, filled in from what it stopped
    Draft(Box<draft::DraftArgs>),
    /// Show the requests and where they stand
    List(list::RequestsArgs),
    /// Note that a request was sent
    Sent(decide::SentArgs),
    /// Enter an approval: the pair becomes a row of the local list, signed by a second person
    Approve(decide::ApproveArgs),
    /// Enter that a request was declined
    Decline(decide::DeclineArgs),
}

/// Does what was asked.
pub fn run(args: &NdcjArgs, global: &Global) -> Result<Exit, Failure> {
    match &args.command {
        NdcjCommand::Pairs(args) => pairs::run(args),
        NdcjCommand::Draft(args) => draft::run(args, global),
        NdcjCommand::List(args) => list::run(args, global),
        NdcjCommand::Sent(args) => decide::sent(args, global),
        NdcjCommand::Approve(args) => decide::approve(args, global),
        NdcjCommand::Decline(args) => decide::decline(args, global),
    }
}
