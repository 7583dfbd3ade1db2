//! Everything that does not hold.

use rusqlite::Connection;

use super::again;
use super::ahead::ENTERED_AHEAD;
use super::balance;
use super::counts;
use super::onward;
use super::read::{self, all};
use super::replies;
use super::trail::{self, Fields};
use crate::error::Error;
use crate::rows::{Anchor, Broken, Disposition, Outcome, Run, RunState};

/// Looks for everything that does not hold.
pub fn verify(connection: &Connection, anchors: &[Anchor]) -> Result<Vec<Broken>, Error> {
    // Whoever writes meanwhile changes nothing of what is read here.
    let _moment = connection.is_autocommit().then(|| connection.unchecked_transaction()).transpose()?;
    let mut broken = Vec::new();
    pages(connection, &mut broken)?;
    chain(connection, &mut broken)?;
    anchored(connection, anchors, &mut broken)?;
    entered(connection, &mut broken)?;
    again::verify(connection, &mut broken)?;
    counts::verify(connection, &mut broken)?;
    replies::verify(connection, &mut broken)?;
    onward::verify(connection, &mut broken)?;
    for number in all(connection, "SELECT number FROM runs ORDER BY number", [], |row| row.get(0))? {
        balanced(connection, &read::run(connection, number)?, &mut broken)?;
    }
    Ok(broken)
}

fn add(broken: &mut Vec<Broken>, place: impl Into<String>, what: impl Into<String>) {
    broken.push(Broken { place: place.into(), what: what.into() });
}

/// Looks whether the file itself is whole, and whether every row that is referred to is there.
fn pages(connection: &Connection, broken: &mut Vec<Broken>) -> Result<(), Error> {
    let words: Vec<String> = all(connection, "PRAGMA integrity_check", [], |row| row.get(0))?;
    // One row that says ok is the answer of a database in which nothing is wrong. Source: SQLite, PRAGMA integrity_check.
    if words != ["ok"] {
        add(broken, "file", format!("{} faults in its pages", words.len()));
    }
    let tables: Vec<String> = all(connection, "PRAGMA foreign_key_check", [], |row| row.get(0))?;
    for table in tables {
        add(broken, format!("table {table}"), "a row belongs to another that is not there");
    }
    Ok(())
}

/// Looks whether every entry follows from the one before, and every row is as its entry says.
fn chain(connection: &Connection, broken: &mut Vec<Broken>) -> Result<(), Error> {
    let query = "SELECT number, at, who, what, about, run, why, digest, hash FROM audit ORDER BY number";
    let mut statement = connection.prepare(query)?;
    let mut rows = statement.query([])?;
    let (mut before, mut expected) = (String::new(), 1);
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        let texts: [String; 5] = [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(6)?];
        let (run, digest, hash): (Option<i64>, String, String) = (row.get(5)?, row.get(7)?, row.get(8)?);
        let place = format!("audit entry {number}");
        if number != expected {
            add(broken, &place, format!("entry {expected} should stand here"));
        }
        let fields = Fields { number, texts: texts.each_ref().map(String::as_str), run, digest: &digest };
        if trail::hash(&before, &fields) != hash {
            add(broken, &place, "it does not follow from the entry before");
        }
        match trail::step(&texts[2]) {
            Some(step) if trail::digest(connection, step, &texts[3], run)? == digest => {}
            Some(_) => add(broken, &place, format!("what it says of {} was changed", texts[3])),
            None => add(broken, &place, "no step is called so"),
        }
        (before, expected) = (hash, number + 1);
    }
    Ok(())
}

/// Looks whether every head that was given out is still there, unless it was given up.
fn anchored(connection: &Connection, anchors: &[Anchor], broken: &mut Vec<Broken>) -> Result<(), Error> {
    let query = "SELECT EXISTS (SELECT 1 FROM given_up_anchors WHERE number = ?1 AND hash = ?2)";
    let mut given_up = connection.prepare(query)?;
    for anchor in anchors {
        let is_given_up: bool = given_up.query_row((anchor.number, &anchor.hash), |row| row.get(0))?;
        if !is_given_up && !read::has_head(connection, anchor)? {
            add(broken, format!("audit entry {}", anchor.number), "it is not the one that was anchored");
        }
    }
    Ok(())
}

