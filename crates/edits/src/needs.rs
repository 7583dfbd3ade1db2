//! Whether a procedure needs an NDC beside it.

use chrono::NaiveDate;
use crosswalk::{Crosswalk, Procedure};

use crate::profile::Profile;

/// The answer to "does this line need an NDC?".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// A list that covers the date may say so, but none is loaded.
    CannotBeKnown,
    /// The code is on a list, and without a date nobody can say whether it was then.
    DateIsDue,
}

/// A procedure code, and what is known of it whatever the date.
#[derive(Clone, Copy)]
pub(crate) struct Code<'a> {
    pub text: &'a [u8],
    /// The code on the lists; `None` if no list has it at any date.
    pub listed: Option<Procedure>,
    pub exempt: bool,
    pub not_otherwise_classified: bool,
}

impl<'a> Code<'a> {
    pub(crate) fn of(text: &'a [u8], crosswalk: &Crosswalk, profile: &Profile) -> Code<'a> {
        let listed = crosswalk.procedure(text);
        let exempt = profile.is_exempt(text);
        Code { text, listed, exempt, not_otherwise_classified: profile.is_not_otherwise_classified(text) }
    }

    /// Returns whether the procedure needs an NDC on `date`.
    pub(crate) fn needs_ndc(&self, date: Option<NaiveDate>, crosswalk: &Crosswalk) -> Needs {
        match (self.listed, date) {
            _ if self.exempt => Needs::No,
            _ if self.not_otherwise_classified => Needs::Yes,
            (Some(code), Some(date)) if crosswalk.listed_on(code, date) => Needs::Yes,
            (Some(_), Some(date)) if !crosswalk.covers(date) => Needs::CannotBeKnown,
            (Some(_), None) => Needs::DateIsDue,
            _ => Needs::No,
        }
    }
}
