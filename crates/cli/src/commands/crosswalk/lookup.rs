//! `claimgate crosswalk lookup`: what every list says of an NDC, alone or with a procedure.

use chrono::NaiveDate;
use claims::DateSource;
use clap::Args;
use crosswalk::{Crosswalk, Hcpcs, List, Ndc, Pair, Relation};
use edits::{Candidate, Why, why};
use serde::Serialize;

use super::rows::{RelationRow, SpanRow, digits, joined, release_words, span_words};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::lists::ListArgs;
use crate::page::Page;
use crate::stdout;

/// Arguments of `crosswalk lookup`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct LookupArgs {
    /// Eleven digits, or 5-4-2 with hyphens; of ten digits, what they may stand for is shown
    pub ndc: String,
    /// Procedure code; without one, every procedure of the NDC
    pub hcpcs: Option<String>,
    /// Date of service
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub on: Option<NaiveDate>,
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
    asked: &'c str,
    ndc: Option<Ndc>,
    hcpcs: Option<Hcpcs>,
    on: Option<NaiveDate>,
    /// The rows that answer, sorted by code, list and first day.
    relations: Vec<Relation>,
    why: Why<'c>,
}

/// Looks the NDC up and shows what was found.
pub fn run(args: &LookupArgs) -> Result<Exit, Failure> {
    let hcpcs = args.hcpcs.as_deref().map(procedure_code).transpose()?;
    let (crosswalk, notes) = args.lists.load()?;
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
    let (asked, ndc) = (args.ndc.as_str(), why.ndc);
    let answer = Answer { crosswalk: &crosswalk, asked, ndc, hcpcs, on: args.on, relations, why };
    if args.json {
        stdout::write_json(&answer.row())?;
    } else {
        stdout::write(answer.words().as_bytes())?;
    }
    Ok(Exit::Done)
}

fn procedure_code(text: &str) -> Result<Hcpcs, Failure> {
    Hcpcs::parse(text.as_bytes()).ok_or_else(|| {
        Failure::usage(
            "the procedure code is not five uppercase letters or digits",
            "give the code without modifiers, such as J7608",
        )
    })
}

impl<'c> Answer<'c> {
    /// The pairs that answer, each once, ascending by code.
    fn pairs(&self) -> Vec<(Hcpcs, Pair<'c>)> {
        let mut codes: Vec<Hcpcs> = self.relations.iter().map(|relation| relation.hcpcs).collect();
        codes.dedup();
        let pair = |code: Hcpcs| {
            let procedure = self.crosswalk.procedure(code.as_str().as_bytes())?;
            Some((code, self.crosswalk.pair(procedure, self.ndc?)?))
        };
        codes.into_iter().filter_map(pair).collect()
    }

    fn words(&self) -> String {
        let mut page = Page::default();
        let Some(ndc) = self.ndc else {
            self.candidates(&mut page);
            return page.text;
        };
        let with = self.hcpcs.map_or_else(String::new, |code| format!(" with {code}"));
        let on = self.on.map_or_else(String::new, |on| format!(" on {on}"));
        page.line(&format!("{ndc}{with}{on}"));
        for (index, release) in self.crosswalk.releases().iter().enumerate() {
            page.blank();
            let covers =
                release.covers.map_or_else(String::new, |span| format!(", covers {}", span_words(span)));
            page.line(&format!("{}{covers}", release_words(release)));
            let own = self.relations.iter().filter(|relation| usize::from(relation.release) == index);
            let mut is_empty = true;
            for relation in own {
                is_empty = false;
                let state = match self.on {
                    Some(on) if relation.effective.contains(on) => "in force",
                    Some(_) => "not in force",
                    None => "",
                };
                let span = span_words(relation.effective);
                let row = format!("row {}", relation.row);
                page.line(format!("  {}  {span:<29}  {row:<9}  {state}", relation.hcpcs).trim_end());
            }
            if is_empty {
                page.line("  no row");
            }
        }
        if let Some(on) = self.on {
            page.blank();
            self.on_date(on, &mut page);
        }
        page.text
    }

