//! Claims that went on by runs that a copy does not know, or has judged again, and that were taken from `onward/`: they go on again if they are judged again.

use std::io;
use std::path::{Path, PathBuf};

use ledger::{Delivery, Disposition, Error, Ledger, Outcome, Run, RunState, SqliteLedger, Submission};

use super::forgotten::{Before, is_delivery};
use crate::figures::number_of;
use crate::station::{Layout, ONWARD, is_unread, shown};

/// A run that the copy does not know, or has judged again, whose claims were taken.
pub struct Taken {
    pub run: Run,
    submission: Submission,
    sha256: String,
    /// Whether the copy has it open, so that it is judged again by itself.
    pub is_open: bool,
    claims: u64,
    held: u64,
    /// Control numbers of the interchanges that they went on in.
    numbers: Vec<String>,
}

/// Returns the runs of all ledgers that were there `before` whose claims were taken, and whether the last of these told all of its own.
///
/// The ledgers are in the order in which they were served; one that is damaged may tell of none.
pub fn all(copy: &SqliteLedger, before: &[Before], layout: &Layout) -> (Vec<Taken>, bool) {
    let (mut taken, mut has_told) = (Vec::<Taken>::new(), true);
    for (index, one) in before.iter().enumerate() {
        let told = of_ledger(copy, one, before.get(index + 1), layout);
        has_told = told.is_ok();
        for more in told.unwrap_or_default() {
            if !taken.iter().any(|one| one.run.number == more.run.number && one.sha256 == more.sha256) {
                taken.push(more);
            }
        }
    }
    (taken, has_told)
}

/// Returns the runs of one ledger, behind which the `next` was served.
fn of_ledger(
    copy: &SqliteLedger,
    Before { ledger, folders }: &Before,
    next: Option<&Before>,
    layout: &Layout,
) -> Result<Vec<Taken>, Error> {
    let mut taken = Vec::new();
    for number in ledger.runs_that_owe(ONWARD)? {
        let standing = copy.run(number).ok().map(|run| run.state);
        if standing.is_some_and(|state| state != RunState::Open) {
            continue;
        }
        let Some(delivery) = went_on(ledger, number)? else { continue };
        // What was still there when the next ledger was put in its place is told by that.
        let later = next.and_then(|next| went_on(&next.ledger, number).ok().flatten());
        let is_told_later = later.is_some_and(|later| later.sha256 == delivery.sha256);
        let run = ledger.run(number)?;
        let submission = ledger.submission(&run.submission)?;
        if !is_told_later && !lies(layout, folders, &submission, &delivery)? {
            taken.push(Taken::of(run, submission, delivery, standing.is_some(), ledger)?);
        }
    }
    Ok(taken)
}

/// Returns whether what went on of a submission lies in one of the folders.
fn lies(
    layout: &Layout,
    folders: &[PathBuf],
    submission: &Submission,
    delivery: &Delivery,
) -> Result<bool, Error> {
    let onward = layout.onward(submission.usage);
    let onward = onward.strip_prefix(layout.root()).unwrap_or(&onward);
    for folder in folders {
        if is_delivery(&folder.join(onward).join(&delivery.name), delivery).map_err(Error::Source)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns what went on by a run, if it was judged and something did.
fn went_on(ledger: &SqliteLedger, number: i64) -> Result<Option<Delivery>, Error> {
    let is_judged = ledger.run(number).is_ok_and(|run| run.outcome == Some(Outcome::Judged));
    let deliveries = if is_judged { ledger.deliveries(number)? } else { Vec::new() };
    Ok(deliveries.into_iter().find(|delivery| delivery.folder == ONWARD))
}

/// Says which files the ledger that is `there` has, and the copy does not, that were too large to be kept, so that nothing of them is left.
pub fn not_kept(copy: &SqliteLedger, there: &SqliteLedger) -> Result<String, Error> {
    let mut words = String::new();
    for id in there.submissions()? {
        if copy.submission(&id).is_ok() {
            continue;
        }
        let submission = there.submission(&id)?;
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
    fn of(
        run: Run,
        submission: Submission,
        delivery: Delivery,
        is_open: bool,
        ledger: &SqliteLedger,
    ) -> Result<Taken, Error> {
        let tallies = ledger.tallies(run.number)?;
        let of = |disposition| {
            let tally = tallies.iter().find(|tally| tally.disposition == disposition);
            tally.map_or(0, |tally| tally.claims)
        };
        let (claims, held) = (of(Disposition::Accepted), of(Disposition::Held));
        let numbers = match run.control_number {
            Some(number) => vec![format!("{number:09}")],
            None => ledger.interchanges(run.number)?.into_iter().map(|one| one.control_number).collect(),
        };
        Ok(Taken { run, submission, sha256: delivery.sha256, is_open, claims, held, numbers })
    }

    /// Says whose claims they are, and where they went.
    pub fn line(&self) -> String {
        let Taken { run, submission, claims, held, numbers, .. } = self;
        let held = match held {
            0 => String::new(),
            held => format!("; {} of it held", number_of(*held, "claim")),
        };
        format!(
            "run {} of {}, {} from {}: {} under {} (ISA13){held}\n",
            run.number,
            submission.id,
            shown(&submission.name),
            submission.partner,
            number_of(*claims, "claim"),
            numbers.join(", ")
        )
    }

    /// Says how many claims of it were held.
    pub fn held(&self) -> u64 {
        self.held
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
