//! What has gone on when an older copy is put in the place of the ledger, and what comes back with a newer one.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::PathBuf;

#[path = "station/mod.rs"]
mod station;

use station::{Rig, batch, claimgate, ended, files};

/// The folder of what was put aside last.
fn forgotten(rig: &Rig) -> PathBuf {
    let folders = fs::read_dir(rig.root().join("forgotten")).unwrap();
    folders.map(|folder| folder.unwrap().path()).max().unwrap()
}

/// A station with claims that somebody has released, and a copy in which they are not judged yet.
fn with_open_rerun() -> (Rig, String, PathBuf) {
    let rig = Rig::default();
    let id = rig.put_held();
    let released = rig.run(&["held", "release", &id, "--apply", "--reason", "invoice seen"]);
    assert_eq!(released.0, Some(0), "{released:?}");
    let copy = rig.back_up("copy.db");
    rig.serve_once();
    let onward = rig.root().join("onward/prod/pine-held-2.837");
    assert!(onward.exists());
    (rig, copy, onward)
}

#[test]
fn what_another_judgement_of_a_run_put_there_does_not_come_back() {
    let (rig, copy, onward) = with_open_rerun();
    rig.restore(&copy);
    assert!(!onward.exists());
    rig.serve_once();
    fs::remove_file(&onward).unwrap();
    let newer = rig.back_up("newer.db");
    let told = rig.restore(&newer);
    assert!(!onward.exists() && !told.contains("goes on again"), "{told}");
    rig.serve_once();
    assert!(!onward.exists());
    rig.verify();
}

#[test]
fn what_was_put_aside_and_judged_since_is_told_of_when_it_comes_back() {
    let (rig, copy, onward) = with_open_rerun();
    let bytes = fs::read(&onward).unwrap();
    rig.restore(&copy);
    let undone = forgotten(&rig).join("ledger.db").display().to_string();
    rig.serve_once();
    assert!(fs::read(&onward).unwrap() != bytes, "it has another number");
    let told = rig.restore(&undone);
    assert!(
        told.contains(&format!("\n  goes on again      {}: take it away if ", onward.display())),
        "{told}"
    );
    assert!(fs::read(&onward).unwrap() == bytes, "each ledger has its own");
    rig.verify();
}

#[test]
fn what_a_restore_has_put_aside_was_not_taken() {
    let (rig, copy, _) = with_open_rerun();
    let not_taken = "they were not taken from onward/ yet, and are put aside";
    for _ in 0..2 {
        let told = rig.restore(&copy);
        assert!(told.contains(not_taken), "{told}");
    }
}

#[test]
fn what_was_taken_since_is_listed_and_not_handed_in_again() {
    let rig = Rig::default();
    rig.put("pine", "prod", "a.837", &batch(1));
    rig.serve_once();
    let copy = rig.back_up("copy.db");
    for (name, number) in [("b.837", 2), ("c.837", 3)] {
        rig.put("pine", "prod", name, &batch(number));
    }
    rig.put("pine", "prod", "again.837", &batch(1));
    rig.serve_once();
    fs::remove_file(rig.root().join("onward/prod/pine-a-1.837")).unwrap();
    let taken = files(&rig.root().join("onward/prod")).into_keys().find(|name| name.contains("-b-")).unwrap();
    fs::remove_file(rig.root().join("onward/prod").join(taken)).unwrap();
    let told = rig.restore(&copy);
    let list = forgotten(&rig).join("taken.txt");
    let words = format!("\n  taken since        1 file of onward/, listed in {}: ", list.display());
    assert!(told.contains(&words), "{told}");
    let listed = fs::read_to_string(list).unwrap();
    assert!(listed.ends_with(", b.837 from pine: 1 claim under 000000002 (ISA13)\n"), "{listed}");
    assert!(listed.lines().count() == 1, "what the copy knows as gone on is no business of this: {listed}");
    assert!(
        told.contains("  received since     3 files, in ") && told.contains(": hand 1 of them in with"),
        "{told}"
    );
    let script = fs::read_to_string(forgotten(&rig).join("submit-again.sh")).unwrap();
    let lines: Vec<&str> = script.lines().collect();
    let line_of =
        |name: &str| lines.iter().position(|line| line.contains(&format!("--name='{name}'"))).unwrap();
    assert!(lines[line_of("c.837")].starts_with("claimgate submit "), "{script}");
    assert!(lines[line_of("b.837")].starts_with("# claimgate submit "), "{script}");
    assert_eq!(
        lines[line_of("b.837") - 1],
        "# Its claims went on, and were taken from onward/: they would go on again."
    );
    assert_eq!(
        lines[line_of("again.837") - 1],
        "# It was received again, as ".to_owned() + &rig.id_of("a.837") + "."
    );
    rig.verify();
}

