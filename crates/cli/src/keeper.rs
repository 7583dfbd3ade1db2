//! Keeps every claim: the core hands over what is to be kept of each, and Parquet has rows.
//!
//! Rows are written in groups while judging goes on.
//! Since an interchange may be taken back, so may rows: those of the group that is under way, and groups that are written.

use std::fs::File;
use std::io;

use chrono::NaiveDate;
use claims::DateSource;
use crosswalk::Ndc;
use edits::{Disposition, Standing};
use facts::{Family, FileMark, Key, Row, Rows, RowsMark, Tuple, Value, Writer, Written, place};
use responses::OutputFile;
use responses::facts::{ClaimFact, LineFact, SetFact, days_since_1970};
use rustc_hash::FxHashMap;

use crate::kept::FILE_NAME;

/// Rows of a group: enough for a column to be coded well, and so few that all columns stay in the cache of a core.
const GROUP_ROWS: usize = 8 * 1024;

/// Bytes of distinct values that end a group too: texts may be as long as a segment.
const GROUP_BYTES: usize = 4 * 1024 * 1024;

/// What all rows of a run share.
pub struct RunNotes<'r> {
    /// BLAKE3 of the input.
    pub file_hash: blake3::Hash,
    /// How the claims came in.
    pub channel: &'static str,
    /// Name and value of what stands beside the rows.
    pub notes: &'r [(&'r str, &'r str)],
}

/// The file while it grows.
pub struct Keeper {
    writer: Writer,
    rows: Rows,
    known: Known,
    file_hash: blake3::Hash,
    channel: &'static str,
    /// The set that is open.
    set: OfSet,
    mark: Option<Mark>,
}

/// What the rows of claims say of their transaction set.
#[derive(Clone, Default)]
struct OfSet {
    sender: Vec<u8>,
    usage: Vec<u8>,
    implementation: Vec<u8>,
}

/// Tuples that stand in rows of the group, by what they are told by.
#[derive(Default)]
struct Known {
    /// Of the set that is open.
    origin: Option<Tuple>,
    /// Of claims of that set without findings of their own.
    verdicts: FxHashMap<(Disposition, Disposition), Tuple>,
    lines: FxHashMap<LineKey, Tuple>,
    positions: FxHashMap<(u32, Key), Tuple>,
    /// Of the first products of their lines.
    products: FxHashMap<(Key, Key), Tuple>,
    days: FxHashMap<(NaiveDate, NaiveDate), Tuple>,
}

/// What a line is told by that passes and has no findings.
#[derive(PartialEq, Eq, Hash)]
struct LineKey {
    qualifier: Key,
    procedure: Key,
    is_institutional: bool,
    has_statement_date: bool,
}

/// Where to go back to.
struct Mark {
    file: FileMark,
    rows: RowsMark,
    set: OfSet,
    /// The rows that the mark is made of, once their group is written; they go on behind the mark.
    written: Option<Rows>,
}

impl Keeper {
    /// Begins the file.
    pub fn begin(file: File, run: &RunNotes<'_>) -> io::Result<Keeper> {
        let RunNotes { file_hash, channel, notes } = *run;
        let writer = Writer::new(file, notes).map_err(io::Error::other)?;
        let (rows, known, set) = (Rows::default(), Known::default(), OfSet::default());
        Ok(Keeper { writer, rows, known, file_hash, channel, set, mark: None })
    }

    /// Takes what the claims behind it have in common.
    pub fn set(&mut self, set: &SetFact<'_>) {
        let SetFact { sender, usage, implementation } = *set;
        let [sender, usage, implementation] = [sender, usage, implementation].map(<[u8]>::to_vec);
        self.set = OfSet { sender, usage, implementation };
        self.known.origin = None;
        self.known.verdicts.clear();
    }

    /// Takes a claim.
    pub fn claim(&mut self, claim: &ClaimFact<'_>) -> io::Result<()> {
        self.put_claim(claim);
        if self.rows.count() < GROUP_ROWS && self.rows.bytes() < GROUP_BYTES {
            return Ok(());
        }
        self.write_group()
    }

    /// Notes how far it has come; a later mark replaces an earlier.
    pub fn mark(&mut self) {
        let (file, rows, set) = (self.writer.mark(), self.rows.mark(), self.set.clone());
        self.mark = Some(Mark { file, rows, set, written: None });
    }

    /// Forgets what came behind the mark.
    pub fn rewind(&mut self) -> io::Result<()> {
        let Some(mark) = &mut self.mark else { return Ok(()) };
        self.writer.rewind(&mark.file).map_err(io::Error::other)?;
        if let Some(rows) = mark.written.take() {
            self.rows = rows;
        }
        self.rows.rewind(&mark.rows);
        self.set = mark.set.clone();
        self.known.clear();
        Ok(())
    }

    /// Ends the file.
    pub fn finish(mut self) -> io::Result<(File, OutputFile)> {
        self.write_group()?;
        let Written { file, bytes, blake3 } = self.writer.finish().map_err(io::Error::other)?;
        Ok((file, OutputFile { name: FILE_NAME.to_owned(), bytes, blake3 }))
    }

