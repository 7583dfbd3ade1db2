//! Hints that something has happened in folders.
//!
//! A hint is no more than that: names may come by several ways, and the kernel drops hints when there are too many, so whoever gets one looks for himself.
//! Source: inotify(7).

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::inotify::{CreateFlags, Reader, WatchFlags, add_watch, init};

/// A number of folders that are watched.
pub struct Watch {
    hints: OwnedFd,
}

impl Watch {
    /// Watches nothing yet.
    pub fn new() -> io::Result<Watch> {
        Ok(Watch { hints: init(CreateFlags::CLOEXEC)? })
    }

    /// Watches a folder for files that appear or were written; a second time changes nothing.
    pub fn add(&self, folder: &Path) -> io::Result<()> {
        // OpenSSH renames by a second link, so that a finished file only shows as a new name.
        let what = WatchFlags::CREATE | WatchFlags::MOVED_TO | WatchFlags::CLOSE_WRITE | WatchFlags::ONLYDIR;
        add_watch(&self.hints, folder, what)?;
        Ok(())
    }

    /// Waits for the next hint, on a thread that has nothing else to do.
    pub fn wait(&self) -> io::Result<()> {
        let mut buffer = [MaybeUninit::uninit(); 4096];
        match Reader::new(&self.hints, &mut buffer).next() {
            // What is read at once with it, or did not fit into the buffer, says no more than it does.
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_appear_are_hinted_at() {
        let folder = tempfile::tempdir().unwrap();
        let watch = Watch::new().unwrap();
        watch.add(folder.path()).unwrap();
        watch.add(folder.path()).unwrap();
        let waiting = std::thread::scope(|scope| {
            let waiting = scope.spawn(|| watch.wait());
            std::fs::write(folder.path().join("a"), "1").unwrap();
            waiting.join().unwrap()
        });
        waiting.unwrap();
        assert!(watch.add(&folder.path().join("a")).is_err());
    }
}
