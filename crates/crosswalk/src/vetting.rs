//! Whether a file that could be read should become a release: what a loader cannot know, since it sees one file alone.
//!
//! A list that lost rows rejects claims for pairs that it no longer has, so whoever keeps releases asks here first.

use std::collections::BTreeSet;
use std::fmt;

use chrono::NaiveDate;

use crate::sources::Loaded;
use crate::{Hcpcs, List, Ndc, Relation, Release, RowErrorKind};

/// Share of its rows that a list may have set aside for dates and codes that cannot be read; with more, its columns are mixed up.
///
/// Rows without a code or a true NDC do not count: publishers have such rows, in an ASP release about a sixth.
pub const UNREADABLE_MAX: f64 = 0.05;

/// Share of its predecessor's pairs that a release may lose.
pub const SHRINK_MAX: f64 = 0.10;

/// Why a file should not become a release.
#[derive(Clone, Debug, PartialEq)]
pub enum Objection {
    /// Its last row is cut off.
    CutOff {
        /// The row, counted from 1.
        row: u32,
    },
    /// Its last line has no end, as with a file that was still being written.
    HalfWritten,
    /// Too many of its rows have no readable code or dates.
    MixedUp {
        /// Rows that are set aside for that.
        unreadable: usize,
        /// All rows.
        rows: usize,
        /// The first of them, counted from 1.
        first_row: u32,
        /// Why that one is.
        first_kind: RowErrorKind,
    },
    /// Its publisher calls it preliminary.
    Preliminary {
        /// Where.
        place: &'static str,
    },
    /// It is posted for a day that is still to come.
    FromTheFuture {
        /// The day.
        posted: NaiveDate,
    },
    /// It has lost more of the pairs of its predecessor than it may; whoever knows better can accept that.
    Shrunk {
        /// Pairs of the predecessor that it does not have.
        lost: usize,
        /// All pairs of the predecessor.
        pairs: usize,
        /// Name of the predecessor.
        predecessor: String,
    },
}

impl Objection {
    /// Returns what to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Objection::CutOff { .. } | Objection::HalfWritten => {
                "download it again, and compare its size with the publisher's"
            }
            Objection::MixedUp { .. } => {
                "mend the rows, which `claimgate crosswalk check FILE` names; if columns are mixed up, name them with --columns"
            }
            Objection::Preliminary { .. } => "wait for the final file",
            Objection::FromTheFuture { .. } => "check --posted, or the clock of this machine",
            Objection::Shrunk { .. } => {
                "compare it with `claimgate crosswalk diff active FILE`; if it is right, import it with --accept-shrink"
            }
        }
    }
}

impl fmt::Display for Objection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Objection::CutOff { row } => write!(f, "row {row}: the list is cut off here"),
            Objection::HalfWritten => {
                f.write_str("the last line has no end, as if the file were half written")
            }
            Objection::MixedUp { unreadable, rows, first_row, first_kind } => write!(
                f,
                "{unreadable} of {rows} rows cannot be used, more than a list may have; the first is row {first_row}: {first_kind}"
            ),
            Objection::Preliminary { place } => write!(f, "{place} calls the list preliminary"),
            Objection::FromTheFuture { posted } => {
                write!(f, "it is posted on {posted}, which is still to come")
            }
            Objection::Shrunk { lost, pairs, predecessor } => {
                write!(f, "it lacks {lost} of the {pairs} pairs of {predecessor}, the release before it")
            }
        }
    }
}

/// Returns what speaks against `loaded` on the day `today`; `predecessor` is the release before it, if there is one.
///
/// Of the predecessor, up to `shrink_max` (0 to 1) of the pairs may be missing.
pub fn objections(
    loaded: &Loaded,
    predecessor: Option<&Loaded>,
    shrink_max: f64,
    today: NaiveDate,
) -> Vec<Objection> {
    let Loaded { release, relations } = loaded;
    let report = &release.report;
    let mut objections = Vec::new();
    if let Some(row) = report.set_aside.iter().find(|row| row.kind == RowErrorKind::CutOff) {
        objections.push(Objection::CutOff { row: row.row });
    } else if !report.last_line_ended && release.list != List::Local {
        // A local list is written by hand, and editors differ.
        objections.push(Objection::HalfWritten);
    }
    objections.extend(mixed_up(release));
    objections.extend(report.preliminary.map(|place| Objection::Preliminary { place }));
    if let Some(posted) = release.posted.filter(|posted| today < *posted) {
        objections.push(Objection::FromTheFuture { posted });
    }
    objections.extend(predecessor.and_then(|predecessor| shrunk(relations, predecessor, shrink_max)));
    objections
}

