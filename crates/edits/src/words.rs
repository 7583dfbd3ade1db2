//! Small pieces of the sentences that findings are made of.

use std::fmt::{Display, Write};

use chrono::NaiveDate;
use crosswalk::{Effective, List, Relation};

use crate::why::{ListSays, Says, Why};

/// Returns `bytes` as text, each byte as its Latin-1 code point.
pub fn text_of(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        // Nearly all elements are ASCII, and copied as a whole.
        Ok(text) if text.is_ascii() => text.to_owned(),
        _ => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}

/// Joins `items` as a sentence does: `A`, `A and B`, `A, B and C`.
pub(crate) fn listing<T: Display>(items: &[T]) -> String {
    let mut words = String::new();
    for (index, item) in items.iter().enumerate() {
        let separator = match items.len() - index {
            _ if index == 0 => "",
            1 => " and ",
            _ => ", ",
        };
        // Writing to a string cannot fail.
        let _ = write!(words, "{separator}{item}");
    }
    words
}

/// Says when an interval is in force: `from 2025-01-01 through 2025-06-30`, or `from 2025-01-01 on`.
fn interval(effective: Effective) -> String {
    let mut words = String::new();
    if effective.from > NaiveDate::MIN {
        let _ = write!(words, "from {} ", effective.from);
    }
    if effective.is_open() {
        words.push_str("on");
    } else {
        let _ = write!(words, "through {}", effective.through);
    }
    words
}

/// Says which row gives which interval: `from 2025-01-01 on (PDAC crosswalk 2025-10-05, row 7)`.
fn row(says: &ListSays<'_>, relation: &Relation) -> String {
    let interval = interval(relation.effective);
    match (says.list, says.release) {
        (List::Local, _) | (_, None) => format!("{interval} ({}, row {})", says.list, relation.row),
        (list, Some(release)) => format!("{interval} ({list} {release}, row {})", relation.row),
    }
}

/// Says where the pair stands and when it is in force there.
pub(crate) fn intervals(why: &Why<'_>) -> String {
    let rows: Vec<String> = why
        .lists
        .iter()
        .filter_map(|says| says.relation.as_ref().map(|relation| row(says, relation)))
        .collect();
    listing(&rows)
}

/// Names the lists that were asked, with their releases: `PDAC crosswalk 2025-10-05 and CMS ASP crosswalk 2025Q4`.
pub(crate) fn asked(why: &Why<'_>) -> String {
    let mut names: Vec<String> = Vec::new();
    for says in &why.lists {
        let name = match (says.list, says.release) {
            (List::Local, _) | (_, None) => says.list.display_name().to_owned(),
            (list, Some(release)) => [list.display_name(), " ", release].concat(),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    listing(&names)
}

/// Names the lists that have no release for the date.
pub(crate) fn not_covering(why: &Why<'_>) -> String {
    let lists: Vec<List> =
        why.lists.iter().filter(|says| says.says == Says::NotCovered).map(|says| says.list).collect();
    listing(&lists)
}

/// Returns `words` with a capital letter in front.
pub(crate) fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
