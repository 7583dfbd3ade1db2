//! Walks through a file block by block and tells a view what it comes by, each thing once.

use std::io;

use claims::{Block, Blocks, Claim, ClaimPiece, Fault, Kind, Level, Piece, PieceKind, Step, period_of};
use intake::Input;
use x12::{Limits, SegmentId, offset_in, segments};

use super::items::{ClaimDate, Item, Placed, SetTotals, Totals, Units, View, is_n4};

/// What a walk came to.
pub struct Ended<'a> {
    /// What the file adds up to.
    pub totals: Totals,
    /// The first fault that says that the file is cut off or unreadable.
    pub cut_off: Option<Fault<'a>>,
    /// Whether an interchange, group or set has a fault.
    pub faulty_units: bool,
}

/// Why a walk did not come to its end.
pub enum Stopped {
    /// The input is no longer ours alone.
    Disturbed,
    /// What was told could not be kept.
    Io(io::Error),
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Stopped {
        Stopped::Io(error)
    }
}

const DTP: SegmentId = SegmentId::new(b"DTP");
const LX: SegmentId = SegmentId::new(b"LX");

/// Walks through `input` and tells `view` everything.
///
/// Errors: [`Stopped`]; what `view` was told is then not to be shown.
pub fn walk<'a>(
    input: &'a Input,
    limits: Limits,
    block_bytes: usize,
    view: &mut dyn View,
) -> Result<Ended<'a>, Stopped> {
    let file = input.bytes();
    let mut blocks = Blocks::new(file, limits, block_bytes);
    let mut walk = Walk { file, view, now: Standing::default(), mark: Standing::default() };
    let mut claim = Claim::default();
    loop {
        if !input.is_ours() {
            return Err(Stopped::Disturbed);
        }
        match blocks.next_block() {
            Step::Block(block) => walk.block(&block, &mut claim)?,
            Step::Late => {
                walk.take_back()?;
                blocks.read_again();
            }
            Step::End => break,
        }
    }
    walk.end_set()?;
    for fault in blocks.take_file_faults() {
        walk.fault(&fault, Units::default())?;
    }
    let Standing { totals, cut_off, faulty_units, .. } = walk.now;
    let counted = blocks.counted();
    let received = counted.received_total();
    let totals = Totals {
        interchanges: counted.interchanges,
        groups: counted.groups,
        transaction_sets: counted.transaction_sets,
        segments: counted.segments,
        claims: received.claims,
        charge_cents: received.charge_cents,
        ..totals
    };
    Ok(Ended { totals, cut_off, faulty_units })
}

struct Walk<'w, 'a> {
    file: &'a [u8],
    view: &'w mut dyn View,
    now: Standing<'a>,
    /// How things stood in front of the open interchange.
    mark: Standing<'a>,
}

/// Everything that goes back when an interchange is told again.
#[derive(Clone, Copy, Default)]
struct Standing<'a> {
    totals: Totals,
    cut_off: Option<Fault<'a>>,
    faulty_units: bool,
    /// Position in the file of the group told last.
    group: u64,
    /// The open set, if one is.
    set: Option<SetTotals>,
}

