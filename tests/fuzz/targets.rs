//! What is fuzzed: functions that take any bytes, and fail if a law does not hold for them.
//!
//! A fuzzer calls them with what it makes up, `tests/fuzz_corpora.rs` with what was kept of that.
//! Beyond that nothing panics, each function holds what comes out against another way to come by it.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::sync::OnceLock;

use batch::{Failed, Options};
use crosswalk::Crosswalk;
use crosswalk::sources::{Loaded, Options as SourceOptions, SourceError, asp, local, pdac};
use edits::{Channel, Judge, Profile};
use guides::{Deviation, Kind, Place, Walk};
use rayon::{ThreadPool, ThreadPoolBuilder};
use responses::{Acknowledging, MemoryStore, Results, RunFacts, Wanted};
use x12::{Delimiters, Event, Limits, Reader, Segment, SegmentId, Sheet, VIEW_BYTES, offset_in, segments};

use crate::runs::{FORMS, Unwatched, moment, wrong_with};

/// A target: its name, which is that of its folder of kept inputs, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 9] = [
    ("reader", reader),
    ("sheet", sheet),
    ("guide", guide),
    ("run", run),
    ("acknowledgements", acknowledgements),
    ("pdac", list_pdac),
    ("asp", list_asp),
    ("local", list_local),
    ("workbook", workbook),
];

/// Longer inputs find no more, only later.
const INPUT_BYTES_MAX: usize = 16 * 1024;

/// Blocks of about a claim each.
const SMALL_BLOCK_BYTES: usize = 200;

/// Reads envelopes: events nest, every segment stands behind the one before it, and segments of a set that are read at one go
/// are those that are read one by one.
pub fn reader(data: &[u8]) {
    let mut open: Vec<&str> = Vec::new();
    let mut last = 0;
    let mut bodies = Vec::new();
    let mut reader = Reader::new(data, Limits::default());
    while let Some(event) = reader.next() {
        let mut close = |level: &str| assert_eq!(open.pop(), Some(level), "levels end as they began");
        let segment = match event {
            Event::InterchangeEnd(segment) => (close("interchange"), segment).1,
            Event::GroupEnd(segment) => (close("group"), segment).1,
            Event::SetEnd(segment) => (close("set"), segment).1,
            Event::GroupBegin(segment) => segment,
            Event::InterchangeBegin(segment)
            | Event::SetBegin(segment)
            | Event::Between(segment)
            | Event::Body(_, segment) => Some(segment),
            Event::Outside(_) => None,
        };
        match event {
            Event::InterchangeBegin(_) => open.push("interchange"),
            Event::GroupBegin(_) => open.push("group"),
            Event::SetBegin(_) => open.push("set"),
            _ => {}
        }
        if let Some(segment) = segment {
            let start = offset_in(data, segment.bytes);
            assert!(last <= start && start + segment.bytes.len() <= data.len(), "segments in their order");
            last = start + segment.bytes.len();
            if matches!(event, Event::Body(..)) {
                bodies.push((start, segment.bytes.len()));
            }
        }
        for fault in reader.take_faults() {
            assert!(fault.place.len() <= data.len());
        }
    }
    assert!(open.is_empty(), "every level ends");
    assert_eq!(at_one_go(data), (bodies, reader.segment_number()), "the ways to read agree");
}

/// Reads on through sets at one go; returns the place and length of each segment in them, and how many segments there are in all.
fn at_one_go(data: &[u8]) -> (Vec<(usize, usize)>, u64) {
    let mut bodies = Vec::new();
    let mut reader = Reader::new(data, Limits::default());
    loop {
        let until = [SegmentId::new(b"HL"), SegmentId::new(b"CLM")];
        let stopped = reader.run(until, |_, start, length| bodies.push((start, length)));
        let event = match stopped {
            Some((id, segment)) => Event::Body(id, segment),
            None => match reader.next() {
                Some(event) => event,
                None => return (bodies, reader.segment_number()),
            },
        };
        if let Event::Body(_, segment) = event {
            bodies.push((offset_in(data, segment.bytes), segment.bytes.len()));
        }
        drop(reader.take_faults());
    }
}

