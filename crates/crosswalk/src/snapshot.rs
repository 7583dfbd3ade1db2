//! The snapshot: which releases count, packed for lookup, under an id that names exactly this content.

use std::cmp::Reverse;
use std::fmt;

use rustc_hash::FxHashMap;

use crate::effective::merge_into;
use crate::id::id;
use crate::lookup::{Bucket, CodeEntry, Numbered, Procedure, Range, SpanSet, add_table};
use crate::sources::Loaded;
use crate::{Effective, Hcpcs, List, Ndc, Relation, Release};

/// Releases that one snapshot can hold, because a relation names its release in 16 bits.
pub const RELEASES_MAX: usize = 65_535;

/// The lists in force for a run, immutable and shared by all workers.
///
/// Layout: relations lie in one vector, sorted by code, NDC, list, start and row. So the relations of a code are a slice of it,
/// and those of a pair a slice of that. Merged spans of pairs and codes lie in another vector, equal ones once.
/// A hash map leads from a code to its [`Procedure`]; the buckets of a procedure lead from a drug to its spans. A lookup allocates nothing.
pub struct Crosswalk {
    pub(crate) id: String,
    pub(crate) releases: Vec<Release>,
    pub(crate) relations: Vec<Relation>,
    /// Drugs and indices of `relations`, sorted by both.
    pub(crate) by_ndc: Vec<Numbered>,
    pub(crate) spans: Vec<Effective>,
    pub(crate) codes: Vec<CodeEntry>,
    pub(crate) procedure_of: FxHashMap<[u8; 5], Procedure>,
    pub(crate) buckets: Vec<Bucket>,
    pub(crate) span_sets: Vec<SpanSet>,
    /// Dates that both publishers cover, merged.
    pub(crate) coverage: Vec<Effective>,
}

/// Something to tell about the releases of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// A release counts nowhere, because another one replaces it.
    Superseded {
        /// The list of both.
        list: List,
        /// Name of the release that does not count.
        name: String,
        /// The file it came from.
        source_name: String,
        /// Name of the release that counts.
        by: String,
        /// The file that one came from.
        by_source_name: String,
        /// Whether only the order of the files decided, because posting dates are equal or not known.
        by_order: bool,
    },
    /// A release was left out because the snapshot is full.
    Full {
        /// The file it came from.
        source_name: String,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Note::Superseded { list, name, source_name, by, by_source_name, by_order } => {
                write!(f, "{list} {name} (`{source_name}`) does not count: {by} (`{by_source_name}`) ")?;
                f.write_str(if *by_order { "is named after it" } else { "was posted after it" })
            }
            Note::Full { source_name } => {
                write!(f, "`{source_name}` does not count: a snapshot holds {RELEASES_MAX} releases")
            }
        }
    }
}

impl Crosswalk {
    /// Builds the snapshot of all releases that count, and tells which do not.
    ///
    /// PDAC: only the newest posting. ASP: of one quarter the later-posted. Where posting dates do not decide, the later in `loaded`.
    /// Local: all.
    pub fn build(loaded: Vec<Loaded>) -> (Crosswalk, Vec<Note>) {
        let (counting, notes) = counting(loaded);
        let mut releases = Vec::with_capacity(counting.len());
        let mut relations = Vec::new();
        for (index, Loaded { release, relations: mut own }) in (0u16..).zip(counting) {
            for relation in &mut own {
                relation.release = index;
            }
            // The first list is the longest as a rule, and stays where it is.
            if relations.is_empty() {
                relations = own;
            } else {
                relations.append(&mut own);
            }
            releases.push(release);
        }
        // The id asks for the order of the rows, which the relations have only until they are sorted.
        let id = id(&releases, &relations);
        let relations = sorted(&relations);
        let mut crosswalk = Crosswalk {
            id,
            coverage: coverage(&releases),
            releases,
            by_ndc: by_ndc(&relations),
            relations: Vec::new(),
            spans: Vec::new(),
            codes: Vec::new(),
            procedure_of: FxHashMap::default(),
            buckets: Vec::new(),
            span_sets: Vec::new(),
        };
        let mut sets = SpanSets::default();
        let mut drugs = Vec::new();
        for of_code in relations.chunk_by(|a, b| a.hcpcs == b.hcpcs) {
            drugs.clear();
            let of_pairs = of_code.chunk_by(|a, b| a.ndc == b.ndc);
            drugs.extend(of_pairs.map(|of_pair| (of_pair[0].ndc, sets.add(of_pair))));
            let listed = sets.add(of_code);
            crosswalk.add_code(of_code, &drugs, sets.sets[listed].spans);
        }
        crosswalk.relations = relations;
        crosswalk.spans = sets.spans;
        crosswalk.span_sets = sets.sets;
        (crosswalk, notes)
    }

    /// Adds the entries of one code, whose relations follow those of the code before it.
    fn add_code(&mut self, relations: &[Relation], drugs: &[(Ndc, usize)], listed: Range) {
        let hcpcs = relations[0].hcpcs;
        self.procedure_of.insert(hcpcs.0, Procedure(position(self.codes.len())));
        let start = self.codes.last().map_or(0, |code| code.relations.end);
        let relations = Range { start, end: start + position(relations.len()) };
        let start = position(self.buckets.len());
        add_table(drugs, &mut self.buckets);
        let buckets = Range { start, end: position(self.buckets.len()) };
        self.codes.push(CodeEntry { hcpcs, relations, listed, buckets });
    }
}

