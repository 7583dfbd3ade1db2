//! What a copy does not know: it is put aside, and comes back with a ledger that does.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use ledger::{Delivery, Ledger, Run, RunState, SqliteLedger, Usage};

use crate::figures::number_of;
use crate::station::{Layout, ONWARD, Station, blake3};

/// Folders with something for each run, by its number, and whether a run has something there as it stands.
const OF_RUNS: [(&str, HasOne); 3] = [
    (RUNS, |state| state != RunState::Open),
    (OUTBOX, |state| state == RunState::Decided),
    ("tries", |_| true),
];

const RUNS: &str = "runs";
const OUTBOX: &str = "outbox";

type HasOne = fn(RunState) -> bool;

/// What was put aside.
pub struct Aside {
    ledger: bool,
    /// How many files of claims that go on.
    onward: u64,
}

impl Aside {
    /// Says what was put into the folder `forgotten`.
    pub fn words(&self, forgotten: &Path) -> String {
        let mut words = String::new();
        if self.ledger {
            words.push_str(&format!("  what was there     {}\n", forgotten.display()));
        }
        if 0 < self.onward {
            words.push_str(&format!(
                "  was to go on       {}, taken out of onward/ into {}: the copy has it judged again, or does not know it\n",
                number_of(self.onward, "file"),
                forgotten.join(ONWARD).display()
            ));
        }
        words
    }
}

/// Moves the ledger that is there out of the way, and whatever belongs to submissions and runs that the copy does not know.
pub fn put_aside(station: &Station, forgotten: &Path) -> io::Result<Aside> {
    let layout = &station.layout;
    let move_to = |folder: &Path, path: &Path| {
        let folder = forgotten.join(folder);
        fs::create_dir_all(&folder)?;
        fs::rename(path, folder.join(path.file_name().unwrap_or_default()))
    };
    let mut aside = Aside { ledger: false, onward: 0 };
    for path in with_log(&layout.ledger()) {
        if path.exists() {
            move_to(Path::new(""), &path)?;
            aside.ledger = true;
        }
    }
    let staged = staged(layout)?;
    for folder in [layout.blobs(), layout.archive(), layout.quarantine()] {
        for (path, name) in entries(&folder)? {
            match station.ledger.submission(&name) {
                Ok(_) => {}
                // A second name of what was taken; that is received anew.
                Err(_) if staged.contains(&name) => fs::remove_file(path)?,
                Err(_) => move_to(Path::new("received"), &path)?,
            }
        }
    }
    for (folder, is_of) in OF_RUNS {
        for (path, name) in entries(&layout.root().join(folder))? {
            if name.parse().is_ok_and(|run| !station.ledger.run(run).is_ok_and(|run| is_of(run.state))) {
                move_to(Path::new(folder), &path)?;
            }
        }
    }
    for folder in onward(layout) {
        for (path, name) in entries(&folder)? {
            if is_of_station(station, &path, &name) && !went_on(station, &path, &name)? {
                // Whoever takes what goes on may be quicker.
                aside.onward += u64::from(if_there(move_to(below(layout, &folder), &path))?.is_some());
            }
        }
    }
    Ok(aside)
}

/// Brings back what was put aside before and belongs to submissions and runs that this copy knows.
///
/// What stands in its place goes to the folder `aside`. Returns the files of claims among it that go on.
pub fn bring_back(station: &Station, aside: &Path) -> io::Result<Vec<PathBuf>> {
    let layout = &station.layout;
    let mut go_on = Vec::new();
    for (forgotten, _) in entries(&layout.forgotten())? {
        for (path, name) in entries(&forgotten.join("received"))? {
            if station.ledger.submission(&name).is_ok() && layout.source(&name).is_none() {
                // What is done goes from there to where it is kept, when the station is served.
                fs::rename(path, layout.blob(&name))?;
            }
        }
        for (folder, is_of) in OF_RUNS {
            for (path, name) in entries(&forgotten.join(folder))? {
                let run = name.parse().ok().and_then(|run| station.ledger.run(run).ok());
                let Some(run) = run.filter(|run| is_of(run.state)) else { continue };
                let place = layout.root().join(folder).join(&name);
                if folder == RUNS
                    && place.exists()
                    && !has_outputs(station, &run, &place)?
                    && has_outputs(station, &run, &path)?
                {
                    // Another judgement of the run has put its own there.
                    fs::create_dir_all(aside.join(RUNS))?;
                    fs::rename(&place, aside.join(RUNS).join(&name))?;
                }
                if !place.exists() {
                    fs::rename(path, place)?;
                }
            }
        }
        for folder in onward(layout) {
            for (path, name) in entries(&forgotten.join(below(layout, &folder)))? {
                let place = folder.join(&name);
                if !place.exists() && went_on(station, &path, &name)? {
                    fs::rename(path, &place)?;
                    go_on.push(place);
                }
            }
        }
    }
    Ok(go_on)
}

