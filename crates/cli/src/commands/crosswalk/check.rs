//! `claimgate crosswalk check`: what the loader understood of a list.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use crosswalk::sources::{Loaded, recognise};
use crosswalk::{Column, DateForms, List, LoadReport, PostedFrom, RowErrorKind, Sample};
use serde::Serialize;

use super::rows::{RelationRow, SpanRow, release_words, span_words};
use crate::day;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::lists::{Columns, ListArgs, columns, read, refused};
use crate::page::Page;
use crate::panics::unsaid;
use crate::stdout;

/// Rows of each kind that are named.
const NAMED_MAX: usize = 5;

/// Arguments of `crosswalk check`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct CheckArgs {
    /// A list, as downloaded (.xlsx .xls .csv .txt .zip)
    pub file: PathBuf,
    /// Which list it is; told from its header by default
    #[arg(long, value_enum)]
    pub list: Option<ListChoice>,
    /// Columns, where the headers are not recognised: ndc=…,hcpcs=…,from=…,through=…; those behind another list's name and a colon are passed over
    #[arg(long, value_name = "[LIST:]NAMES", value_parser = columns, requires = "list")]
    pub columns: Vec<Columns>,
    /// Day the PDAC list was posted, where neither its sheet nor its name says so
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day::parse)]
    pub pdac_posted: Option<NaiveDate>,
    /// Write one JSON object
    #[arg(long)]
    pub json: bool,
}

const EXAMPLES: &str = "\
Examples:
  claimgate crosswalk check 2025-10-05XWalk.xlsx
  claimgate crosswalk check list.csv --list pdac --columns ndc=Drug,hcpcs=Code,from=On,through=End";

/// A list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListChoice {
    /// PDAC NDC/HCPCS crosswalk
    Pdac,
    /// CMS ASP NDC-HCPCS crosswalk
    Asp,
    /// Pairs approved on request
    Local,
}

impl From<ListChoice> for List {
    fn from(choice: ListChoice) -> List {
        match choice {
            ListChoice::Pdac => List::Pdac,
            ListChoice::Asp => List::Asp,
            ListChoice::Local => List::Local,
        }
    }
}

/// Loads the file and shows what came of it.
pub fn run(args: &CheckArgs) -> Result<Exit, Failure> {
    let bytes = read(&args.file)?;
    let list = match args.list {
        Some(list) => list.into(),
        None => unsaid(|| recognise(&bytes)).map_err(|error| refused(&args.file, &error))?,
    };
    let as_named =
        ListArgs { pdac_posted: args.pdac_posted, columns: args.columns.clone(), ..ListArgs::default() };
    let loaded = as_named.parse(list, &args.file, &bytes).map_err(not_here_again)?;
    if args.json {
        stdout::write_json(&CheckRow::of(&loaded))?;
    } else {
        stdout::write(words(&args.file, &loaded).as_bytes())?;
    }
    Ok(Exit::Done)
}

/// The loader's hint may send people to this very command, which then has no more to say than the loader.
fn not_here_again(failure: Failure) -> Failure {
    let circular = failure.hint.as_ref().is_some_and(|hint| hint.contains("claimgate crosswalk check"));
    if !circular {
        return failure;
    }
    let hint = "open the file, and name its columns with --list and --columns ndc=…,hcpcs=…,from=…,through=…";
    Failure { hint: Some(hint.to_owned()), ..failure }
}

fn words(file: &Path, loaded: &Loaded) -> String {
    let (release, report) = (&loaded.release, &loaded.release.report);
    let mut page = Page::default();
    page.line(&format!("{}: {}, read as .{}", file.display(), release_words(release), report.form.as_str()));
    page.labelled("Posted", &posted(release.posted, report.posted_from));
    page.labelled(
        "Covers",
        &release
            .covers
            .map_or_else(|| "nothing; a local list never counts for coverage".to_owned(), span_words),
    );
    page.labelled("Zip member", report.member.as_deref().unwrap_or_default());
    page.labelled("Sheet", report.sheet.as_deref().unwrap_or_default());
    page.labelled("Header", &format!("row {}", report.header_row));
    for column in &report.columns {
        let Column { role, header, position } = column;
        page.labelled("Column", &format!("{role} = {header} (column {position})"));
    }
    let forms = date_forms(&report.date_forms).into_iter().filter(|(_, count)| *count > 0);
    let forms: Vec<String> = forms.map(|(form, count)| format!("{count} as {form}")).collect();
    page.labelled("Dates", &forms.join(", "));
    page.labelled(
        "Codes",
        &format!("{}, {} of them without a true NDC", report.codes, report.codes_without_ndc),
    );
    page.labelled(
        "Rows",
        &format!(
            "{} = {} relations + {} merged + {} set aside",
            report.rows,
            report.relations,
            report.merged,
            report.set_aside.len()
        ),
    );
    for (kind, aside) in set_aside(report) {
        let first: Vec<String> = aside.iter().take(NAMED_MAX).map(u32::to_string).collect();
        let more = if NAMED_MAX < aside.len() { ", …" } else { "" };
        page.labelled(
            "Set aside",
            &format!("{} because {kind}: row {}{more}", aside.len(), first.join(", ")),
        );
    }
    for sample in &report.samples {
        page.labelled("Sample", &sample_words(sample));
    }
    if !report.last_line_ended {
        page.labelled("Warning", "the last line has no line end, so the file may be cut off");
    }
    page.text
}

