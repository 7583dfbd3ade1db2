//! A station that is killed: at every call that makes a step last, and at random moments while files come in.
//!
//! After each kill another process serves until nothing is left to do; then every file has exactly one set of answers, and everything holds.
//! Answers are fetched as soon as they are there, so that one that is shown twice is seen twice.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

#[path = "station/mod.rs"]
mod station;

use station::{Rig, Running, batch, ended, files, is_torture, say, wait_until};

/// Calls that change what is on disk; those that only fill a file that nobody looks at yet are not told apart from others.
const CALLS: &str =
    "fsync,fdatasync,syncfs,rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,ftruncate,pwrite64";

/// Answers that were fetched and removed, and how often each was there.
type Fetched = BTreeMap<String, usize>;

/// Fetches what a partner and whoever takes accepted claims find, and removes it.
fn fetch(rig: &Rig, fetched: &mut Fetched) {
    let home = rig.home("pine").join("outbound");
    for folder in [home.join("ack"), home.join("report"), rig.root().join("onward/prod")] {
        for name in files(&folder).into_keys() {
            if fs::remove_file(folder.join(&name)).is_ok() {
                *fetched.entry(name).or_default() += 1;
            }
        }
    }
}

/// Asserts that each of `stems` has one set of answers, whatever its run is.
fn assert_answered_once(fetched: &Fetched, stems: &[String], what: &str) {
    let twice: Vec<_> = fetched.iter().filter(|(_, count)| 1 < **count).collect();
    assert!(twice.is_empty(), "{what}: shown twice: {twice:?}");
    for stem in stems {
        for ending in ["-999.edi", "-824.edi", "-BRR.html", "-BRR.csv", "-BRR.txt", "-MANIFEST.sha256"] {
            let is_one = |name: &&String| name.starts_with(&format!("{stem}-")) && name.ends_with(ending);
            assert_eq!(fetched.keys().filter(is_one).count(), 1, "{what}: {stem}{ending}: {fetched:?}");
        }
        let onward = format!("pine-{stem}-");
        assert_eq!(fetched.keys().filter(|name| name.starts_with(&onward)).count(), 1, "{what}: {stem}");
    }
}

/// Serves what is there under `strace`, which does `how` at calls of [`CALLS`] by the one hand that makes steps last.
///
/// Returns the names of the calls, and whether it went through all of them.
fn trace(rig: &Rig, how: &[String]) -> (Vec<String>, bool) {
    let log = rig.folder.path().join("trace");
    let serve = rig.serve(&["--once"]);
    let traced = Command::new("strace")
        .args(["-qq", "-e", &format!("trace={CALLS}"), "-o"])
        .arg(&log)
        .args(how)
        .arg(serve.get_program())
        .args(serve.get_args())
        .env("CLAIMGATE_STATION__WORKERS", "1")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    let log = fs::read_to_string(log).unwrap();
    let name = |line: &str| line.split_once('(').map(|(name, _)| name.to_owned());
    (log.lines().filter_map(name).collect(), traced.success())
}

fn has_strace() -> bool {
    let is_there = Command::new("strace")
        .args(["-qq", "-o", "/dev/null", "true"])
        .status()
        .is_ok_and(|status| status.success());
    if !is_there {
        say("SKIPPED: strace is not there, or may not trace");
    }
    is_there
}

/// A station into which one file was put that is judged, and one that is told in words.
fn prepared() -> Rig {
    let rig = Rig::default();
    rig.put("pine", "prod", "a.837", &batch(1));
    rig.put("pine", "prod", "b.txt", b"hello");
    rig
}

/// Serves once with `how` done at the `number`-th call of that name, then again without; returns whether the first time came to its end.
fn served_after(how: &str, call: &str, number: usize) -> bool {
    let rig = prepared();
    let what = format!("{how} at {call} {number}");
    let mut fetched = Fetched::new();
    let (_, ended) = trace(&rig, &["-e".to_owned(), format!("inject={call}:{how}:when={number}")]);
    fetch(&rig, &mut fetched);
    rig.serve_once();
    fetch(&rig, &mut fetched);
    rig.verify();
    assert_answered_once(&fetched, &["a".to_owned()], &what);
    let notices = fetched.keys().filter(|name| name.ends_with("NOTICE.txt")).count();
    assert_eq!(notices, 1, "{what}: {fetched:?}");
    for folder in ["stage/pine/prod", "blob", "outbox", "tries"] {
        let left = fs::read_dir(rig.root().join(folder)).map_or(0, Iterator::count);
        assert_eq!(left, 0, "{what}: {folder}");
    }
    ended
}

