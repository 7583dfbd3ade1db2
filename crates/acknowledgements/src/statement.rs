//! What an acknowledgement says, sentence by sentence.

/// One thing that an acknowledgement says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement<'a> {
    /// How far it stands inwards: 0 for an interchange or a group, 1 for what stands in one, and so on.
    pub depth: usize,
    /// A sentence; bytes of the file are quoted in it, each as its Latin-1 code point.
    pub words: String,
    /// Where in the answered file the fault is, if it speaks of one.
    pub pointer: Option<Pointer<'a>>,
    /// The code of a finding, where an 824 carries one in RED06.
    pub finding: Option<&'a [u8]>,
}

/// A place in the file that is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer<'a> {
    /// Element and code that say what is wrong, such as `IK403 7`.
    pub code: String,
    /// What is wrong, as a heading.
    pub title: String,
    /// The loop that the acknowledgement names.
    pub within: &'a [u8],
    /// The unit that it stands in.
    pub unit: Unit<'a>,
    /// What is wrong in that unit.
    pub target: Target<'a>,
}

/// An interchange, group or set by its control numbers; what is not named is any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unit<'a> {
    /// ISA13.
    pub interchange: Option<&'a [u8]>,
    /// GS06.
    pub group: Option<&'a [u8]>,
    /// How many groups of that number were answered before.
    pub earlier_groups: usize,
    /// ST02.
    pub set: Option<&'a [u8]>,
    /// How many sets of that number were answered before, in the same answer to a group.
    pub earlier_sets: usize,
    /// CLM01 of a claim that the set has.
    pub claim_id: Option<&'a [u8]>,
}

/// What a pointer points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// A segment of a set, or an element of one.
    Segment {
        /// Its identifier, as the acknowledgement has it.
        id: &'a [u8],
        /// Its position in the set, ST being 1; of what is missing, where it should stand.
        position: u64,
        /// Which element; all 0 for the segment.
        element: guides::Place,
        /// How much of it is guilty.
        extent: Extent,
    },
    /// An element of the envelope, such as `SE01`, or a segment of it, such as `SE`.
    Envelope(&'static str),
    /// A claim, or one of its lines.
    Claim {
        /// CLM01.
        claim_id: &'a [u8],
        /// REF02 of REF\*6R or LX01 of the line.
        line: Option<&'a [u8]>,
    },
}

/// How much of a segment or element is guilty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// Nothing, if another segment stands there: this one is missing.
    Missing,
    /// It, and all that stands behind it in the segment.
    Onward,
}

impl<'a> Statement<'a> {
    /// Makes a sentence that points nowhere.
    pub(crate) fn new(depth: usize, words: String) -> Statement<'a> {
        Statement { depth, words, pointer: None, finding: None }
    }
}

/// Takes statements, in the order of the file.
pub(crate) type Tell<'t, 'a> = dyn FnMut(Statement<'a>) + 't;
