//! Claims that went on since a copy was made, and were taken from `onward/`: they go on again if they are judged again.

use std::io;
use std::path::{Path, PathBuf};

use ledger::{Disposition, Error, Ledger, Outcome, Run, RunState, SqliteLedger, Submission};

use super::forgotten::lies;
use crate::figures::number_of;
use crate::station::{Layout, ONWARD, is_unread, shown};

/// A run that the copy does not know, or has judged again, whose claims were taken.
pub struct Taken {
    pub run: Run,
    submission: Submission,
    /// Whether the copy has it open, so that it is judged again by itself.
    pub is_open: bool,
    claims: u64,
    /// Control numbers of the interchanges that they went on in.
    numbers: Vec<String>,
}

/// Returns the runs of the ledger that is `there`, from the number on that the copy would give next, whose claims were taken.
pub fn all(
    copy: &SqliteLedger,
    next: i64,
    there: &SqliteLedger,
    layout: &Layout,
) -> Result<Vec<Taken>, Error> {
    let open = copy.unfinished(0)?.into_iter().filter(|run| run.state == RunState::Open);
    let open: Vec<i64> = open.map(|run| run.number).collect();
    let since = next..there.next_numbers()?.run;
    let mut taken = Vec::new();
    for (number, is_open) in open.into_iter().map(|run| (run, true)).chain(since.map(|run| (run, false))) {
        if let Ok(run) = there.run(number) {
            taken.extend(of_run(run, is_open, there, layout)?);
        }
    }
    Ok(taken)
}

fn of_run(run: Run, is_open: bool, there: &SqliteLedger, layout: &Layout) -> Result<Option<Taken>, Error> {
    if run.outcome != Some(Outcome::Judged) {
        return Ok(None);
    }
    let submission = there.submission(&run.submission)?;
    let onward = there.deliveries(run.number)?.into_iter().find(|delivery| delivery.folder == ONWARD);
    let Some(onward) = onward else { return Ok(None) };
    if lies(layout, submission.usage, &onward).map_err(Error::Source)? {
        return Ok(None);
    }
    let tallies = there.tallies(run.number)?;
    let accepted = tallies.iter().find(|tally| tally.disposition == Disposition::Accepted);
    let numbers = match run.control_number {
        Some(number) => vec![format!("{number:09}")],
        None => there.interchanges(run.number)?.into_iter().map(|one| one.control_number).collect(),
    };
    Ok(Some(Taken { run, submission, is_open, claims: accepted.map_or(0, |tally| tally.claims), numbers }))
}

/// Says which files the ledger that is `there` has from the number `next` on that were too large to be kept, so that nothing of them is left.
pub fn not_kept(next: i64, there: &SqliteLedger) -> Result<String, Error> {
    let mut words = String::new();
    for number in next..there.next_numbers()?.run {
        let Ok(run) = there.run(number) else { continue };
        let submission = there.submission(&run.submission)?;
        if is_unread(&submission.sha256) {
            words.push_str(&format!(
                "  not kept           {} from {}, which was too large: its sender has to hear of it\n",
                shown(&submission.name),
                submission.partner
            ));
        }
    }
    Ok(words)
}

impl Taken {
    /// Says whose claims they are, and where they went.
    pub fn line(&self) -> String {
        let Taken { run, submission, claims, numbers, .. } = self;
        format!(
            "run {} of {}, {} from {}: {} under {} (ISA13)\n",
            run.number,
            submission.id,
            shown(&submission.name),
            submission.partner,
            number_of(*claims, "claim"),
            numbers.join(", ")
        )
    }
}

/// Lists them in the folder `forgotten`, and says so.
pub fn tell(taken: &[Taken], forgotten: &Path) -> io::Result<String> {
    if taken.is_empty() {
        return Ok(String::new());
    }
    let path: PathBuf = forgotten.join("taken.txt");
    let lines: String = taken.iter().map(Taken::line).collect();
    intake::write_file(&path, lines.as_bytes(), true)?;
    Ok(format!(
        "  taken since        {} of onward/, listed in {}: their claims go on again if they are judged again\n",
        number_of(taken.len() as u64, "file"),
        path.display()
    ))
}
