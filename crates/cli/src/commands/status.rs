//! `claimgate status`: what came, what waits, and what failed, partner by partner.

use std::collections::BTreeMap;
use std::path::Path;

use clap::Args;
use ledger::{Ledger, Outcome, RunState, Standing};
use serde::Serialize;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::inputs::is_finished;
use crate::settings::Settings;
use crate::station::{Home, Station, StationArgs, unusable};
use crate::stdout;

/// Arguments of `status`.
#[derive(Args, Debug)]
pub struct StatusArgs {
    /// Write one JSON object
    #[arg(long)]
    pub json: bool,
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

/// What is said of a partner: numbers of files and of runs.
#[derive(Default, Serialize)]
struct Row {
    partner: String,
    /// Files in its folders that are not taken yet.
    inbound: usize,
    /// Runs that are to be judged.
    open: u64,
    /// Runs that are decided, and whose answers are not delivered.
    owed: u64,
    /// Runs whose claims were judged, and which are delivered.
    judged: u64,
    /// Those over which nothing was judged, but for files that were put aside.
    refused: u64,
    /// Files that were put aside, since judging them failed.
    quarantined: u64,
    last_received_at: Option<String>,
}

/// Shows how the station stands.
pub fn run(args: &StatusArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::load(global.config.as_deref(), None)?;
    let station = args.station.open(&settings)?;
    let status = Status { is_served: station.lock().is_err(), partners: rows(&station)? };
    if args.json {
        stdout::write_json(&status)?;
    } else {
        stdout::write(words(&status).as_bytes())?;
    }
    Ok(Exit::Done)
}

fn rows(station: &Station) -> Result<Vec<Row>, Failure> {
    let mut rows: BTreeMap<String, Row> = BTreeMap::new();
    for partner in station.ledger.partners().map_err(unusable)? {
        let inbound = inbound(&station.layout.home(&partner.name));
        rows.insert(partner.name.clone(), Row { partner: partner.name, inbound, ..Row::default() });
    }
    for standing in station.ledger.standings().map_err(unusable)? {
        if let Some(row) = rows.get_mut(&standing.partner) {
            add(row, standing);
        }
    }
    Ok(rows.into_values().collect())
}

fn add(row: &mut Row, standing: Standing) {
    let place = match (standing.state, standing.outcome) {
        (RunState::Open, _) => &mut row.open,
        (RunState::Decided, _) => &mut row.owed,
        (RunState::Delivered, Some(Outcome::Judged)) => &mut row.judged,
        (RunState::Delivered, Some(Outcome::Quarantined)) => &mut row.quarantined,
        (RunState::Delivered, _) => &mut row.refused,
    };
    *place += standing.runs;
    row.last_received_at = row.last_received_at.take().max(Some(standing.last_received_at));
}

/// Counts the files that a partner has put down and that are still there.
fn inbound(home: &Home) -> usize {
    let count = |folder: &Path| {
        let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
        names.filter(|entry| is_finished(&entry.path())).count()
    };
    home.inbound().iter().map(|folder| count(folder)).sum()
}

fn words(status: &Status) -> String {
    let served = if status.is_served { "is served" } else { "is not served" };
    let mut text = format!(
        "The station {served}.\n\n{:<20} {:>8} {:>8} {:>8} {:>8} {:>8} {:>11}  {}\n",
        "partner", "inbound", "open", "owed", "judged", "refused", "quarantined", "last received"
    );
    for row in &status.partners {
        text.push_str(&format!(
            "{:<20} {:>8} {:>8} {:>8} {:>8} {:>8} {:>11}  {}\n",
            row.partner,
            row.inbound,
            row.open,
            row.owed,
            row.judged,
            row.refused,
            row.quarantined,
            row.last_received_at.as_deref().unwrap_or("never")
        ));
    }
    text
}
