//! `brr.pdf`: the report as people print it, in parts where it is long.

use std::io::{self, Read};

use chrono::NaiveDateTime;

use super::draw::{Facts, pdf};
use super::faces::Faces;
use super::paper::{BLACK, BLUE, BODY, Column, Paper, RED, Style};
use crate::error::Error;
use crate::report::{Entry, File, Finding, Head, Receive, Section, read};
use crate::words::{Field, USAGES, channel, disposition_title, grouped, list_label, section_title, usage};

/// Claims and refused units of one part, as many as the HTML form has on a page.
const ENTRIES_PER_PART: usize = 5_000;

/// Errors that end a part, however few claims have them.
const ERRORS_PER_PART: usize = 20_000;

/// Errors of one claim that are printed; no guide allows more service lines.
const ERRORS_PER_CLAIM: usize = 1_000;

/// Interchanges of which *File Information* is printed.
const FILES_MAX: usize = 5_000;

/// Characters of a value that are printed.
const VALUE_CHARACTERS_MAX: usize = 2_000;

/// Width of the labels of a claim, and of those of an error.
const LABEL: f32 = 108.0;
const ERROR_LABEL: f32 = 124.0;

/// Where the rest of anything is that is too long for paper.
const ELSEWHERE: &str = "the forms csv, json and html of the report have all of it";

/// Writes the report in `brr_json` as PDF; `write` takes the name and the bytes of each document.
///
/// There is one, `brr.pdf`; a report of more than 5,000 claims comes in the parts `brr-0001.pdf` and so on, which `brr.pdf` lists.
/// `moment` is that of the run.
pub fn write_brr(
    brr_json: impl Read,
    moment: NaiveDateTime,
    write: impl FnMut(&str, &[u8]) -> io::Result<()>,
) -> Result<(), Error> {
    let faces = Faces::load()?;
    let mut report = Report {
        write,
        faces: &faces,
        moment,
        head: None,
        files: Vec::new(),
        files_left_out: 0,
        entries: Vec::new(),
        errors: 0,
        claims_before: [0; 3],
        parts: Vec::new(),
    };
    read(brr_json, &mut report)?;
    report.finish()
}

/// The report while it comes in.
struct Report<'f, W> {
    write: W,
    faces: &'f Faces,
    moment: NaiveDateTime,
    head: Option<Head>,
    files: Vec<File>,
    files_left_out: usize,
    /// What the part at hand is made of, and how many errors that has.
    entries: Vec<(Section, Entry)>,
    errors: usize,
    /// Claims of each section that earlier parts have.
    claims_before: [usize; 3],
    /// The name of each finished part, and what is in it.
    parts: Vec<[String; 2]>,
}

impl<W: FnMut(&str, &[u8]) -> io::Result<()>> Receive for Report<'_, W> {
    fn head(&mut self, head: Head) -> Result<(), Error> {
        self.head = Some(head);
        Ok(())
    }

    fn file(&mut self, file: File) -> Result<(), Error> {
        if self.files.len() < FILES_MAX {
            self.files.push(file);
        } else {
            self.files_left_out += 1;
        }
        Ok(())
    }

    fn entry(&mut self, section: Section, entry: Entry) -> Result<(), Error> {
        if self.entries.len() == ENTRIES_PER_PART || ERRORS_PER_PART <= self.errors {
            self.finish_part()?;
        }
        self.errors += errors_of(&entry).len();
        self.entries.push((section, entry));
        Ok(())
    }
}

