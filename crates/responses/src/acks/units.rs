//! The units that are open while acknowledgements grow.

use claims::{Block, Fault, SetUnit};
use guides::Guide;
use x12::Segment;

/// The functional group whose sets come in.
#[derive(Clone)]
pub(super) struct Group<'a> {
    /// GS.
    pub gs: Segment<'a>,
    /// What is wrong with the group itself.
    pub faults: Vec<Fault<'a>>,
    /// Whether it, or its interchange, is refused.
    pub is_refused: bool,
}

/// The transaction set whose claims come in.
#[derive(Clone)]
pub(super) struct Set<'a> {
    /// ST.
    pub st: Segment<'a>,
    /// Position in the file of the ST segment, from 1.
    pub first_segment: u64,
    /// The bytes from ST up to the first HL.
    pub head: &'a [u8],
    /// What is wrong with the set itself.
    pub faults: Vec<Fault<'a>>,
    /// Whether it, or a unit around it, is refused.
    pub is_refused: bool,
    /// What its guide says, if it is one that is known.
    pub guide: Option<&'static Guide>,
    /// ST03, or GS08 where it is empty.
    pub implementation: &'a [u8],
}

impl<'a> Set<'a> {
    /// Takes over what answers need of a set of `block`.
    pub(super) fn of(block: &Block<'a>, index: u32) -> Set<'a> {
        let SetUnit { st, first_segment, head, ref faults, implementation, .. } = *block.set(index);
        Set {
            st,
            first_segment,
            head,
            faults: faults.clone(),
            is_refused: block.set_is_refused(index),
            guide: implementation.table,
            implementation: implementation.reference,
        }
    }

    /// Returns the first segment of the head that is called `id` and has `value` as its first element.
    pub(super) fn segment_of_head(&self, id: &[u8], value: Option<&[u8]>) -> Option<Segment<'a>> {
        let mut segments = x12::segments(self.head, self.st.delimiters);
        segments
            .find(|segment| segment.element(0) == id && value.is_none_or(|value| segment.element(1) == value))
    }
}
