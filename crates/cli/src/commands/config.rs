//! `claimgate config`: what is configured, and where each setting comes from.

use std::fmt::Write;
use std::path::Path;

use clap::{Args, Subcommand};
use serde_json::json;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::settings::keys::named;
use crate::settings::{Loaded, Settings};
use crate::stdout;

/// Arguments of `config`.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, after_help = EXAMPLES)]
pub struct ConfigArgs {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    show: ShowArgs,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Print every setting; what is printed can be read again with --config
    Show(ShowArgs),
    /// Tell of every fault, and print nothing if there are none
    Check(CheckArgs),
}

#[derive(Args, Debug)]
struct ShowArgs {
    /// Say of each setting where it comes from
    #[arg(long)]
    origin: bool,
    /// As one JSON object: value and origin of each key
    #[arg(long)]
    json: bool,
    /// Profile of the payer
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
}

#[derive(Args, Debug)]
struct CheckArgs {
    /// Profile of the payer
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  claimgate config --origin
  claimgate config show --json --config site.toml
  claimgate config check --config site.toml";

/// Shows or checks the configuration.
pub fn run(args: &ConfigArgs, global: &Global) -> Result<Exit, Failure> {
    let show = match &args.what {
        None => &args.show,
        Some(What::Show(show)) => show,
        Some(What::Check(check)) => {
            return Ok(self::check(global.config.as_deref(), check.profile.as_deref()));
        }
    };
    let loaded = Loaded::load(global.config.as_deref(), show.profile.as_deref())?;
    let text = if show.json { as_json(&loaded) } else { as_toml(&loaded, show.origin) };
    stdout::write(text.as_bytes())?;
    Ok(Exit::Done)
}

/// Tells of everything that is wrong.
fn check(config: Option<&Path>, profile: Option<&str>) -> Exit {
    let Err(faults) = Loaded::load_or_all(config, profile) else { return Exit::Done };
    faults.iter().for_each(Failure::say);
    Exit::Usage
}

fn as_json(loaded: &Loaded) -> String {
    let settings = named().iter().map(|named| {
        let value = (named.key.get)(&loaded.settings, named.code);
        let value = serde_json::Value::from(value);
        let origin = loaded.origin(&named.name).to_string();
        (named.name.clone(), json!({ "value": value, "origin": origin }))
    });
    format!("{:#}\n", serde_json::Value::Object(settings.collect()))
}

/// Writes a configuration file that says the same.
fn as_toml(loaded: &Loaded, with_origin: bool) -> String {
    let mut text = String::new();
    let mut within = "";
    for named in named() {
        let (table, key) = named.name.split_once('.').unwrap_or(("", &named.name));
        if table != within {
            let _ = writeln!(text, "\n[{table}]");
            within = table;
        }
        let _ = write!(text, "{key} = {}", (named.key.get)(&loaded.settings, named.code));
        if with_origin {
            let _ = write!(text, "  # {}", loaded.origin(&named.name));
        }
        text.push('\n');
    }
    let profile = &loaded.settings.profile.name;
    if *profile != Settings::default().profile.name {
        // Its settings stand above; the table is there so that the profile is known.
        let _ = writeln!(text, "\n[profiles.{profile}]");
    }
    text
}
