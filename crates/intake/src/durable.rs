//! What makes a step last: every sync, rename and removal that the station owes its promises to goes through here.
//!
//! A file is on disk when it is synced; its name when the folder is, and after a move both folders.
//! A sync that fails has lost what was written, and the next one would not say so again: whoever gets the error must not go on as if it could be mended.
//! Source: fsync(2), rename(2).

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::thread;

use rustix::fs::{AtFlags, Mode, RenameFlags, linkat, mkdirat, renameat_with, syncfs, unlinkat};

/// Waits until a file or the names in a folder are on disk.
pub(crate) fn sync(file: &File) -> io::Result<()> {
    file.sync_all()
}

/// Waits until everything that was written to the file system of a folder is on disk: files, and names in folders.
///
/// It says what was lost since the folder was opened, or since it was asked last. Source: syncfs(2), from Linux 5.8 on.
pub(crate) fn sync_file_system(folder: &File) -> io::Result<()> {
    Ok(syncfs(folder)?)
}

/// Waits until all of `files` are on disk.
///
/// A file system writes down in one go what it is asked for at one time, so that many hands wait hardly longer than one.
pub(crate) fn sync_all(files: &[File]) -> io::Result<()> {
    const HANDS: usize = 16;
    let share = files.len().div_ceil(HANDS).max(1);
    thread::scope(|scope| {
        let sync_some = |files: &[File]| files.iter().try_for_each(sync);
        let hands: Vec<_> = files.chunks(share).map(|files| scope.spawn(move || sync_some(files))).collect();
        let ended = hands.into_iter().map(|hand| hand.join().unwrap_or(Err(io::ErrorKind::Other.into())));
        ended.collect()
    })
}

/// Moves `name` in `from` to `to`; with `replaces`, over what has the new name.
pub(crate) fn rename(
    (from, name): (impl AsFd, &OsStr),
    (to, new_name): (impl AsFd, &OsStr),
    replaces: bool,
) -> io::Result<()> {
    let flags = if replaces { RenameFlags::empty() } else { RenameFlags::NOREPLACE };
    Ok(renameat_with(from, name, to, new_name, flags)?)
}

/// Gives a file a second name in another folder, where nothing has it; that is still to be synced.
pub(crate) fn link((from, name): (impl AsFd, &OsStr), (to, new_name): (impl AsFd, &OsStr)) -> io::Result<()> {
    Ok(linkat(from, name, to, new_name, AtFlags::empty())?)
}

/// Makes a folder that only the user can enter; one that is there is left as it is.
///
/// The parent is still to be synced: what is put into a folder lasts no longer than the folder.
pub(crate) fn make_folder(parent: impl AsFd, name: &OsStr) -> io::Result<()> {
    match mkdirat(parent, name, Mode::RWXU) {
        Err(rustix::io::Errno::EXIST) => Ok(()),
        made => Ok(made?),
    }
}

/// Removes a file; one that is gone already is no error.
pub(crate) fn remove_file(parent: impl AsFd, name: &OsStr) -> io::Result<()> {
    gone(unlinkat(parent, name, AtFlags::empty()))
}

/// Removes a folder that is empty; one that is gone already is no error.
pub(crate) fn remove_folder(parent: impl AsFd, name: &OsStr) -> io::Result<()> {
    gone(unlinkat(parent, name, AtFlags::REMOVEDIR))
}

/// Takes what came of a removal; that there was nothing to remove is no error.
pub fn gone<E: Into<io::Error>>(removed: Result<(), E>) -> io::Result<()> {
    match removed.map_err(Into::into) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
