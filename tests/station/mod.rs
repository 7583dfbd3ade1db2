//! A station with made-up partners in a folder of its own, for tests that look at it from outside.

#![allow(dead_code, reason = "not every test needs all of it")]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use tempfile::TempDir;

/// A partner, and what it sends as ISA06.
pub const PINE: (&str, &str) = ("pine", "TPID00000001");

pub fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").canonicalize().unwrap()
}

/// A sample of two claims, one of which is rejected; its interchange has the control number `number`.
pub fn batch(number: u32) -> Vec<u8> {
    let text = fs::read_to_string(samples().join("one-of-two/in.837")).unwrap();
    text.replace("000000101", &format!("{number:09}")).into_bytes()
}

/// The same, with so many transaction sets, alike but for their control numbers.
pub fn large(number: u32, sets: usize) -> Vec<u8> {
    let text = String::from_utf8(batch(number)).unwrap();
    let (begin, end) = (text.find("ST*837*").unwrap(), text.find("GE*").unwrap());
    let numbered = |set: usize| text[begin..end].replace("*0001~", &format!("*{set:04}~"));
    let numbered = |set: usize| numbered(set).replace("*0001*005010", &format!("*{set:04}*005010"));
    let sets_text: String = (1..=sets).map(numbered).collect();
    let tail = text[end..].replacen("GE*1*", &format!("GE*{sets}*"), 1);
    format!("{}{sets_text}{tail}", &text[..begin]).into_bytes()
}

/// Whether the whole figures are wanted, of `make torture`.
pub fn is_torture() -> bool {
    std::env::var_os("TORTURE").is_some()
}

/// Tells a figure, or what was skipped and why.
pub fn say(figure: &str) {
    let _ = writeln!(std::io::stderr(), "{figure}");
}

/// Runs `arguments`.
pub fn claimgate<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_claimgate"));
    command.args(arguments).env("USER", "eve").env("SUDO_USER", CALLER);
    command
}

/// Who calls sudo, where tests are root's.
const CALLER: &str = "tester";

/// The name that records have of whoever runs `claimgate`, whatever its environment says.
pub fn user() -> String {
    let told = Command::new("id").arg("-un").output().unwrap().stdout;
    let name = String::from_utf8_lossy(&told).trim().to_owned();
    if name == "root" { CALLER.to_owned() } else { name }
}

/// Runs `command` and returns exit code, standard output and standard error.
pub fn ended(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// Keeps the lists of the samples in `kept`, and lets them count.
fn keep_lists(kept: &str) {
    for list in ["2025-10-05XWalk.csv", "asp-2025q4.csv"] {
        crosswalk(&["import", &samples().join("crosswalks").join(list).display().to_string()], kept);
    }
    crosswalk(&["activate", "pdac-2025-10-05", "asp-2025Q4"], kept);
}

fn crosswalk(arguments: &[&str], kept: &str) {
    let output = claimgate(["crosswalk"]).args(arguments).args(["--crosswalk", kept]).output().unwrap();
    assert!(output.status.success(), "{:?}", ended(&output));
}

/// Brings another list of the samples, and lets it count.
pub fn activate(kept: &str, list: &str, id: &str) {
    crosswalk(&["import", &samples().join("crosswalks").join(list).display().to_string()], kept);
    crosswalk(&["activate", id], kept);
}

/// Kept releases, with those of the samples in force; made once, and only read.
static KEPT: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    keep_lists(&folder.path().display().to_string());
    folder
});

/// The folder of the lists that stations of tests use.
pub fn lists() -> &'static Path {
    KEPT.path()
}

/// A station.
pub struct Rig {
    pub folder: TempDir,
}

impl Default for Rig {
    fn default() -> Rig {
        let rig = Rig { folder: tempfile::tempdir().unwrap() };
        rig.add(PINE.0, PINE.1);
        rig
    }
}

