//! Where everything of a station is.

use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use ledger::{Run, Usage};

use super::owed::{ACK, REPORT};
use crate::inputs::is_finished;
use crate::settings::StationSettings;

/// The folders of a station, all on one file system.
#[derive(Clone, Debug)]
pub struct Layout {
    root: PathBuf,
}

/// The folders of one partner.
pub struct Home {
    folder: PathBuf,
}

/// Folders that only the station enters.
const PRIVATE: [&str; 10] = [
    "stage",
    "blob",
    "runs",
    "outbox",
    "onward/prod",
    "onward/test",
    "archive",
    "quarantine",
    "tries",
    "names",
];

/// What a partner has beside the folders of its answers.
const INBOUND: [&str; 2] = ["inbound/prod", "inbound/test"];
const KEYS: &str = "authorized_keys";

impl Layout {
    /// Names the folder, which need not be there.
    ///
    /// Whatever this process makes from here on can be read by nobody else, unless it is made so.
    pub fn at(root: PathBuf) -> Layout {
        rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
        // What sshd is told of it must not depend on where somebody stood.
        Layout { root: std::path::absolute(&root).unwrap_or(root) }
    }

    /// Returns the folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Makes all folders that are missing.
    ///
    /// The way to the folders of partners can be passed by everybody and listed by nobody; what the station keeps is its own.
    pub fn make(&self) -> io::Result<()> {
        for (folder, mode) in [(self.root.clone(), 0o711), (self.partners(), 0o711)] {
            DirBuilder::new().recursive(true).mode(mode).create(&folder)?;
            fs::set_permissions(&folder, Permissions::from_mode(mode))?;
        }
        for folder in PRIVATE {
            DirBuilder::new().recursive(true).mode(0o700).create(self.root.join(folder))?;
        }
        Ok(())
    }

    /// Returns the ledger.
    pub fn ledger(&self) -> PathBuf {
        self.root.join("ledger.db")
    }

    /// Returns the file that whoever serves the station locks.
    pub fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// Returns the file that everybody who uses the ledger locks together, and whoever puts another in its place alone.
    pub fn ledger_lock(&self) -> PathBuf {
        self.root.join("ledger.lock")
    }

    /// Returns the file that whoever waits for the ledger locks, so that nobody begins to use it.
    pub fn restore_lock(&self) -> PathBuf {
        self.root.join("restore.lock")
    }

    /// Returns the file with heads of the audit trail.
    pub fn anchors(&self, settings: &StationSettings) -> PathBuf {
        settings.anchors.as_ref().map_or(self.root.as_path(), Path::new).join("anchors")
    }

    /// Returns where files lie that were taken and are not safe yet: by partner, usage and id.
    pub fn stage(&self) -> PathBuf {
        self.root.join("stage")
    }

    /// Returns the folder of the submissions that are under way, by id.
    pub fn blobs(&self) -> PathBuf {
        self.root.join("blob")
    }

    /// Returns where a submission lies that is under way.
    pub fn blob(&self, id: &str) -> PathBuf {
        self.blobs().join(id)
    }

    /// Returns where submissions lie that are done.
    pub fn archive(&self) -> PathBuf {
        self.root.join("archive")
    }

    /// Returns where submissions lie that could not be judged.
    pub fn quarantine(&self) -> PathBuf {
        self.root.join("quarantine")
    }

    /// Returns where everything lies that a restored ledger does not know, by the moment at which it was restored.
    pub fn forgotten(&self) -> PathBuf {
        self.root.join("forgotten")
    }

    /// Returns where a submission lies, wherever that is; `None` if its bytes are not kept.
    pub fn source(&self, id: &str) -> Option<PathBuf> {
        [self.blob(id), self.archive().join(id), self.quarantine().join(id)]
            .into_iter()
            .find(|path| path.exists())
    }

    /// Returns the outputs of a run.
    pub fn outputs(&self, run: i64) -> PathBuf {
        self.root.join("runs").join(run.to_string())
    }

    /// Returns the folder of all outboxes.
    pub fn outboxes(&self) -> PathBuf {
        self.root.join("outbox")
    }

    /// Returns what a run owes and has not shown yet.
    pub fn outbox(&self, run: i64) -> PathBuf {
        self.outboxes().join(run.to_string())
    }

    /// Returns the file with one byte for each time that a run was tried.
    pub fn tries(&self, run: i64) -> PathBuf {
        self.root.join("tries").join(run.to_string())
    }

    /// Returns the folder of the names of claims that are to be entered.
    pub fn all_names(&self) -> PathBuf {
        self.root.join("names")
    }

    /// Returns the names of the claims of a run that are to be entered.
    pub fn names(&self, run: i64) -> PathBuf {
        self.all_names().join(run.to_string())
    }

