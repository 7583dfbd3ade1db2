//! The Business Rejection Report: one record, many renderings.
//!
//! A report is a document of four sections that grow independently while the run goes on,
//! since a claim that is held may stand in the file between two that are rejected.
//! Each section is a stream of fragments in file order; at the end a form puts them together.

use std::ops::Range;

use claims::Fault;
use crosswalk::Crosswalk;
use edits::Disposition;

use crate::record::{InterchangeFacts, Record};
use crate::totals::Totals;

mod annotated;
pub(crate) mod cells;
mod characters;
mod csv;
mod fields;
mod html;
mod json;
mod markup;
mod overview;
mod pages;
#[cfg(test)]
pub(crate) mod testing;
mod text;
mod window;
mod words;

pub(crate) use annotated::BranchTold;
pub use annotated::{Annotated, Pointed};
pub use cells::CsvRow;
pub use characters::shown_text;
pub use words::ClaimWords;

/// A part of the report that grows on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// One *File Information* for each interchange that has something to report.
    Files,
    /// Claims that go back.
    Rejected,
    /// Claims that wait; not to be sent again.
    Held,
    /// Units that cannot be taken, and their claims.
    Refused,
}

impl Section {
    /// Every section, in the order of the report.
    pub const ALL: [Section; 4] = [Section::Files, Section::Rejected, Section::Held, Section::Refused];

    /// Returns the section of claims with `disposition`; `None` for those that the report does not tell of.
    pub fn of(disposition: Disposition) -> Option<Section> {
        match disposition {
            Disposition::Accepted => None,
            Disposition::Rejected => Some(Section::Rejected),
            Disposition::Held => Some(Section::Held),
            Disposition::Refused => Some(Section::Refused),
        }
    }

    /// Returns its place in [`Section::ALL`].
    pub fn place(self) -> usize {
        match self {
            Section::Files => 0,
            Section::Rejected => 1,
            Section::Held => 2,
            Section::Refused => 3,
        }
    }
}

/// What *File Information* says of an interchange.
pub struct FileInformation<'r, 'a> {
    /// Its header.
    pub interchange: InterchangeFacts<'a>,
    /// The implementations of its sets, ascending.
    pub implementations: &'r [Vec<u8>],
    /// Claims by disposition, in the order of [`edits::Disposition::ALL`].
    pub claims: [u64; 4],
}

/// An interchange, group or set that is refused, with every reason.
pub struct RefusedUnit<'r, 'a> {
    /// The whole file, for byte offsets.
    pub file: &'a [u8],
    /// Its interchange.
    pub interchange: InterchangeFacts<'a>,
    /// `interchange`, `group` or `set`.
    pub level: claims::Level,
    /// ISA13, GS06 or ST02.
    pub control_number: &'a [u8],
    /// What is wrong with it.
    pub faults: &'r [Fault<'a>],
}

/// What a report knows when the run is over.
pub struct Closing<'r> {
    /// What came of the run.
    pub totals: &'r Totals,
    /// The lists that were asked.
    pub crosswalk: &'r Crosswalk,
    /// When the run took place, as the stamp has it.
    pub stamp: &'r str,
    /// The day of the stamp, which lists are held against.
    pub today: chrono::NaiveDate,
    /// The channel the claims came in by.
    pub channel: edits::Channel,
    /// Name of the input file.
    pub input_name: &'r str,
    /// Version of the program.
    pub version: &'r str,
    /// Where each section, in the order of [`Section::ALL`], may be cut into pages, in bytes of its stream:
    /// behind every [`CLAIMS_PER_PAGE`] claims, and last at its end.
    pub cuts: [&'r [u64]; 4],
}

/// What a finished file is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passage {
    /// These bytes.
    Bytes(Vec<u8>),
    /// A range of the stream of a section.
    Section(Section, Range<u64>),
}

/// A way to write the report.
pub trait Form: Sync {
    /// Returns the name of the file, which is also that of the choice on the command line: `brr.html`.
    fn file_name(&self) -> &'static str;

    /// Writes a claim that was rejected, held or refused, in the section of its disposition; `words` are those of `record`.
    fn claim(&self, record: &Record<'_, '_>, words: &ClaimWords<'_>, out: &mut Vec<u8>);

    /// Writes a refused unit, in section [`Section::Refused`] ahead of its claims.
    fn unit(&self, unit: &RefusedUnit<'_, '_>, out: &mut Vec<u8>);

    /// Writes the *File Information* of an interchange, in section [`Section::Files`].
    fn file(&self, file: &FileInformation<'_, '_>, out: &mut Vec<u8>);

    /// Returns the finished files, each as the parts it is made of.
    fn finish(&self, closing: &Closing<'_>) -> Vec<(String, Vec<Passage>)>;
}

/// Every form of the report.
pub static FORMS: &[&dyn Form] = &[&html::Html, &json::Json, &csv::Csv, &text::Text];

/// Claims on one page of a report that has several.
pub const CLAIMS_PER_PAGE: u64 = 5_000;
