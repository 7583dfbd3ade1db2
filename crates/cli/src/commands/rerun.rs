//! `claimgate rerun`: judges again what was rejected or held, by the lists that count by now.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use chrono::NaiveDate;
use claims::decimal;
use clap::Args;
use edits::LEFT_AS_IT_WAS;
use ledger::{ByHand, Claim, HandVerdict, Ledger, NewRun, Outcome, Part, Rerun, Run, Submission, Tally};
use serde::Deserialize;

mod quarantined;

use super::act::{ActArgs, Acting, Sum, Sums, in_one_step, note_if_unserved, opened};
use super::crosswalk::store::short;
use super::explain;
use crate::day;
use crate::desk::Desk;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::settings::Settings;
use crate::station::missing::{no_outputs, outputs_are_missing};
use crate::station::resent::{self, Resent};
use crate::station::{Station, StationArgs, own, shown, unusable};
use crate::stdout;

/// Arguments of `rerun`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct RerunArgs {
    /// Submissions, by their ids or how those begin or end; every submission if none is named
    #[arg(value_name = "SUBMISSION")]
    pub submissions: Vec<String>,
    /// Of one partner
    #[arg(long, value_name = "NAME")]
    pub partner: Option<String>,
    /// With a claim that has a finding of this code
    #[arg(long, value_name = "CODE")]
    pub code: Option<String>,
    /// With a claim that has a finding about this pair
    #[arg(long, value_name = "NDC,HCPCS", value_parser = pair)]
    pub pair: Option<(String, String)>,
    /// Received on this day or later
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day::parse)]
    pub since: Option<NaiveDate>,
    /// Held claims alone
    #[arg(long)]
    pub held: bool,
    /// Files that were put aside since judging them failed, as they came
    #[arg(long, conflicts_with_all = ["held", "code", "pair"])]
    pub quarantined: bool,
    /// Judge claims too that go on from another file
    #[arg(long)]
    pub even_if_resent: bool,
    #[command(flatten)]
    pub act: ActArgs,
    /// Folder of kept releases
    #[arg(long, value_name = "DIR")]
    pub crosswalk: Option<PathBuf>,
    #[command(flatten)]
    pub station: StationArgs,
}

const EXAMPLES: &str = "\
Only what was judged by other lists than those in force is judged again, so that a second time does
nothing.
What was rejected by hand stays rejected, and what goes on from another file stays what it was.
What is accepted then goes on with control numbers of its own; the partner finds a new report for
the rest.
A file that was put aside is judged as if it had just come, with three tries of its own.

Examples:
  claimgate rerun --code NDC060
  claimgate rerun --quarantined --apply --reason 'version 0.2 judges it'
  claimgate rerun --held --apply --reason '2026Q1 is in force'";

/// Takes `00641-0367-25,J1885`, the NDC with or without hyphens.
fn pair(text: &str) -> Result<(String, String), String> {
    let (ndc, procedure) = text.split_once(',').ok_or("a pair is written like 00641-0367-25,J1885")?;
    Ok((ndc.trim().replace('-', ""), procedure.trim().to_owned()))
}

/// Claims of a run that can be judged again.
struct Candidate {
    submission: Submission,
    run: Run,
    part: Part,
    tally: Tally,
}

