//! Files that were received since a copy was made: how they are handed in again, as who sent them and under their names.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use intake::gone;
use ledger::{Ledger, Outcome, Part, SqliteLedger, Submission, Usage};

use super::forgotten::{Before, entries};
use super::taken::Taken;
use crate::failure::Failure;
use crate::figures::number_of;
use crate::station::{Layout, Station, own, shown, unusable};

/// The commands that hand the files of a folder in again.
const COMMANDS: &str = "submit-again.sh";

/// Writes beside the files that were put aside how they are handed in again, as the ledgers `before` tell, and says so.
pub fn to_hand_in(station: &Station, before: &[Before], taken: &[Taken]) -> Result<String, Failure> {
    let layout = &station.layout;
    let failed = |error: io::Error| own("cannot put aside in", layout.root(), &error);
    let mut words = String::new();
    let folders = entries(&layout.forgotten()).map_err(failed)?.into_iter().map(|(path, _)| path);
    // Somebody may have left a note there.
    for forgotten in folders.filter(|path| path.is_dir()) {
        let path = forgotten.join(COMMANDS);
        let received = forgotten.join("received");
        let files = entries(&received).map_err(failed)?;
        if files.is_empty() {
            gone(fs::remove_file(path)).map_err(failed)?;
            continue;
        }
        let mut commands =
            b"#!/bin/sh\n# Hands in again what a ledger that was restored does not know.\nstatus=0\n"
                .to_vec();
        let (mut unknown, mut known, mut left) = (0, 0, 0);
        for (file, id) in &files {
            let told = before.iter().find_map(|one| Some((&one.ledger, one.ledger.submission(id).ok()?)));
            let Some((ledger, submission)) = told else {
                unknown += 1;
                continue;
            };
            let why = why_not(station, ledger, &submission, taken).map_err(unusable)?;
            if let Some(why) = &why {
                commands.extend(format!("# {}\n# ", why.words()).bytes());
            }
            known += u64::from(matches!(why, Some(WhyNot::Received(_))));
            left += u64::from(matches!(why, Some(WhyNot::Taken { .. } | WhyNot::TurnedAway)));
            commands.extend(command(layout, file, &submission));
        }
        commands.extend(b"exit $status\n");
        intake::write_file(&path, &commands, true).map_err(failed)?;
        let count = files.len() as u64;
        if known == count {
            continue;
        }
        let script = path.display();
        let words_of_script = match count - known - left - unknown {
            0 if unknown == count => "see who may have sent them".to_owned(),
            0 => format!("`{script}` says why none is handed in"),
            some if some == count => format!("hand them in with `sh {script}`"),
            some => format!("hand {some} of them in with `sh {script}`, which says why not the others"),
        };
        words.push_str(&format!(
            "  received since     {}, in {}: {words_of_script}\n",
            number_of(count, "file"),
            received.display()
        ));
        if 0 < unknown {
            words.push_str(&format!(
                "                     no ledger tells who sent {unknown} of them: `claimgate submit FILE --partner NAME --name NAME`\n"
            ));
        }
    }
    Ok(words)
}

/// Why a file is not handed in again.
enum WhyNot {
    /// It was, and has this id.
    Received(String),
    /// Its claims went on, and somebody has them; so many others were held.
    Taken {
        held: u64,
    },
    TurnedAway,
}

impl WhyNot {
    fn words(&self) -> String {
        match self {
            WhyNot::Received(id) => format!("It was received again, as {id}."),
            WhyNot::Taken { held } => {
                let went_on = "Its claims went on, and were taken from onward/: they would go on again.";
                match held {
                    0 => went_on.to_owned(),
                    held => {
                        format!("{went_on} {} of it held: have them sent anew.", number_of(*held, "claim"))
                    }
                }
            }
            WhyNot::TurnedAway => "It was turned away.".to_owned(),
        }
    }
}

fn why_not(
    station: &Station,
    ledger: &SqliteLedger,
    submission: &Submission,
    taken: &[Taken],
) -> Result<Option<WhyNot>, ledger::Error> {
    if let Some(id) = station.ledger.same_bytes(submission)? {
        return Ok(Some(WhyNot::Received(id)));
    }
    let is_of_file = |taken: &&Taken| taken.run.submission == submission.id && taken.run.part == Part::Whole;
    if let Some(taken) = taken.iter().find(is_of_file) {
        return Ok(Some(WhyNot::Taken { held: taken.held() }));
    }
    let first = ledger.runs_of(&submission.id)?.into_iter().next().and_then(|run| run.outcome);
    let is_turned_away =
        first.is_some_and(|outcome| !matches!(outcome, Outcome::Judged | Outcome::Quarantined));
    Ok(is_turned_away.then_some(WhyNot::TurnedAway))
}

/// Returns the line of a shell that hands a file in; partners choose the names of files, and nothing of them has a meaning there.
fn command(layout: &Layout, file: &Path, submission: &Submission) -> Vec<u8> {
    let Submission { partner, usage, name, .. } = submission;
    let mut line = b"claimgate submit ".to_vec();
    line.extend(quoted(file.as_os_str().as_bytes()));
    line.extend(format!(" --partner {partner} --name=").bytes());
    line.extend(quoted(shown(name).as_bytes()));
    if *usage == Usage::Test {
        line.extend(b" --test");
    }
    line.extend(b" --station ");
    line.extend(quoted(layout.root().as_os_str().as_bytes()));
    // What is known already is no failure.
    line.extend(b" || [ $? -eq 6 ] || status=1\n");
    line
}

/// Returns bytes as one word of a shell, whatever they are.
fn quoted(word: &[u8]) -> Vec<u8> {
    let mut quoted = vec![b'\''];
    for &byte in word {
        match byte {
            b'\'' => quoted.extend(b"'\\''"),
            byte => quoted.push(byte),
        }
    }
    quoted.push(b'\'');
    quoted
}
