//! The rows above the header of an ASP release: its title, and the dates it is for.

use super::error::SourceError;
use super::layout::Kind;
use super::names::{another_crosswalk, dates_in, quarters_in};
use super::table::HeadRow;
use crate::Effective;

/// Characters beyond which a row of the preamble is a note, which may name any dates and any crosswalk.
const TITLE_CHARACTERS_MAX: usize = 200;

/// Returns the quarter that the rows above `header_row` name.
///
/// Source: CMS ASP crosswalk, row 2: `Effective October 1, 2025 through December 31, 2025`.
/// Errors: [`SourceError::EffectiveMissing`]; [`SourceError::NotOneQuarter`];
/// [`SourceError::NameDisagrees`] if the title or one of `names` speaks of another quarter.
pub(super) fn quarter(
    head: &[HeadRow],
    header_row: u32,
    names: &[(&'static str, &str)],
) -> Result<Effective, SourceError> {
    let titles: Vec<(u32, String)> = titles(head, header_row).collect();
    let range = titles.iter().find_map(|(row, text)| match dates_in(text)[..] {
        [from, through, ..] => Some((*row, Effective { from, through })),
        _ => None,
    });
    let Some((row, range)) = range else {
        return Err(SourceError::EffectiveMissing { header_row });
    };
    let Effective { from, through } = range;
    let Some(quarter) = range.quarter_name() else {
        return Err(SourceError::NotOneQuarter { row, from, through });
    };
    let titles = titles.iter().map(|(_, text)| ("the title", text.as_str()));
    for (place, text) in titles.chain(names.iter().copied()) {
        let other = quarters_in(text).into_iter().find(|(_, date)| !range.contains(*date));
        if let Some((said, _)) = other {
            return Err(SourceError::NameDisagrees { place, said, row, quarter });
        }
    }
    Ok(range)
}

/// Names the other crosswalk that the title above `header_row` speaks of, with its row.
pub(super) fn another_title(head: &[HeadRow], header_row: u32) -> Option<(u32, &'static str)> {
    titles(head, header_row)
        .filter(|(_, text)| text.to_ascii_lowercase().contains("crosswalk"))
        .find_map(|(row, text)| Some((row, another_crosswalk(&text)?)))
}

/// Refuses a file that its title or, where it has none, its name calls another crosswalk.
pub(super) fn refuse_another(head: &[HeadRow], header_row: u32, name: &str) -> Result<(), SourceError> {
    if let Some((row, seen)) = another_title(head, header_row) {
        return Err(Kind::other(seen, row).refused(super::asp::EXPECTED));
    }
    let has_title = titles(head, header_row).any(|(_, text)| text.to_ascii_lowercase().contains("crosswalk"));
    match another_crosswalk(name) {
        Some(seen) if !has_title => Err(Kind::other(seen, header_row).refused(super::asp::EXPECTED)),
        _ => Ok(()),
    }
}

/// Returns where the list is called preliminary: in its title, or in one of `names`.
///
/// Source: CMS re-issues ASP releases, first as preliminary files.
pub(super) fn preliminary(
    head: &[HeadRow],
    header_row: u32,
    names: &[(&'static str, &str)],
) -> Option<&'static str> {
    let titles: Vec<(u32, String)> = titles(head, header_row).collect();
    let titles = titles.iter().map(|(_, text)| ("the title", text.as_str()));
    let is_preliminary = |text: &str| text.to_ascii_lowercase().contains("preliminary");
    titles.chain(names.iter().copied()).find(|(_, text)| is_preliminary(text)).map(|(place, _)| place)
}

/// Returns the rows above the header that are no notes, each as one text.
fn titles(head: &[HeadRow], header_row: u32) -> impl Iterator<Item = (u32, String)> {
    head.iter()
        .take_while(move |row| row.number < header_row)
        .map(|row| (row.number, row.cells.join(" ").trim().to_owned()))
        .filter(|(_, text)| text.chars().count() <= TITLE_CHARACTERS_MAX)
}
