//! Splits an 837: leaves out the claims of other dispositions, and mends what that leaves wrong.
//!
//! Pieces come in as they stand in the file; bytes of those that are kept go out as they came.
//! Rewritten are counts in trailers, and HL01, HL02 and HL04 where a neighbour left, and only if their value changes.
//!
//! A head is written when the first claim below it is kept, so a branch, set or group that loses all its claims leaves no trace.
//! What had no claim in the first place stays as long as what is around it stays.
//! One thing is not known in time: whether a branch whose own claim is kept will keep a branch below it too.
//! Until that is known, what follows its head waits in a [`Hole`].

use std::io;

use claims::{Branch, Tally};
use edits::Disposition;
use x12::Delimiters;

mod pieces;
mod rewrite;
#[cfg(test)]
mod tests;

pub(crate) use pieces::refused_by;
use rewrite::{ControlNumbers, Level};

/// How many levels there are around a claim: interchange, group, set, and three of the tree.
const LEVELS: usize = 6;
const INTERCHANGE: usize = 0;
const GROUP: usize = 1;
const SET: usize = 2;
/// The first level of the tree.
const TREE: usize = 3;

/// The largest control number that an interchange can carry.
const CONTROL_NUMBER_MAX: u64 = 999_999_999;

/// Where kept bytes go.
pub type Out<'o> = &'o mut dyn FnMut(&[u8]) -> io::Result<()>;

/// A level that is open.
#[derive(Clone)]
struct Node<'a> {
    head: &'a [u8],
    segments: u64,
    written: bool,
    /// Whether a claim stood below it, or something below it was left out.
    touched: bool,
    /// Units or branches without claims that wait for the head to be written; neighbours in the file are one slice.
    waiting: Vec<&'a [u8]>,
    /// Groups of an interchange or sets of a group that are written, segments of a set.
    kept: u64,
    /// What of `kept` waits with `waiting`.
    kept_waiting: u64,
}

/// A branch that is written but for its HL04, and what comes behind it.
#[derive(Clone)]
struct Hole<'a> {
    level: Level,
    head: &'a [u8],
    behind: Vec<&'a [u8]>,
    place: usize,
}

/// Writes one of the files that an 837 is split into.
#[derive(Clone)]
pub struct Splitter<'a> {
    keeps: Disposition,
    file: &'a [u8],
    delimiters: Delimiters,
    nodes: [Option<Node<'a>>; LEVELS],
    /// Whether a level may be open that is not touched, or not written.
    untouched: bool,
    unwritten: bool,
    /// Whole interchanges without claims, in front of the first that is written.
    waiting: Vec<&'a [u8]>,
    hole: Option<Hole<'a>>,
    /// HL01 last written in the set.
    last_number: u64,
    /// HL01 as written, of the open path.
    numbers: [u64; LEVELS - TREE],
    control_numbers: Option<ControlNumbers>,
    /// Claims that were written.
    pub written: Tally,
}