/// Lists what can be judged again, or has it judged.
pub fn run(args: &RerunArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::load(global.config.as_deref(), None)?;
    if let Some(code) = &args.code {
        explain::known(code)?;
    }
    let mut station = args.station.open(&settings)?;
    if args.quarantined {
        return quarantined::run(args, &mut station, global);
    }
    let desk = Desk::open(args.crosswalk.as_deref(), &settings.desk)?;
    let snapshot = &desk.in_force()?.snapshot;
    let acting = args.act.acting()?;
    let (mut text, mut sums, mut has_left) = (String::new(), Sums::default(), false);
    let mut missing = Vec::new();
    for candidate in args.candidates(&station, snapshot)? {
        let number = candidate.run.number;
        if !station.layout.outputs(number).exists() {
            let failure = no_outputs(&station, &candidate.run)?;
            missing.push(format!("note: {}: {}", failure.message, failure.hint.unwrap_or_default()));
            continue;
        }
        let control_numbers = if acting.is_some() { units(&station, number)? } else { 0 };
        let (mut resent, mut judged, mut run) = (Vec::new(), candidate.tally, None);
        let mut decide = |ledger: &mut dyn Ledger| {
            resent = resent::of_part(ledger, number, candidate.tally.disposition)?;
            let left = if args.even_if_resent { &[][..] } else { &resent };
            judged = without(candidate.tally, left);
            if let Some(acting) = acting.as_ref().filter(|_| 0 < judged.claims) {
                run = Some(candidate.open(ledger, left, control_numbers, acting)?);
            }
            Ok(())
        };
        in_one_step(&mut station, acting.as_ref(), &mut decide)?;
        has_left |= !args.even_if_resent && !resent.is_empty();
        text.push_str(&line(&candidate));
        text.extend(resent.iter().map(Resent::line));
        text.extend(run.map(opened));
        sums.add(judged.into(), run);
    }
    text.push_str(&total(sums.own, args.act.apply, snapshot));
    text.push_str(&sums.others());
    if has_left {
        text.push_str(resent::LEFT_OUT);
    }
    stdout::write(text.as_bytes())?;
    for note in missing {
        // If standard error is gone, nobody listens.
        let _ = writeln!(anstream::stderr(), "{note}");
    }
    if args.act.apply && 0 < sums.own.claims {
        note_if_unserved(&station, global)?;
    }
    Ok(Exit::Done)
}

fn line(candidate: &Candidate) -> String {
    let Candidate { submission, run, part, tally, .. } = candidate;
    format!(
        "{}  run {:<6} {:<8} {:>7} {:>14}  {}  {}\n",
        submission.id,
        run.number,
        part.as_str(),
        tally.claims,
        decimal(tally.charge_cents),
        submission.partner,
        shown(&submission.name)
    )
}

fn total(claims: Sum, applied: bool, snapshot: &str) -> String {
    let snapshot = short(snapshot);
    match (claims.claims == 0, applied) {
        (true, _) => format!("Nothing to judge again by snapshot {snapshot}.\n"),
        (false, true) => format!("{claims} handed to the station, to be judged by snapshot {snapshot}.\n"),
        (false, false) => format!(
            "{claims} would be judged again by snapshot {snapshot}; `claimgate rerun … --apply --reason TEXT` does it.\n"
        ),
    }
}

impl RerunArgs {
    /// Returns what can be judged again and was asked for.
    fn candidates(&self, station: &Station, snapshot: &str) -> Result<Vec<Candidate>, Failure> {
        let mut candidates = Vec::new();
        for submission in self.wanted(station)? {
            let runs = station.ledger.runs_of(&submission.id).map_err(unusable)?;
            for run in &runs {
                let is_current = run.snapshot.as_deref() == Some(snapshot);
                if run.outcome != Some(Outcome::Judged) || (is_current && !has_left(station, run)?) {
                    continue;
                }
                // What was kept long enough is gone.
                if !station.layout.outputs(run.number).exists() && !outputs_are_missing(station, run)? {
                    continue;
                }
                for (part, tally) in self.parts(station, run)? {
                    // What was judged again is told by the run that did it.
                    if !runs.iter().any(|other| other.judges_again(run.number, part)) {
                        candidates.push(Candidate {
                            submission: submission.clone(),
                            run: run.clone(),
                            part,
                            tally,
                        });
                    }
                }
            }
        }
        Ok(candidates)
    }

    /// Returns the submissions that were asked for.
    fn wanted(&self, station: &Station) -> Result<Vec<Submission>, Failure> {
        if let Some(partner) = &self.partner {
            station.partner(partner)?;
        }
        let mut found = Vec::new();
        if self.submissions.is_empty() {
            for id in station.ledger.submissions().map_err(unusable)? {
                found.push(station.ledger.submission(&id).map_err(unusable)?);
            }
        } else {
            for part in &self.submissions {
                found.push(station.find(part)?);
            }
        }
        found.retain(|submission| self.wants(submission));
        Ok(found)
    }

    fn wants(&self, submission: &Submission) -> bool {
        let since = self.since.map(|day| day.to_string());
        self.partner.as_ref().is_none_or(|partner| *partner == submission.partner)
            // Moments sort as they are written.
            && since.is_none_or(|day| day <= submission.received_at)
    }

