//! Cuts a file into blocks of pieces, in one pass and in bounded memory.
//!
//! A block is what is judged and written together: some hundred kibibytes of whole pieces, whatever set or interchange they belong to.
//! Most faults of an envelope stand in its trailer, behind the claims that it spoils.
//! If the header stands in the same block, the fault is entered there before the block is handed out.
//! If it does not, [`Step::Late`] says so: whoever has written claims of that interchange takes them back,
//! calls [`Blocks::read_again`], and gets the same interchange with every fault known from its first piece on.
//!
//! Whoever changes this file: a piece ends where the structural segment behind it begins, and only an IEA ends its own.

use std::collections::BTreeMap;

use x12::{Event, Limits, Reader, Segment, SegmentId, encoding_of, is_padding, offset_in};

use crate::Level;
use crate::amount::cents_of;
use crate::counted::{Counted, Usage};
use crate::fault::Fault;
use crate::hierarchy::{DEPTHS, Hierarchy};
use crate::implementation::Implementation;
use crate::ledger::{Ledger, Unit};
use crate::pieces::{Block, Branch, ClaimPiece, Head, Piece, PieceKind, SegmentMark};
use crate::units::{GroupUnit, InterchangeUnit, SetUnit};

mod faults;
mod run;
#[cfg(test)]
mod tests;
mod trailers;

/// What reading on came to.
#[expect(clippy::large_enum_variant, reason = "nearly every step is a block, and is taken apart at once")]
pub enum Step<'a> {
    /// The next block.
    Block(Block<'a>),
    /// A fault of an interchange, group or set whose header was handed out before.
    Late,
    /// The file is at its end.
    End,
}

/// Reads a file block by block.
pub struct Blocks<'a> {
    file: &'a [u8],
    limits: Limits,
    block_bytes: usize,
    reader: Reader<'a>,
    block: Block<'a>,
    /// The block that is full, until it is handed out.
    full: Option<Block<'a>>,
    /// Blocks that were given back: their vectors have grown to size, and need not grow again.
    spare: Vec<Block<'a>>,
    open: Option<OpenPiece>,
    place: Place,
    tree: Hierarchy<'a>,
    /// Heads of the open path, by depth.
    path: [Option<u32>; DEPTHS],
    numbers: Numbers,
    /// The numbers as they stood in front of the open interchange.
    checkpoint: Numbers,
    ledger: Ledger<'a>,
    /// Sets that are refused from their begin, by position in the file.
    refused_sets: BTreeMap<u64, Fault<'a>>,
    late: bool,
    ended: bool,
}

/// The piece that is growing.
#[derive(Clone, Copy)]
struct OpenPiece {
    kind: PieceKind,
    start: usize,
    first_segment: u64,
    /// Whether it was told that a service line in it has lost its claim.
    has_lost_line: bool,
}

/// The units that are open, as indexes into the block's tables.
#[derive(Clone, Copy, Default)]
struct Place {
    interchange: Option<u32>,
    group: Option<u32>,
    set: Option<u32>,
}

/// Everything that grows through the file, and goes back when an interchange is read again.
#[derive(Clone, Default)]
struct Numbers {
    /// End of the last piece, or of what stands outside; white space from here on belongs to the next ISA.
    floor: usize,
    counted: Counted,
    interchange: u64,
    group: u64,
    set: u64,
    claim: u64,
}

/// Most claims of a block, however short they are: what is told of each takes memory.
const CLAIMS_MAX: usize = 4_096;

const HL: SegmentId = SegmentId::new(b"HL");
const CLM: SegmentId = SegmentId::new(b"CLM");

