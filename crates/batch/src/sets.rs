//! The sets that one bad claim refuses, where the payer wants that.
//!
//! What refuses a set may stand in its last claim, when all others are written, so the file is read for it once before.

use std::collections::BTreeMap;

use claims::{Block, Blocks, Fault, Level, Step};
use edits::{Severity, about_fault};
use rayon::prelude::*;

use crate::desk::{Desk, Desks};
use crate::{CLAIMS_PER_TASK, Options};

/// Returns the first fault of syntax that rejects a claim or branch of each set that has any, by the set's position in the file.
///
/// One fault a set is kept, whatever the number of its claims.
pub(crate) fn refused_sets<'a>(file: &'a [u8], options: &Options<'a>) -> BTreeMap<u64, Fault<'a>> {
    let mut blocks = Blocks::new(file, options.limits, options.block_bytes);
    let mut refused = BTreeMap::new();
    let desks = Desks::default();
    loop {
        match blocks.next_block() {
            Step::Block(block) => {
                for (set, fault) in faults_of(file, &block, options, &desks) {
                    refused.entry(set).or_insert(Fault { level: Level::Set, ..fault });
                }
                blocks.give_back(block);
            }
            // Faults of trailers are found again when the file is read for its claims.
            Step::Late => blocks.read_again(),
            Step::End => return refused,
        }
    }
}

/// Returns the first such fault of each branch and claim, in file order, with the position of its set.
fn faults_of<'a>(
    file: &'a [u8],
    block: &Block<'a>,
    options: &Options<'a>,
    desks: &Desks<'a>,
) -> Vec<(u64, Fault<'a>)> {
    let rejects = |fault: &Fault<'a>| {
        let about = about_fault(fault.kind);
        options.judge.profile.severity(about.code, about.severity) == Severity::Reject
    };
    let branches = block.heads.par_iter().with_min_len(CLAIMS_PER_TASK).map_init(
        || desks.sit(),
        |seat, head| {
            let own = block.segments_of_head(head);
            let faults = block.deviations_of_head(file, head, own, &mut seat.walker);
            let fault = faults.into_iter().chain(head.fault).find(rejects)?;
            Some((block.set(head.set).number, fault))
        },
    );
    let claims = block.claims.par_iter().with_min_len(CLAIMS_PER_TASK).map_init(
        || desks.sit(),
        |seat, piece| {
            let Desk { walker, claim, .. } = &mut **seat;
            let segments = block.segments(piece);
            claim.read(segments, piece.first_segment);
            let deviations = block.deviations_of_claim(file, piece, segments, walker);
            let faults = block.faults_of(piece).into_iter().chain(deviations);
            let fault = faults.chain(claim.faults.iter().copied()).find(rejects)?;
            Some((block.set(piece.set).number, fault))
        },
    );
    let mut found: Vec<(u64, Fault<'a>)> = branches.flatten().chain(claims.flatten()).collect();
    found.sort_by_key(|(set, fault)| (*set, fault.segment_number));
    found
}
