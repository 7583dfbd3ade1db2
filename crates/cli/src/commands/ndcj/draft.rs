//! `claimgate ndcj draft`: a request for each pair, filled in from what it stopped.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use claims::{DateSource, decimal};
use clap::Args;
use crosswalk::{Crosswalk, Ndc};
use edits::{Says, why};
use releases::{Drug, Request, RequestState, Requester};

use super::form::message;
use super::pairs::{Stopped, stopped};
use crate::commands::crosswalk::store::{RecordArgs, one_line};
use crate::desk::damaged;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::figures::{number_of, shown_ndc};
use crate::global::Global;
use crate::page::Page;
use crate::settings::Settings;
use crate::stdout;

/// Arguments of `ndcj draft`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct DraftArgs {
    /// Folder with outputs of `process --facts`, and with folders of such outputs
    #[arg(long, value_name = "DIR", required = true)]
    pub facts: Vec<PathBuf>,
    /// A pair to ask for; repeat for several
    #[arg(long, value_name = "NDC,HCPCS", value_parser = pair, required_unless_present = "all")]
    pub pair: Vec<(Ndc, String)>,
    /// Ask for every pair that stopped a claim and was never asked for
    #[arg(long, conflicts_with = "pair")]
    pub all: bool,
    /// Folder of the messages: for each request one as .eml, and the form as .pdf
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    #[command(flatten)]
    pub requester: RequesterArgs,
    #[command(flatten)]
    pub record: RecordArgs,
}

const EXAMPLES: &str = "\
Examples:
  claimgate ndcj pairs --facts runs
  claimgate ndcj draft --facts runs --pair 99501-0210-05,J0897 --requester 'A. Coder' --out requests";

/// Who asks, and for what drug.
#[derive(Args, Debug)]
pub struct RequesterArgs {
    /// Who asks
    #[arg(long, value_name = "NAME", value_parser = one_line, help_heading = "Fields of the form")]
    pub requester: Option<String>,
    /// For which organization
    #[arg(long, value_name = "NAME", value_parser = one_line, help_heading = "Fields of the form")]
    pub organisation: Option<String>,
    /// Its National Provider Identifier
    #[arg(long, value_name = "NPI", value_parser = one_line, help_heading = "Fields of the form")]
    pub npi: Option<String>,
    /// Its trading partner identifier
    #[arg(long, value_name = "ID", value_parser = one_line, help_heading = "Fields of the form")]
    pub tpid: Option<String>,
    /// Where an answer goes
    #[arg(long, value_name = "ADDRESS", value_parser = one_line, help_heading = "Fields of the form")]
    pub email: Option<String>,
    /// Telephone
    #[arg(long, value_name = "NUMBER", value_parser = one_line, help_heading = "Fields of the form")]
    pub phone: Option<String>,
    /// Name of the drug, as on the package
    #[arg(long, value_name = "TEXT", value_parser = one_line, help_heading = "Fields of the form")]
    pub label: Option<String>,
    /// Who labels the drug
    #[arg(long, value_name = "TEXT", value_parser = one_line, help_heading = "Fields of the form")]
    pub labeler: Option<String>,
    /// Size and measure of the package
    #[arg(long, value_name = "TEXT", value_parser = one_line, help_heading = "Fields of the form")]
    pub package: Option<String>,
    /// What one unit of the procedure stands for
    #[arg(long, value_name = "TEXT", value_parser = one_line, help_heading = "Fields of the form")]
    pub dosage: Option<String>,
    /// Why the pair is asked for
    #[arg(long, value_name = "TEXT", value_parser = one_line, help_heading = "Fields of the form")]
    pub reason: Option<String>,
}

/// Reads `99501-0210-05,J0897`.
fn pair(text: &str) -> Result<(Ndc, String), String> {
    let words = "a pair is written NDC,HCPCS, such as 99501-0210-05,J0897";
    let (ndc, hcpcs) = text.split_once(',').ok_or(words)?;
    let ndc = Ndc::parse(ndc.trim().as_bytes()).ok_or(words)?;
    crosswalk::Hcpcs::parse(hcpcs.trim().as_bytes()).ok_or(words)?;
    Ok((ndc, hcpcs.trim().to_owned()))
}

