//! The CMS Medicare Part B ASP NDC-HCPCS crosswalk: the pairs of one quarter.
//!
//! Source: CMS, October 2025 ASP NDC-HCPCS crosswalk, the CSV: Windows-1252, CR LF, 250 columns of which ten
//! are filled, title in row 1, effective range in row 2, header in row 9.

use std::io::Write;

use chrono::{Datelike, NaiveDate};
use fastrand::Rng;

use super::pdac::HISTORIES;
use super::{Drugs, List, Pair, Quarter, Rows, hyphenated};
use crate::pick;

const COLUMNS: usize = 250;
/// A trade mark sign and a no-break space in Windows-1252; neither is UTF-8.
const TRADE_MARK: u8 = 0x99;
const NO_BREAK_SPACE: u8 = 0xa0;

/// Returns the pairs of a quarter that lies `back` before the newest.
///
/// Of three pairs one is on the PDAC list too, as far as that one reaches. Between two quarters a fiftieth of
/// the pairs changes.
pub(super) fn pairs(
    drugs: &Drugs,
    quarter: Quarter,
    back: u32,
    relations_pdac: usize,
    relations: usize,
) -> Vec<Pair> {
    let first = back as usize * (relations / 50 + 1);
    let drug = |number: usize| {
        let listed = number / 3 * HISTORIES;
        // A drug has fewer than two relations on average, so that the PDAC list reaches this far.
        let both = number.is_multiple_of(3) && listed < relations_pdac / 2;
        if both { listed } else { relations_pdac + number }
    };
    let pair = |number| Pair {
        ndc: drugs.ndc(drug(number)),
        hcpcs: drugs.hcpcs(drug(number)),
        from: quarter.first_day(),
        through: Some(quarter.last_day()),
        list: List::Asp,
    };
    (first..first + relations).map(pair).collect()
}

/// Writes the list as the publisher does.
///
/// Beside the relations stand products with alternate ids, about one row in six, under codes that have no NDC
/// at all.
pub(super) fn csv(rng: &mut Rng, quarter: Quarter, pairs: &[Pair]) -> (Vec<u8>, Rows) {
    let mut csv = Vec::new();
    preamble(&mut csv, quarter);
    for (number, pair) in pairs.iter().enumerate() {
        row(&mut csv, &pair.hcpcs, &hyphenated(&pair.ndc), number);
    }
    let alternates = 4.max(pairs.len() * 18 / 100);
    for number in 0..alternates {
        let id = alternate_id(rng, number);
        row(&mut csv, &format!("Q{}", 4_100 + number / 9 % 135), &id, number);
    }
    let rows = Rows { relations: pairs.len() as u64, merged: 0, set_aside: alternates as u64 };
    (csv, rows)
}

/// Writes the eight rows above the header, and the header.
fn preamble(csv: &mut Vec<u8>, quarter: Quarter) {
    let month = quarter.first_day().format("%B");
    line(csv, &format!("{month} {} ASP NDC - HCPCS Crosswalk for Medicare Part B Drugs", quarter.year), 1);
    let range = format!("{} through {}", in_words(quarter.first_day()), in_words(quarter.last_day()));
    line(csv, &format!("\"     Effective {range}\""), 1);
    line(csv, "", 1);
    line(csv, "\"Invented for tests, and of no meaning to anybody who bills, buys or sells a drug.\"", 1);
    for _ in 5..9 {
        line(csv, "", 1);
    }
    let year = quarter.year;
    let header = format!(
        "_{year}_CODE,Short Description,LABELER NAME,NDC2,Drug Name,HCPCS dosage,\
         PKG SIZE,PKG QTY,BILLUNITS,BILLUNITSPKG"
    );
    line(csv, &header, 10);
}

/// Writes one line with the empty columns that the publisher leaves to the right of the filled ones.
fn line(csv: &mut Vec<u8>, text: &str, filled: usize) {
    csv.extend_from_slice(text.as_bytes());
    csv.resize(csv.len() + COLUMNS - filled, b',');
    csv.extend_from_slice(b"\r\n");
}

/// Writes one data row, here and there with the stray blanks and signs of the publisher's names.
fn row(csv: &mut Vec<u8>, hcpcs: &str, id: &str, number: usize) {
    write!(csv, "{hcpcs},\"Invented drug, 1 mg\",\"Labeler {}, Inc.\",{id},Madeupium {number}", number % 97)
        .expect("a vector takes every byte");
    match number % 20 {
        3 => csv.push(TRADE_MARK),
        5 => csv.push(NO_BREAK_SPACE),
        9 => csv.push(b' '),
        _ => {}
    }
    let (size, quantity) = (1 + number % 30, 1 + number % 10);
    line(csv, &format!(",1 MG,{size},{quantity},{size},{}", size * quantity), 10);
}

/// Returns an id that is no NDC, some of them with eleven digits once the hyphen is gone.
fn alternate_id(rng: &mut Rng, number: usize) -> String {
    match number % 4 {
        0 => format!("{:02}TS", number % 100),
        1 => format!("{:05}-{:06}", rng.u32(10_000..90_000), number),
        2 => format!("AB-{:04}-{}", number, pick(rng, &["S", "M", "L"])),
        _ => format!("{:012}", 860_000_000_000 + rng.u64(0..1_000_000_000)),
    }
}

/// Returns a date as row 2 has it.
fn in_words(date: NaiveDate) -> String {
    format!("{} {}, {}", date.format("%B"), date.day(), date.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quarter_list() -> Vec<u8> {
        let mut rng = Rng::with_seed(1);
        let drugs = Drugs::draw(&mut rng, 100);
        csv(&mut rng, Quarter::back(0), &pairs(&drugs, Quarter::back(0), 0, 0, 100)).0
    }

    #[test]
    fn header_is_on_row_nine_and_dates_on_row_two() {
        let csv = quarter_list();
        let rows: Vec<_> = csv.split(|byte| *byte == b'\n').collect();
        assert!(rows[0].starts_with(b"October 2025 ASP NDC - HCPCS Crosswalk"));
        assert!(rows[1].starts_with(b"\"     Effective October 1, 2025 through December 31, 2025\","));
        assert!(rows[8].starts_with(b"_2025_CODE,"));
    }

    #[test]
    fn every_row_has_250_columns_and_is_not_utf_8() {
        let csv = quarter_list();
        assert!(std::str::from_utf8(&csv).is_err());
        for row in csv.split(|byte| *byte == b'\n').filter(|row| !row.is_empty()) {
            // Commas inside quotes separate nothing.
            let bare = row.split(|byte| *byte == b'"').step_by(2);
            let separators = bare.map(|text| text.split(|byte| *byte == b',').count() - 1);
            assert_eq!(separators.sum::<usize>(), 249);
        }
    }
}
