//! What a snapshot answers: is a pair in force, is a procedure listed, is a date covered.
//!
//! Questions of the hot path touch one or two hash entries and a few dates, and allocate nothing.

use chrono::NaiveDate;

use crate::effective::any_contains;
use crate::{Crosswalk, Effective, Hcpcs, List, Ndc, Relation, Release};

/// A code that is on a list at some date; valid only for the snapshot that gave it.
///
/// Invariant: below 36^5, the number of codes there can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Procedure(pub(crate) u32);

/// A procedure and a drug that are a pair at some date.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    spans: &'a [Effective],
    relations: &'a [Relation],
}

/// A range of indices, in half the room.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    pub start: u32,
    pub end: u32,
}

/// A code: its relations, the union of their spans, and the buckets of its drugs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CodeEntry {
    pub hcpcs: Hcpcs,
    pub relations: Range,
    pub listed: Range,
    pub buckets: Range,
}

/// A drug and a number that belongs to it, in eight bytes; sorts by drug, then by number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Numbered(u64);

/// Eight drugs of one procedure and the numbers of their sets of spans, in one line of the cache.
///
/// The buckets of a procedure are a hash table of its drugs. A question takes one look into memory, where a table of whole
/// pairs takes several; and since it nearly always ends in the first bucket, the processor goes on while memory answers.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Bucket([Numbered; Bucket::SLOTS]);

/// Spans that pairs share: lists change by quarters, so that there are few for many pairs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SpanSet {
    /// The first of them, which decides most questions.
    pub first: Effective,
    pub spans: Range,
}

impl Crosswalk {
    /// Returns the id, which stands for exactly these relations and this coverage.
    ///
    /// SHA-256, in 64 lower-case hex digits, over this text in ASCII, every line ended by LF:
    ///
    /// ```text
    /// claimgate crosswalk 1
    /// relation <list> <release> <row> <ndc> <hcpcs> <from> <through>
    /// covers <list> <release> <from> <through>
    /// ```
    ///
    /// One `relation` line per relation, sorted by list (pdac, asp, local), name of the release, row, NDC, code and span;
    /// the row sorts as a number.
    /// Then one `covers` line per release, sorted by list and name.
    /// The NDC is 11 digits, dates are `YYYY-MM-DD`; `-` stands for no beginning and for no end, and for both where a
    /// release covers nothing.
    /// The order and the names of the files are not part of it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Returns the releases that count.
    pub fn releases(&self) -> &[Release] {
        &self.releases
    }

    /// Returns the number of relations on all releases.
    pub fn relations_total(&self) -> usize {
        self.relations.len()
    }

    /// Returns all relations, sorted by code, NDC, list, first day and row.
    pub fn relations(&self) -> &[Relation] {
        &self.relations
    }

    /// Returns the procedure of a code that is on any list at any date.
    ///
    /// A code of an ASP release without a single true NDC is on none.
    pub fn procedure(&self, code: &[u8]) -> Option<Procedure> {
        let code: [u8; 5] = code.try_into().ok()?;
        self.procedure_of.get(&code).copied()
    }

    /// Returns the code of a procedure.
    pub fn hcpcs(&self, procedure: Procedure) -> Hcpcs {
        self.code(procedure).hcpcs
    }

    /// Tells whether a pair of the procedure is in force on `date`, on any list.
    pub fn listed_on(&self, procedure: Procedure, date: NaiveDate) -> bool {
        any_contains(self.code(procedure).listed.of(&self.spans), date)
    }

    /// Tells whether the drug is on any list at any date.
    pub fn knows_ndc(&self, ndc: Ndc) -> bool {
        self.relations_of_ndc(ndc).next().is_some()
    }

    /// Tells whether the drug is a pair with the procedure on `date`, on any list.
    ///
    /// The same as [`Crosswalk::pair`] and [`Pair::in_force`], but most answers take one look into memory.
    #[inline]
    pub fn in_force(&self, procedure: Procedure, ndc: Ndc, date: NaiveDate) -> bool {
        let buckets = self.code(procedure).buckets.of(&self.buckets);
        find(buckets, ndc).is_some_and(|set| {
            let set = &self.span_sets[set];
            set.first.contains(date) || any_contains(set.spans.of(&self.spans), date)
        })
    }

