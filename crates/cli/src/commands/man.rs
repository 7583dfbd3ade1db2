//! `claimgate man`: the manual, from the arguments, the exit codes and the table of keys.

use std::io;

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, italic, roman};

use crate::Cli;
use crate::exit::{EXIT_CODES, Exit, SIGNALS};
use crate::failure::Failure;
use crate::settings::SITE_FILE;
use crate::settings::keys::{KEYS, VARIABLE_PREFIX, variable};
use crate::stdout;
use crate::version;

/// Arguments of `man`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct ManArgs {
    /// A command; without one, the page of claimgate itself
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
}

const EXAMPLES: &str = "\
Examples:
  claimgate man | man -l -
  claimgate man process > claimgate-process.1";

/// Where the environment is looked at beside the settings.
const ENVIRONMENT: [(&str, &str); 2] = [
    ("NO_COLOR", "If set, nothing is coloured unless --color says so."),
    (
        "TMPDIR",
        "Where standard input and unnamed outputs are spooled if there is no --out; /tmp without it. One that cannot be written to ends the command with 2.",
    ),
];

/// Prints a page of the manual.
pub fn run(args: &ManArgs) -> Result<Exit, Failure> {
    let mut root = Cli::command();
    root.build();
    let mut command = &root;
    for name in &args.command {
        command = command.find_subcommand(name).filter(|found| !found.is_hide_set()).ok_or_else(|| {
            Failure::usage(format!("there is no command {}", args.command.join(" ")), known(command))
        })?;
    }
    let mut page = Vec::new();
    write_page(command, args.command.is_empty(), &mut page)
        .map_err(|error| Failure::internal(error.to_string()))?;
    stdout::write(&page)?;
    Ok(Exit::Done)
}

fn known(command: &Command) -> String {
    let names = command.get_subcommands().filter(|one| !one.is_hide_set()).map(Command::get_name);
    let names: Vec<&str> = names.collect();
    if names.is_empty() {
        format!("{} has no commands", command.get_name())
    } else {
        format!("choose one of {}", names.join(", "))
    }
}

fn write_page(command: &Command, is_root: bool, page: &mut Vec<u8>) -> io::Result<()> {
    let title = command.get_display_name().unwrap_or_else(|| command.get_name());
    let man = Man::new(command.clone())
        .title(title.to_uppercase())
        // One that is empty would be left out, and what follows be taken for it.
        .date(" ")
        .source(format!("claimgate {}", version::SHORT))
        .manual("claimgate manual");
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(page)?;
    }
    let mut roff = Roff::new();
    if is_root {
        exit_status(&mut roff);
        environment(&mut roff);
        files(&mut roff);
        configuration(&mut roff);
    } else {
        if let Some(examples) = command.get_after_help() {
            let examples = examples.to_string();
            literal(&mut roff, "EXAMPLES", examples.trim_start_matches("Examples:\n"));
        }
        exit_status(&mut roff);
        roff.control("SH", ["SEE ALSO"]);
        roff.text([
            bold("claimgate"),
            roman("(1) on the environment, files and every key of the configuration"),
        ]);
    }
    roff.to_writer(page)
}

fn exit_status(roff: &mut Roff) {
    literal(roff, "EXIT STATUS", EXIT_CODES.split_once('\n').map_or("", |(_, codes)| codes));
    roff.text([roman("Of several, the one that stands first here is told.")]);
    roff.control("PP", []);
    roff.text([roman(SIGNALS)]);
}

/// Writes lines as they stand.
fn literal(roff: &mut Roff, heading: &str, text: &str) {
    roff.control("SH", [heading]).control("nf", []);
    for line in text.lines() {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
}

fn environment(roff: &mut Roff) {
    roff.control("SH", ["ENVIRONMENT"]);
    roff.control("TP", []);
    roff.text([bold(VARIABLE_PREFIX), italic("KEY")]);
    roff.text([roman(
        "Sets a key of the configuration: its name in capitals, with two underscores for the dot. Items of a list are separated by commas.",
    )]);
    for (name, meaning) in ENVIRONMENT {
        roff.control("TP", []);
        roff.text([bold(name)]);
        roff.text([roman(meaning)]);
    }
}

fn files(roff: &mut Roff) {
    roff.control("SH", ["FILES"]);
    roff.control("TP", []);
    roff.text([bold(SITE_FILE)]);
    roff.text([roman("The configuration of the site, in TOML. It need not be there.")]);
}

fn configuration(roff: &mut Roff) {
    roff.control("SH", ["CONFIGURATION"]);
    roff.text([roman(
        "Each source wins over the one before: built in, the site's file, the file of --config, the environment, the command line. Within a file the chosen profile wins over the keys beside it. A key that is not known is an error.",
    )]);
    for key in &KEYS {
        roff.control("TP", []);
        roff.text([bold(key.name)]);
        roff.text([roman(key.meaning.replace('`', ""))]);
        let mut facts = vec![format!("Type: {}", key.kind), format!("Default: {}", key.default())];
        facts.push(format!("Variable: {}", variable(key.name)));
        facts.extend(key.option.map(|option| format!("Option: {option}")));
        if key.of_payer {
            facts.push("Can be set in a profile".to_owned());
        }
        for fact in facts {
            roff.control("br", []);
            roff.text([roman(fact + ".")]);
        }
    }
}
