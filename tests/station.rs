//! The station as partners and operators see it, through the binary.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

#[path = "station/mod.rs"]
mod station;

use station::{Rig, Running, activate, batch, ended, files, samples, user, wait_until};

#[test]
fn a_file_is_judged_and_every_answer_delivered() {
    let rig = Rig::default();
    rig.put("pine", "prod", "monday morning.837", &batch(101));
    rig.serve_once();
    let names: Vec<String> = rig.answers("pine").into_keys().collect();
    let endings = ["824.edi", "999.edi", "BRR.csv", "BRR.html", "BRR.txt", "MANIFEST.sha256"];
    assert_eq!(names, endings.map(|ending| format!("monday_morning-1-{ending}")));
    let onward = files(&rig.root().join("onward/prod"));
    assert_eq!(onward.keys().collect::<Vec<_>>(), ["pine-monday_morning-1.837"]);
    assert!(String::from_utf8_lossy(&onward["pine-monday_morning-1.837"]).contains("CLM*OOT-1*"));
    let checked = Command::new("sha256sum")
        .args(["--check", "--quiet", "monday_morning-1-MANIFEST.sha256"])
        .current_dir(rig.home("pine").join("outbound/report"))
        .output()
        .unwrap();
    assert!(checked.status.success(), "{:?}", ended(&checked));
    assert_eq!(files(&rig.home("pine").join("inbound/prod")).len(), 0);
    let archived = files(&rig.root().join("archive"));
    assert_eq!(archived.values().collect::<Vec<_>>(), [&batch(101)]);
    assert_eq!(rig.standings(), ["delivered judged monday morning.837"]);
    rig.verify();
    let report = rig.run(&["report", archived.keys().next().unwrap()]);
    assert!(report.1.contains("OOT-2") && report.0 == Some(0), "{report:?}");
}

/// Puts down one file, serves, and returns the notice.
fn notice(rig: &Rig, folder: &str, name: &str, bytes: &[u8]) -> String {
    rig.put("pine", folder, name, bytes);
    rig.serve_once();
    let stem = Path::new(name).file_stem().unwrap().to_string_lossy().into_owned();
    let answers = rig.answers("pine");
    let found = answers.iter().rfind(|(name, _)| name.starts_with(&stem) && name.ends_with("NOTICE.txt"));
    String::from_utf8(found.unwrap().1.clone()).unwrap()
}

#[test]
fn whatever_comes_is_answered_in_words() {
    let rig = Rig::default();
    rig.add("oak", "TPID00000002");
    rig.put("pine", "prod", "first.837", &batch(101));
    rig.serve_once();
    let other = String::from_utf8(batch(101)).unwrap().replace("FENWICK", "FENWICKS").into_bytes();
    let of_oak = String::from_utf8(batch(102)).unwrap().replace("TPID00000001", "TPID00000002").into_bytes();
    let test = String::from_utf8(batch(103)).unwrap().replace("*P*:", "*T*:").into_bytes();
    for (folder, name, bytes, words) in [
        ("prod", "again.837", &batch(101)[..], "It has the same bytes as first.837"),
        ("prod", "number.837", &other, "Interchange 000000101 (ISA13) was received before, in first.837"),
        ("prod", "oak.837", &of_oak, "the sender (ISA06) is none that is known for this folder (TA105 006)"),
        ("prod", "testing.837", &test, "the claims are a test (ISA15 T), and the folder is not for tests"),
        (
            "test",
            "paying.837",
            &batch(104),
            "the claims are to be paid (ISA15 P), and the folder is for tests",
        ),
        ("prod", "packed.837", b"\x1F\x8B\x08\0", "packed.837 is packed by gzip"),
        ("prod", "hello.txt", b"hello", "No interchange in the file (X12010)"),
    ] {
        let notice = notice(&rig, folder, name, bytes);
        assert!(notice.contains(words), "{name}: {notice}");
        if let Some((_, note)) = words.split_once("TA105 ").or(notice.split_once("(TA105 ")) {
            let stem = Path::new(name).file_stem().unwrap().to_string_lossy().into_owned();
            let answers = rig.answers("pine");
            let ta1 = answers.iter().find(|(name, _)| name.starts_with(&stem) && name.ends_with("TA1.edi"));
            let ta1 = String::from_utf8_lossy(ta1.unwrap().1).into_owned();
            assert!(ta1.contains(&format!("*R*{}~", &note[..3])), "{name}: {ta1}");
        }
        assert!(notice.contains(&format!("File          {name}\n")), "{name}: {notice}");
    }
    assert_eq!(rig.standings().len(), 8);
    rig.verify();
}

