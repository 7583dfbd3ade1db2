//! Files that come through a real sshd: whole, broken off, slowly, in two goes, and from many clients at once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

#[path = "station/sftp.rs"]
mod sftp;
#[path = "station/mod.rs"]
mod station;

use sftp::Served;
use station::{Running, batch, ended, files, is_torture, large, say, wait_until};

fn serve(served: &Served) -> Running {
    Running::begin(served.rig.serve(&[]).stderr(Stdio::null()))
}

fn end(serving: Running) {
    serving.send("TERM");
    assert_eq!(serving.end(), Some(0));
}

fn is_answered(served: &Served, partner: &str, stem: &str) -> bool {
    let is_list = |name: &str| name.starts_with(&format!("{stem}-")) && name.ends_with("-MANIFEST.sha256");
    let folder = served.rig.home(partner).join("outbound/report");
    fs::read_dir(folder).unwrap().any(|entry| is_list(&entry.unwrap().file_name().to_string_lossy()))
}

#[test]
fn the_demo_shows_what_it_says() {
    // Whoever can serve can show it.
    let Some(served) = Served::begin() else { return };
    let folder = served.rig.folder.path().join("demo");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/station/demo.sh");
    let demo = Command::new(script).arg(env!("CARGO_BIN_EXE_claimgate")).arg(folder).output().unwrap();
    let (code, stdout, stderr) = ended(&demo);
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    for words in ["-999.edi: OK", "BUSINESS REJECTION REPORT", "(TA105 020)", "Everything holds"] {
        assert!(stdout.contains(words), "{words}: {stdout}");
    }
}

#[test]
fn a_partner_puts_down_a_file_and_fetches_its_answers() {
    let Some(served) = Served::begin() else { return };
    let serving = serve(&served);
    served.local("monday.837", &batch(1));
    // As most clients do it: under another name first.
    let put = "put monday.837 inbound/prod/monday.837.part\nrename inbound/prod/monday.837.part inbound/prod/monday.837\n";
    assert_eq!(served.sftp("pine", put).0, Some(0));
    wait_until("it is answered", || is_answered(&served, "pine", "monday"));
    let fetched = served.sftp("pine", "get outbound/ack/monday-1-999.edi fetched.edi\nrm outbound/ack/*\n");
    assert_eq!(fetched.0, Some(0), "{fetched:?}");
    assert!(fs::read(served.rig.folder.path().join("fetched.edi")).unwrap().starts_with(b"ISA*"));
    let none = served.sftp("oak", "ls outbound/report\n");
    assert!(!none.1.contains("monday"), "{none:?}");
    end(serving);
    served.rig.verify();
}

/// Puts `name` down so slowly that it is seen under way, and breaks off once `bytes` are there.
fn break_off(served: &Served, name: &str, bytes: u64) {
    let mut client = served.client("pine", &["-l", "200", "-B", "4096"]);
    let put = format!("put {name} inbound/prod/{name}\n");
    client.stdin.take().unwrap().write_all(put.as_bytes()).unwrap();
    let there = served.rig.home("pine").join("inbound/prod").join(name);
    wait_until("some of it is there", || fs::metadata(&there).is_ok_and(|file| bytes <= file.len()));
    client.kill().unwrap();
    client.wait().unwrap();
}

/// What becomes of the number-th upload of [`an_upload_is_taken_when_it_is_whole_and_never_before`].
#[derive(Clone, Copy, PartialEq, Eq)]
enum Upload {
    BrokenOff,
    Resumed,
    Slow,
}

impl Upload {
    fn of(number: u32) -> Upload {
        match number % 4 {
            0 => Upload::Slow,
            1 => Upload::Resumed,
            _ => Upload::BrokenOff,
        }
    }
}

/// Sends files numbered up to `uploads` from four clients at once, each as [`Upload::of`] says.
fn send(served: &Served, uploads: u32) {
    let next = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for client in 0..4 {
            let next = &next;
            let mut random = fastrand::Rng::with_seed(client);
            scope.spawn(move || {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if uploads <= number {
                        return;
                    }
                    let name = format!("u{number:03}.837");
                    let put = format!("put {name} inbound/prod/{name}\n");
                    match Upload::of(number) {
                        Upload::Slow => {
                            let mut client = served.client("pine", &["-l", "1000"]);
                            client.stdin.take().unwrap().write_all(put.as_bytes()).unwrap();
                            assert!(client.wait().unwrap().success());
                        }
                        upload => {
                            break_off(served, &name, random.u64(1..20_000));
                            if upload == Upload::Resumed {
                                let resumed = served.sftp("pine", &format!("re{put}"));
                                assert_eq!(resumed.0, Some(0), "{resumed:?}");
                            }
                        }
                    }
                }
            });
        }
    });
}

