//! 277CA: what became of every claim of the sets that were accepted.
//!
//! One set for each set of the file: the payer, the submitter, each billing provider, and below it each patient with his claims.
//! The totals of the submitter and of each provider stand in front of the claims that they count.
//! So a set first grows in a draft, with a hole for the totals of each provider, and is put together when it is over;
//! memory holds neither.
//! Claims of refused sets are not told: the 999 has answered for them.
//! Source: 005010X214; X12 external code sources 507 and 508 for categories and codes.

use std::borrow::Cow;
use std::io;

use chrono::{NaiveDate, NaiveDateTime};
use claims::{Block, ClaimPiece, Party, Service, ServiceLine, Tally, party_of};
use edits::{ClaimStatus, Disposition, Finding, Severity};

use super::ack_824::intermediary_number;
use super::envelope::Reply;
use super::segments::{amount, composite, count, day, identification, is_plain, segment, text, text_or};
use super::units::{Group, Set};
use crate::record::Record;
use crate::store::{Store, Stream};

/// What stands for something that the file does not tell.
const NOT_KNOWN: &[u8] = b"NA";

/// Most statuses that are told of a claim or a line.
const STATUSES_MAX: usize = 10;

/// Accepted into adjudication.
const ACCEPTED: ClaimStatus = ClaimStatus { category: "A2", code: "20" };
/// Received; what becomes of it is not decided yet. The code wants to know who says so: the payer.
const RECEIVED: ClaimStatus = ClaimStatus { category: "A1", code: "19" };
/// STC01-3: the payer.
const PAYER: &[u8] = b"PR";

/// What a claim adds to the 277CA.
#[derive(Clone)]
pub(crate) struct StatusOfClaim {
    is_rejected: bool,
    /// Loop 2100D.
    patient: Vec<u8>,
    /// Loops 2200D and 2220D.
    claim: Vec<u8>,
}

/// Returns what the claim of `record` adds, unless its set is refused.
pub(super) fn status_of_claim(record: &Record<'_, '_>, moment: NaiveDateTime) -> Option<StatusOfClaim> {
    let disposition = record.verdict.disposition;
    if disposition == Disposition::Refused {
        return None;
    }
    let is_rejected = disposition == Disposition::Rejected;
    let mut patient = Vec::new();
    let person = record.patient.as_ref().unwrap_or(&record.subscriber);
    let last = text_or(&[person.last_name], 60, NOT_KNOWN);
    let id = identification(&[record.subscriber.id, NOT_KNOWN]);
    let first = text(person.first_name, 35);
    segment(&mut patient, "NM1", &[b"QC", b"1", &last, &first, b"", b"", b"", b"MI", &id]);
    let mut claim = Vec::new();
    write_claim(record, moment, &mut claim);
    if is_rejected {
        for (index, line) in (0..).zip(&record.claim.lines) {
            write_line(record, index, line, &mut claim);
        }
    }
    Some(StatusOfClaim { is_rejected, patient, claim })
}

fn write_claim(record: &Record<'_, '_>, moment: NaiveDateTime, out: &mut Vec<u8>) {
    let id = text_or(&[record.claim.patient_control_number], 50, NOT_KNOWN);
    segment(out, "TRN", &[b"2", &id]);
    let today = day(moment.date());
    let cents = record.claim.total_charge.and_then(|charge| charge.cents).unwrap_or(0);
    let charge = amount(cents.into());
    match record.verdict.disposition {
        Disposition::Rejected => {
            for statuses in statuses(record, None) {
                write_status(statuses, b"", &today, b"U", &charge, out);
            }
        }
        Disposition::Held => write_status(&[RECEIVED], PAYER, &today, b"WQ", &charge, out),
        Disposition::Accepted | Disposition::Refused => {
            write_status(&[ACCEPTED], b"", &today, b"WQ", &charge, out);
        }
    }
    if let Some(number) = intermediary_number(record) {
        segment(out, "REF", &[b"D9", &text(number, 50)]);
    }
    if let Some(type_of_bill) = type_of_bill(record) {
        segment(out, "REF", &[b"BLT", &type_of_bill]);
    }
    // The guide wants a day of service of every claim; of one that tells none, the day of the run stands there.
    let (from, through) = record.service_dates().unwrap_or((moment.date(), moment.date()));
    write_service_date(from, through, out);
}

