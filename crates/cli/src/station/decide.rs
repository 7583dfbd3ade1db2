//! From the outputs of a run to the rows of the ledger.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::iter;
use std::path::Path;

use ledger::{
    Act, Claim, ClaimName, Decision, Disposition, Finding, Interchange, Judged, Ledger, Outcome, Output, Run,
    Tally,
};
use responses::{RESULTS_FILE_NAME, SUMMARY_FILE_NAME};
use serde::Deserialize;

use super::job::{Isa, Owing};
use super::layout::Layout;
use super::names;

/// As much of `summary.json` as the ledger keeps.
#[derive(Deserialize)]
struct Summary {
    claims: Claims,
    charges: Charges,
    crosswalk: Snapshot,
    outputs: Vec<Written>,
    run_hash: String,
    version: String,
}

#[derive(Deserialize)]
struct Claims {
    received: u64,
    accepted: u64,
    rejected: u64,
    held: u64,
    refused: u64,
}

#[derive(Deserialize)]
struct Charges {
    received: String,
    accepted: String,
    rejected: String,
    held: String,
    refused: String,
}

#[derive(Deserialize)]
struct Snapshot {
    snapshot: String,
}

#[derive(Deserialize)]
struct Written {
    name: String,
    bytes: u64,
    blake3: String,
}

/// As much of a line of the results as the ledger keeps.
#[derive(Deserialize)]
struct ResultRow {
    claim_number: u64,
    claim_id: String,
    charge: String,
    disposition: String,
    findings: Vec<FindingRow>,
}

#[derive(Deserialize)]
struct FindingRow {
    code: String,
    severity: String,
    procedure: Option<String>,
    ndc: Option<String>,
    service_date: Option<String>,
}

/// Puts together what is entered of a run whose outputs lie in `folder`.
pub fn decision(
    run: i64,
    folder: &Path,
    interchanges: Vec<Interchange>,
    owed: Vec<Owing>,
) -> io::Result<Decision> {
    let summary: Summary = serde_json::from_slice(&std::fs::read(folder.join(SUMMARY_FILE_NAME))?)?;
    let Summary { claims, charges, .. } = &summary;
    let tally = |disposition, claims, charge: &str| {
        Ok(Tally { disposition, claims, charge_cents: cents(charge).ok_or(io::ErrorKind::InvalidData)? })
    };
    let tallies: io::Result<Vec<Tally>> = [
        tally(Disposition::Received, claims.received, &charges.received),
        tally(Disposition::Accepted, claims.accepted, &charges.accepted),
        tally(Disposition::Rejected, claims.rejected, &charges.rejected),
        tally(Disposition::Held, claims.held, &charges.held),
        tally(Disposition::Refused, claims.refused, &charges.refused),
    ]
    .into_iter()
    .collect();
    let judged = Judged {
        snapshot: summary.crosswalk.snapshot,
        run_hash: summary.run_hash,
        version: summary.version,
        tallies: tallies?,
        interchanges,
    };
    let outputs = summary.outputs.into_iter();
    let outputs = outputs.map(|file| Output { name: file.name, bytes: file.bytes, blake3: file.blake3 });
    let (outputs, deliveries) = (outputs.collect(), deliveries(owed));
    Ok(Decision { run, outcome: Outcome::Judged, judged: Some(judged), outputs, deliveries })
}

/// Returns how many claims a run accepted whose outputs lie in `folder`, and what they charge, as it is written.
pub fn accepted(folder: &Path) -> io::Result<(u64, String)> {
    let Summary { claims, charges, .. } =
        serde_json::from_slice(&std::fs::read(folder.join(SUMMARY_FILE_NAME))?)?;
    Ok((claims.accepted, charges.accepted))
}

/// Turns the interchanges of a file into rows.
pub fn rows_of(interchanges: &[Isa]) -> Vec<Interchange> {
    let row = |isa: &Isa| {
        let Isa { sender, receiver, control_number, usage, .. } = isa.clone();
        Interchange { sender, receiver, control_number, usage }
    };
    interchanges.iter().map(row).collect()
}

/// Turns what lies in the outbox into rows.
pub fn deliveries(owed: Vec<Owing>) -> Vec<ledger::Delivery> {
    let row = |Owing { folder, name, bytes, sha256 }| ledger::Delivery { folder, name, bytes, sha256 };
    owed.into_iter().map(row).collect()
}

/// How many claims are entered in one step: more would keep small files waiting.
const ENTERED_AT_ONCE: usize = 20_000;

/// A run that is to be closed.
pub struct Closing {
    pub run: Run,
    pub decision: Decision,
    /// Whether its claims and their names were entered before.
    pub is_entered: bool,
}

