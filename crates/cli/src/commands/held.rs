//! `claimgate held`: lets held claims go on by hand, or sends them back.

use std::collections::BTreeSet;
use std::io::Write;

use claims::decimal;
use clap::{Args, Subcommand};
use ledger::{
    ByHand, Claim, Disposition, HandVerdict, Ledger, NewRun, Part, Rerun, Run, RunState, Submission,
};

use super::act::{ActArgs, Acting, Sum, Sums, in_one_step, note_if_unserved, opened};
use super::rerun::units;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::settings::Settings;
use crate::station::resent::{self, Resent};
use crate::station::{Station, StationArgs, held_runs, shown, unusable};
use crate::stdout;

/// Arguments of `held`.
#[derive(Args, Debug)]
pub struct HeldArgs {
    #[command(subcommand)]
    command: HeldCommand,
}

/// What can be done about held claims.
#[derive(Subcommand, Debug)]
enum HeldCommand {
    /// List held claims that nobody has decided about, the oldest first
    List(ListArgs),
    /// Let held claims go on, unless something rejects them
    #[command(after_help = RELEASE)]
    Release(ReleaseArgs),
    /// Send held claims back
    #[command(after_help = REJECT)]
    Reject(VerdictArgs),
}

/// Arguments of `held list`.
#[derive(Args, Debug)]
pub struct ListArgs {
    /// A submission whose claims are listed one by one: its id, or how that begins or ends
    #[arg(value_name = "SUBMISSION")]
    pub submission: Option<String>,
    /// Those of one partner
    #[arg(long, value_name = "NAME", conflicts_with = "submission")]
    pub partner: Option<String>,
    #[command(flatten)]
    pub station: StationArgs,
}

/// Arguments of `held release`.
#[derive(Args, Debug)]
pub struct ReleaseArgs {
    #[command(flatten)]
    pub verdict: VerdictArgs,
    /// Release claims too that go on from another file
    #[arg(long)]
    pub even_if_resent: bool,
}

/// Arguments of `held release` and `held reject`.
#[derive(Args, Debug)]
pub struct VerdictArgs {
    /// The submission: its id, or how that begins or ends
    #[arg(value_name = "SUBMISSION")]
    pub submission: String,
    /// CLM01 of a claim that it is about; all held claims of the submission if none is named
    #[arg(long, value_name = "ID")]
    pub claim: Vec<String>,
    #[command(flatten)]
    pub act: ActArgs,
    #[command(flatten)]
    pub station: StationArgs,
}

const RELEASE: &str = "\
The held claims of a run are judged again by the lists in force, and those that are released no
longer wait for a list. What a list rejects by now is rejected all the same. Claims that are not
named wait on, whatever the lists say; so do those that go on from another file.

Example:
  claimgate held release 5T80 --claim QNL-7 --apply --reason 'invoice seen'";

const REJECT: &str = "\
The held claims of a run are judged again by the lists in force, and those that are named are
rejected whatever the lists say. Claims that are not named wait on. The partner finds the rejected
ones on a new report, with the reason.

Example:
  claimgate held reject 5T80 --apply --reason 'withdrawn by the provider on 2026-11-20'";

/// What is looked at where held claims are listed one by one.
const HELD_CLAIMS: &str = "held claims";

/// A run with held claims that nothing was decided about.
struct Waiting {
    run: Run,
    claims: Vec<Claim>,
}

/// Does what was asked about held claims.
pub fn run(args: &HeldArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::load(global.config.as_deref(), None)?;
    match &args.command {
        HeldCommand::List(args) => list(args, &settings, global)?,
        HeldCommand::Release(args) => {
            let mut station = args.verdict.station.open(&settings)?;
            args.verdict.decide(HandVerdict::Release, !args.even_if_resent, &mut station, global)?;
        }
        HeldCommand::Reject(args) => {
            let mut station = args.station.open(&settings)?;
            args.decide(HandVerdict::Reject, false, &mut station, global)?;
        }
    }
    Ok(Exit::Done)
}