/// Returns CLM05-1 and CLM05-3, which together are the type of bill of an institutional claim.
fn type_of_bill(record: &Record<'_, '_>) -> Option<Vec<u8>> {
    let is_institutional = record.claim.lines.iter().any(ServiceLine::is_institutional);
    let clm = x12::segments(record.bytes, record.interchange.delimiters).next()?;
    let code = [clm.component(5, 1), clm.component(5, 3)].concat();
    (is_institutional && is_plain(&code)).then(|| text(&code, 50).into_owned())
}

/// Writes the loop 2220D of a line, if it has a reason why the claim is rejected and a service to name it by.
fn write_line(record: &Record<'_, '_>, index: u32, line: &ServiceLine<'_>, out: &mut Vec<u8>) {
    let statuses = statuses(record, Some(index));
    let Some(service) = line.service.filter(|_| !statuses.is_empty()) else { return };
    let Some(procedure) = procedure_of(&service) else { return };
    let revenue = if service.procedure.is_empty() { Cow::default() } else { text(service.revenue(), 48) };
    let charge = amount(service.charge.cents.unwrap_or(0).into());
    segment(out, "SVC", &[&procedure, &charge, b"", &revenue]);
    for statuses in statuses {
        write_status(statuses, b"", b"", b"U", b"", out);
    }
    let own = x12::segments(record.bytes, record.interchange.delimiters).skip(line.index as usize);
    let own = own.skip(1).take_while(|segment| segment.element(0) != b"LX");
    let mut numbers = own.filter(|segment| segment.element(0) == b"REF" && segment.element(1) == b"6R");
    if let Some(number) = numbers.next().map(|number| number.element(2)).filter(|number| is_plain(number)) {
        segment(out, "REF", &[b"FJ", &text(number, 50)]);
    }
    let prescriptions = record.claim.drugs_of(line).iter().filter_map(|drug| drug.prescription);
    let mut prescriptions = prescriptions.filter(|number| number.element(1) == b"XZ");
    if let Some(number) =
        prescriptions.next().map(|number| number.element(2)).filter(|number| is_plain(number))
    {
        segment(out, "REF", &[b"XZ", &text(number, 50)]);
    }
    if let Some((from, through)) = line.date.and_then(|date| date.days) {
        write_service_date(from, through, out);
    }
}

/// Returns SVC01; a line without a procedure is named by its revenue code.
fn procedure_of(service: &Service<'_>) -> Option<Vec<u8>> {
    let (qualifier, code): (&[u8], _) = if service.procedure.is_empty() {
        (b"NU", service.revenue())
    } else {
        (service.qualifier, service.procedure)
    };
    let is_lawful = matches!(qualifier, b"AD" | b"ER" | b"HC" | b"HP" | b"IV" | b"NU" | b"WK");
    (is_lawful && is_plain(code)).then(|| composite(&[qualifier, &text(code, 48)]))
}

/// Returns the statuses of the findings that reject, of one line or of the whole claim, each once.
fn statuses(record: &Record<'_, '_>, line: Option<u32>) -> Vec<&'static [ClaimStatus]> {
    let concerns = |finding: &&Finding<'_>| {
        finding.severity == Severity::Reject
            && line.is_none_or(|line| finding.line.as_ref().is_some_and(|own| own.index == line))
    };
    let mut statuses: Vec<&'static [ClaimStatus]> = Vec::new();
    for finding in record.verdict.findings.iter().filter(concerns) {
        let status = finding.about.status;
        if !status.is_empty() && !statuses.contains(&status) && statuses.len() < STATUSES_MAX {
            statuses.push(status);
        }
    }
    statuses
}

