//! The claims that come out otherwise, counted and listed.

use claims::decimal;
use std::collections::BTreeMap;
use std::path::Path;

use edits::Again;
use serde::Serialize;

use crate::commands::crosswalk::sides::Side;
use crate::figures::shown_ndc;
use crate::kept::KeptClaim;
use crate::page::Page;
use crate::table::Table;

/// Claims that are listed for people; data has all of them.
const LISTED_MAX: usize = 50;

/// Lines of a table for people.
const TABLE_MAX: usize = 10;

/// Columns of the table.
const COLUMNS: [(&str, f64); 13] = [
    ("run", 24.0),
    ("partner", 16.0),
    ("file_hash", 16.0),
    ("claim_number", 12.0),
    ("claim_id", 20.0),
    ("charge", 12.0),
    ("before", 10.0),
    ("after", 10.0),
    ("line_number", 11.0),
    ("procedure", 10.0),
    ("ndc", 16.0),
    ("standing_before", 15.0),
    ("standing_after", 15.0),
];

/// Position of the charge among them, from 0.
const CHARGE: usize = 5;

/// A claim that comes out otherwise.
#[derive(Serialize)]
pub struct Flip {
    /// The folder of the run.
    run: String,
    partner: String,
    file_hash: String,
    claim_number: i64,
    claim_id: String,
    charge: String,
    before: String,
    after: &'static str,
    lines: Vec<LineFlip>,
    #[serde(skip)]
    charge_cents: i64,
}

/// A line of it whose standing changes.
#[derive(Serialize)]
struct LineFlip {
    line_number: String,
    procedure: String,
    ndc: String,
    standing_before: String,
    standing_after: &'static str,
}

/// Claims and their money.
#[derive(Clone, Copy, Default, Serialize)]
struct Sum {
    claims: u64,
    cents: i64,
}

/// Everything that comes out otherwise.
#[derive(Default)]
pub struct Flips {
    claims_read: u64,
    claims_flipped: Vec<Flip>,
    /// Claims whose disposition stays and of which a line denies that did not, or the other way.
    denials: u64,
}

#[derive(Serialize)]
pub struct PreviewRow<'f> {
    draft: &'f str,
    snapshot: &'f str,
    claims: u64,
    flipped: u64,
    claims_with_other_denials: u64,
    by_direction: BTreeMap<String, Sum>,
    by_run: BTreeMap<String, Sum>,
    by_partner: BTreeMap<String, Sum>,
    by_pair: BTreeMap<String, Sum>,
    by_reason: BTreeMap<String, Sum>,
    flips: &'f [Flip],
}

impl Flips {
    /// Puts those of the parts of the facts together, in their order.
    pub fn of(parts: Vec<Flips>) -> Flips {
        let mut all = Flips::default();
        for part in parts {
            all.claims_read += part.claims_read;
            all.denials += part.denials;
            all.claims_flipped.extend(part.claims_flipped);
        }
        all
    }

    /// Takes a claim of the run in that folder, and what would become of it.
    pub fn add(&mut self, run: &Path, claim: &KeptClaim<'_>, again: &Again) {
        self.claims_read += 1;
        let changed = || {
            let standings = claim.lines.iter().zip(&again.standings);
            standings.filter(|(line, standing)| line.standing != standing.as_str())
        };
        if claim.disposition == again.disposition.as_str() {
            let denies = claim.channel == "portal" && claim.disposition == "accepted";
            self.denials += u64::from(denies && changed().next().is_some());
            return;
        }
        let lines = changed().map(|(line, standing)| LineFlip {
            line_number: line.number.to_owned(),
            procedure: line.procedure.to_owned(),
            ndc: claim.products_of(line).first().map_or_else(String::new, |(_, ndc)| (*ndc).to_owned()),
            standing_before: line.standing.to_owned(),
            standing_after: standing.as_str(),
        });
        self.claims_flipped.push(Flip {
            run: run.display().to_string(),
            partner: claim.partner.to_owned(),
            file_hash: claim.file_hash.to_owned(),
            claim_number: claim.number,
            claim_id: claim.id.to_owned(),
            charge: decimal(claim.charge_cents),
            before: claim.disposition.to_owned(),
            after: again.disposition.as_str(),
            lines: lines.collect(),
            charge_cents: claim.charge_cents,
        });
    }