fn mixed_up(release: &Release) -> Option<Objection> {
    let report = &release.report;
    let is_unreadable =
        |kind| !matches!(kind, RowErrorKind::CutOff | RowErrorKind::NdcBlank | RowErrorKind::NdcNotExact);
    let mut unreadable = report.set_aside.iter().filter(|row| is_unreadable(row.kind)).peekable();
    let (first_row, first_kind) = unreadable.peek().map(|row| (row.row, row.kind))?;
    let unreadable = unreadable.count();
    (share(unreadable, report.rows) > UNREADABLE_MAX).then_some(Objection::MixedUp {
        unreadable,
        rows: report.rows,
        first_row,
        first_kind,
    })
}

fn shrunk(relations: &[Relation], predecessor: &Loaded, shrink_max: f64) -> Option<Objection> {
    let pairs = |relations: &[Relation]| -> BTreeSet<(Hcpcs, Ndc)> {
        relations.iter().map(|relation| (relation.hcpcs, relation.ndc)).collect()
    };
    let (before, now) = (pairs(&predecessor.relations), pairs(relations));
    let lost = before.difference(&now).count();
    (share(lost, before.len()) > shrink_max).then(|| Objection::Shrunk {
        lost,
        pairs: before.len(),
        predecessor: predecessor.release.name.clone(),
    })
}

/// Returns which part of `all` a number is; nothing of nothing is none.
#[expect(clippy::cast_precision_loss, reason = "a list has far fewer rows than a float counts exactly")]
fn share(part: usize, all: usize) -> f64 {
    if all == 0 { 0.0 } else { part as f64 / all as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effective::tests::day;
    use crate::sources::{Options, asp, pdac};

    fn loaded(rows: &[&str]) -> Loaded {
        let text = format!("NDC,HCPCS,Relationship Start Date,Relationship End Date\n{}\n", rows.join("\n"));
        let options = Options { source_name: "2025-10-05XWalk.csv", ..Options::default() };
        pdac::parse(text.as_bytes(), &options).unwrap()
    }

    fn told(loaded: &Loaded, predecessor: Option<&Loaded>) -> Vec<Objection> {
        objections(loaded, predecessor, SHRINK_MAX, day("2025-10-06"))
    }

    #[test]
    fn a_whole_list_is_taken() {
        let list = loaded(&["99101-0001-01,J7608,1/1/2020,OPEN", "99101-0002-01,J7608,1/1/2020,OPEN"]);
        assert_eq!(told(&list, Some(&list)), []);
    }

    #[test]
    fn a_list_that_was_torn_is_not() {
        let text = "NDC,HCPCS,Relationship Start Date,Relationship End Date\n\
            99101-0001-01,J7608,1/1/2020,OPEN\n99101-0002-01,J7608,1/1/2020,OPEN";
        let options = Options { source_name: "2025-10-05XWalk.csv", ..Options::default() };
        let whole = pdac::parse(text.as_bytes(), &options).unwrap();
        assert_eq!(told(&whole, None), [Objection::HalfWritten]);
        let cut = pdac::parse(&text.as_bytes()[..text.len() - 9], &options).unwrap();
        assert_eq!(told(&cut, None)[0], Objection::CutOff { row: 3 });
    }

    #[test]
    fn a_list_without_dates_is_not() {
        let rows = ["99101-0001-01,J7608,1/1/2020,OPEN", "99101-0002-01,J7608,soon,OPEN"];
        let mixed_up = Objection::MixedUp {
            unreadable: 1,
            rows: 2,
            first_row: 3,
            first_kind: RowErrorKind::StartUnreadable,
        };
        assert_eq!(told(&loaded(&rows), None), [mixed_up]);
    }

    #[test]
    fn a_list_may_lose_a_tenth_and_no_more() {
        let row = |number: usize| format!("99101-{number:04}-01,J7608,1/1/2020,OPEN");
        let rows: Vec<String> = (1..=20).map(row).collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let before = loaded(&rows);
        assert_eq!(told(&loaded(&rows[2..]), Some(&before)), []);
        let shrunk = Objection::Shrunk { lost: 3, pairs: 20, predecessor: "2025-10-05".to_owned() };
        assert_eq!(told(&loaded(&rows[3..]), Some(&before)), [shrunk]);
    }

    #[test]
    fn a_list_of_tomorrow_or_a_draft_is_not() {
        let list = loaded(&["99101-0001-01,J7608,1/1/2020,OPEN"]);
        let early = objections(&list, None, SHRINK_MAX, day("2025-10-04"));
        assert_eq!(early, [Objection::FromTheFuture { posted: day("2025-10-05") }]);
        let text = "Preliminary October 2025 ASP NDC - HCPCS Crosswalk\n\
            Effective October 1, 2025 through December 31, 2025\n\
            _2025_CODE,Short Description,LABELER NAME,NDC2,Drug Name,HCPCS dosage,PKG SIZE,PKG QTY,BILLUNITS,BILLUNITSPKG\n\
            J7608,,,99101-0001-01,,,,,1,1\n";
        let asp = asp::parse(text.as_bytes(), &Options::default()).unwrap();
        assert_eq!(told(&asp, None), [Objection::Preliminary { place: "the title" }]);
    }
}
