//! The interchange that answers an interchange: back to its sender, with sender and receiver turned round.
//!
//! ISA13 counts on from a number that is given, or else from one that comes from the stamp and the input: BLAKE3 gives it over
//! the stamp and the ISA that the file begins with. There are four for each interchange of the file, one for each acknowledgement.
//! GS06 and ST02 count from 1.
//! So the same run gives the same numbers, and no file has one of them twice.

use std::io;

use chrono::NaiveDateTime;
use x12::Segment;

use super::form::Acknowledgement;
use super::segments::{COMPONENT, REPETITION, count, count_of_segments, segment, text_or};
use crate::store::{Store, Stream};

/// The largest ISA13.
const CONTROL_NUMBER_MAX: u64 = 999_999_999;

/// How the control numbers of the replies are counted.
#[derive(Clone, Copy, Default)]
pub(super) struct ControlNumbers {
    first: u64,
}

impl ControlNumbers {
    /// Begins to count for a run at `moment` over a file that begins with `isa`, from `given` on if that is there.
    pub(super) fn new(given: Option<u64>, moment: NaiveDateTime, isa: Segment<'_>) -> ControlNumbers {
        if let Some(given) = given {
            return ControlNumbers { first: given.wrapping_sub(1) % CONTROL_NUMBER_MAX };
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update(moment.format("%Y-%m-%dT%H:%M:%SZ").to_string().as_bytes());
        hasher.update(b"\n");
        hasher.update(isa.bytes);
        let hash = hasher.finalize();
        let mut number = [0; 8];
        number.copy_from_slice(&hash.as_bytes()[..8]);
        ControlNumbers { first: u64::from_be_bytes(number) % CONTROL_NUMBER_MAX }
    }

    /// Returns ISA13 of the reply in `form` to the interchange at `position` of the file, from 1.
    pub(super) fn of(self, form: Acknowledgement, position: u64) -> u64 {
        let forms = Acknowledgement::ALL.len() as u64;
        (self.first + (position - 1).wrapping_mul(forms) + form.place()) % CONTROL_NUMBER_MAX + 1
    }
}

/// Who a reply answers, when, and under which number.
#[derive(Clone, Copy)]
pub(super) struct Answered<'a> {
    /// ISA of the interchange that is answered.
    pub isa: Segment<'a>,
    /// ISA13 of the reply.
    pub control_number: u64,
    /// The moment of the run.
    pub moment: NaiveDateTime,
}

impl Answered<'_> {
    /// Returns ISA13 of the reply.
    pub(super) fn number(self) -> Vec<u8> {
        format!("{:09}", self.control_number).into_bytes()
    }

    /// Returns the day of the run, as CCYYMMDD.
    pub(super) fn day(self) -> Vec<u8> {
        self.moment.format("%Y%m%d").to_string().into_bytes()
    }

    /// Returns the time of the run, as HHMM.
    pub(super) fn time(self) -> Vec<u8> {
        self.moment.format("%H%M").to_string().into_bytes()
    }

    /// Writes the ISA of the reply.
    pub(super) fn header(self, out: &mut Vec<u8>) {
        let isa = self.isa;
        let party = |qualifier: usize| {
            let id = text_or(&[isa.element(qualifier + 1)], 15, b"UNKNOWN");
            (qualifier_of(isa.element(qualifier)), format!("{:15}", edits::text_of(&id)).into_bytes())
        };
        let ((sender_qualifier, sender), (receiver_qualifier, receiver)) = (party(7), party(5));
        let usage: &[u8] = if isa.element(15) == b"T" { b"T" } else { b"P" };
        segment(
            out,
            "ISA",
            &[
                b"00",
                b"          ",
                b"00",
                b"          ",
                sender_qualifier,
                &sender,
                receiver_qualifier,
                &receiver,
                self.moment.format("%y%m%d").to_string().as_bytes(),
                &self.time(),
                &[REPETITION],
                b"00501",
                &self.number(),
                b"0",
                usage,
                &[COMPONENT],
            ],
        );
    }

    /// Writes the IEA of the reply.
    pub(super) fn trailer(self, groups: u64, out: &mut Vec<u8>) {
        segment(out, "IEA", &[&count(groups, 5), &self.number()]);
    }
}

/// Returns the qualifier of a party; of one that the guides do not have, the parties know what it is between themselves.
///
/// Source: 005010 guides, appendix C, ISA05 and ISA07.
fn qualifier_of(qualifier: &[u8]) -> &[u8] {
    match qualifier {
        b"01" | b"14" | b"20" | b"27" | b"28" | b"29" | b"30" | b"33" => qualifier,
        _ => b"ZZ",
    }
}

/// One reply interchange while it grows; each level begins with its first content, so that none is empty.
#[derive(Clone)]
pub(super) struct Reply<'a> {
    /// Who is answered.
    pub answered: Answered<'a>,
    form: Acknowledgement,
    groups: u64,
    /// Sets of the open group; `None` where none is open.
    sets: Option<u64>,
    /// Segments of the open set; `None` where none is open.
    segments: Option<u64>,
}

