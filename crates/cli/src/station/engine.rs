//! What the station does, turn by turn.
//!
//! All that lasts is done here by one hand, in the order in which it is written: rows of the ledger, moves, deliveries.
//! It waits for the disk once for all that is there to be done, and never for more to come.
//! Only judging is done by others, in processes of their own, and the copying of large files, which would keep small ones waiting.

mod closing;

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::io;
use std::mem;
use std::time::{Duration, Instant};

use intake::{Disk, Kept, gone, sweep_copies};
use ledger::{Act, Ledger, Outcome, Partner, Run, RunState, Submission};
use tokio::task::{JoinSet, yield_now};

use super::arrivals::{Staged, TAKEN_AT_ONCE, Watchlist, remove, staged};
use super::decide::{Closing, Entering};
use super::deliver::{left_behind, put_away};
use super::job::{Answer, Job, TRIES_MAX, Tries};
use super::missing::{self, REMEDY};
use super::queue::Waiting;
use super::receive::{self, Incoming};
use super::refusal::{Refusal, TurnedAway};
use super::workers::{Done, Ended, Workers};
use super::{Station, names, notice, own, unusable};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::stamp::Stamp;

/// Files up to this size are copied at once; larger ones meanwhile.
const COPIED_AT_ONCE_BYTES: u64 = 4 << 20;

/// How long something waits that could not be done.
const LATER: Duration = Duration::from_secs(1);

/// How many runs are shown at once; they are few, so that the first need not wait long for the last.
const SHOWN_AT_ONCE: usize = 64;

/// A copy that was made meanwhile.
type Copied = (Staged, io::Result<Kept>);

/// A station at work.
pub struct Engine {
    /// The station.
    pub station: Station,
    /// What is configured.
    pub settings: Settings,
    /// Those that judge.
    pub workers: Workers,
    disk: Disk,
    watchlist: Watchlist,
    copying: JoinSet<Copied>,
    /// Ids of what is being copied.
    being_copied: HashSet<String>,
    /// Files whose copies are made, and still to be synced and entered.
    received: Vec<(Incoming, Submission)>,
    /// Runs whose outputs are written, and still to be synced and entered.
    closing: Vec<Closing>,
    /// Large ones, whose claims are entered before, part by part.
    entering: VecDeque<Entering>,
    /// Runs a claim of which came in a large one too, and that wait until that is closed.
    behind: Vec<Closing>,
    /// Decided runs, and when to show what they owe.
    owing: BTreeMap<i64, (Run, Instant)>,
    /// The last run that was looked at, and whether all are to be once more.
    last: i64,
    looks_again: bool,
}

/// What came of a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Nothing is left to do.
    Idle,
    /// Something is under way, or waits for its time.
    Waits,
}

impl Engine {
    /// Puts in order what the last one has left.
    pub fn begin(station: Station, settings: Settings, workers: Workers) -> Result<Engine, Failure> {
        let layout = &station.layout;
        let failed = |error: io::Error| own("cannot put in order", layout.root(), &error);
        intake::sweep(&layout.root().join("runs"));
        let known = |id: &str| match station.ledger.submission(id) {
            Ok(_) => Ok(true),
            Err(ledger::Error::Unknown(_)) => Ok(false),
            Err(error) => Err(io::Error::other(error)),
        };
        sweep_copies(&layout.blobs(), known).map_err(failed)?;
        names::sweep(&layout.all_names()).map_err(failed)?;
        for run in left_behind(&station).map_err(failed)? {
            put_away(&station, &run, run.outcome).map_err(failed)?;
        }
        // From here on, nothing is lost without a word.
        let disk = Disk::of(layout.root()).map_err(failed)?;
        Ok(Engine {
            station,
            settings,
            workers,
            disk,
            watchlist: Watchlist::default(),
            copying: JoinSet::new(),
            being_copied: HashSet::new(),
            received: Vec::new(),
            closing: Vec::new(),
            entering: VecDeque::new(),
            behind: Vec::new(),
            owing: BTreeMap::new(),
            last: 0,
            looks_again: false,
        })
    }

    /// Takes in what was put down, and receives it; returns whether more may be there.
    pub fn take_in(&mut self) -> Result<bool, Failure> {
        let mut is_more = false;
        let partners = self.station.ledger.partners().map_err(unusable)?;
        for partner in &partners {
            let taken = self.watchlist.take(&self.station.layout, &partner.name, &self.settings.station);
            match taken {
                Ok(taken) => is_more |= taken == TAKEN_AT_ONCE,
                Err(error) => self.trouble_with(&partner.name, &error)?,
            }
        }
        self.receive_staged(&partners)?;
        Ok(is_more)
    }

