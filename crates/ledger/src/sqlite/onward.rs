//! Control numbers of claims that go on from reruns: whoever receives them must never see one twice.
//!
//! What a partner sends goes on with its own numbers, so these are numbers that it has not sent, and one that it sends later is known.

use rusqlite::{Connection, OptionalExtension, params};

use super::read::all;
use super::write::CONTROL_NUMBER_MAX;
use super::{count, stored};
use crate::error::Error;
use crate::restoration::NumberOf;
use crate::rows::Broken;

/// Returns the first of so many numbers for claims of a partner, which are given to nobody else.
///
/// They count up from the middle of all numbers: whoever counts from 1, or writes the day in front as YYMMDD, does not come there before 2050.
pub fn give(step: &Connection, partner: &str, numbers: u64) -> Result<i64, Error> {
    let mut first: i64 = step.query_row("SELECT number FROM next_control_number", [], |row| row.get(0))?;
    loop {
        let next = first.saturating_add(stored(numbers.max(1)));
        if CONTROL_NUMBER_MAX < count(next - 1) {
            return Err(Error::UsedUp);
        }
        let Some(sent) = last_sent(step, partner, first, next - 1)? else {
            step.execute("UPDATE next_control_number SET number = ?1", [next])?;
            return Ok(first);
        };
        first = sent + 1;
    }
}

/// Returns the last number from `first` to `last` that a partner has sent, whatever for.
fn last_sent(step: &Connection, partner: &str, first: i64, last: i64) -> Result<Option<i64>, Error> {
    // With every column of the key named, no more is read than what lies between.
    let query = "SELECT max(control_number) FROM control_numbers
        WHERE partner = ?1 AND sender IN (SELECT id FROM partner_ids WHERE partner = ?1 AND kind = 'sender')
        AND usage IN ('P', 'T') AND control_number BETWEEN ?2 AND ?3
        AND length(control_number) = 9 AND control_number NOT GLOB '*[^0-9]*'";
    let texts = [first, last].map(|number| format!("{number:09}"));
    let found: Option<String> =
        step.query_row(query, params![partner, texts[0], texts[1]], |row| row.get(0))?;
    Ok(found.and_then(|number| number.parse().ok()))
}

/// Gives a rerun of claims of a partner as many other numbers as it has from `first` on, for the time since a restoration.
///
/// Where too few are left it keeps those that it has: there are no better ones.
pub fn give_others(
    step: &Connection,
    restoration: &str,
    run: i64,
    partner: &str,
    first: u64,
) -> Result<(), Error> {
    // Numbers are given one range behind the other, so its own end where the next one begins.
    let query = "SELECT min(number) FROM (
        SELECT min(control_number) AS number FROM runs WHERE ?1 < control_number
        UNION ALL SELECT min(number) FROM renumbered_reruns WHERE ?1 < number
        UNION ALL SELECT min(onward_since) FROM restorations WHERE ?1 < onward_since)";
    let next: i64 = step.query_row(query, [stored(first)], |row| row.get(0))?;
    match give(step, partner, count(next).saturating_sub(first)) {
        Ok(number) => {
            let row = "INSERT INTO renumbered_reruns VALUES (?1, ?2, ?3)";
            step.execute(row, params![restoration, run, number])?;
            Ok(())
        }
        Err(Error::UsedUp) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Returns the rerun of claims of a partner that was given a number, and has passed claims on under it or may yet.
///
/// No more of its numbers stand in an ISA than the run that its claims come from has interchanges; the others are for groups and sets.
/// One that was given other numbers since may have passed claims on before it was forgotten.
fn run_with(connection: &Connection, partner: &str, number: i64) -> Result<Option<i64>, Error> {
    let query = "SELECT given.number
        FROM (
            SELECT * FROM (SELECT number AS run, control_number AS first FROM runs
                WHERE control_number <= ?2 ORDER BY control_number DESC LIMIT 1)
            UNION ALL SELECT * FROM (SELECT run, number FROM renumbered_reruns
                WHERE number <= ?2 ORDER BY number DESC LIMIT 1)
            ORDER BY first DESC LIMIT 1)
        JOIN runs AS given ON given.number = run
        JOIN submissions ON submissions.id = given.submission
        WHERE partner = ?1
        AND ?2 < first + (SELECT count(*) FROM interchanges WHERE run = given.parent)
        AND (state = 'open'
            OR EXISTS (SELECT 1 FROM tallies WHERE run = given.number AND disposition = 'accepted' AND 0 < claims)
            OR EXISTS (SELECT 1 FROM renumbered_reruns AS other WHERE other.run = given.number AND first < other.number))";
    let mut statement = connection.prepare_cached(query)?;
    Ok(statement.query_row(params![partner, number], |row| row.get(0)).optional()?)
}

/// Returns who had a number for claims of a partner that go on.
pub fn number_of(
    connection: &Connection,
    partner: &str,
    control_number: &str,
) -> Result<Option<NumberOf>, Error> {
    let Ok(number) = control_number.parse::<i64>() else { return Ok(None) };
    if let Some(run) = run_with(connection, partner, number)? {
        return Ok(Some(NumberOf::Run(run)));
    }
    let query = "SELECT EXISTS (SELECT 1 FROM restorations WHERE onward_since <= ?1 AND ?1 < onward)";
    let is_forgotten = connection.prepare_cached(query)?.query_row([number], |row| row.get(0))?;
    Ok(Some(NumberOf::Forgotten).filter(|_| is_forgotten))
}

/// Looks whether the number that comes next is none that was given.
pub fn verify(connection: &Connection, broken: &mut Vec<Broken>) -> Result<(), Error> {
    let query = "SELECT 1 FROM next_control_number WHERE number <= (SELECT max(control_number) FROM runs)
        OR number <= (SELECT max(number) FROM renumbered_reruns)
        OR number < (SELECT max(onward) FROM restorations)";
    if !all(connection, query, [], |row| row.get::<_, i64>(0))?.is_empty() {
        let what = "the number that comes next was given before".to_owned();
        broken.push(Broken { place: "table next_control_number".to_owned(), what });
    }
    Ok(())
}
