//! `brr.csv`: one row for each error, for spreadsheets; a claim or unit without one still has its row.

use chrono::NaiveDate;
use crosswalk::List;
use edits::{Disposition, ElementName, Finding, Why, about_fault, element_of_fault, message_of_fault};
use x12::offset_in;

use super::cells::{CsvRow, header_row};
use super::json::level_name;
use super::words::{joined_procedures, list_words, name};
use super::{ClaimWords, Closing, FileInformation, Form, Passage, RefusedUnit, Section};
use crate::record::{InterchangeFacts, Record};
use crate::values::{self, joined_ndcs};

/// The report as comma-separated values.
pub(super) struct Csv;

/// What stands in front: which unit or claim it is.
const ABOUT_CLAIM: [&str; 22] = [
    "section",
    "kind",
    "interchange_control_number",
    "group_control_number",
    "transaction_set_control_number",
    "implementation",
    "usage_indicator",
    "claim_number",
    "claim_id",
    "claim_charge",
    "service_from",
    "service_through",
    "billing_provider",
    "billing_provider_qualifier",
    "billing_provider_id",
    "billing_provider_secondary_qualifier",
    "billing_provider_secondary_id",
    "subscriber",
    "subscriber_qualifier",
    "subscriber_id",
    "patient",
    "patient_id",
];

/// What stands behind: one error.
const ABOUT_ERROR: [&str; 27] = [
    "error_number",
    "error_id",
    "severity",
    "error_summary",
    "error_message",
    "what_to_do",
    "data_in_error",
    "line_number",
    "procedure",
    "ndc",
    "service_date",
    "date_source",
    "loop",
    "element",
    "segment",
    "byte",
    "ndc_looked_up",
    "pdac_crosswalk",
    "cms_asp_crosswalk",
    "local_list",
    "nearest_valid_date",
    "valid_procedures_for_ndc",
    "valid_procedures_for_ndc_total",
    "valid_ndcs_for_procedure",
    "valid_ndcs_for_procedure_total",
    "ndc_candidates",
    "ndc_candidates_on_a_list",
];

impl Form for Csv {
    fn file_name(&self) -> &'static str {
        "brr.csv"
    }

    fn claim(&self, record: &Record<'_, '_>, _words: &ClaimWords<'_>, out: &mut Vec<u8>) {
        let start = out.len();
        claim_cells(record, &mut CsvRow(out));
        let front = start..out.len();
        if record.verdict.findings.is_empty() {
            let mut row = CsvRow(out);
            row.blank(ABOUT_ERROR.len());
            row.end();
        }
        for (number, finding) in (1..).zip(&record.verdict.findings) {
            if 1 < number {
                out.extend_from_within(front.clone());
            }
            let mut row = CsvRow(out);
            finding_cells(record, number, finding, &mut row);
            row.end();
        }
    }

    fn unit(&self, unit: &RefusedUnit<'_, '_>, out: &mut Vec<u8>) {
        for (number, fault) in (1..).zip(unit.faults) {
            let about = about_fault(fault.kind);
            let mut row = CsvRow(out);
            unit_cells(unit, &mut row);
            row.number(number);
            row.fixed(about.code);
            row.fixed("reject");
            row.fixed(about.title);
            row.words(&message_of_fault(fault));
            row.fixed(about.remedy);
            row.text(fault.place);
            let element = element_of_fault(fault);
            row.blank(5);
            row.fixed(element.within.unwrap_or(""));
            row.words(&element.name.text());
            row.number(fault.segment_number);
            row.number(offset_in(unit.file, fault.place) as u64);
            row.blank(11);
            row.end();
        }
    }

    /// Writes nothing: every row names its interchange.
    fn file(&self, _file: &FileInformation<'_, '_>, _out: &mut Vec<u8>) {}

    fn finish(&self, closing: &Closing<'_>) -> Vec<(String, Vec<Passage>)> {
        let names: Vec<&str> = ABOUT_CLAIM.into_iter().chain(ABOUT_ERROR).collect();
        let mut passages = vec![Passage::Bytes(header_row(&names))];
        for section in Section::ALL {
            let end = closing.cuts[section.place()].last().copied().unwrap_or(0);
            if end > 0 {
                passages.push(Passage::Section(section, 0..end));
            }
        }
        vec![("brr.csv".to_owned(), passages)]
    }
}

fn section_name(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Held => "held: do not resend",
        other => other.as_str(),
    }
}

/// Writes what [`ABOUT_CLAIM`] names.
fn claim_cells(record: &Record<'_, '_>, row: &mut CsvRow<'_>) {
    let provider = &record.billing_provider;
    let subscriber = &record.subscriber;
    let days = record.service_dates();
    row.fixed(section_name(record.verdict.disposition));
    row.fixed("claim");
    row.text(record.interchange.control_number);
    row.text(record.group_control_number);
    row.text(record.transaction_set_control_number);
    row.text(record.implementation);
    row.text(record.interchange.usage_indicator);
    row.number(record.claim_number);
    row.text(record.claim.patient_control_number);
    row.amount(record.charge());
    row.day(days.map(|(first, _)| first));
    row.day(days.map(|(_, last)| last));
    row.words(&name(provider));
    row.text(provider.qualifier);
    row.text(provider.id);
    row.text(provider.secondary_qualifier);
    row.text(provider.secondary_id);
    row.words(&name(subscriber));
    row.text(subscriber.qualifier);
    row.text(subscriber.id);
    match &record.patient {
        Some(patient) => {
            row.words(&name(patient));
            row.text(patient.id);
        }
        None => row.blank(2),
    }
}