/// Draws a sheet, with delimiters that the first bytes choose: what looks at many bytes show is what a look at each byte finds.
pub fn sheet(data: &[u8]) {
    let Some((&[element, component, repetition], text)) = data.split_first_chunk() else { return };
    let delimiters = Delimiters { segment: b'~', element, component, repetition };
    let shown = [text, &[b'~'; VIEW_BYTES]].concat();
    let mut sheet = Sheet::default();
    sheet.draw(&shown, text.len(), delimiters);
    for start in 0..text.len() {
        // A number of bytes that is another one nearly everywhere, and every one somewhere.
        let length = (start * 7 + text.len()) % VIEW_BYTES;
        let Some(own) = text.get(start..start + length) else { continue };
        let bits = |wanted: &dyn Fn(u8) -> bool| {
            let places = (0_u32..).zip(own).filter(|(_, byte)| wanted(**byte));
            places.fold(0_u64, |bits, (place, _)| bits | 1 << place)
        };
        if let Some(view) = sheet.view(start, length) {
            assert_eq!(view.bytes[..length], *own);
            assert_eq!(view.ends, bits(&|byte| byte == element) | 1 << length);
            assert_eq!(view.components, bits(&|byte| byte == component));
            assert_eq!(view.digits, bits(&|byte| byte.is_ascii_digit()));
        }
        let is_plain = |byte: &u8| *byte != repetition && (b' '..=b'~').contains(byte);
        assert!(!sheet.is_plain(start, length) || own.iter().all(is_plain), "what is plain is text");
    }
}

/// A deviation, without the bytes that it points at.
type Told = (Kind, u32, Place, usize);

/// Walks segments through a guide, which the first byte chooses: walks that begin anew tell the same, whether they are shown
/// the segments or not, and whatever they have seen before.
pub fn guide(data: &[u8]) {
    let Some((choice, rest)) = data.split_first() else { return };
    let guides: Vec<&guides::Guide> = guides::guides().collect();
    let guide = guides[usize::from(*choice) % guides.len()];
    let loops = guide.loops();
    let within = loops[usize::from(*choice) / guides.len() % loops.len()].name;
    let Some(mut walk) = Walk::within(guide, within) else { return };
    let delimiters = Delimiters { segment: b'~', element: b'*', component: b':', repetition: b'^' };
    let shown = [rest, &[b'~'; VIEW_BYTES]].concat();
    let (mut sheet, blank) = (Sheet::default(), Sheet::default());
    sheet.draw(&shown, rest.len(), delimiters);
    let first = walked(&mut walk, rest, delimiters, &blank);
    for shown_by in [&blank, &sheet, &sheet] {
        walk.restart();
        assert_eq!(
            walked(&mut walk, rest, delimiters, shown_by),
            first,
            "a walk that begins anew tells the same"
        );
    }
}

fn walked(walk: &mut Walk, bytes: &[u8], delimiters: Delimiters, sheet: &Sheet<'_>) -> Vec<Told> {
    let mut told = Vec::new();
    let mut tell = |deviation: Deviation<'_>| {
        let start = offset_in(bytes, deviation.place);
        assert!(start + deviation.place.len() <= bytes.len(), "guilty bytes are bytes of the input");
        told.push((deviation.kind, deviation.segment_position, deviation.element, start));
    };
    for segment in segments(bytes, delimiters) {
        let (start, length) = (offset_in(bytes, segment.bytes), segment.bytes.len());
        let view = sheet.view(start, length).filter(|_| sheet.is_plain(start, length));
        walk.segment(segment, view.as_ref(), &mut tell);
    }
    walk.end(|| Segment { bytes: &bytes[bytes.len()..], delimiters }, &mut tell);
    assert!(told.is_sorted_by_key(|told| told.1), "deviations come in the order of the segments");
    told
}

