//! Reads the publishers' lists into one flat table of relations, and knows which dates they cover.
//!
//! Comes in: CSV files as downloaded. Goes out: a [`Crosswalk`] that answers every question by
//! looking at every relation.
//! It must not know claims. Rows it cannot use are left out in silence, because only verdicts are compared.

use chrono::{Datelike, Days, Months, NaiveDate};

use super::Lists;

/// All relations of all lists, and what the lists cover.
pub struct Crosswalk {
    relations: Vec<Relation>,
    /// The last day that the PDAC release covers; nothing before it is uncovered.
    pdac_through: Option<NaiveDate>,
    /// First and last day of each ASP release.
    asp_quarters: Vec<(NaiveDate, NaiveDate)>,
}

/// One pair with the days on which it is in force, both ends included.
pub struct Relation {
    /// Eleven digits.
    ndc: String,
    hcpcs: String,
    /// The first day in force.
    pub from: NaiveDate,
    through: NaiveDate,
}

struct AspRelease {
    from: NaiveDate,
    through: NaiveDate,
    relations: Vec<Relation>,
}

impl Relation {
    /// Returns whether the relation is in force on `date`.
    pub fn is_in_force(&self, date: NaiveDate) -> bool {
        self.from <= date && date <= self.through
    }
}

impl Crosswalk {
    /// Reads all lists.
    ///
    /// Stops the test if there is no list at all, or a list has no header, dates or posting date.
    pub fn load(lists: &Lists) -> Self {
        let none = lists.pdac.is_none() && lists.asp.is_empty() && lists.local.is_none();
        assert!(!none, "there is at least one list to judge by");
        let mut crosswalk = Self { relations: Vec::new(), pdac_through: None, asp_quarters: Vec::new() };

        if let Some((file_name, csv)) = lists.pdac {
            let columns = ["ndc", "hcpcs", "relationshipstartdate", "relationshipenddate"];
            crosswalk.relations.extend(dated_relations(csv, columns));
            crosswalk.pdac_through = Some(pdac_through(file_name));
        }

        // Of two releases of one quarter, the earlier one counts nowhere.
        let mut releases: Vec<AspRelease> = Vec::new();
        for csv in &lists.asp {
            let release = asp_release(csv);
            releases.retain(|earlier| quarter(earlier.from) != quarter(release.from));
            releases.push(release);
        }
        for release in releases {
            crosswalk.asp_quarters.push((release.from, release.through));
            crosswalk.relations.extend(release.relations);
        }

        // The local list adds pairs and covers nothing.
        if let Some(csv) = lists.local {
            let columns = ["ndc", "hcpcs", "start", "end"];
            crosswalk.relations.extend(dated_relations(csv, columns));
        }
        crosswalk
    }

    /// Returns whether both publishers cover `date`.
    pub fn covers(&self, date: NaiveDate) -> bool {
        let pdac = self.pdac_through.is_some_and(|through| date <= through);
        let asp = self.asp_quarters.iter().any(|(from, through)| *from <= date && date <= *through);
        pdac && asp
    }

    /// Returns the relations of a procedure, at any date, on any list.
    pub fn of_procedure(&self, code: &[u8]) -> Vec<&Relation> {
        self.relations.iter().filter(|relation| relation.hcpcs.as_bytes() == code).collect()
    }

    /// Returns the relations of an NDC of eleven digits, at any date, on any list.
    pub fn of_ndc(&self, ndc: &str) -> Vec<&Relation> {
        self.relations.iter().filter(|relation| relation.ndc == ndc).collect()
    }

    /// Returns the relations of a pair, at any date, on any list.
    pub fn of_pair(&self, ndc: &str, code: &[u8]) -> Vec<&Relation> {
        let mut relations = self.of_procedure(code);
        relations.retain(|relation| relation.ndc == ndc);
        relations
    }
}

/// Returns the eleven digits of an identifier that is exactly `ddddd-dddd-dd`.
pub fn hyphenated_ndc(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split('-').collect();
    let lens: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    if lens == [5, 4, 2] { plain_ndc(&parts.concat()) } else { None }
}

