//! What the commands share that keep releases.

use std::path::PathBuf;

use clap::Args;
use releases::{Entry, State, Switch, SwitchKind};

use crate::desk::{Desk, damaged};
use crate::failure::Failure;
use crate::global::Global;
use crate::page::Page;
use crate::settings::Settings;
use crate::stamp::Stamp;

/// Digits of a snapshot's id that are shown to people.
const SHOWN_DIGITS: usize = 12;

/// Where the releases are kept.
#[derive(Args, Debug)]
pub struct StoreArgs {
    /// Folder of kept releases; by default that of the configuration, else `claimgate/crosswalk` in the data folder
    #[arg(long, value_name = "DIR")]
    pub crosswalk: Option<PathBuf>,
}

/// Where a record is kept, who makes it, and when.
#[derive(Args, Debug)]
pub struct RecordArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// Who does it; by default the user of this machine
    #[arg(long, value_name = "NAME", value_parser = one_line)]
    pub by: Option<String>,
    /// Moment that the record carries, such as 2025-11-03T08:00:00Z; the clock by default
    #[arg(long, value_name = "STAMP", value_parser = Stamp::parse)]
    pub now: Option<Stamp>,
}

/// A record of a switch, to which a second person may have to agree.
#[derive(Args, Debug)]
pub struct SwitchArgs {
    #[command(flatten)]
    pub record: RecordArgs,
    /// Second person who agrees: to an approval always, to anything else where the profile demands it
    #[arg(long, value_name = "NAME", value_parser = one_line)]
    pub second: Option<String>,
    /// Profile of the payer, which may demand a second person
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
}

/// Takes words for a record: a line of letters that everybody sees.
pub fn one_line(text: &str) -> Result<String, String> {
    const CHARACTERS_MAX: usize = 500;
    if text.chars().any(char::is_control) {
        return Err("a line break or another control character cannot stand in a record".to_owned());
    }
    if CHARACTERS_MAX < text.chars().count() {
        return Err(format!("a record takes {CHARACTERS_MAX} characters at most"));
    }
    Ok(text.to_owned())
}

/// Takes why something is done: one line of a record, with something in it.
pub fn reason(text: &str) -> Result<String, String> {
    if text.trim().is_empty() {
        return Err("a record without a reason tells nobody why it was done".to_owned());
    }
    one_line(text)
}

impl StoreArgs {
    /// Opens the desk.
    pub fn open(&self, settings: &Settings) -> Result<Desk, Failure> {
        Desk::open(self.crosswalk.as_deref(), &settings.desk)
    }

    /// Returns the option as a command line has it, with a blank in front; nothing if it was not given.
    pub fn as_typed(&self) -> String {
        self.crosswalk
            .as_ref()
            .map_or_else(String::new, |folder| format!(" --crosswalk {}", folder.display()))
    }

    /// Opens the desk for commands that ask for nothing else of the configuration.
    pub fn open_plainly(&self, global: &Global) -> Result<Desk, Failure> {
        self.open(&Settings::load(global.config.as_deref(), None)?)
    }
}

impl RecordArgs {
    /// Returns the name of who does it.
    pub fn name(&self) -> Result<String, Failure> {
        crate::commands::who(self.by.as_deref())
    }

    /// Returns the moment that the record carries.
    pub fn stamp(&self) -> Stamp {
        Stamp::or_clock(self.now)
    }
}

impl SwitchArgs {
    /// Reads the configuration, with the profile that is named.
    pub fn settings(&self, global: &Global) -> Result<Settings, Failure> {
        Settings::load(global.config.as_deref(), self.profile.as_deref())
    }

    /// Returns who switches, and the second person if one is named, after checking whether one must be.
    pub fn names(&self, settings: &Settings) -> Result<(String, Option<String>), Failure> {
        let by = self.record.name()?;
        let second = self.second.as_deref().map(str::trim).filter(|name| !name.is_empty());
        if second.is_some_and(|second| second.to_lowercase() == by.to_lowercase()) {
            return Err(Failure::usage(
                "the second person is the first",
                "let somebody else agree, and name him or her with --second",
            ));
        }
        if second.is_none() && settings.desk.second_person {
            return Err(Failure::usage("a second person has to agree", "name him or her with --second NAME"));
        }
        let second = second.map(str::to_owned);
        Ok((by, second))
    }
}

/// Switches to `releases`, which are ids in their order, and returns the page that says what counts since.
pub fn switch(
    desk: &Desk,
    kind: SwitchKind,
    releases: Vec<String>,
    args: &SwitchArgs,
    settings: &Settings,
) -> Result<String, Failure> {
    let (by, second) = args.names(settings)?;
    let before = desk.switches.last();
    let mut page = Page::default();
    if before.is_some_and(|last| last.releases == releases) {
        page.line("Nothing changes: these releases count already.");
        return Ok(page.text);
    }
    // What does not load is never switched to.
    let (crosswalk, notes) = desk.crosswalk(&releases)?;
    for note in &notes {
        page.paragraph(0, &format!("Note: {note}."));
    }
    let switch = Switch {
        number: before.map_or(0, |last| last.number) + 1,
        kind,
        releases,
        snapshot: crosswalk.id().to_owned(),
        by,
        second,
        at: args.record.stamp().text(),
    };
    desk.shelf.switch(&switch).map_err(damaged)?;
    page.line(&in_force_words(&switch));
    let (old, new) = (before.map_or(&[][..], |last| &last.releases), &switch.releases[..]);
    for (sign, ids, others) in [("+", new, old), ("-", old, new)] {
        for id in ids.iter().filter(|id| !others.contains(id)) {
            page.line(&format!("  {sign} {id}"));
        }
    }
    Ok(page.text)
}

/// Says which snapshot counts since when.
pub fn in_force_words(switch: &Switch) -> String {
    format!("In force: snapshot {} (switch {})", switch_words(switch), switch.number)
}

/// Says to which snapshot was switched, when and by whom.
pub fn switch_words(switch: &Switch) -> String {
    let second = switch.second.as_ref().map_or_else(String::new, |second| format!(" and {second}"));
    let back = if switch.kind == SwitchKind::Rollback { ", taking a switch back" } else { "" };
    format!("{} since {}, by {}{second}{back}", short(&switch.snapshot), switch.at, switch.by)
}

/// Returns the first digits of the id of a snapshot, as many as people need.
pub fn short(snapshot: &str) -> &str {
    snapshot.get(..SHOWN_DIGITS).unwrap_or(snapshot)
}

/// Describes a release in one line.
pub fn entry_line(entry: &Entry, state: State) -> String {
    let covers = match (&entry.covers_from, &entry.covers_through) {
        (Some(from), Some(through)) => format!("covers {from} through {through}"),
        (None, Some(through)) => format!("covers through {through}"),
        _ => "covers nothing".to_owned(),
    };
    format!(
        "  {:<7}  {:<26}  {covers:<36}  {:>6} relations  {} by {}",
        state.as_str(),
        entry.id,
        entry.relations,
        day_of(&entry.imported_at),
        entry.imported_by
    )
}

fn day_of(moment: &str) -> &str {
    moment.get(..10).unwrap_or(moment)
}