/// Writes one STC: the first status names the fault, the next two narrow it.
fn write_status(
    statuses: &[ClaimStatus],
    entity: &[u8],
    today: &[u8],
    action: &[u8],
    charge: &[u8],
    out: &mut Vec<u8>,
) {
    let named = |place: usize| {
        statuses.get(place).map_or_else(Vec::new, |status| {
            composite(&[status.category.as_bytes(), status.code.as_bytes(), entity])
        })
    };
    let none: &[u8] = b"";
    segment(
        out,
        "STC",
        &[&named(0), today, action, charge, none, none, none, none, none, &named(1), &named(2)],
    );
}

fn write_service_date(from: NaiveDate, through: NaiveDate, out: &mut Vec<u8>) {
    if from == through {
        segment(out, "DTP", &[b"472", b"D8", &day(from)]);
    } else {
        segment(out, "DTP", &[b"472", b"RD8", &[day(from), day(through)].join(&b'-')]);
    }
}

/// The 277CA of one interchange while it grows.
#[derive(Clone)]
pub(super) struct ClaimAck277ca<'a> {
    reply: Reply<'a>,
    draft: Option<Draft>,
}

/// What is known of the open set beside its draft.
#[derive(Clone)]
struct Draft {
    /// Where it begins in its stream, and where its holes do in theirs.
    start: u64,
    holes_start: u64,
    /// HL01 of the last level.
    levels: u64,
    outcome: Outcome,
    provider: Option<Provider>,
    /// Position in the file of the head of the patient last told; 0 for claims that stand under nobody.
    patient: Option<u64>,
}

/// The billing provider whose claims come in.
#[derive(Clone)]
struct Provider {
    /// Position in the file of its head.
    first_segment: u64,
    /// HL01.
    level: u64,
    /// Where its totals are to stand in the draft.
    hole: u64,
    outcome: Outcome,
}

/// Claims accepted or held, and claims rejected.
#[derive(Clone, Copy, Default)]
struct Outcome {
    accepted: Tally,
    rejected: Tally,
}

/// Bytes of a hole: its place, and what is to stand there.
const HOLE_BYTES: usize = 56;

/// Holes, or bytes of the draft, that are read at a time.
const HOLES_AT_ONCE: u64 = 1_000;
const BYTES_AT_ONCE: u64 = 64 * 1024;

impl Outcome {
    fn add(&mut self, is_rejected: bool, charge_cents: i64) {
        if is_rejected { &mut self.rejected } else { &mut self.accepted }.add(charge_cents);
    }

    /// Writes the totals of a level, each only if it counts a claim.
    fn write(&self, [accepted, rejected]: [&[u8]; 2], out: &mut Vec<u8>) {
        let counted = [(accepted, self.accepted), (rejected, self.rejected)];
        for (qualifier, tally) in counted.iter().filter(|(_, tally)| 0 < tally.claims) {
            segment(out, "QTY", &[qualifier, &count(tally.claims, 15)]);
        }
        for (qualifier, (_, tally)) in [&b"YU"[..], b"YY"].iter().zip(counted) {
            if 0 < tally.claims {
                segment(out, "AMT", &[qualifier, &amount(tally.charge_cents)]);
            }
        }
    }

    /// Returns a hole at `place` as it stands in its stream.
    fn to_hole(self, place: u64) -> Vec<u8> {
        let mut bytes = place.to_be_bytes().to_vec();
        for tally in [self.accepted, self.rejected] {
            bytes.extend_from_slice(&tally.claims.to_be_bytes());
            bytes.extend_from_slice(&tally.charge_cents.to_be_bytes());
        }
        bytes
    }

    /// Takes a hole apart again.
    fn of_hole(bytes: &[u8]) -> (u64, Outcome) {
        let number = |at: usize| {
            let mut number = [0; 8];
            number.copy_from_slice(&bytes[at..at + 8]);
            u64::from_be_bytes(number)
        };
        let cents = |at: usize| {
            let mut cents = [0; 16];
            cents.copy_from_slice(&bytes[at..at + 16]);
            i128::from_be_bytes(cents)
        };
        let tally = |at: usize| Tally { claims: number(at), charge_cents: cents(at + 8) };
        (number(0), Outcome { accepted: tally(8), rejected: tally(32) })
    }
}

