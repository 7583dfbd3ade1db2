//! Each stage of a run alone, on one thread, beside the plainest reader there is.
//!
//! `blocks` holds `segments`; `claims`, `sight` and `walk` each hold `blocks`, `verdicts` holds `sight`, and `outputs` all of them, so that what a stage adds is a difference of two.
//! They work on bytes that are in memory or mapped; what opening a file and writing outputs cost is for whoever runs whole jobs beside them.
//! `claimgate bench` shows the stages of any file, and the bench of the same name those of generated ones.
//!
//! This crate must not know where a file comes from, nor how a table is shown.

#![forbid(unsafe_code)]

use std::hint::black_box;
use std::io::{self, Write};
use std::path::Path;

use batch::{Failed, Options, Watch, block_bytes};
use claims::{Block, Blocks, Claim, Step};
use edits::{Circumstance, at_sight, judge};
use guides::{Walk, guide};
use responses::{RunFacts, Unfinished};
use x12::{Reader, SegmentId};

mod nowhere;
pub mod plainest;
mod rounds;

use nowhere::Nowhere;
pub use rounds::{Figures, Rounds, median};

/// What every stage works on.
#[derive(Clone, Copy)]
pub struct Work<'w> {
    /// The bytes of a file.
    pub file: &'w [u8],
    /// How it is processed.
    pub options: &'w Options<'w>,
    /// The moment that outputs carry.
    pub stamp: &'w str,
    /// Where a copy can be written, to a file without a name.
    pub folder: &'w Path,
    /// Whom to ask every few megabytes whether the bytes may still be read.
    pub watch: &'w dyn Watch,
}

/// One stage.
pub struct Stage {
    /// What programs call it.
    pub name: &'static str,
    /// What it does beyond the stage before.
    pub what: &'static str,
    run: fn(Work<'_>) -> Ended<'_>,
}

/// How a stage ends: as a run does that comes to nothing else.
pub type Ended<'w> = Result<(), Failed<'w>>;

/// Every stage; the first is what all others are compared with.
pub static STAGES: [Stage; 10] = [
    Stage { name: "plainest", what: "each segment and element found with memchr", run: plainest_reader },
    Stage { name: "segments", what: "segments told apart, envelopes kept", run: segments },
    Stage { name: "blocks", what: "+ claims and branches cut, bytes looked at", run: blocks },
    Stage { name: "claims", what: "blocks + every claim read in full", run: claims_read },
    Stage { name: "sight", what: "blocks + claims judged at sight", run: sight },
    Stage { name: "walk", what: "blocks + claims held against their guide", run: walk },
    Stage { name: "verdicts", what: "sight + the rest read in full and judged", run: verdicts },
    Stage { name: "outputs", what: "everything, but nothing kept", run: outputs },
    Stage { name: "hash", what: "the bytes hashed, as outputs are", run: hash },
    Stage { name: "write", what: "the bytes written to a file", run: write },
];

const HL: SegmentId = SegmentId::new(b"HL");
const CLM: SegmentId = SegmentId::new(b"CLM");

/// Bytes that the plainest reader visits between two questions to the watch.
const VISITED_AT_ONCE_BYTES: usize = 64 << 20;

/// Claims and branches that are passed between two of them.
const PASSED_AT_ONCE: usize = 1 << 16;

impl Stage {
    /// Does the work of the stage once, in the current thread pool.
    ///
    /// Errors: the watch had it stop; of `outputs` those of a run, of `write` those of the file system.
    pub fn run<'w>(&self, work: Work<'w>) -> Ended<'w> {
        (self.run)(work)
    }
}

