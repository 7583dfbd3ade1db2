//! The claimgate command: arguments, configuration, exit codes.
//!
//! Here the core meets the world: files are opened, the clock is read once, and what went wrong is said once.

#![forbid(unsafe_code)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory, Parser};

mod commands;
mod day;
mod desk;
mod exit;
mod failure;
mod figures;
mod foreign;
mod global;
mod inputs;
mod kept;
mod lists;
mod log;
mod one_stream;
mod page;
mod panics;
mod progress;
mod reports;
mod run;
mod settings;
mod signals;
mod stamp;
mod station;
mod stdout;
mod store;
mod table;
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
    // Nothing is looked at after a panic, so nothing can be seen half done.
    let ended = catch_unwind(AssertUnwindSafe(run));
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

/// Does what the command line asks.
fn run() -> Result<Exit, Failure> {
    match Cli::try_parse() {
        Ok(cli) => {
            cli.global.set_up()?;
            cli.command.run(&cli.global)
        }
        Err(error) if error.use_stderr() => {
            // If even standard error is gone, the exit code still tells.
            let _ = shortened(without_hidden(error)).print();
            Ok(Exit::Usage)
        }
        // Help and versions were asked for.
        Err(help) => stdout::look().and_then(|()| stdout::ended(help.print())).map(|()| Exit::Done),
    }
}

/// Takes commands that are not shown out of those that are suggested for a mistyped one.
fn without_hidden(mut error: clap::Error) -> clap::Error {
    let Some(ContextValue::Strings(mut names)) = error.remove(ContextKind::SuggestedSubcommand) else {
        return error;
    };
    let command = Cli::command();
    names.retain(|name| command.find_subcommand(name).is_none_or(|found| !found.is_hide_set()));
    if !names.is_empty() {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(names));
    }
    error
}

/// How much is shown of something that is not taken, in characters.
const SHOWN_MAX: usize = 80;

/// Cuts what was typed where it is too long to be shown: the words that say what is wrong with it stand behind it.
fn shortened(mut error: clap::Error) -> clap::Error {
    for kind in [ContextKind::InvalidValue, ContextKind::InvalidArg, ContextKind::InvalidSubcommand] {
        if let Some(ContextValue::String(typed)) = error.get(kind)
            && SHOWN_MAX < typed.chars().count()
        {
            let short: String = typed.chars().take(SHOWN_MAX).chain(['…']).collect();
            error.insert(kind, ContextValue::String(short));
        }
    }
    error
}