    /// Returns claims and money by what `name` calls each flip; one that has several names counts with each.
    fn by<N: Into<String>>(&self, names: impl Fn(&Flip) -> Vec<N>) -> BTreeMap<String, Sum> {
        let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
        for flip in &self.claims_flipped {
            let mut names: Vec<String> = names(flip).into_iter().map(Into::into).collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                let sum = sums.entry(name).or_default();
                sum.claims += 1;
                sum.cents += flip.charge_cents;
            }
        }
        sums
    }

    fn by_direction(&self) -> BTreeMap<String, Sum> {
        self.by(|flip| vec![format!("{} to {}", flip.before, flip.after)])
    }

    fn by_run(&self) -> BTreeMap<String, Sum> {
        self.by(|flip| vec![flip.run.clone()])
    }

    fn by_partner(&self) -> BTreeMap<String, Sum> {
        self.by(|flip| vec![flip.partner.clone()])
    }

    fn by_pair(&self) -> BTreeMap<String, Sum> {
        self.by(|flip| {
            let with_ndc = flip.lines.iter().filter(|line| !line.ndc.is_empty());
            let pairs = with_ndc.map(|line| format!("{} {}", line.procedure, shown_ndc(&line.ndc)));
            pairs.collect::<Vec<_>>()
        })
    }

    fn by_reason(&self) -> BTreeMap<String, Sum> {
        self.by(|flip| {
            let reasons = flip.lines.iter();
            reasons
                .map(|line| format!("{} to {}", line.standing_before, line.standing_after))
                .collect::<Vec<_>>()
        })
    }

    /// Returns the object that data has.
    pub fn row<'f>(&'f self, draft: &'f Side) -> PreviewRow<'f> {
        PreviewRow {
            draft: &draft.name,
            snapshot: draft.crosswalk.id(),
            claims: self.claims_read,
            flipped: self.claims_flipped.len() as u64,
            claims_with_other_denials: self.denials,
            by_direction: self.by_direction(),
            by_run: self.by_run(),
            by_partner: self.by_partner(),
            by_pair: self.by_pair(),
            by_reason: self.by_reason(),
            flips: &self.claims_flipped,
        }
    }

    /// Returns the table, which has a row for each line that changes of each claim.
    pub fn table(&self, draft: &Side) -> Table<'static> {
        let of_claim = |flip: &Flip| -> Vec<Vec<String>> {
            let row = |line: &LineFlip| {
                vec![
                    flip.run.clone(),
                    flip.partner.clone(),
                    flip.file_hash.clone(),
                    flip.claim_number.to_string(),
                    flip.claim_id.clone(),
                    flip.charge.clone(),
                    flip.before.clone(),
                    flip.after.to_owned(),
                    line.line_number.clone(),
                    line.procedure.clone(),
                    shown_ndc(&line.ndc),
                    line.standing_before.clone(),
                    line.standing_after.to_owned(),
                ]
            };
            flip.lines.iter().map(row).collect()
        };
        Table {
            title: format!("Claims judged again by {}", draft.name),
            sheet: "claims",
            columns: &COLUMNS,
            money: Some(CHARGE),
            rows: self.claims_flipped.iter().flat_map(of_claim).collect(),
        }
    }

    /// Returns the page for people.
    pub fn words(&self, draft: &Side) -> String {
        let mut page = Page::default();
        page.line(&format!("Judged again by {}:", draft.name));
        let flipped = self.claims_flipped.len();
        page.line(&format!("  {flipped} of {} claims come out otherwise", self.claims_read));
        if 0 < self.denials {
            page.line(&format!("  {} more have other lines denied", self.denials));
        }
        for (title, sums) in [
            ("By direction", self.by_direction()),
            ("By run", self.by_run()),
            ("By partner", self.by_partner()),
            ("By pair", self.by_pair()),
            ("By reason", self.by_reason()),
        ] {
            self::sums(title, &sums, &mut page);
        }
        if 0 < flipped {
            page.blank();
            page.line("Claims");
        }
        for flip in self.claims_flipped.iter().take(LISTED_MAX) {
            let reasons: Vec<String> = flip
                .lines
                .iter()
                .map(|line| {
                    format!(
                        "{} {}: {} to {}",
                        line.procedure,
                        shown_ndc(&line.ndc),
                        line.standing_before,
                        line.standing_after
                    )
                })
                .collect();
            page.line(&format!(
                "  {:>6}  {:<20}  {:>12}  {} to {}; {}",
                flip.claim_number,
                flip.claim_id,
                flip.charge,
                flip.before,
                flip.after,
                reasons.join("; ")
            ));
        }
        if LISTED_MAX < flipped {
            page.line(&format!("  and {} more; --csv and --json have all of them", flipped - LISTED_MAX));
        }
        page.text
    }
}

fn sums(title: &str, sums: &BTreeMap<String, Sum>, page: &mut Page) {
    if sums.is_empty() {
        return;
    }
    page.blank();
    page.line(title);
    let mut sorted: Vec<(&String, &Sum)> = sums.iter().collect();
    sorted.sort_by_key(|(name, sum)| (std::cmp::Reverse(sum.cents), *name));
    for (name, sum) in sorted.iter().take(TABLE_MAX) {
        page.line(&format!(
            "  {name:<36}  {:>6} {:<6}  {:>14}",
            sum.claims,
            if sum.claims == 1 { "claim" } else { "claims" },
            decimal(sum.cents)
        ));
    }
    if TABLE_MAX < sorted.len() {
        page.line(&format!("  and {} more", sorted.len() - TABLE_MAX));
    }
}
