//! What is true of a ledger in a file.

use std::path::Path;

use rusqlite::types::Value;

use super::*;
use crate::testing::{ACT, claims, conformance, decision, partner, receive, submission};

fn filled(path: &Path) -> SqliteLedger {
    let mut ledger = SqliteLedger::open(path).unwrap();
    conformance(&mut ledger);
    ledger
}

#[test]
fn it_does_what_every_store_must() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let (trail, anchor) = {
        let ledger = filled(&path);
        (ledger.audit(None).unwrap(), ledger.anchor().unwrap())
    };
    let again = SqliteLedger::open_existing(&path).unwrap();
    assert_eq!((again.audit(None).unwrap(), again.anchor().unwrap()), (trail, anchor));
    assert!(SqliteLedger::open_existing(&folder.path().join("other.db")).is_err());
}

#[test]
fn it_survives_a_power_cut_or_does_not_begin() {
    let ledger = SqliteLedger::open(&tempfile::tempdir().unwrap().path().join("ledger.db")).unwrap();
    let ask = |name: &str| ledger.connection.pragma_query_value(None, name, |row| row.get::<_, Value>(0));
    assert_eq!(ask("journal_mode").unwrap(), Value::Text("wal".to_owned()));
    assert_eq!(ask("synchronous").unwrap(), Value::Integer(2));
    // A database in memory has no log that could be synced.
    assert!(matches!(SqliteLedger::open(Path::new(":memory:")), Err(Error::NotDurable)));
}

#[test]
fn tables_of_a_later_version_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    filled(&path).connection.pragma_update(None, "user_version", 99).unwrap();
    let error = SqliteLedger::open(&path).map(drop).unwrap_err();
    assert_eq!(error.to_string(), "the ledger has tables of version 99; this program knows them up to 11");
}

#[test]
fn tables_of_an_earlier_version_are_brought_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(schema::MIGRATIONS[0]).unwrap();
    connection.pragma_update(None, "user_version", 1).unwrap();
    drop(connection);
    filled(&path);
}

#[test]
fn what_an_earlier_version_did_not_count_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = filled(&folder.path().join("ledger.db"));
    let counts = || (ledger.standings().unwrap(), ledger.claim_counts().unwrap());
    let before = counts();
    let objects = "SELECT 'DROP ' || type || ' ' || name FROM sqlite_master
        WHERE (type = 'trigger' OR name LIKE '%_counts' OR name = 'last_received') AND sql IS NOT NULL
        ORDER BY type DESC";
    let drops: Vec<String> = read::all(&ledger.connection, objects, [], |row| row.get(0)).unwrap();
    assert_eq!(drops.len(), 9, "{drops:?}");
    ledger.connection.execute_batch(&drops.join(";")).unwrap();
    for version in [3, 10] {
        ledger.connection.execute_batch(schema::MIGRATIONS[version]).unwrap();
    }
    assert_eq!((counts(), ledger.verify(&[]).unwrap()), (before, vec![]));
}

#[test]
fn numbers_that_an_earlier_version_has_given_are_known() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let mut ledger = filled(&path);
    let back =
        "DROP TRIGGER uncount_earlier_claims; DROP TABLE renumbered_reruns; DROP TABLE given_up_anchors; DROP TABLE restorations; DROP INDEX onward_numbers; DROP INDEX reruns;
        UPDATE runs SET control_number = 7 WHERE control_number = 500000014;
        UPDATE next_control_number SET number = 11; PRAGMA user_version = 5";
    ledger.connection.execute_batch(back).unwrap();
    drop(ledger);
    ledger = SqliteLedger::open(&path).unwrap();
    let run = receive(&mut ledger, "later", "later");
    let of = |number| decision(run, number).judged.unwrap().interchanges;
    let known = |number| ledger.known_control_number(run, &of(number)).unwrap().is_some();
    assert_eq!(["000000007", "000000008", "000000009"].map(known), [true, true, false]);
    let next = "SELECT number FROM next_control_number";
    let next: i64 = ledger.connection.query_row(next, [], |row| row.get(0)).unwrap();
    assert_eq!(next, 500_000_000);
}

#[test]
fn two_processes_take_turns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    SqliteLedger::open(&path).unwrap().add_partner(&partner("pine", "TPID00000001"), &ACT).unwrap();
    let hands: Vec<_> = (0..4)
        .map(|hand| {
            let path = path.clone();
            std::thread::spawn(move || {
                let mut ledger = SqliteLedger::open(&path).unwrap();
                let ids = (0..25).map(|number| format!("{hand}-{number}"));
                ids.map(|id| ledger.receive(&submission(&id, "same"), &ACT).unwrap()).collect::<Vec<_>>()
            })
        })
        .collect();
    let received: Vec<Reception> = hands.into_iter().flat_map(|hand| hand.join().unwrap()).collect();
    let new = received.iter().filter(|one| matches!(one, Reception::New(_))).count();
    assert_eq!((received.len(), new), (100, 1), "of the same bytes one is judged");
    assert_eq!(SqliteLedger::open(&path).unwrap().verify(&[]).unwrap(), []);
}

