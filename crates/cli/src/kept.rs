//! What was kept of every claim, read back from the rows of a file.

use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use edits::Disposition;
use facts::{Group, Reader, place};
use rayon::prelude::*;

use crate::failure::Failure;

/// Name of the file in the folder of a run.
pub const FILE_NAME: &str = "facts.parquet";

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
