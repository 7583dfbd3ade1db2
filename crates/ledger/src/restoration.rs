//! What becomes of numbers and heads of the audit trail when an older copy is put in the place of the ledger.

use crate::rows::Anchor;

/// The number of each kind that comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextNumbers {
    /// Of runs.
    pub run: i64,
    /// Of control numbers of replies, the largest over all partners.
    pub reply: u64,
    /// Of control numbers of claims that go on from reruns.
    pub onward: u64,
}

impl NextNumbers {
    /// Returns what comes next if both were given out.
    #[must_use]
    pub fn after(self, other: NextNumbers) -> NextNumbers {
        NextNumbers {
            run: self.run.max(other.run),
            reply: self.reply.max(other.reply),
            onward: self.onward.max(other.onward),
        }
    }

    /// Leaves so many of each kind out.
    #[must_use]
    pub fn skip(self, numbers: u64) -> NextNumbers {
        NextNumbers {
            run: self.run.saturating_add_unsigned(numbers),
            reply: self.reply.saturating_add(numbers),
            onward: self.onward.saturating_add(numbers),
        }
    }
}

/// A copy was put in the place of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restoration {
    /// When.
    pub at: String,
    /// By whom.
    pub who: String,
    /// Why.
    pub why: String,
    /// The heads of the audit trail that were given out since the copy was made, and that it does not have.
    pub given_up: Vec<Anchor>,
}

/// Who had a control number first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberOf {
    /// The claims of this run.
    Run(i64),
    /// Maybe a rerun that was forgotten when a copy was put in the place of the ledger.
    Forgotten,
}
