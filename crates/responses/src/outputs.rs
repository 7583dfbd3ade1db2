//! Takes the run's events in file order and keeps every answer growing.
//!
//! An interchange is a transaction: what it wrote is taken back with [`Outputs::rewind`] when a fault in its trailer comes to light,
//! and it is written again with that fault known.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use claims::{Block, Branch, Fault, Level, Piece, PieceKind, Tally};
use edits::{Disposition, about_fault};

use crate::acks::Acks;
use crate::answer::{Answer, Wanted};
use crate::branch::{BranchAnswer, OpenBranch, OpenBranches};
use crate::brr::{self, CLAIMS_PER_PAGE, FileInformation, RefusedUnit, Section};
use crate::facts::SetFact;
use crate::names;
use crate::record::InterchangeFacts;
use crate::split::{RefusedBy, Split, refused_by, refuses_nothing};
use crate::store::{Store, Stream};
use crate::totals::Totals;

/// Most implementations that *File Information* names for one interchange.
const IMPLEMENTATIONS_MAX: usize = 16;

/// The answers of one run.
pub struct Outputs<'a> {
    file: &'a [u8],
    wanted: Wanted,
    state: State<'a>,
    checkpoint: State<'a>,
    /// By what the claims are known again since that was last handed over, and their interchanges.
    names: Vec<u8>,
}

/// Everything that an interchange changes.
#[derive(Clone)]
struct State<'a> {
    split: Split<'a>,
    totals: Totals,
    interchange: Option<OpenInterchange<'a>>,
    pages: BTreeMap<(usize, Section), Pages>,
    acks: Acks<'a>,
    branches: OpenBranches,
}

/// The interchange whose pieces are coming in.
#[derive(Clone)]
struct OpenInterchange<'a> {
    facts: InterchangeFacts<'a>,
    implementations: BTreeSet<Vec<u8>>,
    claims: [u64; 4],
    has_report: bool,
}

/// Where a section may be cut into pages.
#[derive(Clone, Default)]
struct Pages {
    claims: u64,
    cuts: Vec<u64>,
}

/// Why a run has no outputs.
#[derive(Debug)]
pub enum Unfinished {
    /// The verdicts do not add up to what was read.
    Imbalance(Imbalance),
    /// An output could not be written.
    Io(io::Error),
}

/// Two counts of the same claims that differ.
#[derive(Clone, Copy, Debug)]
pub struct Imbalance {
    /// What was held against each other.
    pub between: &'static str,
    /// By the reader.
    pub expected: Tally,
    /// By the verdicts, or by the files written.
    pub found: Tally,
}

impl From<io::Error> for Unfinished {
    fn from(error: io::Error) -> Unfinished {
        Unfinished::Io(error)
    }
}

