//! What is kept of every claim so that other lists can judge it again without its segments.
//!
//! A claim is written where it was judged, as one entry of a stream, behind an entry of its transaction set; whoever puts the stream into a file reads entries back.

use chrono::{Datelike, NaiveDate};
use claims::{Block, ClaimPiece, DateSource, ServiceLine};
use edits::{Channel, CleanClaim, CleanLine, Disposition, Finding, Standing, date_of};

use crate::record::Record;

mod entry;

pub use entry::next_entry;
use entry::{Entry, Rest, SET};

/// What is kept of a transaction set, for all of its claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetFact<'f> {
    /// ISA06, without padding.
    pub sender: &'f [u8],
    /// ISA15.
    pub usage: &'f [u8],
    /// ST03, or GS08 where it is empty.
    pub implementation: &'f [u8],
}

/// What is kept of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimFact<'f> {
    /// Position among the claims of the file, from 1.
    pub claim_number: u64,
    /// CLM01.
    pub claim_id: &'f [u8],
    /// CLM02 in cents; `None` if it cannot be read.
    pub charge_cents: Option<i64>,
    /// What became of it.
    pub disposition: Disposition,
    /// What would have become of it if the lists had nothing to say.
    pub without_lists: Disposition,
    /// Codes of the findings of the claim as a whole, parted by blanks.
    pub findings: &'f [u8],
    /// Its lines that have a procedure or a product.
    pub lines: Vec<LineFact<'f>>,
    /// LIN02 and LIN03 of each LIN of these, as sent.
    pub products: Vec<(&'f [u8], &'f [u8])>,
}

/// What is kept of a service line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineFact<'f> {
    /// Index into the claim's lines.
    pub index: u32,
    /// LX01, as sent.
    pub number: &'f [u8],
    /// Whether it is one of an institutional claim.
    pub is_institutional: bool,
    /// SV102, SV203 or SV302 in cents; `None` if it cannot be read.
    pub charge_cents: Option<i64>,
    /// SV101-1, SV202-1 or SV301-1.
    pub qualifier: &'f [u8],
    /// SV101-2, SV202-2 or SV301-2.
    pub procedure: &'f [u8],
    /// Its products, as a range of those of the claim.
    pub products: (usize, usize),
    /// The first and the last day that it is judged by, in days since 1970-01-01.
    pub days: Option<(i32, i32)>,
    /// Where they come from.
    pub date_source: DateSource,
    /// Its standing.
    pub standing: &'f [u8],
    /// Codes of its findings, parted by blanks.
    pub findings: &'f [u8],
}

/// Days from the first day of chrono's count to 1970-01-01.
const EPOCH: i32 = 719_163;

/// Returns the day as a number of days since 1970-01-01.
pub fn days_since_1970(day: NaiveDate) -> i32 {
    day.num_days_from_ce() - EPOCH
}

/// Returns the day that is so many days after 1970-01-01.
pub fn day_of(days_since_1970: i32) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(days_since_1970.checked_add(EPOCH)?)
}

/// Writes the entry of a set.
pub(crate) fn write_set_fact(fact: &SetFact<'_>, page: &mut Vec<u8>) {
    let mut entry = Entry::begin(page);
    entry.number(SET);
    for text in [fact.sender, fact.usage, fact.implementation] {
        entry.text(text);
    }
    entry.end();
}

/// Writes the entry of a claim.
pub(crate) fn write_fact(record: &Record<'_, '_>, channel: Channel, page: &mut Vec<u8>) {
    let (claim, verdict) = (record.claim, record.verdict);
    let findings = codes_of(&verdict.findings, None);
    let lines = (0..).zip(&claim.lines).zip(&verdict.standings);
    let kept =
        lines.filter(|((_, line), _)| !line.procedure().1.is_empty() || !claim.drugs_of(line).is_empty());
    let codes: Vec<String> =
        kept.clone().map(|((index, _), _)| codes_of(&verdict.findings, Some(index))).collect();
    let mut products = Vec::new();
    let lines = kept.zip(&codes).map(|(((index, line), standing), codes)| {
        let drugs = claim.drugs_of(line).iter().map(|drug| (drug.qualifier, drug.ndc));
        let products = add_products(&mut products, drugs);
        line_fact(record, index, line, *standing, codes.as_bytes(), products)
    });
    let lines = lines.collect();
    let fact = ClaimFact {
        claim_number: record.claim_number,
        claim_id: claim.patient_control_number,
        charge_cents: claim.total_charge.and_then(|charge| charge.cents),
        disposition: verdict.disposition,
        without_lists: verdict.disposition_without_lists(channel),
        findings: findings.as_bytes(),
        lines,
        products,
    };
    Entry::begin(page).claim(&fact);
}

