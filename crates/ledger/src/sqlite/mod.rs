//! The ledger in one file.

mod again;
mod ahead;
mod balance;
mod counts;
mod onward;
mod read;
mod replies;
mod restore;
mod schema;
mod trail;
mod verify;
mod words;
mod write;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::config::DbConfig;
use rusqlite::vtab::array;
use rusqlite::{Connection, OpenFlags};

use crate::Ledger;
use crate::error::Error;
use crate::restoration::{NextNumbers, NumberOf, Restoration};
use crate::rows::{
    Act, Anchor, AuditEntry, Broken, ByHand, Claim, ClaimCount, ClaimName, Decision, Delivery, EarlierClaim,
    Interchange, NewRun, Note, Output, Partner, Reception, ReplyNumbers, Rerun, Run, Standing, Submission,
    SubmissionCount, Tally,
};

/// How long a step waits for somebody else's to end.
const BUSY: Duration = Duration::from_secs(5);

/// How much of the ledger a connection keeps in memory, as far as it has read or written it.
///
/// The keys of a large file's claims go to all places of their table; with much less, pages are written and read again in the middle of a step.
const CACHE_KIBIBYTES_MAX: i64 = 64 << 10;

/// How many pages the write-ahead log has before they are written to their places: what many steps change in the same pages is written once.
const LOG_PAGES: i32 = 8_192;

/// Statements that are kept once they were read: all that there are.
const STATEMENTS: usize = 256;

/// Pages that a backup copies at a time, so that whoever writes meanwhile does not wait for it.
const BACKUP_PAGES: i32 = 1000;

/// A ledger in a file, which several processes may have open at once.
///
/// Invariant: a write-ahead log that is synced at every commit; without that, a power cut would lose what was acknowledged.
pub struct SqliteLedger {
    connection: Connection,
}

impl SqliteLedger {
    /// Opens the ledger at `path`, and makes it if it is missing.
    pub fn open(path: &Path) -> Result<SqliteLedger, Error> {
        SqliteLedger::with(path, OpenFlags::SQLITE_OPEN_CREATE)
    }

    /// Opens the ledger at `path`, which must be there.
    pub fn open_existing(path: &Path) -> Result<SqliteLedger, Error> {
        SqliteLedger::with(path, OpenFlags::empty())
    }

    fn with(path: &Path, more: OpenFlags) -> Result<SqliteLedger, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | more;
        let mut connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY)?;
        // Else whatever asks for runs is planned anew for every value that it asks with, for the sake of an index of some of them.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        let journal: String =
            connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        connection.pragma_update(None, "cell_size_check", "ON")?;
        connection.pragma_update(None, "cache_size", -CACHE_KIBIBYTES_MAX)?;
        connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
        let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
        // 2 is FULL. Source: SQLite, PRAGMA synchronous.
        if journal != "wal" || synchronous != 2 {
            return Err(Error::NotDurable);
        }
        array::load_module(&connection)?;
        schema::migrate(&mut connection)?;
        Ok(SqliteLedger { connection })
    }

    /// Copies the ledger, as it stands at one moment, to a file that is not there yet; steps go on meanwhile.
    pub fn back_up(&self, to: &Path) -> Result<(), Error> {
        if to.exists() {
            return Err(Error::Taken(to.display().to_string()));
        }
        let aside = aside(to);
        // What an earlier backup that was killed has left is none.
        let _ = fs::remove_file(&aside);
        let mut copy = Connection::open(&aside)?;
        // Else every step that somebody takes meanwhile has the copy begin anew.
        let _moment = self.connection.unchecked_transaction()?;
        self.connection.query_row("SELECT count(*) FROM partners", [], |_| Ok(()))?;
        Backup::new(&self.connection, &mut copy)?.run_to_completion(BACKUP_PAGES, Duration::ZERO, None)?;
        drop(copy);
        let moved = File::open(&aside)
            .and_then(|file| file.sync_all())
            .and_then(|()| fs::rename(&aside, to))
            .and_then(|()| File::open(parent_of(to))?.sync_all());
        moved.map_err(|error| Error::Io { what: "cannot write", path: to.to_owned(), error })
    }
}

