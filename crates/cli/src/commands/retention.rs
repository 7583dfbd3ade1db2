//! `claimgate retention`: removes what was kept long enough.

use clap::Args;

use super::crosswalk::store::one_line;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::figures::number_of;
use crate::global::Global;
use crate::settings::Settings;
use crate::stamp::Stamp;
use crate::station::StationArgs;
use crate::station::retention::{Class, Old, dispose, old};
use crate::stdout;

/// Arguments of `retention`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct RetentionArgs {
    /// Do it; without, what would be removed is listed
    #[arg(long)]
    pub apply: bool,
    /// Moment that ages are counted to; by default now
    #[arg(long, value_name = "MOMENT", value_parser = Stamp::parse)]
    pub now: Option<Stamp>,
    /// Who does it; by default the user of this machine
    #[arg(long, value_name = "NAME", value_parser = one_line)]
    pub by: Option<String>,
    #[command(flatten)]
    pub station: StationArgs,
}

const EXAMPLES: &str = "\
The configuration says how long what is kept: retention.archive_days, retention.quarantine_days,
retention.outbound_days, retention.runs_days and retention.onward_days. Ages are counted from when
the last answer to a file was delivered, those of reruns too. Nothing is removed of a file that is
still to be judged or answered, nor the outputs of one with claims that are held. The ledger stays.

Examples:
  claimgate retention
  claimgate retention --apply";

/// Lists what was kept long enough, or removes it.
pub fn run(args: &RetentionArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::load(global.config.as_deref(), None)?;
    if Class::ALL.iter().all(|class| class.days(&settings.retention).is_none()) {
        return Err(Failure::usage(
            "nothing says how long anything is kept",
            "set retention.archive_days, or another of the keys of retention",
        ));
    }
    let mut station = args.station.open(&settings)?;
    let now = Stamp::or_clock(args.now);
    let found = old(&station, &settings.retention, now)?;
    let mut text: String = found.iter().map(line).collect();
    let files = number_of(found.iter().map(Old::count).sum(), "file");
    if args.apply {
        let who = super::who(args.by.as_deref())?;
        // Ages may be counted to another moment; what is done is done now.
        let at = Stamp::or_clock(None).text();
        found.iter().try_for_each(|one| dispose(&mut station, one, &at, &who))?;
        text.push_str(&format!("{files} removed\n"));
    } else {
        text.push_str(&format!("{files} to remove; with --apply they are\n"));
    }
    stdout::write(text.as_bytes())?;
    Ok(Exit::Done)
}

fn line(old: &Old) -> String {
    let Old { class, partner, submission, delivered_at, bytes, .. } = old;
    let files = number_of(old.count(), "file");
    format!(
        "{:<11} {partner:<20} {submission}  {delivered_at}  {files}, {}\n",
        class.as_str(),
        number_of(*bytes, "byte")
    )
}
