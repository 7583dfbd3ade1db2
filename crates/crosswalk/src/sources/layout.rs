//! Finds the header of a list, by content, in the first rows of a file.

use super::ColumnNames;
use super::error::{SourceError, clipped};
use super::preamble;
use super::table::{Book, HeadRow, View};
use crate::{Column, List};

/// A column to look for.
pub(super) struct Wanted<'a> {
    /// `ndc`, `hcpcs`, `from` or `through`.
    pub role: &'static str,
    /// The header that the caller gave in place of the publisher's.
    pub given: Option<&'a str>,
    /// Tells whether a header, in its plain form, is the publisher's.
    pub is_header: fn(&str) -> bool,
}

/// Returns the columns to look for: of each the publisher's header, unless the caller gave another.
///
/// `publisher` holds the tests of the headers for `ndc`, `hcpcs` and, if the rows have dates, `from` and `through`.
pub(super) fn wanted<'a>(given: Option<&'a ColumnNames>, publisher: &[fn(&str) -> bool]) -> Vec<Wanted<'a>> {
    let given = given.map_or([None; 4], |names| {
        [&names.ndc, &names.hcpcs, &names.from, &names.through].map(Option::as_deref)
    });
    let roles = ["ndc", "hcpcs", "from", "through"];
    let columns = publisher.iter().zip(roles).zip(given);
    columns.map(|((&is_header, role), given)| Wanted { role, given, is_header }).collect()
}

/// Where the columns are.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    /// Counted from 1.
    pub header_row: u32,
    /// In the order in which they were wanted.
    pub columns: Vec<Column>,
    /// Cells of the header up to the last that is filled.
    pub width: usize,
}

impl Layout {
    /// Returns the index of the wanted column `at`, both counted from 0.
    pub fn index(&self, at: usize) -> usize {
        self.columns[at].position - 1
    }
}

/// What the head of a file shows it to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    seen: &'static str,
    list: Option<List>,
    row: u32,
}

