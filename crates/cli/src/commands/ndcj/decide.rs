//! `claimgate ndcj sent`, `approve` and `decline`: what became of a request.

use std::path::Path;

use chrono::NaiveDate;
use clap::Args;
use crosswalk::List;
use releases::{Decision, Request, RequestState, Shelf, SwitchKind};

use crate::commands::crosswalk::import::entry_of;
use crate::commands::crosswalk::store::{ActorArgs, Plan, SecondArgs, StoreArgs, one_line, switch};
use crate::day;
use crate::desk::{Desk, damaged};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::figures::shown_ndc;
use crate::global::Global;
use crate::lists::{ListArgs, file_name};
use crate::page::Page;
use crate::settings::Settings;
use crate::stamp::Stamp;
use crate::stdout;

/// Columns of a local list.
const COLUMNS: [&str; 7] = ["ndc", "hcpcs", "start", "end", "request_id", "approved_by", "note"];

/// Name of the local lists that are written here.
const LOCAL_FILE_NAME: &str = "local.csv";

/// Arguments of `ndcj sent`.
#[derive(Args, Debug)]
pub struct SentArgs {
    /// The request
    pub id: String,
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub actor: ActorArgs,
}

/// Arguments of `ndcj approve`.
#[derive(Args, Debug)]
pub struct ApproveArgs {
    /// The request
    pub id: String,
    /// The first day on which the pair is approved
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day::parse)]
    pub from: NaiveDate,
    /// The last day; without one, there is no end
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day::parse)]
    pub through: Option<NaiveDate>,
    /// Words for the row of the local list
    #[arg(long, value_name = "TEXT", default_value = "", value_parser = one_line)]
    pub note: String,
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub actor: ActorArgs,
    #[command(flatten)]
    pub second: SecondArgs,
}

/// Arguments of `ndcj decline`.
#[derive(Args, Debug)]
pub struct DeclineArgs {
    /// The request
    pub id: String,
    /// Why it was declined
    #[arg(long, value_name = "TEXT", value_parser = one_line)]
    pub note: String,
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub actor: ActorArgs,
}

/// Notes that a request was sent.
pub fn sent(args: &SentArgs, global: &Global) -> Result<Exit, Failure> {
    let desk = args.store.open_plainly(global)?;
    let request = next(&desk, &args.id, RequestState::Sent, &args.actor)?;
    desk.shelf.put_request(&request).map_err(damaged)?;
    stdout::write(format!("{}: sent\n", request.id).as_bytes())?;
    Ok(Exit::Done)
}

/// Enters that a request was declined.
pub fn decline(args: &DeclineArgs, global: &Global) -> Result<Exit, Failure> {
    let desk = args.store.open_plainly(global)?;
    let is_approved = desk
        .shelf
        .requests()
        .map_err(damaged)?
        .iter()
        .any(|one| one.id == args.id && one.state == RequestState::Approved);
    if !is_approved && counts(&desk, &args.id)? {
        return Err(Failure::usage(
            format!("the pair of {} counts already: its approval was broken off", args.id),
            "end it with `claimgate ndcj approve`, or take the switch back with `claimgate crosswalk rollback`",
        ));
    }
    let declined =
        Decision { from: String::new(), through: String::new(), second: None, note: args.note.clone() };
    let request =
        Request { decision: Some(declined), ..next(&desk, &args.id, RequestState::Declined, &args.actor)? };
    desk.shelf.put_request(&request).map_err(damaged)?;
    stdout::write(format!("{}: declined\n", request.id).as_bytes())?;
    Ok(Exit::Done)
}

/// Enters an approval, and lets the pair count.
pub fn approve(args: &ApproveArgs, global: &Global) -> Result<Exit, Failure> {
    let mut settings = Settings::load(global.config.as_deref(), args.second.profile.as_deref())?;
    // Whatever the profile says of releases: who asks for a pair does not approve it alone.
    settings.desk.second_person = true;
    if args.through.is_some_and(|through| through < args.from) {
        return Err(Failure::usage("the last day is before the first", "exchange --from and --through"));
    }
    let desk = args.store.open(&settings)?;
    let by = args.actor.name()?;
    let second = args.second.name(&by, &settings)?;
    let decision = Decision {
        from: args.from.to_string(),
        through: args.through.map(|day| day.to_string()).unwrap_or_default(),
        second: second.clone(),
        note: args.note.clone(),
    };
    let request = Request {
        decision: Some(decision.clone()),
        ..next(&desk, &args.id, RequestState::Approved, &args.actor)?
    };
    let approved_by = format!("{by} and {}", second.unwrap_or_default());
    let list = with_row(
        &desk,
        [
            &shown_ndc(&request.ndc),
            &request.hcpcs,
            &decision.from,
            &decision.through,
            &request.id,
            &approved_by,
            &args.note,
        ],
    )?;
    let id = keep(&desk, &list, &by, &request.at)?;
    // The list counts before the request says so: a crash between the two leaves a request that can be approved again.
    let desk = args.store.open(&settings)?;
    let plan = Plan { releases: desk.with(&[desk.entry(&id)?]), kind: SwitchKind::Activate };
    let words = switch(&desk, plan, &args.actor, &args.second, &settings)?;
    desk.shelf.put_request(&request).map_err(damaged)?;
    let mut page = Page { text: words };
    page.line(&format!("{}: approved", request.id));
    page.labelled("See", &format!("claimgate crosswalk preview active --facts DIR{}", args.store.as_typed()));
    page.labelled("Rerun", "claimgate process DIR/…/rejected.837, of the runs that preview names");
    stdout::write(page.text.as_bytes())?;
    Ok(Exit::Done)
}

