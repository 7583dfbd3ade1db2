//! `claimgate ledger restore`: an older copy in the place of the ledger, without any number being given twice.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

mod forgotten;
mod missing;
mod received;
mod reruns;
mod since;
mod taken;

use clap::Args;
use intake::{Disk, copy_unsynced};
use ledger::{Act, Anchor, AuditEntry, Error, Ledger, NextNumbers, Note, Part, SqliteLedger};

use self::forgotten::{
    Before, LEDGER, bring_back, comes_back, entries, put_aside, put_aside_before, there_before, with_log,
};
use self::reruns::JudgedAgain;
use self::since::Since;
use super::{anchors_of, unsound};
use crate::commands::crosswalk::store::{one_line, reason};
use crate::commands::who;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::stamp::Stamp;
use crate::station::checks::remake;
use crate::station::locks::alone;
use crate::station::{Layout, Station, StationArgs, own, unusable};
use crate::stdout;

/// Arguments of `ledger restore`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct RestoreArgs {
    /// The copy
    #[arg(value_name = "FILE")]
    pub copy: PathBuf,
    /// Why, for the audit trail
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub reason: String,
    /// Who does it; by default the user of this machine
    #[arg(long, value_name = "NAME", value_parser = one_line)]
    pub by: Option<String>,
    /// How many numbers of each kind are left out, behind the last that is known to be given
    #[arg(long, value_name = "N", default_value_t = SKIPPED)]
    pub skip_numbers: u64,
    /// Give up earlier heads of the audit trail too: the copy was made before another one was restored
    #[arg(long)]
    pub of_other_trail: bool,
    /// File with heads of the audit trail that were given out; by default that of the station
    #[arg(long, value_name = "FILE")]
    pub anchors: Option<PathBuf>,
    /// How long to wait until whoever serves the station has ended what is being judged, and other commands are done
    #[arg(long, value_name = "SECONDS", default_value_t = PATIENCE_SECONDS,
        value_parser = clap::value_parser!(u64).range(..=86_400))]
    pub timeout: u64,
    #[command(flatten)]
    pub station: StationArgs,
}

const EXAMPLES: &str = "\
While the station is served, whoever serves it ends what is being judged, leaves the ledger for as
long as this takes, and goes on by itself with the one that is there then. Where something has to be
looked at before it is served again, nothing is done and it is said what: end it first.
What was there, and files that the copy does not know, are put into forgotten/.
Numbers of runs and control numbers go on behind those of the copy and of the ledger that was there,
and leave as many out as --skip-numbers says, since more may have been given than either knows.
Heads of the audit trail that were given out since the copy was made are given up. A copy that lacks
an earlier one is not that of this station, or was changed; or another copy was restored, and the
station served, since it was made.

Example:
  claimgate ledger restore ledger-copy.db --reason 'the disk broke'";

/// Numbers that are left out unless somebody says how many: far more than are given between two backups.
const SKIPPED: u64 = 1_000_000;

/// How long is waited unless somebody says so: longer than the largest file takes.
const PATIENCE_SECONDS: u64 = 600;

