//! An entry: its length, in four bytes, and a row of numbers and texts in the order of [`SetFact`] or [`ClaimFact`], each text behind its length.
//!
//! A number has seven bits a byte, the lowest first, so that nearly every one is a single byte.
//! What nearly every line has, or lacks, is a flag of it.
//! An entry never leaves the process.

use claims::DateSource;
use edits::{Disposition, Standing};

use super::{ClaimFact, LineFact, SetFact};

/// Bytes of the length of an entry.
const LENGTH_BYTES: usize = 4;

/// What begins the entry of a set, where that of a claim has its number.
pub(super) const SET: u64 = 0;

/// Flags of a line.
const IS_INSTITUTIONAL: u64 = 1;
const HAS_CHARGE: u64 = 1 << 1;
const HAS_DAYS: u64 = 1 << 2;
const HAS_SEVERAL_DAYS: u64 = 1 << 3;
const IS_DATED_BY_STATEMENT: u64 = 1 << 4;
/// It does not pass, or has findings.
const IS_TOLD_OF: u64 = 1 << 5;

/// Splits the first entry off `entries`; `None` if it is not all there.
pub fn next_entry<'f>(entries: &mut &'f [u8]) -> Option<&'f [u8]> {
    let (length, rest) = entries.split_first_chunk::<LENGTH_BYTES>()?;
    let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let (entry, rest) = rest.split_at_checked(length)?;
    *entries = rest;
    Some(entry)
}

/// The entry that is written.
pub(super) struct Entry<'p> {
    page: &'p mut Vec<u8>,
    /// Where it begins.
    start: usize,
}

impl<'p> Entry<'p> {
    /// Begins an entry behind what stands in `page`.
    pub(super) fn begin(page: &'p mut Vec<u8>) -> Entry<'p> {
        let start = page.len();
        page.extend_from_slice(&[0; LENGTH_BYTES]);
        Entry { page, start }
    }

    /// Ends the entry, whose length is known only then.
    pub(super) fn end(self) {
        let (length, entry) = self.page[self.start..].split_at_mut(LENGTH_BYTES);
        let bytes = u32::try_from(entry.len()).expect("a claim is far shorter than 4 GiB");
        length.copy_from_slice(&bytes.to_le_bytes());
    }

    pub(super) fn number(&mut self, mut number: u64) {
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

    pub(super) fn text(&mut self, text: &[u8]) {
        self.number(text.len() as u64);
        self.page.extend_from_slice(text);
    }

    /// Writes the entry of a claim.
    pub(super) fn claim(mut self, fact: &ClaimFact<'_>) {
        self.claim_itself(fact, fact.lines.len());
        for line in &fact.lines {
            self.line(line, fact.products_of(line));
        }
        self.end();
    }

    /// Writes a claim up to its lines.
    pub(super) fn claim_itself(&mut self, fact: &ClaimFact<'_>, lines: usize) {
        self.number(fact.claim_number);
        self.text(fact.claim_id);
        self.number(fact.charge_cents.is_some().into());
        self.signed(fact.charge_cents.unwrap_or(0));
        self.number(fact.disposition.place() as u64);
        self.number(fact.without_lists.place() as u64);
        self.text(fact.findings);
        self.number(lines as u64);
    }

    pub(super) fn line(&mut self, line: &LineFact<'_>, products: &[(&[u8], &[u8])]) {
        let passes = line.standing == Standing::Passes.as_str().as_bytes();
        let is_told_of = !passes || !line.findings.is_empty();
        let several = line.days.filter(|(first, last)| first != last);
        let flags = [
            (line.is_institutional, IS_INSTITUTIONAL),
            (line.charge_cents.is_some(), HAS_CHARGE),
            (line.days.is_some(), HAS_DAYS),
            (several.is_some(), HAS_SEVERAL_DAYS),
            (line.date_source == DateSource::Statement, IS_DATED_BY_STATEMENT),
            (is_told_of, IS_TOLD_OF),
        ];
        self.number(flags.into_iter().map(|(is_set, flag)| if is_set { flag } else { 0 }).sum());
        self.number(line.index.into());
        for text in [line.number, line.qualifier, line.procedure] {
            self.text(text);
        }
        if let Some(cents) = line.charge_cents {
            self.signed(cents);
        }
        if let Some((first, _)) = line.days {
            self.signed(first.into());
        }
        if let Some((_, last)) = several {
            self.signed(last.into());
        }
        self.number(products.len() as u64);
        for (qualifier, sent) in products {
            self.text(qualifier);
            self.text(sent);
        }
        if is_told_of {
            self.text(line.standing);
            self.text(line.findings);
        }
    }
}

/// What is left to read.
pub(super) struct Rest<'f> {
    pub(super) bytes: &'f [u8],
}

impl<'f> Rest<'f> {
    pub(super) fn number(&mut self) -> Option<u64> {
        if let [number @ ..0x80, rest @ ..] = self.bytes {
            self.bytes = rest;
            return Some((*number).into());
        }
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

    pub(super) fn text(&mut self) -> Option<&'f [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(text)
    }

