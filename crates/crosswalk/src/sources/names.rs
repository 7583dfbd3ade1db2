//! What the names of files, sheets and titles say: dates, quarters, and which crosswalk.

use chrono::{Datelike, NaiveDate};

use super::dates::from_parts;

/// Returns the name of a file without the folders before it.
pub(super) fn base_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Names the CMS crosswalk, other than the ASP one, that a file or title speaks of.
///
/// Source: CMS, ASP pricing files, members of the crosswalk zips.
pub(super) fn another_crosswalk(text: &str) -> Option<&'static str> {
    const OTHERS: [(&str, &str); 9] = [
        ("awp", "the CMS AWP crosswalk"),
        ("opps", "the CMS OPPS crosswalk"),
        ("noc", "the CMS ASP NOC crosswalk"),
        ("prep", "the CMS PrEP crosswalk"),
        ("vaccine", "a CMS vaccine crosswalk"),
        ("vaccines", "a CMS vaccine crosswalk"),
        ("seasonal", "a CMS vaccine crosswalk"),
        ("influenza", "a CMS vaccine crosswalk"),
        ("flu", "a CMS vaccine crosswalk"),
    ];
    words(text)
        .into_iter()
        .find_map(|word| OTHERS.iter().find(|(other, _)| word.eq_ignore_ascii_case(other)))
        .map(|&(_, name)| name)
}

/// Returns the first date in a name: `2025-10-05`, `10-05-2025` or `20251005`, of this century.
///
/// Source: PDAC names its sheets `MM-05-YYYY NDC-HCPCS XWalk` and its files `2019-12-05XWalk.xlsx`.
pub(super) fn date_in(name: &str) -> Option<NaiveDate> {
    let words = words(name);
    let first = |read: fn(&[&str]) -> Option<NaiveDate>| {
        let mut dates = (0..words.len()).filter_map(|at| read(&words[at..]));
        dates.find(|date| is_of_this_century(*date))
    };
    first(year_first).or_else(|| first(year_last))
}

/// Returns all dates written in a text, as `October 1, 2025` or `10/1/2025`.
pub(super) fn dates_in(text: &str) -> Vec<NaiveDate> {
    let words = words(text);
    (0..words.len())
        .filter_map(|at| match &words[at..] {
            [name, day, year, ..] if month(name).is_some() => {
                from_parts(year, &month(name)?.to_string(), day)
            }
            [month, day, year, ..] => from_parts(year, month, day),
            _ => None,
        })
        .collect()
}

/// Returns the first day of every quarter or month that a name speaks of, with the words: `2025q4`, `Q4 2025`, `October 2025`.
pub(super) fn quarters_in(name: &str) -> Vec<(String, NaiveDate)> {
    let words = words(name);
    (0..words.len())
        .filter_map(|at| {
            let before = if at == 0 { "" } else { words[at - 1] };
            quarter_at(before, &words[at..])
        })
        .filter(|(_, date)| is_of_this_century(*date))
        .collect()
}

/// Reads a month or quarter at the start of `words`; the year stands after it or in `before`.
fn quarter_at(before: &str, words: &[&str]) -> Option<(String, NaiveDate)> {
    let word = |at: usize| words.get(at).copied().unwrap_or_default();
    let first_day = |year: &str, month: u32| from_parts(year, &month.to_string(), "1");
    let quarter_month = |digit: &str| match digit {
        "1" => Some(1),
        "2" => Some(4),
        "3" => Some(7),
        "4" => Some(10),
        _ => None,
    };
    if let Some(month) = month(word(0)) {
        let years = [word(1), before];
        return years
            .into_iter()
            .find_map(|year| Some((format!("{} {year}", word(0)), first_day(year, month)?)));
    }
    if !word(0).eq_ignore_ascii_case("q") {
        return None;
    }
    let spelled = [(before, word(1)), (word(2), word(1)), (word(1), before)];
    spelled.into_iter().find_map(|(year, quarter)| {
        let date = first_day(year, quarter_month(quarter)?)?;
        Some((format!("{year}Q{quarter}"), date))
    })
}

fn year_first(words: &[&str]) -> Option<NaiveDate> {
    match words {
        [whole, ..] if whole.len() == 8 && whole.is_ascii() => {
            from_parts(&whole[..4], &whole[4..6], &whole[6..])
        }
        [year, month, day, ..] => from_parts(year, month, day),
        _ => None,
    }
}

fn year_last(words: &[&str]) -> Option<NaiveDate> {
    match words {
        [month, day, year, ..] => from_parts(year, month, day),
        _ => None,
    }
}

