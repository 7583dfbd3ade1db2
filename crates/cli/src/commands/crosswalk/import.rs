//! `claimgate crosswalk import`: keeps a release, as received, as a draft.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::Args;
use crosswalk::sources::{ColumnNames, Loaded, recognise};
use crosswalk::vetting::{Objection, objections};
use crosswalk::{Effective, List, PostedFrom};
use releases::{Entry, SetAside, Shelf, State};

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

/// A file that can be kept.
struct Vetted {
    loaded: Loaded,
    bytes: Vec<u8>,
    entry: Entry,
    /// Whether its bytes are kept already, or come earlier on the command line.
    is_known: bool,
}

/// Keeps every file, or none if one of them is refused.
pub fn run(args: &ImportArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::load(global.config.as_deref(), None)?;
    let desk = args.record.store.open(&settings)?;
    let mut files: Vec<Vetted> = Vec::new();
    for file in &args.files {
        let vetted =
            vetted(args, &settings, &desk, &files, file).map_err(|failure| failure_of(args, failure))?;
        files.push(vetted);
    }
    for (kept, file) in files.iter().enumerate() {
        if !file.is_known {
            let done = desk.shelf.keep(&file.bytes, &file.entry).map_err(damaged);
            done.map_err(|failure| broken_off(args, kept, failure))?;
        }
    }
    let desk = args.record.store.open(&settings)?;
    for (path, file) in args.files.iter().zip(&files) {
        if args.json {
            stdout::write_json(&file.entry)?;
        } else {
            stdout::write(words(&desk, path, file, &args.record.store).as_bytes())?;
        }
    }
    Ok(Exit::Done)
}

/// Says that one refused file keeps the others out too.
fn failure_of(args: &ImportArgs, failure: Failure) -> Failure {
    match args.files.len() {
        1 => failure,
        several => with_hint(failure, &format!("none of the {several} files is kept")),
    }
}

/// Says what a failure to write has left: what is kept is whole, and is passed over when it is brought again.
fn broken_off(args: &ImportArgs, kept: usize, failure: Failure) -> Failure {
    match args.files.len() {
        1 => failure,
        several => {
            with_hint(failure, &format!("{kept} of {several} files are kept; then import all of them again"))
        }
    }
}

fn with_hint(failure: Failure, words: &str) -> Failure {
    let hint = failure.hint.map_or_else(|| words.to_owned(), |hint| format!("{hint}; {words}"));
    Failure { hint: Some(hint), ..failure }
}

/// Reads a file, and looks whether it can be kept beside what is kept and what comes `earlier` on the command line.
fn vetted(
    args: &ImportArgs,
    settings: &Settings,
    desk: &Desk,
    earlier: &[Vetted],
    file: &Path,
) -> Result<Vetted, Failure> {
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
    let mut all = desk.entries.iter().chain(earlier.iter().map(|file| &file.entry));
    if let Some(known) = all.find(|entry| entry.sha256 == sha256) {
        return Ok(Vetted { loaded, bytes, entry: known.clone(), is_known: true });
    }
    let overruled = vet(args, settings, desk, earlier, file, &loaded)?;
    let entry = Entry {
        imported_by: by,
        imported_at: args.record.stamp().text(),
        overruled,
        columns: as_named.columns_of(list).map(|names| named_columns(&names)).unwrap_or_default(),
        ..entry_of(&loaded, file, &bytes, sha256)
    };
    Ok(Vetted { loaded, bytes, entry, is_known: false })
}

/// Refuses a list that something speaks against; returns the objections that were overruled.
fn vet(
    args: &ImportArgs,
    settings: &Settings,
    desk: &Desk,
    earlier: &[Vetted],
    file: &Path,
    loaded: &Loaded,
) -> Result<Vec<String>, Failure> {
    let predecessor = match predecessor(desk, earlier, loaded) {
        Some(entry) => Some(match earlier.iter().find(|file| file.entry.id == entry.id) {
            Some(file) => Cow::Borrowed(&file.loaded),
            None => Cow::Owned(desk.load(entry)?),
        }),
        None => None,
    };
    let shrink_max = f64::from(u32::try_from(settings.desk.shrink_percent_max).unwrap_or(100)) / 100.0;
    let mut overruled = Vec::new();
    for objection in objections(loaded, predecessor.as_deref(), shrink_max, args.record.stamp().day()) {
        if args.accept_shrink && matches!(objection, Objection::Shrunk { .. }) {
            overruled.push(objection.to_string());
        } else {
            return Err(Failure::usage(format!("{}: {objection}", file.display()), objection.remedy()));
        }
    }
    Ok(overruled)
}

/// Returns the release before this one: of those that count, else of all, the last that covers no later days.
fn predecessor<'d>(desk: &'d Desk, earlier: &'d [Vetted], loaded: &Loaded) -> Option<&'d Entry> {
    let release = &loaded.release;
    let is_before = |entry: &&Entry| {
        entry.list == release.list.as_str() && entry.covers_from <= release.covers.and_then(covers_from)
    };
    let last_of = |entries: Vec<&'d Entry>| {
        let before = entries.into_iter().filter(is_before);
        before.max_by_key(|entry| (&entry.covers_from, &entry.posted, &entry.imported_at))
    };
    let all = || desk.entries.iter().chain(earlier.iter().map(|file| &file.entry));
    last_of(desk.counting()).or_else(|| last_of(all().collect()))
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

fn words(desk: &Desk, path: &Path, file: &Vetted, store: &StoreArgs) -> String {
    let (mut page, entry) = (Page::default(), &file.entry);
    if file.is_known {
        page.line(&format!("{}: these very bytes are kept already", path.display()));
        page.line(&entry_line(entry, desk.state(entry)));
        return page.text;
    }
    let aside: usize = entry.set_aside.iter().map(|aside| aside.rows.len()).sum();
    page.line(&format!("{}: kept in {}", path.display(), desk.shelf.folder().display()));
    page.line(&entry_line(entry, State::Draft));
    page.labelled(
        "Rows",
        &format!(
            "{} = {} relations + {} merged + {aside} set aside",
            entry.rows, entry.relations, entry.merged
        ),
    );
    if 0 < aside {
        page.labelled("Set aside", &format!("claimgate crosswalk check {} says why", path.display()));
    }
    for objection in &entry.overruled {
        page.labelled("Overruled", objection);
    }
    let here = store.as_typed();
    page.labelled("Compare", &format!("claimgate crosswalk diff active {}{here}", entry.id));
    page.labelled("Let it count", &format!("claimgate crosswalk activate {}{here}", entry.id));
    page.text
}