    fn day(&mut self) -> Option<i32> {
        i32::try_from(self.signed()?).ok()
    }

    fn disposition(&mut self) -> Option<Disposition> {
        Disposition::ALL.get(usize::try_from(self.number()?).ok()?).copied()
    }

    pub(super) fn set(&mut self) -> Option<SetFact<'f>> {
        Some(SetFact { sender: self.text()?, usage: self.text()?, implementation: self.text()? })
    }

    pub(super) fn claim(&mut self, claim: &mut ClaimFact<'f>) -> Option<()> {
        claim.claim_number = self.number().filter(|number| *number != SET)?;
        claim.claim_id = self.text()?;
        let has_charge = self.number()? == 1;
        claim.charge_cents = Some(self.signed()?).filter(|_| has_charge);
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

    pub(super) fn line(&mut self, products: &mut Vec<(&'f [u8], &'f [u8])>) -> Option<LineFact<'f>> {
        let flags = self.number()?;
        let has = |flag| flags & flag != 0;
        let mut line = LineFact {
            index: u32::try_from(self.number()?).ok()?,
            number: self.text()?,
            qualifier: self.text()?,
            procedure: self.text()?,
            is_institutional: has(IS_INSTITUTIONAL),
            charge_cents: if has(HAS_CHARGE) { Some(self.signed()?) } else { None },
            days: None,
            date_source: if has(IS_DATED_BY_STATEMENT) { DateSource::Statement } else { DateSource::Line },
            products: (products.len(), 0),
            standing: Standing::Passes.as_str().as_bytes(),
            findings: &[],
        };
        if has(HAS_DAYS) {
            let first = self.day()?;
            line.days = Some((first, if has(HAS_SEVERAL_DAYS) { self.day()? } else { first }));
        }
        for _ in 0..self.number()? {
            products.push((self.text()?, self.text()?));
        }
        line.products.1 = products.len();
        if has(IS_TOLD_OF) {
            (line.standing, line.findings) = (self.text()?, self.text()?);
        }
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::write_set_fact;

    /// A claim with a line that has everything, and one that has next to nothing.
    fn claim() -> ClaimFact<'static> {
        let told_of = LineFact {
            index: 0,
            number: b"1",
            is_institutional: true,
            charge_cents: Some(-100),
            qualifier: b"HC",
            procedure: b"J1885",
            products: (0, 2),
            days: Some((20_395, 20_397)),
            date_source: DateSource::Statement,
            standing: b"NDC050",
            findings: b"NDC050 NDC090",
        };
        let passes = LineFact {
            index: 300,
            number: b"",
            is_institutional: false,
            charge_cents: None,
            products: (2, 2),
            days: None,
            date_source: DateSource::Line,
            standing: b"passes",
            findings: b"",
            ..told_of
        };
        ClaimFact {
            claim_number: 7,
            claim_id: b"A-1",
            charge_cents: Some(-100),
            disposition: Disposition::Rejected,
            without_lists: Disposition::Accepted,
            findings: b"CLM010",
            lines: vec![told_of, LineFact { days: Some((-1, -1)), ..passes }, passes],
            products: vec![(b"N4", b"00641036725"), (b"", b"")],
        }
    }

    #[test]
    fn entries_come_back() {
        let set = SetFact { sender: b"SENDER", usage: b"P", implementation: b"005010X222A1" };
        let (fact, none) = (claim(), ClaimFact { claim_number: 8, charge_cents: None, ..ClaimFact::room() });
        let mut page = Vec::new();
        write_set_fact(&set, &mut page);
        for fact in [&fact, &none] {
            Entry::begin(&mut page).claim(fact);
        }
        let (mut entries, mut read) = (&page[..], ClaimFact::room());
        let entry = next_entry(&mut entries).unwrap();
        assert_eq!((SetFact::read(entry), read.read(entry)), (Some(set), None));
        for expected in [fact, none] {
            let entry = next_entry(&mut entries).unwrap();
            assert_eq!((SetFact::read(entry), read.read(entry)), (None, Some(())));
            assert_eq!(read, expected);
        }
        assert_eq!(next_entry(&mut entries), None);
    }

    #[test]
    fn what_is_cut_off_is_not_read() {
        let mut page = Vec::new();
        Entry::begin(&mut page).claim(&claim());
        for end in 0..page.len() {
            assert_eq!(next_entry(&mut &page[..end]), None);
        }
        let entry = next_entry(&mut &page[..]).unwrap();
        for end in 0..entry.len() {
            assert_eq!(ClaimFact::room().read(&entry[..end]), None);
        }
    }
}
