//! The operator's own list: pairs approved on request.
//!
//! `ndc,hcpcs,start,end,request_id,approved_by,note`; the first four are read, the others are for people.

use super::error::SourceError;
use super::layout;
use super::rows::{self, Rules};
use super::table::Book;
use super::{Loaded, Options};
use crate::{List, Ndc, Release};

pub(super) const EXPECTED: &str = "the local list";

/// Reads a local list, in any form that holds rows; it may hold none.
pub fn parse(bytes: &[u8], options: &Options) -> Result<Loaded, SourceError> {
    let headers = [layout::is_ndc, layout::is_hcpcs, layout::is_local_start, layout::is_local_end];
    let wanted = layout::wanted(options.columns.as_ref(), &headers);
    let mut book = Book::open(bytes)?;
    let (view, _, layout) = layout::locate(&mut book, EXPECTED, &wanted, |_| true)?;
    let rules = Rules { list: List::Local, ndc: Ndc::parse, effective: None };
    let (relations, report) = rows::collect(&mut book, &view, &layout, &rules)?;
    let release = Release {
        list: List::Local,
        name: List::Local.as_str().to_owned(),
        posted: None,
        covers: None,
        source_name: options.source_name.to_owned(),
        report,
    };
    Ok(Loaded { release, relations })
}