impl<W: FnMut(&str, &[u8]) -> io::Result<()>> Report<'_, W> {
    /// Writes the last part, and `brr.pdf`.
    fn finish(mut self) -> Result<(), Error> {
        if !self.parts.is_empty() {
            self.finish_part()?;
        }
        // What is no report has failed before.
        let Some(head) = self.head.take() else { return Ok(()) };
        let mut paper = Paper::new(self.faces);
        overview(&mut paper, &head);
        files(&mut paper, &self.files, self.files_left_out);
        if !self.parts.is_empty() {
            list_of_parts(&mut paper, &self.parts);
        }
        sections(&mut paper, &head, &self.entries);
        total(&mut paper, &head);
        self.write_document("brr.pdf", &head, "", paper)
    }

    /// Writes the part at hand.
    fn finish_part(&mut self) -> Result<(), Error> {
        let Some(head) = self.head.take() else { return Ok(()) };
        let number = self.parts.len() + 1;
        let name = format!("brr-{number:04}.pdf");
        let entries = std::mem::take(&mut self.entries);
        self.errors = 0;
        let contents = self.contents(&entries);
        let mut paper = Paper::new(self.faces);
        let subtitle = format!(", part {number}");
        title(&mut paper, &head, &subtitle);
        sections(&mut paper, &head, &entries);
        total(&mut paper, &head);
        self.write_document(&name, &head, &subtitle, paper)?;
        self.parts.push([name, contents]);
        self.head = Some(head);
        Ok(())
    }

    /// Says what is in a part: `Rejected, claims 5,001 to 10,000; Held: do not resend, claim 1`.
    fn contents(&mut self, entries: &[(Section, Entry)]) -> String {
        let mut words = Vec::new();
        for same in entries.chunk_by(|(one, _), (next, _)| one == next) {
            let section = same[0].0;
            let claims = same.iter().filter(|(_, entry)| matches!(entry, Entry::Claim(_))).count();
            let before = &mut self.claims_before[section as usize];
            let [first, last] = [*before + 1, *before + claims].map(|place| grouped(&place.to_string()));
            *before += claims;
            words.push(match claims {
                0 => section_title(section).to_owned(),
                1 => format!("{}, claim {first}", section_title(section)),
                _ => format!("{}, claims {first} to {last}", section_title(section)),
            });
        }
        words.join("; ")
    }

    fn write_document(
        &mut self,
        name: &str,
        head: &Head,
        subtitle: &str,
        paper: Paper<'_>,
    ) -> Result<(), Error> {
        let title = format!("Business Rejection Report: {}{subtitle}", crate::shown::shown(&head.input));
        let producer = format!("claimgate {}", head.version);
        let bytes = pdf(paper, &Facts { title: &title, producer: &producer, moment: self.moment })?;
        (self.write)(name, &bytes).map_err(Error::Io)
    }
}

fn errors_of(entry: &Entry) -> &[Finding] {
    match entry {
        Entry::Claim(claim) => &claim.findings,
        Entry::Unit(unit) => &unit.faults,
    }
}

fn title(paper: &mut Paper<'_>, head: &Head, subtitle: &str) {
    paper.heading(1, "Business Rejection Report", BLUE);
    paper.paragraph(&format!("{}{subtitle}", crate::shown::shown(&head.input)), BODY);
    paper.space(6.0);
}

fn field<'r>(label: &'static str, value: &'r str) -> Field<'r> {
    Field { label, value: value.into(), as_sent: false }
}

fn overview(paper: &mut Paper<'_>, head: &Head) {
    title(paper, head, "");
    paper.heading(2, "Summary", BLUE);
    let producer = format!("claimgate {}", head.version);
    let input = crate::shown::shown(&head.input);
    let run = [
        field("Input File", &input),
        field("Run", &head.stamp),
        field("Channel", channel(&head.channel)),
        field("Produced by", &producer),
    ];
    paper.fields(&run, 2, LABEL);
    for warning in &head.warnings {
        paper.paragraph(&format!("Warning: {warning}"), Style { colour: RED, ..BODY });
    }
    totals(paper, head);
    paper.need(60.0);
    paper.heading(3, "What to do", BLACK);
    let rows: Vec<Vec<String>> = head
        .guidance
        .iter()
        .map(|guidance| vec![disposition_title(&guidance.disposition).to_owned(), guidance.words.clone()])
        .collect();
    paper.table(&[column("Claims", 0.16), column("What to do", 0.84)], &rows);
    paper.need(60.0);
    paper.heading(3, "Crosswalks asked", BLACK);
    let rows: Vec<Vec<String>> = head
        .crosswalk
        .releases
        .iter()
        .map(|release| {
            vec![list_label(&release.list).to_owned(), release.name().to_owned(), release.covers()]
        })
        .collect();
    let columns = [column("List", 0.25), column("Release", 0.2), column("Covers dates of service", 0.4)];
    paper.table(&columns, &rows);
    paper.fields(&[field("Snapshot", &head.crosswalk.snapshot)], 1, LABEL);
}

fn column(title: &'static str, share: f32) -> Column {
    Column { title, share, is_number: false }
}

fn number(title: &'static str, share: f32) -> Column {
    Column { title, share, is_number: true }
}

fn totals(paper: &mut Paper<'_>, head: &Head) {
    for (usage, title) in USAGES {
        let (Some(claims), Some(charges)) =
            (head.claims.by_usage.get(usage), head.charges.by_usage.get(usage))
        else {
            continue;
        };
        if claims.received == 0 {
            continue;
        }
        let rows: Vec<Vec<String>> = claims
            .rows()
            .into_iter()
            .zip(charges.rows())
            .map(|((name, claims), (_, charges))| {
                vec![name.to_owned(), grouped(&claims.to_string()), grouped(charges)]
            })
            .collect();
        paper.need(100.0);
        paper.heading(3, title, BLACK);
        paper.table(&[column("Disposition", 0.25), number("Claims", 0.15), number("Charges", 0.25)], &rows);
    }
}

