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
pub mod keys;
pub mod late;
mod layout;
pub mod locks;
pub mod metrics;
pub mod missing;
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

use std::fs::File;
use std::path::{Path, PathBuf};

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
pub use receive::{Incoming, is_unread, receive, shown_sha256};
pub use verify::{NO_ANCHOR, anchored_at, anchors, blake3, given_up, verify};
pub use workers::{WorkerCommand, Workers};

/// Where the station is.
#[derive(Args, Clone, Debug)]
pub struct StationArgs {
    /// Folder of the station; by default that of the configuration
    #[arg(long, value_name = "DIR")]
    pub station: Option<PathBuf>,
}

/// A station: its folders, and what it remembers.
pub struct Station {
    /// Where everything is.
    pub layout: Layout,
    /// What it remembers.
    pub ledger: SqliteLedger,
    /// Keeps the ledger where it is; whoever serves gives that up, and looks whether it is wanted instead.
    pub in_place: Option<File>,
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
        // While another ledger is put in its place, there is none for a moment.
        let is_there = layout.ledger().is_file() || layout.ledger_lock().is_file();
        let in_place = is_there.then(|| locks::use_ledger(&layout)).transpose()?;
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
        Ok(Station { layout, ledger, in_place })
    }

    /// Makes the station's folders and its ledger, as far as they are missing.
    ///
    /// Errors: there was a ledger here, since partners have folders; an empty one would give its numbers again.
    pub fn make(layout: Layout) -> Result<Station, Failure> {
        layout.make().map_err(|error| own("cannot make", layout.root(), &error))?;
        let in_place = Some(locks::use_ledger(&layout)?);
        if !layout.ledger().exists() && layout.has_partners() {
            return Err(ledger_is_gone(&layout));
        }
        let ledger = SqliteLedger::open(&layout.ledger()).map_err(unusable)?;
        Ok(Station { layout, ledger, in_place })
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
        Exit::Fault if error.is_unreadable() => {
            Some("keep everything as it is, and put a copy in its place with `claimgate ledger restore FILE`")
        }
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
