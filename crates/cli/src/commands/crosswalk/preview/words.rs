//! What comes out otherwise, for a terminal.

use claims::decimal;

use super::flip::LineFlip;
use super::tally::{Tally, View};
use crate::commands::crosswalk::sides::Side;
use crate::page::Page;

/// Lines of a table.
const TABLE_MAX: usize = 10;

/// Returns the page.
pub fn words(tally: &Tally, draft: &Side) -> String {
    let mut page = Page::default();
    let flipped = tally.flipped.all.claims;
    page.line(&format!("Judged again by {}:", draft.name));
    page.line(&format!("  {flipped} of {} claims come out otherwise", tally.claims));
    if 0 < tally.denials {
        page.line(&format!("  {} more have other lines denied", tally.denials));
    }
    for view in View::ALL {
        sums(tally, view, &mut page);
    }
    if 0 < flipped {
        page.blank();
        page.line("Claims");
    }
    for flip in &tally.first {
        let reasons: Vec<String> = flip.lines.iter().map(LineFlip::words).collect();
        page.line(&format!(
            "  {:>6}  {:<20}  {:>12}  {}; {}",
            flip.claim_number,
            flip.claim_id,
            flip.charge,
            flip.direction(),
            reasons.join("; ")
        ));
    }
    let more = flipped - tally.first.len() as u64;
    if 0 < more {
        page.line(&format!("  and {more} more; --csv and --json have all of them"));
    }
    page.text
}

fn sums(tally: &Tally, view: View, page: &mut Page) {
    let sums = tally.greatest(view);
    if sums.is_empty() {
        return;
    }
    page.blank();
    page.line(&format!("By {}", view.as_str()));
    for (name, sums) in sums.iter().take(TABLE_MAX) {
        page.line(&format!(
            "  {name:<36}  {:>6} {:<6}  {:>14}",
            sums.all.claims,
            if sums.all.claims == 1 { "claim" } else { "claims" },
            decimal(sums.all.cents)
        ));
    }
    if TABLE_MAX < sums.len() {
        page.line(&format!("  and {} more", sums.len() - TABLE_MAX));
    }
}
