//! File systems that are mounted for a test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::station::say;

/// A file system that is mounted as long as this is there.
pub struct Mounted {
    pub place: PathBuf,
}

impl Mounted {
    /// Mounts `what` with `options`; `None`, with words, for whoever may not mount.
    pub fn begin(what: &[&str], place: &Path) -> Option<Mounted> {
        fs::create_dir_all(place).unwrap();
        let mounted = Command::new("mount").args(what).arg(place).stderr(Stdio::null()).status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Mounted { place: place.to_owned() });
        }
        say("SKIPPED: file systems cannot be mounted here");
        None
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // A log that somebody is still writing may keep it busy; it goes with the last user then.
        let _ = Command::new("umount").arg("--lazy").arg(&self.place).status();
    }
}