/// Returns an identifier that is exactly eleven digits.
pub fn plain_ndc(text: &str) -> Option<String> {
    let is_ndc = text.len() == 11 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_ndc.then(|| text.to_string())
}

/// Reads a list whose rows have their own dates: PDAC or local.
///
/// `columns` are the headers of NDC, code, first and last day, in lower case without punctuation.
///
/// Source: PDAC NDC/HCPCS crosswalk, header in the first row.
fn dated_relations(csv: &[u8], columns: [&str; 4]) -> Vec<Relation> {
    let rows = rows(csv);
    let header: Vec<String> = rows.first().into_iter().flatten().map(|cell| plain(cell)).collect();
    let [ndc, hcpcs, from, through] = columns
        .map(|name| header.iter().position(|cell| cell == name).expect("the list has all columns it needs"));
    let mut relations = Vec::new();
    for row in &rows[1..] {
        let identifier = cell(row, ndc);
        let ndc = hyphenated_ndc(identifier).or_else(|| plain_ndc(identifier));
        relations.extend(relation(ndc, cell(row, hcpcs), day(cell(row, from)), end(cell(row, through))));
    }
    relations
}

/// Reads one ASP release, whose relations are all in force for the whole quarter.
///
/// The header is the first row that begins with `_2025_CODE` or the like, or that has BILLUNITS and
/// NDC or NDC2.
/// The code stands in the first column.
///
/// Source: CMS ASP NDC-HCPCS crosswalk, October 2025, rows 2 and 9.
fn asp_release(csv: &[u8]) -> AspRelease {
    let rows = rows(csv);
    let header = rows.iter().position(|row| is_asp_header(row)).expect("the ASP list has a header");
    let ndc = rows[header].iter().position(|cell| cell == "NDC" || cell == "NDC2");
    let ndc = ndc.expect("the ASP list has an NDC column");
    let effective = rows[..header].iter().map(|row| days_in_words(&row.join(" ")));
    let effective = effective.into_iter().find(|days| days.len() == 2);
    let effective = effective.expect("the ASP list says when it is effective");
    let (from, through) = (effective[0], effective[1]);
    let mut relations = Vec::new();
    for row in &rows[header + 1..] {
        let ndc = hyphenated_ndc(cell(row, ndc));
        relations.extend(relation(ndc, cell(row, 0), Some(from), Some(through)));
    }
    AspRelease { from, through, relations }
}

fn is_asp_header(row: &[String]) -> bool {
    let has = |name: &str| row.iter().any(|cell| cell == name);
    let first = cell(row, 0);
    let year = first.strip_prefix('_').unwrap_or(first).strip_suffix("CODE").unwrap_or_default();
    let year = year.strip_suffix('_').unwrap_or(year);
    let year_and_code = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
    year_and_code || (has("BILLUNITS") && (has("NDC") || has("NDC2")))
}

/// Returns the relation of a row, or nothing if the row lacks an NDC, a code or a span that ends no
/// earlier than it begins.
fn relation(
    ndc: Option<String>,
    hcpcs: &str,
    from: Option<NaiveDate>,
    through: Option<NaiveDate>,
) -> Option<Relation> {
    // A code has five letters and digits, which leaves out blank cells and the word `None`.
    let is_code = hcpcs.len() == 5 && hcpcs.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let (ndc, from, through) = (ndc?, from?, through?);
    let hcpcs = hcpcs.to_string();
    (is_code && from <= through).then_some(Relation { ndc, hcpcs, from, through })
}

/// Returns the last day that a PDAC release covers: the last of the month after its posting month.
///
/// The posting date is the first `YYYY-MM-DD` in the file name.
fn pdac_through(file_name: &str) -> NaiveDate {
    let dates = (0..file_name.len()).filter_map(|start| file_name.get(start..start + 10));
    let posted = dates.filter(|text| text.contains('-')).find_map(day);
    let posted = posted.expect("the name of the PDAC file carries its posting date");
    let through = posted.with_day(1).and_then(|first| first.checked_add_months(Months::new(2)));
    through.and_then(|first| first.pred_opt()).expect("a four-digit year is far from the last date")
}

