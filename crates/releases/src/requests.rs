//! Requests for pairs that no list has, and what became of them.

use serde::{Deserialize, Serialize};

/// A request that a pair be approved, as it stands after its last change.
///
/// Dates are `YYYY-MM-DD`, moments `YYYY-MM-DDThh:mm:ssZ`, money whole cents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Its name on the shelf: procedure, NDC, and a number from the second request for the same pair on.
    pub id: String,
    /// Which change this is, from 1.
    pub version: u32,
    /// Where it stands.
    pub state: RequestState,
    /// The procedure.
    pub hcpcs: String,
    /// The NDC, eleven digits.
    pub ndc: String,
    /// Who asks.
    pub requester: Requester,
    /// What is said of the drug: label, labeler, package, dosage of a unit of the procedure.
    pub drug: Drug,
    /// The first and the last day of service asked for.
    pub first_date: Option<String>,
    /// See there.
    pub last_date: Option<String>,
    /// Claims that the pair has stopped.
    pub claims: u64,
    /// Their service lines with the pair.
    pub lines: u64,
    /// Charges of these claims.
    pub charge_cents: i64,
    /// The snapshot that was searched.
    pub snapshot: String,
    /// What each list says of the pair.
    pub searched: Vec<String>,
    /// Why it is asked for.
    pub reason: String,
    /// What was decided, and by whom; `None` before.
    pub decision: Option<Decision>,
    /// Who made this change.
    pub by: String,
    /// When.
    pub at: String,
}

/// Who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requester {
    /// Name of the person.
    pub name: String,
    /// Organisation.
    pub organisation: String,
    /// National Provider Identifier.
    pub npi: String,
    /// Trading partner identifier.
    pub tpid: String,
    /// Where an answer goes.
    pub email: String,
    /// Telephone.
    pub phone: String,
}

/// What is said of the drug, as on its package.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drug {
    /// Name on the label.
    pub label: String,
    /// Who labels it.
    pub labeler: String,
    /// Size and measure of the package.
    pub package: String,
    /// What one unit of the procedure stands for.
    pub dosage: String,
}

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The first day on which the pair is approved; empty if it was declined.
    pub from: String,
    /// The last; empty for no end.
    pub through: String,
    /// The second person who signs an approval.
    pub second: Option<String>,
    /// Words.
    pub note: String,
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// It is written.
    Draft,
    /// It was sent.
    Sent,
    /// The pair is approved.
    Approved,
    /// It is not.
    Declined,
}

impl RequestState {
    /// Returns the name used in data and in sentences.
    pub fn as_str(self) -> &'static str {
        match self {
            RequestState::Draft => "draft",
            RequestState::Sent => "sent",
            RequestState::Approved => "approved",
            RequestState::Declined => "declined",
        }
    }

    /// Returns whether a request can go from here to `next`: what is decided stays so.
    pub fn can_become(self, next: RequestState) -> bool {
        use RequestState::{Approved, Declined, Draft, Sent};
        matches!((self, next), (Draft, Sent) | (Draft | Sent, Approved | Declined))
    }
}
