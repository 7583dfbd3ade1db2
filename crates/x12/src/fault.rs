//! What can be wrong with envelopes and with the shape of segments.

/// The unit that a fault spoils.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Text outside of any interchange.
    File,
    /// ISA to IEA.
    Interchange,
    /// GS to GE.
    Group,
    /// ST to SE.
    Set,
    /// One segment within a transaction set; whose fault that is, the loops decide.
    Segment,
}

/// A fault in the standard's words.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// No interchange was found in the file.
    NoInterchange,
    /// Two bytes a character.
    Utf16,
    /// Text outside of any interchange.
    OutsideText,
    /// The end of the file stands inside an ISA.
    IsaTruncated,
    /// An element of the ISA does not have its fixed width.
    IsaNotFixedWidth,
    /// ISA16 is empty.
    IsaNoComponentSeparator,
    /// Separators are equal, letters, digits or blanks.
    DelimitersUnusable,
    /// An earlier interchange of the file has the same ISA13.
    DuplicateIsa13,
    /// The last segment has no terminator.
    UnterminatedLastSegment,
    /// The file ends before IEA.
    IeaMissingAtEnd,
    /// Another interchange opens before IEA.
    IeaMissing,
    /// IEA01 is not the number of groups.
    Iea01Mismatch,
    /// IEA02 is not ISA13.
    Iea02Mismatch,
    /// A transaction set or a GE stands outside of any group.
    GsMissing,
    /// GE without GS.
    GeWithoutGs,
    /// The group has no GE.
    GeMissing,
    /// GE01 is not the number of transaction sets.
    Ge01Mismatch,
    /// GE02 is not GS06.
    Ge02Mismatch,
    /// An earlier group of the interchange has the same GS06.
    DuplicateGs06,
    /// SE without ST.
    SeWithoutSt,
    /// The transaction set has no SE.
    SeMissing,
    /// SE01 is not the number of segments.
    Se01Mismatch,
    /// SE02 is not ST02.
    Se02Mismatch,
    /// An earlier set of the group has the same ST02.
    DuplicateSt02,
    /// A segment stands between sets or between groups.
    SegmentOutsideTransaction,
    /// A segment is longer than the limit.
    SegmentTooLong,
    /// A segment has more elements than the limit.
    TooManyElements,
}

/// Most guilty bytes that a fault points at: enough to know them again, and no more than a report should show.
pub const PLACE_BYTES_MAX: usize = 512;

/// One fault, with its place.
#[derive(Clone, Copy)]
pub struct Fault<'a> {
    /// What is wrong.
    pub kind: Kind,
    /// The unit that it spoils.
    pub level: Level,
    /// The guilty bytes, the first [`PLACE_BYTES_MAX`] of them; empty where something is missing.
    pub place: &'a [u8],
    /// Position of the segment in the file, from 1; of what is missing, where it should stand.
    pub segment_number: u64,
    /// The count that would be right, for a wrong count.
    pub expected: Option<u64>,
}

impl Kind {
    /// Returns the name that `inspect` prints.
    pub fn name(self) -> &'static str {
        match self {
            Kind::NoInterchange => "NO_ISA",
            Kind::Utf16 => "UTF16",
            Kind::OutsideText => "OUTSIDE_TEXT",
            Kind::IsaTruncated => "ISA_TRUNCATED",
            Kind::IsaNotFixedWidth => "ISA_NOT_FIXED_WIDTH",
            Kind::IsaNoComponentSeparator => "ISA_NO_COMPONENT_SEPARATOR",
            Kind::DelimitersUnusable => "DELIMITERS_UNUSABLE",
            Kind::DuplicateIsa13 => "DUPLICATE_ISA13",
            Kind::UnterminatedLastSegment => "UNTERMINATED_LAST_SEGMENT",
            Kind::IeaMissing | Kind::IeaMissingAtEnd => "IEA_MISSING",
            Kind::Iea01Mismatch => "IEA01_MISMATCH",
            Kind::Iea02Mismatch => "IEA02_MISMATCH",
            Kind::GsMissing => "GS_MISSING",
            Kind::GeWithoutGs => "GE_WITHOUT_GS",
            Kind::GeMissing => "GE_MISSING",
            Kind::Ge01Mismatch => "GE01_MISMATCH",
            Kind::Ge02Mismatch => "GE02_MISMATCH",
            Kind::DuplicateGs06 => "DUPLICATE_GS06",
            Kind::SeWithoutSt => "SE_WITHOUT_ST",
            Kind::SeMissing => "SE_MISSING",
            Kind::Se01Mismatch => "SE01_MISMATCH",
            Kind::Se02Mismatch => "SE02_MISMATCH",
            Kind::DuplicateSt02 => "DUPLICATE_ST02",
            Kind::SegmentOutsideTransaction => "SEGMENT_OUTSIDE_TRANSACTION",
            Kind::SegmentTooLong => "SEGMENT_TOO_LONG",
            Kind::TooManyElements => "TOO_MANY_ELEMENTS",
        }
    }

    /// Returns whether the fault says that the input is cut off or unreadable, and not merely wrong.
    pub fn cuts_off(self) -> bool {
        matches!(
            self,
            Kind::NoInterchange
                | Kind::Utf16
                | Kind::OutsideText
                | Kind::IsaTruncated
                | Kind::UnterminatedLastSegment
                | Kind::IeaMissingAtEnd
        )
    }
}
