//! NDC045: there is a drug, and its procedure is none of a drug.

use crate::about::{About, denial, status};
use crate::finding::Findings;
use crate::profile::Severity;
use crate::rules::{Edit, Judged};
use crate::standing::Standing;
use crate::words::{asked, capital, listing};

/// There is a drug, and its procedure is none of a drug.
pub struct ProcedureNotOnList;

static ABOUT: About = About {
    code: "NDC045",
    title: "Procedure is on no crosswalk",
    element: "2400.SV101-2",
    why: "The NDC cannot be matched with the procedure, so the line cannot be priced as a drug.",
    remedy: "Take loop 2410 off the line if no drug is billed with it, or bill the drug under its own HCPCS code.",
    source: "MaineCare portal notice on NDC edits; 005010X222A1 and 005010X223A2, loop 2410",
    severity: Severity::Reject,
    status: &[status("A8", "218"), status("A8", "454")],
    denial: Some(denial("N846")),
};

impl Edit for ProcedureNotOnList {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check<'a>(&self, judged: &Judged<'a, '_>, findings: &mut Findings<'a, '_>) {
        for line in judged.standing(Standing::ProcedureNotOnList) {
            judged.report(findings, &ABOUT, line, judged.procedure_element(line), |why| {
                let mut message = format!(
                    "Procedure {} is on none of the lists, and the line has an NDC: {}.",
                    line.procedure(),
                    asked(why)
                );
                if let (Some(ndc), false) = (why.ndc, why.other_procedures.is_empty()) {
                    message += &format!(
                        " {}, NDC {ndc} is billed with {}.",
                        capital(&line.on()),
                        listing(&why.other_procedures)
                    );
                }
                message
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::check;

    #[test]
    fn a_drug_wants_a_drug_code() {
        check(
            r"
    LX*1~
    SV1*HC:99213*10*UN*1***1~
    //     ^^^^^ NDC045
    DTP*472*D8*20251003~
    LIN**N4*00001000101~
    CTP****1*ML~
    ",
        );
    }
}
