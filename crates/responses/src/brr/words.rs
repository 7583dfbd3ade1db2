//! What the report says of a claim, an error or a unit, as labels and values; the readable forms only lay it out.

use chrono::NaiveDate;
use claims::{DateSource, Fault, Level, Party, Usage};
use crosswalk::{Effective, List};
use edits::{Disposition, Finding, ListSays, Says, Severity, Why, about_fault, message_of_fault};
use x12::offset_in;

use super::characters::{shown, shown_at_fault, shown_text};
use super::{FileInformation, RefusedUnit};
use crate::record::{InterchangeFacts, Record};

/// A label and what stands beside it.
pub(super) struct Field {
    /// In the words of the report's layout.
    pub label: &'static str,
    /// Never empty.
    pub value: String,
    /// Whether the value is an element as sent.
    pub as_sent: bool,
}

/// One *Transaction Error* of a claim or a unit.
pub(super) struct TransactionError {
    /// Position among the errors of the claim, from 1.
    pub number: usize,
    /// What follows from it.
    pub effect: &'static str,
    /// *Error ID*.
    pub code: &'static str,
    /// *Error Summary*.
    pub summary: &'static str,
    /// *Error Message*.
    pub message: String,
    /// What the submitter does.
    pub remedy: &'static str,
    /// The rest: where it is, and why.
    pub fields: Vec<Field>,
}

/// Stands beside a label where nothing was sent.
const NOT_AVAILABLE: &str = "n/a";

fn field(label: &'static str, value: String) -> Field {
    let value = if value.is_empty() { NOT_AVAILABLE.to_owned() } else { value };
    Field { label, value, as_sent: false }
}

/// Returns *File Information*.
pub(super) fn file_fields(file: &FileInformation<'_, '_>) -> Vec<Field> {
    let interchange = &file.interchange;
    let types: Vec<String> = file.implementations.iter().map(|name| shown(name)).collect();
    vec![
        field("Sender ID", shown(interchange.sender)),
        field("Transaction Type", types.join(", ")),
        field("Receiver ID", shown(interchange.receiver)),
        field("Usage Indicator", usage(interchange)),
        field("Date / Time", date_and_time(interchange)),
        field("Transaction Control Number", transaction_control_number(interchange)),
    ]
}

/// Returns the number that names an interchange across partners: sender, ISA13 and receiver, without blanks between.
pub(super) fn transaction_control_number(interchange: &InterchangeFacts<'_>) -> String {
    let InterchangeFacts { sender, control_number, receiver, .. } = interchange;
    shown(&[*sender, *control_number, *receiver].concat())
}

