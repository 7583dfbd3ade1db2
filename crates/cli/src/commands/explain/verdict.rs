//! One claim's verdict in sentences, from the line of a results file.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use edits::about;
use serde::Deserialize;

use super::shown_lines;
use crate::failure::Failure;
use crate::figures::shown_ndc;
use crate::page::Page;

/// How many procedures or NDCs a line names at most that would be valid; it does not say how many there are.
///
/// Source: claimgate.result.v1, `other_procedures` and `other_ndcs`.
const OFFERS_MAX: usize = 5;

/// As much of a line as tells whose it is.
#[derive(Deserialize)]
struct Numbered {
    claim_number: u64,
}

/// A line of `results.ndjson`; its fields are those of the schema.
#[derive(Deserialize)]
struct ResultRow {
    claim_number: u64,
    interchange_control_number: String,
    group_control_number: String,
    transaction_set_control_number: String,
    implementation: String,
    claim_id: String,
    charge: String,
    disposition: String,
    findings: Vec<FindingRow>,
}

#[derive(Deserialize)]
struct FindingRow {
    code: String,
    severity: String,
    line_number: Option<String>,
    procedure: Option<String>,
    ndc: Option<String>,
    service_date: Option<String>,
    #[serde(rename = "loop")]
    within: Option<String>,
    element: String,
    segment: u64,
    byte: u64,
    message: String,
    why: Option<WhyRow>,
}

impl FindingRow {
    fn rejects_line(&self) -> bool {
        self.severity == "reject" && self.line_number.is_some()
    }
}

#[derive(Deserialize)]
struct WhyRow {
    date_source: Option<String>,
    lists: Vec<ListRow>,
    nearest_valid_date: Option<String>,
    other_procedures: Vec<String>,
    other_ndcs: Vec<String>,
    candidates: Vec<CandidateRow>,
}

#[derive(Deserialize)]
struct ListRow {
    list: String,
    release: Option<String>,
    says: String,
    row: Option<u32>,
    from: Option<String>,
    through: Option<String>,
}

#[derive(Deserialize)]
struct CandidateRow {
    ndc: String,
    on_list: bool,
}

/// Returns the verdict of the claim with the number that `number` spells.
pub fn of(file: &Path, number: &[u8]) -> Result<String, Failure> {
    let number: u64 =
        std::str::from_utf8(number).ok().and_then(|digits| digits.parse().ok()).ok_or_else(|| {
            Failure::usage(
                format!("no claim number behind {}", file.display()),
                "name a claim by its claim_number, such as results.ndjson:17",
            )
        })?;
    let row = find(file, number)?;
    let mut page = Page::default();
    claim(&row, &mut page);
    for (position, finding) in (1..).zip(&row.findings) {
        page.blank();
        self::finding(position, &row.disposition, finding, &mut page);
    }
    Ok(shown_lines(&page.text))
}

fn find(file: &Path, number: u64) -> Result<ResultRow, Failure> {
    let unreadable = |error| Failure::io("cannot read results", file, &error);
    let not_a_result = |line: usize| {
        Failure::unreadable(
            format!("{}: line {line} is not a result", file.display()),
            "name a results.ndjson that process wrote",
        )
    };
    let mut reader = BufReader::new(File::open(file).map_err(unreadable)?);
    let mut line = Vec::new();
    for position in 1.. {
        line.clear();
        if reader.read_until(b'\n', &mut line).map_err(unreadable)? == 0 {
            break;
        }
        let numbered: Numbered = serde_json::from_slice(&line).map_err(|_| not_a_result(position))?;
        if numbered.claim_number == number {
            return serde_json::from_slice(&line).map_err(|_| not_a_result(position));
        }
    }
    Err(Failure::usage(
        format!("{} has no claim {number}", file.display()),
        "a claim that was accepted without a finding is in it only with --results all",
    ))
}

fn claim(row: &ResultRow, page: &mut Page) {
    page.paragraph(
        0,
        &format!(
            "Claim {} of the file, {}, charge {}, is {}.",
            row.claim_number, row.claim_id, row.charge, row.disposition
        ),
    );
    page.paragraph(
        0,
        &format!(
            "It stands in transaction set {} ({}) of group {} of interchange {}.",
            row.transaction_set_control_number,
            row.implementation,
            row.group_control_number,
            row.interchange_control_number
        ),
    );
    match denied_lines(row) {
        0 => {}
        1 => page.line("One of its lines denies."),
        count => page.line(&format!("{count} of its lines deny.")),
    }
    if row.findings.is_empty() {
        page.line("Nothing was found in it.");
    }
}

