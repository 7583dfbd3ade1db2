//! SNIP520: a diagnosis does not have the form of ICD-10-CM.

use crate::about::{About, status};
use crate::profile::Severity;
use crate::snip::Tell;
use crate::snip::claim::Coded;

pub(super) static ABOUT: About = About {
    code: "SNIP520",
    title: "Diagnosis code does not have the form of ICD-10-CM",
    element: "2300.HI01-2",
    why: "No diagnosis has such a code, and the payer cannot tell which is meant.",
    remedy: "Write the code as ICD-10-CM lists it, three to seven characters without the point; a code of ICD-9-CM has a qualifier without the A in front.",
    source: "ICD-10-CM Official Guidelines for Coding and Reporting, section I.A; 005010X222A1 and 005010X223A2, 2300 HI",
    severity: Severity::Warn,
    status: &[status("A7", "255")],
    denial: None,
};

/// Looks at one code of an HI, of a qualifier of diagnoses; whether the code is listed, only the list knows.
#[inline]
pub(super) fn check<'a>(coded: Coded<'a>, tell: Tell<'_, 'a>) {
    // An empty one is told by the walk.
    if matches!(coded.qualifier, b"ABK" | b"ABF" | b"ABJ" | b"ABN" | b"APR")
        && !coded.code.is_empty()
        && !is_diagnosis(coded.code)
    {
        let message = if coded.code.contains(&b'.') {
            "The diagnosis code is written with its point."
        } else {
            "The diagnosis code is not a letter, a digit and one to five letters or digits."
        };
        tell(&ABOUT, coded.spot(), message.to_owned());
    }
}

/// Returns whether `code` is a letter, a digit, a letter or digit, and up to four more.
fn is_diagnosis(code: &[u8]) -> bool {
    match code {
        [chapter, block, rest @ ..] => {
            chapter.is_ascii_alphabetic()
                && block.is_ascii_digit()
                && (1..=5).contains(&rest.len())
                && rest.iter().all(u8::is_ascii_alphanumeric)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_diagnosis;
    use crate::rules::testing::{check, passes};

    #[test]
    fn three_to_seven_characters() {
        for good in ["I10", "C50919", "M0579", "Z3A39", "C4A0", "S72001A", "O9A111", "T36x1XA"] {
            assert!(is_diagnosis(good.as_bytes()), "{good}");
        }
        for bad in ["I1", "250", "25000", "E11.9", "IE0", "I10 ", "S72001AB", "I"] {
            assert!(!is_diagnosis(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn the_qualifier_decides() {
        passes("CLM*A*0~\nHI*ABK:I10*ABF:E119~\nHI*BK:25000*BF:4019~\nHI*BH:11:D8:20251001~\nHI*ABK:~\n");
        check(
            r"
CLM*A*0~
HI*ABK:I1.0*ABF:E119*ABF:25000~
//     ^^^^ SNIP520
//                       ^^^^^ SNIP520
HI*ABJ:1I0~
//     ^^^ SNIP520
HI*ABN:W~
//     ^ SNIP520
HI*APR:R1~
//     ^^ SNIP520
",
        );
    }
}
