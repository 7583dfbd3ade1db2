//! `summary.json`: what came of a run, in numbers.
//!
//! The fields and their meaning are those of `schemas/summary.schema.json`.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use claims::{Counted, Fault, Tally, Usage, decimal};
use crosswalk::Crosswalk;
use edits::{Disposition, about_fault, text_of};
use serde::Serialize;

use crate::store::OutputFile;
use crate::totals::Totals;

/// How long a run took; the only numbers of a summary that differ from run to run.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Timing {
    /// Loading the lists, in milliseconds; 0 for all but the first of several inputs.
    pub crosswalk_ms: u64,
    /// Reading, judging and writing, in milliseconds.
    pub run_ms: u64,
    /// Worker threads.
    pub threads: usize,
}

/// Everything that a summary tells.
pub struct SummaryFacts<'r> {
    /// Name of each input that went through.
    pub inputs: &'r [String],
    /// Inputs that have no outputs.
    pub failed_inputs: &'r [FailedInput],
    /// Bytes of all inputs.
    pub bytes: u64,
    /// What the reader counted.
    pub counted: &'r Counted,
    /// What the verdicts add up to.
    pub totals: &'r Totals,
    /// Faults that belong to no interchange.
    pub faults: &'r [SummaryFault],
    /// The lists that were asked.
    pub crosswalk: &'r Crosswalk,
    /// When the run took place, as the stamp has it.
    pub stamp: &'r str,
    /// The day of the stamp.
    pub today: NaiveDate,
    /// `batch` or `portal`.
    pub channel: &'r str,
    /// Name of the profile.
    pub profile: &'r str,
    /// The files of the run, without the summary.
    pub files: &'r [OutputFile],
    /// The hash of the run.
    pub run_hash: &'r str,
    /// How long it took.
    pub timing: Timing,
    /// Version of the program.
    pub version: &'r str,
}

/// An input that has no outputs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailedInput {
    /// Where it was to be found.
    pub input: String,
    /// What the process would have ended with, had it been the only one.
    pub exit_code: u8,
    /// What kind of failure: the code of a fault, or a word.
    pub class: &'static str,
}

/// A fault that belongs to no interchange.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SummaryFault {
    /// Its code.
    pub code: &'static str,
    /// What is wrong.
    pub title: &'static str,
    /// Where, in bytes of the file from 0.
    pub byte: u64,
}

impl SummaryFault {
    /// Puts a fault of `file` into the summary's form.
    pub fn of(file: &[u8], fault: &Fault<'_>) -> SummaryFault {
        let about = about_fault(fault.kind);
        SummaryFault { code: about.code, title: about.title, byte: x12::offset_in(file, fault.place) as u64 }
    }
}

#[derive(Serialize)]
struct Summary<'r> {
    schema: &'static str,
    inputs: &'r [String],
    failed_inputs: &'r [FailedInput],
    stamp: &'r str,
    channel: &'r str,
    profile: &'r str,
    claims: Counts<u64>,
    charges: Counts<String>,
    balanced: bool,
    interchanges: u64,
    groups: u64,
    transaction_sets: u64,
    segments: u64,
    claims_by_implementation: BTreeMap<String, u64>,
    service_lines: u64,
    drug_lines: u64,
    denied_lines: u64,
    refused_units: u64,
    bytes: u64,
    findings: &'r BTreeMap<&'static str, u64>,
    faults: &'r [SummaryFault],
    crosswalk: CrosswalkFacts<'r>,
    outputs: Vec<OutputRow<'r>>,
    run_hash: &'r str,
    timing: Timing,
    version: &'r str,
}

#[derive(Serialize)]
struct Counts<T> {
    #[serde(flatten)]
    total: Dispositions<T>,
    by_usage: BTreeMap<&'static str, Dispositions<T>>,
}

#[derive(Serialize)]
struct Dispositions<T> {
    received: T,
    accepted: T,
    rejected: T,
    held: T,
    refused: T,
}

#[derive(Serialize)]
struct CrosswalkFacts<'r> {
    snapshot: &'r str,
    relations: usize,
    sources: Vec<SourceRow<'r>>,
}

