//! The slow look at a segment: everything in it that departs from its row.
//!
//! One fault gives one deviation: of a value the first of characters, length, form and code that is wrong; of a condition
//! nothing where an element is told as missing or not used already.

use x12::{Delimiters, Segment, offset_in};

use crate::deviation::{Deviation, Kind, Place};
use crate::dictionary::{Condition, Note};
use crate::guide::{CONTROL, Check, Element, Guide, Row, Usage};
use crate::pass::passes;
use crate::value::Fault;

/// Hands everything in `segment` that departs from `row` of `guide` to `found`; the first segment of a walk is `segment_position` 1.
#[inline]
pub fn check_segment<'a>(
    guide: &'static Guide,
    row: &'static Row,
    segment: Segment<'a>,
    segment_position: u32,
    found: &mut impl FnMut(Deviation<'a>),
) {
    if !passes(guide, row, segment, segment.marks(0), 0) {
        tell_elements(guide, row, segment, segment_position, found);
    }
}

/// Hands everything in a segment that the fast look does not pass to `found`.
#[cold]
pub(crate) fn tell_elements<'a>(
    guide: &'static Guide,
    row: &'static Row,
    segment: Segment<'a>,
    segment_position: u32,
    found: &mut impl FnMut(Deviation<'a>),
) {
    Look { guide, row, segment, segment_position, told: 0, found }.elements();
}

/// Hands everything in a segment of the envelope, ISA, GS, SE, GE, IEA or TA1, that departs from the standard to `found`.
///
/// Returns whether it is one.
/// Of an ISA the separators that it declares are not looked for.
/// Source: X12.5 and X12.6, control segments; 005010 guides, appendix C.
pub fn check_control_segment<'a>(segment: Segment<'a>, found: &mut impl FnMut(Deviation<'a>)) -> bool {
    let control: &'static Guide = &CONTROL;
    let name = segment.element(0);
    let Some(row) = control.rows().iter().find(|row| row.segment.as_bytes() == name) else { return false };
    let mut segment = segment;
    if name == b"ISA" {
        let absent = segment.delimiters.segment;
        segment.delimiters = Delimiters { component: absent, repetition: absent, ..segment.delimiters };
    }
    // ISA11 and ISA16 hold separators, which may be any character.
    let is_value =
        |deviation: &Deviation<'a>| name != b"ISA" || !matches!(deviation.element.element, 11 | 16);
    check_segment(control, row, segment, 1, &mut |deviation| {
        if is_value(&deviation) {
            found(deviation);
        }
    });
    true
}

struct Look<'a, 'f, F> {
    guide: &'static Guide,
    row: &'static Row,
    segment: Segment<'a>,
    segment_position: u32,
    /// Elements of which something is told, as bits.
    told: u64,
    found: &'f mut F,
}

impl<'a, F: FnMut(Deviation<'a>)> Look<'a, '_, F> {
    #[cold]
    fn elements(&mut self) {
        let elements = self.guide.elements(self.row);
        let mut present = 0u64;
        for (position, bytes) in (1u16..).zip(self.segment.elements()) {
            let Some(element) = elements.get(usize::from(position) - 1) else {
                self.surplus(position, bytes);
                break;
            };
            if self.element(position, element, bytes) {
                present |= bit(position);
            }
        }
        for position in 1..=u16::from(self.row.elements) {
            if self.row.required & !present & bit(position) != 0 {
                self.tell(Kind::ElementMissing, position, self.segment.element(position.into()));
            }
        }
        for note in self.row.notes {
            self.note(*note, present);
        }
        let last = (1u16..).zip(self.segment.elements()).take(elements.len() + 1).last();
        if let Some((position, bytes)) = last
            && bytes.is_empty()
            && self.told & bit(position) == 0
        {
            self.tell(Kind::TrailingSeparator, position, bytes);
        }
    }

    /// Tells of what stands behind the last element that the segment has.
    fn surplus(&mut self, position: u16, first: &'a [u8]) {
        let bytes = &self.segment.bytes[offset_in(self.segment.bytes, first)..];
        let separator = self.segment.delimiters.element;
        let is_empty = bytes.iter().all(|&byte| byte == separator);
        self.tell(if is_empty { Kind::TrailingSeparator } else { Kind::TooManyElements }, position, bytes);
    }

