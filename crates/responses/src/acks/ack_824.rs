//! 824: which claims are rejected, and for what, in words.
//!
//! One set for each set of the file that has a rejected claim; held claims are not told, since they wait here.
//! The reasons are those of the Business Rejection Report, each with its place.
//! Code list IBP (X12 external code source 895) is sold and not public: TED01 024 says that the reason is none of a list, and
//! RED06 carries the code of the finding.
//! Source: 005010X186A1; segments REF, AMT and NM1 as its publishers' public examples have them.

use std::borrow::Cow;
use std::io;

use claims::Party;
use edits::{Disposition, Finding, Severity};

use super::envelope::{Reply, day_of, time_of};
use super::segment_errors::{segment_id, split_name};
use super::segments::{
    amount, composite, count, day, identification, is_plain, number, segment, text, text_or, words,
};
use super::units::{Group, Set};
use crate::record::Record;
use crate::store::Store;

/// What stands for something that the file does not tell.
const NOT_KNOWN: &[u8] = b"NA";

/// Bytes behind the OTI of a claim that has one error; of one that has more they grow.
const DETAILS_USUAL_BYTES: usize = 512;

/// What a rejected claim adds to the 824.
#[derive(Clone)]
pub(crate) struct RejectedClaim {
    /// OTI as far as it is the claim's own, up to OTI03.
    head: Vec<u8>,
    /// What follows OTI.
    details: Vec<u8>,
}

/// Returns what the claim of `record` adds, if it is rejected.
pub(super) fn rejected_claim(record: &Record<'_, '_>) -> Option<RejectedClaim> {
    if record.verdict.disposition != Disposition::Rejected {
        return None;
    }
    let claim_id = text_or(&[record.claim.patient_control_number], 50, NOT_KNOWN);
    let head = [&b"OTI*IR*TN*"[..], &claim_id].concat();
    let mut details = Vec::with_capacity(DETAILS_USUAL_BYTES);
    if let Some(id) = intermediary_number(record) {
        segment(&mut details, "REF", &[b"D9", &text(id, 50)]);
    }
    write_dates(record, &mut details);
    if let Some(cents) = record.claim.total_charge.and_then(|charge| charge.cents) {
        // What is claimed in all.
        segment(&mut details, "AMT", &[b"GW", &amount(cents.into())]);
    }
    write_party(b"85", &record.billing_provider, &record.billing_provider, &mut details);
    write_party(
        b"QC",
        record.patient.as_ref().unwrap_or(&record.subscriber),
        &record.subscriber,
        &mut details,
    );
    let findings = record.verdict.findings.iter();
    for finding in findings.filter(|finding| finding.severity == Severity::Reject) {
        write_reason(record, finding, &mut details);
    }
    Some(RejectedClaim { head, details })
}

/// Returns REF*D9 of loop 2300, the number that a clearinghouse gave the claim.
pub(super) fn intermediary_number<'a>(record: &Record<'_, 'a>) -> Option<&'a [u8]> {
    let own = x12::segments(record.bytes, record.interchange.delimiters);
    let mut own = own.take_while(|segment| segment.element(0) != b"LX");
    let found = own.find(|segment| segment.element(0) == b"REF" && segment.element(1) == b"D9");
    found.map(|segment| segment.element(2)).filter(|number| is_plain(number))
}

fn write_dates(record: &Record<'_, '_>, out: &mut Vec<u8>) {
    let Some((from, through)) = record.service_dates() else { return };
    if from == through {
        segment(out, "DTM", &[b"472", &day(from)]);
    } else {
        let period = [day(from), day(through)].join(&b'-');
        segment(out, "DTM", &[b"472", b"", b"", b"", b"RD8", &period]);
    }
}

/// Names a party; a patient has the number of the subscriber.
fn write_party(entity: &[u8], party: &Party<'_>, numbered: &Party<'_>, out: &mut Vec<u8>) {
    let (first, id) = (text(party.first_name, 35), identification(&[numbered.id]));
    let kind: &[u8] = if first.is_empty() { b"2" } else { b"1" };
    let qualifier = if id.is_empty() { Cow::default() } else { text_or(&[numbered.qualifier], 2, b"ZZ") };
    let last = text_or(&[party.last_name], 60, NOT_KNOWN);
    segment(out, "NM1", &[entity, kind, &last, &first, b"", b"", b"", &qualifier, &id]);
}

