//! `claimgate crosswalk activate` and `rollback`: which releases count.

use clap::Args;
use releases::{Entry, SwitchKind};

use super::store::{SwitchArgs, switch};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::global::Global;
use crate::stdout;

/// Arguments of `crosswalk activate`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub struct ActivateArgs {
    /// Releases that are to count, by id or how it begins; each replaces the release that it is a newer one of
    #[arg(required = true, value_name = "ID")]
    pub releases: Vec<String>,
    /// Let it count though it is older than the release that it replaces
    #[arg(long)]
    pub accept_older: bool,
    #[command(flatten)]
    pub switch: SwitchArgs,
}

const EXAMPLES: &str = "\
Examples:
  claimgate crosswalk activate asp-2025Q4 pdac-2025-10-05 --by 'A. Coder'
  claimgate crosswalk activate asp-2025Q4-6a1f09c2 --by 'A. Coder' --second 'B. Auditor'";

/// Lets releases count.
pub fn activate(args: &ActivateArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = args.switch.settings(global)?;
    let desk = args.switch.record.store.open(&settings)?;
    let new = args.releases.iter().map(|name| desk.entry(name)).collect::<Result<Vec<&Entry>, _>>()?;
    desk.check_new(&new, args.accept_older)?;
    let page = switch(&desk, SwitchKind::Activate, desk.with(&new), &args.switch, &settings)?;
    stdout::write(page.as_bytes())?;
    Ok(Exit::Done)
}

/// Lets the releases count again that did before the last switch.
pub fn rollback(args: &SwitchArgs, global: &Global) -> Result<Exit, Failure> {
    let settings = args.settings(global)?;
    let desk = args.record.store.open(&settings)?;
    let releases = desk.releases_before().ok_or_else(|| {
        let words = "there is no switch to take back: before the first, nothing counted";
        Failure::usage(words, "let other releases count with `claimgate crosswalk activate ID`")
    })?;
    stdout::write(switch(&desk, SwitchKind::Rollback, releases, args, &settings)?.as_bytes())?;
    Ok(Exit::Done)
}
