//! What partners have put down, and when it is taken.
//!
//! A file is taken when nobody writes to it any more and its last interchange is closed; or when it was left open for too long, to be answered as cut off.
//! It is moved out of the partner's sight first, and looked at again there: whoever still has it open goes on writing to it.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;
use std::time::{Duration, Instant};

use intake::{Arrival, Identity, Kept, Place, Seen, Stillness, keep_own};
use ledger::{Route, Usage};

use super::ending::{Ending, ending_of};
use super::id::is_id;
use super::layout::{Layout, part_name};
use super::receive::Incoming;
use crate::inputs::is_finished;
use crate::settings::StationSettings;

/// How many files of a partner are taken before others have their turn, and before what was taken is judged.
pub const TAKEN_AT_ONCE: usize = 32;

/// Since when a file has been as it is.
struct Since {
    identity: Identity,
    at: Instant,
}

/// A file that somebody has put down: whose it is, its usage and its name.
type Key = (String, Usage, OsString);

/// What is known of files that are not taken yet.
#[derive(Default)]
pub struct Watchlist {
    since: BTreeMap<Key, Since>,
    /// What is no file, and was told of.
    passed_over: BTreeSet<Key>,
}

/// A file that was taken, and is not safe yet.
pub struct Staged {
    /// What it is to become.
    pub incoming: Incoming,
    /// The file.
    pub arrival: Arrival,
}

impl Watchlist {
    /// Takes files of a partner that are whole; returns how many, and there may be more if it is [`TAKEN_AT_ONCE`].
    ///
    /// That they were taken is still to be synced.
    ///
    /// Errors: a folder of the partner cannot be used.
    pub fn take(&mut self, layout: &Layout, partner: &str, settings: &StationSettings) -> io::Result<usize> {
        let home = Place::open(&layout.home(partner).root())?;
        let mut taken = 0;
        for usage in [Usage::Production, Usage::Test] {
            let inbound = home.below(&Path::new("inbound").join(part_name(usage)))?;
            let mut names = inbound.names()?;
            names.retain(|name| is_finished(Path::new(name)));
            self.forget(partner, usage, &names);
            for name in names {
                if taken == TAKEN_AT_ONCE {
                    return Ok(taken);
                }
                match inbound.look(&name)? {
                    Seen::File(arrival) => {
                        if self.is_due((partner.to_owned(), usage, name.clone()), &arrival, settings)? {
                            stage(layout, partner, usage, &inbound, &name)?;
                            taken += 1;
                        }
                    }
                    Seen::Other => {
                        // Its name may say who was ill.
                        if self.passed_over.insert((partner.to_owned(), usage, name)) {
                            let folder = part_name(usage);
                            tracing::warn!(partner, folder, "something that is no file is passed over");
                        }
                    }
                    Seen::Gone => {}
                }
            }
        }
        Ok(taken)
    }

    /// Returns whether a file is to be taken.
    fn is_due(&mut self, key: Key, arrival: &Arrival, settings: &StationSettings) -> io::Result<bool> {
        let identity = arrival.identity;
        let since = self.since.entry(key).or_insert_with(|| Since { identity, at: Instant::now() });
        if since.identity != identity {
            *since = Since { identity, at: Instant::now() };
        }
        let unchanged_for = since.at.elapsed();
        let is_still = match arrival.stillness() {
            Stillness::Still => true,
            Stillness::Written => false,
            Stillness::Unknown => Duration::from_secs(settings.settle_seconds) <= unchanged_for,
        };
        Ok(is_still
            && (ending_of(&arrival.file, identity.bytes)? != Ending::Open
                || Duration::from_secs(settings.incomplete_after_seconds) <= unchanged_for))
    }

    /// Forgets what is gone; `names` are those that are there, sorted.
    fn forget(&mut self, partner: &str, usage: Usage, names: &[OsString]) {
        let is_kept =
            |(of, used, name): &Key| of != partner || *used != usage || names.binary_search(name).is_ok();
        self.since.retain(|key, _| is_kept(key));
        self.passed_over.retain(is_kept);
    }
}

