//! The lists from end to end: files in, answers out. All drugs and companies are invented.

#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot unwrap has failed")]

mod asp;
mod damaged;
mod lookups;
mod pdac;
mod published;
mod wrong_files;

use std::io::{Cursor, Write};

use chrono::NaiveDate;
use crosswalk::sources::{self, Loaded, Options, SourceError};
use crosswalk::{Crosswalk, Effective, Ndc, Note, RowErrorKind};

pub(crate) const PDAC_HEADER: &str = "NDC,NDC Mod,HCPCS,HCPCS Mod,Relationship Start Date,Relationship End Date,HCPCS Description,NDC Label\r\n";

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn span(from: &str, through: &str) -> Effective {
    Effective { from: day(from), through: day(through) }
}

pub(crate) fn ndc(text: &str) -> Ndc {
    Ndc::parse(text.as_bytes()).unwrap()
}

pub(crate) fn named(source_name: &str) -> Options<'_> {
    Options { source_name, ..Options::default() }
}

/// A PDAC file posted on 2025-10-05, of rows `ndc,ndc mod,hcpcs,hcpcs mod,start,end`.
pub(crate) fn pdac(rows: &[&str]) -> Loaded {
    sources::pdac::parse(pdac_text(rows).as_bytes(), &named("2025-10-05XWalk.csv")).unwrap()
}

pub(crate) fn pdac_text(rows: &[&str]) -> String {
    let rows = rows.iter().map(|row| format!("{row},an invented description,INVENTADOL\r\n"));
    PDAC_HEADER.to_owned() + &rows.collect::<String>()
}

/// An ASP file of rows `code,ndc`; quarters count from 1.
pub(crate) fn asp(year: i32, quarter: usize, rows: &[&str]) -> Loaded {
    sources::asp::parse(asp_text(year, quarter, rows).as_bytes(), &named("asp.csv")).unwrap()
}

pub(crate) fn asp_text(year: i32, quarter: usize, rows: &[&str]) -> String {
    let (month, range) = [
        ("January", ["January 1", "March 31"]),
        ("April", ["April 1", "June 30"]),
        ("July", ["July 1", "September 30"]),
        ("October", ["October 1", "December 31"]),
    ][quarter - 1];
    let [from, through] = range;
    let mut text = format!("{month} {year} ASP NDC - HCPCS Crosswalk for Medicare Part B Drugs,\r\n");
    text += &format!("\"     Effective {from}, {year} through {through}, {year}\",\r\n,\r\n");
    text += &format!("_{year}_CODE,NDC2\r\n");
    for row in rows {
        text += &format!("{row}\r\n");
    }
    text
}

pub(crate) fn local(rows: &[&str]) -> Loaded {
    let text = format!("ndc,hcpcs,start,end,request_id,approved_by,note\n{}\n", rows.join("\n"));
    sources::local::parse(text.as_bytes(), &named("local.csv")).unwrap()
}

pub(crate) fn build(loaded: Vec<Loaded>) -> Crosswalk {
    let (crosswalk, notes) = Crosswalk::build(loaded);
    assert_eq!(notes, Vec::<Note>::new());
    crosswalk
}

pub(crate) fn spans(loaded: &Loaded) -> Vec<Effective> {
    loaded.relations.iter().map(|relation| relation.effective).collect()
}

pub(crate) fn set_aside(loaded: &Loaded) -> Vec<(u32, RowErrorKind)> {
    loaded.release.report.set_aside.iter().map(|error| (error.row, error.kind)).collect()
}

pub(crate) fn refused(result: Result<Loaded, SourceError>) -> SourceError {
    result.map(|loaded| loaded.release).unwrap_err()
}

pub(crate) fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(vec![]));
    for (name, content) in members {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}
