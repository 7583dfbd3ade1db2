//! 999: what is wrong with the syntax of a functional group, segment by segment.
//!
//! One set for each group, in the order of the file.
//! What spoils a claim or the claims below a branch leaves the set accepted with errors; what spoils the set, or a unit around it, rejects it.
//! Where a whole group or interchange is refused, only sets with errors of their own are listed: of the others there is nothing to tell.
//! What the edits find wrong with the content of a claim stands in no 999.
//! Source: 005010X231A1.

use std::collections::BTreeSet;
use std::io;

use claims::{Fault, Kind};
use edits::acknowledgement_codes;
use x12::Segment;

use super::envelope::Reply;
use super::form::{is_acknowledgement, is_group_of_acknowledgements};
use super::segment_errors::{Around, SegmentInError, error_of, written};
use super::segments::{count, number, segment, text_or};
use super::units::{Group, Set};
use crate::store::Store;

/// Most codes that IK5 and AK9 have room for.
const CODES_MAX: usize = 5;

/// The codes of a unit, each once, in the order in which they were found.
#[derive(Clone, Default)]
struct Codes(Vec<&'static str>);

impl Codes {
    fn add(&mut self, code: &'static str) {
        if !code.is_empty() && !self.0.contains(&code) {
            self.0.push(code);
        }
    }

    fn elements(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().take(CODES_MAX).map(|code| code.as_bytes())
    }
}

/// The 999 of one interchange while it grows.
#[derive(Clone)]
pub(super) struct Ack999<'a> {
    reply: Reply<'a>,
    group: OpenGroup,
    set: OpenSet,
}

#[derive(Clone, Default)]
struct OpenGroup {
    /// AK905.
    codes: Codes,
    /// Sets that are no acknowledgements.
    received: u64,
    acknowledgements: u64,
    accepted: u64,
    with_errors: u64,
}

#[derive(Clone, Default)]
struct OpenSet {
    /// IK502.
    codes: Codes,
    is_listed: bool,
    /// The errors that refuse the set, which are told with it and not again with a branch.
    told: BTreeSet<Vec<u8>>,
    /// Those of them that are not written yet, the last first.
    waiting: Vec<SegmentInError>,
}

