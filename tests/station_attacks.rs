//! A partner who means harm: what it tries by sftp, by ssh, by packets of its own, and by what it leaves in its folders.
//!
//! After all of it, no byte of another partner or of the station has come out, nothing there was changed, and the station serves as before.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

#[path = "station/sftp.rs"]
mod sftp;
#[path = "station/mod.rs"]
mod station;

use sftp::Served;
use station::{Rig, Running, batch, files, is_torture, say, wait_until};

/// What stands in files that the partner must not read.
const CANARY: &str = "CANARY-7F3A";

/// What the attacker is answered, and how many attacks that was.
#[derive(Default)]
struct Attacks {
    count: usize,
    heard: String,
}

impl Attacks {
    fn sftp(&mut self, served: &Served, commands: &[String]) {
        // A refused command ends a session, unless it begins so.
        let lines: String = commands.iter().map(|command| ["-", command, "\n"].concat()).collect();
        let (_, out, err) = served.sftp("pine", &lines);
        self.heard += &format!("{out}{err}");
        self.count += commands.len();
    }

    /// Runs ssh with each of the arguments and inputs, four at a time: some end only when they are ended.
    fn ssh(&mut self, served: &Served, all: &[(Vec<&str>, &[u8])]) {
        let next = AtomicUsize::new(0);
        let heard = Mutex::new(String::new());
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while let Some((arguments, input)) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let (_, out, err) = served.ssh(arguments, input);
                        *heard.lock().unwrap() += &(out + &err);
                    }
                });
            }
        });
        self.heard += &heard.into_inner().unwrap();
        self.count += all.len();
    }
}

/// Puts the canary where the other partner and the station keep things, and returns the places.
fn plant(rig: &Rig) -> Vec<PathBuf> {
    let oak = rig.home("oak");
    let places = [
        oak.join("inbound/canary.tmp"),
        oak.join("outbound/ack/canary.txt"),
        rig.root().join("archive/canary"),
    ];
    for place in &places {
        fs::write(place, CANARY).unwrap();
    }
    places.into()
}

/// Names that a server might take for something outside.
fn outside(rig: &Rig) -> Vec<String> {
    let root = rig.root().display().to_string();
    let oak = ["oak", "home", "outbound", "ack", "canary.txt"].join("/");
    vec![
        format!("../{oak}"),
        format!("../../{oak}"),
        format!("../../../../../../../..{root}/partners/{oak}"),
        format!("{root}/partners/{oak}"),
        format!("/{root}/partners/{oak}"),
        format!("inbound/../../../{oak}"),
        format!("inbound/./.././../../{oak}"),
        format!("inbound//..//..//../{oak}"),
        format!("inbound/prod/../../../../{oak}"),
        format!("%2e%2e/%2e%2e/{oak}"),
        format!("..\\\\..\\\\{oak}"),
        format!("{root}/archive/canary"),
        "../authorized_keys".to_owned(),
        "/etc/passwd".to_owned(),
        ["/proc/self", "root", "etc/passwd"].join("/"),
        "/proc/self/cwd/../../oak".to_owned(),
    ]
}

fn paths(served: &Served, attacks: &mut Attacks) {
    served.local("x", b"written by pine");
    let step = if is_torture() { 1 } else { 3 };
    for path in outside(&served.rig).into_iter().step_by(step) {
        attacks.sftp(
            served,
            &[
                format!("get \"{path}\" got"),
                format!("ls -la \"{path}\""),
                format!("put x \"{path}\""),
                format!("rename inbound/prod \"{path}\""),
                format!("symlink \"{path}\" inbound/prod/link.837"),
                format!("ln \"{path}\" inbound/prod/hard.837"),
                "get inbound/prod/link.837 got".to_owned(),
                format!("rm \"{path}\""),
            ],
        );
        if let Ok(got) = fs::read(served.rig.folder.path().join("got")) {
            attacks.heard += &String::from_utf8_lossy(&got);
        }
    }
}

