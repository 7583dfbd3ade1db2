//! The two publishers' lists, made up to their layouts.
//!
//! Owns: which invented NDC goes with which invented use of a HCPCS code, and when. The rows are written by
//! [`pdac`] and [`asp`].

mod asp;
mod pdac;

use chrono::NaiveDate;
use fastrand::Rng;

/// The file name of the PDAC list, which tells its posting date.
pub const PDAC_FILE_NAME: &str = "2025-10-05XWalk.csv";

/// Holds the lists as files, and the pairs on them.
#[derive(Clone, Debug)]
pub struct Lists {
    /// The PDAC crosswalk, to be saved as [`PDAC_FILE_NAME`].
    pub pdac_csv: Vec<u8>,
    /// The rows of the PDAC crosswalk.
    pub pdac_rows: Rows,
    /// The ASP crosswalks, one a quarter, from the fourth of 2025 backwards.
    pub asp_csv: Vec<Vec<u8>>,
    /// The rows of each ASP crosswalk.
    pub asp_rows: Vec<Rows>,
    /// The first day that an ASP quarter covers.
    pub asp_from: NaiveDate,
    /// Every relation of every list.
    pub pairs: Vec<Pair>,
}

impl Lists {
    /// Returns the name and the bytes of each file, the PDAC list first.
    pub fn files(&self) -> Vec<(String, &[u8])> {
        let mut files = vec![(PDAC_FILE_NAME.to_owned(), self.pdac_csv.as_slice())];
        for (back, csv) in (0_u32..).zip(&self.asp_csv) {
            files.push((Quarter::back(back).file_name(), csv));
        }
        files
    }
}

/// Holds one relation of one list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The NDC, 11 digits.
    pub ndc: String,
    /// The HCPCS code.
    pub hcpcs: String,
    /// The first day in force.
    pub from: NaiveDate,
    /// The last day in force; none for an open end.
    pub through: Option<NaiveDate>,
    /// The list it is on.
    pub list: List,
}

impl Pair {
    /// Returns whether the pair is in force on every day of the span.
    pub(crate) fn covers(&self, first: NaiveDate, last: NaiveDate) -> bool {
        self.from <= first && self.through.is_none_or(|through| last <= through)
    }
}

/// Names a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// The PDAC crosswalk.
    Pdac,
    /// A quarter of the ASP crosswalk.
    Asp,
}

/// Counts the data rows of a list; their sum is all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// Rows that say something of their own.
    pub relations: u64,
    /// Rows that say the same again, with another modifier.
    pub merged: u64,
    /// Rows that no loader may take: no true NDC, no code, or a span that runs backwards.
    pub set_aside: u64,
}

/// Makes up a PDAC crosswalk, and ASP crosswalks for so many `quarters` back from the fourth of 2025.
///
/// `relations_pdac` and `relations_asp` count relations, the latter in each quarter. Every kind of pair that
/// a [`Fault`](crate::Fault) needs is on them from 40 PDAC relations, 20 ASP relations and one quarter on.
pub fn lists(seed: u64, relations_pdac: usize, relations_asp: usize, quarters: u32) -> Lists {
    let mut rng = Rng::with_seed(seed);
    let drugs = Drugs::draw(&mut rng, relations_pdac + relations_asp);
    let mut pairs = pdac::pairs(&mut rng, &drugs, relations_pdac);
    let (pdac_csv, pdac_rows) = pdac::csv(&mut rng, &pairs);
    let mut lists = Lists {
        pdac_csv,
        pdac_rows,
        asp_csv: Vec::new(),
        asp_rows: Vec::new(),
        asp_from: Quarter::back(quarters.saturating_sub(1)).first_day(),
        pairs: Vec::new(),
    };
    for back in 0..quarters {
        let quarter = Quarter::back(back);
        let asp = asp::pairs(&drugs, quarter, back, relations_pdac, relations_asp);
        let (csv, rows) = asp::csv(&mut rng, quarter, &asp);
        lists.asp_csv.push(csv);
        lists.asp_rows.push(rows);
        pairs.extend(asp);
    }
    lists.pairs = pairs;
    lists
}

/// Gives each number a drug: its NDC, and the procedure it is billed with.
struct Drugs {
    labelers: Vec<u32>,
    codes: u32,
}

impl Drugs {
    /// The steps from one invented use of a J code to the next; with this start no code of the NOC set is
    /// met.
    const CODE_START: u32 = 104;
    const CODE_STEP: u32 = 11;
    const CODES_MAX: u32 = 890;

    /// Draws labelers, and decides how many codes the relations are spread over.
    fn draw(rng: &mut Rng, relations: usize) -> Self {
        let relations = u32::try_from(relations).unwrap_or(u32::MAX);
        let mut labelers: Vec<u32> = Vec::new();
        while labelers.len() < 200 {
            // Labelers from 90000 on are left to NDCs that are on no list, and 00000 is a placeholder.
            let labeler = rng.u32(2..90_000);
            if !labelers.contains(&labeler) {
                labelers.push(labeler);
            }
        }
        Self { labelers, codes: (relations / 9).clamp(8, Self::CODES_MAX) }
    }

