//! What the station remembers: who sends, what was received, what came of it, what was delivered, and who did what.
//!
//! A [`Ledger`] takes one step of the life of a submission at a time, each whole or not at all, and on disk when it returns.
//! [`SqliteLedger`] keeps it in one file.
//! Every step writes an entry of the audit trail, whose entries are chained by their hashes and hold the hash of the rows that the step wrote: whatever is changed behind the ledger's back no longer fits its entry.
//! A chain can be made anew by whoever can write the file, so its head is given out as an [`Anchor`], to be kept elsewhere.
//!
//! This crate must not know what a claim is judged by, where files lie, nor what time it is: moments come in as text.

#![forbid(unsafe_code)]

mod error;
mod restoration;
mod rows;
mod sqlite;
#[cfg(test)]
mod testing;

pub use error::Error;
pub use restoration::{NextNumbers, NumberOf, Restoration};
pub use rows::{
    Act, Anchor, AuditEntry, Broken, ByHand, Claim, ClaimCount, ClaimName, Decision, Delivery, Disposition,
    EarlierClaim, Finding, HandVerdict, Interchange, Judged, NewRun, Note, Outcome, Output, Part, Partner,
    Reception, ReplyNumbers, Rerun, Route, Run, RunState, Standing, Submission, SubmissionCount, Tally,
    Usage,
};
pub use sqlite::SqliteLedger;

/// What an audit entry says of a run all of whose answers were delivered.
pub const DELIVERED: &str = "delivered";

/// A store of what the station remembers.
///
/// Invariant: a step is on disk when it returns, or it was never taken; the same step taken twice changes nothing the second time, or says so.
/// Errors, of every step: [`Error`].
pub trait Ledger: Send {
    /// Takes all steps that `steps` takes as one: together they are on disk when this returns, or none was taken.
    ///
    /// A step that is refused leaves nothing and takes nothing with it; at any other error `steps` must end with that.
    fn together(&mut self, steps: &mut dyn FnMut(&mut dyn Ledger) -> Result<(), Error>) -> Result<(), Error>;

