//! Copies that nobody else has a hand on.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

use sha2::{Digest, Sha256};

use crate::durable::{self, gone};
use crate::place::{Place, create_private};

/// Bytes that are copied at a time.
const BUFFER_BYTES: usize = 256 * 1024;

/// How many parts may be written that are not hashed yet.
const PARTS_AHEAD: usize = 4;

/// Ending of a copy that is not whole.
const UNFINISHED: &str = ".partial";

/// A copy.
///
/// It is locked as long as this lives, and its maker with it: a copy that is not locked has lost its maker.
pub struct Kept {
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
    file: File,
}

/// Copies what `source` has to a new file at `place`, which only the user can read; its name and bytes are on disk when this returns.
///
/// Errors: those of the source and the file system; [`io::ErrorKind::FileTooLarge`] as soon as more than `bytes_max` are read.
/// What was copied until then is removed, or left under a name of its own for [`sweep_copies`].
pub fn keep_copy(source: impl Read, place: &Path, bytes_max: Option<u64>) -> io::Result<Kept> {
    let aside = unfinished(place);
    let folder = Place::open(place.parent().unwrap_or(Path::new(".")))?;
    let name = |path: &Path| path.file_name().unwrap_or_default().to_owned();
    let copied = create_locked(&aside).and_then(|file| fill_hand_in_hand(file, source, bytes_max));
    let kept = copied.and_then(|kept| {
        durable::sync(&kept.file)?;
        durable::rename((&folder, &name(&aside)), (&folder, &name(place)), false)?;
        folder.sync()?;
        Ok(kept)
    });
    if kept.is_err() {
        let _ = folder.remove_file(&name(&aside));
    }
    kept
}

/// Keeps a file as it is, to which nobody writes and nobody can; its bytes are on disk when this returns. `None` if somebody else holds it locked.
pub fn keep_own(file: File) -> io::Result<Option<Kept>> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
        Ok(()) => {}
    }
    let kept = Kept { bytes: file.metadata()?.len(), sha256: sha256(&file)?, file };
    durable::sync(&kept.file)?;
    Ok(Some(kept))
}

/// Copies what `source` has to a new file at `place`, which only the user can read; its name and bytes are still to be synced.
///
/// Errors: those of the source and the file system, and what was copied until then is removed.
pub fn copy_unsynced(source: impl Read, place: &Path) -> io::Result<Kept> {
    let kept = fill(create_locked(place)?, source);
    if kept.is_err() {
        let _ = std::fs::remove_file(place);
    }
    kept
}

/// Begins a file that is locked.
fn create_locked(path: &Path) -> io::Result<File> {
    loop {
        let file = create_private(path)?;
        file.lock()?;
        // Until it was locked, a sweep could take it for one that was left behind.
        if file.metadata()?.nlink() != 0 {
            return Ok(file);
        }
    }
}

/// Writes what `source` has to a new file.
fn fill(file: File, source: impl Read) -> io::Result<Kept> {
    let mut hasher = Sha256::new();
    let (file, bytes) = write(file, source, None, |part| hasher.update(part))?;
    Ok(Kept { bytes, sha256: hex(&hasher.finalize()), file })
}

/// Writes what `source` has to a new file, while another hand hashes it, which takes as long as all else.
fn fill_hand_in_hand(file: File, source: impl Read, bytes_max: Option<u64>) -> io::Result<Kept> {
    thread::scope(|scope| {
        let (give, parts) = mpsc::sync_channel::<Vec<u8>>(PARTS_AHEAD);
        let (give_back, empty) = mpsc::channel();
        let hashed = scope.spawn(move || {
            let mut hasher = Sha256::new();
            for part in parts {
                hasher.update(&part);
                // Nobody wants it back who has read everything.
                let _ = give_back.send(part);
            }
            hex(&hasher.finalize())
        });
        let written = write(file, source, bytes_max, |part| {
            let mut copy = empty.try_recv().unwrap_or_default();
            copy.clear();
            copy.extend_from_slice(part);
            let _ = give.send(copy);
        });
        drop(give);
        let sha256 = hashed.join();
        let (file, bytes) = written?;
        Ok(Kept { bytes, sha256: sha256.map_err(|_| io::ErrorKind::Other)?, file })
    })
}