impl<'a> Walk<'_, 'a> {
    fn block(&mut self, block: &Block<'a>, claim: &mut Claim<'a>) -> io::Result<()> {
        // Heads of branches that began in an earlier block stand first, and have no piece here.
        let branches = block.pieces.iter().filter(|piece| matches!(piece.kind, PieceKind::Branch(_)));
        let mut head = block.heads.len() - branches.count();
        for piece in &block.pieces {
            self.leave_set(block, piece)?;
            match piece.kind {
                PieceKind::InterchangeHead(index) => self.interchange(block, index)?,
                PieceKind::GroupHead(index) => self.group(block, index)?,
                PieceKind::SetHead(index) => self.set(block, index)?,
                PieceKind::Branch(branch) => {
                    let hl = segments(piece.bytes, block.interchange_of(branch.set).delimiters()).next();
                    if let Some(hl) = hl {
                        self.view.item(&Item::Level(hl))?;
                    }
                    if let Some(fault) = &block.heads[head].fault {
                        self.fault(fault, units_of(block, branch.set))?;
                    }
                    head += 1;
                }
                PieceKind::Claim(index) => self.claim(block, &block.claims[index as usize], claim)?,
                PieceKind::SetTail(_) | PieceKind::GroupTail(_) | PieceKind::InterchangeTail(_) => {}
            }
            if let Some(set) = &mut self.now.set {
                set.segments += piece.segments;
            }
        }
        Ok(())
    }

    /// Ends the open set if `piece` is none of it: a set that lacks its SE has no last piece of its own.
    fn leave_set(&mut self, block: &Block<'a>, piece: &Piece<'a>) -> io::Result<()> {
        let set = match piece.kind {
            PieceKind::Branch(branch) => Some(branch.set),
            PieceKind::Claim(claim) => Some(block.claims[claim as usize].set),
            PieceKind::SetTail(set) => Some(set),
            _ => None,
        };
        let number = set.map(|set| block.set(set).number);
        if self.now.set.map(|open| open.number) == number { Ok(()) } else { self.end_set() }
    }

    fn end_set(&mut self) -> io::Result<()> {
        self.now.set.take().map_or(Ok(()), |totals| self.view.item(&Item::SetEnd(&totals)))
    }

    fn interchange(&mut self, block: &Block<'a>, index: u32) -> io::Result<()> {
        self.mark = self.now;
        self.view.spools().into_iter().for_each(super::spool::Spool::mark);
        let unit = &block.interchanges[index as usize];
        self.view.item(&Item::Interchange(unit))?;
        self.faults(&unit.faults, Units { interchange: Some(unit.number), ..Units::default() })
    }

    fn group(&mut self, block: &Block<'a>, index: u32) -> io::Result<()> {
        let unit = &block.groups[index as usize];
        self.now.group = unit.number;
        self.view.item(&Item::Group(unit))?;
        self.faults(&unit.faults, Units { set: None, ..units_in(block, index) })
    }

    fn set(&mut self, block: &Block<'a>, index: u32) -> io::Result<()> {
        let unit = block.set(index);
        // A group without GS has no piece of its own; its first set stands for it.
        if self.now.group != block.group_of(index).number {
            self.group(block, unit.group)?;
        }
        let has_claims = unit.implementation.has_claims();
        self.now.set = Some(SetTotals { number: unit.number, has_claims, ..SetTotals::default() });
        self.view.item(&Item::Set(unit))?;
        self.faults(&unit.faults, units_of(block, index))
    }

    fn claim(&mut self, block: &Block<'a>, piece: &ClaimPiece<'a>, claim: &mut Claim<'a>) -> io::Result<()> {
        claim.read(block.segments(piece), piece.first_segment);
        let service_lines = claim.lines.len() as u64;
        let lin_n4 = claim.drugs.iter().filter(|drug| is_n4(drug)).count() as u64;
        self.now.totals.service_lines += service_lines;
        self.now.totals.lin_n4 += lin_n4;
        if let Some(set) = &mut self.now.set {
            let cents = claim.total_charge.and_then(|charge| charge.cents);
            set.claims += 1;
            set.service_lines += service_lines;
            set.lin_n4 += lin_n4;
            set.charge_cents += i128::from(cents.unwrap_or(0));
        }
        self.view.item(&Item::Claim(claim, date_of(block, piece)))?;
        // Faults of the levels above were told with their HL.
        let mut faults = block.faults_of(piece);
        faults.retain(|fault| piece.first_segment <= fault.segment_number);
        faults.extend_from_slice(&claim.faults);
        self.faults(&faults, units_of(block, piece.set))
    }

    fn faults(&mut self, faults: &[Fault<'a>], units: Units) -> io::Result<()> {
        faults.iter().try_for_each(|fault| self.fault(fault, units))
    }

    fn fault(&mut self, fault: &Fault<'a>, units: Units) -> io::Result<()> {
        // Whether a guide is taken is for those to say who judge by it.
        if matches!(fault.kind, Kind::SetNotSupported | Kind::ReleaseNotSupported | Kind::Guide(_)) {
            return Ok(());
        }
        if fault.kind.cuts_off() {
            self.now.cut_off.get_or_insert(*fault);
        }
        self.now.faulty_units |= matches!(fault.level, Level::Interchange | Level::Group | Level::Set);
        let byte = offset_in(self.file, fault.place);
        self.view.item(&Item::Fault(Placed { fault, units, byte }))
    }

    fn take_back(&mut self) -> io::Result<()> {
        self.now = self.mark;
        self.view.spools().into_iter().try_for_each(super::spool::Spool::take_back)
    }
}

fn units_in(block: &Block<'_>, group: u32) -> Units {
    let group = &block.groups[group as usize];
    let interchange = block.interchanges[group.interchange as usize].number;
    Units { interchange: Some(interchange), group: Some(group.number), set: None }
}

fn units_of(block: &Block<'_>, set: u32) -> Units {
    Units { set: Some(block.set(set).number), ..units_in(block, block.set(set).group) }
}

/// Returns the first DTP*472 in front of the claim's lines.
fn date_of<'a>(block: &Block<'a>, piece: &ClaimPiece<'a>) -> ClaimDate<'a> {
    let own = block.segments(piece).iter().take_while(|segment| segment.id() != LX);
    let mut dates = (0..).zip(own).filter(|(_, segment)| segment.id() == DTP && segment.element(1) == b"472");
    dates.next().map(|(index, dtp)| period_of(dtp.element(2), dtp.element(3), index))
}
