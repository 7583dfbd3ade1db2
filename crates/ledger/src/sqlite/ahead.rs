//! What is entered of a large run before it is closed, part by part.
//!
//! An open run that has a row in `claim_key_sums` has something entered ahead.

use rusqlite::{Connection, OptionalExtension};

use super::again::{self, Added};
use super::read;
use super::write::{begin, enter_claims};
use crate::error::Error;
use crate::rows::{Claim, ClaimName, RunState};

/// The tables that have rows of a run which is not closed yet, as SQL.
pub const ENTERED_AHEAD: &str = "('claims', 'findings', 'earlier_claims', 'claim_key_sums')";

/// Whether the run `?1` is closed, as SQL: what was entered ahead is nothing yet that could be told.
pub const CLOSED: &str = "EXISTS (SELECT 1 FROM runs WHERE number = ?1 AND state <> 'open')";

/// Enters claims and names of an open run, and does not wait for the disk: what is lost in a power cut is judged again, and nobody was told of it.
pub fn enter(
    connection: &mut Connection,
    run: i64,
    claims: &mut dyn Iterator<Item = Result<Claim, Error>>,
    names: &mut dyn Iterator<Item = Result<ClaimName, Error>>,
) -> Result<(), Error> {
    // Among other steps it lasts with them.
    let is_alone = connection.is_autocommit();
    if is_alone {
        connection.pragma_update(None, "synchronous", "NORMAL")?;
    }
    let entered = enter_rows(connection, run, claims, names);
    if is_alone {
        connection.pragma_update(None, "synchronous", "FULL")?;
    }
    entered
}

fn enter_rows(
    connection: &mut Connection,
    run: i64,
    claims: &mut dyn Iterator<Item = Result<Claim, Error>>,
    names: &mut dyn Iterator<Item = Result<ClaimName, Error>>,
) -> Result<(), Error> {
    let step = begin(connection)?;
    let of = read::run(&step, run)?;
    if of.state != RunState::Open {
        return Err(Error::NotOpen(run));
    }
    enter_claims(&step, run, claims)?;
    let before = of_run(&step, run)?.unwrap_or_default();
    let added = again::enter(&step, run, &of.submission, names, before)?;
    set(&step, run, Some(added))?;
    step.commit()
}

/// Removes what was entered of an open run.
pub fn take_back(connection: &mut Connection, run: i64) -> Result<(), Error> {
    if of_run(connection, run)?.is_none() {
        return Ok(());
    }
    let step = begin(connection)?;
    let Some(added) = of_run(&step, run)? else { return Ok(()) };
    if read::run(&step, run)?.state != RunState::Open {
        return Err(Error::NotOpen(run));
    }
    if 0 < added.keys {
        step.execute("DELETE FROM claim_keys WHERE run = ?1", [run])?;
    }
    for table in ["earlier_claims", "findings", "claims"] {
        step.execute(&format!("DELETE FROM {table} WHERE run = ?1"), [run])?;
    }
    set(&step, run, None)?;
    step.commit()
}

/// Returns the keys that were entered of a run; of an open one, `None` if nothing was entered ahead.
pub fn of_run(connection: &Connection, run: i64) -> Result<Option<Added>, Error> {
    let query = "SELECT keys, sum FROM claim_key_sums WHERE run = ?1";
    let mut statement = connection.prepare_cached(query)?;
    let added = statement.query_row([run], |row| Ok(Added { keys: row.get(0)?, sum: row.get(1)? }));
    Ok(added.optional()?)
}

/// Says which keys were entered of a run.
pub fn set(step: &Connection, run: i64, added: Option<Added>) -> Result<(), Error> {
    match added {
        Some(Added { keys, sum }) => step
            .prepare_cached("INSERT OR REPLACE INTO claim_key_sums VALUES (?1, ?2, ?3)")?
            .execute([run, keys, sum])?,
        None => step.prepare_cached("DELETE FROM claim_key_sums WHERE run = ?1")?.execute([run])?,
    };
    Ok(())
}
