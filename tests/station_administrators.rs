//! What whoever runs a station meets: configuration that is changed, folders that are gone, keys that are none, files that do not fit.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs::{self, File};
use std::process::Command;

#[path = "station/mod.rs"]
mod station;

use station::{Rig, Running, batch, ended, samples, wait_until};

#[test]
fn a_folder_of_anchors_that_is_gone_keeps_nobody_from_serving_and_is_told() {
    let rig = Rig::default();
    let folder = rig.folder.path().join("share");
    let ask =
        |mut command: Command| ended(&command.env("CLAIMGATE_STATION__ANCHORS", &folder).output().unwrap());
    let lists = station::lists().display().to_string();
    let doctor = ["doctor", "--sshd", "/nowhere/sshd", "--crosswalk", &lists];
    let path = folder.join("anchors").display().to_string();
    rig.put("pine", "prod", "a.837", &batch(1));
    let served = ask(rig.serve(&["--once"]));
    assert_eq!(served.0, Some(0), "{served:?}");
    assert!(served.2.contains("the head of the audit trail cannot be given out: see whether"), "{served:?}");
    assert!(served.2.contains(&path) && rig.standings() == ["delivered judged a.837"], "{served:?}");
    let verified = ask(rig.command(&["ledger", "verify"]));
    assert_eq!((verified.0, verified.1.as_str()), (Some(5), ""), "{verified:?}");
    assert!(verified.2.contains(&format!("cannot read {path}: No such file")), "{verified:?}");
    assert!(verified.2.contains("\nhint: see whether the folder of station.anchors is there"));
    let asked = ask(rig.command(&doctor));
    let fails: Vec<&str> = asked.1.lines().filter(|line| line.starts_with("FAILS")).collect();
    assert!(asked.0 == Some(2) && fails.len() == 2, "{asked:?}");
    assert!(fails[1].contains(&format!("{path} cannot be written: No such file")), "{fails:?}");
    fs::create_dir(&folder).unwrap();
    assert_eq!(ask(rig.serve(&["--once"])).0, Some(0));
    let verified = ask(rig.command(&["ledger", "verify"]));
    assert!(verified.1.contains(" 1 of them given out"), "{verified:?}");
    let asked = ask(rig.command(&doctor)).1;
    assert!(asked.contains(&format!("holds    anchors      {path} has ")), "{asked}");
}

#[test]
fn what_is_read_again_and_what_is_not_is_told() {
    let rig = Rig::default();
    let (config, log) = (rig.folder.path().join("claimgate.toml"), rig.folder.path().join("log"));
    fs::write(&config, "[station]\nworkers = 1\n").unwrap();
    let mut serve = rig.serve(&["--config", &config.display().to_string()]);
    let serving = Running::begin(serve.stderr(File::create(&log).unwrap()));
    let said = |words: &str| fs::read_to_string(&log).unwrap().lines().any(|line| line.contains(words));
    let judge = |number| {
        rig.put("pine", "prod", &format!("{number}.837"), &batch(number));
        let judged = format!("delivered judged {number}.837");
        wait_until(&judged, || rig.standings().contains(&judged));
    };
    judge(1);
    for (number, text, words) in [
        (2, "workers = 1\nrescan_seconds = 7", "configuration and lists are read again"),
        (3, "workers = 2", "once the station is served anew keys=\"station.workers\""),
        (4, "workers = none", "the configuration stays as it was"),
    ] {
        fs::write(&config, format!("[station]\n{text}\n")).unwrap();
        assert!(!said(words), "{text}");
        serving.send("HUP");
        wait_until(words, || said(words));
        // What cannot be read ends nobody who judges.
        judge(number);
    }
    serving.send("TERM");
    assert_eq!(serving.end(), Some(0));
}

#[test]
fn a_file_of_both_usages_is_to_be_split() {
    let rig = Rig::default();
    let both = fs::read(samples().join("many-interchanges/in.837")).unwrap();
    for folder in ["prod", "test"] {
        rig.put("pine", folder, &format!("{folder}.837"), &both);
        rig.serve_once();
        let answers = rig.answers("pine");
        let of = |ending: &str| {
            let is_it = |name: &str| name.starts_with(folder) && name.ends_with(ending);
            let (_, bytes) = answers.iter().find(|(name, _)| is_it(name)).unwrap();
            String::from_utf8_lossy(bytes).into_owned()
        };
        let (notice, ta1) = (of("NOTICE.txt"), of("TA1.edi"));
        let what = "claims to be paid and claims that are a test, and no folder is for both (TA105 020).\n";
        assert!(notice.contains(what) && notice.contains("What to do: Split it: "), "{notice}");
        assert!(ta1.contains("*R*020~") && ta1.contains("*R*024~"), "{ta1}");
    }
    rig.verify();
}

