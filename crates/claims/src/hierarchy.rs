//! The HL tree of one transaction set, checked while it goes by.

use x12::{Segment, count_of};

use crate::fault::Kind;

/// HL03.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HierarchicalLevel(pub [u8; 2]);

impl HierarchicalLevel {
    /// Billing provider, loop 2000A.
    pub const BILLING_PROVIDER: HierarchicalLevel = HierarchicalLevel(*b"20");
    /// Subscriber, loop 2000B.
    pub const SUBSCRIBER: HierarchicalLevel = HierarchicalLevel(*b"22");
    /// Patient, loop 2000C.
    pub const PATIENT: HierarchicalLevel = HierarchicalLevel(*b"23");

    /// Returns how deep the level stands, from 0; `None` for a level that the 837 does not have.
    pub fn depth(self) -> Option<usize> {
        match self {
            HierarchicalLevel::BILLING_PROVIDER => Some(0),
            HierarchicalLevel::SUBSCRIBER => Some(1),
            HierarchicalLevel::PATIENT => Some(2),
            _ => None,
        }
    }
}

/// How many levels the tree has.
pub(crate) const DEPTHS: usize = 3;

/// One HL of the path from the root to where the reader stands.
#[derive(Clone, Copy)]
struct Node<'a> {
    number: u64,
    /// HL04, to point at if it proves wrong.
    child_code: &'a [u8],
    segment_number: u64,
    has_child: bool,
}

/// The open path of the tree.
#[derive(Clone, Copy, Default)]
pub(crate) struct Hierarchy<'a> {
    path: [Option<Node<'a>>; DEPTHS],
    last_number: u64,
}

/// A fault of one HL: what, where, and in which segment of the file.
pub(crate) type Finding<'a> = (Kind, &'a [u8], u64);

impl<'a> Hierarchy<'a> {
    /// Takes the next HL; returns its depth and hands every fault to `found`.
    ///
    /// Siblings and deeper levels that end here are checked against their HL04.
    pub(crate) fn enter(
        &mut self,
        hl: Segment<'a>,
        segment_number: u64,
        found: &mut impl FnMut(Finding<'a>),
    ) -> Option<usize> {
        let [number, parent, level, child_code] = hl.first_elements();
        self.last_number += 1;
        if count_of(number) != Some(self.last_number) {
            found((Kind::Hl01Sequence, number, segment_number));
        }
        let depth = <[u8; 2]>::try_from(level).ok().and_then(|code| HierarchicalLevel(code).depth());
        let Some(depth) = depth else {
            found((Kind::Hl03Level, level, segment_number));
            return None;
        };
        self.leave_from(depth, found);
        let parent_is_right = match depth.checked_sub(1) {
            None => parent.is_empty(),
            Some(above) => match &mut self.path[above] {
                Some(node) => {
                    node.has_child = true;
                    count_of(parent) == Some(node.number)
                }
                None => false,
            },
        };
        if !parent_is_right {
            found((Kind::Hl02Parent, parent, segment_number));
        }
        // What others call this HL is its own number; where that is wrong, the fault is told already.
        let number = count_of(number).unwrap_or(self.last_number);
        self.path[depth] = Some(Node { number, child_code, segment_number, has_child: false });
        Some(depth)
    }

    /// Ends the whole tree, at the end of the set.
    pub(crate) fn finish(&mut self, found: &mut impl FnMut(Finding<'a>)) {
        self.leave_from(0, found);
    }

    fn leave_from(&mut self, depth: usize, found: &mut impl FnMut(Finding<'a>)) {
        for node in self.path[depth..].iter_mut().filter_map(Option::take) {
            let right = match node.child_code {
                b"1" => node.has_child,
                b"0" => !node.has_child,
                _ => false,
            };
            if !right {
                found((Kind::Hl04Child, node.child_code, node.segment_number));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use x12::Delimiters;

    fn faults(tree: &[&str]) -> Vec<(Kind, u64)> {
        let delimiters = Delimiters { segment: b'~', element: b'*', component: b':', repetition: b'^' };
        let mut hierarchy = Hierarchy::default();
        let mut found = Vec::new();
        let mut note = |(kind, _, number): Finding<'_>| found.push((kind, number));
        for (number, hl) in (1..).zip(tree) {
            hierarchy.enter(Segment { bytes: hl.as_bytes(), delimiters }, number, &mut note);
        }
        hierarchy.finish(&mut note);
        found
    }

    #[test]
    fn a_right_tree_has_no_fault() {
        assert_eq!(
            faults(&["HL*1**20*1", "HL*2*1*22*0", "HL*3*1*22*1", "HL*4*3*23*0", "HL*5**20*1", "HL*6*5*22*0"]),
            []
        );
    }

    #[test]
    fn each_element_is_checked() {
        assert_eq!(faults(&["HL*2**20*1", "HL*2*2*22*0"]), [(Kind::Hl01Sequence, 1)]);
        assert_eq!(faults(&["HL*1**20*1", "HL*2*9*22*0"]), [(Kind::Hl02Parent, 2)]);
        assert_eq!(faults(&["HL*1*1*20*1", "HL*2*1*22*0"]), [(Kind::Hl02Parent, 1)]);
        assert_eq!(faults(&["HL*1**20*1", "HL*2*1*22*0", "HL*3*1*21*0"]), [(Kind::Hl03Level, 3)]);
        assert_eq!(faults(&["HL*1**20*1", "HL*2*1*22*1"]), [(Kind::Hl04Child, 2)]);
        assert_eq!(faults(&["HL*1**20*1", "HL*2*1*22*0", "HL*3*2*23*0"]), [(Kind::Hl04Child, 2)]);
        assert_eq!(faults(&["HL*1**20*0"]), []);
        assert_eq!(faults(&["HL*1**20*"]), [(Kind::Hl04Child, 1)]);
        assert_eq!(faults(&["HL*1**20*0", "HL*2**23*0"]), [(Kind::Hl02Parent, 2)]);
    }
}
