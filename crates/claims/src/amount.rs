//! Money: whole cents, never a float.

use x12::is_real;

/// An amount of money as it stands in an element.
#[derive(Clone, Copy)]
pub struct Amount<'a> {
    /// The element.
    pub text: &'a [u8],
    /// Its value in cents; `None` if it is not a number of type R with at most two decimals that count.
    pub cents: Option<i64>,
}

impl<'a> Amount<'a> {
    /// Reads the amount in `text`.
    pub fn of(text: &'a [u8]) -> Amount<'a> {
        Amount { text, cents: cents_of(text) }
    }
}

/// Returns the value of `text` in cents.
///
/// `None` for what is not of type R, has a third decimal other than zero, or does not fit.
pub fn cents_of(text: &[u8]) -> Option<i64> {
    if !is_real(text) {
        return None;
    }
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let point = digits.iter().position(|&byte| byte == b'.').unwrap_or(digits.len());
    let (whole, fraction) = (&digits[..point], digits.get(point + 1..).unwrap_or(&[]));
    if fraction.iter().skip(2).any(|&byte| byte != b'0') {
        return None;
    }
    let cents = [fraction.first(), fraction.get(1)].map(|digit| digit.copied().unwrap_or(b'0'));
    let value = whole
        .iter()
        .chain(&cents)
        .try_fold(0i64, |value, &byte| value.checked_mul(10)?.checked_add(i64::from(byte - b'0')))?;
    Some(if negative { -value } else { value })
}

/// Writes `cents` as a decimal with two places, such as `1234.50`.
pub fn decimal(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let value = cents.unsigned_abs();
    format!("{sign}{}.{:02}", value / 100, value % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cents_are_exact() {
        for (text, cents) in [
            ("100", 10_000),
            ("12.5", 1_250),
            ("12.50", 1_250),
            ("12.500", 1_250),
            (".07", 7),
            ("-3.1", -310),
            ("0", 0),
            ("0000000019.99", 1_999),
        ] {
            assert_eq!(cents_of(text.as_bytes()), Some(cents), "{text}");
        }
        for text in ["", "12.", "12.345", "1e3", "$5", "1,000", "99999999999999999999"] {
            assert_eq!(cents_of(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn decimals_read_back() {
        for cents in [0, 7, 1_250, -310, 123_456_789] {
            assert_eq!(cents_of(decimal(cents).as_bytes()), Some(cents));
        }
        assert_eq!(decimal(-5), "-0.05");
    }
}
