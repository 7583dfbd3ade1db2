//! SNIP530: a procedure of a stay does not have the form of ICD-10-PCS.

use crate::about::{About, status};
use crate::profile::Severity;
use crate::snip::Tell;
use crate::snip::claim::Coded;

pub(super) static ABOUT: About = About {
    code: "SNIP530",
    title: "Procedure code does not have the form of ICD-10-PCS",
    element: "2300.HI01-2",
    why: "No procedure has such a code, and the payer cannot tell which is meant.",
    remedy: "Write the code as ICD-10-PCS lists it, seven characters without the letters I and O.",
    source: "ICD-10-PCS Official Guidelines for Coding and Reporting, section A1 and A2; 005010X223A2, 2300 HI",
    severity: Severity::Warn,
    status: &[status("A7", "465")],
    denial: None,
};

/// Looks at one code of an HI, of a qualifier of procedures; whether the code is listed, only the list knows.
#[inline]
pub(super) fn check<'a>(coded: Coded<'a>, tell: Tell<'_, 'a>) {
    // An empty one is told by the walk.
    if matches!(coded.qualifier, b"BBR" | b"BBQ") && !coded.code.is_empty() && !is_procedure(coded.code) {
        let message = "The procedure code is not seven digits and letters, without I and O.";
        tell(&ABOUT, coded.spot(), message.to_owned());
    }
}

fn is_procedure(code: &[u8]) -> bool {
    let is_character =
        |byte: &u8| byte.is_ascii_alphanumeric() && !matches!(byte.to_ascii_uppercase(), b'I' | b'O');
    code.len() == 7 && code.iter().all(is_character)
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, passes};

    #[test]
    fn seven_characters_without_two_letters() {
        passes(
            "CLM*A*0~\nHI*BBR:0FT44ZZ:D8:20251001~\nHI*BBQ:3E0336Z:D8:20251001~\nHI*BR:5123:D8:20251001~\n",
        );
        for bad in ["0FT44Z", "0FT44ZZZ", "0FT4.ZZ", "OFT44ZZ", "0FT4IZZ"] {
            let carets = "^".repeat(bad.len());
            check(&format!(
                "CLM*A*0~\nHI*BBQ:0FT44ZZ*BBQ:{bad}:D8:20251001~\n//                 {carets} SNIP530\n"
            ));
        }
        check("CLM*A*0~\nHI*BBR:1~\n//     ^ SNIP530\n");
    }
}