/// Enters what came of runs.
pub fn enter(
    layout: &Layout,
    ledger: &mut dyn Ledger,
    closing: &[Closing],
    act: &Act<'_>,
) -> Result<(), ledger::Error> {
    closing.iter().try_for_each(|Closing { run, decision, is_entered }| {
        if *is_entered {
            return ledger.decide(decision, &mut iter::empty(), &mut iter::empty(), act);
        }
        let mut claims = claims(layout, decision)?.filter_map(Result::transpose);
        let mut names = names::to_enter(layout, run, decision)?;
        ledger.decide(decision, &mut claims, &mut names, act)
    })
}

/// Returns whether the claims of a run are too many to be entered in one step.
pub fn is_large(decision: &Decision) -> bool {
    let tallies = decision.judged.iter().flat_map(|judged| &judged.tallies);
    tallies.into_iter().any(|tally| ENTERED_AT_ONCE as u64 <= tally.claims)
}

/// A large run, whose claims and their names are entered part by part.
pub struct Entering {
    pub run: Run,
    pub decision: Decision,
    claims: Box<dyn Iterator<Item = Result<Option<Claim>, ledger::Error>>>,
    names: Box<dyn Iterator<Item = Result<ClaimName, ledger::Error>>>,
    /// How much was taken from these.
    pub taken: usize,
}

impl Entering {
    /// Begins with the first claim.
    pub fn begin(layout: &Layout, run: Run, decision: Decision) -> Result<Entering, ledger::Error> {
        let claims = Box::new(claims(layout, &decision)?);
        let names = Box::new(names::to_enter(layout, &run, &decision)?);
        Ok(Entering { run, decision, claims, names, taken: 0 })
    }

    /// Enters as many claims or names as one step may; returns whether there may be more.
    pub fn enter_part(&mut self, ledger: &mut dyn Ledger) -> Result<bool, ledger::Error> {
        let before = self.taken;
        let claims = self.claims.by_ref().take(ENTERED_AT_ONCE).inspect(|_| self.taken += 1);
        let mut claims = claims.filter_map(Result::transpose);
        ledger.enter_ahead(self.run.number, &mut claims, &mut iter::empty())?;
        // Whoever finds a name finds what became of the claim, so claims come first.
        if self.taken == before {
            let mut names = self.names.by_ref().take(ENTERED_AT_ONCE).inspect(|_| self.taken += 1);
            ledger.enter_ahead(self.run.number, &mut iter::empty(), &mut names)?;
        }
        Ok(before < self.taken)
    }
}

/// Returns the claims of a run, one by one, where one was not accepted; none where none was judged.
fn claims(
    layout: &Layout,
    decision: &Decision,
) -> Result<impl Iterator<Item = Result<Option<Claim>, ledger::Error>> + use<>, ledger::Error> {
    let results = layout.outputs(decision.run).join(RESULTS_FILE_NAME);
    let results = decision.judged.as_ref().map(|_| File::open(results)).transpose();
    let lines =
        results.map_err(ledger::Error::Source)?.into_iter().flat_map(|file| BufReader::new(file).lines());
    let read = |line: io::Result<String>| -> Result<Option<Claim>, ledger::Error> {
        let row: ResultRow =
            line.and_then(|line| Ok(serde_json::from_str(&line)?)).map_err(ledger::Error::Source)?;
        let disposition = Disposition::of(&row.disposition).filter(|one| *one != Disposition::Accepted);
        Ok(disposition.map(|disposition| claim_of(row, disposition)))
    };
    Ok(lines.map(read))
}

fn is_made_of(text: &str, is_allowed: impl Fn(&u8) -> bool) -> bool {
    text.as_bytes().iter().all(is_allowed)
}

fn claim_of(row: ResultRow, disposition: Disposition) -> Claim {
    let finding = |row: FindingRow| Finding {
        code: row.code,
        severity: row.severity,
        // What merely stands where these belong may be anything, and a ledger is no place for that.
        procedure: row
            .procedure
            .filter(|code| code.len() == 5 && is_made_of(code, u8::is_ascii_alphanumeric)),
        ndc: row.ndc.filter(|ndc| is_made_of(ndc, |byte| byte.is_ascii_digit() || *byte == b'-')),
        service_date: row
            .service_date
            .filter(|day| is_made_of(day, |byte| byte.is_ascii_digit() || *byte == b'-')),
    };
    Claim {
        number: row.claim_number,
        claim_id: row.claim_id,
        // One that cannot be read counts as nothing, as in the totals.
        charge_cents: cents(&row.charge).unwrap_or_default(),
        disposition,
        findings: row.findings.into_iter().map(finding).collect(),
    }
}

fn cents(amount: &str) -> Option<i64> {
    claims::cents_of(amount.as_bytes())
}
