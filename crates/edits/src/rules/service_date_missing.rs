//! DTP010: the lists cannot be asked without a date of service.

use crate::about::{About, denial, status};
use crate::finding::Findings;
use crate::profile::Severity;
use crate::rules::{Edit, Judged};
use crate::standing::Standing;

/// The lists cannot be asked without a date of service.
pub struct ServiceDateMissing;

static ABOUT: About = About {
    code: "DTP010",
    title: "Date of service is missing or cannot be read",
    element: "2400.DTP03",
    why: "Whether a pair is valid depends on the day on which the drug was given.",
    remedy: "Add DTP*472 to the line with the day of service, as D8 CCYYMMDD or RD8 CCYYMMDD-CCYYMMDD.",
    source: "005010X222A1, 2400 DTP*472; 005010X223A2, 2400 DTP*472 and 2300 DTP*434",
    severity: Severity::Reject,
    status: &[status("A6", "187")],
    denial: Some(denial("M52")),
};

impl Edit for ServiceDateMissing {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check<'a>(&self, judged: &Judged<'a, '_>, findings: &mut Findings<'a, '_>) {
        for line in judged.standing(Standing::ServiceDateMissing) {
            judged.report(findings, &ABOUT, line, judged.date_element(line), |_| {
                let fault = match line.period {
                    Some(_) => "is not a day, or not a period that runs forward",
                    None => "is missing",
                };
                format!("The date of service {fault}, and procedure {} needs one.", line.procedure())
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, passes};

    #[test]
    fn a_drug_needs_a_date() {
        check(
            r"
    LX*1~
    SV1*HC:J1111*10*UN*1***1~
    //                      ^ DTP010
    LIN**N4*00001000101~
    CTP****1*ML~
    ",
        );
        check("LX*1~\nSV1*HC:J1111*10*UN*1***1~\nDTP*472*D8*20250229~\n//         ^^^^^^^^ DTP010");
        check(
            "LX*1~\nSV1*HC:J1111*10*UN*1***1~\nDTP*472*RD8*20251004-20251003~\n//          ^^^^^^^^^^^^^^^^^ DTP010",
        );
    }

    #[test]
    fn an_unreadable_date_does_not_fall_back() {
        check(
            r"
    CLM*A*10~
    DTP*434*RD8*20251001-20251003~
    LX*1~
    SV2*0636*HC:J1111*10*UN*1~
    DTP*472*D8*2025~
    //         ^^^^ DTP010
    ",
        );
    }

    #[test]
    fn what_no_list_has_needs_no_date() {
        passes("LX*1~\nSV1*HC:99213*10*UN*1***1~");
        passes("LX*1~\nSV1*HC:J3490*10*UN*1***1~\nLIN**N4*00001000101~\nCTP****1*ML~");
    }
}