#[test]
fn what_was_turned_away_may_come_again() {
    let rig = Rig::default();
    assert!(notice(&rig, "test", "a.837", &batch(101)).contains("TA105 020"));
    assert!(notice(&rig, "test", "a.837", &batch(101)).contains("TA105 020"));
    rig.put("pine", "prod", "a.837", &batch(101));
    rig.serve_once();
    assert_eq!(
        rig.standings(),
        ["delivered misaddressed a.837", "delivered misaddressed a.837", "delivered judged a.837"]
    );
    rig.verify();
}

#[test]
fn what_is_too_large_is_not_read() {
    let rig = Rig::default();
    rig.put("pine", "prod", "large.837", &batch(101));
    let served = rig.serve(&["--once"]).env("CLAIMGATE_LIMITS__FILE_BYTES_MAX", "1000").output().unwrap();
    assert_eq!(served.status.code(), Some(0));
    let notice = rig.answer("pine", "NOTICE.txt");
    assert!(notice.contains("It is larger than the 1000 bytes"), "{notice}");
    assert!(notice.contains("SHA-256       none, as the file was not read\n"), "{notice}");
    assert_eq!(rig.standings(), ["delivered unreadable large.837"]);
    let file = rig.folder.path().join("large.837");
    fs::write(&file, batch(102)).unwrap();
    let file = file.display().to_string();
    let mut submit = rig.command(&["submit", &file, "--partner", "pine"]);
    let refused = ended(&submit.env("CLAIMGATE_LIMITS__FILE_BYTES_MAX", "1000").output().unwrap());
    assert_eq!(refused.0, Some(5), "{refused:?}");
    let words = format!("error: cannot read {file}: it is larger than 1000 bytes\nhint: send it in parts");
    assert!(refused.2.starts_with(&words), "{refused:?}");
    rig.verify();
}

#[test]
fn what_is_cut_off_is_waited_for_and_then_told() {
    let rig = Rig::default();
    let whole = batch(101);
    rig.put("pine", "prod", "cut.837", &whole[..whole.len() - 40]);
    rig.put("pine", "prod", "empty.837", b"");
    rig.serve_once();
    assert_eq!(files(&rig.home("pine").join("inbound/prod")).len(), 2, "more may come");
    let served =
        rig.serve(&["--once"]).env("CLAIMGATE_STATION__INCOMPLETE_AFTER_SECONDS", "0").output().unwrap();
    assert_eq!(served.status.code(), Some(0));
    assert!(rig.answer("pine", "TA1.edi").contains("*R*023~"));
    assert!(rig.answer("pine", "NOTICE.txt").contains("No interchange in the file"));
    assert_eq!(files(&rig.root().join("onward/prod")).len(), 0);
    rig.verify();
}

#[test]
fn what_somebody_writes_to_is_not_taken() {
    let rig = Rig::default();
    let place = rig.home("pine").join("inbound/prod/open.837");
    let mut upload = fs::File::create(&place).unwrap();
    upload.write_all(&batch(101)).unwrap();
    rig.serve_once();
    assert_eq!(rig.standings().len(), 0, "it is whole, and its writer may go on");
    upload.write_all(&batch(102)).unwrap();
    drop(upload);
    rig.serve_once();
    assert_eq!(
        files(&rig.root().join("archive")).values().next().unwrap(),
        &[batch(101), batch(102)].concat()
    );
    // A transfer that was moved out of sight while it was under way goes on in the folder that it was moved to.
    let mut upload = fs::File::create(&place).unwrap();
    upload.write_all(&batch(103)).unwrap();
    let id = "01ARYZ6S41ZZZZZZZZZZZZZZZZ";
    let staged = rig.root().join("stage/pine/prod").join(id);
    fs::create_dir_all(&staged).unwrap();
    fs::rename(&place, staged.join("open.837")).unwrap();
    rig.serve_once();
    upload.write_all(&batch(104)).unwrap();
    drop(upload);
    rig.serve_once();
    assert_eq!(files(&rig.root().join("archive"))[id], [batch(103), batch(104)].concat());
    rig.verify();
}