fn finding(position: usize, disposition: &str, finding: &FindingRow, page: &mut Page) {
    let about = about(&finding.code);
    let title = about.map_or("", |about| about.title);
    page.line(&format!("{position}. {} ({}) {title}", finding.code, finding.severity));
    page.paragraph(3, &finding.message);
    page.paragraph(3, &place(finding));
    page.paragraph(3, &denial(disposition, finding));
    if let Some(why) = &finding.why {
        self::why(finding, why, page);
    }
    if let Some(about) = about {
        page.paragraph(3, &format!("What to do: {}", about.remedy));
    }
}

/// Returns how many lines deny; only the portal accepts a claim in spite of them.
fn denied_lines(row: &ResultRow) -> usize {
    let denying =
        row.findings.iter().filter(|finding| row.disposition == "accepted" && finding.rejects_line());
    let lines: BTreeSet<&Option<String>> = denying.map(|finding| &finding.line_number).collect();
    lines.len()
}

/// Says what becomes of the line of a finding, where that is not what becomes of the claim.
fn denial(disposition: &str, finding: &FindingRow) -> String {
    let denies = match disposition {
        "accepted" if finding.rejects_line() => "The line denies",
        "held" if finding.rejects_line() => "The line denies once the claim is released",
        _ => return String::new(),
    };
    match about(&finding.code).and_then(|about| about.denial) {
        Some(denial) => format!("{denies}: CARC {}, RARC {}.", denial.carc, denial.rarc),
        None => format!("{denies}, for which there is no remark code."),
    }
}

fn place(finding: &FindingRow) -> String {
    let mut words = String::from("It is about ");
    if let Some(line) = &finding.line_number {
        words.push_str(&format!("service line {line}"));
        if let Some(procedure) = &finding.procedure {
            words.push_str(&format!(", procedure {procedure}"));
        }
        if let Some(ndc) = &finding.ndc {
            words.push_str(&format!(", NDC {ndc} as sent"));
        }
        words.push_str("; ");
    }
    if let Some(within) = &finding.within {
        words.push_str(&format!("loop {within}, "));
    }
    words.push_str(&format!(
        "{}, segment {} of the file, byte {}.",
        finding.element, finding.segment, finding.byte
    ));
    words
}

fn why(finding: &FindingRow, why: &WhyRow, page: &mut Page) {
    if let Some(date) = &finding.service_date {
        let source = match why.date_source.as_deref() {
            Some("statement") => ", from the statement dates of the claim (DTP 434)",
            Some(_) => ", from the line (DTP 472)",
            None => "",
        };
        page.paragraph(3, &format!("The date is {date}{source}."));
    }
    for says in &why.lists {
        page.paragraph(3, &list(says));
    }
    if let Some(date) = &why.nearest_valid_date {
        page.paragraph(3, &format!("The nearest date on which the pair is valid is {date}."));
    }
    offers("the NDC", &why.other_procedures, page);
    let ndcs: Vec<String> = why.other_ndcs.iter().map(|ndc| shown_ndc(ndc)).collect();
    offers("the procedure", &ndcs, page);
    for CandidateRow { ndc, on_list } in &why.candidates {
        let ndc = shown_ndc(ndc);
        let known = if *on_list { "is on a crosswalk" } else { "is on no crosswalk" };
        page.paragraph(3, &format!("The ten digits may stand for {ndc}, which {known}."));
    }
}

/// Says what `what` is valid with, and that there may be more where results name no more.
fn offers(what: &str, offers: &[String], page: &mut Page) {
    let more = if offers.len() < OFFERS_MAX { "" } else { ", and perhaps with others" };
    if !offers.is_empty() {
        page.paragraph(3, &format!("On that date {what} is valid with {}{more}.", offers.join(", ")));
    }
}

/// Says what one list says: `The PDAC crosswalk 2025-10-05 has the pair from 2024-01-01 through 2025-08-31 (row 6).`
fn list(says: &ListRow) -> String {
    let name = match says.list.as_str() {
        "pdac" => "PDAC crosswalk",
        "asp" => "CMS ASP crosswalk",
        _ => "local list",
    };
    let release = match &says.release {
        Some(release) if says.list != "local" => format!(" {release}"),
        _ => String::new(),
    };
    let verb = match says.says.as_str() {
        "unknown_ndc" => return format!("The {name}{release} does not have the NDC."),
        "other_procedure" => return format!("The {name}{release} has the NDC with other procedures only."),
        "not_covered" => return format!("No release of the {name} covers the date."),
        "in_force" => "has the pair",
        "not_yet" => "has the pair later,",
        "ended" => "had the pair",
        _ => "has the pair, but not on the date,",
    };
    let from = says.from.as_ref().map_or_else(String::new, |from| format!(" from {from}"));
    let through = match &says.through {
        Some(through) => format!(" through {through}"),
        None => " on".to_owned(),
    };
    let row = says.row.map_or_else(String::new, |row| format!(" (row {row})"));
    format!("The {name}{release} {verb}{from}{through}{row}.")
}
