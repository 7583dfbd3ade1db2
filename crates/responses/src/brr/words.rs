//! What the report says of a claim, an error or a unit, as labels and values; the readable forms only lay it out.

use std::borrow::Cow;

use chrono::NaiveDate;
use claims::{DateSource, Fault, Level, Party, Usage};
use crosswalk::{Effective, Hcpcs, List};
use edits::{
    Disposition, Finding, ListSays, Says, Severity, Why, about_fault, element_of_fault, message_of_fault,
};
use x12::offset_in;

use super::characters::{shown, shown_at_fault, shown_text, shown_words};
use super::fields::Fields;
use super::{FileInformation, RefusedUnit};
use crate::record::{InterchangeFacts, Record};
use crate::values;

/// What the readable forms show of a claim; put together once, and laid out by each of them.
pub struct ClaimWords<'r> {
    /// CLM01.
    pub(super) claim_id: Cow<'r, str>,
    /// *Claim Information*.
    pub(super) fields: Fields,
    /// Every *Transaction Error*.
    pub(super) errors: Vec<TransactionError<'r>>,
}

/// One *Transaction Error* of a claim or a unit.
pub(super) struct TransactionError<'r> {
    /// Position among the errors of the claim, from 1.
    pub number: u64,
    /// What follows from it.
    pub effect: &'static str,
    /// *Error ID*.
    pub code: &'static str,
    /// *Error Summary*.
    pub summary: &'static str,
    /// *Error Message*.
    pub message: Cow<'r, str>,
    /// What the submitter does.
    pub remedy: &'static str,
    /// The rest: where it is, and why.
    pub fields: Fields,
}

/// Labels what was sent.
pub(super) const DATA_IN_ERROR: &str = "Data in Error";

/// Labels where it is.
pub(super) const ERROR_LOCATION: &str = "Error Location";

impl<'r> ClaimWords<'r> {
    /// Puts the words of a claim together.
    pub fn of(record: &Record<'r, '_>) -> ClaimWords<'r> {
        ClaimWords {
            claim_id: shown(record.claim.patient_control_number),
            fields: claim_fields(record),
            errors: errors_of_claim(record),
        }
    }
}

/// Returns *File Information*.
pub(super) fn file_fields(file: &FileInformation<'_, '_>) -> Fields {
    let interchange = &file.interchange;
    let types: Vec<Cow<'_, str>> = file.implementations.iter().map(|name| shown(name)).collect();
    let mut fields = Fields::default();
    fields.add("Sender ID", &[&shown(interchange.sender)]);
    fields.add("Transaction Type", &[&types.join(", ")]);
    fields.add("Receiver ID", &[&shown(interchange.receiver)]);
    fields.add("Usage Indicator", &usage(interchange).each_ref().map(AsRef::as_ref));
    fields.add("Date / Time", &[&date_and_time(interchange)]);
    fields.add("Transaction Control Number", &[&transaction_control_number(interchange)]);
    fields
}

/// Returns the number that names an interchange across partners: sender, ISA13 and receiver, without blanks between.
pub(super) fn transaction_control_number(interchange: &InterchangeFacts<'_>) -> String {
    let InterchangeFacts { sender, control_number, receiver, .. } = interchange;
    shown(&[*sender, *control_number, *receiver].concat()).into_owned()
}

/// ISA15, and what it says.
fn usage<'a>(interchange: &InterchangeFacts<'a>) -> [Cow<'a, str>; 2] {
    let words = match interchange.usage {
        Usage::Production => " (production)",
        Usage::Test => " (test)",
        Usage::Other => "",
    };
    [shown(interchange.usage_indicator), Cow::Borrowed(words)]
}

/// ISA09 and ISA10 as people write them; what is no date and no time stays as sent.
fn date_and_time(interchange: &InterchangeFacts<'_>) -> String {
    let [date, time] = [interchange.date, interchange.time].map(shown);
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(&date, 6) || !digits(&time, 4) {
        return format!("{date} / {time}");
    }
    format!("20{}-{}-{} / {}:{}", &date[..2], &date[2..4], &date[4..], &time[..2], &time[2..])
}