#[test]
fn what_was_handed_in_again_is_asked_for_no_more() {
    let rig = Rig::default();
    let copy = rig.back_up("copy.db");
    rig.put("pine", "prod", "a.837", &batch(1));
    rig.serve_once();
    assert!(rig.restore(&copy).contains("  received since     1 file, in "));
    rig.put("pine", "prod", "a.837", &batch(1));
    rig.serve_once();
    let newer = rig.back_up("newer.db");
    let told = rig.restore(&newer);
    assert!(!told.contains("received since"), "{told}");
    // Whoever undoes it has nothing left to hand in.
    let first =
        fs::read_dir(rig.root().join("forgotten")).unwrap().map(|one| one.unwrap().path()).min().unwrap();
    rig.restore(&first.join("ledger.db").display().to_string());
    assert!(!first.join("submit-again.sh").exists());
}

#[test]
fn numbers_are_left_out_anew_each_time_that_no_ledger_tells_of_them() {
    let rig = Rig::default();
    rig.put("pine", "prod", "a.837", &batch(1));
    rig.serve_once();
    let copy = rig.back_up("copy.db");
    for times in 1..=3u32 {
        fs::write(rig.root().join("ledger.db"), "garbage garbage ").unwrap();
        let told = rig.restore(&copy);
        assert!(told.contains(&format!("  numbers            runs from {times}000002, ")), "{told}");
        rig.put("pine", "prod", &format!("{times}.837"), &batch(1 + times));
        rig.serve_once();
    }
    rig.verify();
}

#[test]
fn a_copy_of_another_station_is_refused_and_one_that_was_put_aside_here_is_not() {
    let rig = Rig::default();
    rig.put("pine", "prod", "a.837", &batch(1));
    rig.serve_once();
    let [elsewhere, keys, other] =
        ["elsewhere", "keys.pub", "other.db"].map(|name| rig.folder.path().join(name).display().to_string());
    let add = ["partner", "add", "elm", "--sender-id", "TPID00000003", "--key", &keys];
    for arguments in [&add[..], &["ledger", "backup", &other]] {
        let done = claimgate(arguments).args(["--station", &elsewhere]).output().unwrap();
        assert!(done.status.success(), "{:?}", ended(&done));
    }
    let refused = rig.run(&["ledger", "restore", &other, "--reason", "mixed up"]);
    assert_eq!((refused.0, refused.1.as_str()), (Some(1), ""), "{refused:?}");
    assert!(refused.2.contains("the copy is of another station: its audit trail begins with"), "{refused:?}");
    assert_eq!(rig.standings(), ["delivered judged a.837"]);
    // A copy is restored by mistake, and served until its trail is longer.
    let copy = rig.back_up("copy.db");
    rig.put("pine", "prod", "b.837", &batch(2));
    rig.serve_once();
    rig.restore(&copy);
    let undone = forgotten(&rig).join("ledger.db").display().to_string();
    for number in 3..6 {
        rig.put("pine", "prod", &format!("{number}.837"), &batch(number));
        rig.serve_once();
    }
    rig.restore(&undone);
    assert_eq!(rig.standings(), ["delivered judged a.837", "delivered judged b.837"]);
    rig.verify();
}

#[test]
fn files_of_others_stay_where_they_are() {
    let (rig, copy, _) = with_open_rerun();
    let onward = rig.root().join("onward/prod");
    let others = ["report-2026.837", "pine-x-000009.837", "pine.837", "notes.txt"];
    for name in others {
        fs::write(onward.join(name), "not ours").unwrap();
    }
    fs::create_dir(onward.join("pine-done-20.837")).unwrap();
    let told = rig.restore(&copy);
    assert!(told.contains("  was to go on       1 file, "), "{told}");
    assert!(others.iter().all(|name| onward.join(name).exists()) && onward.join("pine-done-20.837").is_dir());
}

#[test]
fn a_large_file_that_was_taken_and_not_received_is_received() {
    let rig = Rig::default();
    let copy = rig.back_up("copy.db");
    let id = "01KAQ3V5T80000000000000001";
    let staged = rig.root().join("stage/pine/prod").join(id);
    fs::create_dir_all(&staged).unwrap();
    fs::write(staged.join("a.837"), batch(1)).unwrap();
    // What is still is kept under a second name while its hash is taken.
    fs::hard_link(staged.join("a.837"), rig.root().join("blob").join(id)).unwrap();
    let told = rig.restore(&copy);
    assert!(!told.contains("received since"), "{told}");
    rig.serve_once();
    assert_eq!(rig.standings(), ["delivered judged a.837"]);
    rig.verify();
}