/// Finds the view and the header that `find` accepts.
///
/// Errors: [`SourceError::ColumnMissing`] if the caller gave columns; [`SourceError::HeaderLacksColumn`] if the header is that
/// of the list; [`SourceError::WrongKind`] if it is that of another list; else [`SourceError::HeaderMissing`].
pub(super) fn locate(
    book: &mut Book<'_>,
    expected: &'static str,
    wanted: &[Wanted<'_>],
    accepts: fn(&HeadRow) -> bool,
) -> Result<(View, Vec<HeadRow>, Layout), SourceError> {
    let (mut heads, mut failed) = (Vec::new(), None);
    for view in book.views() {
        // A text read with the wrong separator may seem to lack a quote, so a failed view is not the end.
        match book.head(&view) {
            Ok(head) => match find(&head, wanted, accepts) {
                Some(layout) => return Ok((view, head, layout)),
                None => heads.push(head),
            },
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    if let Some(error) = failed {
        return Err(error);
    }
    if wanted.iter().any(|column| column.given.is_some()) {
        let is_missing = |column: &&Wanted| heads.iter().flatten().all(|row| column.find_in(row).is_none());
        let missing = wanted.iter().find(is_missing).or(wanted.first());
        let name = missing.map_or("", |column| column.given.unwrap_or(column.role));
        return Err(SourceError::ColumnMissing { name: clipped(name) });
    }
    match heads.iter().find_map(|head| Kind::of(head)) {
        Some(kind) if kind.seen == expected => Err(kind.lacking(&heads, wanted)),
        Some(kind) => Err(kind.refused(expected)),
        None => Err(header_missing(expected, heads.first().map_or(&[], Vec::as_slice))),
    }
}

/// Says that no known header was found, and what the file looks like; what it says may be somebody's health data.
pub(super) fn header_missing(expected: &'static str, head: &[HeadRow]) -> SourceError {
    let cells = head.first().map_or(&[][..], |row| &row.cells);
    let seen = match cells {
        [first, ..] if first.starts_with("ISA") => "the file is an X12 interchange".to_owned(),
        [_] => "its first row is one cell".to_owned(),
        _ => format!("its first row has {} cells", cells.len()),
    };
    SourceError::HeaderMissing { expected, searched: super::HEADER_ROWS_MAX, seen }
}

impl Kind {
    /// Recognises a list by its header.
    pub fn of(head: &[HeadRow]) -> Option<Kind> {
        head.iter().find_map(|row| {
            let headers: Vec<String> = row.cells.iter().map(|cell| plain(cell)).collect();
            let has = |is_header: fn(&str) -> bool| headers.iter().any(|header| is_header(header));
            let kind = |seen, list| Some(Kind { seen, list, row: row.number });
            if has(is_ndc) && has(is_relationship_start) {
                return kind(super::pdac::EXPECTED, Some(List::Pdac));
            }
            if has(is_bill_units) || (has(is_year_code) && has(is_asp_ndc)) {
                if let Some((row, seen)) = preamble::another_title(head, row.number) {
                    return Some(Kind::other(seen, row));
                }
                if has(is_asp_code) {
                    return kind(super::asp::EXPECTED, Some(List::Asp));
                }
                return kind("a CMS crosswalk without a HCPCS column", None);
            }
            if has(is_ndc) && has(is_hcpcs) && has(is_local_start) && has(is_local_end) {
                return kind(super::local::EXPECTED, Some(List::Local));
            }
            None
        })
    }

    /// A crosswalk of CMS that is not the ASP crosswalk.
    pub fn other(seen: &'static str, row: u32) -> Kind {
        Kind { seen, list: None, row }
    }

    pub fn list(self) -> Option<List> {
        self.list
    }

    /// Says which of the columns of the list its header lacks.
    fn lacking(self, heads: &[Vec<HeadRow>], wanted: &[Wanted<'_>]) -> SourceError {
        let header = heads.iter().flatten().find(|row| row.number == self.row);
        let is_missing = |column: &&Wanted| header.is_none_or(|row| column.find_in(row).is_none());
        let role = wanted.iter().find(is_missing).or(wanted.first()).map_or("", |column| column.role);
        SourceError::HeaderLacksColumn { list: self.seen, row: self.row, role }
    }

    /// Says that the file is not what was wanted.
    pub fn refused(self, expected: &'static str) -> SourceError {
        let hint = match self.list {
            Some(List::Pdac) => "load it with --pdac",
            Some(List::Asp) => "load it with --asp",
            Some(List::Local) => "load it with --local",
            None => "load the ASP NDC-HCPCS crosswalk of the quarter",
        };
        SourceError::WrongKind { expected, seen: self.seen, row: self.row, hint }
    }
}

/// The `NDC` column of PDAC and of the local list.
pub(super) fn is_ndc(header: &str) -> bool {
    header == "NDC"
}

/// The `HCPCS` column of PDAC and of the local list.
pub(super) fn is_hcpcs(header: &str) -> bool {
    header == "HCPCS"
}

/// PDAC's first day.
pub(super) fn is_relationship_start(header: &str) -> bool {
    header == "RELATIONSHIPSTARTDATE"
}

/// PDAC's last day.
pub(super) fn is_relationship_end(header: &str) -> bool {
    header == "RELATIONSHIPENDDATE"
}

/// The local list's first day.
pub(super) fn is_local_start(header: &str) -> bool {
    header == "START"
}

/// The local list's last day.
pub(super) fn is_local_end(header: &str) -> bool {
    header == "END"
}

/// The ASP identifier: `NDC2` in 2025, `NDC` in 2026.
pub(super) fn is_asp_ndc(header: &str) -> bool {
    header == "NDC" || header == "NDC2"
}

/// The ASP code: `_2025_CODE`; in the workbooks before it, `HCPCS Code`.
pub(super) fn is_asp_code(header: &str) -> bool {
    is_year_code(header) || matches!(header, "HCPCS" | "HCPCSCODE" | "CODE")
}

/// A row that can be the header of an ASP release: it names a year's code, or the bill units that only CMS has.
pub(super) fn is_asp_header(row: &HeadRow) -> bool {
    let mut headers = row.cells.iter().map(|cell| plain(cell));
    headers.any(|header| is_year_code(&header) || is_bill_units(&header))
}

fn is_year_code(header: &str) -> bool {
    let year = header.strip_suffix("CODE").unwrap_or_default();
    year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_bill_units(header: &str) -> bool {
    header == "BILLUNITS"
}

fn find(head: &[HeadRow], wanted: &[Wanted<'_>], accepts: fn(&HeadRow) -> bool) -> Option<Layout> {
    let is_given = wanted.iter().any(|column| column.given.is_some());
    let mut rows = head.iter().filter(|row| is_given || accepts(row));
    rows.find_map(|row| {
        let columns: Option<Vec<Column>> = wanted.iter().map(|column| column.find_in(row)).collect();
        let filled = |cell: &String| !cell.is_empty();
        Some(Layout {
            header_row: row.number,
            columns: columns?,
            width: row.cells.iter().rposition(filled).map_or(0, |last| last + 1),
        })
    })
}

impl Wanted<'_> {
    fn find_in(&self, row: &HeadRow) -> Option<Column> {
        let given = self.given.map(plain);
        let is_it = |cell: &String| {
            let header = plain(cell);
            match &given {
                Some(given) => !given.is_empty() && header == *given,
                None => (self.is_header)(&header),
            }
        };
        let index = row.cells.iter().position(is_it)?;
        Some(Column { role: self.role, header: row.cells[index].clone(), position: index + 1 })
    }
}

/// Returns a header without case, blanks and punctuation, in which the publishers vary.
fn plain(header: &str) -> String {
    let letters = header.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_uppercase).collect()
}
