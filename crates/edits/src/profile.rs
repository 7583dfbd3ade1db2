//! What a payer may set: severities, code sets, and which day of a period counts.

use std::collections::BTreeMap;

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

/// A payer's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// What the profile is called.
    pub name: String,
    /// Severities that differ from those of the catalogue, by code.
    pub severities: BTreeMap<String, Severity>,
    /// Which day of a period is tested.
    pub service_date_rule: ServiceDateRule,
    /// Procedures for drugs that have no code of their own; they need an NDC, and no pair is asked for.
    pub not_otherwise_classified: Vec<String>,
    /// First and last code of each range that needs no NDC.
    pub exempt: Vec<(String, String)>,
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
            not_otherwise_classified: NOT_OTHERWISE_CLASSIFIED.map(str::to_owned).to_vec(),
            // Vaccines are bought by the state, not by whoever gives them.
            exempt: vec![("90476".to_owned(), "90756".to_owned())],
        }
    }
}

impl Profile {
    /// Returns the severity of `code`, which the catalogue gives as `default`.
    pub fn severity(&self, code: &str, default: Severity) -> Severity {
        self.severities.get(code).copied().unwrap_or(default)
    }

    /// Returns whether `code` is for drugs that are not otherwise classified.
    pub fn is_not_otherwise_classified(&self, code: &[u8]) -> bool {
        // Codes differ most in their last characters, and one byte is compared faster than all.
        let last = code.last();
        self.not_otherwise_classified
            .iter()
            .map(String::as_bytes)
            .any(|listed| listed.last() == last && listed == code)
    }

    /// Returns whether `code` needs no NDC whatever the lists say.
    pub fn is_exempt(&self, code: &[u8]) -> bool {
        self.exempt.iter().any(|(first, last)| {
            first.len() == code.len() && first.as_bytes() <= code && code <= last.as_bytes()
        })
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
