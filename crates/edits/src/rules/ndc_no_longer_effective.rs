//! NDC070: the pair was in force, and is not on the date of service.

use crate::about::{About, denial, status};
use crate::finding::Findings;
use crate::profile::Severity;
use crate::rules::{Edit, Judged};
use crate::standing::Standing;
use crate::words::intervals;

/// The pair was in force, and is not on the date of service.
pub struct NdcNoLongerEffective;

static ABOUT: About = About {
    code: "NDC070",
    title: "NDC and procedure are no longer a pair",
    element: "2410.LIN03",
    why: "The NDC was withdrawn or moved to another code before the day of service.",
    remedy: "Bill the procedure that was valid for the NDC on the date of service, or correct the NDC or the date.",
    source: "MaineCare portal notice on NDC edits; 005010X222A1 and 005010X223A2, loop 2410",
    severity: Severity::Reject,
    status: &[status("A8", "218"), status("A8", "187")],
    denial: Some(denial("N847")),
};

impl Edit for NdcNoLongerEffective {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check<'a>(&self, judged: &Judged<'a, '_>, findings: &mut Findings<'a, '_>) {
        for line in judged.standing(Standing::NdcNoLongerEffective) {
            judged.report(findings, &ABOUT, line, judged.ndc_element(line), |why| {
                let ndc = why.ndc.map_or_else(String::new, |ndc| ndc.to_string());
                let rows = intervals(why);
                format!(
                    "NDC {ndc} and procedure {} are no pair {}; they are one {rows}.",
                    line.procedure(),
                    line.on()
                )
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, passes};

    fn line(day: &str) -> String {
        format!("LX*1~\nSV1*HC:J4444*10*UN*1***1~\nDTP*472*D8*{day}~\nLIN**N4*00004000401~")
    }
    const CARETS: &str = "\n//      ^^^^^^^^^^^ NDC070\nCTP****1*ML~";

    #[test]
    fn the_last_day_and_the_day_after() {
        passes(&(line("20251015") + "\nCTP****1*ML~"));
        check(&(line("20251016") + CARETS));
    }

    #[test]
    fn a_hole_between_two_intervals() {
        let hole =
            |day: &str| format!("LX*1~\nSV1*HC:J5555*10*UN*1***1~\nDTP*472*D8*{day}~\nLIN**N4*00005000501~");
        passes(&(hole("20250831") + "\nCTP****1*ML~"));
        check(&(hole("20250901") + CARETS));
        check(&(hole("20250930") + CARETS));
        passes(&(hole("20251001") + "\nCTP****1*ML~"));
    }
}
