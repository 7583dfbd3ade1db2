//! Blocks and the pieces that they are made of.

use x12::{Delimiters, Segment, SegmentId, Sheet, View, first_elements, offset_in, segments};

use crate::Level;
use crate::fault::{Fault, Kind};
use crate::hierarchy::DEPTHS;
use crate::units::{GroupUnit, InterchangeUnit, SetUnit};

/// A run of whole pieces, in file order, with the units that they belong to.
#[derive(Default)]
pub struct Block<'a> {
    /// The pieces.
    pub pieces: Vec<Piece<'a>>,
    /// The claims among them, in the same order.
    pub claims: Vec<ClaimPiece<'a>>,
    /// Heads of HL branches that claims refer to.
    pub heads: Vec<Head<'a>>,
    /// Interchanges that have a piece here.
    pub interchanges: Vec<InterchangeUnit<'a>>,
    /// Groups that have a piece here.
    pub groups: Vec<GroupUnit<'a>>,
    /// Sets that have a piece here.
    pub sets: Vec<SetUnit<'a>>,
    /// Faults of single segments within claims, by index of the claim.
    pub claim_faults: Vec<(u32, Fault<'a>)>,
    /// The segments of each claim and head.
    pub(crate) marks: Vec<SegmentMark>,
    /// What stands where in the pieces of each interchange; more may be left of another block.
    pub(crate) sheets: Vec<Sheet<'a>>,
}

/// Where a segment of a claim or a head stands, and its name, so that nobody need look at those that say nothing to him.
#[derive(Clone, Copy)]
pub struct SegmentMark {
    pub(crate) id: SegmentId,
    /// Its first byte, counted from the begin of the piece.
    pub(crate) start: u32,
    /// Its length in bytes.
    pub(crate) bytes: u32,
}

/// The segments of one piece: of a claim, CLM first, or of a head, HL first.
#[derive(Clone, Copy)]
pub struct PieceSegments<'a, 'b> {
    bytes: &'a [u8],
    delimiters: Delimiters,
    marks: &'b [SegmentMark],
    /// What stands where around the piece, if that was looked at as a whole, and where the piece begins there.
    sheet: Option<(&'b Sheet<'a>, usize)>,
    is_plain: bool,
}

/// One piece: the segments from a structural one up to the next.
#[derive(Clone, Copy)]
pub struct Piece<'a> {
    /// What it begins with.
    pub kind: PieceKind,
    /// All its bytes, the white space behind its last terminator included.
    pub bytes: &'a [u8],
    /// How many segments it has.
    pub segments: u64,
}

/// What a piece begins with; the number is an index into the block's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// ISA.
    InterchangeHead(u32),
    /// GS.
    GroupHead(u32),
    /// ST.
    SetHead(u32),
    /// HL.
    Branch(Branch),
    /// CLM.
    Claim(u32),
    /// SE.
    SetTail(u32),
    /// GE.
    GroupTail(u32),
    /// IEA.
    InterchangeTail(u32),
}

/// An HL branch of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Branch {
    /// How deep it stands: 0 billing provider, 1 subscriber, 2 patient.
    pub depth: usize,
    /// Its set, as an index into the block's.
    pub set: u32,
}

/// The segments of an HL branch in front of its first claim or next branch.
#[derive(Clone, Copy)]
pub struct Head<'a> {
    /// All its bytes.
    pub bytes: &'a [u8],
    /// Position in the file of its HL segment, from 1.
    pub first_segment: u64,
    /// How deep it stands: 0 billing provider, 1 subscriber, 2 patient.
    pub depth: usize,
    /// Its set, as an index into the block's.
    pub set: u32,
    /// The first fault of one of its segments; it spoils the claims below.
    pub fault: Option<Fault<'a>>,
    /// Claims directly below it that were read so far.
    pub(crate) claims: u32,
    pub(crate) marks: (u32, u32),
}

/// A claim, as a place in the file and in the tree.
#[derive(Clone, Copy)]
pub struct ClaimPiece<'a> {
    /// Position among the claims of the file, from 1.
    pub number: u64,
    /// Position in the file of its CLM segment, from 1.
    pub first_segment: u64,
    /// Position of its CLM segment in its transaction set, ST being 1.
    pub set_position: u64,
    /// Its set, as an index into the block's.
    pub set: u32,
    /// Heads of the levels it stands under, by depth, as indexes into the block's.
    pub path: [Option<u32>; DEPTHS],
    /// Position among the claims directly below the last of these, from 1.
    pub place_in_branch: u32,
    /// All its bytes.
    pub bytes: &'a [u8],
    pub(crate) marks: (u32, u32),
}

