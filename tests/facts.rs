//! What is kept of claims does not depend on threads, nor on what was read again.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use facts::{Reader, place};
use generator::{Fault, Plan};

/// Claims of an interchange: so many that it takes several blocks, and its rows several groups.
const CLAIMS: u32 = 5_000;

/// Three interchanges, of which the second turns out in its last segment to be refused.
fn batch() -> Vec<u8> {
    let lists = generator::lists(1, 120, 80, 1);
    let plan =
        Plan { interchanges: 3, claims: CLAIMS, bad: 0.1, faults: Fault::ALL.to_vec(), ..Plan::default() };
    let mut batch = Vec::new();
    generator::write_batch(&plan, &lists, &mut batch).unwrap();
    let batch = String::from_utf8(batch).unwrap();
    let second = batch.match_indices("~IEA*1*").nth(1).unwrap().0;
    let (before, behind) = batch.split_at(second);
    [before, &behind.replacen("~IEA*1*", "~IEA*2*", 1)].concat().into_bytes()
}

fn facts_of(folder: &Path, threads: &str) -> Vec<u8> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/crosswalks");
    let mut command = Command::new(env!("CARGO_BIN_EXE_claimgate"));
    command.args(["process", "in.837", "--facts", "--replace", "--out", "out", "--threads", threads]);
    command.args(["--quiet", "--now", "2025-11-03T08:00:00Z"]).current_dir(folder);
    command.arg("--pdac").arg(samples.join("2025-10-05XWalk.csv"));
    command.arg("--asp").arg(samples.join("asp-2025q4.csv"));
    assert!(command.status().unwrap().code().is_some_and(|code| code != 101));
    fs::read(folder.join("out/in/facts.parquet")).unwrap()
}

#[test]
fn facts_are_the_same_whatever_the_threads_and_what_was_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("in.837"), batch()).unwrap();
    let expected = facts_of(folder, "1");
    for threads in ["2", "5"] {
        assert!(facts_of(folder, threads) == expected, "{threads} threads");
    }
    let reader = Reader::open(File::open(folder.join("out/in/facts.parquet")).unwrap()).unwrap();
    let (mut claims, mut refused) = (0, 0);
    for index in 0..reader.groups() {
        let columns = [place::ROW, place::CLAIM_NUMBER, place::DISPOSITION];
        let group = reader.group(index, &columns).unwrap();
        for row in (0..group.rows()).filter(|&row| group.text(place::ROW, row) == "claim") {
            claims += 1;
            assert_eq!(group.long(place::CLAIM_NUMBER, row), Some(claims));
            refused += u32::from(group.text(place::DISPOSITION, row) == "refused");
        }
    }
    assert_eq!((claims, refused), (3 * i64::from(CLAIMS), CLAIMS));
    assert!(3 < reader.groups());
}
