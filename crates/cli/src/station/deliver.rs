//! How what is owed is shown, once.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use intake::{Disk, Place, gone};
use ledger::{Act, Delivery, Ledger, Outcome, Part, Run, RunState, Submission};

use super::layout::Layout;
use super::owed::{MANIFEST, ONWARD, Owner};
use super::{Station, own, unusable};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::stamp::Stamp;

/// What became of deliveries.
#[derive(Default)]
pub struct Delivered {
    /// Runs of which everything is where it belongs.
    pub shown: Vec<Run>,
    /// Runs whose partners have a folder that cannot be used, and why; what they owe waits.
    pub waiting: Vec<(Run, String)>,
}

/// A decided run, and what it owes.
struct Owed {
    run: Run,
    submission: Submission,
    deliveries: Vec<Delivery>,
}

/// Shows everything that decided runs owe, the manifests last, and puts their sources away.
///
/// What is no longer in the outbox was shown before, even if it has been fetched since.
pub fn deliver(station: &mut Station, disk: &Disk, runs: Vec<Run>) -> Result<Delivered, Failure> {
    let layout = station.layout.clone();
    let failed = |error: io::Error| own("cannot deliver from", &layout.outboxes(), &error);
    let mut owed = Vec::new();
    for run in runs {
        let submission = station.ledger.submission(&run.submission).map_err(unusable)?;
        let deliveries = station.ledger.deliveries(run.number).map_err(unusable)?;
        owed.push(Owed { run, submission, deliveries });
    }
    let mut delivered = Delivered::default();
    // Where the list stands, everything on it stands, after a power cut too.
    for is_list in [false, true] {
        owed = show_of_all(&layout, owed, is_list, &mut delivered.waiting)?;
        disk.sync().map_err(failed)?;
    }
    let at = Stamp::or_clock(None).text();
    let act = Act { at: &at, who: "station", why: "" };
    let entered = station
        .ledger
        .together(&mut |ledger| owed.iter().try_for_each(|owed| ledger.deliver(owed.run.number, &act)));
    entered.map_err(unusable)?;
    for Owed { run, .. } in owed {
        put_away(station, &run, run.outcome).map_err(failed)?;
        delivered.shown.push(run);
    }
    Ok(delivered)
}

/// Shows the lists of runs, or everything else; returns those of which it is where it belongs.
fn show_of_all(
    layout: &Layout,
    owed: Vec<Owed>,
    is_list: bool,
    waiting: &mut Vec<(Run, String)>,
) -> Result<Vec<Owed>, Failure> {
    let mut shown = Vec::new();
    for owed in owed {
        match show(layout, &owed, is_list) {
            Ok(()) => shown.push(owed),
            Err(error) => {
                let partner = Path::new(&owed.submission.partner);
                match own("cannot deliver to the folders of", partner, &error) {
                    failure if failure.exit == Exit::TryLater => return Err(failure),
                    failure => waiting.push((owed.run, failure.message)),
                }
            }
        }
    }
    Ok(shown)
}

fn show(layout: &Layout, owed: &Owed, is_list: bool) -> io::Result<()> {
    let Owed { run, submission, deliveries } = owed;
    let outbox = layout.outbox(run.number);
    // A run that owes nothing has an outbox too; only what was delivered has none.
    if !outbox.exists() {
        return Ok(());
    }
    let from = Place::open(&outbox)?;
    let sent = String::from_utf8_lossy(&submission.name);
    let owner = Owner::of(run, submission, &sent);
    let mut places: BTreeMap<&str, Place> = BTreeMap::new();
    for delivery in deliveries.iter().filter(|delivery| delivery.name.ends_with(MANIFEST) == is_list) {
        let name = OsStr::from_bytes(delivery.name.as_bytes());
        if !places.contains_key(delivery.folder.as_str()) {
            places.insert(&delivery.folder, owner.place(layout, &delivery.folder)?);
        }
        let to = &places[delivery.folder.as_str()];
        if from.has(name)? {
            if delivery.folder != ONWARD {
                from.give_to(name, to.group()?)?;
            }
            from.show(name, to)?;
        }
    }
    Ok(())
}

/// Moves the source of a delivered run to where it is kept, and removes what was needed on the way.
///
/// Nothing waits for that to last: after a crash it is done again for whatever is left.
pub fn put_away(station: &Station, run: &Run, outcome: Option<Outcome>) -> io::Result<()> {
    let layout = &station.layout;
    let id = OsStr::new(&run.submission);
    if run.part == Part::Whole {
        let kept = if outcome == Some(Outcome::Quarantined) { layout.quarantine() } else { layout.archive() };
        // One that was put aside, and then tried again, lies there.
        let before = if run.parent.is_some() { layout.quarantine() } else { layout.blobs() };
        let from = Place::open(&before)?;
        if before != kept && from.has(id)? {
            from.hand_over(id, &Place::open(&kept)?, id)?;
        }
    }
    gone(fs::remove_dir(layout.outbox(run.number)))?;
    gone(fs::remove_file(layout.tries(run.number)))
}

/// Returns the delivered runs that something was left of which is needed no more.
pub fn left_behind(station: &Station) -> io::Result<Vec<Run>> {
    let root = station.layout.root();
    let mut runs = Vec::new();
    for folder in ["blob", "outbox", "tries"] {
        for entry in fs::read_dir(root.join(folder))? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            // What neither names a run nor a submission is nothing of ours.
            match name.parse().map(|number| station.ledger.run(number)) {
                Ok(run) => runs.extend(run.ok()),
                Err(_) => runs.extend(station.ledger.runs_of(&name).unwrap_or_default().into_iter().take(1)),
            }
        }
    }
    runs.retain(|run| run.state == RunState::Delivered);
    Ok(runs)
}