/// Returns a number by which an input chooses between ways to go on.
fn sum(data: &[u8]) -> u8 {
    data.iter().fold(0, |sum, &byte| sum.wrapping_add(byte))
}

/// Processes a file: blocks and threads change no byte, the verdicts balance, and what is accepted is accepted again.
///
/// The sum of all bytes chooses the way.
pub fn run(data: &[u8]) {
    run_one_way(data, sum(data));
}

/// Does the same in the way that `choice` stands for.
///
/// It says in which form the report is written, since that is most of a run, and what the blocks are: every fourth input is run
/// with large and with small ones, the others with either.
/// Small blocks have two threads where `choice` is a multiple of 128, and else one, since to wake another takes longer than a run.
pub fn run_one_way(data: &[u8], choice: u8) {
    if INPUT_BYTES_MAX < data.len() {
        return;
    }
    let wanted = Wanted { reports: forms(choice / 32), ..everything() };
    let run = |threads, block_bytes| outputs_of(data, wanted.clone(), threads, block_bytes);
    let files = if choice % 4 == 1 { run(1, SMALL_BLOCK_BYTES) } else { run(1, batch::BLOCK_BYTES) };
    if choice.is_multiple_of(4) {
        let threads = if choice.is_multiple_of(128) { 2 } else { 1 };
        assert_eq!(run(threads, SMALL_BLOCK_BYTES), files, "blocks and threads change nothing");
    }
    let Some(accepted) = files.as_ref().and_then(|files| files.get("accepted.837")) else { return };
    let wanted = Wanted { results: Results::None, reports: Vec::new(), acknowledging: None, ..everything() };
    let again = outputs_of(accepted, wanted, 1, batch::BLOCK_BYTES).expect("what was written can be read");
    for name in ["rejected.837", "held.837", "refused.837"] {
        assert!(!again.contains_key(name), "an accepted claim is accepted again");
    }
    assert_eq!(again.get("accepted.837"), Some(accepted), "byte for byte");
}

/// Answers a file: every acknowledgement reads clean, by the reader and by its guide.
pub fn acknowledgements(data: &[u8]) {
    if INPUT_BYTES_MAX < data.len() {
        return;
    }
    let wanted = Wanted { results: Results::None, reports: Vec::new(), ..everything() };
    let Some(files) = outputs_of(data, wanted, 1, batch::BLOCK_BYTES) else { return };
    for form in FORMS {
        if let Some(answer) = files.get(form) {
            assert_eq!(wrong_with(form, answer), Vec::<String>::new());
        }
    }
}

/// Returns one form of the report, as an index, or all of them.
fn forms(choice: u8) -> Vec<usize> {
    let count = responses::brr::FORMS.len();
    let form = usize::from(choice) % (count + 1);
    if form < count { vec![form] } else { (0..count).collect() }
}

/// Every answer, in every form.
pub fn everything() -> Wanted {
    Wanted {
        results: Results::All,
        reports: (0..responses::brr::FORMS.len()).collect(),
        annotated: None,
        acknowledging: Some(Acknowledging { moment: moment(), claim_ack_277ca: true, control_number: None }),
        facts: None,
        names: None,
    }
}

/// Runs `file` through the core; returns every output by name, or nothing for a file in which there is nothing to read.
///
/// Invariant: there are one to eight threads.
pub fn outputs_of(
    file: &[u8],
    wanted: Wanted,
    threads: usize,
    block_bytes: usize,
) -> Option<BTreeMap<String, Vec<u8>>> {
    let (crosswalk, profile, channel) = (lists(), Profile::default(), Channel::Batch);
    let today = moment().date();
    let options = Options {
        judge: Judge { crosswalk, profile: &profile, channel, today },
        wanted,
        control_number: None,
        limits: Limits::default(),
        block_bytes,
    };
    let (stamp, input_name, version) = ("2025-11-03T08:00:00Z", "in.837", "0");
    let facts = RunFacts { crosswalk, stamp, today, channel, input_name, version };
    let mut store = MemoryStore::default();
    let done = on_threads(threads, || batch::process(file, &options, facts, &mut store, &Unwatched));
    match done {
        Ok(_) => Some(store.files),
        Err(Failed::Unreadable(_)) => None,
        Err(Failed::Unfinished(_) | Failed::Disturbed) => panic!("the verdicts do not balance"),
    }
}

