//! Invented people, places and practices.

use std::fmt;

use fastrand::Rng;

use crate::pick;

const LAST_NAMES: [&str; 24] = [
    "ALDERWICK",
    "BIRCHWELL",
    "CEDARHOLT",
    "DUNEFIELD",
    "ELMGROVE",
    "FERNHALL",
    "GORSEBY",
    "HAZELTINE",
    "IVESBROOK",
    "JUNIPERTON",
    "KELPMOOR",
    "LARCHFORD",
    "MOSSWORTH",
    "NETTLEBAY",
    "OAKHURSTON",
    "PINECOTT",
    "QUILLMERE",
    "REEDHAM",
    "SORRELBY",
    "TANSYFIELD",
    "ULEXTON",
    "VETCHLEY",
    "WILLOWAY",
    "YARROWBY",
];
const FIRST_NAMES: [&str; 16] = [
    "ADA", "BENNO", "CLEMENCE", "DARIA", "EMERIC", "FAYE", "GIDEON", "HESTER", "IVO", "JUNE", "KASPAR",
    "LINNEA", "MILO", "NORA", "ODILE", "PIERS",
];
const STREETS: [&str; 8] = [
    "SPRUCE LANE",
    "TIDEWATER ROAD",
    "QUARRY STREET",
    "LIGHTHOUSE WAY",
    "ORCHARD HILL",
    "FERRY LANDING",
    "MILL POND ROAD",
    "BLUEBERRY COURT",
];
/// Invented towns, with postal codes that are made up too.
const TOWNS: [(&str, &str); 6] = [
    ("PINE HARBOR", "049990001"),
    ("ELM FALLS", "049990002"),
    ("GRANITE COVE", "049990003"),
    ("LOON LANDING", "049990004"),
    ("NORTH TAMARACK", "049990005"),
    ("SALTMARSH", "049990006"),
];
const PRACTICES: [&str; 8] = [
    "PINE HARBOR INFUSION",
    "ELM FALLS FAMILY CARE",
    "GRANITE COVE CLINIC",
    "LOON LANDING ONCOLOGY",
    "TAMARACK HEALTH",
    "SALTMARSH MEDICAL GROUP",
    "NORTH BAY SPECIALISTS",
    "TIDEWATER CARE CENTER",
];

/// Holds a made-up person.
pub(crate) struct Person {
    pub last: &'static str,
    pub first: &'static str,
    /// DMG02, `YYYYMMDD`.
    pub birth: u32,
    /// DMG03.
    pub sex: char,
}

impl Person {
    /// Draws a person born in one of these years.
    pub fn draw(rng: &mut Rng, years: std::ops::Range<u32>) -> Self {
        Self {
            last: pick(rng, &LAST_NAMES),
            first: pick(rng, &FIRST_NAMES),
            birth: rng.u32(years) * 10_000 + rng.u32(1..=12) * 100 + rng.u32(1..=28),
            sex: pick(rng, &['F', 'M']),
        }
    }
}

/// Holds a made-up address.
pub(crate) struct Address {
    number: u32,
    street: &'static str,
    town: &'static str,
    postal_code: &'static str,
}

impl Address {
    /// Draws an address in an invented Maine town.
    pub fn draw(rng: &mut Rng) -> Self {
        let (town, postal_code) = pick(rng, &TOWNS);
        Self { number: rng.u32(1..400), street: pick(rng, &STREETS), town, postal_code }
    }

    /// Returns N301.
    pub fn street(&self) -> impl fmt::Display {
        fmt::from_fn(|f| write!(f, "{} {}", self.number, self.street))
    }

    /// Returns N401 to N403, with `*` between them.
    pub fn town(&self) -> impl fmt::Display {
        fmt::from_fn(|f| write!(f, "{}*ME*{}", self.town, self.postal_code))
    }
}

/// Draws the name of a practice.
pub(crate) fn practice(rng: &mut Rng) -> &'static str {
    pick(rng, &PRACTICES)
}

/// Draws a number in the form of an NPI, with a right check digit.
///
/// It begins with 9, and a true NPI with 1 or 2, so that it is nobody's.
/// The check digit is that of ISO/IEC 7812 over `80840` and the number.
pub(crate) fn npi(rng: &mut Rng) -> u64 {
    let number = rng.u64(900_000_000..1_000_000_000);
    number * 10 + check_digit(number)
}

/// Returns the check digit of a nine-digit number with `80840` before it.
fn check_digit(mut number: u64) -> u64 {
    // What the digits of the prefix 80840 add to the sum.
    let mut sum = 24;
    let mut doubled = true;
    while number > 0 {
        let digit = number % 10 * if doubled { 2 } else { 1 };
        sum += digit / 10 + digit % 10;
        doubled = !doubled;
        number /= 10;
    }
    (10 - sum % 10) % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digit_is_that_of_the_standard() {
        assert_eq!(check_digit(123_456_789), 3);
        assert_eq!(check_digit(900_000_000), 7);
    }

    #[test]
    fn nobody_is_born_on_a_day_that_does_not_exist() {
        let mut rng = Rng::with_seed(1);
        for _ in 0..1_000 {
            let birth = Person::draw(&mut rng, 1940..2000).birth;
            let day = chrono::NaiveDate::parse_from_str(&birth.to_string(), "%Y%m%d");
            assert!(day.is_ok(), "{birth}");
        }
    }
}
