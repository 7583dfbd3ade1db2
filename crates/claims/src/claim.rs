//! One claim, read from its segments: loop 2300 and the service lines and drugs below it.

use x12::{Level, Segment, SegmentId};

use crate::amount::Amount;
use crate::dates::{Period, period_of};
use crate::fault::{Fault, Kind};
use crate::implementation::Guide;
use crate::loops::{Loop, follow};
use crate::pieces::PieceSegments;

/// A claim as a view of the file.
///
/// One value is read into again and again, so that a run makes its vectors once.
#[derive(Default)]
pub struct Claim<'a> {
    /// CLM01.
    pub patient_control_number: &'a [u8],
    /// CLM02.
    pub total_charge: Option<Amount<'a>>,
    /// DTP*434 of loop 2300.
    pub statement: Option<Period<'a>>,
    /// Loops 2400, in file order.
    pub lines: Vec<ServiceLine<'a>>,
    /// Loops 2410 of all lines, in file order.
    pub drugs: Vec<Drug<'a>>,
    /// Position in the file of the CLM segment, from 1.
    pub first_segment: u64,
    /// What is wrong with the segments that were read.
    pub faults: Vec<Fault<'a>>,
}

/// Loop 2400.
#[derive(Clone, Copy)]
pub struct ServiceLine<'a> {
    /// LX01, as sent; empty where the LX is missing.
    pub number: &'a [u8],
    /// Position within the claim, from 0, of the LX segment, or of the service segment that lacks it.
    pub index: u32,
    /// The first SV1, SV2 or SV3.
    pub service: Option<Service<'a>>,
    /// The first DTP*472.
    pub date: Option<Period<'a>>,
    /// Where a segment that loop 2400 lacks should stand: an empty slice behind its last, and the position within the claim, from 0.
    pub gap: (&'a [u8], u32),
    drugs: (u32, u32),
}

/// SV1, SV2 or SV3.
#[derive(Clone, Copy)]
pub struct Service<'a> {
    /// The segment.
    pub segment: Segment<'a>,
    /// Position of the segment within the claim, from 0.
    pub index: u32,
    /// Whose guide has the segment.
    pub guide: Guide,
    /// SV101-1, SV202-1 or SV301-1.
    pub qualifier: &'a [u8],
    /// SV101-2, SV202-2 or SV301-2.
    pub procedure: &'a [u8],
    /// SV102, SV203 or SV302.
    pub charge: Amount<'a>,
}

/// Loop 2410.
#[derive(Clone, Copy)]
pub struct Drug<'a> {
    /// LIN.
    pub lin: Segment<'a>,
    /// Position of the LIN segment within the claim, from 0.
    pub index: u32,
    /// LIN02.
    pub qualifier: &'a [u8],
    /// LIN03, as sent.
    pub ndc: &'a [u8],
    /// The first CTP.
    pub pricing: Option<Pricing<'a>>,
    /// REF*XZ or REF*VY.
    pub prescription: Option<Segment<'a>>,
}

/// CTP of loop 2410.
#[derive(Clone, Copy)]
pub struct Pricing<'a> {
    /// Position of the segment within the claim, from 0.
    pub index: u32,
    /// CTP04.
    pub quantity: &'a [u8],
    /// CTP05-1.
    pub unit: &'a [u8],
}

const CLM: SegmentId = SegmentId::new(b"CLM");
const DTP: SegmentId = SegmentId::new(b"DTP");
const LX: SegmentId = SegmentId::new(b"LX");
const SV1: SegmentId = SegmentId::new(b"SV1");
const SV2: SegmentId = SegmentId::new(b"SV2");
const SV3: SegmentId = SegmentId::new(b"SV3");
const LIN: SegmentId = SegmentId::new(b"LIN");
const CTP: SegmentId = SegmentId::new(b"CTP");
const REF: SegmentId = SegmentId::new(b"REF");

