//! The audit trail: one entry a step, each with the hash of the rows that the step wrote, and chained to the one before.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::words::hex;
use crate::error::Error;
use crate::rows::{Act, Note};

/// A kind of step.
#[derive(Clone, Copy)]
pub struct Step {
    /// What the trail calls it.
    pub what: &'static str,
    /// The rows that it writes and nobody ever changes: queries by `?1`, the partner or submission, and `?2`, the run.
    pub rows: &'static [&'static str],
    /// Queries for rows of tables that came later: they count where there are any, so that entries from before still hold.
    pub rows_since: &'static [&'static str],
}

/// A partner was added.
pub const PARTNER_ADDED: Step = Step {
    what: "partner added",
    rows: &[
        "SELECT name FROM partners WHERE name = ?1 AND ?2 IS NULL",
        "SELECT kind, id FROM partner_ids WHERE partner = ?1 ORDER BY kind, id",
    ],
    rows_since: &[],
};

/// A submission was received, and its first run opened.
pub const RECEIVED: Step = Step {
    what: "received",
    rows: &[
        "SELECT id, partner, route, usage, name, sha256, bytes, received_at, duplicate_of FROM submissions WHERE id = ?1",
        OPENED,
    ],
    rows_since: &[],
};

/// A run was opened over part of another.
pub const RERUN_OPENED: Step = Step { what: "rerun opened", rows: &[OPENED], rows_since: &[] };

/// A run was opened over held claims that somebody lets go on.
pub const RELEASED_BY_HAND: Step = Step { what: "released by hand", rows: BY_HAND, rows_since: &[] };

/// A run was opened over held claims that somebody sends back.
pub const REJECTED_BY_HAND: Step = Step { what: "rejected by hand", rows: BY_HAND, rows_since: &[] };

/// A run was opened over part of another, some claims of which somebody leaves what they were.
pub const OPENED_IN_PART: Step = Step { what: "rerun in part", rows: BY_HAND, rows_since: &[] };

/// A run was opened over a submission that was put aside.
pub const TRIED_AGAIN: Step = Step { what: "tried again", rows: &[OPENED], rows_since: &[] };

/// A run was given more control numbers for its replies than it had; those that it had are not used.
///
/// The rows are covered by the decision, and until then by each other: ranges stand one behind the other.
pub const REPLY_NUMBERS_GIVEN: Step = Step { what: "reply numbers given", rows: &[], rows_since: &[] };

/// What came of a run was entered.
pub const DECIDED: Step = Step {
    what: "decided",
    rows: &[
        "SELECT outcome, snapshot, run_hash, version FROM runs WHERE submission = ?1 AND number = ?2",
        "SELECT disposition, claims, charge_cents FROM tallies WHERE ?1 <> '' AND run = ?2 ORDER BY disposition",
        "SELECT * FROM interchanges WHERE ?1 <> '' AND run = ?2 ORDER BY position",
        "SELECT * FROM control_numbers WHERE ?1 <> '' AND run = ?2 ORDER BY sender, usage, control_number",
        "SELECT * FROM claims WHERE ?1 <> '' AND run = ?2 ORDER BY number",
        "SELECT * FROM findings WHERE ?1 <> '' AND run = ?2 ORDER BY claim, position",
        "SELECT * FROM outputs WHERE ?1 <> '' AND run = ?2 ORDER BY name",
        "SELECT * FROM deliveries WHERE ?1 <> '' AND run = ?2 ORDER BY position",
    ],
    rows_since: &[
        "SELECT * FROM claim_key_sums WHERE ?1 <> '' AND run = ?2",
        "SELECT * FROM earlier_claims WHERE ?1 <> '' AND run = ?2 ORDER BY number",
        "SELECT * FROM reply_numbers WHERE ?1 <> '' AND run = ?2 ORDER BY rowid",
    ],
};

/// Everything that a run owes was delivered.
pub const DELIVERED: Step = Step {
    what: crate::DELIVERED,
    rows: &["SELECT state FROM runs WHERE submission = ?1 AND number = ?2"],
    rows_since: &[],
};

/// A copy was put in the place of the ledger.
pub const RESTORED: Step = Step {
    what: "restored",
    rows: &[
        "SELECT * FROM restorations WHERE name = ?1",
        "SELECT * FROM given_up_anchors WHERE restoration = ?1 ORDER BY number, hash",
        // No range stands behind these that would give them away.
        "SELECT * FROM reply_numbers WHERE rowid <= (SELECT ranges FROM restorations WHERE name = ?1) ORDER BY rowid",
    ],
    rows_since: &["SELECT * FROM renumbered_reruns WHERE restoration = ?1 ORDER BY run"],
};

