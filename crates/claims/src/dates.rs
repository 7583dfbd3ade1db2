//! Days and periods, as DTP writes them.

use chrono::NaiveDate;

/// Where the date of a service line was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateSource {
    /// The line's own DTP*472.
    Line,
    /// The claim's DTP*434, for an institutional line without one.
    Statement,
}

impl DateSource {
    /// Returns the name that results print.
    pub fn as_str(self) -> &'static str {
        match self {
            DateSource::Line => "line",
            DateSource::Statement => "statement",
        }
    }
}

/// A DTP segment and the days that it names.
#[derive(Clone, Copy)]
pub struct Period<'a> {
    /// DTP03, as sent.
    pub text: &'a [u8],
    /// DTP02, as sent.
    pub format: &'a [u8],
    /// Position of the segment within the claim, from 0.
    pub index: u32,
    /// First and last day; `None` if they cannot be read, do not exist, or run backwards.
    pub days: Option<(NaiveDate, NaiveDate)>,
}

/// Reads DTP02 and DTP03 of the segment that stands at `index` within its claim.
pub fn period_of<'a>(format: &'a [u8], text: &'a [u8], index: u32) -> Period<'a> {
    let days = match (format, text) {
        (b"D8", digits) => day(digits).map(|day| (day, day)),
        (b"RD8", [first @ .., b'-', _, _, _, _, _, _, _, _]) => day(first).zip(day(&text[text.len() - 8..])),
        _ => None,
    };
    Period { text, format, index, days: days.filter(|(first, last)| first <= last) }
}

/// The first year of which a day is one, as it is for the walk through a guide: nobody whom a claim is for was born before.
const YEAR_MIN: i32 = 1800;

/// Reads CCYYMMDD, a day of the calendar.
fn day(digits: &[u8]) -> Option<NaiveDate> {
    let number = x12::digits(*digits.first_chunk::<8>().filter(|_| digits.len() == 8)?)?;
    let year = i32::try_from(number / 10_000).ok().filter(|year| YEAR_MIN <= *year)?;
    NaiveDate::from_ymd_opt(year, number / 100 % 100, number % 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use x12::{Delimiters, Segment};

    fn days_of(bytes: &[u8]) -> Option<(String, String)> {
        let delimiters = Delimiters { segment: b'~', element: b'*', component: b':', repetition: b'^' };
        let [_, format, text] = Segment { bytes, delimiters }.first_elements();
        let period = period_of(format, text, 0);
        period.days.map(|(first, last)| (first.to_string(), last.to_string()))
    }

    #[test]
    fn days_and_periods_are_read() {
        let same = |day: &str| Some((day.to_owned(), day.to_owned()));
        assert_eq!(days_of(b"DTP*472*D8*20251003"), same("2025-10-03"));
        assert_eq!(days_of(b"DTP*472*D8*20240229"), same("2024-02-29"));
        assert_eq!(days_of(b"DTP*472*D8*18000101"), same("1800-01-01"));
        assert_eq!(days_of(b"DTP*472*RD8*20251003-20251003"), same("2025-10-03"));
        let span = Some(("2025-09-30".to_owned(), "2025-10-01".to_owned()));
        assert_eq!(days_of(b"DTP*434*RD8*20250930-20251001"), span);
    }

    #[test]
    fn what_is_no_day_is_none() {
        for bytes in [
            &b"DTP*472*D8*20250229"[..],
            b"DTP*472*D8*17991231",
            b"DTP*472*D8*2025100",
            b"DTP*472*D8*202510031",
            b"DTP*472*D8*",
            b"DTP*472*D8*2025-1-3",
            b"DTP*472*RD8*20251003",
            b"DTP*472*RD8*20251004-20251003",
            b"DTP*472*D8*20251003-20251004",
            b"DTP*472*TM*20251003",
            b"DTP*472",
        ] {
            assert_eq!(days_of(bytes), None);
        }
    }
}