impl<'a> Ack999<'a> {
    pub(super) fn new(reply: Reply<'a>) -> Ack999<'a> {
        Ack999 { reply, group: OpenGroup::default(), set: OpenSet::default() }
    }

    pub(super) fn begin_group(&mut self, group: &Group<'a>) {
        self.group = OpenGroup::default();
        for fault in &group.faults {
            self.group.codes.add(group_code(fault));
        }
    }

    pub(super) fn begin_set(
        &mut self,
        group: &Group<'a>,
        set: &Set<'a>,
        store: &mut dyn Store,
    ) -> io::Result<()> {
        if !is_answered(group, set) {
            self.group.acknowledgements += 1;
            return Ok(());
        }
        self.group.received += 1;
        self.set = OpenSet::default();
        self.open(group, store)?;
        let around = Around {
            segment_number: set.first_segment,
            set_position: 1,
            guide: set.guide,
            claim: None,
            delimiters: set.st.delimiters,
        };
        let mut errors = Vec::new();
        for fault in &set.faults {
            let (code, is_of_segment) = set_code(fault);
            self.set.codes.add(code);
            if is_of_segment {
                errors.push(error_of(fault, &around));
            }
        }
        self.set.waiting = written(errors, &around);
        self.set.told = self.set.waiting.iter().map(|error| error.bytes.clone()).collect();
        self.set.waiting.reverse();
        Ok(())
    }

    /// Takes what is wrong with a branch by itself, whether or not a claim follows.
    pub(super) fn branch(
        &mut self,
        group: &Group<'a>,
        set: &Set<'a>,
        errors: &[SegmentInError],
        store: &mut dyn Store,
    ) -> io::Result<()> {
        if !is_answered(group, set) {
            return Ok(());
        }
        for error in errors {
            if !self.set.told.contains(&error.bytes) {
                self.tell_waiting(error.position, group, set, store)?;
                self.tell(error, group, set, store)?;
            }
        }
        Ok(())
    }

    /// Takes what a claim adds.
    pub(super) fn claim(
        &mut self,
        group: &Group<'a>,
        set: &Set<'a>,
        claim: &[SegmentInError],
        store: &mut dyn Store,
    ) -> io::Result<()> {
        if !is_answered(group, set) {
            return Ok(());
        }
        for error in claim {
            self.tell_waiting(error.position, group, set, store)?;
            self.tell(error, group, set, store)?;
        }
        Ok(())
    }

    /// Tells the errors of the set itself up to the segment at `position`, so that all errors stand in the order of the file.
    fn tell_waiting(
        &mut self,
        position: u64,
        group: &Group<'a>,
        set: &Set<'a>,
        store: &mut dyn Store,
    ) -> io::Result<()> {
        while let Some(error) = self.set.waiting.pop_if(|error| error.position <= position) {
            self.tell(&error, group, set, store)?;
        }
        Ok(())
    }

    fn tell(
        &mut self,
        error: &SegmentInError,
        group: &Group<'a>,
        set: &Set<'a>,
        store: &mut dyn Store,
    ) -> io::Result<()> {
        self.list(group, set, store)?;
        self.set.codes.add(if error.is_of_guide { "I5" } else { "5" });
        if self.set.is_listed {
            self.reply.put(&error.bytes, store)?;
        }
        Ok(())
    }

    /// Ends a set; `is_whole` tells whether it had its trailer.
    pub(super) fn end_set(
        &mut self,
        group: &Group<'a>,
        set: &Set<'a>,
        is_whole: bool,
        store: &mut dyn Store,
    ) -> io::Result<()> {
        if !is_answered(group, set) {
            return Ok(());
        }
        self.tell_waiting(u64::MAX, group, set, store)?;
        if !is_whole {
            self.set.codes.add(acknowledgement_codes(Kind::X12(x12::Kind::SeMissing)).set);
        }
        let has_errors = !self.set.codes.0.is_empty();
        if group.is_refused && !has_errors {
            return Ok(());
        }
        self.list(group, set, store)?;
        let outcome: &[u8] = match (set.is_refused, has_errors) {
            (true, _) => b"R",
            (false, true) => b"E",
            (false, false) => b"A",
        };
        self.group.accepted += u64::from(!set.is_refused);
        self.group.with_errors += u64::from(!set.is_refused && has_errors);
        let mut out = Vec::new();
        let elements: Vec<&[u8]> = std::iter::once(outcome).chain(self.set.codes.elements()).collect();
        if self.set.is_listed {
            segment(&mut out, "IK5", &elements);
        }
        self.reply.put(&out, store)
    }

    /// Ends a group; `ge` is its trailer, if it had one.
    pub(super) fn end_group(
        &mut self,
        group: &Group<'a>,
        ge: Option<Segment<'a>>,
        store: &mut dyn Store,
    ) -> io::Result<()> {
        let is_of_acknowledgements =
            is_group_of_acknowledgements(group.gs.element(1)) || 0 < self.group.acknowledgements;
        if self.group.received == 0 && is_of_acknowledgements {
            return Ok(());
        }
        self.open(group, store)?;
        if ge.is_none() {
            self.group.codes.add(acknowledgement_codes(Kind::X12(x12::Kind::GeMissing)).group);
        }
        let OpenGroup { received, acknowledgements, accepted, with_errors, ref codes } = self.group;
        let outcome: &[u8] = if group.is_refused || (accepted == 0 && 0 < received) {
            b"R"
        } else if accepted < received {
            b"P"
        } else if 0 < with_errors {
            b"E"
        } else {
            b"A"
        };
        let all = received + acknowledgements;
        let included = ge.and_then(|ge| x12::count_of(ge.element(1))).unwrap_or(all);
        let (included, all, accepted) = (count(included, 6), count(all, 6), count(accepted, 6));
        let mut elements: Vec<&[u8]> = vec![outcome, &included, &all, &accepted];
        elements.extend(codes.elements());
        let mut out = Vec::new();
        segment(&mut out, "AK9", &elements);
        self.reply.put(&out, store)?;
        self.reply.end_group(store)
    }

    pub(super) fn end_interchange(&mut self, store: &mut dyn Store) -> io::Result<()> {
        self.reply.end_interchange(store)
    }

    /// Begins the set that answers the group, unless it is begun.
    fn open(&mut self, group: &Group<'a>, store: &mut dyn Store) -> io::Result<()> {
        if self.reply.has_open_set() {
            return Ok(());
        }
        self.reply.begin_set(group.gs, store)?;
        let gs = group.gs;
        let mut out = Vec::new();
        let version = text_or(&[gs.element(8)], 12, b"UNKNOWN");
        segment(
            &mut out,
            "AK1",
            &[&text_or(&[gs.element(1)], 2, b"HC"), &number(gs.element(6), 9), &version],
        );
        self.reply.put(&out, store)
    }

    /// Names the set, unless it is named.
    fn list(&mut self, group: &Group<'a>, set: &Set<'a>, store: &mut dyn Store) -> io::Result<()> {
        // Of a kind of group that is not taken at all the sets are not looked at.
        if self.set.is_listed || self.group.codes.0.contains(&NOT_SUPPORTED) {
            return Ok(());
        }
        self.set.is_listed = true;
        let mut out = Vec::new();
        let [kind, number, _] = set.st.first_elements();
        let version = text_or(&[set.st.element(3), group.gs.element(8)], 35, b"");
        segment(&mut out, "AK2", &[&text_or(&[kind], 3, b"837"), &text_or(&[number], 9, b"0000"), &version]);
        self.reply.put(&out, store)
    }
}

/// AK905: the functional group is none that is taken here.
const NOT_SUPPORTED: &str = "1";
/// IK502: what stands in ST01 is no transaction set.
const INVALID_SET: &str = "6";

/// Tells whether a set is answered: an acknowledgement never is.
fn is_answered(group: &Group<'_>, set: &Set<'_>) -> bool {
    !is_acknowledgement(set.st.element(1)) && !is_group_of_acknowledgements(group.gs.element(1))
}

/// Returns AK905 for a fault of a group; some faults have none.
///
/// Source: 005010X231A1, AK9, data element 716.
fn group_code(fault: &Fault<'_>) -> &'static str {
    match fault
        .deviation
        .filter(|deviation| deviation.segment == b"GS")
        .map(|deviation| deviation.element.element)
    {
        Some(1) => NOT_SUPPORTED,
        Some(8) => "2",
        Some(6) => "6",
        Some(_) => "",
        None => acknowledgement_codes(fault.kind).group,
    }
}

/// Returns IK502 for a fault of a set, and whether it is to be told of its segment too.
///
/// Source: 005010X231A1, IK5, data element 618.
fn set_code(fault: &Fault<'_>) -> (&'static str, bool) {
    let Some(deviation) = &fault.deviation else {
        let is_set = fault.place.len() == 3 && fault.place.iter().all(u8::is_ascii_digit);
        let code = match fault.kind {
            Kind::SetNotSupported if !is_set => INVALID_SET,
            kind => acknowledgement_codes(kind).set,
        };
        return (code, code.is_empty());
    };
    let code = match (deviation.segment, deviation.element.element) {
        (b"ST", 1) => INVALID_SET,
        (b"ST", 2) => "7",
        _ => "",
    };
    (code, true)
}
