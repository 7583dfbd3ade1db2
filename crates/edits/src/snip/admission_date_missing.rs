//! SNIP450: a stay is billed without its admission date.

use crate::about::{About, status};
use crate::profile::Severity;
use crate::snip::claim::Own;
use crate::snip::{Spot, Tell};
use claims::PieceSegments;

pub(super) static ABOUT: About = About {
    code: "SNIP450",
    title: "Admission date of an inpatient claim is missing",
    element: "2300.DTP03",
    why: "Length of stay and the benefit period are counted from the admission.",
    remedy: "Add DTP with 435 and the date, with the hour (DT) where it is known; for a claim that is no stay, set the type of bill in CLM05-1.",
    source: "005010X223A2, 2300 DTP with 435; NUBC type of bill, as CLM05-1",
    severity: Severity::Warn,
    status: &[status("A6", "189")],
    denial: None,
};

/// Looks for DTP*435 in loop 2300, which ends with the segment at `last`, of a stay; whether the hour stands in it, is left to the payer.
pub(super) fn check<'a>(own: &Own<'a>, segments: PieceSegments<'a, '_>, last: usize, tell: Tell<'_, 'a>) {
    if own.is_inpatient() && !own.has_admission_date {
        let message = "The type of bill is one of a stay, and the claim has no admission date.";
        tell(&ABOUT, Spot::behind(segments.at(last), last, "DTP03"), message.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, passes};

    #[test]
    fn a_stay_has_its_admission() {
        for bill in ["11", "18", "21", "41"] {
            let claim = format!("CLM*A*0***{bill}:A:1~\nDTP*434*RD8*20251001-20251003~\n");
            passes(&format!("{claim}DTP*435*DT*202510011200~\nCL1*3*1*01~\n"));
            check(&format!("{claim}CL1*3*1*01~\n//        ^ SNIP450\n"));
        }
    }

    #[test]
    fn other_bills_need_none() {
        for place in ["13:A:1", "12:A:1", "11:B:1", "21:B:1", "81:A:1"] {
            passes(&format!("CLM*A*0***{place}~\nCL1***01~\n"));
        }
    }
}
