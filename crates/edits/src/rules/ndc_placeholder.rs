//! NDC030: an NDC stands in for none.

use crate::about::{About, denial, status};
use crate::finding::Findings;
use crate::profile::Severity;
use crate::rules::{Edit, Judged};
use crate::standing::Standing;

/// An NDC stands in for none.
pub struct NdcPlaceholder;

static ABOUT: About = About {
    code: "NDC030",
    title: "NDC is a placeholder",
    element: "2410.LIN03",
    why: "A number that fills the element hides that the drug is not known.",
    remedy: "Send the NDC that is printed on the package that was used.",
    source: "MaineCare portal notice on NDC edits; 005010X222A1 and 005010X223A2, loop 2410",
    severity: Severity::Reject,
    status: &[status("A7", "218")],
    denial: Some(denial("N848")),
};

impl Edit for NdcPlaceholder {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check<'a>(&self, judged: &Judged<'a, '_>, findings: &mut Findings<'a, '_>) {
        for line in judged.standing(Standing::NdcPlaceholder) {
            judged.report(findings, &ABOUT, line, judged.ndc_element(line), |why| {
                let ndc = why.ndc.map_or_else(String::new, |ndc| ndc.to_string());
                format!("The NDC {ndc} is a placeholder: no drug has it.")
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, passes};

    #[test]
    fn one_digit_eleven_times_and_counting_up_are_placeholders() {
        for ndc in ["99999999999", "00000-0000-00", "12345678901", "00000123456"] {
            let carets = "^".repeat(ndc.len());
            check(&format!(
                "LX*1~\nSV1*HC:99213*10*UN*1***1~\nDTP*472*D8*20251003~\nLIN**N4*{ndc}~\n//      {carets} NDC030\nCTP****1*ML~"
            ));
        }
        passes("LX*1~\nSV1*HC:J3490*10*UN*1***1~\nDTP*472*D8*20251003~\nLIN**N4*12345678900~\nCTP****1*ML~");
    }
}
