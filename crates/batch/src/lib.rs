//! One file through the core: read, judge on all cores, answer in file order.
//!
//! Three things happen at once to three blocks: the next is read, this one is judged by whichever workers are free, the last is written.
//! Reading and writing are each done by one hand, in file order, so the number of workers and the size of the blocks change nothing in any output.
//!
//! This crate must not know where the bytes of the file come from, nor where the answers go.

#![forbid(unsafe_code)]

mod desk;
mod sets;

use claims::{Block, Blocks, ClaimPiece, Counted, Fault, Head, Kind, Level, Step};
use edits::{
    Circumstance, CleanLine, Judge, Remark, SyntaxPolicy, at_sight, findings_of_branch, judge,
    remark_of_place, remarks_of_branch, remarks_of_claim,
};
use rayon::prelude::*;
use responses::{
    Answer, BranchAnswer, BranchRecord, Finished, Outputs, Record, RunFacts, Store, Unfinished, Wanted,
};
use x12::{Encoding, Limits, encoding_of};

use desk::{Desk, Desks};

/// Bytes of a block: enough work for several workers, and little enough to stay in their caches.
pub const BLOCK_BYTES: usize = 512 * 1024;

/// Bytes of a block for one worker, who reads, judges and writes it before it leaves his cache.
const LONE_BLOCK_BYTES: usize = 128 * 1024;

/// Claims that one worker judges in one go.
const CLAIMS_PER_TASK: usize = 64;

/// Returns the bytes of a block with which so many workers are fastest.
pub fn block_bytes(workers: usize) -> usize {
    if workers == 1 { LONE_BLOCK_BYTES } else { BLOCK_BYTES }
}

/// How a file is processed.
pub struct Options<'a> {
    /// What every claim is judged by.
    pub judge: Judge<'a>,
    /// Which answers are wanted.
    pub wanted: Wanted,
    /// What accepted claims' control numbers count up from; `None` leaves them as sent.
    pub control_number: Option<u64>,
    /// Bounds on what the input can make grow.
    pub limits: Limits,
    /// Bytes of a block, [`block_bytes`] if nothing speaks for another size.
    pub block_bytes: usize,
}

/// A file that was processed.
pub struct Done<'a> {
    /// The files written, and what they add up to.
    pub finished: Finished,
    /// What the reader counted.
    pub counted: Counted,
    /// Faults that belong to no interchange.
    pub faults: Vec<Fault<'a>>,
}

/// Why a file has no outputs.
pub enum Failed<'a> {
    /// There is nothing to read in it.
    Unreadable(Fault<'a>),
    /// It was read, and could not be finished.
    Unfinished(Unfinished),
    /// The input is no longer ours alone.
    Disturbed,
}

/// What a run tells and asks while it goes on.
pub trait Watch: Sync {
    /// Takes note that `bytes` of the file are read; returns whether to go on.
    fn read(&self, bytes: usize) -> bool;
}

/// Processes `file` in the current thread pool.
///
/// Errors: [`Failed`]; whatever went into `store` is then not to be used.
pub fn process<'a>(
    file: &'a [u8],
    options: &Options<'a>,
    run: RunFacts<'_>,
    store: &mut (dyn Store + Send),
    watch: &dyn Watch,
) -> Result<Done<'a>, Failed<'a>> {
    if encoding_of(file) == Encoding::Utf16 {
        return Err(Failed::Unreadable(of_file(Kind::X12(x12::Kind::Utf16), file)));
    }
    let mut blocks = Blocks::new(file, options.limits, options.block_bytes);
    if options.judge.profile.syntax_policy == SyntaxPolicy::Set {
        blocks.refuse_sets(sets::refused_sets(file, options));
    }
    let mut outputs = Outputs::new(file, options.wanted.clone(), options.control_number);
    run_blocks(file, options, &mut blocks, &mut outputs, store, watch)?;
    let faults = blocks.take_file_faults();
    let counted = blocks.counted();
    if counted.interchanges == 0 {
        let cut_off = |fault: &&Fault<'a>| fault.kind == Kind::X12(x12::Kind::IsaTruncated);
        let fault = faults.iter().find(cut_off).or(faults.last()).copied();
        return Err(Failed::Unreadable(
            fault.unwrap_or_else(|| of_file(Kind::X12(x12::Kind::NoInterchange), file)),
        ));
    }
    let finished = outputs.finish(&counted, run, store).map_err(Failed::Unfinished)?;
    Ok(Done { finished, counted, faults })
}

