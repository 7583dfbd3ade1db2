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

/// What was entered of runs that are to be closed.
enum Entered {
    /// All of it.
    All,
    /// Nothing: a claim of `run` came in the run `of` too, which is being entered.
    None { run: i64, of: i64 },
}

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
        while self.entering.iter().any(|entering| has_number(&entering.decision))
            || self.behind.iter().any(|closing| has_number(&closing.decision))
        {
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

    /// Returns whether claims of a run are being entered, or it waits for those of another.
    pub(super) fn is_closing(&self, run: i64) -> bool {
        self.entering.iter().any(|entering| entering.run.number == run)
            || self.behind.iter().any(|closing| closing.run.number == run)
    }

    /// Enters some claims of a large run; if they were the last ones, it is closed.
    pub(super) fn enter_part(&mut self) -> Result<(), Failure> {
        let Some(mut first) = self.entering.pop_front() else { return Ok(()) };
        let taken = first.taken;
        match first.enter_part(&mut self.station.ledger) {
            Ok(true) => {
                self.entering.push_front(first);
                return Ok(());
            }
            // Somebody else writes: nothing was taken from it, and it can go on.
            Err(error) if error.may_pass() && first.taken == taken => {
                tracing::warn!(run = first.run.number, why = %error, "what is being entered waits");
                self.entering.push_front(first);
                return Ok(());
            }
            Ok(false) => {}
            // An attempt at another was broken off; what was read of this one is gone, so it is judged again.
            Err(ledger::Error::Ahead { of, .. }) => {
                self.take_back_unless_entering(of)?;
                return self.open(first.run, None);
            }
            Err(error) => return Err(unusable(error)),
        }
        let Entering { run, decision, .. } = first;
        self.closing.push(Closing { run, decision, is_entered: true });
        self.closing.append(&mut self.behind);
        self.close()
    }

    /// Enters what came of runs, and shows what they and earlier ones owe.
    pub(super) fn close(&mut self) -> Result<(), Failure> {
        let mut closing = mem::take(&mut self.closing);
        while !closing.is_empty() {
            match self.enter(&closing)? {
                Entered::All => break,
                Entered::None { run, of } => {
                    tracing::info!(run, of, "waits: one of its claims came in another run too");
                    let behind = closing.extract_if(.., |closing| closing.run.number == run);
                    self.behind.extend(behind);
                    self.take_back_unless_entering(of)?;
                }
            }
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

    /// Enters what came of runs, all of them or none.
    fn enter(&mut self, closing: &[Closing]) -> Result<Entered, Failure> {
        let Station { layout, ledger, .. } = &mut self.station;
        let (disk, at) = (&self.disk, Stamp::or_clock(None).text());
        let act = Act { at: &at, who: "station", why: "" };
        let mut lost = None;
        let entered = ledger.together(&mut |ledger| {
            // Rows are written meanwhile, and last only when all does that they tell of.
            let (entered, synced) = thread::scope(|scope| {
                let entered = scope.spawn(|| enter(layout, ledger, closing, &act));
                let synced = disk.sync();
                (entered.join().unwrap_or(Err(ledger::Error::Source(io::ErrorKind::Other.into()))), synced)
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
        match entered {
            Ok(()) => Ok(Entered::All),
            Err(ledger::Error::Ahead { run, of }) => Ok(Entered::None { run, of }),
            // A rerun was given the number of one of them meanwhile; judged again, that one is turned away.
            Err(error @ ledger::Error::Taken(_)) => Err(Failure { exit: Exit::TryLater, ..unusable(error) }),
            Err(error) => Err(unusable(error)),
        }
    }

    /// Removes what an attempt has left that was broken off, so that nobody waits for it.
    fn take_back_unless_entering(&mut self, run: i64) -> Result<(), Failure> {
        if self.entering.iter().any(|entering| entering.run.number == run) {
            return Ok(());
        }
        self.station.ledger.take_back(run).map_err(unusable)?;
        self.closing.append(&mut self.behind);
        Ok(())
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