    /// Returns the parts of a run that have claims of the kind that was asked for.
    fn parts(&self, station: &Station, run: &Run) -> Result<Vec<(Part, Tally)>, Failure> {
        let tallies = station.ledger.tallies(run.number).map_err(unusable)?;
        let by_hand = station.ledger.by_hand(run.number).map_err(unusable)?;
        // What somebody has rejected stays rejected, whatever lists say later.
        let is_sent_back = by_hand.is_some_and(|by_hand| by_hand.verdict == HandVerdict::Reject);
        let mut parts: BTreeMap<Part, Tally> = BTreeMap::new();
        for tally in tallies.into_iter().filter(|tally| 0 < tally.claims) {
            let part = tally.disposition.part();
            if let Some(part) = part.filter(|part| *part == Part::Held || !(self.held || is_sent_back)) {
                parts.insert(part, tally);
            }
        }
        if self.code.is_some() || self.pair.is_some() {
            let claims = station.ledger.claims(run.number).map_err(unusable)?;
            parts.retain(|_, tally| {
                claims.iter().any(|claim| claim.disposition == tally.disposition && self.is_meant(claim))
            });
        }
        Ok(parts.into_iter().collect())
    }

    fn is_meant(&self, claim: &Claim) -> bool {
        claim.findings.iter().any(|finding| {
            let ndc = finding.ndc.as_deref().map(|ndc| ndc.replace('-', ""));
            let has_pair = |(of, procedure): &(String, String)| {
                ndc.as_ref() == Some(of) && finding.procedure.as_ref() == Some(procedure)
            };
            self.code.as_ref().is_none_or(|code| code.eq_ignore_ascii_case(&finding.code))
                && self.pair.as_ref().is_none_or(has_pair)
        })
    }
}

impl Candidate {
    /// Opens a run over it, in which claims that are `left` stay what they were; the station judges it.
    fn open(
        &self,
        ledger: &mut dyn Ledger,
        left: &[Resent],
        control_numbers: u64,
        acting: &Acting,
    ) -> Result<Rerun, ledger::Error> {
        let by_hand = ByHand {
            verdict: HandVerdict::Leave,
            claim_ids: left.iter().map(|resent| resent.claim.claim_id.clone()).collect(),
            reason: "it came in another file too, and goes on from there".to_owned(),
        };
        let new = NewRun {
            parent: self.run.number,
            part: self.part,
            stamp: &acting.at,
            control_numbers,
            by_hand: Some(&by_hand).filter(|_| !left.is_empty()),
        };
        ledger.open_rerun(&new, &acting.act())
    }
}

/// Takes claims that are left out of a sum.
fn without(mut tally: Tally, left: &[Resent]) -> Tally {
    for Resent { claim, .. } in left {
        tally.claims -= 1;
        tally.charge_cents -= claim.charge_cents;
    }
    tally
}

/// Returns whether a run has left claims what they were about which its lists say something else.
fn has_left(station: &Station, run: &Run) -> Result<bool, Failure> {
    if station.ledger.by_hand(run.number).map_err(unusable)?.is_none() {
        return Ok(false);
    }
    let claims = station.ledger.claims(run.number).map_err(unusable)?;
    let mut findings = claims.iter().flat_map(|claim| &claim.findings);
    Ok(findings.any(|finding| finding.code == LEFT_AS_IT_WAS))
}

/// What a run counted, of which each may need a control number.
#[derive(Deserialize)]
struct Units {
    interchanges: u64,
    groups: u64,
    transaction_sets: u64,
}

/// Returns how many control numbers the claims of a run can need.
pub fn units(station: &Station, run: i64) -> Result<u64, Failure> {
    let path = station.layout.outputs(run).join(responses::SUMMARY_FILE_NAME);
    if !path.exists() {
        let run = station.ledger.run(run).map_err(unusable)?;
        return Err(no_outputs(station, &run)?);
    }
    let read = std::fs::read(&path).and_then(|bytes| Ok(serde_json::from_slice::<Units>(&bytes)?));
    let units = read.map_err(|error| own("cannot read", &path, &error))?;
    Ok(units.interchanges.max(units.groups).max(units.transaction_sets))
}