impl<'a> Blocks<'a> {
    /// Starts at the first byte of `file`, for blocks of about `block_bytes`.
    pub fn new(file: &'a [u8], limits: Limits, block_bytes: usize) -> Blocks<'a> {
        Blocks {
            file,
            limits,
            block_bytes,
            reader: Reader::new(file, limits),
            block: Block::default(),
            full: None,
            spare: Vec::new(),
            open: None,
            place: Place::default(),
            tree: Hierarchy::default(),
            path: [None; DEPTHS],
            numbers: Numbers { floor: encoding_of(file).mark_bytes(), ..Numbers::default() },
            checkpoint: Numbers::default(),
            ledger: Ledger::default(),
            refused_sets: BTreeMap::new(),
            late: false,
            ended: false,
        }
    }

    /// Refuses the sets with these positions in the file, from 1, each for a fault that was found before.
    pub fn refuse_sets(&mut self, sets: BTreeMap<u64, Fault<'a>>) {
        self.refused_sets = sets;
    }

    /// Returns what was counted as far as the file is read.
    pub fn counted(&self) -> Counted {
        Counted { segments: self.reader.segment_number(), ..self.numbers.counted.clone() }
    }

    /// Returns how far the file is read, in bytes.
    pub fn position(&self) -> usize {
        self.reader.position()
    }

    /// Takes the faults that belong to no interchange.
    pub fn take_file_faults(&mut self) -> Vec<Fault<'a>> {
        std::mem::take(&mut self.ledger.file)
    }