    /// Returns the NDC of a drug, 11 digits, unlike that of any other below six million.
    fn ndc(&self, drug: usize) -> String {
        let labelers = self.labelers.len();
        let (product, package) = (drug / 3, [1, 2, 10][drug % 3]);
        // The factor shares no divisor with 9,900, so that no product number comes twice.
        let number = 100 + product / labelers * 83 % 9_900;
        format!("{:05}{number:04}{package:02}", self.labelers[product % labelers])
    }

    /// Returns the procedure that a drug is billed with; the package sizes of a product share it.
    fn hcpcs(&self, drug: usize) -> String {
        let codes = u64::from(self.codes);
        let code =
            u32::try_from(drug as u64 / 6 % codes).expect("a code's number is below the count of codes");
        format!("J{:04}", Self::CODE_START + Self::CODE_STEP * code)
    }
}

/// Holds a quarter of a year.
#[derive(Clone, Copy)]
struct Quarter {
    year: i32,
    /// From 1 to 4.
    number: u32,
}

impl Quarter {
    /// Returns the quarter that lies so many before the fourth of 2025.
    fn back(quarters: u32) -> Self {
        let years = i32::try_from(quarters / 4).expect("a quarter of the whole range fits");
        Self { year: 2025 - years, number: 4 - quarters % 4 }
    }

    /// Returns the first day.
    fn first_day(self) -> NaiveDate {
        day(self.year, self.number * 3 - 2, 1)
    }

    /// Returns the last day.
    fn last_day(self) -> NaiveDate {
        let (month, day_of_month) = [(3, 31), (6, 30), (9, 30), (12, 31)][self.number as usize - 1];
        day(self.year, month, day_of_month)
    }

    /// Returns the name under which the list of this quarter is saved.
    fn file_name(self) -> String {
        format!("asp-{}q{}.csv", self.year, self.number)
    }
}

/// Returns a day that exists.
pub(crate) fn day(year: i32, month: u32, day_of_month: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day_of_month).unwrap_or(NaiveDate::MIN)
}

/// Returns an NDC with its hyphens, 5-4-2.
pub(crate) fn hyphenated(ndc: &str) -> String {
    format!("{}-{}-{}", &ndc[..5], &ndc[5..9], &ndc[9..])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn data_rows(csv: &[u8], header_row: usize) -> u64 {
        let lines = csv.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
        (lines - header_row) as u64
    }

    #[test]
    fn rows_are_relations_merged_and_set_aside() {
        let lists = lists(3, 2_000, 700, 2);
        let Rows { relations, merged, set_aside } = lists.pdac_rows;
        assert_eq!(relations, 2_000);
        assert!(0 < merged && 0 < set_aside);
        assert_eq!(data_rows(&lists.pdac_csv, 1), relations + merged + set_aside);
        for (csv, rows) in lists.asp_csv.iter().zip(&lists.asp_rows) {
            assert_eq!((rows.relations, rows.merged), (700, 0));
            assert_eq!(data_rows(csv, 9), rows.relations + rows.set_aside);
        }
        assert_eq!(lists.pairs.len(), 2_000 + 2 * 700);
    }

    #[test]
    fn no_relation_is_there_twice() {
        let lists = lists(3, 2_000, 700, 2);
        let key = |pair: &Pair| {
            (pair.list == List::Asp, pair.ndc.clone(), pair.hcpcs.clone(), pair.from, pair.through)
        };
        let distinct: BTreeSet<_> = lists.pairs.iter().map(key).collect();
        assert_eq!(distinct.len(), lists.pairs.len());
    }

    #[test]
    fn every_drug_has_an_ndc_of_its_own() {
        let drugs = Drugs::draw(&mut Rng::with_seed(1), 60_000);
        let distinct: BTreeSet<_> = (0..70_000).map(|drug| drugs.ndc(drug)).collect();
        assert_eq!(distinct.len(), 70_000);
        assert!(distinct.iter().all(|ndc| ndc.len() == 11));
    }

    #[test]
    fn no_code_is_one_that_stands_for_many_drugs() {
        let drugs = Drugs::draw(&mut Rng::with_seed(1), 60_000);
        let codes: BTreeSet<_> = (0..60_000).map(|drug| drugs.hcpcs(drug)).collect();
        let unclassified =
            ["J3490", "J3590", "J7599", "J7699", "J7799", "J7999", "J8499", "J8597", "J8999", "J9999"];
        assert!(unclassified.iter().all(|code| !codes.contains(*code)));
    }

    #[test]
    fn quarters_go_back_over_the_year() {
        let names: Vec<_> = (0..5).map(|back| Quarter::back(back).file_name()).collect();
        assert_eq!(names[0], "asp-2025q4.csv");
        assert_eq!(names[1], "asp-2025q3.csv");
        assert_eq!(names[4], "asp-2024q4.csv");
        assert_eq!(Quarter::back(0).last_day(), day(2025, 12, 31));
    }

    #[test]
    fn same_seed_gives_same_lists() {
        let (first, again) = (lists(3, 500, 100, 2), lists(3, 500, 100, 2));
        assert_eq!(first.files(), again.files());
        assert_ne!(first.files(), lists(4, 500, 100, 2).files());
    }
}