/// Returns *Claim Information*, in the order of the layout's two columns.
fn claim_fields(record: &Record<'_, '_>) -> Fields {
    let provider = &record.billing_provider;
    let subscriber = &record.subscriber;
    let mut fields = Fields::with_capacity(12);
    add_name("Billing Provider", provider, &mut fields);
    fields.add("Claim Number", &[&shown(record.claim.patient_control_number)]);
    add_qualified("Billing Provider Qualifier, ID", provider.qualifier, provider.id, &mut fields);
    match record.service_dates() {
        Some((first, last)) if first == last => fields.add("Service Date", &[&values::day(first)]),
        Some((first, last)) => {
            fields.add("Service Date", &[&values::day(first), " to ", &values::day(last)]);
        }
        None => fields.add("Service Date", &[]),
    }
    let secondary = "Billing Provider Secondary Qualifier, ID";
    add_qualified(secondary, provider.secondary_qualifier, provider.secondary_id, &mut fields);
    fields.add("Claim Charges", &[&charge(record)]);
    add_name("Subscriber", subscriber, &mut fields);
    let [set, implementation] = [record.transaction_set_control_number, record.implementation].map(shown);
    fields.add("Transaction Set", &[&set, " (", &implementation, ")"]);
    add_qualified("Subscriber Qualifier, ID", subscriber.qualifier, subscriber.id, &mut fields);
    fields.add("Interchange Control Number", &[&shown(record.interchange.control_number)]);
    if let Some(patient) = &record.patient {
        add_name("Patient", patient, &mut fields);
    }
    fields.add("Position in File", &["claim ", &values::number(record.claim_number)]);
    fields
}

/// `LAST, FIRST`, or the name of an organisation.
pub(super) fn name<'a>(party: &Party<'a>) -> Cow<'a, str> {
    let last_name = shown(party.last_name);
    if party.first_name.is_empty() {
        return last_name;
    }
    Cow::Owned([&last_name, ", ", &shown(party.first_name)].concat())
}

fn add_name(label: &'static str, party: &Party<'_>, fields: &mut Fields) {
    fields.add(label, &[&name(party)]);
}

fn add_qualified(label: &'static str, qualifier: &[u8], id: &[u8], fields: &mut Fields) {
    if qualifier.is_empty() && id.is_empty() {
        fields.add(label, &[]);
    } else {
        fields.add(label, &[&shown(qualifier), ", ", &shown(id)]);
    }
}

fn charge<'r>(record: &Record<'r, '_>) -> Cow<'r, str> {
    match record.claim.total_charge.and_then(|charge| charge.cents) {
        Some(cents) => Cow::Owned(claims::decimal(cents)),
        None => shown(record.charge()),
    }
}

/// Returns every *Transaction Error* of a claim.
fn errors_of_claim<'r>(record: &Record<'r, '_>) -> Vec<TransactionError<'r>> {
    let one = |(number, finding): (u64, &'r Finding<'_>)| TransactionError {
        number,
        effect: effect(record.verdict.disposition, finding.severity),
        code: finding.about.code,
        summary: finding.about.title,
        message: shown_words(&finding.message),
        remedy: record.remedy(finding),
        fields: finding_fields(record, finding),
    };
    (1..).zip(&record.verdict.findings).map(one).collect()
}

/// Says what a finding does; a held claim has errors only on the portal, where they deny their lines once it is released.
fn effect(disposition: Disposition, severity: Severity) -> &'static str {
    match (severity, disposition) {
        (Severity::Off | Severity::Warn, _) => "Warning",
        (Severity::Hold, _) => "Hold",
        (Severity::Reject, Disposition::Held) => "Line denial",
        (Severity::Reject, _) => "Error",
    }
}

