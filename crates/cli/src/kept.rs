//! What is kept of every claim, between the core, which writes entries, and Parquet, which has rows.

use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use claims::DateSource;
use crosswalk::Ndc;
use edits::Disposition;
use facts::{Encoded, Group, Level, Reader, Rows, Value, Writer, Written, place};
use rayon::prelude::*;
use responses::facts::{ClaimFact, LineFact, SetFact, next_entry};
use responses::{OutputFile, Store, Stream};

use crate::failure::Failure;
use crate::store::FileStore;

/// Name of the file in the folder of a run.
pub const FILE_NAME: &str = "facts.parquet";

/// Bytes of entries whose rows are written as one group: some 80,000 rows, enough for a column to be coded well, and little enough to hold.
const GROUP_BYTES: usize = 2 * 1024 * 1024;

/// What all rows of a run share.
pub struct RunNotes<'r> {
    /// BLAKE3 of the input, in hexadecimal digits.
    pub file_hash: &'r str,
    /// How the claims came in.
    pub channel: &'static str,
    /// Name and value of what stands beside the rows.
    pub notes: &'r [(&'r str, &'r str)],
}

/// Writes the file from the entries of `store`, a group for each worker at a time.
pub fn write(store: &mut FileStore, run: &RunNotes<'_>) -> io::Result<OutputFile> {
    let other = |error: facts::Error| io::Error::other(error);
    let mut writer = Writer::new(store.create(FILE_NAME)?, run.notes).map_err(other)?;
    let mut desks: Vec<Rows> = Vec::new();
    desks.resize_with(rayon::current_num_threads(), Rows::default);
    let length = store.length(Stream::Facts);
    let (mut at, mut entries, mut set) = (0, Vec::new(), OfSet::default());
    while at < length || !entries.is_empty() {
        // A group ends behind as many bytes or more, so that there has to be more than for all workers.
        let wanted = (GROUP_BYTES * (desks.len() + 1)).saturating_sub(entries.len()).max(GROUP_BYTES);
        let end = length.min(at + wanted as u64);
        entries.append(&mut store.read(Stream::Facts, at..end)?);
        at = end;
        let mut rest = entries.as_slice();
        let next = || next_part(&mut rest, &mut set, at == length);
        let parts: Vec<Part<'_>> = std::iter::from_fn(next).take(desks.len()).collect();
        if parts.is_empty() && at == length {
            return Err(io::Error::other("what was kept of a claim is cut off"));
        }
        let encoded: Vec<Option<Encoded>> =
            parts.par_iter().zip(&mut desks).map(|(part, rows)| encode(run, part, rows)).collect();
        for group in encoded {
            let group = group.ok_or_else(|| io::Error::other("what was kept of a claim is damaged"))?;
            writer.write(group).map_err(other)?;
        }
        // What is no whole group goes on with what follows.
        let read = entries.len() - rest.len();
        entries.drain(..read);
    }
    let Written { to, bytes, blake3 } = writer.finish().map_err(other)?;
    store.keep(FILE_NAME, to);
    Ok(OutputFile { name: FILE_NAME.to_owned(), bytes, blake3 })
}

/// The entries of one group, and the set that the first of its claims stands in.
struct Part<'e> {
    set: OfSet,
    entries: &'e [u8],
}

/// What the rows of claims say of their transaction set.
#[derive(Clone, Default)]
struct OfSet {
    sender: Vec<u8>,
    usage: Vec<u8>,
    implementation: Vec<u8>,
}

impl OfSet {
    fn of(fact: &SetFact<'_>) -> OfSet {
        let SetFact { sender, usage, implementation } = fact;
        OfSet { sender: sender.to_vec(), usage: usage.to_vec(), implementation: implementation.to_vec() }
    }
}

/// Takes the entries of a group off `entries`, and leaves in `set` the last set among them; less than a whole group only where `is_last`.
fn next_part<'e>(entries: &mut &'e [u8], set: &mut OfSet, is_last: bool) -> Option<Part<'e>> {
    let (mut rest, mut last_set) = (*entries, None);
    let is_whole = |rest: &[u8]| GROUP_BYTES <= entries.len() - rest.len();
    while !is_whole(rest)
        && let Some(entry) = next_entry(&mut rest)
    {
        last_set = SetFact::read(entry).or(last_set);
    }
    let (own, _) = entries.split_at(entries.len() - rest.len());
    if own.is_empty() || !(is_whole(rest) || is_last) {
        return None;
    }
    *entries = rest;
    let next = last_set.map_or_else(|| set.clone(), |last| OfSet::of(&last));
    Some(Part { set: std::mem::replace(set, next), entries: own })
}

