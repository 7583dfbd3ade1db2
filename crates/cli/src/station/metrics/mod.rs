//! What a station measures of itself, as Prometheus reads it.
//!
//! Everything is read from the ledger and the folders when it is asked for, so that nothing has to be counted twice or kept over a restart.
//! Labels are partners, outcomes, dispositions and lists: nothing of any file, and no name of one.

mod page;
mod server;

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime};
use ledger::{ClaimCount, Disposition, Ledger, Outcome, Partner, RunState};

use super::checks::free;
use super::pulse::{Pulse, Readiness};
use super::{Layout, Station, anchored_at, late, unusable, waiting};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::stamp::Stamp;
use crate::version;

use page::Page;
pub use server::serve;

/// What is measured, and where.
pub struct Meter {
    /// Where the station is; its ledger is opened for every page, since another may have been put in its place.
    pub layout: Layout,
    /// What is configured.
    pub settings: Settings,
    /// The folder of kept releases, where the command line names it.
    pub crosswalk: Option<PathBuf>,
    /// What the loop says of itself.
    pub pulse: Arc<Pulse>,
}

impl Meter {
    /// Returns the page of all metrics at the moment `now`.
    pub fn page(&self, now: Stamp) -> Result<String, Failure> {
        let station = &Station::open(self.layout.clone())?;
        let mut page = Page::default();
        page.family("claimgate_build_info", "gauge", "The version that serves.");
        page.sample(&[("version", version::SHORT)], 1);
        let is_ready = self.pulse.is_alive() && self.pulse.readiness() == Readiness::Serves;
        page.family("claimgate_ready", "gauge", "Whether files that come are taken.");
        page.sample(&[], u64::from(is_ready));
        submissions(station, &mut page)?;
        runs(station, now, &mut page)?;
        partners(station, now, &mut page)?;
        self.memory(station, &mut page)?;
        self.lists(now, &mut page);
        self.disk(&mut page);
        Ok(page.text())
    }

    fn memory(&self, station: &Station, page: &mut Page) -> Result<(), Failure> {
        let last = station.ledger.last_step_at().map_err(unusable)?;
        page.family(
            "claimgate_last_commit_timestamp_seconds",
            "gauge",
            "When the ledger took its last step.",
        );
        page.moment(&[], last.as_deref().and_then(seconds_of));
        page.family(
            "claimgate_last_anchor_timestamp_seconds",
            "gauge",
            "When the head of the audit trail was given out last.",
        );
        let anchors = self.layout.anchors(&self.settings.station);
        page.moment(&[], anchored_at(&anchors).as_deref().and_then(seconds_of));
        Ok(())
    }

    /// Lists that cannot be read have no sample, which the alert rules notice.
    fn lists(&self, now: Stamp, page: &mut Page) {
        let desk = Desk::open(self.crosswalk.as_deref(), &self.settings.desk);
        let counting = desk.as_ref().map(Desk::counting).unwrap_or_default();
        page.family("claimgate_crosswalk_age_days", "gauge", "Days since a release that counts was posted.");
        for entry in &counting {
            if let Some(posted) = entry.posted.as_deref().and_then(|day| day.parse::<NaiveDate>().ok()) {
                let age = now.day().signed_duration_since(posted).num_days();
                let labels = [("list", entry.list.as_str()), ("release", entry.release.as_str())];
                page.sample(&labels, u64::try_from(age).unwrap_or_default());
            }
        }
        page.family(
            "claimgate_crosswalk_covered_until_timestamp_seconds",
            "gauge",
            "The end of the last day that a release covers which counts.",
        );
        for entry in &counting {
            let last = entry.covers_through.as_deref().and_then(|day| day.parse::<NaiveDate>().ok());
            let end = last
                .and_then(|day| day.succ_opt())
                .map(|day| day.and_time(NaiveTime::MIN).and_utc().timestamp());
            let labels = [("list", entry.list.as_str()), ("release", entry.release.as_str())];
            page.moment(&labels, end);
        }
    }

    fn disk(&self, page: &mut Page) {
        let found = free(self.layout.root()).ok();
        let mut tell = |name, help, value: Option<u64>| {
            page.family(name, "gauge", help);
            if let Some(value) = value {
                page.sample(&[], value);
            }
        };
        let bytes_of = found.map(|free| free.bytes_of);
        tell(
            "claimgate_free_bytes",
            "Bytes that are free where the station is.",
            found.map(|free| free.bytes),
        );
        tell("claimgate_size_bytes", "Bytes of the file system that the station is on.", bytes_of);
        tell(
            "claimgate_free_files",
            "Files that can still be made there.",
            found.and_then(|free| free.files),
        );
    }
}

