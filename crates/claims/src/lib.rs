//! Health-care claims of an 837, as views over its segments.
//!
//! The bytes of a file go in; [`Block`]s of pieces come out, and each claim among them can be read into a [`Claim`].
//! A piece is the run of segments from one structural segment (ISA GS ST HL CLM SE GE IEA) up to the next;
//! the pieces of a file tile its interchanges without a gap, so that leaving some out is splitting.
//!
//! This crate must not know what makes a claim good or bad, nor any crosswalk.

#![forbid(unsafe_code)]

mod amount;
mod blocks;
mod claim;
mod counted;
mod dates;
mod fault;
mod hierarchy;
mod implementation;
mod ledger;
mod loops;
mod parties;
mod pieces;
mod predecessor;
mod units;
mod walk;

pub use amount::{Amount, cents_of, decimal};
pub use blocks::{Blocks, Step};
pub use claim::{Claim, Drug, Pricing, Service, ServiceLine};
pub use counted::{Counted, Tally, Usage};
pub use dates::{DateSource, Period, period_of};
pub use fault::{Expected, Fault, Kind};
pub use hierarchy::HierarchicalLevel;
pub use implementation::{Guide, Implementation};
pub use loops::{Loop, follow};
pub use parties::{Party, party_of};
pub use pieces::{Block, Branch, ClaimPiece, Head, Piece, PieceKind, PieceSegments, SegmentMark};
pub use units::{GroupUnit, InterchangeUnit, SetUnit};
pub use walk::Walker;
pub use x12::Level;
