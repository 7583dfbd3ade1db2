//! Numbers that must never come twice: those of what goes on, and those of answers.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;

#[path = "station/mod.rs"]
mod station;

use station::{Rig, batch, files};

/// Where the station's own numbers for what goes on begin.
const OWN: u32 = 500_000_000;

/// Lets the held claim go on that is named.
fn release(rig: &Rig, claim: &str) {
    let id = rig.id_of("held.837");
    let asked = ["held", "release", &id, "--claim", claim, "--apply", "--reason", "invoice seen"];
    let released = rig.run(&asked);
    assert_eq!(released.0, Some(0), "{released:?}");
    rig.serve_once();
}

/// ISA13 of everything that goes on.
fn onward(rig: &Rig) -> Vec<String> {
    let files = files(&rig.root().join("onward/prod")).into_values();
    let mut numbers: Vec<String> = files.map(|bytes| control_number(&bytes)).collect();
    numbers.sort();
    numbers
}

fn control_number(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&bytes[90..99]).into_owned()
}

#[test]
fn a_number_that_the_partner_has_sent_is_given_to_nothing_that_goes_on() {
    let rig = Rig::default();
    rig.add("oak", "TPID00000002");
    rig.put("pine", "prod", "a.837", &batch(OWN));
    rig.put_held();
    release(&rig, "QNL-4");
    rig.put("pine", "prod", "b.837", &batch(OWN + 2));
    // What another sends under that number is none of the partner's.
    let of_oak = String::from_utf8(batch(OWN + 3)).unwrap().replace("TPID00000001", "TPID00000002");
    rig.put("oak", "prod", "oak.837", of_oak.as_bytes());
    rig.serve_once();
    release(&rig, "QNL-7");
    let sent = ["000000801", "500000000", "500000002", "500000003"];
    let mut expected = [&sent[..], &["500000001", "500000003"]].concat();
    expected.sort_unstable();
    assert_eq!(onward(&rig), expected);
    rig.verify();
}

#[test]
fn a_number_that_went_on_by_a_rerun_is_known_when_the_partner_sends_it() {
    let rig = Rig::default();
    rig.put_held();
    release(&rig, "QNL-4");
    let before = onward(&rig);
    assert_eq!(before, ["000000801", "500000000"]);
    rig.put("pine", "prod", "a.837", &batch(OWN));
    rig.serve_once();
    assert_eq!(rig.standings()[1], "delivered known control number a.837");
    assert!(rig.answer("pine", "a-3-TA1.edi").contains("*R*025~"));
    let notice = rig.answer("pine", "a-3-NOTICE.txt");
    let words = "Interchange 500000000 (ISA13) has the number of claims of held.837 of ";
    assert!(notice.contains(words) && notice.contains("that were judged again, and go on"), "{notice}");
    assert_eq!(onward(&rig), before, "whoever receives it has it once");
    rig.put("pine", "prod", "a.837", &batch(OWN + 1));
    rig.serve_once();
    assert_eq!(onward(&rig).len(), 3);
    rig.verify();
}

#[test]
fn a_number_under_which_nothing_went_on_is_the_partners_to_use() {
    let rig = Rig::default();
    rig.put_held();
    let id = rig.id_of("held.837");
    let rejected = rig.run(&["held", "reject", &id, "--apply", "--reason", "withdrawn"]);
    assert_eq!(rejected.0, Some(0), "{rejected:?}");
    rig.serve_once();
    rig.put("pine", "prod", "a.837", &batch(OWN));
    rig.serve_once();
    assert_eq!(rig.standings()[1], "delivered judged a.837");
    assert_eq!(onward(&rig), ["000000801", "500000000"]);
    rig.verify();
}

/// Has a file put aside as one that could not be judged, as run `run`.
fn put_aside(rig: &Rig, run: u32, name: &str, bytes: &[u8]) {
    let file = rig.folder.path().join(name);
    fs::write(&file, bytes).unwrap();
    let submit = ["submit", &file.display().to_string(), "--partner", "pine", "--name", name];
    assert_eq!(rig.run(&submit).0, Some(0));
    // As often as is tried.
    fs::write(rig.root().join(format!("tries/{run}")), "...").unwrap();
    rig.serve_once();
}

