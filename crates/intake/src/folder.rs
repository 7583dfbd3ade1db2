//! Folders and files that are built aside and shown as a whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::aside::Aside;
use crate::durable;

/// A folder that nobody sees until it is published; dropped before, it leaves nothing behind.
pub struct Folder {
    aside: Aside,
    place: PathBuf,
}

/// What publishing did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    /// The folder is new.
    New,
    /// It took the place of an earlier one.
    Replaced,
}

impl Folder {
    /// Begins a folder that is to stand at `place`; its parent is made if it is missing.
    ///
    /// Files are private to the user: folders 0700, as the files in them are health data.
    pub fn begin(place: &Path) -> io::Result<Folder> {
        Ok(Folder { aside: Aside::begin(parent_of(place))?, place: place.to_owned() })
    }

    /// Returns where its files are to be written.
    pub fn path(&self) -> &Path {
        self.aside.path()
    }

    /// Shows the folder in its place, in one step.
    ///
    /// With `replace`, an earlier folder of that name is swapped out and removed; without, it is an error.
    /// With `sync`, all files and both folders are on disk before this returns.
    pub fn publish(self, replace: bool, sync: bool) -> io::Result<Published> {
        if sync {
            let files = fs::read_dir(self.path())?.map(|entry| File::open(entry?.path()));
            durable::sync_all(&files.collect::<io::Result<Vec<File>>>()?)?;
            File::open(self.path())?.sync_all()?;
        }
        let published = match renameat_with(CWD, self.path(), CWD, &self.place, RenameFlags::NOREPLACE) {
            Ok(()) => Published::New,
            Err(rustix::io::Errno::EXIST) if replace => {
                // The earlier folder goes where this one was built, and with it.
                renameat_with(CWD, self.path(), CWD, &self.place, RenameFlags::EXCHANGE)?;
                Published::Replaced
            }
            Err(error) => return Err(error.into()),
        };
        if sync {
            File::open(parent_of(&self.place))?.sync_all()?;
        }
        if published == Published::Replaced {
            // Claims that should be gone and are not must be told of.
            self.aside.remove()?;
        }
        Ok(published)
    }
}

/// Writes a file that is seen whole or not at all; one that stands at `place` is replaced.
///
/// Only the user can read it. With `sync`, it is on disk before this returns.
pub fn write_file(place: &Path, bytes: &[u8], sync: bool) -> io::Result<()> {
    write_file_with(place, sync, |file| file.write_all(bytes))
}

/// Does the same with what `write` writes.
pub fn write_file_with<E: From<io::Error>>(
    place: &Path,
    sync: bool,
    write: impl FnOnce(&mut File) -> Result<(), E>,
) -> Result<(), E> {
    let parent = parent_of(place);
    let aside = Aside::begin(parent)?;
    let path = aside.path().join("file");
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    write(&mut file)?;
    if sync {
        file.sync_all()?;
    }
    fs::rename(&path, place)?;
    if sync {
        File::open(parent)?.sync_all()?;
    }
    Ok(())
}

fn parent_of(place: &Path) -> &Path {
    match place.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_is_seen_whole_or_not_at_all() {
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join("deep/batch");
        let folder = Folder::begin(&place).unwrap();
        fs::write(folder.path().join("a"), "1").unwrap();
        assert!(!place.exists());
        assert_eq!(folder.publish(false, true).unwrap(), Published::New);
        assert_eq!(names(&root.path().join("deep")), ["batch"]);
        assert_eq!(fs::metadata(&place).unwrap().permissions().mode() & 0o777, 0o700);

        let dropped = Folder::begin(&place).unwrap();
        fs::write(dropped.path().join("b"), "2").unwrap();
        drop(dropped);
        assert_eq!(names(&root.path().join("deep")), ["batch"]);
    }

    #[test]
    fn an_earlier_folder_is_kept_unless_it_is_to_be_replaced() {
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join("batch");
        fs::create_dir(&place).unwrap();
        fs::write(place.join("old"), "1").unwrap();
        let refused = Folder::begin(&place).unwrap();
        assert_eq!(refused.publish(false, false).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(names(&place), ["old"]);
        let folder = Folder::begin(&place).unwrap();
        fs::write(folder.path().join("new"), "2").unwrap();
        assert_eq!(folder.publish(true, false).unwrap(), Published::Replaced);
        assert_eq!(names(&place), ["new"]);
        assert_eq!(names(root.path()), ["batch"]);
    }

    #[test]
    fn a_file_takes_the_place_of_an_earlier_one() {
        let root = tempfile::tempdir().unwrap();
        let place = root.path().join("deep/summary.json");
        for (text, sync) in [("1", false), ("2", true)] {
            write_file(&place, text.as_bytes(), sync).unwrap();
            assert_eq!(fs::read_to_string(&place).unwrap(), text);
        }
        assert_eq!(fs::metadata(&place).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(names(&root.path().join("deep")), ["summary.json"]);
    }
}
