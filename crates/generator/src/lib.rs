//! Made-up 837 batches and crosswalks, from a seed.
//!
//! Comes in: a [`Plan`] and a seed. Goes out: claim files that are valid at the level of their guide, and the
//! two publishers' lists they are judged by. The same seed gives the same bytes on every platform. Everybody
//! in them is invented, and no NPI in them can be anybody's.
//!
//! Must not know: the code under test. Nothing here reads X12 or judges a claim; what a claim should get is
//! known because the fault was put there ([`Fault`]) and is told in the [`Tally`].
//!
//! ```
//! let lists = generator::lists(7, 200, 100, 1);
//! let plan = generator::Plan { claims: 10, bad: 0.5, ..generator::Plan::default() };
//! let mut file = Vec::new();
//! let tally = generator::write_batch(&plan, &lists, &mut file).expect("a vector takes every byte");
//! assert_eq!((tally.claims, tally.bytes), (10, file.len() as u64));
//! ```

#![forbid(unsafe_code)]

mod batch;
mod claim;
mod drugs;
mod fault;
mod lists;
mod people;
mod plan;
mod segments;
mod tally;

pub use batch::write_batch;
pub use fault::{Fault, Severity};
pub use lists::{List, Lists, PDAC_FILE_NAME, Pair, Rows, lists};
pub use plan::{Guide, LineEnd, Plan};
pub use tally::Tally;

/// Returns one entry of a table, each as likely as the next.
///
/// Draws 32 bits whatever the platform, which drawing a `usize` would not.
///
/// Invariant: the table is not empty.
fn pick<T: Copy>(rng: &mut fastrand::Rng, table: &[T]) -> T {
    let len = u32::try_from(table.len()).expect("no table here has four thousand million entries");
    table[rng.u32(0..len) as usize]
}
