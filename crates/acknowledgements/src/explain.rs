//! Reads a file with acknowledgements, interchange by interchange.

use x12::{Delimiters, Event, Fault, Limits, Reader, Segment, offset_in};

use crate::statement::{Statement, Tell};
use crate::text::{day, text, time};
use crate::{ack_824, ack_999, claim_status, ta1};

/// What a file holds, as far as it decides who can explain it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// Whether there is an interchange.
    pub has_interchange: bool,
    /// Whether there is an acknowledgement.
    pub has_acknowledgement: bool,
    /// ST01 of the first set that is none.
    pub other: Option<String>,
}

/// A transaction set, and the functional group that it stands in.
#[derive(Clone, Copy)]
pub(crate) struct Set<'a> {
    pub gs: Option<Segment<'a>>,
    pub st: Segment<'a>,
    /// From ST up to its end.
    bytes: &'a [u8],
    delimiters: Delimiters,
}

impl<'a> Set<'a> {
    /// Iterates over its segments, ST first.
    pub(crate) fn segments(&self) -> Segments<'a> {
        Segments { rest: self.bytes, delimiters: self.delimiters }
    }

    /// Returns GS02 or GS03.
    pub(crate) fn party(&self, element: usize) -> &'a [u8] {
        self.gs.map_or(&[][..], |gs| gs.element(element).trim_ascii())
    }
}

/// The segments of a set from one of them on.
///
/// A copy looks ahead for next to nothing; a set may be too large to be held as segments.
#[derive(Clone)]
pub(crate) struct Segments<'a> {
    rest: &'a [u8],
    delimiters: Delimiters,
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        let segment = x12::segments(self.rest, self.delimiters).next()?;
        let end = offset_in(self.rest, segment.bytes) + segment.bytes.len();
        self.rest = &self.rest[end..];
        Some(segment)
    }
}

/// The sets that are acknowledgements, and who explains them.
///
/// Source: X12.3, data element 143.
const FORMS: [(&[u8], Explains); 4] = [
    (b"999", ack_999::explain),
    (b"997", ack_999::explain),
    (b"824", ack_824::explain),
    (b"277", claim_status::explain),
];

type Explains = for<'t, 'a> fn(&mut ack_999::Answers<'a>, Set<'a>, &mut Tell<'t, 'a>);

fn form(st: Segment<'_>) -> Option<Explains> {
    let id = st.element(1).trim_ascii();
    FORMS.iter().find(|(name, _)| *name == id).map(|(_, explains)| *explains)
}

/// Looks what is in `file`.
pub fn content(file: &[u8]) -> Content {
    let mut reader = Reader::new(file, Limits::default());
    let mut content = Content::default();
    while let Some(event) = reader.next() {
        reader.take_faults();
        match event {
            Event::InterchangeBegin(_) => content.has_interchange = true,
            Event::Between(segment) if is_ta1(segment) => content.has_acknowledgement = true,
            Event::SetBegin(st) if form(st).is_some() => content.has_acknowledgement = true,
            Event::SetBegin(st) => {
                content.other.get_or_insert_with(|| text(st.element(1)));
            }
            _ => {}
        }
    }
    content
}

/// Tells everything that the acknowledgements in `file` say; returns what is wrong with their envelopes.
pub fn explain<'a>(file: &'a [u8], tell: &mut Tell<'_, 'a>) -> Vec<Fault<'a>> {
    let mut reader = Reader::new(file, Limits::default());
    let mut faults = Vec::new();
    let mut answers = ack_999::Answers::default();
    let mut gs = None;
    let mut open: Option<Segment<'a>> = None;
    while let Some(event) = reader.next() {
        match event {
            Event::InterchangeBegin(isa) => tell(interchange(isa)),
            Event::Between(segment) if is_ta1(segment) => ta1::explain(segment, tell),
            Event::GroupBegin(begun) => gs = begun,
            Event::SetBegin(st) => open = Some(st),
            Event::SetEnd(se) => {
                if let Some(st) = open.take() {
                    let start = offset_in(file, st.bytes);
                    let end = se.map_or(reader.position(), |se| offset_in(file, se.bytes));
                    let bytes = &file[start..end.max(start)];
                    let set = Set { gs, st, bytes, delimiters: st.delimiters };
                    one(&mut answers, set, tell);
                }
            }
            _ => {}
        }
        faults.extend(reader.take_faults());
    }
    // The end of the file may be a fault of its own.
    faults.extend(reader.take_faults());
    faults
}