    /// Reads on to the next block.
    pub fn next_block(&mut self) -> Step<'a> {
        loop {
            if let Some(block) = self.full.take() {
                return Step::Block(block);
            }
            if self.late {
                return Step::Late;
            }
            if self.ended {
                return Step::End;
            }
            self.bodies();
            if self.full.is_none() && !self.late {
                match self.reader.next() {
                    Some(event) => self.event(event),
                    None => self.end_of_file(),
                }
            }
        }
    }

    /// Takes back a block that is done with, for the sake of the memory it holds.
    pub fn give_back(&mut self, mut block: Block<'a>) {
        block.clear();
        self.spare.push(block);
    }

    /// Goes back to the begin of the interchange that [`Step::Late`] spoke of, with all its faults known.
    ///
    /// Invariant: the blocks that follow hold that interchange from its ISA on, and it is not late again.
    pub fn read_again(&mut self) {
        // The rest of the interchange is read for its faults alone.
        while self.place.interchange.is_some()
            && let Some(event) = self.reader.next()
        {
            self.event(event);
        }
        self.reader.rewind(self.reader.interchange_mark());
        self.ledger.know();
        self.numbers = self.checkpoint.clone();
        self.block.clear();
        self.full = None;
        self.open = None;
        self.path = [None; DEPTHS];
        self.late = false;
    }

    fn event(&mut self, event: Event<'a>) {
        match event {
            Event::Body(id, segment) => {
                self.body(id, segment);
                self.faults();
            }
            Event::Between(_) => self.faults(),
            Event::Outside(text) => {
                self.close_piece(offset_in(self.file, text), self.reader.segment_number() + 1);
                self.numbers.floor = self.reader.position();
                self.faults();
            }
            Event::InterchangeBegin(isa) => self.begin_interchange(isa),
            Event::GroupBegin(gs) => self.begin_group(gs),
            Event::SetBegin(st) => self.begin_set(st),
            Event::SetEnd(se) => self.end_set(se),
            Event::GroupEnd(ge) => self.end_group(ge),
            Event::InterchangeEnd(iea) => self.end_interchange(iea),
        }
    }

    #[inline]
    fn body(&mut self, id: SegmentId, segment: Segment<'a>) {
        if id == CLM || id == HL {
            self.begin_claim_or_branch(id, segment);
        }
        let kind = self.open.map(|open| open.kind);
        if let Some(OpenPiece { kind: PieceKind::Claim(_) | PieceKind::Branch(_), start, .. }) = self.open {
            let segment_start = offset_in(self.file, segment.bytes) - start;
            let (marks, limit) = (&mut self.block.marks, self.limits.claim_bytes_max);
            SegmentMark::note(marks, limit, id, segment_start, segment.bytes.len());
        }
        if opens_line(id) && !matches!(kind, Some(PieceKind::Claim(_))) {
            self.enter_lost_line(segment.bytes, self.reader.segment_number());
        }
    }

    fn begin_claim_or_branch(&mut self, id: SegmentId, segment: Segment<'a>) {
        if !self.set().implementation.has_claims() {
            return;
        }
        if id == CLM {
            self.begin_claim(segment);
        } else {
            self.begin_branch(segment);
        }
    }

    fn begin_interchange(&mut self, isa: Segment<'a>) {
        self.begin_piece(isa);
        if !self.ledger.knows() {
            self.ledger.begin_interchange();
            self.checkpoint = self.numbers.clone();
        }
        self.numbers.interchange += 1;
        self.numbers.counted.interchanges += 1;
        let number = self.numbers.interchange;
        let faults = self.ledger.known_of(Unit::Interchange(number));
        let interchange = index(self.block.interchanges.len());
        let usage = Usage::of(isa.element(15));
        self.block.interchanges.push(InterchangeUnit { isa, number, usage, faults, begins_here: true });
        self.place = Place { interchange: Some(interchange), ..Place::default() };
        self.open_piece(PieceKind::InterchangeHead(interchange), isa);
        self.check_control_segment(isa, Level::Interchange);
        self.take_in_white_space();
        self.faults();
    }

    /// White space in front of an ISA belongs to it, unless other text stands between.
    fn take_in_white_space(&mut self) {
        if let Some(open) = &mut self.open {
            let blank =
                self.file[self.numbers.floor..open.start].iter().rev().take_while(|&&byte| is_padding(byte));
            open.start -= blank.count();
        }
    }

    fn begin_group(&mut self, gs: Option<Segment<'a>>) {
        if let Some(gs) = gs {
            self.begin_piece(gs);
        }
        self.numbers.group += 1;
        self.numbers.counted.groups += u64::from(gs.is_some());
        let number = self.numbers.group;
        let faults = self.ledger.known_of(Unit::Group(number));
        let group = index(self.block.groups.len());
        let interchange = self.place.interchange.expect("a group stands in an interchange");
        self.block.groups.push(GroupUnit { gs, number, interchange, faults, begins_here: true });
        self.place.group = Some(group);
        if let Some(gs) = gs {
            self.open_piece(PieceKind::GroupHead(group), gs);
            self.check_control_segment(gs, Level::Group);
        }
        self.faults();
    }

    fn begin_set(&mut self, st: Segment<'a>) {
        self.begin_piece(st);
        self.numbers.set += 1;
        self.numbers.counted.transaction_sets += 1;
        let number = self.numbers.set;
        let group = self.place.group.expect("a set stands in a group");
        let gs08 = self.block.groups[group as usize].gs.map_or(&[][..], |gs| gs.element(8));
        let implementation = Implementation::of(st.element(1), st.element(3), gs08);
        let mut faults = self.ledger.known_of(Unit::Set(number));
        faults.extend(self.refused_sets.get(&number));
        let set = index(self.block.sets.len());
        self.block.sets.push(SetUnit {
            st,
            first_segment: self.reader.segment_number(),
            number,
            group,
            implementation,
            head: &[],
            faults,
            begins_here: true,
        });
        self.place.set = Some(set);
        self.tree = Hierarchy::default();
        self.path = [None; DEPTHS];
        self.open_piece(PieceKind::SetHead(set), st);
        self.check_support(st, implementation);
        self.faults();
    }

    fn begin_branch(&mut self, hl: Segment<'a>) {
        let depth = self.enter_tree(hl);
        self.begin_piece(hl);
        // A level that the tree does not have refuses the set; its claims hang where the last level stood.
        let depth = depth.unwrap_or(DEPTHS - 1);
        let head = index(self.block.heads.len());
        let first_segment = self.reader.segment_number();
        let set = self.place.set.expect("a branch stands in a set");
        let marks = index(self.block.marks.len());
        let marks = (marks, marks);
        self.block.heads.push(Head { bytes: &[], first_segment, depth, set, fault: None, claims: 0, marks });
        self.path[depth] = Some(head);
        self.path[depth + 1..].fill(None);
        self.open_piece(PieceKind::Branch(Branch { depth, set }), hl);
    }

    fn begin_claim(&mut self, clm: Segment<'a>) {
        self.begin_piece(clm);
        self.numbers.claim += 1;
        self.count_claim(clm);
        let claim = index(self.block.claims.len());
        let marks = index(self.block.marks.len());
        let place_in_branch = self.block.next_place(&self.path);
        self.block.claims.push(ClaimPiece {
            number: self.numbers.claim,
            first_segment: self.reader.segment_number(),
            set_position: self.reader.segments_in_set(),
            set: self.place.set.expect("a claim stands in a set"),
            path: self.path,
            place_in_branch,
            bytes: &[],
            marks: (marks, marks),
        });
        self.open_piece(PieceKind::Claim(claim), clm);
    }

    fn count_claim(&mut self, clm: Segment<'a>) {
        let interchange = self.place.interchange.expect("a claim stands in an interchange");
        let usage = self.block.interchanges[interchange as usize].usage;
        let charge_cents = cents_of(clm.element(2)).unwrap_or(0);
        let reference = self.set().implementation.reference;
        self.numbers.counted.add_claim(usage, charge_cents, reference);
    }

    fn end_of_file(&mut self) {
        self.faults();
        self.close_piece(self.file.len(), self.reader.segment_number() + 1);
        self.ended = true;
        if !self.block.pieces.is_empty() {
            self.hand_out();
        }
    }

    /// Makes room for a piece that begins with `segment`: a block that is full in front of it is handed out.
    fn begin_piece(&mut self, segment: Segment<'a>) {
        let start = offset_in(self.file, segment.bytes);
        self.close_piece(start, self.reader.segment_number());
        if let Some(first) = self.block.pieces.first()
            && (start - offset_in(self.file, first.bytes) >= self.block_bytes
                || self.block.claims.len() >= CLAIMS_MAX)
        {
            self.hand_out();
        }
    }

    fn open_piece(&mut self, kind: PieceKind, segment: Segment<'a>) {
        let start = offset_in(self.file, segment.bytes);
        let first_segment = self.reader.segment_number();
        self.open = Some(OpenPiece { kind, start, first_segment, has_lost_line: false });
    }

    /// Ends the open piece in front of `end`, where segment number `next` stands.
    fn close_piece(&mut self, end: usize, next: u64) {
        let Some(OpenPiece { kind, start, first_segment, .. }) = self.open.take() else { return };
        let bytes = &self.file[start..end];
        self.numbers.floor = end;
        match kind {
            PieceKind::Claim(number) => {
                let claim = &mut self.block.claims[number as usize];
                claim.bytes = bytes;
                claim.marks.1 = index(self.block.marks.len());
                self.check_claim_size(number);
            }
            PieceKind::Branch(_) => {
                if let Some(head) = self.block.heads.last_mut() {
                    head.bytes = bytes;
                    head.marks.1 = index(self.block.marks.len());
                }
            }
            PieceKind::SetHead(set) => {
                self.block.sets[set as usize].head = bytes;
                self.check_set_head(set);
            }
            _ => {}
        }
        self.block.pieces.push(Piece { kind, bytes, segments: next - first_segment });
    }

    /// Hands the block out and begins the next with the units and branches that are open.
    fn hand_out(&mut self) {
        self.block.draw_sheets(self.file);
        let mut next = self.spare.pop().unwrap_or_default();
        let last = &self.block;
        if let Some(open) = &mut self.place.interchange {
            let unit = last.interchanges[*open as usize].clone();
            next.interchanges.push(InterchangeUnit { begins_here: false, ..unit });
            *open = 0;
        }
        if let Some(open) = &mut self.place.group {
            let unit = last.groups[*open as usize].clone();
            next.groups.push(GroupUnit { begins_here: false, interchange: 0, ..unit });
            *open = 0;
        }
        if let Some(open) = &mut self.place.set {
            let unit = last.sets[*open as usize].clone();
            next.sets.push(SetUnit { begins_here: false, group: 0, ..unit });
            *open = 0;
        }
        for open in self.path.iter_mut().flatten() {
            let head = last.heads[*open as usize];
            *open = index(next.heads.len());
            let first = index(next.marks.len());
            next.marks.extend_from_slice(&last.marks[head.marks.0 as usize..head.marks.1 as usize]);
            next.heads.push(Head { set: 0, marks: (first, index(next.marks.len())), ..head });
        }
        self.full = Some(std::mem::replace(&mut self.block, next));
    }

    fn set(&self) -> &SetUnit<'a> {
        let set = self.place.set.expect("a body segment stands in a set");
        self.block.set(set)
    }
}

/// Whether a segment of that name opens a service line or says what it is for.
#[inline]
pub(crate) fn opens_line(id: SegmentId) -> bool {
    const LINE: [SegmentId; 4] =
        [SegmentId::new(b"LX"), SegmentId::new(b"SV1"), SegmentId::new(b"SV2"), SegmentId::new(b"SV3")];
    LINE.contains(&id)
}

/// An index or an offset within one block, which is far below four gibibytes.
fn index(value: usize) -> u32 {
    u32::try_from(value).expect("a block holds less than 4 GiB")
}