/// Puts a copy in the place of the ledger.
pub fn run(args: &RestoreArgs, settings: &Settings) -> Result<Exit, Failure> {
    let (at, by) = (Stamp::or_clock(None).text(), who(args.by.as_deref())?);
    let layout = args.station.layout(settings)?;
    let copy = open_with_log(&args.copy).map_err(|error| Failure::io("cannot read", &args.copy, &error))?;
    layout.make().map_err(|error| own("cannot make", layout.root(), &error))?;
    let root = layout.root().to_owned();
    let failed = |error: io::Error| own("cannot put aside in", &root, &error);
    let (aside, _in_use) = new_aside(&root).map_err(failed)?;
    let ready = aside.path().join(LEDGER);
    let ledger = sound_copy(copy, &ready)?;
    let mut station = Station { layout, ledger, in_place: None };
    // All that can be refused is, before anybody is disturbed.
    look_whether_of_here(&station.ledger, &there_before(&station.layout))?;
    given_since(args, settings, &station)?;
    let alone = alone(&station.layout, Duration::from_secs(args.timeout))?;
    sweep_asides(&root).map_err(failed)?;
    let (before, is_known) = there_before(&station.layout);
    let since = Since::of(args, settings, &station, &before, is_known)?;
    let act = Act { at: &at, who: &by, why: &args.reason };
    let next = go_on(&mut station.ledger, &before, &since, &act)?;
    let judged_again = JudgedAgain::all(&station.ledger, &before, &since).map_err(unusable)?;
    if alone.is_served {
        look_before_it_goes_on(&station, &since, &judged_again)?;
    }
    // Whoever is the last to close a ledger writes its log into it.
    drop(before);
    let mut words = exchange(&station, &at, &judged_again)?;
    let Station { layout, ledger, .. } = station;
    // Whoever is the last to close a ledger writes its log into it.
    drop(ledger);
    put_in_place(&ready, &layout).map_err(failed)?;
    let ledger = SqliteLedger::open_existing(&layout.ledger()).map_err(unusable)?;
    let station = Station { layout, ledger, in_place: None };
    let is_served = alone.end();
    words.push_str(&partners(&station)?);
    words.push_str(&missing::words(&station)?);
    words.push_str(&since.words(next));
    words.push_str(if is_served {
        "  served             by whoever served it before, who goes on\n"
    } else {
        "  served             by nobody; `claimgate serve` goes on with it\n"
    });
    aside.close().map_err(failed)?;
    stdout::write(words.as_bytes())?;
    Ok(Exit::Done)
}

/// Puts the ledger of `station` in the place of the one that is there, and says what became of everything else.
fn exchange(station: &Station, at: &str, judged_again: &[JudgedAgain]) -> Result<String, Failure> {
    let (layout, ledger) = (&station.layout, station.layout.ledger());
    let failed = |error: io::Error| own("cannot put aside in", layout.root(), &error);
    let forgotten = new_folder(&layout.forgotten(), at).map_err(failed)?;
    // Nobody serves while there is no ledger, so that whatever ends this is noticed, and it is done again.
    let put_aside = put_aside(station, &forgotten).map_err(failed)?;
    let brought_back = bring_back(station, &forgotten).map_err(failed)?;
    // Whoever takes what goes on may have done so until it was put aside.
    let before = put_aside_before(layout);
    let (taken, _) = taken::all(&station.ledger, &before, layout);
    let received = received::to_hand_in(station, &before, &taken)?;
    let taken = taken::tell(&taken, &forgotten).map_err(failed)?;
    Disk::of(layout.root()).and_then(|disk| disk.sync()).map_err(failed)?;
    let mut words = format!("{}: restored\n", ledger.display());
    words.push_str(&put_aside.words(&forgotten));
    words.extend(brought_back.iter().map(|path| goes_on_again(path)));
    words.extend(judged_again.iter().map(JudgedAgain::words));
    Ok(words + &taken + &received)
}

/// Moves a ledger that nobody has open to its place, where there has to be no room for another.
fn put_in_place(ready: &Path, layout: &Layout) -> io::Result<()> {
    File::open(ready)?.sync_all()?;
    fs::rename(ready, layout.ledger())?;
    File::open(layout.root())?.sync_all()
}

/// Makes sure that a copy is of the station whose ledgers were there before: all trails of one station begin with the same entry.
fn look_whether_of_here(
    copy: &SqliteLedger,
    (before, is_known): &(Vec<Before>, bool),
) -> Result<(), Failure> {
    // A ledger that is damaged may tell of none.
    let there = before.last().filter(|_| *is_known);
    let first = there.and_then(|there| there.ledger.first_head().ok().flatten());
    if first.is_none() || copy.first_head().map_err(unusable)? == first {
        return Ok(());
    }
    let hint = "take a copy of this station; where another is to go on here, move everything away first";
    Err(Failure {
        hint: Some(hint.to_owned()),
        ..Failure::internal(
            "the copy is of another station: its audit trail begins with another entry".to_owned(),
        )
    })
}

/// Says that claims which were put aside go on after all.
fn goes_on_again(path: &Path) -> String {
    format!(
        "  goes on again      {}: take it away if its claims went on meanwhile, as they were judged again\n",
        path.display()
    )
}

