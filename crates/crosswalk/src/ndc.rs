//! The two identifiers of a crosswalk row: the NDC and the HCPCS code.
//!
//! Both are read exactly or not at all: nothing is padded, stripped or folded here.
//! Neither has a check digit, so none is checked.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

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
        Ndc::from_parts(&text[..5], &text[5..9], &text[9..])
    }

    /// Reads exactly `ddddd-dddd-dd`.
    ///
    /// Other places of the hyphens (4-4-2, 5-3-2, 5-4-1, 6-4-2) are other numbers, and are not read.
    pub fn from_hyphenated(text: &[u8]) -> Option<Ndc> {
        if text.len() != 13 || text[5] != b'-' || text[10] != b'-' {
            return None;
        }
        Ndc::from_parts(&text[..5], &text[6..10], &text[11..])
    }

    /// Reads either of the two forms.
    pub fn parse(text: &[u8]) -> Option<Ndc> {
        Ndc::from_digits(text).or_else(|| Ndc::from_hyphenated(text))
    }

    /// Puts an NDC together; the processor reads the three parts side by side.
    fn from_parts(labeler: &[u8], product: &[u8], package: &[u8]) -> Option<Ndc> {
        Some(Ndc(number(labeler)? * 1_000_000 + number(product)? * 100 + number(package)?))
    }

    /// Returns the 11 ASCII digits, leading zeros included.
    pub fn digits(self) -> [u8; 11] {
        let mut digits = [b'0'; 11];
        write_digits(self.labeler(), &mut digits[..5]);
        write_digits(self.product(), &mut digits[5..9]);
        write_digits(self.package(), &mut digits[9..]);
        digits
    }

    /// Returns the labeler, the first five digits, as a number.
    pub fn labeler(self) -> u32 {
        u32::try_from(self.0 / 1_000_000).expect("11 digits without the last six are five")
    }

    fn product(self) -> u32 {
        u32::try_from(self.0 / 100 % 10_000).expect("a remainder of 10,000 is four digits")
    }

    fn package(self) -> u32 {
        u32::try_from(self.0 % 100).expect("a remainder of a hundred is two digits")
    }

    /// Returns the 11 digits as a number, below 10^11.
    pub fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Ndc {
    /// Writes 5-4-2 with hyphens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [b'-'; 13];
        write_digits(self.labeler(), &mut text[..5]);
        write_digits(self.product(), &mut text[6..10]);
        write_digits(self.package(), &mut text[11..]);
        f.pad(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
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
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Hcpcs(pub [u8; 5]);

impl Hcpcs {
    /// Reads exactly five ASCII uppercase letters or digits; codes are compared exactly, so lower case is not folded.
    pub fn parse(text: &[u8]) -> Option<Hcpcs> {
        let code: [u8; 5] = text.try_into().ok()?;
        code.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()).then_some(Hcpcs(code))
    }

    /// Returns the five bytes as a number of 40 bits, which sorts as the code does.
    pub(crate) fn number(self) -> u64 {
        let mut bytes = [0; 8];
        bytes[3..].copy_from_slice(&self.0);
        u64::from_be_bytes(bytes)
    }

    /// Returns the code as text; empty for bytes that [`Hcpcs::parse`] would not have read.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Ord for Hcpcs {
    /// Compares numbers, which a processor does in one step.
    fn cmp(&self, other: &Hcpcs) -> Ordering {
        self.number().cmp(&other.number())
    }
}

impl PartialOrd for Hcpcs {
    fn partial_cmp(&self, other: &Hcpcs) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Hcpcs {
    /// Hashes one number, in place of a length and five bytes.
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number().hash(state);
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

fn number(digits: &[u8]) -> Option<u64> {
    let all = digits.iter().all(u8::is_ascii_digit);
    all.then(|| digits.iter().fold(0, |number, byte| number * 10 + u64::from(byte - b'0')))
}

/// Writes a number over `places`, zeros before it included.
pub(crate) fn write_digits(number: u32, places: &mut [u8]) {
    let mut rest = number;
    for place in places.iter_mut().rev() {
        *place = b'0' + u8::try_from(rest % 10).expect("a remainder of ten is one digit");
        rest /= 10;
    }
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
    fn sorts_codes_as_their_bytes_do() {
        let codes = [*b"00000", *b"90371", *b"A0001", *b"J0104", *b"J0140", *b"J1040", *b"ZZZZZ"].map(Hcpcs);
        assert!(codes.is_sorted() && codes.iter().map(|code| code.0).is_sorted());
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
