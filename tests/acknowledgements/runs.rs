//! Runs files through the core, and reads the acknowledgements that come of it.

use std::collections::BTreeMap;

use batch::{Options, Watch};
use chrono::{NaiveDate, NaiveDateTime};
use crosswalk::Crosswalk;
use crosswalk::sources::{Options as SourceOptions, asp, pdac};
use edits::{Channel, Judge, Profile};
use generator::{Guide, LineEnd, Lists, Plan};
use responses::{Acknowledging, MemoryStore, Results, RunFacts, Wanted};
use x12::{Delimiters, Event, Limits, Reader, Segment, segments};

use crate::files;

/// Names of the files of all acknowledgements.
pub const FORMS: [&str; 4] = ["ta1.edi", "999.edi", "824.edi", "277ca.edi"];

/// Lets every run go on.
pub struct Unwatched;

impl Watch for Unwatched {
    fn read(&self, _bytes: usize) -> bool {
        true
    }
}

pub fn moment() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2025, 11, 3).unwrap().and_hms_opt(8, 0, 0).unwrap()
}

pub fn lists() -> Lists {
    generator::lists(7, 400, 300, 2)
}

pub fn crosswalk(lists: &Lists) -> Crosswalk {
    let named = SourceOptions { source_name: generator::PDAC_FILE_NAME, ..SourceOptions::default() };
    let mut loaded = vec![pdac::parse(&lists.pdac_csv, &named).unwrap()];
    loaded.extend(lists.asp_csv.iter().map(|csv| asp::parse(csv, &SourceOptions::default()).unwrap()));
    Crosswalk::build(loaded).0
}

/// Runs `file` through the core; returns every output by name, or nothing for a file in which there is nothing to read.
pub fn run(file: &[u8], crosswalk: &Crosswalk) -> Option<BTreeMap<String, Vec<u8>>> {
    run_for(
        file,
        crosswalk,
        Some(Acknowledging { moment: moment(), claim_ack_277ca: true, control_number: None }),
    )
}

/// Does the same for the acknowledgements that are asked for.
pub fn run_for(
    file: &[u8],
    crosswalk: &Crosswalk,
    acknowledging: Option<Acknowledging>,
) -> Option<BTreeMap<String, Vec<u8>>> {
    let (today, channel, profile) = (moment().date(), Channel::Batch, Profile::default());
    let options = Options {
        judge: Judge { crosswalk, profile: &profile, channel, today },
        wanted: Wanted {
            results: Results::Findings,
            reports: Vec::new(),
            annotated: None,
            acknowledging,
            facts: None,
            names: None,
        },
        control_number: None,
        limits: Limits::default(),
        block_bytes: 20_000,
    };
    let (stamp, input_name, version) = ("2025-11-03T08:00:00Z", "in.837", "0");
    let facts = RunFacts { crosswalk, stamp, today, channel, input_name, version };
    let mut store = MemoryStore::default();
    let done = batch::process(file, &options, facts, &mut store, &Unwatched);
    done.is_ok().then_some(store.files)
}

pub fn written(plan: &Plan, lists: &Lists) -> Vec<u8> {
    let mut file = Vec::new();
    generator::write_batch(plan, lists, &mut file).unwrap();
    file
}

pub fn plans() -> impl Iterator<Item = Plan> {
    let guides = [Guide::Professional, Guide::Institutional, Guide::Dental];
    let delimiters = [*b"*:^~", *b"|>!\n", *b"\x1d\x1f\x1e\x1c"];
    (0..12).map(move |number: usize| Plan {
        seed: number as u64 + 1,
        guide: guides[number % guides.len()],
        interchanges: 1 + u32::from(number.is_multiple_of(4)),
        groups: 1 + u32::from(number.is_multiple_of(5)),
        sets: 1 + u32::from(number.is_multiple_of(2)),
        claims: 12,
        delimiters: delimiters[number / 3 % delimiters.len()],
        line_end: if number / 3 % 3 == 1 { LineEnd::None } else { LineEnd::Lf },
        bad: 0.3,
        warn: 0.2,
        dependents: 0.4,
        ..Plan::default()
    })
}

/// The elements of every segment of an acknowledgement, the identifier first.
pub fn rows(file: &[u8]) -> Vec<Vec<String>> {
    let delimiters = Delimiters { segment: b'~', element: b'*', component: b':', repetition: b'^' };
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    segments(file, delimiters)
        .map(|segment| std::iter::once(segment.element(0)).chain(segment.elements()).map(text).collect())
        .collect()
}

/// Returns the rows of `file` that are called one of `names`.
pub fn named(file: &[u8], names: &[&str]) -> Vec<String> {
    let rows = rows(file).into_iter().filter(|row| names.contains(&row[0].as_str()));
    rows.map(|row| row.join("*")).collect()
}

/// Returns what is wrong with an acknowledgement, by the reader, by the standard and by its guide.
///
/// AK1 and AK2 repeat what stands in the file that they answer, right or wrong; only what else they hold is looked at.
pub fn wrong_with(name: &str, file: &[u8]) -> Vec<String> {
    let mut reader = Reader::new(file, Limits::default());
    let mut wrong: Vec<String> = Vec::new();
    while let Some(event) = reader.next() {
        if let Event::InterchangeBegin(segment) | Event::GroupBegin(Some(segment)) | Event::Between(segment) =
            event
        {
            let mut tell = |deviation: guides::Deviation<'_>| {
                wrong.push(format!("{} {:?}", segment_text(segment), deviation.kind));
            };
            assert!(guides::check_control_segment(segment, &mut tell));
        }
        wrong.extend(reader.take_faults().iter().map(|fault| fault.kind.name().to_owned()));
    }
    let is_echo = |words: &String| {
        [" ST.AK1", " 2000.AK2"].iter().any(|place| words.contains(place)) && !words.contains("Missing")
    };
    wrong.extend(files::found_in(file).deviations.into_iter().filter(|words| !is_echo(words)));
    wrong.into_iter().map(|words| format!("{name}: {words}")).collect()
}

fn segment_text(segment: Segment<'_>) -> String {
    String::from_utf8_lossy(segment.bytes).into_owned()
}

/// Runs `file` and looks at every acknowledgement; returns how many there are.
#[track_caller]
pub fn check_clean(name: &str, file: &[u8], crosswalk: &Crosswalk) -> usize {
    let Some(files) = run(file, crosswalk) else { return 0 };
    let mut control_numbers = Vec::new();
    let mut count = 0;
    for form in FORMS {
        let Some(ack) = files.get(form) else { continue };
        assert_eq!(wrong_with(form, ack), Vec::<String>::new(), "{name}");
        control_numbers
            .extend(rows(ack).into_iter().filter(|row| row[0] == "ISA").map(|row| row[13].clone()));
        count += 1;
    }
    let answers = control_numbers.len();
    control_numbers.sort();
    control_numbers.dedup();
    assert_eq!(control_numbers.len(), answers, "{name}: every ISA13 is its own");
    count
}
