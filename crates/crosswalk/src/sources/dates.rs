//! The spellings of dates in the lists.

use chrono::{Days, NaiveDate};
use rustc_hash::FxHashMap;

use super::table::Cell;
use crate::{DateForms, Effective};

/// The first serial number read as a date: 10000 is 1927-05-18.
///
/// Below it a number is more likely a bare year, which would become a day of 1905.
const SERIAL_MIN: u32 = 10_000;
/// The last serial number of Excel, 9999-12-31.
const SERIAL_MAX: u32 = 2_958_465;

/// Words for a span without an end.
const OPEN_WORDS: [&str; 2] = ["OPEN", "CURRENT"];

/// Years whose 31 December stands for a span without an end.
///
/// Source: 3999 is used by the sister file of the Texas Vendor Drug Program; the others are customary.
const OPEN_YEARS: [i32; 3] = [9999, 3999, 2999];

/// A date and how it was spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelled {
    Cell(NaiveDate),
    Serial(NaiveDate),
    Slashed(NaiveDate),
    Hyphenated(NaiveDate),
    Compact(NaiveDate),
    Open,
}

impl Spelled {
    pub fn date(self) -> NaiveDate {
        match self {
            Spelled::Cell(date)
            | Spelled::Serial(date)
            | Spelled::Slashed(date)
            | Spelled::Hyphenated(date)
            | Spelled::Compact(date) => date,
            Spelled::Open => Effective::OPEN,
        }
    }

    pub fn count(self, forms: &mut DateForms) {
        *match self {
            Spelled::Cell(_) => &mut forms.date_cells,
            Spelled::Serial(_) => &mut forms.serials,
            Spelled::Slashed(_) => &mut forms.slashed,
            Spelled::Hyphenated(_) => &mut forms.hyphenated,
            Spelled::Compact(_) => &mut forms.compact,
            Spelled::Open => &mut forms.open_ends,
        } += 1;
    }
}

/// Reads dates, and remembers them: a list spells some hundreds of dates many thousand times.
#[derive(Default)]
pub(super) struct Dates {
    starts: FxHashMap<String, Spelled>,
    ends: FxHashMap<String, Spelled>,
}

impl Dates {
    /// Reads the first day of a span; it has no open form.
    pub fn read_start(&mut self, cell: &Cell<'_>) -> Option<Spelled> {
        remembered(&mut self.starts, cell, read_start)
    }

    /// Reads the last day of a span, open or not.
    pub fn read_end(&mut self, cell: &Cell<'_>) -> Option<Spelled> {
        remembered(&mut self.ends, cell, read_end)
    }
}

