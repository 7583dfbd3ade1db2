//! Power that fails: what was not synced is gone, and whatever was promised must still be there.
//!
//! The station lies on a file system that writes nothing by itself, in a file of another one that can copy it at one moment.
//! Such a copy is what a disk has when its power fails: it is mounted, served to the end and looked at, while the station goes on.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

#[path = "station/mounted.rs"]
mod mounted;
#[path = "station/mod.rs"]
mod station;

use mounted::Mounted;
use station::{PINE, Rig, Running, batch, claimgate, ended, is_torture, lists, say, wait_until};

/// Mounts a file as an ext4 that writes when it is told to.
const UNTOLD_NOTHING: [&str; 2] = ["-o", "loop,commit=300,noauto_da_alloc"];

/// Makes a file system in a file.
fn make(file: &Path, bytes: u64, program: &str, more: &[&str]) -> bool {
    fs::File::create(file).unwrap().set_len(bytes).unwrap();
    let made =
        Command::new(program).args(more).arg(file).stdout(Stdio::null()).stderr(Stdio::null()).status();
    made.is_ok_and(|status| status.success())
}

/// A disk whose power can fail.
struct Disk {
    inner: PathBuf,
    // What lies on another goes first.
    _station: Mounted,
    outer: Mounted,
    _memory: Mounted,
}

impl Disk {
    /// Makes one that is mounted at `place`; `None`, with words, where that cannot be done.
    fn begin(folder: &Path, place: &Path) -> Option<Disk> {
        let memory = Mounted::begin(&["-t", "tmpfs", "-o", "size=1200m", "none"], &folder.join("memory"))?;
        let file = folder.join("memory/outer");
        if !make(&file, 900 << 20, "mkfs.xfs", &["-q", "-m", "reflink=1"]) {
            say("SKIPPED: there is no mkfs.xfs");
            return None;
        }
        let outer = Mounted::begin(&["-o", "loop", &file.display().to_string()], &folder.join("outer"))?;
        let inner = folder.join("outer/inner");
        if !make(&inner, 400 << 20, "mkfs.ext4", &["-q"]) {
            say("SKIPPED: there is no mkfs.ext4");
            return None;
        }
        let named = inner.display().to_string();
        let station = Mounted::begin(&[&UNTOLD_NOTHING[..], &[&named]].concat(), place)?;
        Some(Disk { inner, _station: station, outer, _memory: memory })
    }

    /// Copies what is on the disk at this moment.
    fn cut(&self) -> PathBuf {
        let copy = self.outer.place.join("copy");
        let _ = fs::remove_file(&copy);
        let copied = Command::new("cp").arg("--reflink=always").args([&self.inner, &copy]).status();
        assert!(copied.unwrap().success());
        copy
    }
}

/// How many more batches are handed over while it is looked at what a cut has left, so that the disk does not fill up.
const AHEAD: usize = 20;

/// Hands over one batch after the other until it is told to end, and notes each one that was received for good; as many come in by the folder.
fn submit(rig: &Rig, received: &Mutex<Vec<String>>, looked_at: &AtomicUsize, is_over: &AtomicBool) {
    let mut number = 0;
    while !is_over.load(Ordering::Relaxed) {
        if looked_at.load(Ordering::Relaxed) + AHEAD < received.lock().unwrap().len() {
            std::thread::park_timeout(Duration::from_millis(1));
            continue;
        }
        number += 2;
        // Nobody is promised anything of it, but what is entered of it must be true.
        rig.put("pine", "prod", &format!("f{number:05}.837"), &batch(number - 1));
        let file = rig.folder.path().join(format!("n{number:05}.837"));
        fs::write(&file, batch(number)).unwrap();
        let handed = rig.run(&["submit", &file.display().to_string(), "--partner", "pine"]);
        assert_eq!(handed.0, Some(0), "{handed:?}");
        received.lock().unwrap().push(format!("n{number:05}"));
    }
}

/// Serves what the disk has after the cut, and asserts that everything that was promised before it is there, once.
fn assert_kept(copy: &Path, place: &Path, promised: &[String], cut: usize) {
    let named = copy.display().to_string();
    let _copy = Mounted::begin(&["-o", "loop", &named], place).unwrap();
    let at = ["--station".into(), place.join("station").into_os_string()];
    let served = claimgate(["serve", "--once", "--crosswalk"]).arg(lists()).args(&at).output().unwrap();
    assert!(served.status.success(), "cut {cut}: {:?}", ended(&served));
    let verified = ended(&claimgate(["ledger", "verify"]).args(&at).output().unwrap());
    assert_eq!(verified.0, Some(0), "cut {cut}: {verified:?}");
    let reports = place.join("station/partners/pine/home").join("outbound/report");
    let lists: Vec<PathBuf> = fs::read_dir(&reports)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "sha256"))
        .collect();
    for stem in promised {
        let answers = lists
            .iter()
            .filter(|list| list.file_name().unwrap().to_string_lossy().starts_with(&format!("{stem}-")));
        assert_eq!(answers.count(), 1, "cut {cut}: {stem} was promised: {lists:?}");
    }
    let checked =
        Command::new("sha256sum").args(["--check", "--quiet"]).args(&lists).current_dir(&reports).output();
    let checked = checked.unwrap();
    assert!(lists.is_empty() || checked.status.success(), "cut {cut}: {:?}", ended(&checked));
}

#[test]
fn what_was_promised_outlasts_the_power() {
    let cuts = if is_torture() { 60 } else { 4 };
    let rig = Rig { folder: tempfile::tempdir().unwrap() };
    let disk = rig.folder.path().join("disk");
    let Some(power) = Disk::begin(rig.folder.path(), &disk) else { return };
    // The rig finds its station on the disk.
    std::os::unix::fs::symlink(disk.join("station"), rig.root()).unwrap();
    fs::create_dir(disk.join("station")).unwrap();
    rig.add(PINE.0, PINE.1);
    let serving = Running::begin(rig.serve(&[]).stderr(Stdio::null()));
    let (received, is_over) = (Mutex::new(Vec::new()), AtomicBool::new(false));
    let looked_at = AtomicUsize::new(0);
    let mut promised_last = 0;
    std::thread::scope(|scope| {
        scope.spawn(|| submit(&rig, &received, &looked_at, &is_over));
        for cut in 1..=cuts {
            wait_until("more is received", || promised_last < received.lock().unwrap().len());
            let promised = received.lock().unwrap().clone();
            let copy = power.cut();
            promised_last = promised.len();
            looked_at.store(promised_last, Ordering::Relaxed);
            assert_kept(&copy, &rig.folder.path().join("copy"), &promised, cut);
        }
        is_over.store(true, Ordering::Relaxed);
    });
    serving.send("TERM");
    assert_eq!(serving.end(), Some(0));
    say(&format!("R3: {cuts} power cuts, {promised_last} files promised: 0 lost, 0 twice, 0 torn"));
}
