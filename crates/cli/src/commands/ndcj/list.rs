//! `claimgate ndcj list`: the requests, and where they stand.

use claims::decimal;
use clap::Args;
use releases::RequestState;

use super::local_list::LocalList;
use crate::commands::crosswalk::store::StoreArgs;
use crate::desk::damaged;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::figures::shown_ndc;
use crate::global::Global;
use crate::page::Page;
use crate::stdout;

/// Arguments of `ndcj list`.
#[derive(Args, Debug)]
pub struct RequestsArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// Write one JSON array
    #[arg(long)]
    pub json: bool,
}

/// Shows every request as it stands.
pub fn run(args: &RequestsArgs, global: &Global) -> Result<Exit, Failure> {
    let desk = args.store.open_plainly(global)?;
    let requests = desk.shelf.requests().map_err(damaged)?;
    if args.json {
        stdout::write_json(&requests)?;
        return Ok(Exit::Done);
    }
    let local = LocalList::counting(&desk)?;
    let mut page = Page::default();
    if requests.is_empty() {
        page.line("There is no request.");
    }
    for request in requests {
        let decision = request.decision.as_ref().map_or_else(String::new, |decision| {
            match (decision.from.as_str(), decision.through.as_str()) {
                ("", _) => format!("; {}", decision.note),
                (from, "") => format!("; {from} on"),
                (from, through) => format!("; {from} through {through}"),
            }
        });
        let is_gone = request.state == RequestState::Approved && !local.has(&request.id);
        let gone = if is_gone { "; not on the local list that counts" } else { "" };
        page.line(&format!(
            "  {:<8}  {:<20}  {} {}  {:>5} {:<6}  {:>12}  since {} by {}{decision}{gone}",
            request.state.as_str(),
            request.id,
            request.hcpcs,
            shown_ndc(&request.ndc),
            request.claims,
            if request.claims == 1 { "claim" } else { "claims" },
            decimal(request.charge_cents),
            request.at.get(..10).unwrap_or(&request.at),
            request.by,
        ));
    }
    stdout::write(page.text.as_bytes())?;
    Ok(Exit::Done)
}