/// Rows and entries that must be as many, and where they are told apart.
const AS_MANY: [(&str, &str, &str); 7] = [
    ("partners", "SELECT count(*) FROM partners", "'partner added'"),
    ("submissions", "SELECT count(*) FROM submissions", "'received'"),
    (
        "runs",
        "SELECT count(*) FROM runs",
        "'received', 'rerun opened', 'released by hand', 'rejected by hand', 'rerun in part', 'tried again'",
    ),
    (
        "verdicts by hand",
        "SELECT count(*) FROM hand_verdicts",
        "'released by hand', 'rejected by hand', 'rerun in part'",
    ),
    ("decided runs", "SELECT count(*) FROM runs WHERE state <> 'open'", "'decided'"),
    ("delivered runs", "SELECT count(*) FROM runs WHERE state = 'delivered'", "'delivered'"),
    ("restorations", "SELECT count(*) FROM restorations", "'restored'"),
];

/// Tables whose rows come with a decision.
const OF_A_DECISION: [&str; 9] = [
    "claim_key_sums",
    "earlier_claims",
    "tallies",
    "interchanges",
    "control_numbers",
    "claims",
    "findings",
    "outputs",
    "deliveries",
];

/// Looks whether every row has its entry.
fn entered(connection: &Connection, broken: &mut Vec<Broken>) -> Result<(), Error> {
    for (name, rows, steps) in AS_MANY {
        let entries = format!("SELECT count(*) FROM audit WHERE what IN ({steps})");
        let count = |query: &str| connection.query_row(query, [], |row| row.get::<_, i64>(0));
        let (rows, entries) = (count(rows)?, count(&entries)?);
        if rows != entries {
            add(broken, format!("table of {name}"), format!("{rows} rows, and {entries} entries"));
        }
    }
    let open = "SELECT number FROM runs WHERE state = 'open' AND coalesce(outcome, snapshot, run_hash, version) IS NOT NULL";
    for number in all(connection, open, [], |row| row.get::<_, i64>(0))? {
        add(broken, format!("run {number}"), "it is open, and says what came of it");
    }
    for table in OF_A_DECISION {
        // What was entered ahead of an open run belongs to nothing yet, and is removed if nothing comes of it.
        let query = format!(
            "SELECT count(*) FROM {table} WHERE run NOT IN (SELECT number FROM runs WHERE state <> 'open')
                AND NOT ('{table}' IN {ENTERED_AHEAD} AND run IN (SELECT run FROM claim_key_sums))"
        );
        let rows: i64 = connection.query_row(&query, [], |row| row.get(0))?;
        if rows != 0 {
            add(broken, format!("table {table}"), format!("{rows} rows of runs that are not decided"));
        }
    }
    Ok(())
}

/// Looks whether a run adds up, with its claims and with the run that they come from.
fn balanced(connection: &Connection, run: &Run, broken: &mut Vec<Broken>) -> Result<(), Error> {
    if run.state == RunState::Open || run.outcome != Some(Outcome::Judged) {
        return Ok(());
    }
    let place = format!("run {}", run.number);
    let tallies = read::tallies(connection, run.number)?;
    if let Some(fault) = balance::fault(&tallies, &balance::entered(connection, run.number)?) {
        add(broken, &place, fault);
    }
    let Some(from) = run.part.disposition() else { return Ok(()) };
    let parent = read::tallies(connection, run.parent.unwrap_or_default())?;
    if balance::of(&parent, from) != balance::of(&tallies, Disposition::Received) {
        add(broken, &place, format!("it did not receive what its parent has {}", from.as_str()));
    }
    Ok(())
}
