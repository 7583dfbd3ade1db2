//! Readers of X12 on crates.io and what they are compared with, each over one file in a process of its own.
//!
//! `peers generate FOLDER NAME CLAIMS DEPENDENTS` writes a file and the lists that it is judged by.
//! `peers JOB FILE` reads the file and prints what it counted.
//! Every job is given the bytes in the same way; the plainest reader is the one that all of claimgate's benches use.

#![forbid(unsafe_code)]

use std::error::Error;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::Write;
use std::path::Path;

use generator::{Fault, Plan, lists, write_batch};
use x12::{Event, Limits, Reader, SegmentId};

#[path = "../../../../crates/stages/src/plainest.rs"]
mod plainest;

const HL: SegmentId = SegmentId::new(b"HL");
const CLM: SegmentId = SegmentId::new(b"CLM");

type Outcome = Result<String, Box<dyn Error>>;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let said = match args[..] {
        ["generate", folder, name, claims, dependents] => {
            generate(Path::new(folder), name, claims.parse()?, dependents.parse()?)?
        }
        [job, file] => {
            let input = intake::Input::open(Path::new(file), &std::env::temp_dir(), None)?;
            run(job, input.bytes())?
        }
        _ => return Err("usage: peers generate FOLDER NAME CLAIMS DEPENDENTS | peers JOB FILE".into()),
    };
    writeln!(std::io::stdout(), "{said}")?;
    Ok(())
}

fn run(job: &str, bytes: &[u8]) -> Outcome {
    match job {
        "plainest" => plainest_reader(bytes),
        "reader" => reader(bytes),
        #[cfg(feature = "x12-stream-parser")]
        "x12-stream-parser" => stream_parser(bytes),
        #[cfg(feature = "edi")]
        "edi" => edi_document(bytes),
        #[cfg(feature = "x12-types")]
        "x12-types" => x12_types_transmission(bytes),
        _ => Err("there is no such job".into()),
    }
}

/// Writes an 837P in sets of 5,000 claims of which one in a hundred is rejected, and the lists.
///
/// `dependents` is the share of subscribers that have any.
fn generate(folder: &Path, name: &str, claims: u32, dependents: f64) -> Outcome {
    let lists = lists(1, 60_000, 7_000, 1);
    for (name, bytes) in lists.files() {
        fs::write(folder.join(name), bytes)?;
    }
    let sets = claims.div_ceil(5_000);
    let claims = claims.min(5_000);
    let plan = Plan { sets, claims, dependents, bad: 0.01, faults: Fault::rejecting(), ..Plan::default() };
    let tally = write_batch(&plan, &lists, &mut File::create(folder.join(name))?)?;
    Ok(counted(tally.segments, tally.claims))
}

fn counted(segments: u64, claims: u64) -> String {
    format!("{segments} segments, {claims} claims")
}

fn plainest_reader(bytes: &[u8]) -> Outcome {
    let visited = plainest::visit(bytes, plainest::delimiters(bytes));
    Ok(format!("{} segments", visited.segments))
}

/// Tells segments apart and keeps the books of the envelopes, as claimgate does before it looks at claims.
fn reader(bytes: &[u8]) -> Outcome {
    let mut reader = Reader::new(bytes, Limits::default());
    let mut claims = 0;
    loop {
        while let Some((id, _)) = reader.run([HL, CLM], |id, start, bytes| {
            black_box((id, start, bytes));
        }) {
            claims += u64::from(id == CLM);
        }
        match reader.next() {
            Some(Event::Body(id, _)) => claims += u64::from(id == CLM),
            Some(_) => {}
            None => return Ok(counted(reader.segment_number(), claims)),
        }
    }
}

/// It does not look for delimiters, and takes a line end for the begin of a segment.
#[cfg(feature = "x12-stream-parser")]
fn stream_parser(bytes: &[u8]) -> Outcome {
    use x12_stream_parser::{Delimiters, Parser};
    let (mut segments, mut claims) = (0, 0);
    for segment in Parser::new(bytes, Delimiters::new(b'~', b'*', b':')) {
        let segment = segment.map_err(|error| format!("{error:?}"))?;
        segments += 1;
        claims += u64::from(segment.id() == b"CLM");
        for element in segment.elements() {
            black_box(element);
        }
    }
    Ok(counted(segments, claims))
}

/// It knows envelopes; ISA, GS and ST, and their trailers, are fields there and no segments.
#[cfg(feature = "edi")]
fn edi_document(bytes: &[u8]) -> Outcome {
    let document = edi::parse(std::str::from_utf8(bytes)?).map_err(|error| format!("{error:?}"))?;
    let (mut segments, mut claims) = (0, 0);
    for interchange in &document.interchanges {
        segments += 2;
        for group in &interchange.functional_groups {
            segments += 2;
            for set in &group.transactions {
                segments += 2 + set.segments.len() as u64;
                let is_claim = |id: &str| id == "CLM";
                claims +=
                    set.segments.iter().filter(|segment| is_claim(&segment.segment_abbreviation)).count()
                        as u64;
            }
        }
    }
    Ok(counted(segments, claims))
}

/// It knows the loops of an 837, one for all of its kinds; what it cannot place it leaves unread.
#[cfg(feature = "x12-types")]
fn x12_types_transmission(bytes: &[u8]) -> Outcome {
    use x12_types::util::Parser;
    use x12_types::v005010::{_837, Transmission};
    let text = std::str::from_utf8(bytes)?;
    let (rest, read) = Transmission::<_837>::parse(text).map_err(|_| "it cannot read the file")?;
    let sets = read.functional_group.iter().flat_map(|group| &group.segments);
    let claims: usize = sets.flat_map(|set| &set.loop_2000).map(|branch| branch.loop_2300.len()).sum();
    Ok(format!("{claims} claims, {} bytes left", rest.len()))
}