    /// Returns the pair, if it is on any list at any date.
    pub fn pair(&self, procedure: Procedure, ndc: Ndc) -> Option<Pair<'_>> {
        let set = find(self.code(procedure).buckets.of(&self.buckets), ndc)?;
        let relations = self.relations_of_procedure(procedure);
        let start = relations.partition_point(|relation| relation.ndc < ndc);
        let count = relations[start..].iter().take_while(|relation| relation.ndc == ndc).count();
        let spans = self.span_sets[set].spans.of(&self.spans);
        Some(Pair { spans, relations: &relations[start..start + count] })
    }

    /// Tells whether both publishers cover `date`.
    pub fn covers(&self, date: NaiveDate) -> bool {
        any_contains(&self.coverage, date)
    }

    /// Returns the dates that both publishers cover, sorted and disjoint.
    pub fn coverage(&self) -> &[Effective] {
        &self.coverage
    }

    /// Returns the release of `list` that covers `date`; the local list covers none.
    pub fn release_on(&self, list: List, date: NaiveDate) -> Option<&Release> {
        self.releases.iter().find(|release| {
            release.list == list && release.covers.is_some_and(|covers| covers.contains(date))
        })
    }

    /// Returns the newest release of each publisher, if it is older on `date` than its cadence allows.
    pub fn stale_on(&self, date: NaiveDate) -> impl Iterator<Item = &Release> {
        let newest = |list| {
            let own = self.releases.iter().filter(move |release| release.list == list);
            own.max_by_key(|release| release.covers.map(|covers| covers.through))
        };
        let publishers = [List::Pdac, List::Asp].into_iter().filter_map(newest);
        publishers.filter(move |release| release.stale_on(date))
    }

    /// Returns the procedures of the drug with a pair in force on `date`, ascending.
    pub fn in_force_procedures(&self, ndc: Ndc, date: NaiveDate) -> impl Iterator<Item = Hcpcs> {
        // Relations of one NDC come sorted by code.
        let in_force = self.relations_of_ndc(ndc).filter(move |one| one.effective.contains(date));
        distinct(in_force.map(|one| one.hcpcs))
    }

    /// Returns the drugs of the procedure with a pair in force on `date`, ascending.
    pub fn in_force_ndcs(&self, procedure: Procedure, date: NaiveDate) -> impl Iterator<Item = Ndc> {
        // Relations of one procedure come sorted by NDC.
        let relations = self.relations_of_procedure(procedure).iter();
        let in_force = relations.filter(move |one| one.effective.contains(date));
        distinct(in_force.map(|one| one.ndc))
    }

    /// Returns the lists that know the drug at any date, in the order of [`List::ALL`].
    pub fn lists_of_ndc(&self, ndc: Ndc) -> Vec<List> {
        let mut lists: Vec<List> = self.relations_of_ndc(ndc).map(|one| one.list).collect();
        lists.sort_unstable();
        lists.dedup();
        lists
    }

    /// Returns the relations of the drug, sorted by code, list, first day and row.
    pub fn relations_of_ndc(&self, ndc: Ndc) -> impl Iterator<Item = &Relation> {
        let start = self.by_ndc.partition_point(|entry| *entry < Numbered::new(ndc, 0));
        let own = self.by_ndc[start..].iter().take_while(move |entry| entry.is_of(ndc));
        own.map(|entry| &self.relations[entry.number()])
    }

    /// Returns the relations of the procedure, sorted by NDC, list, first day and row.
    pub fn relations_of_procedure(&self, procedure: Procedure) -> &[Relation] {
        self.code(procedure).relations.of(&self.relations)
    }

    fn code(&self, procedure: Procedure) -> &CodeEntry {
        &self.codes[procedure.0 as usize]
    }
}

impl<'a> Pair<'a> {
    /// Tells whether the pair is in force on `date`, on any list.
    pub fn in_force(&self, date: NaiveDate) -> bool {
        any_contains(self.spans, date)
    }

    /// Returns the union of the spans of all lists, sorted and disjoint; never empty.
    pub fn spans(&self) -> &'a [Effective] {
        self.spans
    }

    /// Returns the relations of all lists, sorted by list, first day and row; never empty.
    pub fn relations(&self) -> &'a [Relation] {
        self.relations
    }

    /// Returns the date next to `date` on which the pair is in force; of two equally near ones the earlier.
    pub fn nearest_valid_date(&self, date: NaiveDate) -> NaiveDate {
        let nearest_in = |span: &Effective| date.max(span.from).min(span.through);
        let days_away = |other: &NaiveDate| date.signed_duration_since(*other).abs();
        // Spans ascend, and of equal minima the first is kept.
        let nearest = self.spans.iter().map(nearest_in).min_by_key(days_away);
        nearest.unwrap_or(date)
    }
}

impl Range {
    pub(crate) fn of<T>(self, all: &[T]) -> &[T] {
        &all[self.start as usize..self.end as usize]
    }
}

