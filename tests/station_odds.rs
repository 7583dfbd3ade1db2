//! What a station may meet at any time: clocks that jump, files that change while they are looked at, and somebody who makes backups.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

#[path = "station/mod.rs"]
mod station;

use station::{Rig, Running, batch, claimgate, ended, files, is_torture, large, say, wait_until};

fn is_answered(rig: &Rig, stem: &str) -> bool {
    let is_list = |name: &str| name.starts_with(&format!("{stem}-")) && name.ends_with("-MANIFEST.sha256");
    let folder = rig.home("pine").join("outbound/report");
    fs::read_dir(folder).unwrap().any(|entry| is_list(&entry.unwrap().file_name().to_string_lossy()))
}

/// The library that gives a process another clock.
fn false_clock() -> Option<PathBuf> {
    let libraries = fs::read_dir("/usr/lib").ok()?.flatten();
    let found =
        libraries.map(|entry| entry.path().join("faketime/libfaketime.so.1")).find(|path| path.exists());
    if found.is_none() {
        say("SKIPPED: there is no libfaketime");
    }
    found
}

#[test]
fn ages_are_counted_from_the_last_answer() {
    let Some(library) = false_clock() else { return };
    let rig = Rig::default();
    let config = rig.folder.path().join("claimgate.toml");
    fs::write(&config, "[retention]\nonward_days = 30\noutbound_days = 30\nruns_days = 30\n").unwrap();
    let held = fs::read(station::samples().join("quarter-not-loaded/in.837")).unwrap();
    rig.put("pine", "prod", "held.837", &held);
    let mut serve = rig.serve(&["--once"]);
    serve.env("LD_PRELOAD", library).env("FAKETIME", "-60d").env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    assert!(serve.stderr(Stdio::null()).status().unwrap().success());
    let id = rig.id_of("held.837");
    let release = ["held", "release", &id, "--claim", "QNL-4", "--apply", "--reason", "invoice seen"];
    assert_eq!(rig.run(&release).0, Some(0));
    rig.serve_once();
    let removed = rig.run(&["--config", &config.display().to_string(), "retention", "--apply"]).1;
    assert_eq!(removed, "0 files removed\n", "what was released now is no day old");
    rig.verify();
}

#[test]
fn a_clock_that_jumps_changes_no_order_and_loses_nothing() {
    let Some(library) = false_clock() else { return };
    let rounds = if is_torture() { 20 } else { 1 };
    let rig = Rig::default();
    let clock = rig.folder.path().join("clock");
    let set = |offset: &str| {
        let aside = clock.with_extension("new");
        fs::write(&aside, offset).unwrap();
        fs::rename(aside, &clock).unwrap();
    };
    set("+0");
    let mut serve = rig.serve(&[]);
    serve.env("LD_PRELOAD", library).env("FAKETIME_TIMESTAMP_FILE", &clock).env("FAKETIME_NO_CACHE", "1");
    // Clocks that only ever go on do so here too.
    serve.env("FAKETIME_DONT_FAKE_MONOTONIC", "1").env("DONT_FAKE_MONOTONIC", "1");
    let serving = Running::begin(serve.stderr(Stdio::null()));
    let mut stems = Vec::new();
    // A year, an hour, the night on which a clock is put back, and the day that not every year has.
    for offset in
        ["-365d", "+365d", "-1h", "-2h", "-3h", "@2026-11-01 05:59:58", "@2028-02-29 23:59:59", "+0"]
            .repeat(rounds)
    {
        set(offset);
        let number = u32::try_from(stems.len() + 1).unwrap();
        stems.push(format!("n{number:04}"));
        rig.put("pine", "prod", &format!("n{number:04}.837"), &batch(number));
        wait_until("it is answered", || is_answered(&rig, &stems[stems.len() - 1]));
    }
    serving.send("TERM");
    assert_eq!(serving.end(), Some(0));
    assert!(rig.run(&["submission", "list"]).1.contains(" 2028-02-29T"), "the clock was none of ours");
    let lists = rig.answers("pine").into_keys().filter(|name| name.ends_with("sha256")).collect::<Vec<_>>();
    let expected: Vec<String> =
        stems.iter().zip(1..).map(|(stem, run)| format!("{stem}-{run}-MANIFEST.sha256")).collect();
    assert_eq!(lists, expected, "runs are numbered as files came");
    let replies: BTreeSet<Vec<u8>> = rig
        .answers("pine")
        .into_iter()
        .filter(|(name, _)| name.ends_with("999.edi"))
        .map(|(_, bytes)| bytes[90..99].to_vec())
        .collect();
    assert_eq!(replies.len(), stems.len(), "no reply has the control number of another");
    rig.verify();
    say(&format!(
        "R17: {} jumps of the clock: 0 lost, 0 twice, every run behind the one before",
        stems.len()
    ));
}

