//! What a payer may set: severities, code sets, and which day of a period counts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What follows from a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It is not told.
    Off,
    /// It is told, and the claim goes on.
    Warn,
    /// The claim waits until a list covers its date.
    Hold,
    /// The claim is rejected, or on the portal the line denies.
    Reject,
}

/// How a claim came in, and so what a bad line does to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// An EDI file: one bad line rejects the whole claim.
    Batch,
    /// Keyed on the portal: the claim is taken, and its bad lines deny.
    Portal,
}

/// Which day of a service period is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceDateRule {
    /// The first.
    From,
    /// First and last; each must pass.
    Both,
    /// First and last; one that passes is enough.
    Any,
}

/// What a fault of syntax in one claim, or in the branch above it, does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxPolicy {
    /// It rejects that claim, or the claims below that branch.
    Claim,
    /// It refuses the whole transaction set, as older front ends do.
    Set,
}

/// A payer's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// What the profile is called.
    pub name: String,
    /// Severities that differ from those of the catalogue, by code.
    pub severities: BTreeMap<String, Severity>,
    /// Which day of a period is tested.
    pub service_date_rule: ServiceDateRule,
    /// What a fault of syntax in one claim does.
    pub syntax_policy: SyntaxPolicy,
    /// Procedures for drugs that have no code of their own; they need an NDC, and no pair is asked for.
    pub not_otherwise_classified: Vec<ProcedureCode>,
    /// First and last code of each range that needs no NDC.
    pub exempt: Vec<(ProcedureCode, ProcedureCode)>,
    /// What somebody has decided about claims that are judged again.
    pub by_hand: Option<ByHand>,
}

/// What somebody has decided about claims that are judged again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByHand {
    /// What becomes of them.
    pub verdict: HandVerdict,
    /// CLM01 of those that it is about; all if there is none. All others are left what they were, or judged if these are left.
    pub claim_ids: BTreeSet<Vec<u8>>,
    /// Why, for the submitter.
    pub reason: String,
}

/// What somebody decides about a claim that is judged again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandVerdict {
    /// It waits no longer for a list, and goes on unless something rejects it.
    Release,
    /// It goes back.
    Reject,
    /// It stays what it was.
    Leave,
}

/// A procedure code of five characters, as a number, so that codes compare like numbers and in the same order.
///
/// Every service line is looked up in the profile's sets, and most are in none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProcedureCode(u64);

impl ProcedureCode {
    /// Returns the code that `text` is; `None` if it does not have five characters.
    #[inline]
    pub fn of(text: &[u8]) -> Option<ProcedureCode> {
        text.try_into().ok().map(ProcedureCode::new)
    }

    fn new(text: [u8; 5]) -> ProcedureCode {
        ProcedureCode(text.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }
}

impl fmt::Display for ProcedureCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [_, _, _, code @ ..] = self.0.to_be_bytes();
        out.write_str(&crate::text_of(&code))
    }
}

/// Codes for drugs that are not otherwise classified.
/// Source: MaineCare notice on drug billing, 2023-05-08; HCPCS Level II, chapters C, J and A.
const NOT_OTHERWISE_CLASSIFIED: [&str; 12] = [
    "J3490", "J3590", "J7599", "J7699", "J7799", "J7999", "J8499", "J8597", "J8999", "J9999", "C9399",
    "A9699",
];

impl Default for Profile {
    /// The `mainecare` profile.
    fn default() -> Profile {
        Profile {
            name: "mainecare".to_owned(),
            severities: BTreeMap::new(),
            service_date_rule: ServiceDateRule::From,
            syntax_policy: SyntaxPolicy::Claim,
            not_otherwise_classified: NOT_OTHERWISE_CLASSIFIED
                .iter()
                .filter_map(|code| ProcedureCode::of(code.as_bytes()))
                .collect(),
            // Vaccines are bought by the state, not by whoever gives them.
            exempt: vec![(ProcedureCode::new(*b"90476"), ProcedureCode::new(*b"90756"))],
            by_hand: None,
        }
    }
}

