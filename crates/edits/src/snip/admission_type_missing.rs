//! SNIP460: a stay is billed without the type of its admission.

use crate::about::{About, status};
use crate::profile::Severity;
use crate::snip::claim::Own;
use crate::snip::{Spot, Tell};

pub(super) static ABOUT: About = About {
    code: "SNIP460",
    title: "Admission type of an inpatient claim is missing",
    element: "2300.CL101",
    why: "Emergency and elective stays are paid and reviewed differently.",
    remedy: "Put the type of the admission into CL101; for a claim that is no stay, set the type of bill in CLM05-1.",
    source: "005010X223A2, 2300 CL101; NUBC type of bill, as CLM05-1",
    severity: Severity::Warn,
    status: &[status("A6", "231")],
    denial: None,
};

/// Looks at CL101 of a stay; a CL1 that is missing altogether, the walk tells.
pub(super) fn check<'a>(own: &Own<'a>, tell: Tell<'_, 'a>) {
    if let Some((admission_type @ b"", index)) = own.admission_type
        && own.is_inpatient()
    {
        let message = "The type of bill is one of a stay, and the claim has no type of admission.";
        tell(&ABOUT, Spot::new(index, "CL101", admission_type), message.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, passes};

    #[test]
    fn a_stay_has_a_type_of_admission() {
        let claim = "CLM*A*0***11:A:1~\nDTP*435*D8*20251001~\n";
        passes(&format!("{claim}CL1*3*1*01~\n"));
        check(&format!("{claim}CL1**1*01~\n//  ^ SNIP460\n"));
        passes(claim);
        passes("CLM*A*0***13:A:1~\nCL1**1*01~\n");
    }
}
