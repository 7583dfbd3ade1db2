//! What is kept of every claim so that other lists can judge it again without its segments.
//!
//! A claim is written where it was judged, as one entry of a stream; whoever puts the stream into a file reads entries back.
//! An entry is a row of numbers and texts in the order of [`ClaimFact`], each text behind its length; it never leaves the process.
//! A number has seven bits a byte, the lowest first, so that nearly every one is a single byte.

use chrono::{Datelike, NaiveDate};
use claims::{Block, ClaimPiece, DateSource, ServiceLine};
use edits::{Channel, CleanClaim, CleanLine, Disposition, Finding, Standing, date_of};

use crate::record::{InterchangeFacts, Record};

/// What is kept of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimFact<'f> {
    /// Position among the claims of the file, from 1.
    pub claim_number: u64,
    /// ISA06, without padding.
    pub sender: &'f [u8],
    /// ISA15.
    pub usage: &'f [u8],
    /// ST03, or GS08 where it is empty.
    pub implementation: &'f [u8],
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
        sender: record.interchange.sender,
        usage: record.interchange.usage_indicator,
        implementation: record.implementation,
        claim_id: claim.patient_control_number,
        charge_cents: claim.total_charge.and_then(|charge| charge.cents),
        disposition: verdict.disposition,
        without_lists: verdict.disposition_without_lists(channel),
        findings: findings.as_bytes(),
        lines,
        products,
    };
    Entry { page }.claim(&fact);
}

/// Writes the entry of a claim without findings; `lines` are all of its lines.
pub(crate) fn write_clean_fact<'a>(
    block: &Block<'a>,
    piece: &ClaimPiece<'a>,
    clean: CleanClaim,
    lines: &[CleanLine<'a>],
    page: &mut Vec<u8>,
) {
    let interchange = InterchangeFacts::of(block.interchange_of(piece.set));
    let kept = (0..).zip(lines).filter(|(_, line)| !line.procedure.1.is_empty() || line.ndc.is_some());
    let [claim_id] = block.segments(piece).first_elements(0);
    let mut products = Vec::new();
    let lines = kept.map(|(index, line)| clean_line_fact(index, line, &mut products)).collect();
    let fact = ClaimFact {
        claim_number: piece.number,
        sender: interchange.sender,
        usage: interchange.usage_indicator,
        implementation: block.set(piece.set).implementation.reference,
        claim_id,
        charge_cents: Some(clean.charge_cents),
        disposition: Disposition::Accepted,
        without_lists: Disposition::Accepted,
        findings: b"",
        lines,
        products,
    };
    Entry { page }.claim(&fact);
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

fn clean_line_fact<'f>(
    index: u32,
    line: &CleanLine<'f>,
    products: &mut Vec<(&'f [u8], &'f [u8])>,
) -> LineFact<'f> {
    let (qualifier, procedure) = line.procedure;
    LineFact {
        index,
        number: line.number,
        is_institutional: line.is_institutional,
        charge_cents: line.charge_cents,
        qualifier,
        procedure,
        products: add_products(products, line.ndc.map(|ndc| (&b"N4"[..], ndc)).into_iter()),
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

impl<'f> ClaimFact<'f> {
    /// Returns the room for a claim, with nothing in it.
    pub fn room() -> ClaimFact<'f> {
        ClaimFact {
            claim_number: 0,
            sender: &[],
            usage: &[],
            implementation: &[],
            claim_id: &[],
            charge_cents: None,
            disposition: Disposition::Refused,
            without_lists: Disposition::Refused,
            findings: &[],
            lines: Vec::new(),
            products: Vec::new(),
        }
    }

    /// Takes the first entry off `entries` in place of the claim that was read before; `None` if it is not all there.
    pub fn read(&mut self, entries: &mut &'f [u8]) -> Option<()> {
        let mut rest = Rest { bytes: entries };
        rest.claim(self)?;
        *entries = rest.bytes;
        Some(())
    }

    /// Returns the products of one of its lines.
    pub fn products_of(&self, line: &LineFact<'f>) -> &[(&'f [u8], &'f [u8])] {
        &self.products[line.products.0..line.products.1]
    }
}

/// The entry that is written.
struct Entry<'p> {
    page: &'p mut Vec<u8>,
}

