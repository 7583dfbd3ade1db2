//! `claimgate crosswalk lookup`: what every list says of an NDC, alone or with a procedure.

use std::io::Write;

use chrono::NaiveDate;
use claims::DateSource;
use clap::Args;
use crosswalk::{Crosswalk, Hcpcs, Ndc, Pair, Relation};
use edits::{Profile, Why, why};

use crate::day;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::lists::ListArgs;
use crate::settings::Settings;
use crate::stdout;

mod conclusion;
mod rows;
mod words;

/// Arguments of `crosswalk lookup`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct LookupArgs {
    /// Eleven digits, or 5-4-2 with hyphens; of ten digits, what they may stand for is shown
    pub ndc: String,
    /// Procedure code; without one, every procedure of the NDC
    pub hcpcs: Option<String>,
    /// Date of service; without one, what follows for every date
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day::parse)]
    pub on: Option<NaiveDate>,
    /// Profile of the payer, whose sets of procedures count
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    #[command(flatten)]
    pub lists: ListArgs,
    /// Write one JSON object
    #[arg(long)]
    pub json: bool,
}

const EXAMPLES: &str = "\
Examples:
  claimgate crosswalk lookup 99101-0001-01 --pdac pdac.csv --asp q4.csv
  claimgate crosswalk lookup 99101000101 J7608 --on 2025-10-03 --pdac pdac.csv --asp q4.csv";

/// Everything that the lists say.
struct Answer<'c> {
    crosswalk: &'c Crosswalk,
    profile: &'c Profile,
    asked: &'c str,
    ndc: Option<Ndc>,
    hcpcs: Option<Hcpcs>,
    on: Option<NaiveDate>,
    /// The rows that answer, sorted by code, list and first day.
    relations: Vec<Relation>,
    why: Why<'c>,
}

/// A procedure of the answer.
struct Coded<'c> {
    code: Hcpcs,
    /// The pair, if it is on any list at any date.
    pair: Option<Pair<'c>>,
    /// Why the lists are not asked about it, if they are not.
    set: Option<CodeSet>,
}

/// Sets of procedures for which no pair is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CodeSet {
    /// They need an NDC.
    NotOtherwiseClassified,
    /// They need none.
    Exempt,
}

/// Looks the NDC up and shows what was found.
pub fn run(args: &LookupArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::load(global.config.as_deref(), args.profile.as_deref())?;
    let hcpcs = args.hcpcs.as_deref().map(|text| procedure_code(text, global)).transpose()?;
    let (crosswalk, notes) = args.lists.load(&settings.desk)?;
    for note in &notes {
        tracing::warn!("{note}");
    }
    let listed = hcpcs.and_then(|code| crosswalk.procedure(code.as_str().as_bytes()));
    let date = args.on.map(|on| (on, DateSource::Line));
    let why = why(&crosswalk, Some(args.ndc.as_bytes()), listed, date);
    if why.ndc.is_none() && why.candidates.is_empty() {
        return Err(Failure::usage(
            "the NDC is neither eleven digits, nor 5-4-2 with hyphens, nor ten digits",
            "give all eleven digits, such as 99101-0001-01 or 99101000101",
        ));
    }
    let mut relations: Vec<Relation> = match why.ndc {
        Some(ndc) => crosswalk.relations_of_ndc(ndc).copied().collect(),
        None => Vec::new(),
    };
    relations.retain(|relation| hcpcs.is_none_or(|code| relation.hcpcs == code));
    let answer = Answer {
        crosswalk: &crosswalk,
        profile: &settings.profile,
        asked: &args.ndc,
        ndc: why.ndc,
        hcpcs,
        on: args.on,
        relations,
        why,
    };
    if args.json {
        stdout::write_json(&answer.row())?;
    } else {
        stdout::write(answer.words().as_bytes())?;
    }
    Ok(Exit::Done)
}

/// Reads a procedure code; one in small letters is taken for the same in capitals, and that is said.
fn procedure_code(text: &str, global: &Global) -> Result<Hcpcs, Failure> {
    if let Some(code) = Hcpcs::parse(text.as_bytes()) {
        return Ok(code);
    }
    let Some(code) = Hcpcs::parse(text.to_ascii_uppercase().as_bytes()) else {
        return Err(Failure::usage(
            "the procedure code is not five letters or digits",
            "give the code without modifiers, such as J7608",
        ));
    };
    if !global.quiet {
        // If standard error is gone, nobody listens.
        let _ = writeln!(
            anstream::stderr(),
            "note: {text} is looked up as {code}; on a claim it would be another code, since they are compared exactly"
        );
    }
    Ok(code)
}

impl<'c> Answer<'c> {
    /// Returns the procedures that answer: the one that was asked for, or all that the NDC has, ascending.
    fn coded(&self) -> Vec<Coded<'c>> {
        let mut codes: Vec<Hcpcs> = match self.hcpcs {
            Some(code) => vec![code],
            None => self.relations.iter().map(|relation| relation.hcpcs).collect(),
        };
        codes.dedup();
        let answer = |code: Hcpcs| {
            let text = code.as_str().as_bytes();
            let procedure = self.crosswalk.procedure(text);
            let pair =
                procedure.zip(self.ndc).and_then(|(procedure, ndc)| self.crosswalk.pair(procedure, ndc));
            // As on a claim, a code of both sets is exempt.
            let set = if self.profile.is_exempt(text) {
                Some(CodeSet::Exempt)
            } else if self.profile.is_not_otherwise_classified(text) {
                Some(CodeSet::NotOtherwiseClassified)
            } else {
                None
            };
            Coded { code, pair, set }
        };
        codes.into_iter().map(answer).collect()
    }
}
