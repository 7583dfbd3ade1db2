//! What a copy does not know: it is put aside, and comes back with a ledger that does.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use ledger::{Delivery, Ledger, Run, RunState, Usage};

use crate::figures::number_of;
use crate::station::{Layout, ONWARD, Station, blake3};

/// Folders with something for each run, by its number, and whether a run has something there as it stands.
const OF_RUNS: [(&str, HasOne); 3] = [
    (RUNS, |state| state != RunState::Open),
    ("outbox", |state| state == RunState::Decided),
    ("tries", |_| true),
];

const RUNS: &str = "runs";

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
    for folder in [layout.blobs(), layout.archive(), layout.quarantine()] {
        for (path, name) in entries(&folder)? {
            if station.ledger.submission(&name).is_err() {
                move_to(Path::new("received"), &path)?;
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
            // Whatever else lies there is nothing of ours.
            if run_of(&name).is_some() && !went_on(station, &path, &name)? {
                move_to(below(layout, &folder), &path)?;
                aside.onward += 1;
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
    fs::create_dir_all(aside.join(RUNS))?;
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
    name.strip_suffix(".837")?.rsplit_once('-')?.1.parse().ok()
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

/// Returns whether claims that went on still lie in `onward/`, or were put aside from there.
pub fn lies(layout: &Layout, usage: Usage, delivery: &Delivery) -> io::Result<bool> {
    let onward = layout.onward(usage);
    let aside = entries(&layout.forgotten())?;
    let aside = aside.iter().map(|(forgotten, _)| forgotten.join(below(layout, &onward)));
    for folder in [onward.clone()].into_iter().chain(aside) {
        if is_delivery(&folder.join(&delivery.name), delivery)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_delivery(path: &Path, delivery: &Delivery) -> io::Result<bool> {
    let has_length = path.metadata().is_ok_and(|found| found.is_file() && found.len() == delivery.bytes);
    Ok(has_length && intake::sha256(File::open(path)?)? == delivery.sha256)
}

/// Returns path and name of everything in a folder, sorted; nothing if it is not there.
pub fn entries(folder: &Path) -> io::Result<Vec<(PathBuf, String)>> {
    if !folder.exists() {
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
