//! Values as answers write them, borrowed from the file wherever its bytes are plain text.
//!
//! A report of many claims is made of little else, so nothing here goes through the formatting machinery without need.

use std::borrow::Cow;
use std::ops::Deref;

use chrono::{Datelike, NaiveDate};
use crosswalk::Ndc;

/// Returns bytes of the file as text, each byte as its Latin-1 code point.
pub(crate) fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(plain) if plain.is_ascii() => Cow::Borrowed(plain),
        _ => Cow::Owned(edits::text_of(bytes)),
    }
}

/// A few characters of ASCII that need no place of their own in memory.
pub(crate) struct Plain {
    /// The last of them stand at the end.
    bytes: [u8; Plain::BYTES],
    start: usize,
}

impl Plain {
    /// The largest number has twenty digits, and every day fewer characters.
    const BYTES: usize = 20;

    fn of(ascii: &[u8]) -> Plain {
        let (mut bytes, start) = ([0; Plain::BYTES], Plain::BYTES - ascii.len());
        bytes[start..].copy_from_slice(ascii);
        Plain { bytes, start }
    }

    /// Returns the characters as bytes.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[self.start..]
    }
}

impl Deref for Plain {
    type Target = str;

    fn deref(&self) -> &str {
        str::from_utf8(self.as_bytes()).expect("digits and hyphens are ASCII")
    }
}

/// Returns a date as `YYYY-MM-DD`.
pub(crate) fn day(day: NaiveDate) -> Plain {
    let Ok(year @ 0..=9999) = u32::try_from(day.year()) else {
        return Plain::of(day.to_string().as_bytes());
    };
    let (month, day) = (day.month(), day.day());
    let [century, year] = [year / 100, year % 100].map(two_digits);
    let [month, day] = [month, day].map(two_digits);
    Plain::of(&[century[0], century[1], year[0], year[1], b'-', month[0], month[1], b'-', day[0], day[1]])
}

/// Returns a number in decimal digits.
pub(crate) fn number(number: u64) -> Plain {
    let mut text = Plain { bytes: [b'0'; Plain::BYTES], start: Plain::BYTES };
    let mut rest = number;
    while text.start == Plain::BYTES || 0 < rest {
        text.start -= 1;
        text.bytes[text.start] = b'0' + u8::try_from(rest % 10).expect("a remainder of ten is a digit");
        rest /= 10;
    }
    text
}

/// Returns an NDC in 5-4-2.
pub(crate) fn hyphenated(ndc: Ndc) -> Plain {
    let digits = ndc.digits();
    let mut text = [b'-'; 13];
    text[..5].copy_from_slice(&digits[..5]);
    text[6..10].copy_from_slice(&digits[5..9]);
    text[11..].copy_from_slice(&digits[9..]);
    Plain::of(&text)
}

/// Joins NDCs in 5-4-2 as a table does: `00641-0367-25, 00641-0367-26`.
pub(crate) fn joined_ndcs(mut ndcs: impl Iterator<Item = Ndc>) -> String {
    let Some(first) = ndcs.next() else { return String::new() };
    // Where there are many, five are told.
    let mut text = String::with_capacity(80);
    text.push_str(&hyphenated(first));
    for ndc in ndcs {
        text.push_str(", ");
        text.push_str(&hyphenated(ndc));
    }
    text
}

/// Returns a number below a hundred in two digits.
fn two_digits(number: u32) -> [u8; 2] {
    [number / 10, number % 10].map(|digit| b"0123456789"[digit as usize])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_their_code_points() {
        assert!(matches!(text(b"J\"1\x1b"), Cow::Borrowed("J\"1\u{1b}")));
        assert_eq!(text(b"JOS\xc9"), "JOS\u{c9}");
        assert_eq!(text("\u{c9}".as_bytes()), "\u{c3}\u{89}");
    }

    #[test]
    fn dates_and_drugs_read_as_they_do_anywhere() {
        let extremes = [NaiveDate::MIN, NaiveDate::MAX];
        let usual = [(0, 1, 1), (987, 6, 5), (2025, 10, 31), (9999, 12, 31), (10_000, 1, 1), (-1, 12, 31)];
        let usual = usual.map(|(year, month, day)| NaiveDate::from_ymd_opt(year, month, day).unwrap());
        for date in extremes.into_iter().chain(usual) {
            assert_eq!(*day(date), date.to_string());
        }
        let ndc = Ndc::from_digits(b"00641036725").unwrap();
        assert_eq!(*hyphenated(ndc), *"00641-0367-25");
        assert_eq!(*hyphenated(ndc), ndc.to_string());
    }

    #[test]
    fn numbers_have_all_their_digits() {
        for some in [0, 7, 10, 1_000, 145_000, u64::MAX] {
            assert_eq!(*number(some), some.to_string());
        }
    }
}