fn files(paper: &mut Paper<'_>, files: &[File], left_out: usize) {
    paper.space(8.0);
    paper.need(120.0);
    paper.heading(2, "File Information", BLUE);
    for file in files {
        let types = file.transaction_types.join(", ");
        let [usage, date] = [usage(&file.usage_indicator), file.date_and_time()];
        let count = |count: u64| grouped(&count.to_string());
        let claims = &file.claims;
        let claims = format!(
            "{} accepted, {} rejected, {} held, {} refused",
            count(claims.accepted),
            count(claims.rejected),
            count(claims.held),
            count(claims.refused)
        );
        let sent = |text| crate::shown::shown(text);
        let fields = [
            ("Sender ID", sent(&file.sender_id)),
            ("Transaction Type", sent(&types)),
            ("Receiver ID", sent(&file.receiver_id)),
            ("Usage Indicator", usage.into()),
            ("Date / Time", date.into()),
            ("Transaction Control Number", sent(&file.transaction_control_number)),
        ];
        let fields = fields.map(|(label, value)| {
            let value = if value.is_empty() { "n/a".into() } else { value };
            Field { label, value, as_sent: false }
        });
        paper.need(60.0);
        paper.open();
        paper.fields(&fields, 2, LABEL);
        paper.fields(&[field("Claims", &claims)], 1, LABEL);
        paper.close();
    }
    if 0 < left_out {
        paper
            .paragraph(&format!("{left_out} more interchanges have something to report; {ELSEWHERE}."), BODY);
    }
}

fn list_of_parts(paper: &mut Paper<'_>, parts: &[[String; 2]]) {
    paper.space(8.0);
    paper.need(80.0);
    paper.heading(2, "Parts of this report", BLUE);
    let rows: Vec<Vec<String>> = parts.iter().map(|part| part.to_vec()).collect();
    paper.table(&[column("File", 0.2), column("What it has", 0.8)], &rows);
}

fn total(paper: &mut Paper<'_>, head: &Head) {
    paper.space(10.0);
    paper.need(40.0);
    let rejections = grouped(&head.transaction_rejections.to_string());
    paper.heading(2, &format!("Total Transaction Rejections: {rejections}"), BLUE);
}

/// Writes claims and units under the headings of their sections, each with what to do.
fn sections(paper: &mut Paper<'_>, head: &Head, entries: &[(Section, Entry)]) {
    for same in entries.chunk_by(|(one, _), (next, _)| one == next) {
        let section = same[0].0;
        paper.space(12.0);
        paper.need(200.0);
        paper.heading(2, section_title(section), RED);
        let disposition = match section {
            Section::Rejected => "rejected",
            Section::Held => "held",
            Section::Refused => "refused",
        };
        for guidance in head.guidance.iter().filter(|guidance| guidance.disposition == disposition) {
            paper.paragraph(&guidance.words, BODY);
        }
        for (_, entry) in same {
            self::entry(paper, section, entry);
        }
    }
}

fn entry(paper: &mut Paper<'_>, section: Section, entry: &Entry) {
    let (title, fields) = match entry {
        Entry::Claim(claim) => (format!("Claim {}", crate::shown::shown(&claim.claim_id)), claim.fields()),
        Entry::Unit(unit) => (format!("{} is refused", unit.name()), unit.fields()),
    };
    paper.space(8.0);
    paper.need(140.0);
    paper.open();
    paper.heading(3, &shortened(&title), BLACK);
    paper.fields(&shortened_fields(fields), 2, LABEL);
    let errors = errors_of(entry);
    for error in errors.iter().take(ERRORS_PER_CLAIM) {
        self::error(paper, section, error);
    }
    if ERRORS_PER_CLAIM < errors.len() {
        let rest = errors.len() - ERRORS_PER_CLAIM;
        paper.paragraph(&format!("{rest} more errors are not printed; {ELSEWHERE}."), BODY);
    }
    paper.close();
}

fn error(paper: &mut Paper<'_>, section: Section, error: &Finding) {
    let effect = error.effect(section);
    let colour = if effect == "Error" { RED } else { BLACK };
    paper.need(64.0);
    paper.error_heading(&format!("{effect} {}: {} {}", error.number, error.code, error.title), colour);
    let message = crate::shown::shown(&error.message);
    let mut fields = vec![field("Error Message", &message), field("What to Do", &error.remedy)];
    fields.extend(error.fields());
    paper.fields(&shortened_fields(fields), 1, ERROR_LABEL);
}

fn shortened_fields(mut fields: Vec<Field<'_>>) -> Vec<Field<'_>> {
    for field in &mut fields {
        if VALUE_CHARACTERS_MAX < field.value.len() {
            field.value = shortened(&field.value).into();
        }
    }
    fields
}

/// Returns as much of `text` as is printed, and says so where that is not all.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(VALUE_CHARACTERS_MAX) {
        None => text.to_owned(),
        Some((end, _)) => {
            let count = text.chars().count();
            format!("{}… ({count} characters; {ELSEWHERE})", &text[..end])
        }
    }
}