    /// Tells of a partner whose folders cannot be used, so that those of others still are.
    ///
    /// Errors: a disk that is full, or that lost what was written to it.
    fn trouble_with(&self, partner: &str, error: &io::Error) -> Result<(), Failure> {
        let failure = own("cannot use", &self.station.layout.home(partner).root(), error);
        let is_lost = error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error());
        if is_lost || failure.exit == Exit::TryLater {
            return Err(failure);
        }
        tracing::warn!(partner, %error, "the folders of a partner cannot be used");
        Ok(())
    }

    fn receive_staged(&mut self, partners: &[Partner]) -> Result<(), Failure> {
        let layout = self.station.layout.clone();
        let failed = |error: io::Error| own("cannot receive from", &layout.stage(), &error);
        for incoming in staged(&layout).map_err(failed)? {
            // A ledger that was restored need not know everybody whose files were taken.
            if partners.iter().all(|partner| partner.name != incoming.partner) {
                tracing::warn!(
                    partner = incoming.partner,
                    "files of nobody known wait: add the partner again"
                );
                continue;
            }
            match self.station.ledger.submission(&incoming.id) {
                // It was received, and then something ended the station.
                Ok(_) => remove(&layout, &incoming).map_err(failed)?,
                Err(ledger::Error::Unknown(_)) if self.being_copied.contains(&incoming.id) => {}
                Err(ledger::Error::Unknown(_)) => {
                    // What an attempt that failed has left may be a second name of it.
                    gone(std::fs::remove_file(layout.blob(&incoming.id))).map_err(failed)?;
                    let staged = Staged::open(&layout, incoming).map_err(failed)?;
                    if let Some(staged) = staged.filter(Staged::is_still) {
                        self.copy(staged)?;
                    }
                }
                Err(error) => return Err(unusable(error)),
            }
        }
        self.enter_received()
    }

    /// Copies a file that was taken.
    fn copy(&mut self, staged: Staged) -> Result<(), Failure> {
        let layout = self.station.layout.clone();
        let id = staged.incoming.id.clone();
        let bytes = staged.arrival.identity.bytes;
        if self.settings.file_bytes_max.is_some_and(|max| max < bytes) {
            let submission = receive::submission(&staged.incoming, bytes, receive::unread(&id));
            self.received.push((staged.incoming, submission));
            return Ok(());
        }
        let source = staged.file().map_err(|error| own("cannot receive", &layout.blob(&id), &error))?;
        if bytes <= COPIED_AT_ONCE_BYTES {
            let copied = receive::copy(&layout, &id, source);
            return self.copied((staged, copied));
        }
        self.being_copied.insert(id.clone());
        let mut staged = staged;
        self.copying.spawn_blocking(move || {
            let kept = staged.keep(&layout);
            let copied =
                kept.and_then(|kept| kept.map_or_else(|| receive::keep(&layout, &id, source, None), Ok));
            (staged, copied)
        });
        Ok(())
    }

    /// Takes a copy for what was sent, if it is.
    fn copied(&mut self, (staged, copied): Copied) -> Result<(), Failure> {
        let layout = &self.station.layout;
        let id = &staged.incoming.id;
        let failed = |error: io::Error| own("cannot receive", &layout.blob(id), &error);
        self.being_copied.remove(id);
        let kept = copied.map_err(failed)?;
        if !staged.is_still() || !staged.is_unchanged().map_err(failed)? {
            // Somebody had it open all the while; it is copied again once it is still.
            return std::fs::remove_file(layout.blob(id)).map_err(failed);
        }
        let submission = receive::submission(&staged.incoming, kept.bytes, kept.sha256.clone());
        self.received.push((staged.incoming, submission));
        Ok(())
    }

    /// Enters all files whose copies are made.
    fn enter_received(&mut self) -> Result<(), Failure> {
        if self.received.is_empty() {
            return Ok(());
        }
        let (incoming, submissions): (Vec<_>, Vec<_>) = mem::take(&mut self.received).into_iter().unzip();
        let layout = self.station.layout.clone();
        let failed = |error: io::Error| own("cannot receive in", &layout.blobs(), &error);
        // That they were taken lasts too, or they would come again.
        self.disk.sync().map_err(failed)?;
        receive::enter(&mut self.station, &submissions)?;
        for Submission { id, bytes, .. } in &submissions {
            tracing::info!(submission = id, bytes, "received");
        }
        incoming.iter().try_for_each(|incoming| remove(&layout, incoming)).map_err(failed)
    }

    /// Takes everything a step further that can be; to be called whenever something has happened.
    pub fn turn(&mut self) -> Result<Turn, Failure> {
        self.look()?;
        while mem::take(&mut self.looks_again) {
            self.last = 0;
            self.look()?;
        }
        let is_idle = self.workers.is_idle() && self.owing.is_empty() && !self.is_busy();
        Ok(if is_idle { Turn::Idle } else { Turn::Waits })
    }

    /// Takes those runs a step further that were not looked at yet.
    fn look(&mut self) -> Result<(), Failure> {
        for run in self.station.ledger.unfinished(self.last).map_err(unusable)? {
            self.last = run.number;
            if self.workers.has(run.number) || self.is_closing(run.number) {
                continue;
            }
            if run.state == RunState::Open {
                self.open(run, None)?;
            } else {
                self.owing.insert(run.number, (run, Instant::now()));
            }
        }
        self.close()
    }

    /// Returns whether something is being judged, copied or entered.
    pub fn is_busy(&self) -> bool {
        self.workers.is_judging() || !self.copying.is_empty() || !self.entering.is_empty()
    }

    /// Waits until jobs or a copy end, and takes them a step further; and meanwhile what is being entered.
    pub async fn next(&mut self) -> Result<(), Failure> {
        tokio::select! {
            biased;
            done = self.workers.next_done() => {
                self.done(done)?;
                // However much else there is, it comes to its end.
                self.enter_part()
            }
            Some(copied) = self.copying.join_next() => {
                let copied = copied.map_err(|error| Failure::internal(format!("a copy was broken off: {error}")))?;
                self.copied(copied)?;
                self.enter_received()
            }
            // Whatever else there is goes first: it is less.
            () = yield_now(), if !self.entering.is_empty() => self.enter_part(),
        }
    }

    /// Puts an open run into the queue, or closes it at once if there is nothing to judge.
    fn open(&mut self, run: Run, not_before: Option<Instant>) -> Result<(), Failure> {
        // What was entered of an attempt that somebody has ended is made anew.
        self.station.ledger.take_back(run.number).map_err(unusable)?;
        let submission = self.station.ledger.submission(&run.submission).map_err(unusable)?;
        if let Some(first) = submission.duplicate_of.as_ref().filter(|_| run.parent.is_none()) {
            let first = self.station.ledger.submission(first).map_err(unusable)?;
            if missing::bring_back(&self.station, &first, &submission)? {
                tracing::info!(submission = first.id, "its bytes were missing, and came again");
                self.look_again();
            }
            return self.refuse(run, &Refusal::in_words(Outcome::Duplicate, notice::of_duplicate(&first)));
        }
        if receive::is_unread(&submission.sha256) {
            let max = self.settings.file_bytes_max.unwrap_or(submission.bytes);
            return self.refuse(run, &Refusal::in_words(Outcome::Unreadable, notice::of_too_large(max)));
        }
        let tries = self.station.layout.tries(run.number);
        if TRIES_MAX <= Tries(&tries).count() {
            tracing::error!(run = run.number, "put aside: judging it failed as often as is tried");
            let words = notice::of_quarantine(TRIES_MAX);
            return self.refuse(run, &Refusal::in_words(Outcome::Quarantined, words));
        }
        let Some(job) = Job::of(&self.station, &self.settings.station, &run, &submission)? else {
            let (run, submission) = (run.number, run.submission);
            tracing::error!(run, submission, "what is to be judged is missing: {REMEDY}");
            return Ok(());
        };
        let bytes = submission.bytes;
        self.workers.judge(Waiting { run, job, bytes, not_before });
        Ok(())
    }

    /// Takes runs a step further whose jobs ended.
    fn done(&mut self, done: Vec<Done>) -> Result<(), Failure> {
        if done.is_empty() {
            return Err(Failure::internal("nobody attends the workers"));
        }
        done.into_iter().try_for_each(|done| self.ended(done))?;
        self.close()
    }

    fn ended(&mut self, Done { run, ended }: Done) -> Result<(), Failure> {
        match ended {
            Ended::Answered(Answer::Judged { interchanges, owed }) => self.judged(run, interchanges, owed),
            Ended::Answered(Answer::Misaddressed { interchanges, position, note, words }) => {
                let interchanges = Some(TurnedAway { interchanges, position, note });
                self.refuse(run, &Refusal { outcome: Outcome::Misaddressed, words, interchanges })
            }
            Ended::Answered(Answer::NumbersWanted(numbers)) => {
                let at = Stamp::or_clock(None).text();
                let act = Act { at: &at, who: "station", why: "" };
                self.station.ledger.give_reply_numbers(run.number, numbers, &act).map_err(unusable)?;
                self.open(run, None)
            }
            Ended::Answered(Answer::Unreadable(words)) => {
                self.refuse(run, &Refusal::in_words(Outcome::Unreadable, words))
            }
            Ended::Answered(Answer::TryLater(why)) => {
                tracing::warn!(run = run.number, why, "put off");
                self.open(run, Some(Instant::now() + LATER))
            }
            Ended::Answered(Answer::Fault(why)) => self.failed(run, &why),
            Ended::Died(why) => self.failed(run, why),
            Ended::NotBegun => {
                tracing::error!(
                    run = run.number,
                    "no worker could be begun: see what it said, and the lists"
                );
                self.open(run, Some(Instant::now() + LATER))
            }
        }
    }

    fn failed(&mut self, run: Run, why: &str) -> Result<(), Failure> {
        tracing::error!(run = run.number, why, "judging failed");
        self.open(run, Some(Instant::now() + LATER))
    }

    /// Has every step that was not taken looked for again.
    pub fn look_again(&mut self) {
        self.looks_again = true;
    }

    /// Returns whether a failure may pass, after telling of it; all steps that were not taken are looked for again.
    pub fn may_pass(&mut self, failure: &Failure) -> bool {
        let may_pass = failure.exit == Exit::TryLater;
        if may_pass {
            tracing::warn!(class = failure.class, "the station waits");
            // Where each run and what was taken stands, the ledger knows.
            self.received.clear();
            self.closing.clear();
            self.entering.clear();
            self.behind.clear();
            self.owing.clear();
            self.last = 0;
        }
        may_pass
    }
}
