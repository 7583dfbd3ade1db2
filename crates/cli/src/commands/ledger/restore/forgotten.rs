//! What a copy does not know: it is put aside, and comes back with a ledger that does.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ledger::{Ledger, RunState, Usage};

use crate::figures::number_of;
use crate::station::{Layout, ONWARD, Station};

/// Folders with something for each run, by its number.
const OF_RUNS: [&str; 3] = ["runs", "outbox", "tries"];

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
    for folder in OF_RUNS {
        for (path, name) in entries(&layout.root().join(folder))? {
            if name.parse().is_ok_and(|run| station.ledger.run(run).is_err()) {
                move_to(Path::new(folder), &path)?;
            }
        }
    }
    for folder in onward(layout) {
        for (path, name) in entries(&folder)? {
            // Whatever else lies there is nothing of ours.
            if run_of(&name).is_some_and(|run| !has_judged(station, run)) {
                move_to(below(layout, &folder), &path)?;
                aside.onward += 1;
            }
        }
    }
    Ok(aside)
}

/// Brings back what was put aside before and belongs to submissions and runs that this copy knows.
pub fn bring_back(station: &Station) -> io::Result<()> {
    let layout = &station.layout;
    for (forgotten, _) in entries(&layout.forgotten())? {
        for (path, name) in entries(&forgotten.join("received"))? {
            if station.ledger.submission(&name).is_ok() && layout.source(&name).is_none() {
                // What is done goes from there to where it is kept, when the station is served.
                fs::rename(path, layout.blob(&name))?;
            }
        }
        for folder in OF_RUNS {
            for (path, name) in entries(&forgotten.join(folder))? {
                let place = layout.root().join(folder).join(&name);
                if name.parse().is_ok_and(|run| station.ledger.run(run).is_ok()) && !place.exists() {
                    fs::rename(path, place)?;
                }
            }
        }
        for folder in onward(layout) {
            for (path, name) in entries(&forgotten.join(below(layout, &folder)))? {
                let place = folder.join(&name);
                if run_of(&name).is_some_and(|run| has_judged(station, run)) && !place.exists() {
                    fs::rename(path, place)?;
                }
            }
        }
    }
    Ok(())
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

/// Returns whether a ledger has a run as judged, so that its claims do not go on again.
fn has_judged(station: &Station, run: i64) -> bool {
    station.ledger.run(run).is_ok_and(|run| run.state != RunState::Open)
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
