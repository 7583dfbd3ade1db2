//! CLM010: the total charge is not the sum of the line charges.

use crate::about::{About, status};
use crate::finding::Findings;
use crate::profile::Severity;
use crate::rules::{Edit, Judged};
use claims::{Loop, decimal};

/// The total charge is not the sum of the line charges.
pub struct ChargesDoNotBalance;

static ABOUT: About = About {
    code: "CLM010",
    title: "Total charge differs from the sum of the line charges",
    element: "2300.CLM02",
    why: "A payer that balances claims sends it back, and one that does not pays a wrong amount.",
    remedy: "Set CLM02 to the sum of the charges of all service lines, or restore the line that is missing.",
    source: "005010X222A1, 005010X223A2 and 005010X224A2, CLM02",
    severity: Severity::Warn,
    status: &[status("A7", "178")],
    denial: None,
};

impl Edit for ChargesDoNotBalance {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check<'a>(&self, judged: &Judged<'a, '_>, findings: &mut Findings<'a, '_>) {
        let claim = judged.claim;
        let Some(total) = claim.total_charge else { return };
        // An amount that cannot be read has a finding of its own.
        let lines = claim.lines.iter().try_fold(0i64, |sum, line| match line.service {
            Some(service) if !service.charge.text.is_empty() => sum.checked_add(service.charge.cents?),
            _ => Some(sum),
        });
        if let (Some(total_cents), Some(sum)) = (total.cents, lines)
            && total_cents != sum
        {
            let message = format!("The claim charges {}, its lines {}.", decimal(total_cents), decimal(sum));
            findings.add(&ABOUT, None, judged.element(Loop::L2300, "CLM02", total.text, 0), message);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, passes};

    #[test]
    fn sums_are_compared_as_amounts() {
        passes("CLM*A*12.5~\nLX*1~\nSV1*HC:99213*10.00~\nLX*2~\nSV1*HC:99213*2.50~");
        passes("CLM*A*10~\nLX*1~\nSV1*HC:99213*10~\nLX*2~\nSV1*HC:99213*~");
        check(
            r"
    CLM*A*12.51~
    //    ^^^^^ CLM010
    LX*1~
    SV1*HC:99213*10.00~
    LX*2~
    SV1*HC:99213*2.50~
    ",
        );
    }
}