impl<'a> Reply<'a> {
    /// Makes a reply in which nothing stands yet.
    pub(super) fn new(form: Acknowledgement, answered: Answered<'a>) -> Reply<'a> {
        Reply { answered, form, groups: 0, sets: None, segments: None }
    }

    /// Returns whether a transaction set is open.
    pub(super) fn has_open_set(&self) -> bool {
        self.segments.is_some()
    }

    /// Begins a transaction set, and before it whatever it stands in; `gs` is that of the group answered.
    pub(super) fn begin_set(&mut self, gs: Segment<'a>, store: &mut dyn Store) -> io::Result<()> {
        let mut out = Vec::new();
        if self.groups == 0 {
            self.answered.header(&mut out);
        }
        let sets = self.sets.unwrap_or_else(|| {
            self.groups += 1;
            self.group_header(gs, &mut out);
            0
        });
        self.sets = Some(sets + 1);
        self.segments = Some(0);
        store.append(self.stream(), &[&out])?;
        let mut st = Vec::new();
        segment(
            &mut st,
            "ST",
            &[
                self.form.transaction_set().as_bytes(),
                &self.set_number(),
                self.form.implementation().as_bytes(),
            ],
        );
        self.put(&st, store)
    }

    fn group_header(&self, gs: Segment<'a>, out: &mut Vec<u8>) {
        let isa = self.answered.isa;
        let code = |own: &[u8], other: &[u8]| {
            let code = text_or(&[own, other], 15, b"UNKNOWN");
            if code.len() < 2 { b"UNKNOWN".to_vec() } else { code.into_owned() }
        };
        segment(
            out,
            "GS",
            &[
                self.form.functional_group().as_bytes(),
                &code(gs.element(3), isa.element(8)),
                &code(gs.element(2), isa.element(6)),
                &self.answered.day(),
                &self.answered.time(),
                &count(self.groups, 9),
                b"X",
                self.form.implementation().as_bytes(),
            ],
        );
    }

    /// Appends segments to the open set.
    pub(super) fn put(&mut self, bytes: &[u8], store: &mut dyn Store) -> io::Result<()> {
        if let Some(segments) = &mut self.segments {
            *segments += count_of_segments(bytes);
        }
        store.append(self.stream(), &[bytes])
    }

    /// Ends the open set, if there is one.
    pub(super) fn end_set(&mut self, store: &mut dyn Store) -> io::Result<()> {
        let Some(segments) = self.segments.take() else { return Ok(()) };
        let mut out = Vec::new();
        segment(&mut out, "SE", &[&count(segments + 1, 10), &self.set_number()]);
        store.append(self.stream(), &[&out])
    }

    /// Ends the open group, if there is one.
    pub(super) fn end_group(&mut self, store: &mut dyn Store) -> io::Result<()> {
        self.end_set(store)?;
        let Some(sets) = self.sets.take() else { return Ok(()) };
        let mut out = Vec::new();
        segment(&mut out, "GE", &[&count(sets, 6), &count(self.groups, 9)]);
        store.append(self.stream(), &[&out])
    }

    /// Ends the interchange, if anything stands in it.
    pub(super) fn end_interchange(&mut self, store: &mut dyn Store) -> io::Result<()> {
        self.end_group(store)?;
        if self.groups == 0 {
            return Ok(());
        }
        let mut out = Vec::new();
        self.answered.trailer(self.groups, &mut out);
        store.append(self.stream(), &[&out])
    }

    /// Returns a reference that no other set of the file has.
    pub(super) fn reference(&self) -> Vec<u8> {
        let sets = self.sets.unwrap_or(0);
        format!("{:09}-{}-{sets}", self.answered.control_number, self.groups).into_bytes()
    }

    /// Returns ST02.
    fn set_number(&self) -> Vec<u8> {
        format!("{:04}", self.sets.unwrap_or(0)).into_bytes()
    }

    fn stream(&self) -> Stream {
        Stream::Acknowledgement(self.form)
    }
}

/// Returns a valid day or time of the answered file as it is; anything else is left out.
pub(super) fn day_of(value: &[u8]) -> Vec<u8> {
    let day = digits(value).filter(|day| day.len() == 8);
    let day = day.and_then(|day| chrono::NaiveDate::parse_from_str(day, "%Y%m%d").ok());
    day.map_or_else(Vec::new, |_| value.to_vec())
}

/// Does the same for a time, as HHMM.
pub(super) fn time_of(value: &[u8]) -> Vec<u8> {
    let written = value.get(..4).unwrap_or(&[]);
    let time = digits(written).and_then(|time| chrono::NaiveTime::parse_from_str(time, "%H%M").ok());
    time.map_or_else(Vec::new, |_| written.to_vec())
}

/// Returns `value` as text if it has nothing but digits; what reads days takes blanks and signs for some.
pub(super) fn digits(value: &[u8]) -> Option<&str> {
    std::str::from_utf8(value).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
}
