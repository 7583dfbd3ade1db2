//! `brr.xlsx`: a sheet of totals and files, one of claims and units, one of findings.

use std::borrow::Cow;
use std::io::{Read, Write};
use std::path::Path;

use chrono::NaiveDateTime;

use super::{Book, Cell, Column, Sheet, Table, without_panic};
use crate::error::Error;
use crate::report::{Candidate, Claim, Entry, File, Finding, Head, Receive, Section, Unit, Why, read};
use crate::shown::shown_at_fault;
use crate::words::{USAGES, channel, disposition_title, hyphenated, list_label, section_title, usage};

/// Widths of the sheet of totals, in characters.
const SUMMARY: [f64; 8] = [34.0, 26.0, 26.0, 26.0, 18.0, 20.0, 44.0, 44.0];

/// Heads the list of files; beside it stand the claims by disposition.
const FILES: [&str; 7] = [
    "Sender ID",
    "Receiver ID",
    "Transaction Type",
    "Usage Indicator",
    "Date / Time",
    "Interchange Control Number",
    "Transaction Control Number",
];

const CLAIMS: [Column; 26] = [
    ("Section", 18.0),
    ("Kind", 12.0),
    ("Claim Number", 22.0),
    ("Position in File", 11.0),
    ("Claim Charges", 14.0),
    ("Service From", 12.0),
    ("Service Through", 12.0),
    ("Errors", 8.0),
    ("Error IDs", 24.0),
    ("Billing Provider", 28.0),
    ("Billing Provider Qualifier", 11.0),
    ("Billing Provider ID", 14.0),
    ("Billing Provider Secondary Qualifier", 11.0),
    ("Billing Provider Secondary ID", 14.0),
    ("Subscriber", 26.0),
    ("Subscriber Qualifier", 11.0),
    ("Subscriber ID", 16.0),
    ("Patient", 26.0),
    ("Patient ID", 16.0),
    ("Interchange Control Number", 14.0),
    ("Group Control Number", 12.0),
    ("Transaction Set", 12.0),
    ("Implementation", 16.0),
    ("Usage Indicator", 16.0),
    ("Sender ID", 18.0),
    ("Receiver ID", 18.0),
];

const FINDINGS: [Column; 31] = [
    ("Section", 18.0),
    ("Kind", 12.0),
    ("Claim Number", 22.0),
    ("Position in File", 11.0),
    ("Error Number", 8.0),
    ("Effect", 11.0),
    ("Error ID", 10.0),
    ("Error Summary", 36.0),
    ("Error Message", 60.0),
    ("What to Do", 50.0),
    ("Data in Error", 22.0),
    ("Service Line", 8.0),
    ("Procedure", 11.0),
    ("NDC as Sent", 16.0),
    ("Date Used", 12.0),
    ("Date From", 11.0),
    ("NDC Looked Up", 15.0),
    ("PDAC Crosswalk", 40.0),
    ("CMS ASP Crosswalk", 40.0),
    ("Local List", 26.0),
    ("Nearest Valid Date", 12.0),
    ("Valid Procedures for NDC", 24.0),
    ("Valid NDCs for Procedure", 32.0),
    ("NDC May Stand For", 32.0),
    ("Loop", 8.0),
    ("Element", 12.0),
    ("Segment", 10.0),
    ("Byte", 12.0),
    ("Interchange Control Number", 14.0),
    ("Group Control Number", 12.0),
    ("Transaction Set", 12.0),
];

/// Writes the report in `brr_json` as a workbook to `out`.
///
/// `moment` is that of the run; what does not stay in memory goes to files without names in `spool`.
pub fn write_brr(
    brr_json: impl Read,
    moment: NaiveDateTime,
    spool: &Path,
    out: impl Write + Send,
) -> Result<(), Error> {
    without_panic(|| -> Result<(), Error> {
        let book = Book::new("Business Rejection Report", moment, spool)?;
        let mut report = Report::new(book)?;
        read(brr_json, &mut report)?;
        let Report { mut book, summary, claims, findings } = report;
        summary.end(&mut book)?;
        claims.end(&mut book)?;
        findings.end(&mut book)?;
        book.finish(out)
    })
}

/// The workbook while the report comes in.
struct Report {
    book: Book,
    summary: Sheet,
    claims: Table,
    findings: Table,
}

impl Report {
    fn new(mut book: Book) -> Result<Report, Error> {
        let summary = book.add_sheet("Summary", &SUMMARY, "interchanges")?;
        let claims = book.add_table("Claims", &CLAIMS, 3, "claims and units", 1.0)?;
        let findings = book.add_table("Findings", &FINDINGS, 3, "findings", 3.0)?;
        Ok(Report { book, summary, claims, findings })
    }

