//! How a copy goes on that was put in the place of the ledger.
//!
//! It does not know what was done since it was made: numbers were given out since, and heads of the audit trail.

use rusqlite::{Connection, params};

use super::read::{self, all};
use super::write::{CONTROL_NUMBER_MAX, begin};
use super::{count, onward, replies, stored, trail};
use crate::error::Error;
use crate::restoration::{NextNumbers, Restoration};
use crate::rows::{Act, Anchor, Run, RunState};

/// Returns the number of each kind that comes next.
pub fn next_numbers(connection: &Connection) -> Result<NextNumbers, Error> {
    let ask = |query: &str| connection.query_row(query, [], |row| row.get::<_, i64>(0));
    let reply: i64 = ask("SELECT coalesce(max(number), 1) FROM next_reply_number")?;
    Ok(NextNumbers {
        run: ask(&format!("SELECT {NEXT_RUN}"))?,
        reply: count(reply.max(replies::start(connection)?)),
        onward: count(ask("SELECT number FROM next_control_number")?),
    })
}

/// The number of the next run, as it is asked for.
pub const NEXT_RUN: &str =
    "max(coalesce((SELECT max(number) FROM runs), 0) + 1, coalesce((SELECT max(run) FROM restorations), 1))";

/// Goes on from a copy.
pub fn go_on(
    connection: &mut Connection,
    next: NextNumbers,
    given_up: &[Anchor],
    act: &Act<'_>,
) -> Result<(), Error> {
    let step = begin(connection)?;
    let comes = next_numbers(&step)?;
    if next.after(comes) != next {
        return Err(Error::Taken("a number behind those to go on from".to_owned()));
    }
    let used_up = CONTROL_NUMBER_MAX + 1;
    // Where no rerun could be opened any more, none can be after this, and everything else goes on.
    let next = if comes.onward == used_up { NextNumbers { onward: used_up, ..next } } else { next };
    if used_up <= next.reply || used_up < next.onward {
        return Err(Error::UsedUp);
    }
    let restorations: i64 = step.query_row("SELECT count(*) FROM restorations", [], |row| row.get(0))?;
    let name = format!("restoration {}", restorations + 1);
    step.execute(
        "INSERT INTO restorations SELECT ?1, count(*), ?2, ?3, ?4, ?5 FROM reply_numbers",
        params![name, next.run, stored(next.reply), stored(next.onward), stored(comes.onward)],
    )?;
    for anchor in given_up {
        step.execute(
            "INSERT OR IGNORE INTO given_up_anchors VALUES (?1, ?2, ?3)",
            params![name, anchor.number, anchor.hash],
        )?;
    }
    step.execute("UPDATE next_control_number SET number = ?1", [stored(next.onward)])?;
    step.execute("DELETE FROM next_reply_number", [])?;
    for Run { number, submission, control_number, .. } in open(&step)? {
        let partner = read::submission(&step, &submission)?.partner;
        // Its numbers may be on replies that were delivered since, and say something else.
        if let Some(has) = replies::of_run(&step, number)? {
            replies::give(&step, number, &partner, has.count)?;
        }
        // So may those be of claims that went on: whoever has them would take others under these for a copy.
        if let Some(first) = control_number {
            onward::give_others(&step, &name, number, &partner, first)?;
        }
    }
    trail::add(&step, trail::RESTORED, &name, None, act)?;
    step.commit()
}

/// Returns the runs that are to be judged.
fn open(step: &Connection) -> Result<impl Iterator<Item = Run>, Error> {
    Ok(read::unfinished(step, 0)?.into_iter().filter(|run| run.state == RunState::Open))
}

/// Returns every copy that was gone on from.
pub fn restorations(connection: &Connection) -> Result<Vec<Restoration>, Error> {
    let query = "SELECT name, at, who, why FROM restorations JOIN audit ON about = name AND what = ?1
        ORDER BY restorations.rowid";
    let told = all(connection, query, [trail::RESTORED.what], |row| {
        let (name, at, who, why): (String, _, _, _) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        Ok((name, Restoration { at, who, why, given_up: Vec::new() }))
    })?;
    let query = "SELECT number, hash FROM given_up_anchors WHERE restoration = ?1 ORDER BY number, hash";
    let with_anchors = |(name, restoration): (String, Restoration)| {
        let anchor = |row: &rusqlite::Row<'_>| Ok(Anchor { number: row.get(0)?, hash: row.get(1)? });
        Ok(Restoration { given_up: all(connection, query, [name], anchor)?, ..restoration })
    };
    told.into_iter().map(with_anchors).collect()
}
