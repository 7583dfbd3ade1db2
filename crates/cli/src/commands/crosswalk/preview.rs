//! `claimgate crosswalk preview`: which claims another list would decide otherwise, from the facts of their runs.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use clap::Args;
use crosswalk::Crosswalk;
use edits::{Again, Channel, Judge, KeptClaim, KeptLine, Profile, judge_again};
use serde::Serialize;

use super::sides::{Side, side_of};
use super::store::StoreArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::kept::{self, disposition_of};
use crate::run::spool_folder;
use crate::settings::Settings;
use crate::table::{FormArgs, Table};

mod flip;
mod page;
mod rows;
mod tally;
mod words;

use flip::{CHARGE, COLUMNS, Flip, changed_lines};
use page::page;
use rows::Rows;
use tally::{Sum, Tally, View};
use words::words;

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
    /// Write a page for browsers there as well
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  claimgate process inbound/*.837 --facts --out runs
  claimgate crosswalk preview asp-2026Q1 --facts runs
  claimgate crosswalk preview asp-2026Q1 --facts runs --csv > flips.csv
  claimgate crosswalk preview asp-2026Q1 --facts runs --html preview.html";

/// What a part of the facts comes to.
#[derive(Default)]
struct Part {
    tally: Tally,
    /// The rows of its claims, where a form lists all of them.
    lines: Vec<u8>,
}

#[derive(Serialize)]
struct PreviewRow<'f> {
    draft: &'f str,
    snapshot: &'f str,
    claims: u64,
    flipped: u64,
    claims_with_other_denials: u64,
    by_direction: BTreeMap<&'f str, Sum>,
    by_run: BTreeMap<&'f str, Sum>,
    by_partner: BTreeMap<&'f str, Sum>,
    by_pair: BTreeMap<&'f str, Sum>,
    by_reason: BTreeMap<&'f str, Sum>,
    flips: &'f Rows,
}

/// Judges every claim again, and shows those that come out otherwise.
pub fn run(args: &PreviewArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::load(global.config.as_deref(), args.profile.as_deref())?;
    let desk = args.store.open(&settings)?;
    let draft = side_of(&args.draft, &desk)?;
    let spool = spool_folder()?;
    let cannot = |error: io::Error| Failure::io("cannot make temporary files in", &spool, &error);
    let (mut tally, mut rows) = (Tally::default(), Rows::new(&spool).map_err(cannot)?);
    let lists_all = args.form.lists_all();
    kept::read(
        &args.facts,
        Some(&settings.profile.name),
        |part: &mut Part, run, claim| {
            let again = again(claim, &draft.crosswalk, &settings.profile)?;
            part.add(run, claim, &again, lists_all);
            Ok(())
        },
        |part| {
            tally.join(part.tally);
            rows.add(&part.lines).map_err(cannot)
        },
    )?;
    if let Some(path) = &args.html {
        intake::write_file(path, page(&tally, &draft).as_bytes(), false)
            .map_err(|error| Failure::io("cannot write", path, &error))?;
    }
    args.form.show(|| table(&rows, &draft), || row(&tally, &rows, &draft), || words(&tally, &draft))?;
    Ok(Exit::Done)
}

impl Part {
    /// Counts a claim of the run in that folder, by what would become of it.
    fn add(&mut self, run: &Path, claim: &kept::KeptClaim<'_>, again: &Again, lists_all: bool) {
        self.tally.claims += 1;
        if claim.disposition == again.disposition.as_str() {
            let denies = claim.channel == Channel::Portal.as_str() && claim.disposition == "accepted";
            self.tally.denials += u64::from(denies && changed_lines(claim, again).next().is_some());
            return;
        }
        let flip = Flip::of(run, claim, again);
        if lists_all {
            Rows::line(&flip, &mut self.lines);
        }
        self.tally.add(flip);
    }
}

fn row<'f>(tally: &'f Tally, rows: &'f Rows, draft: &'f Side) -> PreviewRow<'f> {
    let by = |view| tally.by(view).map(|(name, sums)| (name, sums.all)).collect();
    PreviewRow {
        draft: &draft.name,
        snapshot: draft.crosswalk.id(),
        claims: tally.claims,
        flipped: tally.flipped.all.claims,
        claims_with_other_denials: tally.denials,
        by_direction: by(View::Direction),
        by_run: by(View::Run),
        by_partner: by(View::Partner),
        by_pair: by(View::Pair),
        by_reason: by(View::Reason),
        flips: rows,
    }
}

/// Returns the table, which has a row for each line that changes of each claim.
fn table<'f>(rows: &'f Rows, draft: &Side) -> io::Result<Table<'f>> {
    let rows = rows.read()?.flat_map(|flip| match flip {
        Ok(flip) => flip.rows().map(Ok).collect(),
        Err(error) => vec![Err(error)],
    });
    Ok(Table {
        title: format!("Claims judged again by {}", draft.name),
        sheet: "claims",
        columns: &COLUMNS,
        money: Some(CHARGE),
        rows: Box::new(rows),
    })
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