/// Returns what is said of a finding beside its words: what was sent, where, and why.
pub(super) fn finding_fields(record: &Record<'_, '_>, finding: &Finding<'_>) -> Fields {
    let mut fields = Fields::with_capacity(12);
    let element = &finding.element;
    add_data_in_error(element.place, &mut fields);
    let byte = record.byte_of(finding);
    add_location(element.within, &element.name.text(), element.segment_number, byte, &mut fields);
    if let Some(line) = &finding.line {
        let [number, procedure] = [line.number, line.procedure.unwrap_or_default()].map(shown);
        let ndc = line.ndc.map(shown_at_fault);
        let procedure_label = if line.procedure.is_some() { ", procedure " } else { "" };
        let (ndc_label, ndc) = ndc.as_deref().map_or(("", ""), |ndc| (", NDC as sent ", ndc));
        fields.add("Service Line", &["line ", &number, procedure_label, &procedure, ndc_label, ndc]);
    }
    if let Some(why) = &finding.why {
        add_why(why, finding.line.as_ref().and_then(|line| line.service_date), &mut fields);
    }
    fields
}

fn add_data_in_error(place: &[u8], fields: &mut Fields) {
    if place.is_empty() {
        fields.add(DATA_IN_ERROR, &["nothing was sent"]);
    } else {
        fields.add_as_sent(DATA_IN_ERROR, &shown_at_fault(place));
    }
}

/// Adds *Error Location*.
fn add_location(loop_name: Option<&str>, element: &str, segment: u64, byte: usize, fields: &mut Fields) {
    let (within, loop_name, comma) = loop_name.map_or(("", "", ""), |name| ("loop ", name, ", "));
    let [segment, byte] = [segment, byte as u64].map(values::number);
    let place = [within, loop_name, comma, element, "; segment ", &segment, " of the file, byte ", &byte];
    fields.add(ERROR_LOCATION, &place);
}

/// Returns *Error Location* in words.
pub(super) fn location(loop_name: Option<&str>, element: &str, segment: u64, byte: usize) -> String {
    let mut fields = Fields::default();
    add_location(loop_name, element, segment, byte, &mut fields);
    fields.iter().map(|field| field.value).collect()
}

fn add_why(why: &Why<'_>, day: Option<NaiveDate>, fields: &mut Fields) {
    if let (Some(day), Some(source)) = (day, why.date_source) {
        let source = match source {
            DateSource::Line => ", from the line, DTP 472",
            DateSource::Statement => ", from the statement dates of the claim, DTP 434",
        };
        fields.add("Date Used", &[&values::day(day), source]);
    }
    if let Some(ndc) = why.ndc {
        fields.add("NDC Looked Up", &[&values::hyphenated(ndc)]);
    }
    for says in &why.lists {
        fields.add(list_label(says.list), &[&list_words(says, day)]);
    }
    if let Some(nearest) = why.nearest_valid_date {
        fields.add("Nearest Valid Date", &[&values::day(nearest)]);
    }
    if !why.other_procedures.is_empty() {
        let procedures = joined_procedures(&why.other_procedures);
        let more = why.other_procedures_total - why.other_procedures.len();
        add_offers("Valid Procedures for NDC", &procedures, more, fields);
    }
    if !why.other_ndcs.is_empty() {
        let ndcs = values::joined_ndcs(why.other_ndcs.iter().copied());
        let more = why.other_ndcs_total - why.other_ndcs.len();
        add_offers("Valid NDCs for Procedure", &ndcs, more, fields);
    }
    for candidate in &why.candidates {
        let known =
            if candidate.on_list { ", which is on a crosswalk" } else { ", which is on no crosswalk" };
        fields.add("NDC May Stand For", &[&values::hyphenated(candidate.ndc), known]);
    }
}

