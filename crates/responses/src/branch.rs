//! What a branch gives to the answers: what is wrong with it by itself.
//!
//! What is wrong with a branch spoils the claims below it and is told with them; in the 999, where it stands.
//! A terminal shows it once, when the branch is over and it is known how many claims stood below it.
//! A branch without claims spoils nothing, and is told for itself.
//! What refuses the whole set is told with the set, and not again with the branch that has it.

use claims::{Block, Fault, Head};
use edits::{Finding, about_fault, element_of_fault};
use guides::Guide;
use x12::Delimiters;

use crate::acks::{SegmentInError, errors_of_branch};
use crate::answer::Wanted;
use crate::brr::BranchTold;

/// A branch, and the units around it.
pub struct BranchRecord<'r, 'a> {
    /// The whole file, for byte offsets.
    pub file: &'a [u8],
    /// HL01.
    pub level_number: &'a [u8],
    /// ST02.
    pub transaction_set_control_number: &'a [u8],
    /// Position in the file of the ST segment, from 1.
    pub set_first_segment: u64,
    /// What the guide of the transaction set says, if it is one that is known.
    pub guide: Option<&'static Guide>,
    /// The separators of the interchange.
    pub delimiters: Delimiters,
    /// Whether its set, or a unit around it, is refused.
    pub is_refused: bool,
    /// The faults that refuse its set.
    pub set_faults: &'r [Fault<'a>],
}

/// What there is to tell of a branch in which something is wrong.
#[derive(Clone)]
pub struct BranchAnswer {
    /// The code of every finding that is not told with the set.
    pub(crate) codes: Vec<&'static str>,
    /// The same findings for a terminal, without the number of claims below.
    pub(crate) told: Vec<BranchTold>,
    /// For the 999.
    pub(crate) errors: Vec<SegmentInError>,
}

impl<'r, 'a> BranchRecord<'r, 'a> {
    /// Puts the record of a branch together.
    pub fn of(file: &'a [u8], block: &'r Block<'a>, head: &Head<'a>) -> BranchRecord<'r, 'a> {
        let set = block.set(head.set);
        let delimiters = block.interchange_of(head.set).delimiters();
        let hl = x12::segments(head.bytes, delimiters).next();
        BranchRecord {
            file,
            level_number: hl.map_or(&[], |hl| hl.element(1)),
            transaction_set_control_number: set.control_number(),
            set_first_segment: set.first_segment,
            guide: set.implementation.table,
            delimiters,
            is_refused: block.set_is_refused(head.set),
            set_faults: &set.faults,
        }
    }

    /// Whether the finding is a fault that refuses the whole set, and is told with it.
    fn is_of_set(&self, finding: &Finding<'_>) -> bool {
        let found = &finding.element;
        self.set_faults.iter().any(|fault| {
            let element = element_of_fault(fault);
            about_fault(fault.kind).code == finding.about.code
                && element.segment_number == found.segment_number
                && std::ptr::eq(element.place, found.place)
                && element.name.text() == found.name.text()
        })
    }
}

impl BranchAnswer {
    /// Makes the answer to a branch in which `findings` were found; nothing if there are none.
    pub fn of(
        record: &BranchRecord<'_, '_>,
        findings: &[Finding<'_>],
        wanted: &Wanted,
    ) -> Option<BranchAnswer> {
        if findings.is_empty() {
            return None;
        }
        let own: Vec<&Finding<'_>> = findings.iter().filter(|finding| !record.is_of_set(finding)).collect();
        let told = wanted.annotated.as_ref().map_or_else(Vec::new, |_| BranchTold::of(record, &own));
        let errors = wanted.acknowledging.map_or_else(Vec::new, |_| errors_of_branch(record, findings));
        Some(BranchAnswer { codes: own.iter().map(|finding| finding.about.code).collect(), told, errors })
    }
}

/// The branches that are open and have something to tell, with how many claims stood below each so far.
#[derive(Clone, Default)]
pub(crate) struct OpenBranches([Option<OpenBranch>; DEPTHS]);

/// A branch in which something is wrong.
#[derive(Clone)]
pub(crate) struct OpenBranch {
    /// What there is to tell of it.
    pub answer: BranchAnswer,
    /// Claims below it; what is wrong is told with each of them too.
    pub claims: u64,
}

/// How deep branches stand: billing provider, subscriber, patient.
const DEPTHS: usize = 3;

impl OpenBranches {
    /// Opens a branch; those at and below its depth are over, and what is to be told of them is returned.
    pub(crate) fn enter(&mut self, depth: usize, answer: Option<&BranchAnswer>) -> Vec<OpenBranch> {
        let over = self.leave(depth);
        self.0[depth] = answer.map(|answer| OpenBranch { answer: answer.clone(), claims: 0 });
        over
    }

    /// Counts a claim that stands in the open branches.
    pub(crate) fn claim(&mut self) {
        for open in self.0.iter_mut().flatten() {
            open.claims += 1;
        }
    }

    /// Ends the branches at `depth` and below; returns what is to be told of them, the outermost first.
    pub(crate) fn leave(&mut self, depth: usize) -> Vec<OpenBranch> {
        self.0[depth..].iter_mut().filter_map(Option::take).collect()
    }
}