impl<'a> Claim<'a> {
    /// Reads the claim that `segments` make up, in place of what was read before.
    pub fn read(&mut self, segments: PieceSegments<'a, '_>, first_segment: u64) {
        self.lines.clear();
        self.drugs.clear();
        self.faults.clear();
        self.patient_control_number = &[];
        self.total_charge = None;
        self.statement = None;
        self.first_segment = first_segment;
        let mut here = Loop::L2300;
        for (index, id) in segments.names().enumerate() {
            let before = here;
            here = follow(here, id);
            if before == Loop::L2400 && (here != before || id == LX) {
                self.end_own_segments(segments, index);
            }
            let lines = self.lines.len();
            self.segment(id, segments, index, here);
            if lines < self.lines.len() {
                // A service segment that lacks its LX opens the loop all the same.
                here = Loop::L2400;
            }
        }
        if here == Loop::L2400 {
            self.end_own_segments(segments, segments.names().len());
        }
    }

    /// Notes that the last line's own segments end in front of the one at `index`.
    #[inline]
    fn end_own_segments(&mut self, segments: PieceSegments<'a, '_>, index: usize) {
        if let Some(line) = self.lines.last_mut() {
            let last = segments.at(index - 1).bytes;
            line.gap = (&last[last.len()..], place(index));
        }
    }

    /// Takes what is read of the segment at `index`; of most nothing is, and their names settle it.
    #[inline]
    fn segment(&mut self, id: SegmentId, segments: PieceSegments<'a, '_>, index: usize, here: Loop) {
        match id {
            CLM => self.claim(segments, index),
            DTP => self.date(segments, index),
            LX => self.line(segments.first_elements::<1>(index)[0], index),
            SV1 => self.service(segments, index, Guide::Professional),
            SV2 => self.service(segments, index, Guide::Institutional),
            SV3 => self.service(segments, index, Guide::Dental),
            LIN => self.drug(segments, index),
            CTP if here == Loop::L2410 => self.pricing(segments, index),
            REF if here == Loop::L2410 => self.prescription(segments, index),
            _ => {}
        }
    }

    fn claim(&mut self, segments: PieceSegments<'a, '_>, index: usize) {
        let [patient_control_number, charge] = segments.first_elements(index);
        let charge = Amount::of(charge);
        self.patient_control_number = patient_control_number;
        self.total_charge = Some(charge);
        if self.patient_control_number.is_empty() {
            self.fault(Kind::Clm01Missing, patient_control_number, index);
        }
        if charge.cents.is_none() {
            self.fault(Kind::Clm02Unreadable, charge.text, index);
        }
    }

    fn date(&mut self, segments: PieceSegments<'a, '_>, index: usize) {
        let [qualifier, format, text] = segments.first_elements(index);
        match (self.lines.last_mut(), qualifier) {
            (Some(line), [b'4', b'7', b'2']) if line.date.is_none() => {
                line.date = Some(period_of(format, text, place(index)));
            }
            (None, [b'4', b'3', b'4']) if self.statement.is_none() => {
                self.statement = Some(period_of(format, text, place(index)));
            }
            _ => {}
        }
    }

    fn line(&mut self, number: &'a [u8], index: usize) {
        let drugs = place(self.drugs.len());
        self.lines.push(ServiceLine {
            number,
            index: place(index),
            service: None,
            date: None,
            gap: (&[], 0),
            drugs: (drugs, drugs),
        });
    }

    fn service(&mut self, segments: PieceSegments<'a, '_>, index: usize, guide: Guide) {
        if self.lines.is_empty() {
            // Without its LX the line has no number, but its drug must not go unjudged.
            self.line(&segments.at(index).bytes[..0], index);
        }
        let Some(line) = self.lines.last_mut().filter(|line| line.service.is_none()) else { return };
        let [first, second, third] = segments.first_elements(index);
        let (composite, charge) =
            if guide == Guide::Institutional { (second, third) } else { (first, second) };
        let charge = Amount::of(charge);
        let segment = segments.at(index);
        let [qualifier, procedure] = segment.first_components(composite);
        line.service = Some(Service { segment, index: place(index), guide, qualifier, procedure, charge });
        if charge.cents.is_none() && !charge.text.is_empty() {
            self.fault(Kind::LineChargeUnreadable, charge.text, index);
        }
    }

