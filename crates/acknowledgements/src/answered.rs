//! The file that is answered, and the places in it that acknowledgements point at.

use x12::{Delimiters, Event, Limits, Reader, Segment, SegmentId, is_padding, offset_in, segments};

use crate::statement::{Extent, Pointer, Target, Unit};
use crate::text::text;

/// A file that was answered, with the places of its units.
///
/// It holds no more than a few words for each unit and claim; segments are looked for when they are asked for.
pub struct Answered<'f> {
    file: &'f [u8],
    interchanges: Vec<Envelope<'f>>,
    groups: Vec<Envelope<'f>>,
    sets: Vec<Envelope<'f>>,
    /// Sorted by claim, then by place.
    claims: Vec<ClaimPlace<'f>>,
    /// The segment that was asked for last: those of one set are asked for in their order.
    last: Option<Last>,
}

/// A segment of a set.
#[derive(Clone, Copy)]
struct Last {
    set: usize,
    /// Position in the set, ST being 1.
    position: u64,
    /// Where it begins in the file.
    at: usize,
}

/// A unit: its header and its trailer, each with its position in the file, from 1.
struct Envelope<'f> {
    head: (Segment<'f>, u64),
    /// A trailer that is not there has no bytes, where it should stand.
    tail: (Segment<'f>, u64),
    /// Index of the unit around it.
    parent: usize,
}

struct ClaimPlace<'f> {
    claim_id: &'f [u8],
    set: usize,
    segment: Segment<'f>,
    segment_number: u64,
}

/// A place in the file that was answered.
pub struct Spot<'f> {
    /// The guilty bytes; what is missing is an empty slice where it should stand.
    pub place: &'f [u8],
    /// Identifier of the segment that the place is named by.
    pub segment: Vec<u8>,
    /// Which element of it; all 0 for the segment.
    pub element: guides::Place,
    /// Position of the segment in the file, from 1.
    pub segment_number: u64,
    /// The separators of its interchange.
    pub delimiters: Delimiters,
    /// What makes it doubtful that this is the place that is meant.
    pub doubt: Option<String>,
}

/// Why a place is not in the file, in words that follow a colon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFound(pub String);

const CLM: SegmentId = SegmentId::new(b"CLM");

/// The doubt about a claim whose CLM01 others have too.
const SEVERAL_CLAIMS: &str = "The file has several claims of that number; this is the first.";

impl<'f> Answered<'f> {
    /// Reads the units and claims of `file`.
    pub fn read(file: &'f [u8]) -> Answered<'f> {
        let mut answered = Answered {
            file,
            interchanges: Vec::new(),
            groups: Vec::new(),
            sets: Vec::new(),
            claims: Vec::new(),
            last: None,
        };
        let mut reader = Reader::new(file, Limits::default());
        while let Some(event) = reader.next() {
            // What is wrong with the file is not asked here.
            reader.take_faults();
            answered.take(event, reader.segment_number(), reader.position());
        }
        answered.claims.sort_by_key(|claim| (claim.claim_id, claim.segment_number));
        answered
    }

    fn take(&mut self, event: Event<'f>, number: u64, position: usize) {
        match event {
            Event::InterchangeBegin(isa) => begin(&mut self.interchanges, isa, number, 0),
            Event::GroupBegin(gs) => {
                if let Some(gs) = gs.or_else(|| self.nothing_at(position)) {
                    begin(&mut self.groups, gs, number, self.interchanges.len().saturating_sub(1));
                }
            }
            Event::SetBegin(st) => begin(&mut self.sets, st, number, self.groups.len().saturating_sub(1)),
            Event::Body(CLM, segment) => self.claims.push(ClaimPlace {
                claim_id: segment.element(1).trim_ascii(),
                set: self.sets.len().saturating_sub(1),
                segment,
                segment_number: number,
            }),
            Event::SetEnd(trailer) | Event::GroupEnd(trailer) | Event::InterchangeEnd(trailer) => {
                // A trailer that is missing should be the next segment.
                let number = number + u64::from(trailer.is_none());
                let trailer = trailer.or_else(|| self.nothing_at(position));
                let units = match event {
                    Event::SetEnd(_) => &mut self.sets,
                    Event::GroupEnd(_) => &mut self.groups,
                    _ => &mut self.interchanges,
                };
                if let (Some(open), Some(trailer)) = (units.last_mut(), trailer) {
                    open.tail = (trailer, number);
                }
            }
            Event::Body(..) | Event::Between(_) | Event::Outside(_) => {}
        }
    }

    /// Returns a segment without bytes in front of the first that stands behind `position`, or at the end of the file.
    fn nothing_at(&self, position: usize) -> Option<Segment<'f>> {
        let delimiters = self.interchanges.last()?.head.0.delimiters;
        let rest = &self.file[position..];
        let next = segments(rest, delimiters).next();
        let start = next.map_or(rest.len(), |next| offset_in(rest, next.bytes));
        Some(Segment { bytes: &rest[start..start], delimiters })
    }

