//! `claimgate ledger`: whether the station's memory can be trusted, and copies of it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use ledger::{Broken, Ledger, SqliteLedger};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::figures::number_of;
use crate::global::Global;
use crate::settings::Settings;
use crate::stamp::Stamp;
use crate::station::{Layout, Station, StationArgs, anchors, own, unusable, verify};
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
    Restore(BackupArgs),
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

/// Arguments of `ledger backup` and `ledger restore`.
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
        LedgerCommand::Restore(args) => restore(args, &settings),
    }
}

fn verify_all(args: &VerifyArgs, settings: &Settings) -> Result<Exit, Failure> {
    let station = args.station.open(settings)?;
    let file = args.anchors.clone().unwrap_or_else(|| station.layout.anchors(&settings.station));
    let anchors = anchors(&file)?;
    let broken = verify(&station, &anchors)?;
    if !broken.is_empty() {
        return Err(unsound(&broken));
    }
    let entries = station.ledger.anchor().map_err(unusable)?.map_or(0, |head| head.number);
    let submissions = station.ledger.submissions().map_err(unusable)?.len() as u64;
    let sound = format!(
        "Everything holds: {} of the audit trail, {} of them given out; {}, with the bytes of all their files.\n",
        number_of(entries.unsigned_abs(), "entry").replace("entrys", "entries"),
        anchors.len(),
        number_of(submissions, "submission"),
    );
    stdout::write(sound.as_bytes())?;
    Ok(Exit::Done)
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

fn restore(args: &BackupArgs, settings: &Settings) -> Result<Exit, Failure> {
    let layout = args.station.layout(settings)?;
    let copy = SqliteLedger::open_existing(&args.copy).map_err(unusable)?;
    let broken = copy.verify(&[]).map_err(unusable)?;
    if !broken.is_empty() {
        return Err(unsound(&broken));
    }
    layout.make().map_err(|error| own("cannot make", layout.root(), &error))?;
    let station = Station { layout, ledger: copy };
    let _lock = station.lock()?;
    let aside = set_aside(&station.layout)
        .map_err(|error| own("cannot set aside", &station.layout.ledger(), &error))?;
    station.ledger.back_up(&station.layout.ledger()).map_err(unusable)?;
    let later = unknown(&station).map_err(|error| own("cannot read", station.layout.root(), &error))?;
    let mut words = format!("{}: restored\n", station.layout.ledger().display());
    if let Some(aside) = aside {
        words.push_str(&format!("  what was there     {}\n", aside.display()));
    }
    if 0 < later {
        words.push_str(&format!(
            "  received since     {}, now in quarantine/: hand them in with `claimgate submit`\n",
            number_of(later, "file")
        ));
    }
    stdout::write(words.as_bytes())?;
    Ok(Exit::Done)
}

/// Moves a ledger away that is in the place of the copy, with what belongs to it.
fn set_aside(layout: &Layout) -> io::Result<Option<PathBuf>> {
    let ledger = layout.ledger();
    let beside = |path: &Path, ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let aside = beside(&ledger, &format!(".{}", Stamp::or_clock(None).text()));
    let mut moved = None;
    // The log first: a ledger without its log would look like an older one.
    for ending in ["-wal", "-shm", ""] {
        let (from, to) = (beside(&ledger, ending), beside(&aside, ending));
        if from.exists() {
            fs::rename(&from, &to)?;
            moved = Some(aside.clone());
        }
    }
    Ok(moved)
}

/// Moves the files of submissions that the restored ledger does not know out of the way of those that sweep; returns how many there are.
fn unknown(station: &Station) -> io::Result<u64> {
    let layout = &station.layout;
    let mut count = 0;
    for folder in [layout.blobs(), layout.archive()] {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if station.ledger.submission(&name).is_err() {
                fs::rename(&path, layout.quarantine().join(&name))?;
                count += 1;
            }
        }
    }
    Ok(count)
}
