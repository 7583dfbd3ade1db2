//! `claimgate status`: what came, what waits, and what failed, partner by partner.

use std::collections::BTreeMap;

use clap::Args;
use ledger::{Disposition, Ledger, Outcome, RunState, Standing};
use serde::Serialize;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::settings::Settings;
use crate::stamp::Stamp;
use crate::station::locks::is_served;
use crate::station::{Station, StationArgs, late, unusable, waiting};
use crate::stdout;

/// Arguments of `status`.
#[derive(Args, Debug)]
pub struct StatusArgs {
    /// Write one JSON object
    #[arg(long)]
    pub json: bool,
    /// Moment that lateness is judged at; by default now
    #[arg(long, value_name = "MOMENT", value_parser = Stamp::parse)]
    pub now: Option<Stamp>,
    #[command(flatten)]
    pub station: StationArgs,
}

/// What is said of the station.
#[derive(Serialize)]
struct Status {
    /// Whether a process serves it.
    is_served: bool,
    partners: Vec<Row>,
}

/// What is said of a partner.
///
/// What came is told in files, so that these add up to those that were sent; what is to be done, in files and reruns.
#[derive(Default, Serialize)]
struct Row {
    partner: String,
    /// Files in its folders that are not taken yet.
    inbound: usize,
    /// Files and reruns that are to be judged.
    open: u64,
    /// Files and reruns that are decided, and whose answers are not delivered.
    owed: u64,
    /// Files whose claims were judged, and which are answered.
    judged: u64,
    /// Files of which nothing was judged, but for those that were put aside.
    refused: u64,
    /// Files that were put aside, since judging them failed.
    quarantined: u64,
    /// Reruns that are answered: their claims came with files that are counted already.
    reruns: u64,
    /// Claims that were accepted before, in another file.
    came_before: u64,
    last_received_at: Option<String>,
    /// By when something is expected of it, if anything.
    expected: Option<String>,
    /// When that was due if it did not come, else when it is due next.
    due_at: Option<String>,
    /// Whether something was due and did not come.
    is_late: bool,
}

/// Shows how the station stands.
pub fn run(args: &StatusArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::load(global.config.as_deref(), None)?;
    let station = args.station.open(&settings)?;
    let status = Status {
        is_served: is_served(&station.layout)?,
        partners: rows(&station, Stamp::or_clock(args.now))?,
    };
    if args.json {
        stdout::write_json(&status)?;
    } else {
        stdout::write(words(&status).as_bytes())?;
    }
    Ok(Exit::Done)
}

fn rows(station: &Station, now: Stamp) -> Result<Vec<Row>, Failure> {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for partner in station.ledger.partners().map_err(unusable)? {
        let inbound = waiting(&station.layout.home(&partner.name));
        rows.insert(partner.name.clone(), Row { partner: partner.name, inbound, ..Row::default() });
    }
    for standing in station.ledger.standings().map_err(unusable)? {
        if let Some(row) = rows.get_mut(&standing.partner) {
            add(row, standing);
        }
    }
    for count in station.ledger.earlier_claim_counts().map_err(unusable)? {
        if let Some(row) = rows.get_mut(&count.partner).filter(|_| count.disposition == Disposition::Accepted)
        {
            row.came_before = count.claims;
        }
    }
    for (partner, due) in late::all(station, now)? {
        if let Some(row) = rows.get_mut(&partner) {
            row.expected = Some(due.schedule.to_string());
            (row.due_at, row.is_late) = (due.at, due.is_late);
        }
    }
    Ok(rows.into_values().collect())
}

fn add(row: &mut Row, standing: Standing) {
    let place = match (standing.state, standing.outcome) {
        (RunState::Open, _) => &mut row.open,
        (RunState::Decided, _) => &mut row.owed,
        (RunState::Delivered, _) if standing.is_rerun => &mut row.reruns,
        (RunState::Delivered, Some(Outcome::Judged)) => &mut row.judged,
        (RunState::Delivered, Some(Outcome::Quarantined)) => &mut row.quarantined,
        (RunState::Delivered, _) => &mut row.refused,
    };
    *place += standing.runs;
    row.last_received_at = row.last_received_at.take().max(Some(standing.last_received_at));
}

fn words(status: &Status) -> String {
    let served = if status.is_served { "is served" } else { "is not served" };
    let mut text = format!(
        "The station {served}.\n\n{:<20} {:>8} {:>8} {:>8} {:>8} {:>8} {:>11} {:>8} {:>11}  {:<20}  {}\n",
        "partner",
        "inbound",
        "open",
        "owed",
        "judged",
        "refused",
        "quarantined",
        "reruns",
        "came before",
        "last received",
        "due"
    );
    for row in &status.partners {
        text.push_str(&format!(
            "{:<20} {:>8} {:>8} {:>8} {:>8} {:>8} {:>11} {:>8} {:>11}  {:<20}  {}\n",
            row.partner,
            row.inbound,
            row.open,
            row.owed,
            row.judged,
            row.refused,
            row.quarantined,
            row.reruns,
            row.came_before,
            row.last_received_at.as_deref().unwrap_or("never"),
            due(row)
        ));
    }
    text
}

/// Says when something is due of a partner.
fn due(row: &Row) -> String {
    match &row.due_at {
        None => "-".to_owned(),
        Some(due) if row.is_late => format!("LATE, {due}"),
        Some(due) => due.clone(),
    }
}
