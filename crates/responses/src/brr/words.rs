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
use super::{FileInformation, RefusedUnit};
use crate::record::{InterchangeFacts, Record};
use crate::values;

/// A label and what stands beside it.
pub(super) struct Field<'r> {
    /// In the words of the report's layout.
    pub label: &'static str,
    /// Never empty.
    pub value: Cow<'r, str>,
    /// Whether the value is an element as sent.
    pub as_sent: bool,
}

/// What the readable forms show of a claim; put together once, and laid out by each of them.
pub struct ClaimWords<'r> {
    /// CLM01.
    pub(super) claim_id: Cow<'r, str>,
    /// *Claim Information*.
    pub(super) fields: Vec<Field<'r>>,
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
    pub fields: Vec<Field<'r>>,
}

/// Stands beside a label where nothing was sent.
const NOT_AVAILABLE: &str = "n/a";

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

fn field<'r>(label: &'static str, value: impl Into<Cow<'r, str>>) -> Field<'r> {
    let value = value.into();
    let value = if value.is_empty() { Cow::Borrowed(NOT_AVAILABLE) } else { value };
    Field { label, value, as_sent: false }
}

/// Returns *File Information*.
pub(super) fn file_fields<'a>(file: &FileInformation<'_, 'a>) -> Vec<Field<'a>> {
    let interchange = &file.interchange;
    let types: Vec<Cow<'_, str>> = file.implementations.iter().map(|name| shown(name)).collect();
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
    shown(&[*sender, *control_number, *receiver].concat()).into_owned()
}

