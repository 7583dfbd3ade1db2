//! What a station does without files that its ledger tells of.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;

#[path = "station/mod.rs"]
mod station;

use station::{Rig, activate, batch, ended, lists};

/// A station on another machine, to which only a copy of the ledger came: one file was judged, one was open, and claims are held.
fn on_another_machine() -> (Rig, String) {
    let rig = Rig::default();
    rig.put("pine", "prod", "a.837", &batch(1));
    rig.put_held();
    let open = rig.folder.path().join("open.837");
    fs::write(&open, batch(2)).unwrap();
    assert_eq!(rig.run(&["submit", &open.display().to_string(), "--partner", "pine"]).0, Some(0));
    let copy = rig.folder.path().join("copy.db").display().to_string();
    assert_eq!(rig.run(&["ledger", "backup", &copy]).0, Some(0));
    fs::rename(rig.root(), rig.folder.path().join("old")).unwrap();
    let restored = rig.run(&["ledger", "restore", &copy, "--reason", "another machine"]);
    assert_eq!(restored.0, Some(0), "{restored:?}");
    let keys = rig.folder.path().join("keys.pub").display().to_string();
    assert_eq!(rig.run(&["partner", "set", "pine", "--key", &keys]).0, Some(0));
    (rig, restored.1)
}

#[test]
fn all_others_are_served_and_it_is_said_what_is_missing() {
    let (rig, told) = on_another_machine();
    assert!(
        told.contains("\n  files missing      3 files that were sent, and outputs of 2 runs: copy "),
        "{told}"
    );
    let checked = rig.run(&["doctor"]).1;
    assert!(checked.contains("FAILS    files        what 1 run are to judge is missing\n"), "{checked}");
    rig.put("pine", "prod", "c.837", &batch(3));
    let served = ended(&rig.serve(&["--once"]).output().unwrap());
    assert_eq!(served.0, Some(0), "{served:?}");
    assert!(served.2.contains("what is to be judged is missing: copy blob/, archive/, "), "{served:?}");
    let standings = rig.standings();
    assert!(standings.contains(&"open open.837".to_owned()), "{standings:?}");
    assert!(standings.contains(&"delivered judged c.837".to_owned()), "{standings:?}");
}

#[test]
fn a_file_that_is_handed_in_again_brings_its_bytes_back() {
    let (rig, _) = on_another_machine();
    let open = rig.folder.path().join("open.837").display().to_string();
    assert_eq!(rig.run(&["submit", &open, "--partner", "pine"]).0, Some(6), "it is known");
    let a = rig.folder.path().join("a.837");
    fs::write(&a, batch(1)).unwrap();
    assert_eq!(rig.run(&["submit", &a.display().to_string(), "--partner", "pine"]).0, Some(6));
    rig.serve_once();
    let standings = rig.standings();
    assert!(standings.contains(&"delivered judged open.837".to_owned()), "{standings:?}");
    let checked = rig.run(&["doctor"]).1;
    assert!(
        checked.contains("holds    files        everything that is to be judged is there\n"),
        "{checked}"
    );
    rig.serve_once();
    assert!(rig.root().join("archive").join(rig.id_of("a.837")).exists());
}

#[test]
fn held_claims_wait_for_outputs_that_are_copied_in() {
    let (rig, _) = on_another_machine();
    let id = rig.id_of("held.837");
    let missing = "the outputs of run 2 are missing in ";
    let remedy = "copy runs/ in from where the ledger was copied";
    let listed = rig.run(&["rerun", "--held", "--crosswalk", &lists().display().to_string()]);
    assert!(!listed.2.contains(missing), "they were judged by these lists: {listed:?}");
    let released = rig.run(&["held", "release", &id, "--apply", "--reason", "invoice seen"]);
    assert_eq!(released.0, Some(1), "{released:?}");
    assert!(released.2.contains(missing) && released.2.contains(remedy), "{released:?}");
    let report = rig.run(&["report", &id]);
    assert_eq!(report.0, Some(1), "{report:?}");
    assert!(report.2.contains(missing) && report.2.contains(remedy), "{report:?}");
    let kept = rig.keep_lists();
    activate(&kept, "local.csv", "local");
    let listed = rig.run(&["rerun", "--held", "--crosswalk", &kept]);
    assert!(listed.1.contains("Nothing to judge again") && listed.2.contains(missing), "{listed:?}");
    fs::remove_dir(rig.root().join("runs")).unwrap();
    fs::rename(rig.folder.path().join("old/runs"), rig.root().join("runs")).unwrap();
    let listed = rig.run(&["rerun", "--held", "--crosswalk", &kept]);
    assert!(listed.1.contains(" would be judged again by snapshot ") && listed.2.is_empty(), "{listed:?}");
    let released = rig.run(&["held", "release", &id, "--apply", "--reason", "invoice seen"]);
    assert_eq!(released.0, Some(0), "{released:?}");
}