fn write_reason(record: &Record<'_, '_>, finding: &Finding<'_>, out: &mut Vec<u8>) {
    let name = finding.element.name.text();
    let (id, element) = split_name(&name);
    // A segment that is none of the standard's may have any name, with a hyphen in it too.
    let component = name.rsplit_once('-').filter(|_| element != 0);
    let component = component.and_then(|(_, component)| component.parse::<u64>().ok());
    let position =
        (record.set_position + finding.element.segment_number).saturating_sub(record.claim.first_segment);
    let position = count(position, 6);
    let id = segment_id(id.as_bytes());
    let in_loop = finding.element.within.unwrap_or_default();
    let element = if element == 0 { Vec::new() } else { count(element.into(), 2) };
    let component = component.map_or_else(Vec::new, |component| count(component, 2));
    let value = finding.element.place;
    let copy = if is_plain(value) && !element.is_empty() { text(value, 99) } else { Cow::default() };
    let title = words(finding.about.title, 60);
    segment(out, "TED", &[b"024", &title, &id, &position, &element, &component, &copy]);
    let place = [b"LOOP ", in_loop.as_bytes(), b" SEGMENT ", &id].concat();
    segment(
        out,
        "CTX",
        &[&text(&place, 35), &id, &position, in_loop.as_bytes(), &composite(&[&element, &component])],
    );
    if let Some(line) = finding.line.as_ref().filter(|line| is_plain(line.number)) {
        segment(out, "CTX", &[&composite(&[b"LX01", &text(line.number, 35)])]);
    }
    segment(
        out,
        "RED",
        &[&words(&finding.message, 80), b"", b"94", b"", b"IBP", finding.about.code.as_bytes()],
    );
}

/// The 824 of one interchange while it grows.
#[derive(Clone)]
pub(super) struct Ack824<'a> {
    reply: Reply<'a>,
    /// What stands behind OTI03 in every OTI of the open set.
    behind_claim: Vec<u8>,
}

impl<'a> Ack824<'a> {
    pub(super) fn new(reply: Reply<'a>) -> Ack824<'a> {
        Ack824 { reply, behind_claim: Vec::new() }
    }

    pub(super) fn claim(
        &mut self,
        group: &Group<'a>,
        set: &Set<'a>,
        claim: &RejectedClaim,
        store: &mut dyn Store,
    ) -> io::Result<()> {
        if !self.reply.has_open_set() {
            self.begin(group, set, store)?;
        }
        for bytes in [&claim.head, &self.behind_claim, &claim.details] {
            self.reply.put(bytes, store)?;
        }
        Ok(())
    }

    fn begin(&mut self, group: &Group<'a>, set: &Set<'a>, store: &mut dyn Store) -> io::Result<()> {
        self.reply.begin_set(group.gs, store)?;
        let answered = self.reply.answered;
        let mut out = Vec::new();
        let original = set.segment_of_head(b"BHT", None).map_or(&[][..], |bht| bht.element(3));
        segment(
            &mut out,
            "BGN",
            &[
                b"11",
                &self.reply.reference(),
                &answered.day(),
                &answered.time(),
                b"",
                &text(original, 50),
                b"",
                b"U",
            ],
        );
        // Whoever received the claims sends the answer, and the other way round.
        for (entity, party, other) in
            [(&b"41"[..], b"40", gs_party(group, 3)), (b"40", b"41", gs_party(group, 2))]
        {
            let nm1 = set.segment_of_head(b"NM1", Some(party));
            let name = nm1.map_or(&[][..], |nm1| nm1.element(3));
            let id = nm1.map_or(&[][..], |nm1| nm1.element(9));
            segment(
                &mut out,
                "N1",
                &[entity, &text(name, 60), b"46", &identification(&[id, other, NOT_KNOWN])],
            );
        }
        let gs = group.gs;
        self.behind_claim.clear();
        segment(
            &mut self.behind_claim,
            "",
            &[
                b"",
                b"",
                &day_of(gs.element(4)),
                &time_of(gs.element(5)),
                &number(gs.element(6), 9),
                &text_or(&[set.st.element(2)], 9, b"0000"),
                &text_or(&[set.st.element(1)], 3, b"837"),
                &text(set.implementation, 12),
            ],
        );
        self.reply.put(&out, store)
    }

    pub(super) fn end_set(&mut self, store: &mut dyn Store) -> io::Result<()> {
        self.reply.end_set(store)
    }

    pub(super) fn end_group(&mut self, store: &mut dyn Store) -> io::Result<()> {
        self.reply.end_group(store)
    }

    pub(super) fn end_interchange(&mut self, store: &mut dyn Store) -> io::Result<()> {
        self.reply.end_interchange(store)
    }
}

/// Returns GS02 or GS03.
fn gs_party<'a>(group: &Group<'a>, element: usize) -> &'a [u8] {
    group.gs.element(element)
}