    /// Writes the rows that are there, and begins a group.
    fn write_group(&mut self) -> io::Result<()> {
        self.writer.write(&self.rows.encode()).map_err(io::Error::other)?;
        match &mut self.mark {
            Some(mark) if mark.written.is_none() => mark.written = Some(std::mem::take(&mut self.rows)),
            _ => self.rows.clear(),
        }
        self.known.clear();
        Ok(())
    }

    /// Puts the row of a claim and those of its lines.
    fn put_claim(&mut self, claim: &ClaimFact<'_>) {
        let Keeper { rows, known, set, file_hash, channel, .. } = self;
        let origin = *known.origin.get_or_insert_with(|| {
            rows.put(
                Family::Origin,
                &[
                    (place::FILE_HASH, Value::Text(file_hash.to_hex().as_bytes())),
                    (place::PARTNER, Value::Text(&set.sender)),
                    (place::CHANNEL, Value::Text(channel.as_bytes())),
                ],
            )
        });
        let number = i64::try_from(claim.claim_number).unwrap_or(i64::MAX);
        let id = [(place::CLAIM_NUMBER, Value::Long(number)), (place::CLAIM_ID, Value::Text(claim.claim_id))];
        rows.begin_claim(origin, &id);
        let judged = if claim.findings.is_empty() {
            let key = (claim.disposition, claim.without_lists);
            *known.verdicts.entry(key).or_insert_with(|| put_verdict(rows, claim, set))
        } else {
            put_verdict(rows, claim, set)
        };
        let row = Row { judged, position: Tuple::NONE, product: Tuple::NONE, days: Tuple::NONE };
        rows.push(row, &[charge(claim.charge_cents)]);
        for line in &claim.lines {
            put_line(rows, known, line);
        }
    }
}

impl Known {
    fn clear(&mut self) {
        self.origin = None;
        self.verdicts.clear();
        self.lines.clear();
        self.positions.clear();
        self.products.clear();
        self.days.clear();
    }
}

/// Puts what came of a claim.
fn put_verdict(rows: &mut Rows, claim: &ClaimFact<'_>, set: &OfSet) -> Tuple {
    let without_lists = claim.without_lists.as_str();
    rows.put(
        Family::Judged,
        &[
            (place::ROW, Value::Text(b"claim")),
            (place::FINDINGS, Value::Text(claim.findings.as_bytes())),
            (place::USAGE, Value::Text(&set.usage)),
            (place::IMPLEMENTATION, Value::Text(&set.implementation)),
            (place::DISPOSITION, Value::Text(claim.disposition.as_str().as_bytes())),
            (place::DISPOSITION_WITHOUT_LISTS, Value::Text(without_lists.as_bytes())),
        ],
    )
}

/// Puts a row for each product of a line, or one for a line without any.
fn put_line(rows: &mut Rows, known: &mut Known, line: &LineFact<'_>) {
    let judged = match (&line.rest, Key::of(line.qualifier), Key::of(line.procedure)) {
        (None, Some(qualifier), Some(procedure)) => {
            let has_statement_date = line.date_source == DateSource::Statement;
            let is_institutional = line.is_institutional;
            let key = LineKey { qualifier, procedure, is_institutional, has_statement_date };
            *known.lines.entry(key).or_insert_with(|| put_judged(rows, line))
        }
        _ => put_judged(rows, line),
    };
    let position = match Key::of(line.number) {
        Some(number) => {
            *known.positions.entry((line.index, number)).or_insert_with(|| put_position(rows, line))
        }
        None => put_position(rows, line),
    };
    let days = line.days.map_or(Tuple::NONE, |(first, last)| {
        *known.days.entry((first, last)).or_insert_with(|| {
            let [first, last] = [first, last].map(|day| Value::Int(days_since_1970(day)));
            rows.put(Family::Days, &[(place::FIRST_DATE, first), (place::LAST_DATE, last)])
        })
    });
    let product =
        line.product.map_or(Tuple::NONE, |(qualifier, sent)| match (Key::of(qualifier), Key::of(sent)) {
            (Some(one), Some(other)) => {
                *known.products.entry((one, other)).or_insert_with(|| put_product(rows, 0, qualifier, sent))
            }
            _ => put_product(rows, 0, qualifier, sent),
        });
    let row = Row { judged, position, product, days };
    let own = [charge(line.charge_cents)];
    rows.push(row, &own);
    for (index, &(qualifier, sent)) in (1..).zip(line.rest.iter().flat_map(|rest| &rest.products)) {
        let product = put_product(rows, index, qualifier, sent);
        rows.push(Row { product, ..row }, &own);
    }
}