fn list(args: &ListArgs, settings: &Settings, global: &Global) -> Result<(), Failure> {
    let mut station = args.station.open(settings)?;
    if let Some(part) = &args.submission {
        let submission = station.find(part)?;
        station.note_view(&submission.id, &super::user(), HELD_CLAIMS)?;
        let claims = waiting(&station, &submission.id)?.into_iter().flat_map(|waiting| waiting.claims);
        let text: String = claims.map(|claim| claim_line(&claim)).collect();
        stdout::write(text.as_bytes())?;
        if let Some(run) = being_judged(&station, &submission.id)?.filter(|_| !global.quiet) {
            // If standard error is gone, nobody listens.
            let _ = writeln!(anstream::stderr(), "note: {}", is_judging(&run));
        }
        return Ok(());
    }
    if let Some(partner) = &args.partner {
        station.partner(partner)?;
    }
    let mut text = String::new();
    for id in station.ledger.submissions().map_err(unusable)? {
        let submission = station.ledger.submission(&id).map_err(unusable)?;
        if args.partner.as_ref().is_none_or(|partner| *partner == submission.partner) {
            let lines = waiting(&station, &id)?.into_iter();
            text.extend(lines.map(|waiting| run_line(&submission, &waiting)));
        }
    }
    stdout::write(text.as_bytes())
}

/// Returns the run that is to judge held claims of a submission, if one is.
fn being_judged(station: &Station, submission: &str) -> Result<Option<Run>, Failure> {
    let mut runs = station.ledger.runs_of(submission).map_err(unusable)?.into_iter();
    Ok(runs.rfind(|run| run.part == Part::Held && run.state == RunState::Open))
}

fn is_judging(run: &Run) -> String {
    format!("run {} is judging held claims of {}", run.number, run.submission)
}

/// Returns the held claims of a submission that wait, run by run.
fn waiting(station: &Station, submission: &str) -> Result<Vec<Waiting>, Failure> {
    let with_claims = |run: Run| {
        let mut claims = station.ledger.claims(run.number).map_err(unusable)?;
        claims.retain(|claim| claim.disposition == Disposition::Held);
        Ok(Waiting { run, claims })
    };
    held_runs(station, submission)?.into_iter().map(with_claims).collect()
}

impl Waiting {
    /// Opens a run over its claims; the station judges it.
    fn open(
        &self,
        verdict: HandVerdict,
        ledger: &mut dyn Ledger,
        control_numbers: u64,
        acting: &Acting,
    ) -> Result<Rerun, ledger::Error> {
        // Named even if they are all: what is left out is known by its name.
        let claim_ids = self.claims.iter().map(|claim| claim.claim_id.clone()).collect();
        let by_hand = ByHand { verdict, claim_ids, reason: acting.why.clone() };
        let new = NewRun {
            parent: self.run.number,
            part: Part::Held,
            stamp: &acting.at,
            control_numbers,
            by_hand: Some(&by_hand),
        };
        ledger.open_rerun(&new, &acting.act())
    }
}

fn run_line(submission: &Submission, waiting: &Waiting) -> String {
    format!(
        "{}  run {:<6} {:>7} {:>14}  {}  {}\n",
        submission.id,
        waiting.run.number,
        waiting.claims.len(),
        Sum::of(&waiting.claims).charge(),
        submission.partner,
        shown(&submission.name)
    )
}

fn claim_line(claim: &Claim) -> String {
    let codes: BTreeSet<&str> = claim.findings.iter().map(|finding| finding.code.as_str()).collect();
    let codes: Vec<&str> = codes.into_iter().collect();
    format!(
        "  {:<20} {:>14}  {}\n",
        shown(claim.claim_id.as_bytes()),
        decimal(claim.charge_cents),
        codes.join(", ")
    )
}