impl<'a> Splitter<'a> {
    /// Begins the file that keeps the claims of `file` with the disposition `keeps`.
    ///
    /// With `control_number`, ISA13, GS06 and BHT03 each count up from it.
    pub fn new(file: &'a [u8], keeps: Disposition, control_number: Option<u64>) -> Splitter<'a> {
        let numbers = |first| ControlNumbers { interchange: first, group: first, set: first };
        Splitter {
            keeps,
            file,
            delimiters: Delimiters { segment: b'~', element: b'*', component: b':', repetition: b'^' },
            nodes: [const { None }; LEVELS],
            untouched: false,
            unwritten: false,
            waiting: Vec::new(),
            hole: None,
            last_number: 0,
            numbers: [0; LEVELS - TREE],
            control_numbers: control_number.map(numbers),
            written: Tally::default(),
        }
    }

    /// Takes ISA and what stands behind it, up to the first group.
    pub fn begin_interchange(&mut self, head: &'a [u8], segments: u64, delimiters: Delimiters) {
        self.delimiters = delimiters;
        self.open(INTERCHANGE, head, segments);
    }

    /// Takes GS.
    pub fn begin_group(&mut self, head: &'a [u8], segments: u64) {
        self.open(GROUP, head, segments);
    }

    /// Takes ST and what stands behind it, up to the first HL.
    pub fn begin_set(&mut self, head: &'a [u8], segments: u64) {
        self.open(SET, head, segments);
        self.last_number = 0;
    }

    /// Takes HL and what stands behind it, up to the first claim or the next HL.
    pub fn begin_branch(
        &mut self,
        branch: Branch,
        head: &'a [u8],
        segments: u64,
        out: Out<'_>,
    ) -> io::Result<()> {
        self.leave_branches(branch.depth, out)?;
        self.open(TREE + branch.depth, head, segments);
        Ok(())
    }

    /// Takes a claim.
    pub fn claim(
        &mut self,
        disposition: Disposition,
        charge_cents: i64,
        bytes: &'a [u8],
        segments: u64,
        out: Out<'_>,
    ) -> io::Result<()> {
        self.leave_out();
        if disposition != self.keeps {
            return Ok(());
        }
        self.write_heads(out)?;
        self.written.add(charge_cents);
        self.count_segments(segments);
        self.put(bytes, out)
    }

    /// Notes that something below the open levels is a claim, or is left out.
    fn leave_out(&mut self) {
        if std::mem::take(&mut self.untouched) {
            for node in self.nodes.iter_mut().flatten() {
                node.touched = true;
            }
        }
    }

    /// Takes SE.
    pub fn end_set(&mut self, tail: &'a [u8], segments: u64, out: Out<'_>) -> io::Result<()> {
        self.leave_branches(0, out)?;
        self.count_segments(segments);
        self.close(SET, tail, out)
    }

    /// Takes GE.
    pub fn end_group(&mut self, tail: &'a [u8], out: Out<'_>) -> io::Result<()> {
        self.close(GROUP, tail, out)
    }

    /// Takes IEA.
    pub fn end_interchange(&mut self, tail: &'a [u8], out: Out<'_>) -> io::Result<()> {
        self.close(INTERCHANGE, tail, out)
    }

    /// Forgets what was open below the level at `place`.
    fn close_below(&mut self, place: usize) {
        self.nodes[place + 1..].fill_with(|| None);
    }

    fn open(&mut self, place: usize, head: &'a [u8], segments: u64) {
        self.untouched = true;
        self.unwritten = true;
        self.nodes[place..].fill_with(|| None);
        let (written, touched, waiting) = (false, false, Vec::new());
        self.nodes[place] =
            Some(Node { head, segments, written, touched, waiting, kept: 0, kept_waiting: 0 });
    }

    /// Writes every open head that is not written yet, and what waits behind it.
    fn write_heads(&mut self, out: Out<'_>) -> io::Result<()> {
        if !std::mem::take(&mut self.unwritten) {
            return Ok(());
        }
        for bytes in std::mem::take(&mut self.waiting) {
            out(bytes)?;
        }
        for place in 0..LEVELS {
            match &mut self.nodes[place] {
                Some(node) if !node.written => node.written = true,
                _ => continue,
            }
            self.write_head(place, out)?;
            self.write_waiting(place, out)?;
        }
        Ok(())
    }

    fn write_head(&mut self, place: usize, out: Out<'_>) -> io::Result<()> {
        let Some((head, segments)) = self.nodes[place].as_ref().map(|node| (node.head, node.segments)) else {
            return Ok(());
        };
        self.check_control_numbers()?;
        match place {
            INTERCHANGE => {
                self.put_numbered(head, |numbers| (13, format!("{:09}", numbers.interchange)), out)
            }
            GROUP => {
                self.count_child(INTERCHANGE);
                self.put_numbered(head, |numbers| (6, numbers.group.to_string()), out)
            }
            SET => {
                self.count_child(GROUP);
                self.count_segments(segments);
                let numbered = self
                    .control_numbers
                    .and_then(|numbers| rewrite::with_reference(head, self.delimiters, numbers.set));
                self.put_either(head, numbered, out)
            }
            _ => self.write_branch(place, head, segments, out),
        }
    }

    /// Writes a branch whose own claim, or the head of a branch below it, comes next.
    fn write_branch(&mut self, place: usize, head: &'a [u8], segments: u64, out: Out<'_>) -> io::Result<()> {
        let level = self.number(place);
        let below = self.nodes[place + 1..].iter().any(Option::is_some);
        self.count_segments(segments);
        self.fill_hole(true, out)?;
        if !below && rewrite::announces_children(head, self.delimiters) {
            self.hole = Some(Hole { level, head, behind: Vec::new(), place });
            return Ok(());
        }
        let mended = rewrite::with_level(head, self.delimiters, level);
        self.put_either(head, mended, out)
    }

    /// Gives the branch at `place` its numbers.
    fn number(&mut self, place: usize) -> Level {
        let depth = place - TREE;
        self.last_number += 1;
        self.numbers[depth] = self.last_number;
        let parent = depth.checked_sub(1).map(|above| self.numbers[above]);
        Level { number: self.last_number, parent, child: None }
    }

    /// Writes the branches without claims that waited below the head at `place`.
    fn write_waiting(&mut self, place: usize, out: Out<'_>) -> io::Result<()> {
        let Some(node) = &mut self.nodes[place] else { return Ok(()) };
        let waiting = std::mem::take(&mut node.waiting);
        let kept = std::mem::take(&mut node.kept_waiting);
        if place < SET {
            node.kept += kept;
            return waiting.into_iter().try_for_each(out);
        }
        for run in waiting {
            for (depth, branch) in rewrite::branches(run, self.delimiters) {
                self.fill_hole(true, out)?;
                let level = self.number(TREE + depth);
                let mended = rewrite::with_level(branch, self.delimiters, level);
                self.put_either(branch, mended, out)?;
            }
        }
        self.count_segments(kept);
        Ok(())
    }

    /// Ends the branches of the path from `depth` downwards.
    fn leave_branches(&mut self, depth: usize, out: Out<'_>) -> io::Result<()> {
        for place in (TREE + depth..LEVELS).rev() {
            let Some(node) = self.nodes[place].take() else { continue };
            if node.written {
                if self.hole.as_ref().is_some_and(|hole| hole.place == place) {
                    self.fill_hole(false, out)?;
                }
            } else if !node.touched {
                // Its waiting branches stand right behind its head.
                let whole = node.waiting.iter().fold(node.head, |whole, next| self.joined(whole, next));
                self.keep_waiting(place, whole, node.segments + node.kept_waiting, out)?;
            }
        }
        Ok(())
    }

    /// Lets a branch without claims wait with the level above it, or writes it if that is written.
    fn keep_waiting(&mut self, place: usize, whole: &'a [u8], segments: u64, out: Out<'_>) -> io::Result<()> {
        let Some(above) = (SET..place).rev().find(|&above| self.nodes[above].is_some()) else {
            return Ok(());
        };
        self.wait(above, whole, segments);
        match &self.nodes[above] {
            Some(node) if node.written => self.write_waiting(above, out),
            _ => Ok(()),
        }
    }

    fn wait(&mut self, above: usize, whole: &'a [u8], kept: u64) {
        let file = self.file;
        let Some(node) = &mut self.nodes[above] else { return };
        node.kept_waiting += kept;
        push_joined(file, &mut node.waiting, whole);
    }

    /// Ends the interchange, group or set at `place` with its trailer.
    fn close(&mut self, place: usize, tail: &'a [u8], out: Out<'_>) -> io::Result<()> {
        self.close_below(place);
        let Some(node) = self.nodes[place].take() else { return Ok(()) };
        if node.written {
            return self.close_written(place, &node, tail, out);
        }
        let passed_on = self.keeps == Disposition::Accepted && self.control_numbers.is_none();
        if node.touched || !passed_on {
            self.leave_out();
            return Ok(());
        }
        let start = x12::offset_in(self.file, node.head);
        let end = x12::offset_in(self.file, tail) + tail.len();
        let whole = &self.file[start..end];
        match place.checked_sub(1) {
            Some(above) if self.nodes[above].is_some() => {
                self.wait(above, whole, 1);
                let written = self.nodes[above].as_ref().is_some_and(|above| above.written);
                if written { self.write_waiting(above, out) } else { Ok(()) }
            }
            // Behind an interchange that was written, one without claims is written too.
            _ if self.written.claims > 0 => out(whole),
            _ => {
                push_joined(self.file, &mut self.waiting, whole);
                Ok(())
            }
        }
    }

    fn close_written(
        &mut self,
        place: usize,
        node: &Node<'a>,
        tail: &'a [u8],
        out: Out<'_>,
    ) -> io::Result<()> {
        let mended = rewrite::with_count(tail, self.delimiters, node.kept);
        let Some(numbers) = &mut self.control_numbers else {
            return self.put_either(tail, mended, out);
        };
        let number = match place {
            INTERCHANGE => format!("{:09}", numbers.interchange),
            GROUP => numbers.group.to_string(),
            _ => {
                numbers.set += 1;
                return self.put_either(tail, mended, out);
            }
        };
        let count = if place == INTERCHANGE { &mut numbers.interchange } else { &mut numbers.group };
        *count += 1;
        out(&rewrite::with_elements(mended.as_deref().unwrap_or(tail), self.delimiters, &[(2, number)]))
    }

    fn put_numbered(
        &mut self,
        head: &'a [u8],
        element: impl Fn(&ControlNumbers) -> (usize, String),
        out: Out<'_>,
    ) -> io::Result<()> {
        match &self.control_numbers {
            None => self.put(head, out),
            Some(numbers) => out(&rewrite::with_elements(head, self.delimiters, &[element(numbers)])),
        }
    }

    fn put_either(&mut self, source: &'a [u8], mended: Option<Vec<u8>>, out: Out<'_>) -> io::Result<()> {
        match mended {
            None => self.put(source, out),
            Some(mended) => out(&mended),
        }
    }

    /// Writes bytes of the file, or lets them wait behind the hole.
    fn put(&mut self, bytes: &'a [u8], out: Out<'_>) -> io::Result<()> {
        match &mut self.hole {
            None => out(bytes),
            Some(hole) => {
                push_joined(self.file, &mut hole.behind, bytes);
                Ok(())
            }
        }
    }

    /// Writes the branch that waits for its HL04, and what waits behind it.
    fn fill_hole(&mut self, child: bool, out: Out<'_>) -> io::Result<()> {
        let Some(hole) = self.hole.take() else { return Ok(()) };
        let level = Level { child: Some(child), ..hole.level };
        let mended = rewrite::with_level(hole.head, self.delimiters, level);
        out(mended.as_deref().unwrap_or(hole.head))?;
        hole.behind.into_iter().try_for_each(out)
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

    fn count_child(&mut self, place: usize) {
        if let Some(node) = &mut self.nodes[place] {
            node.kept += 1;
        }
    }

    fn count_segments(&mut self, segments: u64) {
        if let Some(set) = &mut self.nodes[SET] {
            set.kept += segments;
        }
    }

    fn joined(&self, front: &'a [u8], behind: &'a [u8]) -> &'a [u8] {
        let start = x12::offset_in(self.file, front);
        &self.file[start..x12::offset_in(self.file, behind) + behind.len()]
    }
}

/// Adds `bytes` to `slices`, as one with the last if they are neighbours in `file`.
fn push_joined<'a>(file: &'a [u8], slices: &mut Vec<&'a [u8]>, bytes: &'a [u8]) {
    let start = x12::offset_in(file, bytes);
    if let Some(last) = slices.last_mut() {
        let last_start = x12::offset_in(file, last);
        if last_start + last.len() == start {
            *last = &file[last_start..start + bytes.len()];
            return;
        }
    }
    slices.push(bytes);
}
