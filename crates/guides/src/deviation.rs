//! What a walk finds, with its place and its code in an acknowledgement.

use crate::guide::{Loop, Row};

/// A way to depart from a guide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// The standard has no segment of this name.
    UnknownSegment,
    /// The segment is one of the guide, but not at this place.
    UnexpectedSegment,
    /// The segment is one of the standard, but not of this transaction set.
    SegmentNotInSet,
    /// The segment is one of the transaction set, but the guide does not use it.
    NotUsedSegment,
    /// A segment that must be there is not.
    SegmentMissing,
    /// A loop that must be there is not.
    LoopMissing,
    /// The segment stands here more often than it may.
    SegmentTooOften,
    /// The loop that the segment opens stands here more often than it may.
    LoopTooOften,
    /// The segment stands behind others that it must stand in front of.
    SegmentOutOfOrder,
    /// An element that must be there is empty.
    ElementMissing,
    /// An element must be there because others are: conditions P, R, C and L.
    ConditionalElementMissing,
    /// Two elements exclude each other: condition E.
    Exclusion,
    /// The segment has more elements than the standard gives it.
    TooManyElements,
    /// The composite has more components than the standard gives it, or the element is none and has several.
    TooManyComponents,
    /// The element is repeated more often than it may be.
    TooManyRepetitions,
    /// The value is too short.
    TooShort,
    /// The value is too long.
    TooLong,
    /// The value has characters that its type does not allow.
    BadCharacters,
    /// The value is none of the codes that the guide lists.
    BadCode,
    /// The value is not a date, or not of the form that is announced.
    BadDate,
    /// The value is not a time.
    BadTime,
    /// An element that the guide does not use is not empty.
    NotUsedElement,
    /// A separator at the end of a segment or composite, with nothing behind it.
    TrailingSeparator,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 23] = [
        Kind::UnknownSegment,
        Kind::UnexpectedSegment,
        Kind::SegmentNotInSet,
        Kind::NotUsedSegment,
        Kind::SegmentMissing,
        Kind::LoopMissing,
        Kind::SegmentTooOften,
        Kind::LoopTooOften,
        Kind::SegmentOutOfOrder,
        Kind::ElementMissing,
        Kind::ConditionalElementMissing,
        Kind::Exclusion,
        Kind::TooManyElements,
        Kind::TooManyComponents,
        Kind::TooManyRepetitions,
        Kind::TooShort,
        Kind::TooLong,
        Kind::BadCharacters,
        Kind::BadCode,
        Kind::BadDate,
        Kind::BadTime,
        Kind::NotUsedElement,
        Kind::TrailingSeparator,
    ];

    /// Returns the code of IK304, for what is told of a segment; 8 for what is told of its elements.
    ///
    /// Source: 005010X231A1, IK3, data element 620.
    pub fn segment_code(self) -> &'static str {
        match self {
            Kind::UnknownSegment => "1",
            Kind::UnexpectedSegment => "2",
            Kind::SegmentMissing => "3",
            Kind::LoopTooOften => "4",
            Kind::SegmentTooOften => "5",
            Kind::SegmentNotInSet => "6",
            Kind::SegmentOutOfOrder => "7",
            Kind::NotUsedSegment => "I4",
            Kind::LoopMissing => "I7",
            _ => "8",
        }
    }

    /// Returns the code of IK403, for what is told of an element; `None` for what is told of a segment.
    ///
    /// The standard has no code for a trailing separator; it is told as an element too many, which it announces.
    /// Source: 005010X231A1, IK4, data element 621.
    pub fn element_code(self) -> Option<&'static str> {
        match self {
            Kind::ElementMissing => Some("1"),
            Kind::ConditionalElementMissing => Some("2"),
            Kind::TooManyElements | Kind::TrailingSeparator => Some("3"),
            Kind::TooShort => Some("4"),
            Kind::TooLong => Some("5"),
            Kind::BadCharacters => Some("6"),
            Kind::BadCode => Some("7"),
            Kind::BadDate => Some("8"),
            Kind::BadTime => Some("9"),
            Kind::Exclusion => Some("10"),
            Kind::TooManyRepetitions => Some("12"),
            Kind::TooManyComponents => Some("13"),
            Kind::NotUsedElement => Some("I10"),
            _ => None,
        }
    }
}

/// Which element of a segment; all counted from 1, 0 where it does not apply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Position of the element.
    pub element: u16,
    /// Position of the component within a composite.
    pub component: u16,
    /// Which repetition, of an element that may be repeated.
    pub repetition: u16,
}

/// One departure from a guide.
#[derive(Clone, Copy)]
pub struct Deviation<'a> {
    /// What is wrong.
    pub kind: Kind,
    /// Position of the segment within the walk, from 1; of what is missing, that of the segment found instead.
    pub segment_position: u32,
    /// The segment's identifier as it stands there; for what is missing, that of the segment found instead.
    pub segment: &'a [u8],
    /// Which element; all 0 for what is told of a segment.
    pub element: Place,
    /// The guilty bytes; of what is missing, an empty slice where it should stand.
    pub place: &'a [u8],
    /// The loop in which it was noticed; of a loop, the loop itself.
    pub in_loop: &'static Loop,
    /// The row that is broken; `None` for a segment that is none of the guide's here.
    pub row: Option<&'static Row>,
}