fn is_ta1(segment: Segment<'_>) -> bool {
    segment.element(0) == b"TA1"
}

fn interchange(isa: Segment<'_>) -> Statement<'_> {
    let sent = format!("{} {}", day(isa.element(9)), time(isa.element(10)));
    let test = if isa.element(15) == b"T" { ", a test" } else { "" };
    let [number, from, to] = [13, 6, 8].map(|element| text(isa.element(element)));
    Statement::new(0, format!("Interchange {number} of {}, from {from} to {to}{test}.", sent.trim()))
}

fn one<'a>(answers: &mut ack_999::Answers<'a>, set: Set<'a>, tell: &mut Tell<'_, 'a>) {
    let Some(explains) = form(set.st) else {
        let [kind, number] = set.st.first_elements().map(text);
        tell(Statement::new(0, format!("Transaction set {number} ({kind}) is no acknowledgement.")));
        return;
    };
    explains(answers, set, tell);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Answered, Pointer};

    const ISA: &str = "ISA*00*          *00*          *ZZ*PAYER          *ZZ*SUBMITTER      *251103*0800*^*00501*000000009*0*T*:~";
    const GS: &str = "GS*FA*PAYER*SUBMITTER*20251103*0800*1*X*005010X231A1~";
    const SENT: &str = "ISA*00*          *00*          *ZZ*SUBMITTER      *ZZ*PAYER          *251103*0730*^*00501*000000007*1*P*:~
