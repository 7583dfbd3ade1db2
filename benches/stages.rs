//! Where the time goes: each stage of the work alone, in this process, on one thread, against the plainest reader.
//!
//! Stages from `segments` to `outputs` hold all those before them, so that what a stage adds is a difference of
//! two rows. The file is in memory before the clock starts; what the kernel takes to map and to write is in rows
//! of its own. `BENCH_MB` sets the size of the input (100); a
//! word after `--` chooses the stages whose name holds it, for a look with a profiler.

#![deny(unsafe_code)]

#[allow(dead_code, reason = "the bench of whole processes uses the rest")]
#[path = "baseline.rs"]
mod baseline;
#[allow(dead_code, reason = "the bench of whole processes uses the rest")]
#[path = "whole/data.rs"]
mod data;
#[allow(dead_code, reason = "the bench of whole processes uses the rest")]
#[path = "whole/measure.rs"]
mod measure;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

use batch::{Options, Watch, block_bytes};
use chrono::NaiveDate;
use claims::{Block, Blocks, Claim, Step};
use crosswalk::Crosswalk;
use crosswalk::sources::{Options as ListOptions, asp, pdac};
use data::{Data, INPUTS, ListSize};
use edits::{Channel, Circumstance, Judge, Profile, at_sight, judge};
use guides::{Walk, guide};
use responses::{OutputFile, Part, Results, RunFacts, Store, Stream, Wanted};
use x12::{Limits, Reader, SegmentId};

const HL: SegmentId = SegmentId::new(b"HL");
const CLM: SegmentId = SegmentId::new(b"CLM");

/// The rounds that count; one for warming up goes before them.
const ROUNDS: usize = 7;

/// What every stage works on.
struct Work<'w> {
    file: &'w [u8],
    crosswalk: &'w Crosswalk,
    profile: &'w Profile,
    folder: &'w Path,
}

/// One row of the table.
struct Stage {
    name: &'static str,
    run: fn(&Work<'_>) -> io::Result<()>,
}

const STAGES: &[Stage] = &[
    Stage { name: "baseline", run: plainest },
    Stage { name: "segments", run: segments },
    Stage { name: "+ blocks", run: blocks },
    Stage { name: "+ blocks + claims", run: claims_read },
    Stage { name: "+ blocks + sight", run: sight },
    Stage { name: "+ blocks + walk", run: walk },
    Stage { name: "+ verdicts", run: verdicts },
    Stage { name: "+ outputs", run: outputs },
    Stage { name: "hash of a copy", run: hash },
    Stage { name: "write of a copy", run: write },
];

fn main() -> io::Result<()> {
    // Cargo runs bench targets as tests too, and a test must not take minutes.
    let args: Vec<String> = std::env::args().skip(1).collect();
    if !args.iter().any(|arg| arg == "--bench") {
        return Ok(());
    }
    let chosen = args.iter().find(|arg| !arg.starts_with("--"));
    let stages: Vec<&Stage> =
        STAGES.iter().filter(|stage| chosen.is_none_or(|word| stage.name.contains(word))).collect();
    let data = Data::prepare()?;
    let folder = tempfile::tempdir_in(data.directory())?;
    let (crosswalk, profile) = (lists(&data)?, Profile::default());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().map_err(io::Error::other)?;
    for input in INPUTS.iter().take(2) {
        let file = fs::read(data.file(input)?)?;
        let work = Work { file: &file, crosswalk: &crosswalk, profile: &profile, folder: folder.path() };
        let seconds = pool.install(|| rounds(&stages, &work))?;
        print(input.name, file.len(), &stages, &seconds)?;
    }
    Ok(())
}

/// Loads the lists that the files are drawn from.
fn lists(data: &Data) -> io::Result<Crosswalk> {
    let paths = data.lists(ListSize::Full, ListSize::Full);
    let [_, pdac_path, _, asp_path] = &paths[..] else {
        return Err(io::Error::other("two lists are expected"));
    };
    let options = ListOptions { source_name: generator::PDAC_FILE_NAME, ..ListOptions::default() };
    let pdac = pdac::parse(&fs::read(pdac_path)?, &options).map_err(io::Error::other)?;
    let asp = asp::parse(&fs::read(asp_path)?, &ListOptions::default()).map_err(io::Error::other)?;
    Ok(Crosswalk::build(vec![pdac, asp]).0)
}

/// Runs all stages in alternation; returns the seconds of each, by stage and round.
fn rounds(stages: &[&Stage], work: &Work<'_>) -> io::Result<Vec<Vec<f64>>> {
    let mut seconds = vec![Vec::new(); stages.len()];
    for round in 0..=ROUNDS {
        for (stage, seconds) in stages.iter().zip(&mut seconds) {
            let start = Instant::now();
            (stage.run)(work)?;
            if round > 0 {
                seconds.push(start.elapsed().as_secs_f64());
            }
        }
    }
    Ok(seconds)
}

fn print(name: &str, bytes: usize, stages: &[&Stage], seconds: &[Vec<f64>]) -> io::Result<()> {
    let mut table = io::stdout().lock();
    let bytes = u32::try_from(bytes).map_or(f64::MAX, f64::from);
    writeln!(table, "\n{name}, {:.1} MB, stages on one thread", bytes / 1e6)?;
    writeln!(table, "{:20}{:>9}{:>12}{:>10}", "", "ms", "x baseline", "ns/byte")?;
    for (stage, own) in stages.iter().zip(seconds) {
        let time = measure::median(own.iter().copied());
        let ratio = measure::median(seconds[0].iter().zip(own).map(|(baseline, own)| baseline / own));
        writeln!(table, "{:20}{:>9.1}{ratio:>12.2}{:>10.2}", stage.name, time * 1e3, time * 1e9 / bytes)?;
    }
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "all stages are called alike")]
fn plainest(work: &Work<'_>) -> io::Result<()> {
    black_box(baseline::visit(work.file));
    Ok(())
}

