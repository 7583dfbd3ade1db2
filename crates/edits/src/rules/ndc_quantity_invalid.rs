//! NDC090: the drug has no quantity, or none that can be.

use crate::about::{About, denial, status};
use crate::finding::Findings;
use crate::profile::Severity;
use crate::rules::{Edit, Judged, Measure};
use claims::Loop;

/// The drug has no quantity, or none that can be.
pub struct NdcQuantityInvalid;

static ABOUT: About = About {
    code: "NDC090",
    title: "NDC quantity is missing or not above zero",
    element: "2410.CTP04",
    why: "A rebate is claimed by the quantity of the NDC; without it the line may deny later.",
    remedy: "Set CTP04 to the quantity of the NDC that was given, a number above zero.",
    source: "005010X222A1 and 005010X223A2, 2410 CTP04",
    severity: Severity::Warn,
    status: &[status("A7", "724")],
    denial: Some(denial("N815")),
};

impl Edit for NdcQuantityInvalid {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check<'a>(&self, judged: &Judged<'a, '_>, findings: &mut Findings<'a, '_>) {
        for line in &judged.lines {
            let Some((drug, Measure::Quantity)) = line.mismeasured else { continue };
            let element = match drug.pricing {
                Some(pricing) => judged.element(Loop::L2410, "CTP04", pricing.quantity, pricing.index),
                None => judged.element(
                    Loop::L2410,
                    "CTP04",
                    &drug.lin.bytes[drug.lin.bytes.len()..],
                    drug.index + 1,
                ),
            };
            let message = match drug.quantity() {
                b"" => "The drug has no quantity.".to_owned(),
                sent => {
                    format!("The quantity {} of the drug is not a number above zero.", crate::text_of(sent))
                }
            };
            findings.add(&ABOUT, Some(line.reference_to(drug)), element, message);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, passes};

    fn drug(ctp: &str) -> String {
        format!("LX*1~\nSV1*HC:J1111*10*UN*1***1~\nDTP*472*D8*20251003~\nLIN**N4*00001000101~\n{ctp}")
    }

    #[test]
    fn a_number_above_zero_passes() {
        for quantity in ["1", "0.5", ".001", "10.0"] {
            passes(&drug(&format!("CTP****{quantity}*ML~")));
        }
    }

    #[test]
    fn anything_else_is_told() {
        check(&drug("CTP*****ML~\n//     ^ NDC090"));
        for quantity in ["0", "0.00", "-1", "1,5", "x", "1.", "+1"] {
            let carets = "^".repeat(quantity.len());
            check(&drug(&format!("CTP****{quantity}*ML~\n//     {carets} NDC090")));
        }
        check(
            "LX*1~\nSV1*HC:J1111*10*UN*1***1~\nDTP*472*D8*20251003~\nLIN**N4*00001000101~\n//                 ^ NDC090",
        );
    }
}
