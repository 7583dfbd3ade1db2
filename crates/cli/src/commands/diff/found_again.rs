//! Two runs over different files, such as a rerun of what was rejected: claims are found again by what names them.
//!
//! Of every listed claim its place is remembered, and a hash of its names: 40 bytes, and as many again while both are brought together.

use super::results::{KeyRow, Lines, ResultRow};
use super::runs::{Pair, Run};
use crate::failure::Failure;

/// Where a claim is listed.
#[derive(Clone, Copy)]
struct Listed {
    /// The first half of a BLAKE3 over what names it.
    hash: u128,
    claim_number: u64,
    /// Where its line begins, in bytes.
    place: u64,
}

/// A claim of either run, or of both.
struct Met {
    a: Option<Listed>,
    b: Option<Listed>,
}

/// Gives every claim that either run lists to `judge`, in the order of its positions; returns how many claims each run does not list.
///
/// Of several claims with the same names, the first belongs to the first, and so on.
pub fn each(
    pair: &Pair,
    judge: &mut dyn FnMut(Option<ResultRow>, Option<ResultRow>) -> Result<(), Failure>,
) -> Result<[u64; 2], Failure> {
    let (of_a, of_b) = (listed(&pair.a)?, listed(&pair.b)?);
    let unlisted = [(&pair.a, &of_a), (&pair.b, &of_b)]
        .map(|(run, listed)| run.received().saturating_sub(listed.len() as u64));
    let mut met = brought_together(&of_a, &of_b);
    drop((of_a, of_b));
    met.sort_by_key(Met::order);
    let (mut lines_of_a, mut lines_of_b) = (Lines::open(&pair.a.results)?, Lines::open(&pair.b.results)?);
    for Met { a, b } in met {
        let a = a.map(|listed| lines_of_a.at(listed.place)).transpose()?;
        let b = b.map(|listed| lines_of_b.at(listed.place)).transpose()?;
        judge(a, b)?;
    }
    Ok(unlisted)
}

impl Met {
    /// Puts claims in an order that is the same whichever run is A.
    fn order(&self) -> (u64, u64) {
        let number = |listed: Option<Listed>| listed.map(|listed| listed.claim_number);
        let numbers = [number(self.a), number(self.b)];
        let [a, b] = [numbers[0].or(numbers[1]), numbers[1].or(numbers[0])].map(Option::unwrap_or_default);
        (a.min(b), a.max(b))
    }
}

/// Returns every claim that `run` lists, by hash, and by position among those of one hash.
fn listed(run: &Run) -> Result<Vec<Listed>, Failure> {
    let mut lines = Lines::open(&run.results)?;
    let mut listed = Vec::new();
    while let Some((place, row)) = lines.next::<KeyRow>()? {
        listed.push(Listed { hash: hash_of(&row), claim_number: row.claim_number, place });
    }
    listed.sort_unstable_by_key(|claim| (claim.hash, claim.claim_number));
    Ok(listed)
}

fn hash_of(row: &KeyRow) -> u128 {
    let mut hasher = blake3::Hasher::new();
    let KeyRow { interchange_control_number, group_control_number, transaction_set_control_number, .. } = row;
    for part in
        [interchange_control_number, group_control_number, transaction_set_control_number, &row.claim_id]
    {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let mut half = [0; 16];
    half.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    u128::from_le_bytes(half)
}

/// Brings the claims of two runs together, each list sorted by hash and position.
fn brought_together(of_a: &[Listed], of_b: &[Listed]) -> Vec<Met> {
    let mut met = Vec::with_capacity(of_a.len().max(of_b.len()));
    let (mut of_a, mut of_b) = (of_a.iter().copied().peekable(), of_b.iter().copied().peekable());
    while let Some(hash) = [of_a.peek(), of_b.peek()].into_iter().flatten().map(|listed| listed.hash).min() {
        let is_same = |listed: &Listed| listed.hash == hash;
        met.push(Met { a: of_a.next_if(is_same), b: of_b.next_if(is_same) });
    }
    met
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_run_together_are_told_apart() {
        let key = |group: &str, set: &str| KeyRow {
            claim_number: 1,
            interchange_control_number: "1".to_owned(),
            group_control_number: group.to_owned(),
            transaction_set_control_number: set.to_owned(),
            claim_id: "X".to_owned(),
        };
        assert_ne!(hash_of(&key("12", "3")), hash_of(&key("1", "23")));
        assert_eq!(hash_of(&key("12", "3")), hash_of(&key("12", "3")));
    }

    #[test]
    fn claims_of_one_name_are_met_in_their_order() {
        let listed = |hash, claim_number| Listed { hash, claim_number, place: 0 };
        let met =
            brought_together(&[listed(1, 4), listed(2, 1), listed(2, 2)], &[listed(2, 7), listed(3, 5)]);
        let numbers: Vec<[u64; 2]> = met
            .iter()
            .map(|met| [met.a, met.b].map(|listed| listed.map_or(0, |listed| listed.claim_number)))
            .collect();
        assert_eq!(numbers, [[4, 0], [1, 7], [2, 0], [0, 5]]);
    }
}
