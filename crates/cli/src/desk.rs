//! The crosswalk desk: the folder of kept releases, understood.

use std::path::{Path, PathBuf};

use crosswalk::sources::{ColumnNames, Loaded, Options};
use crosswalk::{Crosswalk, List, Note, Release};
use rayon::prelude::*;
use releases::{Entry, Error, Shelf, State, Switch, SwitchKind};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::lists::{list_named, parse, refused};
use crate::settings::DeskSettings;

/// What to do about records that were changed.
const RESTORE: &str = "restore the folder from a backup; nothing is judged by a list that was changed";

/// Digits of an id of a snapshot that people need to write.
pub const SNAPSHOT_DIGITS_MIN: usize = 4;

/// Kept releases, as they stood when the desk was opened.
pub struct Desk {
    /// Where they are kept.
    pub shelf: Shelf,
    /// Every release, by its id.
    pub entries: Vec<Entry>,
    /// Every switch, the one in force last.
    pub switches: Vec<Switch>,
}

impl Desk {
    /// Looks at the releases in `folder`, else where the configuration says, else in the data folder.
    pub fn open(folder: Option<&Path>, settings: &DeskSettings) -> Result<Desk, Failure> {
        let configured = settings.folder.as_ref().map(PathBuf::from);
        let folder = folder.map(Path::to_owned).or(configured).or_else(data_folder);
        let folder = folder.ok_or_else(|| {
            Failure::usage(
                "there is no data folder, as neither XDG_DATA_HOME nor HOME is set",
                "name the folder of the releases with --crosswalk DIR",
            )
        })?;
        let shelf = Shelf::at(folder);
        let (entries, switches) = (shelf.entries().map_err(damaged)?, shelf.switches().map_err(damaged)?);
        Ok(Desk { shelf, entries, switches })
    }

    /// Returns whether any release was ever kept here.
    pub fn is_there(&self) -> bool {
        self.shelf.is_there()
    }

    /// Returns which releases count.
    ///
    /// Errors: none was ever made to.
    pub fn in_force(&self) -> Result<&Switch, Failure> {
        self.switches.last().ok_or_else(|| {
            Failure::usage(
                format!("{}: no release counts", self.shelf.folder().display()),
                "bring releases with `claimgate crosswalk import FILE`, and let them count with `claimgate crosswalk activate ID`",
            )
        })
    }

    /// Returns the last switch to the snapshot whose id begins with `snapshot`, or the one in force at the end of the day that it is.
    pub fn as_of(&self, snapshot: &str) -> Result<&Switch, Failure> {
        let snapshot = snapshot.to_ascii_lowercase();
        let hint = "`claimgate crosswalk list` names every snapshot that was in force";
        if let Ok(day) = crate::day::parse(&snapshot) {
            // Stamps sort as they are written.
            let until = format!("{day}T23:59:59Z");
            return self
                .switches
                .iter()
                .rfind(|switch| switch.at <= until)
                .ok_or_else(|| Failure::usage(format!("no release counted here on {day}"), hint));
        }
        if snapshot.len() < SNAPSHOT_DIGITS_MIN {
            return Err(Failure::usage(
                "a snapshot is named by a day, or by at least four digits of its id",
                hint,
            ));
        }
        let mut matching = self.switches.iter().rev().filter(|switch| switch.snapshot.starts_with(&snapshot));
        let Some(last) = matching.next() else {
            return Err(Failure::usage(format!("no snapshot {snapshot} was ever in force here"), hint));
        };
        if matching.any(|other| other.snapshot != last.snapshot) {
            return Err(Failure::usage(
                format!("the ids of several snapshots begin with {snapshot}"),
                "give more digits",
            ));
        }
        Ok(last)
    }

    /// Returns the release whose id is `name`, or begins or ends with it.
    pub fn entry(&self, name: &str) -> Result<&Entry, Failure> {
        let hint = "`claimgate crosswalk list` names every release";
        let is_exact = |entry: &&Entry| entry.id == name;
        if let Some(entry) = self.entries.iter().find(is_exact) {
            return Ok(entry);
        }
        let mut matching =
            self.entries.iter().filter(|entry| entry.id.starts_with(name) || entry.id.ends_with(name));
        match (matching.next(), matching.next()) {
            (Some(entry), None) if !name.is_empty() => Ok(entry),
            (Some(one), Some(other)) => Err(Failure::usage(
                format!("several releases are called {name}, such as {} and {}", one.id, other.id),
                "give the whole id",
            )),
            _ => Err(Failure::usage(format!("there is no release {name}"), hint)),
        }
    }

    /// Returns the releases that counted before the last switch that is not taken back.
    ///
    /// Two rollbacks go back two switches: each takes back the switch that made what counts now.
    pub fn releases_before(&self) -> Option<Vec<String>> {
        let mut made: Vec<&Switch> = Vec::new();
        for switch in &self.switches {
            match switch.kind {
                SwitchKind::Activate => made.push(switch),
                SwitchKind::Rollback => drop(made.pop()),
            }
        }
        made.pop()?;
        made.last().map(|switch| switch.releases.clone())
    }

    /// Returns where a release stands.
    pub fn state(&self, entry: &Entry) -> State {
        State::of(&entry.id, &self.switches)
    }

    /// Returns the releases that count; none if none ever did.
    pub fn counting(&self) -> Vec<&Entry> {
        self.entries.iter().filter(|entry| self.state(entry) == State::Active).collect()
    }

