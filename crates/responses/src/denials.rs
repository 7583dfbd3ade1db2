//! Lines that deny on the portal channel, as a remittance would say it.
//!
//! A finding that rejects gives one row; its words and its codes are those of the catalogue of edits.
//! The fields of the document and their meaning are those of `schemas/denials.schema.json`.
//! Source: CARC and RARC of X12's external code lists.

use edits::{Finding, Severity, text_of};
use serde::Serialize;

use crate::brr::cells::CsvRow;
use crate::record::Record;

/// A way to write denied lines.
pub trait Form: Sync {
    /// Returns the name of the file.
    fn file_name(&self) -> &'static str;

    /// Writes what stands in front of the first claim.
    fn open(&self) -> &'static [u8];

    /// Returns how many bytes of every claim are what parts it from the claim before, and stand in front of no first one.
    fn separator_bytes(&self) -> u64;

    /// Writes the denied lines of one claim, with what parts it from the claim before.
    fn claim(&self, record: &Record<'_, '_>, out: &mut Vec<u8>);

    /// Writes what stands behind the last claim.
    fn close(&self) -> &'static [u8];
}

/// Every form of the denied lines.
pub static FORMS: &[&dyn Form] = &[&Csv, &Json];

/// One reason why a line denies.
struct DeniedLine<'r, 'a> {
    /// LX01.
    number: &'a [u8],
    /// SV102, SV203 or SV302; empty where the line has none.
    charge: &'a [u8],
    finding: &'r Finding<'a>,
}

impl DeniedLine<'_, '_> {
    /// Returns the CARC and the RARC.
    ///
    /// `None` for a code that denies only because a profile says so, such as a gap of the lists, for which there is no remark.
    fn codes(&self) -> Option<(&'static str, &'static str)> {
        self.finding.about.denial.map(|denial| (denial.carc, denial.rarc))
    }
}

/// Iterates over the reasons of all denied lines of a claim, in the order of its lines.
fn denied_lines<'s, 'r, 'a>(
    record: &'s Record<'r, 'a>,
) -> impl Iterator<Item = DeniedLine<'r, 'a>> + use<'s, 'r, 'a> {
    let verdict = record.verdict;
    let rejecting = verdict.findings.iter().filter(|finding| finding.severity == Severity::Reject);
    let mut rejecting: Vec<&Finding<'_>> = rejecting.collect();
    // A statement date that is wrong stands in front of all lines, and denies those that have no date of their own.
    rejecting.sort_by_key(|finding| finding.line.as_ref().map(|line| line.index));
    rejecting.into_iter().filter_map(move |finding| {
        let line = finding.line.as_ref()?;
        let denied = verdict.denied_lines.contains(&line.index);
        let service = record.claim.lines.get(line.index as usize)?.service;
        denied.then(|| DeniedLine {
            number: line.number,
            charge: service.map_or(&[], |service| service.charge.text),
            finding,
        })
    })
}

/// The denied lines as comma-separated values.
struct Csv;

impl Form for Csv {
    fn file_name(&self) -> &'static str {
        "denials.csv"
    }

    fn open(&self) -> &'static [u8] {
        b"claim_number,claim_id,line_number,procedure,ndc,service_date,charge,code,carc,rarc,title,message\r\n"
    }

    fn separator_bytes(&self) -> u64 {
        0
    }

    fn claim(&self, record: &Record<'_, '_>, out: &mut Vec<u8>) {
        for denied in denied_lines(record) {
            let DeniedLine { number, charge, finding } = denied;
            let line = finding.line.as_ref();
            let (carc, rarc) = denied.codes().unwrap_or_default();
            let mut row = CsvRow(out);
            row.number(record.claim_number);
            row.text(record.claim.patient_control_number);
            row.text(number);
            row.text(line.and_then(|line| line.procedure).unwrap_or_default());
            row.ndc(line.and_then(|line| line.ndc).unwrap_or_default());
            row.day(line.and_then(|line| line.service_date));
            row.amount(charge);
            row.fixed(finding.about.code);
            row.fixed(carc);
            row.fixed(rarc);
            row.fixed(finding.about.title);
            row.words(&finding.message);
            row.end();
        }
    }

    fn close(&self) -> &'static [u8] {
        b""
    }
}

/// The denied lines as one JSON document.
struct Json;

#[derive(Serialize)]
struct Row<'r> {
    claim_number: u64,
    claim_id: String,
    line_number: String,
    procedure: Option<String>,
    ndc: Option<String>,
    service_date: Option<String>,
    charge: String,
    code: &'static str,
    carc: Option<&'static str>,
    rarc: Option<&'static str>,
    title: &'static str,
    message: &'r str,
}

impl Form for Json {
    fn file_name(&self) -> &'static str {
        "denials.json"
    }

    fn open(&self) -> &'static [u8] {
        b"{\"schema\":\"claimgate.denials.v1\",\"denials\":[\n"
    }

    fn separator_bytes(&self) -> u64 {
        2
    }

    fn claim(&self, record: &Record<'_, '_>, out: &mut Vec<u8>) {
        for denied in denied_lines(record) {
            let DeniedLine { number, charge, finding } = denied;
            let line = finding.line.as_ref();
            let (carc, rarc) = denied.codes().unzip();
            let row = Row {
                claim_number: record.claim_number,
                claim_id: text_of(record.claim.patient_control_number),
                line_number: text_of(number),
                procedure: line.and_then(|line| line.procedure).map(text_of),
                ndc: line.and_then(|line| line.ndc).map(text_of),
                service_date: line.and_then(|line| line.service_date).map(|day| day.to_string()),
                charge: text_of(charge),
                code: finding.about.code,
                carc,
                rarc,
                title: finding.about.title,
                message: &finding.message,
            };
            out.extend_from_slice(b",\n");
            serde_json::to_writer(&mut *out, &row).expect("strings and numbers are always JSON");
        }
    }

    fn close(&self) -> &'static [u8] {
        b"\n]}\n"
    }
}

#[cfg(test)]
mod tests {
    use edits::Channel;
    use serde_json::Value;

    use crate::brr::testing::{file_of_sample, run, sample};

    #[test]
    fn every_reason_of_a_denied_line_has_a_row() {
        let text = file_of_sample("denials.csv", Channel::Portal);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let heads: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().take(10).collect()).collect();
        assert_eq!(
            heads,
            [
                ["2", "BAD-1", "1", "J5555", "99301-0005-01", "2025-10-03", "1000", "NDC070", "16", "N847"],
                ["2", "BAD-1", "2", "J2222", "9930100101", "2025-10-03", "234.5", "NDC020", "16", "M119"],
            ]
        );
        assert!(rows.iter().all(|row| row.len() == 12 && row[11].ends_with('.')));
    }

    #[test]
    fn the_document_holds_the_same_rows() {
        let document: Value = serde_json::from_str(&file_of_sample("denials.json", Channel::Portal)).unwrap();
        let denials = document["denials"].as_array().unwrap();
        let codes: Vec<[&Value; 3]> =
            denials.iter().map(|row| [&row["line_number"], &row["carc"], &row["rarc"]]).collect();
        assert_eq!(codes, [["1", "16", "N847"], ["2", "16", "M119"]]);
        assert_eq!(denials[1]["ndc"], "9930100101");
    }

    #[test]
    fn a_batch_has_none() {
        let files = run(&sample(), Channel::Batch);
        assert!(!files.contains_key("denials.csv") && !files.contains_key("denials.json"));
    }
}
