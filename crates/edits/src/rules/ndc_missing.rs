//! NDC010: a drug is billed without its NDC.

use crate::about::{About, denial, status};
use crate::finding::Findings;
use crate::profile::Severity;
use crate::rules::{Edit, Judged};
use crate::standing::Standing;

/// A drug is billed without its NDC.
pub struct NdcMissing;

static ABOUT: About = About {
    code: "NDC010",
    title: "NDC is missing",
    element: "2410.LIN03",
    why: "MaineCare needs the NDC of every drug that is billed with a HCPCS code, 340B or not; without it no rebate can be claimed.",
    remedy: "Add loop 2410 to the line: LIN with N4 and the NDC in eleven digits, and CTP with quantity and unit.",
    source: "MaineCare portal notice on NDC edits; 005010X222A1 and 005010X223A2, loop 2410",
    severity: Severity::Reject,
    status: &[status("A6", "218")],
    denial: Some(denial("M119")),
};

impl Edit for NdcMissing {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check<'a>(&self, judged: &Judged<'a, '_>, findings: &mut Findings<'a, '_>) {
        for line in judged.standing(Standing::NdcMissing) {
            judged.report(findings, &ABOUT, line, judged.ndc_element(line), |_| {
                let reason = if line.code.not_otherwise_classified {
                    "is for drugs that have no code of their own"
                } else {
                    "is a drug on the crosswalks"
                };
                format!("Procedure {} {reason}, and the line has no NDC.", line.procedure())
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, passes};

    #[test]
    fn a_listed_procedure_needs_an_ndc() {
        check(
            r"
    LX*1~
    SV1*HC:J1111*10*UN*1***1~
    DTP*472*D8*20251003~
    REF*6R*1~
    //      ^ NDC010
    ",
        );
        check("LX*1~\nSV1*HC:J3490*10*UN*1***1~\nDTP*472*D8*20251003~\n//                 ^ NDC010");
        check("LX*1~\nSV1*HC:J1111*10*UN*1***1~\nDTP*472*D8*20251003~\nLIN**N4*~\n//      ^ NDC010");
        check("LX*1~\nSV1*HC:J1111*10*UN*1***1~\nDTP*472*D8*20251003~\nLIN***12345678901~\n//   ^ NDC010");
    }

    #[test]
    fn from_the_first_to_the_last_day_in_force() {
        for (day, needed) in
            [("20250930", false), ("20251001", true), ("20251015", true), ("20251016", false)]
        {
            let line = format!("LX*1~\nSV1*HC:J4444*10*UN*1***1~\nDTP*472*D8*{day}~");
            if needed {
                check(&format!("{line}\n//                 ^ NDC010"));
            } else {
                passes(&line);
            }
        }
    }

    #[test]
    fn exempt_and_unlisted_procedures_need_none() {
        passes("LX*1~\nSV1*HC:90500*10*UN*1***1~\nDTP*472*D8*20251003~");
        passes("LX*1~\nSV1*HC:99213*10*UN*1***1~\nDTP*472*D8*20251003~");
        passes("LX*1~\nSV1*ER:J1111*10*UN*1***1~\nDTP*472*D8*20251003~");
        passes("LX*1~\nSV2*0636**10*UN*1~\nDTP*472*D8*20251003~");
    }
}
