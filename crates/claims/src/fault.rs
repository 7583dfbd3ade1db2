//! What can be wrong with the structure of an 837: envelopes, hierarchy, and the segments that edits read.

use guides::Deviation;
use x12::{Level, PLACE_BYTES_MAX, SegmentId};

/// A fault of structure.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A fault of the envelope, or of a segment's shape.
    X12(x12::Kind),
    /// The transaction set is no 837.
    SetNotSupported,
    /// The transaction set is an 837 that follows none of the guides that are judged.
    ReleaseNotSupported,
    /// ST03 is not GS08 of its group.
    St03Mismatch,
    /// HL01 is not one more than the last.
    Hl01Sequence,
    /// HL02 is not the HL01 of the level above.
    Hl02Parent,
    /// HL03 is not 20, 22 or 23.
    Hl03Level,
    /// HL04 does not say whether levels follow below.
    Hl04Child,
    /// CLM stands under neither a subscriber nor a patient.
    ClaimOutsideHierarchy,
    /// Service lines stand where no claim has begun.
    LineOutsideClaim,
    /// A claim is longer than the limit.
    ClaimTooLong,
    /// CLM01 is empty.
    Clm01Missing,
    /// CLM02 is not an amount.
    Clm02Unreadable,
    /// SV102, SV203 or SV302 is not an amount.
    LineChargeUnreadable,
    /// An interchange has more faults than the limit.
    TooManyFaults,
    /// The segment departs from its guide, or from the standard's control segments.
    Guide(guides::Kind),
}

/// One fault, with its place and the unit that it spoils.
#[derive(Clone, Copy)]
pub struct Fault<'a> {
    /// What is wrong.
    pub kind: Kind,
    /// The unit that it spoils.
    pub level: Level,
    /// The guilty bytes; empty where something is missing.
    pub place: &'a [u8],
    /// Position of the segment in the file, from 1; of what is missing, where it should stand.
    pub segment_number: u64,
    /// What would be right, where that is known.
    pub expected: Option<Expected>,
    /// Where in the guide it is, for what departs from one.
    pub deviation: Option<Deviation<'a>>,
}

/// What would be right instead of a fault.
#[derive(Clone, Copy)]
pub enum Expected {
    /// This count.
    Count(u64),
    /// A place behind this segment, for a whole segment or loop that is missing or late.
    Behind {
        /// Its identifier; none for a name of more than three letters.
        segment: SegmentId,
        /// How many segments it stands in front of where the fault is told.
        distance: u32,
    },
}

impl<'a> Fault<'a> {
    /// Makes a fault of which there is no more to say than its kind and place.
    pub fn new(kind: Kind, level: Level, place: &'a [u8], segment_number: u64) -> Fault<'a> {
        Fault { kind, level, place, segment_number, expected: None, deviation: None }
    }

    /// Makes the fault that `deviation` is, in a segment of the file.
    pub(crate) fn in_guide(deviation: Deviation<'a>, level: Level, segment_number: u64) -> Fault<'a> {
        let place = &deviation.place[..deviation.place.len().min(PLACE_BYTES_MAX)];
        let fault = Fault::new(Kind::Guide(deviation.kind), level, place, segment_number);
        Fault { deviation: Some(deviation), ..fault }
    }
}

impl<'a> From<x12::Fault<'a>> for Fault<'a> {
    fn from(fault: x12::Fault<'a>) -> Fault<'a> {
        let x12::Fault { kind, level, place, segment_number, expected } = fault;
        let fault = Fault::new(Kind::X12(kind), level, place, segment_number);
        Fault { expected: expected.map(Expected::Count), ..fault }
    }
}

impl Kind {
    /// Returns the name that `inspect` prints.
    pub fn name(self) -> &'static str {
        match self {
            Kind::X12(kind) => kind.name(),
            Kind::SetNotSupported | Kind::ReleaseNotSupported => "SET_NOT_SUPPORTED",
            Kind::St03Mismatch => "ST03_MISMATCH",
            Kind::Hl01Sequence => "HL01_SEQUENCE",
            Kind::Hl02Parent => "HL02_PARENT",
            Kind::Hl03Level => "HL03_LEVEL",
            Kind::Hl04Child => "HL04_CHILD",
            Kind::ClaimOutsideHierarchy => "CLAIM_OUTSIDE_HIERARCHY",
            Kind::LineOutsideClaim => "LINE_OUTSIDE_CLAIM",
            Kind::ClaimTooLong => "CLAIM_TOO_LONG",
            Kind::Clm01Missing => "CLM01_MISSING",
            Kind::Clm02Unreadable => "CLM02_UNREADABLE",
            Kind::LineChargeUnreadable => "LINE_CHARGE_UNREADABLE",
            Kind::TooManyFaults => "TOO_MANY_FAULTS",
            Kind::Guide(_) => "GUIDE",
        }
    }

    /// Returns whether the fault says that the input is cut off or unreadable.
    pub fn cuts_off(self) -> bool {
        matches!(self, Kind::X12(kind) if kind.cuts_off())
    }
}
