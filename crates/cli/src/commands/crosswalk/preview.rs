//! `claimgate crosswalk preview`: which claims another list would decide otherwise, from the facts of their runs.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;
use crosswalk::Crosswalk;
use edits::{Again, Channel, Judge, KeptClaim, KeptLine, Profile, judge_again};

use super::sides::side_of;
use super::store::StoreArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::kept::{self, disposition_of};
use crate::settings::Settings;
use crate::table::FormArgs;

mod flips;

use flips::Flips;

/// Arguments of `crosswalk preview`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct PreviewArgs {
    /// What is to count: a kept release or a file as downloaded, together with what counts now; or a snapshot
    pub draft: String,
    /// Folder with outputs of `process --facts`, and with folders of such outputs
    #[arg(long, value_name = "DIR", required = true)]
    pub facts: Vec<PathBuf>,
    /// Profile of the payer
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub form: FormArgs,
}

const EXAMPLES: &str = "\
Examples:
  claimgate process inbound/*.837 --facts --out runs
  claimgate crosswalk preview asp-2026Q1 --facts runs
  claimgate crosswalk preview asp-2026Q1 --facts runs --csv > flips.csv";

/// Judges every claim again, and shows those that come out otherwise.
pub fn run(args: &PreviewArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::load(global.config.as_deref(), args.profile.as_deref())?;
    let desk = args.store.open(&settings)?;
    let draft = side_of(&args.draft, &desk)?;
    let parts = kept::read(&args.facts, Some(&settings.profile.name), |flips: &mut Flips, run, claim| {
        let again = again(claim, &draft.crosswalk, &settings.profile)?;
        flips.add(run, claim, &again);
        Ok(())
    })?;
    let flips = Flips::of(parts);
    args.form.show(|| flips.table(&draft), || flips.row(&draft), || flips.words(&draft))?;
    Ok(Exit::Done)
}

/// Judges a claim again by `crosswalk`.
fn again(claim: &kept::KeptClaim<'_>, crosswalk: &Crosswalk, profile: &Profile) -> Result<Again, Failure> {
    let day = responses::facts::day_of;
    let lines: Vec<KeptLine<'_>> = claim
        .lines
        .iter()
        .map(|line| KeptLine {
            is_institutional: line.is_institutional,
            qualifier: line.qualifier,
            procedure: line.procedure,
            products: line.products,
            days: line.days.and_then(|(first, last)| day(first).zip(day(last))),
        })
        .collect();
    let without_lists = disposition_of(claim.without_lists).ok_or_else(|| {
        Failure::unreadable(
            format!("the facts name a disposition {}, which there is not", claim.without_lists),
            "make them again with `claimgate process --facts`",
        )
    })?;
    let channel = if claim.channel == Channel::Portal.as_str() { Channel::Portal } else { Channel::Batch };
    // No standing asks what day it is.
    let by = Judge { crosswalk, profile, channel, today: NaiveDate::MIN };
    Ok(judge_again(KeptClaim { without_lists, lines: &lines, products: &claim.products }, by))
}
