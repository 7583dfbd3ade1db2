//! What the report says, in the words of its readable forms.
//!
//! `brr.json` says in codes what follows from its fields; titles, messages and remedies it has in words.
//! A test of the program holds these words against those of `brr.txt`, so that there is one way to say a thing.

use std::borrow::Cow;

use crate::report::{Claim, Dispositions, File, Finding, ListSays, Party, Release, Section, Unit, Why};
use crate::shown::{shown, shown_at_fault};

/// A label and what stands beside it.
pub(crate) struct Field<'r> {
    pub label: &'static str,
    /// Never empty.
    pub value: Cow<'r, str>,
    /// Whether the value is an element as sent.
    pub as_sent: bool,
}

/// Stands beside a label where nothing was sent.
const NOT_AVAILABLE: &str = "n/a";

fn field<'r>(label: &'static str, value: impl Into<Cow<'r, str>>) -> Field<'r> {
    let value = value.into();
    let value = if value.is_empty() { Cow::Borrowed(NOT_AVAILABLE) } else { value };
    Field { label, value, as_sent: false }
}

/// Usages by the name of their field, in the order of the report.
pub(crate) const USAGES: [(&str, &str); 3] =
    [("production", "Production"), ("test", "Test"), ("other", "Neither production nor test")];

impl<T> Dispositions<T> {
    /// Returns each disposition with its title, in the order of the report.
    pub(crate) fn rows(&self) -> [(&'static str, &T); 5] {
        [
            ("Accepted", &self.accepted),
            ("Rejected", &self.rejected),
            ("Held", &self.held),
            ("Refused", &self.refused),
            ("Received", &self.received),
        ]
    }
}

/// Returns the heading of a section.
pub(crate) fn section_title(section: Section) -> &'static str {
    match section {
        Section::Rejected => "Rejected",
        Section::Held => "Held: do not resend",
        Section::Refused => "Refused",
    }
}

/// Returns a disposition as a heading has it.
pub(crate) fn disposition_title(disposition: &str) -> &str {
    match disposition {
        "accepted" => "Accepted",
        "rejected" => "Rejected",
        "held" => "Held",
        "refused" => "Refused",
        other => other,
    }
}

/// Returns how the claims came in.
pub(crate) fn channel(channel: &str) -> &str {
    if channel == "batch" { "EDI batch" } else { channel }
}

/// Returns the name of a list as a label.
pub(crate) fn list_label(list: &str) -> &'static str {
    match list {
        "pdac" => "PDAC Crosswalk",
        "asp" => "CMS ASP Crosswalk",
        _ => "Local List",
    }
}

impl Release {
    /// Returns its name; the local list has none.
    pub(crate) fn name(&self) -> &str {
        if self.list == "local" { "–" } else { &self.release }
    }

    /// Says which days it covers.
    pub(crate) fn covers(&self) -> String {
        match (&self.covers_from, &self.covers_through) {
            (_, None) => "counts for single pairs only".to_owned(),
            (None, Some(through)) => format!("through {through}"),
            (Some(from), Some(through)) => format!("{from} to {through}"),
        }
    }
}

impl File {
    /// Returns ISA09 and ISA10 as people write them; what is no date and no time stays as sent.
    pub(crate) fn date_and_time(&self) -> String {
        let (date, time) = (&self.date, &self.time);
        let digits =
            |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(date, 6) || !digits(time, 4) {
            return format!("{} / {}", shown(date), shown(time));
        }
        format!("20{}-{}-{} / {}:{}", &date[..2], &date[2..4], &date[4..], &time[..2], &time[2..])
    }
}

/// Returns ISA15 with what it means.
pub(crate) fn usage(indicator: &str) -> String {
    let meaning = match indicator {
        "P" => " (production)",
        "T" => " (test)",
        _ => "",
    };
    shown(indicator).into_owned() + meaning
}

