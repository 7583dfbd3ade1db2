//! A copy that is put in the place of the ledger while the station is served.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

#[path = "station/mod.rs"]
mod station;

use station::{
    Rig, Running, ask, batch, can_trace, ended, files, is_killed_restoring, is_torture, large, say,
    wait_until,
};

/// A station that is served, with a log of that.
struct Served {
    rig: Rig,
    metrics: String,
    serving: Running,
}

impl Served {
    fn begin(rig: Rig) -> Served {
        let metrics = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let log = File::create(rig.folder.path().join("log")).unwrap();
        let serving = Running::begin(rig.serve(&["--metrics", &metrics]).stderr(log));
        let served = Served { rig, metrics, serving };
        wait_until("it serves", || served.is_ready());
        served
    }

    fn is_ready(&self) -> bool {
        ask(&self.metrics, "GET /readyz").is_some_and(|(status, _)| status.contains("200"))
    }

    fn log(&self) -> String {
        fs::read_to_string(self.rig.folder.path().join("log")).unwrap()
    }

    /// Puts a file down, and waits until it is judged and answered.
    fn judge(&self, name: &str, bytes: &[u8]) {
        self.rig.put("pine", "prod", name, bytes);
        self.wait_for(&format!("delivered judged {name}"));
    }

    fn wait_for(&self, standing: &str) {
        wait_until(standing, || self.rig.standings().iter().any(|one| one == standing));
    }

    fn restore(&self, copy: &str) -> (Option<i32>, String, String) {
        self.rig.run(&["ledger", "restore", copy, "--reason", "the disk broke"])
    }

    fn end(self) -> Rig {
        self.serving.send("TERM");
        assert_eq!(self.serving.end(), Some(0));
        self.rig
    }
}

