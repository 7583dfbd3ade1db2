//! SNIP410: the subscriber has claims of its own, and SBR02 does not say that it is the patient.

use crate::about::{About, status};
use crate::profile::Severity;
use crate::snip::branch::{Below, Subscriber};
use crate::snip::{Spot, Tell};

pub(super) static ABOUT: About = About {
    code: "SNIP410",
    title: "Subscriber with a claim is not named as the patient",
    element: "2000B.SBR02",
    why: "Nobody can tell whether the subscriber was treated, or a dependent of whom nothing is said.",
    remedy: "Set SBR02 to 18 if the subscriber is the patient; else put the claim under a patient level (HL of level 23).",
    source: "005010X222A1, 005010X223A2 and 005010X224A2, 2000B SBR02 and loop 2000C",
    severity: Severity::Warn,
    status: &[status("A6", "21")],
    denial: None,
};

/// Looks at SBR02 of a subscriber; a code other than 18 is none of the guide's, and the walk tells of it.
pub(super) fn check<'a>(subscriber: &Subscriber<'a>, tell: Tell<'_, 'a>) {
    if let Some((relationship @ b"", index)) = subscriber.relationship
        && subscriber.below == Below::Claim
    {
        let message = "A claim stands directly below the subscriber, and SBR02 does not say that the subscriber is the patient.";
        tell(&ABOUT, Spot::new(index, "SBR02", relationship), message.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use crate::snip::testing::{branch_passes, check_branch};

    #[test]
    fn a_claim_of_the_subscriber_needs_the_relationship() {
        branch_passes("HL*2*1*22*0~\nSBR*P*18*GROUP~\n", "CLM*A");
        branch_passes("HL*2*1*22*1~\nSBR*P**GROUP~\n", "HL*3*2*23*0");
        check_branch("HL*2*1*22*0~\nSBR*P**GROUP~\n//    ^ SNIP410\n", "CLM*A");
        check_branch("HL*2*1*22*0~\nSBR*P~\n//   ^ SNIP410\n", "CLM*A");
    }

    #[test]
    fn other_codes_and_a_missing_segment_are_told_by_the_walk() {
        branch_passes("HL*2*1*22*0~\nSBR*P*19~\n", "CLM*A");
        branch_passes("HL*2*1*22*0~\n", "CLM*A");
    }
}
