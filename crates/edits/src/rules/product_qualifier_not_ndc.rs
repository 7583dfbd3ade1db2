//! NDC080: a product is named where an NDC is needed, but not by an NDC.

use crate::about::{About, denial, status};
use crate::finding::Findings;
use crate::profile::Severity;
use crate::rules::{Edit, Judged};
use crate::standing::Standing;
use claims::Loop;

/// A product is named where an NDC is needed, but not by an NDC.
pub struct ProductQualifierNotNdc;

static ABOUT: About = About {
    code: "NDC080",
    title: "Product is not named by an NDC",
    element: "2410.LIN02",
    why: "Drug rebates and the crosswalks are by NDC; another product number cannot be looked up.",
    remedy: "Set LIN02 to N4 and LIN03 to the NDC of the drug in eleven digits.",
    source: "MaineCare portal notice on NDC edits; 005010X222A1 and 005010X223A2, loop 2410",
    severity: Severity::Reject,
    status: &[status("A7", "745"), status("A7", "218")],
    denial: Some(denial("M119")),
};

impl Edit for ProductQualifierNotNdc {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check<'a>(&self, judged: &Judged<'a, '_>, findings: &mut Findings<'a, '_>) {
        for line in judged.standing(Standing::ProductQualifierNotNdc) {
            let drugs = judged.claim.drugs_of(line.line);
            let Some(drug) = drugs.iter().find(|drug| !drug.qualifier.is_empty() && drug.qualifier != b"N4")
            else {
                continue;
            };
            let element = judged.element(Loop::L2410, "LIN02", drug.qualifier, drug.index);
            judged.report(findings, &ABOUT, line, element, |_| {
                let qualifier = crate::text_of(drug.qualifier);
                format!(
                    "Procedure {} needs an NDC, and the product is named by qualifier {qualifier}.",
                    line.procedure()
                )
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, passes};

    #[test]
    fn another_qualifier_is_no_ndc() {
        check(
            r"
    LX*1~
    SV1*HC:J1111*10*UN*1***1~
    DTP*472*D8*20251003~
    LIN**EN*0012345678905~
    //   ^^ NDC080
    ",
        );
    }

    #[test]
    fn where_none_is_needed_any_product_passes() {
        passes("LX*1~\nSV1*HC:99213*10*UN*1***1~\nDTP*472*D8*20251003~\nLIN**EN*0012345678905~");
    }
}
