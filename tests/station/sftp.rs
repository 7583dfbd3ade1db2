//! sshd on loopback with what `partner add` prints, and clients that come through it.

#![allow(dead_code, reason = "not every test needs all of it")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::station::{Rig, Running, claimgate, ended, say, wait_until};

/// A station whose folders are served.
pub struct Served {
    pub rig: Rig,
    sshd: Running,
}

/// Partners that there can be, and what each sends as ISA06.
const PARTNERS: [(&str, &str); 2] = [("pine", "TPID00000001"), ("oak", "TPID00000002")];

/// The number of the first partner's user, where sshd is begun by root; `sshd.sh` counts up from it too.
const FIRST_USER: u32 = 61001;

impl Served {
    /// Begins a station with two partners, and sshd; `None`, with words, where there is none.
    pub fn begin() -> Option<Served> {
        for tool in ["sshd", "sftp", "ssh-keygen"] {
            let is_there = |folder: &str| Path::new(folder).join(tool).exists();
            if !["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"].into_iter().any(is_there) {
                say(&format!("SKIPPED: there is no {tool}"));
                return None;
            }
        }
        let rig = Rig { folder: tempfile::tempdir().unwrap() };
        for ((name, sender), number) in PARTNERS.into_iter().zip(FIRST_USER..) {
            add(&rig, name, sender, number);
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/station/sshd.sh");
        let log = fs::File::create(rig.folder.path().join("sshd.log")).unwrap();
        let sshd =
            Command::new(script).arg(rig.folder.path()).args(PARTNERS.map(|one| one.0)).stderr(log).spawn();
        let served = Served { rig, sshd: Running(sshd.unwrap()) };
        wait_until("sshd listens", || {
            served.config().exists() && PARTNERS.iter().all(|one| served.sftp(one.0, "pwd\n").0 == Some(0))
        });
        Some(served)
    }

    /// What clients are configured with.
    pub fn config(&self) -> PathBuf {
        self.rig.folder.path().join("ssh_config")
    }

    /// Whether a partner sees its own folders only, as is promised where sshd is begun by root.
    pub fn keeps_partners_in(&self) -> bool {
        let config = fs::read_to_string(self.rig.folder.path().join("sshd_config")).unwrap();
        config.contains("ChrootDirectory")
    }

    /// A file to be put down, which the client finds under `name`.
    pub fn local(&self, name: &str, bytes: &[u8]) {
        fs::write(self.rig.folder.path().join(name), bytes).unwrap();
    }

    /// A client that takes its commands from standard input; `more` are options.
    pub fn client(&self, partner: &str, more: &[&str]) -> Child {
        Command::new("sftp")
            .args(["-q", "-b", "-"])
            .arg("-F")
            .arg(self.config())
            .args(more)
            .arg(partner)
            .current_dir(self.rig.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Runs commands of sftp to their end.
    pub fn sftp(&self, partner: &str, commands: &str) -> (Option<i32>, String, String) {
        let mut client = self.client(partner, &[]);
        // A client that could not log in reads nothing.
        let _ = client.stdin.take().unwrap().write_all(commands.as_bytes());
        ended(&client.wait_with_output().unwrap())
    }

    /// Runs ssh with `arguments`, and `input` on its standard input, for five seconds at most.
    pub fn ssh(&self, arguments: &[&str], input: &[u8]) -> (Option<i32>, String, String) {
        let mut client = Command::new("timeout")
            .args(["5", "ssh", "-F"])
            .arg(self.config())
            .args(["-o", "BatchMode=yes"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let _ = client.stdin.take().unwrap().write_all(input);
        ended(&client.wait_with_output().unwrap())
    }
}

/// Adds a partner with a key of its own, and keeps what sshd has to know.
fn add(rig: &Rig, name: &str, sender: &str, number: u32) {
    let at = |ending: &str| rig.folder.path().join(format!("{name}.{ending}"));
    let made =
        Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(at("key")).status();
    assert!(made.unwrap().success());
    let mut command = claimgate(["partner", "add", name, "--sender-id", sender, "--station"]);
    command.arg(rig.root()).arg("--key").arg(at("key.pub"));
    if rustix::process::geteuid().is_root() {
        let number = number.to_string();
        command.args(["--uid", &number, "--gid", &number]);
    }
    let added = ended(&command.output().unwrap());
    assert_eq!(added.0, Some(0), "{added:?}");
    fs::write(at("sshd"), added.1).unwrap();
}