/// Does `how` at every call, or in the quick form at one of `quick`, on as many hands as there are processors.
///
/// Returns how often that was, and how often the station went on to its end all the same.
fn at_every_call(how: &str, quick: usize) -> (usize, u32) {
    let (calls, _) = trace(&prepared(), &[]);
    assert!(50 < calls.len(), "the calls were not found");
    let step = if is_torture() { 1 } else { quick };
    let mut numbers: BTreeMap<&String, usize> = BTreeMap::new();
    let mut points: Vec<(&String, usize)> = Vec::new();
    for call in &calls {
        // Calls of one name are counted apart from others.
        let number = numbers.entry(call).or_default();
        *number += 1;
        points.push((call, *number));
    }
    let count = points.len().div_ceil(step);
    let points = Mutex::new(points.into_iter().step_by(step));
    let ended = AtomicU32::new(0);
    let next = || points.lock().unwrap().next();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((call, number)) = next() {
                    ended.fetch_add(served_after(how, call, number).into(), Ordering::Relaxed);
                }
            });
        }
    });
    (count, ended.into_inner())
}

#[test]
fn a_kill_at_any_call_leaves_nothing_lost_and_nothing_twice() {
    if has_strace() {
        let (calls, ended) = at_every_call("signal=SIGKILL", 4);
        // How many calls there are depends on what the kernel hints at; the last ones may not come.
        assert!(ended < 10, "{ended} of {calls} were not killed");
        say(&format!("R2: killed at each of {calls} calls: 0 lost, 0 twice"));
    }
}

#[test]
fn an_error_of_any_call_leaves_nothing_lost_and_nothing_twice() {
    if has_strace() {
        for errno in ["ENOSPC", "EIO"] {
            let (calls, ended) = at_every_call(&format!("error={errno}"), 16);
            say(&format!("R4: {errno} at {calls} calls: 0 lost, 0 twice, gone on in {ended}"));
        }
    }
}

#[test]
fn a_station_goes_on_by_itself_after_errors_that_pass() {
    const FILES: u32 = 12;
    if !has_strace() {
        return;
    }
    let rig = Rig::default();
    let stems: Vec<String> = (1..=FILES).map(|number| format!("n{number:05}")).collect();
    for (number, stem) in (1..).zip(&stems) {
        rig.put("pine", "prod", &format!("{stem}.837"), &batch(number));
    }
    let serve = rig.serve(&[]);
    let mut traced = Command::new("strace");
    traced.args(["-qq", "-o", "/dev/null", "-e", "inject=renameat2,mkdirat:error=ENOSPC:when=3+5"]);
    traced.arg(serve.get_program()).args(serve.get_args()).stderr(Stdio::null());
    let serving = Running::begin(&mut traced);
    let mut fetched = Fetched::new();
    wait_until("everything is answered", || {
        fetch(&rig, &mut fetched);
        fetched.keys().filter(|name| name.ends_with("MANIFEST.sha256")).count() == stems.len()
    });
    // What is traced ends with whoever traces it, unless that is ended gently.
    let id = serving.0.id();
    let traced = fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap();
    let told = Command::new("kill").args(["-TERM", traced.trim()]).status();
    assert!(told.unwrap().success());
    assert_eq!(serving.end(), Some(0));
    fetch(&rig, &mut fetched);
    rig.verify();
    assert_answered_once(&fetched, &stems, "errors that pass");
}

#[test]
fn random_kills_under_load_leave_nothing_lost_and_nothing_twice() {
    let kills = if is_torture() { 200 } else { 20 };
    let rig = Rig::default();
    let mut fetched = Fetched::new();
    let mut random = fastrand::Rng::with_seed(6);
    let mut stems = Vec::new();
    for kill in 0..kills {
        let mut command = rig.serve(&[]);
        let serving = Running::begin(command.stderr(Stdio::null()));
        let until = std::time::Instant::now() + Duration::from_millis(random.u64(1..250));
        while std::time::Instant::now() < until {
            let number = u32::try_from(stems.len() + 1).unwrap();
            if stems.len() < 4 * (kill + 1) {
                let stem = format!("n{number:05}");
                rig.put("pine", "prod", &format!("{stem}.837"), &batch(number));
                stems.push(stem);
            }
            fetch(&rig, &mut fetched);
            std::thread::park_timeout(Duration::from_millis(random.u64(1..10)));
        }
        serving.kill();
        fetch(&rig, &mut fetched);
    }
    // What is answered last must be answered by the one that is asked to end.
    rig.put("pine", "prod", "last.837", &batch(u32::try_from(stems.len() + 1).unwrap()));
    stems.push("last".to_owned());
    let mut command = rig.serve(&[]);
    let serving = Running::begin(command.stderr(Stdio::null()));
    wait_until("everything is answered", || {
        fetch(&rig, &mut fetched);
        fetched.keys().filter(|name| name.ends_with("MANIFEST.sha256")).count() == stems.len()
    });
    serving.send("TERM");
    assert_eq!(serving.end(), Some(0));
    fetch(&rig, &mut fetched);
    let verified = ended(&rig.command(&["ledger", "verify"]).output().unwrap());
    assert_eq!(verified.0, Some(0), "{verified:?}");
    assert_answered_once(&fetched, &stems, "random kills");
    say(&format!("R1: {kills} kills over {} files: 0 lost, 0 twice", stems.len()));
}
