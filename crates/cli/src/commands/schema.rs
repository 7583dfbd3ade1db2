//! `claimgate schema`: prints the JSON Schema of an output.

use clap::{Args, ValueEnum};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::stdout;

/// Arguments of `schema`.
#[derive(Args, Debug)]
pub struct SchemaArgs {
    /// The output that the schema describes
    #[arg(value_enum)]
    pub name: SchemaName,
}

/// An output with a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaName {
    /// One line of results.ndjson
    Result,
    /// summary.json
    Summary,
    /// brr.json
    Brr,
    /// denials.json
    Denials,
    /// What diff --json prints
    Diff,
    /// What bench --format json prints
    Bench,
}

/// Prints the schema, JSON Schema 2020-12.
pub fn run(args: &SchemaArgs) -> Result<Exit, Failure> {
    stdout::write(text_of(args.name).as_bytes())?;
    Ok(Exit::Done)
}

fn text_of(name: SchemaName) -> &'static str {
    match name {
        SchemaName::Result => responses::schemas::RESULT,
        SchemaName::Summary => responses::schemas::SUMMARY,
        SchemaName::Brr => responses::schemas::BRR,
        SchemaName::Denials => responses::schemas::DENIALS,
        SchemaName::Diff => crate::commands::diff::SCHEMA,
        SchemaName::Bench => crate::commands::bench::SCHEMA,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_names_every_schema() {
        for &name in SchemaName::value_variants() {
            let schema: serde_json::Value = serde_json::from_str(text_of(name)).unwrap();
            let id = schema["$id"].as_str().unwrap();
            assert!(crate::version::LONG.split_whitespace().any(|word| word == id), "{id}");
        }
    }
}