/// Makes the rows of a group; `None` if an entry is damaged.
fn encode(run: &RunNotes<'_>, part: &Part<'_>, rows: &mut Rows) -> Option<Encoded> {
    rows.put(place::FILE_HASH, Value::Text(run.file_hash.as_bytes()));
    rows.put(place::CHANNEL, Value::Text(run.channel.as_bytes()));
    rows.put(place::PARTNER, Value::Text(&part.set.sender));
    let (mut set, mut claim) = (part.set.clone(), ClaimFact::room());
    let mut entries = part.entries;
    while let Some(entry) = next_entry(&mut entries) {
        if let Some(next) = SetFact::read(entry) {
            set = OfSet::of(&next);
            rows.put(place::PARTNER, Value::Text(&set.sender));
        } else {
            claim.read(entry)?;
            write_claim(rows, &set, &claim);
        }
    }
    Some(rows.encode())
}

fn write_claim(rows: &mut Rows, set: &OfSet, claim: &ClaimFact<'_>) {
    let number = i64::try_from(claim.claim_number).unwrap_or(i64::MAX);
    rows.put(place::ROW, Value::Text(b"claim"));
    rows.put(place::CLAIM_NUMBER, Value::Long(number));
    rows.put(place::CLAIM_ID, Value::Text(claim.claim_id));
    rows.put(place::FINDINGS, Value::Text(claim.findings));
    rows.put(place::USAGE, Value::Text(&set.usage));
    rows.put(place::IMPLEMENTATION, Value::Text(&set.implementation));
    rows.put(place::CHARGE_CENTS, claim.charge_cents.map_or(Value::None, Value::Long));
    rows.put(place::DISPOSITION, Value::Text(claim.disposition.as_str().as_bytes()));
    rows.put(place::DISPOSITION_WITHOUT_LISTS, Value::Text(claim.without_lists.as_str().as_bytes()));
    rows.end_row(Level::Claim);
    if !claim.lines.is_empty() {
        rows.put(place::ROW, Value::Text(b"line"));
    }
    for line in &claim.lines {
        write_line(rows, line, claim.products_of(line));
    }
}

/// Writes a row for each product of a line, or one for a line without any.
fn write_line(rows: &mut Rows, line: &LineFact<'_>, products: &[(&[u8], &[u8])]) {
    let source = if line.date_source == DateSource::Statement { "statement" } else { "line" };
    let (first, last) =
        line.days.map_or((Value::None, Value::None), |(first, last)| (Value::Int(first), Value::Int(last)));
    rows.put(place::FINDINGS, Value::Text(line.findings));
    rows.put(place::LINE_INDEX, Value::Int(i32::try_from(line.index).unwrap_or(i32::MAX)));
    rows.put(place::LINE_NUMBER, Value::Text(line.number));
    rows.put(place::IS_INSTITUTIONAL, Value::Int(line.is_institutional.into()));
    rows.put(place::PROCEDURE_QUALIFIER, Value::Text(line.qualifier));
    rows.put(place::PROCEDURE, Value::Text(line.procedure));
    rows.put(place::FIRST_DATE, first);
    rows.put(place::LAST_DATE, last);
    rows.put(place::DATE_SOURCE, Value::Text(source.as_bytes()));
    rows.put(place::STANDING, Value::Text(line.standing));
    if products.is_empty() {
        for column in [place::PRODUCT_INDEX, place::PRODUCT_QUALIFIER, place::NDC_SENT, place::NDC] {
            rows.put(column, Value::None);
        }
        end_line(rows, line);
    }
    for (index, (qualifier, sent)) in (0..).zip(products) {
        let ndc = Ndc::parse(sent).map(Ndc::digits);
        rows.put(place::PRODUCT_INDEX, Value::Int(index));
        rows.put(place::PRODUCT_QUALIFIER, Value::Text(qualifier));
        rows.put(place::NDC_SENT, Value::Text(sent));
        rows.put(place::NDC, ndc.as_ref().map_or(Value::None, |digits| Value::Text(digits)));
        end_line(rows, line);
    }
}

/// Ends a row of a line; an amount is put into each of its rows, since it is not looked for among those that came.
fn end_line(rows: &mut Rows, line: &LineFact<'_>) {
    rows.put(place::CHARGE_CENTS, line.charge_cents.map_or(Value::None, Value::Long));
    rows.end_row(Level::Line);
}

