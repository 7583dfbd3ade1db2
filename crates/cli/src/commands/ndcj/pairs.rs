//! `claimgate ndcj pairs`: the pairs that stopped claims.

use claims::decimal;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::PathBuf;

use clap::Args;
use crosswalk::Ndc;
use responses::facts::day_of;
use serde::Serialize;

use crate::commands::crosswalk::rows::digits;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::figures::shown_ndc;
use crate::kept::{self, KeptClaim};
use crate::page::Page;
use crate::stdout;

/// Codes of the standings that an approval can mend: the list lacks the NDC, the pair, or the pair on the date.
const STOPPED: [&str; 4] = ["NDC040", "NDC050", "NDC060", "NDC070"];

/// Arguments of `ndcj pairs`.
#[derive(Args, Debug)]
pub struct PairsArgs {
    /// Folder with outputs of `process --facts`, and with folders of such outputs
    #[arg(long, value_name = "DIR", required = true)]
    pub facts: Vec<PathBuf>,
    /// Write one JSON object
    #[arg(long)]
    pub json: bool,
}

/// What one pair stopped.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Stopped {
    /// The procedure.
    pub hcpcs: String,
    /// The NDC, eleven digits.
    pub ndc: String,
    /// Codes of the standings of its lines, with how many lines have each.
    pub standings: BTreeMap<String, u64>,
    /// Claims that have a line with it.
    pub claims: u64,
    /// Lines with it.
    pub lines: u64,
    /// Charges of the claims.
    pub charge_cents: i64,
    /// The first and the last day of service, in days since 1970-01-01.
    #[serde(skip)]
    pub days: Option<(i32, i32)>,
    /// The first day of service.
    pub first_date: Option<String>,
    /// The last.
    pub last_date: Option<String>,
}

/// What all pairs stopped.
#[derive(Default, Serialize)]
pub struct AllStopped {
    /// Claims that have a line with one of them; one with several pairs counts once.
    claims: u64,
    /// Lines with one of them; one with several pairs counts once.
    lines: u64,
    /// Charges of the claims.
    charge_cents: i64,
    /// The pairs, those with the most money first.
    pub pairs: Vec<Stopped>,
}

/// Shows the pairs.
pub fn run(args: &PairsArgs) -> Result<Exit, Failure> {
    let all = stopped(&args.facts)?;
    if args.json {
        stdout::write_json(&all)?;
    } else {
        stdout::write(words(&all).as_bytes())?;
    }
    Ok(Exit::Done)
}

fn words(all: &AllStopped) -> String {
    let mut page = Page::default();
    if all.pairs.is_empty() {
        page.line("No pair stopped a claim.");
        return page.text;
    }
    page.line("  HCPCS  NDC            standing        claims   lines         charges  dates of service");
    for pair in &all.pairs {
        let standings: Vec<&str> = pair.standings.keys().map(String::as_str).collect();
        let dates = match (&pair.first_date, &pair.last_date) {
            (Some(first), Some(last)) if first == last => first.clone(),
            (Some(first), Some(last)) => format!("{first} to {last}"),
            _ => "none".to_owned(),
        };
        page.line(&format!(
            "  {:<5}  {:<13}  {:<14}  {:>6}  {:>6}  {:>14}  {dates}",
            pair.hcpcs,
            shown_ndc(&pair.ndc),
            standings.join(" "),
            pair.claims,
            pair.lines,
            decimal(pair.charge_cents)
        ));
    }
    let AllStopped { claims, lines, charge_cents, .. } = all;
    page.line(&format!(
        "  {:<38}  {claims:>6}  {lines:>6}  {:>14}",
        "In all, each once",
        decimal(*charge_cents)
    ));
    page.text
}

/// Returns what pairs stopped claims.
pub fn stopped(folders: &[PathBuf]) -> Result<AllStopped, Failure> {
    let (mut all, mut pairs) = (AllStopped::default(), Pairs::new());
    kept::read(
        folders,
        None,
        |(all, pairs): &mut (AllStopped, Pairs), _, claim| {
            add(all, pairs, claim);
            Ok(())
        },
        |(part, of_part)| {
            all.claims += part.claims;
            all.lines += part.lines;
            all.charge_cents += part.charge_cents;
            for (key, stopped) in of_part {
                match pairs.entry(key) {
                    Entry::Vacant(place) => drop(place.insert(stopped)),
                    Entry::Occupied(mut place) => place.get_mut().join(stopped),
                }
            }
            Ok(())
        },
    )?;
    all.pairs = pairs.into_values().collect();
    for pair in &mut all.pairs {
        let day = |day: i32| day_of(day).map(|day| day.to_string());
        pair.first_date = pair.days.and_then(|(first, _)| day(first));
        pair.last_date = pair.days.and_then(|(_, last)| day(last));
    }
    all.pairs
        .sort_by_key(|pair| (std::cmp::Reverse(pair.charge_cents), pair.hcpcs.clone(), pair.ndc.clone()));
    Ok(all)
}

/// What each pair stopped, by procedure and NDC.
type Pairs = BTreeMap<(String, String), Stopped>;

impl Stopped {
    /// Adds what the same pair stopped elsewhere.
    fn join(&mut self, other: Stopped) {
        for (standing, lines) in other.standings {
            *self.standings.entry(standing).or_default() += lines;
        }
        self.claims += other.claims;
        self.lines += other.lines;
        self.charge_cents += other.charge_cents;
        if let Some((first, last)) = other.days {
            self.stretch(first, last);
        }
    }

    fn stretch(&mut self, first: i32, last: i32) {
        let (from, through) = self.days.unwrap_or((first, last));
        self.days = Some((from.min(first), through.max(last)));
    }
}

/// Counts a claim in all, and with each of its pairs.
fn add(all: &mut AllStopped, pairs: &mut Pairs, claim: &KeptClaim<'_>) {
    let mut counted: Vec<(String, String)> = Vec::new();
    for line in claim.lines.iter().filter(|line| STOPPED.contains(&line.standing)) {
        let products = claim.products_of(line).iter().filter(|(qualifier, _)| *qualifier == "N4");
        let ndcs: Vec<Ndc> = products.filter_map(|(_, sent)| Ndc::parse(sent.as_bytes())).collect();
        all.lines += u64::from(!ndcs.is_empty());
        for ndc in ndcs {
            let ndc = digits(ndc);
            let key = (line.procedure.to_owned(), ndc.clone());
            let pair = pairs.entry(key.clone()).or_default();
            (pair.hcpcs, pair.ndc) = key.clone();
            *pair.standings.entry(line.standing.to_owned()).or_default() += 1;
            pair.lines += 1;
            if let Some((first, last)) = line.days {
                pair.stretch(first, last);
            }
            if !counted.contains(&key) {
                pair.claims += 1;
                pair.charge_cents += claim.charge_cents;
                counted.push(key);
            }
        }
    }
    if !counted.is_empty() {
        all.claims += 1;
        all.charge_cents += claim.charge_cents;
    }
}