impl Profile {
    /// Returns the severity of `code`, which the catalogue gives as `default`.
    pub fn severity(&self, code: &str, default: Severity) -> Severity {
        self.severities.get(code).copied().unwrap_or(default)
    }

    /// Returns whether `code` is for drugs that are not otherwise classified.
    #[inline]
    pub fn is_not_otherwise_classified(&self, code: &[u8]) -> bool {
        ProcedureCode::of(code).is_some_and(|code| self.not_otherwise_classified.contains(&code))
    }

    /// Returns whether `code` needs no NDC whatever the lists say.
    #[inline]
    pub fn is_exempt(&self, code: &[u8]) -> bool {
        let within = |code| self.exempt.iter().any(|&(first, last)| first <= code && code <= last);
        ProcedureCode::of(code).is_some_and(within)
    }
}

impl ByHand {
    /// Returns whether it is about the claim with this CLM01.
    pub fn is_about(&self, claim_id: &[u8]) -> bool {
        self.claim_ids.is_empty() || self.claim_ids.contains(claim_id)
    }

    /// Returns whether it leaves the claim with this CLM01 what it was, whatever the lists say.
    pub(crate) fn leaves(&self, claim_id: &[u8]) -> bool {
        self.is_about(claim_id) == (self.verdict == HandVerdict::Leave)
    }

    /// Returns whether it lets the claim with this CLM01 go on that would be held.
    pub(crate) fn releases(&self, claim_id: &[u8]) -> bool {
        self.verdict == HandVerdict::Release && self.is_about(claim_id)
    }
}

impl Severity {
    /// Every severity, mildest first.
    pub const ALL: [Severity; 4] = [Severity::Off, Severity::Warn, Severity::Hold, Severity::Reject];

    /// Returns the name that profiles and results use.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Off => "off",
            Severity::Warn => "warn",
            Severity::Hold => "hold",
            Severity::Reject => "reject",
        }
    }
}

impl Channel {
    /// Returns the name that the command line uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Channel::Batch => "batch",
            Channel::Portal => "portal",
        }
    }
}

impl SyntaxPolicy {
    /// Every policy, the usual first.
    pub const ALL: [SyntaxPolicy; 2] = [SyntaxPolicy::Claim, SyntaxPolicy::Set];

    /// Returns the name that profiles use.
    pub fn as_str(self) -> &'static str {
        match self {
            SyntaxPolicy::Claim => "claim",
            SyntaxPolicy::Set => "set",
        }
    }
}

impl ServiceDateRule {
    /// Every rule, the usual first.
    pub const ALL: [ServiceDateRule; 3] =
        [ServiceDateRule::From, ServiceDateRule::Both, ServiceDateRule::Any];

    /// Returns the name that profiles use.
    pub fn as_str(self) -> &'static str {
        match self {
            ServiceDateRule::From => "from",
            ServiceDateRule::Both => "both",
            ServiceDateRule::Any => "any",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_sets_are_compared_exactly() {
        let profile = Profile::default();
        assert!(profile.is_not_otherwise_classified(b"J3490"));
        assert!(!profile.is_not_otherwise_classified(b"j3490"));
        assert!(profile.is_exempt(b"90476") && profile.is_exempt(b"90756") && profile.is_exempt(b"90500"));
        for code in [&b"90475"[..], b"90757", b"9050", b"905000", b"J9050"] {
            assert!(!profile.is_exempt(code));
        }
    }

    #[test]
    fn a_severity_of_the_profile_wins() {
        let mut profile = Profile::default();
        assert_eq!(profile.severity("NDC050", Severity::Reject), Severity::Reject);
        profile.severities.insert("NDC050".to_owned(), Severity::Warn);
        assert_eq!(profile.severity("NDC050", Severity::Reject), Severity::Warn);
    }
}