/// Writes the requests.
pub fn run(args: &DraftArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::load(global.config.as_deref(), None)?;
    let desk = args.record.store.open(&settings)?;
    let (crosswalk, _) = desk.snapshot(desk.in_force()?)?;
    let known = desk.shelf.requests().map_err(damaged)?;
    let mut page = Page::default();
    for pair in chosen(args, stopped(&args.facts)?.pairs)? {
        let earlier: Vec<&Request> =
            known.iter().filter(|one| one.hcpcs == pair.hcpcs && one.ndc == pair.ndc).collect();
        let open = earlier.iter().find(|one| matches!(one.state, RequestState::Draft | RequestState::Sent));
        if let Some(open) = open {
            page.line(&format!("{}: asked for already, {}", open.id, open.state.as_str()));
            continue;
        }
        // Whoever asks once more after a decision means this very pair.
        if let (true, Some(decided)) = (args.all, earlier.last()) {
            let state = decided.state.as_str();
            page.line(&format!("{}: asked for already, {state}; --pair asks again", decided.id));
            continue;
        }
        let request = request(args, &pair, earlier.len(), &crosswalk)?;
        desk.shelf.put_request(&request).map_err(damaged)?;
        let path = args.out.join(format!("{}.eml", request.id));
        write(&path, message(&request).as_bytes())?;
        #[cfg(feature = "office")]
        write(&path.with_extension("pdf"), &super::form::pdf(&request)?)?;
        page.line(&format!(
            "{}: {}, {}; {}",
            request.id,
            number_of(request.claims, "claim"),
            decimal(request.charge_cents),
            path.display()
        ));
    }
    stdout::write(page.text.as_bytes())?;
    Ok(Exit::Done)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    intake::write_file(path, bytes, true).map_err(|error| Failure::io("cannot write", path, &error))
}

/// Returns the pairs that are asked for.
///
/// Errors: one that stopped no claim.
fn chosen(args: &DraftArgs, stopped: Vec<Stopped>) -> Result<Vec<Stopped>, Failure> {
    if args.all {
        return Ok(stopped);
    }
    let find = |(ndc, hcpcs): &(Ndc, String)| {
        let digits = crate::commands::crosswalk::rows::digits(*ndc);
        let found = stopped.iter().find(|pair| pair.hcpcs == *hcpcs && pair.ndc == digits);
        found.cloned().ok_or_else(|| {
            Failure::usage(
                format!("the pair {ndc} with {hcpcs} stopped no claim of these runs"),
                "`claimgate ndcj pairs` shows those that did",
            )
        })
    };
    args.pair.iter().map(find).collect()
}

fn request(
    args: &DraftArgs,
    pair: &Stopped,
    earlier: usize,
    crosswalk: &Crosswalk,
) -> Result<Request, Failure> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let form = &args.requester;
    let number = if earlier == 0 { String::new() } else { format!("-{}", earlier + 1) };
    let default_reason = || {
        format!(
            "{} with NDC {} stops claims, as the lists do not have the pair on the dates of service.",
            pair.hcpcs,
            shown_ndc(&pair.ndc)
        )
    };
    Ok(Request {
        id: format!("{}-{}{number}", pair.hcpcs, pair.ndc),
        version: 1,
        state: RequestState::Draft,
        hcpcs: pair.hcpcs.clone(),
        ndc: pair.ndc.clone(),
        requester: Requester {
            name: text(&form.requester),
            organisation: text(&form.organisation),
            npi: text(&form.npi),
            tpid: text(&form.tpid),
            email: text(&form.email),
            phone: text(&form.phone),
        },
        drug: Drug {
            label: text(&form.label),
            labeler: text(&form.labeler),
            package: text(&form.package),
            dosage: text(&form.dosage),
        },
        first_date: pair.first_date.clone(),
        last_date: pair.last_date.clone(),
        claims: pair.claims,
        lines: pair.lines,
        charge_cents: pair.charge_cents,
        snapshot: crosswalk.id().to_owned(),
        searched: searched(pair, crosswalk),
        reason: form.reason.clone().unwrap_or_else(default_reason),
        decision: None,
        by: args.record.name()?,
        at: args.record.stamp().text(),
    })
}

/// Says what each list has of the pair on the last day of service.
fn searched(pair: &Stopped, crosswalk: &Crosswalk) -> Vec<String> {
    let day: Option<NaiveDate> = pair.last_date.as_deref().and_then(|day| day.parse().ok());
    let procedure = crosswalk.procedure(pair.hcpcs.as_bytes());
    let why = why(crosswalk, Some(pair.ndc.as_bytes()), procedure, day.map(|day| (day, DateSource::Line)));
    let says = |says: Says| match says {
        Says::InForce => "the pair is in force",
        Says::NotYet => "the pair begins later",
        Says::Ended => "the pair has ended",
        Says::Between => "the pair is in force before and after, and not on the day",
        Says::OtherProcedure => "the NDC is listed with other procedures only",
        Says::UnknownNdc => "the NDC is not listed",
        Says::NotCovered => "no release covers the day",
    };
    let lists = why.lists.iter();
    lists
        .map(|list| {
            let release = list.release.map_or_else(String::new, |release| format!(" {release}"));
            format!("{}{release}: {}", list.list, says(list.says))
        })
        .collect()
}
