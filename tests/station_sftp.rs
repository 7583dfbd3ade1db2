//! The station behind a real sshd, with the real sftp client: on loopback, as the current user.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[path = "station/mod.rs"]
mod station;

use station::{Rig, Running, batch, ended, files, wait_until};

/// A station, and an sshd for one of its partners.
struct Served {
    rig: Rig,
    port: u16,
    _sshd: Running,
}

fn say(words: &str) {
    let _ = writeln!(std::io::stderr(), "{words}");
}

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/station")
}

/// Returns whether there is an sshd and a client; where there is none, the test says so.
fn has_ssh() -> bool {
    let found = Command::new("bash")
        .args([
            "-c",
            "PATH=$PATH:/usr/sbin:/sbin; command -v sshd && command -v sftp && command -v ssh-keygen",
        ])
        .stdout(Stdio::null())
        .status();
    let is_there = found.is_ok_and(|status| status.success());
    if !is_there {
        say("SKIPPED: there is no sshd or no sftp on this machine");
    }
    is_there
}

impl Served {
    fn begin(rig: Rig, partner: &str) -> Served {
        let home = rig.root().join("partners").join(partner);
        let folder = rig.folder.path();
        let key = folder.join("key");
        let made =
            Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status();
        assert!(made.unwrap().success());
        fs::copy(folder.join("key.pub"), home.join("authorized_keys")).unwrap();
        // The port is free when it is given back; nobody else is told of it.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let sshd = Running::begin(
            Command::new(tests().join("sshd.sh"))
                .args([folder.join("sshd"), port.to_string().into(), home])
                .stderr(Stdio::null()),
        );
        wait_until("sshd listens", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        Served { rig, port, _sshd: sshd }
    }

    /// A client with options, who says what `batch` has.
    fn sftp(&self, more: &[&str], batch: &str) -> Running {
        let folder = self.rig.folder.path();
        let user = String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout).unwrap();
        let mut client = Command::new("sftp");
        client.args([
            "-q",
            "-b",
            "-",
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=/dev/null",
        ]);
        client.args(["-o", "LogLevel=ERROR", "-o", "IdentitiesOnly=yes", "-P", &self.port.to_string()]);
        client.arg("-i").arg(folder.join("key")).args(more).arg(format!("{}@127.0.0.1", user.trim()));
        client.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut running = Running::begin(&mut client);
        // A client that is told everything at once ends when it has done it.
        let mut says = running.0.stdin.take().unwrap();
        says.write_all(batch.as_bytes()).unwrap();
        running
    }

    fn do_all(&self, batch: &str) {
        assert_eq!(self.sftp(&[], batch).end(), Some(0), "{batch}");
    }

    /// Writes a file for clients to send, and returns its path.
    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.rig.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.display().to_string()
    }

    /// How many files are answered.
    fn manifests(&self) -> usize {
        let names = fs::read_dir(self.rig.home("pine").join("outbound/report")).unwrap();
        names
            .filter(|entry| {
                entry.as_ref().unwrap().path().extension().is_some_and(|ending| ending == "sha256")
            })
            .count()
    }
}

/// A batch of one interchange that takes some time to send.
fn large() -> (Vec<u8>, String) {
    let lists = generator::lists(1, 200, 100, 1);
    let plan = generator::Plan { claims: 400, ..generator::Plan::default() };
    let mut file = Vec::new();
    generator::write_batch(&plan, &lists, &mut file).unwrap();
    let sender = String::from_utf8(file[35..50].to_vec()).unwrap();
    (file, sender)
}

#[test]
fn the_demo_shows_what_it_says() {
    if !has_ssh() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Command::new(tests().join("demo.sh"));
    demo.arg(env!("CARGO_BIN_EXE_claimgate")).arg(folder.path().join("demo"));
    let (code, stdout, stderr) = ended(&demo.output().unwrap());
    assert_eq!(code, Some(0), "{stdout}{stderr}");
    for words in ["-999.edi: OK", "BUSINESS REJECTION REPORT", "(TA105 020)", "Everything holds"] {
        assert!(stdout.contains(words), "{words}: {stdout}");
    }
}

