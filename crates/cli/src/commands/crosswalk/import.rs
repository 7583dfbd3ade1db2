//! `claimgate crosswalk import`: keeps a release, as received, as a draft.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::Args;
use crosswalk::sources::{ColumnNames, Loaded, recognise};
use crosswalk::vetting::{Objection, objections};
use crosswalk::{Effective, List, PostedFrom};
use releases::{Brought, Entry, SetAside, Shelf, State};

use super::check::{ListChoice, set_aside};
use super::store::{RecordArgs, StoreArgs, entry_line};
use crate::day;
use crate::desk::{Desk, damaged};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::lists::{Columns, ListArgs, columns, file_name, read, refused};
use crate::page::Page;
use crate::panics::unsaid;
use crate::settings::Settings;
use crate::stdout;

/// Digits of the SHA-256 in the id of a release.
const ID_DIGITS: usize = 8;

/// Arguments of `crosswalk import`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct ImportArgs {
    /// Lists, as downloaded (.xlsx .xls .csv .txt .zip)
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Which list it is; told from its header by default
    #[arg(long, value_enum)]
    pub list: Option<ListChoice>,
    /// Day the list was posted; of PDAC where neither its sheet nor its name says so, of ASP to tell restatements apart
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day::parse)]
    pub posted: Option<NaiveDate>,
    /// Columns, where the headers are not recognised: ndc=…,hcpcs=…,from=…,through=…
    #[arg(long, value_name = "[LIST:]NAMES", value_parser = columns, requires = "list")]
    pub columns: Vec<Columns>,
    /// Keep it though it lacks pairs of its predecessor
    #[arg(long)]
    pub accept_shrink: bool,
    #[command(flatten)]
    pub record: RecordArgs,
    /// Write one JSON object for each file
    #[arg(long)]
    pub json: bool,
}

const EXAMPLES: &str = "\
Examples:
  claimgate crosswalk import october-2025-asp-ndc-hcpcs-crosswalk.zip 2025-10-05XWalk.xlsx
  claimgate crosswalk import restated.csv --posted 2025-11-20 --by 'A. Coder'";

/// Keeps every file; one that is refused stops the rest.
pub fn run(args: &ImportArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::load(global.config.as_deref(), None)?;
    for (index, file) in args.files.iter().enumerate() {
        let desk = args.record.store.open(&settings)?;
        let (entry, brought) = import(args, &settings, &desk, file).map_err(|failure| {
            let untried = args.files.len() - index - 1;
            if untried == 0 {
                return failure;
            }
            let hint = failure.hint.unwrap_or_default();
            Failure { hint: Some(format!("{hint}; {untried} more were not tried")), ..failure }
        })?;
        if args.json {
            stdout::write_json(&entry)?;
        } else {
            stdout::write(words(&desk, file, &entry, &brought, &args.record.store).as_bytes())?;
        }
    }
    Ok(Exit::Done)
}

fn import(
    args: &ImportArgs,
    settings: &Settings,
    desk: &Desk,
    file: &Path,
) -> Result<(Entry, Brought), Failure> {
    let by = args.record.name()?;
    let bytes = read(file)?;
    let list = match args.list {
        Some(list) => list.into(),
        None => unsaid(|| recognise(&bytes)).map_err(|error| refused(file, &error))?,
    };
    let as_named =
        ListArgs { pdac_posted: args.posted, columns: args.columns.clone(), ..ListArgs::default() };
    let loaded = as_named.parse_any(list, file, &bytes)?;
    let sha256 = Shelf::sha256(&bytes);
    if let Some(known) = desk.entries.iter().find(|entry| entry.sha256 == sha256) {
        return Ok((known.clone(), Brought::Known));
    }
    let overruled = vet(args, settings, desk, file, &loaded)?;
    let entry = Entry {
        imported_by: by,
        imported_at: args.record.stamp().text(),
        overruled,
        columns: as_named.columns_of(list).map(|names| named_columns(&names)).unwrap_or_default(),
        ..entry_of(&loaded, file, &bytes, sha256)
    };
    let brought = desk.shelf.keep(&bytes, &entry).map_err(damaged)?;
    Ok((entry, brought))
}