fn objects(served: &Served, attacks: &mut Attacks) {
    let long = "n".repeat(251);
    let deep = "d/".repeat(2000);
    let commands = [
        "rename inbound gone".to_owned(),
        "rename inbound/prod inbound/away".to_owned(),
        "rmdir inbound/test".to_owned(),
        "rm outbound/report".to_owned(),
        "rename outbound/ack inbound/prod/ack".to_owned(),
        "mkdir inbound/prod/x.837".to_owned(),
        "mkdir new".to_owned(),
        "put x new.837".to_owned(),
        "chmod 777 .".to_owned(),
        "chmod 777 inbound".to_owned(),
        "chown 0 inbound/prod".to_owned(),
        "chgrp 0 outbound/ack".to_owned(),
        format!("put x inbound/prod/{long}.837"),
        format!("put x inbound/prod/{deep}x"),
        "put x \"inbound/prod/-rf.837\"".to_owned(),
        "put x \"inbound/prod/a;reboot.837\"".to_owned(),
        "put x inbound/prod/con".to_owned(),
        "put x inbound/prod/.hidden".to_owned(),
        "put x inbound/prod/x.837".to_owned(),
        "chmod 4777 inbound/prod/x.837".to_owned(),
        "df".to_owned(),
        "!true".to_owned(),
    ];
    attacks.sftp(served, &commands);
}

/// A packet of SFTP: its length, its type, and what follows. Source: draft-ietf-secsh-filexfer-02.
fn packet(kind: u8, body: &[&[u8]]) -> Vec<u8> {
    let body = body.concat();
    let length = u32::try_from(body.len() + 1).unwrap();
    [&length.to_be_bytes()[..], &[kind], &body].concat()
}

fn text(text: &[u8]) -> Vec<u8> {
    [&u32::try_from(text.len()).unwrap().to_be_bytes()[..], text].concat()
}

/// Sessions of packets that no client would send.
fn sessions() -> Vec<Vec<u8>> {
    let init = packet(1, &[&3_u32.to_be_bytes()]);
    let id = 7_u32.to_be_bytes();
    let name = text(b"/inbound/prod/raw.837");
    // SSH_FXP_OPEN for writing and reading, made if it is not there.
    let open = packet(3, &[&id, &name, &0x1B_u32.to_be_bytes(), &0_u32.to_be_bytes()]);
    let handle = text(&0_u32.to_be_bytes());
    let write = |offset: u64| packet(6, &[&id, &handle, &offset.to_be_bytes(), &text(b"x")]);
    let extended = |what: &[u8], rest: &[&[u8]]| packet(200, &[&id, &text(what), &rest.concat()]);
    let path = text(["/../../oak", "home", "outbound/ack/canary.txt"].join("/").as_bytes());
    let many: Vec<u8> = (0..2000).flat_map(|_| open.clone()).collect();
    let flood: Vec<u8> = (0..2000).flat_map(|_| extended(b"fsync@openssh.com", &[&handle])).collect();
    let bodies: Vec<Vec<u8>> = vec![
        0_u32.to_be_bytes().to_vec(),
        u32::MAX.to_be_bytes().to_vec(),
        [&0x7FFF_FFFF_u32.to_be_bytes()[..], &[0; 64]].concat(),
        packet(99, &[&id]),
        packet(255, &[]),
        packet(3, &[&id, &u32::MAX.to_be_bytes()]),
        [open.clone(), write(1 << 62)].concat(),
        [open.clone(), write(u64::MAX)].concat(),
        [
            open.clone(),
            write(0),
            write(0),
            packet(5, &[&id, &handle, &0_u64.to_be_bytes(), &u32::MAX.to_be_bytes()]),
        ]
        .concat(),
        [open.clone(), packet(4, &[&id, &handle]), write(0)].concat(),
        packet(5, &[&id, &text(&9_u32.to_be_bytes()), &0_u64.to_be_bytes(), &64_u32.to_be_bytes()]),
        packet(3, &[&id, &text(b"/inbound/prod/a\0b.837"), &0x1B_u32.to_be_bytes(), &0_u32.to_be_bytes()]),
        packet(3, &[&id, &text(&[b'/'; 4096]), &1_u32.to_be_bytes(), &0_u32.to_be_bytes()]),
        packet(20, &[&id, &path, &text(b"/inbound/prod/l.837")]),
        packet(19, &[&id, &path]),
        packet(16, &[&id, &path]),
        extended(b"hardlink@openssh.com", &[&path, &text(b"/inbound/prod/h.837")]),
        extended(b"posix-rename@openssh.com", &[&path, &text(b"/inbound/prod/p.837")]),
        extended(b"expand-path@openssh.com", &[&text(b"~oak")]),
        extended(b"users-groups-by-id@openssh.com", &[&text(&[0; 4000]), &text(&[0; 4000])]),
        extended(
            b"copy-data",
            &[&handle, &0_u64.to_be_bytes(), &0_u64.to_be_bytes(), &handle, &0_u64.to_be_bytes()],
        ),
        extended(b"lsetstat@openssh.com", &[&path, &0_u32.to_be_bytes()]),
        extended(b"no-such@openssh.com", &[]),
        many,
        [open, flood].concat(),
        vec![0; 100_000],
        vec![0xFF; 100_000],
    ];
    bodies.into_iter().map(|body| [init.clone(), body].concat()).collect()
}

