//! Two runs over one file: claims stand at the same positions in both, so their results are read side by side.

use std::cmp::Ordering;

use super::results::{KeyRow, Lines, Numbered, ResultRow};
use super::runs::Pair;
use crate::failure::Failure;

/// Returns whether both runs read one file, as far as that can be told.
///
/// No summary names the bytes of its input. Runs over one file have equal counts, and no position in it has two claims.
pub fn is_one_file(pair: &Pair) -> Result<bool, Failure> {
    if !pair.counts_agree() {
        return Ok(false);
    }
    let mut is_one = true;
    merge::<KeyRow>(pair, &mut |a, b| {
        if let (Some(a), Some(b)) = (a, b) {
            is_one &= a == b;
        }
        Ok(())
    })?;
    Ok(is_one)
}

/// Gives every claim that either run lists to `judge`, in file order.
pub fn each(
    pair: &Pair,
    judge: &mut dyn FnMut(Option<ResultRow>, Option<ResultRow>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    merge(pair, judge)
}

fn merge<T: Numbered>(
    pair: &Pair,
    give: &mut dyn FnMut(Option<T>, Option<T>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let (mut lines_of_a, mut lines_of_b) = (Lines::open(&pair.a.results)?, Lines::open(&pair.b.results)?);
    let mut next_of_a = || -> Result<Option<T>, Failure> { Ok(lines_of_a.next()?.map(|(_, row)| row)) };
    let mut next_of_b = || -> Result<Option<T>, Failure> { Ok(lines_of_b.next()?.map(|(_, row)| row)) };
    let (mut a, mut b) = (next_of_a()?, next_of_b()?);
    loop {
        let order = match (&a, &b) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.claim_number().cmp(&b.claim_number()),
        };
        let of_a = if order.is_le() { std::mem::replace(&mut a, next_of_a()?) } else { None };
        let of_b = if order.is_ge() { std::mem::replace(&mut b, next_of_b()?) } else { None };
        give(of_a, of_b)?;
    }
}
