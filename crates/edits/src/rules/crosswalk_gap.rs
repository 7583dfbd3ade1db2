//! GAP010: no list that is loaded covers the date.

use crate::about::{About, status};
use crate::finding::Findings;
use crate::profile::Severity;
use crate::rules::{Edit, Judged};
use crate::standing::Standing;
use crate::words::not_covering;

/// No list that is loaded covers the date.
pub struct CrosswalkGap;

static ABOUT: About = About {
    code: "GAP010",
    title: "No list covers the date of service",
    element: "2400.DTP03",
    why: "A claim must not go back to its submitter for a list that the payer has not loaded.",
    remedy: "Submitter: do nothing, and do not resend. Operator: load the list that covers the date and run the held claims again.",
    source: "CMS ASP crosswalk, one release a quarter; PDAC crosswalk, one release a month",
    severity: Severity::Hold,
    status: &[status("A1", "20")],
    denial: None,
};

impl Edit for CrosswalkGap {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check<'a>(&self, judged: &Judged<'a, '_>, findings: &mut Findings<'a, '_>) {
        for line in judged.standing(Standing::CrosswalkGap) {
            judged.report(findings, &ABOUT, line, judged.date_element(line), |why| {
                let lists = not_covering(why);
                format!("{lists}: no release is loaded for service {}.", line.on())
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, passes};

    fn line(day: &str) -> String {
        format!(
            "LX*1~\nSV1*HC:J1111*10*UN*1***1~\nDTP*472*D8*{day}~\n//         ^^^^^^^^ GAP010\nLIN**N4*00001000909~\nCTP****1*ML~"
        )
    }

    #[test]
    fn outside_the_quarters_and_behind_the_last_posting() {
        check(&line("20250630"));
        check(&line("20260101").replace("GAP010", "DTP020\n//         ^^^^^^^^ GAP010"));
        check("LX*1~\nSV1*HC:J4444*10*UN*1***1~\nDTP*472*D8*20250630~\n//         ^^^^^^^^ GAP010");
    }

    #[test]
    fn a_pair_in_force_passes_whatever_is_covered() {
        passes("LX*1~\nSV1*HC:J1111*10*UN*1***1~\nDTP*472*D8*20250630~\nLIN**N4*00001000101~\nCTP****1*ML~");
    }
}
