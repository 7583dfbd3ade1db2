//! What one claim gives to the answers, made where it was judged, so that writing is only appending.

use claims::{Block, ClaimPiece, Level};
use edits::{Channel, CleanClaim, Disposition, Finding, Verdict};

use crate::acks::{Acknowledging, ClaimAcks};
use crate::brr::{self, Section};
use crate::denials;
use crate::facts::{ClaimFact, claim_fact};
use crate::names::Naming;
use crate::record::Record;
use crate::results::{Results, write_result};
use crate::store::Stream;

/// Streams that a rejected claim adds to where everything is wanted: the results and the forms of the report.
const STREAMS_USUAL: usize = 5;

/// Which answers are wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Lines of `results.ndjson`.
    pub results: Results,
    /// Forms of the Business Rejection Report, as indexes into [`brr::FORMS`].
    pub reports: Vec<usize>,
    /// Findings with the guilty segments, for a terminal.
    pub annotated: Option<brr::Annotated>,
    /// TA1, 999 and 824, and if it is asked for the 277CA; `None` for no acknowledgement at all.
    pub acknowledging: Option<Acknowledging>,
    /// What is kept of every claim, for the channel that it came in by; `None` to keep nothing.
    pub facts: Option<Channel>,
    /// By what claims are known again; `None` if nobody remembers them.
    pub names: Option<Naming>,
}

/// What one claim gives to the totals and the answers.
pub struct Answer<'a> {
    /// What became of it.
    pub disposition: Disposition,
    /// CLM02 in cents; 0 if it cannot be read.
    pub charge_cents: i64,
    /// Its service lines.
    pub service_lines: u32,
    /// Those of them that have an NDC.
    pub drug_lines: u32,
    /// What there is to tell of it; `None` for an accepted claim without findings, as nearly all are.
    pub fragments: Option<Box<Fragments>>,
    /// What is kept of it; `None` unless that is wanted.
    pub fact: Option<Box<ClaimFact<'a>>>,
    /// What it is known by again, if names are wanted.
    pub key: Option<i64>,
}

/// What there is to tell of a claim.
pub struct Fragments {
    /// Service lines that deny.
    pub denied_lines: u64,
    /// The code of every finding of its own.
    pub codes: Vec<&'static str>,
    /// What it adds to the streams, one behind the other.
    bytes: Box<[u8]>,
    /// Each stream that it adds to, and where in `bytes` that ends.
    ends: Vec<(Stream, usize)>,
    /// For the acknowledgements.
    pub(crate) acks: ClaimAcks,
}

impl Fragments {
    /// Returns the streams that the claim adds to, and what it adds.
    pub fn by_stream(&self) -> impl Iterator<Item = (Stream, &[u8])> {
        let starts = [0].into_iter().chain(self.ends.iter().map(|&(_, end)| end));
        starts.zip(&self.ends).map(|(start, &(stream, end))| (stream, &self.bytes[start..end]))
    }
}

impl Wanted {
    /// Writes what the claim of `record` gives to every answer.
    ///
    /// `page` is where it is written until it is known how long it gets; what is in it does not matter.
    fn fragments(&self, record: &Record<'_, '_>, page: &mut Vec<u8>) -> Fragments {
        let verdict = record.verdict;
        let mut ends = Vec::with_capacity(STREAMS_USUAL);
        page.clear();
        let has_result = self.results == Results::All
            || verdict.disposition != Disposition::Accepted
            || !verdict.findings.is_empty();
        if has_result && self.results != Results::None {
            write_result(record, page);
            ends.push((Stream::Results, page.len()));
        }
        if let Some(annotated) = &self.annotated {
            annotated.claim(record, page);
            ends.push((Stream::Annotated, page.len()));
        }
        if let Some(section) = Section::of(verdict.disposition).filter(|_| !self.reports.is_empty()) {
            let words = brr::ClaimWords::of(record);
            for &form in &self.reports {
                brr::FORMS[form].claim(record, &words, page);
                ends.push((Stream::Report(form, section), page.len()));
            }
        }
        if !verdict.denied_lines.is_empty() {
            for (index, form) in denials::FORMS.iter().enumerate() {
                form.claim(record, page);
                ends.push((Stream::Denials(index), page.len()));
            }
        }
        Fragments {
            denied_lines: verdict.denied_lines.len() as u64,
            codes: codes_of(verdict),
            bytes: page.as_slice().into(),
            ends,
            acks: self
                .acknowledging
                .map(|acknowledging| ClaimAcks::of(record, acknowledging))
                .unwrap_or_default(),
        }
    }

