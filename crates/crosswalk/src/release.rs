//! One published file, understood: what it is, what it covers, and what its loader made of it.

use std::fmt;

use chrono::{NaiveDate, TimeDelta};

use crate::{Effective, List, Relation};

/// One release of a list.
#[derive(Clone, Debug)]
pub struct Release {
    /// The list it is a release of.
    pub list: List,
    /// `2025Q4` for ASP, the posting date `2025-10-05` for PDAC, `local` for the local list.
    pub name: String,
    /// The day it was posted, where known; always known for PDAC.
    pub posted: Option<NaiveDate>,
    /// The dates of service it can decide; `None` for the local list, which never counts for coverage.
    pub covers: Option<Effective>,
    /// The name of the file, as given to the loader.
    pub source_name: String,
    /// What the loader understood.
    pub report: LoadReport,
}

impl Release {
    /// Days after its posting on which a PDAC release is still as fresh as a monthly list should be.
    pub const PDAC_FRESH_DAYS: i64 = 45;

    /// Tells whether the list should have had a newer release by `date`.
    ///
    /// PDAC: more than 45 days after its posting. ASP: after its quarter. Local: never.
    /// Whether a newer release is loaded is not known here: see [`Crosswalk::stale_on`](crate::Crosswalk::stale_on).
    pub fn stale_on(&self, date: NaiveDate) -> bool {
        match self.list {
            List::Pdac => self.posted.is_some_and(|posted| {
                date.signed_duration_since(posted) > TimeDelta::days(Release::PDAC_FRESH_DAYS)
            }),
            List::Asp => self.covers.is_some_and(|quarter| quarter.through < date),
            List::Local => false,
        }
    }
}

/// What a loader understood of a file.
///
/// Invariant: `rows == relations + merged + set_aside.len()`, asserted when the file is read.
#[derive(Clone, Debug, PartialEq)]
pub struct LoadReport {
    /// The form of the file that was read.
    pub form: Form,
    /// The member of a published zip that was read.
    pub member: Option<String>,
    /// The sheet that was read, if the form has sheets.
    pub sheet: Option<String>,
    /// Where the posting date comes from, if there is one.
    pub posted_from: Option<PostedFrom>,
    /// The header's row, counted from 1.
    pub header_row: u32,
    /// The columns used.
    pub columns: Vec<Column>,
    /// How the dates of the rows were spelled.
    pub date_forms: DateForms,
    /// Data rows that are not wholly blank.
    pub rows: usize,
    /// Rows that became a relation.
    pub relations: usize,
    /// Rows that repeat a relation of the same file, such as one with and one without a modifier.
    pub merged: usize,
    /// Rows that could not be used, in file order.
    pub set_aside: Vec<RowError>,
    /// Distinct procedure codes, those without a true NDC included.
    pub codes: usize,
    /// Codes of which no row holds a true NDC: such a code does not count as listed.
    pub codes_without_ndc: usize,
    /// Whether a text ends with a line end; a file that does not may be cut off.
    pub last_line_ended: bool,
    /// Where the publisher calls the list preliminary, if it does: `the title`, `the file name`.
    pub preliminary: Option<&'static str>,
    /// The first rows, as sent and as read.
    pub samples: Vec<Sample>,
}

/// The form of a file, recognised by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// An Excel workbook, Office Open XML.
    Xlsx,
    /// An Excel workbook, BIFF in an OLE container.
    Xls,
    /// Text, separated by commas.
    Csv,
    /// Text, separated by tabs.
    Tsv,
}

impl Form {
    /// Returns the customary file extension.
    pub fn as_str(self) -> &'static str {
        match self {
            Form::Xlsx => "xlsx",
            Form::Xls => "xls",
            Form::Csv => "csv",
            Form::Tsv => "txt",
        }
    }
}

/// Where a posting date was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostedFrom {
    /// In the name of the sheet.
    SheetName,
    /// In the name of the file.
    FileName,
    /// Given by the caller.
    Given,
}

/// A column of the file that the loader uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What it is used for: `ndc`, `hcpcs`, `from` or `through`.
    pub role: &'static str,
    /// Its header, as sent.
    pub header: String,
    /// Its position in the row, counted from 1.
    pub position: usize,
}

