//! Files that were put aside since judging them failed, and are to be tried again.

use ledger::{Ledger, Outcome, Part, Rerun, Run, RunState, Submission};

use super::RerunArgs;
use crate::commands::act::{Acting, note_if_unserved, opened};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::figures::number_of;
use crate::global::Global;
use crate::station::{Station, shown, unusable};
use crate::stdout;

/// Lists files that can be tried again, or has them tried.
pub fn run(args: &RerunArgs, station: &mut Station, global: &Global) -> Result<Exit, Failure> {
    let found = put_aside(args, station)?;
    let acting = args.act.acting()?;
    let (mut text, mut tried, mut of_others) = (String::new(), 0, 0);
    for (submission, run) in &found {
        let Submission { id, partner, name, bytes, .. } = submission;
        let (number, bytes) = (run.number, number_of(*bytes, "byte"));
        text.push_str(&format!("{id}  run {number:<6} put aside  {bytes}  {partner}  {}\n", shown(name)));
        // Its partner has sent it again, and was answered: judged once more, its claims would be twice.
        if let Some(same) = station.ledger.same_bytes(submission).map_err(unusable)? {
            text.push_str(&format!("  left: the same bytes came in {same} too\n"));
            continue;
        }
        let open = |acting: &Acting| station.ledger.try_again(number, &acting.at, &acting.act());
        let again = acting.as_ref().map(open).transpose().map_err(unusable)?;
        text.extend(again.map(opened));
        match again {
            Some(Rerun::Known(_)) => of_others += 1,
            Some(Rerun::New(_)) | None => tried += 1,
        }
    }
    let files = number_of(tried, "file");
    text.push_str(&match (found.is_empty(), args.act.apply) {
        (true, _) => "No file is put aside.\n".to_owned(),
        (false, true) => format!("{files} handed to the station, to be tried again.\n"),
        (false, false) => format!(
            "{files} would be tried again; `claimgate rerun --quarantined … --apply --reason TEXT` does it.\n"
        ),
    });
    if 0 < of_others {
        let files = number_of(of_others, "file");
        text.push_str(&format!("{files} left to somebody else, who was quicker.\n"));
    }
    stdout::write(text.as_bytes())?;
    if args.act.apply && 0 < tried {
        note_if_unserved(station, global)?;
    }
    Ok(Exit::Done)
}

/// Returns the files that were asked for, are put aside, and are still kept.
fn put_aside(args: &RerunArgs, station: &Station) -> Result<Vec<(Submission, Run)>, Failure> {
    let mut found = Vec::new();
    for submission in args.wanted(station)? {
        let runs = station.ledger.runs_of(&submission.id).map_err(unusable)?;
        let last = runs.into_iter().rfind(|run| run.part == Part::Whole);
        let is_aside =
            |run: &Run| (run.state, run.outcome) == (RunState::Delivered, Some(Outcome::Quarantined));
        if let Some(run) = last.filter(is_aside)
            && station.layout.source(&submission.id).is_some()
        {
            found.push((submission, run));
        }
    }
    Ok(found)
}
