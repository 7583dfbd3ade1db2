//! The claimgate command: arguments, configuration, exit codes.
//!
//! Here the core meets the world: files are opened, the clock is read once, and what went wrong is said once.

#![forbid(unsafe_code)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::Parser;

mod commands;
mod exit;
mod failure;
mod global;
mod inputs;
mod lists;
mod log;
mod one_stream;
mod page;
mod panics;
mod progress;
mod run;
mod settings;
mod signals;
mod stamp;
mod stdout;
mod store;
mod version;

use commands::Command;
use exit::Exit;
use failure::Failure;
use global::Global;

/// Judges X12 837 claims against the Medicare drug crosswalks, splits good from bad, and says why.
#[derive(Parser, Debug)]
#[command(name = "claimgate", version = version::SHORT, long_version = version::LONG, after_help = format!("{}\n\n{}", exit::EXIT_CODES, exit::SIGNALS), max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    panics::set_up();
    let cli = Cli::parse();
    // Nothing is looked at after a panic, so nothing can be seen half done.
    let ended =
        catch_unwind(AssertUnwindSafe(|| cli.global.set_up().and_then(|()| cli.command.run(&cli.global))));
    match ended.unwrap_or_else(|_| Err(Failure::silent(Exit::Fault))) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            failure.say();
            if failure.exit == Exit::ReaderGone {
                signals::end_as_by_broken_pipe();
            }
            failure.exit.into()
        }
    }
}