#[test]
fn keys_that_are_none_are_refused_and_told() {
    let rig = Rig::default();
    let file = rig.folder.path().join("id_ed25519");
    fs::write(&file, "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n").unwrap();
    let key = file.display().to_string();
    let words = format!("error: {key}: no line is a public key of OpenSSH\nhint: name the file that ends");
    for command in [&["add", "oak", "--sender-id", "OAK"][..], &["set", "pine"]] {
        let refused = rig.run(&[&["partner"], command, &["--key", &key]].concat());
        assert_eq!((refused.0, refused.1.as_str()), (Some(2), ""), "{refused:?}");
        assert!(refused.2.starts_with(&words), "{refused:?}");
    }
    let kept = rig.root().join("partners/pine/authorized_keys");
    assert!(fs::read_to_string(&kept).unwrap().starts_with("ssh-ed25519 "), "they are what they were");
    assert!(!rig.root().join("partners/oak").exists());
    fs::write(&kept, "# none any more\n").unwrap();
    let doctor = rig.run(&["doctor", "--sshd", "/nowhere/sshd"]).1;
    let fails = format!("FAILS    partners     pine has no public key in {}\n", kept.display());
    assert!(doctor.contains(&fails), "{doctor}");
}

#[test]
fn what_is_no_file_is_told_once() {
    let rig = Rig::default();
    let log = rig.folder.path().join("log");
    let inbound = rig.home("pine").join("inbound/prod");
    fs::create_dir(inbound.join("SMITH-JANE")).unwrap();
    let mut serve = rig.serve(&[]);
    let serving = Running::begin(serve.stderr(File::create(&log).unwrap()));
    for number in 1..=3 {
        rig.put("pine", "prod", "a.837", &batch(number));
        wait_until("it is taken", || !inbound.join("a.837").exists());
    }
    let told = || fs::read_to_string(&log).unwrap().matches("is no file is passed over").count();
    assert_eq!(told(), 1);
    // Another of that name is told of again.
    fs::remove_dir(inbound.join("SMITH-JANE")).unwrap();
    rig.put("pine", "prod", "a.837", &batch(4));
    wait_until("it is taken", || !inbound.join("a.837").exists());
    fs::create_dir(inbound.join("SMITH-JANE")).unwrap();
    wait_until("it is told", || told() == 2);
    serving.send("TERM");
    assert_eq!(serving.end(), Some(0));
    let log = fs::read_to_string(&log).unwrap();
    assert!(log.contains(" partner=\"pine\" folder=\"prod\"") && !log.contains("SMITH"), "{log}");
}

#[test]
fn a_rerun_tells_the_number_that_its_claims_go_on_under() {
    let rig = Rig::default();
    let id = rig.put_held();
    let shown = || rig.run(&["submission", "show", &id]).1;
    assert!(!shown().contains("  Onward "));
    assert_eq!(rig.run(&["held", "release", &id, "--apply", "--reason", "invoice seen"]).0, Some(0));
    rig.serve_once();
    assert_eq!(shown().matches("  Onward     ISA13 from 500000000 on, ").count(), 1, "{}", shown());
}

#[test]
fn a_ledger_that_cannot_be_read_is_to_be_restored() {
    let rig = Rig::default();
    fs::write(rig.root().join("ledger.db"), "x".repeat(4096)).unwrap();
    let hint = "keep everything as it is, and put a copy in its place with `claimgate ledger restore FILE`";
    let told = rig.run(&["ledger", "verify"]);
    let words = format!("error: the ledger cannot be used: file is not a database\nhint: {hint}\n");
    assert_eq!(told, (Some(1), String::new(), words));
    let (exit, doctor, _) = rig.run(&["doctor"]);
    assert_eq!(exit, Some(1));
    assert!(doctor.starts_with("FAILS    ledger       the ledger cannot be used: file is not a database\n"));
    assert!(doctor.ends_with(&format!("do: {hint}\n")), "{doctor}");
}