#[derive(Serialize)]
struct SourceRow<'r> {
    list: &'static str,
    release: &'r str,
    source: &'r str,
    posted: Option<String>,
    rows: usize,
    relations: usize,
    merged: usize,
    set_aside: usize,
    covers_from: Option<String>,
    covers_through: Option<String>,
    age_days: Option<i64>,
    stale: bool,
}

#[derive(Serialize)]
struct OutputRow<'r> {
    name: &'r str,
    bytes: u64,
    blake3: String,
}

/// Writes the summary of a run.
pub fn summary(facts: &SummaryFacts<'_>) -> Vec<u8> {
    let row = Summary {
        schema: "claimgate.summary.v1",
        inputs: facts.inputs,
        failed_inputs: facts.failed_inputs,
        stamp: facts.stamp,
        channel: facts.channel,
        profile: facts.profile,
        claims: counts(facts.totals, |tally| tally.claims),
        charges: counts(facts.totals, |tally| decimal(tally.charge_cents)),
        balanced: true,
        interchanges: facts.counted.interchanges,
        groups: facts.counted.groups,
        transaction_sets: facts.counted.transaction_sets,
        segments: facts.counted.segments,
        claims_by_implementation: facts
            .counted
            .claims_by_implementation
            .iter()
            .map(|(reference, &claims)| (text_of(reference), claims))
            .collect(),
        service_lines: facts.totals.service_lines,
        drug_lines: facts.totals.drug_lines,
        denied_lines: facts.totals.denied_lines,
        refused_units: facts.totals.refused_units,
        bytes: facts.bytes,
        findings: &facts.totals.findings,
        faults: facts.faults,
        crosswalk: crosswalk_facts(facts.crosswalk, facts.today),
        outputs: facts.files.iter().map(output_row).collect(),
        run_hash: facts.run_hash,
        timing: facts.timing,
        version: facts.version,
    };
    let mut bytes = serde_json::to_vec_pretty(&row).expect("strings and numbers are always JSON");
    bytes.push(b'\n');
    bytes
}

fn output_row(file: &OutputFile) -> OutputRow<'_> {
    let blake3 = blake3::Hash::from_bytes(file.blake3).to_hex().to_string();
    OutputRow { name: &file.name, bytes: file.bytes, blake3 }
}

fn counts<T>(totals: &Totals, of: impl Fn(Tally) -> T) -> Counts<T> {
    let row = |received: Tally, by: &dyn Fn(Disposition) -> Tally| Dispositions {
        received: of(received),
        accepted: of(by(Disposition::Accepted)),
        rejected: of(by(Disposition::Rejected)),
        held: of(by(Disposition::Held)),
        refused: of(by(Disposition::Refused)),
    };
    let mut received = Tally::default();
    for usage in Usage::ALL {
        received += totals.received(usage);
    }
    let by_usage = Usage::ALL.iter().map(|&usage| {
        let claims = &totals.claims[usage.place()];
        (usage.as_str(), row(totals.received(usage), &|disposition| claims[disposition.place()]))
    });
    Counts { total: row(received, &|disposition| totals.of(disposition)), by_usage: by_usage.collect() }
}

fn crosswalk_facts(crosswalk: &Crosswalk, today: NaiveDate) -> CrosswalkFacts<'_> {
    let stale: Vec<(crosswalk::List, &str)> =
        crosswalk.stale_on(today).map(|release| (release.list, release.name.as_str())).collect();
    let sources = crosswalk.releases().iter().map(|release| SourceRow {
        list: release.list.as_str(),
        release: &release.name,
        source: &release.source_name,
        posted: release.posted.map(|posted| posted.to_string()),
        rows: release.report.rows,
        relations: release.report.relations,
        merged: release.report.merged,
        set_aside: release.report.set_aside.len(),
        covers_from: release
            .covers
            .filter(|covers| covers.from != crosswalk::Effective::BEGINNING)
            .map(|covers| covers.from.to_string()),
        covers_through: release.covers.map(|covers| covers.through.to_string()),
        age_days: release.posted.map(|posted| today.signed_duration_since(posted).num_days()),
        stale: stale.contains(&(release.list, release.name.as_str())),
    });
    CrosswalkFacts {
        snapshot: crosswalk.id(),
        relations: crosswalk.relations_total(),
        sources: sources.collect(),
    }
}