    /// Returns the claims that go on, for whoever takes them from here.
    pub fn onward(&self, usage: Usage) -> PathBuf {
        self.root.join("onward").join(part_name(usage))
    }

    /// Returns what a run judges; `None` if it is not there.
    pub fn input(&self, run: &Run) -> Option<PathBuf> {
        let part = match run.part {
            ledger::Part::Whole => return self.source(&run.submission),
            ledger::Part::Rejected => edits::Disposition::Rejected,
            ledger::Part::Held => edits::Disposition::Held,
        };
        Some(self.outputs(run.parent?).join(responses::claims_file_name(part))).filter(|path| path.exists())
    }

    /// Returns the folder of all partners.
    pub fn partners(&self) -> PathBuf {
        self.root.join("partners")
    }

    /// Returns whether anybody has folders here.
    pub fn has_partners(&self) -> bool {
        fs::read_dir(self.partners()).is_ok_and(|mut partners| partners.next().is_some())
    }

    /// Returns the folders of a partner.
    pub fn home(&self, partner: &str) -> Home {
        Home { folder: self.partners().join(partner) }
    }
}

impl Home {
    /// Returns the folder that the partner sees as the root of everything.
    pub fn root(&self) -> PathBuf {
        self.folder.join("home")
    }

    /// Returns the keys that the partner may come with.
    pub fn keys(&self) -> PathBuf {
        self.folder.join(KEYS)
    }

    /// Returns the folders that the partner puts files into.
    pub fn inbound(&self) -> [PathBuf; 2] {
        INBOUND.map(|name| self.root().join(name))
    }

    /// Returns the folders in which it finds answers.
    pub fn outbound(&self) -> [PathBuf; 2] {
        [ACK, REPORT].map(|name| self.root().join(name))
    }

    /// Names what is missing of its folders and keys.
    pub fn missing(&self) -> Vec<&'static str> {
        let folders = INBOUND.iter().chain(&[ACK, REPORT]).filter(|name| !self.root().join(name).is_dir());
        let keys = Some(&KEYS).filter(|_| !self.keys().is_file());
        folders.chain(keys).copied().collect()
    }

    /// Makes the folders: one that sshd takes for a root must not be writable by anybody else.
    ///
    /// Source: `sshd_config(5)`, `ChrootDirectory`.
    pub fn make(&self) -> io::Result<()> {
        let mut folders = vec![self.folder.clone(), self.root()];
        folders.extend(["inbound", "outbound"].map(|name| self.root().join(name)));
        for folder in folders {
            DirBuilder::new().recursive(true).mode(0o755).create(&folder)?;
            fs::set_permissions(&folder, Permissions::from_mode(0o755))?;
        }
        for folder in self.inbound().into_iter().chain(self.outbound()) {
            DirBuilder::new().recursive(true).mode(0o770).create(&folder)?;
            // What is put there belongs to the group of the folder, whoever does it.
            fs::set_permissions(&folder, Permissions::from_mode(0o2770))?;
        }
        Ok(())
    }
}

/// Counts the files that a partner has put down and that are not taken yet.
pub fn waiting(home: &Home) -> usize {
    let count = |folder: &Path| {
        let names = fs::read_dir(folder).into_iter().flatten().flatten();
        names.filter(|entry| is_finished(&entry.path())).count()
    };
    home.inbound().iter().map(|folder| count(folder)).sum()
}

/// Returns the name of the folder for files of a usage.
pub fn part_name(usage: Usage) -> &'static str {
    match usage {
        Usage::Production => "prod",
        Usage::Test => "test",
    }
}

/// Returns what is left of the name of a sent file in the names of its answers.
///
/// Letters, digits and a few signs stay, and the last extension goes; no name that is left hides a file or looks like an option.
pub fn stem_of(sent: &str) -> String {
    const CHARACTERS_MAX: usize = 100;
    let stem = Path::new(sent).file_stem().unwrap_or_default().to_string_lossy();
    let is_kept = |c: &char| c.is_ascii_alphanumeric() || ['.', '-', '_'].contains(c);
    let kept = stem.chars().map(|c| if is_kept(&c) { c } else { '_' });
    let kept: String = kept.take(CHARACTERS_MAX).collect();
    let kept = kept.trim_start_matches(['.', '-']);
    if kept.is_empty() { "batch".to_owned() } else { kept.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_answers_are_harmless() {
        let long = "x".repeat(300);
        for (sent, stem) in [
            ("claims.2025.837", "claims.2025"),
            ("../../etc/passwd", "passwd"),
            ("-rf.837", "rf"),
            ("..", "batch"),
            ("a b\n\u{1B}[2J;c.837", "a_b___2J_c"),
            ("caf\u{E9}", "caf_"),
            (long.as_str(), &long[..100]),
        ] {
            assert_eq!(stem_of(sent), stem, "{sent:?}");
        }
    }
}