/// Writes what [`ABOUT_CLAIM`] names, as far as a unit has it.
fn unit_cells(unit: &RefusedUnit<'_, '_>, row: &mut CsvRow<'_>) {
    let InterchangeFacts { control_number, usage_indicator, .. } = unit.interchange;
    let own = |level| if unit.level == level { unit.control_number } else { &[] };
    row.fixed(Disposition::Refused.as_str());
    row.fixed(level_name(unit.level));
    row.text(control_number);
    row.text(own(claims::Level::Group));
    row.text(own(claims::Level::Set));
    row.blank(1);
    row.text(usage_indicator);
    row.blank(15);
}

/// Writes what [`ABOUT_ERROR`] names.
fn finding_cells(record: &Record<'_, '_>, number: u64, finding: &Finding<'_>, row: &mut CsvRow<'_>) {
    let line = finding.line.as_ref();
    let place = finding.element.place;
    row.number(number);
    row.fixed(finding.about.code);
    row.fixed(finding.severity.as_str());
    row.fixed(finding.about.title);
    row.words(&finding.message);
    row.fixed(record.remedy(finding));
    if matches!(finding.element.name, ElementName::Known("LIN03")) {
        row.ndc(place);
    } else {
        row.text(place);
    }
    row.text(line.map_or(&[], |line| line.number));
    row.text(line.and_then(|line| line.procedure).unwrap_or_default());
    row.ndc(line.and_then(|line| line.ndc).unwrap_or_default());
    row.day(line.and_then(|line| line.service_date));
    let date_source = finding.why.as_ref().and_then(|why| why.date_source);
    row.fixed(date_source.map_or("", claims::DateSource::as_str));
    row.fixed(finding.element.within.unwrap_or(""));
    row.words(&finding.element.name.text());
    row.number(finding.element.segment_number);
    row.number(record.byte_of(finding) as u64);
    match &finding.why {
        Some(why) => why_cells(why, line.and_then(|line| line.service_date), row),
        None => row.blank(11),
    }
}

/// Writes the last eleven of what [`ABOUT_ERROR`] names.
fn why_cells(why: &Why<'_>, day: Option<NaiveDate>, row: &mut CsvRow<'_>) {
    match why.ndc {
        Some(ndc) => row.text(values::hyphenated(ndc).as_bytes()),
        None => row.blank(1),
    }
    for list in List::ALL {
        let mut words = String::new();
        for says in why.lists.iter().filter(|says| says.list == list) {
            // A date between two intervals has both neighbours named.
            words.push_str(if words.is_empty() { "" } else { "; " });
            words.push_str(&list_words(says, day));
        }
        row.words(&words);
    }
    row.day(why.nearest_valid_date);
    row.fixed(&joined_procedures(&why.other_procedures));
    row.number(why.other_procedures_total as u64);
    row.fixed(&joined_ndcs(why.other_ndcs.iter().copied()));
    row.number(why.other_ndcs_total as u64);
    let candidates = || why.candidates.iter();
    let on_a_list = candidates().filter(|candidate| candidate.on_list);
    row.fixed(&joined_ndcs(candidates().map(|candidate| candidate.ndc)));
    row.fixed(&joined_ndcs(on_a_list.map(|candidate| candidate.ndc)));
}

#[cfg(test)]
mod tests {
    use edits::Channel;

    use super::{ABOUT_CLAIM, ABOUT_ERROR};
    use crate::brr::testing::{assert_golden, file_of_sample};

    fn rows() -> Vec<Vec<String>> {
        let text = file_of_sample("brr.csv", Channel::Batch);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn every_row_has_every_column() {
        let text = file_of_sample("brr.csv", Channel::Batch);
        assert_golden("claim.csv", &text);
        assert_eq!(text.matches("\r\n").count(), text.matches('\n').count());
        let rows = rows();
        assert_eq!(rows.len(), 1 + 6 + 1 + 1 + 1);
        assert!(rows.iter().all(|row| row.len() == ABOUT_CLAIM.len() + ABOUT_ERROR.len()));
    }

    #[test]
    fn what_could_be_a_formula_is_text() {
        let rows = rows();
        let column = |name: &str| rows[0].iter().position(|header| header == name).unwrap();
        let hostile = rows.iter().find(|row| row[column("claim_id")] == "'=1+1").unwrap();
        assert_eq!(hostile[column("claim_charge")], "'-1,5");
        assert_eq!(hostile[column("patient")], "O'DOG<SCRIPT>ALERT(\"X\")</SCRIPT>, A&B ␛[31mé␀");
        let malformed = rows.iter().find(|row| row[column("ndc")].contains('<')).unwrap();
        assert_eq!(malformed[column("ndc")], "'-<99301&␉ ");
    }
}