impl SegmentMark {
    /// Finds the segments of a claim that does not come from a block.
    pub fn of(claim: &[u8], delimiters: Delimiters) -> Vec<SegmentMark> {
        let mut marks = Vec::new();
        for segment in segments(claim, delimiters) {
            let start = offset_in(claim, segment.bytes);
            SegmentMark::note(&mut marks, usize::MAX, segment.id(), start, segment.bytes.len());
        }
        marks
    }

    /// Notes where a segment of a claim stands; beyond `limit` bytes from the begin of the claim no more.
    #[inline]
    pub(crate) fn note(
        marks: &mut Vec<SegmentMark>,
        limit: usize,
        id: SegmentId,
        start: usize,
        bytes: usize,
    ) {
        if start < limit {
            let offset = |value| u32::try_from(value).expect("a claim has less than 4 GiB");
            marks.push(SegmentMark { id, start: offset(start), bytes: offset(bytes) });
        }
    }
}

impl<'a, 'b> PieceSegments<'a, 'b> {
    /// Puts together the segments that `marks` tells of in `bytes`.
    pub fn new(bytes: &'a [u8], delimiters: Delimiters, marks: &'b [SegmentMark]) -> Self {
        PieceSegments { bytes, delimiters, marks, sheet: None, is_plain: false }
    }

    /// Shows them on `sheet`, as far as they stand there, for the sake of those who ask for their elements.
    #[must_use]
    pub fn shown_on(self, sheet: &'b Sheet<'a>) -> Self {
        let start = offset_in(sheet.bytes(), self.bytes);
        let length = self.marks.last().map_or(0, |last| (last.start + last.bytes) as usize);
        PieceSegments { sheet: Some((sheet, start)), is_plain: sheet.is_plain(start, length), ..self }
    }

    /// Returns whether they are shown on a sheet, and text without a repetition separator; nothing is said of what is not.
    pub fn are_plain(self) -> bool {
        self.is_plain
    }

    /// Returns what of `piece`, whose segments they are, stands behind the last of them.
    pub(crate) fn behind(self, piece: &'a [u8]) -> &'a [u8] {
        self.marks.last().map_or(piece, |last| &piece[(last.start + last.bytes) as usize..])
    }

    /// Returns the separators between them.
    pub fn delimiters(self) -> Delimiters {
        self.delimiters
    }

    /// Returns the names of the segments, in their order.
    #[inline]
    pub fn names(self) -> impl ExactSizeIterator<Item = SegmentId> + use<'b> {
        self.marks.iter().map(|mark| mark.id)
    }

    /// Returns the segment at `index`, counted from 0, which must be one of them.
    #[inline]
    pub fn at(self, index: usize) -> Segment<'a> {
        let SegmentMark { start, bytes, .. } = self.marks[index];
        let start = start as usize;
        Segment { bytes: &self.bytes[start..start + bytes as usize], delimiters: self.delimiters }
    }

    /// Returns what stands where in the segment at `index`; `None` for a long one, and where the piece is not on a sheet.
    #[expect(clippy::inline_always, reason = "called once a segment, where a call takes as long as the work")]
    #[inline(always)]
    pub fn view(self, index: usize) -> Option<View<'a>> {
        let (SegmentMark { start, bytes, .. }, (sheet, piece)) = (self.marks[index], self.sheet?);
        sheet.view(piece + start as usize, bytes as usize)
    }

    /// Returns the first elements behind the identifier of the segment at `index`, as many as are asked for.
    #[inline]
    pub fn first_elements<const COUNT: usize>(self, index: usize) -> [&'a [u8]; COUNT] {
        let SegmentMark { start, bytes, .. } = self.marks[index];
        let (start, length) = (start as usize, bytes as usize);
        let shown = self.sheet.and_then(|(sheet, piece)| sheet.first_elements(piece + start, length));
        shown.unwrap_or_else(|| first_elements(&self.bytes[start..], length, self.delimiters.element))
    }

    /// Iterates over the segments.
    pub fn iter(self) -> impl ExactSizeIterator<Item = Segment<'a>> + use<'a, 'b> {
        (0..self.marks.len()).map(move |index| self.at(index))
    }
}

impl<'a> Block<'a> {
    /// Empties it, and keeps the memory.
    pub(crate) fn clear(&mut self) {
        let Block { pieces, claims, heads, interchanges, groups, sets, claim_faults, marks, sheets: _ } =
            self;
        pieces.clear();
        claims.clear();
        heads.clear();
        interchanges.clear();
        groups.clear();
        sets.clear();
        claim_faults.clear();
        marks.clear();
    }

