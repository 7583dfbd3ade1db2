//! The two identifiers of a crosswalk row: the NDC and the HCPCS code.
//!
//! Both are read exactly or not at all: nothing is padded, stripped or folded here.
//! Neither has a check digit, so none is checked.

use std::fmt;

/// A National Drug Code of 11 digits: labeler (5), product (4), package (2).
///
/// Invariant: below 10^11.
/// Source: 45 CFR 162.1002 (HIPAA code set), 11 digits in 5-4-2.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ndc(u64);

impl Ndc {
    /// Reads exactly 11 ASCII digits.
    pub fn from_digits(text: &[u8]) -> Option<Ndc> {
        if text.len() != 11 {
            return None;
        }
        let mut number = 0;
        for &byte in text {
            number = number * 10 + digit(byte)?;
        }
        Some(Ndc(number))
    }

    /// Reads exactly `ddddd-dddd-dd`.
    ///
    /// Other places of the hyphens (4-4-2, 5-3-2, 5-4-1, 6-4-2) are other numbers, and are not read.
    pub fn from_hyphenated(text: &[u8]) -> Option<Ndc> {
        if text.len() != 13 || text[5] != b'-' || text[10] != b'-' {
            return None;
        }
        let mut number = 0;
        for part in [&text[..5], &text[6..10], &text[11..]] {
            for &byte in part {
                number = number * 10 + digit(byte)?;
            }
        }
        Some(Ndc(number))
    }

    /// Reads either of the two forms.
    pub fn parse(text: &[u8]) -> Option<Ndc> {
        Ndc::from_digits(text).or_else(|| Ndc::from_hyphenated(text))
    }

    /// Returns the 11 ASCII digits, leading zeros included.
    pub fn digits(self) -> [u8; 11] {
        let mut digits = [b'0'; 11];
        let mut rest = self.0;
        for place in digits.iter_mut().rev() {
            *place = b'0' + u8::try_from(rest % 10).expect("a remainder of ten is one digit");
            rest /= 10;
        }
        digits
    }

    /// Returns the labeler, the first five digits, as a number.
    pub fn labeler(self) -> u32 {
        u32::try_from(self.0 / 1_000_000).expect("11 digits without the last six are five")
    }

    /// Returns the 11 digits as a number, below 10^11.
    pub fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Ndc {
    /// Writes 5-4-2 with hyphens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let product = self.0 / 100 % 10_000;
        let text = format!("{:05}-{product:04}-{:02}", self.labeler(), self.0 % 100);
        f.pad(&text)
    }
}

impl fmt::Debug for Ndc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ndc({self})")
    }
}

/// A procedure code of a crosswalk: HCPCS level II, or the five characters of another code in its place.
///
/// Invariant, if it came from [`Hcpcs::parse`]: five ASCII uppercase letters or digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hcpcs(pub [u8; 5]);

impl Hcpcs {
    /// Reads exactly five ASCII uppercase letters or digits; codes are compared exactly, so lower case is not folded.
    pub fn parse(text: &[u8]) -> Option<Hcpcs> {
        let code: [u8; 5] = text.try_into().ok()?;
        code.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()).then_some(Hcpcs(code))
    }

    /// Returns the code as text; empty for bytes that [`Hcpcs::parse`] would not have read.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Hcpcs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Hcpcs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hcpcs({self})")
    }
}

fn digit(byte: u8) -> Option<u64> {
    byte.is_ascii_digit().then(|| u64::from(byte - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_exact_forms_of_an_ndc() {
        for text in ["00002000109", "00002-0001-09"] {
            let ndc = Ndc::parse(text.as_bytes()).unwrap();
            assert_eq!(ndc.to_string(), "00002-0001-09");
            assert_eq!(&ndc.digits(), b"00002000109");
            assert_eq!((ndc.labeler(), ndc.number()), (2, 2_000_109));
        }
        assert_eq!(Ndc::from_digits(b"00002-0001-09"), None);
        assert_eq!(Ndc::from_hyphenated(b"00002000109"), None);
    }

    #[test]
    fn keeps_all_eleven_digits() {
        let ndc = Ndc::parse(b"99999999999").unwrap();
        assert_eq!(&ndc.digits(), b"99999999999");
        assert_eq!(ndc.labeler(), 99_999);
        assert_eq!(format!("{ndc:?}"), "Ndc(99999-9999-99)");
    }

    #[test]
    fn never_reshapes_an_identifier_into_an_ndc() {
        for text in [
            "",
            "0002000109",
            "000002000109",
            "0002-0001-09",
            "50242-040-62",
            "60575-4112-1",
            "000703-5145-01",
            "50016-091605",
            "00002-0001-0A",
            " 00002000109",
            "00002000109 ",
            "00002 0001 09",
            "0000200010\u{0662}",
            "00002-00010-9",
            "26TS",
        ] {
            assert_eq!(Ndc::parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn reads_a_code_only_if_it_is_exact() {
        assert_eq!(Hcpcs::parse(b"J9035").unwrap().as_str(), "J9035");
        assert_eq!(Hcpcs::parse(b"90371").unwrap().to_string(), "90371");
        for text in ["", "None", "j9035", "J903", "J9035 ", "J90350", "J90-5", "J90\u{e9}"] {
            assert_eq!(Hcpcs::parse(text.as_bytes()), None, "{text}");
        }
    }
}
