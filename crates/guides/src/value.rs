//! The data types of the standard: what a value may be made of, how long it may be.

use crate::dates::{is_day, is_period, is_time};

/// The type of a data element.
///
/// Source: X12.6, data element types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataType {
    /// AN: text.
    Text,
    /// ID: a code.
    Code,
    /// N0, N2: digits with an implied decimal point.
    Whole,
    /// R: digits with an explicit decimal point.
    Real,
    /// DT: a day.
    Day,
    /// TM: a time of the day.
    Time,
    /// Data element 1251: a day, time or period, whose form the element in front of it names.
    Period,
}

/// The characters that text may be made of.
///
/// Source: X12.6, basic and extended character set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CharacterSet {
    /// Upper case letters, digits, blank and common signs.
    Basic,
    /// Those, lower case letters and the other signs of ASCII; what the guides of release 005010 allow.
    Extended,
}

/// What is wrong with a value by its type and length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Made of characters that the type does not allow.
    Characters,
    /// Shorter than the least length.
    TooShort,
    /// Longer than the most length.
    TooLong,
    /// Not a day, or not one of the calendar.
    Day,
    /// Not a time of the day.
    Time,
}

impl DataType {
    /// Reads the letters by which the standard names a type.
    pub fn from_name(name: &str) -> Option<DataType> {
        match name {
            "AN" => Some(DataType::Text),
            "ID" => Some(DataType::Code),
            "R" => Some(DataType::Real),
            "DT" => Some(DataType::Day),
            "TM" => Some(DataType::Time),
            "1251" => Some(DataType::Period),
            _ => name.starts_with('N').then_some(DataType::Whole),
        }
    }

    /// Returns what is wrong with `value`, if anything is; `format` is the value of the element in front of it.
    ///
    /// The length of a number counts its digits alone.
    /// A number has no exponent, no plus sign and no point without a digit behind it: the guides allow none.
    /// Source: X12.6, data element types; X12.5, lengths.
    pub fn fault_of(self, value: &[u8], least: u16, most: u16, format: &[u8]) -> Option<Fault> {
        match self {
            DataType::Text | DataType::Code => {
                if CharacterSet::Extended.holds(value) {
                    length_fault(value.len(), least, most)
                } else {
                    Some(Fault::Characters)
                }
            }
            DataType::Whole => match digits_of(value, false) {
                Some(digits) => length_fault(digits, least, most),
                None => Some(Fault::Characters),
            },
            DataType::Real => match digits_of(value, true) {
                Some(digits) => length_fault(digits, least, most),
                None => Some(Fault::Characters),
            },
            DataType::Day => {
                length_fault(value.len(), least, most).or_else(|| (!is_day(value)).then_some(Fault::Day))
            }
            DataType::Time => {
                length_fault(value.len(), least, most).or_else(|| (!is_time(value)).then_some(Fault::Time))
            }
            DataType::Period => DataType::Text.fault_of(value, least, most, format).or_else(|| {
                let fault = if format == b"TM" { Fault::Time } else { Fault::Day };
                (!is_period(format, value)).then_some(fault)
            }),
        }
    }
}

impl CharacterSet {
    /// Returns whether every byte of `value` is one of the set's characters.
    pub fn holds(self, value: &[u8]) -> bool {
        value.iter().all(|&byte| match self {
            CharacterSet::Extended => (b' '..=b'~').contains(&byte),
            CharacterSet::Basic => {
                matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b' '..=b'"' | b'&'..=b'/' | b':' | b';' | b'=' | b'?')
            }
        })
    }
}

fn length_fault(length: usize, least: u16, most: u16) -> Option<Fault> {
    if length < usize::from(least) {
        Some(Fault::TooShort)
    } else if usize::from(most) < length {
        Some(Fault::TooLong)
    } else {
        None
    }
}

/// Returns how many digits `value` has, if it is a number: an optional minus, digits, and with `point` optionally a
/// point that at least one digit follows.
pub(crate) fn digits_of(value: &[u8], point: bool) -> Option<usize> {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    let mut points = 0;
    for &byte in digits {
        match byte {
            b'0'..=b'9' => {}
            b'.' if point && points == 0 => points = 1,
            _ => return None,
        }
    }
    digits.last().filter(|byte| byte.is_ascii_digit()).map(|_| digits.len() - points)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(data_type: DataType, value: &str) -> Option<Fault> {
        data_type.fault_of(value.as_bytes(), 2, 5, b"D8")
    }

    #[test]
    fn sign_and_point_do_not_count() {
        assert_eq!(fault(DataType::Real, "-123.45"), None);
        assert_eq!(fault(DataType::Real, "-123.456"), Some(Fault::TooLong));
        assert_eq!(fault(DataType::Real, "-.5"), Some(Fault::TooShort));
        assert_eq!(fault(DataType::Whole, "-12345"), None);
        for bad in ["12.", "1e3", "+12", "1,2", "-", "12 ", "1.2.3"] {
            assert_eq!(fault(DataType::Real, bad), Some(Fault::Characters), "{bad}");
        }
        assert_eq!(fault(DataType::Whole, "1.2"), Some(Fault::Characters));
    }

    #[test]
    fn text_is_what_x12_names() {
        assert_eq!(fault(DataType::Text, "aB~"), None);
        assert_eq!(fault(DataType::Text, "a\u{7f}"), Some(Fault::Characters));
        assert_eq!(fault(DataType::Code, "A\t"), Some(Fault::Characters));
        assert_eq!(fault(DataType::Text, "A"), Some(Fault::TooShort));
        assert!(CharacterSet::Basic.holds(b"A (1)") && !CharacterSet::Basic.holds(b"a"));
    }

    #[test]
    fn days_and_times_have_their_own_fault() {
        assert_eq!(DataType::Day.fault_of(b"20251301", 8, 8, b""), Some(Fault::Day));
        assert_eq!(DataType::Day.fault_of(b"251003", 8, 8, b""), Some(Fault::TooShort));
        assert_eq!(DataType::Time.fault_of(b"2460", 4, 8, b""), Some(Fault::Time));
        assert_eq!(DataType::Period.fault_of(b"2460", 1, 35, b"TM"), Some(Fault::Time));
        assert_eq!(DataType::Period.fault_of(b"20251301", 1, 35, b"D8"), Some(Fault::Day));
        assert_eq!(DataType::Period.fault_of(b"20251003", 1, 35, b"D8"), None);
    }
}
