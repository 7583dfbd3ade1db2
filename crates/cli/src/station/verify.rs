//! Everything about a station that does not hold: what its ledger says of itself, and what it says of files.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::Path;

use ledger::{Anchor, Broken, Ledger, Restoration, Run, RunState, Submission};
use responses::SUMMARY_FILE_NAME;

use super::receive::is_unread;
use super::retention::Class;
use super::{Station, own, retention, unusable};
use crate::failure::Failure;

/// What to do where the file of the heads cannot be read or written.
pub const NO_ANCHOR: &str =
    "see whether the folder of station.anchors is there, mounted, and can be written to by whoever serves";

/// Reads the heads of the audit trail that were given out into `path`; none if it is not there.
///
/// Errors: its folder is not there, where heads may have been given out; a line is no head.
pub fn anchors(path: &Path) -> Result<Vec<Anchor>, Failure> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if path.parent().is_some_and(Path::is_dir) {
                return Ok(Vec::new());
            }
            let hint = Some(NO_ANCHOR.to_owned());
            return Err(Failure { hint, ..Failure::io("cannot read", path, &error) });
        }
        Err(error) => return Err(Failure::io("cannot read", path, &error)),
    };
    let anchor = |line: &str| {
        let mut words = line.split(' ');
        Some(Anchor { number: words.next()?.parse().ok()?, hash: words.next()?.to_owned() })
    };
    let read: Option<Vec<Anchor>> = text.lines().map(anchor).collect();
    read.ok_or_else(|| {
        Failure::usage(
            format!("{}: a line is no head of an audit trail", path.display()),
            "use the file as the station wrote it",
        )
    })
}

/// Counts the heads that were given up when a copy was put in the place of the ledger.
pub fn given_up(anchors: &[Anchor], restorations: &[Restoration]) -> usize {
    let is_given_up = |anchor: &&Anchor| restorations.iter().any(|one| one.given_up.contains(anchor));
    anchors.iter().filter(is_given_up).count()
}

/// Returns when the head of the audit trail was given out last into `path`.
pub fn anchored_at(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    text.lines().last()?.split(' ').nth(2).map(str::to_owned)
}

/// Looks for everything that does not hold.
///
/// While the station serves, what is under way may be told of as missing; it is not the second time.
pub fn verify(station: &Station, anchors: &[Anchor]) -> Result<Vec<Broken>, Failure> {
    let mut broken = station.ledger.verify(anchors).map_err(unusable)?;
    let mut known = BTreeSet::new();
    for id in station.ledger.submissions().map_err(unusable)? {
        let submission = station.ledger.submission(&id).map_err(unusable)?;
        let disposed_of = |classes: &[Class]| retention::is_disposed_of(station, &id, classes);
        if station.layout.source(&id).is_some() || !disposed_of(&[Class::Archive, Class::Quarantine])? {
            broken.extend(source_fault(station, &submission));
        }
        let are_outputs_kept = !disposed_of(&[Class::Runs])?;
        for run in station.ledger.runs_of(&id).map_err(unusable)? {
            known.insert(run.number.to_string());
            if run.state != RunState::Open {
                output_faults(station, &run, are_outputs_kept, &mut broken)?;
            }
        }
    }
    let failed = |error: io::Error| own("cannot read", station.layout.root(), &error);
    for (folder, what) in [("runs", "outputs of no run"), ("outbox", "answers of no run")] {
        for name in names(&station.layout.root().join(folder)).map_err(failed)? {
            if !known.contains(&name) && !name.starts_with('.') {
                broken.push(fault(format!("{folder}/{name}"), what));
            }
        }
    }
    for folder in ["archive", "quarantine"] {
        for name in names(&station.layout.root().join(folder)).map_err(failed)? {
            if station.ledger.submission(&name).is_err() {
                broken.push(fault(format!("{folder}/{name}"), "the ledger knows nothing of it"));
            }
        }
    }
    Ok(broken)
}

fn fault(place: String, what: &str) -> Broken {
    Broken { place, what: what.to_owned() }
}

/// Tells what is wrong with the bytes of a submission.
fn source_fault(station: &Station, submission: &Submission) -> Option<Broken> {
    if is_unread(&submission.sha256) {
        return None;
    }
    let place = format!("submission {}", submission.id);
    let Some(path) = station.layout.source(&submission.id) else {
        return Some(fault(place, "its bytes are gone"));
    };
    match sha256(&path) {
        Ok(sha256) if sha256 == submission.sha256 => None,
        Ok(_) => Some(fault(place, "its bytes are not those that were received")),
        Err(_) => Some(fault(place, "its bytes cannot be read")),
    }
}

/// Tells what is wrong with the files of a run; unless `are_kept`, some or all may be gone.
fn output_faults(
    station: &Station,
    run: &Run,
    are_kept: bool,
    broken: &mut Vec<Broken>,
) -> Result<(), Failure> {
    let folder = station.layout.outputs(run.number);
    let place = |name: &str| format!("run {}, {name}", run.number);
    // The one output that a run does not list, since it holds the list.
    let mut listed = BTreeSet::from([SUMMARY_FILE_NAME.to_owned()]);
    for output in station.ledger.outputs(run.number).map_err(unusable)? {
        match blake3(&folder.join(&output.name)) {
            Ok(hash) if hash == output.blake3 => {}
            Ok(_) => broken.push(fault(place(&output.name), "it is not what was written")),
            Err(error) if !are_kept && error.kind() == io::ErrorKind::NotFound => {}
            Err(_) => broken.push(fault(place(&output.name), "it cannot be read")),
        }
        listed.insert(output.name);
    }
    for name in names(&folder).unwrap_or_default() {
        if !listed.contains(&name) {
            broken.push(fault(place(&name), "nobody wrote it"));
        }
    }
    let outbox = station.layout.outbox(run.number);
    let owed = station.ledger.deliveries(run.number).map_err(unusable)?;
    for name in names(&outbox).unwrap_or_default() {
        let found = owed.iter().find(|delivery| delivery.name == name);
        match found.map(|delivery| sha256(&outbox.join(&name)).is_ok_and(|hash| hash == delivery.sha256)) {
            Some(true) if run.state == RunState::Decided => {}
            Some(true) => broken.push(fault(place(&name), "it was said to be delivered, and was not")),
            Some(false) => broken.push(fault(place(&name), "it is not what is owed")),
            None => broken.push(fault(place(&name), "it is not owed")),
        }
    }
    Ok(())
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let names = std::fs::read_dir(folder)?;
    let mut names: Vec<String> = names
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<io::Result<_>>()?;
    names.sort();
    Ok(names)
}

fn sha256(path: &Path) -> io::Result<String> {
    intake::sha256(File::open(path)?)
}

/// Returns the BLAKE3 of a file, in hex digits.
pub fn blake3(path: &Path) -> io::Result<String> {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(path)?)?;
    Ok(hasher.finalize().to_hex().to_string())
}