#[test]
fn of_the_same_bytes_one_is_judged() {
    const EACH: usize = 10;
    let rig = Rig::default();
    let file = rig.folder.path().join("same.837");
    fs::write(&file, batch(101)).unwrap();
    let serving = Running::begin(&mut rig.serve(&[]));
    std::thread::scope(|scope| {
        for client in 0..5 {
            let (rig, file) = (&rig, &file);
            scope.spawn(move || {
                for number in 0..EACH {
                    if client == 0 {
                        rig.put("pine", "prod", &format!("same-{number}.837"), &batch(101));
                    } else {
                        let handed = rig.run(&["submit", &file.display().to_string(), "--partner", "pine"]);
                        assert!([Some(0), Some(6)].contains(&handed.0), "{handed:?}");
                    }
                }
            });
        }
    });
    let manifests = || rig.answers("pine").keys().filter(|name| name.ends_with("MANIFEST.sha256")).count();
    wait_until("every file is answered", || manifests() == 5 * EACH);
    serving.send("TERM");
    assert_eq!(serving.end(), Some(0));
    let judged = rig.standings().iter().filter(|line| line.contains("judged")).count();
    let duplicates = rig.standings().iter().filter(|line| line.contains("delivered duplicate")).count();
    assert_eq!((judged, duplicates), (1, 5 * EACH - 1));
    rig.verify();
}

#[test]
fn a_stream_is_received_whole_or_not_at_all() {
    let rig = Rig::default();
    let submit = |bytes: &[u8], more: &[&str]| {
        let mut child = rig
            .command(&[&["submit", "-", "--partner", "pine"], more].concat())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Whoever is told to hand it to nobody ends without reading.
        let written = child.stdin.take().unwrap().write_all(bytes);
        assert!(written.is_ok() || more.contains(&"nobody"));
        ended(&child.wait_with_output().unwrap())
    };
    let whole = batch(101);
    for cut in (0..whole.trim_ascii_end().len()).step_by(97) {
        assert_eq!(submit(&whole[..cut], &[]).0, Some(5), "{cut}");
    }
    assert_eq!((rig.standings().len(), files(&rig.root().join("blob")).len()), (0, 0));
    let handed = submit(&whole, &["--name", "piped.837"]);
    assert_eq!((handed.0, handed.1.trim().len()), (Some(0), 26), "{handed:?}");
    assert_eq!(submit(&whole, &[]).0, Some(6));
    let serving = Running::begin(&mut rig.serve(&[]));
    assert_eq!(submit(&batch(102), &["--wait", "--name", "waited.837"]).0, Some(0));
    assert!(rig.answers("pine").keys().any(|name| name.starts_with("waited-3-999")));
    drop(serving);
    assert_eq!(submit(&batch(103), &["--partner", "nobody"]).0, Some(2));
}

#[test]
fn one_process_serves_and_the_next_goes_on() {
    let rig = Rig::default();
    let serving = Running::begin(&mut rig.serve(&[]));
    wait_until("it serves", || rig.run(&["status"]).1.contains("The station is served."));
    let second = ended(&rig.serve(&["--once"]).output().unwrap());
    assert_eq!(second.0, Some(75), "{second:?}");
    assert!(second.2.contains("another process serves this station"), "{second:?}");
    // A partner that is added meanwhile is served too, and so is a file that came by another way.
    rig.add("oak", "TPID00000002");
    let of_oak = String::from_utf8(batch(1)).unwrap().replace("TPID00000001", "TPID00000002");
    rig.put("oak", "prod", "oak.837", of_oak.as_bytes());
    wait_until("it is answered", || rig.answers("oak").keys().any(|name| name.ends_with("MANIFEST.sha256")));
    serving.send("HUP");
    rig.put("pine", "prod", "pine.837", &batch(2));
    wait_until("it is answered", || rig.answers("pine").keys().any(|name| name.ends_with("MANIFEST.sha256")));
    serving.send("INT");
    assert_eq!(serving.end(), Some(0));
    rig.verify();
}