impl Entry<'_> {
    fn number(&mut self, mut number: u64) {
        while 0x80 <= number {
            self.page.push(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.page.push(number.to_le_bytes()[0]);
    }

    /// Writes a number that may be below zero: twice its size, less one if it is.
    fn signed(&mut self, number: i64) {
        self.number(((number << 1) ^ (number >> 63)).cast_unsigned());
    }

    fn text(&mut self, text: &[u8]) {
        self.number(text.len() as u64);
        self.page.extend_from_slice(text);
    }

    fn cents(&mut self, cents: Option<i64>) {
        self.number(cents.is_some().into());
        self.signed(cents.unwrap_or(0));
    }

    fn claim(&mut self, fact: &ClaimFact<'_>) {
        self.number(fact.claim_number);
        for text in [fact.sender, fact.usage, fact.implementation, fact.claim_id] {
            self.text(text);
        }
        self.cents(fact.charge_cents);
        self.number(fact.disposition.place() as u64);
        self.number(fact.without_lists.place() as u64);
        self.text(fact.findings);
        self.number(fact.lines.len() as u64);
        for line in &fact.lines {
            self.line(line, fact.products_of(line));
        }
    }

    fn line(&mut self, line: &LineFact<'_>, products: &[(&[u8], &[u8])]) {
        self.number(line.index.into());
        self.text(line.number);
        self.number(line.is_institutional.into());
        self.cents(line.charge_cents);
        self.text(line.qualifier);
        self.text(line.procedure);
        self.number(products.len() as u64);
        for (qualifier, sent) in products {
            self.text(qualifier);
            self.text(sent);
        }
        self.number(line.days.is_some().into());
        let (first, last) = line.days.unwrap_or_default();
        for day in [first, last] {
            self.signed(day.into());
        }
        self.number((line.date_source == DateSource::Statement).into());
        self.text(line.standing);
        self.text(line.findings);
    }
}

/// What is left to read.
struct Rest<'f> {
    bytes: &'f [u8],
}

impl<'f> Rest<'f> {
    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for (index, &byte) in (0..).zip(self.bytes.iter().take(10)) {
            number |= u64::from(byte & 0x7F) << (7 * index);
            if byte < 0x80 {
                self.bytes = &self.bytes[index + 1..];
                return Some(number);
            }
        }
        None
    }

    fn signed(&mut self) -> Option<i64> {
        let number = self.number()?;
        Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    fn text(&mut self) -> Option<&'f [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(text)
    }

    #[expect(clippy::option_option, reason = "what is not there differs from what cannot be read")]
    fn cents(&mut self) -> Option<Option<i64>> {
        let is_there = self.number()? == 1;
        let cents = self.signed()?;
        Some(is_there.then_some(cents))
    }

    fn disposition(&mut self) -> Option<Disposition> {
        Disposition::ALL.get(usize::try_from(self.number()?).ok()?).copied()
    }

    fn claim(&mut self, claim: &mut ClaimFact<'f>) -> Option<()> {
        claim.claim_number = self.number()?;
        claim.sender = self.text()?;
        claim.usage = self.text()?;
        claim.implementation = self.text()?;
        claim.claim_id = self.text()?;
        claim.charge_cents = self.cents()?;
        claim.disposition = self.disposition()?;
        claim.without_lists = self.disposition()?;
        claim.findings = self.text()?;
        claim.lines.clear();
        claim.products.clear();
        for _ in 0..self.number()? {
            let line = self.line(&mut claim.products)?;
            claim.lines.push(line);
        }
        Some(())
    }

    fn line(&mut self, products: &mut Vec<(&'f [u8], &'f [u8])>) -> Option<LineFact<'f>> {
        Some(LineFact {
            index: u32::try_from(self.number()?).ok()?,
            number: self.text()?,
            is_institutional: self.number()? == 1,
            charge_cents: self.cents()?,
            qualifier: self.text()?,
            procedure: self.text()?,
            products: {
                let first = products.len();
                for _ in 0..self.number()? {
                    products.push((self.text()?, self.text()?));
                }
                (first, products.len())
            },
            days: self.days()?,
            date_source: if self.number()? == 1 { DateSource::Statement } else { DateSource::Line },
            standing: self.text()?,
            findings: self.text()?,
        })
    }

    #[expect(clippy::option_option, reason = "what is not there differs from what cannot be read")]
    fn days(&mut self) -> Option<Option<(i32, i32)>> {
        let is_there = self.number()? == 1;
        let mut day = || i32::try_from(self.signed()?).ok();
        let days = (day()?, day()?);
        Some(is_there.then_some(days))
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

    #[test]
    fn what_is_cut_off_is_not_read() {
        let mut page = Vec::new();
        let mut entry = Entry { page: &mut page };
        entry.number(7);
        for text in [&b"SENDER"[..], b"P", b"005010X222A1", b"A-1"] {
            entry.text(text);
        }
        entry.cents(Some(-100));
        entry.number(1);
        entry.number(0);
        entry.text(b"NDC040");
        entry.number(0);
        let mut entries = &page[..];
        let mut fact = ClaimFact::room();
        fact.read(&mut entries).unwrap();
        assert_eq!((fact.claim_number, fact.charge_cents, entries.len()), (7, Some(-100), 0));
        for end in 0..page.len() {
            assert_eq!(fact.read(&mut &page[..end]), None);
        }
    }
}