fn usage(interchange: &InterchangeFacts<'_>) -> String {
    let sent = shown(interchange.usage_indicator);
    match interchange.usage {
        Usage::Production => format!("{sent} (production)"),
        Usage::Test => format!("{sent} (test)"),
        Usage::Other => sent,
    }
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
pub(super) fn claim_fields(record: &Record<'_, '_>) -> Vec<Field> {
    let provider = &record.billing_provider;
    let subscriber = &record.subscriber;
    let set = &shown(record.transaction_set_control_number);
    let mut fields = vec![
        field("Billing Provider", name(provider)),
        field("Claim Number", shown(record.claim.patient_control_number)),
        field("Billing Provider Qualifier, ID", qualified(provider.qualifier, provider.id)),
        field("Service Date", service_dates(record)),
        field(
            "Billing Provider Secondary Qualifier, ID",
            qualified(provider.secondary_qualifier, provider.secondary_id),
        ),
        field("Claim Charges", charge(record)),
        field("Subscriber", name(subscriber)),
        field("Transaction Set", format!("{set} ({})", shown(record.implementation))),
        field("Subscriber Qualifier, ID", qualified(subscriber.qualifier, subscriber.id)),
        field("Interchange Control Number", shown(record.interchange.control_number)),
    ];
    if let Some(patient) = &record.patient {
        fields.push(field("Patient", name(patient)));
    }
    fields.push(field("Position in File", format!("claim {}", record.claim_number)));
    fields
}

/// `LAST, FIRST`, or the name of an organisation.
pub(super) fn name(party: &Party<'_>) -> String {
    let mut name = shown(party.last_name);
    if !party.first_name.is_empty() {
        name.push_str(", ");
        name.push_str(&shown(party.first_name));
    }
    name
}

fn qualified(qualifier: &[u8], id: &[u8]) -> String {
    if qualifier.is_empty() && id.is_empty() {
        return String::new();
    }
    format!("{}, {}", shown(qualifier), shown(id))
}

fn service_dates(record: &Record<'_, '_>) -> String {
    match record.service_dates() {
        Some((first, last)) if first == last => first.to_string(),
        Some((first, last)) => format!("{first} to {last}"),
        None => String::new(),
    }
}

fn charge(record: &Record<'_, '_>) -> String {
    match record.claim.total_charge.and_then(|charge| charge.cents) {
        Some(cents) => claims::decimal(cents),
        None => shown(record.charge()),
    }
}

/// Returns every *Transaction Error* of a claim.
pub(super) fn errors_of_claim(record: &Record<'_, '_>) -> Vec<TransactionError> {
    let one = |(number, finding): (usize, &Finding<'_>)| TransactionError {
        number,
        effect: effect(record.verdict.disposition, finding.severity),
        code: finding.about.code,
        summary: finding.about.title,
        message: shown_text(&finding.message),
        remedy: finding.about.remedy,
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
pub(super) fn finding_fields(record: &Record<'_, '_>, finding: &Finding<'_>) -> Vec<Field> {
    let mut fields = vec![data_in_error(finding.element.place)];
    let loop_name = finding.element.within.map(claims::Loop::as_str);
    fields.push(location(
        loop_name,
        finding.element.name,
        finding.element.segment_number,
        record.byte_of(finding),
    ));
    if let Some(line) = &finding.line {
        let mut words = format!("line {}", shown(line.number));
        if let Some(procedure) = line.procedure {
            words.push_str(", procedure ");
            words.push_str(&shown(procedure));
        }
        if let Some(ndc) = line.ndc {
            words.push_str(", NDC as sent ");
            words.push_str(&shown_at_fault(ndc));
        }
        fields.push(field("Service Line", words));
    }
    if let Some(why) = &finding.why {
        why_fields(why, finding.line.as_ref().and_then(|line| line.service_date), &mut fields);
    }
    fields
}

fn data_in_error(place: &[u8]) -> Field {
    if place.is_empty() {
        return field("Data in Error", "nothing was sent".to_owned());
    }
    Field { label: "Data in Error", value: shown_at_fault(place), as_sent: true }
}

/// Returns *Error Location*.
pub(super) fn location(loop_name: Option<&str>, element: &str, segment: u64, byte: usize) -> Field {
    let within = loop_name.map_or_else(String::new, |name| format!("loop {name}, "));
    field("Error Location", format!("{within}{element}; segment {segment} of the file, byte {byte}"))
}

fn why_fields(why: &Why<'_>, day: Option<NaiveDate>, fields: &mut Vec<Field>) {
    if let (Some(day), Some(source)) = (day, why.date_source) {
        let source = match source {
            DateSource::Line => "the line, DTP 472",
            DateSource::Statement => "the statement dates of the claim, DTP 434",
        };
        fields.push(field("Date Used", format!("{day}, from {source}")));
    }
    if let Some(ndc) = why.ndc {
        fields.push(field("NDC Looked Up", ndc.to_string()));
    }
    for says in &why.lists {
        fields.push(field(list_label(says.list), list_words(says, day)));
    }
    if let Some(nearest) = why.nearest_valid_date {
        fields.push(field("Nearest Valid Date", nearest.to_string()));
    }
    if !why.other_procedures.is_empty() {
        fields.push(field("Valid Procedures for NDC", joined(&why.other_procedures)));
    }
    if !why.other_ndcs.is_empty() {
        fields.push(field("Valid NDCs for Procedure", joined(&why.other_ndcs)));
    }
    for candidate in &why.candidates {
        let known = if candidate.on_list { "is on a crosswalk" } else { "is on no crosswalk" };
        fields.push(field("NDC May Stand For", format!("{}, which {known}", candidate.ndc)));
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

/// Says what a list says of the pair on `day`: `2025-10-05: the pair ended on 2025-08-31 (row 6)`.
pub(super) fn list_words(says: &ListSays<'_>, day: Option<NaiveDate>) -> String {
    let answer = match (says.says, says.relation) {
        (Says::OtherProcedure, _) => "the NDC is listed with other procedures only".to_owned(),
        (Says::NotCovered, _) => "no release covers the date".to_owned(),
        (Says::UnknownNdc, _) | (_, None) => "the NDC is not listed".to_owned(),
        (says, Some(relation)) => {
            let Effective { from, through } = relation.effective;
            let words = match says {
                Says::Ended => format!("the pair ended on {through}"),
                Says::Between if day.is_some_and(|day| through < day) => {
                    format!("the pair ended on {through}")
                }
                Says::NotYet => format!("the pair begins on {from}"),
                Says::Between => format!("the pair begins again on {from}"),
                _ => "the pair is in force".to_owned(),
            };
            format!("{words} (row {})", relation.row)
        }
    };
    match (says.list, says.release) {
        (List::Local, _) | (_, None) => answer,
        (_, Some(release)) => format!("release {release}: {answer}"),
    }
}

/// Joins codes as a table does: `J1100, J7030`.
pub(super) fn joined<T: ToString>(items: &[T]) -> String {
    let items: Vec<String> = items.iter().map(T::to_string).collect();
    items.join(", ")
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
pub(super) fn unit_fields(unit: &RefusedUnit<'_, '_>) -> Vec<Field> {
    let interchange = &unit.interchange;
    vec![
        field("Sender ID", shown(interchange.sender)),
        field("Receiver ID", shown(interchange.receiver)),
        field("Interchange Control Number", shown(interchange.control_number)),
        field("Usage Indicator", usage(interchange)),
    ]
}

/// Returns every reason why a unit is refused.
pub(super) fn errors_of_unit(unit: &RefusedUnit<'_, '_>) -> Vec<TransactionError> {
    let one = |(number, fault): (usize, &Fault<'_>)| {
        let about = about_fault(fault.kind);
        let byte = offset_in(unit.file, fault.place);
        TransactionError {
            number,
            effect: "Error",
            code: about.code,
            summary: about.title,
            message: shown_text(&message_of_fault(fault)),
            remedy: about.remedy,
            fields: vec![
                data_in_error(fault.place),
                location(None, about.element, fault.segment_number, byte),
            ],
        }
    };
    (1..).zip(unit.faults).map(one).collect()
}
