//! `brr.txt`: the report for a terminal or a mail, 96 columns wide.

use super::characters::shown;
use super::fields::Fields;
use super::overview::{Overview, grouped, guidance};
use super::words::{TransactionError, errors_of_unit, file_fields, unit_fields, unit_name};
use super::{ClaimWords, Closing, FileInformation, Form, Passage, RefusedUnit, Section};
use crate::record::Record;
use crate::values;

/// The report as plain text.
pub(super) struct Text;

/// Columns of a page; no line is longer.
const WIDTH: usize = 96;

/// Columns of a label and the blanks behind it, within a claim.
const LABEL: usize = 42;

/// Columns of a label and the blanks behind it, within an error.
const ERROR_LABEL: usize = 28;

impl Form for Text {
    fn file_name(&self) -> &'static str {
        "brr.txt"
    }

    fn claim(&self, _record: &Record<'_, '_>, words: &ClaimWords<'_>, out: &mut Vec<u8>) {
        let mut page = Page { out };
        page.rule(b'-');
        page.paragraph(0, &["Claim ", &words.claim_id].concat());
        page.fields(2, LABEL, &words.fields);
        page.errors(&words.errors);
        page.blank();
    }

    fn unit(&self, unit: &RefusedUnit<'_, '_>, out: &mut Vec<u8>) {
        let mut page = Page { out };
        page.rule(b'-');
        page.paragraph(0, &format!("{} {} is refused", unit_name(unit.level), shown(unit.control_number)));
        page.fields(2, LABEL, &unit_fields(unit));
        page.errors(&errors_of_unit(unit));
        page.blank();
    }

    fn file(&self, file: &FileInformation<'_, '_>, out: &mut Vec<u8>) {
        let mut page = Page { out };
        page.fields(2, LABEL, &file_fields(file));
        let [accepted, rejected, held, refused] = file.claims.map(|count| grouped(u128::from(count)));
        let claims = format!("{accepted} accepted, {rejected} rejected, {held} held, {refused} refused");
        page.labelled(2, LABEL, "Claims", &claims);
        page.blank();
    }

    fn finish(&self, closing: &Closing<'_>) -> Vec<(String, Vec<Passage>)> {
        let overview = Overview::of(closing);
        let mut passages = Vec::new();
        let mut bytes = overview_text(&overview);
        for section in Section::ALL {
            let end = closing.cuts[section.place()].last().copied().unwrap_or(0);
            if end == 0 {
                continue;
            }
            heading(section, &mut Page { out: &mut bytes });
            passages.push(Passage::Bytes(std::mem::take(&mut bytes)));
            passages.push(Passage::Section(section, 0..end));
        }
        let mut page = Page { out: &mut bytes };
        page.rule(b'=');
        page.paragraph(0, &format!("Total Transaction Rejections: {}", overview.rejections));
        passages.push(Passage::Bytes(bytes));
        vec![("brr.txt".to_owned(), passages)]
    }
}

fn overview_text(overview: &Overview) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut page = Page { out: &mut bytes };
    page.rule(b'=');
    page.paragraph(0, "BUSINESS REJECTION REPORT");
    page.rule(b'=');
    for (label, value) in &overview.run {
        page.labelled(2, LABEL, label, value);
    }
    for warning in &overview.warnings {
        page.blank();
        page.paragraph(2, &format!("WARNING: {warning}"));
    }
    for totals in &overview.usages {
        page.blank();
        page.row(totals.usage, "Claims", "Charges");
        for [name, claims, charges] in &totals.rows {
            page.row(name, claims, charges);
        }
    }
    page.blank();
    page.paragraph(2, "What to do");
    for (name, words) in &overview.guidance {
        page.labelled(2, ERROR_LABEL, name, words);
    }
    page.blank();
    page.paragraph(2, "Crosswalks asked");
    for [list, release, covers] in &overview.releases {
        page.labelled(2, ERROR_LABEL, list, &format!("release {release}, covers {covers}"));
    }
    page.labelled(2, ERROR_LABEL, "Snapshot", &overview.snapshot);
    page.blank();
    bytes
}

fn heading(section: Section, page: &mut Page<'_>) {
    let (title, words) = match section {
        Section::Files => ("FILE INFORMATION", ""),
        Section::Rejected => ("REJECTED", guidance(edits::Disposition::Rejected)),
        Section::Held => ("HELD: DO NOT RESEND", guidance(edits::Disposition::Held)),
        Section::Refused => ("REFUSED", guidance(edits::Disposition::Refused)),
    };
    page.rule(b'=');
    page.paragraph(0, title);
    page.paragraph(0, words);
    page.blank();
}