fn of_file(kind: Kind, file: &[u8]) -> Fault<'_> {
    Fault::new(kind, Level::File, &file[..0], 0)
}

fn run_blocks<'a>(
    file: &'a [u8],
    options: &Options<'a>,
    blocks: &mut Blocks<'a>,
    outputs: &mut Outputs<'a>,
    store: &mut (dyn Store + Send),
    watch: &dyn Watch,
) -> Result<(), Failed<'a>> {
    let mut last: Option<(Block<'a>, Answers<'a>)> = None;
    let mut step = blocks.next_block();
    let desks = Desks::default();
    loop {
        if !watch.read(blocks.position()) {
            return Err(Failed::Disturbed);
        }
        let write = |outputs: &mut Outputs<'a>,
                     last: Option<(Block<'a>, Answers<'a>)>,
                     store: &mut (dyn Store + Send)| {
            let Some((block, Answers { claims, branches })) = last else { return Ok(None) };
            outputs.block(&block, &claims, &branches, store)?;
            desks.give_back(claims);
            Ok::<_, std::io::Error>(Some(block))
        };
        match step {
            Step::Block(block) => {
                let before = last.take();
                let ((written, next), answers) = rayon::join(
                    || rayon::join(|| write(outputs, before, store), || blocks.next_block()),
                    || judge_block(file, &block, options, &desks),
                );
                if let Some(block) = written.map_err(|error| Failed::Unfinished(error.into()))? {
                    blocks.give_back(block);
                }
                last = Some((block, answers));
                step = next;
            }
            Step::Late => {
                let taken_back = write(outputs, last.take(), store).and_then(|_| outputs.rewind(store));
                taken_back.map_err(|error| Failed::Unfinished(error.into()))?;
                blocks.read_again();
                step = blocks.next_block();
            }
            Step::End => {
                return write(outputs, last, store)
                    .map(drop)
                    .map_err(|error| Failed::Unfinished(error.into()));
            }
        }
    }
}

/// The answers to a block: of its claims and of its heads, each in their order.
struct Answers<'a> {
    claims: Vec<Answer<'a>>,
    branches: Vec<Option<BranchAnswer>>,
}

/// Judges the claims and branches of a block.
fn judge_block<'a>(
    file: &'a [u8],
    block: &Block<'a>,
    options: &Options<'a>,
    desks: &Desks<'a>,
) -> Answers<'a> {
    // What is wrong with a branch spoils every claim below it, so branches come first.
    let mut branches: Vec<OfBranch<'a>> = Vec::new();
    block
        .heads
        .par_iter()
        .with_min_len(CLAIMS_PER_TASK)
        .map_init(
            || desks.sit(),
            |seat, head| {
                let own = block.segments_of_head(head);
                OfBranch {
                    faults: block.deviations_of_head(file, head, own, &mut seat.walker),
                    remarks: remarks_of_branch(own, head, || block.behind_head(file, head)),
                }
            },
        )
        .collect_into_vec(&mut branches);
    let mut answers = Vec::new();
    let work = Work { file, block, branches: &branches, options };
    block
        .claims
        .par_iter()
        .with_min_len(CLAIMS_PER_TASK)
        .map_init(|| desks.sit(), |seat, piece| work.answer(piece, seat))
        .collect_into_vec(&mut answers);
    let mut of_branches = Vec::new();
    block
        .heads
        .par_iter()
        .zip(&branches)
        .with_min_len(CLAIMS_PER_TASK)
        .map(|(head, branch)| work.judge_branch(head, branch))
        .collect_into_vec(&mut of_branches);
    Answers { claims: answers, branches: of_branches }
}

/// What the workers share of one block.
struct Work<'w, 'a> {
    file: &'a [u8],
    block: &'w Block<'a>,
    /// What there is to say of each branch, by the block's heads.
    branches: &'w [OfBranch<'a>],
    options: &'w Options<'a>,
}

/// What there is to say of a branch, and so of every claim below it.
struct OfBranch<'a> {
    faults: Vec<Fault<'a>>,
    remarks: Vec<Remark<'a>>,
}