    fn drug(&mut self, segments: PieceSegments<'a, '_>, index: usize) {
        let Some(line) = self.lines.last_mut() else { return };
        line.drugs.1 += 1;
        let [_, qualifier, ndc] = segments.first_elements(index);
        let lin = segments.at(index);
        self.drugs.push(Drug { lin, index: place(index), qualifier, ndc, pricing: None, prescription: None });
    }

    fn pricing(&mut self, segments: PieceSegments<'a, '_>, index: usize) {
        if let Some(drug) = self.drugs.last_mut().filter(|drug| drug.pricing.is_none()) {
            let [_, _, _, quantity, composite] = segments.first_elements(index);
            let [unit] = segments.at(index).first_components(composite);
            drug.pricing = Some(Pricing { index: place(index), quantity, unit });
        }
    }

    fn prescription(&mut self, segments: PieceSegments<'a, '_>, index: usize) {
        if let Some(drug) = self.drugs.last_mut()
            && let [b"XZ" | b"VY"] = segments.first_elements(index)
        {
            drug.prescription.get_or_insert(segments.at(index));
        }
    }

    fn fault(&mut self, kind: Kind, guilty: &'a [u8], index: usize) {
        let segment_number = self.segment_number(place(index));
        self.faults.push(Fault::new(kind, Level::Segment, guilty, segment_number));
    }

    /// Returns the position in the file, from 1, of the segment at `index` within the claim.
    #[inline]
    pub fn segment_number(&self, index: u32) -> u64 {
        self.first_segment + u64::from(index)
    }

    /// Returns the loops 2410 of `line`.
    #[inline]
    pub fn drugs_of(&self, line: &ServiceLine<'a>) -> &[Drug<'a>] {
        &self.drugs[line.drugs.0 as usize..line.drugs.1 as usize]
    }
}

/// Returns the index of a segment within its claim, which has less than four gibibytes.
#[inline]
fn place(index: usize) -> u32 {
    u32::try_from(index).expect("a claim has less than 2^32 segments")
}

impl<'a> ServiceLine<'a> {
    /// Returns the procedure code and its qualifier; empty where there is none.
    #[inline]
    pub fn procedure(&self) -> (&'a [u8], &'a [u8]) {
        self.service.map_or((&[], &[]), |service| (service.qualifier, service.procedure))
    }

    /// Returns whether the line is an institutional one.
    #[inline]
    pub fn is_institutional(&self) -> bool {
        self.service.is_some_and(|service| service.guide == Guide::Institutional)
    }
}

impl<'a> Service<'a> {
    /// Returns the element number of the composite that names the procedure.
    pub fn composite(&self) -> usize {
        if self.guide == Guide::Institutional { 2 } else { 1 }
    }

    /// Returns SV201, which only an institutional line has.
    pub fn revenue(&self) -> &'a [u8] {
        if self.guide == Guide::Institutional { self.segment.element(1) } else { &[] }
    }

    /// Returns the modifiers of the procedure.
    pub fn modifiers(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.segment.components(self.composite()).skip(2).take(4).filter(|modifier| !modifier.is_empty())
    }
}

impl<'a> Drug<'a> {
    /// Returns whether the product is named by an NDC: LIN02 is N4 and LIN03 is not empty.
    #[inline]
    pub fn has_ndc(&self) -> bool {
        matches!(self.qualifier, [b'N', b'4']) && !self.ndc.is_empty()
    }

