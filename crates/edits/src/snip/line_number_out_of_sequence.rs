//! SNIP480: the service lines are not numbered one by one.

use std::ops::Range;

use crate::about::{About, status};
use crate::profile::Severity;
use crate::snip::{Spot, Tell};
use x12::count_of;

pub(super) static ABOUT: About = About {
    code: "SNIP480",
    title: "Service lines are not numbered 1, 2, 3",
    element: "2400.LX01",
    why: "Answers name a line by its number; one that is left out or used twice points at a wrong line, or at none.",
    remedy: "Number the service lines of each claim from 1, without a gap.",
    source: "005010X222A1, 005010X223A2 and 005010X224A2, 2400 LX01",
    severity: Severity::Warn,
    status: &[status("A7", "247")],
    denial: None,
};

/// How far the lines of a claim were counted.
#[derive(Default)]
pub(super) struct Numbering {
    /// Lines so far.
    lines: u64,
    /// The number of the last line, and the highest of all.
    last: u64,
    highest: u64,
    /// The numbers that the last one that was told has left out.
    left_out: Range<u64>,
}

/// Looks at LX01 of the next line.
///
/// What is no number, the walk tells.
/// One fault gives one finding: counting goes on from a wrong number and from the line's own place alike, and numbers that
/// were left out may come late, as where two lines have exchanged theirs.
pub(super) fn check<'a>(number: &'a [u8], numbering: &mut Numbering, index: usize, tell: Tell<'_, 'a>) {
    let Numbering { lines, last, highest, left_out } = numbering;
    *lines += 1;
    let next = highest.saturating_add(1);
    let found = count_of(number).unwrap_or(next);
    if left_out.contains(&found) {
        // The first of them is back, and is none that may come again.
        left_out.start += u64::from(left_out.start == found);
    } else if ![*lines, next, last.saturating_add(1)].contains(&found) {
        let message = format!("The service line should have the number {lines}.");
        tell(&ABOUT, Spot::new(index, "LX01", number), message);
        *left_out = next..found;
    }
    *last = found;
    *highest = found.max(*highest);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, passes};

    #[test]
    fn lines_count_from_one() {
        passes("CLM*A*0~\nLX*1~\nLX*2~\nLX*003~\n");
        check("CLM*A*0~\nLX*2~\n// ^ SNIP480\nLX*3~\n");
        check("CLM*A*0~\nLX*0~\n// ^ SNIP480\nLX*1~\n");
        check("CLM*A*0~\nLX*1~\nLX*3~\n// ^ SNIP480\nLX*4~\n");
        check("CLM*A*0~\nLX*1~\nLX*1~\n// ^ SNIP480\nLX*2~\n");
    }

    #[test]
    fn one_wrong_number_is_one_finding() {
        // Two lines have exchanged their numbers, near each other and far apart.
        check("CLM*A*0~\nLX*1~\nLX*3~\n// ^ SNIP480\nLX*2~\nLX*4~\n");
        check("CLM*A*0~\nLX*1~\nLX*5~\n// ^ SNIP480\nLX*3~\nLX*4~\nLX*2~\nLX*6~\n");
        // One stands in front of those that it belongs behind, one behind them.
        check("CLM*A*0~\nLX*3~\n// ^ SNIP480\nLX*1~\nLX*2~\nLX*4~\n");
        check("CLM*A*0~\nLX*2~\n// ^ SNIP480\nLX*3~\nLX*1~\nLX*4~\n");
        // One alone is wrong.
        check("CLM*A*0~\nLX*1~\nLX*2~\nLX*9~\n// ^ SNIP480\nLX*4~\nLX*5~\n");
        check("CLM*A*0~\nLX*1~\nLX*2~\nLX*1~\n// ^ SNIP480\nLX*4~\nLX*5~\n");
        // Numbers begin again, and go on.
        check("CLM*A*0~\nLX*1~\nLX*2~\nLX*1~\n// ^ SNIP480\nLX*2~\nLX*3~\n");
    }

    #[test]
    fn two_wrong_numbers_are_two_findings() {
        check("CLM*A*0~\nLX*1~\nLX*3~\n// ^ SNIP480\nLX*2~\nLX*4~\nLX*6~\n// ^ SNIP480\nLX*5~\n");
        check("CLM*A*0~\nLX*1~\nLX*3~\n// ^ SNIP480\nLX*2~\nLX*4~\nLX*2~\n// ^ SNIP480\nLX*6~\n");
    }

    #[test]
    fn what_is_no_number_is_passed_over() {
        passes("CLM*A*0~\nLX*1~\nLX*~\nLX*A~\nLX*4~\n");
        check("CLM*A*0~\nLX*18446744073709551615~\n// ^^^^^^^^^^^^^^^^^^^^ SNIP480\n");
    }
}