fn submissions(station: &Station, page: &mut Page) -> Result<(), Failure> {
    let partners = station.ledger.partners().map_err(unusable)?;
    let counts = station.ledger.submission_counts().map_err(unusable)?;
    let count = |partner: &Partner, outcome| {
        let of = counts.iter().find(|of| of.partner == partner.name && of.outcome == Some(outcome));
        of.map_or(0, |of| of.submissions)
    };
    // What is counted stands here from the beginning, so that the first of its kind is an increase.
    page.family(
        "claimgate_submissions_total",
        "counter",
        "Files that were judged or turned away, by what came of them; not those that were put aside.",
    );
    for partner in &partners {
        for outcome in Outcome::ALL.iter().filter(|outcome| **outcome != Outcome::Quarantined) {
            let labels = [("partner", partner.name.as_str()), ("outcome", outcome.as_str())];
            page.sample(&labels, count(partner, *outcome));
        }
    }
    page.family(
        "claimgate_quarantined_submissions",
        "gauge",
        "Files that were put aside since judging them failed, and not tried again since.",
    );
    for partner in &partners {
        page.sample(&[("partner", &partner.name)], count(partner, Outcome::Quarantined));
    }
    failed_reruns(station, &partners, page)?;
    claims(station, &partners, page)
}

fn failed_reruns(station: &Station, partners: &[Partner], page: &mut Page) -> Result<(), Failure> {
    let standings = station.ledger.standings().map_err(unusable)?;
    page.family(
        "claimgate_failed_reruns_total",
        "counter",
        "Reruns that have judged nothing, since judging their claims failed; these are what they were.",
    );
    for partner in partners {
        let failed = standings.iter().filter(|standing| {
            standing.is_rerun
                && standing.partner == partner.name
                && standing.outcome == Some(Outcome::Quarantined)
        });
        page.sample(&[("partner", &partner.name)], failed.map(|standing| standing.runs).sum());
    }
    Ok(())
}

fn claims(station: &Station, partners: &[Partner], page: &mut Page) -> Result<(), Failure> {
    let counts = station.ledger.claim_counts().map_err(unusable)?;
    page.family(
        "claimgate_claims_total",
        "counter",
        "Claims that came, by what became of them when they came; what reruns make of them is not counted.",
    );
    for partner in partners {
        for disposition in Disposition::ALL.iter().filter(|one| **one != Disposition::Received) {
            let is_it =
                |count: &&ClaimCount| (&count.partner, count.disposition) == (&partner.name, *disposition);
            let labels = [("partner", partner.name.as_str()), ("disposition", disposition.as_str())];
            page.sample(&labels, counts.iter().find(is_it).map_or(0, |count| count.claims));
        }
    }
    Ok(())
}

fn runs(station: &Station, now: Stamp, page: &mut Page) -> Result<(), Failure> {
    let runs = station.ledger.unfinished(0).map_err(unusable)?;
    let in_state = |state| runs.iter().filter(|run| run.state == state).count() as u64;
    page.family("claimgate_waiting_runs", "gauge", "Files and reruns that are to be judged.");
    page.sample(&[], in_state(RunState::Open));
    page.family("claimgate_owed_runs", "gauge", "Files and reruns whose answers are to be delivered.");
    page.sample(&[], in_state(RunState::Decided));
    let oldest = runs.iter().filter_map(|run| seconds_of(&run.stamp)).min();
    let waits = oldest.and_then(|oldest| u64::try_from(now.seconds() - oldest).ok()).unwrap_or_default();
    page.family(
        "claimgate_oldest_waiting_seconds",
        "gauge",
        "How long the oldest of those has waited that are to be judged or delivered.",
    );
    page.sample(&[], waits);
    let quarantine = std::fs::read_dir(station.layout.quarantine()).into_iter().flatten();
    page.family("claimgate_quarantined_files", "gauge", "Files that were put aside and are still kept.");
    page.sample(&[], quarantine.count() as u64);
    Ok(())
}

fn partners(station: &Station, now: Stamp, page: &mut Page) -> Result<(), Failure> {
    let partners = station.ledger.partners().map_err(unusable)?;
    page.family("claimgate_inbound_files", "gauge", "Files that were put down and are not taken yet.");
    for partner in &partners {
        let count = waiting(&station.layout.home(&partner.name));
        page.sample(&[("partner", &partner.name)], count as u64);
    }
    page.family(
        "claimgate_partner_late",
        "gauge",
        "Whether something was due of a partner and did not come.",
    );
    for (partner, due) in late::all(station, now)? {
        page.sample(&[("partner", &partner)], u64::from(due.is_late));
    }
    Ok(())
}

/// Returns a moment of the ledger in seconds since 1970.
fn seconds_of(moment: &str) -> Option<i64> {
    Stamp::parse(moment).ok().map(Stamp::seconds)
}
