//! Whether claims and charges add up.

use rusqlite::Connection;

use super::count;
use super::read::all;
use crate::error::Error;
use crate::rows::{Disposition, Tally};

/// What received claims become, those that are not entered one by one first.
const PARTS: [Disposition; 4] =
    [Disposition::Accepted, Disposition::Rejected, Disposition::Held, Disposition::Refused];

/// Returns claims and cents of one disposition.
pub fn of(tallies: &[Tally], disposition: Disposition) -> (i128, i128) {
    let found = tallies.iter().find(|tally| tally.disposition == disposition);
    found.map_or((0, 0), |tally| (i128::from(tally.claims), i128::from(tally.charge_cents)))
}

/// Returns what the claims that were entered of a run add up to.
pub fn entered(connection: &Connection, run: i64) -> Result<Vec<Tally>, Error> {
    let query =
        "SELECT disposition, count(*), sum(charge_cents) FROM claims WHERE run = ?1 GROUP BY disposition";
    all(connection, query, [run], |row| {
        Ok(Tally { disposition: row.get(0)?, claims: count(row.get(1)?), charge_cents: row.get(2)? })
    })
}

/// Returns in what way the tallies of a run do not add up, or are not those of the claims that were entered.
pub fn fault(tallies: &[Tally], entered: &[Tally]) -> Option<&'static str> {
    let sum = PARTS.iter().map(|&part| of(tallies, part));
    let sum = sum.fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
    if sum != of(tallies, Disposition::Received) {
        return Some("received is not the sum of accepted, rejected, held and refused");
    }
    let differs = |&part: &Disposition| of(tallies, part) != of(entered, part);
    PARTS[1..].iter().any(differs).then_some("the claims that were entered are not those that were counted")
}
