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
mod keeper;
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

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// Lines are cut where the widest terminal would cut them, in the middle of a command.
    const WIDTH_MAX: usize = 100;

    /// Takes a command line apart as a shell would, up to where it hands something on.
    fn words(line: &str) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut is_quoted = false;
        for letter in line.chars() {
            match letter {
                '\'' => is_quoted = !is_quoted,
                '|' | '<' | '>' if !is_quoted => break,
                ' ' if !is_quoted => words.push(String::new()),
                _ => words.last_mut().unwrap().push(letter),
            }
        }
        words.retain(|word| !word.is_empty());
        words
    }

    #[test]
    fn every_example_is_a_command_and_fits_its_line() {
        let mut root = Cli::command();
        root.build();
        let mut commands = vec![&root];
        let mut count = 0;
        while let Some(command) = commands.pop() {
            commands.extend(command.get_subcommands().filter(|one| one.get_name() != "help"));
            let text = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            for line in text.lines() {
                assert!(line.chars().count() <= WIDTH_MAX, "{}: {line}", command.get_name());
                // Of a pipe, the part that is claimgate's.
                let Some(begin) = line.strip_prefix("  ").and_then(|line| line.find("claimgate ")) else {
                    continue;
                };
                count += 1;
                let parsed = Cli::try_parse_from(words(&line[2 + begin..]));
                assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
            }
        }
        assert!(40 < count, "{count}");
    }
}
