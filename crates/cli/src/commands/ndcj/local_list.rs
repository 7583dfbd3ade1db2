//! The local list that counts, as the rows that approvals have made.

use crosswalk::List;

use crate::desk::{Desk, damaged};
use crate::failure::Failure;
use crate::table::add_row;

/// Columns of a local list.
const COLUMNS: [&str; 7] = ["ndc", "hcpcs", "start", "end", "request_id", "approved_by", "note"];

/// Where the request stands among them.
const REQUEST_ID: usize = 4;

/// The rows of a local list, its header first; none if no local list counts.
pub struct LocalList {
    rows: Vec<csv::StringRecord>,
}

impl LocalList {
    /// Reads the local list that counts; one that is no CSV in UTF-8 has no rows of requests.
    pub fn counting(desk: &Desk) -> Result<LocalList, Failure> {
        let counting = desk.counting().into_iter().find(|entry| entry.list == List::Local.as_str());
        let Some(entry) = counting else { return Ok(LocalList { rows: Vec::new() }) };
        let bytes = desk.shelf.read(entry).map_err(damaged)?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let mut table = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
        let rows: csv::Result<_> = table.records().collect();
        // What cannot be read is no header that a row could be added to.
        Ok(LocalList { rows: rows.unwrap_or_else(|_| vec![csv::StringRecord::new()]) })
    }

    /// Returns whether it has a row of the request called `id`.
    pub fn has(&self, id: &str) -> bool {
        self.rows.iter().any(|row| row.get(REQUEST_ID) == Some(id))
    }

    /// Returns it as CSV with `row`, in place of what an approval that was broken off has left of the same request.
    ///
    /// Errors: its columns are others than those of an approval.
    pub fn with_row(&self, row: [&str; 7]) -> Result<Vec<u8>, Failure> {
        let is_ours = |header: &csv::StringRecord| {
            header.len() == COLUMNS.len()
                && header.iter().zip(COLUMNS).all(|(cell, name)| cell.trim().eq_ignore_ascii_case(name))
        };
        if self.rows.first().is_some_and(|header| !is_ours(header)) {
            return Err(Failure::usage(
                "the local list that counts is not CSV with the seven columns from ndc to note, so no row can be added",
                "bring it as such with `claimgate crosswalk import --list local`",
            ));
        }
        let mut list = Vec::new();
        add_row(COLUMNS, None, &mut list);
        for kept in self.rows.iter().skip(1).filter(|kept| kept.get(REQUEST_ID) != Some(row[REQUEST_ID])) {
            add_row(kept, None, &mut list);
        }
        add_row(row, None, &mut list);
        Ok(list)
    }
}
