//! Files that the process which judges them does not survive.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

#[path = "station/mod.rs"]
mod station;

use station::{Rig, Running, batch, files, user, wait_until};

/// Claims that make a file of several megabytes: it is judged long enough for something to happen to whoever does.
const CLAIMS: u32 = 20_000;

/// How many good files come with it.
fn others() -> u32 {
    if station::is_torture() { 999 } else { 20 }
}

/// Returns the process that has the file at `path` open, other than this one.
fn who_has(path: &Path) -> Option<u32> {
    let processes = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().to_string_lossy().parse::<u32>().ok());
    processes.into_iter().find(|id| {
        let open = fs::read_dir(format!("/proc/{id}/fd")).into_iter().flatten().flatten();
        open.into_iter().any(|file| fs::read_link(file.path()).is_ok_and(|target| target == path))
    })
}

/// Serves a file that ends badly each time it is tried, among good ones; `harm` is what befalls whoever judges it.
fn is_put_aside(harm: &str) {
    let rig = Rig::default();
    let lists = generator::lists(1, 200, 100, 1);
    let plan = generator::Plan { claims: CLAIMS, ..generator::Plan::default() };
    let mut poison = Vec::new();
    generator::write_batch(&plan, &lists, &mut poison).unwrap();
    rig.add("spruce", String::from_utf8_lossy(&poison[35..50]).trim());
    let mut command = rig.serve(&[]);
    let mut serving =
        Running::begin(command.stderr(Stdio::null()).env("CLAIMGATE_STATION__DEADLINE_SECONDS", "1"));
    rig.put("spruce", "prod", "poison.837", &poison);
    wait_until("it is received", || rig.standings().len() == 1);
    let blob = rig.root().join("blob").join(rig.id_of("poison.837"));
    let others = others();
    for number in 1..=others {
        rig.put("pine", "prod", &format!("good{number}.837"), &batch(number));
    }
    for tries in 1..=3 {
        wait_until("it is tried", || {
            fs::metadata(rig.root().join("tries/1")).is_ok_and(|file| file.len() == tries)
        });
        let mut worker = None;
        wait_until("somebody judges it", || {
            worker = who_has(&blob);
            worker.is_some()
        });
        let harmed = Command::new("kill").args([format!("-{harm}"), worker.unwrap().to_string()]).status();
        assert!(harmed.unwrap().success());
    }
    wait_until("it is put aside", || rig.answers("spruce").keys().any(|name| name.ends_with("NOTICE.txt")));
    assert!(rig.answer("spruce", "NOTICE.txt").contains("Judging it failed 3 times."));
    let answered = || rig.answers("pine").keys().filter(|name| name.ends_with("MANIFEST.sha256")).count();
    wait_until("the others are answered", || answered() == others as usize);
    assert!(serving.0.try_wait().unwrap().is_none(), "the station is up");
    serving.send("TERM");
    assert_eq!(serving.end(), Some(0));
    assert_eq!(files(&rig.root().join("quarantine")).into_values().collect::<Vec<_>>(), [poison]);
    assert_eq!(fs::read_dir(rig.root().join("tries")).unwrap().count(), 0);
    rig.verify();
    let _ = writeln!(
        std::io::stderr(),
        "R12: SIG{harm} at 3 tries: put aside, {others} of {others} others answered"
    );
}

