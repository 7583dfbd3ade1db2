//! Numbers as X12 writes them.

use nom::branch::alt;
use nom::bytes::complete::tag;
use nom::character::complete::{digit0, digit1};
use nom::combinator::{all_consuming, opt, recognize};
use nom::{IResult, Parser};

/// Returns the value of a count such as SE01: digits only, blanks around them dropped.
///
/// Leading zeros are allowed; a number above `u64::MAX` is none.
pub fn count_of(element: &[u8]) -> Option<u64> {
    let digits = element.trim_ascii();
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |value, &byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        value.checked_mul(10)?.checked_add(digit)
    })
}

/// Returns whether `element` is a number of type R.
///
/// An optional minus, digits, and optionally a point that at least one digit follows.
/// Does not accept an exponent: the guides of the 837 use none.
/// Source: X12.6, data element type R.
pub fn is_real(element: &[u8]) -> bool {
    all_consuming(real).parse(element).is_ok()
}

fn real(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let with_point = recognize((digit0, tag("."), digit1));
    recognize((opt(tag("-")), alt((with_point, digit1)))).parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_r() {
        for good in ["1", "-331232", "1.325", ".024", "0", "007", "-.5"] {
            assert!(is_real(good.as_bytes()), "{good}");
        }
        for bad in ["", "-", ".", "+331232", "123,456", "333.", "a.603", "0.0b", "1e3", "--1", "1 "] {
            assert!(!is_real(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn counts() {
        assert_eq!(count_of(b"0025"), Some(25));
        assert_eq!(count_of(b" 7 "), Some(7));
        for bad in [&b""[..], b"-1", b"1.0", b"x", b"99999999999999999999999"] {
            assert_eq!(count_of(bad), None);
        }
    }
}
