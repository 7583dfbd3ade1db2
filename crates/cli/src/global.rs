//! What every command takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Options of every command.
#[derive(Args, Clone, Debug)]
pub struct Global {
    /// Configuration file, read over the site's
    #[arg(long, global = true, value_name = "FILE", help_heading = "Global")]
    pub config: Option<PathBuf>,
    /// No progress and no closing lines on standard error
    #[arg(short, long, global = true, help_heading = "Global")]
    pub quiet: bool,
    /// What to log: off, error, warn, info, debug or trace
    #[arg(long, global = true, value_name = "LEVEL", default_value = "warn", help_heading = "Global")]
    pub log: String,
    /// Form of the log
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, help_heading = "Global")]
    pub log_format: LogFormat,
    /// When to colour
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN", help_heading = "Global")]
    pub color: Colour,
}

/// Form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Global {
    /// Sets colour and log up, once.
    pub fn set_up(&self) -> Result<(), crate::failure::Failure> {
        let choice = match self.color {
            Colour::Auto => anstream::ColorChoice::Auto,
            Colour::Always => anstream::ColorChoice::Always,
            Colour::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
        let level: tracing::level_filters::LevelFilter = self.log.parse().map_err(|_| {
            crate::failure::Failure::usage(
                format!("--log {}: there is no such level", self.log),
                "use off, error, warn, info, debug or trace",
            )
        })?;
        // What libraries would log of the bytes they are given is nobody's to read.
        let filter = tracing_subscriber::EnvFilter::new(format!("claimgate={level}"));
        let subscriber =
            tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
        match self.log_format {
            LogFormat::Text => subscriber.with_ansi(false).init(),
            LogFormat::Json => subscriber.json().with_span_list(false).init(),
        }
        Ok(())
    }
}