#[test]
fn an_upload_is_judged_when_it_is_whole_and_not_before() {
    if !has_ssh() {
        return;
    }
    let uploads: u32 = if station::is_torture() { 100 } else { 6 };
    let (file, sender) = large();
    let rig = Rig::default();
    rig.add("spruce", sender.trim());
    let served = Served::begin(rig, "spruce");
    let rig = &served.rig;
    let serving = Running::begin(rig.serve(&[]).stderr(Stdio::null()));
    let mut random = fastrand::Rng::with_seed(6);
    let (mut whole, mut given_up) = (Vec::new(), 0);
    for number in 0..uploads {
        let name = format!("upload{number}.837");
        // Each has a number of its own, so that none is a duplicate.
        let text = String::from_utf8(file.clone()).unwrap();
        let control_number = text[90..99].to_owned();
        let text = text.replace(&control_number, &format!("{:09}", 500_000 + number));
        let path = served.file(&name, text.as_bytes());
        let place = rig.home("spruce").join("inbound/prod").join(&name);
        let cut = random.u64(1..file.len() as u64 / 2);
        let upload = served.sftp(&["-l", "8000"], &format!("put {path} inbound/prod/{name}\n"));
        wait_until("the upload is under way", || fs::metadata(&place).is_ok_and(|file| cut < file.len()));
        upload.kill();
        // On a busy machine it may be over before it is ended.
        let is_cut = fs::metadata(&place).is_ok_and(|file| file.len() < text.len() as u64);
        if is_cut && number % 2 == 0 {
            served.do_all(&format!("reput {path} inbound/prod/{name}\n"));
        }
        if is_cut && number % 2 == 1 {
            given_up += 1;
        } else {
            whole.push(text.into_bytes());
        }
    }
    wait_until("what is whole is answered", || rig.standings().len() == whole.len());
    wait_until("all of it", || rig.standings().iter().all(|line| line.starts_with("delivered judged")));
    serving.send("TERM");
    assert_eq!(serving.end(), Some(0));
    let archived = files(&rig.root().join("archive"));
    assert!(archived.values().all(|bytes| whole.contains(bytes)), "what was sent is what was judged");
    assert_eq!(archived.len(), whole.len());
    // What was given up is told to be cut off, once it has been waited for.
    let served_on =
        rig.serve(&["--once"]).env("CLAIMGATE_STATION__INCOMPLETE_AFTER_SECONDS", "0").output().unwrap();
    assert_eq!(served_on.status.code(), Some(0));
    let told = rig.answers("spruce");
    let cut_off = told.iter().filter(|(name, bytes)| {
        name.ends_with("TA1.edi") && String::from_utf8_lossy(bytes).contains("*R*023~")
    });
    assert_eq!(cut_off.count(), given_up);
    rig.verify();
    say(&format!(
        "R6: {uploads} uploads aborted, {given_up} given up, the rest resumed: 0 judged before they were whole"
    ));
}

#[test]
fn many_clients_at_once_are_all_answered() {
    if !has_ssh() {
        return;
    }
    let (clients, each): (u32, u32) = if station::is_torture() { (50, 20) } else { (10, 4) };
    let served = Served::begin(Rig::default(), "pine");
    let serving = Running::begin(served.rig.serve(&[]).stderr(Stdio::null()));
    let running: Vec<Running> = (0..clients)
        .map(|client| {
            let put = |number: u32| {
                let name = format!("c{client}n{number}.837");
                let path = served.file(&name, &batch(1 + client * each + number));
                // As WinSCP does: under another name first.
                format!("put {path} inbound/prod/{name}.filepart\nrename inbound/prod/{name}.filepart inbound/prod/{name}\n")
            };
            served.sftp(&[], &(0..each).map(put).collect::<String>())
        })
        .collect();
    for client in running {
        assert_eq!(client.end(), Some(0));
    }
    wait_until("every file is answered", || served.manifests() == (clients * each) as usize);
    serving.send("TERM");
    assert_eq!(serving.end(), Some(0));
    served.rig.verify();
    say(&format!("R11: {clients} clients with {each} files each: every file answered"));
}
