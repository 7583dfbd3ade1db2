//! SNIP510: an NPI has another form, or a wrong check digit.

use crate::about::{About, status};
use crate::profile::Severity;
use crate::snip::{Spot, Tell};
use x12::Segment;

pub(super) static ABOUT: About = About {
    code: "SNIP510",
    title: "NPI has a wrong form or check digit",
    element: "NM109",
    why: "The number was mistyped, and names nobody or somebody else.",
    remedy: "Correct NM109 to the ten digits that NPPES lists for the provider.",
    source: "45 CFR 162.406; CMS, Requirements for National Provider Identifier (NPI) and NPI Check Digit; ISO/IEC 7812-1, Annex B",
    severity: Severity::Warn,
    status: &[status("A7", "562")],
    denial: None,
};

/// Looks at NM108 and NM109; whether a provider has the number, only NPPES knows.
#[inline]
pub(super) fn check<'a>(name: Segment<'a>, index: usize, tell: Tell<'_, 'a>) {
    // Nearly every NM1 with an NPI ends with it.
    let separator = name.delimiters.element;
    if let [.., before, b'X', b'X', behind, _, _, _, _, _, _, _, _, _, _] = *name.bytes
        && before == separator
        && behind == separator
        && is_npi(&name.bytes[name.bytes.len() - 10..])
    {
        return;
    }
    let [.., b"XX", number]: [&[u8]; 9] = name.first_elements() else { return };
    // An empty one is told by the walk.
    if !number.is_empty() && !is_npi(number) {
        let fault = if number.len() == 10 && number.iter().all(u8::is_ascii_digit) {
            "The check digit of the NPI is wrong."
        } else {
            "The NPI does not have ten digits."
        };
        tell(&ABOUT, Spot::new(index, "NM109", number), fault.to_owned());
    }
}

/// Returns whether `number` has ten digits, the last of which checks the others.
#[inline]
fn is_npi(number: &[u8]) -> bool {
    /// What the digits of the prefix 80840 add, which stands for health care in the United States.
    const PREFIX: u8 = 24;
    let Ok(number) = <&[u8; 10]>::try_from(number) else { return false };
    let digits = number.map(|byte| byte.wrapping_sub(b'0'));
    let mut sum = PREFIX;
    for pair in digits.chunks_exact(2) {
        // The first of each two counts twice: the sum of the digits of its double.
        let doubled = pair[0].wrapping_mul(2);
        sum = sum.wrapping_add(if 9 < doubled { doubled.wrapping_sub(9) } else { doubled });
        sum = sum.wrapping_add(pair[1]);
    }
    digits.iter().all(|&digit| digit <= 9) && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::is_npi;
    use crate::rules::testing::{check, passes};

    #[test]
    fn the_last_digit_checks_the_others() {
        // The example of the publisher.
        assert!(is_npi(b"1234567893"));
        for last in b'0'..=b'9' {
            assert_eq!(is_npi(&[&b"123456789"[..], &[last]].concat()), last == b'3');
        }
        for other in ["", "123456789", "12345678930", "123456789X", "123456789 ", "-234567893"] {
            assert!(!is_npi(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn one_wrong_digit_is_always_seen() {
        for place in 0..10 {
            for digit in b'0'..=b'9' {
                let mut number = *b"1234567893";
                number[place] = digit;
                assert_eq!(is_npi(&number), number == *b"1234567893");
            }
        }
    }

    #[test]
    fn every_name_is_looked_at() {
        passes("CLM*A*0~\nNM1*82*1*DOE*ANN****XX*1234567893~\nNM1*77*2*HOUSE*****24*1~\nNM1*DN*1*ROE~\n");
        check(
            r"
CLM*A*0~
NM1*82*1*DOE*ANN****XX*1234567890~
//                     ^^^^^^^^^^ SNIP510
NM1*77*2*HOUSE*****XX*12345~
//                    ^^^^^ SNIP510
LX*1~
NM1*82*1*DOE*ANN****XX*123456789A~
//                     ^^^^^^^^^^ SNIP510
NM1*DQ*1*DOE*ANN****XX*~
",
        );
    }
}
