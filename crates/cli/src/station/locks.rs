//! Who has the station: one process serves it, any number of commands use its ledger, and nobody does either while another ledger is put in its place.
//!
//! Three files are locked: by whoever serves; by all who use the ledger, together; and by whoever waits for them, so that nobody else begins.
//! Whoever serves hears of that once nobody uses the ledger any more, ends what it is at, and waits in turn.
//! Every lock ends with the process that has it, so that nothing has to be put in order after a crash.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use super::{Layout, own};
use crate::exit::Exit;
use crate::failure::Failure;

/// How long one waits for somebody who has a lock for a moment, such as whoever looks whether the station is served.
const MOMENT: Duration = Duration::from_millis(500);

/// How long is waited between two looks.
const LOOK: Duration = Duration::from_millis(50);

/// That nobody else serves the station, until the value ends.
pub struct Served(File);

/// Makes sure that no other process serves the station.
pub fn lock(layout: &Layout) -> Result<Served, Failure> {
    let lock = exclusive(&layout.lock(), MOMENT)?;
    lock.map(Served).ok_or_else(|| is_served_by_another(layout))
}

fn is_served_by_another(layout: &Layout) -> Failure {
    busy(layout, "another process serves this station", "let it end first")
}

impl Served {
    /// Lets whoever waits for the ledger have it, and nobody else serve.
    pub fn leave(&self, layout: &Layout) -> Result<(), Failure> {
        self.0.lock_shared().map_err(|error| own("cannot lock", &layout.lock(), &error))
    }

    /// Serves again.
    ///
    /// Errors: whoever waited for the ledger has it still, or for it again.
    pub fn again(&self, layout: &Layout) -> Result<(), Failure> {
        let lock = wait_for(&self.0, &layout.lock(), MOMENT, File::try_lock)?;
        if lock { Ok(()) } else { Err(is_served_by_another(layout)) }
    }
}

/// Looks whether a process serves the station.
pub fn is_served(layout: &Layout) -> Result<bool, Failure> {
    Ok(exclusive(&layout.lock(), Duration::ZERO)?.is_none())
}

/// Makes sure that the ledger stays where it is, as long as the value is there.
pub fn use_ledger(layout: &Layout) -> Result<File, Failure> {
    let being_restored =
        || busy(layout, "a copy is being put in the place of the ledger", "wait until it is there");
    // Whoever waits for all to be done would wait for ever if others began meanwhile.
    let nobody_waits = wait(&layout.restore_lock(), MOMENT, File::try_lock_shared)?;
    nobody_waits.ok_or_else(being_restored)?;
    let lock = wait(&layout.ledger_lock(), MOMENT, File::try_lock_shared)?;
    lock.ok_or_else(being_restored)
}

