//! Where the reader stands in the source: the levels that are open, which are the same for every file that it is split into.

use x12::{Delimiters, offset_in};

use super::{LEVELS, TREE};

/// The open levels, from the interchange inwards.
#[derive(Clone)]
pub(super) struct Path<'a> {
    pub file: &'a [u8],
    /// Those of the open interchange.
    pub delimiters: Delimiters,
    nodes: [Node<'a>; LEVELS],
    /// How many are open; levels nest without a gap.
    open: usize,
    /// Behind the begin of the last claim, or of the last piece that was refused.
    touched_to: usize,
}

/// A level that is open.
#[derive(Clone, Default)]
pub(super) struct Node<'a> {
    /// Where it begins in the file, which also tells it from every other.
    pub start: usize,
    pub head: &'a [u8],
    pub segments: u64,
    /// Units or branches without claims behind the head; neighbours in the file are one slice.
    pub waiting: Vec<&'a [u8]>,
    /// How many units wait, or how many segments the waiting branches have.
    pub waiting_count: u64,
}

/// A level that is over.
pub(super) enum Left<'a> {
    /// A claim stood in it, or something of it was refused.
    Touched {
        /// Where it begins.
        start: usize,
    },
    /// It is as it came, without claims.
    Empty {
        /// All its bytes.
        whole: &'a [u8],
        /// 1 for a unit; for a branch its segments.
        count: u64,
    },
}

impl<'a> Path<'a> {
    /// Begins in front of the first interchange of `file`.
    pub(super) fn new(file: &'a [u8]) -> Path<'a> {
        Path {
            file,
            delimiters: Delimiters { segment: b'~', element: b'*', component: b':', repetition: b'^' },
            nodes: Default::default(),
            open: 0,
            touched_to: 0,
        }
    }

    /// Returns the open levels, from the outside in.
    pub(super) fn nodes(&self) -> &[Node<'a>] {
        &self.nodes[..self.open]
    }

    /// Returns the innermost open level.
    pub(super) fn last(&self) -> Option<&Node<'a>> {
        self.nodes().last()
    }

    /// Returns whether the level at `place` that begins at `start` is still open.
    pub(super) fn is_open(&self, place: usize, start: usize) -> bool {
        self.nodes().get(place).is_some_and(|node| node.start == start)
    }

    /// Opens a level at `place`; those at and below it are over.
    pub(super) fn enter(&mut self, place: usize, head: &'a [u8], segments: u64) {
        let place = place.min(self.open);
        self.open = place + 1;
        let node = &mut self.nodes[place];
        node.start = offset_in(self.file, head);
        node.head = head;
        node.segments = segments;
        node.waiting.clear();
        node.waiting_count = 0;
    }

    /// Notes that `bytes` are a claim, or are refused: no open level is without claims any more.
    pub(super) fn touch(&mut self, bytes: &[u8]) {
        self.touched_to = offset_in(self.file, bytes) + 1;
    }

    /// Leaves the innermost branch, if it stands at `place` or below.
    pub(super) fn leave_branch(&mut self, place: usize) -> Option<Left<'a>> {
        let innermost = self.open.checked_sub(1).filter(|&innermost| place.max(TREE) <= innermost)?;
        let node = &self.nodes[innermost];
        self.open = innermost;
        // What waits stands right behind the head.
        Some(self.left(node, node.waiting.last().unwrap_or(&node.head), node.segments + node.waiting_count))
    }

    /// Leaves the unit at `place`, and what is open within it; `None` if it is not open.
    pub(super) fn leave_unit(&mut self, place: usize, tail: &[u8]) -> Option<Left<'a>> {
        let node = self.nodes().get(place)?;
        let left = self.left(node, tail, 1);
        self.open = place;
        Some(left)
    }

    fn left(&self, node: &Node<'a>, last: &[u8], count: u64) -> Left<'a> {
        let Node { start, .. } = *node;
        if start < self.touched_to {
            return Left::Touched { start };
        }
        let end = offset_in(self.file, last) + last.len();
        Left::Empty { whole: &self.file[start..end], count }
    }

    /// Forgets what is open below the level at `place`.
    pub(super) fn leave_below(&mut self, place: usize) {
        self.open = self.open.min(place + 1);
    }

    /// Lets what has no claims wait with the innermost level.
    pub(super) fn wait(&mut self, whole: &'a [u8], count: u64) {
        if let Some(node) = self.nodes[..self.open].last_mut() {
            node.waiting_count += count;
            push_joined(self.file, &mut node.waiting, whole);
        }
    }
}

/// Adds `bytes` to `slices`, as one with the last if they are neighbours in `file`.
pub(super) fn push_joined<'a>(file: &'a [u8], slices: &mut Vec<&'a [u8]>, bytes: &'a [u8]) {
    let start = offset_in(file, bytes);
    if let Some(last) = slices.last_mut() {
        let last_start = offset_in(file, last);
        if last_start + last.len() == start {
            *last = &file[last_start..start + bytes.len()];
            return;
        }
    }
    slices.push(bytes);
}