/// Lines of text, wrapped.
struct Page<'o> {
    out: &'o mut Vec<u8>,
}

impl Page<'_> {
    fn blank(&mut self) {
        self.out.push(b'\n');
    }

    fn rule(&mut self, stroke: u8) {
        self.out.resize(self.out.len() + WIDTH, stroke);
        self.blank();
    }

    fn indent(&mut self, columns: usize) {
        self.out.resize(self.out.len() + columns, b' ');
    }

    fn row(&mut self, name: &str, claims: &str, charges: &str) {
        self.out.extend_from_slice(format!("  {name:<30}{claims:>14}{charges:>26}\n").as_bytes());
    }

    fn fields(&mut self, indent: usize, label_width: usize, fields: &Fields) {
        for field in fields.iter() {
            self.labelled(indent, label_width, field.label, field.value);
        }
    }

    fn errors(&mut self, errors: &[TransactionError<'_>]) {
        for error in errors {
            let TransactionError { number, effect, code, summary, message, remedy, fields } = error;
            self.blank();
            let number = values::number(*number);
            self.paragraph(2, &[effect, " ", &number, ": ", code, " ", summary].concat());
            self.labelled(4, ERROR_LABEL, "Error Message", message);
            self.labelled(4, ERROR_LABEL, "What to Do", remedy);
            self.fields(4, ERROR_LABEL, fields);
        }
    }

    /// Writes a label, which is ASCII as all of them are, and `value` in the columns behind it.
    fn labelled(&mut self, indent: usize, label_width: usize, label: &str, value: &str) {
        self.indent(indent);
        self.out.extend_from_slice(label.as_bytes());
        self.indent(label_width.saturating_sub(label.len()).max(1));
        self.wrapped(indent + label_width, value);
    }

    /// Writes `words` from column `indent` on; no words, no line.
    fn paragraph(&mut self, indent: usize, words: &str) {
        if !words.is_empty() {
            self.indent(indent);
            self.wrapped(indent, words);
        }
    }

    /// Writes `words` from where the line stands, which is column `indent`, and further lines below.
    fn wrapped(&mut self, indent: usize, words: &str) {
        let room = WIDTH - indent;
        let mut rest = words;
        loop {
            let (line, next) = first_line(rest, room);
            self.out.extend_from_slice(line.as_bytes());
            self.blank();
            if next.is_empty() {
                return;
            }
            self.indent(indent);
            rest = next;
        }
    }
}

/// Parts what fits into `room` columns from the rest; a word that is longer than a line is cut.
fn first_line(text: &str, room: usize) -> (&str, &str) {
    if text.len() <= room {
        return (text, "");
    }
    // In plain text a column is a byte.
    let end = if text.as_bytes()[..=room].is_ascii() {
        room
    } else {
        text.char_indices().nth(room).map_or(text.len(), |(end, _)| end)
    };
    if end == text.len() {
        return (text, "");
    }
    match text[..end].rfind(' ').filter(|&blank| !text[..blank].trim().is_empty()) {
        _ if text[end..].starts_with(' ') => (&text[..end], &text[end + 1..]),
        Some(blank) => (&text[..blank], &text[blank + 1..]),
        None => text.split_at(end),
    }
}

#[cfg(test)]
mod tests {
    use edits::Channel;

    use super::*;
    use crate::brr::testing::{assert_golden, file_of_sample};

    #[test]
    fn the_report_reads_without_any_tool() {
        let text = file_of_sample("brr.txt", Channel::Batch);
        assert_golden("claim.txt", &text);
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
        assert!(!text.bytes().any(|byte| byte.is_ascii_control() && byte != b'\n'));
    }

    fn wrapped(words: &str) -> Vec<String> {
        let mut bytes = Vec::new();
        Page { out: &mut bytes }.labelled(2, ERROR_LABEL, "Label", words);
        String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn no_line_is_longer_than_the_page_and_nothing_is_lost() {
        let long = "0".repeat(1_000);
        for words in ["", "short", &"word ".repeat(60), &long, &format!("a {long} b"), &"é".repeat(200)] {
            let lines = wrapped(words);
            assert!(lines.iter().all(|line| line.chars().count() <= WIDTH), "{lines:?}");
            let letters = |text: &str| text.chars().filter(|letter| *letter != ' ').collect::<String>();
            assert_eq!(letters(&lines.concat()), format!("Label{}", letters(words)));
        }
        assert_eq!(wrapped("short"), ["  Label                       short"]);
    }
}
