//! What held claims wait for: the releases that do not cover their dates yet.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use chrono::{Datelike, NaiveDate};
use crosswalk::{Crosswalk, List};
use responses::facts::day_of;
use serde::Serialize;

use crate::failure::Failure;
use crate::kept::{self, KeptClaim};

/// The code of a standing that waits for a list.
const GAP: &str = "GAP010";

/// Claims that wait for one release.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Waiting {
    /// How many.
    pub claims: u64,
    /// What they charge.
    pub charge_cents: i64,
}

/// Returns what the held claims of the runs in `folders` wait for, by the name of the release.
pub fn waiting(folders: &[PathBuf], crosswalk: &Crosswalk) -> Result<BTreeMap<String, Waiting>, Failure> {
    let mut waiting: BTreeMap<String, Waiting> = BTreeMap::new();
    kept::read(
        folders,
        None,
        |part: &mut BTreeMap<String, Waiting>, _, claim| {
            if claim.disposition == "held" {
                for release in releases(claim, crosswalk) {
                    part.entry(release).or_default().add(1, claim.charge_cents);
                }
            }
            Ok(())
        },
        |part| {
            for (release, sum) in part {
                waiting.entry(release).or_default().add(sum.claims, sum.charge_cents);
            }
            Ok(())
        },
    )?;
    Ok(waiting)
}

impl Waiting {
    fn add(&mut self, claims: u64, charge_cents: i64) {
        self.claims += claims;
        self.charge_cents += charge_cents;
    }
}

/// Names the releases that a claim waits for; a claim whose dates are covered by now waits for its rerun alone.
fn releases(claim: &KeptClaim<'_>, crosswalk: &Crosswalk) -> BTreeSet<String> {
    let gaps = claim.lines.iter().filter(|line| line.standing == GAP);
    let days = gaps.filter_map(|line| line.days).flat_map(|(first, last)| [first, last]);
    let missing = days.filter_map(day_of).flat_map(|day| {
        [List::Pdac, List::Asp]
            .into_iter()
            .filter(move |&list| crosswalk.release_on(list, day).is_none())
            .map(move |list| release(list, day))
    });
    let missing: BTreeSet<String> = missing.collect();
    if missing.is_empty() {
        BTreeSet::from(["a rerun: every list covers its dates by now".to_owned()])
    } else {
        missing
    }
}

/// Names the release that covers `day`.
fn release(list: List, day: NaiveDate) -> String {
    match list {
        List::Asp => format!("{list} {}Q{}", day.year(), day.month0() / 3 + 1),
        _ => format!("{list} that covers {}-{:02}", day.year(), day.month()),
    }
}