#[test]
fn a_file_that_changes_while_it_is_taken_is_taken_whole() {
    let races: u32 = if is_torture() { 1000 } else { 60 };
    let rig = Rig::default();
    let log = rig.folder.path().join("log");
    let serving = Running::begin(rig.serve(&[]).stderr(File::create(&log).unwrap()));
    let mut random = fastrand::Rng::with_seed(18);
    let inbound = rig.home("pine").join("inbound/prod");
    let mut offered = BTreeSet::new();
    for race in 1..=races {
        let place = inbound.join(format!("r{race:04}.837"));
        let (one, other) = (batch(2 * race), batch(2 * race + 1));
        offered.insert(one.clone());
        offered.insert([one.clone(), other.clone()].concat());
        fs::write(&place, &one).unwrap();
        // The station may have taken it by now; whoever comes later finds nothing, or makes a new file.
        let open = OpenOptions::new().append(true).open(&place);
        match (random.u8(0..4), open) {
            (0, Ok(mut file)) => file.write_all(&other).unwrap(),
            (1, Ok(file)) => {
                file.set_len(random.u64(0..one.len() as u64)).unwrap();
                drop(file);
                let _ = OpenOptions::new().write(true).open(&place).and_then(|mut file| file.write_all(&one));
            }
            (2, Ok(file)) => {
                let _ = fs::rename(&place, inbound.join(format!("moved{race:04}.837")));
                drop(file);
            }
            (3, _) => {
                let _ = fs::remove_file(&place);
            }
            _ => {}
        }
    }
    rig.put("pine", "prod", "zlast.837", &batch(999_999));
    offered.insert(batch(999_999));
    wait_until("the last is answered", || is_answered(&rig, "zlast"));
    serving.send("TERM");
    assert_eq!(serving.end(), Some(0));
    let log = fs::read_to_string(log).unwrap();
    assert!(!log.contains("judging failed"), "{log}");
    let archived = files(&rig.root().join("archive"));
    for (id, bytes) in &archived {
        assert!(offered.contains(bytes), "{id}: bytes that were never offered");
    }
    rig.verify();
    say(&format!("R18: {races} races, {} files taken: 0 with mixed bytes, 0 signals", archived.len()));
}

/// Tells another thread that it is over, also where this one has failed.
struct Over<'o>(&'o AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Puts files down until it is told to end; returns how many.
fn put_on(rig: &Rig, is_over: &AtomicBool) -> u32 {
    let mut number = 0;
    while !is_over.load(Ordering::Relaxed) {
        number += 1;
        rig.put("pine", "prod", &format!("n{number:05}.837"), &batch(number));
        wait_until("it is answered", || is_answered(rig, &format!("n{number:05}")));
    }
    number
}

/// Whether the ledger at `copy` holds by itself: in a station without files, it misses them and nothing else.
fn holds(copy: &Path) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("station");
    for part in ["runs", "outbox", "archive", "quarantine"] {
        fs::create_dir_all(root.join(part)).unwrap();
    }
    fs::copy(copy, root.join("ledger.db")).unwrap();
    let verified = ended(&claimgate(["ledger", "verify", "--station"]).arg(&root).output().unwrap());
    let is_missing = |line: &str| line.contains("its bytes are gone") || line.contains("it cannot be read");
    let told = verified.2.lines().filter(|line| line.contains("submission ") || line.contains("run "));
    let (missing, others): (Vec<&str>, Vec<&str>) = told.partition(|line| is_missing(line));
    !missing.is_empty() && others.is_empty()
}

