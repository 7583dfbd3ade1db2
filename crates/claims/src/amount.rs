//! Money: whole cents, never a float.

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
    let (negative, number) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let (whole, decimals) = match number.iter().position(|&byte| byte == b'.') {
        Some(point) => (&number[..point], &number[point + 1..]),
        // A number without a point needs a digit; one with a point needs one behind it.
        None => (number, &b"0"[..]),
    };
    if number.is_empty() || decimals.is_empty() {
        return None;
    }
    let units = whole
        .iter()
        .try_fold(0i64, |value, &byte| value.checked_mul(10)?.checked_add(i64::from(digit(byte)?)))?;
    let mut cents = 0;
    for (place, &byte) in decimals.iter().enumerate() {
        match (place, digit(byte)?) {
            (0, tenths) => cents = i64::from(tenths) * 10,
            (1, hundredths) => cents += i64::from(hundredths),
            (_, 0) => {}
            _ => return None,
        }
    }
    let value = units.checked_mul(100)?.checked_add(cents)?;
    Some(if negative { -value } else { value })
}

fn digit(byte: u8) -> Option<u8> {
    byte.is_ascii_digit().then(|| byte - b'0')
}

/// Writes `cents`, of one amount or of a sum of many, as a decimal with two places, such as `1234.50`.
pub fn decimal(cents: impl Into<i128>) -> String {
    let cents = cents.into();
    let sign = if cents < 0 { "-" } else { "" };
    let value = cents.unsigned_abs();
    let mut text = format!("{sign}{value:03}");
    text.insert(text.len() - 2, '.');
    text
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
    fn amounts_are_numbers_of_type_r() {
        let parts = ["", "-", "+", "0", "7", ".", "e", " ", "5"];
        for text in
            parts.iter().flat_map(|a| parts.iter().flat_map(move |b| parts.map(|c| format!("{a}{b}{c}"))))
        {
            assert_eq!(cents_of(text.as_bytes()).is_some(), x12::is_real(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn decimals_read_back() {
        for cents in [0, 7, 1_250, -310, 123_456_789] {
            assert_eq!(cents_of(decimal(cents).as_bytes()), Some(cents));
        }
        assert_eq!(decimal(-5), "-0.05");
        assert_eq!(decimal(i128::from(i64::MAX) * 10), "922337203685477580.70");
    }
}
