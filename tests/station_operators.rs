//! What operators ask of a station: whether its machine is fit for it, how it does, and who is late.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

#[path = "station/mod.rs"]
mod station;

use station::{Rig, Running, batch, ended, files, wait_until};

/// The kept releases that the rig serves with.
fn lists(rig: &Rig) -> String {
    let serve = rig.serve(&[]);
    let mut arguments = serve.get_args().skip_while(|argument| *argument != "--crosswalk");
    arguments.nth(1).unwrap().to_string_lossy().into_owned()
}

/// A program that tells what sshd would, with `more` at its end.
fn sshd(rig: &Rig, more: &str) -> PathBuf {
    let path = rig.folder.path().join("sshd");
    let (root, keys) = (rig.home("pine"), rig.root().join("partners/pine/authorized_keys"));
    let text = format!(
        "#!/bin/sh\necho 'chrootdirectory {}'\necho 'authorizedkeysfile {}'\necho 'forcecommand internal-sftp -u 0007 -P symlink,hardlink,mkdir,rmdir'\necho 'disableforwarding yes'\necho 'permittty no'\n{more}\n",
        root.display(),
        keys.display()
    );
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    path
}

/// The moment in some days.
fn in_days(days: i64) -> String {
    let now = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now());
    (now + chrono::TimeDelta::days(days)).to_rfc3339()
}

/// Asks the doctor; returns the exit code, and check, verdict, what was found and what to do.
fn doctor(rig: &Rig, sshd: &str) -> (Option<i32>, Vec<[String; 4]>) {
    let asked = rig.run(&["doctor", "--json", "--crosswalk", &lists(rig), "--sshd", sshd]);
    let json: serde_json::Value = serde_json::from_str(&asked.1).unwrap_or_else(|_| panic!("{asked:?}"));
    let text = |check: &serde_json::Value, key: &str| check[key].as_str().unwrap_or_default().to_owned();
    let row = |check| ["check", "verdict", "found", "remedy"].map(|key| text(check, key));
    (asked.0, json["checks"].as_array().unwrap().iter().map(row).collect())
}

fn verdict<'c>(checks: &'c [[String; 4]], name: &str) -> &'c [String; 4] {
    checks.iter().find(|check| check[0] == name).unwrap()
}

#[test]
fn the_doctor_says_what_holds_and_what_to_do() {
    let rig = Rig::default();
    let good = sshd(&rig, "echo 'maxstartups 100:30:200'").display().to_string();
    let (exit, checks) = doctor(&rig, &good);
    assert_eq!((exit, checks.len()), (Some(0), 13), "{checks:?}");
    for name in ["file system", "rename", "paths", "clock", "ledger", "audit trail", "sshd"] {
        assert_eq!(verdict(&checks, name)[1], "holds", "{checks:?}");
    }
    // The lists of the samples are of 2025.
    assert_eq!(verdict(&checks, "crosswalks")[1], "warns");
    assert!(
        verdict(&checks, "crosswalks")[2].starts_with("both publishers cover dates of service through 2025-")
    );
    assert_eq!(verdict(&checks, "anchors")[1], "warns");
    for check in &checks {
        assert_eq!(check[3].is_empty(), check[1] == "holds", "{check:?}");
    }
    let left = fs::read_dir(rig.root())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with('.'));
    assert_eq!(left.count(), 0, "nothing is left behind");
    let text = rig.run(&["doctor", "--crosswalk", &lists(&rig), "--sshd", "/nowhere/sshd"]).1;
    assert!(text.contains("unknown  sshd         sshd does not tell its configuration here\n"), "{text}");
    assert!(text.contains("                      do: run this as root"), "{text}");
}

#[test]
fn the_doctor_finds_what_is_wrong() {
    let rig = Rig::default();
    let few = sshd(&rig, "echo 'maxstartups 10:30:100'; echo 'permittty yes'").display().to_string();
    let (_, checks) = doctor(&rig, &few);
    let [_, says, found, remedy] = verdict(&checks, "sshd");
    assert_eq!(says, "warns");
    assert_eq!(found, "pine: PermitTTY is not no; pine: MaxStartups turns away who logs in together");
    assert!(remedy.contains("claimgate partner sshd NAME"));
    let archive = rig.root().join("archive");
    fs::set_permissions(&archive, Permissions::from_mode(0o755)).unwrap();
    let (exit, checks) = doctor(&rig, &few);
    assert_eq!((exit, verdict(&checks, "folders")[1].as_str()), (Some(2), "fails"));
    assert!(verdict(&checks, "folders")[2].ends_with("archive (755)"), "{checks:?}");
    fs::set_permissions(&archive, Permissions::from_mode(0o700)).unwrap();
    // A head that was given out, and is not in the trail.
    fs::write(rig.root().join("anchors"), format!("1 {} 2026-01-02T03:04:05Z\n", "0".repeat(64))).unwrap();
    let (exit, checks) = doctor(&rig, &few);
    assert_eq!((exit, verdict(&checks, "audit trail")[1].as_str()), (Some(1), "fails"));
    assert!(rig.run(&["partner", "sshd", "pine"]).1.contains("ForceCommand internal-sftp -u 0007"));
    assert_eq!(rig.run(&["partner", "sshd", "oak"]).0, Some(2));
}

