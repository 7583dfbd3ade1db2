//! How long what lies in the folders of a station is kept, and what becomes of it then.
//!
//! Bytes go; what the ledger says of them stays: that they came, their hashes, what came of them, and who removed them.
//! The note is written before the bytes go, so that nothing is ever gone without one.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;

use chrono::Days;
use intake::{Place, gone};
use ledger::{Act, Ledger, Note, RunState, Submission, Usage};

use super::layout::{Layout, part_name};
use super::owed::{ACK, ONWARD, REPORT};
use super::{Station, held_runs, own, unusable};
use crate::failure::Failure;
use crate::settings::RetentionSettings;
use crate::stamp::Stamp;

/// The folder of the outputs of runs.
const RUNS: &str = "runs";

/// What is kept for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Files that were judged.
    Archive,
    /// Files that could not be.
    Quarantine,
    /// Answers that nobody has fetched.
    Outbound,
    /// Outputs of runs.
    Runs,
    /// Accepted claims that nobody has taken.
    Onward,
}

impl Class {
    /// Every class.
    pub const ALL: [Class; 5] =
        [Class::Archive, Class::Quarantine, Class::Outbound, Class::Runs, Class::Onward];

    /// Returns the word in data.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Archive => "archive",
            Class::Quarantine => "quarantine",
            Class::Outbound => "outbound",
            Class::Runs => "runs",
            Class::Onward => "onward",
        }
    }

    /// Returns how many days it is kept; `None` for ever.
    pub fn days(self, settings: &RetentionSettings) -> Option<u64> {
        match self {
            Class::Archive => settings.archive_days,
            Class::Quarantine => settings.quarantine_days,
            Class::Outbound => settings.outbound_days,
            Class::Runs => settings.runs_days,
            Class::Onward => settings.onward_days,
        }
    }
}

/// Files of one submission that were kept long enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Old {
    /// What they are.
    pub class: Class,
    /// Whose they are.
    pub partner: String,
    /// The submission.
    pub submission: String,
    /// When the last of its answers was delivered, those of reruns too.
    pub delivered_at: String,
    /// What they have together.
    pub bytes: u64,
    /// After how many days they go.
    days: u64,
    /// Folder below the station's, and name.
    files: Vec<(String, String)>,
}

impl Old {
    /// Returns how many files they are.
    pub fn count(&self) -> u64 {
        self.files.len() as u64
    }
}

/// Returns everything that was kept long enough at the moment `now`, by class, partner and submission.
///
/// Nothing is ever old of which a run is not delivered, and no outputs of which claims are held that nothing was decided about.
pub fn old(station: &Station, settings: &RetentionSettings, now: Stamp) -> Result<Vec<Old>, Failure> {
    let mut old = Vec::new();
    for class in Class::ALL {
        let Some(days) = class.days(settings) else { continue };
        // Moments sort as they are written.
        let Some(until) = now.before(Days::new(days)) else { continue };
        let mut files: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for (submission, folder, name) in kept(station, class)? {
            files.entry(submission).or_default().push((folder, name));
        }
        for (id, files) in files {
            if !is_done(station, &id)? {
                continue;
            }
            let Submission { partner, received_at, .. } = station.ledger.submission(&id).map_err(unusable)?;
            let delivered_at = last_delivery(station, &id)?.unwrap_or(received_at);
            if until <= delivered_at {
                continue;
            }
            if class == Class::Runs && !held_runs(station, &id)?.is_empty() {
                continue;
            }
            let length = |(folder, name): &(String, String)| {
                let path = station.layout.root().join(folder).join(name);
                fs::symlink_metadata(path).map_or(0, |found| found.len())
            };
            let bytes = files.iter().map(length).sum();
            old.push(Old { class, partner, submission: id, delivered_at, bytes, days, files });
        }
    }
    old.sort_by(|one, other| {
        (one.class, &one.partner, &one.submission).cmp(&(other.class, &other.partner, &other.submission))
    });
    Ok(old)
}

/// Returns when something of a submission was last delivered: what a rerun answers years later is as young as any other answer.
fn last_delivery(station: &Station, submission: &str) -> Result<Option<String>, Failure> {
    let trail = station.ledger.audit(Some(submission)).map_err(unusable)?;
    Ok(trail.into_iter().filter(|entry| entry.what == ledger::DELIVERED).map(|entry| entry.at).max())
}

fn is_done(station: &Station, submission: &str) -> Result<bool, Failure> {
    let runs = station.ledger.runs_of(submission).map_err(unusable)?;
    Ok(runs.iter().all(|run| run.state == RunState::Delivered))
}

/// Returns submission, folder and name of every file of a class; what the station did not put there is not its to remove.
fn kept(station: &Station, class: Class) -> Result<Vec<(String, String, String)>, Failure> {
    match class {
        Class::Archive | Class::Quarantine => {}
        Class::Outbound => return unfetched(station),
        Class::Runs => return outputs(station),
        Class::Onward => return not_taken(station),
    }
    let folder = class.as_str();
    let names = names(&station.layout, folder)?;
    let known = names.into_iter().filter(|name| station.ledger.submission(name).is_ok());
    Ok(known.map(|name| (name.clone(), folder.to_owned(), name)).collect())
}