/// How often each spelling of a date was read; relations and merged rows count, rows set aside do not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DateForms {
    /// Cells that a workbook marks as dates.
    pub date_cells: usize,
    /// Excel serial numbers, as numbers or digits.
    pub serials: usize,
    /// `M/D/YYYY`.
    pub slashed: usize,
    /// `YYYY-MM-DD`.
    pub hyphenated: usize,
    /// `YYYYMMDD`.
    pub compact: usize,
    /// Ends that are blank, a word such as `OPEN`, or a far day such as 12/31/9999.
    pub open_ends: usize,
}

/// One of the first data rows: what was sent, and what was made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The row, counted from 1.
    pub row: u32,
    /// The cells of [`LoadReport::columns`], in that order.
    pub cells: Vec<String>,
    /// The relation, or why there is none.
    pub read: Result<Relation, RowErrorKind>,
}

/// A row that could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowError {
    /// The row, counted from 1.
    pub row: u32,
    /// Why it was set aside.
    pub kind: RowErrorKind,
}

/// Why a row was set aside; of several reasons the first in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RowErrorKind {
    /// The last row of a text without a line end has fewer cells than the header.
    CutOff,
    /// The NDC is blank.
    NdcBlank,
    /// The identifier is not exactly an NDC in a form that the list uses.
    NdcNotExact,
    /// The code is blank, or the word `None`.
    HcpcsBlank,
    /// The code is not five uppercase letters or digits.
    HcpcsNotExact,
    /// The start is blank.
    StartBlank,
    /// The start is not a date in a known form.
    StartUnreadable,
    /// The end is neither a date in a known form nor an open end.
    EndUnreadable,
    /// The span ends before it begins.
    EndBeforeStart,
}

impl RowErrorKind {
    /// Returns the kind as a stable name for data.
    pub fn as_str(self) -> &'static str {
        match self {
            RowErrorKind::CutOff => "cut_off",
            RowErrorKind::NdcBlank => "ndc_blank",
            RowErrorKind::NdcNotExact => "ndc_not_exact",
            RowErrorKind::HcpcsBlank => "hcpcs_blank",
            RowErrorKind::HcpcsNotExact => "hcpcs_not_exact",
            RowErrorKind::StartBlank => "start_blank",
            RowErrorKind::StartUnreadable => "start_unreadable",
            RowErrorKind::EndUnreadable => "end_unreadable",
            RowErrorKind::EndBeforeStart => "end_before_start",
        }
    }
}

impl fmt::Display for RowErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            RowErrorKind::CutOff => "the row is cut off at the end of the file",
            RowErrorKind::NdcBlank => "the NDC is blank",
            RowErrorKind::NdcNotExact => "the identifier is not an NDC of 11 digits in 5-4-2",
            RowErrorKind::HcpcsBlank => "the HCPCS code is blank",
            RowErrorKind::HcpcsNotExact => "the HCPCS code is not five uppercase letters or digits",
            RowErrorKind::StartBlank => "the start date is blank",
            RowErrorKind::StartUnreadable => "the start is not a date",
            RowErrorKind::EndUnreadable => "the end is not a date and not an open end",
            RowErrorKind::EndBeforeStart => "the span ends before it begins",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_words_of_each_kind_stay() {
        for (kind, name, words) in [
            (RowErrorKind::CutOff, "cut_off", "the row is cut off at the end of the file"),
            (RowErrorKind::NdcBlank, "ndc_blank", "the NDC is blank"),
            (
                RowErrorKind::NdcNotExact,
                "ndc_not_exact",
                "the identifier is not an NDC of 11 digits in 5-4-2",
            ),
            (RowErrorKind::HcpcsBlank, "hcpcs_blank", "the HCPCS code is blank"),
            (
                RowErrorKind::HcpcsNotExact,
                "hcpcs_not_exact",
                "the HCPCS code is not five uppercase letters or digits",
            ),
            (RowErrorKind::StartBlank, "start_blank", "the start date is blank"),
            (RowErrorKind::StartUnreadable, "start_unreadable", "the start is not a date"),
            (RowErrorKind::EndUnreadable, "end_unreadable", "the end is not a date and not an open end"),
            (RowErrorKind::EndBeforeStart, "end_before_start", "the span ends before it begins"),
        ] {
            assert_eq!((kind.as_str(), kind.to_string().as_str()), (name, words));
        }
    }
}