fn shells(served: &Served, attacks: &mut Attacks) {
    let oak_key = served.rig.folder.path().join("oak.key").display().to_string();
    let identity = format!("IdentityFile={oak_key}");
    let known = CANARY.as_bytes();
    let ssh: [&[&str]; 14] = [
        &["pine", "cat", "/etc/passwd"],
        &["pine", "/bin/sh", "-c", "id"],
        &["pine"],
        &["-tt", "pine"],
        &["-A", "pine", "ssh-add", "-l"],
        &["-X", "pine", "xterm"],
        &["-N", "-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:1", "pine"],
        &["-W", "127.0.0.1:22", "pine"],
        &["-w", "any", "pine", "true"],
        &["-s", "pine", "netconf"],
        &["-s", "pine", "sftp;id"],
        &["-o", &identity, "-o", "IdentitiesOnly=yes", "-i", &oak_key, "-l", "root", "pine", "id"],
        &["-o", "PubkeyAuthentication=no", "-o", "PasswordAuthentication=yes", "pine", "id"],
        &["-o", "Ciphers=aes128-cbc", "-o", "MACs=hmac-sha1", "pine", "id"],
    ];
    attacks.ssh(served, &ssh.map(|arguments| (arguments.to_vec(), known)));
}

/// What stands in the folders if somebody else than sshd lets the partner put things there.
fn leave_behind(rig: &Rig, attacks: &mut Attacks) {
    let inbound = rig.home("pine").join("inbound/prod");
    let canary = rig.home("oak").join("outbound/ack/canary.txt");
    let put = |name: &str| inbound.join(name);
    symlink(&canary, put("link.837")).unwrap();
    symlink(["../../../../oak", "home", "outbound"].join("/"), put("folder.837")).unwrap();
    symlink("link.837", put("chain.837")).unwrap();
    symlink("nowhere", put("dangling.837")).unwrap();
    fs::hard_link(&canary, put("hard.837")).unwrap();
    fs::create_dir(put("folder")).unwrap();
    fs::create_dir(put("d.837")).unwrap();
    assert!(Command::new("mkfifo").arg(put("pipe.837")).status().unwrap().success());
    File::create(put("empty.837")).unwrap();
    File::create(put("sparse.837")).unwrap().set_len(1 << 40).unwrap();
    // The station may take a file as soon as it has its name.
    let place = |name: &str, number: u32, arrange: &dyn Fn(&Path)| {
        let aside = put(&format!("{name}.part"));
        fs::write(&aside, batch(number)).unwrap();
        arrange(&aside);
        fs::rename(aside, put(name)).unwrap();
    };
    for (name, number, mode) in [("closed.837", 900, 0o000), ("setuid.837", 901, 0o4777)] {
        place(name, number, &|aside| fs::set_permissions(aside, Permissions::from_mode(mode)).unwrap());
    }
    for (name, time) in [
        ("old.837", SystemTime::UNIX_EPOCH),
        ("future.837", SystemTime::now() + Duration::from_hours(100_000)),
    ] {
        place(name, 902, &|aside| {
            File::options().write(true).open(aside).unwrap().set_modified(time).unwrap();
        });
    }
    let odd: [&[u8]; 4] =
        [b"line\nbreak.837", b"\x1B[2Jclear.837", b"\xFF\xFE.837", "\u{202E}738.exe".as_bytes()];
    for name in odd {
        fs::write(inbound.join(OsStr::from_bytes(name)), batch(903)).unwrap();
    }
    attacks.count += 18;
}