    /// Looks at one element; returns whether anything stands in it.
    fn element(&mut self, position: u16, element: &'static Element, bytes: &'a [u8]) -> bool {
        let Delimiters { component, repetition, .. } = self.segment.delimiters;
        if bytes.iter().all(|&byte| byte == component) {
            // Separators with nothing between them are no value; where they are what is wrong, that it is missing goes without saying.
            if !bytes.is_empty() && element.check != Check::Composite {
                self.tell(Kind::TooManyComponents, position, bytes);
                return true;
            }
            if !bytes.is_empty() {
                self.tell(Kind::TrailingSeparator, position, bytes);
            }
            return false;
        }
        if element.usage == Usage::NotUsed {
            self.tell(Kind::NotUsedElement, position, bytes);
            return true;
        }
        if !bytes.contains(&repetition) {
            self.repetition(Place { element: position, ..Place::default() }, element, bytes);
            return true;
        }
        let allowed = usize::from(element.repeat);
        if let Some(surplus) = bytes.split(|&byte| byte == repetition).nth(allowed) {
            let start = offset_in(bytes, surplus);
            self.tell(Kind::TooManyRepetitions, position, if allowed == 1 { bytes } else { &bytes[start..] });
        }
        for (number, bytes) in (1u16..).zip(bytes.split(|&byte| byte == repetition)).take(allowed) {
            // An element that may not be repeated is told as a whole; its first value is looked at for itself.
            self.repetition(Place { element: position, component: 0, repetition: number }, element, bytes);
        }
        true
    }

    /// Looks at one repetition of an element, or all of one that has none.
    fn repetition(&mut self, place: Place, element: &'static Element, bytes: &'a [u8]) {
        let separator = self.segment.delimiters.component;
        if element.check != Check::Composite {
            if bytes.contains(&separator) {
                self.tell_at(Kind::TooManyComponents, place, bytes);
            } else if !bytes.is_empty() {
                let before = self.segment.element(usize::from(place.element) - 1);
                self.value(place, element, bytes, before);
            }
            return;
        }
        let components = self.guide.components(element);
        let mut before: &[u8] = b"";
        let mut present = 0;
        let mut last: &[u8] = b"x";
        for (number, bytes) in (1u16..).zip(bytes.split(|&byte| byte == separator)) {
            let place = Place { component: number, ..place };
            let Some(component) = components.get(usize::from(number) - 1) else {
                self.tell_at(Kind::TooManyComponents, place, bytes);
                return;
            };
            if !bytes.is_empty() {
                present |= bit(number);
                self.value(place, component, bytes, before);
            }
            (before, last) = (bytes, bytes);
        }
        for number in 1..=u16::from(element.components) {
            if u64::from(element.required) & !present & bit(number) != 0 {
                let missing = bytes.split(|&byte| byte == separator).nth(usize::from(number) - 1);
                let missing = missing.unwrap_or(&bytes[bytes.len()..]);
                self.tell_at(Kind::ElementMissing, Place { component: number, ..place }, missing);
            }
        }
        if last.is_empty() {
            self.tell_at(Kind::TrailingSeparator, place, last);
        }
    }

    /// Looks at one value; `before` is the one in front of it.
    fn value(&mut self, place: Place, element: &'static Element, bytes: &'a [u8], before: &[u8]) {
        if element.usage == Usage::NotUsed {
            self.tell_at(Kind::NotUsedElement, place, bytes);
            return;
        }
        let fault = element.data_type.fault_of(bytes, element.least.into(), element.most, before);
        let kind = match fault {
            Some(Fault::Characters) => Kind::BadCharacters,
            Some(Fault::TooShort) => Kind::TooShort,
            Some(Fault::TooLong) => Kind::TooLong,
            Some(Fault::Day) => Kind::BadDate,
            Some(Fault::Time) => Kind::BadTime,
            None => {
                if element.codes.count == 0 || self.guide.holds_code(element.codes, bytes) {
                    return;
                }
                Kind::BadCode
            }
        };
        self.tell_at(kind, place, bytes);
    }