/// Looks whether somebody waits for whoever serves to leave the ledger.
///
/// A file that cannot be opened is locked by nobody.
pub fn is_wanted(layout: &Layout) -> bool {
    let file = File::open(layout.ledger_lock());
    file.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// That nobody else serves the station or uses its ledger.
pub struct Alone {
    /// Whether somebody serves it, who waits until this is gone.
    pub is_served: bool,
    // These are unlocked in their order, so that whoever finds the second one free gets the first one too.
    lock: File,
    _ledger: File,
    _waits: File,
}

impl Alone {
    /// Ends it; returns whether somebody serves the station who goes on.
    pub fn end(self) -> bool {
        // Whoever was told to end meanwhile has no lock any more.
        self.is_served && self.lock.try_lock().is_err()
    }
}

/// Waits until no command uses the ledger, and has whoever serves the station leave it.
pub fn alone(layout: &Layout, patience: Duration) -> Result<Alone, Failure> {
    let end = Instant::now() + patience;
    let left = || end.saturating_duration_since(Instant::now()).max(MOMENT);
    let waits = exclusive(&layout.restore_lock(), left())?;
    let waits = waits.ok_or_else(|| busy(layout, "somebody else restores it", "let that end first"))?;
    let ledger = exclusive(&layout.ledger_lock(), left())?;
    let ledger = ledger.ok_or_else(|| {
        busy(layout, "other commands use its ledger", "let them end first, or wait longer with --timeout")
    })?;
    // Whoever only looks whether it is served uses the ledger meanwhile, so it is not that.
    if let Some(lock) = exclusive(&layout.lock(), Duration::ZERO)? {
        return Ok(Alone { is_served: false, lock, _ledger: ledger, _waits: waits });
    }
    tracing::info!("waits until whoever serves the station has ended what is being judged");
    let lock = wait(&layout.lock(), left(), File::try_lock_shared)?;
    let lock = lock.ok_or_else(|| {
        busy(layout, "whoever serves it is still at work", "wait longer with --timeout, or let it end first")
    })?;
    // Whoever was told to end has no lock any more, and one that has left the ledger has a shared one.
    let is_served = matches!(lock.try_lock(), Err(TryLockError::WouldBlock));
    if is_served {
        lock.lock_shared().map_err(|error| own("cannot lock", &layout.lock(), &error))?;
    }
    Ok(Alone { is_served, lock, _ledger: ledger, _waits: waits })
}

fn exclusive(path: &Path, patience: Duration) -> Result<Option<File>, Failure> {
    wait(path, patience, File::try_lock)
}

/// How a file is locked if nobody is in the way.
type Lock = fn(&File) -> Result<(), TryLockError>;

/// Waits for a lock, and returns it, or nothing if somebody else has it all the while.
fn wait(path: &Path, patience: Duration, lock: Lock) -> Result<Option<File>, Failure> {
    let file = OpenOptions::new().create(true).append(true).open(path);
    let file = file.map_err(|error| own("cannot open", path, &error))?;
    Ok(wait_for(&file, path, patience, lock)?.then_some(file))
}

fn wait_for(file: &File, path: &Path, patience: Duration, lock: Lock) -> Result<bool, Failure> {
    let end = Instant::now() + patience;
    loop {
        match lock(file) {
            Ok(()) => return Ok(true),
            Err(TryLockError::Error(error)) => return Err(own("cannot lock", path, &error)),
            Err(TryLockError::WouldBlock) if end <= Instant::now() => return Ok(false),
            Err(TryLockError::WouldBlock) => std::thread::park_timeout(LOOK),
        }
    }
}

fn busy(layout: &Layout, why: &str, remedy: &str) -> Failure {
    Failure {
        exit: Exit::TryLater,
        class: "busy",
        message: format!("{}: {why}", layout.root().display()),
        hint: Some(remedy.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_serves_hears_who_waits_and_goes_on_behind_them() {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::at(folder.path().to_owned());
        let served = lock(&layout).unwrap();
        assert!(is_served(&layout).unwrap() && !is_wanted(&layout));
        let used = use_ledger(&layout).unwrap();
        let again = use_ledger(&layout).unwrap();
        assert_eq!(alone(&layout, Duration::ZERO).err().unwrap().exit, Exit::TryLater);
        drop((used, again));
        for _ in 0..2 {
            std::thread::scope(|scope| {
                let alone = scope.spawn(|| alone(&layout, Duration::from_mins(1)));
                while !is_wanted(&layout) {
                    std::thread::yield_now();
                }
                assert_eq!(use_ledger(&layout).err().unwrap().exit, Exit::TryLater);
                served.leave(&layout).unwrap();
                let alone = alone.join().unwrap().unwrap();
                assert!(alone.is_served && is_wanted(&layout), "the second time, too");
                assert_eq!(lock(&layout).err().unwrap().exit, Exit::TryLater);
                assert_eq!(served.again(&layout).err().unwrap().exit, Exit::TryLater);
                served.leave(&layout).unwrap();
            });
            assert!(!is_wanted(&layout));
        }
        served.again(&layout).unwrap();
        std::thread::scope(|scope| {
            let alone = scope.spawn(|| alone(&layout, Duration::from_mins(1)));
            while !is_wanted(&layout) {
                std::thread::yield_now();
            }
            // It was told to end.
            drop(served);
            assert!(!alone.join().unwrap().unwrap().is_served);
        });
        assert!(!alone(&layout, Duration::ZERO).unwrap().is_served);
    }
}
