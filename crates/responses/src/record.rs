//! One claim that has something to tell, with everything that any answer says of it.

use chrono::NaiveDate;
use claims::{Block, Claim, ClaimPiece, InterchangeUnit, Party, Usage, party_of};
use edits::{Disposition, Finding, Severity, Verdict};
use guides::Guide;
use x12::{Delimiters, offset_in};

/// The header of an interchange, as answers name it; every text as sent, without padding.
#[derive(Clone, Copy)]
pub struct InterchangeFacts<'a> {
    /// Position in the file, from 1.
    pub number: u64,
    /// ISA13.
    pub control_number: &'a [u8],
    /// ISA06.
    pub sender: &'a [u8],
    /// ISA08.
    pub receiver: &'a [u8],
    /// ISA09, YYMMDD.
    pub date: &'a [u8],
    /// ISA10, HHMM.
    pub time: &'a [u8],
    /// ISA15.
    pub usage_indicator: &'a [u8],
    /// ISA15, understood.
    pub usage: Usage,
    /// The separators that it declares.
    pub delimiters: Delimiters,
}

/// A claim and its verdict, with the units and parties around it.
pub struct Record<'r, 'a> {
    /// The whole file, for byte offsets.
    pub file: &'a [u8],
    /// Position among the claims of the file, from 1.
    pub claim_number: u64,
    /// Its interchange.
    pub interchange: InterchangeFacts<'a>,
    /// GS06.
    pub group_control_number: &'a [u8],
    /// ST02.
    pub transaction_set_control_number: &'a [u8],
    /// ST03, or GS08 where it is empty.
    pub implementation: &'a [u8],
    /// Loop 2010AA.
    pub billing_provider: Party<'a>,
    /// Loop 2010BA.
    pub subscriber: Party<'a>,
    /// Loop 2010CA; `None` where the subscriber is the patient.
    pub patient: Option<Party<'a>>,
    /// What the guide of the transaction set says, if it is one that is known.
    pub guide: Option<&'static Guide>,
    /// Position of the CLM segment in its transaction set, ST being 1.
    pub set_position: u64,
    /// All bytes of the claim.
    pub bytes: &'a [u8],
    /// The claim.
    pub claim: &'r Claim<'a>,
    /// What became of it.
    pub verdict: &'r Verdict<'a>,
}

impl<'a> InterchangeFacts<'a> {
    /// Reads what answers need of an ISA.
    pub fn of(unit: &InterchangeUnit<'a>) -> InterchangeFacts<'a> {
        let [_, _, _, _, _, sender, _, receiver, date, time, _, _, _, _, usage_indicator] =
            unit.isa.first_elements();
        InterchangeFacts {
            number: unit.number,
            control_number: unit.control_number(),
            sender: sender.trim_ascii_end(),
            receiver: receiver.trim_ascii_end(),
            date,
            time,
            usage_indicator,
            usage: unit.usage,
            delimiters: unit.delimiters(),
        }
    }
}

impl<'r, 'a> Record<'r, 'a> {
    /// Puts the record of a claim together.
    pub fn of(
        file: &'a [u8],
        block: &Block<'a>,
        piece: &ClaimPiece<'a>,
        claim: &'r Claim<'a>,
        verdict: &'r Verdict<'a>,
    ) -> Record<'r, 'a> {
        let set = block.set(piece.set);
        let unit = block.interchange_of(piece.set);
        let party = |depth: usize, entity: &[u8]| {
            let head = block.head(piece, depth)?;
            party_of(head.bytes, unit.delimiters(), entity)
        };
        Record {
            file,
            claim_number: piece.number,
            interchange: InterchangeFacts::of(unit),
            group_control_number: block.group_of(piece.set).control_number(),
            transaction_set_control_number: set.control_number(),
            implementation: set.implementation.reference,
            billing_provider: party(0, b"85").unwrap_or_default(),
            subscriber: party(1, b"IL").unwrap_or_default(),
            patient: party(2, b"QC"),
            guide: set.implementation.table,
            set_position: piece.set_position,
            bytes: piece.bytes,
            claim,
            verdict,
        }
    }

    /// Returns CLM02, as sent.
    pub fn charge(&self) -> &'a [u8] {
        self.claim.total_charge.map_or(&[], |charge| charge.text)
    }

    /// Returns the first and the last day of service: of the statement, else of all lines; `None` if no date can be read.
    pub fn service_dates(&self) -> Option<(NaiveDate, NaiveDate)> {
        if let Some(days) = self.claim.statement.and_then(|statement| statement.days) {
            return Some(days);
        }
        let days = self.claim.lines.iter().filter_map(|line| line.date?.days);
        days.reduce(|(first, last), (from, through)| (first.min(from), last.max(through)))
    }

    /// Returns what the submitter does about `finding`.
    ///
    /// A hold is nothing to wait for in a claim that is rejected for something else.
    pub fn remedy(&self, finding: &Finding<'a>) -> &'static str {
        if finding.severity == Severity::Hold && self.verdict.disposition == Disposition::Rejected {
            return "This line cannot be judged yet, and is judged when the claim comes again: \
                    correct the errors for which the claim is rejected, and send it again.";
        }
        finding.about.remedy
    }

    /// Returns whether `finding` is one of a branch above the claim.
    ///
    /// What is missing at the end of a branch should stand where the claim begins; its loop tells.
    /// Behind that, a segment of such a loop is one that strayed into the claim.
    pub fn is_of_branch(&self, finding: &Finding<'a>) -> bool {
        let in_branch = |name: &str| name.starts_with("2000") || name.starts_with("2010");
        let (here, claim) = (finding.element.segment_number, self.claim.first_segment);
        here < claim || (here == claim && finding.element.within.is_some_and(in_branch))
    }

    /// Returns where the guilty element of `finding` begins, in bytes of the file from 0.
    pub fn byte_of(&self, finding: &Finding<'a>) -> usize {
        offset_in(self.file, finding.element.place)
    }
}