impl Party {
    /// `LAST, FIRST`, or the name of an organisation.
    pub(crate) fn name(&self) -> Cow<'_, str> {
        if self.first_name.is_empty() {
            return shown(&self.last_name);
        }
        Cow::Owned([&shown(&self.last_name), ", ", &shown(&self.first_name)].concat())
    }
}

fn qualified<'r>(qualifier: &'r str, id: &'r str) -> Cow<'r, str> {
    if qualifier.is_empty() && id.is_empty() {
        return Cow::Borrowed("");
    }
    Cow::Owned([&shown(qualifier), ", ", &shown(id)].concat())
}

impl Claim {
    /// Returns *Claim Information*, in the order of the layout's two columns.
    pub(crate) fn fields(&self) -> Vec<Field<'_>> {
        let Claim { billing_provider: provider, subscriber, .. } = self;
        let set = [&shown(&self.transaction_set_control_number), " (", &shown(&self.implementation), ")"];
        let mut fields = vec![
            field("Billing Provider", provider.name()),
            field("Claim Number", shown(&self.claim_id)),
            field("Billing Provider Qualifier, ID", qualified(&provider.qualifier, &provider.id)),
            field("Service Date", self.service_dates()),
            field(
                "Billing Provider Secondary Qualifier, ID",
                qualified(&provider.secondary_qualifier, &provider.secondary_id),
            ),
            field("Claim Charges", self.charges()),
            field("Subscriber", subscriber.name()),
            field("Transaction Set", set.concat()),
            field("Subscriber Qualifier, ID", qualified(&subscriber.qualifier, &subscriber.id)),
            field("Interchange Control Number", shown(&self.interchange_control_number)),
        ];
        if let Some(patient) = &self.patient {
            fields.push(field("Patient", patient.name()));
        }
        fields.push(field("Position in File", format!("claim {}", self.claim_number)));
        fields
    }

    fn service_dates(&self) -> Cow<'_, str> {
        match (&self.service_from, &self.service_through) {
            (Some(first), Some(last)) if first != last => Cow::Owned(format!("{first} to {last}")),
            (Some(day), _) => Cow::Borrowed(day),
            (None, _) => Cow::Borrowed(""),
        }
    }

    fn charges(&self) -> Cow<'_, str> {
        match cents_of(&self.charge) {
            Some(cents) => Cow::Owned(decimal(cents)),
            None => shown(&self.charge),
        }
    }
}

impl Unit {
    /// Says which unit it is: `Transaction set 0002`.
    pub(crate) fn name(&self) -> String {
        let level = match self.kind.as_str() {
            "interchange" => "Interchange",
            "group" => "Functional group",
            "set" => "Transaction set",
            _ => "File",
        };
        format!("{level} {}", shown(&self.control_number))
    }

    /// Returns what is known of it.
    pub(crate) fn fields(&self) -> Vec<Field<'_>> {
        vec![
            field("Sender ID", shown(&self.sender_id)),
            field("Receiver ID", shown(&self.receiver_id)),
            field("Interchange Control Number", shown(&self.interchange_control_number)),
            field("Usage Indicator", usage(&self.usage_indicator)),
        ]
    }
}

