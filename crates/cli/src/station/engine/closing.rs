//! From what came of runs to the answers that partners see.

use std::io;
use std::mem;
use std::thread;
use std::time::Instant;

use intake::Disk;
use ledger::{Act, Decision, Interchange, Ledger, NumberOf, Outcome, Run, RunState};
use tokio::task::spawn_blocking;

use super::super::decide::{Closing, Entering, decision, enter, is_large, rows_of};
use super::super::deliver::deliver;
use super::super::job::{Isa, Owing};
use super::super::refusal::{Refusal, TurnedAway};
use super::super::{Station, names, notice, own, unusable};
use super::{Engine, LATER, SHOWN_AT_ONCE};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::stamp::Stamp;

impl Engine {
    /// Has what was judged entered, unless one of the interchanges came before with other content.
    pub(super) fn judged(
        &mut self,
        run: Run,
        interchanges: Vec<Isa>,
        owed: Vec<Owing>,
    ) -> Result<(), Failure> {
        let rows = rows_of(&interchanges);
        let has_number = |decision: &Decision| {
            let interchanges = decision.judged.iter().flat_map(|judged| &judged.interchanges);
            interchanges.into_iter().any(|row| is_numbered_as(&rows, row))
        };
        // Once those are entered that have one of the numbers, the ledger knows it.
        while self.entering.iter().any(|entering| has_number(&entering.decision)) {
            self.enter_part()?;
        }
        if self.closing.iter().any(|closing| has_number(&closing.decision)) {
            self.close()?;
        }
        let ledger = &self.station.ledger;
        if let Some((position, first)) = ledger.known_control_number(run.number, &rows).map_err(unusable)? {
            let control_number = &rows[position].control_number;
            let words = match first {
                NumberOf::Forgotten => notice::of_forgotten_control_number(control_number),
                NumberOf::Run(first) => {
                    let first = ledger.run(first).map_err(unusable)?;
                    let sent = ledger.submission(&first.submission).map_err(unusable)?;
                    notice::of_known_control_number(control_number, &first, &sent)
                }
            };
            let interchanges =
                Some(TurnedAway { interchanges, position, note: notice::DUPLICATE.to_owned() });
            return self.refuse(run, &Refusal { outcome: Outcome::KnownControlNumber, words, interchanges });
        }
        let folder = self.station.layout.outputs(run.number);
        let failed = |error: io::Error| own("cannot read outputs in", &folder, &error);
        let decision = decision(run.number, &folder, rows, owed).map_err(failed)?;
        if is_large(&decision) {
            let entering = Entering::begin(&self.station.layout, run, decision).map_err(unusable)?;
            self.entering.push_back(entering);
            // What it wrote goes to the disk meanwhile; whether it came there is asked before the run is closed.
            let root = self.station.layout.root().to_owned();
            spawn_blocking(move || Disk::of(&root).and_then(|disk| disk.sync()));
        } else {
            self.closing.push(Closing { run, decision, is_entered: false });
        }
        Ok(())
    }

    /// Has a run closed over claims that are not judged, and its partner told why.
    pub(super) fn refuse(&mut self, run: Run, refusal: &Refusal) -> Result<(), Failure> {
        let decision = refusal.write(&self.station, &run)?;
        self.closing.push(Closing { run, decision, is_entered: false });
        Ok(())
    }

    /// Returns whether claims of a run are being entered.
    pub(super) fn is_entering(&self, run: i64) -> bool {
        self.entering.iter().any(|entering| entering.run.number == run)
    }

    /// Enters some claims of a large run; if they were the last ones, it is closed.
    pub(super) fn enter_part(&mut self) -> Result<(), Failure> {
        let Some(first) = self.entering.front_mut() else { return Ok(()) };
        if first.enter_part(&mut self.station.ledger).map_err(unusable)? {
            return Ok(());
        }
        let entered = self.entering.pop_front();
        self.closing.extend(entered.map(|Entering { run, decision, .. }| Closing {
            run,
            decision,
            is_entered: true,
        }));
        self.close()
    }

    /// Enters what came of runs, and shows what they and earlier ones owe.
    pub(super) fn close(&mut self) -> Result<(), Failure> {
        let closing = mem::take(&mut self.closing);
        if !closing.is_empty() {
            let Station { layout, ledger, .. } = &mut self.station;
            let (disk, at) = (&self.disk, Stamp::or_clock(None).text());
            let act = Act { at: &at, who: "station", why: "" };
            let mut lost = None;
            let entered = ledger.together(&mut |ledger| {
                // Rows are written meanwhile, and last only when all does that they tell of.
                let (entered, synced) = thread::scope(|scope| {
                    let entered = scope.spawn(|| enter(layout, ledger, &closing, &act));
                    let synced = disk.sync();
                    (
                        entered.join().unwrap_or(Err(ledger::Error::Source(io::ErrorKind::Other.into()))),
                        synced,
                    )
                });
                synced.map_err(|error| {
                    lost = Some(own("cannot keep what is in", layout.root(), &error));
                    ledger::Error::Source(error)
                })?;
                entered
            });
            if let Some(lost) = lost {
                return Err(lost);
            }
            entered.map_err(|error| match error {
                // A rerun was given the number of one of them meanwhile; judged again, that one is turned away.
                ledger::Error::Taken(_) => Failure { exit: Exit::TryLater, ..unusable(error) },
                error => unusable(error),
            })?;
        }
        for Closing { run, decision: Decision { outcome, .. }, .. } in closing {
            tracing::info!(run = run.number, outcome = outcome.as_str(), "decided");
            let names = self.station.layout.names(run.number);
            names::forget(&names).map_err(|error| own("cannot remove", &names, &error))?;
            let run = Run { state: RunState::Decided, outcome: Some(outcome), ..run };
            self.owing.insert(run.number, (run, Instant::now()));
        }
        self.show()
    }

    /// Shows what is owed and does not wait for its time.
    fn show(&mut self) -> Result<(), Failure> {
        loop {
            let now = Instant::now();
            let due = self.owing.values().filter(|(_, at)| *at <= now).map(|(run, _)| run.clone());
            let due: Vec<Run> = due.take(SHOWN_AT_ONCE).collect();
            if due.is_empty() {
                return Ok(());
            }
            let delivered = deliver(&mut self.station, &self.disk, due)?;
            for run in delivered.shown {
                tracing::info!(run = run.number, "delivered");
                self.owing.remove(&run.number);
            }
            for (run, why) in delivered.waiting {
                tracing::warn!(run = run.number, why, "what is owed waits");
                self.owing.insert(run.number, (run, Instant::now() + LATER));
            }
        }
    }
}

/// Returns whether one of `rows` may have the control number of `row`.
fn is_numbered_as(rows: &[Interchange], row: &Interchange) -> bool {
    rows.iter().any(|one| one.sender == row.sender && one.control_number == row.control_number)
}
