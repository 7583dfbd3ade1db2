//! NDC040: no list has the NDC.

use crate::about::{About, denial, status};
use crate::finding::Findings;
use crate::profile::Severity;
use crate::rules::{Edit, Judged};
use crate::standing::Standing;
use crate::words::asked;

/// No list has the NDC.
pub struct NdcUnknown;

static ABOUT: About = About {
    code: "NDC040",
    title: "NDC is on no crosswalk",
    element: "2410.LIN03",
    why: "An NDC that is on neither list is paid only after it was added on request. That it is on no list does not mean that the drug does not exist.",
    remedy: "Compare the NDC with the package; if it is right, send an NDC-J Code Combination Request for it.",
    source: "MaineCare portal notice on NDC edits; 005010X222A1 and 005010X223A2, loop 2410",
    severity: Severity::Reject,
    status: &[status("A7", "218")],
    denial: Some(denial("N848")),
};

impl Edit for NdcUnknown {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check<'a>(&self, judged: &Judged<'a, '_>, findings: &mut Findings<'a, '_>) {
        for line in judged.standing(Standing::NdcUnknown) {
            judged.report(findings, &ABOUT, line, judged.ndc_element(line), |why| {
                let ndc = why.ndc.map_or_else(String::new, |ndc| ndc.to_string());
                format!("NDC {ndc} is on none of the lists: {}.", asked(why))
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, passes};

    #[test]
    fn an_ndc_on_no_list_is_unknown() {
        check(
            r"
    LX*1~
    SV1*HC:J1111*10*UN*1***1~
    DTP*472*D8*20251003~
    LIN**N4*00001-0009-09~
    //      ^^^^^^^^^^^^^ NDC040
    CTP****1*ML~
    ",
        );
    }

    #[test]
    fn of_several_drugs_the_first_that_does_not_pass_names_the_finding() {
        check(
            r"
    LX*1~
    SV1*HC:J1111*10*UN*1***1~
    DTP*472*D8*20251003~
    LIN**N4*00001000101~
    CTP****1*ML~
    LIN**N4*00001000909~
    //      ^^^^^^^^^^^ NDC040
    CTP****1*ML~
    LIN**N4*1~
    CTP****1*ML~
    ",
        );
        passes(
            "LX*1~\nSV1*HC:J1111*10*UN*1***1~\nDTP*472*D8*20251003~\nLIN**N4*00001000101~\nCTP****1*ML~\nLIN**N4*00001000101~\nCTP****1*ML~",
        );
    }
}