/// Sets of spans, equal ones once.
#[derive(Default)]
struct SpanSets {
    sets: Vec<SpanSet>,
    spans: Vec<Effective>,
    /// The number of each set.
    known: FxHashMap<Vec<Effective>, usize>,
    /// The spans of the set that is added, and what they come to; kept so that a set that is known takes no new memory.
    unmerged: Vec<Effective>,
    merged: Vec<Effective>,
}

impl SpanSets {
    /// Returns the number of the set of spans that `relations`, of which there is at least one, come to.
    fn add(&mut self, relations: &[Relation]) -> usize {
        // Inside the span that ends last lies every other that does not begin before it: of many spans few are left to sort.
        let spans = || relations.iter().map(|one| one.effective);
        let last = spans().max_by_key(|span| (span.through, Reverse(span.from)));
        self.unmerged.clear();
        self.unmerged.extend(spans().filter(|span| last.is_some_and(|last| span.from < last.from)));
        self.unmerged.extend(last);
        self.merged.clear();
        merge_into(&mut self.unmerged, &mut self.merged);
        if let Some(&known) = self.known.get(self.merged.as_slice()) {
            return known;
        }
        let start = position(self.spans.len());
        self.spans.extend_from_slice(&self.merged);
        let spans = Range { start, end: position(self.spans.len()) };
        let number = self.sets.len();
        self.sets.push(SpanSet { first: self.merged[0], spans });
        self.known.insert(self.merged.clone(), number);
        number
    }
}

/// Parts the releases that count from those that others replace.
fn counting(loaded: Vec<Loaded>) -> (Vec<Loaded>, Vec<Note>) {
    let mut counting: Vec<Loaded> = Vec::new();
    let mut notes = Vec::new();
    for mut new in loaded {
        let rival = counting.iter().position(|old| are_rivals(&old.release, &new.release));
        match rival {
            Some(index) => {
                let old = &mut counting[index];
                let by_order = match (old.release.posted, new.release.posted) {
                    (Some(old), Some(new)) => old == new,
                    _ => true,
                };
                if by_order || old.release.posted < new.release.posted {
                    std::mem::swap(old, &mut new);
                }
                notes.push(superseded(&new.release, &old.release, by_order));
            }
            None if counting.len() == RELEASES_MAX => {
                notes.push(Note::Full { source_name: new.release.source_name });
            }
            None => counting.push(new),
        }
    }
    (counting, notes)
}

/// Tells whether only one of two releases can count.
fn are_rivals(one: &Release, other: &Release) -> bool {
    match (one.list, other.list) {
        (List::Pdac, List::Pdac) => true,
        (List::Asp, List::Asp) => one.name == other.name,
        _ => false,
    }
}

fn superseded(old: &Release, by: &Release, by_order: bool) -> Note {
    Note::Superseded {
        list: old.list,
        name: old.name.clone(),
        source_name: old.source_name.clone(),
        by: by.name.clone(),
        by_source_name: by.source_name.clone(),
        by_order,
    }
}

/// Returns the dates that both publishers cover.
fn coverage(releases: &[Release]) -> Vec<Effective> {
    let covered_by = |list| {
        let own = releases.iter().filter(move |release| release.list == list);
        own.filter_map(|release| release.covers)
    };
    let mut both = Vec::new();
    for pdac in covered_by(List::Pdac) {
        let common = covered_by(List::Asp)
            .map(|asp| Effective { from: asp.from.max(pdac.from), through: asp.through.min(pdac.through) });
        both.extend(common.filter(|common| common.from <= common.through));
    }
    let mut merged = Vec::new();
    merge_into(&mut both, &mut merged);
    merged
}

/// Returns the relations sorted by code, NDC, list, start and row.
///
/// There are few codes for many relations, so each relation is first put among those of its code; then only short pieces are
/// left to sort, by one number each.
fn sorted(relations: &[Relation]) -> Vec<Relation> {
    // First how many relations a code has, then where its next one goes.
    let mut places: FxHashMap<Hcpcs, usize> = FxHashMap::default();
    for relation in relations {
        *places.entry(relation.hcpcs).or_default() += 1;
    }
    let mut counts: Vec<(Hcpcs, usize)> = places.iter().map(|(&code, &count)| (code, count)).collect();
    counts.sort_unstable();
    let mut start = 0;
    for &(code, count) in &counts {
        places.insert(code, start);
        start += count;
    }
    let mut order = vec![Numbered::EMPTY; relations.len()];
    for (index, relation) in relations.iter().enumerate() {
        let place = places.entry(relation.hcpcs).or_default();
        order[*place] = Numbered::new(relation.ndc, index);
        *place += 1;
    }
    let mut rest = order.as_mut_slice();
    for (_, count) in counts {
        let (of_code, others) = rest.split_at_mut(count);
        of_code.sort_unstable();
        rest = others;
    }
    let mut sorted: Vec<Relation> = order.iter().map(|drug| relations[drug.number()]).collect();
    for of_pair in sorted.chunk_by_mut(|a, b| (a.hcpcs, a.ndc) == (b.hcpcs, b.ndc)) {
        of_pair.sort_unstable_by_key(|one| (one.list, one.effective.from, one.row, one.release));
    }
    sorted
}

fn by_ndc(relations: &[Relation]) -> Vec<Numbered> {
    let numbered = relations.iter().enumerate();
    let mut by_ndc: Vec<Numbered> = numbered.map(|(index, one)| Numbered::new(one.ndc, index)).collect();
    by_ndc.sort_unstable();
    by_ndc
}

/// Returns a length as the 32 bits that the indices have.
fn position(length: usize) -> u32 {
    u32::try_from(length).expect("four billion relations of 32 bytes do not fit into memory")
}
