//! The steps, each one transaction, or part of one that takes several together.

use std::ops::Deref;

use rusqlite::{Connection, OptionalExtension, Savepoint, Transaction, TransactionBehavior, params};

use super::read::{self, number_of};
use super::restore::NEXT_RUN;
use super::{again, ahead, balance, onward, replies, stored, trail};
use crate::error::Error;
use crate::restoration::NumberOf;
use crate::rows::{
    Act, ByHand, Claim, ClaimName, Decision, Finding, HandVerdict, Interchange, Judged, NewRun, Note,
    Outcome, Part, Partner, Reception, Rerun, RunState, Submission, Tally,
};

/// The largest control number. Source: X12.5, ISA13 has nine digits.
pub const CONTROL_NUMBER_MAX: u64 = 999_999_999;

/// A step, which is as if it had not been begun unless it is committed.
pub enum Step<'c> {
    /// It lasts when it is committed.
    Alone(Transaction<'c>),
    /// It lasts when those that it is taken together with do.
    Among(Savepoint<'c>),
}

/// Begins a step; others wait until it ends.
pub fn begin(connection: &mut Connection) -> Result<Step<'_>, Error> {
    Ok(if connection.is_autocommit() {
        Step::Alone(connection.transaction_with_behavior(TransactionBehavior::Immediate)?)
    } else {
        Step::Among(connection.savepoint()?)
    })
}

impl Step<'_> {
    pub fn commit(self) -> Result<(), Error> {
        let committed = match self {
            Step::Alone(transaction) => transaction.commit(),
            Step::Among(savepoint) => savepoint.commit(),
        };
        Ok(committed?)
    }
}

impl Deref for Step<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        match self {
            Step::Alone(transaction) => transaction,
            Step::Among(savepoint) => savepoint,
        }
    }
}

/// Adds a partner.
pub fn add_partner(connection: &mut Connection, partner: &Partner, act: &Act<'_>) -> Result<(), Error> {
    let step = begin(connection)?;
    let taken = |error: rusqlite::Error, what: String| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::ConstraintViolation) => Error::Taken(what),
        _ => error.into(),
    };
    step.execute("INSERT INTO partners VALUES (?1)", [&partner.name])
        .map_err(|error| taken(error, format!("partner {}", partner.name)))?;
    let ids = |kind, ids: &'_ [String]| ids.iter().map(|id| (kind, id.clone())).collect::<Vec<_>>();
    for (kind, id) in [ids("sender", &partner.sender_ids), ids("receiver", &partner.receiver_ids)].concat() {
        step.execute("INSERT INTO partner_ids VALUES (?1, ?2, ?3)", params![partner.name, kind, id])
            .map_err(|error| taken(error, format!("{kind} {id}")))?;
    }
    trail::add(&step, trail::PARTNER_ADDED, &partner.name, None, act)?;
    step.commit()
}

/// Enters a submission and opens its first run.
pub fn receive(
    connection: &mut Connection,
    submission: &Submission,
    act: &Act<'_>,
) -> Result<Reception, Error> {
    let step = begin(connection)?;
    let Submission { id, partner, route, usage, name, sha256, bytes, received_at, .. } = submission;
    let known = step.query_row("SELECT 1 FROM submissions WHERE id = ?1", [id], |_| Ok(())).optional()?;
    if known.is_some() {
        return Ok(Reception::Known);
    }
    let duplicate_of = read::same_bytes(&step, submission)?;
    step.execute(
        "INSERT INTO submissions VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![id, partner, route, usage, name, sha256, stored(*bytes), received_at, duplicate_of],
    )?;
    let run = add_run(&step, id, None, Part::Whole, received_at, None)?;
    replies::begin(&step, run, partner)?;
    trail::add(&step, trail::RECEIVED, id, Some(run), act)?;
    step.commit()?;
    Ok(if duplicate_of.is_some() { Reception::Duplicate(run) } else { Reception::New(run) })
}

/// Opens a run over part of another.
pub fn open_rerun(connection: &mut Connection, rerun: &NewRun<'_>, act: &Act<'_>) -> Result<Rerun, Error> {
    let step = begin(connection)?;
    let NewRun { parent, part, stamp, control_numbers, by_hand } = *rerun;
    let known =
        "SELECT number FROM runs WHERE parent = ?1 AND part = ?2 AND (outcome IS NULL OR outcome = 'judged')";
    let known: Option<i64> = step.query_row(known, params![parent, part], |row| row.get(0)).optional()?;
    if let Some(known) = known {
        return Ok(Rerun::Known(known));
    }
    let of = read::run(&step, parent)?;
    if of.state == RunState::Open {
        return Err(Error::NotOpen(parent));
    }
    let partner = read::submission(&step, &of.submission)?.partner;
    let number = onward::give(&step, &partner, control_numbers)?;
    let run = add_run(&step, &of.submission, Some(parent), part, stamp, Some(number))?;
    replies::begin(&step, run, &partner)?;
    let opened = match by_hand {
        None => trail::RERUN_OPENED,
        Some(by_hand) => enter_by_hand(&step, run, by_hand)?,
    };
    trail::add(&step, opened, &of.submission, Some(run), act)?;
    step.commit()?;
    Ok(Rerun::New(run))
}

