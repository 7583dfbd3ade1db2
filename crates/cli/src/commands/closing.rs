//! The few lines that say what came of a run.

use std::fmt::Write;

use chrono::NaiveDate;
use claims::{Counted, decimal};
use crosswalk::Crosswalk;
use edits::{Channel, Disposition, about};
use responses::{Totals, claims_file_name};

use crate::figures::number_of;
use crate::run::{Ran, Run};

/// Findings that are named.
const TOP: usize = 5;

/// What is said if claims are held.
const HELD: &str = "  Held claims wait for a list that covers their dates: load it and run held.837 again, with --control-number if what is accepted then is sent on; do not resend them.\n";

/// What is said if claims that were held are accepted.
const NO_LONGER_HELD: &str = "  accepted.837 has the control numbers of the run that held its claims: before it is sent on, give it its own with --control-number.\n";

/// Says what came of an input that is `called` so: claims and money by disposition, the top findings, where the outputs lie, what to do with held claims.
pub fn closing_lines(ran: &Ran, called: &str, run: &Run<'_>) -> String {
    let mut lines = totals_lines(called, &ran.counted, &ran.totals, run.settings.channel);
    for fault in &ran.faults {
        let _ = writeln!(lines, "  warning: byte {}: {} ({})", fault.byte, fault.title, fault.code);
    }
    if let Some(place) = &ran.place {
        let _ = writeln!(lines, "  outputs   {}", place.display());
    }
    if ran.totals.cut_offs > 0 {
        lines.push_str(
            "  The file is cut off; nothing of what is cut off was passed on: have it sent again whole.\n",
        );
    } else if ran.totals.refused_units > 0 {
        lines.push_str("  Refused units are not taken as they are: the reports say what to mend in each.\n");
    }
    if ran.totals.denied_lines > 0 {
        lines.push_str("  Denied lines are in denials.csv, with their reasons.\n");
    }
    if ran.totals.of(Disposition::Held).claims > 0 {
        lines.push_str(HELD);
    }
    let was_held = ran.input_name == claims_file_name(Disposition::Held);
    if was_held && run.control_number.is_none() && ran.totals.of(Disposition::Accepted).claims > 0 {
        lines.push_str(NO_LONGER_HELD);
    }
    lines
}

/// Says which lists should have had a newer release by `today`.
pub fn stale_lines(crosswalk: &Crosswalk, today: NaiveDate) -> String {
    crosswalk.stale_on(today).fold(String::new(), |mut lines, release| {
        let _ = writeln!(
            lines,
            "warning: the {} {} is older than its cadence allows; load a newer one",
            release.list, release.name
        );
        lines
    })
}

/// Says what the verdicts add up to: claims and money by disposition, and the top findings.
pub fn totals_lines(input_name: &str, counted: &Counted, totals: &Totals, channel: Channel) -> String {
    let mut lines = String::new();
    let received = counted.received_total();
    let _ = writeln!(
        lines,
        "{input_name}: {} of {} in {}",
        claims(received.claims),
        decimal(received.charge_cents),
        number_of(counted.interchanges, "interchange")
    );
    for disposition in Disposition::ALL {
        let tally = totals.of(disposition);
        let _ = writeln!(
            lines,
            "  {:<9} {:>9}  {:>16}",
            disposition.as_str(),
            tally.claims,
            decimal(tally.charge_cents)
        );
    }
    if channel == Channel::Portal {
        let _ = writeln!(lines, "  denied    {}", number_of(totals.denied_lines, "line"));
    }
    top_findings(totals, &mut lines);
    lines
}

fn top_findings(totals: &Totals, lines: &mut String) {
    let mut findings: Vec<(&str, u64)> =
        totals.findings.iter().map(|(&code, &count)| (code, count)).collect();
    findings.sort_by_key(|&(code, count)| (std::cmp::Reverse(count), code));
    for (code, count) in findings.iter().take(TOP) {
        let title = about(code).map_or("", |about| about.title);
        let _ = writeln!(lines, "  {code} {count:>11}  {title}");
    }
}

fn claims(number: u64) -> String {
    number_of(number, "claim")
}