    /// Counts another claim directly below the last level of `path`; returns its position there, from 1.
    pub(crate) fn next_place(&mut self, path: &[Option<u32>; DEPTHS]) -> u32 {
        let Some(&branch) = path.iter().flatten().last() else { return 1 };
        let head = &mut self.heads[branch as usize];
        head.claims = head.claims.saturating_add(1);
        head.claims
    }

    /// Returns the segments of `claim`.
    pub fn segments<'b>(&'b self, claim: &ClaimPiece<'a>) -> PieceSegments<'a, 'b> {
        self.segments_of(claim.bytes, claim.set, claim.marks)
    }

    /// Returns the segments of `head`, as far as they stand within the most bytes that a claim may have.
    pub fn segments_of_head<'b>(&'b self, head: &Head<'a>) -> PieceSegments<'a, 'b> {
        self.segments_of(head.bytes, head.set, head.marks)
    }

    fn segments_of<'b>(
        &'b self,
        bytes: &'a [u8],
        set: u32,
        (first, behind): (u32, u32),
    ) -> PieceSegments<'a, 'b> {
        let own = PieceSegments::new(
            bytes,
            self.interchange_of(set).delimiters(),
            &self.marks[first as usize..behind as usize],
        );
        match self.sheets.get(self.group_of(set).interchange as usize) {
            Some(sheet) => own.shown_on(sheet),
            None => own,
        }
    }

    /// Looks at all pieces, each with the separators of its interchange; `file` holds them.
    pub(crate) fn draw_sheets(&mut self, file: &'a [u8]) {
        if self.sheets.len() < self.interchanges.len() {
            self.sheets.resize_with(self.interchanges.len(), Sheet::default);
        }
        let (Some(first), Some(last)) = (self.pieces.first(), self.pieces.last()) else { return };
        let (first, behind) = (offset_in(file, first.bytes), offset_in(file, last.bytes) + last.bytes.len());
        let begins =
            self.interchanges.iter().map(|interchange| offset_in(file, interchange.isa.bytes).max(first));
        let ends = begins.clone().skip(1).chain([behind]);
        for ((begin, end), (interchange, sheet)) in
            begins.zip(ends).zip(self.interchanges.iter().zip(&mut self.sheets))
        {
            sheet.draw(&file[begin..], end - begin, interchange.delimiters());
        }
    }

    /// Returns the set with index `set`.
    pub fn set(&self, set: u32) -> &SetUnit<'a> {
        &self.sets[set as usize]
    }

    /// Returns the group that the set with index `set` belongs to.
    pub fn group_of(&self, set: u32) -> &GroupUnit<'a> {
        &self.groups[self.set(set).group as usize]
    }

    /// Returns the interchange that the set with index `set` belongs to.
    pub fn interchange_of(&self, set: u32) -> &InterchangeUnit<'a> {
        &self.interchanges[self.group_of(set).interchange as usize]
    }

    /// Returns whether the set with index `set`, or a unit around it, is refused.
    pub fn set_is_refused(&self, set: u32) -> bool {
        !self.set(set).faults.is_empty() || self.group_is_refused(self.set(set).group)
    }

    /// Returns whether the group with index `group`, or its interchange, is refused.
    pub fn group_is_refused(&self, group: u32) -> bool {
        let group = &self.groups[group as usize];
        !group.faults.is_empty() || self.interchange_is_refused(group.interchange)
    }

    /// Returns whether the interchange with index `interchange` is refused.
    pub fn interchange_is_refused(&self, interchange: u32) -> bool {
        !self.interchanges[interchange as usize].faults.is_empty()
    }

    /// Returns the head of `claim`'s path at `depth`.
    pub fn head(&self, claim: &ClaimPiece<'a>, depth: usize) -> Option<&Head<'a>> {
        claim.path[depth].map(|head| &self.heads[head as usize])
    }

    /// Returns what spoils `claim` beside its own elements: its shape, its place in the tree, and the heads above it.
    pub fn faults_of(&self, claim: &ClaimPiece<'a>) -> Vec<Fault<'a>> {
        let mut faults: Vec<Fault<'a>> = Vec::new();
        faults.extend(claim.path.iter().flatten().filter_map(|&head| self.heads[head as usize].fault));
        if claim.path[1..].iter().all(Option::is_none) {
            let place = &claim.bytes[..0];
            faults.push(Fault::new(Kind::ClaimOutsideHierarchy, Level::Segment, place, claim.first_segment));
        }
        if !self.claim_faults.is_empty() {
            let own = self
                .claim_faults
                .iter()
                .filter(|(index, _)| self.claims[*index as usize].number == claim.number);
            faults.extend(own.map(|&(_, fault)| fault));
        }
        faults
    }
}
