//! SNIP320: what another payer paid and adjusted is not what the line charges.

use crate::about::{About, status};
use crate::profile::Severity;
use crate::snip::coordination::{Line, Payer};
use crate::snip::{Spot, Tell};
use claims::{cents_of, decimal};

pub(super) static ABOUT: About = About {
    code: "SNIP320",
    title: "Adjudication of a line by another payer does not balance",
    element: "2430.SVD02",
    why: "The next payer cannot tell what the other left unpaid, and for what reason.",
    remedy: "Copy SVD and CAS from the remittance of that payer: SVD02 and the amounts of CAS add up to the charge of the line.",
    source: "005010X222A1, 005010X223A2 and 005010X224A2, balancing of coordination of benefits; 2430 SVD and CAS",
    severity: Severity::Warn,
    status: &[status("A7", "672")],
    denial: None,
};

/// Holds SVD02 and CAS of one payer against the charge of the line.
///
/// Without a CAS the payer has not said why it paid less; what was bundled adds up over several lines.
pub(super) fn check<'a>(line: Line<'a>, payer: &Payer<'a>, tell: Tell<'_, 'a>) {
    if line.is_bundled || payer.adjustments.count == 0 {
        return;
    }
    let sum =
        payer.payments.cents.zip(payer.adjustments.cents).and_then(|(paid, rest)| paid.checked_add(rest));
    // An amount that cannot be read is told by the walk.
    let (Some((text, index)), Some(sum), Some(charge)) = (payer.paid, sum, cents_of(line.charge)) else {
        return;
    };
    if sum != charge {
        let (sum, charge) = (decimal(sum), decimal(charge));
        let message = format!("The other payer paid and adjusted {sum} of a line that charges {charge}.");
        tell(&ABOUT, Spot::new(index, "SVD02", text), message);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, passes};

    fn line(adjudication: &str) -> String {
        format!("CLM*A*60~\nSBR*P*18~\nNM1*PR*2*FIRST*****PI*P1~\nLX*1~\nSV1*HC:99213*60~\n{adjudication}")
    }

    #[test]
    fn paid_and_adjusted_is_the_charge() {
        passes(&line("SVD*P1*50*HC:99213**1~\nCAS*PR*1*10~\n"));
        passes(&line("SVD*P1*40*HC:99213**1~\nCAS*PR*1*10**2*5~\nCAS*CO*45*5~\n"));
        check(&line("SVD*P1*50*HC:99213**1~\n//     ^^ SNIP320\nCAS*PR*1*9.99~\n"));
        check(&line("SVD*P1*50*HC:99213**1~\n//     ^^ SNIP320\nCAS*PR*1*10**2*5~\n"));
    }

    #[test]
    fn loops_of_one_payer_add_up() {
        passes(&line("SVD*P1*20*HC:99211**1~\nCAS*PR*1*10~\nSVD*P1*30*HC:99212**1~\n"));
        passes(&line("SVD*P1*50*HC:99213**1~\nCAS*PR*1*10~\nSVD*P2*10*HC:99213**1~\nCAS*OA*23*50~\n"));
        check(&line(
            "SVD*P1*50*HC:99213**1~\nCAS*PR*1*10~\nSVD*P2*10*HC:99213**1~\n//     ^^ SNIP320\nCAS*OA*23*51~\n",
        ));
    }

    #[test]
    fn too_little_to_tell_is_left_alone() {
        passes(&line("SVD*P1*50*HC:99213**1~\n"));
        passes(&line("SVD*P1*50*HC:99213**1*2~\nCAS*PR*1*1~\n"));
        passes(&line("SVD*P1*X*HC:99213**1~\nCAS*PR*1*1~\n"));
        passes("CLM*A*0~\nSBR*P*18~\nLX*1~\nSVD*P1*50~\nCAS*PR*1*1~\n");
    }
}