/// Another file of the same number.
fn other(number: u32) -> Vec<u8> {
    String::from_utf8(batch(number)).unwrap().replace("OOT-", "NEW-").into_bytes()
}

fn try_again(rig: &Rig) {
    let tried = rig.run(&["rerun", "--quarantined", "--apply", "--reason", "a new version judges it"]);
    assert!(tried.1.ends_with("1 file handed to the station, to be tried again.\n"), "{tried:?}");
}

#[test]
fn a_number_belongs_to_the_first_file_that_was_judged() {
    let rig = Rig::default();
    put_aside(&rig, 1, "a.837", &batch(1));
    rig.put("pine", "prod", "b.837", &other(1));
    rig.serve_once();
    let standings = ["delivered quarantined a.837", "delivered judged b.837"];
    assert_eq!(rig.standings(), standings, "nothing has gone on under it");
    try_again(&rig);
    rig.serve_once();
    assert_eq!(rig.standings()[0], "delivered known control number a.837");
    let notice = rig.answer("pine", "a-3-NOTICE.txt");
    assert!(notice.contains("Interchange 000000001 (ISA13) was received before, in b.837 of "), "{notice}");
    assert!(rig.answer("pine", "a-3-TA1.edi").contains("*R*025~"));
    assert_eq!(onward(&rig), ["000000001"]);
    // One that was tried again first has it, and another is turned away.
    put_aside(&rig, 4, "c.837", &batch(4));
    try_again(&rig);
    rig.serve_once();
    rig.put("pine", "prod", "d.837", &other(4));
    rig.serve_once();
    assert_eq!(rig.standings()[2..], ["delivered judged c.837", "delivered known control number d.837"]);
    // Where both are there at once, one of them has it.
    put_aside(&rig, 7, "e.837", &batch(7));
    try_again(&rig);
    rig.put("pine", "prod", "f.837", &other(7));
    rig.serve_once();
    let mut both: Vec<String> = rig.standings()[4..].to_vec();
    for one in &mut both {
        one.truncate(one.len() - " e.837".len());
    }
    both.sort();
    assert_eq!(both, ["delivered judged", "delivered known control number"]);
    assert_eq!(onward(&rig), ["000000001", "000000004", "000000007"]);
    rig.verify();
}

/// ISA13 of every answer that a partner was ever shown; they are fetched and removed, as partners do.
fn fetch_answered(rig: &Rig, numbers: &mut Vec<String>) {
    let folder = rig.home("pine").join("outbound/ack");
    for (name, bytes) in files(&folder) {
        numbers.push(control_number(&bytes));
        fs::remove_file(folder.join(name)).unwrap();
    }
}

fn assert_each_once(numbers: &[String]) {
    let each: BTreeSet<&String> = numbers.iter().collect();
    assert_eq!(each.len(), numbers.len(), "{numbers:?}");
}

/// A copy of the ledger as it stands.
fn back_up(rig: &Rig) -> String {
    let copy = rig.folder.path().join("copy.db").display().to_string();
    let made = rig.run(&["ledger", "backup", &copy]);
    assert_eq!(made.0, Some(0), "{made:?}");
    copy
}

fn restore(rig: &Rig, copy: &str, more: &[&str]) -> (Option<i32>, String, String) {
    let asked = ["ledger", "restore", copy, "--reason", "the disk broke", "--by", "ann"];
    rig.run(&[&asked[..], more].concat())
}