/// Opens another run over a submission that was put aside.
pub fn try_again(connection: &mut Connection, run: i64, stamp: &str, act: &Act<'_>) -> Result<Rerun, Error> {
    let step = begin(connection)?;
    let of = read::run(&step, run)?;
    if (of.state, of.outcome) != (RunState::Delivered, Some(Outcome::Quarantined)) {
        return Err(Error::NotOpen(run));
    }
    let known = "SELECT number FROM runs WHERE parent = ?1 AND part = ?2";
    let known: Option<i64> = step.query_row(known, params![run, Part::Whole], |row| row.get(0)).optional()?;
    if let Some(known) = known {
        return Ok(Rerun::Known(known));
    }
    let again = add_run(&step, &of.submission, Some(run), Part::Whole, stamp, None)?;
    replies::begin(&step, again, &read::submission(&step, &of.submission)?.partner)?;
    trail::add(&step, trail::TRIED_AGAIN, &of.submission, Some(again), act)?;
    step.commit()?;
    Ok(Rerun::New(again))
}

/// Opens a run, and returns its number.
fn add_run(
    step: &Connection,
    submission: &str,
    parent: Option<i64>,
    part: Part,
    stamp: &str,
    control_number: Option<i64>,
) -> Result<i64, Error> {
    let add = format!(
        "INSERT INTO runs (number, submission, parent, part, stamp, control_number)
            SELECT {NEXT_RUN}, ?1, ?2, ?3, ?4, ?5"
    );
    step.prepare_cached(&add)?.execute(params![submission, parent, part, stamp, control_number])?;
    Ok(step.last_insert_rowid())
}

/// Enters what somebody has decided, and returns which step that is.
fn enter_by_hand(step: &Connection, run: i64, by_hand: &ByHand) -> Result<trail::Step, Error> {
    let ByHand { verdict, claim_ids, reason } = by_hand;
    step.execute("INSERT INTO hand_verdicts VALUES (?1, ?2, ?3)", params![run, verdict, reason])?;
    for claim_id in claim_ids {
        step.prepare_cached("INSERT OR IGNORE INTO hand_verdict_claims VALUES (?1, ?2)")?
            .execute(params![run, claim_id])?;
    }
    Ok(match verdict {
        HandVerdict::Release => trail::RELEASED_BY_HAND,
        HandVerdict::Reject => trail::REJECTED_BY_HAND,
        HandVerdict::Leave => trail::OPENED_IN_PART,
    })
}

/// Gives an open run so many control numbers for its replies, unless it has them.
pub fn give_reply_numbers(
    connection: &mut Connection,
    run: i64,
    numbers: u64,
    act: &Act<'_>,
) -> Result<(), Error> {
    let step = begin(connection)?;
    let of = read::run(&step, run)?;
    if of.state != RunState::Open {
        return Err(Error::NotOpen(run));
    }
    if replies::of_run(&step, run)?.is_some_and(|has| numbers <= has.count) {
        return Ok(());
    }
    replies::give(&step, run, &read::submission(&step, &of.submission)?.partner, numbers)?;
    trail::add(&step, trail::REPLY_NUMBERS_GIVEN, &of.submission, Some(run), act)?;
    step.commit()
}

/// Closes a run with what came of it.
pub fn decide(
    connection: &mut Connection,
    decision: &Decision,
    claims: &mut dyn Iterator<Item = Result<Claim, Error>>,
    names: &mut dyn Iterator<Item = Result<ClaimName, Error>>,
    act: &Act<'_>,
) -> Result<(), Error> {
    let step = begin(connection)?;
    let run = decision.run;
    let judged = decision.judged.as_ref();
    let changed = step.execute(
        "UPDATE runs SET state = ?2, outcome = ?3, snapshot = ?4, run_hash = ?5, version = ?6 WHERE number = ?1 AND state = ?7",
        params![
            run,
            RunState::Decided,
            decision.outcome,
            judged.map(|judged| &judged.snapshot),
            judged.map(|judged| &judged.run_hash),
            judged.map(|judged| &judged.version),
            RunState::Open
        ],
    )?;
    if changed == 0 {
        return Err(Error::NotOpen(run));
    }
    if let Some(judged) = judged {
        enter_judged(&step, run, judged)?;
    }
    let tallies = judged.map_or(&[][..], |judged| &judged.tallies);
    let ahead = ahead::of_run(&step, run)?;
    let mut found = enter_claims(&step, run, claims)?;
    if ahead.is_some() {
        found = balance::entered(&step, run)?;
    }
    if let Some(between) = balance::fault(tallies, &found) {
        return Err(Error::Unbalanced { run, between });
    }
    enter_files(&step, decision)?;
    let submission = read::run(&step, run)?.submission;
    let added = again::enter(&step, run, &submission, names, ahead.unwrap_or_default())?;
    ahead::set(&step, run, Some(added).filter(|added| 0 < added.keys))?;
    trail::add(&step, trail::DECIDED, &submission, Some(run), act)?;
    step.commit()
}