/// Puts what is judged of a line, and what came of it.
fn put_judged(rows: &mut Rows, line: &LineFact<'_>) -> Tuple {
    let rest = line.rest.as_deref();
    let standing = rest.map_or(Standing::Passes, |rest| rest.standing);
    let source = if line.date_source == DateSource::Statement { "statement" } else { "line" };
    rows.put(
        Family::Judged,
        &[
            (place::ROW, Value::Text(b"line")),
            (place::FINDINGS, Value::Text(rest.map_or(b"", |rest| rest.findings.as_bytes()))),
            (place::IS_INSTITUTIONAL, Value::Int(line.is_institutional.into())),
            (place::PROCEDURE_QUALIFIER, Value::Text(line.qualifier)),
            (place::PROCEDURE, Value::Text(line.procedure)),
            (place::DATE_SOURCE, Value::Text(source.as_bytes())),
            (place::STANDING, Value::Text(standing.as_str().as_bytes())),
        ],
    )
}

fn put_position(rows: &mut Rows, line: &LineFact<'_>) -> Tuple {
    let index = i32::try_from(line.index).unwrap_or(i32::MAX);
    let position = [(place::LINE_INDEX, Value::Int(index)), (place::LINE_NUMBER, Value::Text(line.number))];
    rows.put(Family::Position, &position)
}

fn put_product(rows: &mut Rows, index: i32, qualifier: &[u8], sent: &[u8]) -> Tuple {
    let ndc = Ndc::parse(sent).map(Ndc::digits);
    rows.put(
        Family::Product,
        &[
            (place::PRODUCT_INDEX, Value::Int(index)),
            (place::PRODUCT_QUALIFIER, Value::Text(qualifier)),
            (place::NDC_SENT, Value::Text(sent)),
            (place::NDC, ndc.as_ref().map_or(Value::None, |digits| Value::Text(digits))),
        ],
    )
}

fn charge(cents: Option<i64>) -> (usize, Value<'static>) {
    (place::CHARGE_CENTS, cents.map_or(Value::None, Value::Long))
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek, SeekFrom};

    use responses::facts::LineRest;

    use super::*;

    fn begin() -> Keeper {
        let run = RunNotes { file_hash: blake3::hash(b"in"), channel: "batch", notes: &[] };
        Keeper::begin(tempfile::tempfile().unwrap(), &run).unwrap()
    }

    fn keep(keeper: &mut Keeper, numbers: std::ops::Range<u64>) {
        for number in numbers {
            let id = number.to_string();
            let line = LineFact {
                index: 0,
                number: b"1",
                is_institutional: false,
                charge_cents: Some(i64::from(id.as_bytes()[0])),
                qualifier: b"HC",
                procedure: &id.as_bytes()[..1],
                product: (!number.is_multiple_of(3)).then_some((b"N4", id.as_bytes())),
                days: NaiveDate::from_ymd_opt(2025, 11, 3).map(|day| (day, day)),
                date_source: DateSource::Line,
                rest: None,
            };
            let told = LineRest {
                standing: Standing::NdcMalformed,
                findings: "NDC010".to_owned(),
                products: vec![(b"UP", b"00641036725"), (b"", b"")],
            };
            let rest = number.is_multiple_of(7).then(|| Box::new(told));
            let claim = ClaimFact {
                claim_number: number,
                claim_id: id.as_bytes(),
                charge_cents: None,
                disposition: Disposition::Accepted,
                without_lists: Disposition::Accepted,
                findings: String::new(),
                lines: vec![LineFact { index: 1, rest, ..line.clone() }, line],
            };
            keeper.claim(&claim).unwrap();
        }
    }

    fn set(keeper: &mut Keeper, sender: &'static str) {
        keeper.set(&SetFact { sender: sender.as_bytes(), usage: b"P", implementation: b"005010X222A1" });
    }

    fn content(keeper: Keeper) -> Vec<u8> {
        let (mut file, output) = keeper.finish().unwrap();
        let mut content = Vec::new();
        file.seek(SeekFrom::Start(0)).unwrap();
        file.read_to_end(&mut content).unwrap();
        assert_eq!((output.bytes, &output.blake3), (content.len() as u64, blake3::hash(&content).as_bytes()));
        content
    }

    #[test]
    fn what_is_taken_back_leaves_no_trace() {
        let mut straight = begin();
        set(&mut straight, "A");
        keep(&mut straight, 1..4_000);
        set(&mut straight, "B");
        keep(&mut straight, 4_000..9_000);
        let straight = content(straight);
        // Within a group, as far as its end and beyond it, and over several groups.
        for gone in [0, 10, 2_000, 20_000] {
            let mut keeper = begin();
            keeper.mark();
            set(&mut keeper, "C");
            keep(&mut keeper, 1..gone);
            keeper.rewind().unwrap();
            set(&mut keeper, "A");
            keep(&mut keeper, 1..4_000);
            for again in [gone, gone / 2] {
                keeper.mark();
                for sender in ["D", "E"] {
                    set(&mut keeper, sender);
                    keep(&mut keeper, 50_000..50_000 + again);
                    keeper.rewind().unwrap();
                }
            }
            set(&mut keeper, "B");
            keep(&mut keeper, 4_000..9_000);
            assert!(content(keeper) == straight, "{gone}");
        }
    }
}
