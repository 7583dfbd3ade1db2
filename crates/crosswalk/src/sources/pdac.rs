//! The NDC/HCPCS crosswalk of PDAC (Palmetto GBA, dmepdac.com).
//!
//! Monthly, posted on the 5th; one sheet, its header in the first row; every file holds the whole history.
//! A pair can have several disjoint spans, and stands twice where it is listed with and without a modifier.

use chrono::{Datelike, NaiveDate};

use super::error::SourceError;
use super::layout;
use super::names;
use super::rows::{self, Rules};
use super::table::{Book, View};
use super::{Loaded, Options};
use crate::effective::last_day_of_month;
use crate::{Effective, List, Ndc, PostedFrom, Release};

pub(super) const EXPECTED: &str = "the PDAC crosswalk";

/// Reads an .xlsx, .xls, .csv or tab-separated .txt file.
///
/// Covers everything up to the last day of the month after its posting month.
/// Errors: [`SourceError::PostedMissing`] if neither sheet nor file name nor options say when it was posted.
pub fn parse(bytes: &[u8], options: &Options) -> Result<Loaded, SourceError> {
    let headers =
        [layout::is_ndc, layout::is_hcpcs, layout::is_relationship_start, layout::is_relationship_end];
    let wanted = layout::wanted(options.columns.as_ref(), &headers);
    let mut book = Book::open(bytes)?;
    let (view, _, layout) = layout::locate(&mut book, EXPECTED, &wanted, |_| true)?;
    let (posted, posted_from) = posted(&view, options).ok_or(SourceError::PostedMissing)?;
    let rules = Rules { list: List::Pdac, ndc: Ndc::parse, effective: None };
    let (relations, mut report) = rows::collect(&mut book, &view, &layout, &rules)?;
    report.posted_from = Some(posted_from);
    let release = Release {
        list: List::Pdac,
        name: posted.to_string(),
        posted: Some(posted),
        covers: Some(Effective { from: Effective::BEGINNING, through: covers_through(posted) }),
        source_name: options.source_name.to_owned(),
        report,
    };
    Ok(Loaded { release, relations })
}

fn posted(view: &View, options: &Options) -> Option<(NaiveDate, PostedFrom)> {
    let in_sheet = view.sheet.as_deref().and_then(names::date_in);
    let in_file = || names::date_in(names::base_name(options.source_name));
    in_sheet
        .map(|date| (date, PostedFrom::SheetName))
        .or_else(|| Some((in_file()?, PostedFrom::FileName)))
        .or_else(|| Some((options.posted?, PostedFrom::Given)))
}

/// Returns the last day of the month after the posting month; in the last year of the calendar the posting day itself.
fn covers_through(posted: NaiveDate) -> NaiveDate {
    let through = match posted.month() {
        12 => posted.year().checked_add(1).and_then(|year| last_day_of_month(year, 1)),
        month => last_day_of_month(posted.year(), month + 1),
    };
    through.unwrap_or(posted)
}
