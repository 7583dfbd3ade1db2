//! Disks that are full, or have no room for another name.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

#[path = "station/mounted.rs"]
mod mounted;
#[path = "station/mod.rs"]
mod station;

use mounted::Mounted;
use station::{PINE, Rig, Running, batch, files, is_torture, large, say, wait_until};

/// Names that there are on a whole disk.
const NAMES: usize = 400;

/// What a disk lacks.
#[derive(Clone, Copy)]
enum Lack {
    /// It has so many bytes left.
    Bytes(usize),
    /// It has so many names left.
    Names(usize),
}

impl Lack {
    /// Takes everything but what is left; returns what has to be removed to have it back.
    fn fill(self, root: &Path) -> PathBuf {
        let ballast = root.join(".ballast");
        fs::create_dir(&ballast).unwrap();
        match self {
            Lack::Bytes(left) => {
                let spare = ballast.join("spare");
                fs::write(&spare, vec![0; left]).unwrap();
                let mut file = File::create(ballast.join("ballast")).unwrap();
                // Whole pages first, then what is left of the last one.
                while file.write_all(&[0; 4096]).is_ok() {}
                fs::remove_file(spare).unwrap();
            }
            Lack::Names(left) => {
                let name = |number: usize| ballast.join(number.to_string());
                let made = (0..NAMES).take_while(|number| File::create(name(*number)).is_ok()).count();
                (made - left..made).for_each(|number| fs::remove_file(name(number)).unwrap());
            }
        }
        ballast
    }
}

/// Serves from a disk that lacks something until it waits, gives it back, and returns how long it then took.
///
/// What the station said of its waiting is added to `stages`.
fn served_with(lack: Lack, stages: &Mutex<BTreeSet<String>>) -> Option<Duration> {
    let rig = Rig { folder: tempfile::tempdir().unwrap() };
    let _mounted =
        Mounted::begin(&["-t", "tmpfs", "-o", &format!("size=16m,nr_inodes={NAMES}"), "none"], &rig.root())?;
    rig.add(PINE.0, PINE.1);
    let log = rig.folder.path().join("log");
    let mut serve = rig.serve(&[]);
    let serving = Running::begin(serve.stderr(File::create(&log).unwrap()));
    // The first one has the workers loaded and the ledger's own files made.
    rig.put("pine", "prod", "first.837", &batch(1));
    let is_answered = |stem: &str| {
        rig.answers("pine").keys().any(|name| name.starts_with(stem) && name.ends_with("sha256"))
    };
    wait_until("the first is answered", || is_answered("first-"));
    rig.put("pine", "prod", "second.part", &large(2, 100));
    let ballast = lack.fill(&rig.root());
    fs::rename(
        rig.home("pine").join("inbound/prod/second.part"),
        rig.home("pine").join("inbound/prod/second.837"),
    )
    .unwrap();
    let waits = |text: &str| {
        ["the station waits", "put off", "what is owed waits"].iter().any(|word| text.contains(word))
    };
    let said = || fs::read_to_string(&log).unwrap();
    wait_until("it waits, or needed no more", || waits(&said()) || is_answered("second-"));
    let lines: Vec<String> = said().lines().filter(|line| waits(line)).map(stage_of).collect();
    stages.lock().unwrap().extend(lines);
    fs::remove_dir_all(ballast).unwrap();
    let since = Instant::now();
    wait_until("it goes on", || is_answered("second-"));
    let resumed = since.elapsed();
    serving.send("TERM");
    assert_eq!(serving.end(), Some(0), "{}", said());
    assert_eq!(rig.standings(), ["delivered judged first.837", "delivered judged second.837"]);
    assert_eq!(files(&rig.root().join("onward/prod")).len(), 2);
    rig.verify();
    Some(resumed)
}

/// Which step a line of the log is about: its words, without what differs from one run to the next.
fn stage_of(line: &str) -> String {
    let words = line.split("why=").nth(1).unwrap_or(line);
    words.split(' ').filter(|word| !word.contains('/')).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_full_disk_is_waited_for() {
    let every = if is_torture() { 1 } else { 6 };
    // From nothing to more than is needed, so that each step meets the end of the disk once.
    let bytes = (0..72).map(|step| Lack::Bytes(step * 16_384));
    let names = (0..36).map(Lack::Names);
    let lacks: Vec<Lack> = bytes.chain(names).step_by(every).collect();
    let (count, lacks) = (lacks.len(), Mutex::new(lacks.into_iter()));
    let stages = Mutex::new(BTreeSet::new());
    let slowest = Mutex::new(Some(Duration::ZERO));
    let next = || lacks.lock().unwrap().next();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(lack) = next() {
                    let took = served_with(lack, &stages);
                    let mut slowest = slowest.lock().unwrap();
                    *slowest = slowest.zip(took).map(|(one, other)| one.max(other));
                }
            });
        }
    });
    let Some(slowest) = slowest.into_inner().unwrap() else { return };
    assert!(slowest < Duration::from_secs(10), "{slowest:?}");
    let stages = stages.into_inner().unwrap();
    let seconds = slowest.as_secs_f64();
    say(&format!(
        "R5: {count} full disks, {} kinds of waiting: 0 lost, gone on after {seconds:.1} s at most",
        stages.len()
    ));
    for stage in stages {
        say(&format!("    {stage}"));
    }
}