/// Does `work` on so many threads; on this one, if it is to be one, so that none has to be woken.
fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    static POOLS: [OnceLock<ThreadPool>; 8] = [const { OnceLock::new() }; 8];
    thread_local! {
        static ALONE: ThreadPool = pool(ThreadPoolBuilder::new().use_current_thread(), 1);
    }
    if threads == 1 {
        return ALONE.with(|alone| alone.install(work));
    }
    POOLS[threads - 1].get_or_init(|| pool(ThreadPoolBuilder::new(), threads)).install(work)
}

fn pool(builder: ThreadPoolBuilder, threads: usize) -> ThreadPool {
    builder.num_threads(threads).build().expect("threads can be begun")
}

/// The lists of the samples.
fn lists() -> &'static Crosswalk {
    static LISTS: OnceLock<Crosswalk> = OnceLock::new();
    LISTS.get_or_init(|| {
        let csv = include_bytes!("../../samples/crosswalks/2025-10-05XWalk.csv");
        let asp_csv = include_bytes!("../../samples/crosswalks/asp-2025q4.csv");
        let loaded =
            [pdac::parse(csv, &named("2025-10-05XWalk.csv")), asp::parse(asp_csv, &named("asp-2025q4.csv"))];
        Crosswalk::build(loaded.map(|loaded| loaded.expect("the samples can be read")).into()).0
    })
}

fn named(source_name: &str) -> SourceOptions<'_> {
    SourceOptions { source_name, ..SourceOptions::default() }
}

/// Every row of a list is a relation, one that was merged, or one that was set aside; and the list can be looked at.
fn check_list(loaded: Result<Loaded, SourceError>) {
    let Ok(loaded) = loaded else { return };
    let report = &loaded.release.report;
    assert_eq!(report.rows, report.relations + report.merged + report.set_aside.len(), "no row is lost");
    assert_eq!(report.relations, loaded.relations.len());
    let _ = Crosswalk::build(vec![loaded]);
}

/// Loads a PDAC list: text, workbook, or neither.
pub fn list_pdac(data: &[u8]) {
    check_list(pdac::parse(data, &named("2025-10-05XWalk.csv")));
}

/// Loads an ASP list: text, workbook, archive, or none of them.
pub fn list_asp(data: &[u8]) {
    check_list(asp::parse(data, &named("asp.csv")));
}

/// Loads a local list.
pub fn list_local(data: &[u8]) {
    check_list(local::parse(data, &named("local.csv")));
}

/// Loads a workbook whose sheet holds `data`, since no fuzzer gets past the checksums of an archive.
///
/// The sum of all bytes chooses what list it is taken for.
pub fn workbook(data: &[u8]) {
    let book = xlsx(data);
    check_list(if sum(data).is_multiple_of(2) {
        pdac::parse(&book, &named("2025-10-05XWalk.xlsx"))
    } else {
        asp::parse(&book, &named("asp.xlsx"))
    });
}

/// Makes the least workbook with one sheet.
fn xlsx(sheet: &[u8]) -> Vec<u8> {
    const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>"#;
    const RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    const BOOK: &str = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="10-05-2025 list" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    const SHEETS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    let members: [(&str, &[u8]); 5] = [
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("_rels/.rels", RELATIONS.as_bytes()),
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", SHEETS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in members {
        archive.start_file(name, stored).expect("memory takes whatever is written");
        archive.write_all(content).expect("memory takes whatever is written");
    }
    archive.finish().expect("memory takes whatever is written").into_inner()
}