    /// Finds the place that `pointer` points at.
    ///
    /// Errors: the file does not have it.
    pub fn find(&mut self, pointer: &Pointer<'_>) -> Result<Spot<'f>, NotFound> {
        match &pointer.target {
            Target::Envelope(place) => self.envelope(pointer.unit, place),
            Target::Segment { .. } => self.segment(pointer),
            &Target::Claim { claim_id, line } => self.claim(claim_id, line),
        }
    }

    /// Finds an element of an envelope, or a whole segment of one, such as `SE01` or `SE`.
    fn envelope(&self, unit: Unit<'_>, place: &'static str) -> Result<Spot<'f>, NotFound> {
        let (segment, element) =
            place.split_at(place.find(|c: char| c.is_ascii_digit()).unwrap_or(place.len()));
        let level = match segment {
            "ST" | "SE" => self.sets_of(unit)?.first().map(|&set| &self.sets[set]),
            "GS" | "GE" => self.groups_of(unit)?.first().map(|&group| &self.groups[group]),
            _ => self.interchanges_of(unit)?.first().map(|&interchange| &self.interchanges[interchange]),
        };
        let missing = || NotFound(format!("the unit has no {segment} in the file."));
        let level = level.ok_or_else(missing)?;
        let (found, number) = if matches!(segment, "ST" | "GS" | "ISA") { level.head } else { level.tail };
        if number == 0 || !(found.bytes.is_empty() || found.element(0) == segment.as_bytes()) {
            return Err(missing());
        }
        let element = guides::Place { element: element.parse().unwrap_or(0), ..guides::Place::default() };
        Ok(Spot { segment: segment.as_bytes().to_vec(), ..spot(found, number, element, Extent::Whole) })
    }

    fn interchanges_of(&self, unit: Unit<'_>) -> Result<Vec<usize>, NotFound> {
        let Some(number) = unit.interchange else { return Ok((0..self.interchanges.len()).collect()) };
        let found = matching(&self.interchanges, 13, number, |_| true);
        if found.is_empty() {
            return Err(NotFound(format!("the file has no interchange {} (ISA13).", text(number))));
        }
        // Where a number stands twice, it is the later one that has something to be told of.
        Ok(found.into_iter().rev().collect())
    }

    fn groups_of(&self, unit: Unit<'_>) -> Result<Vec<usize>, NotFound> {
        let Some(number) = unit.group else { return Ok((0..self.groups.len()).collect()) };
        let found = matching(&self.groups, 6, number, |_| true);
        if found.is_empty() {
            return Err(NotFound(format!("the file has no functional group {} (GS06).", text(number))));
        }
        Ok(in_turn(found, unit.earlier_groups))
    }

    /// Returns the sets that may be meant, the likeliest first.
    fn sets_of(&self, unit: Unit<'_>) -> Result<Vec<usize>, NotFound> {
        let Some(number) = unit.set else {
            return Err(NotFound("the acknowledgement names no transaction set.".to_owned()));
        };
        let mut all = Vec::new();
        for group in self.groups_of(unit)? {
            let found = matching(&self.sets, 2, number, |set| set.parent == group);
            all.extend(in_turn(found, unit.earlier_sets));
        }
        if all.is_empty() {
            let group =
                unit.group.map_or_else(String::new, |group| format!(" in functional group {}", text(group)));
            return Err(NotFound(format!("the file has no transaction set {} (ST02){group}.", text(number))));
        }
        // Interchanges of one file may have groups and sets of the same numbers, and an 824 names none of them.
        if let Some(claim_id) = unit.claim_id {
            let claims = self.claims_of(claim_id);
            all.sort_by_key(|set| claims.binary_search_by_key(set, |claim| claim.set).is_err());
        }
        Ok(all)
    }