fn posted(posted: Option<NaiveDate>, from: Option<PostedFrom>) -> String {
    let Some(posted) = posted else { return "not known".to_owned() };
    let place = match from {
        Some(PostedFrom::SheetName) => ", from the name of the sheet",
        Some(PostedFrom::FileName) => ", from the name of the file",
        Some(PostedFrom::Given) => ", as given",
        None => "",
    };
    format!("{posted}{place}")
}

fn sample_words(sample: &Sample) -> String {
    let cells = sample.cells.join(" | ");
    let read = match &sample.read {
        Ok(relation) => {
            format!("{} {} {}", relation.ndc, relation.hcpcs, span_words(relation.effective))
        }
        Err(kind) => format!("set aside: {kind}"),
    };
    format!("row {}: {cells} -> {read}", sample.row)
}

fn date_forms(forms: &DateForms) -> [(&'static str, usize); 6] {
    [
        ("date cells", forms.date_cells),
        ("serial numbers", forms.serials),
        ("M/D/YYYY", forms.slashed),
        ("YYYY-MM-DD", forms.hyphenated),
        ("YYYYMMDD", forms.compact),
        ("open ends", forms.open_ends),
    ]
}

/// Returns the rows that were set aside, by kind, in file order.
pub fn set_aside(report: &LoadReport) -> BTreeMap<RowErrorKind, Vec<u32>> {
    let mut by_kind: BTreeMap<RowErrorKind, Vec<u32>> = BTreeMap::new();
    for error in &report.set_aside {
        by_kind.entry(error.kind).or_default().push(error.row);
    }
    by_kind
}

#[derive(Serialize)]
struct CheckRow<'l> {
    list: &'static str,
    form: &'static str,
    release: &'l str,
    posted: Option<String>,
    posted_from: Option<&'static str>,
    covers: Option<SpanRow>,
    member: Option<&'l str>,
    sheet: Option<&'l str>,
    header_row: u32,
    columns: Vec<ColumnRow<'l>>,
    date_forms: DateFormsRow,
    codes: usize,
    codes_without_ndc: usize,
    rows: usize,
    relations: usize,
    merged: usize,
    set_aside: Vec<SetAsideRow>,
    samples: Vec<SampleRow<'l>>,
    last_line_ended: bool,
}

#[derive(Serialize)]
struct ColumnRow<'l> {
    role: &'static str,
    header: &'l str,
    position: usize,
}

#[derive(Serialize)]
struct DateFormsRow {
    date_cells: usize,
    serials: usize,
    slashed: usize,
    hyphenated: usize,
    compact: usize,
    open_ends: usize,
}

#[derive(Serialize)]
struct SetAsideRow {
    kind: &'static str,
    rows: usize,
    first_rows: Vec<u32>,
}

#[derive(Serialize)]
struct SampleRow<'l> {
    row: u32,
    cells: &'l [String],
    relation: Option<RelationRow>,
    set_aside: Option<&'static str>,
}

impl CheckRow<'_> {
    fn of(loaded: &Loaded) -> CheckRow<'_> {
        let (release, report) = (&loaded.release, &loaded.release.report);
        let DateForms { date_cells, serials, slashed, hyphenated, compact, open_ends } = report.date_forms;
        let columns = report.columns.iter().map(|column| ColumnRow {
            role: column.role,
            header: &column.header,
            position: column.position,
        });
        let set_aside = set_aside(report).into_iter().map(|(kind, rows)| SetAsideRow {
            kind: kind.as_str(),
            rows: rows.len(),
            first_rows: rows.into_iter().take(NAMED_MAX).collect(),
        });
        let samples = report.samples.iter().map(|sample| SampleRow {
            row: sample.row,
            cells: &sample.cells,
            relation: sample.read.as_ref().ok().map(RelationRow::of),
            set_aside: sample.read.as_ref().err().map(|kind| kind.as_str()),
        });
        CheckRow {
            list: release.list.as_str(),
            form: report.form.as_str(),
            release: &release.name,
            posted: release.posted.map(|posted| posted.to_string()),
            posted_from: report.posted_from.map(posted_from_name),
            covers: release.covers.map(SpanRow::of),
            member: report.member.as_deref(),
            sheet: report.sheet.as_deref(),
            header_row: report.header_row,
            columns: columns.collect(),
            date_forms: DateFormsRow { date_cells, serials, slashed, hyphenated, compact, open_ends },
            codes: report.codes,
            codes_without_ndc: report.codes_without_ndc,
            rows: report.rows,
            relations: report.relations,
            merged: report.merged,
            set_aside: set_aside.collect(),
            samples: samples.collect(),
            last_line_ended: report.last_line_ended,
        }
    }
}

fn posted_from_name(from: PostedFrom) -> &'static str {
    match from {
        PostedFrom::SheetName => "sheet_name",
        PostedFrom::FileName => "file_name",
        PostedFrom::Given => "given",
    }
}
