//! Folders that are held open, and what somebody else has put into them.
//!
//! Whoever can write to a folder can put a symlink there that leads anywhere.
//! So a folder is opened once, from one that is ours, without following any link, and everything in it is reached by the handle.
//! Source: openat2(2).

use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::Path;

use rustix::fs::{CWD, Dir, Mode, OFlags, ResolveFlags, openat, openat2};

use crate::durable;
use crate::lease::{Lease, Stillness};

/// A folder that is held open.
pub struct Place {
    folder: File,
}

/// A file as it was when it was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    device: u64,
    inode: u64,
    /// Its length.
    pub bytes: u64,
    /// When it was last changed in any way; unlike the time of writing, nobody can set it.
    changed: (i64, i64),
}

/// A file that somebody has put into a folder, held open.
pub struct Arrival {
    /// Its name.
    pub name: OsString,
    /// The file when it was opened.
    pub identity: Identity,
    /// The file.
    pub file: File,
}

/// What has a name in a folder.
pub enum Seen {
    /// A file with one name.
    File(Arrival),
    /// A link, a folder, a pipe, a file with several names or one that cannot be read.
    Other,
    /// Nothing any more.
    Gone,
}

impl Place {
    /// Opens a folder of ours.
    pub fn open(path: &Path) -> io::Result<Place> {
        let folder = openat(CWD, path, FOLDER, Mode::empty())?;
        Ok(Place { folder: folder.into() })
    }

    /// Opens a folder below this one; a link on the way is an error.
    pub fn below(&self, path: &Path) -> io::Result<Place> {
        let folder = openat2(&self.folder, path, FOLDER, Mode::empty(), CONFINED)?;
        Ok(Place { folder: folder.into() })
    }

    /// Opens a folder in this one, which only the user can enter; it is made if it is missing, and then still to be synced.
    pub fn make(&self, name: &OsStr) -> io::Result<Place> {
        durable::make_folder(&self.folder, name)?;
        self.below(Path::new(name))
    }

