//! Which claims stand on which page.

use std::ops::Range;

use edits::Disposition;

use super::{Closing, Section};

/// A run of claims that stay together, in one section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    /// The section.
    pub section: Section,
    /// Its bytes in the stream of the section.
    pub range: Range<u64>,
    /// Position of its first claim within the section, from 1.
    pub first_claim: u64,
    /// How many claims there are.
    pub claims: u64,
}

/// Lays the claims of all sections on pages of at most `claims_per_page` claims, in the order of the report.
///
/// What is left over from one section shares its page with the begin of the next, if both fit.
pub(super) fn pages(closing: &Closing<'_>, claims_per_page: u64) -> Vec<Vec<Chunk>> {
    let mut pages: Vec<Vec<Chunk>> = Vec::new();
    let mut room = 0;
    for chunk in chunks(closing, claims_per_page) {
        match pages.last_mut() {
            Some(page) if chunk.claims <= room => {
                room -= chunk.claims;
                page.push(chunk);
            }
            _ => {
                room = claims_per_page.saturating_sub(chunk.claims);
                pages.push(vec![chunk]);
            }
        }
    }
    pages
}

/// Returns what stands between the cuts; a refused unit without claims is a chunk of none.
fn chunks(closing: &Closing<'_>, claims_per_page: u64) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let sections = [
        (Section::Rejected, Disposition::Rejected),
        (Section::Held, Disposition::Held),
        (Section::Refused, Disposition::Refused),
    ];
    for (section, disposition) in sections {
        let total = closing.totals.of(disposition).claims;
        let (mut start, mut before) = (0, 0);
        for &end in closing.cuts[section.place()] {
            if start < end {
                let claims = (total - before).min(claims_per_page);
                chunks.push(Chunk { section, range: start..end, first_claim: before + 1, claims });
                (start, before) = (end, before + claims);
            }
        }
    }
    chunks
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use crosswalk::Crosswalk;

    use super::*;
    use crate::totals::Totals;

    /// Lays out `claims` rejected, held and refused ones of ten bytes each; returns `section first claims` of each chunk.
    fn laid_out(claims: [u64; 3], claims_per_page: u64) -> Vec<Vec<String>> {
        let mut totals = Totals::default();
        for (disposition, count) in totals.claims[0][1..].iter_mut().zip(claims) {
            disposition.claims = count;
        }
        let cuts = claims.map(|count| {
            let full = (1..=count / claims_per_page).map(|page| page * claims_per_page * 10);
            full.chain((count % claims_per_page > 0 || count == 0).then_some(count * 10))
                .collect::<Vec<u64>>()
        });
        let (crosswalk, _) = Crosswalk::build(Vec::new());
        let closing = Closing {
            totals: &totals,
            crosswalk: &crosswalk,
            stamp: "",
            today: NaiveDate::MIN,
            channel: edits::Channel::Batch,
            input_name: "",
            version: "",
            cuts: [&[], &cuts[0], &cuts[1], &cuts[2]],
        };
        let pages = pages(&closing, claims_per_page);
        for chunk in pages.iter().flatten() {
            assert_eq!(chunk.range.end - chunk.range.start, chunk.claims * 10);
            assert_eq!(chunk.range.start, (chunk.first_claim - 1) * 10);
        }
        let words = |chunk: &Chunk| format!("{:?} {}+{}", chunk.section, chunk.first_claim, chunk.claims);
        pages.iter().map(|page| page.iter().map(words).collect()).collect()
    }

    #[test]
    fn a_page_is_never_too_full() {
        assert!(laid_out([0, 0, 0], 5_000).is_empty());
        assert_eq!(laid_out([1, 0, 0], 5_000), [["Rejected 1+1"]]);
        assert_eq!(laid_out([5_000, 0, 0], 5_000), [["Rejected 1+5000"]]);
        assert_eq!(laid_out([5_001, 0, 0], 5_000), [["Rejected 1+5000"], ["Rejected 5001+1"]]);
        let long = laid_out([10_001, 0, 0], 5_000);
        assert_eq!(long, [["Rejected 1+5000"], ["Rejected 5001+5000"], ["Rejected 10001+1"]]);
    }

    #[test]
    fn what_is_left_over_shares_a_page() {
        let shared = laid_out([3, 2, 1], 5);
        assert_eq!(shared, [vec!["Rejected 1+3", "Held 1+2"], vec!["Refused 1+1"]]);
        assert_eq!(laid_out([0, 5, 1], 5), [["Held 1+5"], ["Refused 1+1"]]);
        assert_eq!(laid_out([1, 1, 1], 5), [["Rejected 1+1", "Held 1+1", "Refused 1+1"]]);
    }
}