/// Returns the request as it stands after the next change.
fn next(desk: &Desk, id: &str, state: RequestState, actor: &ActorArgs) -> Result<Request, Failure> {
    let requests = desk.shelf.requests().map_err(damaged)?;
    let request = requests.into_iter().find(|request| request.id == id).ok_or_else(|| {
        Failure::usage(format!("there is no request {id}"), "`claimgate ndcj list` shows all of them")
    })?;
    if !request.state.can_become(state) {
        return Err(Failure::usage(
            format!("{id} is {}, and cannot become {}", request.state.as_str(), state.as_str()),
            "a new request for the pair can be written with `claimgate ndcj draft`",
        ));
    }
    Ok(Request {
        version: request.version + 1,
        state,
        by: actor.name()?,
        at: Stamp::or_clock(actor.now).text(),
        ..request
    })
}

/// Returns the local list that counts, with one more row.
fn with_row(desk: &Desk, row: [&str; 7]) -> Result<Vec<u8>, Failure> {
    let counting = desk.counting().into_iter().find(|entry| entry.list == List::Local.as_str());
    let mut list = match counting {
        Some(entry) => desk.shelf.read(entry).map_err(damaged)?,
        None => format!("{}\n", COLUMNS.join(",")).into_bytes(),
    };
    let header = list.split(|&byte| byte == b'\n').next().unwrap_or_default().trim_ascii_end();
    let header = header.strip_prefix(b"\xef\xbb\xbf").unwrap_or(header).to_ascii_lowercase();
    if header != COLUMNS.join(",").as_bytes() {
        return Err(Failure::usage(
            "the local list that counts is not CSV with the seven columns from ndc to note, so no row can be added",
            "bring it as such with `claimgate crosswalk import --list local`",
        ));
    }
    if !list.ends_with(b"\n") {
        list.push(b'\n');
    }
    let earlier = rows_of(&list, row[REQUEST_ID])?;
    let list = if earlier == 0 { list } else { without_rows(&list, row[REQUEST_ID])? };
    let mut table = csv::Writer::from_writer(list);
    // Nothing that people wrote is a formula for a spreadsheet.
    let row =
        row.map(
            |cell| if cell.starts_with(['=', '+', '-', '@']) { format!("'{cell}") } else { cell.to_owned() },
        );
    table.write_record(&row).expect("writing to memory does not fail");
    Ok(table.into_inner().expect("writing to memory does not fail"))
}

/// Where the request stands in [`COLUMNS`].
const REQUEST_ID: usize = 4;

/// Returns whether the local list that counts has the pair of a request.
pub fn counts(desk: &Desk, id: &str) -> Result<bool, Failure> {
    let counting = desk.counting().into_iter().find(|entry| entry.list == List::Local.as_str());
    let Some(entry) = counting else { return Ok(false) };
    let list = desk.shelf.read(entry).map_err(damaged)?;
    Ok(0 < rows_of(&list, id).unwrap_or(0))
}

fn rows(list: &[u8]) -> Result<Vec<csv::StringRecord>, Failure> {
    let mut table = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(list);
    table.records().collect::<csv::Result<_>>().map_err(|error| {
        Failure::usage(
            format!("the local list that counts cannot be read: {error}"),
            "bring it as CSV in UTF-8",
        )
    })
}

/// Returns how many rows of a local list a request has.
fn rows_of(list: &[u8], id: &str) -> Result<usize, Failure> {
    Ok(rows(list)?.iter().filter(|row| row.get(REQUEST_ID) == Some(id)).count())
}

/// Returns the local list without the rows of a request, which an approval that was broken off has left.
fn without_rows(list: &[u8], id: &str) -> Result<Vec<u8>, Failure> {
    let mut table = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in rows(list)?.iter().filter(|row| row.get(REQUEST_ID) != Some(id)) {
        table.write_record(row).expect("writing to memory does not fail");
    }
    Ok(table.into_inner().expect("writing to memory does not fail"))
}

/// Keeps a local list; returns its id.
fn keep(desk: &Desk, list: &[u8], by: &str, at: &str) -> Result<String, Failure> {
    let path = Path::new(LOCAL_FILE_NAME);
    let loaded = ListArgs::default().parse(List::Local, path, list)?;
    let mut entry = entry_of(&loaded, path, list, Shelf::sha256(list));
    (entry.imported_by, entry.imported_at) = (by.to_owned(), at.to_owned());
    entry.file_name = file_name(path);
    desk.shelf.keep(list, &entry).map_err(damaged)?;
    Ok(entry.id)
}