impl Finding {
    /// Says what it does; a held claim has errors only on the portal, where they deny their lines once it is released.
    pub(crate) fn effect(&self, section: Section) -> &'static str {
        match (self.severity.as_deref(), section) {
            (Some("warn"), _) => "Warning",
            (Some("hold"), _) => "Hold",
            (_, Section::Held) => "Line denial",
            _ => "Error",
        }
    }

    /// Returns what was sent, where it stands, and why it is wrong.
    pub(crate) fn fields(&self) -> Vec<Field<'_>> {
        let data_in_error = match &self.data_in_error {
            Some(sent) => Field { label: "Data in Error", value: shown_at_fault(sent), as_sent: true },
            None => field("Data in Error", "nothing was sent"),
        };
        let mut fields = vec![data_in_error, field("Error Location", self.location())];
        if let Some(line) = &self.line_number {
            let mut words = format!("line {}", shown(line));
            if let Some(procedure) = &self.procedure {
                words += &format!(", procedure {}", shown(procedure));
            }
            if let Some(ndc) = &self.ndc {
                words += &format!(", NDC as sent {}", shown_at_fault(ndc));
            }
            fields.push(field("Service Line", words));
        }
        if let Some(why) = &self.why {
            self.why_fields(why, &mut fields);
        }
        fields
    }

    fn location(&self) -> String {
        let within = self.within.as_ref().map_or_else(String::new, |within| format!("loop {within}, "));
        format!("{within}{}; segment {} of the file, byte {}", self.element, self.segment, self.byte)
    }

    fn why_fields<'r>(&'r self, why: &'r Why, fields: &mut Vec<Field<'r>>) {
        let day = self.service_date.as_deref();
        if let (Some(day), Some(source)) = (day, why.date_source.as_deref()) {
            let source = match source {
                "line" => "from the line, DTP 472",
                _ => "from the statement dates of the claim, DTP 434",
            };
            fields.push(field("Date Used", format!("{day}, {source}")));
        }
        if let Some(ndc) = &why.ndc {
            fields.push(field("NDC Looked Up", hyphenated(ndc)));
        }
        for says in &why.lists {
            fields.push(field(list_label(&says.list), says.words(day)));
        }
        if let Some(nearest) = &why.nearest_valid_date {
            fields.push(field("Nearest Valid Date", nearest.as_str()));
        }
        if !why.other_procedures.is_empty() {
            fields.push(field("Valid Procedures for NDC", why.procedures_words()));
        }
        if !why.other_ndcs.is_empty() {
            fields.push(field("Valid NDCs for Procedure", why.ndcs_words()));
        }
        for candidate in &why.candidates {
            fields.push(field("NDC May Stand For", candidate.words()));
        }
    }
}

impl Why {
    /// Names procedures that are right with the NDC, and says how many more there are.
    pub(crate) fn procedures_words(&self) -> String {
        self.other_procedures.join(", ") + &more(self.other_procedures.len(), self.other_procedures_total)
    }

    /// Does the same for NDCs that are right with the procedure.
    pub(crate) fn ndcs_words(&self) -> String {
        hyphenated_list(&self.other_ndcs) + &more(self.other_ndcs.len(), self.other_ndcs_total)
    }
}

fn more(count: usize, total: usize) -> String {
    if count < total { format!(", and {} more", total - count) } else { String::new() }
}

impl crate::report::Candidate {
    /// Says which NDC it is, and whether any list has it.
    pub(crate) fn words(&self) -> String {
        let known = if self.on_list { "which is on a crosswalk" } else { "which is on no crosswalk" };
        format!("{}, {known}", hyphenated(&self.ndc))
    }
}

impl ListSays {
    /// Says what the list says of the pair on `day`: `release 2025-10-05: the pair ended on 2025-08-31 (row 6)`.
    pub(crate) fn words(&self, day: Option<&str>) -> String {
        let row = self.row.map_or_else(String::new, |row| format!(" (row {row})"));
        let [from, through] = [&self.from, &self.through].map(|day| day.as_deref().unwrap_or_default());
        // Days in figures, year first, compare like dates.
        let is_over = !through.is_empty() && day.is_some_and(|day| through < day);
        let answer = match self.says.as_str() {
            "other_procedure" => "the NDC is listed with other procedures only".to_owned(),
            "not_covered" => "no release covers the date".to_owned(),
            "ended" => format!("the pair ended on {through}{row}"),
            "between" if is_over => format!("the pair ended on {through}{row}"),
            "between" => format!("the pair begins again on {from}{row}"),
            "not_yet" => format!("the pair begins on {from}{row}"),
            "in_force" => format!("the pair is in force{row}"),
            _ => "the NDC is not listed".to_owned(),
        };
        match &self.release {
            Some(release) if self.list != "local" => format!("release {release}: {answer}"),
            _ => answer,
        }
    }
}

