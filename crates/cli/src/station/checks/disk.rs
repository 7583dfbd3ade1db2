//! What the kernel and the file system do for a station.

use std::ffi::OsStr;
use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use intake::{Place, Seen, Stillness, Watch};
use rustix::fs::{AtFlags, CWD, StatxFlags, statx};
use tempfile::TempDir;

use super::super::own;
use super::{Answer, Subject};
use crate::exit::Exit;
use crate::figures::number_of;

/// What the names of folders begin with that a check tries things in, and the file in them.
const TRIAL: &str = ".trial-";
const PROBE: &str = "probe";

/// Below this, a station is told to have little space.
const LITTLE_BYTES: u64 = 1 << 30;

/// Below this, it is told to have none: what one run writes may not fit.
const NO_BYTES: u64 = 64 << 20;

/// The same for files that can still be made: one submission has some twenty.
const LITTLE_FILES: u64 = 10_000;
const NO_FILES: u64 = 1000;

const BYTES_PER_MIB: u64 = 1 << 20;

/// Which file system a path is on, and by which mount; rename works within one mount only.
///
/// Source: rename(2), EXDEV.
fn mount_of(path: &Path) -> io::Result<(u32, u32, u64)> {
    let found = statx(CWD, path, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::MNT_ID | StatxFlags::TYPE)?;
    Ok((found.stx_dev_major, found.stx_dev_minor, found.stx_mnt_id))
}

/// Folders of partners between which and the station files are moved.
fn shared(subject: &Subject<'_>) -> Vec<PathBuf> {
    let homes = subject.partners.iter().map(|partner| subject.station.layout.home(&partner.name));
    homes.flat_map(|home| home.inbound().into_iter().chain(home.outbound())).collect()
}

pub fn one_file_system(subject: &Subject<'_>) -> Answer {
    let layout = &subject.station.layout;
    let own = ["stage", "blob", "runs", "outbox", "onward", "archive", "quarantine"];
    let remedy = "give the station and the folders of its partners one file system, with no other mounted below, and begin anew";
    // The station itself may be reached by a link.
    let home = match layout.root().canonicalize().and_then(|root| mount_of(&root)) {
        Ok(mount) => mount,
        Err(error) => return missing(layout.root(), &error),
    };
    for folder in own.map(|name| layout.root().join(name)) {
        match mount_of(&folder) {
            Ok(mount) if mount == home => {}
            Ok(_) => return Answer::fails(Exit::Usage, elsewhere(&folder), remedy),
            Err(error) => return missing(&folder, &error),
        }
    }
    let mut gone = Vec::new();
    for folder in shared(subject) {
        match mount_of(&folder) {
            Ok(mount) if mount == home => {}
            Ok(_) => return Answer::fails(Exit::Usage, elsewhere(&folder), remedy),
            Err(_) => gone.push(folder.display().to_string()),
        }
    }
    let partners = number_of(subject.partners.len() as u64, "partner");
    if gone.is_empty() {
        return Answer::holds(format!("the station and the folders of {partners} are on one"));
    }
    let words = format!("{} cannot be looked at; files of others are taken", gone.join(", "));
    Answer::warns(words, "make the folder again as `claimgate partner add` makes it")
}

fn elsewhere(folder: &Path) -> String {
    format!("{} is on another file system than the station", folder.display())
}

fn missing(folder: &Path, error: &io::Error) -> Answer {
    Answer::fails(
        Exit::Usage,
        format!("{} cannot be looked at: {error}", folder.display()),
        "restore the folder, or run as the user whose station it is",
    )
}

pub fn rename(subject: &Subject<'_>) -> Answer {
    let root = subject.station.layout.root();
    match try_rename(root) {
        Ok(true) => Answer::holds("it is whole or not at all, and replaces nothing"),
        Ok(false) => Answer::fails(
            Exit::Usage,
            "this file system replaces a file by another of its name although it is told not to",
            "put the station on a local file system such as ext4 or XFS",
        ),
        Err(error) => Answer::failure(own("cannot make and rename a file in", root, &error)),
    }
}

/// Makes a folder to try something in, which goes with the value.
fn trial(root: &Path) -> io::Result<TempDir> {
    tempfile::Builder::new().prefix(TRIAL).tempdir_in(root)
}

/// Returns whether a file moves between two folders, and does not where one of its name is.
fn try_rename(root: &Path) -> io::Result<bool> {
    let name = OsStr::new(PROBE);
    let (from, to) = (trial(root)?, trial(root)?);
    let (source, target) = (Place::open(from.path())?, Place::open(to.path())?);
    intake::write_file(&from.path().join(PROBE), b"one", true)?;
    source.hand_over(name, &target, name)?;
    intake::write_file(&from.path().join(PROBE), b"two", true)?;
    let again = source.hand_over(name, &target, name);
    let kept = fs::read(to.path().join(PROBE))?;
    match again {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(kept == b"one"),
        Err(error) => Err(error),
        Ok(()) => Ok(false),
    }
}

pub fn paths(subject: &Subject<'_>) -> Answer {
    let root = subject.station.layout.root();
    match Place::open(root).and_then(|root| root.below(Path::new("partners"))) {
        Ok(_) => Answer::holds("links are not followed"),
        Err(error) => Answer::fails(
            Exit::Usage,
            format!("the folders of partners cannot be opened without following links: {error}"),
            "use Linux 5.6 or later, and see whether a system call filter keeps openat2 away",
        ),
    }
}

