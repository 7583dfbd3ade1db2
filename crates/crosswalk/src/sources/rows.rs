//! Turns the rows under a header into relations, and accounts for every one of them.

use std::hash::BuildHasher;
use std::ops::ControlFlow;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::dates::Dates;
use super::error::SourceError;
use super::layout::Layout;
use super::table::{Book, Cell, Row, View};
use crate::{DateForms, Effective, Hcpcs, List, LoadReport, Ndc, Relation, RowError, RowErrorKind, Sample};

/// Rows that a file may have, the last of an Excel sheet.
pub const ROWS_MAX: u32 = 1_048_576;

/// Rows that a report shows as samples.
pub const SAMPLES: usize = 5;

/// How a list spells its rows.
pub(super) struct Rules {
    pub list: List,
    /// Reads an identifier exactly.
    pub ndc: fn(&[u8]) -> Option<Ndc>,
    /// The span of every row; `None` if the rows have dates of their own.
    pub effective: Option<Effective>,
}

/// Reads all rows under the header.
///
/// Errors: [`SourceError::NothingUsable`] if no row became a relation, unless it is a local list without rows.
pub(super) fn collect(
    book: &mut Book<'_>,
    view: &View,
    layout: &Layout,
    rules: &Rules,
) -> Result<(Vec<Relation>, LoadReport), SourceError> {
    let mut collector = Collector {
        layout,
        rules,
        relations: Distinct::default(),
        dates: Dates::default(),
        has_ndc: FxHashMap::default(),
        report: empty_report(book, view, layout),
    };
    let wanted = layout.columns.iter().map(|column| column.position).max().unwrap_or(1);
    book.for_each_row(view, wanted, &mut |row| {
        if row.number > ROWS_MAX {
            return Err(SourceError::TooManyRows { limit: ROWS_MAX });
        }
        if row.number > layout.header_row && !row.is_blank() {
            collector.add(row);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    collector.finish()
}

struct Collector<'a> {
    layout: &'a Layout,
    rules: &'a Rules,
    relations: Distinct,
    dates: Dates,
    /// Per code, whether a row of it holds a true NDC.
    has_ndc: FxHashMap<Hcpcs, bool>,
    report: LoadReport,
}

/// The relations of a file, each once.
#[derive(Default)]
struct Distinct {
    relations: Vec<Relation>,
    /// Index of each by its content, which is not held a second time.
    places: HashTable<u32>,
}

impl Collector<'_> {
    fn add(&mut self, row: &Row<'_>) {
        self.report.rows += 1;
        let hcpcs = read_hcpcs(&row.cell(self.layout.index(1)));
        let read = self.read(row, hcpcs);
        if let Ok(hcpcs) = hcpcs {
            *self.has_ndc.entry(hcpcs).or_insert(false) |= read.is_ok();
        }
        if self.report.samples.len() < SAMPLES {
            let columns = &self.layout.columns;
            let text = |at| row.cell(self.layout.index(at)).to_text().into_owned();
            let cells = (0..columns.len()).map(text).collect();
            self.report.samples.push(Sample { row: row.number, cells, read });
        }
        match read {
            Err(kind) => self.report.set_aside.push(RowError { row: row.number, kind }),
            Ok(relation) => {
                let is_new = self.relations.add(relation);
                self.report.merged += usize::from(!is_new);
            }
        }
    }

    fn read(&mut self, row: &Row<'_>, hcpcs: Result<Hcpcs, RowErrorKind>) -> Result<Relation, RowErrorKind> {
        if row.is_unended && row.len() < self.layout.width {
            return Err(RowErrorKind::CutOff);
        }
        let ndc = match &row.cell(self.layout.index(0)) {
            Cell::Blank => return Err(RowErrorKind::NdcBlank),
            cell => cell.read(self.rules.ndc).ok_or(RowErrorKind::NdcNotExact)?,
        };
        let hcpcs = hcpcs?;
        let effective = match self.rules.effective {
            Some(effective) => effective,
            None => self.read_effective(row)?,
        };
        Ok(Relation { list: self.rules.list, release: 0, row: row.number, ndc, hcpcs, effective })
    }

    fn read_effective(&mut self, row: &Row<'_>) -> Result<Effective, RowErrorKind> {
        let start = match &row.cell(self.layout.index(2)) {
            Cell::Blank => return Err(RowErrorKind::StartBlank),
            cell => self.dates.read_start(cell).ok_or(RowErrorKind::StartUnreadable)?,
        };
        let end = row.cell(self.layout.index(3));
        let end = self.dates.read_end(&end).ok_or(RowErrorKind::EndUnreadable)?;
        let effective = Effective { from: start.date(), through: end.date() };
        if effective.through < effective.from {
            return Err(RowErrorKind::EndBeforeStart);
        }
        let forms = &mut self.report.date_forms;
        for spelled in [start, end] {
            spelled.count(forms);
        }
        Ok(effective)
    }

    fn finish(self) -> Result<(Vec<Relation>, LoadReport), SourceError> {
        let Collector { relations: Distinct { relations, .. }, has_ndc, mut report, .. } = self;
        report.relations = relations.len();
        report.codes = has_ndc.len();
        report.codes_without_ndc = has_ndc.values().filter(|has_ndc| !**has_ndc).count();
        assert_eq!(
            report.rows,
            report.relations + report.merged + report.set_aside.len(),
            "every row is a relation, merged or set aside"
        );
        let may_be_empty = self.rules.list == List::Local && report.rows == 0;
        if relations.is_empty() && !may_be_empty {
            let (rows, header_row) = (report.rows, report.header_row);
            return Err(SourceError::NothingUsable { rows, header_row });
        }
        Ok((relations, report))
    }
}

impl Distinct {
    /// Adds a relation, unless one of the same pair and span is there; tells whether it did.
    fn add(&mut self, relation: Relation) -> bool {
        let content = |one: &Relation| (one.ndc, one.hcpcs, one.effective);
        let hash = |one: &Relation| FxBuildHasher.hash_one(content(one));
        let at = |&index: &u32| &self.relations[index as usize];
        if self.places.len() == self.places.capacity() {
            // Every growth looks at each relation again, so it is a large one.
            self.places.reserve(1_024 + 3 * self.places.len(), |index| hash(at(index)));
        }
        let is_same = |index: &u32| content(at(index)) == content(&relation);
        match self.places.entry(hash(&relation), is_same, |index| hash(at(index))) {
            Entry::Occupied(_) => false,
            Entry::Vacant(place) => {
                place.insert(u32::try_from(self.relations.len()).expect("rows are counted in 32 bits"));
                self.relations.push(relation);
                true
            }
        }
    }
}

fn read_hcpcs(cell: &Cell<'_>) -> Result<Hcpcs, RowErrorKind> {
    match cell {
        Cell::Blank => Err(RowErrorKind::HcpcsBlank),
        // PDAC has rows with the word where a code should be.
        Cell::Text(text) if text.eq_ignore_ascii_case("none") => Err(RowErrorKind::HcpcsBlank),
        cell => cell.read(Hcpcs::parse).ok_or(RowErrorKind::HcpcsNotExact),
    }
}

fn empty_report(book: &Book<'_>, view: &View, layout: &Layout) -> LoadReport {
    LoadReport {
        form: view.form,
        member: None,
        sheet: view.sheet.clone(),
        posted_from: None,
        header_row: layout.header_row,
        columns: layout.columns.clone(),
        date_forms: DateForms::default(),
        rows: 0,
        relations: 0,
        merged: 0,
        set_aside: Vec::new(),
        codes: 0,
        codes_without_ndc: 0,
        last_line_ended: book.last_line_ended(),
        preliminary: None,
        samples: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_each_relation_once_however_many_there_are() {
        let day = |day| chrono::NaiveDate::from_ymd_opt(2025, 1, day).unwrap();
        let relation = |row: u32| {
            let ndc = Ndc::from_digits(format!("{:011}", row / 3).as_bytes()).unwrap();
            let hcpcs = Hcpcs(if row.is_multiple_of(3) { *b"J0001" } else { *b"J0002" });
            let through = day(if row % 3 == 1 { 30 } else { 31 });
            let effective = Effective { from: day(1), through };
            Relation { list: List::Pdac, release: 0, row, ndc, hcpcs, effective }
        };
        let mut distinct = Distinct::default();
        for row in 0..9_000 {
            assert!(distinct.add(relation(row)));
        }
        for row in 0..9_000 {
            assert!(!distinct.add(Relation { row: 9_000, ..relation(row) }));
        }
        assert!(distinct.relations.iter().map(|one| one.row).eq(0..9_000));
    }
}
