//! Where blocks, stretches of the reader and workers part a file, no output must tell.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "guides/files.rs"]
mod files;

mod public_files;

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "acknowledgements/runs.rs"]
mod runs;

#[allow(dead_code, reason = "the test of kept inputs uses the rest")]
#[path = "fuzz/targets.rs"]
mod targets;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use generator::{Fault, Guide, LineEnd, Plan};
use serde_json::Value;

use public_files::corpus;
use targets::{everything, outputs_of};

/// Threads, and bytes of a block: from one piece a block to all of them in one.
const WAYS: [(usize, usize); 6] = [(1, 1), (8, 1), (2, 1_000), (3, 1_000), (8, 5_000), (8, 50_000)];

/// Larger files are left to the tests of generated ones.
const BYTES_MAX: usize = 100_000;

/// Returns the samples, the inputs that fuzzing has kept, and the public files, if they are there.
fn all_files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let kept = ["run", "acknowledgements"].map(|target| root.join("tests/fuzz/corpus").join(target));
    let mut folders = vec![root.join("samples")];
    folders.extend(kept.into_iter().chain(corpus()));
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found
}

/// Every output of a file by name, in every form; nothing for a file in which there is nothing to read.
fn outputs(file: &[u8], threads: usize, block_bytes: usize) -> Option<BTreeMap<String, Vec<u8>>> {
    outputs_of(file, everything(), threads, block_bytes)
}

#[test]
fn every_file_comes_out_the_same_whatever_the_blocks_and_workers() {
    let mut compared = 0;
    for path in all_files() {
        let file = fs::read(&path).unwrap();
        let Some(usual) = (file.len() < BYTES_MAX).then(|| outputs(&file, 1, batch::BLOCK_BYTES)).flatten()
        else {
            continue;
        };
        compared += 1;
        for (threads, block_bytes) in WAYS {
            let other = outputs(&file, threads, block_bytes);
            assert!(other.as_ref() == Some(&usual), "{}: {threads}, {block_bytes}", path.display());
        }
    }
    assert!(50 < compared, "{compared} files were found");
}

/// Two interchanges with subscribers, dependents and bad claims; the second has a wrong count behind its claims.
fn two_interchanges(claims: u32) -> Vec<u8> {
    let plan = Plan {
        guide: Guide::Professional,
        interchanges: 2,
        claims,
        line_end: LineEnd::CrLf,
        dependents: 0.5,
        bad: 0.4,
        faults: Fault::rejecting(),
        ..Plan::default()
    };
    let mut file = runs::written(&plan, &runs::lists());
    let last = file.windows(3).rposition(|window| window == b"GE*").unwrap();
    file[last + 3] = b'9';
    file
}

#[test]
fn a_block_can_end_behind_any_piece() {
    let file = two_interchanges(4);
    let usual = outputs(&file, 1, batch::BLOCK_BYTES);
    assert!(usual.as_ref().is_some_and(|files| files.contains_key("refused.837")));
    // Every size up to that of an interchange puts the end of some block elsewhere.
    for block_bytes in (1..=file.len() / 2).step_by(7) {
        assert!(outputs(&file, 2, block_bytes) == usual, "{block_bytes} bytes a block");
    }
}

/// Leaves out of the outputs what moves with the bytes of the file: line ends, offsets, and reports, which have these too.
fn steady(files: Option<BTreeMap<String, Vec<u8>>>) -> BTreeMap<String, Vec<u8>> {
    let mut files = files.unwrap();
    files.retain(|name, _| !name.starts_with("brr."));
    for (name, bytes) in &mut files {
        if name.ends_with(".837") {
            bytes.retain(|byte| !b"\r\n".contains(byte));
        } else if name == "results.ndjson" {
            let rows = bytes.split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
            let mut rows: Vec<Value> = rows.map(|line| serde_json::from_slice(line).unwrap()).collect();
            for finding in rows.iter_mut().flat_map(|row| row["findings"].as_array_mut().unwrap()) {
                finding["byte"] = Value::Null;
            }
            *bytes = serde_json::to_vec(&rows).unwrap();
        }
    }
    files
}

#[test]
fn a_stretch_of_the_reader_can_end_at_any_byte() {
    // Stretches have 8 KiB, and what is looked at together 16 or 64 bytes; line ends behind a segment move all that follows.
    let file = two_interchanges(9);
    let at = file.windows(4).position(|window| window == b"\nBHT").unwrap();
    let isa = file.windows(4).rposition(|window| window == b"\nISA").unwrap();
    assert!((7_700..8_190).contains(&isa), "a stretch ends within the second ISA, and on either side of it");
    let usual = steady(outputs(&file, 1, batch::BLOCK_BYTES));
    for more in 1..700 {
        let moved = [&file[..at], &vec![b'\n'; more], &file[at..]].concat();
        assert!(steady(outputs(&moved, 1, batch::BLOCK_BYTES)) == usual, "moved by {more} bytes");
    }
}
