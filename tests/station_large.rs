//! A file of so many claims that they are entered part by part, so that other files need not wait for it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

#[path = "station/mod.rs"]
mod station;

use station::{Rig, Running, batch, can_trace, is_torture, large, say, wait_until};

/// Transaction sets of two claims each, one of which is rejected: both kinds are more than what is entered at once.
const SETS: usize = 20_010;

/// A file no two of whose claims have the same CLM01.
fn file(number: u32) -> Vec<u8> {
    let text = String::from_utf8(large(number, SETS)).unwrap();
    let mut sets = text.split("ST*837*");
    let mut numbered = sets.next().unwrap().to_owned();
    for (number, set) in sets.enumerate() {
        let set = set.replace("CLM*OOT-1*", &format!("CLM*P{number}*"));
        numbered.push_str("ST*837*");
        numbered.push_str(&set.replace("CLM*OOT-2*", &format!("CLM*R{number}*")));
    }
    numbered.into_bytes()
}

/// A file of one claim that the large one has too and that is accepted, and one that is rejected.
fn again(number: usize, accepted: usize, rejected: usize) -> Vec<u8> {
    let text = String::from_utf8(batch(u32::try_from(number).unwrap())).unwrap();
    let text = text.replace("CLM*OOT-1*", &format!("CLM*P{accepted}*"));
    text.replace("CLM*OOT-2*", &format!("CLM*R{rejected}*")).into_bytes()
}

/// A station that has received a large file.
fn prepared() -> Rig {
    let rig = Rig::default();
    rig.put("pine", "prod", "large.837", &file(1));
    rig
}

/// The counts that `status` has of pine; the last one is of claims that came before and were accepted.
fn counts(rig: &Rig) -> Vec<usize> {
    let told = rig.run(&["status"]).1;
    let line = told.lines().find_map(|line| line.strip_prefix("pine ")).unwrap();
    line.split_whitespace().map_while(|word| word.parse().ok()).collect()
}

#[test]
fn claims_that_were_entered_part_by_part_are_known_again() {
    let rig = prepared();
    rig.serve_once();
    rig.verify();
    assert_eq!(counts(&rig).last(), Some(&0));
    let first = rig.id_of("large.837");
    // One claim that was accepted and one that was not, and then all, under other control numbers.
    rig.put("pine", "prod", "again.837", &again(2, 7, SETS - 1));
    rig.put("pine", "prod", "large-again.837", &file(70_000));
    rig.serve_once();
    rig.verify();
    assert_eq!(counts(&rig).last(), Some(&(1 + SETS)));
    let shown = rig.run(&["submission", "show", &rig.id_of("again.837")]).1;
    for told in ["1 claim came before in", "1 claim may replace claims of"] {
        assert!(shown.contains(&format!("{told} {first}, run 1")), "{shown}");
    }
}

#[test]
fn claims_that_come_while_they_are_entered_are_told_once() {
    let rig = prepared();
    let serving = Running::begin(rig.serve(&[]).stderr(Stdio::null()));
    let is_done =
        || rig.answers("pine").keys().any(|name| name.starts_with("large-") && name.ends_with("sha256"));
    let mut sent = 0;
    while !is_done() {
        rig.put("pine", "prod", &format!("n{sent:03}.837"), &again(sent + 2, sent, sent));
        sent += 1;
        std::thread::park_timeout(Duration::from_millis(5));
    }
    wait_until("everything is answered", || {
        rig.answers("pine").keys().filter(|name| name.ends_with("sha256")).count() == sent + 1
    });
    serving.send("TERM");
    assert_eq!(serving.end(), Some(0));
    rig.verify();
    assert_eq!(counts(&rig).last(), Some(&sent), "each accepted claim came twice, whichever was first");
    say(&format!("{sent} files of the same claims came beside a large one"));
}

/// Serves under `strace`, which ends the station at the `number`-th wait for the disk, if it is not 0; returns how many waits there were.
fn waits_until(rig: &Rig, number: usize) -> usize {
    let log = rig.folder.path().join("trace");
    let serve = rig.serve(&["--once"]);
    let mut traced = Command::new("strace");
    traced.args(["-qq", "-e", "trace=fsync,fdatasync", "-o"]).arg(&log);
    if 0 < number {
        traced.args(["-e", &format!("inject=fsync,fdatasync:signal=SIGKILL:when={number}")]);
    }
    traced.arg(serve.get_program()).args(serve.get_args());
    let status = traced.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.success(), number == 0);
    fs::read_to_string(log).unwrap().lines().filter(|line| line.contains("sync(")).count()
}

#[test]
fn a_kill_between_two_parts_leaves_nothing_lost_and_nothing_twice() {
    if !can_trace() {
        return say("SKIPPED: strace is not there, or may not trace");
    }
    let whole = prepared();
    let waits = waits_until(&whole, 0);
    let (expected, answers) = (counts(&whole), whole.answers("pine").len());
    let step = if is_torture() { 1 } else { 8 };
    let points = (1..=waits).step_by(step);
    let count = points.clone().count();
    for point in points {
        let rig = prepared();
        waits_until(&rig, point);
        let killed = rig.run(&["ledger", "verify"]);
        assert_eq!(killed.0, Some(0), "killed at wait {point}: {killed:?}");
        rig.serve_once();
        rig.verify();
        assert_eq!((counts(&rig), rig.answers("pine").len()), (expected.clone(), answers), "wait {point}");
    }
    say(&format!("R2: a large file, killed at {count} of {waits} waits for the disk: 0 lost, 0 twice"));
}