#[test]
fn after_an_older_ledger_is_restored_no_number_comes_again() {
    let rig = Rig::default();
    rig.put_held();
    rig.put("pine", "prod", "a.837", &batch(1));
    rig.serve_once();
    let copy = back_up(&rig);
    // A rerun, files and a partner that the copy knows nothing of.
    release(&rig, "QNL-4");
    rig.put("pine", "prod", "b.837", &batch(2));
    rig.serve_once();
    rig.add("oak", "TPID00000002");
    let (mut answered, mut passed_on) = (Vec::new(), onward(&rig));
    fetch_answered(&rig, &mut answered);
    let restored = restore(&rig, &copy, &[]);
    assert_eq!(restored.0, Some(0), "{restored:?}");
    let words = "runs from 1000005, replies from 1000017, claims that go on from reruns from 501000001\n";
    assert!(restored.1.contains(words), "{restored:?}");
    let forgotten = fs::read_dir(rig.root().join("forgotten")).unwrap().next().unwrap().unwrap().path();
    assert_eq!(files(&forgotten.join("received")).into_values().collect::<Vec<_>>(), [batch(2)]);
    for file in files(&rig.root().join("onward/prod")).into_keys() {
        fs::remove_file(rig.root().join("onward/prod").join(file)).unwrap();
    }
    rig.add("oak", "TPID00000002");
    rig.put("pine", "prod", "b.837", &batch(2));
    let of_oak = String::from_utf8(batch(3)).unwrap().replace("TPID00000001", "TPID00000002");
    rig.put("oak", "prod", "oak.837", of_oak.as_bytes());
    rig.serve_once();
    release(&rig, "QNL-4");
    fetch_answered(&rig, &mut answered);
    assert!(6 <= answered.len(), "{answered:?}");
    assert_each_once(&answered);
    let of_oak = rig.answers("oak").into_iter().find(|(name, _)| name.ends_with("999.edi")).unwrap();
    assert_eq!(of_oak.0, "oak-1000005-999.edi");
    assert!(of_oak.1[90..99] > b"001000016"[..], "who was added again may have been answered before");
    passed_on.extend(onward(&rig).into_iter().filter(|number| *number >= OWN.to_string()));
    assert_each_once(&passed_on);
    rig.verify();
}

#[test]
fn where_no_ledger_is_left_more_numbers_are_left_out_and_it_is_said() {
    let rig = Rig::default();
    rig.put_held();
    let copy = back_up(&rig);
    for ending in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(rig.root().join(format!("ledger.db{ending}")));
    }
    let key = rig.folder.path().join("keys.pub").display().to_string();
    let added = rig.run(&["partner", "add", "oak", "--sender-id", "TPID00000002", "--key", &key]);
    assert_eq!((added.0, added.1.as_str()), (Some(2), ""), "an empty ledger would begin at 1");
    assert!(added.2.contains("ledger.db: the ledger is gone\nhint: restore a copy"), "{added:?}");
    let served = rig.run(&["serve", "--once"]);
    assert_eq!((served.0, &served.2), (Some(2), &added.2), "nor is there a station to be made");
    let restored = restore(&rig, &copy, &[]);
    assert_eq!(restored.0, Some(0), "{restored:?}");
    assert!(restored.1.contains(", as no ledger tells how many were given since;\n"), "{restored:?}");
    assert!(restored.1.contains("where a partner sent more than 250000 files, restore again with"));
    // A second time counts on from the first; all nine digits are used before one comes again.
    let more = restore(&rig, &copy, &["--skip-numbers", "998999990"]);
    assert_eq!((more.0, more.1.as_str()), (Some(2), ""), "{more:?}");
    let words = "error: so many control numbers are not left up to 999999999\nhint: leave fewer out";
    assert!(more.2.contains(words), "{more:?}");
    let more = restore(&rig, &copy, &["--skip-numbers", "498999999"]);
    let words = "replies from 500000004, claims that go on from reruns from 999999999\n";
    assert!(more.1.contains(words), "{more:?}");
    release(&rig, "QNL-4");
    assert_eq!(onward(&rig), ["000000801", "999999999"]);
    let id = rig.id_of("held.837");
    let last = ["held", "release", &id, "--claim", "QNL-7", "--apply", "--reason", "invoice seen"];
    let refused = rig.run(&last);
    assert_eq!((refused.0, refused.1.as_str()), (Some(2), ""), "{refused:?}");
    assert!(refused.2.contains("so many control numbers are not left"), "{refused:?}");
    assert_eq!(rig.run(&["held", "list"]).1.lines().count(), 1, "they wait on");
    // Everything else goes on, and a ledger may be a copy of itself.
    let own = rig.root().join("ledger.db").display().to_string();
    let restored = restore(&rig, &own, &[]);
    assert!(restored.1.contains("claims that go on from reruns from 1000000000\n"), "{restored:?}");
    rig.verify();
}