impl<'a> Work<'_, 'a> {
    /// Makes the answer to a branch by itself; most have nothing to tell.
    fn judge_branch(&self, head: &Head<'a>, branch: &OfBranch<'a>) -> Option<BranchAnswer> {
        if head.fault.is_none() && branch.faults.is_empty() && branch.remarks.is_empty() {
            return None;
        }
        let faults: Vec<Fault<'a>> = head.fault.into_iter().chain(branch.faults.iter().copied()).collect();
        let Options { judge, wanted, .. } = self.options;
        let findings = findings_of_branch(&faults, &branch.remarks, judge.profile);
        BranchAnswer::of(&BranchRecord::of(self.file, self.block, head), &findings, wanted)
    }

    /// Makes the answer to a claim, with what it is known by again if that is wanted.
    fn answer(&self, piece: &ClaimPiece<'a>, desk: &mut Desk<'a>) -> Answer<'a> {
        let answer = self.judge_claim(piece, desk);
        match &self.options.wanted.names {
            Some(naming) => Answer { key: naming.key(self.block, piece, &mut desk.page), ..answer },
            None => answer,
        }
    }

    fn judge_claim(
        &self,
        piece: &ClaimPiece<'a>,
        Desk { walker, claim, spare, page }: &mut Desk<'a>,
    ) -> Answer<'a> {
        let Work { file, block, branches, options } = *self;
        let segments = block.segments(piece);
        let unit_faults =
            if block.set_is_refused(piece.set) { unit_faults(block, piece) } else { Vec::new() };
        let mut claim_faults = block.faults_of(piece);
        let mut remarks: Vec<Remark<'a>> = Vec::new();
        for &head in piece.path.iter().flatten() {
            let OfBranch { faults, remarks: of_branch } = &branches[head as usize];
            claim_faults.extend_from_slice(faults);
            remarks.extend_from_slice(of_branch);
        }
        claim_faults.extend(block.deviations_of_claim(file, piece, segments, walker));
        remarks.extend(remark_of_place(piece));
        let is_sound = unit_faults.is_empty() && claim_faults.is_empty() && remarks.is_empty();
        // Where every claim is told of in full, it has to be read anyway.
        let looks = is_sound && !options.wanted.reads_every_claim();
        let mut fact = options.wanted.facts.map(|_| spare.pop().unwrap_or_default());
        let mut index = 0;
        let keep = |line: CleanLine<'a>| {
            if let Some(fact) = &mut fact {
                fact.add_clean_line(index, &line);
                index += 1;
            }
        };
        let clean = if looks { at_sight(segments, options.judge, keep) } else { None };
        let clean = clean.map(|clean| Answer::of_clean(block, piece, clean, fact));
        if !cfg!(debug_assertions)
            && let Some(clean) = clean
        {
            return clean;
        }
        claim.read(segments, piece.first_segment);
        remarks.extend(remarks_of_claim(segments, piece.first_segment));
        let circumstance =
            Circumstance { unit_faults: &unit_faults, claim_faults: &claim_faults, remarks: &remarks };
        let verdict = judge(claim, circumstance, options.judge);
        let record = || Record::of(file, block, piece, claim, &verdict);
        let answer = Answer::of(claim, &verdict, &options.wanted, page, record);
        if let Some(clean) = clean {
            debug_assert!(answer.agrees_with(&clean), "what passes at sight has no finding");
        }
        answer
    }
}

/// Returns the most telling fault of each refused unit around a claim, from the outside in.
///
/// The unit itself is reported with all its faults; repeated under each of its claims they would grow by the square.
fn unit_faults<'a>(block: &Block<'a>, piece: &ClaimPiece<'a>) -> Vec<Fault<'a>> {
    let interchange = &block.interchange_of(piece.set).faults;
    let group = &block.group_of(piece.set).faults;
    let set = &block.set(piece.set).faults;
    // That the file is cut off says more than which trailers are missing for it.
    let telling = |faults: &Vec<Fault<'a>>| {
        faults.iter().find(|fault| fault.kind.cuts_off()).or(faults.first()).copied()
    };
    [interchange, group, set].into_iter().filter_map(telling).collect()
}
