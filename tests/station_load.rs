//! More than a station has been made for: thousands of files at once, the same ones again, and answers that must not depend on any of it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[path = "station/mod.rs"]
mod station;

use station::{Rig, Running, batch, claimgate, ended, files, is_torture, say, wait_until};

/// Files that the station and each of its workers may have open; fewer than are put down at once.
const OPEN_FILES_MAX: usize = 128;

/// The command that serves, which may have few files open.
fn serve_with_few_handles(rig: &Rig) -> Command {
    let serve = rig.serve(&[]);
    let mut command = Command::new("bash");
    command.arg("-c").arg(format!("ulimit -n {OPEN_FILES_MAX}; exec \"$0\" \"$@\""));
    command.arg(serve.get_program()).args(serve.get_args());
    command.stdout(Stdio::null()).stderr(fs::File::create(rig.folder.path().join("log")).unwrap());
    command
}

/// How many files of a partner are answered.
fn answered(rig: &Rig) -> usize {
    let names = fs::read_dir(rig.home("pine").join("outbound/report")).unwrap();
    names.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().ends_with("sha256")).count()
}

/// Waits until `count` files are answered; as long as answers come, more are waited for.
fn wait_for_answers(rig: &Rig, count: usize) {
    let mut there = answered(rig);
    while there < count {
        let before = there;
        let mut looked = Instant::now();
        wait_until("more is answered", || {
            if looked.elapsed() < Duration::from_millis(100) {
                return false;
            }
            looked = Instant::now();
            there = answered(rig);
            before < there
        });
    }
}

fn end(rig: &Rig, serving: Running, all: usize) {
    serving.send("TERM");
    assert_eq!(serving.end(), Some(0));
    let judged = rig.standings().iter().filter(|line| line.starts_with("delivered judged")).count();
    assert_eq!((judged, answered(rig)), (all, all), "each is judged once and answered once");
    rig.verify();
}

#[test]
fn thousands_of_tiny_files_are_all_answered() {
    let all: u32 = if is_torture() { 10_000 } else { 200 };
    let rig = Rig::default();
    let serving = Running::begin(&mut serve_with_few_handles(&rig));
    let began = Instant::now();
    for number in 0..all {
        rig.put("pine", "prod", &format!("n{number:05}.837"), &batch(number + 1));
    }
    let count = usize::try_from(all).unwrap();
    wait_for_answers(&rig, count);
    let a_second = f64::from(all) / began.elapsed().as_secs_f64();
    end(&rig, serving, count);
    say(&format!("R10: {all} tiny files with {OPEN_FILES_MAX} handles: 0 missed, {a_second:.0} a second"));
}

#[test]
fn a_burst_that_the_kernel_forgets_to_tell_of_is_seen() {
    let queue = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap();
    let queue: usize = queue.trim().parse().unwrap();
    // Each file is two events: it is made, and it gets its name.
    let all = if is_torture() { queue.min(20_000) * 5 / 8 } else { 200 };
    let rig = Rig::default();
    let serving = Running::begin(&mut serve_with_few_handles(&rig));
    rig.put("pine", "prod", "first.837", &batch(999_999));
    wait_for_answers(&rig, 1);
    serving.send("STOP");
    for number in 0..all {
        rig.put("pine", "prod", &format!("n{number:05}.837"), &batch(u32::try_from(number).unwrap() + 1));
    }
    serving.send("CONT");
    let began = Instant::now();
    wait_until("the first of them is answered", || 1 < answered(&rig));
    let first = began.elapsed().as_secs_f64();
    wait_for_answers(&rig, all + 1);
    end(&rig, serving, all + 1);
    let events = 3 * all;
    say(&format!(
        "R10: a burst of {all} files, {events} events for a queue of {queue}: 0 missed, the first answered after {first:.1} s"
    ));
}

