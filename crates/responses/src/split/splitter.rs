//! Writes one of the files that an 837 is split into.
//!
//! It works only where something of its own comes: what stood in front of that, the path knows.

use std::io;

use claims::Tally;

use super::kept::Kept;
use super::path::{Node, Path, push_joined};
use super::rewrite::{self, ControlNumbers, Level};
use super::{GROUP, INTERCHANGE, LEVELS, SET, TREE};

/// The largest control number that an interchange can carry.
const CONTROL_NUMBER_MAX: u64 = 999_999_999;

/// A branch that is written but for its HL04, and what comes behind it.
#[derive(Clone)]
struct Hole<'a> {
    place: usize,
    start: usize,
    head: &'a [u8],
    level: Level,
    behind: Vec<&'a [u8]>,
}

/// One of the files, as far as it is written.
#[derive(Clone)]
pub(super) struct Splitter<'a> {
    /// Whether units that never had a claim stay in this file.
    keeps_empty_units: bool,
    control_numbers: Option<ControlNumbers>,
    /// Open levels that begin in front of this place of the source have their heads in the file, and the others do not.
    written_to: usize,
    /// Whole interchanges without claims, in front of the first that is written.
    waiting: Vec<&'a [u8]>,
    hole: Option<Hole<'a>>,
    /// Groups of the interchange and sets of the group that are written, segments of the set.
    counts: [u64; TREE],
    /// HL01 last written in the set.
    last_number: u64,
    /// HL01 as written, of the open branches.
    numbers: [u64; LEVELS - TREE],
    /// What is not yet in the store.
    pub kept: Kept<'a>,
    /// Claims that were written.
    pub written: Tally,
}

