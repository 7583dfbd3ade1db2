//! What is written of each release and of each switch.

use serde::{Deserialize, Serialize};

/// One release, as it was brought.
///
/// Dates are `YYYY-MM-DD`, moments `YYYY-MM-DDThh:mm:ssZ`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its name on the shelf: list, release and the first eight digits of the SHA-256.
    pub id: String,
    /// The list that it is a release of.
    pub list: String,
    /// Its name among the releases of that list.
    pub release: String,
    /// Who publishes the list.
    pub publisher: String,
    /// The name of the file, without folders.
    pub file_name: String,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// The day it was posted, where known.
    pub posted: Option<String>,
    /// Whether that day was given, because the file does not tell it.
    pub posted_given: bool,
    /// The first day that it covers.
    pub covers_from: Option<String>,
    /// The last.
    pub covers_through: Option<String>,
    /// Columns that were named for it, because their headers are not known: role and header.
    pub columns: Vec<(String, String)>,
    /// Data rows.
    pub rows: u64,
    /// Rows that are pairs.
    pub relations: u64,
    /// Rows that say again what another does.
    pub merged: u64,
    /// Rows that cannot be used.
    pub set_aside: Vec<SetAside>,
    /// Objections that were overruled, in words.
    pub overruled: Vec<String>,
    /// Who brought it.
    pub imported_by: String,
    /// When.
    pub imported_at: String,
}

/// Rows of a release that cannot be used for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// The reason.
    pub kind: String,
    /// The rows, counted from 1.
    pub rows: Vec<u32>,
}

/// A change of which releases count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switch {
    /// Its number, from 1.
    pub number: u64,
    /// What was done.
    pub kind: SwitchKind,
    /// The releases that count since, by [`Entry::id`], sorted.
    pub releases: Vec<String>,
    /// The id of the snapshot that they come to.
    pub snapshot: String,
    /// Who switched.
    pub by: String,
    /// Who agreed, where a second person has to.
    pub second: Option<String>,
    /// When.
    pub at: String,
}

/// What stands of a switch in a folder beside it, so that it is noticed if its record goes or changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Anchor {
    /// The number of the switch.
    pub number: u64,
    /// SHA-256 of its record, in hexadecimal digits.
    pub sha256: String,
}

/// Why releases were switched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SwitchKind {
    /// A release was made to count.
    Activate,
    /// The releases of an earlier switch were taken back.
    Rollback,
}

/// Where a release stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It counts.
    Active,
    /// It has never counted.
    Draft,
    /// It has counted, and does not any more.
    Retired,
}

impl State {
    /// Returns the name used in data and in sentences.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Active => "active",
            State::Draft => "draft",
            State::Retired => "retired",
        }
    }

    /// Tells where the release called `id` stands after `switches`, the last of which is in force.
    pub fn of(id: &str, switches: &[Switch]) -> State {
        let counts = |switch: &Switch| switch.releases.iter().any(|release| release == id);
        match switches {
            [.., last] if counts(last) => State::Active,
            [earlier @ .., _] if earlier.iter().any(counts) => State::Retired,
            _ => State::Draft,
        }
    }
}
