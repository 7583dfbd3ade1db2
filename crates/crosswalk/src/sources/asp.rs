//! The NDC-HCPCS crosswalk to the ASP pricing files (CMS, Medicare Part B), one release a quarter.
//!
//! A preamble of some rows names the quarter; the header follows, under names that drift from year to year.
//! About a sixth of the identifiers are no NDCs (skin substitutes, devices); some of them strip to 11 digits, so only 5-4-2 counts.

use super::error::SourceError;
use super::layout;
use super::names;
use super::rows::{self, Rules};
use super::table::Book;
use super::{Loaded, Options, archive, preamble};
use crate::{List, Ndc, PostedFrom, Release};

pub(super) const EXPECTED: &str = "the CMS ASP crosswalk";

/// Reads a .csv, .xlsx or .xls file, or the published .zip.
///
/// Every relation is in force for the whole quarter; a code without a true NDC has none.
/// Errors: those of the preamble: no effective range, not one quarter, or a name that speaks of another.
pub fn parse(bytes: &[u8], options: &Options) -> Result<Loaded, SourceError> {
    if !archive::is_published_zip(bytes)? {
        return parse_file(bytes, None, options);
    }
    let (member, content) = archive::asp_member(bytes)?;
    parse_file(&content, Some(member), options)
}

fn parse_file(bytes: &[u8], member: Option<String>, options: &Options) -> Result<Loaded, SourceError> {
    let headers = [layout::is_asp_ndc, layout::is_asp_code];
    let wanted = layout::wanted(options.columns.as_ref(), &headers);
    let mut book = Book::open(bytes)?;
    let (view, head, layout) = layout::locate(&mut book, EXPECTED, &wanted, layout::is_asp_header)?;
    let file_name = names::base_name(options.source_name);
    let member_name = member.as_deref().map(names::base_name).unwrap_or_default();
    let own_name = if member.is_some() { member_name } else { file_name };
    preamble::refuse_another(&head, layout.header_row, own_name)?;
    let places = [("the file name", file_name), ("the name in the zip", member_name)];
    let quarter = preamble::quarter(&head, layout.header_row, &places)?;
    let preliminary = preamble::preliminary(&head, layout.header_row, &places);
    let rules = Rules { list: List::Asp, ndc: Ndc::from_hyphenated, effective: Some(quarter) };
    let (relations, mut report) = rows::collect(&mut book, &view, &layout, &rules)?;
    report.preliminary = preliminary;
    report.member = member;
    report.posted_from = options.posted.map(|_| PostedFrom::Given);
    let release = Release {
        list: List::Asp,
        name: quarter.quarter_name().unwrap_or_default(),
        posted: options.posted,
        covers: Some(quarter),
        source_name: options.source_name.to_owned(),
        report,
    };
    Ok(Loaded { release, relations })
}