fn usage<'a>(interchange: &InterchangeFacts<'a>) -> Cow<'a, str> {
    let sent = shown(interchange.usage_indicator);
    match interchange.usage {
        Usage::Production => sent + " (production)",
        Usage::Test => sent + " (test)",
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
fn claim_fields<'r>(record: &Record<'r, '_>) -> Vec<Field<'r>> {
    let provider = &record.billing_provider;
    let subscriber = &record.subscriber;
    let set = shown(record.transaction_set_control_number);
    let mut fields = Vec::with_capacity(12);
    fields.extend([
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
        field("Transaction Set", [&set, " (", &shown(record.implementation), ")"].concat()),
        field("Subscriber Qualifier, ID", qualified(subscriber.qualifier, subscriber.id)),
        field("Interchange Control Number", shown(record.interchange.control_number)),
    ]);
    if let Some(patient) = &record.patient {
        fields.push(field("Patient", name(patient)));
    }
    fields.push(field("Position in File", ["claim ", &values::number(record.claim_number)].concat()));
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

fn qualified<'a>(qualifier: &'a [u8], id: &'a [u8]) -> Cow<'a, str> {
    if qualifier.is_empty() && id.is_empty() {
        return Cow::Borrowed("");
    }
    Cow::Owned([&shown(qualifier), ", ", &shown(id)].concat())
}

fn service_dates(record: &Record<'_, '_>) -> String {
    match record.service_dates() {
        Some((first, last)) if first == last => values::day(first),
        Some((first, last)) => [&values::day(first), " to ", &values::day(last)].concat(),
        None => String::new(),
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
pub(super) fn finding_fields<'r>(record: &Record<'_, 'r>, finding: &Finding<'r>) -> Vec<Field<'r>> {
    let mut fields = Vec::with_capacity(10);
    fields.push(data_in_error(finding.element.place));
    let loop_name = finding.element.within;
    fields.push(location(
        loop_name,
        &finding.element.name.text(),
        finding.element.segment_number,
        record.byte_of(finding),
    ));
    if let Some(line) = &finding.line {
        let mut words = String::with_capacity(80);
        words.push_str("line ");
        words.push_str(&shown(line.number));
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

fn data_in_error(place: &[u8]) -> Field<'_> {
    if place.is_empty() {
        return field("Data in Error", "nothing was sent");
    }
    Field { label: "Data in Error", value: shown_at_fault(place), as_sent: true }
}

/// Returns *Error Location*.
pub(super) fn location(loop_name: Option<&str>, element: &str, segment: u64, byte: usize) -> Field<'static> {
    let (within, loop_name, comma) = loop_name.map_or(("", "", ""), |name| ("loop ", name, ", "));
    let [segment, byte] = [segment, byte as u64].map(values::number);
    let place = [within, loop_name, comma, element, "; segment ", &segment, " of the file, byte ", &byte];
    field("Error Location", place.concat())
}

fn why_fields(why: &Why<'_>, day: Option<NaiveDate>, fields: &mut Vec<Field<'_>>) {
    if let (Some(day), Some(source)) = (day, why.date_source) {
        let source = match source {
            DateSource::Line => ", from the line, DTP 472",
            DateSource::Statement => ", from the statement dates of the claim, DTP 434",
        };
        fields.push(field("Date Used", values::day(day) + source));
    }
    if let Some(ndc) = why.ndc {
        fields.push(field("NDC Looked Up", values::hyphenated(ndc)));
    }
    for says in &why.lists {
        fields.push(field(list_label(says.list), list_words(says, day)));
    }
    if let Some(nearest) = why.nearest_valid_date {
        fields.push(field("Nearest Valid Date", values::day(nearest)));
    }
    if !why.other_procedures.is_empty() {
        fields.push(field(
            "Valid Procedures for NDC",
            offers(
                joined_procedures(&why.other_procedures),
                why.other_procedures.len(),
                why.other_procedures_total,
            ),
        ));
    }
    if !why.other_ndcs.is_empty() {
        fields.push(field(
            "Valid NDCs for Procedure",
            offers(
                values::joined_ndcs(why.other_ndcs.iter().copied()),
                why.other_ndcs.len(),
                why.other_ndcs_total,
            ),
        ));
    }
    for candidate in &why.candidates {
        let known =
            if candidate.on_list { ", which is on a crosswalk" } else { ", which is on no crosswalk" };
        fields.push(field("NDC May Stand For", values::hyphenated(candidate.ndc) + known));
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
pub(super) fn list_words(says: &ListSays<'_>, day: Option<NaiveDate>) -> Cow<'static, str> {
    let answer = match (says.says, says.relation) {
        (Says::OtherProcedure, _) => Cow::Borrowed("the NDC is listed with other procedures only"),
        (Says::NotCovered, _) => Cow::Borrowed("no release covers the date"),
        (Says::UnknownNdc, _) | (_, None) => Cow::Borrowed("the NDC is not listed"),
        (says, Some(relation)) => {
            let Effective { from, through } = relation.effective;
            let (words, date) = match says {
                Says::Ended => ("the pair ended on ", values::day(through)),
                Says::Between if day.is_some_and(|day| through < day) => {
                    ("the pair ended on ", values::day(through))
                }
                Says::NotYet => ("the pair begins on ", values::day(from)),
                Says::Between => ("the pair begins again on ", values::day(from)),
                _ => ("the pair is in force", String::new()),
            };
            Cow::Owned([words, &date, " (row ", &values::number(relation.row.into()), ")"].concat())
        }
    };
    match (says.list, says.release) {
        (List::Local, _) | (_, None) => answer,
        (_, Some(release)) => Cow::Owned(["release ", release, ": ", &answer].concat()),
    }
}

/// Joins procedures as a table does: `J1100, J7030`.
pub(super) fn joined_procedures(procedures: &[Hcpcs]) -> String {
    let procedures: Vec<&str> = procedures.iter().map(Hcpcs::as_str).collect();
    procedures.join(", ")
}

/// Says how many more there are than are `shown`: `00641-0367-25, 00641-0367-26, and 3 more`.
fn offers(shown: String, count: usize, total: usize) -> String {
    if count < total {
        let more = values::number((total - count) as u64);
        [&shown, ", and ", &more, " more"].concat()
    } else {
        shown
    }
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
pub(super) fn unit_fields<'a>(unit: &RefusedUnit<'_, 'a>) -> Vec<Field<'a>> {
    let interchange = &unit.interchange;
    vec![
        field("Sender ID", shown(interchange.sender)),
        field("Receiver ID", shown(interchange.receiver)),
        field("Interchange Control Number", shown(interchange.control_number)),
        field("Usage Indicator", usage(interchange)),
    ]
}

/// Returns every reason why a unit is refused.
pub(super) fn errors_of_unit<'a>(unit: &RefusedUnit<'_, 'a>) -> Vec<TransactionError<'a>> {
    let one = |(number, fault): (u64, &Fault<'a>)| {
        let about = about_fault(fault.kind);
        let byte = offset_in(unit.file, fault.place);
        let element = element_of_fault(fault);
        TransactionError {
            number,
            effect: "Error",
            code: about.code,
            summary: about.title,
            message: Cow::Owned(shown_text(&message_of_fault(fault))),
            remedy: about.remedy,
            fields: vec![
                data_in_error(fault.place),
                location(element.within, &element.name.text(), fault.segment_number, byte),
            ],
        }
    };
    (1..).zip(unit.faults).map(one).collect()
}
