//! NDC110: an institutional line has an NDC and no procedure.

use crate::about::{About, denial, status};
use crate::finding::Findings;
use crate::profile::Severity;
use crate::rules::{Edit, Judged};
use crate::standing::Standing;

/// An institutional line has an NDC and no procedure.
pub struct NdcWithoutProcedure;

static ABOUT: About = About {
    code: "NDC110",
    title: "NDC without a procedure",
    element: "2400.SV202-2",
    why: "A drug under a revenue code alone cannot be matched with a HCPCS code.",
    remedy: "Bill the drug under revenue code 0636 with its HCPCS code in SV202, or take loop 2410 off the line.",
    source: "MaineCare bulletin on NDC billing, 2023-05-08; 005010X223A2, SV202",
    severity: Severity::Warn,
    status: &[status("A6", "454")],
    denial: Some(denial("M20")),
};

impl Edit for NdcWithoutProcedure {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check<'a>(&self, judged: &Judged<'a, '_>, findings: &mut Findings<'a, '_>) {
        for line in judged.standing(Standing::NdcWithoutProcedure) {
            judged.report(findings, &ABOUT, line, judged.procedure_element(line), |_| {
                "The line has an NDC and no HCPCS code.".to_owned()
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, passes};

    #[test]
    fn an_institutional_line_with_a_drug_names_its_procedure() {
        check(
            r"
    LX*1~
    SV2*0250**10*UN*1~
    //       ^ NDC110
    DTP*472*D8*20251003~
    LIN**N4*00001000101~
    CTP****1*ML~
    ",
        );
        passes("LX*1~\nSV2*0250**10*UN*1~\nDTP*472*D8*20251003~");
        passes("LX*1~\nSV2*0636*HC:J1111*10*UN*1~\nDTP*472*D8*20251003~\nLIN**N4*00001000101~\nCTP****1*ML~");
    }
}