#[test]
fn of_one_control_number_the_first_is_judged() {
    let pairs: u32 = if is_torture() { 200 } else { 20 };
    let rig = Rig::default();
    let serving = Running::begin(rig.serve(&[]).stderr(Stdio::null()));
    std::thread::scope(|scope| {
        for side in ["a", "b"] {
            let rig = &rig;
            scope.spawn(move || {
                for number in 1..=pairs {
                    let text = String::from_utf8(batch(number)).unwrap();
                    rig.put(
                        "pine",
                        "prod",
                        &format!("{side}{number}.837"),
                        text.replace("FENWICK", side).as_bytes(),
                    );
                }
            });
        }
    });
    wait_for_answers(&rig, 2 * pairs as usize);
    serving.send("TERM");
    assert_eq!(serving.end(), Some(0));
    let standings = rig.standings();
    let of = |number: u32, what: &str| {
        let is_one =
            |line: &&String| ["a", "b"].iter().any(|side| line.ends_with(&format!(" {side}{number}.837")));
        standings.iter().filter(is_one).filter(|line| line.contains(what)).count()
    };
    for number in 1..=pairs {
        assert_eq!((of(number, "delivered"), of(number, "judged")), (2, 1), "{number}: {standings:?}");
    }
    let told = rig.answers("pine");
    let told = told.iter().filter(|(name, bytes)| {
        name.ends_with("TA1.edi") && String::from_utf8_lossy(bytes).contains("*R*025~")
    });
    assert_eq!(told.count(), pairs as usize);
    rig.verify();
    say(&format!(
        "R7: {pairs} pairs of one control number: {pairs} judged, {pairs} turned away with TA1 025"
    ));
}

/// The name that a run was judged under, and the moment that it carries.
fn name_and_stamp(outputs: &Path) -> (String, String) {
    let summary = fs::read(outputs.join("summary.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_slice(&summary).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    (text(&summary["inputs"][0]), text(&summary["stamp"]))
}

/// What the control numbers of the answers of a run count up from: a 999 has the second.
fn reply_number(outputs: &Path) -> String {
    let ack = fs::read_to_string(outputs.join("999.edi")).unwrap();
    let number: u64 = ack.split('*').nth(13).unwrap().parse().unwrap();
    (number - 1).to_string()
}

/// Judges what a run has judged by the command line, and returns how many outputs have the same bytes; all must.
fn compared(rig: &Rig, outputs: &Path, threads: &str) -> usize {
    let (name, stamp) = name_and_stamp(outputs);
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join(&name), folder.path().join("out"));
    fs::copy(rig.root().join("archive").join(rig.id_of(&name)), &input).unwrap();
    let mut process = claimgate(["process", "--threads", threads, "--now", &stamp, "--crosswalk"]);
    process.arg(station::lists()).args(["--reply-number", &reply_number(outputs)]);
    let processed = ended(&process.arg("--out").arg(&out).arg(&input).output().unwrap());
    assert_eq!(processed.0, Some(0), "{processed:?}");
    let written = files(&out.join(input.file_stem().unwrap()));
    for (output, bytes) in &written {
        // It says how long the run took.
        let is_same = output == "summary.json" || fs::read(outputs.join(output)).unwrap() == *bytes;
        assert!(is_same, "{name}, {output}: other bytes");
    }
    written.len() - 1
}

#[test]
fn answers_are_the_same_bytes_after_a_kill_and_by_any_number_of_threads() {
    let all: usize = if is_torture() { 300 } else { 12 };
    let rig = Rig::default();
    let mut random = fastrand::Rng::with_seed(14);
    for number in 0..all {
        let bytes = station::large(u32::try_from(number).unwrap() + 1, random.usize(1..40));
        rig.put("pine", "prod", &format!("n{number:03}.837"), &bytes);
    }
    let mut kills = 0;
    while answered(&rig) < all {
        let before = answered(&rig);
        let serving = Running::begin(rig.serve(&[]).stderr(Stdio::null()));
        let more = before + random.usize(1..=all / 6);
        wait_until("some are answered", || more.min(all) <= answered(&rig));
        serving.kill();
        kills += 1;
    }
    rig.serve_once();
    rig.verify();
    let mut same = 0;
    for run in fs::read_dir(rig.root().join("runs")).unwrap() {
        let run = run.unwrap();
        // What a killed worker has left half built is hidden, and goes when the station is next served.
        if run.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let outputs = run.path();
        same += ["1", "16"].map(|threads| compared(&rig, &outputs, threads)).into_iter().sum::<usize>();
    }
    say(&format!("R14: {all} files, {kills} kills, 1 and 16 threads: {same} outputs with the same bytes"));
}