/// Writes the entry of a claim without findings; `lines` are all of its lines.
pub(crate) fn write_clean_fact<'a>(
    block: &Block<'a>,
    piece: &ClaimPiece<'a>,
    clean: CleanClaim,
    lines: &[CleanLine<'a>],
    page: &mut Vec<u8>,
) {
    let kept = || (0..).zip(lines).filter(|(_, line)| !line.procedure.1.is_empty() || line.ndc.is_some());
    let [claim_id] = block.segments(piece).first_elements(0);
    let fact = ClaimFact {
        claim_number: piece.number,
        claim_id,
        charge_cents: Some(clean.charge_cents),
        disposition: Disposition::Accepted,
        without_lists: Disposition::Accepted,
        ..ClaimFact::room()
    };
    let mut entry = Entry::begin(page);
    entry.claim_itself(&fact, kept().count());
    for (index, line) in kept() {
        let product = line.ndc.map(|ndc| (&b"N4"[..], ndc));
        entry.line(&clean_line_fact(index, line), product.as_slice());
    }
    entry.end();
}

fn line_fact<'f>(
    record: &Record<'_, 'f>,
    index: u32,
    line: &ServiceLine<'f>,
    standing: Standing,
    findings: &'f [u8],
    products: (usize, usize),
) -> LineFact<'f> {
    let (qualifier, procedure) = line.procedure();
    let (period, date_source) = date_of(record.claim, line);
    LineFact {
        index,
        number: line.number,
        is_institutional: line.is_institutional(),
        charge_cents: line.service.and_then(|service| service.charge.cents),
        qualifier,
        procedure,
        products,
        days: period.and_then(|period| period.days).map(in_days),
        date_source,
        standing: standing.as_str().as_bytes(),
        findings,
    }
}

/// Returns what is kept of a line without findings; its product goes into the entry by itself.
fn clean_line_fact<'f>(index: u32, line: &CleanLine<'f>) -> LineFact<'f> {
    let (qualifier, procedure) = line.procedure;
    LineFact {
        index,
        number: line.number,
        is_institutional: line.is_institutional,
        charge_cents: line.charge_cents,
        qualifier,
        procedure,
        products: (0, 0),
        days: line.days.map(in_days),
        date_source: line.date_source,
        standing: Standing::Passes.as_str().as_bytes(),
        findings: b"",
    }
}

/// Adds the products of a line to those of its claim, and returns where they are.
fn add_products<'f>(
    all: &mut Vec<(&'f [u8], &'f [u8])>,
    own: impl Iterator<Item = (&'f [u8], &'f [u8])>,
) -> (usize, usize) {
    let first = all.len();
    all.extend(own);
    (first, all.len())
}

fn in_days((first, last): (NaiveDate, NaiveDate)) -> (i32, i32) {
    (days_since_1970(first), days_since_1970(last))
}

/// Returns the codes of the findings of one line, or of the claim as a whole, parted by blanks.
fn codes_of(findings: &[Finding<'_>], line: Option<u32>) -> String {
    let of_line = |finding: &&Finding<'_>| finding.line.as_ref().map(|line| line.index) == line;
    let codes: Vec<&str> = findings.iter().filter(of_line).map(|finding| finding.about.code).collect();
    codes.join(" ")
}

impl<'f> SetFact<'f> {
    /// Reads the entry of a set; `None` if it is none.
    pub fn read(entry: &'f [u8]) -> Option<SetFact<'f>> {
        let mut rest = Rest { bytes: entry };
        (rest.number()? == SET).then(|| rest.set())?
    }
}

impl<'f> ClaimFact<'f> {
    /// Returns the room for a claim, with nothing in it.
    pub fn room() -> ClaimFact<'f> {
        ClaimFact {
            claim_number: 0,
            claim_id: &[],
            charge_cents: None,
            disposition: Disposition::Refused,
            without_lists: Disposition::Refused,
            findings: &[],
            lines: Vec::new(),
            products: Vec::new(),
        }
    }

    /// Reads the entry of a claim in place of the claim that was read before; `None` if it is none.
    pub fn read(&mut self, entry: &'f [u8]) -> Option<()> {
        Rest { bytes: entry }.claim(self)
    }

    /// Returns the products of one of its lines.
    pub fn products_of(&self, line: &LineFact<'f>) -> &[(&'f [u8], &'f [u8])] {
        &self.products[line.products.0..line.products.1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_count_from_1970() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(days_since_1970(day("1970-01-01")), 0);
        assert_eq!(days_since_1970(day("2025-11-03")), 20_395);
        assert_eq!(day_of(20_395), Some(day("2025-11-03")));
        assert_eq!(day_of(i32::MAX), None);
    }
}
