//! Keeps every claim: the core hands over what is to be kept of each, and Parquet has rows.
//!
//! Rows are written in groups while judging goes on.
//! Since an interchange may be taken back, so may rows: those of the group that is under way, and groups that are written.

use std::fs::File;
use std::io;

use claims::DateSource;
use crosswalk::Ndc;
use edits::Standing;
use facts::{FileMark, Level, Rows, RowsMark, Value, Writer, Written, place};
use responses::OutputFile;
use responses::facts::{ClaimFact, LineFact, SetFact};

use crate::kept::FILE_NAME;

/// Rows of a group: enough for a column to be coded well, and so few that all columns stay in the cache of a core.
const GROUP_ROWS: u32 = 16 * 1024;

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
    file_hash: blake3::Hash,
    channel: &'static str,
    /// The set that is open; `None` before the first.
    set: Option<OfSet>,
    mark: Option<Mark>,
}

/// What the rows of claims say of their transaction set.
#[derive(Clone)]
struct OfSet {
    sender: Vec<u8>,
    usage: Vec<u8>,
    implementation: Vec<u8>,
}

/// Where to go back to.
struct Mark {
    file: FileMark,
    rows: RowsMark,
    set: Option<OfSet>,
    /// The rows that the mark is made of, once their group is written; they go on behind the mark.
    written: Option<Rows>,
}

impl Keeper {
    /// Begins the file.
    pub fn begin(file: File, run: &RunNotes<'_>) -> io::Result<Keeper> {
        let RunNotes { file_hash, channel, notes } = *run;
        let (writer, rows) = (Writer::new(file, notes).map_err(io::Error::other)?, Rows::default());
        Ok(Keeper { writer, rows, file_hash, channel, set: None, mark: None })
    }

    /// Takes what the claims behind it have in common.
    pub fn set(&mut self, set: &SetFact<'_>) {
        let SetFact { sender, usage, implementation } = *set;
        let [sender, usage, implementation] = [sender, usage, implementation].map(<[u8]>::to_vec);
        self.set = Some(OfSet { sender, usage, implementation });
        self.begin_rows();
    }

    /// Takes a claim.
    pub fn claim(&mut self, claim: &ClaimFact<'_>) -> io::Result<()> {
        put_claim(&mut self.rows, claim);
        if self.rows.count() < GROUP_ROWS && self.rows.bytes() < GROUP_BYTES {
            return Ok(());
        }
        self.write_group()?;
        self.begin_rows();
        Ok(())
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
        self.begin_rows();
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
        Ok(())
    }

    /// Puts what holds for all rows until the next set; a group knows nothing of the one before.
    fn begin_rows(&mut self) {
        let Some(OfSet { sender, usage, implementation }) = &self.set else { return };
        self.rows.put(place::FILE_HASH, Value::Text(self.file_hash.to_hex().as_bytes()));
        self.rows.put(place::CHANNEL, Value::Text(self.channel.as_bytes()));
        self.rows.put(place::PARTNER, Value::Text(sender));
        self.rows.put(place::USAGE, Value::Text(usage));
        self.rows.put(place::IMPLEMENTATION, Value::Text(implementation));
    }
}

fn put_claim(rows: &mut Rows, claim: &ClaimFact<'_>) {
    let number = i64::try_from(claim.claim_number).unwrap_or(i64::MAX);
    rows.put(place::ROW, Value::Text(b"claim"));
    rows.put(place::CLAIM_NUMBER, Value::Long(number));
    rows.put(place::CLAIM_ID, Value::Text(claim.claim_id));
    rows.put(place::FINDINGS, Value::Text(claim.findings.as_bytes()));
    rows.put(place::CHARGE_CENTS, claim.charge_cents.map_or(Value::None, Value::Long));
    rows.put(place::DISPOSITION, Value::Text(claim.disposition.as_str().as_bytes()));
    rows.put(place::DISPOSITION_WITHOUT_LISTS, Value::Text(claim.without_lists.as_str().as_bytes()));
    rows.end_row(Level::Claim);
    if !claim.lines.is_empty() {
        rows.put(place::ROW, Value::Text(b"line"));
    }
    for line in &claim.lines {
        put_line(rows, line);
    }
}

/// Puts a row for each product of a line, or one for a line without any.
fn put_line(rows: &mut Rows, line: &LineFact<'_>) {
    let source = if line.date_source == DateSource::Statement { "statement" } else { "line" };
    let (first, last) =
        line.days.map_or((Value::None, Value::None), |(first, last)| (Value::Int(first), Value::Int(last)));
    let rest = line.rest.as_deref();
    let standing = rest.map_or(Standing::Passes, |rest| rest.standing);
    rows.put(place::FINDINGS, Value::Text(rest.map_or(b"", |rest| rest.findings.as_bytes())));
    rows.put(place::LINE_INDEX, Value::Int(i32::try_from(line.index).unwrap_or(i32::MAX)));
    rows.put(place::LINE_NUMBER, Value::Text(line.number));
    rows.put(place::IS_INSTITUTIONAL, Value::Int(line.is_institutional.into()));
    rows.put(place::PROCEDURE_QUALIFIER, Value::Text(line.qualifier));
    rows.put(place::PROCEDURE, Value::Text(line.procedure));
    rows.put(place::FIRST_DATE, first);
    rows.put(place::LAST_DATE, last);
    rows.put(place::DATE_SOURCE, Value::Text(source.as_bytes()));
    rows.put(place::STANDING, Value::Text(standing.as_str().as_bytes()));
    put_product(rows, line, 0, line.product);
    for (index, &product) in (1..).zip(rest.map_or(&[][..], |rest| &rest.products)) {
        put_product(rows, line, index, Some(product));
    }
}

/// Puts a product, or none, and ends its row.
fn put_product(rows: &mut Rows, line: &LineFact<'_>, index: i32, product: Option<(&[u8], &[u8])>) {
    if let Some((qualifier, sent)) = product {
        let ndc = Ndc::parse(sent).map(Ndc::digits);
        rows.put(place::PRODUCT_INDEX, Value::Int(index));
        rows.put(place::PRODUCT_QUALIFIER, Value::Text(qualifier));
        rows.put(place::NDC_SENT, Value::Text(sent));
        rows.put(place::NDC, ndc.as_ref().map_or(Value::None, |digits| Value::Text(digits)));
    } else {
        for column in [place::PRODUCT_INDEX, place::PRODUCT_QUALIFIER, place::NDC_SENT, place::NDC] {
            rows.put(column, Value::None);
        }
    }
    // An amount does not hold: each row is to have its own.
    rows.put(place::CHARGE_CENTS, line.charge_cents.map_or(Value::None, Value::Long));
    rows.end_row(Level::Line);
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek, SeekFrom};

    use edits::Disposition;
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
                days: Some((20_395, 20_395)),
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
