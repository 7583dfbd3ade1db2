//! `claimgate ndcj sent`, `approve` and `decline`: what became of a request.

use std::path::Path;

use chrono::NaiveDate;
use clap::Args;
use crosswalk::List;
use releases::{Decision, Request, RequestState, Shelf, SwitchKind};

use super::local_list::LocalList;
use crate::commands::crosswalk::import::entry_of;
use crate::commands::crosswalk::store::{RecordArgs, SwitchArgs, one_line, switch};
use crate::day;
use crate::desk::{Desk, damaged};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::figures::shown_ndc;
use crate::global::Global;
use crate::lists::{ListArgs, file_name};
use crate::page::Page;
use crate::stdout;

/// Name of the local lists that are written here.
const LOCAL_FILE_NAME: &str = "local.csv";

/// Arguments of `ndcj sent`.
#[derive(Args, Debug)]
pub struct SentArgs {
    /// The request
    pub id: String,
    #[command(flatten)]
    pub record: RecordArgs,
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
    pub switch: SwitchArgs,
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
    pub record: RecordArgs,
}

/// Notes that a request was sent.
pub fn sent(args: &SentArgs, global: &Global) -> Result<Exit, Failure> {
    let desk = args.record.store.open_plainly(global)?;
    let request = next(&desk, &args.id, RequestState::Sent, &args.record)?;
    desk.shelf.put_request(&request).map_err(damaged)?;
    stdout::write(format!("{}: sent\n", request.id).as_bytes())?;
    Ok(Exit::Done)
}

/// Enters that a request was declined.
pub fn decline(args: &DeclineArgs, global: &Global) -> Result<Exit, Failure> {
    let desk = args.record.store.open_plainly(global)?;
    let request = next(&desk, &args.id, RequestState::Declined, &args.record)?;
    if LocalList::counting(&desk)?.has(&args.id) {
        return Err(Failure::usage(
            format!("the pair of {} counts already: its approval was broken off", args.id),
            "end it with `claimgate ndcj approve`, or take the switch back with `claimgate crosswalk rollback`",
        ));
    }
    let declined =
        Decision { from: String::new(), through: String::new(), second: None, note: args.note.clone() };
    let request = Request { decision: Some(declined), ..request };
    desk.shelf.put_request(&request).map_err(damaged)?;
    stdout::write(format!("{}: declined\n", request.id).as_bytes())?;
    Ok(Exit::Done)
}

/// Enters an approval, and lets the pair count.
pub fn approve(args: &ApproveArgs, global: &Global) -> Result<Exit, Failure> {
    let (record, mut settings) = (&args.switch.record, args.switch.settings(global)?);
    // Whatever the profile says of releases: who asks for a pair does not approve it alone.
    settings.desk.second_person = true;
    if args.through.is_some_and(|through| through < args.from) {
        return Err(Failure::usage("the last day is before the first", "exchange --from and --through"));
    }
    let desk = record.store.open(&settings)?;
    let (by, second) = args.switch.names(&settings)?;
    let approved_by = format!("{by} and {}", second.as_deref().unwrap_or_default());
    let decision = Decision {
        from: args.from.to_string(),
        through: args.through.map(|day| day.to_string()).unwrap_or_default(),
        second,
        note: args.note.clone(),
    };
    let request = next(&desk, &args.id, RequestState::Approved, record)?;
    let list = LocalList::counting(&desk)?.with_row([
        &shown_ndc(&request.ndc),
        &request.hcpcs,
        &decision.from,
        &decision.through,
        &request.id,
        &approved_by,
        &args.note,
    ])?;
    let id = keep(&desk, &list, &by, &request.at)?;
    // The list counts before the request says so: a crash between the two leaves a request that can be approved again.
    let desk = record.store.open(&settings)?;
    let releases = desk.with(&[desk.entry(&id)?]);
    let words = switch(&desk, SwitchKind::Activate, releases, &args.switch, &settings)?;
    let request = Request { decision: Some(decision), ..request };
    desk.shelf.put_request(&request).map_err(damaged)?;
    let mut page = Page { text: words };
    page.line(&format!("{}: approved", request.id));
    page.labelled(
        "See",
        &format!("claimgate crosswalk preview active --facts DIR{}", record.store.as_typed()),
    );
    page.labelled("Rerun", "claimgate process DIR/…/rejected.837, of the runs that preview names");
    stdout::write(page.text.as_bytes())?;
    Ok(Exit::Done)
}

/// Returns the request as it stands after the next change.
fn next(desk: &Desk, id: &str, state: RequestState, record: &RecordArgs) -> Result<Request, Failure> {
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
        by: record.name()?,
        at: record.stamp().text(),
        ..request
    })
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