fn enter_judged(step: &Connection, run: i64, judged: &Judged) -> Result<(), Error> {
    for Tally { disposition, claims, charge_cents } in &judged.tallies {
        step.prepare_cached("INSERT INTO tallies VALUES (?1, ?2, ?3, ?4)")?.execute(params![
            run,
            disposition,
            stored(*claims),
            charge_cents
        ])?;
    }
    let of = read::run(step, run)?;
    let partner = read::submission(step, &of.submission)?.partner;
    for (position, interchange) in (1_i64..).zip(&judged.interchanges) {
        let Interchange { sender, receiver, control_number, usage } = interchange;
        step.prepare_cached("INSERT INTO interchanges VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?.execute(params![
            run,
            position,
            sender,
            receiver,
            control_number,
            usage
        ])?;
        if of.part != Part::Whole {
            continue;
        }
        match number_of(step, &partner, interchange)? {
            // A file that has a number twice was answered for that by itself.
            Some(NumberOf::Run(first)) if first == run => {}
            Some(_) => return Err(Error::Taken(format!("interchange {control_number}"))),
            None => drop(
                step.prepare_cached("INSERT INTO control_numbers VALUES (?1, ?2, ?3, ?4, ?5)")?
                    .execute(params![partner, sender, usage, control_number, run])?,
            ),
        }
    }
    Ok(())
}

/// Enters claims, and returns what they add up to.
pub fn enter_claims(
    step: &Connection,
    run: i64,
    claims: &mut dyn Iterator<Item = Result<Claim, Error>>,
) -> Result<Vec<Tally>, Error> {
    let mut claim_row = step.prepare_cached("INSERT INTO claims VALUES (?1, ?2, ?3, ?4, ?5)")?;
    let mut finding_row =
        step.prepare_cached("INSERT INTO findings VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
    let mut found: Vec<Tally> = Vec::new();
    for claim in claims {
        let Claim { number, claim_id, charge_cents, disposition, findings } = claim?;
        let number = stored(number);
        claim_row.execute(params![run, number, claim_id, charge_cents, disposition])?;
        for (position, finding) in (1_i64..).zip(&findings) {
            let Finding { code, severity, procedure, ndc, service_date } = finding;
            finding_row.execute(params![
                run,
                number,
                position,
                code,
                severity,
                procedure,
                ndc,
                service_date
            ])?;
        }
        match found.iter_mut().find(|tally| tally.disposition == disposition) {
            Some(tally) => {
                tally.claims += 1;
                tally.charge_cents = tally.charge_cents.saturating_add(charge_cents);
            }
            None => found.push(Tally { disposition, claims: 1, charge_cents }),
        }
    }
    Ok(found)
}

fn enter_files(step: &Connection, decision: &Decision) -> Result<(), Error> {
    for output in &decision.outputs {
        step.prepare_cached("INSERT INTO outputs VALUES (?1, ?2, ?3, ?4)")?.execute(params![
            decision.run,
            output.name,
            stored(output.bytes),
            output.blake3
        ])?;
    }
    for (position, delivery) in (1_i64..).zip(&decision.deliveries) {
        step.prepare_cached("INSERT INTO deliveries VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?.execute(params![
            decision.run,
            position,
            delivery.folder,
            delivery.name,
            stored(delivery.bytes),
            delivery.sha256
        ])?;
    }
    Ok(())
}

/// Notes that everything a run owes was delivered.
pub fn deliver(connection: &mut Connection, run: i64, act: &Act<'_>) -> Result<(), Error> {
    let step = begin(connection)?;
    let changed = step.execute(
        "UPDATE runs SET state = ?2 WHERE number = ?1 AND state = ?3",
        params![run, RunState::Delivered, RunState::Decided],
    )?;
    if changed == 0 {
        return Err(Error::NotOpen(run));
    }
    let submission = read::run(&step, run)?.submission;
    trail::add(&step, trail::DELIVERED, &submission, Some(run), act)?;
    step.commit()
}

/// Writes a note into the audit trail.
pub fn note(connection: &mut Connection, note: Note, about: &str, act: &Act<'_>) -> Result<(), Error> {
    let step = begin(connection)?;
    trail::add(&step, trail::of_note(note), about, None, act)?;
    step.commit()
}
