//! NDC050: the drug is known, but was never a pair with this procedure.

use crate::about::{About, denial, status};
use crate::finding::Findings;
use crate::profile::Severity;
use crate::rules::{Edit, Judged};
use crate::standing::Standing;
use crate::words::{asked, capital, listing};

/// The drug is known, but was never a pair with this procedure.
pub struct NdcNotForProcedure;

static ABOUT: About = About {
    code: "NDC050",
    title: "NDC is on a crosswalk, but never with this procedure",
    element: "2410.LIN03",
    why: "The line would be priced for another drug than the one that was given.",
    remedy: "Bill the procedure that belongs to the NDC, or send the NDC of the drug that was given; if both are right, send an NDC-J Code Combination Request.",
    source: "MaineCare portal notice on NDC edits; 005010X222A1 and 005010X223A2, loop 2410",
    severity: Severity::Reject,
    status: &[status("A8", "218"), status("A8", "454")],
    denial: Some(denial("N846")),
};

impl Edit for NdcNotForProcedure {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check<'a>(&self, judged: &Judged<'a, '_>, findings: &mut Findings<'a, '_>) {
        for line in judged.standing(Standing::NdcNotForProcedure) {
            judged.report(findings, &ABOUT, line, judged.ndc_element(line), |why| {
                let ndc = why.ndc.map_or_else(String::new, |ndc| ndc.to_string());
                let mut message = format!(
                    "NDC {ndc} and procedure {} are a pair on none of the lists: {}.",
                    line.procedure(),
                    asked(why)
                );
                if !why.other_procedures.is_empty() {
                    message += &format!(
                        " {}, the NDC is billed with {}.",
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
    use crate::rules::testing::{check, passes};

    #[test]
    fn a_pair_on_no_list_is_none() {
        check(
            r"
    LX*1~
    SV1*HC:J2222*250*UN*1***1~
    DTP*472*D8*20251003~
    LIN**N4*00001000101~
    //      ^^^^^^^^^^^ NDC050
    CTP****1*ML~
    ",
        );
    }

    #[test]
    fn modifiers_change_nothing() {
        passes(
            "LX*1~\nSV1*HC:J1111:JZ:JG:TB*10*UN*1***1~\nDTP*472*D8*20251003~\nLIN**N4*00001000101~\nCTP****1*ML~",
        );
    }
}
