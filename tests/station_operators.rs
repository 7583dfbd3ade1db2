//! What operators ask of a station: whether its machine is fit for it, how it does, and who is late.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Permissions};
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

#[path = "station/mod.rs"]
mod station;

use station::{Rig, Running, ask, batch, ended, files, samples, user, wait_until};

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
    assert_eq!((exit, checks.len()), (Some(0), 15), "{checks:?}");
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
fn whoever_looks_keeps_nobody_from_serving() {
    let rig = Rig::default();
    std::thread::scope(|scope| {
        let looking = scope.spawn(|| (0..60).all(|_| rig.run(&["status"]).0 == Some(0)));
        while !looking.is_finished() {
            rig.serve_once();
        }
        assert!(looking.join().unwrap());
    });
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
fn outputs_and_accepted_claims_have_days_of_their_own() {
    let rig = Rig::default();
    let config = rig.folder.path().join("claimgate.toml");
    fs::write(&config, "[retention]\nruns_days = 20\nonward_days = 10\n").unwrap();
    let held = fs::read(samples().join("quarter-not-loaded/in.837")).unwrap();
    rig.put("pine", "prod", "held.837", &held);
    rig.put("pine", "prod", "a-1.837", &batch(1));
    rig.serve_once();
    let retention = |days: i64| {
        let (config, now) = (config.display().to_string(), in_days(days));
        rig.run(&["--config", &config, "retention", "--apply", "--now", &now]).1
    };
    let left = |folder: &str| fs::read_dir(rig.root().join(folder)).unwrap().count();
    assert_eq!((left("onward/prod"), left("runs")), (2, 2));
    assert!(retention(11).ends_with("2 files removed\n"));
    assert_eq!((left("onward/prod"), left("runs")), (0, 2));
    assert!(retention(21).starts_with("runs        pine"));
    assert_eq!(left("runs"), 1, "claims wait in the other");
    rig.verify();
    let id = rig.id_of("a-1.837");
    let report = rig.run(&["report", &id]);
    assert!(report.0 == Some(2) && report.2.contains("were kept long enough, and removed"), "{report:?}");
    let waits = rig.id_of("held.837");
    assert_eq!(rig.run(&["held", "reject", &waits, "--apply", "--reason", "withdrawn"]).0, Some(0));
    rig.serve_once();
    retention(21);
    assert_eq!(left("runs"), 0);
    rig.verify();
    fs::create_dir(rig.root().join("runs/99")).unwrap();
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

#[test]
fn whoever_looks_at_claims_is_noted() {
    let rig = Rig::default();
    rig.put("pine", "prod", "a.837", &batch(1));
    rig.serve_once();
    let id = rig.id_of("a.837");
    let viewed = || {
        let shown = rig.run(&["submission", "show", &id]).1;
        let lines = shown.lines().filter(|line| line.contains("  viewed  "));
        lines.map(|line| line.split_once(" by ").unwrap().1.to_owned()).collect::<Vec<_>>()
    };
    rig.run(&["status"]);
    rig.run(&["submission", "list"]);
    assert_eq!(viewed(), [""; 0], "counts are no claims");
    rig.run(&["report", &id]);
    rig.run(&["report", &id, "--format", "pdf"]);
    rig.run(&["submission", "show", &id, "--claims"]);
    rig.run(&["held", "list", &id]);
    let looks = ["run 1, brr.txt", "claims of every run", "held claims"];
    let expected = looks.map(|what| format!("{}: {what}", user()));
    assert_eq!(viewed(), expected, "what is not there is not seen");
    rig.verify();
}

#[test]
fn records_have_the_user_of_the_machine_whatever_the_environment_says() {
    let rig = Rig::default();
    let id = rig.put_held();
    let apply = ["--apply", "--reason", "invoice seen"];
    let release = |claim, name: &str, value: &str| {
        let mut release = rig.command(&[&["held", "release", &id, "--claim", claim][..], &apply].concat());
        assert_eq!(ended(&release.env(name, value).output().unwrap()).0, Some(0));
        rig.serve_once();
        let shown = rig.run(&["submission", "show", &id]).1;
        let mut told = shown.lines().filter_map(|line| line.split_once("released by hand by "));
        told.next_back().unwrap().1.to_owned()
    };
    assert_eq!(release("QNL-1", "LOGNAME", "eve"), format!("{}: invoice seen", user()));
    // What cannot stand in a record is no name, and then the system has one.
    let told = Command::new("id").arg("-un").output().unwrap().stdout;
    let own = String::from_utf8_lossy(&told).trim().to_owned();
    let forged = release("QNL-4", "SUDO_USER", "eve\n      99  delivered");
    assert_eq!(forged, format!("{own}: invoice seen"));
    rig.verify();
}

/// Names that a page of metrics has, and those that files for monitoring use.
fn names(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("claimgate_")).map(str::to_owned).collect()
}

#[test]
fn metrics_are_told_while_it_works_and_files_for_monitoring_use_no_others() {
    let rig = Rig::default();
    assert_eq!(ended(&rig.serve(&["--metrics", "0.0.0.0:0"]).output().unwrap()).0, Some(2));
    rig.run(&["partner", "set", "pine", "--expect", "daily 00:00"]);
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let serving = Running::begin(&mut rig.serve(&["--metrics", &address]));
    wait_until("it answers", || {
        ask(&address, "GET /healthz").is_some_and(|(status, _)| status.contains("200"))
    });
    wait_until("it is ready", || {
        ask(&address, "GET /readyz").is_some_and(|(status, _)| status.contains("200"))
    });
    for number in 1..=4 {
        rig.put("pine", "prod", "SMITH-JANE.837", &batch(number));
        wait_until("it is taken", || !rig.home("pine").join("inbound/prod/SMITH-JANE.837").exists());
        assert!(ask(&address, "GET /metrics").unwrap().0.contains("200"));
    }
    let judged = "claimgate_submissions_total{partner=\"pine\",outcome=\"judged\"} 4\n";
    wait_until("all are counted", || ask(&address, "GET /metrics").unwrap().1.contains(judged));
    wait_until("all are delivered", || {
        ask(&address, "GET /metrics").unwrap().1.contains("claimgate_owed_runs 0\n")
    });
    let page = ask(&address, "GET /metrics").unwrap().1;
    for line in [
        "claimgate_ready 1\n",
        "claimgate_claims_total{partner=\"pine\",disposition=\"accepted\"} 4\n",
        "claimgate_claims_total{partner=\"pine\",disposition=\"rejected\"} 4\n",
        "claimgate_submissions_total{partner=\"pine\",outcome=\"unreadable\"} 0\n",
        "claimgate_quarantined_submissions{partner=\"pine\"} 0\n",
        "claimgate_waiting_runs 0\n",
        "claimgate_oldest_waiting_seconds 0\n",
        "claimgate_partner_late{partner=\"pine\"} 0\n",
        "claimgate_crosswalk_age_days{list=\"pdac\",release=\"2025-10-05\"} ",
        "claimgate_last_anchor_timestamp_seconds 1",
    ] {
        assert!(page.contains(line), "{line}\n{page}");
    }
    for secret in ["SMITH", "OOT-1", "TPID", "00641"] {
        assert!(!page.contains(secret), "{secret} is no label");
    }
    assert!(ask(&address, "GET /partners").unwrap().0.contains("404"));
    assert!(ask(&address, "POST /metrics").unwrap().0.contains("405"));
    // Whoever holds a connection open and says nothing keeps nobody waiting.
    let idle: Vec<_> = (0..8).map(|_| TcpStream::connect(&address).unwrap()).collect();
    assert!(ask(&address, "GET /healthz").unwrap().0.contains("200"));
    drop(idle);
    serving.send("TERM");
    assert_eq!(serving.end(), Some(0));
    let (dist, told) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dist"), names(&page));
    for file in ["claimgate.rules.yml", "claimgate.dashboard.json"] {
        let used = names(&fs::read_to_string(dist.join(file)).unwrap());
        let unknown: Vec<_> = used.difference(&told).collect();
        assert!(unknown.is_empty() && 8 < used.len(), "{file} uses {unknown:?}, which nobody tells");
    }
}

/// The samples of a page of metrics that are counted up, by name and labels.
fn counters(page: &str) -> BTreeMap<&str, u64> {
    let counted = |family: &str| page.contains(&format!("# TYPE {family} counter\n"));
    let samples =
        page.lines().filter(|line| !line.starts_with('#')).map(|line| line.rsplit_once(' ').unwrap());
    let of_counters = samples.filter(|(name, _)| counted(name.split('{').next().unwrap()));
    of_counters.map(|(name, value)| (name, value.parse().unwrap())).collect()
}

#[test]
fn what_is_counted_never_falls() {
    let rig = Rig::default();
    let id = rig.put_held();
    let released = rig.run(&["held", "release", &id, "--apply", "--reason", "invoice seen"]);
    assert_eq!(released.0, Some(0), "{released:?}");
    let file = rig.folder.path().join("a.837");
    fs::write(&file, batch(1)).unwrap();
    assert_eq!(rig.run(&["submit", &file.display().to_string(), "--partner", "pine"]).0, Some(0));
    // As often as is tried.
    for run in ["2", "3"] {
        fs::write(rig.root().join("tries").join(run), "...").unwrap();
    }
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let serving = Running::begin(&mut rig.serve(&["--metrics", &address]));
    let mut pages = Vec::new();
    let mut wait_for = |line: &str| {
        wait_until(line, || {
            pages.extend(ask(&address, "GET /metrics").map(|(_, page)| page));
            pages.last().is_some_and(|page| page.contains(line))
        });
    };
    wait_for("claimgate_quarantined_submissions{partner=\"pine\"} 1\n");
    wait_for("claimgate_failed_reruns_total{partner=\"pine\"} 1\n");
    let rerun = ["rerun", "--quarantined", "--apply", "--reason", "a new version judges it"];
    // It is offered once its partner was told of it, which is a moment after it was counted.
    wait_until("it is tried again", || rig.run(&rerun).1.contains("1 file handed to the station"));
    wait_for("claimgate_submissions_total{partner=\"pine\",outcome=\"judged\"} 2\n");
    wait_for("claimgate_quarantined_submissions{partner=\"pine\"} 0\n");
    serving.send("TERM");
    assert_eq!(serving.end(), Some(0));
    assert!(!counters(&pages[0]).is_empty());
    for both in pages.windows(2) {
        let (before, after) = (counters(&both[0]), counters(&both[1]));
        assert!(before.iter().all(|(name, value)| *value <= after[name]), "{before:?}\n{after:?}");
    }
}
