//! What every command has that lists what it would do first, and answers to the audit trail when it does it.

use std::fmt;
use std::io::Write;

use claims::decimal;
use clap::Args;
use ledger::{Act, Claim, Ledger, Rerun, Tally};

use super::crosswalk::store::{one_line, reason};
use crate::failure::Failure;
use crate::figures::number_of;
use crate::global::Global;
use crate::stamp::Stamp;
use crate::station::locks::is_served;
use crate::station::{Station, unusable};

/// Whether something is done, and what the audit trail is told of it.
#[derive(Args, Debug)]
pub struct ActArgs {
    /// Do it; without, what would be done is listed
    #[arg(long, requires = "reason")]
    pub apply: bool,
    /// Why, for the audit trail
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: Option<String>,
    /// Who does it; by default the user of this machine
    #[arg(long, value_name = "NAME", value_parser = one_line)]
    by: Option<String>,
}

/// What the audit trail is told of what is done.
pub struct Acting {
    /// The moment.
    pub at: String,
    who: String,
    /// Why it is done.
    pub why: String,
}

impl ActArgs {
    /// Returns what is told of it; `None` if nothing is done.
    pub fn acting(&self) -> Result<Option<Acting>, Failure> {
        let acting = || {
            let why = self.reason.clone().unwrap_or_default();
            Ok(Acting { at: Stamp::or_clock(None).text(), who: super::who(self.by.as_deref())?, why })
        };
        self.apply.then(acting).transpose()
    }
}

impl Acting {
    /// Puts it together for the ledger.
    pub fn act(&self) -> Act<'_> {
        Act { at: &self.at, who: &self.who, why: &self.why }
    }
}

/// Looks, and does what follows from it, so that nobody else decides in between; where nothing is done, it is a look alone.
pub fn in_one_step(
    station: &mut Station,
    acting: Option<&Acting>,
    look: &mut dyn FnMut(&mut dyn Ledger) -> Result<(), ledger::Error>,
) -> Result<(), Failure> {
    let looked = match acting {
        Some(_) => station.ledger.together(look),
        None => look(&mut station.ledger),
    };
    looked.map_err(unusable)
}

/// Claims and their charges, added up.
#[derive(Clone, Copy, Default)]
pub struct Sum {
    /// How many claims.
    pub claims: u64,
    charge_cents: i128,
}

impl Sum {
    /// Adds up claims that are named.
    pub fn of(claims: &[Claim]) -> Sum {
        let charge_cents = claims.iter().map(|claim| i128::from(claim.charge_cents)).sum();
        Sum { claims: claims.len() as u64, charge_cents }
    }

    /// Returns what they charge, as it is written.
    pub fn charge(self) -> String {
        decimal(self.charge_cents)
    }

    fn add(&mut self, other: Sum) {
        self.claims += other.claims;
        self.charge_cents += other.charge_cents;
    }
}

impl From<Tally> for Sum {
    fn from(tally: Tally) -> Sum {
        Sum { claims: tally.claims, charge_cents: tally.charge_cents.into() }
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} of {}", number_of(self.claims, "claim"), self.charge())
    }
}

/// The claims that a command is about, apart from those that somebody else was quicker with.
#[derive(Default)]
pub struct Sums {
    /// Those that it has acted on, or would.
    pub own: Sum,
    others: Sum,
}

impl Sums {
    /// Adds claims; `opened` is the run that they were to be judged again by, if it was to be opened.
    pub fn add(&mut self, claims: Sum, opened: Option<Rerun>) {
        match opened {
            Some(Rerun::Known(_)) => self.others.add(claims),
            Some(Rerun::New(_)) | None => self.own.add(claims),
        }
    }

    /// Says what somebody else was quicker with; nothing if nobody was.
    pub fn others(&self) -> String {
        match self.others.claims {
            0 => String::new(),
            _ => format!("{} left to somebody else, who was quicker.\n", self.others),
        }
    }
}

/// Says on standard error that what was handed to a station waits, if nobody serves that.
pub fn note_if_unserved(station: &Station, global: &Global) -> Result<(), Failure> {
    if !global.quiet && !is_served(&station.layout)? {
        // If standard error is gone, nobody listens.
        let _ = writeln!(
            anstream::stderr(),
            "note: nobody serves the station at this moment; it is done once somebody does"
        );
    }
    Ok(())
}

/// Says which run was opened, and by whom.
pub fn opened(rerun: Rerun) -> String {
    match rerun {
        Rerun::New(run) => format!("  as run {run}\n"),
        Rerun::Known(run) => format!("  somebody else was quicker, as run {run}\n"),
    }
}
