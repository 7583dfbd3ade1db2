//! A claim that comes out otherwise, as data has it.

use std::path::Path;

use claims::decimal;
use edits::Again;
use serde::{Deserialize, Serialize};

use crate::figures::shown_ndc;
use crate::kept::{KeptClaim, KeptLine};

/// Columns of the table, which has a row for each line that changes of each claim.
pub const COLUMNS: [(&str, f64); 13] = [
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
pub const CHARGE: usize = 5;

/// The word for claims that go on.
const ACCEPTED: &str = "accepted";

/// A claim that comes out otherwise.
#[derive(Serialize, Deserialize)]
pub struct Flip {
    /// The folder of the run.
    pub run: String,
    /// ISA06.
    pub partner: String,
    /// BLAKE3 of the input, in hexadecimal digits.
    pub file_hash: String,
    /// Position among the claims of the file, from 1.
    pub claim_number: i64,
    /// CLM01.
    pub claim_id: String,
    /// CLM02.
    pub charge: String,
    /// What became of it.
    pub before: String,
    /// What would become of it.
    pub after: String,
    /// Its lines whose standing changes.
    pub lines: Vec<LineFlip>,
    /// CLM02 in cents; 0 if it cannot be read.
    #[serde(skip)]
    pub charge_cents: i64,
}

/// A line whose standing changes.
#[derive(Serialize, Deserialize)]
pub struct LineFlip {
    line_number: String,
    procedure: String,
    /// LIN03 of its first product, as sent; empty without one.
    ndc: String,
    standing_before: String,
    standing_after: String,
}

impl Flip {
    /// Describes a claim of the run in that folder, of which something else would become.
    pub fn of(run: &Path, claim: &KeptClaim<'_>, again: &Again) -> Flip {
        let lines = changed_lines(claim, again).map(|(line, standing)| LineFlip {
            line_number: line.number.to_owned(),
            procedure: line.procedure.to_owned(),
            ndc: claim.products_of(line).first().map_or_else(String::new, |(_, ndc)| (*ndc).to_owned()),
            standing_before: line.standing.to_owned(),
            standing_after: standing.to_owned(),
        });
        Flip {
            run: run.display().to_string(),
            partner: claim.partner.to_owned(),
            file_hash: claim.file_hash.to_owned(),
            claim_number: claim.number,
            claim_id: claim.id.to_owned(),
            charge: decimal(claim.charge_cents),
            before: claim.disposition.to_owned(),
            after: again.disposition.as_str().to_owned(),
            lines: lines.collect(),
            charge_cents: claim.charge_cents,
        }
    }

    /// Returns whether it was stopped and would go on.
    pub fn is_freed(&self) -> bool {
        self.after == ACCEPTED
    }

    /// Returns whether it went on and would be stopped.
    pub fn is_stopped(&self) -> bool {
        self.before == ACCEPTED
    }

    /// Says from where to where it goes.
    pub fn direction(&self) -> String {
        format!("{} to {}", self.before, self.after)
    }

    /// Returns its rows of the table.
    pub fn rows(&self) -> impl Iterator<Item = Vec<String>> {
        self.lines.iter().map(|line| {
            vec![
                self.run.clone(),
                self.partner.clone(),
                self.file_hash.clone(),
                self.claim_number.to_string(),
                self.claim_id.clone(),
                self.charge.clone(),
                self.before.clone(),
                self.after.clone(),
                line.line_number.clone(),
                line.procedure.clone(),
                shown_ndc(&line.ndc),
                line.standing_before.clone(),
                line.standing_after.clone(),
            ]
        })
    }
}

impl LineFlip {
    /// Returns procedure and NDC, if it has one.
    pub fn pair(&self) -> Option<String> {
        (!self.ndc.is_empty()).then(|| format!("{} {}", self.procedure, shown_ndc(&self.ndc)))
    }

    /// Says from which standing it goes to which.
    pub fn reason(&self) -> String {
        format!("{} to {}", self.standing_before, self.standing_after)
    }

    /// Says what changes of it.
    pub fn words(&self) -> String {
        format!("{} {}: {}", self.procedure, shown_ndc(&self.ndc), self.reason())
    }
}

/// Returns the lines whose standing changes, each with the standing that it would have.
pub fn changed_lines<'c>(
    claim: &'c KeptClaim<'_>,
    again: &'c Again,
) -> impl Iterator<Item = (&'c KeptLine<'c>, &'static str)> {
    let standings = again.standings.iter().map(|standing| standing.as_str());
    claim.lines.iter().zip(standings).filter(|(line, standing)| line.standing != *standing)
}
