//! What becomes of a claim.

use crate::finding::Finding;
use crate::profile::{Channel, Severity};
use crate::rules::is_of_standing;
use crate::standing::Standing;

/// What becomes of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Disposition {
    /// It goes on.
    Accepted,
    /// It goes back whole.
    Rejected,
    /// It waits until a list covers its date.
    Held,
    /// It stands in a set, group or interchange that cannot be taken.
    Refused,
}

/// A claim, judged.
pub struct Verdict<'a> {
    /// What becomes of it.
    pub disposition: Disposition,
    /// What was found, in the order of its segments and elements in the file.
    pub findings: Vec<Finding<'a>>,
    /// Portal only: the lines that deny, as indexes into the claim's lines, ascending.
    pub denied_lines: Vec<u32>,
    /// The standing of each line.
    pub standings: Vec<Standing>,
}

impl Disposition {
    /// Every disposition, in the order of reports.
    pub const ALL: [Disposition; 4] =
        [Disposition::Accepted, Disposition::Rejected, Disposition::Held, Disposition::Refused];

    /// Decides by the severities of findings, each with whether it is about a line, as the channel has it.
    ///
    /// Batch: a reject outranks a hold, and either takes the whole claim.
    /// Portal: a reject of the claim itself rejects it, a hold holds it, and a reject on a line denies that line alone.
    pub(crate) fn by(severities: impl Iterator<Item = (Severity, bool)>, channel: Channel) -> Disposition {
        severities.fold(Disposition::Accepted, |so_far, (severity, is_of_line)| match (severity, so_far) {
            (Severity::Reject, _) if channel == Channel::Batch || !is_of_line => Disposition::Rejected,
            (Severity::Hold, Disposition::Accepted) => Disposition::Held,
            _ => so_far,
        })
    }

    /// Returns its place in [`Disposition::ALL`].
    pub fn place(self) -> usize {
        match self {
            Disposition::Accepted => 0,
            Disposition::Rejected => 1,
            Disposition::Held => 2,
            Disposition::Refused => 3,
        }
    }

    /// Returns the name that results use.
    pub fn as_str(self) -> &'static str {
        match self {
            Disposition::Accepted => "accepted",
            Disposition::Rejected => "rejected",
            Disposition::Held => "held",
            Disposition::Refused => "refused",
        }
    }
}

impl<'a> Verdict<'a> {
    /// Decides by the severities of `findings`, as the channel has it; standings are for the caller to add.
    pub(crate) fn of(findings: Vec<Finding<'a>>, channel: Channel, refused: bool) -> Verdict<'a> {
        let severities = findings.iter().map(|finding| (finding.severity, finding.line.is_some()));
        let disposition = if refused { Disposition::Refused } else { Disposition::by(severities, channel) };
        let mut denied_lines: Vec<u32> = Vec::new();
        if channel == Channel::Portal && disposition == Disposition::Accepted {
            denied_lines.extend(
                findings
                    .iter()
                    .filter(|finding| finding.severity == Severity::Reject)
                    .filter_map(|finding| finding.line.as_ref().map(|line| line.index)),
            );
            // Lines without a date of their own are denied for one that stands in front of them all.
            denied_lines.sort_unstable();
            denied_lines.dedup();
        }
        Verdict { disposition, findings, denied_lines, standings: Vec::new() }
    }

    /// Returns what would become of the claim if the lists had nothing to say of it.
    pub fn disposition_without_lists(&self, channel: Channel) -> Disposition {
        if self.disposition == Disposition::Refused {
            return Disposition::Refused;
        }
        let others = self.findings.iter().filter(|finding| !is_of_standing(finding.about));
        Disposition::by(others.map(|finding| (finding.severity, finding.line.is_some())), channel)
    }
}