/// Swaps a file for a link to the canary and back while the station looks.
fn swap(rig: &Rig, attacks: &mut Attacks) {
    let inbound = rig.home("pine").join("inbound/prod");
    let (file, link) = (inbound.join("swap.part"), inbound.join("swapped.part"));
    let canary = rig.home("oak").join("outbound/ack/canary.txt");
    for _ in 0..if is_torture() { 10_000 } else { 500 } {
        fs::write(&file, batch(904)).unwrap();
        symlink(&canary, &link).unwrap();
        let _ = fs::rename(&file, inbound.join("race.837"));
        let _ = fs::rename(&link, inbound.join("race.837"));
        attacks.count += 1;
    }
    let _ = fs::remove_file(inbound.join("race.837"));
    let (prod, away) = (inbound.clone(), rig.home("pine").join("inbound/away"));
    fs::rename(&prod, &away).unwrap();
    symlink(rig.home("oak").join("inbound"), &prod).unwrap();
    wait_until("the station has looked", || {
        fs::read_to_string(rig.folder.path().join("log"))
            .unwrap()
            .contains("the folders of a partner cannot be used")
    });
    fs::remove_file(&prod).unwrap();
    fs::rename(&away, &prod).unwrap();
    attacks.count += 1;
}

#[test]
fn nothing_comes_out_and_nothing_is_changed() {
    let Some(served) = Served::begin() else { return };
    if !served.keeps_partners_in() {
        return say("SKIPPED: only root can have sshd keep a partner in its folders");
    }
    let planted = plant(&served.rig);
    let before = files(&served.rig.home("oak").join("inbound"));
    let log = File::create(served.rig.folder.path().join("log")).unwrap();
    let mut command = served.rig.serve(&[]);
    command
        .env("CLAIMGATE_STATION__RESCAN_SECONDS", "1")
        .env("CLAIMGATE_LIMITS__FILE_BYTES_MAX", "1000000000");
    let serving = Running::begin(command.stdin(Stdio::null()).stderr(log));
    let mut attacks = Attacks::default();
    paths(&served, &mut attacks);
    objects(&served, &mut attacks);
    let sessions = sessions();
    let sessions: Vec<_> =
        sessions.iter().map(|session| (vec!["-s", "pine", "sftp"], &session[..])).collect();
    attacks.ssh(&served, &sessions);
    shells(&served, &mut attacks);
    leave_behind(&served.rig, &mut attacks);
    swap(&served.rig, &mut attacks);
    served.local("good.837", &batch(999));
    assert_eq!(served.sftp("pine", "put good.837 inbound/prod/good.837\n").0, Some(0));
    wait_until("a good file is answered", || {
        served.rig.answers("pine").keys().any(|name| name.starts_with("good-") && name.ends_with("sha256"))
    });
    serving.send("TERM");
    assert_eq!(serving.end(), Some(0), "it is the process that was begun");
    for place in &planted {
        assert_eq!(fs::read_to_string(place).unwrap(), CANARY, "{}", place.display());
    }
    assert_eq!(
        files(&served.rig.home("oak").join("inbound")).keys().collect::<Vec<_>>(),
        before.keys().collect::<Vec<_>>()
    );
    let told: Vec<u8> = served.rig.answers("pine").into_values().flatten().collect();
    let kept: Vec<u8> = files(&served.rig.root().join("quarantine")).into_values().flatten().collect();
    for (what, heard) in [("heard", attacks.heard.as_bytes()), ("told", &told), ("kept", &kept)] {
        assert!(!String::from_utf8_lossy(heard).contains(CANARY), "{what}: the canary came out");
    }
    // Who hears nothing has not attacked.
    for answer in ["not found", "Permission denied", "This service allows sftp connections only"] {
        assert!(attacks.heard.contains(answer), "nothing was refused with: {answer}");
    }
    assert!(!attacks.heard.contains("root:x:0"), "a list of the machine came out");
    fs::remove_file(served.rig.root().join("archive/canary")).unwrap();
    served.rig.verify();
    say(&format!("S1: {} attacks: 0 escapes, the station went on", attacks.count));
}