/// Writes what `source` has to a new file, and shows each part; returns how many bytes that are.
fn write(
    mut file: File,
    source: impl Read,
    bytes_max: Option<u64>,
    mut show: impl FnMut(&[u8]),
) -> io::Result<(File, u64)> {
    let mut bytes = 0;
    read(source, |part| {
        bytes += part.len() as u64;
        if bytes_max.is_some_and(|max| max < bytes) {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        show(part);
        file.write_all(part)
    })?;
    Ok((file, bytes))
}

/// Returns the SHA-256 of what `source` has, in hexadecimal digits.
pub fn sha256(source: impl Read) -> io::Result<String> {
    let mut hasher = Sha256::new();
    read(source, |part| {
        hasher.update(part);
        Ok(())
    })?;
    Ok(hex(&hasher.finalize()))
}

/// Reads `source` to its end, part by part.
fn read(mut source: impl Read, mut take: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match source.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => take(&buffer[..count])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn unfinished(place: &Path) -> PathBuf {
    let mut name = place.file_name().unwrap_or_default().to_owned();
    name.push(UNFINISHED);
    place.with_file_name(name)
}

/// Removes the copies in `folder` that nobody has a claim on: those whose makers are gone, and which are not whole or not `is_known`.
pub fn sweep_copies(folder: &Path, mut is_known: impl FnMut(&str) -> io::Result<bool>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let Ok(file) = File::open(&path) else { continue };
        if file.try_lock().is_err() {
            continue;
        }
        // Whether it is known is asked when its maker can no longer make it so.
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(UNFINISHED) || !is_known(&name)? {
            gone(std::fs::remove_file(&path))?;
        }
    }
    Ok(())
}

/// Returns a hash in hexadecimal digits.
fn hex(hash: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).expect("four bits are one digit");
    hash.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xF)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_copy_is_whole_or_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("one");
        let kept = keep_copy(&b"abc"[..], &place, Some(3)).unwrap();
        // The example of FIPS 180-2, appendix B.1.
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((kept.bytes, kept.sha256.as_str()), (3, sha256));
        assert_eq!(fs::metadata(&place).unwrap().permissions().mode() & 0o777, 0o600);
        let large = keep_copy(&b"abcd"[..], &folder.path().join("two"), Some(3)).map(drop).unwrap_err();
        assert_eq!(large.kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_copy_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("one");
        assert_eq!(copy_unsynced(&b"abc"[..], &place).unwrap().bytes, 3);
        let again = copy_unsynced(&b"abcd"[..], &place).map(drop).unwrap_err();
        assert_eq!(
            (again.kind(), fs::read(&place).unwrap()),
            (io::ErrorKind::AlreadyExists, b"abc".to_vec())
        );
    }

    #[test]
    fn a_copy_that_begins_is_not_swept() {
        let folder = tempfile::tempdir().unwrap();
        let is_over = std::sync::atomic::AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                    sweep_copies(folder.path(), |_| Ok(true)).unwrap();
                }
            });
            for number in 0..200 {
                let kept = keep_copy(&b"abc"[..], &folder.path().join(number.to_string()), None);
                assert!(kept.is_ok(), "{:?}", kept.map(drop));
            }
            is_over.store(true, std::sync::atomic::Ordering::Relaxed);
        });
    }

    #[test]
    fn a_copy_goes_with_its_maker_unless_it_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let keep = |name: &str| keep_copy(&b"abc"[..], &folder.path().join(name), None).unwrap();
        let living = keep("living");
        drop((keep("known"), keep("lost")));
        fs::write(folder.path().join("known.partial"), "ab").unwrap();
        sweep_copies(folder.path(), |name| Ok(name == "known")).unwrap();
        let mut names: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, ["known", "living"]);
        drop(living);
    }
}