impl Numbered {
    /// No drug; no NDC has these bits.
    pub const EMPTY: Numbered = Numbered(u64::MAX);

    /// Bits of the number; an NDC needs the other 37.
    const NUMBER_BITS: u32 = 27;

    pub fn new(ndc: Ndc, number: usize) -> Numbered {
        assert!(number >> Numbered::NUMBER_BITS == 0, "so many relations are more than 4 GiB");
        Numbered(ndc.number() << Numbered::NUMBER_BITS | number as u64)
    }

    pub fn number(self) -> usize {
        let bits = self.0 & ((1 << Numbered::NUMBER_BITS) - 1);
        usize::try_from(bits).expect("27 bits are an index on every machine with 32")
    }

    fn is_of(self, ndc: Ndc) -> bool {
        self.0 >> Numbered::NUMBER_BITS == ndc.number()
    }
}

impl Bucket {
    const SLOTS: usize = 8;

    const EMPTY: Bucket = Bucket([Numbered::EMPTY; Bucket::SLOTS]);

    /// Returns the slot of a drug, if it is here; looks at all of them, without a jump.
    #[inline]
    fn slot_of(&self, ndc: Ndc) -> Option<Numbered> {
        let found =
            self.0.iter().fold(Numbered::EMPTY, |found, &slot| if slot.is_of(ndc) { slot } else { found });
        (found != Numbered::EMPTY).then_some(found)
    }

    /// Returns whether every slot is taken; they fill up from the front.
    #[inline]
    fn is_full(&self) -> bool {
        self.0[Bucket::SLOTS - 1] != Numbered::EMPTY
    }
}

/// Returns each of `sorted` once.
fn distinct<T: Copy + PartialEq>(sorted: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
    let mut last = None;
    sorted.filter(move |&one| last.replace(one) != Some(one))
}

/// Puts drugs with the numbers of their sets of spans behind `buckets`, as the table of one procedure.
pub(crate) fn add_table(drugs: &[(Ndc, usize)], buckets: &mut Vec<Bucket>) {
    let first = buckets.len();
    // With five drugs to a bucket few buckets are full, and there is always one that is not, where a search in vain ends.
    buckets.resize(first + drugs.len() / 5 + 1, Bucket::EMPTY);
    let table = &mut buckets[first..];
    for &(ndc, set) in drugs {
        let mut place = home(ndc, table.len());
        while table[place].is_full() {
            place = next(place, table.len());
        }
        if let Some(slot) = table[place].0.iter_mut().find(|slot| **slot == Numbered::EMPTY) {
            *slot = Numbered::new(ndc, set);
        }
    }
}

/// Returns the number of the set of spans of a drug.
#[inline]
fn find(table: &[Bucket], ndc: Ndc) -> Option<usize> {
    let mut place = home(ndc, table.len());
    loop {
        let bucket = &table[place];
        if let Some(slot) = bucket.slot_of(ndc) {
            return Some(slot.number());
        }
        if !bucket.is_full() {
            return None;
        }
        place = next(place, table.len());
    }
}

/// Returns in which bucket of `count` a drug stands if there is room.
#[inline]
fn home(ndc: Ndc, count: usize) -> usize {
    // The upper half of the product depends on every digit; 2^64 divided by the golden ratio spreads neighbours apart.
    let hash = ndc.number().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    usize::try_from((hash * count as u64) >> 32).expect("it is below the count")
}

#[inline]
fn next(place: usize, count: usize) -> usize {
    if place + 1 == count { 0 } else { place + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ndc(number: u64) -> Ndc {
        Ndc::from_digits(format!("{number:011}").as_bytes()).unwrap()
    }

    #[test]
    fn every_drug_of_a_table_is_found_and_no_other() {
        for count in [1, 2, 3, 7, 100, 5_000] {
            for step in [1, 7, 100, 19_999_999] {
                let drugs: Vec<(Ndc, usize)> =
                    (0..count).map(|index| (ndc(index as u64 * step % 99_999_999_989), index)).collect();
                let mut buckets = vec![Bucket::EMPTY; 3];
                add_table(&drugs, &mut buckets);
                let table = &buckets[3..];
                for &(drug, set) in &drugs {
                    assert_eq!(find(table, drug), Some(set));
                }
                assert_eq!(find(table, ndc(99_999_999_999)), None);
            }
        }
        let last = Numbered::new(ndc(99_999_999_999), (1 << Numbered::NUMBER_BITS) - 1);
        assert!(last != Numbered::EMPTY && last.is_of(ndc(99_999_999_999)));
    }
}
