//! NDC060: the pair begins after the date of service.

use crate::about::{About, denial, status};
use crate::finding::Findings;
use crate::profile::Severity;
use crate::rules::{Edit, Judged};
use crate::standing::Standing;
use crate::words::intervals;

/// The pair begins after the date of service.
pub struct NdcNotYetEffective;

static ABOUT: About = About {
    code: "NDC060",
    title: "NDC and procedure are a pair only later",
    element: "2410.LIN03",
    why: "On the day of service the drug was to be billed under another code.",
    remedy: "Bill the procedure that was valid for the NDC on the date of service, or correct the date.",
    source: "MaineCare portal notice on NDC edits; 005010X222A1 and 005010X223A2, loop 2410",
    severity: Severity::Reject,
    status: &[status("A8", "218"), status("A8", "187")],
    denial: Some(denial("N846")),
};

impl Edit for NdcNotYetEffective {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check<'a>(&self, judged: &Judged<'a, '_>, findings: &mut Findings<'a, '_>) {
        for line in judged.standing(Standing::NdcNotYetEffective) {
            judged.report(findings, &ABOUT, line, judged.ndc_element(line), |why| {
                let ndc = why.ndc.map_or_else(String::new, |ndc| ndc.to_string());
                let rows = intervals(why);
                format!(
                    "NDC {ndc} and procedure {} are not yet a pair {}; they are one {rows}.",
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

    #[test]
    fn the_day_before_and_the_first_day() {
        let line =
            |day: &str| format!("LX*1~\nSV1*HC:J3333*10*UN*1***1~\nDTP*472*D8*{day}~\nLIN**N4*00003000301~");
        check(&(line("20251104") + "\n//      ^^^^^^^^^^^ NDC060\nCTP****1*ML~"));
        passes(&(line("20251105") + "\nCTP****1*ML~"));
    }
}
