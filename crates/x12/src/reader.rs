//! Walks a file segment by segment and keeps the books of its envelopes.
//!
//! The reader knows three levels: interchange, functional group, transaction set.
//! Whoever consumes its events learns when each opens and closes; a trailer that is missing closes its level all the same.
//! Counts and control numbers are checked here and nowhere else.

use std::collections::HashSet;

use crate::cut::{Cut, cut, is_padding};
use crate::encoding::encoding_of;
use crate::header::{InterchangeHeader, interchange_header};
use crate::outside::{gap, text_of};
use crate::search::Finder;
use crate::{Delimiters, Fault, Kind, Level, Limits, PLACE_BYTES_MAX, Segment, SegmentId, count_of};
use window::Window;

/// What the reader came to.
#[derive(Clone, Copy)]
pub enum Event<'a> {
    /// Text outside of any interchange; white space and filler are not told.
    Outside(&'a [u8]),
    /// ISA.
    InterchangeBegin(Segment<'a>),
    /// GS, or where it is missing.
    GroupBegin(Option<Segment<'a>>),
    /// ST.
    SetBegin(Segment<'a>),
    /// A segment within a transaction set, and its identifier.
    Body(SegmentId, Segment<'a>),
    /// A segment between sets or groups, TA1 among them.
    Between(Segment<'a>),
    /// SE, or where it is missing.
    SetEnd(Option<Segment<'a>>),
    /// GE, or where it is missing.
    GroupEnd(Option<Segment<'a>>),
    /// IEA, or where it is missing.
    InterchangeEnd(Option<Segment<'a>>),
}

/// A level that is open: its control number, and what is counted and remembered in it.
#[derive(Clone, Default)]
struct Open<'a> {
    control_number: &'a [u8],
    /// Groups of an interchange, sets of a group, segments of a set.
    count: u64,
    /// Control numbers seen one level below.
    below: HashSet<&'a [u8]>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Depth {
    Outside,
    Interchange,
    Group,
    Set,
}

/// Reads a file's segments in order.
///
/// Invariant: events nest; every Begin has exactly one End, and inner levels end first.
pub struct Reader<'a> {
    file: &'a [u8],
    limits: Limits,
    at: usize,
    depth: Depth,
    delimiters: Delimiters,
    terminators: Finder,
    window: Window,
    segment_number: u64,
    interchanges_total: u64,
    empty_told: bool,
    interchange: Open<'a>,
    group: Open<'a>,
    set: Open<'a>,
    interchange_control_numbers: HashSet<&'a [u8]>,
    faults: Vec<Fault<'a>>,
    /// Where the open interchange begins, so that it can be read again.
    mark: Mark<'a>,
}

/// The begin of an interchange, to come back to with [`Reader::rewind`].
#[derive(Clone, Copy)]
pub struct Mark<'a> {
    at: usize,
    segment_number: u64,
    /// ISA13, if this interchange was the first to bear it.
    first_to_bear: Option<&'a [u8]>,
}

const ISA: SegmentId = SegmentId::new(b"ISA");
const GS: SegmentId = SegmentId::new(b"GS");
const ST: SegmentId = SegmentId::new(b"ST");
const SE: SegmentId = SegmentId::new(b"SE");
const GE: SegmentId = SegmentId::new(b"GE");
const IEA: SegmentId = SegmentId::new(b"IEA");
const ENVELOPE: [SegmentId; 6] = [ISA, GS, ST, SE, GE, IEA];
const TA1: SegmentId = SegmentId::new(b"TA1");

impl<'a> Reader<'a> {
    /// Starts at the first byte of `file`, behind a UTF-8 mark.
    pub fn new(file: &'a [u8], limits: Limits) -> Reader<'a> {
        let unset = Delimiters { segment: b'~', element: b'*', component: b':', repetition: b'^' };
        let at = encoding_of(file).mark_bytes();
        Reader {
            file,
            limits,
            at,
            depth: Depth::Outside,
            delimiters: unset,
            terminators: Finder::new(unset.segment),
            window: Window::new(),
            segment_number: 0,
            interchanges_total: 0,
            empty_told: false,
            interchange: Open::default(),
            group: Open::default(),
            set: Open::default(),
            interchange_control_numbers: HashSet::new(),
            faults: Vec::new(),
            mark: Mark { at, segment_number: 0, first_to_bear: None },
        }
    }

    /// Returns the position in the file of the segment last read, from 1.
    #[inline]
    pub fn segment_number(&self) -> u64 {
        self.segment_number
    }

    /// Returns how many segments of the open transaction set were read, ST among them.
    #[inline]
    pub fn segments_in_set(&self) -> u64 {
        self.set.count
    }

    /// Returns how far the file is read, in bytes.
    #[inline]
    pub fn position(&self) -> usize {
        self.at
    }

    /// Returns whether faults wait to be taken.
    #[inline]
    pub fn has_faults(&self) -> bool {
        !self.faults.is_empty()
    }

    /// Takes the faults found since the last call.
    pub fn take_faults(&mut self) -> Vec<Fault<'a>> {
        std::mem::take(&mut self.faults)
    }

    /// Returns where the open interchange begins.
    pub fn interchange_mark(&self) -> Mark<'a> {
        self.mark
    }

    /// Goes back to the begin of an interchange, as if it had not been read.
    pub fn rewind(&mut self, mark: Mark<'a>) {
        self.at = mark.at;
        self.segment_number = mark.segment_number;
        if let Some(number) = mark.first_to_bear {
            self.interchange_control_numbers.remove(number);
        }
        self.interchanges_total -= 1;
        self.depth = Depth::Outside;
        self.faults.clear();
    }

    /// Reads on to the next event; `None` at the end of the file, when every level is closed.
    #[allow(
        clippy::should_implement_trait,
        reason = "faults are taken between two events, which an iterator would not let"
    )]
    #[inline]
    pub fn next(&mut self) -> Option<Event<'a>> {
        if self.depth == Depth::Outside {
            return self.outside();
        }
        match cut(self.file, self.at, self.delimiters, &mut self.terminators) {
            Cut::Segment(segment, end) => Some(self.segment(segment, end)),
            Cut::Unterminated(segment) => Some(self.segment(segment, self.file.len())),
            Cut::End => Some(self.end_of_file()),
        }
    }

    fn outside(&mut self) -> Option<Event<'a>> {
        let rest = &self.file[self.at..];
        if rest.is_empty() {
            return self.nothing_left();
        }
        let gap = gap(rest);
        let text = text_of(gap.bytes);
        if let Some(isa) = gap.cut_off {
            self.fault(Kind::IsaTruncated, Level::File, isa);
        } else if !text.is_empty() {
            self.fault(Kind::OutsideText, Level::File, text);
        }
        self.at += gap.bytes.len();
        match gap.next {
            _ if !text.is_empty() => Some(Event::Outside(text)),
            Some(header) => Some(self.open_interchange(header)),
            None => self.nothing_left(),
        }
    }

    /// A file without any interchange has that one fault, told once.
    fn nothing_left(&mut self) -> Option<Event<'a>> {
        if self.interchanges_total == 0 && !std::mem::replace(&mut self.empty_told, true) {
            self.fault(Kind::NoInterchange, Level::File, &self.file[..0]);
        }
        None
    }

    fn open_interchange(&mut self, header: InterchangeHeader<'a>) -> Event<'a> {
        let isa = header.segment;
        let control_number = isa.element(13).trim_ascii();
        self.mark = Mark { at: self.at, segment_number: self.segment_number, first_to_bear: None };
        self.segment_number += 1;
        self.interchanges_total += 1;
        self.delimiters = isa.delimiters;
        self.terminators = Finder::new(isa.delimiters.segment);
        self.depth = Depth::Interchange;
        self.interchange = Open { control_number, ..Open::default() };
        self.at += isa.bytes.len() + 1;
        if !header.fixed_width {
            self.fault(Kind::IsaNotFixedWidth, Level::Interchange, isa.bytes);
        }
        if !header.has_component_separator {
            self.fault(Kind::IsaNoComponentSeparator, Level::Interchange, isa.element(16));
        }
        if !isa.delimiters.usable() {
            self.fault(Kind::DelimitersUnusable, Level::Interchange, isa.bytes);
        }
        if self.interchange_control_numbers.insert(control_number) {
            self.mark.first_to_bear = Some(control_number);
        } else {
            self.fault(Kind::DuplicateIsa13, Level::Interchange, isa.element(13));
        }
        Event::InterchangeBegin(isa)
    }

    #[inline]
    fn segment(&mut self, segment: Segment<'a>, end: usize) -> Event<'a> {
        let mut id = segment.id();
        if id == SegmentId::NONE && segment.bytes.starts_with(b"ISA") {
            // The next interchange may have other separators than the open one.
            id = ISA;
        }
        if is_envelope(id) {
            return self.envelope(segment, id, end);
        }
        self.take(segment, end);
        if self.depth == Depth::Set {
            return Event::Body(id, segment);
        }
        // TA1 may follow the ISA; nothing else may stand between groups or sets.
        if !(self.depth == Depth::Interchange && id == TA1) {
            self.fault(Kind::SegmentOutsideTransaction, self.level(), segment.bytes);
        }
        Event::Between(segment)
    }

    /// Consumes `segment`, which ends, terminator included, at `end`.
    #[inline]
    fn take(&mut self, segment: Segment<'a>, end: usize) {
        self.at = end;
        self.segment_number += 1;
        if self.depth == Depth::Set {
            self.set.count += 1;
        }
        if end == self.file.len() {
            self.check_terminator(segment);
        }
        // A segment of a thousand bytes is the first that can have too many elements.
        if segment.bytes.len() > self.limits.elements_max {
            self.check_size(segment);
        }
    }

    #[cold]
    fn check_terminator(&mut self, segment: Segment<'a>) {
        let terminator = self.delimiters.segment;
        // Where lines end segments, a missing last newline is no loss.
        if !is_padding(terminator) && self.file.last() != Some(&terminator) {
            let place = &segment.bytes[segment.bytes.len()..];
            self.fault(Kind::UnterminatedLastSegment, Level::Interchange, place);
        }
    }

    #[cold]
    fn check_size(&mut self, segment: Segment<'a>) {
        let level = if self.depth == Depth::Set { Level::Segment } else { self.level() };
        if segment.bytes.len() > self.limits.segment_bytes_max {
            self.fault(Kind::SegmentTooLong, level, segment.bytes);
        } else if segment.elements().count() > self.limits.elements_max {
            self.fault(Kind::TooManyElements, level, segment.bytes);
        }
    }

    fn envelope(&mut self, segment: Segment<'a>, id: SegmentId, end: usize) -> Event<'a> {
        if id == ISA {
            let Ok(header) = interchange_header(&self.file[crate::offset_in(self.file, segment.bytes)..])
            else {
                self.take(segment, end);
                return self.body_or_between(segment);
            };
            if let Some(event) = self.close_down_to(Depth::Outside, segment) {
                return event;
            }
            self.at = crate::offset_in(self.file, segment.bytes);
            return self.open_interchange(header);
        }
        // A segment that opens or ends a level first ends the levels inside it that lack their trailers.
        let outer = match id {
            GS | IEA => Depth::Interchange,
            ST | GE => Depth::Group,
            _ => Depth::Set,
        };
        if let Some(event) = self.close_down_to(outer, segment) {
            return event;
        }
        if id == ST && self.depth == Depth::Interchange {
            return self.imply_group(segment);
        }
        self.take(segment, end);
        match id {
            GS => self.open_group(segment),
            ST => self.open_set(segment),
            SE if self.depth == Depth::Set => self.close_set(segment),
            GE if self.depth == Depth::Group => self.close_group(segment),
            IEA => self.close_interchange(segment),
            _ => self.stray_trailer(segment, id),
        }
    }

    /// Ends the innermost level if it is deeper than `outer`, for want of its trailer in front of `witness`.
    fn close_down_to(&mut self, outer: Depth, witness: Segment<'a>) -> Option<Event<'a>> {
        if self.depth <= outer {
            return None;
        }
        Some(self.end_without_trailer(&witness.bytes[..0], Kind::IeaMissing))
    }

    fn end_without_trailer(&mut self, place: &'a [u8], interchange: Kind) -> Event<'a> {
        let (kind, next, event) = match self.depth {
            Depth::Set => (Kind::SeMissing, Depth::Group, Event::SetEnd(None)),
            Depth::Group => (Kind::GeMissing, Depth::Interchange, Event::GroupEnd(None)),
            Depth::Interchange | Depth::Outside => (interchange, Depth::Outside, Event::InterchangeEnd(None)),
        };
        // The trailer would be the segment after the one last read.
        let segment_number = self.segment_number + 1;
        self.faults.push(Fault { kind, level: Level::Interchange, place, segment_number, expected: None });
        self.depth = next;
        event
    }

    fn end_of_file(&mut self) -> Event<'a> {
        self.at = self.file.len();
        let place = &self.file[self.at..];
        self.end_without_trailer(place, Kind::IeaMissingAtEnd)
    }

    fn open_group(&mut self, gs: Segment<'a>) -> Event<'a> {
        let control_number = gs.element(6).trim_ascii();
        self.depth = Depth::Group;
        self.group = Open { control_number, ..Open::default() };
        self.interchange.count += 1;
        if !self.interchange.below.insert(control_number) {
            self.fault(Kind::DuplicateGs06, Level::Group, gs.element(6));
        }
        Event::GroupBegin(Some(gs))
    }

    /// Opens a group that has no GS, in front of the `witness`, which is left to be read.
    fn imply_group(&mut self, witness: Segment<'a>) -> Event<'a> {
        self.depth = Depth::Group;
        self.group = Open::default();
        let (kind, level, place) = (Kind::GsMissing, Level::Interchange, &witness.bytes[..0]);
        // The GS would be the segment after the one last read.
        let segment_number = self.segment_number + 1;
        self.faults.push(Fault { kind, level, place, segment_number, expected: None });
        Event::GroupBegin(None)
    }

    fn open_set(&mut self, st: Segment<'a>) -> Event<'a> {
        let control_number = st.element(2).trim_ascii();
        self.depth = Depth::Set;
        self.set = Open { control_number, count: 1, ..Open::default() };
        self.group.count += 1;
        if !self.group.below.insert(control_number) {
            self.fault(Kind::DuplicateSt02, Level::Set, st.element(2));
        }
        Event::SetBegin(st)
    }

    fn close_set(&mut self, se: Segment<'a>) -> Event<'a> {
        self.check_count(se, self.set.count, Kind::Se01Mismatch, Level::Set);
        self.check_control_number(se, self.set.control_number, Kind::Se02Mismatch, Level::Set);
        self.depth = Depth::Group;
        Event::SetEnd(Some(se))
    }

    fn close_group(&mut self, ge: Segment<'a>) -> Event<'a> {
        self.check_count(ge, self.group.count, Kind::Ge01Mismatch, Level::Group);
        self.check_control_number(ge, self.group.control_number, Kind::Ge02Mismatch, Level::Group);
        self.depth = Depth::Interchange;
        Event::GroupEnd(Some(ge))
    }

    fn close_interchange(&mut self, iea: Segment<'a>) -> Event<'a> {
        self.check_count(iea, self.interchange.count, Kind::Iea01Mismatch, Level::Interchange);
        self.check_control_number(
            iea,
            self.interchange.control_number,
            Kind::Iea02Mismatch,
            Level::Interchange,
        );
        self.depth = Depth::Outside;
        Event::InterchangeEnd(Some(iea))
    }

    fn stray_trailer(&mut self, segment: Segment<'a>, id: SegmentId) -> Event<'a> {
        let kind = if id == SE { Kind::SeWithoutSt } else { Kind::GeWithoutGs };
        self.fault(kind, self.level(), segment.bytes);
        Event::Between(segment)
    }

    fn body_or_between(&mut self, segment: Segment<'a>) -> Event<'a> {
        if self.depth == Depth::Set {
            return Event::Body(ISA, segment);
        }
        self.fault(Kind::SegmentOutsideTransaction, self.level(), segment.bytes);
        Event::Between(segment)
    }

    fn check_count(&mut self, trailer: Segment<'a>, counted: u64, kind: Kind, level: Level) {
        if count_of(trailer.element(1)) != Some(counted) {
            self.fault(kind, level, trailer.element(1));
            if let Some(fault) = self.faults.last_mut() {
                fault.expected = Some(counted);
            }
        }
    }

    fn check_control_number(&mut self, trailer: Segment<'a>, opened: &'a [u8], kind: Kind, level: Level) {
        if trailer.element(2).trim_ascii() != opened {
            self.fault(kind, level, trailer.element(2));
        }
    }

    fn fault(&mut self, kind: Kind, level: Level, place: &'a [u8]) {
        let (segment_number, place) = (self.segment_number, &place[..place.len().min(PLACE_BYTES_MAX)]);
        self.faults.push(Fault { kind, level, place, segment_number, expected: None });
    }

    fn level(&self) -> Level {
        match self.depth {
            Depth::Outside => Level::File,
            Depth::Interchange => Level::Interchange,
            Depth::Group => Level::Group,
            Depth::Set => Level::Set,
        }
    }
}

/// Returns whether `id` is that of a segment of an envelope.
///
/// All are compared without a jump between them: names follow each other in no order, so that it would be guessed wrong.
#[expect(clippy::needless_bitwise_bool, reason = "one jump that is nearly always guessed right, not six")]
#[inline]
fn is_envelope(id: SegmentId) -> bool {
    ENVELOPE.iter().fold(false, |found, one| found | (*one == id))
}

mod run;
#[cfg(test)]
mod tests;
mod window;