impl<'a> ClaimAck277ca<'a> {
    pub(super) fn new(reply: Reply<'a>) -> ClaimAck277ca<'a> {
        ClaimAck277ca { reply, draft: None }
    }

    /// Takes a claim with the block that it stands in.
    pub(super) fn claim(
        &mut self,
        block: &Block<'a>,
        piece: &ClaimPiece<'a>,
        claim: &StatusOfClaim,
        charge_cents: i64,
        store: &mut dyn Store,
    ) -> io::Result<()> {
        let draft = self.draft.get_or_insert_with(|| Draft {
            start: store.length(Stream::ClaimAckDraft),
            holes_start: store.length(Stream::ClaimAckHoles),
            levels: 2,
            outcome: Outcome::default(),
            provider: None,
            patient: None,
        });
        let head = |depth: usize| block.head(piece, depth).map_or(0, |head| head.first_segment);
        if draft.provider.as_ref().is_none_or(|provider| provider.first_segment != head(0)) {
            draft.end_provider(store)?;
            draft.begin_provider(block, piece, head(0), store)?;
        }
        let Some(provider) = &mut draft.provider else { return Ok(()) };
        let patient = Some(head(2).max(head(1)));
        if draft.patient != patient {
            draft.patient = patient;
            draft.levels += 1;
            let mut out = Vec::new();
            segment(&mut out, "HL", &[&count(draft.levels, 12), &count(provider.level, 12), b"PT"]);
            out.extend_from_slice(&claim.patient);
            store.append(Stream::ClaimAckDraft, &[&out])?;
        }
        provider.outcome.add(claim.is_rejected, charge_cents);
        draft.outcome.add(claim.is_rejected, charge_cents);
        store.append(Stream::ClaimAckDraft, &[&claim.claim])
    }

    /// Puts the open set together, if it has a claim.
    pub(super) fn end_set(
        &mut self,
        group: &Group<'a>,
        set: &Set<'a>,
        store: &mut dyn Store,
    ) -> io::Result<()> {
        let Some(mut draft) = self.draft.take() else { return Ok(()) };
        draft.end_provider(store)?;
        self.reply.begin_set(group.gs, store)?;
        self.write_head(group, set, &draft, store)?;
        let mut at = draft.start;
        let (mut hole, holes_end) = (draft.holes_start, store.length(Stream::ClaimAckHoles));
        while hole < holes_end {
            let end = holes_end.min(hole + HOLES_AT_ONCE * HOLE_BYTES as u64);
            let holes = store.read(Stream::ClaimAckHoles, hole..end)?;
            for bytes in holes.chunks_exact(HOLE_BYTES) {
                let (place, outcome) = Outcome::of_hole(bytes);
                self.copy(at, place, store)?;
                at = place;
                let mut out = Vec::new();
                outcome.write([b"QA", b"QC"], &mut out);
                self.reply.put(&out, store)?;
            }
            hole = end;
        }
        self.copy(at, store.length(Stream::ClaimAckDraft), store)?;
        self.reply.end_set(store)
    }

    fn copy(&mut self, from: u64, to: u64, store: &mut dyn Store) -> io::Result<()> {
        let mut at = from;
        while at < to {
            let end = to.min(at + BYTES_AT_ONCE);
            let bytes = store.read(Stream::ClaimAckDraft, at..end)?;
            self.reply.put(&bytes, store)?;
            at = end;
        }
        Ok(())
    }

    /// Writes everything in front of the first billing provider.
    fn write_head(
        &mut self,
        group: &Group<'a>,
        set: &Set<'a>,
        draft: &Draft,
        store: &mut dyn Store,
    ) -> io::Result<()> {
        let answered = self.reply.answered;
        let (today, reference) = (answered.day(), self.reply.reference());
        let bht03 = set.segment_of_head(b"BHT", None).map_or(&[][..], |bht| bht.element(3));
        let nm1 = |entity: &[u8], position: usize| {
            let nm1 = set.segment_of_head(b"NM1", Some(entity));
            nm1.map_or(&[][..], |nm1| nm1.element(position))
        };
        let mut out = Vec::new();
        segment(&mut out, "BHT", &[b"0085", b"08", &reference, &today, &answered.time(), b"TH"]);
        segment(&mut out, "HL", &[b"1", b"", b"20", b"1"]);
        let id = identification(&[nm1(b"40", 9), group.gs.element(3), NOT_KNOWN]);
        let name = text_or(&[nm1(b"40", 3), &id], 60, NOT_KNOWN);
        segment(&mut out, "NM1", &[b"PR", b"2", &name, b"", b"", b"", b"", b"46", &id]);
        segment(&mut out, "TRN", &[b"1", &reference]);
        segment(&mut out, "DTP", &[b"050", b"D8", &today]);
        segment(&mut out, "DTP", &[b"009", b"D8", &today]);
        segment(&mut out, "HL", &[b"2", b"1", b"21", b"1"]);
        let id = identification(&[nm1(b"41", 9), group.gs.element(2), NOT_KNOWN]);
        let name = text_or(&[nm1(b"41", 3), &id], 60, NOT_KNOWN);
        let first = text(nm1(b"41", 4), 35);
        let kind: &[u8] = if nm1(b"41", 2) == b"1" { b"1" } else { b"2" };
        let first: &[u8] = if kind == b"1" { &first } else { b"" };
        segment(&mut out, "NM1", &[b"41", kind, &name, first, b"", b"", b"", b"46", &id]);
        segment(&mut out, "TRN", &[b"2", &text_or(&[bht03], 50, NOT_KNOWN)]);
        let Outcome { accepted, rejected } = draft.outcome;
        let charge = amount(accepted.charge_cents + rejected.charge_cents);
        write_status(&[RECEIVED], PAYER, &today, b"WQ", &charge, &mut out);
        draft.outcome.write([b"90", b"AA"], &mut out);
        self.reply.put(&out, store)
    }

    pub(super) fn end_group(&mut self, store: &mut dyn Store) -> io::Result<()> {
        self.reply.end_group(store)
    }

    pub(super) fn end_interchange(&mut self, store: &mut dyn Store) -> io::Result<()> {
        self.reply.end_interchange(store)
    }
}

impl Draft {
    fn begin_provider(
        &mut self,
        block: &Block<'_>,
        piece: &ClaimPiece<'_>,
        first_segment: u64,
        store: &mut dyn Store,
    ) -> io::Result<()> {
        self.levels += 1;
        self.patient = None;
        let party = block.head(piece, 0).and_then(|head| {
            let delimiters = block.interchange_of(piece.set).delimiters();
            party_of(head.bytes, delimiters, b"85")
        });
        let mut out = Vec::new();
        segment(&mut out, "HL", &[&count(self.levels, 12), b"2", b"19", b"1"]);
        write_provider(&party.unwrap_or_default(), &mut out);
        segment(&mut out, "TRN", &[b"1", b"0"]);
        store.append(Stream::ClaimAckDraft, &[&out])?;
        let hole = store.length(Stream::ClaimAckDraft);
        self.provider =
            Some(Provider { first_segment, level: self.levels, hole, outcome: Outcome::default() });
        Ok(())
    }

    fn end_provider(&mut self, store: &mut dyn Store) -> io::Result<()> {
        let Some(provider) = self.provider.take() else { return Ok(()) };
        store.append(Stream::ClaimAckHoles, &[&provider.outcome.to_hole(provider.hole)])
    }
}

/// Names a billing provider; one without an NPI by its tax number.
fn write_provider(party: &Party<'_>, out: &mut Vec<u8>) {
    let first = text(party.first_name, 35);
    let kind: &[u8] = if first.is_empty() { b"2" } else { b"1" };
    let npi = identification(&[party.id]);
    let (qualifier, id): (&[u8], _) =
        if npi.is_empty() { (b"FI", identification(&[party.secondary_id, NOT_KNOWN])) } else { (b"XX", npi) };
    let last = text_or(&[party.last_name], 60, NOT_KNOWN);
    segment(out, "NM1", &[b"85", kind, &last, &first, b"", b"", b"", qualifier, &id]);
}
