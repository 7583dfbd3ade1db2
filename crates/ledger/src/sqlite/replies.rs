//! Control numbers of replies: each partner has numbers of its own, and none is given twice before all were.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::read::all;
use super::write::CONTROL_NUMBER_MAX;
use super::{count, stored};
use crate::error::Error;
use crate::rows::{Broken, ReplyNumbers};

/// How many a run is given before anybody knows how many interchanges its file has: those of one.
const AT_FIRST: u64 = 4;

/// Gives a new run its numbers.
pub fn begin(step: &Connection, run: i64, partner: &str) -> Result<(), Error> {
    give(step, run, partner, AT_FIRST)
}

/// Gives a run so many numbers, behind all that its partner had.
pub fn give(step: &Connection, run: i64, partner: &str, numbers: u64) -> Result<(), Error> {
    let next = "SELECT number FROM next_reply_number WHERE partner = ?1";
    let next: Option<i64> = step.prepare_cached(next)?.query_row([partner], |row| row.get(0)).optional()?;
    let first = first_of(next.map_or_else(|| start(step), Ok)?, numbers);
    step.prepare_cached("INSERT INTO reply_numbers VALUES (?1, ?2, ?3, ?4)")?.execute(params![
        run,
        partner,
        first,
        stored(numbers)
    ])?;
    step.prepare_cached("INSERT OR REPLACE INTO next_reply_number VALUES (?1, ?2)")?
        .execute(params![partner, first.saturating_add(stored(numbers))])?;
    Ok(())
}

/// Returns the first number of a partner that was given none yet: others of its name may have been before the ledger was restored.
pub fn start(connection: &Connection) -> Result<i64, Error> {
    let query = "SELECT reply FROM restorations ORDER BY rowid DESC LIMIT 1";
    let found = connection.prepare_cached(query)?.query_row([], |row| row.get(0)).optional()?;
    Ok(found.unwrap_or(1))
}

/// Returns where a range begins: numbers have nine digits, and after the last comes the first again.
fn first_of(next: i64, numbers: u64) -> i64 {
    if CONTROL_NUMBER_MAX < count(next).saturating_add(numbers).saturating_sub(1) { 1 } else { next }
}

/// Returns the numbers of a run: the last that it was given.
pub fn of_run(connection: &Connection, run: i64) -> Result<Option<ReplyNumbers>, Error> {
    let query = "SELECT first, numbers FROM reply_numbers WHERE run = ?1 ORDER BY rowid DESC LIMIT 1";
    let mut statement = connection.prepare_cached(query)?;
    let found = statement
        .query_row([run], |row| Ok(ReplyNumbers { first: count(row.get(0)?), count: count(row.get(1)?) }));
    Ok(found.optional()?)
}

/// Looks whether the ranges of each partner stand one behind the other, and behind what a restored copy may not know of.
pub fn verify(connection: &Connection, broken: &mut Vec<Broken>) -> Result<(), Error> {
    let mut next: BTreeMap<String, i64> = BTreeMap::new();
    let query = "SELECT ranges, reply FROM restorations ORDER BY rowid";
    let restorations = all(connection, query, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
    let mut restorations = restorations.into_iter().peekable();
    let mut start = 1;
    let query = "SELECT partner, first, numbers FROM reply_numbers ORDER BY rowid";
    let ranges = all(connection, query, [], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?, row.get(2)?)))?;
    for (position, (partner, first, numbers)) in (0..).zip(ranges) {
        while let Some((_, reply)) = restorations.next_if(|(ranges, _)| *ranges <= position) {
            (start, next) = (reply, BTreeMap::new());
        }
        let expected = next.entry(partner).or_insert(start);
        if first != first_of(*expected, count(numbers)) {
            let what = format!("a range begins with {first} that does not follow from the one before");
            broken.push(Broken { place: "table reply_numbers".to_owned(), what });
        }
        *expected = first.saturating_add(numbers);
    }
    if restorations.next().is_some() {
        next.clear();
    }
    let query = "SELECT partner, number FROM next_reply_number";
    let kept = all(connection, query, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if kept.into_iter().collect::<BTreeMap<String, i64>>() != next {
        let what = "it does not follow from the numbers that were given".to_owned();
        broken.push(Broken { place: "table next_reply_number".to_owned(), what });
    }
    Ok(())
}