/// Refuses a list that something speaks against; returns the objections that were overruled.
fn vet(
    args: &ImportArgs,
    settings: &Settings,
    desk: &Desk,
    file: &Path,
    loaded: &Loaded,
) -> Result<Vec<String>, Failure> {
    let predecessor = predecessor(desk, loaded).map(|entry| desk.load(entry)).transpose()?;
    let shrink_max = f64::from(u32::try_from(settings.desk.shrink_percent_max).unwrap_or(100)) / 100.0;
    let mut overruled = Vec::new();
    for objection in objections(loaded, predecessor.as_ref(), shrink_max, args.record.stamp().day()) {
        if args.accept_shrink && matches!(objection, Objection::Shrunk { .. }) {
            overruled.push(objection.to_string());
        } else {
            return Err(Failure::usage(format!("{}: {objection}", file.display()), objection.remedy()));
        }
    }
    Ok(overruled)
}

/// Returns the release before this one: of those that count, else of all, the last that covers no later days.
fn predecessor<'d>(desk: &'d Desk, loaded: &Loaded) -> Option<&'d Entry> {
    let release = &loaded.release;
    let is_before = |entry: &&Entry| {
        entry.list == release.list.as_str() && entry.covers_from <= release.covers.and_then(covers_from)
    };
    let last_of = |entries: Vec<&'d Entry>| {
        let before = entries.into_iter().filter(is_before);
        before.max_by_key(|entry| (&entry.covers_from, &entry.posted, &entry.imported_at))
    };
    last_of(desk.counting()).or_else(|| last_of(desk.entries.iter().collect()))
}

fn covers_from(covers: Effective) -> Option<String> {
    (covers.from != Effective::BEGINNING).then(|| covers.from.to_string())
}

fn named_columns(names: &ColumnNames) -> Vec<(String, String)> {
    let roles =
        [("ndc", &names.ndc), ("hcpcs", &names.hcpcs), ("from", &names.from), ("through", &names.through)];
    roles.into_iter().filter_map(|(role, header)| Some((role.to_owned(), header.clone()?))).collect()
}

/// Describes what was loaded; who brought it and when is added by the caller.
pub fn entry_of(loaded: &Loaded, file: &Path, bytes: &[u8], sha256: String) -> Entry {
    let (release, report) = (&loaded.release, &loaded.release.report);
    let list = release.list.as_str();
    let digits = &sha256[..ID_DIGITS];
    let id = if release.list == List::Local {
        format!("{list}-{digits}")
    } else {
        format!("{list}-{}-{digits}", release.name)
    };
    let publisher = match release.list {
        List::Pdac => "DME Pricing, Data Analysis and Coding contractor",
        List::Asp => "Centers for Medicare & Medicaid Services",
        List::Local => "this site",
    };
    let through = |covers: Effective| (!covers.is_open()).then(|| covers.through.to_string());
    let set_aside = set_aside(report).into_iter();
    Entry {
        id,
        list: list.to_owned(),
        release: release.name.clone(),
        publisher: publisher.to_owned(),
        file_name: file_name(file),
        sha256,
        bytes: bytes.len() as u64,
        posted: release.posted.map(|posted| posted.to_string()),
        posted_given: report.posted_from == Some(PostedFrom::Given),
        covers_from: release.covers.and_then(covers_from),
        covers_through: release.covers.and_then(through),
        columns: Vec::new(),
        rows: report.rows as u64,
        relations: report.relations as u64,
        merged: report.merged as u64,
        set_aside: set_aside.map(|(kind, rows)| SetAside { kind: kind.as_str().to_owned(), rows }).collect(),
        overruled: Vec::new(),
        imported_by: String::new(),
        imported_at: String::new(),
    }
}

fn words(desk: &Desk, file: &Path, entry: &Entry, brought: &Brought, store: &StoreArgs) -> String {
    let mut page = Page::default();
    let aside: usize = entry.set_aside.iter().map(|aside| aside.rows.len()).sum();
    match brought {
        Brought::Known => {
            page.line(&format!("{}: these very bytes are kept already", file.display()));
            page.line(&entry_line(entry, desk.state(entry)));
        }
        Brought::New => {
            page.line(&format!("{}: kept in {}", file.display(), desk.shelf.folder().display()));
            page.line(&entry_line(entry, State::Draft));
            page.labelled(
                "Rows",
                &format!(
                    "{} = {} relations + {} merged + {aside} set aside",
                    entry.rows, entry.relations, entry.merged
                ),
            );
            if 0 < aside {
                page.labelled("Set aside", &format!("claimgate crosswalk check {} says why", file.display()));
            }
            for objection in &entry.overruled {
                page.labelled("Overruled", objection);
            }
            let here = store.as_typed();
            page.labelled("Compare", &format!("claimgate crosswalk diff active {}{here}", entry.id));
            page.labelled("Let it count", &format!("claimgate crosswalk activate {}{here}", entry.id));
        }
    }
    page.text
}