impl<'w> Work<'w> {
    /// Asks whether to go on, with so many bytes read.
    fn look(self, bytes: usize) -> Ended<'w> {
        if self.watch.read(bytes) { Ok(()) } else { Err(Failed::Disturbed) }
    }

    /// Calls `each` with every block.
    fn every_block(self, mut each: impl FnMut(&Block<'w>)) -> Ended<'w> {
        let mut blocks = Blocks::new(self.file, self.options.limits, block_bytes(1));
        loop {
            self.look(blocks.position())?;
            match blocks.next_block() {
                Step::Block(block) => {
                    each(&block);
                    blocks.give_back(block);
                }
                Step::Late => blocks.read_again(),
                Step::End => return Ok(()),
            }
        }
    }

    /// Calls `each` with the bytes of the file, as much as is written at a time.
    fn every_chunk(self, mut each: impl FnMut(&[u8]) -> io::Result<()>) -> Ended<'w> {
        let mut read = 0;
        for chunk in self.file.chunks(block_bytes(1)) {
            self.look(read)?;
            each(chunk).map_err(|error| Failed::Unfinished(error.into()))?;
            read += chunk.len();
        }
        Ok(())
    }
}

fn plainest_reader(work: Work<'_>) -> Ended<'_> {
    let delimiters = plainest::delimiters(work.file);
    let mut at = 0;
    while at < work.file.len() {
        work.look(at)?;
        let rest = &work.file[at..];
        let first = rest.split_at_checked(VISITED_AT_ONCE_BYTES).map_or(rest, |(first, behind)| {
            // No segment is cut in two.
            let end = memchr::memchr(delimiters.segment, behind).map_or(behind.len(), |index| index + 1);
            &rest[..first.len() + end]
        });
        black_box(plainest::visit(first, delimiters));
        at += first.len();
    }
    Ok(())
}

fn segments(work: Work<'_>) -> Ended<'_> {
    let mut reader = Reader::new(work.file, work.options.limits);
    let mut count = 0_u64;
    let mut passed = 0_usize;
    loop {
        while reader
            .run([HL, CLM], |id, start, bytes| {
                black_box((id, start, bytes));
                count += 1;
            })
            .is_some()
        {
            passed += 1;
            if passed.is_multiple_of(PASSED_AT_ONCE) {
                work.look(reader.position())?;
            }
        }
        if reader.next().is_none() {
            black_box(count);
            return Ok(());
        }
        if reader.has_faults() {
            drop(reader.take_faults());
        }
    }
}

fn blocks(work: Work<'_>) -> Ended<'_> {
    work.every_block(|block| {
        black_box(block.claims.len());
    })
}

fn claims_read(work: Work<'_>) -> Ended<'_> {
    let mut claim = Claim::default();
    work.every_block(|block| {
        for piece in &block.claims {
            claim.read(block.segments(piece), piece.first_segment);
            black_box(claim.lines.len());
        }
    })
}

fn sight(work: Work<'_>) -> Ended<'_> {
    work.every_block(|block| {
        for piece in &block.claims {
            black_box(at_sight(block.segments(piece), work.options.judge, drop));
        }
    })
}

/// Walks each claim through its guide, and looks at every element.
fn walk(work: Work<'_>) -> Ended<'_> {
    let mut walk: Option<Walk> = None;
    work.every_block(|block| {
        for piece in &block.claims {
            let Some(guide) = guide(block.set(piece.set).implementation.reference) else { continue };
            if walk.as_ref().is_none_or(|walk| walk.guide().reference != guide.reference) {
                walk = Walk::within(guide, "2000B");
            }
            let Some(walk) = &mut walk else { continue };
            walk.restart();
            let mut deviations = 0;
            let own = block.segments(piece);
            for (index, segment) in own.iter().enumerate() {
                if !own.view(index).is_some_and(|view| own.are_plain() && walk.pass(view)) {
                    let view = own.view(index).filter(|_| own.are_plain());
                    walk.segment(segment, view.as_ref(), &mut |_| deviations += 1);
                }
            }
            black_box(deviations);
        }
    })
}

fn verdicts(work: Work<'_>) -> Ended<'_> {
    let by = work.options.judge;
    let mut claim = Claim::default();
    work.every_block(|block| {
        for piece in &block.claims {
            let segments = block.segments(piece);
            if at_sight(segments, by, drop).is_none() {
                claim.read(segments, piece.first_segment);
                black_box(judge(&claim, Circumstance::default(), by).disposition);
            }
        }
    })
}

fn outputs(work: Work<'_>) -> Ended<'_> {
    let judge = work.options.judge;
    let run = RunFacts {
        crosswalk: judge.crosswalk,
        stamp: work.stamp,
        today: judge.today,
        channel: judge.channel,
        input_name: "input",
        version: "0",
    };
    let done = batch::process(work.file, work.options, run, &mut Nowhere::default(), work.watch)?;
    drop(black_box(done.counted));
    Ok(())
}

fn hash(work: Work<'_>) -> Ended<'_> {
    let mut hasher = blake3::Hasher::new();
    work.every_chunk(|chunk| {
        black_box(hasher.update(chunk));
        Ok(())
    })?;
    black_box(hasher.finalize());
    Ok(())
}

fn write(work: Work<'_>) -> Ended<'_> {
    let copy = tempfile::tempfile_in(work.folder);
    let mut copy = copy.map_err(|error| Failed::Unfinished(Unfinished::Io(error)))?;
    work.every_chunk(|chunk| copy.write_all(chunk))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crosswalk::Crosswalk;
    use edits::{Channel, Judge, Profile};
    use responses::{Results, Wanted};
    use x12::Limits;

    const FILE: &str = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *251103*0800*^*00501*000000905*1*P*:~\n\
        GS*HC*S*R*20251103*0800*1*X*005010X222A1~ST*837*0001*005010X222A1~BHT*0019*00*1~HL*1**20*1~HL*2*1*22*0~\
        CLM*A*10~LX*1~SV1*HC:99213*10~CLM*B*20~LX*1~SV1*HC:J9035*20~LIN**N4*50242006001~SE*13*0001~GE*1*1~IEA*1*000000905~\n";

    struct Watched(bool);

    impl Watch for Watched {
        fn read(&self, _bytes: usize) -> bool {
            self.0
        }
    }

    /// Runs every stage over `file`; returns the names of those that did not come to their end.
    fn failed(file: &[u8], goes_on: bool) -> Vec<&'static str> {
        let (crosswalk, profile) = (Crosswalk::build(Vec::new()).0, Profile::default());
        let today = chrono::NaiveDate::default();
        let wanted = Wanted {
            results: Results::All,
            reports: (0..responses::brr::FORMS.len()).collect(),
            annotated: None,
            acknowledging: None,
            facts: None,
            names: None,
        };
        let options = Options {
            judge: Judge { crosswalk: &crosswalk, profile: &profile, channel: Channel::Batch, today },
            wanted,
            control_number: None,
            limits: Limits::default(),
            block_bytes: 100,
        };
        let (folder, watch) = (std::env::temp_dir(), Watched(goes_on));
        let work =
            Work { file, options: &options, stamp: "2025-11-03T08:00:00Z", folder: &folder, watch: &watch };
        STAGES.iter().filter(|stage| stage.run(work).is_err()).map(|stage| stage.name).collect()
    }

    #[test]
    fn every_stage_ends_whatever_is_wrong_with_the_file() {
        let late = FILE.replace("SE*13", "SE*12");
        let twice = format!("{FILE}noise{late}");
        for file in [FILE, &late, &twice, &FILE[..FILE.len() - 30]] {
            assert!(failed(file.as_bytes(), true).is_empty(), "{file}");
        }
        // Where there is nothing to judge, a run says so.
        for file in ["", "no X12 at all", "ISA"] {
            assert_eq!(failed(file.as_bytes(), true), ["outputs"], "{file}");
        }
    }

    #[test]
    fn every_stage_stops_when_it_is_told_to() {
        let long = FILE.repeat(40_000);
        let all: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
        assert_eq!(failed(long.as_bytes(), false), all);
    }
}