/// Every kind of step.
pub const STEPS: [Step; 11] = [
    PARTNER_ADDED,
    RECEIVED,
    RERUN_OPENED,
    RELEASED_BY_HAND,
    REJECTED_BY_HAND,
    OPENED_IN_PART,
    TRIED_AGAIN,
    REPLY_NUMBERS_GIVEN,
    DECIDED,
    DELIVERED,
    RESTORED,
];

/// Returns the step that a note is: it writes no rows.
pub fn of_note(note: Note) -> Step {
    Step { what: note.as_str(), rows: &[], rows_since: &[] }
}

/// Returns the kind of step that the trail calls `what`.
pub fn step(what: &str) -> Option<Step> {
    STEPS.into_iter().find(|step| step.what == what).or_else(|| Note::of(what).map(of_note))
}

const OPENED: &str =
    "SELECT number, parent, part, stamp, control_number FROM runs WHERE submission = ?1 AND number = ?2";

const BY_HAND: &[&str] = &[
    OPENED,
    "SELECT * FROM hand_verdicts WHERE ?1 <> '' AND run = ?2",
    "SELECT * FROM hand_verdict_claims WHERE ?1 <> '' AND run = ?2 ORDER BY claim_id",
];

/// The fields of an entry that its hash is over, besides that of the entry before.
pub struct Fields<'f> {
    /// Its number, from 1.
    pub number: i64,
    /// When, who, what, about what and why.
    pub texts: [&'f str; 5],
    /// The run, where it is about one.
    pub run: Option<i64>,
    /// The hash of the rows.
    pub digest: &'f str,
}

/// Adds an entry for a step that was taken in this transaction.
pub fn add(
    connection: &Connection,
    step: Step,
    about: &str,
    run: Option<i64>,
    act: &Act<'_>,
) -> Result<(), Error> {
    let last = "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1";
    let last = connection.prepare_cached(last)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)));
    let (number, before): (i64, String) = last.optional()?.unwrap_or_default();
    let number = number + 1;
    let digest = digest(connection, step, about, run)?;
    let fields = Fields { number, texts: [act.at, act.who, step.what, about, act.why], run, digest: &digest };
    let hash = hash(&before, &fields);
    connection
        .prepare_cached("INSERT INTO audit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?
        .execute(params![number, act.at, act.who, step.what, about, run, act.why, digest, hash])?;
    Ok(())
}

/// Returns the hash over an entry and, by the hash of the one before it, over all before.
pub fn hash(before: &str, fields: &Fields<'_>) -> String {
    let mut hasher = Sha256::new();
    let number = fields.number.to_string();
    let run = fields.run.map(|run| run.to_string()).unwrap_or_default();
    for text in [before, &number].into_iter().chain(fields.texts).chain([run.as_str(), fields.digest]) {
        // With its length in front, no field can take bytes of its neighbour.
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text);
    }
    hex(&hasher.finalize())
}

/// Returns the hash over the rows that a step has written, as they stand.
pub fn digest(connection: &Connection, step: Step, about: &str, run: Option<i64>) -> Result<String, Error> {
    let mut hasher = Sha256::new();
    for query in step.rows {
        add_rows(&mut hasher, connection, query, about, run)?;
        hasher.update(b"end");
    }
    for query in step.rows_since {
        if 0 < add_rows(&mut hasher, connection, query, about, run)? {
            hasher.update(query);
            hasher.update(b"end");
        }
    }
    Ok(hex(&hasher.finalize()))
}

/// Adds every row that a query gives, and returns how many there are.
fn add_rows(
    hasher: &mut Sha256,
    connection: &Connection,
    query: &str,
    about: &str,
    run: Option<i64>,
) -> Result<u64, Error> {
    let mut statement = connection.prepare_cached(query)?;
    let columns = statement.column_count();
    // Not every query asks for the run.
    let mut rows = if query.contains("?2") {
        statement.query(params![about, run])?
    } else {
        statement.query([about])?
    };
    let mut count = 0;
    while let Some(row) = rows.next()? {
        count += 1;
        for column in 0..columns {
            add_value(hasher, row.get_ref(column)?);
        }
    }
    Ok(count)
}

/// Adds a value with its type and length, so that no two rows of values come to the same bytes.
fn add_value(hasher: &mut Sha256, value: ValueRef<'_>) {
    let number;
    let (kind, bytes): (u8, &[u8]) = match value {
        ValueRef::Null => (0, &[]),
        ValueRef::Integer(integer) => {
            number = integer.to_be_bytes();
            (1, &number)
        }
        ValueRef::Real(real) => {
            number = real.to_be_bytes();
            (2, &number)
        }
        ValueRef::Text(text) => (3, text),
        ValueRef::Blob(blob) => (4, blob),
    };
    hasher.update([kind]);
    hasher.update((bytes.len() as u64).to_be_bytes());
    hasher.update(bytes);
}