    /// Looks at one condition between elements.
    fn note(&mut self, note: Note, present: u64) {
        let used = present & self.row.used;
        let first_is_used = self.row.used & note.first != 0;
        if note.holds(used)
            || (matches!(note.condition, Condition::Conditional | Condition::ListConditional)
                && !first_is_used)
        {
            return;
        }
        let named = note.elements & self.row.used;
        let guilty = if note.condition == Condition::Exclusion {
            // The first of them may stay.
            let both = named & used;
            both & both.wrapping_sub(1)
        } else {
            named & !used
        };
        // What must be there anyway is told already; what is not used can mend nothing.
        let told = self.row.required & !present;
        if note.condition == Condition::Required && named & told != 0 {
            return;
        }
        let guilty = guilty & !told;
        if guilty != 0 {
            let exclusion = note.condition == Condition::Exclusion;
            let kind = if exclusion { Kind::Exclusion } else { Kind::ConditionalElementMissing };
            let position = guilty.trailing_zeros() + 1;
            let bytes = self.segment.element(position as usize);
            self.tell(kind, u16::try_from(position).unwrap_or(u16::MAX), bytes);
        }
    }

    fn tell(&mut self, kind: Kind, element: u16, place: &'a [u8]) {
        self.tell_at(kind, Place { element, ..Place::default() }, place);
    }

    fn tell_at(&mut self, kind: Kind, element: Place, place: &'a [u8]) {
        self.told |= bit(element.element);
        (self.found)(Deviation {
            kind,
            segment_position: self.segment_position,
            segment: self.segment.element(0),
            element,
            place,
            in_loop: self.guide.loop_of(self.row),
            row: Some(self.row),
        });
    }
}