/// A claim as the rows of a file have it.
#[derive(Clone, Debug, Default)]
pub struct KeptClaim<'g> {
    /// BLAKE3 of the input, in hexadecimal digits.
    pub file_hash: &'g str,
    /// ISA06.
    pub partner: &'g str,
    /// `batch` or `portal`.
    pub channel: &'g str,
    /// Position among the claims of the file, from 1.
    pub number: i64,
    /// CLM01.
    pub id: &'g str,
    /// CLM02 in cents; 0 if it cannot be read.
    pub charge_cents: i64,
    /// What became of it.
    pub disposition: &'g str,
    /// What would have become of it if the lists had nothing to say.
    pub without_lists: &'g str,
    /// Its lines that have a procedure or a product.
    pub lines: Vec<KeptLine<'g>>,
    /// LIN02 and LIN03 of each product of these.
    pub products: Vec<(&'g str, &'g str)>,
}

/// A service line as the rows of a file have it.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeptLine<'g> {
    /// Position among the lines of the claim, from 0.
    index: i32,
    /// LX01.
    pub number: &'g str,
    /// Whether it is one of an institutional claim.
    pub is_institutional: bool,
    /// SV101-1, SV202-1 or SV301-1.
    pub qualifier: &'g str,
    /// SV101-2, SV202-2 or SV301-2.
    pub procedure: &'g str,
    /// Its products, as a range of those of the claim.
    pub products: (usize, usize),
    /// The first and the last day, in days since 1970-01-01.
    pub days: Option<(i32, i32)>,
    /// Its standing.
    pub standing: &'g str,
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

