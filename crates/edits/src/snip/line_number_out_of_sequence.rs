//! SNIP480: the service lines are not numbered one by one.

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

/// Looks at LX01 behind the line numbered `last`, and puts the number in its place.
///
/// What is no number, the walk tells; behind a wrong number counting goes on from it, so that one gap is one finding.
pub(super) fn check<'a>(number: &'a [u8], last: &mut u64, index: usize, tell: Tell<'_, 'a>) {
    let expected = last.saturating_add(1);
    let found = count_of(number).unwrap_or(expected);
    if found != expected {
        let message = format!("The service line should have the number {expected}.");
        tell(&ABOUT, Spot::new(index, "LX01", number), message);
    }
    *last = found;
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
    fn what_is_no_number_is_passed_over() {
        passes("CLM*A*0~\nLX*1~\nLX*~\nLX*A~\nLX*4~\n");
        check("CLM*A*0~\nLX*18446744073709551615~\n// ^^^^^^^^^^^^^^^^^^^^ SNIP480\n");
    }
}
