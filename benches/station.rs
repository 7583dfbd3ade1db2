//! The station from the folder to the answers: small files a second, one large file against `process`, and the time to a 999.
//!
//! `cargo bench --bench station` makes a station of its own with full lists and serves it; behind `--` stands what is measured, if not all of
//! `answer`, `small` and `large`. `BENCH_FILES` sets how many small files are put down at once (300), `BENCH_MB` the size of the large one (100),
//! and with `BENCH_STRICT=1` a missed goal is a failure.

#![allow(clippy::unwrap_used, reason = "a bench that cannot go on has failed")]

use std::fs;
use std::io::{self, Write};
use std::path::Path;
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
        let sender = String::from_utf8(bench.file(1)[35..50].to_vec()).unwrap();
        bench.rig.add("pine", sender.trim());
        bench
    }

    /// Makes a file whose interchange no other has.
    fn file(&mut self, claims: u32) -> Vec<u8> {
        self.last += 1;
        let plan = Plan {
            seed: self.last.into(),
            interchange_control_number: self.last,
            sets: claims.div_ceil(CLAIMS_PER_SET),
            claims: claims.min(CLAIMS_PER_SET),
            bad: 0.01,
            usage: b'P',
            ..Plan::default()
        };
        let mut file = Vec::new();
        write_batch(&plan, &self.lists, &mut file).unwrap();
        file
    }

    /// Puts a file where it is not taken yet.
    fn aside(&self, name: &str, bytes: &[u8]) {
        fs::write(self.rig.home("pine").join("inbound/prod").join(format!("{name}.part")), bytes).unwrap();
    }

    /// Gives it its name.
    fn put(&self, name: &str) {
        let inbound = self.rig.home("pine").join("inbound/prod");
        fs::rename(inbound.join(format!("{name}.part")), inbound.join(format!("{name}.837"))).unwrap();
    }

    /// Waits until so many answers have come whose names begin and end so, and returns when they had.
    fn wait(&self, folder: &str, begin: &str, end: &str, count: usize) -> Instant {
        let folder = self.rig.home("pine").join("outbound").join(folder);
        let is_one = |name: &str| name.starts_with(begin) && name.ends_with(end);
        let is_there = || {
            let names = fs::read_dir(&folder).unwrap();
            count
                <= names.filter(|name| is_one(&name.as_ref().unwrap().file_name().to_string_lossy())).count()
        };
        // To look through many names often would take the time of whoever works.
        let rest = Duration::from_millis(if count == 1 { 1 } else { 20 });
        while !is_there() {
            thread::sleep(rest);
        }
        Instant::now()
    }
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
        let claims = u32::try_from(u64::from(megabytes) * 1_000_000 / CLAIM_BYTES).unwrap();
        let bytes = bench.file(claims);
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
    seconds.sort_by(f64::total_cmp);
    let of = |percent: usize| seconds[(count - 1) * percent / 100];
    row(&format!("name to 999, {claims} claims, p50"), of(50), "s", ANSWER_GOAL, of(50) <= ANSWER_GOAL)?;
    row(&format!("name to 999, {claims} claims, p99"), of(99), "s", ANSWER_GOAL, of(99) <= ANSWER_GOAL)
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
    serving.send("TERM");
    serving.end();
    let strict = std::env::var_os("BENCH_STRICT").is_some_and(|value| value == "1");
    Ok(if strict && met.contains(&false) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