/// Makes sure that nothing has to be looked at before a station that is served goes on.
fn look_before_it_goes_on(
    station: &Station,
    since: &Since,
    judged_again: &[JudgedAgain],
) -> Result<(), Failure> {
    let root = station.layout.root();
    let mut looks: Vec<String> =
        judged_again.iter().filter(|one| one.wants_a_look()).map(JudgedAgain::words).collect();
    let files = since.taken.iter().filter(|taken| taken.is_open && taken.run.part == Part::Whole);
    looks.extend(files.map(|taken| format!("  judged again       {}", taken.line())));
    let come_back = comes_back(station).map_err(|error| own("cannot read", root, &error))?;
    looks.extend(come_back.iter().map(|path| goes_on_again(path)));
    let why = match looks.as_slice() {
        _ if !since.is_known => "its ledger cannot be read, so that nobody knows what was done since",
        [] => return Ok(()),
        _ => "claims that went on would go on again",
    };
    let message = format!("{}: not restored while it is served: {why}\n{}", root.display(), looks.concat());
    let hint = "end whoever serves it, restore, look at what is said then, and have it served again";
    Err(Failure {
        exit: Exit::TryLater,
        class: "busy",
        message: message.trim_end().to_owned(),
        hint: Some(hint.to_owned()),
    })
}

/// Opens a ledger and its log, if it has one, as files that are read.
fn open_with_log(ledger: &Path) -> io::Result<Vec<File>> {
    let metadata = ledger.metadata()?;
    if !metadata.is_file() {
        let kind = if metadata.is_dir() { io::ErrorKind::IsADirectory } else { io::ErrorKind::InvalidInput };
        return Err(kind.into());
    }
    let [ledger, log, _] = with_log(ledger);
    let log = Some(log).filter(|log| log.exists());
    [Some(ledger), log].into_iter().flatten().map(File::open).collect()
}

/// How the folder begins in which the ledger is made ready.
const ASIDE: &str = ".restoring";

/// Makes that folder, and locks it as long as it is in use.
fn new_aside(root: &Path) -> io::Result<(tempfile::TempDir, File)> {
    let aside = tempfile::Builder::new().prefix(ASIDE).tempdir_in(root)?;
    let lock = File::open(aside.path())?;
    lock.lock()?;
    Ok((aside, lock))
}

/// Removes such folders of whoever was ended over them.
fn sweep_asides(root: &Path) -> io::Result<()> {
    for (path, name) in entries(root)? {
        if name.starts_with(ASIDE) && File::open(&path)?.try_lock().is_ok() {
            fs::remove_dir_all(path)?;
        }
    }
    Ok(())
}

/// Has a copy go on behind itself and behind the ledgers that were there before, and returns its next numbers.
fn go_on(
    copy: &mut SqliteLedger,
    before: &[Before],
    since: &Since,
    act: &Act<'_>,
) -> Result<NextNumbers, Failure> {
    let copied = copy.next_numbers().map_err(unusable)?;
    let given = before.iter().filter_map(|before| before.ledger.next_numbers().ok());
    let next = given.fold(copied, NextNumbers::after).skip(since.skipped);
    copy.go_on_from_copy(next, &since.heads, act).map_err(unfit)?;
    enter_disposals(copy, before).map_err(unusable)?;
    copy.next_numbers().map_err(unusable)
}

/// Enters which files were removed since the copy was made, or they would be missed for ever.
fn enter_disposals(copy: &mut SqliteLedger, before: &[Before]) -> Result<(), Error> {
    copy.together(&mut |copy| {
        for id in copy.submissions()? {
            let mut known = copy.notes(Note::Disposal, &id)?;
            // A ledger that is damaged may tell of none.
            let notes =
                before.iter().flat_map(|one| one.ledger.notes(Note::Disposal, &id).unwrap_or_default());
            for note in notes {
                let AuditEntry { at, who, why, .. } = &note;
                if !known.iter().any(|one| (&one.at, &one.why) == (at, why)) {
                    copy.note(Note::Disposal, &id, &Act { at, who, why })?;
                    known.push(note);
                }
            }
        }
        Ok(())
    })
}

