//! What a copy that was put in the place of the ledger finds, and what it leaves to be done.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;

#[path = "station/mod.rs"]
mod station;

use station::{Rig, batch, samples};

/// A station with a copy of its ledger, and what was received since: a file, and one of claims that are held.
fn with_copy() -> (Rig, String) {
    let rig = Rig::default();
    rig.put("pine", "prod", "a.837", &batch(1));
    rig.serve_once();
    let copy = back_up(&rig, "copy.db");
    rig.put("pine", "prod", "b.837", &batch(2));
    rig.put("pine", "prod", "held.837", &fs::read(samples().join("quarter-not-loaded/in.837")).unwrap());
    rig.serve_once();
    (rig, copy)
}

/// A copy of the ledger as it stands.
fn back_up(rig: &Rig, name: &str) -> String {
    let copy = rig.folder.path().join(name).display().to_string();
    let made = rig.run(&["ledger", "backup", &copy]);
    assert_eq!(made.0, Some(0), "{made:?}");
    copy
}

/// Restores a copy, and returns what is told.
fn restore(rig: &Rig, copy: &str) -> String {
    let restored = rig.run(&["ledger", "restore", copy, "--reason", "the disk broke"]);
    assert_eq!(restored.0, Some(0), "{restored:?}");
    restored.1
}

#[test]
fn files_of_a_partner_that_the_copy_does_not_know_keep_nobody_waiting() {
    let (rig, copy) = with_copy();
    rig.add("oak", "TPID00000002");
    // Taken, and then the station was ended.
    let staged = rig.root().join("stage/oak/prod/01KAQ3V5T80000000000000001");
    fs::create_dir_all(&staged).unwrap();
    let of_oak = String::from_utf8(batch(3)).unwrap().replace("TPID00000001", "TPID00000002");
    fs::write(staged.join("oak.837"), of_oak).unwrap();
    restore(&rig, &copy);
    rig.put("pine", "prod", "c.837", &batch(4));
    rig.serve_once();
    assert_eq!(rig.standings(), ["delivered judged a.837", "delivered judged c.837"]);
    rig.add("oak", "TPID00000002");
    rig.serve_once();
    assert_eq!(rig.standings()[2], "delivered judged oak.837");
    rig.verify();
}