/// Reads the name of a month, in full or its first three letters, as a number from 1.
fn month(word: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let is_month = |month: &&str| word.eq_ignore_ascii_case(month) || word.eq_ignore_ascii_case(&month[..3]);
    let index = MONTHS.iter().position(is_month)?;
    u32::try_from(index + 1).ok()
}

/// Splits a name into runs of letters and runs of digits.
fn words(text: &str) -> Vec<&str> {
    let kind = |c: char| (c.is_alphabetic(), c.is_ascii_digit());
    text.split(|c: char| !c.is_alphabetic() && !c.is_ascii_digit())
        .flat_map(|run| {
            let mut rest = run;
            std::iter::from_fn(move || {
                let first = kind(rest.chars().next()?);
                let end = rest.find(|c| kind(c) != first).unwrap_or(rest.len());
                let (word, tail) = rest.split_at(end);
                rest = tail;
                Some(word)
            })
        })
        .collect()
}

fn is_of_this_century(date: NaiveDate) -> bool {
    (2000..2100).contains(&date.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn finds_the_posting_date_in_names_of_sheets_and_files() {
        for (name, date) in [
            ("10-05-2025 NDC-HCPCS XWalk", Some("2025-10-05")),
            ("12-05-2019 NDC-HCPCS XWALK", Some("2019-12-05")),
            ("2018-10-05XWalkFinalVersion.xlsx", Some("2018-10-05")),
            ("2025-10-05XWalk.csv", Some("2025-10-05")),
            ("xwalk_20251005.txt", Some("2025-10-05")),
            ("since 2002-01-01 of 1999-01-01, 2025-10-05.csv", Some("2002-01-01")),
            ("since 1999-01-01, 2025-10-05.csv", Some("2025-10-05")),
            ("Sheet1", None),
            ("pdac-2025-10.csv", None),
            ("pdac 2025-13-05.csv", None),
            ("00002-0001-09.csv", None),
        ] {
            assert_eq!(date_in(name), date.map(day), "{name}");
        }
    }

    #[test]
    fn finds_the_quarters_a_name_speaks_of() {
        for (name, dates) in [
            ("cms-asp-ndc-hcpcs-2025q4-october.csv", &["2025-10-01"][..]),
            ("october-2025-asp-ndc-hcpcs-crosswalk.zip", &["2025-10-01"]),
            ("508 version of October 2025 ASP NDC-HCPCS Crosswalk 093025.csv", &["2025-10-01"]),
            ("Q2-2024 asp.csv", &["2024-04-01"]),
            ("asp 3Q2024.csv", &["2024-07-01"]),
            ("2024_jan.csv", &["2024-01-01"]),
            ("2025Q4 july 2025.csv", &["2025-10-01", "2025-07-01"]),
            ("asp_crosswalk.csv", &[]),
            ("maybe2.csv", &[]),
            ("q5 2025.csv", &[]),
        ] {
            let found: Vec<NaiveDate> = quarters_in(name).into_iter().map(|said| said.1).collect();
            let dates: Vec<NaiveDate> = dates.iter().map(|date| day(date)).collect();
            assert_eq!(found, dates, "{name}");
        }
    }

    #[test]
    fn finds_dates_in_sentences() {
        let quarter = [day("2025-10-01"), day("2025-12-31")];
        for text in [
            "     Effective October 1, 2025 through December 31, 2025",
            "Effective\u{a0}October\u{a0}1,\u{a0}2025 through December 31, 2025",
            "October 01, 2025 - DECEMBER 31, 2025",
            "Effective Oct. 1, 2025 to Dec. 31, 2025",
            "Effective 10/01/2025 through 12/31/2025",
        ] {
            assert_eq!(dates_in(text), quarter, "{text}");
        }
        assert!(dates_in("February 30, 2025, and May 2025").is_empty());
    }

    #[test]
    fn tells_the_other_crosswalks_by_a_whole_word() {
        assert_eq!(another_crosswalk("October 2025 AWP NDC - HCPCS"), Some("the CMS AWP crosswalk"));
        assert_eq!(another_crosswalk("October 2025 ASP NOC NDC"), Some("the CMS ASP NOC crosswalk"));
        assert_eq!(another_crosswalk("October 2025 ASP NDC - HCPCS, prepared, knock"), None);
    }

    #[test]
    fn takes_the_folders_off() {
        assert_eq!(base_name("/a/2024q1/b.csv"), "b.csv");
        assert_eq!(base_name(r"C:\a\b.csv"), "b.csv");
        assert_eq!(base_name("b.csv"), "b.csv");
    }
}
