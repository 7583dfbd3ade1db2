//! One claim in two runs.

use serde::Serialize;

use super::results::{FindingRow, ResultRow};

/// What became of a claim in two runs.
pub enum Compared {
    /// The same, for the same reasons.
    Same,
    /// Not the same.
    Different(Box<Difference>),
}

/// How a claim differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Another disposition.
    Flipped,
    /// The same disposition, and other codes, or something else follows from them.
    ChangedReason,
    /// B does not list it.
    OnlyInA,
    /// A does not list it.
    OnlyInB,
}

/// A claim that two runs do not judge alike.
#[derive(Serialize)]
pub struct Difference {
    /// How it differs.
    pub change: Change,
    /// ISA13, as sent.
    pub interchange_control_number: String,
    /// GS06, as sent.
    pub group_control_number: String,
    /// ST02, as sent.
    pub transaction_set_control_number: String,
    /// CLM01, as sent.
    pub claim_id: String,
    /// What A says of it.
    pub a: Option<Side>,
    /// What B says of it.
    pub b: Option<Side>,
}

/// What one run says of a claim.
#[derive(Clone, Serialize)]
pub struct Side {
    /// Position among the claims of the file, from 1.
    pub claim_number: u64,
    /// CLM02, as sent.
    pub charge: String,
    /// What became of it.
    pub disposition: String,
    /// Every finding, by its code.
    pub findings: Vec<FindingRow>,
}

impl Change {
    /// Returns what it is called in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Change::Flipped => "flipped",
            Change::ChangedReason => "changed_reason",
            Change::OnlyInA => "only_in_a",
            Change::OnlyInB => "only_in_b",
        }
    }
}

impl Side {
    fn of(row: ResultRow) -> Side {
        let ResultRow { claim_number, charge, disposition, mut findings, .. } = row;
        findings.sort();
        Side { claim_number, charge, disposition, findings }
    }

    /// Returns the codes of its findings, each once, with what follows from it if that is asked for.
    pub fn codes(&self, with_severities: bool) -> String {
        let severity = |finding: &FindingRow| {
            if with_severities { [" ", &finding.severity].concat() } else { String::new() }
        };
        let words = self.findings.iter().map(|finding| finding.code.clone() + &severity(finding));
        let mut words: Vec<String> = words.collect();
        words.dedup();
        words.join(", ")
    }

    /// Returns the charge in cents; 0 if it cannot be read.
    pub fn cents(&self) -> i128 {
        claims::cents_of(self.charge.as_bytes()).map_or(0, i128::from)
    }

    /// What a run says of a claim that it does not list, though it read it: `other` is what the other run says.
    fn unlisted(other: &Side) -> Side {
        Side { disposition: "accepted".to_owned(), findings: Vec::new(), ..other.clone() }
    }
}

/// Compares what two runs say of a claim that at least one of them lists.
///
/// In two runs over one file, a claim that is not listed is accepted without a finding.
pub fn compared(is_one_file: bool, a: Option<ResultRow>, b: Option<ResultRow>) -> Compared {
    let Some(row) = a.as_ref().or(b.as_ref()) else { return Compared::Same };
    let interchange_control_number = row.interchange_control_number.clone();
    let group_control_number = row.group_control_number.clone();
    let transaction_set_control_number = row.transaction_set_control_number.clone();
    let claim_id = row.claim_id.clone();
    let (mut a, mut b) = (a.map(Side::of), b.map(Side::of));
    if is_one_file {
        a = a.or_else(|| b.as_ref().map(Side::unlisted));
        b = b.or_else(|| a.as_ref().map(Side::unlisted));
    }
    let change = match (&a, &b) {
        (Some(a), Some(b)) if a.disposition != b.disposition => Change::Flipped,
        (Some(a), Some(b)) if a.findings != b.findings => Change::ChangedReason,
        (Some(_), None) => Change::OnlyInA,
        (None, Some(_)) => Change::OnlyInB,
        _ => return Compared::Same,
    };
    Compared::Different(Box::new(Difference {
        change,
        interchange_control_number,
        group_control_number,
        transaction_set_control_number,
        claim_id,
        a,
        b,
    }))
}
