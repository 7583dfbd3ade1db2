//! `claimgate ledger`: whether the station's memory can be trusted, and copies of it.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use ledger::{Anchor, Broken, Ledger, Restoration};

mod restore;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::figures::number_of;
use crate::global::Global;
use crate::settings::Settings;
use crate::station::{StationArgs, anchors, given_up, unusable, verify};
use crate::stdout;

/// Arguments of `ledger`.
#[derive(Args, Debug)]
pub struct LedgerArgs {
    #[command(subcommand)]
    command: LedgerCommand,
}

/// What can be done about the ledger.
#[derive(Subcommand, Debug)]
enum LedgerCommand {
    /// Look for everything that does not hold: the audit trail, the balance of every run, every stored hash
    Verify(VerifyArgs),
    /// Copy the ledger as it stands at this moment, while the station serves
    Backup(BackupArgs),
    /// Put a copy in the place of the ledger, after looking whether it is sound
    Restore(restore::RestoreArgs),
}

/// Arguments of `ledger verify`.
#[derive(Args, Debug)]
pub struct VerifyArgs {
    /// File with heads of the audit trail that were given out; by default that of the station
    #[arg(long, value_name = "FILE")]
    pub anchors: Option<PathBuf>,
    #[command(flatten)]
    pub station: StationArgs,
}

/// Arguments of `ledger backup`.
#[derive(Args, Debug)]
pub struct BackupArgs {
    /// The copy
    #[arg(value_name = "FILE")]
    pub copy: PathBuf,
    #[command(flatten)]
    pub station: StationArgs,
}

/// Does what was asked about the ledger.
pub fn run(args: &LedgerArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::load(global.config.as_deref(), None)?;
    match &args.command {
        LedgerCommand::Verify(args) => verify_all(args, &settings),
        LedgerCommand::Backup(args) => {
            let station = args.station.open(&settings)?;
            station.ledger.back_up(&args.copy).map_err(unusable)?;
            let head = station.ledger.anchor().map_err(unusable)?.map_or(0, |head| head.number);
            stdout::write(format!("{}: the ledger up to entry {head}\n", args.copy.display()).as_bytes())?;
            Ok(Exit::Done)
        }
        LedgerCommand::Restore(args) => restore::run(args, &settings),
    }
}

fn verify_all(args: &VerifyArgs, settings: &Settings) -> Result<Exit, Failure> {
    let station = args.station.open(settings)?;
    let anchors = anchors_of(args.anchors.as_deref(), &station.layout.anchors(&settings.station))?;
    let broken = verify(&station, &anchors)?;
    if !broken.is_empty() {
        return Err(unsound(&broken));
    }
    let entries = station.ledger.anchor().map_err(unusable)?.map_or(0, |head| head.number);
    let submissions = station.ledger.submissions().map_err(unusable)?.len() as u64;
    let restorations = station.ledger.restorations().map_err(unusable)?;
    let mut sound = format!(
        "Everything holds: {} of the audit trail, {} of them given out; {}, with the bytes of all their files.\n",
        number_of(entries.unsigned_abs(), "entry").replace("entrys", "entries"),
        anchors.len() - given_up(&anchors, &restorations),
        number_of(submissions, "submission"),
    );
    sound.extend(restorations.iter().map(known_break));
    stdout::write(sound.as_bytes())?;
    Ok(Exit::Done)
}

/// Returns the heads that were given out into the file that somebody `named`, which has to be there, or into the station's own.
fn anchors_of(named: Option<&Path>, own: &Path) -> Result<Vec<Anchor>, Failure> {
    match named.map(|named| (named, named.metadata())) {
        Some((named, Err(error))) => Err(Failure::io("cannot read", named, &error)),
        Some((named, Ok(_))) => anchors(named),
        None => anchors(own),
    }
}

/// Tells of a break of the trail that somebody has answered for.
fn known_break(restoration: &Restoration) -> String {
    let Restoration { at, who, why, given_up } = restoration;
    let heads = number_of(given_up.len() as u64, "head");
    format!("Known: restored {at} by {who}, with {heads} given up: {why}\n")
}

/// Lists what does not hold.
fn unsound(broken: &[Broken]) -> Failure {
    let list: Vec<String> =
        broken.iter().map(|Broken { place, what }| format!("  {place}: {what}")).collect();
    Failure {
        hint: Some("keep everything as it is, find out who changed it, and restore from a backup".to_owned()),
        ..Failure::internal(format!(
            "{} found:\n{}",
            number_of(broken.len() as u64, "fault"),
            list.join("\n")
        ))
    }
}
