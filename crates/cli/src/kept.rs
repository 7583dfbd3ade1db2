//! What is kept of every claim, between the core, which writes entries, and Parquet, which has rows.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use claims::DateSource;
use crosswalk::Ndc;
use edits::Disposition;
use facts::{COUNT, Value, Writer};
use responses::facts::{ClaimFact, LineFact, read_fact};
use responses::{OutputFile, Store, Stream};

use crate::failure::Failure;
use crate::store::FileStore;

/// Name of the file in the folder of a run.
pub const FILE_NAME: &str = "facts.parquet";

/// Bytes of entries that are read together.
const PIECE_BYTES: u64 = 4 * 1024 * 1024;

/// What all rows of a run share.
pub struct RunNotes<'r> {
    /// BLAKE3 of the input, in hexadecimal digits.
    pub file_hash: &'r str,
    /// How the claims came in.
    pub channel: &'static str,
    /// Name and value of what stands beside the rows.
    pub notes: &'r [(&'r str, &'r str)],
}

/// Writes the file from the entries of `store`.
pub fn write(store: &mut FileStore, run: &RunNotes<'_>) -> io::Result<OutputFile> {
    let other = |error: facts::Error| io::Error::other(error);
    let file = Hashing { file: store.create(FILE_NAME)?, hasher: blake3::Hasher::new(), bytes: 0 };
    let mut writer = Writer::new(file, run.notes).map_err(other)?;
    let length = store.length(Stream::Facts);
    let (mut at, mut piece) = (0, Vec::new());
    while at < length {
        let end = length.min(at + PIECE_BYTES);
        piece.extend(store.read(Stream::Facts, at..end)?);
        at = end;
        let mut entries = piece.as_slice();
        while let Some(fact) = read_fact(&mut entries) {
            write_claim(&mut writer, run, &fact).map_err(other)?;
        }
        // What is not all there goes on in the next piece.
        piece.drain(..piece.len() - entries.len());
    }
    if !piece.is_empty() {
        return Err(io::Error::other("what was kept of a claim is cut off"));
    }
    let Hashing { file, hasher, bytes } = writer.finish().map_err(other)?;
    store.keep(FILE_NAME, file);
    Ok(OutputFile { name: FILE_NAME.to_owned(), bytes, blake3: *hasher.finalize().as_bytes() })
}

/// A file, and the hash of what is written to it.
struct Hashing {
    file: File,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn write_claim(
    writer: &mut Writer<Hashing>,
    run: &RunNotes<'_>,
    claim: &ClaimFact<'_>,
) -> Result<(), facts::Error> {
    let [sender, usage, implementation, claim_id, findings] =
        [claim.sender, claim.usage, claim.implementation, claim.claim_id, claim.findings]
            .map(String::from_utf8_lossy);
    let mut row = [Value::None; COUNT];
    row[0] = Value::Text("claim");
    row[1] = Value::Text(run.file_hash);
    row[2] = Value::Text(&sender);
    row[3] = Value::Text(run.channel);
    row[4] = Value::Long(i64::try_from(claim.claim_number).unwrap_or(i64::MAX));
    row[5] = Value::Text(&claim_id);
    let shared = row;
    row[6] = Value::Text(&findings);
    row[7] = Value::Text(&usage);
    row[8] = Value::Text(&implementation);
    row[9] = claim.charge_cents.map_or(Value::None, Value::Long);
    row[10] = Value::Text(claim.disposition.as_str());
    row[11] = Value::Text(claim.without_lists.as_str());
    writer.push(&row)?;
    for line in &claim.lines {
        write_line(writer, &shared, line)?;
    }
    Ok(())
}

/// Writes a row for each product of a line, or one for a line without any; `shared` is what all rows of the claim share.
fn write_line<'v>(
    writer: &mut Writer<Hashing>,
    shared: &[Value<'v>; COUNT],
    line: &'v LineFact<'v>,
) -> Result<(), facts::Error> {
    let [number, qualifier, procedure, standing, findings] =
        [line.number, line.qualifier, line.procedure, line.standing, line.findings]
            .map(String::from_utf8_lossy);
    let mut row: [Value<'_>; COUNT] = *shared;
    row[0] = Value::Text("line");
    row[6] = Value::Text(&findings);
    row[9] = line.charge_cents.map_or(Value::None, Value::Long);
    row[12] = Value::Int(i32::try_from(line.index).unwrap_or(i32::MAX));
    row[13] = Value::Text(&number);
    row[14] = Value::Int(line.is_institutional.into());
    row[15] = Value::Text(&qualifier);
    row[16] = Value::Text(&procedure);
    if let Some((first, last)) = line.days {
        row[21] = Value::Int(first);
        row[22] = Value::Int(last);
    }
    row[23] = Value::Text(if line.date_source == DateSource::Statement { "statement" } else { "line" });
    row[24] = Value::Text(&standing);
    for (index, (qualifier, sent)) in (0..).zip(&line.products) {
        let ndc = Ndc::parse(sent).map(Ndc::digits);
        let [qualifier, sent] = [*qualifier, *sent].map(String::from_utf8_lossy);
        let mut row = row;
        row[17] = Value::Int(index);
        row[18] = Value::Text(&qualifier);
        row[19] = Value::Text(&sent);
        row[20] =
            ndc.as_ref().and_then(|digits| std::str::from_utf8(digits).ok()).map_or(Value::None, Value::Text);
        writer.push(&row)?;
    }
    if line.products.is_empty() { writer.push(&row) } else { Ok(()) }
}

/// A claim as the rows of a file have it.
#[derive(Clone, Debug, Default)]
pub struct KeptClaim {
    /// BLAKE3 of the input, in hexadecimal digits.
    pub file_hash: String,
    /// ISA06.
    pub partner: String,
    /// `batch` or `portal`.
    pub channel: String,
    /// Position among the claims of the file, from 1.
    pub number: i64,
    /// CLM01.
    pub id: String,
    /// CLM02 in cents; 0 if it cannot be read.
    pub charge_cents: i64,
    /// What became of it.
    pub disposition: String,
    /// What would have become of it if the lists had nothing to say.
    pub without_lists: String,
    /// Its lines that have a procedure or a product.
    pub lines: Vec<KeptLine>,
}

/// A service line as the rows of a file have it.
#[derive(Clone, Debug, Default)]
pub struct KeptLine {
    /// Position among the lines of the claim, from 0.
    pub index: i32,
    /// LX01.
    pub number: String,
    /// Whether it is one of an institutional claim.
    pub is_institutional: bool,
    /// SV101-1, SV202-1 or SV301-1.
    pub qualifier: String,
    /// SV101-2, SV202-2 or SV301-2.
    pub procedure: String,
    /// LIN02 and LIN03 of each product.
    pub products: Vec<(String, String)>,
    /// The first and the last day, in days since 1970-01-01.
    pub days: Option<(i32, i32)>,
    /// Its standing.
    pub standing: String,
}

/// Returns every file of facts in `folder` and below, by path.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    if folder.is_file() {
        return Ok(vec![folder.to_owned()]);
    }
    let cannot = |path: &Path, error: &io::Error| Failure::io("cannot read", path, error);
    let (mut folders, mut files) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|error| cannot(&folder, &error))? {
            let path = entry.map_err(|error| cannot(&folder, &error))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name == FILE_NAME) {
                files.push(path);
            }
        }
    }
    if files.is_empty() {
        return Err(Failure::usage(
            format!("{}: there is no {FILE_NAME} in it", folder.display()),
            "run `claimgate process --facts`, and name the folder of its outputs",
        ));
    }
    files.sort();
    Ok(files)
}

