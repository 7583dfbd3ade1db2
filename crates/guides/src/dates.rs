//! Days, times and periods, as X12 writes them.

use crate::word::{all_digits, number_of_digits, packed};

/// Returns whether `digits` is CCYYMMDD or YYMMDD, a day of the calendar.
///
/// Of a year of two digits the century is not known; 29 February is taken in every fourth year.
/// Source: X12.6, data element type DT; X12.3, data element 1250, D8 and D6.
#[inline]
pub(crate) fn is_day(digits: &[u8]) -> bool {
    let Some(number) = number_of(digits) else { return false };
    match digits.len() {
        8 => exists(number),
        // 2000 stands for any year that leaves the same rest by 4.
        6 => exists(20_000_000 + number),
        _ => false,
    }
}

/// Returns whether `word`, eight bytes with the first lowest, is CCYYMMDD, a day of the calendar.
#[inline]
pub(crate) fn is_packed_day(word: u64) -> bool {
    all_digits(word, 8) && exists(number_of_digits(word))
}

/// Returns whether a day exists.
#[inline]
fn exists(number: u64) -> bool {
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    // Nobody whom a claim is for was born before.
    1800 <= year && (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day)
}

fn days_in(year: u64, month: u64) -> u64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Returns whether `digits` is HHMM, HHMMSS, or that with one or two decimals of a second.
///
/// Source: X12.6, data element type TM.
pub(crate) fn is_time(digits: &[u8]) -> bool {
    let Some(number) = number_of(digits) else { return false };
    let to_seconds = match digits.len() {
        4 => number * 100,
        6 => number,
        7 => number / 10,
        8 => number / 100,
        _ => return false,
    };
    to_seconds / 10_000 < 24 && to_seconds / 100 % 100 < 60 && to_seconds % 100 < 60
}

/// Returns whether `value` is a day, time or period of the form that `format` names.
///
/// A period may run backwards: whether it may, the guides do not say.
/// A format that no guide here uses is not looked into.
/// Source: X12.3, data elements 1250 and 1251.
pub(crate) fn is_period(format: &[u8], value: &[u8]) -> bool {
    match format {
        b"D8" => value.len() == 8 && is_day(value),
        b"D6" => value.len() == 6 && is_day(value),
        b"RD8" => match value.split_at_checked(8) {
            Some((first, [b'-', last @ ..])) => last.len() == 8 && is_day(first) && is_day(last),
            _ => false,
        },
        b"DT" => match value.split_at_checked(8) {
            Some((day, time)) => is_day(day) && time.len() == 4 && is_time(time),
            None => false,
        },
        b"TM" => value.len() == 4 && is_time(value),
        _ => true,
    }
}

/// Reads up to eight digits.
#[inline]
fn number_of(digits: &[u8]) -> Option<u64> {
    let length = digits.len();
    if length == 0 || 8 < length {
        return None;
    }
    let word = packed(digits);
    // Shifted to the end, with zeros in front.
    all_digits(word, length).then(|| number_of_digits(word << (64 - 8 * length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_exist_or_not() {
        for good in ["20240229", "20000229", "19041231", "20251003", "020414", "960229"] {
            assert!(is_day(good.as_bytes()), "{good}");
        }
        for bad in
            ["19000229", "20250229", "20251301", "20250431", "20251000", "17991231", "2025100", "990229"]
        {
            assert!(!is_day(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn times_exist_or_not() {
        for good in ["0000", "2359", "235959", "2359599", "23595999"] {
            assert!(is_time(good.as_bytes()), "{good}");
        }
        for bad in ["2400", "2360", "235960", "235", "7:31", "123456789"] {
            assert!(!is_time(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn the_format_decides() {
        for (format, good) in [
            ("D8", "20251003"),
            ("RD8", "20251003-20250101"),
            ("DT", "202510032359"),
            ("TM", "1200"),
            ("UN", "?"),
        ] {
            assert!(is_period(format.as_bytes(), good.as_bytes()), "{good}");
        }
        for (format, bad) in [
            ("D8", "20251003-20251004"),
            ("D8", "251003"),
            ("RD8", "20251003"),
            ("RD8", "20251003-"),
            ("RD8", "20251003-20251032"),
            ("DT", "20251003"),
            ("DT", "202510032460"),
            ("TM", "120000"),
        ] {
            assert!(!is_period(format.as_bytes(), bad.as_bytes()), "{bad}");
        }
    }
}
