//! Claims that came before: by what they are known again, and what is told of them.

use std::collections::{BTreeMap, HashMap, HashSet};

use rusqlite::types::Value;
use rusqlite::vtab::array::Array;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::ahead::CLOSED;
use super::read::{self, all};
use super::{count, stored};
use crate::error::Error;
use crate::rows::{Broken, ClaimName, Disposition, EarlierClaim, RunState, Submission};

/// The last run by which a claim with this CLM01 was not accepted, in another submission of partner and usage, and what became of it; not one that was judged again since.
///
/// A `CROSS JOIN` begins with the CLM01, which few claims have. Source: `SQLite`, query planner.
const NOT_ACCEPTED: &str = "SELECT claims.run, claims.disposition FROM claims
    CROSS JOIN runs ON runs.number = claims.run CROSS JOIN submissions ON submissions.id = runs.submission
    WHERE claims.claim_id = ?1 AND submissions.partner = ?2 AND submissions.usage = ?3 AND submissions.id <> ?4
    AND NOT EXISTS (SELECT 1 FROM runs AS again
        WHERE again.parent = claims.run AND again.part = claims.disposition AND again.outcome = 'judged')
    ORDER BY claims.run DESC LIMIT 1";

/// The last run, of another submission that came since, by which a claim was accepted that may replace that of a run.
const REPLACED: &str = "SELECT run FROM earlier_claims WHERE earlier_run = ?1 AND claim_id = ?2 AND run <> ?3
    AND NOT EXISTS (SELECT 1 FROM claims WHERE claims.run = earlier_claims.run AND claims.claim_id = ?2)
    ORDER BY run DESC LIMIT 1";

/// Names that are looked for together: a statement for each of them would take longer than what it does.
const TOGETHER: usize = 4096;

/// What is kept in mind of so many CLM01, and not of all that a file has.
const KNOWN_MAX: usize = 1 << 16;

/// Enters by what the claims of a run are known again, and which of them came before; returns what was added to `added`.
pub fn enter(
    step: &Connection,
    run: i64,
    submission: &str,
    names: &mut dyn Iterator<Item = Result<ClaimName, Error>>,
    mut added: Added,
) -> Result<Added, Error> {
    let of = read::submission(step, submission)?;
    let mut known = Known::default();
    loop {
        let together = names.take(TOGETHER).collect::<Result<Vec<ClaimName>, Error>>()?;
        if together.is_empty() {
            break;
        }
        if KNOWN_MAX < known.not_accepted.len() {
            known = Known::default();
        }
        enter_together(step, run, &of, &together, &mut added, &mut known)?;
    }
    Ok(added)
}

fn enter_together(
    step: &Connection,
    run: i64,
    of: &Submission,
    names: &[ClaimName],
    added: &mut Added,
    known: &mut Known,
) -> Result<(), Error> {
    let keys = array_of(names, |name| Value::Integer(name.key));
    // Nearly every key is new, and then it is not looked for.
    let insert = "INSERT OR IGNORE INTO claim_keys SELECT value, ?2 FROM rarray(?1) RETURNING key";
    let mut new: HashSet<i64> =
        all(step, insert, params![keys, run], |row| row.get(0))?.into_iter().collect();
    for key in &new {
        added.key(*key);
    }
    // Many claims may have one name, which is looked for once.
    let query = "SELECT value FROM rarray(?1) WHERE EXISTS (SELECT 1 FROM claims WHERE claim_id = value)";
    let ids: HashSet<&String> = names.iter().map(|name| &name.claim_id).collect();
    let ids: Array = Array::new(ids.into_iter().cloned().map(Value::Text).collect());
    let not_accepted: HashSet<String> = all(step, query, [ids], |row| row.get(0))?.into_iter().collect();
    for name in names {
        let is_new = new.remove(&name.key);
        if !is_new || not_accepted.contains(&name.claim_id) {
            point_out(step, run, of, name, is_new, known)?;
        }
    }
    Ok(())
}

fn array_of(names: &[ClaimName], value: impl Fn(&ClaimName) -> Value) -> Array {
    Array::new(names.iter().map(value).collect())
}