#[test]
fn a_break_that_somebody_answers_for_is_told_and_any_other_is_found() {
    let rig = Rig::default();
    rig.put("pine", "prod", "a.837", &batch(1));
    rig.serve_once();
    let copy = back_up(&rig);
    rig.put("pine", "prod", "b.837", &batch(2));
    rig.serve_once();
    let anchors = rig.root().join("anchors");
    let given = fs::read_to_string(&anchors).unwrap();
    let restored = restore(&rig, &copy, &[]);
    assert!(restored.1.contains("  audit trail        1 head given up that the copy does not have\n"));
    let known = |rig: &Rig| {
        let verified = rig.run(&["ledger", "verify"]);
        assert_eq!(verified.0, Some(0), "{verified:?}");
        verified.1.lines().filter(|line| line.starts_with("Known: ")).map(str::to_owned).collect::<Vec<_>>()
    };
    let told = known(&rig);
    assert!(told[0].ends_with("Z by ann, with 1 head given up: the disk broke"), "{told:?}");
    rig.put("pine", "prod", "c.837", &batch(3));
    rig.serve_once();
    assert_eq!(known(&rig), told, "as long as there is a ledger");
    let doctor = rig.run(&["doctor"]).1;
    let words = "that were given out; 1 more were given up when a copy was restored";
    assert!(doctor.contains(words), "{doctor}");
    // A head that the trail should have, and has not.
    fs::write(&anchors, format!("{given}2 {} 2026-01-02T03:04:05Z\n", "0".repeat(64))).unwrap();
    let verified = rig.run(&["ledger", "verify"]);
    assert_eq!(verified.0, Some(1));
    assert!(verified.2.contains("audit entry 2: it is not the one that was anchored"), "{verified:?}");
    let refused = restore(&rig, &copy, &[]);
    assert_eq!((refused.0, refused.1.as_str()), (Some(1), ""), "a copy of another trail: {refused:?}");
    assert!(refused.2.contains("audit trail, and lacks entry 2 as it was given out\nhint: take a copy"));
    assert_eq!(restore(&rig, &copy, &["--of-other-trail"]).0, Some(0));
    let told = known(&rig);
    assert!(told.len() == 1 && told[0].contains(" by ann, with 2 heads given up: "), "{told:?}");
    assert_eq!(rig.run(&["ledger", "restore", &copy]).0, Some(2), "somebody has to say why");
}

#[test]
fn a_file_that_is_named_and_is_not_there_is_not_passed_over() {
    let rig = Rig::default();
    rig.put_held();
    let missing = rig.folder.path().join("missing");
    let missing = missing.to_str().unwrap();
    for told in [rig.run(&["ledger", "verify", "--anchors", missing]), restore(&rig, missing, &[])] {
        assert_eq!(told.0, Some(5), "{told:?}");
        assert!(told.2.contains(&format!("cannot read {missing}: No such file or directory")), "{told:?}");
    }
    rig.verify();
}

#[test]
fn a_number_that_a_forgotten_rerun_has_given_goes_on_under_nobody_else() {
    let rig = Rig::default();
    rig.put_held();
    let copy = rig.folder.path().join("copy.db").display().to_string();
    assert_eq!(rig.run(&["ledger", "backup", &copy]).0, Some(0));
    release(&rig, "QNL-4");
    assert_eq!(onward(&rig), ["000000801", "500000000"]);
    assert_eq!(restore(&rig, &copy, &[]).0, Some(0));
    rig.put("pine", "prod", "a.837", &batch(OWN));
    rig.serve_once();
    assert_eq!(onward(&rig), ["000000801"]);
    let answers = rig.answers("pine");
    let notice = answers.iter().find(|(name, _)| name.starts_with("a-") && name.ends_with("NOTICE.txt"));
    let notice = String::from_utf8_lossy(notice.unwrap().1);
    assert!(
        notice.contains("500000000 (ISA13) has a number that claims which were judged again"),
        "{notice}"
    );
    rig.put("pine", "prod", "b.837", &batch(1));
    rig.serve_once();
    assert_eq!(onward(&rig).len(), 2, "its own numbers go on");
    rig.verify();
}