#[test]
fn what_was_put_aside_is_tried_again() {
    let rig = Rig::default();
    let file = rig.folder.path().join("a.837");
    fs::write(&file, batch(1)).unwrap();
    let submit = ["submit", &file.display().to_string(), "--partner", "pine", "--name", "a.837"];
    assert_eq!(rig.run(&submit).0, Some(0));
    // As often as is tried.
    fs::write(rig.root().join("tries/1"), "...").unwrap();
    rig.serve_once();
    assert_eq!(rig.standings(), ["delivered quarantined a.837"]);
    let rerun = |more: &[&str]| rig.run(&[&["rerun", "--quarantined"], more].concat()).1;
    assert!(
        rerun(&[]).contains("run 1      put aside  1486 bytes  pine  a.837\n1 file would be tried again")
    );
    assert_eq!(rerun(&["--partner", "oak"]), "", "there is none of that name");
    let apply = ["--apply", "--reason", "a new version judges it"];
    assert!(rerun(&apply).ends_with("  as run 2\n1 file handed to the station, to be tried again.\n"));
    assert_eq!(rerun(&apply), "No file is put aside.\n", "twice does nothing the second time");
    rig.serve_once();
    assert_eq!(rig.standings(), ["delivered judged a.837"]);
    let answers: Vec<String> =
        rig.answers("pine").into_keys().filter(|name| name.starts_with("a-2-")).collect();
    assert!(answers.contains(&"a-2-999.edi".to_owned()), "it is acknowledged: {answers:?}");
    assert_eq!(
        (files(&rig.root().join("archive")).len(), files(&rig.root().join("quarantine")).len()),
        (1, 0)
    );
    let status: serde_json::Value = serde_json::from_str(&rig.run(&["status", "--json"]).1).unwrap();
    let pine = &status["partners"][0];
    assert_eq!((pine["quarantined"].as_u64(), pine["judged"].as_u64()), (Some(0), Some(1)));
    let shown = rig.run(&["submission", "show", &rig.id_of("a.837")]).1;
    assert!(shown.contains(&format!("tried again    by {}: a new version judges it", user())), "{shown}");
    assert_eq!(rig.run(&submit).0, Some(6), "the same bytes came before");
    rig.verify();
    // One that fails again is put aside again, and can be tried once more.
    fs::write(&file, batch(2)).unwrap();
    assert_eq!(rig.run(&submit).0, Some(0));
    let fail = |run: u32| {
        fs::write(rig.root().join(format!("tries/{run}")), "...").unwrap();
        rig.serve_once();
    };
    fail(4);
    assert!(rerun(&apply).contains("  as run 5\n"));
    fail(5);
    assert!(rerun(&apply).contains("  as run 6\n"));
    // What its partner has sent again in the meantime is not judged twice.
    fail(6);
    assert_eq!(rig.run(&submit).0, Some(0));
    rig.serve_once();
    let listed = rerun(&apply);
    assert!(listed.contains("  left: the same bytes came in "), "{listed}");
    assert!(listed.ends_with("0 files handed to the station, to be tried again.\n"), "{listed}");
    assert_eq!(files(&rig.root().join("quarantine")).len(), 1);
    rig.verify();
}

#[test]
fn claims_that_cannot_be_judged_again_are_what_they_were() {
    let rig = Rig::default();
    let (id, answered) = (rig.put_held(), rig.answers("pine"));
    let reject = ["held", "reject", &id, "--apply", "--reason", "withdrawn"];
    for run in [2, 3] {
        assert!(rig.run(&reject).1.contains(&format!("  as run {run}\n")));
        assert_eq!(rig.run(&["held", "list"]).1, "", "it is to be judged");
        // As often as is tried.
        fs::write(rig.root().join(format!("tries/{run}")), "...").unwrap();
        rig.serve_once();
        assert_eq!(rig.standings(), ["delivered quarantined held.837"]);
        assert_eq!(rig.run(&["held", "list", &id]).1.lines().count(), 3, "they are held");
        assert_eq!(rig.answers("pine"), answered, "their partner knows as much");
        rig.verify();
    }
    let shown = rig.run(&["report", &id, "--run", "2"]);
    let words =
        "error: run 2 has no report: judging it failed\nhint: its claims are what they were before it\n";
    assert_eq!((shown.0, shown.2.as_str()), (Some(2), words));
    assert!(rig.run(&reject).1.contains("  as run 4\n"));
    rig.serve_once();
    assert!(rig.answers("pine").contains_key("held-4-BRR.txt"));
    assert_eq!(rig.run(&["held", "list"]).1, "");
    rig.verify();
}

#[test]
fn a_file_that_ends_its_process_is_put_aside() {
    is_put_aside("KILL");
}

#[test]
fn a_file_that_makes_its_process_abort_is_put_aside() {
    // A broken assertion of a library or a stack without end, and an instruction that no processor has. A SIGSEGV from
    // outside is no fault: the handler that looks for the end of the stack lets the first one pass.
    if station::is_torture() {
        is_put_aside("ABRT");
        is_put_aside("ILL");
    }
}

#[test]
fn a_file_that_never_ends_is_put_aside() {
    // Its deadline is waited for three times.
    if station::is_torture() {
        is_put_aside("STOP");
    }
}

#[test]
fn a_station_that_is_ended_does_not_blame_the_file() {
    let rig = Rig::default();
    let lists = generator::lists(1, 200, 100, 1);
    let plan = generator::Plan { claims: CLAIMS, ..generator::Plan::default() };
    let mut large = Vec::new();
    generator::write_batch(&plan, &lists, &mut large).unwrap();
    rig.add("spruce", String::from_utf8_lossy(&large[35..50]).trim());
    rig.put("spruce", "prod", "large.837", &large);
    let tries = rig.root().join("tries/1");
    let noted = || fs::metadata(&tries).map_or(0, |file| file.len());
    for _ in 0..4 {
        let serving = Running::begin(rig.serve(&[]).stderr(Stdio::null()));
        wait_until("it is tried", || noted() == 1);
        serving.kill();
        wait_until("the worker takes the note back", || noted() == 0);
    }
    rig.serve_once();
    assert_eq!(rig.standings(), ["delivered judged large.837"]);
    rig.verify();
}