#[test]
fn what_would_lose_files_is_not_served() {
    let rig = Rig::default();
    rig.put("pine", "prod", "a.837", &batch(1));
    let mount = format!("mount -t tmpfs none {}", rig.home("pine").join("outbound/ack").display());
    let inside = |command: &Command| {
        let words: Vec<_> = std::iter::once(command.get_program()).chain(command.get_args()).collect();
        let mut outer = Command::new("unshare");
        outer.args(["--mount", "sh", "-c", &format!("{mount} && exec \"$@\""), "sh"]).args(words);
        ended(&outer.output().unwrap())
    };
    if inside(&Command::new("true")).0 != Some(0) {
        let _ = writeln!(std::io::stderr(), "SKIPPED: nothing can be mounted here");
        return;
    }
    let served = inside(&rig.serve(&["--once"]));
    assert_eq!(served.0, Some(2), "{served:?}");
    assert!(served.2.contains("outbound/ack is on another file system than the station"), "{served:?}");
    assert!(served.2.contains("hint: give the station and the folders of its partners one file system"));
    assert!(rig.home("pine").join("inbound/prod/a.837").exists());
    rig.serve_once();
}

#[test]
fn whoever_is_late_is_told_of() {
    let rig = Rig::default();
    rig.add("oak", "TPID00000002");
    assert_eq!(rig.run(&["partner", "set", "pine", "--expect", "mondays 08:00"]).0, Some(2));
    let set = rig.run(&["partner", "set", "pine", "--expect", "daily 00:00"]);
    assert_eq!((set.0, set.1.as_str()), (Some(0), "pine: expected daily 00:00\n"));
    rig.put("pine", "prod", "a.837", &batch(1));
    rig.serve_once();
    let status = |days: i64| {
        let now = in_days(days);
        let told = rig.run(&["status", "--json", "--now", &now]);
        let json: serde_json::Value = serde_json::from_str(&told.1).unwrap();
        let pine = json["partners"].as_array().unwrap().iter().find(|row| row["partner"] == "pine").unwrap();
        (pine["is_late"].as_bool().unwrap(), pine["expected"].as_str().map(str::to_owned))
    };
    let daily = Some("daily 00:00".to_owned());
    assert_eq!(
        [status(0), status(1), status(3)],
        [(false, daily.clone()), (false, daily.clone()), (true, daily)]
    );
    let later = in_days(3);
    let text = rig.run(&["status", "--now", &later]).1;
    let of = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(of("pine").contains("LATE, 20") && of("oak").ends_with("  -"), "{text}");
    assert_eq!(rig.run(&["partner", "set", "pine", "--expect", "none"]).0, Some(0));
    assert_eq!(status(3), (false, None));
    rig.verify();
}

#[test]
fn what_was_kept_long_enough_goes_and_the_ledger_stays() {
    let rig = Rig::default();
    let config = rig.folder.path().join("claimgate.toml");
    let keep = |text: &str| fs::write(&config, text).unwrap();
    let retention = |days: i64, more: &[&str]| {
        let (config, now) = (config.display().to_string(), in_days(days));
        rig.run(&[&["--config", &config, "retention", "--now", &now], more].concat())
    };
    rig.put("pine", "prod", "a.837", &batch(1));
    rig.put("pine", "prod", "b.837", &batch(2));
    rig.serve_once();
    keep("");
    assert_eq!(retention(100, &[]).0, Some(2), "nothing says how long");
    keep("[retention]\narchive_days = 30\noutbound_days = 10\n");
    let of_partner = rig.home("pine").join("outbound/report/mine.txt");
    fs::write(&of_partner, "not ours").unwrap();
    let archived = || files(&rig.root().join("archive")).len();
    assert_eq!(retention(9, &["--apply"]).1, "0 files removed\n");
    let listed = retention(11, &[]);
    assert!(listed.1.ends_with("12 files to remove; with --apply they are\n"), "{listed:?}");
    assert_eq!(rig.answers("pine").len(), 13, "a list removes nothing");
    assert!(retention(11, &["--apply"]).1.ends_with("12 files removed\n"));
    assert_eq!((rig.answers("pine").len(), archived()), (1, 2), "what is not ours stays");
    assert!(of_partner.exists());
    assert!(retention(31, &["--apply", "--by", "ann"]).1.ends_with("2 files removed\n"));
    assert_eq!(
        (archived(), retention(31, &[]).1),
        (0, "0 files to remove; with --apply they are\n".to_owned())
    );
    // The ledger says what was removed, by whom, and holds; what goes without a note is still noticed.
    rig.verify();
    let list = rig.run(&["submission", "list"]).1;
    let id = list.split_whitespace().find(|word| word.len() == 26).unwrap().to_owned();
    let shown = rig.run(&["submission", "show", &id]).1;
    assert!(shown.contains("disposed of") && shown.contains("ann"), "{shown}");
    assert!(rig.run(&["report", &id]).1.contains("NDC050"));
    rig.put("pine", "prod", "c.837", &batch(3));
    rig.serve_once();
    for name in files(&rig.root().join("archive")).into_keys() {
        fs::remove_file(rig.root().join("archive").join(name)).unwrap();
    }
    assert_eq!(rig.run(&["ledger", "verify"]).0, Some(1));
}

#[test]
fn what_is_still_to_be_answered_is_never_old() {
    let rig = Rig::default();
    let config = rig.folder.path().join("claimgate.toml");
    fs::write(&config, "[retention]\narchive_days = 1\nquarantine_days = 1\noutbound_days = 1\n").unwrap();
    let report = rig.home("pine").join("outbound/report");
    rig.put("pine", "prod", "a.837", &batch(1));
    let away = rig.folder.path().join("away");
    fs::rename(&report, &away).unwrap();
    let serving = Running::begin(&mut rig.serve(&[]));
    wait_until("it is decided", || rig.standings().iter().any(|line| line.starts_with("decided judged")));
    let now = in_days(9);
    let config = config.display().to_string();
    let listed = rig.run(&["--config", &config, "retention", "--now", &now]);
    assert_eq!(listed.1, "0 files to remove; with --apply they are\n");
    fs::rename(&away, &report).unwrap();
    serving.send("TERM");
    assert_eq!(serving.end(), Some(0));
}
