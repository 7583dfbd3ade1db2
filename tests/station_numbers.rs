//! Numbers that must never come twice: those of what goes on, and those of answers.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;

#[path = "station/mod.rs"]
mod station;

use station::{Rig, batch, files, samples};

/// Where the station's own numbers for what goes on begin.
const OWN: u32 = 500_000_000;

/// Puts a file down three claims of which are held, and has it judged.
fn put_held(rig: &Rig) {
    rig.put("pine", "prod", "held.837", &fs::read(samples().join("quarter-not-loaded/in.837")).unwrap());
    rig.serve_once();
}

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
    put_held(&rig);
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
    put_held(&rig);
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