/// Copies the copy to `ready`, so that nothing is written where it lies, and it can be restored again; whoever serves is not disturbed for one that cannot be.
///
/// Errors: the copy is none, or does not hold.
fn sound_copy(copy: Vec<File>, ready: &Path) -> Result<SqliteLedger, Failure> {
    for (file, to) in copy.into_iter().zip(with_log(ready)) {
        copy_unsynced(file, &to).map_err(|error| own("cannot write", &to, &error))?;
    }
    let copy = SqliteLedger::open_existing(ready).map_err(no_copy)?;
    // What has no entry is no ledger of a station: each begins with a partner.
    if copy.anchor().map_err(unusable)?.is_none() {
        return Err(no_copy(Error::Unknown("entry in it".to_owned())));
    }
    let broken = copy.verify(&[]).map_err(unusable)?;
    if broken.is_empty() { Ok(copy) } else { Err(unsound(&broken)) }
}

/// Returns the heads that were given out and that the copy lacks.
///
/// Errors: it lacks one that was given out before.
fn given_since(
    args: &RestoreArgs,
    settings: &Settings,
    Station { layout, ledger: copy, .. }: &Station,
) -> Result<Vec<Anchor>, Failure> {
    let given = anchors_of(args.anchors.as_deref(), &layout.anchors(&settings.station))?;
    let head = copy.anchor().map_err(unusable)?.map_or(0, |head| head.number);
    let known = copy.restorations().map_err(unusable)?;
    // What was put aside here was replaced by another.
    let is_of_other_trail = args.of_other_trail || is_below(&args.copy, &layout.forgotten());
    let mut missing: Vec<Anchor> = Vec::new();
    for anchor in given {
        let is_known = known.iter().any(|one| one.given_up.contains(&anchor));
        // One is given out again by whoever begins to serve.
        let is_told = missing.last() == Some(&anchor);
        if !is_known && !is_told && !copy.has_head(&anchor).map_err(unusable)? {
            missing.push(anchor);
        }
    }
    match missing.iter().find(|anchor| anchor.number <= head && !is_of_other_trail) {
        None => Ok(missing),
        Some(Anchor { number, .. }) => Err(Failure {
            hint: Some(
                "take a copy that was made of this station; --of-other-trail takes one that was made before another was restored"
                    .to_owned(),
            ),
            ..Failure::internal(format!(
                "the copy goes up to entry {head} of the audit trail, and lacks entry {number} as it was given out"
            ))
        }),
    }
}

fn is_below(path: &Path, folder: &Path) -> bool {
    let [path, folder] = [path, folder].map(Path::canonicalize);
    path.is_ok_and(|path| folder.is_ok_and(|folder| path.starts_with(folder)))
}

/// Says that a file is no copy that can be restored.
fn no_copy(error: Error) -> Failure {
    match unusable(error) {
        failure if failure.exit == Exit::TryLater => failure,
        failure => {
            Failure { hint: Some("take a copy that `claimgate ledger backup` made".to_owned()), ..failure }
        }
    }
}

/// Says why the copy cannot be gone on from.
fn unfit(error: Error) -> Failure {
    match error {
        Error::UsedUp => {
            Failure { hint: Some("leave fewer out with --skip-numbers".to_owned()), ..unusable(error) }
        }
        error => unusable(error),
    }
}

/// Makes a folder for what is put aside at this moment.
fn new_folder(parent: &Path, at: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(parent)?;
    let mut folder = parent.join(at);
    let mut others = 1;
    while let Err(error) = fs::create_dir(&folder) {
        if error.kind() != io::ErrorKind::AlreadyExists {
            return Err(error);
        }
        others += 1;
        folder = parent.join(format!("{at}-{others}"));
    }
    Ok(folder)
}

/// Says which partners have no folders, and which were added since.
fn partners(station: &Station) -> Result<String, Failure> {
    let Station { layout, ledger, .. } = station;
    let failed = |error: io::Error| own("cannot read", layout.root(), &error);
    let mut words = String::new();
    let partners = ledger.partners().map_err(unusable)?;
    for partner in partners.iter().filter(|partner| !layout.home(&partner.name).missing().is_empty()) {
        let remedy = remake(&partner.name);
        words.push_str(&format!("  folders missing    of {}: {remedy} makes them\n", partner.name));
    }
    for (_, name) in entries(&layout.partners()).map_err(failed)? {
        if partners.iter().all(|partner| partner.name != name) {
            words.push_str(&format!(
                "  partner since      {name}: add it again with `claimgate partner add`\n"
            ));
        }
    }
    Ok(words)
}
