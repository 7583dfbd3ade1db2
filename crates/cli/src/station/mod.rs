//! The station: partners put files into folders, and find the answers in others.
//!
//! A submission goes through steps that last, each of which can be taken again:
//!
//! ```text
//! inbound/ --take--> stage/ --copy, hash--> blob/ --enter: received--> judge --> runs/, outbox/
//!   --enter: decided--> outbound/, manifest last --enter: delivered--> archive/
//! ```
//!
//! After a crash at any line each submission goes on from where the ledger says it is.
//! What is still in `outbox/` was not shown, what is no longer there was: so a partner who fetches and deletes an answer at once does not get it twice.

mod arrivals;
pub mod checks;
mod decide;
mod deliver;
mod ending;
mod engine;
mod held;
mod id;
pub mod job;
pub mod late;
mod layout;
pub mod metrics;
pub mod names;
mod notice;
mod owed;
pub mod pulse;
mod queue;
mod receive;
mod refusal;
pub mod resent;
pub mod retention;
mod verify;
mod workers;

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use ledger::{Act, Ledger, Note, Partner, SqliteLedger, Submission};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::stamp::Stamp;

pub use engine::{Engine, Turn};
pub use held::{held_runs, still_held};
pub use layout::{Home, Layout, waiting};
pub use notice::shown;
pub use owed::{NOTICE, ONWARD, Owner};
pub use receive::{Incoming, receive};
pub use verify::{anchored_at, anchors, given_up, verify};
pub use workers::{WorkerCommand, Workers};

/// Where the station is.
#[derive(Args, Clone, Debug)]
pub struct StationArgs {
    /// Folder of the station; by default that of the configuration
    #[arg(long, value_name = "DIR")]
    pub station: Option<PathBuf>,
}

/// How often it is looked whether a station is still served, and how long is waited between.
const LOOKS: usize = 10;
const LOOK: Duration = Duration::from_millis(50);

/// A station: its folders, and what it remembers.
pub struct Station {
    /// Where everything is.
    pub layout: Layout,
    /// What it remembers.
    pub ledger: SqliteLedger,
}

impl StationArgs {
    /// Returns where the station is.
    pub fn layout(&self, settings: &Settings) -> Result<Layout, Failure> {
        let configured = settings.station.folder.as_ref().map(PathBuf::from);
        let folder = self.station.clone().or(configured).ok_or_else(|| {
            Failure::usage(
                "nothing says where the station is",
                "name its folder with --station DIR, or in the configuration as station.folder",
            )
        })?;
        Ok(Layout::at(folder))
    }

    /// Opens a station that is there.
    pub fn open(&self, settings: &Settings) -> Result<Station, Failure> {
        Station::open(self.layout(settings)?)
    }
}

impl Station {
    /// Opens a station that is there.
    pub fn open(layout: Layout) -> Result<Station, Failure> {
        if !layout.ledger().is_file() {
            if layout.has_partners() {
                return Err(ledger_is_gone(&layout));
            }
            return Err(Failure::usage(
                format!("{}: there is no station", layout.root().display()),
                "`claimgate partner add NAME` makes one with its first partner",
            ));
        }
        let ledger = SqliteLedger::open_existing(&layout.ledger()).map_err(unusable)?;
        Ok(Station { layout, ledger })
    }

    /// Makes the station's folders and its ledger, as far as they are missing.
    ///
    /// Errors: there was a ledger here, since partners have folders; an empty one would give its numbers again.
    pub fn make(layout: Layout) -> Result<Station, Failure> {
        if !layout.ledger().exists() && layout.has_partners() {
            return Err(ledger_is_gone(&layout));
        }
        layout.make().map_err(|error| own("cannot make", layout.root(), &error))?;
        let ledger = SqliteLedger::open(&layout.ledger()).map_err(unusable)?;
        Ok(Station { layout, ledger })
    }

    /// Returns the partner of that name.
    pub fn partner(&self, name: &str) -> Result<Partner, Failure> {
        let partners = self.ledger.partners().map_err(unusable)?;
        let known = partners.into_iter().find(|partner| partner.name == name);
        let hint = "`claimgate partner list` names every partner";
        known.ok_or_else(|| Failure::usage(format!("there is no partner {name}"), hint))
    }

