//! What is asked of the ledger.

use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use super::ahead::CLOSED;
use super::{count, onward};
use crate::error::Error;
use crate::restoration::NumberOf;
use crate::rows::{
    Anchor, AuditEntry, ByHand, Claim, Delivery, Finding, Interchange, Output, Part, Partner, Run,
    Submission, Tally,
};

/// Returns every row that a query gives.
pub fn all<T>(
    connection: &Connection,
    query: &str,
    params: impl Params,
    row: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, Error> {
    let mut statement = connection.prepare_cached(query)?;
    let rows = statement.query_map(params, row)?.collect::<rusqlite::Result<Vec<T>>>()?;
    Ok(rows)
}

pub fn partners(connection: &Connection) -> Result<Vec<Partner>, Error> {
    let names = all(connection, "SELECT name FROM partners ORDER BY name", [], |row| row.get(0))?;
    let ids = "SELECT id FROM partner_ids WHERE partner = ?1 AND kind = ?2 ORDER BY id";
    let ids = |name: &String, kind| all(connection, ids, params![name, kind], |row| row.get(0));
    let partner = |name: String| {
        let (sender_ids, receiver_ids) = (ids(&name, "sender")?, ids(&name, "receiver")?);
        Ok(Partner { name, sender_ids, receiver_ids })
    };
    names.into_iter().map(partner).collect()
}

/// Of the numbers of a rerun, the last that it was given counts: they only go up.
const RUN: &str = "SELECT number, submission, parent, part, stamp,
    coalesce((SELECT max(number) FROM renumbered_reruns WHERE run = runs.number), control_number),
    state, outcome, snapshot FROM runs";

fn run_row(row: &Row<'_>) -> rusqlite::Result<Run> {
    let control_number: Option<i64> = row.get(5)?;
    Ok(Run {
        number: row.get(0)?,
        submission: row.get(1)?,
        parent: row.get(2)?,
        part: row.get(3)?,
        stamp: row.get(4)?,
        control_number: control_number.map(count),
        state: row.get(6)?,
        outcome: row.get(7)?,
        snapshot: row.get(8)?,
    })
}

pub fn run(connection: &Connection, number: i64) -> Result<Run, Error> {
    let mut statement = connection.prepare_cached(&format!("{RUN} WHERE number = ?1"))?;
    let found = statement.query_row([number], run_row).optional()?;
    found.ok_or_else(|| Error::Unknown(format!("run {number}")))
}

pub fn by_hand(connection: &Connection, run: i64) -> Result<Option<ByHand>, Error> {
    let query = "SELECT verdict, reason FROM hand_verdicts WHERE run = ?1";
    let mut statement = connection.prepare_cached(query)?;
    let found = statement.query_row([run], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let Some((verdict, reason)) = found else { return Ok(None) };
    let query = "SELECT claim_id FROM hand_verdict_claims WHERE run = ?1 ORDER BY claim_id";
    let claim_ids = all(connection, query, [run], |row| row.get(0))?;
    Ok(Some(ByHand { verdict, claim_ids, reason }))
}

pub fn runs_of(connection: &Connection, submission: &str) -> Result<Vec<Run>, Error> {
    all(connection, &format!("{RUN} WHERE submission = ?1 ORDER BY number"), [submission], run_row)
}

pub fn unfinished(connection: &Connection, after: i64) -> Result<Vec<Run>, Error> {
    let query = format!("{RUN} WHERE state <> 'delivered' AND ?1 < number ORDER BY number");
    all(connection, &query, [after], run_row)
}

pub fn submission(connection: &Connection, id: &str) -> Result<Submission, Error> {
    let query = "SELECT id, partner, route, usage, name, sha256, bytes, received_at, duplicate_of FROM submissions WHERE id = ?1";
    let mut statement = connection.prepare_cached(query)?;
    let found = statement.query_row([id], |row| {
        Ok(Submission {
            id: row.get(0)?,
            partner: row.get(1)?,
            route: row.get(2)?,
            usage: row.get(3)?,
            name: row.get(4)?,
            sha256: row.get(5)?,
            bytes: count(row.get(6)?),
            received_at: row.get(7)?,
            duplicate_of: row.get(8)?,
        })
    });
    found.optional()?.ok_or_else(|| Error::Unknown(format!("submission {id}")))
}

pub fn submissions_like(connection: &Connection, part: &str) -> Result<Vec<String>, Error> {
    // Compared as text and not as a pattern, so that nothing in it has a meaning of its own.
    let query = "SELECT id FROM submissions WHERE substr(id, 1, length(?1)) = ?1 OR substr(id, -length(?1)) = ?1 ORDER BY rowid";
    all(connection, query, [part], |row| row.get(0))
}

pub fn tallies(connection: &Connection, run: i64) -> Result<Vec<Tally>, Error> {
    let query = "SELECT disposition, claims, charge_cents FROM tallies WHERE run = ?1";
    let mut tallies = all(connection, query, [run], |row| {
        Ok(Tally { disposition: row.get(0)?, claims: count(row.get(1)?), charge_cents: row.get(2)? })
    })?;
    tallies.sort_by_key(|tally| tally.disposition);
    Ok(tallies)
}

pub fn interchanges(connection: &Connection, run: i64) -> Result<Vec<Interchange>, Error> {
    let query =
        "SELECT sender, receiver, control_number, usage FROM interchanges WHERE run = ?1 ORDER BY position";
    all(connection, query, [run], |row| {
        Ok(Interchange {
            sender: row.get(0)?,
            receiver: row.get(1)?,
            control_number: row.get(2)?,
            usage: row.get(3)?,
        })
    })
}

pub fn claims(connection: &Connection, run: i64) -> Result<Vec<Claim>, Error> {
    let query = format!(
        "SELECT number, claim_id, charge_cents, disposition FROM claims WHERE run = ?1 AND {CLOSED} ORDER BY number"
    );
    let mut claims = all(connection, &query, [run], |row| {
        Ok(Claim {
            number: count(row.get(0)?),
            claim_id: row.get(1)?,
            charge_cents: row.get(2)?,
            disposition: row.get(3)?,
            findings: Vec::new(),
        })
    })?;
    let query = "SELECT code, severity, procedure, ndc, service_date FROM findings WHERE run = ?1 AND claim = ?2 ORDER BY position";
    for claim in &mut claims {
        claim.findings = all(connection, query, params![run, super::stored(claim.number)], |row| {
            Ok(Finding {
                code: row.get(0)?,
                severity: row.get(1)?,
                procedure: row.get(2)?,
                ndc: row.get(3)?,
                service_date: row.get(4)?,
            })
        })?;
    }
    Ok(claims)
}

pub fn outputs(connection: &Connection, run: i64) -> Result<Vec<Output>, Error> {
    let query = "SELECT name, bytes, blake3 FROM outputs WHERE run = ?1 ORDER BY name";
    all(connection, query, [run], |row| {
        Ok(Output { name: row.get(0)?, bytes: count(row.get(1)?), blake3: row.get(2)? })
    })
}

pub fn deliveries(connection: &Connection, run: i64) -> Result<Vec<Delivery>, Error> {
    let query = "SELECT folder, name, bytes, sha256 FROM deliveries WHERE run = ?1 ORDER BY position";
    all(connection, query, [run], |row| {
        let bytes = count(row.get(2)?);
        Ok(Delivery { folder: row.get(0)?, name: row.get(1)?, bytes, sha256: row.get(3)? })
    })
}

/// Returns who was the first with the control number of an interchange, or was given it for what goes on.
pub fn number_of(
    connection: &Connection,
    partner: &str,
    interchange: &Interchange,
) -> Result<Option<NumberOf>, Error> {
    let query = "SELECT run FROM control_numbers WHERE partner = ?1 AND sender = ?2 AND usage = ?3 AND control_number = ?4";
    let Interchange { sender, usage, control_number, .. } = interchange;
    let mut statement = connection.prepare_cached(query)?;
    let sent =
        statement.query_row(params![partner, sender, usage, control_number], |row| row.get(0)).optional()?;
    match sent {
        Some(run) => Ok(Some(NumberOf::Run(run))),
        None => onward::number_of(connection, partner, control_number),
    }
}

pub fn known_control_number(
    connection: &Connection,
    number: i64,
    interchanges: &[Interchange],
) -> Result<Option<(usize, NumberOf)>, Error> {
    let of = run(connection, number)?;
    if of.part != Part::Whole {
        return Ok(None);
    }
    let partner = submission(connection, &of.submission)?.partner;
    for (position, interchange) in interchanges.iter().enumerate() {
        if let Some(first) = number_of(connection, &partner, interchange)? {
            return Ok(Some((position, first)));
        }
    }
    Ok(None)
}

pub fn last_step_at(connection: &Connection) -> Result<Option<String>, Error> {
    let query = "SELECT at FROM audit ORDER BY number DESC LIMIT 1";
    Ok(connection.query_row(query, [], |row| row.get(0)).optional()?)
}

pub fn audit(connection: &Connection, about: Option<&str>) -> Result<Vec<AuditEntry>, Error> {
    let query = "SELECT number, at, who, what, about, run, why, hash FROM audit WHERE ?1 IS NULL OR about = ?1 ORDER BY number";
    all(connection, query, [about], |row| {
        Ok(AuditEntry {
            number: row.get(0)?,
            at: row.get(1)?,
            who: row.get(2)?,
            what: row.get(3)?,
            about: row.get(4)?,
            run: row.get(5)?,
            why: row.get(6)?,
            hash: row.get(7)?,
        })
    })
}

pub fn anchor(connection: &Connection) -> Result<Option<Anchor>, Error> {
    head(connection, "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1")
}

pub fn runs_that_owe(connection: &Connection, folder: &str) -> Result<Vec<i64>, Error> {
    all(connection, "SELECT DISTINCT run FROM deliveries WHERE folder = ?1 ORDER BY run", [folder], |row| {
        row.get(0)
    })
}

pub fn first_head(connection: &Connection) -> Result<Option<Anchor>, Error> {
    head(connection, "SELECT number, hash FROM audit ORDER BY number LIMIT 1")
}

fn head(connection: &Connection, query: &str) -> Result<Option<Anchor>, Error> {
    let found = connection.query_row(query, [], |row| Ok(Anchor { number: row.get(0)?, hash: row.get(1)? }));
    Ok(found.optional()?)
}

pub fn has_head(connection: &Connection, anchor: &Anchor) -> Result<bool, Error> {
    let query = "SELECT EXISTS (SELECT 1 FROM audit WHERE number = ?1 AND hash = ?2)";
    let mut statement = connection.prepare_cached(query)?;
    Ok(statement.query_row((anchor.number, &anchor.hash), |row| row.get(0))?)
}

pub fn same_bytes(connection: &Connection, submission: &Submission) -> Result<Option<String>, Error> {
    let Submission { id, partner, usage, sha256, .. } = submission;
    let query = "SELECT id FROM submissions JOIN runs ON submission = id AND part = 'whole'
        WHERE partner = ?1 AND usage = ?2 AND sha256 = ?3 AND id <> ?4 AND duplicate_of IS NULL
        AND (outcome IS NULL OR outcome IN ('judged', 'unreadable')) LIMIT 1";
    let mut statement = connection.prepare_cached(query)?;
    Ok(statement.query_row(params![partner, usage, sha256, id], |row| row.get(0)).optional()?)
}
