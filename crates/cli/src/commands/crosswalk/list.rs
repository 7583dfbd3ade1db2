//! `claimgate crosswalk list`: what is kept, and what counts.

use clap::Args;
use releases::{Entry, State, Switch};
use serde::Serialize;

use super::store::{StoreArgs, entry_line, in_force_words, switch_words};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::page::Page;
use crate::stdout;

/// Arguments of `crosswalk list`.
#[derive(Args, Debug)]
pub struct KeptArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// Write one JSON object
    #[arg(long)]
    pub json: bool,
}

#[derive(Serialize)]
struct KeptRow<'d> {
    folder: String,
    snapshot: Option<&'d str>,
    releases: Vec<EntryRow<'d>>,
    switches: &'d [Switch],
}

#[derive(Serialize)]
struct EntryRow<'d> {
    state: &'static str,
    #[serde(flatten)]
    entry: &'d Entry,
}

/// Shows every release and every switch.
pub fn run(args: &KeptArgs, global: &Global) -> Result<Exit, Failure> {
    let desk = args.store.open_plainly(global)?;
    if args.json {
        let releases = desk.entries.iter();
        stdout::write_json(&KeptRow {
            folder: desk.shelf.folder().display().to_string(),
            snapshot: desk.switches.last().map(|last| last.snapshot.as_str()),
            releases: releases.map(|entry| EntryRow { state: desk.state(entry).as_str(), entry }).collect(),
            switches: &desk.switches,
        })?;
    } else {
        stdout::write(words(&desk).as_bytes())?;
    }
    Ok(Exit::Done)
}

fn words(desk: &Desk) -> String {
    let mut page = Page::default();
    page.line(&format!("{}", desk.shelf.folder().display()));
    match desk.switches.last() {
        Some(last) => page.line(&in_force_words(last)),
        None if desk.is_there() => page.line("No release counts yet."),
        None => page.line("Nothing is kept here yet."),
    }
    let mut entries: Vec<(State, &Entry)> =
        desk.entries.iter().map(|entry| (desk.state(entry), entry)).collect();
    entries.sort_by_key(|&(state, entry)| (state, entry.list.clone(), entry.covers_from.clone()));
    for (state, entry) in entries {
        page.line(&entry_line(entry, state));
    }
    if 1 < desk.switches.len() {
        page.blank();
        page.line("Switches before");
        for switch in desk.switches.iter().rev().skip(1) {
            page.line(&format!("  {:>4}  {}", switch.number, switch_words(switch)));
        }
    }
    page.text
}