/// Returns where a file is written before it is shown at `place`.
fn aside(place: &Path) -> PathBuf {
    let mut name = place.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    place.with_file_name(name)
}

fn parent_of(place: &Path) -> &Path {
    place.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

impl Ledger for SqliteLedger {
    fn together(&mut self, steps: &mut dyn FnMut(&mut dyn Ledger) -> Result<(), Error>) -> Result<(), Error> {
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        let taken = steps(self).and_then(|()| Ok(self.connection.execute_batch("COMMIT")?));
        if taken.is_err() {
            // After some failures SQLite has done so by itself.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
        taken
    }

    fn add_partner(&mut self, partner: &Partner, act: &Act<'_>) -> Result<(), Error> {
        write::add_partner(&mut self.connection, partner, act)
    }

    fn partners(&self) -> Result<Vec<Partner>, Error> {
        read::partners(&self.connection)
    }

    fn receive(&mut self, submission: &Submission, act: &Act<'_>) -> Result<Reception, Error> {
        write::receive(&mut self.connection, submission, act)
    }

    fn open_rerun(&mut self, rerun: &NewRun<'_>, act: &Act<'_>) -> Result<Rerun, Error> {
        write::open_rerun(&mut self.connection, rerun, act)
    }

    fn try_again(&mut self, run: i64, stamp: &str, act: &Act<'_>) -> Result<Rerun, Error> {
        write::try_again(&mut self.connection, run, stamp, act)
    }

    fn reply_numbers(&self, run: i64) -> Result<Option<ReplyNumbers>, Error> {
        replies::of_run(&self.connection, run)
    }

    fn give_reply_numbers(&mut self, run: i64, numbers: u64, act: &Act<'_>) -> Result<(), Error> {
        write::give_reply_numbers(&mut self.connection, run, numbers, act)
    }

    fn by_hand(&self, run: i64) -> Result<Option<ByHand>, Error> {
        read::by_hand(&self.connection, run)
    }

    fn enter_ahead(
        &mut self,
        run: i64,
        claims: &mut dyn Iterator<Item = Result<Claim, Error>>,
        names: &mut dyn Iterator<Item = Result<ClaimName, Error>>,
    ) -> Result<(), Error> {
        ahead::enter(&mut self.connection, run, claims, names)
    }

    fn take_back(&mut self, run: i64) -> Result<(), Error> {
        ahead::take_back(&mut self.connection, run)
    }

    fn decide(
        &mut self,
        decision: &Decision,
        claims: &mut dyn Iterator<Item = Result<Claim, Error>>,
        names: &mut dyn Iterator<Item = Result<ClaimName, Error>>,
        act: &Act<'_>,
    ) -> Result<(), Error> {
        write::decide(&mut self.connection, decision, claims, names, act)
    }

    fn known_control_number(
        &self,
        run: i64,
        interchanges: &[Interchange],
    ) -> Result<Option<(usize, NumberOf)>, Error> {
        read::known_control_number(&self.connection, run, interchanges)
    }

    fn deliver(&mut self, run: i64, act: &Act<'_>) -> Result<(), Error> {
        write::deliver(&mut self.connection, run, act)
    }

    fn unfinished(&self, after: i64) -> Result<Vec<Run>, Error> {
        read::unfinished(&self.connection, after)
    }

    fn run(&self, number: i64) -> Result<Run, Error> {
        read::run(&self.connection, number)
    }

    fn runs_of(&self, submission: &str) -> Result<Vec<Run>, Error> {
        read::runs_of(&self.connection, submission)
    }

    fn submission(&self, id: &str) -> Result<Submission, Error> {
        read::submission(&self.connection, id)
    }

    fn same_bytes(&self, submission: &Submission) -> Result<Option<String>, Error> {
        read::same_bytes(&self.connection, submission)
    }

    fn submissions_like(&self, part: &str) -> Result<Vec<String>, Error> {
        read::submissions_like(&self.connection, part)
    }

    fn submissions(&self) -> Result<Vec<String>, Error> {
        read::submissions_like(&self.connection, "")
    }

    fn tallies(&self, run: i64) -> Result<Vec<Tally>, Error> {
        read::tallies(&self.connection, run)
    }

    fn interchanges(&self, run: i64) -> Result<Vec<Interchange>, Error> {
        read::interchanges(&self.connection, run)
    }

    fn claims(&self, run: i64) -> Result<Vec<Claim>, Error> {
        read::claims(&self.connection, run)
    }

    fn earlier_claims(&self, run: i64) -> Result<Vec<EarlierClaim>, Error> {
        again::earlier(&self.connection, run)
    }

    fn later_claims(&self, run: i64) -> Result<Vec<EarlierClaim>, Error> {
        again::later(&self.connection, run)
    }

    fn outputs(&self, run: i64) -> Result<Vec<Output>, Error> {
        read::outputs(&self.connection, run)
    }

    fn deliveries(&self, run: i64) -> Result<Vec<Delivery>, Error> {
        read::deliveries(&self.connection, run)
    }

    fn standings(&self) -> Result<Vec<Standing>, Error> {
        counts::standings(&self.connection)
    }

    fn submission_counts(&self) -> Result<Vec<SubmissionCount>, Error> {
        counts::submissions(&self.connection)
    }

    fn claim_counts(&self) -> Result<Vec<ClaimCount>, Error> {
        counts::claims(&self.connection)
    }

    fn earlier_claim_counts(&self) -> Result<Vec<ClaimCount>, Error> {
        counts::earlier_claims(&self.connection)
    }

    fn note(&mut self, note: Note, about: &str, act: &Act<'_>) -> Result<(), Error> {
        write::note(&mut self.connection, note, about, act)
    }

    fn notes(&self, note: Note, about: &str) -> Result<Vec<AuditEntry>, Error> {
        let entries = read::audit(&self.connection, Some(about))?;
        Ok(entries.into_iter().filter(|entry| entry.what == note.as_str()).collect())
    }

    fn next_numbers(&self) -> Result<NextNumbers, Error> {
        restore::next_numbers(&self.connection)
    }

    fn go_on_from_copy(
        &mut self,
        next: NextNumbers,
        given_up: &[Anchor],
        act: &Act<'_>,
    ) -> Result<(), Error> {
        restore::go_on(&mut self.connection, next, given_up, act)
    }

    fn restorations(&self) -> Result<Vec<Restoration>, Error> {
        restore::restorations(&self.connection)
    }

    fn last_step_at(&self) -> Result<Option<String>, Error> {
        read::last_step_at(&self.connection)
    }

    fn audit(&self, about: Option<&str>) -> Result<Vec<AuditEntry>, Error> {
        read::audit(&self.connection, about)
    }

    fn anchor(&self) -> Result<Option<Anchor>, Error> {
        read::anchor(&self.connection)
    }

    fn runs_that_owe(&self, folder: &str) -> Result<Vec<i64>, Error> {
        read::runs_that_owe(&self.connection, folder)
    }

    fn first_head(&self) -> Result<Option<Anchor>, Error> {
        read::first_head(&self.connection)
    }

    fn has_head(&self, anchor: &Anchor) -> Result<bool, Error> {
        read::has_head(&self.connection, anchor)
    }

    fn verify(&self, anchors: &[Anchor]) -> Result<Vec<Broken>, Error> {
        verify::verify(&self.connection, anchors)
    }
}

/// Turns a number of the ledger into one that counts.
fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

/// Turns a count into a number of the ledger.
fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