GS*HC*SUBMITTER*PAYER*20251103*0730*0012*X*005010X222A1~
ST*837*0001*005010X222A1~
CLM*AB-1*10***11:B:1~
HI*ABK:M5450^ABF:J45909~
LX*1~
SV1*HC:J3490:*10*UN*1~
REF*6R*AB-1-1~
SE*7*0001~
ST*837*0001*005010X222A1~
CLM*AB-2*10~
SE*3*0001~
GE*2*0012~
IEA*1*000000007~";

    fn whole(between: &str) -> String {
        format!("{ISA}{between}IEA*{}*000000009~", between.matches("GS*FA").count())
    }

    /// Returns what a group, or a TA1, says.
    fn said(between: &str) -> Vec<(usize, String)> {
        let file = whole(between);
        let mut all = Vec::new();
        let faults = explain(file.as_bytes(), &mut |said| all.push((said.depth, said.words)));
        assert!(faults.is_empty());
        assert_eq!(
            all.remove(0),
            (0, "Interchange 000000009 of 2025-11-03 08:00, from PAYER to SUBMITTER, a test.".to_owned())
        );
        all
    }

    fn set(id: &str, segments: &str) -> String {
        let count = segments.matches('~').count() + 2;
        format!("{GS}ST*{id}*0001~{segments}SE*{count}*0001~GE*1*1~")
    }

    #[track_caller]
    fn check(between: &str, expected: &[(usize, &str)]) {
        let said = said(between);
        let said: Vec<(usize, &str)> = said.iter().map(|(depth, words)| (*depth, words.as_str())).collect();
        assert_eq!(said, expected);
    }

    #[test]
    fn a_ta1_says_what_became_of_an_interchange() {
        check(
            "TA1*000000007*251103*0730*R*021~TA1*000000008*251103*0730*Q*999~",
            &[
                (
                    0,
                    "Interchange 000000007 of 2025-11-03 07:30 is rejected (TA104 R): the number of functional groups is wrong (TA105 021).",
                ),
                (
                    0,
                    "Interchange 000000008 of 2025-11-03 07:30 is answered with code Q, which is none of the guide's (TA104 Q): code 999, which is none of the guide's (TA105 999).",
                ),
            ],
        );
    }

    #[test]
    fn a_999_says_it_from_the_group_down_to_the_element() {
        check(
            &set(
                "999",
                "AK1*HC*0012*005010X222A1~AK2*837*0001~IK3*SV1*5*2400*8~CTX*SITUATIONAL TRIGGER*HI*3*2300*1:2~CTX*CLM01:AB-1~IK4*1:3*1339*1~CTX*TRN02:X~IK4*9**I10*V~IK3*REF*6*2400*5~IK5*R*5*I5~AK2*837*0001~IK5*A~AK9*P*2*2*1~",
            ),
            &[
                (
                    0,
                    "Functional group 0012 (HC, 005010X222A1), which SUBMITTER sent to PAYER, is accepted in part (AK901 P).",
                ),
                (1, "Transaction sets announced: 2, received: 2, accepted: 1."),
                (1, "Transaction set 0001 (837) is rejected (IK501 R)."),
                (2, "One or more of its segments are in error (IK502 5)."),
                (2, "It departs from its implementation guide (IK503 I5)."),
                (2, "SV1, segment 5 of the set, loop 2400 (service line), has elements in error (IK304 8)."),
                (
                    3,
                    "What asks for it, or rules it out, is HI01-2, segment 3 of the set, loop 2300 (claim) (CTX).",
                ),
                (3, "It is about claim AB-1 (CLM01)."),
                (3, "SV101-3, data element 1339, is missing (IK403 1)."),
                (4, "It is about TRN02 X (CTX)."),
                (3, "SV109 is not used by the guide (IK403 I10): V."),
                (2, "REF, segment 6 of the set, loop 2400 (service line), stands too often (IK304 5)."),
                (1, "Transaction set 0001 (837) is accepted (IK501 A)."),
            ],
        );
    }

    #[test]
    fn a_997_says_the_same_and_verdicts_may_be_missing() {
        check(
            &set(
                "997",
                "AK1*HC*0012~AK2*837*0001~AK3*SV1*5**8~AK4*2**6*1O~AK5*E*5~AK2*837*0002~AK9*R*0*0*0*3*77~AK1*HC*13~",
            ),
            &[
                (0, "Functional group 0012 (HC), which SUBMITTER sent to PAYER, is rejected (AK901 R)."),
                (1, "Transaction sets announced: 0, received: 0, accepted: 0."),
                (1, "Its trailer is missing (AK905 3)."),
                (1, "Code 77, which is none of the guide's (AK906 77)."),
                (1, "Transaction set 0001 (837) is accepted with errors (AK501 E)."),
                (2, "One or more of its segments are in error (AK502 5)."),
                (2, "SV1, segment 5 of the set, has elements in error (AK304 8)."),
                (3, "SV102 has characters that its type does not allow (AK403 6): 1O."),
                (1, "Transaction set 0002 (837) is answered without a verdict: IK5 is missing."),
                (
                    0,
                    "Functional group 13 (HC), which SUBMITTER sent to PAYER, is answered without a verdict: AK9 is missing.",
                ),
            ],
        );
    }

    #[test]
    fn an_824_says_what_an_application_found() {
        check(
            &set(
                "824",
                "BGN*11*R1*20251103~OTI*IR*TN*AB-1*****0012*0001*837*005010X222A1~TED*024*Not known*SV1*5*1*2*J3490~CTX*LOOP 2400*SV1*5*2400*1:2~CTX*LX01:1~RED*NA**94**IBP*E038~TED*007**REF*6*2~OTI*TA*TN*NA~",
            ),
            &[
                (0, "Application advice R1 of 2025-11-03."),
                (
                    1,
                    "Claim AB-1 is rejected (OTI01 IR), in transaction set 0001 (837, 005010X222A1) of functional group 0012.",
                ),
                (
                    2,
                    "SV101-2, segment 5 of the set, loop 2400 (service line): Not known (TED01 024); the value is J3490.",
                ),
                (3, "It is about service line 1 (CTX)."),
                (3, "Reason: code E038 of list IBP (RED06)."),
                (2, "REF02, segment 6 of the set, is missing (TED01 007)."),
                (1, "Transaction set is accepted (OTI01 TA)."),
            ],
        );
    }

    #[test]
    fn a_277ca_says_how_every_claim_stands() {
        check(
            &set(
                "277",
                "BHT*0085*08*B1*20251103~HL*1**20*1~NM1*PR*2*STATE~TRN*1*X~HL*2*1*21*1~NM1*41*2*SENDER~TRN*2*B0~STC*A1:19:PR*20251103*WQ*10~QTY*AA*1~AMT*YY*10~HL*3*2*PT~NM1*QC*1*FENWICK*AUGUST~TRN*2*AB-1~STC*A7:562:85*20251103*U*10******A8:999**Call us~REF*1K*77~SVC*HC:J3490*10~STC*A7:218**U~REF*FJ*AB-1-1~",
            ),
            &[
                (0, "Claim status B1 of 2025-11-03."),
                (1, "Of submitter SENDER:"),
                (2, "Received, and not decided on; received, of the payer (STC01 A1:19:PR)."),
                (2, "Claims rejected: 1 (QTY AA)."),
                (2, "Charges rejected: 10 (AMT YY)."),
                (
                    1,
                    "Claim AB-1 of patient FENWICK, AUGUST, number 77 of the payer (REF 1K), charge 10, is rejected (STC03 U):",
                ),
                (2, "Rejected, since something is invalid; NPI, of the billing provider (STC01 A7:562:85)."),
                (2, "Rejected, since things do not fit together; status code 999 (STC10 A8:999)."),
                (2, "It adds: Call us (STC12)."),
                (2, "Service line AB-1-1, procedure J3490:"),
                (3, "Rejected, since something is invalid; NDC (STC01 A7:218)."),
            ],
        );
    }

    /// Returns what the pointers of `between` find in the file that was sent.
    fn places(between: &str) -> Vec<Result<(u64, String), String>> {
        let file = whole(between);
        let mut pointers: Vec<Pointer<'_>> = Vec::new();
        explain(file.as_bytes(), &mut |said| pointers.extend(said.pointer));
        let mut answered = Answered::read(SENT.as_bytes());
        let found = pointers.iter().map(|pointer| answered.find(pointer));
        let shown = |place: &[u8]| String::from_utf8(place.to_vec()).unwrap();
        found
            .map(|found| match found {
                Ok(spot) => {
                    Ok((spot.segment_number, shown(spot.place) + spot.doubt.as_deref().unwrap_or("")))
                }
                Err(not_found) => Err(not_found.0),
            })
            .collect()
    }

    #[test]
    fn what_is_in_error_is_found_in_the_file_that_was_sent() {
        let at = |number: u64, text: &str| Ok((number, text.to_owned()));
        let ack = set(
            "999",
            "AK1*HC*12~AK2*837*0001~IK3*HI*3**8~IK4*2::1**7~IK4*1:2:2**7~IK3*SV1*5**8~IK4*1**3~IK4*4**3~IK4*7**1~IK3*DTP*6**3~IK5*R*4~AK2*837*0001~IK3*CLM*2**8~IK4*1**5~IK5*R*23~AK9*R*2*2*0*5~",
        );
        assert_eq!(
            places(&ack),
            [
                at(13, "2"),
                at(9, "7"),
                at(5, ""),
                at(5, "J45909"),
                at(7, ""),
                at(7, "1"),
                at(7, ""),
                at(8, ""),
                at(10, "0001"),
                at(11, "AB-2"),
            ]
        );
        let claims = set(
            "277",
            "HL*1**PT~NM1*QC*1*X~TRN*2*AB-1~STC*A7:21**U~SVC*HC:X~STC*A7:21~REF*FJ*1~TRN*2*AB-9~STC*A3:21~",
        );
        let missing = Err("the file has no claim AB-9 (CLM01).".to_owned());
        assert_eq!(places(&claims), [at(4, "AB-1"), at(7, "HC:J3490:"), missing]);
        let ta1 = "TA1*000000007*251103*0730*R*020~TA1*000000001*251103*0730*R*020~";
        let missing = Err("the file has no interchange 000000001 (ISA13).".to_owned());
        assert_eq!(places(ta1), [at(1, "P"), missing]);
    }

    #[test]
    fn no_cut_makes_it_fall_over() {
        let file = format!(
            "{ISA}TA1*1*2*3*R*001~{}",
            set("999", "AK1*HC*12~AK2*837*0001~IK3*HI*3**8~CTX*CLM01:X~IK4*2::1**7~IK5*R*4~AK9*R*2*2*0*5~")
        );
        for end in 0..=file.len() {
            let cut = &file.as_bytes()[..end];
            let mut answered = Answered::read(cut);
            explain(cut, &mut |said| {
                if let Some(pointer) = &said.pointer {
                    let _ = answered.find(pointer);
                }
            });
            assert!(content(cut).has_interchange || end < 106);
        }
    }
}