#[test]
fn a_backup_is_the_ledger_at_one_moment() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = filled(&folder.path().join("ledger.db"));
    let copy = folder.path().join("copy.db");
    let anchor = ledger.anchor().unwrap().unwrap();
    ledger.back_up(&copy).unwrap();
    receive(&mut ledger, "later", "later");
    let copied = SqliteLedger::open_existing(&copy).unwrap();
    assert_eq!(copied.anchor().unwrap().unwrap(), anchor);
    assert_eq!(copied.verify(&[anchor]).unwrap(), []);
    assert!(matches!(ledger.back_up(&copy), Err(Error::Taken(_))));
}

#[test]
fn a_tail_that_was_cut_off_is_noticed_by_an_anchor() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = filled(&folder.path().join("ledger.db"));
    let copy = folder.path().join("copy.db");
    ledger.back_up(&copy).unwrap();
    let run = receive(&mut ledger, "later", "later");
    ledger.decide(&decision(run, "777"), &mut claims(), &mut std::iter::empty(), &ACT).unwrap();
    let anchor = ledger.anchor().unwrap().unwrap();
    // The older ledger is sound by itself.
    let older = SqliteLedger::open_existing(&copy).unwrap();
    assert_eq!(older.verify(&[]).unwrap(), []);
    let broken = older.verify(std::slice::from_ref(&anchor)).unwrap();
    assert_eq!(broken[0].place, format!("audit entry {}", anchor.number));
}

#[test]
fn a_copy_that_is_restored_gives_no_number_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = SqliteLedger::open(&folder.path().join("ledger.db")).unwrap();
    ledger.add_partner(&partner("pine", "TPID00000001"), &ACT).unwrap();
    let open = receive(&mut ledger, "one", "one");
    let copy = folder.path().join("copy.db");
    ledger.back_up(&copy).unwrap();
    let first = |ledger: &SqliteLedger, run| ledger.reply_numbers(run).unwrap().unwrap().first;
    let since = receive(&mut ledger, "since", "since");
    assert_eq!((first(&ledger, open), first(&ledger, since)), (1, 5));
    let anchor = ledger.anchor().unwrap().unwrap();
    let mut copy = SqliteLedger::open_existing(&copy).unwrap();
    let next = copy.next_numbers().unwrap().after(ledger.next_numbers().unwrap());
    copy.go_on_from_copy(next.skip(100), std::slice::from_ref(&anchor), &ACT).unwrap();
    let later = receive(&mut copy, "later", "later");
    assert_eq!(later, since + 101, "answers are named after runs");
    assert_eq!((first(&copy, open), first(&copy, later)), (109, 113));
    let missing = "DELETE FROM reply_numbers WHERE first = 1";
    assert_eq!(copy.verify(std::slice::from_ref(&anchor)).unwrap(), []);
    copy.connection.execute_batch(missing).unwrap();
    assert!(!copy.verify(&[anchor]).unwrap().is_empty());
}

/// Changes one thing at random, and returns what; nothing, where the table itself forbids it.
fn tamper(connection: &Connection, random: &mut fastrand::Rng) -> Option<String> {
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'next_control_number'";
    let tables: Vec<String> = read::all(connection, tables, [], |row| row.get(0)).unwrap();
    let table = &tables[random.usize(..tables.len())];
    let ids = format!("SELECT rowid FROM {table}");
    let ids: Vec<i64> = read::all(connection, &ids, [], |row| row.get(0)).unwrap();
    let id = ids[random.usize(..ids.len())];
    let columns = format!("SELECT name, type FROM pragma_table_info('{table}')");
    let columns: Vec<(String, String)> =
        read::all(connection, &columns, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let (column, kind) = &columns[random.usize(..columns.len())];
    let change = match (random.u8(..4), kind.as_str()) {
        (0, _) => format!("DELETE FROM {table} WHERE rowid = {id}"),
        (_, "INTEGER") => {
            format!("UPDATE {table} SET {column} = coalesce({column}, 0) + 1000 WHERE rowid = {id}")
        }
        (_, "BLOB") => format!("UPDATE {table} SET {column} = x'00' WHERE rowid = {id}"),
        _ => format!("UPDATE {table} SET {column} = coalesce({column}, '') || 'x' WHERE rowid = {id}"),
    };
    connection.execute_batch(&change).ok().map(|()| change)
}

#[test]
fn whatever_is_changed_behind_its_back_is_noticed() {
    const TAMPERINGS: usize = 1000;
    let folder = tempfile::tempdir().unwrap();
    let ledger = filled(&folder.path().join("ledger.db"));
    let anchor = ledger.anchor().unwrap().unwrap();
    let connection = &ledger.connection;
    connection.pragma_update(None, "foreign_keys", "OFF").unwrap();
    let mut random = fastrand::Rng::with_seed(6);
    let mut tampered = 0;
    while tampered < TAMPERINGS {
        connection.execute_batch("SAVEPOINT before").unwrap();
        if let Some(change) = tamper(connection, &mut random) {
            // A word that no version writes is an error of its own.
            let found = ledger.verify(std::slice::from_ref(&anchor));
            assert!(found.map_or(true, |broken| !broken.is_empty()), "{change}");
            tampered += 1;
        }
        connection.execute_batch("ROLLBACK TO before; RELEASE before").unwrap();
    }
    assert_eq!(ledger.verify(&[anchor]).unwrap(), []);
}
