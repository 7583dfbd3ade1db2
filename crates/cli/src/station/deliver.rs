//! How what is owed is shown, once.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use intake::{Place, gone};
use ledger::{Act, Delivery, Ledger, Outcome, Run, Submission};

use super::owed::{MANIFEST, ONWARD, Owner};
use super::{Station, own, unusable};
use crate::failure::Failure;
use crate::stamp::Stamp;

/// What became of a delivery.
#[derive(Debug, PartialEq, Eq)]
pub enum Shown {
    /// Everything is where it belongs.
    All,
    /// A folder of the partner cannot be used; what is owed waits.
    Waits(String),
}

/// Shows everything that a decided run owes, the manifest last, and puts its source away.
///
/// What is no longer in the outbox was shown before, even if it has been fetched since.
pub fn deliver(station: &mut Station, run: &Run) -> Result<Shown, Failure> {
    let submission = station.ledger.submission(&run.submission).map_err(unusable)?;
    let deliveries = station.ledger.deliveries(run.number).map_err(unusable)?;
    let outbox = station.layout.outbox(run.number);
    let failed = |error: io::Error| own("cannot deliver from", &outbox, &error);
    // A run that owes nothing has an outbox too; only what was delivered has none.
    if outbox.exists() {
        let from = Place::open(&outbox).map_err(failed)?;
        if let Err(error) = show_all(station, run, &submission, &from, &deliveries) {
            return match own("cannot deliver to the folders of", Path::new(&submission.partner), &error) {
                failure if failure.exit == crate::exit::Exit::TryLater => Err(failure),
                failure => Ok(Shown::Waits(failure.message)),
            };
        }
        from.sync().map_err(failed)?;
    }
    let at = Stamp::or_clock(None).text();
    station.ledger.deliver(run.number, &Act { at: &at, who: "station", why: "" }).map_err(unusable)?;
    put_away(station, run, run.outcome).map_err(failed)?;
    Ok(Shown::All)
}

fn show_all(
    station: &Station,
    run: &Run,
    submission: &Submission,
    from: &Place,
    deliveries: &[Delivery],
) -> io::Result<()> {
    let sent = String::from_utf8_lossy(&submission.name);
    let owner = Owner::of(run, submission, &sent);
    // Folders that something was moved to since they were synced.
    let mut places: BTreeMap<&str, Place> = BTreeMap::new();
    for delivery in deliveries {
        if delivery.name.ends_with(MANIFEST) {
            // Where the list stands, everything on it stands, after a power cut too.
            std::mem::take(&mut places).values().try_for_each(Place::sync)?;
        }
        let name = OsStr::from_bytes(delivery.name.as_bytes());
        if !places.contains_key(delivery.folder.as_str()) {
            places.insert(&delivery.folder, owner.place(&station.layout, &delivery.folder)?);
        }
        let to = &places[delivery.folder.as_str()];
        if from.has(name)? {
            if delivery.folder != ONWARD {
                from.give_to(name, to.group()?)?;
            }
            from.show(name, to)?;
        }
    }
    places.values().try_for_each(Place::sync)
}

/// Moves the source of a delivered run to where it is kept, and removes what was needed on the way.
///
/// After a crash it is done again for whatever is left.
pub fn put_away(station: &Station, run: &Run, outcome: Option<Outcome>) -> io::Result<()> {
    let layout = &station.layout;
    let id = OsStr::new(&run.submission);
    let blobs = Place::open(&layout.blobs())?;
    if run.parent.is_none() && blobs.has(id)? {
        let kept = if outcome == Some(Outcome::Quarantined) { layout.quarantine() } else { layout.archive() };
        blobs.hand_over(id, &Place::open(&kept)?, id)?;
    }
    gone(fs::remove_dir(layout.outbox(run.number)))?;
    gone(fs::remove_file(layout.tries(run.number)))
}
