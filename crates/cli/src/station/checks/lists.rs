//! The lists that claims are judged by.

use crosswalk::Crosswalk;

use super::{Answer, Subject};
use crate::lists::ListArgs;

pub fn coverage(subject: &Subject<'_>) -> Answer {
    let args = ListArgs { crosswalk: subject.crosswalk.map(Into::into), ..ListArgs::default() };
    match args.load(&subject.settings.desk) {
        Err(failure) => Answer::failure(failure),
        Ok((crosswalk, _)) => of(&crosswalk, subject),
    }
}

fn of(crosswalk: &Crosswalk, subject: &Subject<'_>) -> Answer {
    let today = subject.now.day();
    let Some(until) = crosswalk.coverage().last().map(|covered| covered.through) else {
        return Answer::warns(
            "no day is covered by both publishers",
            "import the releases of both, and let them count",
        );
    };
    let old: Vec<String> =
        crosswalk.stale_on(today).map(|release| format!("{} {}", release.list, release.name)).collect();
    let words = format!("both publishers cover dates of service through {until}");
    let remedy = "download the newest releases, `claimgate crosswalk import` them, and let them count with `claimgate crosswalk activate`";
    if !old.is_empty() {
        return Answer::warns(
            format!("{words}; older than their cadence allows: {}", old.join(", ")),
            remedy,
        );
    }
    if !crosswalk.covers(today) {
        return Answer::warns(format!("{words}, which is past"), remedy);
    }
    Answer::holds(words)
}