/// Returns the folders of claims that go on.
fn onward(layout: &Layout) -> [PathBuf; 2] {
    [Usage::Production, Usage::Test].map(|usage| layout.onward(usage))
}

fn below<'f>(layout: &Layout, folder: &'f Path) -> &'f Path {
    folder.strip_prefix(layout.root()).unwrap_or(folder)
}

/// Returns the run whose claims are in a file of that name.
fn run_of(name: &str) -> Option<i64> {
    let number = name.strip_suffix(".837")?.rsplit_once('-')?.1;
    number.parse().ok().filter(|run: &i64| run.to_string() == number)
}

/// Returns whether a file in `onward/` has a name as the station gives it; whatever else lies there is nothing of ours.
fn is_of_station(station: &Station, path: &Path, name: &str) -> bool {
    let is_of = |partner: &str| name.strip_prefix(partner).is_some_and(|rest| rest.starts_with('-'));
    let known = station.ledger.partners().unwrap_or_default();
    let since = entries(&station.layout.partners()).unwrap_or_default();
    let mut partners =
        known.iter().map(|one| one.name.as_str()).chain(since.iter().map(|(_, name)| name.as_str()));
    let is_file = path.symlink_metadata().is_ok_and(|found| found.is_file());
    is_file && run_of(name).is_some() && partners.any(is_of)
}

/// Returns the ids of what was taken and is not received yet.
fn staged(layout: &Layout) -> io::Result<BTreeSet<String>> {
    let mut ids = BTreeSet::new();
    for (partner, _) in entries(&layout.stage())? {
        for (usage, _) in entries(&partner)? {
            ids.extend(entries(&usage)?.into_iter().map(|(_, id)| id));
        }
    }
    Ok(ids)
}