impl<'a> Outputs<'a> {
    /// Begins the answers to `file`; with `control_number`, accepted claims get control numbers from it on.
    pub fn new(file: &'a [u8], wanted: Wanted, control_number: Option<u64>) -> Outputs<'a> {
        let state = State {
            split: Split::new(file, control_number),
            totals: Totals::default(),
            interchange: None,
            pages: BTreeMap::new(),
            acks: Acks::new(wanted.acknowledging),
            branches: OpenBranches::default(),
        };
        Outputs { file, wanted, checkpoint: state.clone(), state, names: Vec::new() }
    }

    /// Returns which answers are wanted.
    pub fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// Returns what the verdicts add up to so far.
    pub fn totals(&self) -> &Totals {
        &self.state.totals
    }

    /// Returns what was written of one disposition.
    pub(crate) fn written(&self, disposition: Disposition) -> Tally {
        self.state.split.written(disposition)
    }

    /// Returns where a section may be cut into pages, in bytes of its stream.
    pub(crate) fn cuts(&self, form: usize, section: Section) -> Vec<u64> {
        self.state.pages.get(&(form, section)).map_or_else(Vec::new, |pages| pages.cuts.clone())
    }

    pub(crate) fn into_totals(self) -> Totals {
        self.state.totals
    }

    /// Writes a block; `answers` are those of its claims, `branches` those of its heads, in their order.
    pub fn block(
        &mut self,
        block: &Block<'a>,
        answers: &[Answer<'a>],
        branches: &[Option<BranchAnswer>],
        store: &mut dyn Store,
    ) -> io::Result<()> {
        let refuses_nothing = refuses_nothing(block);
        // Heads of branches that began in an earlier block stand in front of the others.
        let is_branch = |piece: &&Piece<'_>| matches!(piece.kind, PieceKind::Branch(_));
        let begun = block.heads.len().saturating_sub(block.pieces.iter().filter(is_branch).count());
        let mut branches = branches.iter().skip(begun).map(Option::as_ref);
        for piece in &block.pieces {
            let mut branch = None;
            match piece.kind {
                PieceKind::InterchangeHead(unit) => self.begin_interchange(block, unit, store)?,
                PieceKind::GroupHead(unit) => {
                    let group = &block.groups[unit as usize];
                    self.unit(Level::Group, group.control_number(), &group.faults, store)?;
                }
                PieceKind::SetHead(unit) => self.begin_set(block, unit, store)?,
                PieceKind::Claim(claim) => {
                    self.state.branches.claim();
                    let (piece, answer) = (&block.claims[claim as usize], &answers[claim as usize]);
                    if let Some(key) = answer.key {
                        names::write_claim(block, piece, key, &mut self.names);
                    }
                    self.claim(answer, store)?;
                }
                PieceKind::Branch(Branch { depth, .. }) => {
                    branch = branches.next().flatten();
                    let over = self.state.branches.enter(depth, branch);
                    self.branches(&over, store)?;
                }
                PieceKind::SetTail(_) | PieceKind::GroupTail(_) | PieceKind::InterchangeTail(_) => {
                    self.end_branches(store)?;
                }
            }
            let refused_by = if refuses_nothing { RefusedBy::Nothing } else { refused_by(block, piece.kind) };
            self.state.split.piece(block, piece, refused_by, answers)?;
            self.state.acks.piece(block, piece, answers, branch, store)?;
        }
        self.hand_over(store)
    }

    /// Hands over to `store` what was gathered for it.
    fn hand_over(&mut self, store: &mut dyn Store) -> io::Result<()> {
        if !self.names.is_empty() {
            store.append(Stream::Names, &[&self.names])?;
            self.names.clear();
        }
        self.state.split.hand_over(store)
    }

    /// Takes back everything since the open interchange began.
    pub fn rewind(&mut self, store: &mut dyn Store) -> io::Result<()> {
        self.state = self.checkpoint.clone();
        store.rewind()
    }

    fn begin_interchange(&mut self, block: &Block<'a>, unit: u32, store: &mut dyn Store) -> io::Result<()> {
        self.end_branches(store)?;
        self.end_interchange(store)?;
        // Only the last interchange of a block can go on behind it, and so be taken back.
        if unit as usize + 1 == block.interchanges.len() {
            self.state.split.hand_over(store)?;
            self.checkpoint = self.state.clone();
            store.mark()?;
        }
        let interchange = &block.interchanges[unit as usize];
        if self.wanted.names.is_some() {
            names::write_interchange(interchange.isa, &mut self.names);
        }
        let facts = InterchangeFacts::of(interchange);
        let (implementations, claims, has_report) = (BTreeSet::new(), [0; 4], false);
        self.state.interchange = Some(OpenInterchange { facts, implementations, claims, has_report });
        self.unit(Level::Interchange, interchange.control_number(), &interchange.faults, store)
    }

    fn begin_set(&mut self, block: &Block<'a>, unit: u32, store: &mut dyn Store) -> io::Result<()> {
        self.end_branches(store)?;
        let set = &block.sets[unit as usize];
        let implementation = set.implementation.reference;
        if let Some(open) = &mut self.state.interchange {
            if open.implementations.len() < IMPLEMENTATIONS_MAX {
                open.implementations.insert(implementation.to_vec());
            }
            if self.wanted.facts.is_some() {
                let InterchangeFacts { sender, usage_indicator: usage, .. } = open.facts;
                store.keep_set(&SetFact { sender, usage, implementation })?;
            }
        }
        self.unit(Level::Set, set.control_number(), &set.faults, store)
    }

    /// Reports a unit that is refused for faults of its own.
    fn unit(
        &mut self,
        level: Level,
        control_number: &'a [u8],
        faults: &[Fault<'a>],
        store: &mut dyn Store,
    ) -> io::Result<()> {
        let Some(open) = self.state.interchange.as_mut().filter(|_| !faults.is_empty()) else {
            return Ok(());
        };
        open.has_report = true;
        let unit = RefusedUnit { file: self.file, interchange: open.facts, level, control_number, faults };
        for &form in &self.wanted.reports {
            let mut bytes = Vec::new();
            brr::FORMS[form].unit(&unit, &mut bytes);
            store.append(Stream::Report(form, Section::Refused), &[&bytes])?;
        }
        if let Some(annotated) = &self.wanted.annotated {
            let mut bytes = Vec::new();
            annotated.unit(&unit, &mut bytes);
            store.append(Stream::Annotated, &[&bytes])?;
        }
        self.state.totals.refused_units += 1;
        self.state.totals.cut_offs += u64::from(faults.iter().any(|fault| fault.kind.cuts_off()));
        for fault in faults {
            *self.state.totals.findings.entry(about_fault(fault.kind).code).or_default() += 1;
        }
        Ok(())
    }

    /// Tells what is wrong with branches that are over; it counts by itself where no claim has it.
    fn branches(&mut self, over: &[OpenBranch], store: &mut dyn Store) -> io::Result<()> {
        for OpenBranch { answer, claims } in over {
            if let Some(annotated) = &self.wanted.annotated {
                let mut bytes = Vec::new();
                annotated.branch(&answer.told, *claims, &mut bytes);
                store.append(Stream::Annotated, &[&bytes])?;
            }
            for &code in answer.codes.iter().filter(|_| *claims == 0) {
                *self.state.totals.findings.entry(code).or_default() += 1;
            }
        }
        Ok(())
    }

    /// Ends the branches that are open, at the end of their set.
    pub(crate) fn end_branches(&mut self, store: &mut dyn Store) -> io::Result<()> {
        let over = self.state.branches.leave(0);
        self.branches(&over, store)
    }

    fn claim(&mut self, answer: &Answer<'a>, store: &mut dyn Store) -> io::Result<()> {
        let place = answer.disposition.place();
        let totals = &mut self.state.totals;
        if let Some(open) = &mut self.state.interchange {
            totals.claims[open.facts.usage.place()][place].add(answer.charge_cents);
            open.claims[place] += 1;
            open.has_report |= answer.disposition != Disposition::Accepted;
        }
        totals.service_lines += u64::from(answer.service_lines);
        totals.drug_lines += u64::from(answer.drug_lines);
        if let Some(fact) = &answer.fact {
            store.keep_claim(fact)?;
        }
        let Some(fragments) = &answer.fragments else { return Ok(()) };
        totals.denied_lines += fragments.denied_lines;
        for &code in &fragments.codes {
            *totals.findings.entry(code).or_default() += 1;
        }
        for (stream, bytes) in fragments.by_stream() {
            store.append(stream, &[bytes])?;
            if let Stream::Report(form, section) = stream {
                let pages = self.state.pages.entry((form, section)).or_default();
                pages.claims += 1;
                if pages.claims.is_multiple_of(CLAIMS_PER_PAGE) {
                    pages.cuts.push(store.length(stream));
                }
            }
        }
        Ok(())
    }

    /// Ends the acknowledgements of the interchange that is over.
    pub(crate) fn end_acknowledgements(&mut self, store: &mut dyn Store) -> io::Result<()> {
        self.state.acks.end(store)
    }

    /// Writes the *File Information* of the interchange that is over, if it has something to report.
    pub(crate) fn end_interchange(&mut self, store: &mut dyn Store) -> io::Result<()> {
        let Some(open) = self.state.interchange.take().filter(|open| open.has_report) else {
            return Ok(());
        };
        let implementations: Vec<Vec<u8>> = open.implementations.into_iter().collect();
        let file = FileInformation {
            interchange: open.facts,
            implementations: &implementations,
            claims: open.claims,
        };
        for &form in &self.wanted.reports {
            let mut bytes = Vec::new();
            brr::FORMS[form].file(&file, &mut bytes);
            store.append(Stream::Report(form, Section::Files), &[&bytes])?;
        }
        Ok(())
    }
}