/// Moves a file into a folder of its own, whose name is the id that it is to have.
fn stage(layout: &Layout, partner: &str, usage: Usage, inbound: &Place, name: &OsStr) -> io::Result<()> {
    let id = Incoming::new(partner, Route::Folder, usage, name.as_bytes())?.id;
    let parent =
        Place::open(&layout.stage())?.make(OsStr::new(partner))?.make(OsStr::new(part_name(usage)))?;
    let folder = parent.make(OsStr::new(&id))?;
    inbound.hand_over(name, &folder, name)
}

/// Returns what was taken and is not safe yet; folders in which nothing was put are removed.
pub fn staged(layout: &Layout) -> io::Result<Vec<Incoming>> {
    let stage = Place::open(&layout.stage())?;
    let mut staged = Vec::new();
    for partner in stage.names()? {
        for usage in [Usage::Production, Usage::Test] {
            let Ok(parent) = stage.below(&Path::new(&partner).join(part_name(usage))) else { continue };
            for id in parent.names()?.into_iter().filter(|id| id.to_str().is_some_and(is_id)) {
                let Some(name) = parent.below(Path::new(&id))?.names()?.pop() else {
                    parent.remove_folder(&id)?;
                    continue;
                };
                let text = |name: &OsStr| name.to_string_lossy().into_owned();
                let (id, partner, name) = (text(&id), text(&partner), name.into_vec());
                staged.push(Incoming { id, partner, route: Route::Folder, usage, name });
            }
        }
    }
    Ok(staged)
}

/// Returns the folder of all that was taken with it, and the one in which a file lies alone.
fn folders(layout: &Layout, incoming: &Incoming) -> io::Result<(Place, Place)> {
    let path = Path::new(&incoming.partner).join(part_name(incoming.usage));
    let parent = Place::open(&layout.stage())?.below(&path)?;
    let folder = parent.below(Path::new(&incoming.id))?;
    Ok((parent, folder))
}

/// Removes a file that is safe elsewhere.
pub fn remove(layout: &Layout, incoming: &Incoming) -> io::Result<()> {
    let (parent, folder) = folders(layout, incoming)?;
    folder.remove_file(OsStr::from_bytes(&incoming.name))?;
    parent.remove_folder(OsStr::new(&incoming.id))
}

impl Staged {
    /// Opens a file; `None` if it is none that is taken.
    pub fn open(layout: &Layout, incoming: Incoming) -> io::Result<Option<Staged>> {
        let (_, folder) = folders(layout, &incoming)?;
        match folder.look(OsStr::from_bytes(&incoming.name))? {
            Seen::File(arrival) => Ok(Some(Staged { incoming, arrival })),
            Seen::Other | Seen::Gone => Ok(None),
        }
    }

    /// Returns whether nobody writes to it; where the kernel does not say, it was waited for before.
    pub fn is_still(&self) -> bool {
        self.arrival.stillness() != Stillness::Written
    }

    /// Gives the file, to which nobody writes and nobody can, a second name where it is kept, which is still to be synced; `None` if that cannot be.
    ///
    /// Until what came of it is entered it has the first one too, so that it is found after a crash.
    pub fn keep(&mut self, layout: &Layout) -> io::Result<Option<Kept>> {
        let (_, folder) = folders(layout, &self.incoming)?;
        let (name, blobs) = (OsStr::from_bytes(&self.incoming.name), Place::open(&layout.blobs())?);
        let id = OsStr::new(&self.incoming.id);
        // Not every file system has second names.
        let is_named = self.arrival.make_own() && folder.add_name(name, &blobs, id).is_ok();
        // All that is a change of the file too.
        self.arrival.identity = Identity::of(&self.arrival.file)?;
        let kept = if is_named { keep_own(self.file()?)? } else { None };
        if is_named && kept.is_none() {
            blobs.remove_file(id)?;
            self.arrival.identity = Identity::of(&self.arrival.file)?;
        }
        Ok(kept)
    }

    /// Returns the file, to be read from its front.
    pub fn file(&self) -> io::Result<File> {
        self.arrival.file.try_clone()
    }

    /// Returns whether the file is as it was when it was opened.
    pub fn is_unchanged(&self) -> io::Result<bool> {
        // Moving it changes its time of change, but it was opened after that.
        Ok(Identity::of(&self.arrival.file)? == self.arrival.identity)
    }
}