impl VerdictArgs {
    /// Does it, but for claims that go on from another file where these are left.
    fn decide(
        &self,
        verdict: HandVerdict,
        leaves_resent: bool,
        station: &mut Station,
        global: &Global,
    ) -> Result<(), Failure> {
        let submission = station.find(&self.submission)?;
        station.note_view(&submission.id, &super::user(), HELD_CLAIMS)?;
        let mut waiting = waiting(station, &submission.id)?;
        self.look_for_named(station, &submission, &waiting)?;
        let is_meant = |claim: &Claim| self.claim.is_empty() || self.claim.contains(&claim.claim_id);
        for one in &mut waiting {
            one.claims.retain(is_meant);
        }
        waiting.retain(|waiting| !waiting.claims.is_empty());
        let acting = self.act.acting()?;
        let (mut text, mut sums, mut has_left) = (String::new(), Sums::default(), false);
        for one in &mut waiting {
            text.push_str(&run_line(&submission, one));
            text.extend(one.claims.iter().map(claim_line));
            let control_numbers = if acting.is_some() { units(station, one.run.number)? } else { 0 };
            let (mut resent, mut run) = (Vec::new(), None);
            let mut decide = |ledger: &mut dyn Ledger| {
                resent = resent::of_part(ledger, one.run.number, Disposition::Held)?;
                resent.retain(|resent| is_meant(&resent.claim));
                if leaves_resent {
                    one.claims.retain(|claim| resent.iter().all(|resent| !resent.is(claim)));
                }
                if let Some(acting) = acting.as_ref().filter(|_| !one.claims.is_empty()) {
                    run = Some(one.open(verdict, ledger, control_numbers, acting)?);
                }
                Ok(())
            };
            in_one_step(station, acting.as_ref(), &mut decide)?;
            has_left |= leaves_resent && !resent.is_empty();
            text.extend(resent.iter().map(Resent::line));
            text.extend(run.map(opened));
            sums.add(Sum::of(&one.claims), run);
        }
        text.push_str(&self.total(verdict, sums.own, has_left));
        text.push_str(&sums.others());
        if has_left {
            text.push_str(resent::LEFT_OUT);
        }
        stdout::write(text.as_bytes())?;
        if self.act.apply && 0 < sums.own.claims {
            note_if_unserved(station, global)?;
        }
        Ok(())
    }

    /// Makes sure that every claim that is named is held: of a name with a slip in it nothing would be done, and nobody told.
    ///
    /// What is judged again at this moment may be held or not.
    fn look_for_named(
        &self,
        station: &Station,
        submission: &Submission,
        waiting: &[Waiting],
    ) -> Result<(), Failure> {
        let held: BTreeSet<&str> =
            waiting.iter().flat_map(|one| &one.claims).map(|claim| claim.claim_id.as_str()).collect();
        let is_held = |id: &String| held.contains(id.as_str());
        let id = &submission.id;
        let open = being_judged(station, id)?;
        let mut judged = BTreeSet::new();
        if let Some(parent) = open.as_ref().and_then(|run| run.parent) {
            let claims = station.ledger.claims(parent).map_err(unusable)?.into_iter();
            let claims = claims.filter(|claim| claim.disposition == Disposition::Held);
            judged.extend(claims.map(|claim| claim.claim_id));
        }
        let missing = self.claim.iter().filter(|id| !is_held(id) && !judged.contains(*id));
        let missing: Vec<String> = missing.map(|id| shown(id.as_bytes())).collect();
        if let Some(run) =
            open.filter(|_| missing.is_empty() && (held.is_empty() || !self.claim.iter().all(is_held)))
        {
            return Err(Failure {
                exit: Exit::TryLater,
                class: "busy",
                message: is_judging(&run),
                hint: Some("run it again once the station has judged them".to_owned()),
            });
        }
        if missing.is_empty() {
            return Ok(());
        }
        Err(Failure::usage(
            format!("not held in {id}: {}", missing.join(", ")),
            format!("`claimgate held list {id}` names every claim that is held"),
        ))
    }

    fn total(&self, verdict: HandVerdict, claims: Sum, has_left: bool) -> String {
        let is_release = verdict == HandVerdict::Release;
        let (done, verb) = if is_release { ("released", "release") } else { ("rejected", "reject") };
        match (claims.claims == 0, self.act.apply) {
            (true, _) if has_left => format!("No other claim is to be {done}.\n"),
            (true, _) => "No such claim is held.\n".to_owned(),
            (false, true) => format!("{claims} handed to the station, to be {done}.\n"),
            (false, false) => format!(
                "{claims} would be {done}; `claimgate held {verb} … --apply --reason TEXT` does it.\n"
            ),
        }
    }
}
