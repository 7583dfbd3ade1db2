//! SNIP420: SBR02 says that the subscriber is the patient, and only dependents have claims.

use crate::about::{About, status};
use crate::profile::Severity;
use crate::snip::branch::{Below, Subscriber};
use crate::snip::{Spot, Tell};

pub(super) static ABOUT: About = About {
    code: "SNIP420",
    title: "Subscriber is named as the patient, but only dependents have claims",
    element: "2000B.SBR02",
    why: "The claims of the dependents would be taken for those of the subscriber.",
    remedy: "Leave SBR02 empty if the subscriber has no claim of its own.",
    source: "005010X222A1, 005010X223A2 and 005010X224A2, 2000B SBR02 and loop 2000C",
    severity: Severity::Warn,
    status: &[status("A7", "21")],
    denial: None,
};

/// Looks at SBR02 of a subscriber; one with claims of its own may have dependents too.
pub(super) fn check<'a>(subscriber: &Subscriber<'a>, tell: Tell<'_, 'a>) {
    if let Some((relationship @ b"18", index)) = subscriber.relationship
        && subscriber.below == Below::Patient
    {
        let message = "SBR02 says that the subscriber is the patient, and a patient level follows without a claim of the subscriber.";
        tell(&ABOUT, Spot::new(index, "SBR02", relationship), message.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use crate::snip::testing::{branch_passes, check_branch};

    #[test]
    fn with_dependents_alone_the_subscriber_is_not_the_patient() {
        check_branch("HL*2*1*22*1~\nSBR*P*18*GROUP~\n//    ^^ SNIP420\n", "HL*3*2*23*0");
        branch_passes("HL*2*1*22*1~\nSBR*P**GROUP~\n", "HL*3*2*23*0");
    }

    #[test]
    fn a_subscriber_with_claims_or_with_nothing_below_passes() {
        branch_passes("HL*2*1*22*1~\nSBR*P*18*GROUP~\n", "CLM*A");
        branch_passes("HL*2*1*22*0~\nSBR*P*18*GROUP~\n", "HL*3*1*22*0");
        branch_passes("HL*2*1*22*0~\nSBR*P*18*GROUP~\n", "SE*9*0001");
    }
}
