//! The snapshot: which releases count, packed for lookup, under an id that names exactly this content.

use std::fmt;

use rustc_hash::FxHashMap;

use crate::effective::merge_into;
use crate::id::id;
use crate::lookup::{Bucket, CodeEntry, PairEntry, Procedure, Range, SpanSet, add_table};
use crate::sources::Loaded;
use crate::{Effective, List, Relation, Release};

/// Releases that one snapshot can hold, because a relation names its release in 16 bits.
pub const RELEASES_MAX: usize = 65_535;

/// The lists in force for a run, immutable and shared by all workers.
///
/// Layout: relations lie in one vector, sorted by code, NDC, list, start and row. So the relations of a pair are a slice of it,
/// and the pairs of a code are a slice of the pairs. Merged spans of pairs and codes lie in another vector, equal ones once.
/// A hash map leads from a code to its [`Procedure`]; the buckets of a procedure lead from a drug to its spans. A lookup allocates nothing.
pub struct Crosswalk {
    pub(crate) id: String,
    pub(crate) releases: Vec<Release>,
    pub(crate) relations: Vec<Relation>,
    /// Indices of `relations`, sorted by NDC, then as `relations`.
    pub(crate) by_ndc: Vec<u32>,
    pub(crate) spans: Vec<Effective>,
    pub(crate) codes: Vec<CodeEntry>,
    pub(crate) pairs: Vec<PairEntry>,
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
        relations.sort_unstable_by_key(|relation| {
            let Relation { list, release, row, ndc, hcpcs, effective } = *relation;
            (hcpcs, ndc, list, effective.from, row, release)
        });
        let mut crosswalk = Crosswalk {
            id,
            coverage: coverage(&releases),
            releases,
            by_ndc: by_ndc(&relations),
            relations: Vec::new(),
            spans: Vec::new(),
            codes: Vec::new(),
            pairs: Vec::new(),
            procedure_of: FxHashMap::default(),
            buckets: Vec::new(),
            span_sets: Vec::new(),
        };
        let mut sets = FxHashMap::default();
        for of_code in relations.chunk_by(|a, b| a.hcpcs == b.hcpcs) {
            crosswalk.add_code(of_code, &mut sets);
        }
        crosswalk.relations = relations;
        crosswalk.spans.shrink_to_fit();
        crosswalk.pairs.shrink_to_fit();
        (crosswalk, notes)
    }

    /// Adds the entries of one code, whose relations follow those of the code before it.
    fn add_code(&mut self, relations: &[Relation], sets: &mut FxHashMap<Vec<Effective>, usize>) {
        let procedure = Procedure(position(self.codes.len()));
        let first_pair = self.pairs.len();
        let mut relation = self.pairs.last().map_or(0, |pair| pair.relations.end);
        let mut drugs = Vec::new();
        for of_pair in relations.chunk_by(|a, b| a.ndc == b.ndc) {
            let end = relation + position(of_pair.len());
            let ndc = of_pair[0].ndc;
            let set = self.add_spans(of_pair, sets);
            drugs.push((ndc, set));
            let spans = self.span_sets[set].spans;
            self.pairs.push(PairEntry { ndc, relations: Range { start: relation, end }, spans });
            relation = end;
        }
        let first_bucket = position(self.buckets.len());
        add_table(&drugs, &mut self.buckets);
        let hcpcs = relations[0].hcpcs;
        let listed = self.add_spans(relations, sets);
        self.codes.push(CodeEntry {
            hcpcs,
            pairs: Range { start: position(first_pair), end: position(self.pairs.len()) },
            listed: self.span_sets[listed].spans,
            buckets: Range { start: first_bucket, end: position(self.buckets.len()) },
        });
        self.procedure_of.insert(hcpcs.0, procedure);
    }

    /// Returns the number of the set of spans that `relations`, of which there is at least one, come to.
    fn add_spans(&mut self, relations: &[Relation], sets: &mut FxHashMap<Vec<Effective>, usize>) -> usize {
        let mut effective: Vec<Effective> = relations.iter().map(|one| one.effective).collect();
        let mut merged = Vec::new();
        merge_into(&mut effective, &mut merged);
        if let Some(&known) = sets.get(&merged) {
            return known;
        }
        let start = position(self.spans.len());
        self.spans.extend_from_slice(&merged);
        let spans = Range { start, end: position(self.spans.len()) };
        let number = self.span_sets.len();
        self.span_sets.push(SpanSet { first: merged[0], spans });
        sets.insert(merged, number);
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

fn by_ndc(relations: &[Relation]) -> Vec<u32> {
    let mut by_ndc: Vec<u32> = (0..position(relations.len())).collect();
    // The sort is stable, so within an NDC the order of `relations` stays.
    by_ndc.sort_by_key(|&index| relations[index as usize].ndc);
    by_ndc
}

/// Returns a length as the 32 bits that the indices have.
fn position(length: usize) -> u32 {
    u32::try_from(length).expect("four billion relations of 32 bytes do not fit into memory")
}