    fn line(&mut self, cells: &[Cell<'_>]) -> Result<(), Error> {
        self.summary.row(&mut self.book, cells)
    }

    /// Leaves a row free, and heads what follows.
    fn heading(&mut self, titles: &[&str]) -> Result<(), Error> {
        self.summary.blank();
        let cells: Vec<Cell<'_>> = titles.iter().map(|title| Cell::Heading(title)).collect();
        self.line(&cells)
    }

    fn totals(&mut self, head: &Head) -> Result<(), Error> {
        for (usage, title) in USAGES {
            let (Some(claims), Some(charges)) =
                (head.claims.by_usage.get(usage), head.charges.by_usage.get(usage))
            else {
                continue;
            };
            if claims.received == 0 {
                continue;
            }
            self.heading(&[title, "Claims", "Charges"])?;
            for ((name, &claims), (_, charges)) in claims.rows().into_iter().zip(charges.rows()) {
                self.line(&[name.into(), claims.into(), Cell::Money(charges)])?;
            }
        }
        Ok(())
    }

    fn finding(&mut self, front: &Front<'_>, finding: &Finding) -> Result<(), Error> {
        let [kind, claim_id, interchange, group, set] = front.texts;
        let mut row: Vec<Cell<'_>> = vec![
            section_title(front.section).into(),
            kind.into(),
            claim_id.into(),
            front.claim_number.map_or(Cell::Blank, Cell::Number),
            finding.number.into(),
            finding.effect(front.section).into(),
            (&finding.code).into(),
            Cell::Words(Cow::Borrowed(&finding.title)),
            Cell::Words(Cow::Borrowed(&finding.message)),
            Cell::Words(Cow::Borrowed(&finding.remedy)),
            finding.data_in_error.as_deref().map_or(Cell::Blank, |sent| Cell::Words(shown_at_fault(sent))),
            Cell::of(finding.line_number.as_deref()),
            Cell::of(finding.procedure.as_deref()),
            finding.ndc.as_deref().map_or(Cell::Blank, |ndc| shown_at_fault(ndc).into()),
            Cell::Day(finding.service_date.as_deref()),
        ];
        match &finding.why {
            Some(why) => row.extend(why_cells(why, finding.service_date.as_deref())),
            None => row.extend((0..9).map(|_| Cell::Blank)),
        }
        row.extend([
            Cell::of(finding.within.as_deref()),
            (&finding.element).into(),
            finding.segment.into(),
            finding.byte.into(),
            interchange.into(),
            group.into(),
            set.into(),
        ]);
        self.findings.row(&mut self.book, &row)
    }

    fn claim(&mut self, section: Section, claim: &Claim) -> Result<(), Error> {
        let Claim { billing_provider: provider, subscriber, patient, .. } = claim;
        let patient = patient.as_ref();
        self.claims.row(
            &mut self.book,
            &[
                section_title(section).into(),
                "claim".into(),
                (&claim.claim_id).into(),
                claim.claim_number.into(),
                Cell::Money(&claim.charge),
                Cell::Day(claim.service_from.as_deref()),
                Cell::Day(claim.service_through.as_deref()),
                (claim.findings.len() as u64).into(),
                codes(&claim.findings).into(),
                provider.name().into(),
                (&provider.qualifier).into(),
                (&provider.id).into(),
                (&provider.secondary_qualifier).into(),
                (&provider.secondary_id).into(),
                subscriber.name().into(),
                (&subscriber.qualifier).into(),
                (&subscriber.id).into(),
                patient.map_or(Cell::Blank, |patient| patient.name().into()),
                Cell::of(patient.map(|patient| patient.id.as_str())),
                (&claim.interchange_control_number).into(),
                (&claim.group_control_number).into(),
                (&claim.transaction_set_control_number).into(),
                (&claim.implementation).into(),
                Cell::Text(usage(&claim.usage_indicator).into()),
            ],
        )?;
        let texts = [
            "claim",
            &claim.claim_id,
            &claim.interchange_control_number,
            &claim.group_control_number,
            &claim.transaction_set_control_number,
        ];
        let front = Front { section, claim_number: Some(claim.claim_number), texts };
        claim.findings.iter().try_for_each(|finding| self.finding(&front, finding))
    }

