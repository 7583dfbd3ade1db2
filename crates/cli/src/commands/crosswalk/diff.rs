//! `claimgate crosswalk diff`: which pairs change from one release or snapshot to another.

use clap::Args;
use crosswalk::difference::{Change, Kind, changes};
use crosswalk::{Effective, List};
use serde::Serialize;

use super::rows::{SpanRow, days, digits, span_words};
use super::sides::{Side, sides};
use super::store::StoreArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::page::Page;
use crate::table::{FormArgs, Table};

/// Arguments of `crosswalk diff`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct DiffArgs {
    /// What was: a file as downloaded, a kept release, a snapshot, or `active`
    pub old: String,
    /// What is to be; a kept release or a file against a snapshot stands for what counts, with it
    pub new: String,
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub form: FormArgs,
}

const EXAMPLES: &str = "\
Examples:
  claimgate crosswalk diff 2025-09-05XWalk.xlsx 2025-10-05XWalk.xlsx
  claimgate crosswalk diff active asp-2026Q1 --csv > changes.csv";

/// Columns of the table.
const COLUMNS: [(&str, f64); 6] =
    [("list", 8.0), ("change", 10.0), ("hcpcs", 9.0), ("ndc", 16.0), ("before", 30.0), ("after", 30.0)];

#[derive(Serialize)]
struct DiffRow<'d> {
    old: SideRow<'d>,
    new: SideRow<'d>,
    changes: Vec<ChangeRow>,
}

#[derive(Serialize)]
struct SideRow<'d> {
    name: &'d str,
    snapshot: &'d str,
    relations: usize,
}

#[derive(Serialize)]
struct ChangeRow {
    list: &'static str,
    change: &'static str,
    hcpcs: String,
    ndc: String,
    before: Vec<SpanRow>,
    after: Vec<SpanRow>,
}

/// Compares both sides and shows what changes.
pub fn run(args: &DiffArgs, global: &Global) -> Result<Exit, Failure> {
    let desk = args.store.open_plainly(global)?;
    let [old, new] = sides(&args.old, &args.new, &desk)?;
    let changes = changes(&old.crosswalk, &new.crosswalk);
    let table = || {
        let title = format!("{} against {}", new.name, old.name);
        let rows = Box::new(changes.iter().map(|change| Ok(cells(change).to_vec())));
        Ok(Table { title, sheet: "changes", columns: &COLUMNS, money: None, rows })
    };
    let row = || DiffRow {
        old: SideRow::of(&old),
        new: SideRow::of(&new),
        changes: changes.iter().map(ChangeRow::of).collect(),
    };
    args.form.show(table, row, || words(&old, &new, &changes))?;
    Ok(Exit::Done)
}

fn words(old: &Side, new: &Side, changes: &[Change]) -> String {
    let mut page = Page::default();
    page.line(&format!("From  {}", old.name));
    page.line(&format!("To    {}", new.name));
    for list in List::ALL {
        let own = || changes.iter().filter(move |change| change.list == list);
        let counts = Kind::ALL.map(|kind| (kind, own().filter(|change| change.kind == kind).count()));
        let told: Vec<String> = counts
            .iter()
            .filter(|(_, count)| *count != 0)
            .map(|(kind, count)| format!("{count} {}", kind.as_str()))
            .collect();
        if told.is_empty() {
            continue;
        }
        page.blank();
        page.line(&format!("{list}: {}", told.join(", ")));
        for change in own() {
            page.line(change_line(change).trim_end());
        }
    }
    if changes.is_empty() {
        page.line("No pair changes.");
    }
    page.text
}

fn change_line(change: &Change) -> String {
    let spans =
        |spans: &[Effective]| spans.iter().map(|span| span_words(*span)).collect::<Vec<_>>().join("; ");
    let when = match change.kind {
        Kind::Added => spans(&change.after),
        Kind::Gone => format!("was {}", spans(&change.before)),
        Kind::Ended | Kind::Moved => format!("{}, was {}", spans(&change.after), spans(&change.before)),
    };
    format!("  {:<5}  {}  {}  {when}", change.kind.as_str(), change.hcpcs, change.ndc)
}

/// Returns the cells of a change, in the order of [`COLUMNS`]; several spans of a pair are parted by semicolons.
fn cells(change: &Change) -> [String; 6] {
    let spans = |spans: &[Effective]| {
        let spans = spans.iter().map(|span| days(*span).join(".."));
        spans.collect::<Vec<_>>().join("; ")
    };
    [
        change.list.as_str().to_owned(),
        change.kind.as_str().to_owned(),
        change.hcpcs.to_string(),
        change.ndc.to_string(),
        spans(&change.before),
        spans(&change.after),
    ]
}

impl<'d> SideRow<'d> {
    fn of(side: &'d Side) -> SideRow<'d> {
        SideRow {
            name: &side.name,
            snapshot: side.crosswalk.id(),
            relations: side.crosswalk.relations_total(),
        }
    }
}

impl ChangeRow {
    fn of(change: &Change) -> ChangeRow {
        let spans = |spans: &[Effective]| spans.iter().map(|span| SpanRow::of(*span)).collect();
        ChangeRow {
            list: change.list.as_str(),
            change: change.kind.as_str(),
            hcpcs: change.hcpcs.to_string(),
            ndc: digits(change.ndc),
            before: spans(&change.before),
            after: spans(&change.after),
        }
    }
}