impl Rig {
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("station")
    }

    /// Adds a partner.
    pub fn add(&self, name: &str, sender: &str) {
        let keys = self.folder.path().join("keys.pub");
        fs::write(&keys, "ssh-ed25519 AAAA made-up\n").unwrap();
        let key = keys.display().to_string();
        let added = self.run(&["partner", "add", name, "--sender-id", sender, "--key", &key]);
        assert_eq!(added.0, Some(0), "{added:?}");
    }

    /// A command about the station.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = claimgate(arguments);
        command.arg("--station").arg(self.root());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        ended(&self.command(arguments).output().unwrap())
    }

    /// The command that serves the station.
    pub fn serve(&self, more: &[&str]) -> Command {
        let mut command = self.command(&["serve", "--log", "info"]);
        command.arg("--crosswalk").arg(KEPT.path()).args(more).stdout(Stdio::null());
        command
    }

    /// Serves until everything is done that is there.
    pub fn serve_once(&self) {
        let served = ended(&self.serve(&["--once"]).output().unwrap());
        assert_eq!(served.0, Some(0), "{served:?}");
    }

    pub fn home(&self, partner: &str) -> PathBuf {
        self.root().join("partners").join(partner).join("home")
    }

    /// Puts a file down as a transfer does that writes aside and renames.
    pub fn put(&self, partner: &str, folder: &str, name: &str, bytes: &[u8]) {
        let inbound = self.home(partner).join("inbound").join(folder);
        let aside = inbound.join(format!("{name}.part"));
        fs::write(&aside, bytes).unwrap();
        fs::rename(aside, inbound.join(name)).unwrap();
    }

    /// Has a file judged three of whose claims are held, and returns the id of its submission.
    pub fn put_held(&self) -> String {
        let held = fs::read(samples().join("quarter-not-loaded/in.837")).unwrap();
        self.put("pine", "prod", "held.837", &held);
        self.serve_once();
        self.id_of("held.837")
    }

    /// Every answer in the folders of a partner, by name.
    pub fn answers(&self, partner: &str) -> BTreeMap<String, Vec<u8>> {
        let folders = ["ack", "report"].map(|name| self.home(partner).join("outbound").join(name));
        folders.iter().flat_map(|folder| files(folder)).collect()
    }

    /// The one answer whose name ends so, as text.
    pub fn answer(&self, partner: &str, ending: &str) -> String {
        let answers = self.answers(partner);
        let mut found = answers.iter().filter(|(name, _)| name.ends_with(ending));
        match (found.next(), found.next()) {
            (Some((_, bytes)), None) => String::from_utf8_lossy(bytes).into_owned(),
            _ => panic!("{ending}: {:?}", answers.keys()),
        }
    }

    /// A copy of the ledger as it stands.
    pub fn back_up(&self, name: &str) -> String {
        let copy = self.folder.path().join(name).display().to_string();
        let made = self.run(&["ledger", "backup", &copy]);
        assert_eq!(made.0, Some(0), "{made:?}");
        copy
    }

    /// Restores a copy, and returns what is told.
    pub fn restore(&self, copy: &str) -> String {
        let restored = self.run(&["ledger", "restore", copy, "--reason", "the disk broke"]);
        assert_eq!(restored.0, Some(0), "{restored:?}");
        restored.1
    }

    /// Asserts that everything about the station holds.
    pub fn verify(&self) {
        let verified = self.run(&["ledger", "verify"]);
        assert_eq!(verified.0, Some(0), "{verified:?}");
    }

    /// Keeps the lists of the samples for this station alone, and returns where.
    pub fn keep_lists(&self) -> String {
        let kept = self.folder.path().join("kept").display().to_string();
        keep_lists(&kept);
        kept
    }

    /// The id of the submission of that name.
    pub fn id_of(&self, name: &str) -> String {
        let listed = self.run(&["submission", "list"]).1;
        let line = listed.lines().find(|line| line.ends_with(name)).unwrap();
        line.split(' ').next().unwrap().to_owned()
    }

    /// How the files that came stand: the words of `submission list` behind the usage, and the name.
    pub fn standings(&self) -> Vec<String> {
        let listed = self.run(&["submission", "list"]).1;
        let stands = |line: &str| line.split_whitespace().skip(4).collect::<Vec<_>>().join(" ");
        listed.lines().map(stands).collect()
    }
}

/// Every file of a folder, by name.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let file = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // One that goes meanwhile was seen by somebody else.
        Some((name, fs::read(&path).ok()?))
    };
    fs::read_dir(folder).unwrap().filter_map(file).collect()
}

/// Waits until `is_so`; what is waited for comes, or the test has failed.
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let since = std::time::Instant::now();
    while !is_so() {
        assert!(since.elapsed() < Duration::from_mins(2), "it did not come to this: {what}");
        std::thread::park_timeout(Duration::from_millis(2));
    }
}

/// A process that ends with the test.
pub struct Running(pub Child);

impl Running {
    pub fn begin(command: &mut Command) -> Running {
        Running(command.spawn().unwrap())
    }

    /// Sends a signal.
    pub fn send(&self, signal: &str) {
        let sent = Command::new("kill").args([format!("-{signal}"), self.0.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for the end, and returns the exit code.
    pub fn end(mut self) -> Option<i32> {
        self.0.wait().unwrap().code()
    }

    /// Ends it as a power cut does, as far as processes can tell.
    pub fn kill(mut self) {
        let _ = self.0.kill();
        self.0.wait().unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Asks a station that serves, and returns status line and body.
pub fn ask(address: &str, request: &str) -> Option<(String, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    write!(stream, "{request} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    Some((head.lines().next()?.to_owned(), body.to_owned()))
}

/// Whether processes can be traced here.
pub fn can_trace() -> bool {
    let traced = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).status();
    traced.is_ok_and(|status| status.success())
}

/// Restores a copy, and ends whoever does it at the `number`-th rename; returns whether that came.
pub fn is_killed_restoring(rig: &Rig, copy: &str, number: usize) -> bool {
    let restore = rig.command(&["ledger", "restore", copy, "--reason", "the disk broke"]);
    let traced = Command::new("strace")
        .args(["-qq", "-f", "-o", "/dev/null", "-e"])
        .arg(format!("inject=rename,renameat,renameat2:signal=SIGKILL:when={number}"))
        .arg(restore.get_program())
        .args(restore.get_args())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let ended = traced.unwrap().code();
    assert!(ended.is_none_or(|code| code == 0), "{ended:?}");
    ended.is_none()
}