#[test]
fn backups_are_made_while_files_come_in_and_one_brings_everything_back() {
    let backups = if is_torture() { 50 } else { 5 };
    let rig = Rig::default();
    let serving = Running::begin(rig.serve(&[]).stderr(Stdio::null()));
    let is_over = AtomicBool::new(false);
    let copy = |number: usize| rig.folder.path().join(format!("copy{number}.db"));
    let put = std::thread::scope(|scope| {
        let putting = scope.spawn(|| put_on(&rig, &is_over));
        let over = Over(&is_over);
        for number in 1..=backups {
            wait_until("something has come", || is_answered(&rig, &format!("n{number:05}")));
            let made = rig.run(&["ledger", "backup", &copy(number).display().to_string()]);
            assert_eq!(made.0, Some(0), "{made:?}");
            assert!(holds(&copy(number)), "backup {number} does not hold");
        }
        drop(over);
        putting.join().unwrap()
    });
    serving.send("TERM");
    assert_eq!(serving.end(), Some(0));
    // The last one is made of all; then the ledger is lost.
    let last = copy(backups + 1).display().to_string();
    assert_eq!(rig.run(&["ledger", "backup", &last]).0, Some(0));
    let standings = rig.standings();
    for ending in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(rig.root().join(format!("ledger.db{ending}")));
    }
    let since = Instant::now();
    let restored = rig.run(&["ledger", "restore", &last, "--reason", "the ledger is gone"]);
    assert_eq!(restored.0, Some(0), "{restored:?}");
    let seconds = since.elapsed().as_secs_f64();
    assert_eq!(rig.standings(), standings);
    rig.put("pine", "prod", "after.837", &batch(999_999));
    rig.serve_once();
    assert!(is_answered(&rig, "after"));
    rig.verify();
    say(&format!(
        "R15: {backups} backups while {put} files came in: each holds; restored in {seconds:.1} s, and everything holds"
    ));
}

#[test]
fn a_large_file_to_which_nobody_writes_is_kept_as_it_is_and_any_other_copied() {
    let rig = Rig::default();
    let put = |name: &str, number: u32| {
        let bytes = large(number, 3_500);
        assert!(4 << 20 < bytes.len());
        rig.put("pine", "prod", name, &bytes);
        let file = File::open(rig.home("pine").join("inbound/prod").join(name)).unwrap();
        (file.metadata().unwrap().ino(), bytes, file)
    };
    let still = put("still.837", 1);
    let locked = put("locked.837", 2);
    locked.2.lock().unwrap();
    rig.serve_once();
    let kept = |name: &str| {
        let path = rig.root().join("archive").join(rig.id_of(name));
        let metadata = fs::metadata(&path).unwrap();
        assert_eq!((metadata.nlink(), metadata.mode() & 0o777), (1, 0o600), "{name}");
        (metadata.ino(), fs::read(path).unwrap())
    };
    let (inode, bytes) = kept("locked.837");
    assert!(inode != locked.0 && bytes == locked.1, "one that somebody holds is copied");
    let (inode, bytes) = kept("still.837");
    assert!(bytes == still.1);
    if inode != still.0 {
        say("SKIPPED: the file system grants no lease, so that a large file is always copied");
    }
    rig.verify();
}

#[test]
fn a_station_that_ended_while_it_kept_a_file_as_it_is_begins_anew_with_it() {
    const ID: &str = "01M82EADC41Q2XRGP73Y8GY9YY";
    let rig = Rig::default();
    // The first moment after the file got its second name.
    let folder = rig.root().join("stage/pine/prod").join(ID);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("a.837"), batch(1)).unwrap();
    fs::hard_link(folder.join("a.837"), rig.root().join("blob").join(ID)).unwrap();
    rig.serve_once();
    assert!(is_answered(&rig, "a"));
    assert_eq!(files(&rig.root().join("archive")).values().collect::<Vec<_>>(), [&batch(1)]);
    assert_eq!(fs::read_dir(folder.parent().unwrap()).unwrap().count(), 0);
    rig.verify();
}