fn remembered(
    known: &mut FxHashMap<String, Spelled>,
    cell: &Cell<'_>,
    read: fn(&Cell<'_>) -> Option<Spelled>,
) -> Option<Spelled> {
    let Cell::Text(text) = cell else { return read(cell) };
    if let Some(&spelled) = known.get(*text) {
        return Some(spelled);
    }
    let spelled = read(cell)?;
    known.insert((*text).to_owned(), spelled);
    Some(spelled)
}

/// Reads the first day of a span; it has no open form.
fn read_start(cell: &Cell<'_>) -> Option<Spelled> {
    match cell {
        Cell::Blank => None,
        Cell::Date(date) => Some(Spelled::Cell(*date)),
        Cell::Number(number) => serial(*number).map(Spelled::Serial),
        Cell::Text(text) => read_text(text),
    }
}

/// Reads the last day of a span, open or not.
fn read_end(cell: &Cell<'_>) -> Option<Spelled> {
    let is_open_word = |text: &str| OPEN_WORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
    match cell {
        Cell::Blank => return Some(Spelled::Open),
        Cell::Text(text) if is_open_word(text) => return Some(Spelled::Open),
        _ => {}
    }
    let spelled = read_start(cell)?;
    let is_far = |year: &i32| NaiveDate::from_ymd_opt(*year, 12, 31) == Some(spelled.date());
    if OPEN_YEARS.iter().any(is_far) {
        return Some(Spelled::Open);
    }
    Some(spelled)
}

/// Reads `YYYY-MM-DD` with any of `-`, `_` and `.` between its parts, or `YYYYMMDD`, as names of files hold them.
pub(super) fn from_parts(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    let number = |text: &str, digits_min: usize, digits_max: usize| {
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        let length = text.len();
        (is_number && digits_min <= length && length <= digits_max).then(|| text.parse::<u32>().ok())?
    };
    let year = i32::try_from(number(year, 4, 4)?).ok()?;
    NaiveDate::from_ymd_opt(year, number(month, 1, 2)?, number(day, 1, 2)?)
}

fn read_text(text: &str) -> Option<Spelled> {
    let text = without_midnight(text);
    let mut parts = text.splitn(3, ['/', '-']);
    let first = parts.next()?;
    let Some(second) = parts.next() else {
        return read_digits(first);
    };
    let third = parts.next()?;
    let is_slashed = text.contains('/');
    match (is_slashed, text.contains('-')) {
        (true, false) => from_parts(third, first, second).map(Spelled::Slashed),
        (false, true) if second.len() == 2 && third.len() == 2 => {
            from_parts(first, second, third).map(Spelled::Hyphenated)
        }
        _ => None,
    }
}

fn read_digits(text: &str) -> Option<Spelled> {
    if text.len() == 8 && text.is_ascii() {
        return from_parts(&text[..4], &text[4..6], &text[6..]).map(Spelled::Compact);
    }
    let is_serial = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if !is_serial {
        return None;
    }
    serial(text.parse().ok()?).map(Spelled::Serial)
}

/// Takes off a time of midnight, as programs write it behind a date.
fn without_midnight(text: &str) -> &str {
    match text.split_once(['T', ' ']) {
        Some((date, "12:00:00 AM" | "12:00 AM")) => date,
        Some((date, time)) if !time.is_empty() && time.bytes().all(|b| b"0:.".contains(&b)) => date,
        _ => text,
    }
}

/// Reads a serial number of the 1900 date system, its time of day left out; a whole number of 8 digits is `YYYYMMDD`.
fn serial(number: f64) -> Option<NaiveDate> {
    let days = number.floor();
    if days < f64::from(SERIAL_MIN) {
        return None;
    }
    if days > f64::from(SERIAL_MAX) {
        return compact(number);
    }
    // Day 0 is 1899-12-30 for every serial after the 29 February 1900 that Excel counts and the calendar does not have.
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    epoch.checked_add_days(Days::new(whole(days)?.into()))
}

fn compact(number: f64) -> Option<NaiveDate> {
    let digits = whole(number)?;
    let year = i32::try_from(digits / 10_000).ok()?;
    let is_eight_digits = (1000..=9999).contains(&year);
    is_eight_digits.then(|| NaiveDate::from_ymd_opt(year, digits / 100 % 100, digits % 100))?
}

/// Returns a whole, not negative number of at most 32 bits.
fn whole(number: f64) -> Option<u32> {
    if number.fract() != 0.0 || number < 0.0 || number > f64::from(u32::MAX) {
        return None;
    }
    // The bounds were tested in the line above.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    Some(number as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn reads_every_spelling_of_a_date() {
        let date = day(2002, 3, 1);
        for (cell, spelled) in [
            (Cell::Date(date), Spelled::Cell(date)),
            (Cell::Number(37316.0), Spelled::Serial(date)),
            (Cell::Number(37316.25), Spelled::Serial(date)),
            (Cell::Text("37316"), Spelled::Serial(date)),
            (Cell::Text("3/1/2002"), Spelled::Slashed(date)),
            (Cell::Text("03/01/2002"), Spelled::Slashed(date)),
            (Cell::Text("3/1/2002 0:00"), Spelled::Slashed(date)),
            (Cell::Text("3/1/2002 12:00:00 AM"), Spelled::Slashed(date)),
            (Cell::Text("2002-03-01"), Spelled::Hyphenated(date)),
            (Cell::Text("2002-03-01T00:00:00"), Spelled::Hyphenated(date)),
            (Cell::Text("2002-03-01 00:00:00.000"), Spelled::Hyphenated(date)),
            (Cell::Text("20020301"), Spelled::Compact(date)),
        ] {
            assert_eq!(read_start(&cell), Some(spelled), "{cell:?}");
            assert_eq!(read_end(&cell), Some(spelled), "{cell:?}");
        }
        assert_eq!(read_start(&Cell::Number(20_020_301.0)).unwrap().date(), date);
    }

    #[test]
    fn reads_every_open_end() {
        let mut cells = vec![Cell::Blank, Cell::Text("OPEN"), Cell::Text("open"), Cell::Text("CURRENT")];
        cells.extend(["12/31/9999", "12/31/3999", "12/31/2999"].map(Cell::Text));
        cells.extend(["9999-12-31", "3999-12-31", "2999-12-31"].map(Cell::Text));
        cells.extend(["99991231", "2958465"].map(Cell::Text));
        cells.extend([2_958_465.0, 767_010.0, 401_768.0].map(Cell::Number));
        cells.extend([9999, 3999, 2999].map(|year| Cell::Date(day(year, 12, 31))));
        for cell in cells {
            assert_eq!(read_end(&cell), Some(Spelled::Open), "{cell:?}");
        }
        assert_eq!(read_start(&Cell::Blank), None);
        assert_eq!(read_start(&Cell::Text("OPEN")), None);
    }

    #[test]
    fn remembers_starts_apart_from_ends() {
        let mut dates = Dates::default();
        let far = Cell::Text("12/31/9999");
        for _ in 0..2 {
            assert_eq!(dates.read_end(&far), Some(Spelled::Open));
            assert_eq!(dates.read_start(&far), Some(Spelled::Slashed(day(9999, 12, 31))));
            assert_eq!(dates.read_start(&Cell::Text("OPEN")), None);
            assert_eq!(dates.read_end(&Cell::Text("OPEN")), Some(Spelled::Open));
        }
    }

    #[test]
    fn leaves_alone_what_is_no_date() {
        for text in [
            "2/30/2002",
            "13/1/2002",
            "1/1/02",
            "2002/03/01/",
            "2002-3-1",
            "2002",
            "1.5",
            "N/A",
            "TBD",
            "2002-03",
            "1-1-2002",
            "3-1/2002",
            "20021301",
            "3/1/2002 10:30",
            "2002-03-01T",
            "+1/1/2002",
            "1e5",
            ".",
            "2958466",
            "2002-03-01-05",
            "１/1/2002",
            "20020é1",
        ] {
            assert_eq!(read_start(&Cell::Text(text)), None, "{text}");
            assert_eq!(read_end(&Cell::Text(text)), None, "{text}");
        }
        for number in [f64::NAN, f64::INFINITY, -1.0, 0.0, 2002.0, 1e300, 20_021_301.0] {
            assert_eq!(read_start(&Cell::Number(number)), None, "{number}");
        }
    }
}