/// Returns year and quarter of a date.
fn quarter(date: NaiveDate) -> (i32, u32) {
    (date.year(), date.month0() / 3)
}

/// Returns the last day of a relation: an open end never comes.
///
/// Dates far off that stand for an open end, such as 12/31/9999, are read as they are.
fn end(text: &str) -> Option<NaiveDate> {
    match text.to_ascii_uppercase().as_str() {
        "" | "OPEN" | "CURRENT" => Some(NaiveDate::MAX),
        _ => day(text),
    }
}

/// Reads `M/D/YYYY`, `YYYY-MM-DD`, or the day number of a spreadsheet.
fn day(text: &str) -> Option<NaiveDate> {
    let by_slash: Vec<&str> = text.split('/').collect();
    let by_hyphen: Vec<&str> = text.split('-').collect();
    match (by_slash[..].len(), by_hyphen[..].len()) {
        (3, 1) => date(by_slash[2], by_slash[0], by_slash[1]),
        (1, 3) => date(by_hyphen[0], by_hyphen[1], by_hyphen[2]),
        (1, 1) => spreadsheet_day(text),
        _ => None,
    }
}

fn date(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    let parts = [year, month, day];
    let all_digits = parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    if !all_digits || year.len() != 4 || 2 < month.len() || 2 < day.len() {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// Counts days from 1899-12-30, which is right from 1900-03-01 (day 61) on: the spreadsheet has a
/// 1900-02-29 that never was.
fn spreadsheet_day(text: &str) -> Option<NaiveDate> {
    if 7 < text.len() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = text.parse().ok().filter(|number| 61 <= *number)?;
    NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(number))
}

/// Returns the dates written like `October 1, 2025`, in their order.
fn days_in_words(text: &str) -> Vec<NaiveDate> {
    let months = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    let mut days = Vec::new();
    for three in words.windows(3) {
        if let Some(month0) = months.iter().position(|month| month.eq_ignore_ascii_case(three[0])) {
            days.extend(date(three[2], &(month0 + 1).to_string(), three[1]));
        }
    }
    days
}

/// Returns a header in lower case without blanks and punctuation.
fn plain(header: &str) -> String {
    header.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Returns the cell in a column counted from 0, or nothing if the row is too short.
fn cell(row: &[String], column: usize) -> &str {
    row.get(column).map_or("", String::as_str)
}

/// Splits a CSV file into rows of trimmed cells, without the rows that are blank.
///
/// Bytes that are not UTF-8 are taken as Latin-1, which equals Windows-1252 for all that counts
/// here: letters, digits and the no-break space.
fn rows(csv: &[u8]) -> Vec<Vec<String>> {
    let latin_1 = || csv.iter().map(|byte| char::from(*byte)).collect();
    let text = std::str::from_utf8(csv).map_or_else(|_| latin_1(), str::to_string);
    let mut rows = vec![vec![String::new()]];
    let mut quoted = false;
    let mut characters = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(character) = characters.next() {
        let row = rows.last_mut().expect("there is always a row to add to");
        let cell = row.last_mut().expect("there is always a cell to add to");
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => cell.extend(characters.next()),
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => quoted = true,
            ',' if !quoted => row.push(String::new()),
            '\r' | '\n' if !quoted => rows.push(vec![String::new()]),
            _ => cell.push(character),
        }
    }
    for cell in rows.iter_mut().flatten() {
        *cell = cell.trim().to_string();
    }
    rows.retain(|row| row.iter().any(|cell| !cell.is_empty()));
    rows
}

#[cfg(test)]
mod tests {
    use super::{Crosswalk, day, end, hyphenated_ndc, pdac_through, rows};
    use crate::reference::Lists;
    use chrono::NaiveDate;

    fn date(text: &str) -> NaiveDate {
        day(text).expect("a date of the test")
    }

    fn asp(effective: &str, rows: &[u8]) -> Vec<u8> {
        let mut csv = format!(
            "ASP NDC - HCPCS Crosswalk,,,\r\n\"     Effective {effective}\",,,\r\n,,,\r\nNote.,,,\r\n\
             _2025_CODE,Short Description,LABELER NAME,NDC2,BILLUNITS\r\n"
        )
        .into_bytes();
        csv.extend_from_slice(rows);
        csv
    }

    #[test]
    fn dates_are_read_in_three_spellings() {
        assert_eq!(date("1/2/2002"), date("2002-01-02"));
        assert_eq!(date("45933"), date("2025-10-03"));
        assert_eq!(day("2/30/2025"), None);
        assert_eq!(day("1/2/02"), None);
        assert_eq!(end("Current"), Some(NaiveDate::MAX));
        assert_eq!(end("never"), None);
    }

    #[test]
    fn pdac_covers_to_the_end_of_the_month_after_its_posting() {
        assert_eq!(pdac_through("2025-10-05XWalk.csv"), date("2025-11-30"));
        assert_eq!(pdac_through("final-2025-12-05.csv"), date("2026-01-31"));
    }

    #[test]
    fn cells_may_be_quoted() {
        let expected = [vec!["a,b", "c\"d", "e"], vec!["f\ng", "5\" h"]];
        assert_eq!(rows(b"\"a,b\",\"c\"\"d\", e\xa0\r\n,,\r\n\"f\ng\",5\" h"), expected);
    }

    #[test]
    fn only_the_exact_pattern_is_an_ndc() {
        assert_eq!(hyphenated_ndc("11111-2222-33").as_deref(), Some("11111222233"));
        for text in ["11111222233", "50016-091605", "1111-2222-33", "11111-2222-3A", "26TS"] {
            assert_eq!(hyphenated_ndc(text), None, "{text}");
        }
    }

    #[test]
    fn a_later_release_of_a_quarter_replaces_the_earlier_one() {
        let october = "October 1, 2025 through December 31, 2025";
        let first = asp(october, b"J1001,,,11111-2222-33,1\r\n");
        let second = asp(october, b"J1002,,,\xa011111-2222-33 ,1\r\nQ4001,,,26TS,1\r\n");
        let july = asp("July 1, 2025 through September 30, 2025", b"J1003,,,11111-2222-33,1\r\n");
        let lists = Lists { asp: vec![&first, &july, &second], ..Lists::default() };
        let crosswalk = Crosswalk::load(&lists);
        assert!(crosswalk.of_procedure(b"J1001").is_empty());
        assert!(crosswalk.of_procedure(b"Q4001").is_empty());
        assert_eq!(crosswalk.of_ndc("11111222233").len(), 2);
        assert_eq!(crosswalk.asp_quarters.len(), 2);
        assert!(!crosswalk.covers(date("2025-10-03")), "PDAC is missing");
    }

    #[test]
    fn unusable_pdac_rows_make_no_relation() {
        let csv = b"ndc,HCPCS,Relationship-Start Date,RELATIONSHIP END DATE\n\
            11111-2222-33,None,1/1/2020,\n11111-2222-33,,1/1/2020,\n11111-2222-33,J1001,,\n\
            11111-2222-33,J1001,1/2/2020,1/1/2020\n0002-7597-01,J1001,1/1/2020,\n\
            11111222233,J1001,1/1/2020,1/1/2020\n";
        let lists = Lists { pdac: Some(("2025-10-05.csv", csv)), ..Lists::default() };
        let pairs = Crosswalk::load(&lists);
        assert_eq!(pairs.relations.len(), 1);
        assert!(pairs.of_pair("11111222233", b"J1001")[0].is_in_force(date("2020-01-01")));
        assert!(!pairs.relations[0].is_in_force(date("2020-01-02")));
    }
}
