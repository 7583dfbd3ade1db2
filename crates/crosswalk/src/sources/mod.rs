//! Reads the publishers' files, as downloaded.
//!
//! Bytes and a file name come in, a [`Loaded`] release or one [`SourceError`] goes out.
//! Rows that cannot be used do not fail a load: they are counted in the [`LoadReport`](crate::LoadReport), never reshaped.
//! The form of a file is recognised by its content, never by its extension.
//!
//! From the ground up: `archive` and `ole` guard containers; `text` and `workbook` read rows; `table` makes them one;
//! `layout` finds the header; `rows` turns rows into relations; `pdac`, `asp` and `local` know their publishers.

mod archive;
pub mod asp;
mod dates;
mod error;
mod layout;
pub mod local;
mod names;
mod ole;
pub mod pdac;
mod preamble;
mod rows;
mod table;
mod text;
mod workbook;

use chrono::NaiveDate;

pub use archive::{LIMITS, Limits};
pub use error::SourceError;
pub use ole::CELLS_MAX;
pub use rows::{ROWS_MAX, SAMPLES};
pub use table::HEADER_ROWS_MAX;
pub use text::CELL_LINES_MAX;

use crate::{List, Relation, Release};

/// A publisher whose files can be read.
pub struct Source {
    /// The list its files are releases of.
    pub list: List,
    /// Reads one file.
    pub parse: fn(&[u8], &Options) -> Result<Loaded, SourceError>,
}

/// All publishers.
pub static SOURCES: [Source; 3] = [
    Source { list: List::Pdac, parse: pdac::parse },
    Source { list: List::Asp, parse: asp::parse },
    Source { list: List::Local, parse: local::parse },
];

/// What is known of a file beside its bytes.
#[derive(Clone, Debug, Default)]
pub struct Options<'a> {
    /// The posting date.
    ///
    /// PDAC: used only if neither the sheet nor the file names one. ASP: decides between two releases of one quarter. Local: ignored.
    pub posted: Option<NaiveDate>,
    /// Headers to look for in place of the publisher's.
    pub columns: Option<ColumnNames>,
    /// The name of the file; a folder before it is ignored.
    pub source_name: &'a str,
}

/// Headers that stand in for the publisher's, compared without case and punctuation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnNames {
    /// The column of the NDC.
    pub ndc: Option<String>,
    /// The column of the procedure code.
    pub hcpcs: Option<String>,
    /// The column of the first day; ASP has none.
    pub from: Option<String>,
    /// The column of the last day; ASP has none.
    pub through: Option<String>,
}

/// One file, read.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// What the file is, and what the loader understood.
    pub release: Release,
    /// Its relations, in file order; their `release` is 0 until a snapshot is built.
    pub relations: Vec<Relation>,
}

/// Tells which list a file is a release of, from its header.
///
/// A published zip is an ASP release.
/// Errors: those of reading the form; [`SourceError::HeaderMissing`] if no known header is found.
pub fn recognise(bytes: &[u8]) -> Result<List, SourceError> {
    if archive::is_published_zip(bytes)? {
        return Ok(List::Asp);
    }
    let mut book = table::Book::open(bytes)?;
    let mut first_head = None;
    for view in book.views() {
        let head = book.head(&view)?;
        if let Some(kind) = layout::Kind::of(&head) {
            return kind.list().ok_or_else(|| kind.refused("a known crosswalk"));
        }
        first_head.get_or_insert(head);
    }
    Err(layout::header_missing("a known crosswalk", &first_head.unwrap_or_default()))
}
