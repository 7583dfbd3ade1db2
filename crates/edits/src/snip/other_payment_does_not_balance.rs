//! SNIP310: what another payer paid for the claim is not what its lines and adjustments say.

use crate::about::{About, status};
use crate::profile::Severity;
use crate::snip::coordination::{Payer, Sum};
use crate::snip::{Spot, Tell};
use claims::{cents_of, decimal};

pub(super) static ABOUT: About = About {
    code: "SNIP310",
    title: "Payment of another payer does not balance",
    element: "2320.AMT02",
    why: "The next payer pays what the others left; a wrong sum makes it pay too much or too little.",
    remedy: "Copy AMT with D, SVD and CAS from the remittance of that payer: what was paid for the claim is the sum of SVD02 less the adjustments of loop 2320; without SVD, CLM02 less these adjustments.",
    source: "005010X222A1, 005010X223A2 and 005010X224A2, balancing of coordination of benefits; 2320 AMT and CAS, 2430 SVD",
    severity: Severity::Warn,
    status: &[status("A7", "672")],
    denial: None,
};

/// Holds AMT*D of one payer against `on_lines`, what its SVD say, or, if there are none, against the charge of the claim.
///
/// A payer that neither paid by line nor adjusted the claim has not said enough.
pub(super) fn check<'a>(payer: &Payer<'a>, on_lines: Sum, charge: &[u8], tell: Tell<'_, 'a>) {
    let whole = match (on_lines.count, payer.adjustments.count) {
        (0, 0) => return,
        (0, _) => cents_of(charge),
        (..) => on_lines.cents,
    };
    let expected = whole.zip(payer.adjustments.cents).and_then(|(whole, less)| whole.checked_sub(less));
    // An amount that cannot be read is told by the walk.
    let (Some((text, index)), Some(paid), Some(expected)) = (payer.paid, payer.payments.cents, expected)
    else {
        return;
    };
    if paid != expected {
        let (paid, expected) = (decimal(paid), decimal(expected));
        let message = format!(
            "The other payer is said to have paid {paid}; by its lines and adjustments it paid {expected}."
        );
        tell(&ABOUT, Spot::new(index, "AMT02", text), message);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, passes};

    fn claim(cas: &str, amt: &str, svd: &str) -> String {
        format!(
            "CLM*A*100~\nSBR*P*18~\n{cas}{amt}NM1*IL*1*DOE~\nNM1*PR*2*FIRST*****PI*P1~\nLX*1~\nSV1*HC:99213*60~\n{svd}LX*2~\nSV1*HC:99214*40~\n"
        )
    }

    #[test]
    fn payments_on_lines_add_up() {
        passes(&claim("", "AMT*D*50~\n", "SVD*P1*50*HC:99213**1~\n"));
        passes(&claim("CAS*PR*1*10~\n", "AMT*D*40~\n", "SVD*P1*50*HC:99213**1~\n"));
        check(&claim("", "AMT*D*50.01~\n//    ^^^^^ SNIP310\n", "SVD*P1*50*HC:99213**1~\n"));
        check(&claim("CAS*PR*1*10~\n", "AMT*D*50~\n//    ^^ SNIP310\n", "SVD*P1*50*HC:99213**1~\n"));
    }

    #[test]
    fn without_lines_the_claim_is_adjusted() {
        passes(&claim("CAS*CO*45*20**253*5~\nCAS*PR*1*25~\n", "AMT*D*50~\n", ""));
        check(&claim("CAS*CO*45*20**253*5~\n", "AMT*D*50~\n//    ^^ SNIP310\n", ""));
    }

    #[test]
    fn too_little_to_tell_is_left_alone() {
        passes(&claim("", "AMT*D*50~\n", ""));
        passes(&claim("CAS*PR*1*10~\n", "", "SVD*P1*50*HC:99213**1~\n"));
        passes(&claim("CAS*PR*1*X~\n", "AMT*D*50~\n", "SVD*P1*50*HC:99213**1~\n"));
        passes(&claim("", "AMT*D*50~\n", "SVD*P2*40*HC:99213**1~\n"));
    }

    #[test]
    fn each_payer_has_its_own_sum() {
        let two = |first: &str, second: &str| {
            format!(
                "CLM*A*100~\nSBR*P*18~\nAMT*D*{first}NM1*PR*2*FIRST*****PI*P1~\nSBR*S*18~\nAMT*D*{second}NM1*PR*2*NEXT*****PI*P2~\nLX*1~\nSV1*HC:99213*100~\nSVD*P1*60*HC:99213**1~\nSVD*P2*30*HC:99213**1~\n"
            )
        };
        passes(&two("60~\n", "30~\n"));
        check(&two("60~\n", "31~\n//    ^^ SNIP310\n"));
        check(&two("30~\n//    ^^ SNIP310\n", "60~\n//    ^^ SNIP310\n"));
        let doubled = two("30~\n", "60~\n").replace("PI*P2", "PI*P1");
        passes(&doubled);
    }

    #[test]
    fn more_payers_than_a_guide_allows_are_no_trouble() {
        passes(&format!("CLM*A*0~\n{}", "SBR*S*18~\nNM1*PR*2*NEXT*****PI*P2~\n".repeat(50)));
        passes(&format!("CLM*A*0~\nSBR*S*18~\nLX*1~\n{}", "SVD*P*1*HC:1**1~\n".repeat(50)));
    }
}
