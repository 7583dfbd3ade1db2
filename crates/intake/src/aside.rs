//! Hidden folders that something is built in before it is shown, and what becomes of them if it never is.
//!
//! Such a folder goes with the value that made it; with [`abandon`] if the process is told to end; with [`sweep`] if it was killed.
//! Beside it stands a file that its maker holds a lock on, which ends with the process however that ends: a folder whose file is not locked has lost its maker.
//! The file is made before the folder and removed after it, so that at no moment a folder is left that cannot be told.
//! Source: flock(2).

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::durable::gone;

const PREFIX: &str = ".claimgate-";
const FOLDER: &str = "partial";
const LOCK: &str = "lock";

/// How often a folder is removed that somebody still writes to; each attempt leaves less that can be written.
const ATTEMPTS: usize = 100;

/// Every folder that this process is building.
static BUILDING: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// A hidden folder; dropped, it is removed with all that is in it.
pub(crate) struct Aside {
    path: PathBuf,
    /// Keeps the lock.
    _lock: File,
}

impl Aside {
    /// Makes a hidden folder in `parent`, which is made if it is missing.
    ///
    /// Only the user can enter it, as health data is written there.
    pub(crate) fn begin(parent: &Path) -> io::Result<Aside> {
        fs::create_dir_all(parent)?;
        let mut building = building();
        loop {
            let suffix = format!(".{LOCK}");
            let lock = tempfile::Builder::new().prefix(PREFIX).suffix(&suffix).tempfile_in(parent)?;
            let (file, lock) = lock.keep().map_err(|error| error.error)?;
            // Where there are no locks nothing can be told of a folder, and no sweep takes one.
            let _ = file.lock();
            // Until it was locked, a sweep could take it for one that was left behind.
            if is_in_place(&file, &lock) {
                let path = lock.with_extension(FOLDER);
                building.insert(path.clone());
                drop(building);
                let aside = Aside { path, _lock: file };
                DirBuilder::new().mode(0o700).create(&aside.path)?;
                return Ok(aside);
            }
        }
    }

    /// Returns where it stands.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Removes what stands here; nothing, if it was moved to its place.
    pub(crate) fn remove(self) -> io::Result<()> {
        self.take_away()
    }

    fn take_away(&self) -> io::Result<()> {
        let mut building = building();
        if !building.remove(&self.path) {
            return Ok(());
        }
        remove(&self.path)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // What cannot be removed here is left to a sweep.
        let _ = self.take_away();
    }
}

/// Removes every folder that this process is building, for a process that ends as soon as this returns.
///
/// Whoever would begin, show or drop such a folder waits from here on, so that the process ends in no other way.
pub fn abandon() {
    let building = building();
    for folder in building.iter() {
        // Other threads may make files while theirs are removed, but no more folders.
        let _ = (0..ATTEMPTS).find(|_| remove(folder).is_ok());
    }
    std::mem::forget(building);
}

/// Removes the hidden folders in `parent` whose makers are gone; returns how many there were.
///
/// A folder that another process is building stays, and so does one that cannot be removed.
pub fn sweep(parent: &Path) -> usize {
    let Ok(entries) = fs::read_dir(parent) else { return 0 };
    let is_lock = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(PREFIX) && path.extension().is_some_and(|extension| extension == LOCK)
    };
    let locks = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(is_lock);
    locks.filter(|lock| sweep_one(lock).unwrap_or(false)).count()
}

/// Removes the folder of `lock` if nobody holds it; returns whether there was one.
fn sweep_one(lock: &Path) -> io::Result<bool> {
    // Over a network, only a file that is open for writing is locked for all machines.
    let file = OpenOptions::new().write(true).open(lock)?;
    if file.try_lock().is_err() || !is_in_place(&file, lock) {
        return Ok(false);
    }
    let folder = lock.with_extension(FOLDER);
    let was_there = folder.exists();
    remove(&folder)?;
    Ok(was_there)
}

/// Removes a folder, and then what told that it had a maker.
fn remove(folder: &Path) -> io::Result<()> {
    gone(fs::remove_dir_all(folder))?;
    gone(fs::remove_file(folder.with_extension(LOCK)))
}

/// Returns whether the file at `path` is `file`.
fn is_in_place(file: &File, path: &Path) -> bool {
    let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    let (own, found) = (file.metadata().map(identity), fs::metadata(path).map(identity));
    own.is_ok_and(|own| found.is_ok_and(|found| own == found))
}

fn building() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    // The set is whole after every change, so a panic elsewhere has not spoilt it.
    BUILDING.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_dropped_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        let aside = Aside::begin(root.path()).unwrap();
        fs::write(aside.path().join("a"), "1").unwrap();
        assert_eq!(names(root.path()).len(), 2);
        drop(aside);
        assert_eq!(names(root.path()), [""; 0]);
    }

    #[test]
    fn only_what_has_lost_its_maker_is_swept() {
        let root = tempfile::tempdir().unwrap();
        let living = Aside::begin(root.path()).unwrap();
        let make = |name: &str| {
            let path = root.path().join(name);
            if path.extension().is_some_and(|extension| extension == LOCK) {
                fs::write(path, "").unwrap();
            } else {
                fs::create_dir(&path).unwrap();
                fs::write(path.join("accepted.837"), "1").unwrap();
            }
        };
        // The newborn was killed before it had a folder; of the last two nothing can be told.
        for name in [
            ".claimgate-dead.lock",
            ".claimgate-dead.partial",
            ".claimgate-newborn.lock",
            "other.lock",
            ".claimgate-unknown.partial",
        ] {
            make(name);
        }
        assert_eq!(sweep(root.path()), 1);
        let left = names(root.path());
        assert!(left.contains(&"other.lock".to_owned()), "{left:?}");
        assert!(left.contains(&".claimgate-unknown.partial".to_owned()), "{left:?}");
        assert_eq!(left.len(), 4, "the living has its folder and its lock: {left:?}");
        assert!(living.path().is_dir());
        assert_eq!((sweep(root.path()), sweep(&root.path().join("nowhere"))), (0, 0));
    }
}