    /// Adds a partner.
    ///
    /// Errors: [`Error::Taken`] if there is one of that name, or another sends under one of its ids.
    fn add_partner(&mut self, partner: &Partner, act: &Act<'_>) -> Result<(), Error>;

    /// Returns every partner, by name.
    fn partners(&self) -> Result<Vec<Partner>, Error>;

    /// Enters a submission whose bytes are safe, and opens its first run.
    ///
    /// One with the bytes of an earlier one of the same partner and usage is entered as a duplicate of that, unless that was turned away for a reason that may be gone by now: it came through the wrong folder, had a known control number, or could not be judged.
    fn receive(&mut self, submission: &Submission, act: &Act<'_>) -> Result<Reception, Error>;

    /// Opens a run over one part of an earlier run's claims.
    ///
    /// There is at most one over each part: the second time the first is returned, unless that was closed without judging the claims.
    /// It is given control numbers for the claims that go on, none of which its partner has sent, nor any run was given.
    ///
    /// Errors: [`Error::UsedUp`] if so many are not left.
    fn open_rerun(&mut self, rerun: &NewRun<'_>, act: &Act<'_>) -> Result<Rerun, Error>;

    /// Opens another run over a submission whose run was put aside, since judging it failed; to be judged, it is as a first run.
    ///
    /// There is at most one for each: the second time the first is returned.
    ///
    /// Errors: [`Error::NotOpen`] if the run was not put aside.
    fn try_again(&mut self, run: i64, stamp: &str, act: &Act<'_>) -> Result<Rerun, Error>;

    /// Returns the control numbers that a run may use for its replies: every run is given those of one interchange when it is opened.
    ///
    /// None is given to two runs of a partner before all were. `None` if the run was opened before numbers were given.
    fn reply_numbers(&self, run: i64) -> Result<Option<ReplyNumbers>, Error>;

    /// Gives an open run so many control numbers in place of those that it has, unless those are enough.
    ///
    /// Errors: [`Error::NotOpen`] if the run is decided.
    fn give_reply_numbers(&mut self, run: i64, numbers: u64, act: &Act<'_>) -> Result<(), Error>;

    /// Returns what somebody has decided about the claims of a run; `None` if the lists decide alone.
    fn by_hand(&self, run: i64) -> Result<Option<ByHand>, Error>;

    /// Enters some of the claims and names that an open run will be closed with: one step over all of a large run would keep every other waiting.
    ///
    /// Until the run is closed nobody is told of them, and no run is entered that one of its claims came in too.
    ///
    /// Errors: [`Error::NotOpen`] if the run is closed; [`Error::Ahead`] if a claim came in another run, too, that is being entered.
    fn enter_ahead(
        &mut self,
        run: i64,
        claims: &mut dyn Iterator<Item = Result<Claim, Error>>,
        names: &mut dyn Iterator<Item = Result<ClaimName, Error>>,
    ) -> Result<(), Error>;

    /// Removes what was entered ahead of a run that is open, and judged again.
    fn take_back(&mut self, run: i64) -> Result<(), Error>;

    /// Closes a run with what came of it; `claims` are those that were not accepted, `names` are those of all, but for what was entered ahead.
    ///
    /// A rerun has no names: its claims came with the run that it is of.
    ///
    /// Errors: [`Error::Unbalanced`] if received claims are not the sum of the others, or `claims` are not those that were not accepted; [`Error::NotOpen`] if the run is closed; [`Error::Ahead`] if a claim came in another run, too, that is being entered; [`Error::Taken`] if one of its control numbers is known.
    fn decide(
        &mut self,
        decision: &Decision,
        claims: &mut dyn Iterator<Item = Result<Claim, Error>>,
        names: &mut dyn Iterator<Item = Result<ClaimName, Error>>,
        act: &Act<'_>,
    ) -> Result<(), Error>;

    /// Returns which of these interchanges of a run has the control number of an earlier one of the same sender, counted from 0, and who had it first.
    ///
    /// A number that a rerun was given for claims of the partner is known too: what goes on has it.
    /// Reruns have the control numbers of the runs that they come from, and are not asked for.
    fn known_control_number(
        &self,
        run: i64,
        interchanges: &[Interchange],
    ) -> Result<Option<(usize, NumberOf)>, Error>;

    /// Notes that everything a run owes was delivered.
    ///
    /// Errors: [`Error::NotOpen`] if the run is not decided, or delivered before.
    fn deliver(&mut self, run: i64, act: &Act<'_>) -> Result<(), Error>;

    /// Returns the runs behind the one with the number `after` that are not delivered yet, the oldest first.
    fn unfinished(&self, after: i64) -> Result<Vec<Run>, Error>;

    /// Returns a run.
    ///
    /// Errors: [`Error::Unknown`] if there is none of that number.
    fn run(&self, number: i64) -> Result<Run, Error>;

    /// Returns every run of a submission, the first first.
    fn runs_of(&self, submission: &str) -> Result<Vec<Run>, Error>;

    /// Returns a submission, by its id.
    ///
    /// Errors: [`Error::Unknown`] if there is none.
    fn submission(&self, id: &str) -> Result<Submission, Error>;

    /// Returns another submission of the same partner and usage with the same bytes that was judged or is to be, if there is one.
    fn same_bytes(&self, submission: &Submission) -> Result<Option<String>, Error>;

    /// Returns the ids of every submission that begins or ends with `part`, the oldest first.
    fn submissions_like(&self, part: &str) -> Result<Vec<String>, Error>;

    /// Returns the ids of every submission, the oldest first.
    fn submissions(&self) -> Result<Vec<String>, Error>;

    /// Returns what a run added up to: received and each disposition that has claims.
    fn tallies(&self, run: i64) -> Result<Vec<Tally>, Error>;

    /// Returns the interchanges of a run.
    fn interchanges(&self, run: i64) -> Result<Vec<Interchange>, Error>;

    /// Returns the claims of a run that were not accepted, with their findings.
    fn claims(&self, run: i64) -> Result<Vec<Claim>, Error>;

    /// Returns the claims of a run that came before in another submission.
    fn earlier_claims(&self, run: i64) -> Result<Vec<EarlierClaim>, Error>;

    /// Returns the claims of later submissions that came before in a run.
    fn later_claims(&self, run: i64) -> Result<Vec<EarlierClaim>, Error>;

    /// Returns the outputs of a run.
    fn outputs(&self, run: i64) -> Result<Vec<Output>, Error>;

    /// Returns what a run owes, in the order in which it is delivered.
    fn deliveries(&self, run: i64) -> Result<Vec<Delivery>, Error>;

    /// Returns the numbers of the runs that owe something in a folder, delivered or not.
    fn runs_that_owe(&self, folder: &str) -> Result<Vec<i64>, Error>;

    /// Returns how many runs of each partner stand where.
    fn standings(&self) -> Result<Vec<Standing>, Error>;

    /// Returns how many submissions of each partner became what, duplicates among them; of one that was tried again, the last run counts.
    fn submission_counts(&self) -> Result<Vec<SubmissionCount>, Error>;

    /// Returns how many claims of each partner became what; received ones are the sum of the others.
    fn claim_counts(&self) -> Result<Vec<ClaimCount>, Error>;

    /// Returns how many claims of each partner came before in another submission, by what had become of the earlier ones.
    fn earlier_claim_counts(&self) -> Result<Vec<ClaimCount>, Error>;

    /// Writes a note about a partner or a submission into the audit trail; `act.why` is what it says.
    fn note(&mut self, note: Note, about: &str, act: &Act<'_>) -> Result<(), Error>;

    /// Returns the notes of a kind about `about`, the oldest first.
    fn notes(&self, note: Note, about: &str) -> Result<Vec<AuditEntry>, Error>;

    /// Returns the number of each kind that comes next.
    fn next_numbers(&self) -> Result<NextNumbers, Error>;

    /// Goes on from a copy that was put in the place of the ledger: numbers count on from `next`, and the heads of the audit trail that were given out since the copy was made are given up.
    ///
    /// Runs that are open are given other control numbers, for their replies and for claims that go on, as those that they have may have been used since.
    ///
    /// Errors: [`Error::Taken`] if `next` has a number that was given; [`Error::UsedUp`] if it has one of more than nine digits.
    fn go_on_from_copy(&mut self, next: NextNumbers, given_up: &[Anchor], act: &Act<'_>)
    -> Result<(), Error>;

    /// Returns every copy that was gone on from, the oldest first.
    fn restorations(&self) -> Result<Vec<Restoration>, Error>;

    /// Returns when the last step was taken; `None` if nothing was ever done.
    fn last_step_at(&self) -> Result<Option<String>, Error>;

    /// Returns the audit trail about `about`, or all of it.
    fn audit(&self, about: Option<&str>) -> Result<Vec<AuditEntry>, Error>;

    /// Returns the head of the audit trail; `None` if nothing was ever done.
    fn anchor(&self) -> Result<Option<Anchor>, Error>;

    /// Returns the head that the audit trail had behind its first entry, by which two trails are of one station.
    fn first_head(&self) -> Result<Option<Anchor>, Error>;

    /// Returns whether the audit trail has a head that was given out.
    fn has_head(&self, anchor: &Anchor) -> Result<bool, Error>;

    /// Looks for everything that does not hold, against `anchors` that were given out before; those that were given up are not missed.
    fn verify(&self, anchors: &[Anchor]) -> Result<Vec<Broken>, Error>;
}