    /// Returns the names in it, sorted.
    pub fn names(&self) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(&self.folder)? {
            let entry = entry?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name != "." && name != ".." {
                names.push(name.to_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    /// Looks at what has that name in it.
    ///
    /// Errors: too many files are open, so that nothing can be said of it.
    pub fn look(&self, name: &OsStr) -> io::Result<Seen> {
        match self.arrival(name) {
            Ok(Some(arrival)) => Ok(Seen::File(arrival)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Seen::Gone),
            Err(error) if out_of_handles(&error) => Err(error),
            Ok(None) | Err(_) => Ok(Seen::Other),
        }
    }

    /// Opens a file; `None` if it is none, or has several names.
    fn arrival(&self, name: &OsStr) -> io::Result<Option<Arrival>> {
        // To open a pipe without this flag is to wait for whoever writes to it.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file: File = openat2(&self.folder, name, flags, Mode::empty(), CONFINED)?.into();
        let metadata = file.metadata()?;
        if !metadata.is_file() || metadata.nlink() != 1 {
            return Ok(None);
        }
        let identity = Identity::of(&file)?;
        Ok(Some(Arrival { name: name.to_owned(), identity, file }))
    }

    /// Moves `name` to another folder, where nothing has the new name; both are still to be synced.
    pub fn hand_over(&self, name: &OsStr, to: &Place, new_name: &OsStr) -> io::Result<()> {
        durable::rename((&self.folder, name), (&to.folder, new_name), false)
    }

    /// Moves `name` to another folder, over what has that name there; both are still to be synced.
    pub fn show(&self, name: &OsStr, to: &Place) -> io::Result<()> {
        durable::rename((&self.folder, name), (&to.folder, name), true)
    }

    /// Gives `name` a second name in another folder, where nothing has it; that is still to be synced.
    pub fn add_name(&self, name: &OsStr, to: &Place, new_name: &OsStr) -> io::Result<()> {
        durable::link((&self.folder, name), (&to.folder, new_name))
    }

    /// Lets a group read a file of ours that is to be shown to it.
    pub fn give_to(&self, name: &OsStr, group: u32) -> io::Result<()> {
        let file: File = openat(&self.folder, name, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?.into();
        if file.metadata()?.gid() != group {
            fchown(&file, None, Some(group))?;
        }
        file.set_permissions(Permissions::from_mode(0o640))
    }

    /// Waits until the names in it are on disk.
    pub fn sync(&self) -> io::Result<()> {
        durable::sync(&self.folder)
    }

    /// Returns whether there is something of that name.
    pub fn has(&self, name: &OsStr) -> io::Result<bool> {
        match rustix::fs::statat(&self.folder, name, rustix::fs::AtFlags::SYMLINK_NOFOLLOW) {
            Ok(_) => Ok(true),
            Err(rustix::io::Errno::NOENT) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Removes a file, if it is there.
    pub fn remove_file(&self, name: &OsStr) -> io::Result<()> {
        durable::remove_file(&self.folder, name)
    }

    /// Removes an empty folder, if it is there.
    pub fn remove_folder(&self, name: &OsStr) -> io::Result<()> {
        durable::remove_folder(&self.folder, name)
    }

    /// Returns the group that it belongs to.
    pub fn group(&self) -> io::Result<u32> {
        Ok(self.folder.metadata()?.gid())
    }
}

impl Identity {
    /// Looks at an open file.
    pub fn of(file: &File) -> io::Result<Identity> {
        let metadata = file.metadata()?;
        Ok(Identity {
            device: metadata.dev(),
            inode: metadata.ino(),
            bytes: metadata.len(),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
    }
}

impl Arrival {
    /// Returns whether somebody may still be writing to it.
    pub fn stillness(&self) -> Stillness {
        Lease::probe(&self.file)
    }

    /// Makes the file one of the user's, which nobody else can open; returns whether it is, and nobody writes to it.
    ///
    /// It must have its only name where nobody else comes: then nobody can begin to write to it either.
    pub fn make_own(&self) -> bool {
        let is_own = |file: &File| {
            let user = rustix::process::geteuid().as_raw();
            if file.metadata()?.uid() != user {
                fchown(file, Some(user), Some(rustix::process::getegid().as_raw()))?;
            }
            file.set_permissions(Permissions::from_mode(0o600))
        };
        self.stillness() == Stillness::Still && is_own(&self.file).is_ok()
    }
}

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// No path leads out of the folder that it begins in, nor to another file system.
const CONFINED: ResolveFlags = ResolveFlags::BENEATH
    .union(ResolveFlags::NO_SYMLINKS)
    .union(ResolveFlags::NO_MAGICLINKS)
    .union(ResolveFlags::NO_XDEV);

fn out_of_handles(error: &io::Error) -> bool {
    use rustix::io::Errno;
    [Errno::MFILE, Errno::NFILE].iter().any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

/// Begins a file that only the user can read, and that is not there yet.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

impl AsFd for Place {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.folder.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::{Read, Write};
    use std::os::unix::fs::symlink;

    /// The file of that name.
    fn file(place: &Place, name: &str) -> Arrival {
        match place.look(OsStr::new(name)).unwrap() {
            Seen::File(arrival) => arrival,
            Seen::Other | Seen::Gone => panic!("{name} is no file"),
        }
    }

    #[test]
    fn nothing_but_files_with_one_name_is_opened() {
        let root = tempfile::tempdir().unwrap();
        let (inbound, secret) = (root.path().join("inbound"), root.path().join("secret"));
        fs::create_dir(&inbound).unwrap();
        fs::write(&secret, "secret").unwrap();
        fs::write(inbound.join("a.837"), "ISA").unwrap();
        symlink(&secret, inbound.join("link")).unwrap();
        symlink("a.837", inbound.join("near")).unwrap();
        fs::hard_link(&secret, inbound.join("twice")).unwrap();
        fs::create_dir(inbound.join("folder.837")).unwrap();
        let pipe = inbound.join("pipe");
        rustix::fs::mknodat(CWD, &pipe, rustix::fs::FileType::Fifo, Mode::RUSR, 0).unwrap();
        let place = Place::open(root.path()).unwrap().below(Path::new("inbound")).unwrap();
        assert_eq!(place.names().unwrap(), ["a.837", "folder.837", "link", "near", "pipe", "twice"]);
        assert_eq!(file(&place, "a.837").identity.bytes, 3);
        for name in ["folder.837", "link", "near", "pipe", "twice"] {
            assert!(matches!(place.look(OsStr::new(name)), Ok(Seen::Other)), "{name}");
        }
        assert!(matches!(place.look(OsStr::new("b.837")), Ok(Seen::Gone)));
    }

    #[test]
    fn no_path_leads_out() {
        let root = tempfile::tempdir().unwrap();
        let home = root.path().join("home");
        fs::create_dir_all(home.join("inbound/prod")).unwrap();
        fs::create_dir(root.path().join("other")).unwrap();
        symlink(root.path().join("other"), home.join("outbound")).unwrap();
        symlink("../other", home.join("inbound/test")).unwrap();
        let home = Place::open(&home).unwrap();
        assert!(home.below(Path::new("inbound/prod")).is_ok());
        for path in ["outbound", "inbound/test", "..", "inbound/../../other", "/", "inbound/prod/../.."] {
            let opened = home.below(Path::new(path)).map(drop);
            assert_eq!(opened.is_ok(), path == "inbound/prod/../..", "{path}");
        }
    }

    #[test]
    fn what_was_taken_is_the_file_and_not_the_name() {
        let root = tempfile::tempdir().unwrap();
        let (from, to) = (root.path().join("from"), root.path().join("to"));
        fs::create_dir(&from).unwrap();
        fs::create_dir(&to).unwrap();
        fs::write(from.join("a"), "one").unwrap();
        let (from, to) = (Place::open(&from).unwrap(), Place::open(&to).unwrap());
        let mut arrival = file(&from, "a");
        from.hand_over(&arrival.name, &to, OsStr::new("b")).unwrap();
        let mut text = String::new();
        arrival.file.read_to_string(&mut text).unwrap();
        assert_eq!(
            (text.as_str(), from.names().unwrap().len(), to.has(OsStr::new("b")).unwrap()),
            ("one", 0, true)
        );
        fs::write(root.path().join("from/a"), "two").unwrap();
        let taken = from.hand_over(OsStr::new("a"), &to, OsStr::new("b")).unwrap_err();
        assert_eq!(taken.kind(), io::ErrorKind::AlreadyExists);
        to.give_to(OsStr::new("b"), to.group().unwrap()).unwrap();
        let mode = fs::metadata(root.path().join("to/b")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        for _ in 0..2 {
            to.remove_file(OsStr::new("b")).unwrap();
        }
    }

    #[test]
    fn a_file_that_somebody_writes_to_is_not_still() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("a"), "one").unwrap();
        let place = Place::open(root.path()).unwrap();
        let look = || file(&place, "a");
        if look().stillness() == Stillness::Unknown {
            let _ = writeln!(io::stderr(), "SKIPPED: this file system grants no leases");
            return;
        }
        let mut writer = OpenOptions::new().append(true).open(root.path().join("a")).unwrap();
        assert_eq!(look().stillness(), Stillness::Written);
        let before = look().identity;
        writer.write_all(b", two").unwrap();
        drop(writer);
        assert_eq!(look().stillness(), Stillness::Still);
        assert_ne!(look().identity, before);
    }
}
