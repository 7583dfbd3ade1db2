//! What the report says of the whole run: totals, what to do, and the lists that were asked.

use crate::totals::Totals;
use claims::{Tally, Usage};
use crosswalk::{Effective, List, Release};
use edits::{Channel, Disposition};

use super::Closing;
use super::characters::shown_text;
use super::words::list_label;

/// Everything that stands above the claims.
pub(super) struct Overview {
    /// Name of the input file, when it was run, by which channel, and by what.
    pub run: [(&'static str, String); 4],
    /// Totals of each usage that has claims.
    pub usages: Vec<UsageTotals>,
    /// What to do with the claims of each disposition that has any.
    pub guidance: Vec<(&'static str, String)>,
    /// Lists that may be out of date.
    pub warnings: Vec<String>,
    /// Id of the crosswalk snapshot.
    pub snapshot: String,
    /// Each list: its name, its release, and the days that it covers.
    pub releases: Vec<[String; 3]>,
    /// *Total Transaction Rejections*.
    pub rejections: String,
}

/// Claims and charges of one usage.
pub(super) struct UsageTotals {
    /// `Production`, `Test` or `Other`.
    pub usage: &'static str,
    /// Disposition, claims and charges; the last row is what was received.
    pub rows: Vec<[String; 3]>,
}

/// Says what to do with claims of `disposition`.
pub(super) fn guidance(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Accepted => "These claims went on; nothing is to be done.",
        Disposition::Rejected => {
            "Correct these claims and send them again as new original claims, with claim frequency code 1 in CLM05-3. \
             A rejected claim was never taken in, so there is nothing to replace or to void."
        }
        Disposition::Held => {
            "Do not send these claims again. They wait here until a crosswalk that covers their date of service is loaded, \
             and are decided then."
        }
        Disposition::Refused => {
            "These claims stand in an interchange, functional group or transaction set that cannot be taken. \
             Correct what is named there, and send that unit again with all its claims."
        }
    }
}

/// Says what to do with claims of `disposition` in this run.
fn advice(disposition: Disposition, totals: &Totals) -> String {
    match (disposition, totals.denied_lines) {
        (Disposition::Accepted, 1) => {
            "These claims went on, but one of their lines denies: see denials.csv.".to_owned()
        }
        (Disposition::Accepted, denied) if denied > 0 => {
            format!(
                "These claims went on, but {} of their lines deny: see denials.csv.",
                grouped(u128::from(denied))
            )
        }
        _ => guidance(disposition).to_owned(),
    }
}

impl Overview {
    /// Puts together what `closing` knows.
    pub(super) fn of(closing: &Closing<'_>) -> Overview {
        let crosswalk = closing.crosswalk;
        let channel = match closing.channel {
            Channel::Batch => "EDI batch",
            Channel::Portal => "portal",
        };
        let present = |disposition: &Disposition| 0 < closing.totals.of(*disposition).claims;
        let unit_without_claims = closing.totals.refused_units > 0;
        let guided = Disposition::ALL.into_iter().filter(|disposition| {
            present(disposition) || (*disposition == Disposition::Refused && unit_without_claims)
        });
        Overview {
            run: [
                ("Input File", shown_text(closing.input_name)),
                ("Run", closing.stamp.to_owned()),
                ("Channel", channel.to_owned()),
                ("Produced by", format!("claimgate {}", closing.version)),
            ],
            usages: Usage::ALL.into_iter().filter_map(|usage| usage_totals(closing, usage)).collect(),
            guidance: guided
                .map(|disposition| (title(disposition), advice(disposition, closing.totals)))
                .collect(),
            warnings: crosswalk
                .stale_on(closing.today)
                .map(|release| stale(release, closing.today))
                .collect(),
            snapshot: crosswalk.id().to_owned(),
            releases: crosswalk.releases().iter().map(release_row).collect(),
            rejections: grouped(u128::from(closing.totals.of(Disposition::Rejected).claims)),
        }
    }
}

/// Returns a disposition as a heading has it.
pub(super) fn title(disposition: Disposition) -> &'static str {
    match disposition {
        Disposition::Accepted => "Accepted",
        Disposition::Rejected => "Rejected",
        Disposition::Held => "Held",
        Disposition::Refused => "Refused",
    }
}

fn usage_totals(closing: &Closing<'_>, usage: Usage) -> Option<UsageTotals> {
    let received = closing.totals.received(usage);
    if received.claims == 0 {
        return None;
    }
    let row = |name: &str, tally: Tally| {
        [name.to_owned(), grouped(u128::from(tally.claims)), money(tally.charge_cents)]
    };
    let tallies = closing.totals.claims[usage.place()];
    let mut rows: Vec<[String; 3]> = Disposition::ALL
        .into_iter()
        .map(|disposition| row(title(disposition), tallies[disposition.place()]))
        .collect();
    rows.push(row("Received", received));
    let usage = match usage {
        Usage::Production => "Production",
        Usage::Test => "Test",
        Usage::Other => "Neither production nor test",
    };
    Some(UsageTotals { usage, rows })
}

fn release_row(release: &Release) -> [String; 3] {
    let covers = match release.covers {
        None => "counts for single pairs only".to_owned(),
        Some(Effective { from, through }) if from == Effective::BEGINNING => format!("through {through}"),
        Some(Effective { from, through }) => format!("{from} to {through}"),
    };
    let name = if release.list == List::Local { "–".to_owned() } else { release.name.clone() };
    [list_label(release.list).to_owned(), name, covers]
}

fn stale(release: &Release, today: chrono::NaiveDate) -> String {
    let age = match (release.list, release.posted, release.covers) {
        (List::Pdac, Some(posted), _) => {
            format!("it was posted more than {} days ago, on {posted}", Release::PDAC_FRESH_DAYS)
        }
        (_, _, Some(covers)) => format!("its quarter ended on {}", covers.through),
        _ => "its age is not known".to_owned(),
    };
    format!(
        "The {} {} may be out of date on {today}: {age}. A newer release can change results.",
        release.list, release.name
    )
}

/// Writes a count with commas between thousands: `1,234,567`.
pub(super) fn grouped(count: u128) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Writes an amount as people read it: `1,234.50`.
pub(super) fn money(cents: i128) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let value = cents.unsigned_abs();
    format!("{sign}{}.{:02}", grouped(value / 100), value % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (count, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(count), text);
        }
        assert_eq!(money(-123_456_705), "-1,234,567.05");
        assert_eq!(money(5), "0.05");
    }
}