/// Lets a station that waits no longer tell what nobody goes on with, and returns how many files it told as cut off.
fn told_as_cut_off(served: &Served) -> usize {
    let waited =
        served.rig.serve(&["--once"]).env("CLAIMGATE_STATION__INCOMPLETE_AFTER_SECONDS", "0").output();
    assert!(waited.unwrap().status.success());
    let cut_off = |bytes: &&Vec<u8>| String::from_utf8_lossy(bytes).contains("*R*023~");
    let told = served.rig.answers("pine");
    told.iter().filter(|(name, _)| name.ends_with("TA1.edi")).map(|(_, bytes)| bytes).filter(cut_off).count()
}

#[test]
fn an_upload_is_taken_when_it_is_whole_and_never_before() {
    const SETS: usize = 60;
    let uploads = if is_torture() { 100 } else { 12 };
    let Some(served) = Served::begin() else { return };
    let serving = serve(&served);
    let mut files_sent = BTreeMap::new();
    for number in 0..uploads {
        let bytes = large(number + 1, SETS);
        served.local(&format!("u{number:03}.837"), &bytes);
        files_sent.insert(format!("u{number:03}"), bytes);
    }
    send(&served, uploads);
    let whole = |number: &u32| Upload::of(*number) != Upload::BrokenOff;
    let stem = |number: u32| format!("u{number:03}");
    wait_until("what is whole is answered", || {
        (0..uploads).filter(whole).all(|number| is_answered(&served, "pine", &stem(number)))
    });
    // Whoever has taken this has looked at everything that was there before it.
    served.local("last.837", &batch(999));
    assert_eq!(served.sftp("pine", "put last.837 inbound/prod/last.837\n").0, Some(0));
    wait_until("the last one is answered", || is_answered(&served, "pine", "last"));
    end(serving);
    let archived: Vec<Vec<u8>> = files(&served.rig.root().join("archive")).into_values().collect();
    let wholes = (0..uploads).filter(whole).count();
    let lengths: Vec<usize> = archived.iter().map(Vec::len).collect();
    assert_eq!(archived.len(), wholes + 1, "taken and not whole: {lengths:?}, {:?}", served.rig.standings());
    for number in (0..uploads).filter(whole) {
        assert!(archived.contains(&files_sent[&stem(number)]), "{number}: other bytes were taken");
    }
    let told = told_as_cut_off(&served);
    assert_eq!(told, uploads as usize - wholes);
    served.rig.verify();
    say(&format!("R6: {uploads} uploads, {told} broken off: 0 taken early, 0 lost, {told} told"));
}

#[test]
fn many_clients_at_once_are_all_served() {
    let (clients, each) = if is_torture() { (50, 20) } else { (10, 5) };
    let Some(served) = Served::begin() else { return };
    let serving = serve(&served);
    let began = Instant::now();
    std::thread::scope(|scope| {
        for client in 0..clients {
            let served = &served;
            scope.spawn(move || {
                let (partner, sender) =
                    if client % 2 == 0 { ("pine", "TPID00000001") } else { ("oak", "TPID00000002") };
                let mut commands = String::new();
                for number in 0..each {
                    let name = format!("c{client:02}-{number:02}.837");
                    let text = String::from_utf8(batch(client * each + number + 1)).unwrap();
                    served.local(&name, text.replace("TPID00000001", sender).as_bytes());
                    commands += &format!("put {name} inbound/prod/{name}\n");
                }
                let ended = served.sftp(partner, &commands);
                assert_eq!(ended.0, Some(0), "{ended:?}");
            });
        }
    });
    let put = began.elapsed();
    let answered = |partner: &str| {
        let names = fs::read_dir(served.rig.home(partner).join("outbound/report")).unwrap();
        names.filter(|name| name.as_ref().unwrap().file_name().to_string_lossy().ends_with("sha256")).count()
    };
    let all = (clients * each) as usize;
    wait_until("all are answered", || answered("pine") + answered("oak") == all);
    let (put, answered) = (put.as_secs_f64(), began.elapsed().as_secs_f64());
    end(serving);
    assert_eq!(
        served.rig.standings().iter().filter(|line| line.starts_with("delivered judged")).count(),
        all
    );
    served.rig.verify();
    say(&format!(
        "R11: {clients} clients, {all} files: 0 failures; put down in {put:.1} s, all answered after {answered:.1} s"
    ));
}
