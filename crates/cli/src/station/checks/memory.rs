//! What a station remembers, and whether that can be trusted.

use std::io;

use ledger::{Anchor, Ledger, Restoration, RunState, SqliteLedger};
use rustix::fs::Access;

use super::super::missing::REMEDY;
use super::super::{NO_ANCHOR, anchors as read_anchors, given_up, unusable};
use super::{Answer, Subject};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::figures::number_of;

pub fn clock(subject: &Subject<'_>) -> Answer {
    let now = subject.now.text();
    match subject.station.ledger.last_step_at() {
        Err(error) => Answer::failure(unusable(error)),
        // Moments sort as they are written.
        Ok(Some(last)) if now < last => Answer::warns(
            format!("it says {now}, and the last step was taken {last}"),
            "set the clock, and have it kept by NTP",
        ),
        Ok(_) => Answer::holds(format!("it says {now}, after every step that was taken")),
    }
}

pub fn settings(subject: &Subject<'_>) -> Answer {
    match SqliteLedger::open_existing(&subject.station.layout.ledger()) {
        Ok(_) => Answer::holds("it has a write-ahead log that is synced at every commit"),
        Err(error) => Answer::failure(unusable(error)),
    }
}

pub fn trail(subject: &Subject<'_>) -> Answer {
    let path = subject.station.layout.anchors(&subject.settings.station);
    let anchors = match read_anchors(&path) {
        Ok(anchors) => anchors,
        Err(failure) => return Answer::failure(Failure { exit: Exit::Usage, ..failure }),
    };
    match subject.station.ledger.verify(&anchors) {
        Err(error) => Answer::failure(unusable(error)),
        Ok(broken) if broken.is_empty() => match subject.station.ledger.restorations() {
            Err(error) => Answer::failure(unusable(error)),
            Ok(restorations) => Answer::holds(whole(&anchors, &restorations)),
        },
        Ok(broken) => Answer::fails(
            Exit::Fault,
            format!(
                "{} do not hold, the first of {}: {}",
                number_of(broken.len() as u64, "thing"),
                broken[0].place,
                broken[0].what
            ),
            "see `claimgate ledger verify`, and restore the ledger from a backup",
        ),
    }
}

fn whole(anchors: &[Anchor], restorations: &[Restoration]) -> String {
    let given_up = given_up(anchors, restorations);
    let words = number_of((anchors.len() - given_up) as u64, "head");
    let words = format!("it is whole, and has the {words} that were given out");
    match given_up {
        0 => words,
        given_up => format!("{words}; {given_up} more were given up when a copy was restored"),
    }
}

pub fn anchors(subject: &Subject<'_>) -> Answer {
    let path = subject.station.layout.anchors(&subject.settings.station);
    if subject.settings.station.anchors.is_none() {
        return Answer::warns(
            "they are written into the folder of the station",
            "set station.anchors to a folder that whoever can write to the ledger cannot change, or collect the file",
        );
    }
    let target = if path.exists() { path.as_path() } else { path.parent().unwrap_or(&path) };
    if let Err(error) = rustix::fs::access(target, Access::WRITE_OK) {
        let words = format!("{} cannot be written: {}", path.display(), io::Error::from(error));
        return Answer::fails(Exit::Usage, words, NO_ANCHOR);
    }
    match read_anchors(&path) {
        Err(failure) => Answer::failure(Failure { exit: Exit::Usage, ..failure }),
        Ok(heads) if heads.is_empty() => {
            let words = format!("{} has none", path.display());
            Answer::warns(
                words,
                "none is written until the station serves; see whether its user can write there",
            )
        }
        Ok(heads) => {
            Answer::holds(format!("{} has {}", path.display(), number_of(heads.len() as u64, "head")))
        }
    }
}

pub fn kept(subject: &Subject<'_>) -> Answer {
    let station = subject.station;
    let unfinished = match station.ledger.unfinished(0) {
        Ok(unfinished) => unfinished,
        Err(error) => return Answer::failure(unusable(error)),
    };
    let open = unfinished.iter().filter(|run| run.state == RunState::Open);
    match open.filter(|run| station.layout.input(run).is_none()).count() as u64 {
        0 => Answer::holds("everything that is to be judged is there"),
        count => {
            let words = format!("what {} are to judge is missing", number_of(count, "run"));
            Answer::fails(Exit::Fault, words, REMEDY)
        }
    }
}
