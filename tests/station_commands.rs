//! What operators' commands say of what there is not, and how they count.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

#[path = "station/mod.rs"]
mod station;

use station::{Rig, batch, samples};

/// The row of `status` about a partner.
fn status(rig: &Rig) -> serde_json::Value {
    let all: serde_json::Value = serde_json::from_str(&rig.run(&["status", "--json"]).1).unwrap();
    all["partners"][0].clone()
}

#[test]
fn files_are_counted_once_and_reruns_apart() {
    let rig = Rig::default();
    rig.put("pine", "prod", "held.837", &fs::read(samples().join("quarter-not-loaded/in.837")).unwrap());
    rig.put("pine", "prod", "a.837", &batch(1));
    rig.serve_once();
    rig.put("pine", "prod", "again.837", &batch(1));
    rig.serve_once();
    let counts = || {
        let row = status(&rig);
        ["open", "owed", "judged", "refused", "quarantined", "reruns"].map(|name| row[name].as_u64().unwrap())
    };
    assert_eq!(counts(), [0, 0, 2, 1, 0, 0]);
    for claim in ["QNL-1", "QNL-4"] {
        let id = rig.id_of("held.837");
        let reject = ["held", "reject", &id, "--claim", claim, "--apply", "--reason", "withdrawn"];
        assert_eq!(rig.run(&reject).0, Some(0));
        assert_eq!(counts()[0], 1, "it is to be judged");
        rig.serve_once();
    }
    assert_eq!(counts(), [0, 0, 2, 1, 0, 2]);
    let words = rig.run(&["status"]).1;
    assert!(words.contains("quarantined   reruns came before"), "{words}");
}

#[test]
fn a_partner_that_is_known_is_not_added_again() {
    let rig = Rig::default();
    let keys = rig.folder.path().join("other.pub");
    fs::write(&keys, "ssh-ed25519 AAAABBBB made-up\n").unwrap();
    let keys = keys.display().to_string();
    let add = |name, sender| rig.run(&["partner", "add", name, "--sender-id", sender, "--key", &keys]);
    let refused = |error, hint| (Some(2), String::new(), format!("error: {error}\nhint: {hint}\n"));
    let known = "partner pine sends as TPID00000001 already, and a file has one sender";
    let hint = "let these files be put into the folders of pine, or name what oak sends as ISA06";
    assert_eq!(add("oak", "TPID00000001  "), refused(known, hint));
    assert!(!rig.root().join("partners/oak").exists());
    let known = "there is a partner pine already";
    let hint =
        "give it other keys with `claimgate partner set pine --key FILE`, or another partner another name";
    assert_eq!(add("pine", "TPID00000002"), refused(known, hint));
    let keys = fs::read_to_string(rig.root().join("partners/pine/authorized_keys")).unwrap();
    assert!(!keys.contains("BBBB"), "they are what they were");
    let list = || rig.run(&["partner", "list"]).1;
    assert_eq!(list(), "pine                              from TPID00000001  to any\n");
    rig.run(&["partner", "set", "pine", "--expect", "mon,thu 06:00"]);
    assert!(list().ends_with("  to any  expected mon,thu 06:00\n"), "{}", list());
}

#[test]
fn a_partner_or_code_that_there_is_not_is_told() {
    let rig = Rig::default();
    let partner = "error: there is no partner oak\nhint: `claimgate partner list` names every partner\n";
    let lists = station::lists().display().to_string();
    for command in [
        &["rerun", "--crosswalk", &lists][..],
        &["rerun", "--quarantined"],
        &["held", "list"],
        &["submission", "list"],
    ] {
        let refused = rig.run(&[command, &["--partner", "oak"]].concat());
        assert_eq!((refused.0, refused.1.as_str(), refused.2.as_str()), (Some(2), "", partner));
        assert_eq!(rig.run(&[command, &["--partner", "pine"]].concat()).0, Some(0));
    }
    let code = |code| rig.run(&["rerun", "--crosswalk", &lists, "--code", code]);
    let refused = code("NDC051");
    assert_eq!((refused.0, refused.1.as_str()), (Some(2), ""));
    assert!(
        refused.2.starts_with("error: there is no code NDC051\nhint: the nearest is NDC050: "),
        "{refused:?}"
    );
    assert!(refused.2.ends_with("; explain --all lists every code\n"), "{refused:?}");
    for known in ["NDC050", "ndc050"] {
        assert_eq!(code(known).0, Some(0));
    }
}

#[test]
fn whoever_waits_for_nobody_is_told() {
    let rig = Rig::default();
    let file = rig.folder.path().join("a.837");
    fs::write(&file, batch(1)).unwrap();
    let mut submit = rig.command(&["submit", &file.display().to_string(), "--partner", "pine", "--wait"]);
    let mut waiting = submit.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut told = String::new();
    BufReader::new(waiting.stderr.take().unwrap()).read_line(&mut told).unwrap();
    assert_eq!(told, "note: nobody serves the station at this moment; it is done once somebody does\n");
    rig.serve_once();
    assert_eq!(waiting.wait().unwrap().code(), Some(0));
}

#[test]
fn what_is_too_long_is_not_told_whole() {
    let rig = Rig::default();
    let reason = "because ".repeat(2_000);
    for command in [&["rerun"][..], &["held", "release", "X"]] {
        let refused = rig.run(&[command, &["--apply", "--reason", &reason]].concat());
        assert_eq!((refused.0, refused.1.as_str()), (Some(2), ""));
        let words = "…' for '--reason <TEXT>': a record takes 500 characters at most\n";
        assert!(refused.2.contains(words) && refused.2.len() < 300, "{}", refused.2);
    }
    let longest = "x".repeat(500);
    let lists = station::lists().display().to_string();
    let taken = ["rerun", "--crosswalk", &lists, "--apply", "--reason", &longest];
    assert_eq!(rig.run(&taken).0, Some(0));
}