/// Returns the bit of `position`, which counts from 1; none for a position that no segment has.
fn bit(position: u16) -> u64 {
    1u64.checked_shl(u32::from(position).wrapping_sub(1)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{DELIMITERS, check, professional};
    use crate::{guide, guides};

    #[test]
    fn each_kind_points_at_its_bytes() {
        check(
            professional(),
            "2300",
            r"
   LX*1~
   SV1*HC:J9035*+250*UN*1***1:13~
//              ^^^^ BadCharacters
//                            ^^ BadCode
   DTP*472*D8*20250229~
//            ^^^^^^^^ BadDate
   REF*6R~
//       ^ ElementMissing
   LIN*1*N4*00069080601*~
//     ^ NotUsedElement
//                      ^ TrailingSeparator
   CTP****1*ML:1:2:3:4:5:6:7:8:9:10:11:12:13:14:15~
//             ^ NotUsedElement
//               ^ NotUsedElement
//                 ^ NotUsedElement
//                   ^ NotUsedElement
//                     ^ NotUsedElement
//                       ^ NotUsedElement
//                         ^ NotUsedElement
//                           ^ NotUsedElement
//                             ^ NotUsedElement
//                               ^^ NotUsedElement
//                                  ^^ NotUsedElement
//                                     ^^ NotUsedElement
//                                        ^^ NotUsedElement
//                                           ^^ NotUsedElement
//                                              ^^ TooManyComponents
   NM1*82*1*DOE*ANN****XX~
//                       ^ ConditionalElementMissing
   PRV*PE*PXC*A^B*****C~
//            ^^^ TooManyRepetitions
//                   ^^ TooManyElements
   SE*1*0001~
",
        );
    }

    #[test]
    fn one_fault_gives_one_deviation() {
        check(
            professional(),
            "2000B",
            r"
   NM1*IL*1*DOE*ANN****MI*~
//                        ^ ConditionalElementMissing
   N3*1 MAIN ST**~
//               ^ TrailingSeparator
   N4*PORTLAND*ME**CA*X**NB~
//                    ^ NotUsedElement
//                       ^^ Exclusion
   DMG*D8*19700101*F::~
//                 ^^^ TooManyComponents
   REF*SY*12345678901234567890123456789012345678901234567890X~
//        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ TooLong
   NM1*PR*2*PAYER*****PI:*7~
//                    ^^^ TooManyComponents
//                        ^ TooShort
   SE*1*0001~
",
        );
    }

    #[test]
    fn conditions_of_the_standard_hold_for_what_is_used() {
        let guide = guide(b"005010X223A2").expect("the guide is known");
        check(
            guide,
            "2320",
            r"
   CAS*CO*45*10**96~
//                 ^ ConditionalElementMissing
   CAS*CO*45*10***5~
//               ^ ConditionalElementMissing
   CAS*CO*45*10~
   SE*1*0001~
",
        );
        // One of SV201 and SV202 must be there, and SV201 must be there anyway.
        check(
            guide,
            "2300",
            r"
   LX*:~
//    ^ TooManyComponents
   SV2***10*UN*1~
//     ^ ElementMissing
   SE*1*0001~
",
        );
    }

    #[test]
    fn control_segments_are_checked_too() {
        let kinds = |bytes: &[u8]| {
            let mut kinds = Vec::new();
            let segment = Segment { bytes, delimiters: DELIMITERS };
            let known = check_control_segment(segment, &mut |deviation| {
                kinds.push((deviation.kind, deviation.element.element));
            });
            (known, kinds)
        };
        let isa = b"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *251003*1200*^*00501*000000001*0*T*:";
        assert_eq!(kinds(isa), (true, vec![]));
        let bad = b"ISA*00*          *00*          *XX*SENDER         *ZZ*RECEIVER       *251303*1200*^*00501*000000001*0*T*:";
        assert_eq!(kinds(bad), (true, vec![(Kind::BadCode, 5), (Kind::BadDate, 9)]));
        assert_eq!(kinds(b"GS*HC*A1*B1*20251003*1200*1*X*005010X222A1"), (true, vec![]));
        assert_eq!(kinds(b"TA1*000000001*251003*1200*A*032"), (true, vec![(Kind::BadCode, 5)]));
        assert_eq!(kinds(b"SE*5*0001*X"), (true, vec![(Kind::TooManyElements, 3)]));
        assert_eq!(kinds(b"ST*837*0001"), (false, vec![]));
    }

    /// Every row of every guide, with values made up from a seed: the fast look passes what the slow look finds nothing in.
    #[test]
    fn the_fast_look_agrees_with_the_slow_one() {
        const VALUES: [&[u8]; 23] = [
            b"",
            b"",
            b"",
            b"1",
            b"12",
            b"XX",
            b"HC",
            b"20251003",
            b"1200",
            b"D8",
            b"-1.5",
            b"1.",
            b"a:b",
            b"HC:99213",
            b"^",
            b"\x07",
            b"85",
            b"ABCDEFGHIJ",
            b"BK:1",
            b"20251003-20251004",
            b"A TEXT OF FORTY BYTES, NO LESS, NO MORE.",
            b"A TEXT THAT IS LONGER THAN SIXTY-FOUR BYTES, SO THAT NO LOOK SHOWS ITS END.",
            b"HC:J9035:JW:KX::::A DESCRIPTION THAT IS LONG",
        ];
        let mut state = 1u32;
        let mut next = |below: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % below
        };
        let (mut passed, mut failed) = (0, 0);
        for guide in guides() {
            for row in guide.rows() {
                for _ in 0..200 {
                    let mut bytes = row.segment.as_bytes().to_vec();
                    for element in guide.elements(row).iter().take(next(usize::from(row.elements) + 2)) {
                        let code = guide.codes(element).first().filter(|_| next(8) != 0);
                        bytes.push(b'*');
                        bytes.extend_from_slice(
                            code.map_or(VALUES[next(VALUES.len())], |code| code.as_bytes()),
                        );
                    }
                    let segment = Segment { bytes: &bytes, delimiters: DELIMITERS };
                    let mut found = 0;
                    let mut count = |_: Deviation<'_>| found += 1;
                    Look { guide, row, segment, segment_position: 1, told: 0, found: &mut count }.elements();
                    let text = String::from_utf8_lossy(&bytes);
                    if passes(guide, row, segment, segment.marks(0), 0) {
                        assert_eq!(found, 0, "{text}");
                        passed += 1;
                    } else {
                        failed += usize::from(found != 0);
                    }
                }
            }
        }
        assert!(500 < passed && 500 < failed, "{passed} pass, {failed} do not");
    }
}
