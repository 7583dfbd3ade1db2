//! NDC020: an NDC is not eleven digits.

use crate::about::{About, denial, status};
use crate::finding::Findings;
use crate::profile::Severity;
use crate::rules::{Edit, Judged};
use crate::standing::Standing;
use crate::words::listing;

/// An NDC is not eleven digits.
pub struct NdcMalformed;

static ABOUT: About = About {
    code: "NDC020",
    title: "NDC is not eleven digits in 5-4-2",
    element: "2410.LIN03",
    why: "Ten digits can stand for three different drugs; nobody may guess which.",
    remedy: "Send the NDC in eleven digits, 5-4-2, with or without hyphens; pad the part that is short with a zero on its left.",
    source: "MaineCare portal notice on NDC edits; 005010X222A1 and 005010X223A2, loop 2410",
    severity: Severity::Reject,
    status: &[status("A7", "218")],
    denial: Some(denial("M119")),
};

impl Edit for NdcMalformed {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check<'a>(&self, judged: &Judged<'a, '_>, findings: &mut Findings<'a, '_>) {
        for line in judged.standing(Standing::NdcMalformed) {
            judged.report(findings, &ABOUT, line, judged.ndc_element(line), |why| {
                let sent = line.drug.map_or_else(String::new, |drug| crate::text_of(drug.ndc));
                let mut message = format!("The NDC {sent} is neither eleven digits nor 5-4-2 with hyphens.");
                let readings: Vec<String> = why
                    .candidates
                    .iter()
                    .map(|candidate| {
                        let listed = if candidate.on_list { "on a list" } else { "on no list" };
                        format!("{} ({listed})", candidate.ndc)
                    })
                    .collect();
                match readings.len() {
                    0 => {}
                    1 => message += &format!(" With its hyphens it stands for {}.", readings[0]),
                    _ => message += &format!(" Its ten digits may stand for {}.", listing(&readings)),
                }
                message
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, passes};

    fn line(ndc: &str) -> String {
        format!("LX*1~\nSV1*HC:J1111*10*UN*1***1~\nDTP*472*D8*20251003~\nLIN**N4*{ndc}~")
    }

    #[test]
    fn eleven_digits_pass_with_and_without_hyphens() {
        passes(&(line("00001000101") + "\nCTP****1*ML~"));
        passes(&(line("00001-0001-01") + "\nCTP****1*ML~"));
    }

    #[test]
    fn every_other_form_is_malformed() {
        for ndc in [
            "0000100010",
            "000010001011",
            "0001-0001-01",
            "00001-001-01",
            "00001-0001-1",
            "000001-0001-01",
            "00001 0001 01",
            "0000100010A",
            " 0001000101",
            "00001-000101",
            "1",
        ] {
            let carets = "^".repeat(ndc.len());
            check(&format!("{}\n//      {carets} NDC020\nCTP****1*ML~", line(ndc)));
        }
    }
}