    fn unit(&mut self, section: Section, unit: &Unit) -> Result<(), Error> {
        let own = |kind: &str| if unit.kind == kind { unit.control_number.as_str() } else { "" };
        let (interchange, group, set) = (&unit.interchange_control_number, own("group"), own("set"));
        let mut row: Vec<Cell<'_>> = vec![section_title(section).into(), (&unit.kind).into()];
        row.extend((0..5).map(|_| Cell::Blank));
        row.extend([(unit.faults.len() as u64).into(), codes(&unit.faults).into()]);
        row.extend((0..10).map(|_| Cell::Blank));
        row.extend([interchange.into(), group.into(), set.into(), Cell::Blank]);
        row.push(Cell::Text(usage(&unit.usage_indicator).into()));
        row.extend([(&unit.sender_id).into(), (&unit.receiver_id).into()]);
        self.claims.row(&mut self.book, &row)?;
        let texts = [unit.kind.as_str(), "", interchange, group, set];
        let front = Front { section, claim_number: None, texts };
        unit.faults.iter().try_for_each(|fault| self.finding(&front, fault))
    }
}

/// Which claim or unit a finding belongs to.
struct Front<'r> {
    section: Section,
    claim_number: Option<u64>,
    /// Kind, CLM01, ISA13, GS06 and ST02.
    texts: [&'r str; 5],
}

/// Returns the codes of what was found, as a list.
fn codes(findings: &[Finding]) -> Cow<'_, str> {
    let codes: Vec<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
    Cow::Owned(codes.join(", "))
}

/// Returns the nine cells of the why-not, from the source of the date on.
fn why_cells<'r>(why: &'r Why, day: Option<&str>) -> [Cell<'r>; 9] {
    let list = |name: &str| {
        let says = why.lists.iter().filter(|says| says.list == name);
        let words: Vec<String> = says.map(|says| says.words(day)).collect();
        Cell::Words(Cow::Owned(words.join("; ")))
    };
    let candidates: Vec<String> = why.candidates.iter().map(Candidate::words).collect();
    [
        Cell::of(why.date_source.as_deref()),
        why.ndc.as_deref().map_or(Cell::Blank, |ndc| Cell::Text(hyphenated(ndc).into())),
        list("pdac"),
        list("asp"),
        list("local"),
        Cell::Day(why.nearest_valid_date.as_deref()),
        Cell::Words(Cow::Owned(why.procedures_words())),
        Cell::Words(Cow::Owned(why.ndcs_words())),
        Cell::Words(Cow::Owned(candidates.join("; "))),
    ]
}

impl Receive for Report {
    fn head(&mut self, head: Head) -> Result<(), Error> {
        self.line(&[Cell::Heading("Business Rejection Report")])?;
        self.line(&["Input File".into(), (&head.input).into()])?;
        self.line(&["Run".into(), (&head.stamp).into()])?;
        self.line(&["Channel".into(), channel(&head.channel).into()])?;
        let program = format!("claimgate {}", head.version);
        self.line(&["Produced by".into(), (&program).into()])?;
        self.line(&["Total Transaction Rejections".into(), head.transaction_rejections.into()])?;
        for warning in &head.warnings {
            self.line(&["Warning".into(), warning.into()])?;
        }
        self.totals(&head)?;
        self.heading(&["What to do"])?;
        for guidance in &head.guidance {
            self.line(&[disposition_title(&guidance.disposition).into(), (&guidance.words).into()])?;
        }
        self.heading(&["Crosswalks asked", "Release", "Covers dates of service"])?;
        for release in &head.crosswalk.releases {
            let covers = release.covers();
            self.line(&[list_label(&release.list).into(), release.name().into(), (&covers).into()])?;
        }
        self.line(&["Snapshot".into(), (&head.crosswalk.snapshot).into()])?;
        self.heading(&["File Information"])?;
        let titles: Vec<Cell<'_>> = FILES.into_iter().chain(["Claims"]).map(Cell::Heading).collect();
        self.line(&titles)
    }

    fn file(&mut self, file: File) -> Result<(), Error> {
        let claims = &file.claims;
        let claims = format!(
            "{} accepted, {} rejected, {} held, {} refused",
            claims.accepted, claims.rejected, claims.held, claims.refused
        );
        self.line(&[
            (&file.sender_id).into(),
            (&file.receiver_id).into(),
            Cell::Text(file.transaction_types.join(", ").into()),
            Cell::Text(usage(&file.usage_indicator).into()),
            Cell::Text(file.date_and_time().into()),
            (&file.interchange_control_number).into(),
            (&file.transaction_control_number).into(),
            (&claims).into(),
        ])
    }

    fn entry(&mut self, section: Section, entry: Entry) -> Result<(), Error> {
        match entry {
            Entry::Claim(claim) => self.claim(section, &claim),
            Entry::Unit(unit) => self.unit(section, &unit),
        }
    }
}
