//! The content of a file as one JSON object: totals, drug lines, faults.

use std::io::{self, Write};

use claims::{Claim, Drug, Period, ServiceLine};
use edits::text_of;
use serde::Serialize;

use super::items::{ClaimDate, Item, Placed, Totals, View, is_n4};
use super::spool::Spool;

/// Digits of an NDC without its hyphens.
const NDC_DIGITS: usize = 11;

/// Rows of drug lines and of faults, each an element of its array.
#[derive(Default)]
pub struct Json {
    ndc_lines: Spool,
    errors: Spool,
}

impl View for Json {
    fn item(&mut self, item: &Item<'_, '_>) -> io::Result<()> {
        match item {
            Item::Claim(claim, date) => {
                for line in &claim.lines {
                    for drug in claim.drugs_of(line).iter().filter(|drug| is_n4(drug)) {
                        push(&mut self.ndc_lines, &NdcLine::of(claim, *date, line, drug))?;
                    }
                }
                Ok(())
            }
            Item::Fault(placed) => push(&mut self.errors, &ErrorRow::of(placed)),
            _ => Ok(()),
        }
    }

    fn spools(&mut self) -> Vec<&mut Spool> {
        vec![&mut self.ndc_lines, &mut self.errors]
    }

    fn finish(&mut self, totals: &Totals, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"{\"totals\":")?;
        serde_json::to_writer(&mut *out, &TotalsRow::of(totals))?;
        out.write_all(b",\"ndc_lines\":[")?;
        self.ndc_lines.copy_to(out)?;
        out.write_all(b"],\"errors\":[")?;
        self.errors.copy_to(out)?;
        out.write_all(b"]}\n")
    }
}

fn push(spool: &mut Spool, row: &impl Serialize) -> io::Result<()> {
    let before: &[u8] = if spool.is_empty() { b"\n" } else { b",\n" };
    spool.write_all(before)?;
    Ok(serde_json::to_writer(spool, row)?)
}

#[derive(Serialize)]
struct TotalsRow {
    interchanges: u64,
    groups: u64,
    transactions: u64,
    segments: u64,
    claims: u64,
    service_lines: u64,
    lin_n4: u64,
}

impl TotalsRow {
    fn of(totals: &Totals) -> TotalsRow {
        TotalsRow {
            interchanges: totals.interchanges,
            groups: totals.groups,
            transactions: totals.transaction_sets,
            segments: totals.segments,
            claims: totals.claims,
            service_lines: totals.service_lines,
            lin_n4: totals.lin_n4,
        }
    }
}

/// A LIN with LIN02 = N4 and the line that it stands in; every value as sent, null where there is none.
#[derive(Serialize)]
struct NdcLine {
    claim: String,
    lx: String,
    ndc: String,
    /// Whether the NDC has eleven digits once its hyphens are left out.
    digits11: bool,
    quantity: Option<String>,
    unit: Option<String>,
    /// REF01 and REF02 of the prescription, with a colon between.
    rx: Option<String>,
    code: Option<String>,
    code_qualifier: Option<String>,
    modifiers: Vec<String>,
    revenue: Option<String>,
    charge: Option<String>,
    dos: Option<Days>,
    dos_from: &'static str,
}

/// The days of a DTP, as sent.
#[derive(Serialize)]
struct Days {
    format: String,
    from: String,
    to: String,
}

impl NdcLine {
    fn of(claim: &Claim<'_>, date: ClaimDate<'_>, line: &ServiceLine<'_>, drug: &Drug<'_>) -> NdcLine {
        let service = line.service;
        let (qualifier, procedure) = line.procedure();
        let (period, dos_from) = match (line.date, date, claim.statement) {
            (Some(line), _, _) => (Some(line), "line"),
            (None, Some(claim), _) => (Some(claim), "claim"),
            (None, None, Some(statement)) => (Some(statement), "statement"),
            (None, None, None) => (None, "none"),
        };
        let modifiers = service.iter().flat_map(claims::Service::modifiers);
        NdcLine {
            claim: text_of(claim.patient_control_number),
            lx: text_of(line.number),
            ndc: text_of(drug.ndc),
            digits11: has_eleven_digits(drug.ndc),
            quantity: present(drug.quantity()),
            unit: present(drug.unit()),
            rx: drug
                .prescription
                .map(|reference| text_of(reference.element(1)) + ":" + &text_of(reference.element(2))),
            code: present(procedure),
            code_qualifier: present(qualifier),
            modifiers: modifiers.map(text_of).collect(),
            revenue: service.and_then(|service| present(service.revenue())),
            charge: service.and_then(|service| present(service.charge.text)),
            dos: period.map(Days::of),
            dos_from,
        }
    }
}

impl Days {
    fn of(period: Period<'_>) -> Days {
        let text = text_of(period.text);
        let (from, to) = match text.split_once('-') {
            Some((from, to)) if period.format == b"RD8" => (from.to_owned(), to.to_owned()),
            _ => (text.clone(), text),
        };
        Days { format: text_of(period.format), from, to }
    }
}

fn has_eleven_digits(ndc: &[u8]) -> bool {
    let mut digits = ndc.iter().filter(|&&byte| byte != b'-');
    digits.clone().count() == NDC_DIGITS && digits.all(u8::is_ascii_digit)
}

fn present(bytes: &[u8]) -> Option<String> {
    (!bytes.is_empty()).then(|| text_of(bytes))
}

/// A fault; its units by their positions in the file, from 1.
#[derive(Serialize)]
struct ErrorRow {
    code: &'static str,
    interchange: Option<u64>,
    group: Option<u64>,
    transaction: Option<u64>,
    segment: u64,
    byte: usize,
}

impl ErrorRow {
    fn of(placed: &Placed<'_, '_>) -> ErrorRow {
        ErrorRow {
            code: placed.fault.kind.name(),
            interchange: placed.units.interchange,
            group: placed.units.group,
            transaction: placed.units.set,
            segment: placed.fault.segment_number,
            byte: placed.byte,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eleven_digits_are_counted_without_hyphens() {
        for (ndc, eleven) in [
            (&b"50242006001"[..], true),
            (b"50242-0060-01", true),
            (b"5024-2006-001", true),
            (b"5024200600", false),
            (b"50242 00601", false),
            (b"5024200600A", false),
            (b"", false),
        ] {
            assert_eq!(has_eleven_digits(ndc), eleven, "{}", text_of(ndc));
        }
    }
}