/// Returns whether a folder has the outputs that a ledger has of a run.
fn has_outputs(station: &Station, run: &Run, folder: &Path) -> io::Result<bool> {
    for output in station.ledger.outputs(run.number).map_err(io::Error::other)? {
        let path = folder.join(&output.name);
        if !path.metadata().is_ok_and(|found| found.len() == output.bytes) || blake3(&path)? != output.blake3
        {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Returns whether a file of claims is what a ledger has as going on by one of its runs; one of that name by another judgement is not.
fn went_on(station: &Station, path: &Path, name: &str) -> io::Result<bool> {
    let run = run_of(name).and_then(|run| station.ledger.run(run).ok());
    let Some(run) = run.filter(|run| run.state != RunState::Open) else { return Ok(false) };
    let deliveries = station.ledger.deliveries(run.number).map_err(io::Error::other)?;
    let onward = deliveries.into_iter().find(|delivery| delivery.folder == ONWARD && delivery.name == name);
    onward.map_or(Ok(false), |delivery| is_delivery(path, &delivery))
}

/// A ledger that was there before, and where that lies which was in the folder of the station with it.
pub struct Before {
    pub ledger: SqliteLedger,
    pub folders: Vec<PathBuf>,
}

/// Returns the ledgers that were put aside, as far as they can be read, the first that was served first.
pub fn put_aside_before(layout: &Layout) -> Vec<Before> {
    let (mut before, mut is_of_last) = (Vec::<Before>::new(), false);
    for (folder, _) in entries(&layout.forgotten()).unwrap_or_default() {
        let place = folder.join(LEDGER);
        if place.exists() {
            let ledger = readable(&place);
            is_of_last = ledger.is_some();
            before.extend(ledger.map(|ledger| Before { ledger, folders: vec![folder] }));
        } else if let Some(last) = before.last_mut().filter(|_| is_of_last) {
            // Somebody was ended over it, and has put the rest aside when it was done again.
            last.folders.push(folder);
        }
    }
    before
}

/// Returns the ledgers that were there before, as far as they can be read, and whether the last of them can be.
///
/// Where somebody was ended who put that aside, it lies with the others.
pub fn there_before(layout: &Layout) -> (Vec<Before>, bool) {
    let mut before = put_aside_before(layout);
    let folders = vec![layout.root().to_owned()];
    if layout.ledger().exists() {
        let there = readable(&layout.ledger());
        let is_known = there.is_some();
        before.extend(there.map(|ledger| Before { ledger, folders }));
        return (before, is_known);
    }
    let forgotten = entries(&layout.forgotten()).unwrap_or_default();
    let last = forgotten.into_iter().rfind(|(folder, _)| folder.join(LEDGER).exists());
    let is_last = |before: &&mut Before| last.is_some_and(|(folder, _)| before.folders.contains(&folder));
    let last = before.last_mut().filter(is_last).map(|before| before.folders.extend(folders));
    let is_known = last.is_some();
    (before, is_known)
}

/// What the ledger is called in each of these folders.
pub const LEDGER: &str = "ledger.db";

/// Opens a ledger, if it tells at least of its numbers and of what it owes.
fn readable(place: &Path) -> Option<SqliteLedger> {
    let ledger = SqliteLedger::open_existing(place).ok()?;
    (ledger.next_numbers().is_ok() && ledger.runs_that_owe(ONWARD).is_ok()).then_some(ledger)
}

/// Returns whether a file is there, and has the bytes that were delivered.
pub fn is_delivery(path: &Path, delivery: &Delivery) -> io::Result<bool> {
    let has_length = path.metadata().is_ok_and(|found| found.is_file() && found.len() == delivery.bytes);
    // Whoever takes what goes on may be quicker.
    let file = if has_length { if_there(File::open(path))? } else { None };
    Ok(file.map(intake::sha256).transpose()?.is_some_and(|sha256| sha256 == delivery.sha256))
}

/// Returns what came of something, or nothing if what it was done to is not there.
fn if_there<T>(done: io::Result<T>) -> io::Result<Option<T>> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        done => done.map(Some),
    }
}

/// Returns what comes back with a ledger, so that claims go on.
pub fn comes_back(station: &Station) -> io::Result<Vec<PathBuf>> {
    let layout = &station.layout;
    let mut come_back = Vec::new();
    for (forgotten, _) in entries(&layout.forgotten())? {
        for folder in onward(layout) {
            for (path, name) in entries(&forgotten.join(below(layout, &folder)))? {
                let place = folder.join(&name);
                // What is there already stays, and what another judgement has put there goes.
                if went_on(station, &path, &name)? && !went_on(station, &place, &name)? {
                    come_back.push(place);
                }
            }
        }
        for (_, name) in entries(&forgotten.join(OUTBOX))? {
            let run = name.parse().ok().and_then(|run| station.ledger.run(run).ok());
            let place = layout.root().join(OUTBOX).join(name);
            if run.is_some_and(|run| run.state == RunState::Decided) && !place.exists() {
                come_back.push(place);
            }
        }
    }
    Ok(come_back)
}

/// Returns path and name of everything in a folder, sorted; nothing if it is not there.
pub fn entries(folder: &Path) -> io::Result<Vec<(PathBuf, String)>> {
    // Somebody may have left a note there.
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entry = |entry: io::Result<fs::DirEntry>| {
        let entry = entry?;
        Ok((entry.path(), entry.file_name().to_string_lossy().into_owned()))
    };
    let mut entries = fs::read_dir(folder)?.map(entry).collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    Ok(entries)
}

/// Returns the files of a ledger, its log last: nobody may serve the ledger without, since it would look like an older one.
pub fn with_log(ledger: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|ending| {
        let mut name = ledger.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    })
}
