//! A folder that is built aside and shown as a whole or not at all.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

/// A folder that nobody sees until it is published; dropped before, it leaves nothing behind.
pub struct Folder {
    aside: tempfile::TempDir,
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
        let parent = match place.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(parent)?;
        let aside = tempfile::Builder::new()
            .prefix(".claimgate-")
            .suffix(".partial")
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir_in(parent)?;
        Ok(Folder { aside, place: place.to_owned() })
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
            for entry in fs::read_dir(self.path())? {
                File::open(entry?.path())?.sync_all()?;
            }
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
        if sync && let Some(parent) = self.aside.path().parent() {
            File::open(parent)?.sync_all()?;
        }
        match published {
            // Nothing stands there any more; its name is given up without looking for it.
            Published::New => drop(self.aside.keep()),
            Published::Replaced => self.aside.close()?,
        }
        Ok(published)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
