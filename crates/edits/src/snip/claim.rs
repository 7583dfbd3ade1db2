//! One claim: its segments in one pass, each shown to the rules that ask for it by name.

use claims::PieceSegments;
use x12::Delimiters;

use super::line_number_out_of_sequence::Numbering;
use super::{
    Spot, Tell, admission_date_missing, admission_type_missing, coordination, diagnosis_malformed,
    line_number_out_of_sequence, npi_invalid, payer_claim_control_number_missing, postal_code_malformed,
    procedure_code_malformed, state_unknown, statement_runs_backwards,
};
use crate::finding::ElementName;
use crate::kinds::Kind;

/// What rules ask of the segments of loop 2300 itself, which end with the first NM1, SBR or LX.
#[derive(Default)]
pub(super) struct Own<'a> {
    /// CLM05-1.
    pub facility: &'a [u8],
    /// CLM05-2.
    pub facility_qualifier: &'a [u8],
    /// CLM05-3.
    pub frequency: &'a [u8],
    /// Whether there is a REF*F8.
    pub has_payer_claim_control_number: bool,
    /// Whether there is a DTP*435.
    pub has_admission_date: bool,
    /// CL101, and where the CL1 stands.
    pub admission_type: Option<(&'a [u8], usize)>,
}

/// One composite of an HI.
#[derive(Clone, Copy)]
pub(super) struct Coded<'a> {
    /// The first component.
    pub qualifier: &'a [u8; 3],
    /// The second.
    pub code: &'a [u8],
    /// Position of the HI within the claim, from 0.
    index: usize,
    /// Position of the element, from 1.
    element: u16,
}

/// Codes of one HI; of more elements, the walk tells.
const CODES_MAX: u16 = 12;

/// Goes through the segments of a claim, and tells everything that the rules have to say of them.
#[derive(Default)]
pub(crate) struct Look<'a> {
    own: Own<'a>,
    /// How many segments loop 2300 itself has, once that is known.
    own_end: Option<usize>,
    numbering: Numbering,
    has_other_payer: bool,
}

impl<'a> Look<'a> {
    /// Looks at the segment at `index`, which comes behind all that were looked at.
    #[inline]
    pub(crate) fn segment(
        &mut self,
        segments: PieceSegments<'a, '_>,
        index: usize,
        kind: Kind,
        tell: Tell<'_, 'a>,
    ) {
        match kind {
            Kind::Nm1 => {
                self.own_end.get_or_insert(index);
                npi_invalid::check(segments.at(index), index, tell);
            }
            Kind::N4 => {
                let address = segments.first_elements(index);
                state_unknown::check(address, index, tell);
                postal_code_malformed::check(address, index, tell);
            }
            Kind::Hi => {
                for coded in Coded::all(segments, index) {
                    diagnosis_malformed::check(coded, tell);
                    procedure_code_malformed::check(coded, tell);
                }
            }
            Kind::Lx => {
                self.own_end.get_or_insert(index);
                let [number] = segments.first_elements(index);
                line_number_out_of_sequence::check(number, &mut self.numbering, index, tell);
            }
            Kind::Sbr => {
                self.own_end.get_or_insert(index);
                self.has_other_payer = true;
            }
            Kind::Clm | Kind::Ref | Kind::Dtp | Kind::Cl1 if self.own_end.is_none() => {
                self.own.take(segments, index, kind, tell);
            }
            _ => {}
        }
    }

    /// Ends behind the last segment.
    pub(crate) fn end(self, segments: PieceSegments<'a, '_>, tell: Tell<'_, 'a>) {
        let Look { own, own_end, has_other_payer, .. } = self;
        let last = own_end.unwrap_or(segments.names().len()).saturating_sub(1);
        payer_claim_control_number_missing::check(&own, segments, last, tell);
        admission_date_missing::check(&own, segments, last, tell);
        admission_type_missing::check(&own, tell);
        if has_other_payer {
            coordination::look(segments, tell);
        }
    }
}

impl<'a> Coded<'a> {
    /// Iterates over the codes of the HI at `index` that have a qualifier of three letters, as all have that rules ask for.
    fn all(segments: PieceSegments<'a, '_>, index: usize) -> impl Iterator<Item = Coded<'a>> {
        let codes = segments.at(index);
        let Delimiters { component: separator, repetition, .. } = codes.delimiters;
        (1..=CODES_MAX).zip(codes.elements()).filter_map(move |(element, composite)| {
            let (qualifier, rest) = composite.split_first_chunk::<3>()?;
            let (first, rest) = rest.split_first()?;
            // No composite of an HI is repeated; the walk tells of one that is.
            let end = rest.iter().position(|&byte| byte == separator || byte == repetition);
            let end = end.unwrap_or(rest.len());
            (*first == separator).then_some(Coded { qualifier, code: &rest[..end], index, element })
        })
    }

    pub fn spot(self) -> Spot<'a> {
        let name = ElementName::At { segment: b"HI", element: self.element, component: 2 };
        Spot { index: self.index, is_behind: false, name, place: self.code }
    }
}

impl<'a> Own<'a> {
    fn take(&mut self, segments: PieceSegments<'a, '_>, index: usize, kind: Kind, tell: Tell<'_, 'a>) {
        match kind {
            Kind::Clm => {
                let [_, _, _, _, place] = segments.first_elements(index);
                [self.facility, self.facility_qualifier, self.frequency] =
                    segments.at(index).first_components(place);
            }
            Kind::Ref => {
                self.has_payer_claim_control_number |= matches!(segments.first_elements(index), [b"F8"]);
            }
            Kind::Dtp => match segments.first_elements(index) {
                [b"434", format, text] => statement_runs_backwards::check(format, text, index, tell),
                [b"435", ..] => self.has_admission_date = true,
                _ => {}
            },
            _ => {
                let [admission_type] = segments.first_elements(index);
                self.admission_type.get_or_insert((admission_type, index));
            }
        }
    }

    /// Returns whether the type of bill is one of a stay: hospital, swing bed, nursing facility, religious institution.
    ///
    /// Inpatient Part B (second digit 2) is billed without an admission.
    /// Source: NUBC Official UB-04 Data Specifications, form locator 4; 005010X223A2, CLM05-2 A.
    pub fn is_inpatient(&self) -> bool {
        self.facility_qualifier == b"A" && matches!(self.facility, b"11" | b"18" | b"21" | b"41")
    }
}