#[test]
fn a_file_that_was_too_large_to_be_kept_is_told_of() {
    let rig = Rig::default();
    let copy = rig.back_up("copy.db");
    rig.put("pine", "prod", "a.837", &batch(1));
    let mut serve = rig.serve(&["--once"]);
    let served = ended(&serve.env("CLAIMGATE_LIMITS__FILE_BYTES_MAX", "1000").output().unwrap());
    assert_eq!(served.0, Some(0), "{served:?}");
    let told = rig.restore(&copy);
    assert!(
        told.contains("\n  not kept           a.837 from pine, which was too large: its sender has to hear"),
        "{told}"
    );
}

/// The lines of the script that hand something in.
fn handed_in(rig: &Rig) -> usize {
    let scripts = fs::read_dir(rig.root().join("forgotten")).unwrap().map(|one| one.unwrap().path());
    let scripts = scripts.filter_map(|folder| fs::read_to_string(folder.join("submit-again.sh")).ok());
    scripts.map(|script| script.lines().filter(|line| line.starts_with("claimgate submit ")).count()).sum()
}

#[test]
fn what_was_taken_is_known_of_every_ledger_that_was_there() {
    let rig = Rig::default();
    let copy = rig.back_up("a.db");
    rig.put("pine", "prod", "a.837", &batch(1));
    rig.serve_once();
    fs::remove_file(rig.root().join("onward/prod/pine-a-1.837")).unwrap();
    // Whoever restores once more, or leaves a note, changes nothing about that.
    for name in ["b.db", "c.db", "d.db"] {
        let told = rig.restore(&copy);
        assert!(told.contains("  taken since        1 file of onward/"), "{told}");
        assert_eq!(handed_in(&rig), 0);
        fs::write(rig.root().join("forgotten/README"), "see ticket 4711").unwrap();
        rig.restore(&rig.back_up(name));
        assert_eq!(handed_in(&rig), 0);
    }
    rig.verify();
}

#[test]
fn a_file_of_which_a_release_was_taken_alone_is_handed_in_again() {
    let rig = Rig::default();
    let copy = rig.back_up("a.db");
    let id = rig.put_held();
    let released =
        rig.run(&["held", "release", &id, "--claim", "QNL-4", "--apply", "--reason", "invoice seen"]);
    assert_eq!(released.0, Some(0), "{released:?}");
    rig.serve_once();
    fs::remove_file(rig.root().join("onward/prod/pine-held-2.837")).unwrap();
    rig.restore(&copy);
    assert_eq!(handed_in(&rig), 1, "its other claims were not taken");
    let listed = fs::read_to_string(forgotten(&rig).join("taken.txt")).unwrap();
    assert!(listed.starts_with("run 2 of ") && listed.lines().count() == 1, "{listed}");
}

#[test]
fn held_claims_of_a_file_that_is_left_out_are_told_of() {
    let rig = Rig::default();
    let copy = rig.back_up("a.db");
    rig.put_held();
    fs::remove_file(rig.root().join("onward/prod/pine-held-1.837")).unwrap();
    rig.restore(&copy);
    let listed = fs::read_to_string(forgotten(&rig).join("taken.txt")).unwrap();
    assert!(listed.ends_with(" claims under 000000801 (ISA13); 3 claims of it held\n"), "{listed}");
    let script = fs::read_to_string(forgotten(&rig).join("submit-again.sh")).unwrap();
    assert!(
        script.contains("they would go on again. 3 claims of it held: have them sent anew.\n"),
        "{script}"
    );
}

#[test]
fn the_same_bytes_judged_again_and_taken_are_known_as_taken() {
    let rig = Rig::default();
    let before = rig.back_up("before.db");
    let file = rig.folder.path().join("a.837");
    fs::write(&file, batch(1)).unwrap();
    assert_eq!(rig.run(&["submit", &file.display().to_string(), "--partner", "pine"]).0, Some(0));
    let open = rig.back_up("open.db");
    rig.serve_once();
    // Not taken, put aside, and judged again under the same name.
    assert!(!rig.restore(&open).contains("taken since"));
    rig.serve_once();
    fs::remove_file(rig.root().join("onward/prod/pine-a-1.837")).unwrap();
    let told = rig.restore(&before);
    assert!(told.contains("  taken since        1 file of onward/"), "{told}");
    assert_eq!(handed_in(&rig), 0);
}