    /// Returns whether even of an accepted claim without findings something is told for which it has to be read.
    pub fn reads_every_claim(&self) -> bool {
        self.results == Results::All
            || self.acknowledging.is_some_and(|acknowledging| acknowledging.claim_ack_277ca)
    }

    fn has_fragments(&self, verdict: &Verdict<'_>) -> bool {
        self.reads_every_claim()
            || verdict.disposition != Disposition::Accepted
            || !verdict.findings.is_empty()
    }
}

impl<'a> Answer<'a> {
    /// Makes the answer to a claim; `record` is put together, and `page` written on, only if there is something to tell.
    pub fn of<'r>(
        claim: &claims::Claim<'a>,
        verdict: &'r Verdict<'a>,
        wanted: &Wanted,
        page: &mut Vec<u8>,
        record: impl FnOnce() -> Record<'r, 'a>,
    ) -> Answer<'a>
    where
        'a: 'r,
    {
        let has_ndc =
            |line: &&claims::ServiceLine<'a>| claim.drugs_of(line).iter().any(claims::Drug::has_ndc);
        let mut answer = Answer {
            disposition: verdict.disposition,
            charge_cents: claim.total_charge.and_then(|charge| charge.cents).unwrap_or(0),
            service_lines: count(claim.lines.len()),
            drug_lines: count(claim.lines.iter().filter(has_ndc).count()),
            fragments: None,
            fact: None,
            key: None,
        };
        let has_fragments = wanted.has_fragments(verdict);
        if !has_fragments && wanted.facts.is_none() {
            return answer;
        }
        let record = record();
        if has_fragments {
            answer.fragments = Some(Box::new(wanted.fragments(&record, page)));
        }
        answer.fact = wanted.facts.map(|channel| Box::new(claim_fact(&record, channel)));
        answer
    }

    /// Makes the answer to a claim that is accepted and has no findings; all that may be told of it is what is kept, to whose lines its own were added.
    pub fn of_clean(
        block: &Block<'a>,
        piece: &ClaimPiece<'a>,
        clean: CleanClaim,
        mut fact: Option<Box<ClaimFact<'a>>>,
    ) -> Answer<'a> {
        if let Some(fact) = &mut fact {
            fact.fill_clean(block, piece, clean);
        }
        let CleanClaim { charge_cents, service_lines, drug_lines } = clean;
        let (disposition, fragments) = (Disposition::Accepted, None);
        Answer { disposition, charge_cents, service_lines, drug_lines, fragments, fact, key: None }
    }

    /// Returns whether `clean`, made at sight, says what this answer says, made of the claim in full.
    pub fn agrees_with(&self, clean: &Answer<'_>) -> bool {
        let counted = |answer: &Answer<'_>| {
            (answer.disposition, answer.charge_cents, answer.service_lines, answer.drug_lines)
        };
        let untold = self.fragments.as_ref().is_none_or(|fragments| fragments.codes.is_empty());
        untold && counted(self) == counted(clean) && self.fact == clean.fact
    }
}

/// Counts lines of one claim, which are far less than four billions.
fn count(lines: usize) -> u32 {
    u32::try_from(lines).expect("a claim has less than 4 GiB")
}

/// Returns the codes of a claim's own findings: the fault of a unit is counted once, with the unit.
fn codes_of(verdict: &Verdict<'_>) -> Vec<&'static str> {
    let is_of_unit = |finding: &Finding<'_>| finding.fault.is_some_and(|fault| fault.level != Level::Segment);
    verdict.findings.iter().filter(|finding| !is_of_unit(finding)).map(|finding| finding.about.code).collect()
}
