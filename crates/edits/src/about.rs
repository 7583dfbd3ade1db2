//! Everything that is said of one code, said once.

use crate::profile::Severity;

/// The words of one edit, for reports, acknowledgements and `explain`.
#[derive(Debug)]
pub struct About {
    /// Stable for ever, never reused.
    pub code: &'static str,
    /// What is wrong, as a heading.
    pub title: &'static str,
    /// The place, in the guide's notation.
    pub element: &'static str,
    /// What goes wrong downstream if it is let through.
    pub why: &'static str,
    /// What the submitter does, in the imperative.
    pub remedy: &'static str,
    /// Document and section.
    pub source: &'static str,
    /// Severity in the built-in profile.
    pub severity: Severity,
    /// STC01 of a 277CA; the first names the fault, others narrow it.
    pub status: &'static [ClaimStatus],
    /// What a line that denies for it carries; `None` where no line can deny for it.
    pub denial: Option<Denial>,
}

/// STC01-1 and STC01-2 of a 277CA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimStatus {
    /// Claim status category code.
    pub category: &'static str,
    /// Claim status code.
    pub code: &'static str,
}

/// Adjustment and remark of a denied line, as a remittance carries them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denial {
    /// Claim adjustment reason code.
    pub carc: &'static str,
    /// Remittance advice remark code.
    pub rarc: &'static str,
}

/// Names a status in the tables of the rules.
pub(crate) const fn status(category: &'static str, code: &'static str) -> ClaimStatus {
    ClaimStatus { category, code }
}

/// Names a denial under CARC 16, claim or service lacks information, which always needs a remark.
pub(crate) const fn denial(rarc: &'static str) -> Denial {
    Denial { carc: "16", rarc }
}
