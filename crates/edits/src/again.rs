//! Judging a claim again by other lists, from what was kept of it: without its segments.
//!
//! The lists decide the standings of lines and nothing else, so what every other rule has said stays as it was.

use chrono::NaiveDate;

use crate::about::About;
use crate::judge::{Judge, stand};
use crate::needs::Code;
use crate::profile::{Channel, Severity};
use crate::rules::about_standing;
use crate::standing::{Asked, Standing};
use crate::verdict::Disposition;

/// What is kept of a service line.
#[derive(Clone, Copy, Debug)]
pub struct KeptLine<'k> {
    /// Whether it is one of an institutional claim.
    pub is_institutional: bool,
    /// SV101-1, SV202-1 or SV301-1.
    pub qualifier: &'k str,
    /// SV101-2, SV202-2 or SV301-2.
    pub procedure: &'k str,
    /// Its products, as a range of those of the claim.
    pub products: (usize, usize),
    /// The first and the last day that the line is judged by; `None` if it has no date that can be read.
    pub days: Option<(NaiveDate, NaiveDate)>,
}

/// What is kept of a claim.
#[derive(Clone, Copy, Debug)]
pub struct KeptClaim<'k> {
    /// What would become of it if the lists had nothing to say of it.
    pub without_lists: Disposition,
    /// Its lines that have a procedure or a product.
    pub lines: &'k [KeptLine<'k>],
    /// LIN02 and LIN03 of each LIN of these, as sent.
    pub products: &'k [(&'k str, &'k str)],
}

/// What would become of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Again {
    /// The claim as a whole.
    pub disposition: Disposition,
    /// The standing of each line.
    pub standings: Vec<Standing>,
    /// Portal only: how many lines deny for their standing.
    pub denied_lines: usize,
}

/// Judges a claim by the lists, the profile and the channel of `by`.
pub fn judge_again(claim: KeptClaim<'_>, by: Judge<'_>) -> Again {
    let standings: Vec<Standing> =
        claim.lines.iter().map(|line| standing_of(line, claim.products, by)).collect();
    let severity = |about: &About| by.profile.severity(about.code, about.severity);
    let severities = || standings.iter().filter_map(|&standing| about_standing(standing)).map(severity);
    let of_lines = Disposition::by(severities().map(|severity| (severity, true)), by.channel);
    let disposition = match (claim.without_lists, of_lines) {
        (Disposition::Refused, _) => Disposition::Refused,
        (Disposition::Rejected, _) | (_, Disposition::Rejected) => Disposition::Rejected,
        (Disposition::Held, _) | (_, Disposition::Held) => Disposition::Held,
        _ => Disposition::Accepted,
    };
    let denies = by.channel == Channel::Portal && disposition == Disposition::Accepted;
    let rejecting = severities().filter(|&severity| severity == Severity::Reject).count();
    Again { disposition, denied_lines: if denies { rejecting } else { 0 }, standings }
}

fn standing_of(line: &KeptLine<'_>, products: &[(&str, &str)], by: Judge<'_>) -> Standing {
    let products = products.get(line.products.0..line.products.1).unwrap_or_default();
    let code = if line.qualifier == "HC" { line.procedure } else { "" };
    let asked = Asked {
        code: Code::of(code.as_bytes(), by.crosswalk, by.profile),
        qualifier: line.qualifier.as_bytes(),
        without_procedure: line.is_institutional && line.procedure.is_empty(),
        other_product: products.iter().any(|(qualifier, _)| !qualifier.is_empty() && *qualifier != "N4"),
        crosswalk: by.crosswalk,
    };
    let ndcs = products.iter().filter(|(qualifier, ndc)| *qualifier == "N4" && !ndc.is_empty());
    stand(&asked, ndcs.map(|(_, ndc)| ndc.as_bytes()), line.days, by.profile.service_date_rule).0
}

impl Standing {
    /// Returns the code of the edit that tells of it; `passes` where there is nothing to tell.
    pub fn as_str(self) -> &'static str {
        about_standing(self).map_or("passes", |about| about.code)
    }
}