pub fn leases(subject: &Subject<'_>) -> Answer {
    let rests =
        format!("files rest for {} seconds before they are taken", subject.settings.station.settle_seconds);
    match try_leases(subject.station.layout.root()) {
        Ok(true) => {}
        Ok(false) => {
            let remedy = "put the station on a local file system such as ext4 or XFS";
            return Answer::warns(format!("this file system grants none, so {rests}"), remedy);
        }
        Err(error) => {
            return Answer::warns(format!("none can be asked for: {error}"), "see whether the disk is full");
        }
    }
    let user = rustix::process::geteuid().as_raw();
    let is_foreign = |folder: &PathBuf| fs::symlink_metadata(folder).is_ok_and(|found| found.uid() != user);
    if shared(subject).iter().any(is_foreign) && !may_lease_any() {
        return Answer::warns(
            format!("files of other users cannot be leased, so {rests}"),
            "give the station the capability CAP_LEASE, as its systemd unit does",
        );
    }
    Answer::holds("the kernel tells who is still writing")
}

/// Returns whether a lease is granted for a file at rest, and refused for one that is open for writing.
fn try_leases(root: &Path) -> io::Result<bool> {
    let folder = trial(root)?;
    let path = folder.path().join(PROBE);
    intake::write_file(&path, b"probe", false)?;
    let place = Place::open(folder.path())?;
    let look = || -> io::Result<Option<Stillness>> {
        match place.look(OsStr::new(PROBE))? {
            Seen::File(arrival) => Ok(Some(arrival.stillness())),
            Seen::Other | Seen::Gone => Ok(None),
        }
    };
    let at_rest = look()?;
    let writer = OpenOptions::new().append(true).open(&path)?;
    let written = look()?;
    drop(writer);
    Ok(at_rest == Some(Stillness::Still) && written == Some(Stillness::Written))
}

/// Returns whether this process may lease files of other users.
///
/// Source: capabilities(7), `CAP_LEASE` is 28; proc(5), `CapEff`.
fn may_lease_any() -> bool {
    const CAP_LEASE: u64 = 1 << 28;
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    effective
        .and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok())
        .is_some_and(|has| has & CAP_LEASE != 0)
}

pub fn inotify(subject: &Subject<'_>) -> Answer {
    let inbound =
        subject.partners.iter().flat_map(|partner| subject.station.layout.home(&partner.name).inbound());
    let inbound: Vec<PathBuf> = inbound.filter(|folder| folder.exists()).collect();
    let watched = Watch::new().and_then(|watch| inbound.iter().try_for_each(|folder| watch.add(folder)));
    let limit = |name: &str| {
        let text = fs::read_to_string(Path::new("/proc/sys/fs/inotify").join(name)).unwrap_or_default();
        text.trim().parse::<u64>().ok()
    };
    let rests = format!("new files are found every {} seconds", subject.settings.station.rescan_seconds);
    match (watched, limit("max_user_watches")) {
        (Err(error), _) => Answer::warns(
            format!("the folders cannot be watched: {error}; {rests}"),
            "raise fs.inotify.max_user_instances and fs.inotify.max_user_watches with sysctl",
        ),
        (Ok(()), Some(most)) if most < 2 * inbound.len() as u64 + 100 => Answer::warns(
            format!("{most} folders can be watched at most, and {} are", inbound.len()),
            "raise fs.inotify.max_user_watches with sysctl",
        ),
        (Ok(()), _) => Answer::holds(format!("{} watched", number_of(inbound.len() as u64, "folder"))),
    }
}

/// What is free on a file system.
#[derive(Clone, Copy, Debug)]
pub struct Free {
    /// Bytes that anybody can write.
    pub bytes: u64,
    /// Bytes of the whole.
    pub bytes_of: u64,
    /// Files that can be made; `None` where there is no bound.
    pub files: Option<u64>,
}

/// Looks how much is free where `path` is.
pub fn free(path: &Path) -> io::Result<Free> {
    let found = rustix::fs::statvfs(path)?;
    let bytes = |blocks: u64| blocks.saturating_mul(found.f_frsize);
    let files = (found.f_files != 0).then_some(found.f_favail);
    Ok(Free { bytes: bytes(found.f_bavail), bytes_of: bytes(found.f_blocks), files })
}

pub fn space(subject: &Subject<'_>) -> Answer {
    let root = subject.station.layout.root();
    let Free { bytes, bytes_of, files } = match free(root) {
        Ok(free) => free,
        Err(error) => return missing(root, &error),
    };
    let files = files.unwrap_or(u64::MAX);
    let remedy =
        "free some space, let `claimgate retention` remove what is old, or give the station a larger disk";
    let mut words = format!("{} MiB are free", bytes / BYTES_PER_MIB);
    if files < LITTLE_FILES {
        words.push_str(&format!(", for {} more", number_of(files, "file")));
    }
    if bytes < NO_BYTES || files < NO_FILES {
        return Answer::fails(Exit::TryLater, words, remedy);
    }
    if bytes < LITTLE_BYTES || bytes < bytes_of / 20 || files < LITTLE_FILES {
        return Answer::warns(words, remedy);
    }
    Answer::holds(words)
}