    /// Reads a release again.
    pub fn load(&self, entry: &Entry) -> Result<Loaded, Failure> {
        let bytes = self.shelf.read(entry).map_err(damaged)?;
        let posted = entry.posted.as_deref().filter(|_| entry.posted_given);
        let options = Options {
            posted: posted.and_then(|posted| posted.parse().ok()),
            columns: (!entry.columns.is_empty()).then(|| columns_of(entry)),
            source_name: &entry.file_name,
        };
        let path = Path::new(&entry.file_name);
        parse(list_of(entry)?, &bytes, &options).map_err(|error| refused(path, &error))
    }

    /// Puts the snapshot of a switch together.
    ///
    /// Errors: its releases come to another one than it says, so that a record was changed.
    pub fn snapshot(&self, switch: &Switch) -> Result<(Crosswalk, Vec<Note>), Failure> {
        let (crosswalk, notes) = self.crosswalk(&switch.releases)?;
        if crosswalk.id() == switch.snapshot {
            return Ok((crosswalk, notes));
        }
        Err(Failure::usage(
            format!(
                "{}: the releases of switch {} do not come to its snapshot, so a record was changed",
                self.shelf.folder().display(),
                switch.number
            ),
            RESTORE,
        ))
    }

    /// Puts the snapshot together that the releases with these ids come to.
    pub fn crosswalk(&self, ids: &[String]) -> Result<(Crosswalk, Vec<Note>), Failure> {
        let entries = ids.iter().map(|id| self.entry(id)).collect::<Result<Vec<_>, _>>()?;
        let loaded: Result<Vec<Loaded>, Failure> = entries.par_iter().map(|entry| self.load(entry)).collect();
        Ok(Crosswalk::build(loaded?))
    }

    /// Looks whether `new` can count together, and whether none is older than what it replaces.
    ///
    /// Errors: two of them are releases of one quarter or of one list; one is older, and `accepts_older` is not set.
    pub fn check_new(&self, new: &[&Entry], accepts_older: bool) -> Result<(), Failure> {
        for (index, one) in new.iter().enumerate() {
            if let Some(other) = new[..index]
                .iter()
                .find(|other| other.id != one.id && replaces(&one.list, &one.release, other))
            {
                return Err(Failure::usage(
                    format!("{} and {} cannot count together: each replaces the other", other.id, one.id),
                    "name the one that is to count",
                ));
            }
        }
        for one in new {
            let age = |entry: &Entry| (entry.covers_through.clone(), entry.posted.clone());
            let mut replaced = self
                .counting()
                .into_iter()
                .filter(|old| old.id != one.id && replaces(&one.list, &one.release, old));
            if let Some(newer) = replaced.find(|old| age(one) < age(old) && !accepts_older) {
                return Err(Failure::usage(
                    format!("{} is older than {}, which counts and would be replaced", one.id, newer.id),
                    "take the last switch back with `claimgate crosswalk rollback`, or let it count with --accept-older",
                ));
            }
        }
        Ok(())
    }

    /// Puts the snapshot together that there would be if a list that is not kept counted too.
    pub fn crosswalk_with(&self, loaded: Loaded) -> Result<Crosswalk, Failure> {
        let Release { list, name, .. } = &loaded.release;
        let kept = self.counting().into_iter().filter(|old| !replaces(list.as_str(), name, old));
        let mut all = kept.map(|entry| self.load(entry)).collect::<Result<Vec<Loaded>, _>>()?;
        all.push(loaded);
        Ok(Crosswalk::build(all).0)
    }

    /// Returns the ids that count if `new` do too: they replace those that they are newer releases of.
    pub fn with(&self, new: &[&Entry]) -> Vec<String> {
        let is_replaced = |old: &&Entry| new.iter().any(|new| replaces(&new.list, &new.release, old));
        let kept = self.counting().into_iter().filter(|old| !is_replaced(old));
        let mut ids: Vec<String> =
            kept.map(|entry| entry.id.clone()).chain(new.iter().map(|entry| entry.id.clone())).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// Returns the list that a release is of.
pub fn list_of(entry: &Entry) -> Result<List, Failure> {
    list_named(&entry.list).map_err(|words| Failure::usage(format!("release {}: {words}", entry.id), RESTORE))
}

/// Returns whether the release of `list` with that name cannot count beside `old`: ASP of one quarter, PDAC and the local list of any date.
fn replaces(list: &str, name: &str, old: &Entry) -> bool {
    list == old.list && (list != List::Asp.as_str() || name == old.release)
}

fn columns_of(entry: &Entry) -> ColumnNames {
    let named = |role: &str| {
        let column = entry.columns.iter().find(|(of, _)| of == role);
        column.map(|(_, header)| header.clone())
    };
    ColumnNames { ndc: named("ndc"), hcpcs: named("hcpcs"), from: named("from"), through: named("through") }
}

/// Says what is wrong with the folder.
pub fn damaged(error: Error) -> Failure {
    match error {
        Error::Io { what, path, error } => match Failure::io(what, &path, &error) {
            // What is wrong is the folder of the lists, not an input.
            failure if failure.exit == Exit::Unreadable => Failure { exit: Exit::Usage, ..failure },
            failure => failure,
        },
        Error::Damaged { .. } => Failure::usage(error.to_string(), RESTORE),
        Error::Overtaken { .. } => {
            Failure { exit: Exit::TryLater, ..Failure::usage(error.to_string(), "look at it, and try again") }
        }
    }
}

/// Returns where releases are kept if nobody says otherwise.
///
/// Source: XDG Base Directory Specification, `XDG_DATA_HOME`.
fn data_folder() -> Option<PathBuf> {
    let absolute = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let data = absolute("XDG_DATA_HOME").or_else(|| Some(absolute("HOME")?.join(".local/share")))?;
    Some(data.join("claimgate/crosswalk"))
}