    /// Says what follows for the date.
    fn on_date(&self, on: NaiveDate, page: &mut Page) {
        for list in [List::Pdac, List::Asp] {
            if self.crosswalk.release_on(list, on).is_none() {
                page.paragraph(0, &format!("No release of the {list} covers {on}."));
            }
        }
        let pairs = self.pairs();
        if pairs.is_empty() {
            let pair = if self.hcpcs.is_some() { "The pair" } else { "The NDC" };
            page.paragraph(0, &format!("{pair} is on no loaded list at any date."));
        }
        for (code, pair) in pairs {
            let words = if pair.in_force(on) {
                format!("With {code} the pair is valid on {on}.")
            } else if !self.crosswalk.covers(on) {
                format!(
                    "With {code} the pair cannot be decided on {on}: a claim is held until a list covers the date."
                )
            } else {
                let nearest = pair.nearest_valid_date(on);
                format!("With {code} the pair is not valid on {on}; the nearest valid date is {nearest}.")
            };
            page.paragraph(0, &words);
        }
        if self.hcpcs.is_some() && !self.why.other_procedures.is_empty() {
            let others = joined(&self.why.other_procedures);
            page.paragraph(0, &format!("Other procedures valid with the NDC on {on}: {others}."));
        }
        if !self.why.other_ndcs.is_empty() {
            let others: Vec<String> = self.why.other_ndcs.iter().map(Ndc::to_string).collect();
            page.paragraph(
                0,
                &format!("Other NDCs valid with the procedure on {on}: {}.", others.join(", ")),
            );
        }
    }

    fn candidates(&self, page: &mut Page) {
        page.line(&format!("{} is ten digits; claims need eleven, in 5-4-2. It may stand for:", self.asked));
        for Candidate { ndc, on_list } in &self.why.candidates {
            let known = if *on_list { "on a crosswalk" } else { "on no crosswalk" };
            page.line(&format!("  {ndc}  {known}"));
        }
    }

    fn row(&self) -> LookupRow<'_> {
        let lists = self.crosswalk.releases().iter().enumerate().map(|(index, release)| {
            let own = self.relations.iter().filter(|relation| usize::from(relation.release) == index);
            ReleaseRow {
                list: release.list.as_str(),
                release: &release.name,
                source: &release.source_name,
                covers: release.covers.map(SpanRow::of),
                covers_date: self.on.map(|on| release.covers.is_some_and(|span| span.contains(on))),
                rows: own.map(|relation| self.relation_row(relation)).collect(),
            }
        });
        let pairs = self.pairs().into_iter().map(|(code, pair)| PairRow {
            hcpcs: code.to_string(),
            in_force: self.on.map(|on| pair.in_force(on)),
            nearest_valid_date: self.on.map(|on| pair.nearest_valid_date(on).to_string()),
        });
        let candidates = self.why.candidates.iter();
        LookupRow {
            ndc: self.ndc.map(digits),
            hcpcs: self.hcpcs.map(|code| code.to_string()),
            on: self.on.map(|on| on.to_string()),
            covered: self.on.map(|on| self.crosswalk.covers(on)),
            pairs: pairs.collect(),
            lists: lists.collect(),
            other_procedures: self.why.other_procedures.iter().map(Hcpcs::to_string).collect(),
            other_ndcs: self.why.other_ndcs.iter().copied().map(digits).collect(),
            candidates: candidates
                .map(|candidate| CandidateRow { ndc: digits(candidate.ndc), on_list: candidate.on_list })
                .collect(),
            snapshot: self.crosswalk.id(),
        }
    }

    fn relation_row(&self, relation: &Relation) -> AnswerRow {
        let in_force = self.on.map(|on| relation.effective.contains(on));
        AnswerRow { relation: RelationRow::of(relation), in_force }
    }
}

#[derive(Serialize)]
struct LookupRow<'c> {
    ndc: Option<String>,
    hcpcs: Option<String>,
    on: Option<String>,
    covered: Option<bool>,
    pairs: Vec<PairRow>,
    lists: Vec<ReleaseRow<'c>>,
    other_procedures: Vec<String>,
    other_ndcs: Vec<String>,
    candidates: Vec<CandidateRow>,
    snapshot: &'c str,
}

#[derive(Serialize)]
struct PairRow {
    hcpcs: String,
    in_force: Option<bool>,
    nearest_valid_date: Option<String>,
}

#[derive(Serialize)]
struct ReleaseRow<'c> {
    list: &'static str,
    release: &'c str,
    source: &'c str,
    covers: Option<SpanRow>,
    covers_date: Option<bool>,
    rows: Vec<AnswerRow>,
}

#[derive(Serialize)]
struct AnswerRow {
    #[serde(flatten)]
    relation: RelationRow,
    in_force: Option<bool>,
}

#[derive(Serialize)]
struct CandidateRow {
    ndc: String,
    on_list: bool,
}
