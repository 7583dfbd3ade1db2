//! What is kept of every claim so that other lists can judge it again without its segments.
//!
//! It is put together where the claim was judged, and a [`crate::Store`] is given it in file order, behind what the claims of its transaction set have in common.

use chrono::{Datelike, NaiveDate};
use claims::{Block, ClaimPiece, DateSource, ServiceLine};
use edits::{Channel, CleanClaim, CleanLine, Disposition, Finding, Standing, date_of};

use crate::record::Record;

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
    pub findings: String,
    /// Its lines that have a procedure or a product.
    pub lines: Vec<LineFact<'f>>,
}

/// What is kept of a service line.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// LIN02 and LIN03 of its first LIN, as sent.
    pub product: Option<(&'f [u8], &'f [u8])>,
    /// The first and the last day that it is judged by.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// Where they come from.
    pub date_source: DateSource,
    /// What else there is to it; most lines pass, have no findings and one product at most.
    pub rest: Option<Box<LineRest<'f>>>,
}

/// What is kept of a service line that does not pass, or has findings or several products.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineRest<'f> {
    /// Its standing.
    pub standing: Standing,
    /// Codes of its findings, parted by blanks.
    pub findings: String,
    /// LIN02 and LIN03 of each LIN behind the first, as sent.
    pub products: Vec<(&'f [u8], &'f [u8])>,
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

/// Returns what is kept of a claim.
pub(crate) fn claim_fact<'f>(record: &Record<'_, 'f>, channel: Channel) -> ClaimFact<'f> {
    let (claim, verdict) = (record.claim, record.verdict);
    let lines = (0..).zip(&claim.lines).zip(&verdict.standings);
    let kept =
        lines.filter(|((_, line), _)| !line.procedure().1.is_empty() || !claim.drugs_of(line).is_empty());
    ClaimFact {
        claim_number: record.claim_number,
        claim_id: claim.patient_control_number,
        charge_cents: claim.total_charge.and_then(|charge| charge.cents),
        disposition: verdict.disposition,
        without_lists: verdict.disposition_without_lists(channel),
        findings: codes_of(&verdict.findings, None),
        lines: kept.map(|((index, line), standing)| line_fact(record, index, line, *standing)).collect(),
    }
}

fn line_fact<'f>(
    record: &Record<'_, 'f>,
    index: u32,
    line: &ServiceLine<'f>,
    standing: Standing,
) -> LineFact<'f> {
    let (qualifier, procedure) = line.procedure();
    let (period, date_source) = date_of(record.claim, line);
    let mut products = record.claim.drugs_of(line).iter().map(|drug| (drug.qualifier, drug.ndc));
    let product = products.next();
    let findings = codes_of(&record.verdict.findings, Some(index));
    let is_usual = standing == Standing::Passes && findings.is_empty() && products.len() == 0;
    LineFact {
        index,
        number: line.number,
        is_institutional: line.is_institutional(),
        charge_cents: line.service.and_then(|service| service.charge.cents),
        qualifier,
        procedure,
        product,
        days: period.and_then(|period| period.days),
        date_source,
        rest: (!is_usual).then(|| Box::new(LineRest { standing, findings, products: products.collect() })),
    }
}

impl<'f> ClaimFact<'f> {
    /// Adds a line of a claim without findings, if it has a procedure or a product.
    #[inline]
    pub fn add_clean_line(&mut self, index: u32, line: &CleanLine<'f>) {
        let (qualifier, procedure) = line.procedure;
        if procedure.is_empty() && line.ndc.is_none() {
            return;
        }
        self.lines.push(LineFact {
            index,
            number: line.number,
            is_institutional: line.is_institutional,
            charge_cents: line.charge_cents,
            qualifier,
            procedure,
            product: line.ndc.map(|ndc| (&b"N4"[..], ndc)),
            days: line.days,
            date_source: line.date_source,
            rest: None,
        });
    }

    /// Fills in what else there is to a claim without findings, whose lines were added.
    pub(crate) fn fill_clean(&mut self, block: &Block<'f>, piece: &ClaimPiece<'f>, clean: CleanClaim) {
        let [claim_id] = block.segments(piece).first_elements(0);
        (self.claim_number, self.claim_id) = (piece.number, claim_id);
        self.charge_cents = Some(clean.charge_cents);
        (self.disposition, self.without_lists) = (Disposition::Accepted, Disposition::Accepted);
    }

    /// Forgets everything, and keeps the room for lines.
    pub fn clear(&mut self) {
        let mut lines = std::mem::take(&mut self.lines);
        lines.clear();
        *self = ClaimFact { lines, ..ClaimFact::default() };
    }
}

impl Default for ClaimFact<'_> {
    fn default() -> Self {
        ClaimFact {
            claim_number: 0,
            claim_id: b"",
            charge_cents: None,
            disposition: Disposition::Refused,
            without_lists: Disposition::Refused,
            findings: String::new(),
            lines: Vec::new(),
        }
    }
}

/// Returns the codes of the findings of one line, or of the claim as a whole, parted by blanks.
fn codes_of(findings: &[Finding<'_>], line: Option<u32>) -> String {
    let of_line = |finding: &&Finding<'_>| finding.line.as_ref().map(|line| line.index) == line;
    let codes: Vec<&str> = findings.iter().filter(of_line).map(|finding| finding.about.code).collect();
    codes.join(" ")
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