#[test]
fn a_partner_whose_folders_are_gone_keeps_nobody_waiting() {
    let rig = Rig::default();
    rig.add("oak", "TPID00000002");
    let (outbound, away) = (rig.home("pine").join("outbound/report"), rig.folder.path().join("away"));
    rig.put("pine", "prod", "pine.837", &batch(1));
    fs::rename(&outbound, &away).unwrap();
    // A link in its place leads nowhere.
    std::os::unix::fs::symlink(&away, &outbound).unwrap();
    let of_oak = String::from_utf8(batch(1)).unwrap().replace("TPID00000001", "TPID00000002");
    let serving = Running::begin(&mut rig.serve(&[]));
    rig.put("oak", "prod", "oak.837", of_oak.as_bytes());
    wait_until("the other is answered", || rig.answers("oak").keys().any(|name| name.ends_with("sha256")));
    assert_eq!(files(&away).len(), 0);
    fs::remove_file(&outbound).unwrap();
    fs::rename(&away, &outbound).unwrap();
    wait_until("it is answered", || rig.answers("pine").keys().any(|name| name.ends_with("sha256")));
    serving.send("TERM");
    assert_eq!(serving.end(), Some(0));
    rig.verify();
}

#[test]
fn nobody_else_can_read_what_is_kept() {
    let rig = Rig::default();
    rig.put("pine", "prod", "a.837", &batch(1));
    let shell = format!(
        "umask 000; exec {} serve --once --station {} --crosswalk {}",
        env!("CARGO_BIN_EXE_claimgate"),
        rig.root().display(),
        rig.serve(&[]).get_args().skip_while(|argument| *argument != "--crosswalk").nth(1).unwrap().display()
    );
    assert!(Command::new("bash").args(["-c", &shell]).status().unwrap().success());
    let mut folders = vec![rig.root()];
    let mut open = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let mode = fs::symlink_metadata(&path).unwrap().permissions().mode();
            let name = path.strip_prefix(rig.root()).unwrap().display().to_string();
            if path.is_dir() {
                folders.push(path);
            }
            // What a partner passes on its way, and its keys, are no secret.
            if !name.starts_with("partners") && mode & 0o007 != 0 || mode & 0o002 != 0 {
                open.insert(format!("{name} {mode:o}"));
            }
        }
    }
    assert_eq!(open, BTreeSet::new());
}

#[test]
fn what_was_changed_is_noticed_and_a_backup_is_restored() {
    let rig = Rig::default();
    rig.put("pine", "prod", "a.837", &batch(1));
    rig.serve_once();
    let copy = rig.folder.path().join("copy.db").display().to_string();
    assert_eq!(rig.run(&["ledger", "backup", &copy]).0, Some(0));
    rig.put("pine", "prod", "b.837", &batch(2));
    rig.serve_once();
    let rejected = rig.root().join("runs/1/rejected.837");
    let before = fs::read(&rejected).unwrap();
    OpenOptions::new().append(true).open(&rejected).unwrap().write_all(b"x").unwrap();
    let verified = rig.run(&["ledger", "verify"]);
    assert_eq!(verified.0, Some(1));
    assert!(verified.2.contains("run 1, rejected.837: it is not what was written"), "{verified:?}");
    fs::write(&rejected, before).unwrap();
    rig.verify();
    let restored = rig.run(&["ledger", "restore", &copy, "--reason", "a file was changed"]);
    assert_eq!(restored.0, Some(0), "{restored:?}");
    assert!(restored.1.contains("received since     1 file, in "), "{restored:?}");
    rig.verify();
    let left = |folder: &str| fs::read_dir(rig.root().join(folder)).unwrap().count();
    assert_eq!([left("runs"), left("archive"), left("quarantine")], [1, 1, 0]);
}

#[test]
fn accepted_claims_go_on_as_they_came() {
    let rig = Rig::default();
    let folder = samples().join("many-interchanges");
    let whole = String::from_utf8(fs::read(folder.join("in.837")).unwrap()).unwrap();
    // The first interchange alone: the second one is a test, and does not belong into this folder.
    let first = &whole[..whole.find("IEA").unwrap()];
    let first = format!("{first}{}", &whole[first.len()..].split_inclusive('~').next().unwrap());
    rig.put("pine", "prod", "many.837", whole.as_bytes());
    rig.put("pine", "prod", "one.837", first.as_bytes());
    rig.serve_once();
    assert_eq!(rig.standings(), ["delivered misaddressed many.837", "delivered judged one.837"]);
    let kept = fs::read(rig.root().join("runs/2/accepted.837")).unwrap();
    assert_eq!(files(&rig.root().join("onward/prod")).into_values().collect::<Vec<_>>(), [kept]);
}

