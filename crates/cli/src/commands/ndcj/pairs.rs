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

/// Shows the pairs.
pub fn run(args: &PairsArgs) -> Result<Exit, Failure> {
    let pairs = stopped(&args.facts)?;
    if args.json {
        stdout::write_json(&pairs)?;
        return Ok(Exit::Done);
    }
    let mut page = Page::default();
    if pairs.is_empty() {
        page.line("No pair stopped a claim.");
    } else {
        page.line("  HCPCS  NDC            standing        claims   lines         charges  dates of service");
    }
    for pair in &pairs {
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
    stdout::write(page.text.as_bytes())?;
    Ok(Exit::Done)
}

/// Returns the pairs that stopped claims, those with the most money first.
pub fn stopped(folders: &[PathBuf]) -> Result<Vec<Stopped>, Failure> {
    let mut pairs = Pairs::new();
    kept::read(
        folders,
        None,
        |part: &mut Pairs, _, claim| {
            add(part, claim);
            Ok(())
        },
        |part| {
            for (key, stopped) in part {
                match pairs.entry(key) {
                    Entry::Vacant(place) => drop(place.insert(stopped)),
                    Entry::Occupied(mut place) => place.get_mut().join(stopped),
                }
            }
            Ok(())
        },
    )?;
    let mut pairs: Vec<Stopped> = pairs.into_values().collect();
    for pair in &mut pairs {
        let day = |day: i32| day_of(day).map(|day| day.to_string());
        pair.first_date = pair.days.and_then(|(first, _)| day(first));
        pair.last_date = pair.days.and_then(|(_, last)| day(last));
    }
    pairs.sort_by_key(|pair| (std::cmp::Reverse(pair.charge_cents), pair.hcpcs.clone(), pair.ndc.clone()));
    Ok(pairs)
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

fn add(pairs: &mut Pairs, claim: &KeptClaim<'_>) {
    let mut counted: Vec<(String, String)> = Vec::new();
    for line in claim.lines.iter().filter(|line| STOPPED.contains(&line.standing)) {
        let ndcs = claim.products_of(line).iter().filter(|(qualifier, _)| *qualifier == "N4");
        for ndc in ndcs.filter_map(|(_, sent)| Ndc::parse(sent.as_bytes())) {
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
}
