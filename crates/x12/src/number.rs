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

/// Returns the value of eight digits; `None` if one of them is none.
///
/// All eight are taken at once: dates are read more often than anything else.
#[inline]
pub fn digits(text: [u8; 8]) -> Option<u32> {
    const ZEROS: u64 = u64::from_le_bytes(*b"00000000");
    let word = u64::from_le_bytes(text);
    // A digit has 3 in its upper half, and six more does not carry into it.
    let upper = 0xf0f0_f0f0_f0f0_f0f0;
    if word & upper != ZEROS || word.wrapping_add(0x0606_0606_0606_0606) & upper != ZEROS {
        return None;
    }
    // Neighbours are put together: eight digits to four numbers below a hundred, to two below ten thousand, to one.
    let values = word - ZEROS;
    let pairs = (values * 10 + (values >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    let value = fours * 10_000 + (fours >> 32);
    u32::try_from(value & 0xffff_ffff).ok()
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
    fn eight_digits_have_a_value() {
        for value in [0, 1, 12_345_678, 20_251_103, 99_999_999, 90_000_000, 10_203_040] {
            let text = format!("{value:08}");
            assert_eq!(digits(*text.as_bytes().first_chunk().unwrap()), Some(value), "{text}");
            for place in 0..8 {
                for other in [b'/', b':', b' ', b'-', b'A', 0, 0xff, b'0' ^ 0x80, b'?'] {
                    let mut bytes = *text.as_bytes().first_chunk::<8>().unwrap();
                    bytes[place] = other;
                    assert_eq!(digits(bytes), None, "{bytes:?}");
                }
            }
        }
    }

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