/// Returns the same of every output of a run.
fn outputs(station: &Station) -> Result<Vec<(String, String, String)>, Failure> {
    let mut found = Vec::new();
    for number in names(&station.layout, RUNS)? {
        let Some(run) = number.parse().ok().and_then(|number| station.ledger.run(number).ok()) else {
            continue;
        };
        let folder = format!("{RUNS}/{number}");
        let names = names(&station.layout, &folder)?.into_iter();
        found.extend(names.map(|name| (run.submission.clone(), folder.clone(), name)));
    }
    Ok(found)
}

/// Returns the same of every file with accepted claims that nobody has taken.
fn not_taken(station: &Station) -> Result<Vec<(String, String, String)>, Failure> {
    let mut found = Vec::new();
    for usage in [Usage::Production, Usage::Test] {
        let place = format!("{ONWARD}/{}", part_name(usage));
        for name in names(&station.layout, &place)? {
            if let Some((_, submission)) = owed_for(station, ONWARD, &name)? {
                found.push((submission, place.clone(), name));
            }
        }
    }
    Ok(found)
}

/// Returns the same of every answer that still lies in the folder of a partner.
fn unfetched(station: &Station) -> Result<Vec<(String, String, String)>, Failure> {
    let mut found = Vec::new();
    for partner in station.ledger.partners().map_err(unusable)? {
        let home = station.layout.home(&partner.name).root();
        let home = home.strip_prefix(station.layout.root()).unwrap_or(&home).display().to_string();
        for folder in [ACK, REPORT] {
            let place = format!("{home}/{folder}");
            for name in names(&station.layout, &place)? {
                let owed = owed_for(station, folder, &name)?;
                if let Some((_, submission)) = owed.filter(|(of, _)| *of == partner.name) {
                    found.push((submission, place.clone(), name));
                }
            }
        }
    }
    Ok(found)
}

/// Returns for which partner and submission a file is owed in a folder: its name has the number of the run, at the end or before a dash.
fn owed_for(station: &Station, folder: &str, name: &str) -> Result<Option<(String, String)>, Failure> {
    for word in name.split(['-', '.']) {
        let Some(run) = word.parse().ok().and_then(|number| station.ledger.run(number).ok()) else {
            continue;
        };
        let owed = station.ledger.deliveries(run.number).map_err(unusable)?;
        if owed.iter().any(|delivery| delivery.folder == folder && delivery.name == name) {
            let partner = station.ledger.submission(&run.submission).map_err(unusable)?.partner;
            return Ok(Some((partner, run.submission)));
        }
    }
    Ok(None)
}

/// Returns the names in a folder below the station's; none if it is not there, or a link leads elsewhere.
fn names(layout: &Layout, folder: &str) -> Result<Vec<String>, Failure> {
    let failed = |error: io::Error| own("cannot read", layout.root(), &error);
    let Ok(place) = Place::open(layout.root()).map_err(failed)?.below(Path::new(folder)) else {
        return Ok(Vec::new());
    };
    let names = place.names().map_err(failed)?;
    Ok(names.into_iter().filter_map(|name| name.into_string().ok()).collect())
}

/// Notes that files are removed, and removes them.
pub fn dispose(station: &mut Station, old: &Old, at: &str, who: &str) -> Result<(), Failure> {
    let files = crate::figures::number_of(old.count(), "file");
    let why = format!("{}: {files}, kept for more than {} days", old.class.as_str(), old.days);
    station.ledger.note(Note::Disposal, &old.submission, &Act { at, who, why: &why }).map_err(unusable)?;
    for (folder, name) in &old.files {
        let removed = Place::open(station.layout.root()).and_then(|root| {
            let place = root.below(Path::new(folder))?;
            place.remove_file(OsStr::new(name))?;
            place.sync()
        });
        removed.map_err(|error| own("cannot remove from", &station.layout.root().join(folder), &error))?;
    }
    if old.class == Class::Runs { remove_emptied(station, old) } else { Ok(()) }
}

/// Removes the folders of runs whose outputs are gone.
fn remove_emptied(station: &Station, old: &Old) -> Result<(), Failure> {
    let mut folders: Vec<&str> = old.files.iter().map(|(folder, _)| folder.as_str()).collect();
    folders.dedup();
    folders.into_iter().try_for_each(|folder| {
        let path = station.layout.root().join(folder);
        gone(fs::remove_dir(&path)).map_err(|error| own("cannot remove", &path, &error))
    })
}

/// Returns whether files of a submission were kept long enough, and removed, that are of one of `classes`.
pub fn is_disposed_of(station: &Station, submission: &str, classes: &[Class]) -> Result<bool, Failure> {
    let notes = station.ledger.notes(Note::Disposal, submission).map_err(unusable)?;
    let is_of_class = |why: &str| classes.iter().any(|class| why.starts_with(class.as_str()));
    Ok(notes.iter().any(|note| is_of_class(&note.why)))
}
