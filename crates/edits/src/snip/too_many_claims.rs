//! SNIP490: more than a hundred claims stand below one level.

use crate::about::{About, status};
use crate::profile::Severity;
use claims::Loop;

use crate::finding::{Element, ElementName};
use crate::snip::Remark;

pub(super) static ABOUT: About = About {
    code: "SNIP490",
    title: "More than 100 claims below one level",
    element: "2300.CLM01",
    why: "A payer's system may read no more than the guide allows, and the claims behind are lost.",
    remedy: "Repeat the subscriber or patient level after every hundred claims.",
    source: "005010X222A1, 005010X223A2 and 005010X224A2, loop 2300",
    severity: Severity::Warn,
    status: &[status("A3", "21")],
    denial: None,
};

/// Claims that a guide allows below one HL.
const CLAIMS_MAX: u32 = 100;

/// Looks at the place, counted from 1, of the claim with these bytes among the claims of its branch.
pub(super) fn check(place_in_branch: u32, claim: &[u8], first_segment: u64) -> Option<Remark<'_>> {
    if place_in_branch <= CLAIMS_MAX {
        return None;
    }
    let element = Element {
        within: Some(Loop::L2300.as_str()),
        name: ElementName::Known("CLM"),
        place: &claim[..3.min(claim.len())],
        segment_number: first_segment,
    };
    let message = format!("Below one level at most {CLAIMS_MAX} claims may stand.");
    Some(Remark { about: &ABOUT, element, message })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_pass() {
        let place = |number| check(number, b"CLM*A*1~", 9).map(|remark| remark.element.place);
        assert_eq!(place(1), None);
        assert_eq!(place(100), None);
        assert_eq!(place(101), Some(&b"CLM"[..]));
    }
}
