//! SNIP440: the claim replaces or voids another, and does not name it.

use crate::about::{About, status};
use crate::profile::Severity;
use crate::snip::claim::Own;
use crate::snip::{Spot, Tell};
use claims::PieceSegments;

pub(super) static ABOUT: About = About {
    code: "SNIP440",
    title: "Replacement or void does not name the claim that it is for",
    element: "2300.REF02",
    why: "The payer cannot find the claim to replace or void, and may pay twice.",
    remedy: "Add REF with F8 and the number that the payer gave the claim; for a claim that was never taken in, set CLM05-3 to 1.",
    source: "005010X222A1, 005010X223A2 and 005010X224A2, 2300 REF with F8 and CLM05-3",
    severity: Severity::Reject,
    status: &[status("A6", "464")],
    denial: None,
};

/// Looks for REF*F8 in loop 2300, which ends with the segment at `last`, of a claim with frequency 7 (replacement) or 8 (void).
pub(super) fn check<'a>(own: &Own<'a>, segments: PieceSegments<'a, '_>, last: usize, tell: Tell<'_, 'a>) {
    let does = match own.frequency {
        b"7" => "replaces",
        b"8" => "voids",
        _ => return,
    };
    if !own.has_payer_claim_control_number {
        let message = format!("The claim {does} another, and no REF with F8 names that one.");
        tell(&ABOUT, Spot::behind(segments.at(last), last, "REF02"), message);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, passes};

    #[test]
    fn replacements_and_voids_name_their_claim() {
        for frequency in ["7", "8"] {
            passes(&format!("CLM*A*0***11:B:{frequency}~\nREF*D9*1~\nREF*F8*123~\n"));
            check(&format!("CLM*A*0***11:B:{frequency}~\nREF*D9*1~\n//      ^ SNIP440\n"));
        }
        passes("CLM*A*0***11:B:1~\n");
        passes("CLM*A*0***13:A:6~\nREF*D9*1~\n");
        passes("CLM*A*0~\n");
    }

    #[test]
    fn the_number_of_another_payer_is_not_that_one() {
        check("CLM*A*0***11:B:7~\n//              ^ SNIP440\nSBR*S*18~\nNM1*PR*2*OTHER~\nREF*F8*9~\n");
    }
}