/// Enters that a claim came before, if it did; if its key is not new, that is known of it too.
fn point_out(
    step: &Connection,
    run: i64,
    of: &Submission,
    ClaimName { number, claim_id, key }: &ClaimName,
    is_new: bool,
    known: &mut Known,
) -> Result<(), Error> {
    let mut of_key = step.prepare_cached("SELECT run FROM claim_keys WHERE key = ?1")?;
    let first: Option<i64> = if is_new { None } else { Some(of_key.query_row([key], |row| row.get(0))?) };
    let open = known.not_accepted(step, of, claim_id)?;
    // One that was mended in the meantime, and is sent once more, is no other mending.
    let since: Option<i64> = match open {
        Some((open, _)) if !is_new => known.replaced(step, run, open, claim_id)?,
        _ => None,
    };
    for other in [first, open.map(|(open, _)| open), since].into_iter().flatten() {
        // Such a run may be taken back, and then nothing would lead from what came before it to this claim.
        if other != run && known.is_open(step, other)? {
            return Err(Error::Ahead { run, of: other });
        }
    }
    let same = first.filter(|first| *first != run).map(|first| (first, Disposition::Accepted));
    if let Some((earlier_run, earlier)) = since.map(|run| (run, Disposition::Accepted)).or(open).or(same) {
        step.prepare_cached("INSERT INTO earlier_claims VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(params![
            run,
            stored(*number),
            claim_id,
            earlier_run,
            earlier
        ])?;
    }
    Ok(())
}

/// What was found of claims by their CLM01 alone, which many claims of a file may share, and of the runs that they came in.
#[derive(Default)]
struct Known {
    not_accepted: HashMap<String, Option<(i64, Disposition)>>,
    replaced: HashMap<String, Option<i64>>,
    /// Whether runs are open.
    is_open: HashMap<i64, bool>,
}

impl Known {
    fn not_accepted(
        &mut self,
        step: &Connection,
        of: &Submission,
        claim_id: &str,
    ) -> Result<Option<(i64, Disposition)>, Error> {
        if let Some(known) = self.not_accepted.get(claim_id) {
            return Ok(*known);
        }
        let found = step
            .prepare_cached(NOT_ACCEPTED)?
            .query_row(params![claim_id, of.partner, of.usage, of.id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        self.not_accepted.insert(claim_id.to_owned(), found);
        Ok(found)
    }

    fn replaced(
        &mut self,
        step: &Connection,
        run: i64,
        open: i64,
        claim_id: &str,
    ) -> Result<Option<i64>, Error> {
        if let Some(known) = self.replaced.get(claim_id) {
            return Ok(*known);
        }
        let mut replaced = step.prepare_cached(REPLACED)?;
        let found = replaced.query_row(params![open, claim_id, run], |row| row.get(0)).optional()?;
        self.replaced.insert(claim_id.to_owned(), found);
        Ok(found)
    }

    fn is_open(&mut self, step: &Connection, run: i64) -> Result<bool, Error> {
        if let Some(known) = self.is_open.get(&run) {
            return Ok(*known);
        }
        let is_open = read::run(step, run)?.state == RunState::Open;
        self.is_open.insert(run, is_open);
        Ok(is_open)
    }
}

/// How many keys a run has added, and what they add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Added {
    pub keys: i64,
    pub sum: i64,
}

impl Added {
    fn key(&mut self, key: i64) {
        self.keys += 1;
        self.sum = self.sum.wrapping_add(key);
    }
}

fn earlier_row(row: &Row<'_>) -> rusqlite::Result<EarlierClaim> {
    Ok(EarlierClaim {
        run: row.get(0)?,
        number: count(row.get(1)?),
        claim_id: row.get(2)?,
        earlier_run: row.get(3)?,
        earlier: row.get(4)?,
    })
}

pub fn earlier(connection: &Connection, run: i64) -> Result<Vec<EarlierClaim>, Error> {
    let query = format!("SELECT * FROM earlier_claims WHERE run = ?1 AND {CLOSED} ORDER BY number");
    all(connection, &query, [run], earlier_row)
}

pub fn later(connection: &Connection, run: i64) -> Result<Vec<EarlierClaim>, Error> {
    let query = "SELECT * FROM earlier_claims WHERE earlier_run = ?1 ORDER BY run, number";
    all(connection, query, [run], earlier_row)
}

/// Looks whether the keys are those that the runs have added.
pub fn verify(connection: &Connection, broken: &mut Vec<Broken>) -> Result<(), Error> {
    let mut found: BTreeMap<i64, Added> = BTreeMap::new();
    let mut statement = connection.prepare("SELECT key, run FROM claim_keys")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        found.entry(row.get(1)?).or_default().key(row.get(0)?);
    }
    // Of a run that is being entered there may be no key yet.
    let query = "SELECT run, keys, sum FROM claim_key_sums WHERE (keys, sum) <> (0, 0)";
    let sums =
        all(connection, query, [], |row| Ok((row.get(0)?, Added { keys: row.get(1)?, sum: row.get(2)? })))?;
    if sums.into_iter().collect::<BTreeMap<i64, Added>>() != found {
        let what = "the keys of claims are not those that were entered".to_owned();
        broken.push(Broken { place: "table claim_keys".to_owned(), what });
    }
    Ok(())
}