/// Returns eleven digits in 5-4-2.
pub(crate) fn hyphenated(ndc: &str) -> String {
    match (ndc.get(..5), ndc.get(5..9), ndc.get(9..)) {
        (Some(labeler), Some(product), Some(package)) => format!("{labeler}-{product}-{package}"),
        _ => ndc.to_owned(),
    }
}

/// Joins NDCs as a table does.
pub(crate) fn hyphenated_list(ndcs: &[String]) -> String {
    let ndcs: Vec<String> = ndcs.iter().map(|ndc| hyphenated(ndc)).collect();
    ndcs.join(", ")
}

/// Returns the value of an amount in cents; `None` for what is not a number of type R with at most two decimals that count.
pub(crate) fn cents_of(amount: &str) -> Option<i64> {
    let (negative, number) = match amount.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, amount),
    };
    let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if number.is_empty() || decimals.is_empty() || !is_digits(whole) || !is_digits(decimals) {
        return None;
    }
    let significant = decimals.trim_end_matches('0');
    if 2 < significant.len() {
        return None;
    }
    let digits = format!("{whole}{significant:0<2}");
    let cents: i64 = digits.parse().ok()?;
    Some(if negative { -cents } else { cents })
}

/// Writes `cents` as a decimal with two places.
fn decimal(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let value = cents.unsigned_abs();
    format!("{sign}{}.{:02}", value / 100, value % 100)
}

/// Puts commas between the thousands of a number, with or without decimals: `1,234.50`.
pub(crate) fn grouped(number: &str) -> String {
    let whole = number.find('.').unwrap_or(number.len());
    let mut text = String::with_capacity(number.len() + number.len() / 3);
    for (place, letter) in number.char_indices() {
        let follows_digit = number[..place].ends_with(|before: char| before.is_ascii_digit());
        if place < whole && follows_digit && (whole - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(letter);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_x12_writes_them() {
        for (text, cents) in [
            ("100", 10_000),
            ("12.5", 1_250),
            ("12.500", 1_250),
            (".07", 7),
            ("-3.1", -310),
            ("0", 0),
            ("1.", 100),
        ] {
            let expected = if text.ends_with('.') { None } else { Some(cents) };
            assert_eq!(cents_of(text), expected, "{text}");
        }
        for text in ["", "-", ".", "1.005", "1,5", "+1", "1e3", "--1", "99999999999999999999"] {
            assert_eq!(cents_of(text), None, "{text}");
        }
        assert_eq!(decimal(-5), "-0.05");
    }

    #[test]
    fn thousands_are_grouped() {
        for (number, text) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1,000"),
            ("1234567", "1,234,567"),
            ("-123456.75", "-123,456.75"),
            ("-1234567.05", "-1,234,567.05"),
        ] {
            assert_eq!(grouped(number), text);
        }
    }

    #[test]
    fn lists_answer_in_the_words_of_the_report() {
        let says = |says: &str, from: Option<&str>, through: Option<&str>| ListSays {
            list: "pdac".to_owned(),
            release: Some("2025-10-05".to_owned()),
            says: says.to_owned(),
            row: Some(6),
            from: from.map(str::to_owned),
            through: through.map(str::to_owned),
        };
        let between = says("between", Some("2025-01-01"), Some("2025-08-31"));
        let words = between.words(Some("2025-10-03"));
        assert_eq!(words, "release 2025-10-05: the pair ended on 2025-08-31 (row 6)");
        let between = says("between", Some("2025-11-01"), None);
        assert_eq!(
            between.words(Some("2025-10-03")),
            "release 2025-10-05: the pair begins again on 2025-11-01 (row 6)"
        );
    }
}
