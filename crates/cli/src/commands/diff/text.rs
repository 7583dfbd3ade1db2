//! The differences as lines for people; what they add up to comes last, where it is seen.

use claims::decimal;

use responses::brr::shown_text;

use super::{Change, Difference, Out, Pair, Runs, Side, Tell, Totals};
use crate::failure::Failure;
use crate::figures::number_of;

/// Lines that are written one by one.
pub struct Text {
    out: Out,
    /// What is said of the runs once something differs; of several, those that do not differ are passed over.
    head: String,
    /// Whether anything was said.
    has_lines: bool,
    /// The transaction set that the last line stood in.
    set: String,
}

impl Text {
    /// Begins.
    pub fn new(out: Out) -> Text {
        Text { out, head: String::new(), has_lines: false, set: String::new() }
    }

    fn say_head(&mut self) -> Result<(), Failure> {
        if self.head.is_empty() {
            return Ok(());
        }
        let gap = if self.has_lines { "\n" } else { "" };
        let head = std::mem::take(&mut self.head);
        self.say(&format!("{gap}{head}"))
    }

    fn say(&mut self, lines: &str) -> Result<(), Failure> {
        self.has_lines = true;
        self.out.write(lines.as_bytes())
    }
}

impl Tell for Text {
    fn pair(&mut self, pair: &Pair, is_one_file: bool) -> Result<(), Failure> {
        self.set.clear();
        let mut lines = String::new();
        if let Some(name) = &pair.name {
            lines += &format!("{}\n", shown_text(name));
        }
        for (side, run) in [("A", &pair.a), ("B", &pair.b)] {
            lines +=
                &format!("{side}  {}: {}\n", shown_text(&run.words()), number_of(run.received(), "claim"));
        }
        lines += if is_one_file {
            "One file, as far as its counts tell.\n"
        } else {
            "Different files: claims are found again by control numbers and claim id.\n"
        };
        self.head = lines;
        // One run on either side is told of in any case.
        if pair.name.is_none() { self.say_head() } else { Ok(()) }
    }

    fn difference(&mut self, difference: &Difference) -> Result<(), Failure> {
        let Difference { interchange_control_number, group_control_number, .. } = difference;
        let set = format!(
            "interchange {interchange_control_number}, group {group_control_number}, set {}",
            difference.transaction_set_control_number
        );
        self.say_head()?;
        let mut lines = String::new();
        if set != self.set {
            lines += &format!("\n{}\n", shown_text(&set));
            self.set = set;
        }
        lines += &format!(
            "  {:<14}  {:<20}  {:>12}  {}\n",
            name(difference.change),
            shown_text(&difference.claim_id),
            shown_text(&changed(difference, |side| side.charge.clone())),
            shown_text(&what(difference)),
        );
        self.say(&lines)
    }

    fn end(&mut self, runs: &Runs, totals: &Totals) -> Result<(), Failure> {
        let gap = if self.has_lines { "\n" } else { "" };
        self.say(&format!("{gap}{}", ending(runs, totals)))?;
        self.out.flush()
    }
}

/// Says what the differences add up to.
pub fn ending(runs: &Runs, totals: &Totals) -> String {
    let mut lines = format!("{} the same\n", number_of(totals.same, "claim"));
    let mut last = None;
    for ((change, a, b), tally) in &totals.different {
        if last != Some(*change) {
            lines += &format!("{} {}\n", number_of(totals.of(*change), "claim"), words(*change));
            last = Some(*change);
        }
        let disposition = arrow(a, b);
        let [of_a, of_b] = tally.cents.map(decimal);
        let charges = match change {
            Change::OnlyInA => of_a,
            Change::OnlyInB => of_b,
            Change::Flipped | Change::ChangedReason => arrow(&of_a, &of_b),
        };
        lines += &format!("  {disposition:<22}{:>9}  {charges:>16}\n", tally.claims);
    }
    for (side, unlisted) in ["A", "B"].iter().zip(totals.unlisted) {
        if 0 < unlisted {
            lines += &format!(
                "{} of {side} accepted without a finding, not listed and not compared; --results all lists them\n",
                number_of(unlisted, "claim")
            );
        }
    }
    for (side, names) in ["A", "B"].iter().zip(&runs.only) {
        for name in names {
            lines += &format!("run {} only in {side}\n", shown_text(name));
        }
    }
    lines
}

/// Says what became of the claim and why: `rejected -> accepted, NDC050 -> no finding`.
fn what(difference: &Difference) -> String {
    let disposition = changed(difference, |side| side.disposition.clone());
    let codes = |with_severities| {
        changed(difference, |side| {
            let codes = side.codes(with_severities);
            if codes.is_empty() { "no finding".to_owned() } else { codes }
        })
    };
    let plain = codes(false);
    // Where the codes are the same, what follows from them is not.
    let is_same = difference.change == Change::ChangedReason && !plain.contains("->");
    format!("{disposition}, {}", if is_same { codes(true) } else { plain })
}

/// Returns what both sides have, once if it is the same.
fn changed(difference: &Difference, of: impl Fn(&Side) -> String) -> String {
    match (&difference.a, &difference.b) {
        (Some(a), Some(b)) => arrow(&of(a), &of(b)),
        (Some(side), None) | (None, Some(side)) => of(side),
        (None, None) => String::new(),
    }
}

fn arrow(a: &str, b: &str) -> String {
    match (a, b) {
        (a, b) if a == b => a.to_owned(),
        (one, "") | ("", one) => one.to_owned(),
        (a, b) => format!("{a} -> {b}"),
    }
}

fn name(change: Change) -> &'static str {
    match change {
        Change::Flipped => "flipped",
        Change::ChangedReason => "changed reason",
        Change::OnlyInA => "only in A",
        Change::OnlyInB => "only in B",
    }
}

fn words(change: Change) -> &'static str {
    match change {
        Change::Flipped => "flipped",
        Change::ChangedReason => "with the same disposition for other reasons",
        Change::OnlyInA => "only in A",
        Change::OnlyInB => "only in B",
    }
}
