//! The PDAC NDC/HCPCS crosswalk: every relationship since 2002, with its dates.
//!
//! Source: Palmetto GBA, PDAC crosswalk of 2024: one sheet, header in the first row, 16 columns; the spelling
//! of the columns from the ninth on is not certain.

use std::io::Write;

use chrono::{Datelike, NaiveDate};
use fastrand::Rng;

use super::{Drugs, List, Pair, Rows, day, hyphenated};
use crate::pick;

const HEADER: &str = "NDC,NDC Mod,HCPCS,HCPCS Mod,Relationship Start Date,Relationship End Date,HCPCS Description,\
    NDC Label,Number of Items in NDC Package,NDC Package Measure,NDC Package Type,Route of Administration,\
    Billing Units,HCPCS Amount #1,HCPCS Measure #1,CF\r\n";
/// The spellings of an open end.
const OPEN_ENDS: [&str; 6] = ["", "OPEN", "CURRENT", "12/31/9999", "12/31/3999", "12/31/2999"];

/// The drugs after which the kinds of history come again; see [`history`].
pub(super) const HISTORIES: usize = 20;

/// Makes up so many relations.
pub(super) fn pairs(rng: &mut Rng, drugs: &Drugs, relations: usize) -> Vec<Pair> {
    let mut pairs = Vec::with_capacity(relations + 2);
    let mut drug = 0;
    while pairs.len() < relations {
        let ndc = drugs.ndc(drug);
        let hcpcs = drugs.hcpcs(drug);
        for (from, through) in history(rng, drug) {
            pairs.push(Pair { ndc: ndc.clone(), hcpcs: hcpcs.clone(), from, through, list: List::Pdac });
        }
        if drug % HISTORIES == HISTORIES - 1 {
            // A product that is billed with the next product's code too.
            let from = early_day(rng);
            pairs.push(Pair { ndc, hcpcs: drugs.hcpcs(drug + 6), from, through: None, list: List::Pdac });
        }
        drug += 1;
    }
    pairs.truncate(relations);
    pairs
}

/// Returns the intervals in which a drug goes with its procedure, disjoint and ascending.
fn history(rng: &mut Rng, drug: usize) -> Vec<(NaiveDate, Option<NaiveDate>)> {
    let early = early_day(rng);
    let month = rng.u32(1..=12);
    match drug % HISTORIES {
        // In force, with an end in sight.
        12 | 13 => vec![(early, Some(day(2026, month, 28)))],
        // Ended.
        14 => vec![(early, Some(day(2024, month, 15)))],
        // Ended, and taken up again.
        15 => vec![(early, Some(day(2023, month, 28))), (day(2024, month, 1), None)],
        // Ended, and to be taken up again.
        16 => vec![(early, Some(day(2024, month, 28))), (day(2025, 12, 1), None)],
        // To come.
        17 => vec![(pick(rng, &[day(2025, 11, 15), day(2026, 1, 1), day(2026, 4, 1)]), None)],
        // Ended for the third time.
        18 => vec![
            (early, Some(day(2022, month, 28))),
            (day(2023, month, 1), Some(day(2023, month, 28))),
            (day(2024, month, 1), Some(day(2025, 6, 30))),
        ],
        _ => vec![(early, None)],
    }
}

/// Draws the day on which an old relationship began.
fn early_day(rng: &mut Rng) -> NaiveDate {
    day(rng.i32(2002..=2021), rng.u32(1..=12), 1)
}

/// Writes the list as the publisher's sheet saved as CSV.
///
/// Some relations come a second time with an NDC modifier, and some rows have no code or no true NDC.
pub(super) fn csv(rng: &mut Rng, pairs: &[Pair]) -> (Vec<u8>, Rows) {
    let mut csv = HEADER.as_bytes().to_vec();
    let mut rows = Rows::default();
    for (number, pair) in pairs.iter().enumerate() {
        let ndc = hyphenated(&pair.ndc);
        let start = written(pair.from);
        let end = pair.through.map_or_else(|| (pick(rng, &OPEN_ENDS)).to_owned(), written);
        row(&mut csv, [&ndc, "", &pair.hcpcs, "", &start, &end], number);
        rows.relations += 1;
        if number % 20 == 7 {
            row(&mut csv, [&ndc, "KO", &pair.hcpcs, "", &start, &end], number);
            rows.merged += 1;
        }
        let aside = match number % 250 {
            11 => [&ndc, "", "", "", &start, ""],
            13 => [&ndc, "", "None", "", &start, ""],
            // 4-4-2, as it stands on a package.
            17 => [&ndc[1..], "", &pair.hcpcs, "", &start, ""],
            19 => [&ndc, "", &pair.hcpcs, "", &start, "1/1/1999"],
            _ => continue,
        };
        row(&mut csv, aside, number);
        rows.set_aside += 1;
    }
    (csv, rows)
}

/// Writes one row: the six columns that matter, and made-up words and amounts for the others.
fn row(csv: &mut Vec<u8>, columns: [&str; 6], number: usize) {
    let [ndc, ndc_modifier, hcpcs, hcpcs_modifier, start, end] = columns;
    write!(
        csv,
        "{ndc},{ndc_modifier},{hcpcs},{hcpcs_modifier},{start},{end},\"INVENTED DRUG, {amount} MG\",\
         MADEUPIUM {number},1,{measure},VIAL,IV,ML,{amount},MG,{factor}\r\n",
        amount = 5 * (1 + number % 40),
        measure = 1 + number % 50,
        factor = 1 + number % 8,
    )
    .expect("a vector takes every byte");
}

/// Returns a date as the sheet shows it, without leading zeros.
fn written(date: NaiveDate) -> String {
    format!("{}/{}/{}", date.month(), date.day(), date.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_of_a_pair_are_disjoint_and_ascending() {
        let mut rng = Rng::with_seed(1);
        for drug in 0..400 {
            let intervals = history(&mut rng, drug);
            for (from, through) in &intervals {
                assert!(through.is_none_or(|through| *from <= through), "{drug}");
            }
            for pair in intervals.windows(2) {
                assert!(pair[0].1.is_some_and(|through| through < pair[1].0), "{drug}");
            }
        }
    }

    #[test]
    fn rows_have_sixteen_columns() {
        let mut rng = Rng::with_seed(1);
        let drugs = Drugs::draw(&mut rng, 500);
        let pairs = pairs(&mut rng, &drugs, 500);
        let (csv, _) = csv(&mut rng, &pairs);
        let text = String::from_utf8(csv).unwrap();
        let (header, rows) = text.split_once("\r\n").unwrap();
        assert_eq!(header.split(',').count(), 16);
        // The quoted description holds one comma.
        assert!(rows.lines().all(|row| row.split(',').count() == 17));
    }
}