    /// Returns the submission whose id is `part`, or begins or ends with it.
    pub fn find(&self, part: &str) -> Result<Submission, Failure> {
        let hint = "`claimgate submission list` names every submission";
        let part = part.to_ascii_uppercase();
        match self.ledger.submissions_like(&part).map_err(unusable)?.as_slice() {
            [id] if !part.is_empty() => self.ledger.submission(id).map_err(unusable),
            [_, ..] => {
                Err(Failure::usage(format!("several submissions are called {part}"), "give more of the id"))
            }
            [] => Err(Failure::usage(format!("there is no submission {part}"), hint)),
        }
    }

    /// Notes in the audit trail that `who` looks at claims of a submission; nothing is shown before it is noted.
    pub fn note_view(&mut self, submission: &str, who: &str, what: &str) -> Result<(), Failure> {
        let at = Stamp::or_clock(None).text();
        self.ledger.note(Note::View, submission, &Act { at: &at, who, why: what }).map_err(unusable)
    }

    /// Makes sure that no other process serves this station; the lock ends with the value, and with the process.
    ///
    /// Whoever only looks whether it is served has the lock for a moment, so that one is waited for.
    pub fn lock(&self) -> Result<File, Failure> {
        lock(&self.layout)
    }

    /// Looks whether a process serves this station.
    pub fn is_served(&self) -> Result<bool, Failure> {
        Ok(try_lock(&self.layout)?.is_none())
    }
}

/// Makes sure that no process serves a station, whose ledger need not be there.
pub fn lock(layout: &Layout) -> Result<File, Failure> {
    for _ in 0..LOOKS {
        if let Some(file) = try_lock(layout)? {
            return Ok(file);
        }
        std::thread::park_timeout(LOOK);
    }
    Err(Failure {
        exit: Exit::TryLater,
        class: "busy",
        message: format!("{}: another process serves this station", layout.root().display()),
        hint: Some("let it end first".to_owned()),
    })
}

/// Takes the lock, unless somebody has it.
fn try_lock(layout: &Layout) -> Result<Option<File>, Failure> {
    let path = layout.lock();
    let file = OpenOptions::new().create(true).append(true).open(&path);
    let file = file.map_err(|error| own("cannot open", &path, &error))?;
    Ok(file.try_lock().is_ok().then_some(file))
}

/// Says that partners have folders, and that there is no ledger of them.
fn ledger_is_gone(layout: &Layout) -> Failure {
    Failure::usage(
        format!("{}: the ledger is gone", layout.ledger().display()),
        "restore a copy with `claimgate ledger restore FILE`, or begin a new station elsewhere",
    )
}

/// Says why the ledger did not take a step.
#[expect(clippy::needless_pass_by_value, reason = "errors are turned into failures where they are returned")]
pub fn unusable(error: ledger::Error) -> Failure {
    let exit = match &error {
        _ if error.may_pass() => Exit::TryLater,
        ledger::Error::Taken(_)
        | ledger::Error::Unknown(_)
        | ledger::Error::UsedUp
        | ledger::Error::TooNew { .. } => Exit::Usage,
        _ => Exit::Fault,
    };
    let hint = match exit {
        Exit::TryLater => Some("free some space, or wait for whoever writes to the ledger, and run it again"),
        Exit::Fault => Some("`claimgate ledger verify` tells what is wrong; restore it from a backup"),
        _ => None,
    };
    Failure { exit, class: "ledger", message: error.to_string(), hint: hint.map(str::to_owned) }
}

/// Says why a file or folder of the station cannot be used; what may pass is to be tried later, anything else is a fault.
pub fn own(what: &str, path: &Path, error: &std::io::Error) -> Failure {
    match Failure::io(what, path, error) {
        failure if failure.exit == Exit::TryLater => failure,
        failure => Failure { exit: Exit::Fault, class: "station", ..failure },
    }
}
