//! NDC100: the quantity of the drug has a unit that is none of an NDC.

use crate::about::{About, denial, status};
use crate::finding::Findings;
use crate::profile::Severity;
use crate::rules::{Edit, Judged, Measure};
use claims::Loop;

/// The quantity of the drug has a unit that is none of an NDC.
pub struct NdcUnitInvalid;

static ABOUT: About = About {
    code: "NDC100",
    title: "NDC unit of measure is not one of five",
    element: "2410.CTP05-1",
    why: "A quantity in an unknown unit cannot be turned into the units of the rebate.",
    remedy: "Set CTP05-1 to F2 (international unit), GR (gram), ME (milligram), ML (millilitre) or UN (unit).",
    source: "005010X222A1 and 005010X223A2, 2410 CTP05-1",
    severity: Severity::Warn,
    status: &[status("A7", "659")],
    denial: Some(denial("N816")),
};

impl Edit for NdcUnitInvalid {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check<'a>(&self, judged: &Judged<'a, '_>, findings: &mut Findings<'a, '_>) {
        for line in &judged.lines {
            let Some((drug, Measure::Unit)) = line.mismeasured else { continue };
            let Some(pricing) = drug.pricing else { continue };
            let element = judged.element(Loop::L2410, "CTP05-1", pricing.unit, pricing.index);
            let message = match drug.unit() {
                b"" => "The quantity of the drug has no unit.".to_owned(),
                sent => {
                    format!("The unit {} of the drug is none of F2, GR, ME, ML and UN.", crate::text_of(sent))
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
    fn five_units_pass() {
        for unit in ["F2", "GR", "ME", "ML", "UN"] {
            passes(&drug(&format!("CTP****1*{unit}~")));
        }
    }

    #[test]
    fn others_are_told_once_the_quantity_is_right() {
        check(&drug("CTP****1*MG~\n//       ^^ NDC100"));
        check(&drug("CTP****1~\n//      ^ NDC100"));
        check(&drug("CTP****0*MG~\n//     ^ NDC090"));
    }
}
