//! `claimgate doctor`: whether the machine does what a station needs, and what to do where it does not.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::settings::Settings;
use crate::station::StationArgs;
use crate::station::checks::{self, Checked, Subject, Verdict};
use crate::stdout;

/// Arguments of `doctor`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct DoctorArgs {
    /// Write one JSON object
    #[arg(long)]
    pub json: bool,
    /// Folder of kept releases, of which those in force count
    #[arg(long, value_name = "DIR")]
    pub crosswalk: Option<PathBuf>,
    /// The program sshd, which is asked what it does with each partner; by default /usr/sbin/sshd
    #[arg(long, value_name = "FILE")]
    pub sshd: Option<PathBuf>,
    #[command(flatten)]
    pub station: StationArgs,
}

const EXAMPLES: &str = "\
It ends with 0 if no check fails, with 1 if the audit trail does not hold, with 2 if something has
to be set up otherwise, and with 75 if the disk is full. What only warns is no failure.
Run it as the user who serves the station; sshd tells its configuration to root alone.

Examples:
  claimgate doctor --station /srv/claimgate
  claimgate doctor --json | jq '.checks[] | select(.verdict != \"holds\")'";

/// Every check, for programs.
#[derive(Serialize)]
struct Checks<'c> {
    checks: &'c [Checked],
}

/// Makes every check.
pub fn run(args: &DoctorArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::load(global.config.as_deref(), None)?;
    let checks = match checks_of(args, &settings) {
        Err(failure) if failure.class == "ledger" && failure.exit == Exit::Fault => {
            vec![checks::of_ledger(failure)]
        }
        checks => checks?,
    };
    if args.json {
        stdout::write_json(&Checks { checks: &checks })?;
    } else {
        let text: String = checks.iter().map(words).collect();
        stdout::write(text.as_bytes())?;
    }
    Ok(checks.iter().fold(Exit::Done, |exit, checked| exit.worst(checked.exit)))
}

fn checks_of(args: &DoctorArgs, settings: &Settings) -> Result<Vec<Checked>, Failure> {
    let station = args.station.open(settings)?;
    let mut subject = Subject::of(&station, settings)?;
    subject.crosswalk = args.crosswalk.as_deref();
    if let Some(sshd) = &args.sshd {
        subject.sshd.clone_from(sshd);
    }
    Ok(checks::all(&subject))
}

fn words(checked: &Checked) -> String {
    let verdict = match checked.verdict {
        Verdict::Holds => "holds",
        Verdict::Unknown => "unknown",
        Verdict::Warns => "WARNS",
        Verdict::Fails => "FAILS",
    };
    let mut text = format!("{verdict:<9}{:<13}{}\n", checked.check, checked.found);
    if let Some(remedy) = &checked.remedy {
        text.push_str(&format!("{:<22}why: {}\n{:<22}do: {remedy}\n", "", checked.why, ""));
    }
    text
}
