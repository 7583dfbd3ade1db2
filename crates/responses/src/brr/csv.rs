//! `brr.csv`: one row for each error, for spreadsheets; a claim or unit without one still has its row.

use claims::Party;
use edits::{Disposition, Finding, about_fault, message_of_fault};
use x12::offset_in;

use super::cells::{amount_cell, csv_writer, guarded, header_row, ndc_cell, text_cell};
use super::json::level_name;
use super::words::{joined, list_words, name};
use super::{Closing, FileInformation, Form, Passage, RefusedUnit, Section};
use crate::record::{InterchangeFacts, Record};

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
const ABOUT_ERROR: [&str; 25] = [
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
    "valid_ndcs_for_procedure",
    "ndc_candidates",
    "ndc_candidates_on_a_list",
];

impl Form for Csv {
    fn file_name(&self) -> &'static str {
        "brr.csv"
    }

    fn claim(&self, record: &Record<'_, '_>, out: &mut Vec<u8>) {
        let claim = claim_cells(record);
        let findings = &record.verdict.findings;
        if findings.is_empty() {
            write(&[(&claim, ABOUT_ERROR.map(|_| String::new()))], out);
        }
        let rows: Vec<_> = (1..)
            .zip(findings)
            .map(|(number, finding)| (&claim, finding_cells(record, number, finding)))
            .collect();
        write(&rows, out);
    }

    fn unit(&self, unit: &RefusedUnit<'_, '_>, out: &mut Vec<u8>) {
        let cells = unit_cells(unit);
        let rows: Vec<_> = (1..)
            .zip(unit.faults)
            .map(|(number, fault): (usize, _)| {
                let about = about_fault(fault.kind);
                let mut error = ABOUT_ERROR.map(|_| String::new());
                error[0] = number.to_string();
                about.code.clone_into(&mut error[1]);
                "reject".clone_into(&mut error[2]);
                about.title.clone_into(&mut error[3]);
                error[4] = guarded(&message_of_fault(fault));
                about.remedy.clone_into(&mut error[5]);
                error[6] = text_cell(fault.place);
                about.element.clone_into(&mut error[13]);
                error[14] = fault.segment_number.to_string();
                error[15] = offset_in(unit.file, fault.place).to_string();
                (&cells, error)
            })
            .collect();
        write(&rows, out);
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

fn write(rows: &[(&[String; ABOUT_CLAIM.len()], [String; ABOUT_ERROR.len()])], out: &mut Vec<u8>) {
    let mut writer = csv_writer(out);
    for (claim, error) in rows {
        let written = writer.write_record(claim.iter().chain(error));
        debug_assert!(written.is_ok(), "a vector takes every byte");
    }
}

fn section_name(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Held => "held: do not resend",
        other => other.as_str(),
    }
}

fn claim_cells(record: &Record<'_, '_>) -> [String; ABOUT_CLAIM.len()] {
    let provider = &record.billing_provider;
    let subscriber = &record.subscriber;
    let days = record.service_dates();
    let name_cell = |party: &Party<'_>| guarded(&name(party));
    [
        section_name(record.verdict.disposition).to_owned(),
        "claim".to_owned(),
        text_cell(record.interchange.control_number),
        text_cell(record.group_control_number),
        text_cell(record.transaction_set_control_number),
        text_cell(record.implementation),
        text_cell(record.interchange.usage_indicator),
        record.claim_number.to_string(),
        text_cell(record.claim.patient_control_number),
        amount_cell(record.charge()),
        days.map_or_else(String::new, |(first, _)| first.to_string()),
        days.map_or_else(String::new, |(_, last)| last.to_string()),
        name_cell(provider),
        text_cell(provider.qualifier),
        text_cell(provider.id),
        text_cell(provider.secondary_qualifier),
        text_cell(provider.secondary_id),
        name_cell(subscriber),
        text_cell(subscriber.qualifier),
        text_cell(subscriber.id),
        record.patient.as_ref().map_or_else(String::new, name_cell),
        record.patient.as_ref().map_or_else(String::new, |patient| text_cell(patient.id)),
    ]
}

fn unit_cells(unit: &RefusedUnit<'_, '_>) -> [String; ABOUT_CLAIM.len()] {
    let InterchangeFacts { control_number, usage_indicator, .. } = unit.interchange;
    let mut cells = ABOUT_CLAIM.map(|_| String::new());
    Disposition::Refused.as_str().clone_into(&mut cells[0]);
    level_name(unit.level).clone_into(&mut cells[1]);
    cells[2] = text_cell(control_number);
    match unit.level {
        claims::Level::Group => cells[3] = text_cell(unit.control_number),
        claims::Level::Set => cells[4] = text_cell(unit.control_number),
        _ => {}
    }
    cells[6] = text_cell(usage_indicator);
    cells
}

fn finding_cells(
    record: &Record<'_, '_>,
    number: usize,
    finding: &Finding<'_>,
) -> [String; ABOUT_ERROR.len()] {
    let line = finding.line.as_ref();
    let why = finding.why.as_deref();
    let day = line.and_then(|line| line.service_date);
    let is_ndc = finding.element.name == "LIN03";
    let place = finding.element.place;
    let list = |list| {
        let says = why.into_iter().flat_map(|why| &why.lists).filter(|says| says.list == list);
        let words: Vec<String> = says.map(|says| list_words(says, day)).collect();
        guarded(&words.join("; "))
    };
    let candidates = |on_list_only: bool| {
        let all = why.into_iter().flat_map(|why| &why.candidates);
        let chosen: Vec<_> =
            all.filter(|one| one.on_list || !on_list_only).map(|candidate| candidate.ndc).collect();
        joined(&chosen)
    };
    [
        number.to_string(),
        finding.about.code.to_owned(),
        finding.severity.as_str().to_owned(),
        finding.about.title.to_owned(),
        guarded(&finding.message),
        finding.about.remedy.to_owned(),
        if is_ndc { ndc_cell(place) } else { text_cell(place) },
        line.map_or_else(String::new, |line| text_cell(line.number)),
        line.and_then(|line| line.procedure).map_or_else(String::new, text_cell),
        line.and_then(|line| line.ndc).map_or_else(String::new, ndc_cell),
        day.map_or_else(String::new, |day| day.to_string()),
        why.and_then(|why| why.date_source).map_or_else(String::new, |source| source.as_str().to_owned()),
        finding.element.within.map_or_else(String::new, |within| within.as_str().to_owned()),
        finding.element.name.to_owned(),
        finding.element.segment_number.to_string(),
        record.byte_of(finding).to_string(),
        why.and_then(|why| why.ndc).map_or_else(String::new, |ndc| ndc.to_string()),
        list(crosswalk::List::Pdac),
        list(crosswalk::List::Asp),
        list(crosswalk::List::Local),
        why.and_then(|why| why.nearest_valid_date).map_or_else(String::new, |date| date.to_string()),
        why.map_or_else(String::new, |why| joined(&why.other_procedures)),
        why.map_or_else(String::new, |why| joined(&why.other_ndcs)),
        candidates(false),
        candidates(true),
    ]
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
