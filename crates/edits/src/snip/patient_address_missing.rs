//! SNIP430: the subscriber is the patient, and loop 2010BA lacks its address, birth date or gender.

use crate::about::{About, status};
use crate::profile::Severity;
use crate::snip::branch::{Below, NAMED, Subscriber};
use crate::snip::{Spot, Tell};

pub(super) static ABOUT: About = About {
    code: "SNIP430",
    title: "Address or birth date of the patient is missing",
    element: "2010BA",
    why: "A payer finds the patient by birth date and address, and has no other loop that names them.",
    remedy: "Add N3, N4 and DMG of the subscriber to loop 2010BA.",
    source: "005010X222A1, 005010X223A2 and 005010X224A2, 2010BA N3, N4 and DMG",
    severity: Severity::Warn,
    status: &[status("A6", "21")],
    denial: None,
};

/// Looks at loop 2010BA of a subscriber who is the patient; one finding for each segment that is missing.
pub(super) fn check<'a>(subscriber: &Subscriber<'a>, tell: Tell<'_, 'a>) {
    let is_patient = subscriber.below == Below::Claim
        && subscriber.is_person
        && matches!(subscriber.relationship, Some((b"18", _)));
    let Some((last, index)) = subscriber.last_of_name.filter(|_| is_patient) else { return };
    for (name, _) in NAMED.iter().zip(subscriber.has).filter(|(_, has)| !has) {
        let message = format!("The subscriber is the patient, and {name} of the subscriber is missing.");
        tell(&ABOUT, Spot::behind(last, index, name), message);
    }
}

#[cfg(test)]
mod tests {
    use crate::snip::testing::{branch_passes, check_branch};

    #[test]
    fn a_patient_needs_address_and_birth_date() {
        let whole =
            "HL*2*1*22*0~\nSBR*P*18~\nNM1*IL*1*DOE*ANN~\nN3*1 ROAD~\nN4*TOWN*ME*04999~\nDMG*D8*19800101*F~\n";
        branch_passes(whole, "CLM*A");
        check_branch(
            r"
HL*2*1*22*0~
SBR*P*18~
NM1*IL*1*DOE*ANN~
N3*1 ROAD~
N4*TOWN*ME*04999~
//              ^ SNIP430
NM1*PR*2*PAYER~
",
            "CLM*A",
        );
    }

    #[test]
    fn each_missing_segment_is_told() {
        let head = "HL*2*1*22*0~\nSBR*P*18~\nNM1*IL*1*DOE*ANN~\n//              ^ SNIP430\n//              ^ SNIP430\n//              ^ SNIP430\n";
        check_branch(&format!("{head}NM1*PR*2*PAYER~\nN3*1 ROAD~\nN4*TOWN*ME*04999~\n"), "CLM*A");
    }

    #[test]
    fn whoever_is_not_the_patient_needs_none() {
        branch_passes("HL*2*1*22*1~\nSBR*P~\nNM1*IL*1*DOE*ANN~\n", "HL*3*2*23*0");
        branch_passes("HL*2*1*22*0~\nSBR*P*18~\nNM1*IL*2*EMPLOYER~\n", "CLM*A");
        branch_passes("HL*2*1*22*0~\nSBR*P*18~\nNM1*IL*1*DOE*ANN~\n", "SE*9*0001");
    }
}
