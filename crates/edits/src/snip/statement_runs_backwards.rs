//! SNIP470: the statement period ends before it begins.

use crate::about::{About, status};
use crate::profile::Severity;
use crate::snip::{Spot, Tell};

pub(super) static ABOUT: About = About {
    code: "SNIP470",
    title: "Statement period ends before it begins",
    element: "2300.DTP03",
    why: "Lines without a date of their own are dated by the statement, and then have none.",
    remedy: "Put the first day of the statement in front of the hyphen, and the last behind it.",
    source: "005010X223A2, 2300 DTP with 434",
    severity: Severity::Warn,
    status: &[status("A7", "188")],
    denial: None,
};

/// Looks at DTP02 and DTP03 of a statement; days that do not exist, the walk tells.
///
/// Days of one form compare as their digits do.
pub(super) fn check<'a>(format: &[u8], text: &'a [u8], index: usize, tell: Tell<'_, 'a>) {
    if format == b"RD8"
        && let Some((first, [b'-', last @ ..])) = text.split_at_checked(8)
        && last.len() == 8
        && last < first
    {
        tell(&ABOUT, Spot::new(index, "DTP03", text), "The statement ends before it begins.".to_owned());
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, passes};

    #[test]
    fn a_statement_runs_forwards() {
        for days in ["20251001-20251003", "20251001-20251001", "20251001-2025100", "20251001"] {
            passes(&format!("CLM*A*0***13:A:1~\nDTP*434*RD8*{days}~\n"));
        }
        check("CLM*A*0***13:A:1~\nDTP*434*RD8*20251002-20251001~\n//          ^^^^^^^^^^^^^^^^^ SNIP470\n");
    }
}