/// Runs what `restore` has left to hand files in again, as often as it has.
fn hand_in_again(rig: &Rig) {
    let program = Path::new(env!("CARGO_BIN_EXE_claimgate")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    for forgotten in fs::read_dir(rig.root().join("forgotten")).unwrap() {
        let script = forgotten.unwrap().path().join("submit-again.sh");
        if script.exists() {
            let handed_in = Command::new("sh").arg(script).env("PATH", &path).output().unwrap();
            assert_eq!(handed_in.stderr, b"", "{handed_in:?}");
        }
    }
}

#[test]
fn whoever_serves_goes_on_with_the_copy() {
    let served = Served::begin(Rig::default());
    served.judge("a.837", &batch(1));
    let copy = served.rig.back_up("copy.db");
    served.judge("b.837", &batch(2));
    let restored = served.restore(&copy);
    assert_eq!((restored.0, restored.2.as_str()), (Some(0), ""), "{restored:?}");
    for words in [
        ": restored\n",
        "  received since     1 file, in ",
        "  numbers            runs from 1000003, ",
        "  served             by whoever served it before, who goes on\n",
    ] {
        assert!(restored.1.contains(words), "{words}\n{restored:?}");
    }
    assert_eq!(served.rig.standings(), ["delivered judged a.837"]);
    wait_until("it serves again", || served.is_ready());
    served.judge("c.837", &batch(3));
    hand_in_again(&served.rig);
    served.wait_for("delivered judged b.837");
    let judged = "claimgate_submissions_total{partner=\"pine\",outcome=\"judged\"} 3\n";
    wait_until("what is told is of the copy", || {
        ask(&served.metrics, "GET /metrics").is_some_and(|(_, page)| page.contains(judged))
    });
    let log = served.log();
    for words in ["somebody waits for the ledger", "the station is served again"] {
        assert_eq!(log.matches(words).count(), 1, "{words}\n{log}");
    }
    served.end().verify();
}

#[test]
fn what_is_being_judged_is_ended_before() {
    let served = Served::begin(Rig::default());
    served.judge("a.837", &batch(1));
    let copy = served.rig.back_up("copy.db");
    let sets = if is_torture() { 9_000 } else { 2_000 };
    served.rig.put("pine", "prod", "large.837", &large(2, sets));
    let begun = || files(&served.rig.root().join("tries")).into_iter().next();
    wait_until("it is being judged", || begun().is_some());
    let restored = served.restore(&copy);
    assert_eq!(restored.0, Some(0), "{restored:?}");
    assert!(restored.1.contains("  received since     1 file, in "), "{restored:?}");
    hand_in_again(&served.rig);
    served.wait_for("delivered judged large.837");
    served.end().verify();
}

/// The claims of everything that went on, each with how often it did, by control number and claim number.
fn went_on(rig: &Rig) -> BTreeMap<(String, String), usize> {
    let mut claims = BTreeMap::new();
    for (_, bytes) in files(&rig.root().join("onward/prod")) {
        let text = String::from_utf8(bytes).unwrap();
        for claim in text.split('~').filter_map(|segment| segment.trim_start().strip_prefix("CLM*")) {
            let name = (text[90..99].to_owned(), claim.split('*').next().unwrap().to_owned());
            *claims.entry(name).or_default() += 1;
        }
    }
    claims
}

#[test]
fn nothing_that_comes_meanwhile_is_lost_or_goes_on_twice() {
    let served = Served::begin(Rig::default());
    let (count, restores) = if is_torture() { (600, 12) } else { (60, 3) };
    let each = count / restores;
    for round in 0..restores {
        let known = served.rig.standings().len();
        let copy = thread::scope(|scope| {
            scope.spawn(|| {
                for number in round * each + 1..=(round + 1) * each {
                    served.rig.put("pine", "prod", &format!("{number}.837"), &batch(number));
                }
            });
            wait_until("some are received", || known < served.rig.standings().len());
            served.rig.back_up(&format!("copy{round}.db"))
        });
        let told = served.restore(&copy);
        assert_eq!(told.0, Some(0), "{told:?}");
    }
    let is_done = || {
        let inbound = files(&served.rig.home("pine").join("inbound/prod"));
        let standings = served.rig.standings();
        inbound.is_empty() && standings.iter().all(|one| one.starts_with("delivered "))
    };
    wait_until("everything is taken and answered", is_done);
    hand_in_again(&served.rig);
    wait_until("what was handed in is answered", || {
        let standings = served.rig.standings();
        let is_judged = |number| standings.contains(&format!("delivered judged {number}.837"));
        (1..=count).all(is_judged) && is_done()
    });
    let claims = went_on(&served.rig);
    assert_eq!(claims.len(), count as usize, "one of two goes on");
    let twice = claims.values().filter(|often| 1 < **often).count();
    say(&format!(
        "R15: {count} files during {restores} restores of a station that is served: 0 lost, {twice} twice"
    ));
    assert_eq!(twice, 0);
    served.end().verify();
}

#[test]
fn where_somebody_has_to_look_first_nothing_is_done() {
    let rig = Rig::default();
    let id = rig.put_held();
    let released = rig.run(&["held", "release", &id, "--apply", "--reason", "invoice seen"]);
    assert_eq!(released.0, Some(0), "{released:?}");
    let copy = rig.folder.path().join("copy.db").display().to_string();
    assert_eq!(rig.run(&["ledger", "backup", &copy]).0, Some(0));
    let served = Served::begin(rig);
    let path = served.rig.root().join("onward/prod/pine-held-2.837");
    wait_until("it goes on", || path.exists());
    served.wait_for("delivered judged held.837");
    // Somebody takes it to the payer's system.
    fs::remove_file(&path).unwrap();
    let before = served.rig.standings();
    // However often it is asked for.
    for _ in 0..3 {
        let refused = served.restore(&copy);
        assert_eq!((refused.0, refused.1.as_str()), (Some(75), ""), "{refused:?}");
        for words in [
            ": not restored while it is served: claims that went on would go on again\n",
            &format!("  judged again       run 2 of {id}: its claims go on under 50"),
            "they were taken from onward/, so whoever has them must know that they come again",
            "\nhint: end whoever serves it, restore, look",
        ] {
            assert!(refused.2.contains(words), "{words}\n{}", refused.2);
        }
    }
    wait_until("it serves again", || served.is_ready());
    served.judge("b.837", &batch(2));
    assert_eq!(served.rig.standings()[..before.len()], before[..]);
    assert!(
        !served.rig.root().join("forgotten").exists()
            || fs::read_dir(served.rig.root().join("forgotten")).unwrap().next().is_none()
    );
    served.end().verify();
}

#[test]
fn a_copy_that_cannot_be_restored_disturbs_nobody() {
    let served = Served::begin(Rig::default());
    served.judge("a.837", &batch(1));
    let copy = served.rig.back_up("copy.db");
    let mut bytes = fs::read(&copy).unwrap();
    bytes.truncate(bytes.len() / 2);
    fs::write(&copy, bytes).unwrap();
    let refused = served.restore(&copy);
    assert_eq!(refused.0, Some(1), "{refused:?}");
    let text = served.rig.folder.path().join("keys.pub").display().to_string();
    assert_eq!(served.restore(&text).0, Some(1));
    assert!(!served.log().contains("somebody waits for the ledger"));
    served.judge("b.837", &batch(2));
    served.end().verify();
}

#[test]
fn commands_that_use_the_ledger_are_waited_for_and_wait_in_turn() {
    let served = Served::begin(Rig::default());
    served.judge("a.837", &batch(1));
    let copy = served.rig.back_up("copy.db");
    // A stream that somebody hands over has its file and its row in one place, whatever happens meanwhile.
    let mut submit = served.rig.command(&["submit", "-", "--partner", "pine", "--name", "b.837"]);
    let mut submit: Child = submit.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stream = submit.stdin.take().unwrap();
    stream.write_all(&batch(2)[..200]).unwrap();
    wait_until("it is being received", || 0 < fs::read_dir(served.rig.root().join("blob")).unwrap().count());
    let refused =
        served.rig.run(&["ledger", "restore", &copy, "--reason", "the disk broke", "--timeout", "0"]);
    assert_eq!(refused.0, Some(75), "{refused:?}");
    assert!(refused.2.contains(": other commands use its ledger\nhint: "), "{refused:?}");
    let restored = thread::scope(|scope| {
        let restoring = scope.spawn(|| served.restore(&copy));
        stream.write_all(&batch(2)[200..]).unwrap();
        drop(stream);
        assert_eq!(submit.wait().unwrap().code(), Some(0));
        restoring.join().unwrap()
    });
    assert_eq!(restored.0, Some(0), "{restored:?}");
    assert!(restored.1.contains("  received since     1 file, in "), "{restored:?}");
    hand_in_again(&served.rig);
    served.wait_for("delivered judged b.837");
    let lock = File::options().append(true).open(served.rig.root().join("ledger.lock")).unwrap();
    lock.lock().unwrap();
    wait_until("whoever serves waits", || !served.is_ready());
    let refused = served.rig.run(&["status"]);
    assert_eq!(refused.0, Some(75), "{refused:?}");
    assert!(refused.2.contains("a copy is being put in the place of the ledger"), "{refused:?}");
    assert!(ask(&served.metrics, "GET /healthz").unwrap().0.contains("200"));
    assert!(ask(&served.metrics, "GET /metrics").unwrap().0.contains("503"));
    drop(lock);
    wait_until("it serves again", || served.is_ready());
    served.judge("c.837", &batch(3));
    served.end().verify();
}

#[test]
fn a_restore_that_is_killed_leaves_a_station_that_serves_or_says_what_is_missing() {
    if !can_trace() {
        return say("SKIPPED: strace is not there, or may not trace");
    }
    let mut gone = 0;
    for number in 1.. {
        let served = Served::begin(Rig::default());
        served.judge("a.837", &batch(1));
        let copy = served.rig.back_up("copy.db");
        served.judge("b.837", &batch(2));
        if !is_killed_restoring(&served.rig, &copy, number) {
            assert!(4 < number && 0 < gone, "{number}, {gone}");
            return;
        }
        let Served { rig, metrics, mut serving } = served;
        let is_ready = || ask(&metrics, "GET /readyz").is_some_and(|(status, _)| status.contains("200"));
        let mut ended = None;
        wait_until("it serves or has ended", || {
            ended = serving.0.try_wait().unwrap();
            ended.is_some() || is_ready()
        });
        if let Some(ended) = ended {
            assert_eq!(ended.code(), Some(2), "{number}");
            let log = fs::read_to_string(rig.folder.path().join("log")).unwrap();
            assert!(log.contains("the ledger is gone\nhint: restore a copy with `claimgate ledger"), "{log}");
            gone += 1;
        }
        let restored = rig.run(&["ledger", "restore", &copy, "--reason", "the disk broke"]);
        assert_eq!(restored.0, Some(0), "{number}: {restored:?}");
        assert!(restored.1.contains("runs from 1000003, "), "{number}: {restored:?}");
        if ended.is_none() {
            serving.send("TERM");
            assert_eq!(serving.end(), Some(0));
        }
        hand_in_again(&rig);
        rig.serve_once();
        assert_eq!(rig.standings(), ["delivered judged a.837", "delivered judged b.837"], "{number}");
        rig.verify();
    }
}

#[test]
fn whoever_serves_can_be_ended_while_a_copy_is_put_in_place() {
    let served = Served::begin(Rig::default());
    let lock = File::options().append(true).open(served.rig.root().join("ledger.lock")).unwrap();
    lock.lock().unwrap();
    wait_until("whoever serves waits", || !served.is_ready());
    let rig = served.end();
    drop(lock);
    let once = ended(&rig.serve(&["--once"]).output().unwrap());
    assert_eq!(once.0, Some(0), "{once:?}");
    rig.verify();
}
