//! What fuzzing has kept, gone through once more: nothing panics, and every law of the targets holds.
//!
//! Whatever a fuzzer finds joins the folder of its target in `fuzz/corpus`; `docs/fuzzing.md` says how they are hunted.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "guides/files.rs"]
mod files;

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "acknowledgements/runs.rs"]
mod runs;

#[path = "fuzz/targets.rs"]
mod targets;

use std::fs;
use std::io::Write;
use std::path::Path;

/// Bytes that all kept inputs may have together.
const BYTES_MAX: u64 = 1_000_000;

#[test]
fn kept_inputs_hold_every_law() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/corpus");
    let (mut inputs, mut bytes) = (0, 0);
    for (name, target) in targets::TARGETS {
        let entries = fs::read_dir(corpus.join(name)).unwrap();
        let before = inputs;
        for path in entries.map(|entry| entry.unwrap().path()) {
            let input = fs::read(&path).unwrap();
            // The name of what fails is told with it.
            let held = std::panic::catch_unwind(|| target(&input));
            assert!(held.is_ok(), "{}", path.display());
            (inputs, bytes) = (inputs + 1, bytes + input.len() as u64);
        }
        assert!(10 <= inputs - before, "{name} has no inputs");
    }
    let _ = writeln!(std::io::stderr(), "{inputs} kept inputs of {bytes} bytes hold every law");
    assert!(bytes < BYTES_MAX, "keep the smallest");
}

#[test]
fn kept_files_run_in_every_way() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz/corpus/run");
    for path in fs::read_dir(kept).unwrap().map(|entry| entry.unwrap().path()) {
        let input = fs::read(&path).unwrap();
        // Every form of the report, with all blocks.
        for choice in (0..=u8::MAX).step_by(16) {
            let held = std::panic::catch_unwind(|| targets::run_one_way(&input, choice));
            assert!(held.is_ok(), "{}, choice {choice}", path.display());
        }
    }
}
