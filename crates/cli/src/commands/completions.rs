//! `claimgate completions`: what a shell needs to complete command lines.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::Cli;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::stdout;

/// Arguments of `completions`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

const EXAMPLES: &str = "\
Examples:
  claimgate completions bash > /etc/bash_completion.d/claimgate
  claimgate completions fish > ~/.config/fish/completions/claimgate.fish";

/// Prints the completions for a shell.
pub fn run(args: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "claimgate", &mut script);
    stdout::write(&script)?;
    Ok(Exit::Done)
}
