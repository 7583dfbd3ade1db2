//! What makes a claim good or bad: the catalogue of edits.
//!
//! A [`claims::Claim`], a [`crosswalk::Crosswalk`] and a [`Profile`] come in; a [`Verdict`] with its findings comes out.
//! Edits judge; they change nothing.
//! `standing.rs` holds the one table that says how each service line stands, and each file of `rules` says everything about one edit.
//! Each file of `snip` does the same for one rule of SNIP types 3 to 5, which looks at segments.
//!
//! This crate must not know how findings are written, counted or sent.

#![forbid(unsafe_code)]

mod about;
mod acknowledgement;
mod again;
mod deviations;
mod finding;
mod judge;
mod kinds;
mod needs;
mod profile;
pub mod rules;
mod sight;
mod snip;
mod standing;
mod syntax;
mod verdict;
mod why;
mod words;

pub use about::{About, ClaimStatus, Denial};
pub use acknowledgement::AcknowledgementCodes;
pub use again::{Again, KeptClaim, KeptLine, judge_again};
pub use finding::{Element, ElementName, FaultRef, Finding, Findings, LineRef};
pub use judge::{Circumstance, Judge, date_of, findings_of_branch, judge};
pub use profile::{
    ByHand, Channel, HandVerdict, ProcedureCode, Profile, ServiceDateRule, Severity, SyntaxPolicy,
};
pub use rules::{EDITS, Edit, Judged, JudgedLine};
pub use sight::{CleanClaim, CleanLine, at_sight};
pub use snip::{Remark, SNIP, remark_of_place, remarks_of_branch, remarks_of_claim};
pub use standing::Standing;
pub use syntax::{
    about_fault, acknowledgement_codes, acknowledgement_codes_of, element_of_fault, message_of_fault,
};
pub use verdict::{Disposition, Verdict};
pub use why::{Candidate, ListSays, Says, Why, why};
pub use words::text_of;

/// The code of a held claim that somebody has rejected by hand.
pub const REJECTED_BY_HAND: &str = rules::rejected_by_hand::ABOUT.code;

/// The code of a claim that was left what it was while others were judged again; the profile's severity for it says what that is.
pub const LEFT_AS_IT_WAS: &str = rules::left_as_it_was::ABOUT.code;

/// Returns everything that can be said of the code `code`, of an edit, a rule of SNIP or a fault of syntax.
pub fn about(code: &str) -> Option<&'static About> {
    catalogue().find(|about| about.code == code)
}

/// Iterates over every code there is: the edits in their order, the rules of SNIP, then the faults of syntax.
pub fn catalogue() -> impl Iterator<Item = &'static About> {
    EDITS.iter().map(|edit| edit.about()).chain(SNIP.iter().copied()).chain(syntax::abouts())
}