#[test]
fn what_was_held_is_judged_again_once_a_list_has_come() {
    let rig = Rig::default();
    let kept = rig.keep_lists();
    rig.put("pine", "prod", "held.837", &fs::read(samples().join("quarter-not-loaded/in.837")).unwrap());
    rig.put("pine", "prod", "a.837", &batch(101));
    let serving = Running::begin(&mut rig.command(&["serve", "--crosswalk", &kept]));
    let wait_for = |name: &str| wait_until(name, || rig.answers("pine").contains_key(name));
    wait_for("a-1-MANIFEST.sha256");
    wait_for("held-2-MANIFEST.sha256");
    let rerun = |more: &[&str]| rig.run(&[&["rerun", "--crosswalk", &kept], more].concat());
    assert_eq!(rerun(&[]).1, "Nothing to judge again by snapshot 1223ae023bfe.\n");
    activate(&kept, "local.csv", "local");
    let listed = rerun(&["--held"]);
    assert!(listed.1.contains("held") && listed.1.contains("would be judged again"), "{listed:?}");
    assert_eq!(rerun(&["--code", "NDC050"]).1.lines().count(), 3);
    assert_eq!(rerun(&["--pair", "00641-0367-25,J1885"]).1.lines().count(), 2);
    assert!(rerun(&["--pair", "00641-0367-25,J9999"]).1.starts_with("Nothing"));
    assert!(rerun(&["--since", "2999-01-01"]).1.starts_with("Nothing"));
    assert_eq!(rerun(&["--partner", "oak"]).0, Some(2), "there is none of that name");
    assert_eq!(rerun(&["--apply"]).0, Some(2), "somebody has to say why");
    let apply = ["--held", "--apply", "--reason", "the local list is in force"];
    let applied = rerun(&apply);
    assert!(applied.1.contains("as run 3"), "{applied:?}");
    assert!(rerun(&apply).1.starts_with("Nothing"), "twice does nothing the second time");
    wait_for("held-3-MANIFEST.sha256");
    assert!(rerun(&apply).1.starts_with("Nothing"));
    serving.send("TERM");
    assert_eq!(serving.end(), Some(0));
    let names: Vec<String> = rig.answers("pine").into_keys().filter(|name| name.contains("held-3")).collect();
    assert!(names.contains(&"held-3-BRR.txt".to_owned()), "{names:?}");
    assert!(!names.iter().any(|name| name.ends_with("999.edi")), "it was acknowledged: {names:?}");
    let accepted = files(&rig.root().join("onward/prod"));
    let again = String::from_utf8(accepted["pine-held-3.837"].clone()).unwrap();
    assert!(again.contains("*500000000*") && again.contains("CLM*QNL-7*"), "{again}");
    let shown = rig.run(&["submission", "show", &rig.id_of("held.837")]).1;
    assert!(shown.contains("Judges     the held claims of run"), "{shown}");
    assert!(shown.contains(&format!("rerun opened   by {}: the local list is in force", user())), "{shown}");
    rig.verify();
}

#[test]
fn no_two_replies_to_a_partner_have_one_number() {
    let rig = Rig::default();
    // Two interchanges need more numbers than a run has at first.
    let two = [batch(1), batch(2)].concat();
    for (name, bytes) in [("two.837", two), ("three.837", batch(3)), ("four.837", batch(4))] {
        rig.put("pine", "prod", name, &bytes);
    }
    rig.serve_once();
    rig.put("pine", "test", "turned-away.837", &batch(5));
    rig.serve_once();
    let mut numbers = Vec::new();
    for (name, bytes) in rig.answers("pine") {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let isas = text.lines().filter(|line| line.starts_with("ISA*"));
        numbers.extend(isas.map(|isa| (isa.split('*').nth(13).unwrap().to_owned(), name.clone())));
    }
    let distinct: BTreeSet<&String> = numbers.iter().map(|(number, _)| number).collect();
    assert_eq!((numbers.len(), distinct.len()), (9, 9), "{numbers:?}");
    assert!(numbers.iter().all(|(number, _)| number.as_str() < "000000100"), "{numbers:?}");
    let shown = rig.run(&["submission", "show", &rig.id_of("two.837")]).1;
    assert!(shown.contains("reply numbers given"), "{shown}");
    rig.verify();
}