/// Reads the claims of all files in `folders`, on all cores; what `take` makes of each group of them goes to `join` in their order.
///
/// With `profile`, facts that were judged by another one are an error.
/// `take` is given the folder of the run, and may add to what it makes of the group that the claim stands in.
/// As many groups are held at once as there are cores.
pub fn read<M: Default + Send>(
    folders: &[PathBuf],
    profile: Option<&str>,
    take: impl Fn(&mut M, &Path, &KeptClaim<'_>) -> Result<(), Failure> + Sync,
    mut join: impl FnMut(M) -> Result<(), Failure>,
) -> Result<(), Failure> {
    for folder in folders {
        for path in files(folder)? {
            let run = path.parent().unwrap_or(folder);
            let reader = open(&path, profile)?;
            let groups: Vec<usize> = (0..reader.groups()).collect();
            for together in groups.chunks(rayon::current_num_threads()) {
                let made: Result<Vec<M>, Failure> = together
                    .par_iter()
                    .map(|&index| {
                        let group = answered(|| reader.group(index, &ASKED_FOR))
                            .map_err(|error| unreadable(&path, &error))?;
                        let mut made = M::default();
                        read_group(&group, |claim| take(&mut made, run, claim))?;
                        Ok(made)
                    })
                    .collect();
                made?.into_iter().try_for_each(&mut join)?;
            }
        }
    }
    Ok(())
}

/// Opens a file of facts.
///
/// Errors: it is damaged, or was judged by another profile than `profile`.
fn open(path: &Path, profile: Option<&str>) -> Result<Reader, Failure> {
    let file = File::open(path).map_err(|error| Failure::io("cannot read", path, &error))?;
    let reader = answered(|| Reader::open(file)).map_err(|error| unreadable(path, &error))?;
    match profile.zip(reader.note("profile")) {
        Some((wanted, found)) if wanted != found => Err(Failure::usage(
            format!("{}: was judged by the profile {found}, not by {wanted}", path.display()),
            format!("name it with --profile {found}; what another profile changes is no change of a list"),
        )),
        _ => Ok(reader),
    }
}

fn unreadable(path: &Path, error: &facts::Error) -> Failure {
    Failure::unreadable(
        format!("{}: {error}", path.display()),
        "restore it from a backup, or make it again with `claimgate process --facts`",
    )
}

/// Reads; a damaged file can make the reader of Parquet panic, which is an error like any other.
fn answered<T>(read: impl FnOnce() -> Result<T, facts::Error>) -> Result<T, facts::Error> {
    let done = crate::panics::unsaid(|| catch_unwind(AssertUnwindSafe(read)));
    done.unwrap_or_else(|_| Err(facts::Error::General("the file is damaged".to_owned())))
}

/// Columns that judging again asks for.
const ASKED_FOR: [usize; 20] = [
    place::ROW,
    place::FILE_HASH,
    place::PARTNER,
    place::CHANNEL,
    place::CLAIM_NUMBER,
    place::CLAIM_ID,
    place::CHARGE_CENTS,
    place::DISPOSITION,
    place::DISPOSITION_WITHOUT_LISTS,
    place::LINE_INDEX,
    place::LINE_NUMBER,
    place::IS_INSTITUTIONAL,
    place::PROCEDURE_QUALIFIER,
    place::PROCEDURE,
    place::PRODUCT_INDEX,
    place::PRODUCT_QUALIFIER,
    place::NDC_SENT,
    place::FIRST_DATE,
    place::LAST_DATE,
    place::STANDING,
];

fn read_group<'g>(
    group: &'g Group,
    mut take: impl FnMut(&KeptClaim<'g>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut claim: KeptClaim<'g> = KeptClaim::default();
    for row in 0..group.rows() {
        if group.text(place::ROW, row) == "line" {
            claim.add(group, row);
            continue;
        }
        if 0 < row {
            take(&claim)?;
        }
        claim.begin(group, row);
    }
    if 0 < group.rows() { take(&claim) } else { Ok(()) }
}

impl<'g> KeptClaim<'g> {
    /// Begins the claim of a row, in place of the one before.
    fn begin(&mut self, group: &'g Group, row: usize) {
        let text = |column| group.text(column, row);
        self.file_hash = text(place::FILE_HASH);
        self.partner = text(place::PARTNER);
        self.channel = text(place::CHANNEL);
        self.number = group.long(place::CLAIM_NUMBER, row).unwrap_or(0);
        self.id = text(place::CLAIM_ID);
        self.charge_cents = group.long(place::CHARGE_CENTS, row).unwrap_or(0);
        self.disposition = text(place::DISPOSITION);
        self.without_lists = text(place::DISPOSITION_WITHOUT_LISTS);
        self.lines.clear();
        self.products.clear();
    }

    /// Adds the product of a row to the line that it is of.
    fn add(&mut self, group: &'g Group, row: usize) {
        let text = |column| group.text(column, row);
        let int = |column| group.int(column, row);
        let index = int(place::LINE_INDEX).unwrap_or(0);
        let products = self.products.len();
        if self.lines.last().is_none_or(|last| last.index != index) {
            self.lines.push(KeptLine {
                index,
                number: text(place::LINE_NUMBER),
                is_institutional: int(place::IS_INSTITUTIONAL) == Some(1),
                qualifier: text(place::PROCEDURE_QUALIFIER),
                procedure: text(place::PROCEDURE),
                products: (products, products),
                days: int(place::FIRST_DATE).zip(int(place::LAST_DATE)),
                standing: text(place::STANDING),
            });
        }
        if let (Some(line), Some(_)) = (self.lines.last_mut(), int(place::PRODUCT_INDEX)) {
            self.products.push((text(place::PRODUCT_QUALIFIER), text(place::NDC_SENT)));
            line.products.1 = products + 1;
        }
    }

    /// Returns LIN02 and LIN03 of each product of one of its lines.
    pub fn products_of(&self, line: &KeptLine<'_>) -> &[(&'g str, &'g str)] {
        &self.products[line.products.0..line.products.1]
    }
}

/// Returns the disposition that a file names.
pub fn disposition_of(name: &str) -> Option<Disposition> {
    Disposition::ALL.into_iter().find(|disposition| disposition.as_str() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(entry: &[u8], entries: &mut Vec<u8>) {
        entries.extend_from_slice(&u32::try_from(entry.len()).unwrap().to_le_bytes());
        entries.extend_from_slice(entry);
    }

    #[test]
    fn groups_are_whole_entries_and_know_the_set_that_they_begin_in() {
        let claim = vec![1; GROUP_BYTES * 2 / 3];
        let mut entries = Vec::new();
        for sender in [b"A", b"B"] {
            add(&[&[0, 1], &sender[..], &[1, b'P', 1, b'X']].concat(), &mut entries);
            add(&claim, &mut entries);
            add(&claim, &mut entries);
        }
        let (mut rest, mut set) = (entries.as_slice(), OfSet::default());
        let first = next_part(&mut rest, &mut set, false).unwrap();
        assert_eq!((first.set.sender.as_slice(), set.sender.as_slice()), (&b""[..], &b"A"[..]));
        assert_eq!(first.entries.len() + rest.len(), entries.len());
        // What is left is no whole group until the third claim is there.
        let mut cut = &rest[..rest.len() - 1];
        assert!(next_part(&mut cut, &mut set, false).is_none());
        let second = next_part(&mut rest, &mut set, false).unwrap();
        assert_eq!((second.set.sender.as_slice(), set.sender.as_slice()), (&b"A"[..], &b"B"[..]));
        assert!(rest.is_empty() && next_part(&mut rest, &mut set, true).is_none());
        // The last group may be shorter.
        let mut short = &entries[..claim.len()];
        assert!(next_part(&mut short, &mut set, false).is_none());
        assert_eq!(next_part(&mut short, &mut set, true).unwrap().entries.len(), 11);
    }
}