    /// Finds a segment of a set; of several sets, in the first where it is the one that is named.
    fn segment(&mut self, pointer: &Pointer<'_>) -> Result<Spot<'f>, NotFound> {
        let sets = self.sets_of(pointer.unit)?;
        let claims = pointer.unit.claim_id.map_or(&[][..], |claim_id| self.claims_of(claim_id));
        let with_claim =
            sets.iter().filter(|set| claims.binary_search_by_key(*set, |claim| claim.set).is_ok());
        let again = 1 < with_claim.count();
        let mut first = None;
        for set in sets {
            let mut found = self.segment_of(set, &pointer.target);
            if let Ok(spot) = &mut found
                && spot.doubt.is_none()
            {
                spot.doubt = again.then(|| SEVERAL_CLAIMS.to_owned());
                return found;
            }
            first.get_or_insert(found);
        }
        first.expect("there is a set, or it was told that there is none")
    }

    fn segment_of(&mut self, set: usize, target: &Target<'_>) -> Result<Spot<'f>, NotFound> {
        let &Target::Segment { id, position, element, extent } = target else {
            return Err(NotFound("no segment is named.".to_owned()));
        };
        let unit = &self.sets[set];
        let (st, first_number) = unit.head;
        let count = (unit.tail.1 + 1).saturating_sub(first_number).max(1);
        let behind = || {
            let number = text(st.element(2));
            NotFound(format!(
                "transaction set {number} of the file has {count} segments; there is no segment {position}."
            ))
        };
        if position == 0 || count < position {
            return Err(behind());
        }
        let start = Last { set, position: 1, at: offset_in(self.file, st.bytes) };
        let last = self.last.filter(|last| last.set == set && last.position <= position).unwrap_or(start);
        let ahead = usize::try_from(position - last.position).unwrap_or(usize::MAX);
        // Where the file is cut off, the place of the trailer is behind all segments.
        let end = Some(unit.tail.0).filter(|tail| tail.bytes.is_empty() && position == count);
        let found = segments(&self.file[last.at..], st.delimiters).nth(ahead).or(end).ok_or_else(behind)?;
        self.last = Some(Last { set, position, at: offset_in(self.file, found.bytes) });
        let mut spot = spot(found, first_number + position - 1, element, extent);
        if extent == Extent::Missing && (element.element == 0 || !is_called(found.element(0), id)) {
            spot.segment = id.to_vec();
            if 0 < element.element {
                spot.place = self.end_in_front(found);
            }
        } else if !is_called(found.element(0), id) {
            spot.doubt = Some(format!(
                "Segment {position} of the set is {} in this file, and not {}: it may not be the file that was answered.",
                text(found.element(0)),
                text(id)
            ));
        }
        Ok(spot)
    }

    /// Returns where the segment in front of `segment` ends: what is missing between them should stand behind it.
    fn end_in_front(&self, segment: Segment<'f>) -> &'f [u8] {
        let front = &self.file[..offset_in(self.file, segment.bytes)];
        let terminator = segment.delimiters.segment;
        let between = |byte: u8| byte == terminator || is_padding(byte);
        let run = front.iter().rev().take_while(|&&byte| between(byte)).count();
        // Blanks in front of the terminator belong to the segment, line ends do not.
        let start = front.len() - run;
        let end = start + front[start..].iter().position(|&byte| byte == terminator).unwrap_or(0);
        let line_ends = front[..end].iter().rev().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let end = end - line_ends;
        &self.file[end..end]
    }

    /// Returns the claims of that CLM01, in file order.
    fn claims_of(&self, claim_id: &[u8]) -> &[ClaimPlace<'f>] {
        let claim_id = claim_id.trim_ascii();
        let first = self.claims.partition_point(|claim| claim.claim_id < claim_id);
        let count = self.claims[first..].partition_point(|claim| claim.claim_id == claim_id);
        &self.claims[first..first + count]
    }

    /// Finds a claim, or the service of one of its lines.
    fn claim(&self, claim_id: &[u8], line: Option<&[u8]>) -> Result<Spot<'f>, NotFound> {
        let claims = self.claims_of(claim_id);
        let Some(claim) = claims.first() else {
            return Err(NotFound(format!("the file has no claim {} (CLM01).", text(claim_id))));
        };
        let again = 1 < claims.len();
        let service = line.and_then(|line| self.service(claim, line));
        let (segment, number) = service.unwrap_or((claim.segment, claim.segment_number));
        let element = guides::Place { element: 1, ..guides::Place::default() };
        let mut spot = spot(segment, number, element, Extent::Whole);
        spot.doubt = again.then(|| SEVERAL_CLAIMS.to_owned());
        Ok(spot)
    }

    /// Finds the service of the line that has `line` as REF*6R or LX01.
    fn service(&self, claim: &ClaimPlace<'f>, line: &[u8]) -> Option<(Segment<'f>, u64)> {
        let delimiters = self.sets[claim.set].head.0.delimiters;
        let start = offset_in(self.file, claim.segment.bytes);
        let mut service = None;
        let mut is_named = false;
        for (number, segment) in (claim.segment_number..).zip(segments(&self.file[start..], delimiters)) {
            match segment.element(0) {
                b"LX" => (service, is_named) = (None, segment.element(1) == line),
                b"SV1" | b"SV2" | b"SV3" => service = Some((segment, number)),
                b"REF" if segment.element(1) == b"6R" => is_named |= segment.element(2) == line,
                b"CLM" if claim.segment_number < number => return None,
                b"HL" | b"SE" | b"GE" | b"IEA" => return None,
                _ => {}
            }
            if is_named && service.is_some() {
                return service;
            }
        }
        None
    }
}

/// Points at an element of `segment`, or at all of it.
fn spot(segment: Segment<'_>, segment_number: u64, element: guides::Place, extent: Extent) -> Spot<'_> {
    Spot {
        place: place_in(segment, element, extent),
        segment: segment.element(0).to_vec(),
        element,
        segment_number,
        delimiters: segment.delimiters,
        doubt: None,
    }
}

fn place_in(segment: Segment<'_>, place: guides::Place, extent: Extent) -> &[u8] {
    let Delimiters { component, repetition, .. } = segment.delimiters;
    if place.element == 0 {
        return if extent == Extent::Missing { &segment.bytes[..0] } else { segment.bytes };
    }
    let element = segment.element(place.element.into());
    if extent == Extent::Onward {
        // A separator with nothing behind it is one element too many, at the end of a composite too.
        let composite = part(element, place.repetition, repetition);
        if composite.ends_with(&[component]) && composite.iter().any(|&byte| byte != component) {
            return &composite[composite.len()..];
        }
        return &segment.bytes[offset_in(segment.bytes, element)..];
    }
    // A component that is named without its repetition is one of the first.
    let first = place.repetition.max(u16::from(0 < place.component));
    part(part(element, first, repetition), place.component, component)
}

/// Returns part `position` of what `separator` parts, from 1; all of it for 0, and nothing at its end where there is none.
fn part(whole: &[u8], position: u16, separator: u8) -> &[u8] {
    let Some(index) = usize::from(position).checked_sub(1) else { return whole };
    whole.split(|&byte| byte == separator).nth(index).unwrap_or(&whole[whole.len()..])
}

/// Returns the units whose header has `number` as element `element`, zeros in front aside.
fn matching<'f>(
    units: &[Envelope<'f>],
    element: usize,
    number: &[u8],
    is_meant: impl Fn(&Envelope<'f>) -> bool,
) -> Vec<usize> {
    let significant = |value: &[u8]| {
        let value = value.trim_ascii();
        let zeros = value.iter().take_while(|&&byte| byte == b'0').count();
        value[zeros..].to_vec()
    };
    let number = significant(number);
    let found = (0..).zip(units).filter(|(_, unit)| is_meant(unit));
    found
        .filter(|(_, unit)| significant(unit.head.0.element(element)) == number)
        .map(|(index, _)| index)
        .collect()
}

/// Puts the one in front that as many others of its number were answered before.
fn in_turn(mut found: Vec<usize>, earlier: usize) -> Vec<usize> {
    if !found.is_empty() {
        let place = earlier.min(found.len() - 1);
        found.rotate_left(place);
    }
    found
}

/// Whether an identifier is the one that an acknowledgement names, which has room for letters and digits alone.
fn is_called(found: &[u8], named: &[u8]) -> bool {
    let plain = |id: &[u8]| id.iter().copied().filter(u8::is_ascii_alphanumeric).take(3).collect::<Vec<u8>>();
    named.is_empty() || plain(found).len() < 2 || plain(found) == plain(named)
}

fn begin<'f>(units: &mut Vec<Envelope<'f>>, head: Segment<'f>, number: u64, parent: usize) {
    // Until its trailer comes, it ends where it begins.
    units.push(Envelope { head: (head, number), tail: (head, 0), parent });
}