/// Reads every claim of a file, and hands each to `take`.
pub fn read(path: &Path, mut take: impl FnMut(&KeptClaim) -> Result<(), Failure>) -> Result<(), Failure> {
    let file = File::open(path).map_err(|error| Failure::io("cannot read", path, &error))?;
    let mut claim: Option<KeptClaim> = None;
    let mut failed = None;
    let read = facts::read(file, |row| {
        if row[0] == Value::Text("line") {
            if let Some(claim) = &mut claim {
                claim.add(row);
            }
            return true;
        }
        let last = claim.replace(KeptClaim::of(row));
        failed = last.and_then(|claim| take(&claim).err());
        failed.is_none()
    });
    read.map_err(|error| {
        Failure::unreadable(
            format!("{}: {error}", path.display()),
            "make it again with `claimgate process --facts`",
        )
    })?;
    match (failed, claim) {
        (Some(failure), _) => Err(failure),
        (None, Some(last)) => take(&last),
        (None, None) => Ok(()),
    }
}

fn text(value: Value<'_>) -> String {
    if let Value::Text(text) = value { text.to_owned() } else { String::new() }
}

fn long(value: Value<'_>) -> i64 {
    if let Value::Long(number) = value { number } else { 0 }
}

fn int(value: Value<'_>) -> Option<i32> {
    if let Value::Int(number) = value { Some(number) } else { None }
}

impl KeptClaim {
    fn of(row: &[Value<'_>; COUNT]) -> KeptClaim {
        KeptClaim {
            file_hash: text(row[1]),
            partner: text(row[2]),
            channel: text(row[3]),
            number: long(row[4]),
            id: text(row[5]),
            charge_cents: long(row[9]),
            disposition: text(row[10]),
            without_lists: text(row[11]),
            lines: Vec::new(),
        }
    }

    /// Adds the product of a row to the line that it is of.
    fn add(&mut self, row: &[Value<'_>; COUNT]) {
        let index = int(row[12]).unwrap_or(0);
        if self.lines.last().is_none_or(|last| last.index != index) {
            self.lines.push(KeptLine {
                index,
                number: text(row[13]),
                is_institutional: int(row[14]) == Some(1),
                qualifier: text(row[15]),
                procedure: text(row[16]),
                products: Vec::new(),
                days: int(row[21]).zip(int(row[22])),
                standing: text(row[24]),
            });
        }
        if let (Some(line), Some(_)) = (self.lines.last_mut(), int(row[17])) {
            line.products.push((text(row[18]), text(row[19])));
        }
    }
}

/// Returns the disposition that a file names.
pub fn disposition_of(name: &str) -> Option<Disposition> {
    Disposition::ALL.into_iter().find(|disposition| disposition.as_str() == name)
}