    /// Returns CTP04; empty where it is missing.
    #[inline]
    pub fn quantity(&self) -> &'a [u8] {
        self.pricing.map_or(&[], |pricing| pricing.quantity)
    }

    /// Returns CTP05-1; empty where it is missing.
    #[inline]
    pub fn unit(&self) -> &'a [u8] {
        self.pricing.map_or(&[], |pricing| pricing.unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pieces::SegmentMark;
    use x12::Delimiters;

    const DELIMITERS: Delimiters =
        Delimiters { segment: b'~', element: b'*', component: b':', repetition: b'^' };

    fn read(text: &str) -> Claim<'_> {
        let marks = SegmentMark::of(text.as_bytes(), DELIMITERS);
        let mut claim = Claim::default();
        claim.read(PieceSegments::new(text.as_bytes(), DELIMITERS, &marks), 10);
        claim
    }

    #[test]
    fn a_professional_claim_is_read() {
        let claim = read(
            "CLM*A1*300.5***11:B:1*Y*A*Y*Y~HI*ABK:C50~NM1*82*1*DOE~LX*1~SV1*HC:J9035:JW:JZ*250*UN*10***1~\
             DTP*472*D8*20251003~LIN**N4*50242006001~CTP****4*ML~REF*XZ*123~LX*2~SV1*HC:99213*50.5*UN*1***1~",
        );
        assert_eq!(claim.patient_control_number, b"A1");
        assert_eq!(claim.total_charge.and_then(|charge| charge.cents), Some(30_050));
        assert_eq!(claim.lines.len(), 2);
        let line = &claim.lines[0];
        let service = line.service.unwrap();
        assert_eq!(
            (line.number, service.qualifier, service.procedure),
            (&b"1"[..], &b"HC"[..], &b"J9035"[..])
        );
        assert_eq!(service.modifiers().collect::<Vec<_>>(), [b"JW", b"JZ"]);
        let drug = &claim.drugs_of(line)[0];
        assert!(drug.has_ndc());
        assert_eq!((drug.ndc, drug.quantity(), drug.unit()), (&b"50242006001"[..], &b"4"[..], &b"ML"[..]));
        assert_eq!(drug.prescription.unwrap().element(2), b"123");
        assert!(claim.drugs_of(&claim.lines[1]).is_empty());
        assert!(claim.faults.is_empty());
        assert_eq!(claim.segment_number(drug.index), 16);
    }

    #[test]
    fn an_institutional_claim_has_its_statement_dates() {
        let claim = read(
            "CLM*A1*250***13:A:1~DTP*434*RD8*20251001-20251003~LX*1~SV2*0636*HC:J9035*250*UN*10~LIN**EN*5~",
        );
        assert!(claim.statement.unwrap().days.is_some());
        let service = claim.lines[0].service.unwrap();
        assert_eq!((service.revenue(), service.procedure), (&b"0636"[..], &b"J9035"[..]));
        assert!(claim.lines[0].is_institutional());
        assert!(!claim.drugs[0].has_ndc());
    }

    #[test]
    fn what_is_missing_has_its_place_behind_the_lines_own_segments() {
        let text = "CLM*A1*5~LX*1~SV1*HC:J1*5~NM1*82~LX*2~SV1*HC:J1*5~";
        let claim = read(text);
        let places: Vec<_> = claim
            .lines
            .iter()
            .map(|line| (x12::offset_in(text.as_bytes(), line.gap.0), line.gap.1))
            .collect();
        assert_eq!(places, [(text.find("~NM1").unwrap(), 3), (text.len() - 1, 6)]);
    }

    #[test]
    fn a_line_without_its_lx_and_its_drug_are_read() {
        let text = "CLM*A1*5~NM1*82~SV1*HC:J1*5~DTP*472*D8*20251003~LIN**N4*50242006001~CTP****4*ML~";
        let claim = read(text);
        let line = &claim.lines[0];
        assert_eq!((claim.lines.len(), line.number, line.procedure().1), (1, &b""[..], &b"J1"[..]));
        assert_eq!(x12::offset_in(text.as_bytes(), line.number), text.find("SV1").unwrap());
        assert_eq!((line.date.is_some(), line.gap.1, claim.drugs_of(line)[0].unit()), (true, 4, &b"ML"[..]));
        assert_eq!(read("CLM*A1*5~SV1*HC:J1*5~SV1*HC:J2*5~LX*2~SV1*HC:J3*5~").lines.len(), 2);
    }

    #[test]
    fn unreadable_amounts_and_a_missing_id_are_faults() {
        let claim = read("CLM**x~LX*1~SV1*HC:J1*1,5~LX*2~SV1*HC:J1*~");
        let kinds: Vec<_> = claim.faults.iter().map(|fault| (fault.kind, fault.segment_number)).collect();
        assert_eq!(
            kinds,
            [(Kind::Clm01Missing, 10), (Kind::Clm02Unreadable, 10), (Kind::LineChargeUnreadable, 12)]
        );
    }
}