fn segments(work: &Work<'_>) -> io::Result<()> {
    let mut reader = Reader::new(work.file, Limits::default());
    let mut count = 0;
    loop {
        while reader
            .run([HL, CLM], |id, start, bytes| {
                black_box((id, start, bytes));
                count += 1;
            })
            .is_some()
        {}
        if reader.next().is_none() {
            black_box(count);
            return Ok(());
        }
    }
}

/// Calls `each` with every block.
fn every_block<'w>(work: &Work<'w>, mut each: impl FnMut(&Block<'w>)) -> io::Result<()> {
    let mut blocks = Blocks::new(work.file, Limits::default(), block_bytes(1));
    loop {
        match blocks.next_block() {
            Step::Block(block) => {
                each(&block);
                blocks.give_back(block);
            }
            Step::Late => return Err(io::Error::other("the file has a fault in a trailer")),
            Step::End => return Ok(()),
        }
    }
}

fn blocks(work: &Work<'_>) -> io::Result<()> {
    every_block(work, |block| {
        black_box(block.claims.len());
    })
}

fn claims_read(work: &Work<'_>) -> io::Result<()> {
    let mut claim = Claim::default();
    every_block(work, |block| {
        for piece in &block.claims {
            claim.read(block.segments(piece), piece.first_segment);
            black_box(claim.lines.len());
        }
    })
}

fn sight(work: &Work<'_>) -> io::Result<()> {
    let by = judge_of(work);
    every_block(work, |block| {
        for piece in &block.claims {
            black_box(at_sight(block.segments(piece), by, drop));
        }
    })
}

/// Walks each claim through its guide, and looks at every element.
fn walk(work: &Work<'_>) -> io::Result<()> {
    let mut walk: Option<Walk> = None;
    every_block(work, |block| {
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

fn verdicts(work: &Work<'_>) -> io::Result<()> {
    let by = judge_of(work);
    let mut claim = Claim::default();
    every_block(work, |block| {
        for piece in &block.claims {
            let segments = block.segments(piece);
            if at_sight(segments, by, drop).is_none() {
                claim.read(segments, piece.first_segment);
                black_box(judge(&claim, Circumstance::default(), by).disposition);
            }
        }
    })
}

fn judge_of<'w>(work: &Work<'w>) -> Judge<'w> {
    let today = NaiveDate::from_ymd_opt(2025, 11, 3).unwrap_or_default();
    Judge { crosswalk: work.crosswalk, profile: work.profile, channel: Channel::Batch, today }
}

fn outputs(work: &Work<'_>) -> io::Result<()> {
    let reports = (0..responses::brr::FORMS.len()).collect();
    let options = Options {
        judge: judge_of(work),
        wanted: Wanted {
            results: Results::Findings,
            reports,
            annotated: None,
            acknowledging: None,
            facts: None,
        },
        control_number: None,
        limits: Limits::default(),
        block_bytes: block_bytes(1),
    };
    let run = RunFacts {
        crosswalk: work.crosswalk,
        stamp: "2025-11-03T08:00:00Z",
        today: options.judge.today,
        channel: Channel::Batch,
        input_name: "input",
        version: "0",
    };
    let done = batch::process(work.file, &options, run, &mut Nowhere::default(), &Unwatched);
    done.map(|done| drop(black_box(done.counted)))
        .map_err(|_| io::Error::other("the file cannot be processed"))
}

#[expect(clippy::unnecessary_wraps, reason = "all stages are called alike")]
fn hash(work: &Work<'_>) -> io::Result<()> {
    let mut hasher = blake3::Hasher::new();
    work.file.chunks(block_bytes(1)).for_each(|chunk| {
        black_box(hasher.update(chunk));
    });
    black_box(hasher.finalize());
    Ok(())
}

fn write(work: &Work<'_>) -> io::Result<()> {
    let path = work.folder.join("copy");
    let mut copy = File::create(&path)?;
    work.file.chunks(block_bytes(1)).try_for_each(|chunk| copy.write_all(chunk))?;
    drop(copy);
    fs::remove_file(path)
}

/// Counts what it is given, and keeps nothing.
#[derive(Default)]
struct Nowhere {
    lengths: BTreeMap<Stream, u64>,
}

impl Store for Nowhere {
    fn append(&mut self, stream: Stream, slices: &[&[u8]]) -> io::Result<()> {
        let bytes: usize = black_box(slices).iter().map(|slice| slice.len()).sum();
        *self.lengths.entry(stream).or_default() += bytes as u64;
        Ok(())
    }

    fn length(&self, stream: Stream) -> u64 {
        self.lengths.get(&stream).copied().unwrap_or_default()
    }

    fn read(&mut self, _: Stream, _: std::ops::Range<u64>) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }

    fn mark(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn rewind(&mut self) -> io::Result<()> {
        Err(io::Error::other("the file has a fault in a trailer"))
    }

    fn assemble(&mut self, name: &str, _parts: &[Part]) -> io::Result<OutputFile> {
        Ok(OutputFile { name: name.to_owned(), bytes: 0, blake3: [0; 32] })
    }
}

/// Never stops a run.
struct Unwatched;

impl Watch for Unwatched {
    fn read(&self, _bytes: usize) -> bool {
        true
    }
}
