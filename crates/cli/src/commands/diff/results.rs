//! The lines of `results.ndjson`, one after the other or by their places.

use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// As much of a line as says whose it is, as sent; the fields are those of the schema.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct KeyRow {
    /// Position among the claims of the file, from 1.
    pub claim_number: u64,
    /// ISA13.
    pub interchange_control_number: String,
    /// GS06.
    pub group_control_number: String,
    /// ST02.
    pub transaction_set_control_number: String,
    /// CLM01.
    pub claim_id: String,
}

/// As much of a line as is compared.
#[derive(Deserialize)]
pub struct ResultRow {
    pub claim_number: u64,
    pub interchange_control_number: String,
    pub group_control_number: String,
    pub transaction_set_control_number: String,
    pub claim_id: String,
    pub charge: String,
    pub disposition: String,
    pub findings: Vec<FindingRow>,
}

/// What was found, and what follows from it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FindingRow {
    /// Code of the edit.
    pub code: String,
    /// What follows.
    pub severity: String,
}

/// A results file that is read line by line.
pub struct Lines {
    path: PathBuf,
    reader: BufReader<File>,
    /// Where the next line begins, in bytes.
    place: u64,
    line: Vec<u8>,
    /// How many lines were read, and the claim of the last.
    count: u64,
    last: u64,
}

/// A line that names its claim.
pub trait Numbered: DeserializeOwned {
    /// Returns the position of the claim in its file, from 1.
    fn claim_number(&self) -> u64;
}

impl Numbered for KeyRow {
    fn claim_number(&self) -> u64 {
        self.claim_number
    }
}

impl Numbered for ResultRow {
    fn claim_number(&self) -> u64 {
        self.claim_number
    }
}

impl Lines {
    /// Opens the results at `path`.
    pub fn open(path: &Path) -> Result<Lines, Failure> {
        let file = File::open(path).map_err(|error| Failure::io("cannot read results", path, &error))?;
        let reader = BufReader::with_capacity(256 * 1024, file);
        Ok(Lines { path: path.to_owned(), reader, place: 0, line: Vec::new(), count: 0, last: 0 })
    }

    /// Returns the next line with the place where it begins; `None` at the end.
    ///
    /// Errors: it cannot be read, is no result, or its claim does not stand behind that of the line before.
    pub fn next<T: Numbered>(&mut self) -> Result<Option<(u64, T)>, Failure> {
        let place = self.place;
        let Some(row) = self.read::<T>()? else { return Ok(None) };
        self.count += 1;
        if row.claim_number() <= self.last {
            return Err(self.no_result());
        }
        self.last = row.claim_number();
        Ok(Some((place, row)))
    }

    /// Returns the line that begins at `place`.
    pub fn at(&mut self, place: u64) -> Result<ResultRow, Failure> {
        let unreadable = |error| Failure::io("cannot read results", &self.path, &error);
        // Most often the line is near, and then what was read of the file is kept.
        match i64::try_from(i128::from(place) - i128::from(self.place)) {
            Ok(distance) => self.reader.seek_relative(distance).map_err(unreadable)?,
            Err(_) => self.reader.seek(SeekFrom::Start(place)).map(drop).map_err(unreadable)?,
        }
        self.place = place;
        self.read()?.ok_or_else(|| self.no_result())
    }

    fn read<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Failure> {
        self.line.clear();
        let unreadable = |error| Failure::io("cannot read results", &self.path, &error);
        let count = self.reader.read_until(b'\n', &mut self.line).map_err(unreadable)?;
        if count == 0 {
            return Ok(None);
        }
        self.place += count as u64;
        serde_json::from_slice(&self.line).map(Some).map_err(|_| self.no_result())
    }

    fn no_result(&self) -> Failure {
        Failure::unreadable(
            format!("{}: byte {} is not in a line of results in file order", self.path.display(), self.place),
            "name the outputs of a run of this claimgate",
        )
    }
}
