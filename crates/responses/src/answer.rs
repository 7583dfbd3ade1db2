//! What one claim gives to the answers, made where it was judged, so that writing is only appending.

use claims::Level;
use edits::{CleanClaim, Disposition, Finding, Verdict};

use crate::record::Record;
use crate::results::{Results, write_result};
use crate::{brr, denials};

/// Room for what a claim with one finding or two adds to a stream; more makes room for itself.
const FRAGMENT_BYTES: usize = 2048;

/// Which answers are wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Lines of `results.ndjson`.
    pub results: Results,
    /// Forms of the Business Rejection Report, as indexes into [`brr::FORMS`].
    pub reports: Vec<usize>,
    /// Findings with the guilty segments, for a terminal.
    pub annotated: Option<brr::Annotated>,
}

/// What one claim gives to the totals and the answers.
pub struct Answer {
    /// What became of it.
    pub disposition: Disposition,
    /// CLM02 in cents; 0 if it cannot be read.
    pub charge_cents: i64,
    /// Its service lines.
    pub service_lines: u64,
    /// Those of them that have an NDC.
    pub drug_lines: u64,
    /// Those of them that deny.
    pub denied_lines: u64,
    /// The code of every finding of its own.
    pub codes: Vec<&'static str>,
    /// What it adds to the streams; `None` for an accepted claim without findings.
    pub fragments: Option<Box<Fragments>>,
}

/// Bytes for the streams.
#[derive(Default)]
pub struct Fragments {
    /// For `results.ndjson`.
    pub result: Vec<u8>,
    /// For [`Wanted::annotated`].
    pub annotated: Vec<u8>,
    /// For each wanted form of the report, in the order of [`Wanted::reports`].
    pub reports: Vec<Vec<u8>>,
    /// For each form of [`denials::FORMS`], if a line denies.
    pub denials: Vec<Vec<u8>>,
}

impl Wanted {
    /// Writes what the claim of `record` gives to every answer.
    fn fragments(&self, record: &Record<'_, '_>) -> Fragments {
        let mut fragments = Fragments::default();
        if self.results != Results::None {
            fragments.result.reserve(FRAGMENT_BYTES);
            write_result(record, &mut fragments.result);
        }
        if let Some(annotated) = &self.annotated {
            annotated.claim(record, &mut fragments.annotated);
        }
        if record.verdict.disposition != Disposition::Accepted && !self.reports.is_empty() {
            let words = brr::ClaimWords::of(record);
            fragments.reports = self
                .reports
                .iter()
                .map(|&form| {
                    let mut bytes = Vec::with_capacity(FRAGMENT_BYTES);
                    brr::FORMS[form].claim(record, &words, &mut bytes);
                    bytes
                })
                .collect();
        }
        if !record.verdict.denied_lines.is_empty() {
            let form = |form: &&dyn denials::Form| {
                let mut bytes = Vec::new();
                form.claim(record, &mut bytes);
                bytes
            };
            fragments.denials = denials::FORMS.iter().map(form).collect();
        }
        fragments
    }

    /// Returns whether even an accepted claim without findings has something to tell.
    pub fn every_claim(&self) -> bool {
        self.results == Results::All
    }

    fn has_fragments(&self, verdict: &Verdict<'_>) -> bool {
        self.every_claim() || verdict.disposition != Disposition::Accepted || !verdict.findings.is_empty()
    }
}

impl Answer {
    /// Makes the answer to a claim; `record` is put together only if there is something to tell.
    pub fn of<'r, 'a: 'r>(
        claim: &claims::Claim<'a>,
        verdict: &'r Verdict<'a>,
        wanted: &Wanted,
        record: impl FnOnce() -> Record<'r, 'a>,
    ) -> Answer {
        let has_ndc =
            |line: &&claims::ServiceLine<'a>| claim.drugs_of(line).iter().any(claims::Drug::has_ndc);
        Answer {
            disposition: verdict.disposition,
            charge_cents: claim.total_charge.and_then(|charge| charge.cents).unwrap_or(0),
            service_lines: claim.lines.len() as u64,
            drug_lines: claim.lines.iter().filter(has_ndc).count() as u64,
            denied_lines: verdict.denied_lines.len() as u64,
            // The fault of a unit is counted once, with the unit.
            codes: verdict
                .findings
                .iter()
                .filter(|finding| !is_of_unit(finding))
                .map(|finding| finding.about.code)
                .collect(),
            fragments: wanted.has_fragments(verdict).then(|| Box::new(wanted.fragments(&record()))),
        }
    }
}

impl Answer {
    /// Makes the answer to a claim that is accepted and has no findings, of which nothing is told.
    pub fn of_clean(clean: CleanClaim) -> Answer {
        Answer {
            disposition: Disposition::Accepted,
            charge_cents: clean.charge_cents,
            service_lines: clean.service_lines,
            drug_lines: clean.drug_lines,
            denied_lines: 0,
            codes: Vec::new(),
            fragments: None,
        }
    }

    /// Returns whether both say the same of a claim, but for what they tell.
    pub fn counts_as(&self, other: &Answer) -> bool {
        let counts = |answer: &Answer| {
            let Answer { disposition, charge_cents, service_lines, drug_lines, denied_lines, .. } = *answer;
            (disposition, charge_cents, service_lines, drug_lines, denied_lines)
        };
        counts(self) == counts(other) && self.codes == other.codes
    }
}

/// Tells whether a finding is that the unit around the claim is refused.
fn is_of_unit(finding: &Finding<'_>) -> bool {
    finding.fault.is_some_and(|fault| fault.level != Level::Segment)
}
