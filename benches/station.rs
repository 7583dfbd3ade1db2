//! The station from the folder to the answers: small files a second, one large file against `process`, the time to a 999, and that beside a large file.
//!
//! `cargo bench --bench station` makes a station of its own with full lists and serves it; behind `--` stands what is measured, if not all of
//! `answer`, `small`, `large` and `beside`. `BENCH_FILES` sets how many small files are put down at once (300), `BENCH_MB` the size of the large one (100),
//! `BENCH_BAD_PERCENT` how many claims in 100 are rejected (1); and with `BENCH_STRICT=1` a missed goal is a failure.

#![allow(clippy::unwrap_used, reason = "a bench that cannot go on has failed")]

use std::collections::BTreeMap;
use std::fs::{self, DirEntry, File};
use std::io::{self, BufWriter, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use generator::{Lists, Plan, lists, write_batch};

#[path = "../tests/station/mod.rs"]
mod station;

use station::{Rig, Running, claimgate, ended};

/// Claims of a small file, of about 20 KB.
const SMALL_CLAIMS: u32 = 28;
/// Claims of a transaction set: the customary maximum.
const CLAIMS_PER_SET: u32 = 5_000;
/// The average size of a generated claim.
const CLAIM_BYTES: u64 = 714;

/// Small files a second that are answered for good.
const SMALL_GOAL: f64 = 300.0;
/// The speed of a large file, against that of `process`.
const LARGE_GOAL: f64 = 0.5;
/// Seconds from the name to the 999, of 99 in 100 files.
const ANSWER_GOAL: f64 = 1.0;
/// The same, of somebody else's files while a large one is at work.
const BESIDE_GOAL: f64 = 5.0;
/// How long somebody else waits between two files.
const BESIDE_EVERY: Duration = Duration::from_millis(100);
/// Under which id somebody else sends, as it stands in ISA06.
const ELSE: &str = "OAKCLINIC      ";
/// Where ISA06 stands.
const ISA06: Range<usize> = 35..50;

/// A station at work, and what its files are made of.
struct Bench {
    rig: Rig,
    kept: String,
    lists: Lists,
    /// Numbers the interchanges, so that none is a duplicate.
    last: u32,
}

impl Bench {
    fn begin() -> Bench {
        let (rig, lists) = (Rig { folder: tempfile::tempdir().unwrap() }, lists(1, 60_000, 7_000, 1));
        let kept = rig.folder.path().join("kept").display().to_string();
        let crosswalk = |arguments: &[String]| {
            let done =
                claimgate(["crosswalk"]).args(arguments).args(["--crosswalk", &kept]).output().unwrap();
            assert!(done.status.success(), "{:?}", ended(&done));
            String::from_utf8(done.stdout).unwrap()
        };
        let mut ids = vec!["activate".to_owned()];
        for (name, bytes) in lists.files() {
            let path = rig.folder.path().join(name);
            fs::write(&path, bytes).unwrap();
            let told = crosswalk(&["import".to_owned(), path.display().to_string()]);
            let draft = told.lines().find_map(|line| line.trim().strip_prefix("draft")).unwrap();
            ids.push(draft.split_whitespace().next().unwrap().to_owned());
        }
        crosswalk(&ids);
        let mut bench = Bench { rig, kept, lists, last: 0 };
        let sender = String::from_utf8(bench.file(1)[ISA06].to_vec()).unwrap();
        bench.rig.add("pine", sender.trim());
        bench.rig.add("oak", ELSE.trim());
        bench
    }

    /// Writes a file whose interchange no other has.
    fn write(&mut self, claims: u32, out: &mut impl Write) {
        self.last += 1;
        let plan = Plan {
            seed: self.last.into(),
            interchange_control_number: self.last,
            sets: claims.div_ceil(CLAIMS_PER_SET),
            claims: claims.min(CLAIMS_PER_SET),
            bad: f64::from(number("BENCH_BAD_PERCENT", 1)) / 100.0,
            usage: b'P',
            ..Plan::default()
        };
        write_batch(&plan, &self.lists, out).unwrap();
    }

    /// Makes a file in memory.
    fn file(&mut self, claims: u32) -> Vec<u8> {
        let mut file = Vec::new();
        self.write(claims, &mut file);
        file
    }

    /// Where `partner` puts files down.
    fn inbound(&self, partner: &str) -> PathBuf {
        self.rig.home(partner).join("inbound/prod")
    }

    /// Puts a file where it is not taken yet.
    fn aside(&self, name: &str, bytes: &[u8]) {
        fs::write(self.inbound("pine").join(format!("{name}.part")), bytes).unwrap();
    }

    /// Gives it its name.
    fn put(&self, name: &str) {
        named(&self.inbound("pine"), name);
    }

    /// Waits until so many answers have come whose names begin and end so, and returns when they had.
    fn wait(&self, folder: &str, begin: &str, end: &str, count: usize) -> Instant {
        let folder = self.rig.home("pine").join("outbound").join(folder);
        let is_there = || {
            let entries = fs::read_dir(&folder).unwrap();
            count <= entries.filter(|entry| is_between(entry.as_ref().unwrap(), begin, end)).count()
        };
        // To look through many names often would take the time of whoever works.
        let rest = Duration::from_millis(if count == 1 { 1 } else { 20 });
        while !is_there() {
            thread::sleep(rest);
        }
        Instant::now()
    }
}

/// Returns whether the name of `entry` begins and ends so.
fn is_between(entry: &DirEntry, begin: &str, end: &str) -> bool {
    let name = entry.file_name();
    let name = name.to_string_lossy();
    name.starts_with(begin) && name.ends_with(end)
}

/// Gives a file its name, so that it is taken.
fn named(inbound: &Path, name: &str) {
    fs::rename(inbound.join(format!("{name}.part")), inbound.join(format!("{name}.837"))).unwrap();
}

/// Returns how many claims make a file of so many megabytes.
fn claims_of(megabytes: u32) -> u32 {
    u32::try_from(u64::from(megabytes) * 1_000_000 / CLAIM_BYTES).unwrap()
}

/// Reads a number from the environment.
fn number(name: &str, usual: u32) -> u32 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Prints a row, and returns whether its goal is met.
fn row(what: &str, figure: f64, unit: &str, goal: f64, is_met: bool) -> io::Result<bool> {
    let verdict = if is_met { "met" } else { "missed" };
    writeln!(io::stdout(), "{what:44}{figure:>10.2} {unit:12} goal {goal:>6.1}  {verdict}")?;
    Ok(is_met)
}

fn small(bench: &mut Bench) -> io::Result<bool> {
    let count = number("BENCH_FILES", 300);
    for file in 0..count {
        let bytes = bench.file(SMALL_CLAIMS);
        bench.aside(&format!("small{file:05}"), &bytes);
    }
    let began = Instant::now();
    (0..count).for_each(|file| bench.put(&format!("small{file:05}")));
    let took = bench.wait("report", "small", "sha256", count as usize) - began;
    let a_second = f64::from(count) / took.as_secs_f64();
    row(
        &format!("{count} small files, all answers durable"),
        a_second,
        "files/s",
        SMALL_GOAL,
        SMALL_GOAL <= a_second,
    )
}

/// The seconds that `process` takes for the same file, with everything on disk.
fn process(bench: &Bench, file: &Path) -> f64 {
    let began = Instant::now();
    let mut process =
        claimgate(["process", "-q", "--sync", "--replace", "--crosswalk", &bench.kept, "--out"]);
    let done = process.arg(file.with_extension("out")).arg(file).output().unwrap();
    assert!(done.status.success(), "{:?}", ended(&done));
    began.elapsed().as_secs_f64()
}

fn large(bench: &mut Bench) -> io::Result<bool> {
    let megabytes = number("BENCH_MB", 100);
    let mut ratios = Vec::new();
    for round in 0..3 {
        let bytes = bench.file(claims_of(megabytes));
        let name = format!("large{round}");
        let file = bench.rig.folder.path().join(&name);
        fs::write(&file, &bytes)?;
        bench.aside(&name, &bytes);
        drop(bytes);
        // Neither waits for what the bench itself has written.
        rustix::fs::sync();
        let alone = process(bench, &file);
        rustix::fs::sync();
        let began = Instant::now();
        bench.put(&name);
        let took = bench.wait("report", &name, "sha256", 1) - began;
        ratios.push(alone / took.as_secs_f64());
    }
    ratios.sort_by(f64::total_cmp);
    let what = format!("{megabytes} MB, against process --sync");
    row(&what, ratios[1], "times", LARGE_GOAL, LARGE_GOAL <= ratios[1])
}

fn answer(bench: &mut Bench, claims: u32, count: usize) -> io::Result<bool> {
    let mut seconds: Vec<f64> = Vec::new();
    for file in 0..count {
        let (bytes, name) = (bench.file(claims), format!("a{claims}n{file}"));
        bench.aside(&name, &bytes);
        let began = Instant::now();
        bench.put(&name);
        seconds.push((bench.wait("ack", &format!("{name}-"), "999.edi", 1) - began).as_secs_f64());
        bench.wait("report", &format!("{name}-"), "sha256", 1);
    }
    answered(seconds, &format!("name to 999, {claims} claims"), ANSWER_GOAL)
}

/// Prints what so many answers took.
fn answered(mut seconds: Vec<f64>, what: &str, goal: f64) -> io::Result<bool> {
    seconds.sort_by(f64::total_cmp);
    let of = |percent: usize| seconds[(seconds.len() - 1) * percent / 100];
    row(&format!("{what}, p50"), of(50), "s", goal, of(50) <= goal)?;
    row(&format!("{what}, p99"), of(99), "s", goal, of(99) <= goal)?;
    row(&format!("{what}, longest"), of(100), "s", goal, of(99) <= goal)
}

/// Has somebody else put small files down, one every so often whether the last was answered or not, until a large one is.
fn beside(bench: &mut Bench) -> io::Result<bool> {
    let megabytes = number("BENCH_MB", 100);
    let mut large = BufWriter::new(File::create(bench.inbound("pine").join("flood.part"))?);
    bench.write(claims_of(megabytes), &mut large);
    // A file that somebody has open for writing is not taken.
    large.into_inner()?.sync_all()?;
    let (inbound, outbound) = (bench.inbound("oak"), bench.rig.home("oak").join("outbound/ack"));
    let done = bench.rig.home("pine").join("outbound/report");
    let is_done = || fs::read_dir(&done).unwrap().any(|name| is_between(&name.unwrap(), "flood", "sha256"));
    bench.put("flood");
    let (began, mut seconds, mut sent) = (Instant::now(), Vec::new(), BTreeMap::new());
    for tick in 0.. {
        let due = began + BESIDE_EVERY * tick;
        let is_last = is_done();
        let mut bytes = bench.file(SMALL_CLAIMS);
        bytes[ISA06].copy_from_slice(ELSE.as_bytes());
        let name = format!("s{tick:06}");
        fs::write(inbound.join(format!("{name}.part")), bytes)?;
        // What is late since this bench was is not the station's.
        sent.insert(name.clone(), Instant::now());
        named(&inbound, &name);
        while Instant::now() < due + BESIDE_EVERY || is_last && !sent.is_empty() {
            for answer in fs::read_dir(&outbound)? {
                let path = answer?.path();
                let of =
                    path.file_name().and_then(|name| name.to_str()).and_then(|name| name.split_once('-'));
                let Some((stem, what)) = of else { continue };
                if what.ends_with("999.edi") {
                    seconds.extend(sent.remove(stem).map(|at| at.elapsed().as_secs_f64()));
                }
                // As partners do when they have fetched it.
                fs::remove_file(&path)?;
            }
            thread::sleep(Duration::from_millis(2));
        }
        if is_last {
            break;
        }
    }
    let took = began.elapsed().as_secs_f64();
    let files = seconds.len();
    answered(seconds, &format!("{files} files beside {megabytes} MB ({took:.0} s)"), BESIDE_GOAL)
}

fn main() -> io::Result<ExitCode> {
    // Cargo runs bench targets as tests too, and a test must not take minutes.
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        return Ok(ExitCode::SUCCESS);
    }
    let wanted: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let is_wanted = |what: &str| wanted.is_empty() || wanted.iter().any(|wanted| *wanted == what);
    let mut bench = Bench::begin();
    let mut serve = bench.rig.command(&["serve", "--crosswalk", &bench.kept]);
    let serving = Running::begin(serve.stdout(Stdio::null()).stderr(Stdio::null()));
    // The first file has the workers begin.
    answer(&mut bench, 1, 2)?;
    let mut met = Vec::new();
    if is_wanted("answer") {
        met.push(answer(&mut bench, SMALL_CLAIMS, 100)?);
        met.push(answer(&mut bench, CLAIMS_PER_SET, 20)?);
    }
    if is_wanted("small") {
        met.push(small(&mut bench)?);
    }
    if is_wanted("large") {
        met.push(large(&mut bench)?);
    }
    if is_wanted("beside") {
        met.push(beside(&mut bench)?);
    }
    serving.send("TERM");
    serving.end();
    let strict = std::env::var_os("BENCH_STRICT").is_some_and(|value| value == "1");
    Ok(if strict && met.contains(&false) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