/// Says how many `more` there are than are `shown`: `00641-0367-25, 00641-0367-26, and 3 more`.
fn add_offers(label: &'static str, shown: &str, more: usize, fields: &mut Fields) {
    if more == 0 {
        fields.add(label, &[shown]);
    } else {
        fields.add(label, &[shown, ", and ", &values::number(more as u64), " more"]);
    }
}

/// Returns the name of a list as a label.
pub(super) fn list_label(list: List) -> &'static str {
    match list {
        List::Pdac => "PDAC Crosswalk",
        List::Asp => "CMS ASP Crosswalk",
        List::Local => "Local List",
    }
}

/// Says what a list says of the pair on `day`: `release 2025-10-05: the pair ended on 2025-08-31 (row 6)`.
pub(super) fn list_words(says: &ListSays<'_>, day: Option<NaiveDate>) -> String {
    let mut words = String::with_capacity(80);
    if let (List::Pdac | List::Asp, Some(release)) = (says.list, says.release) {
        words.extend(["release ", release, ": "]);
    }
    match (says.says, says.relation) {
        (Says::OtherProcedure, _) => words.push_str("the NDC is listed with other procedures only"),
        (Says::NotCovered, _) => words.push_str("no release covers the date"),
        (Says::UnknownNdc, _) | (_, None) => words.push_str("the NDC is not listed"),
        (says, Some(relation)) => {
            let Effective { from, through } = relation.effective;
            let (what, date) = match says {
                Says::Ended => ("the pair ended on ", Some(through)),
                Says::Between if day.is_some_and(|day| through < day) => {
                    ("the pair ended on ", Some(through))
                }
                Says::NotYet => ("the pair begins on ", Some(from)),
                Says::Between => ("the pair begins again on ", Some(from)),
                _ => ("the pair is in force", None),
            };
            words.push_str(what);
            if let Some(date) = date {
                words.push_str(&values::day(date));
            }
            words.extend([" (row ", &values::number(relation.row.into()), ")"]);
        }
    }
    words
}

/// Joins procedures as a table does: `J1100, J7030`.
pub(super) fn joined_procedures(procedures: &[Hcpcs]) -> String {
    let procedures: Vec<&str> = procedures.iter().map(Hcpcs::as_str).collect();
    procedures.join(", ")
}

/// Returns what a unit is called.
pub(super) fn unit_name(level: Level) -> &'static str {
    match level {
        Level::File => "File",
        Level::Interchange => "Interchange",
        Level::Group => "Functional group",
        Level::Set | Level::Segment => "Transaction set",
    }
}

/// Returns what is known of a refused unit.
pub(super) fn unit_fields(unit: &RefusedUnit<'_, '_>) -> Fields {
    let interchange = &unit.interchange;
    let mut fields = Fields::default();
    fields.add("Sender ID", &[&shown(interchange.sender)]);
    fields.add("Receiver ID", &[&shown(interchange.receiver)]);
    fields.add("Interchange Control Number", &[&shown(interchange.control_number)]);
    fields.add("Usage Indicator", &usage(interchange).each_ref().map(AsRef::as_ref));
    fields
}

/// Returns every reason why a unit is refused.
pub(super) fn errors_of_unit<'a>(unit: &RefusedUnit<'_, 'a>) -> Vec<TransactionError<'a>> {
    let one = |(number, fault): (u64, &Fault<'a>)| {
        let about = about_fault(fault.kind);
        let byte = offset_in(unit.file, fault.place);
        let element = element_of_fault(fault);
        let mut fields = Fields::default();
        add_data_in_error(fault.place, &mut fields);
        add_location(element.within, &element.name.text(), fault.segment_number, byte, &mut fields);
        TransactionError {
            number,
            effect: "Error",
            code: about.code,
            summary: about.title,
            message: Cow::Owned(shown_text(&message_of_fault(fault))),
            remedy: about.remedy,
            fields,
        }
    };
    (1..).zip(unit.faults).map(one).collect()
}