impl<'a> Splitter<'a> {
    /// Begins a file of claims of `file`.
    pub(super) fn new(
        file: &'a [u8],
        keeps_empty_units: bool,
        control_numbers: Option<ControlNumbers>,
    ) -> Splitter<'a> {
        Splitter {
            keeps_empty_units,
            control_numbers,
            written_to: 0,
            waiting: Vec::new(),
            hole: None,
            counts: [0; TREE],
            last_number: 0,
            numbers: [0; LEVELS - TREE],
            kept: Kept::new(file),
            written: Tally::default(),
        }
    }

    /// Keeps a claim at the end of `path`.
    pub(super) fn claim(
        &mut self,
        path: &Path<'a>,
        charge_cents: i64,
        bytes: &'a [u8],
        segments: u64,
    ) -> io::Result<()> {
        self.write_heads(path)?;
        self.written.add(charge_cents);
        self.counts[SET] += segments;
        match &mut self.hole {
            None => self.kept.source(bytes),
            Some(hole) => push_joined(path.file, &mut hole.behind, bytes),
        }
        Ok(())
    }

    /// Begins to copy a refused group or set, at the end of `path`.
    pub(super) fn begin_refused(&mut self, path: &Path<'a>) -> io::Result<()> {
        self.write_heads(path)?;
        if let Some(above) = path.nodes().len().checked_sub(1) {
            self.counts[above] += 1;
        }
        Ok(())
    }

    /// Keeps a branch of `segments` segments without claims, at the end of `path`, if what it stands in is kept.
    pub(super) fn empty_branch(&mut self, path: &Path<'a>, whole: &'a [u8], segments: u64) {
        if path.last().is_some_and(|above| self.has_written(above.start)) {
            self.counts[SET] += segments;
            self.write_branches(path, whole);
        }
    }

    /// Keeps a unit without claims, at the end of `path`, if what it stands in is kept.
    pub(super) fn empty_unit(&mut self, path: &Path<'a>, whole: &'a [u8]) {
        match path.nodes() {
            _ if !self.keeps_empty_units => {}
            [.., above] if self.has_written(above.start) => {
                self.counts[path.nodes().len() - 1] += 1;
                self.kept.source(whole);
            }
            [_, ..] => {}
            // Behind an interchange that was written, one without claims is written too.
            [] if self.written.claims > 0 => self.kept.source(whole),
            [] => push_joined(path.file, &mut self.waiting, whole),
        }
    }

    /// Ends the unit that `path` has left, which began at `start`, with its trailer, if it is kept.
    pub(super) fn end_unit(&mut self, path: &Path<'a>, start: usize, tail: &'a [u8], segments: u64) {
        if !self.has_written(start) {
            return;
        }
        self.fill_hole(path);
        let place = path.nodes().len();
        if place == SET {
            self.counts[SET] += segments;
        }
        let mended = rewrite::with_count(tail, path.delimiters, self.counts[place]);
        match (&mended, self.next_control_number(place)) {
            (None, None) => self.kept.source(tail),
            (Some(mended), None) => self.kept.own(mended),
            (_, Some(number)) => {
                let mended = mended.as_deref().unwrap_or(tail);
                self.kept.own(&rewrite::with_elements(mended, path.delimiters, &[(2, number)]));
            }
        }
    }

    /// Returns what the trailer at `place` repeats of its header, and counts up.
    fn next_control_number(&mut self, place: usize) -> Option<String> {
        let numbers = self.control_numbers.as_mut()?;
        let number = match place {
            INTERCHANGE => &mut numbers.interchange,
            GROUP => &mut numbers.group,
            _ => &mut numbers.set,
        };
        let text = match place {
            INTERCHANGE => Some(format!("{number:09}")),
            GROUP => Some(number.to_string()),
            _ => None,
        };
        *number += 1;
        text
    }

    fn has_written(&self, start: usize) -> bool {
        start < self.written_to
    }

    /// Writes every open head that is not written yet, and what waits behind it.
    fn write_heads(&mut self, path: &Path<'a>) -> io::Result<()> {
        let nodes = path.nodes();
        let Some(innermost) = nodes.last().filter(|node| !self.has_written(node.start)) else {
            return Ok(());
        };
        let first = nodes.partition_point(|node| self.has_written(node.start));
        self.written_to = innermost.start + 1;
        for (place, node) in nodes.iter().enumerate().skip(first) {
            if place < TREE {
                self.write_unit_head(path, place, node)?;
            } else {
                self.write_branch_head(path, place, node);
            }
            self.write_waiting(path, place, node);
        }
        Ok(())
    }

    fn write_unit_head(&mut self, path: &Path<'a>, place: usize, node: &Node<'a>) -> io::Result<()> {
        self.check_control_numbers()?;
        if let Some(above) = place.checked_sub(1) {
            self.counts[above] += 1;
        }
        self.counts[place] = 0;
        match place {
            INTERCHANGE => {
                for whole in self.waiting.drain(..) {
                    self.kept.source(whole);
                }
            }
            SET => {
                self.counts[SET] = node.segments;
                self.last_number = 0;
            }
            _ => {}
        }
        match self.control_numbers.and_then(|numbers| numbers.head(place, node.head, path.delimiters)) {
            None => self.kept.source(node.head),
            Some(numbered) => self.kept.own(&numbered),
        }
        Ok(())
    }

    /// Writes the head of a branch whose own claim, or the head of a branch below it, comes next.
    fn write_branch_head(&mut self, path: &Path<'a>, place: usize, node: &Node<'a>) {
        self.fill_hole(path);
        self.counts[SET] += node.segments;
        let level = self.number(place - TREE);
        let (head, start) = (node.head, node.start);
        let has_own_claim = place + 1 == path.nodes().len();
        if has_own_claim && rewrite::announces_children(head, path.delimiters) {
            self.hole = Some(Hole { place, start, head, level, behind: Vec::new() });
        } else {
            rewrite::write_branch(head, path.delimiters, level, &mut self.kept);
        }
    }

    /// Gives the next branch, at `depth` of the tree, its numbers.
    fn number(&mut self, depth: usize) -> Level {
        self.last_number += 1;
        self.numbers[depth] = self.last_number;
        let parent = depth.checked_sub(1).map(|above| self.numbers[above]);
        Level { number: self.last_number, parent, childless: false }
    }

    /// Writes what waits behind the head at `place`, if it stays.
    fn write_waiting(&mut self, path: &Path<'a>, place: usize, node: &Node<'a>) {
        if place < SET {
            if self.keeps_empty_units {
                self.counts[place] += node.waiting_count;
                for whole in &node.waiting {
                    self.kept.source(whole);
                }
            }
            return;
        }
        self.counts[SET] += node.waiting_count;
        for branches in &node.waiting {
            self.write_branches(path, branches);
        }
    }

    /// Writes branches without claims.
    fn write_branches(&mut self, path: &Path<'a>, branches: &'a [u8]) {
        for (depth, branch) in rewrite::branches(branches, path.delimiters) {
            self.fill_hole(path);
            let level = self.number(depth);
            rewrite::write_branch(branch, path.delimiters, level, &mut self.kept);
        }
    }

    /// Writes the branch that waits for its HL04, and what waits behind it: either it is over, or a branch below it comes next.
    fn fill_hole(&mut self, path: &Path<'a>) {
        let Some(Hole { place, start, head, level, behind }) = self.hole.take() else { return };
        let level = Level { childless: !path.is_open(place, start), ..level };
        rewrite::write_branch(head, path.delimiters, level, &mut self.kept);
        for bytes in behind {
            self.kept.source(bytes);
        }
    }

    /// ISA13 and GS06 have nine digits; counting past them would make a file that nobody takes.
    fn check_control_numbers(&self) -> io::Result<()> {
        match &self.control_numbers {
            Some(numbers) if numbers.interchange.max(numbers.group).max(numbers.set) > CONTROL_NUMBER_MAX => {
                Err(io::Error::new(
                    io::ErrorKind::InvalidInput,
                    "control numbers beyond 999999999 are needed",
                ))
            }
            _ => Ok(()),
        }
    }
}
