//! What changes from one snapshot to another, pair by pair and list by list.
//!
//! An ASP release says nothing of the days behind its quarter. A pair that is in force up to the last day that its list covers
//! has not ended there, nor did one begin on the first: so a new quarter changes only the pairs that it adds or leaves out.

use std::collections::{BTreeMap, BTreeSet};

use crate::effective::merge_into;
use crate::{Crosswalk, Effective, Hcpcs, List, Ndc};

/// How the spans of a pair changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It was not on the list at all.
    Added,
    /// It is in force no longer than up to a day on which it was not to end.
    Ended,
    /// It is not on the list any more, not even for the past.
    Gone,
    /// It is in force on other days than before, in any other way.
    Moved,
}

/// A pair that one list says something else of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The list.
    pub list: List,
    /// The procedure.
    pub hcpcs: Hcpcs,
    /// The drug.
    pub ndc: Ndc,
    /// What became of it.
    pub kind: Kind,
    /// When it was in force, sorted and disjoint; empty if it was added.
    pub before: Vec<Effective>,
    /// When it is; empty if it is gone.
    pub after: Vec<Effective>,
}

impl Kind {
    /// All kinds, in the order in which they are told.
    pub const ALL: [Kind; 4] = [Kind::Added, Kind::Ended, Kind::Gone, Kind::Moved];

    /// Returns the name used in data.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Added => "added",
            Kind::Ended => "ended",
            Kind::Gone => "gone",
            Kind::Moved => "moved",
        }
    }
}

/// The spans of the pairs of one snapshot, by list, code and NDC.
type Spans = BTreeMap<(List, Hcpcs, Ndc), OfPair>;

/// When a pair is in force.
#[derive(Clone, Default)]
struct OfPair {
    /// As the list has it.
    listed: Vec<Effective>,
    /// The same, but going on where the list knows no further.
    going_on: Vec<Effective>,
}

/// Returns what changes from `old` to `new`, sorted by list, code and NDC.
pub fn changes(old: &Crosswalk, new: &Crosswalk) -> Vec<Change> {
    let (before, after) = (spans_of(old), spans_of(new));
    let pairs: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let change = |&&(list, hcpcs, ndc): &&(List, Hcpcs, Ndc)| {
        let spans = |all: &Spans| all.get(&(list, hcpcs, ndc)).cloned().unwrap_or_default();
        let (before, after) = (spans(&before), spans(&after));
        let kind = kind(&before.going_on, &after.going_on)?;
        Some(Change { list, hcpcs, ndc, kind, before: before.listed, after: after.listed })
    };
    pairs.iter().filter_map(change).collect()
}

/// Returns the spans of every pair, those of one pair and list merged.
fn spans_of(crosswalk: &Crosswalk) -> Spans {
    let mut unmerged: BTreeMap<(List, Hcpcs, Ndc), Vec<Effective>> = BTreeMap::new();
    for relation in crosswalk.relations() {
        let key = (relation.list, relation.hcpcs, relation.ndc);
        unmerged.entry(key).or_default().push(relation.effective);
    }
    let quarters = quarters(crosswalk);
    let merged = |(key, mut spans): ((List, Hcpcs, Ndc), Vec<Effective>)| {
        let mut listed = Vec::new();
        merge_into(&mut spans, &mut listed);
        let mut goes_on = listed.clone();
        if key.0 == List::Asp {
            for span in &mut goes_on {
                *span = going_on(*span, &quarters);
            }
        }
        (key, OfPair { listed, going_on: goes_on })
    };
    unmerged.into_iter().map(merged).collect()
}

/// Returns the days that the ASP releases cover, merged.
fn quarters(crosswalk: &Crosswalk) -> Vec<Effective> {
    let releases = crosswalk.releases().iter().filter(|release| release.list == List::Asp);
    let mut covers: Vec<Effective> = releases.filter_map(|release| release.covers).collect();
    let mut merged = Vec::new();
    merge_into(&mut covers, &mut merged);
    merged
}

/// Lets a span go on where its list knows no further.
fn going_on(span: Effective, quarters: &[Effective]) -> Effective {
    let begins = quarters.iter().any(|covered| covered.from == span.from);
    let ends = quarters.iter().any(|covered| covered.through == span.through);
    Effective {
        from: if begins { Effective::BEGINNING } else { span.from },
        through: if ends { Effective::OPEN } else { span.through },
    }
}

fn kind(before: &[Effective], after: &[Effective]) -> Option<Kind> {
    match (before, after) {
        _ if before == after => None,
        ([], _) => Some(Kind::Added),
        (_, []) => Some(Kind::Gone),
        ([earlier @ .., last], [same @ .., now])
            if earlier == same && last.from == now.from && now.through < last.through =>
        {
            Some(Kind::Ended)
        }
        _ => Some(Kind::Moved),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effective::tests::{day, span};
    use crate::sources::{Options, asp, pdac};

    fn pdac_of(rows: &[&str]) -> Crosswalk {
        let text = format!("NDC,HCPCS,Relationship Start Date,Relationship End Date\n{}\n", rows.join("\n"));
        let options = Options { source_name: "2025-10-05XWalk.csv", ..Options::default() };
        Crosswalk::build(vec![pdac::parse(text.as_bytes(), &options).unwrap()]).0
    }

    /// ASP releases of 2025, each by the first month of its quarter, its last day and its NDCs.
    fn asp_of(quarters: &[(&str, &str, &[&str])]) -> Crosswalk {
        let loaded = quarters.iter().map(|(first, last, ndcs)| {
            let rows: Vec<String> = ndcs.iter().map(|ndc| format!("J7608,,,{ndc},,,,,1,1\n")).collect();
            let text = format!(
                "2025 ASP NDC - HCPCS Crosswalk\nEffective {first} 1, 2025 through {last}, 2025\n\
                 _2025_CODE,Short Description,LABELER NAME,NDC2,Drug Name,HCPCS dosage,PKG SIZE,PKG QTY,BILLUNITS,BILLUNITSPKG\n{}",
                rows.concat()
            );
            asp::parse(text.as_bytes(), &Options::default()).unwrap()
        });
        Crosswalk::build(loaded.collect()).0
    }

    fn told(old: &Crosswalk, new: &Crosswalk) -> Vec<(String, Kind)> {
        changes(old, new).into_iter().map(|change| (change.ndc.to_string(), change.kind)).collect()
    }

    const ONE: &str = "99101-0001-01";
    const TWO: &str = "99101-0002-01";

    #[test]
    fn each_kind_of_change_is_told_and_nothing_else() {
        let old = pdac_of(&[
            "99101-0001-01,J7608,1/1/2020,OPEN",
            "99101-0002-01,J7608,1/1/2020,OPEN",
            "99101-0003-01,J7608,1/1/2020,OPEN",
            "99101-0004-01,J7608,1/1/2020,12/31/2020",
        ]);
        let new = pdac_of(&[
            "99101-0001-01,J7608,1/1/2020,OPEN",
            "99101-0002-01,J7608,1/1/2020,9/30/2025",
            "99101-0004-01,J7608,1/1/2020,12/31/2021",
            "99101-0005-01,J7608,1/1/2020,OPEN",
        ]);
        let names = |changes: Vec<(String, Kind)>| -> Vec<(char, Kind)> {
            changes.into_iter().map(|(ndc, kind)| (ndc.chars().nth(9).unwrap(), kind)).collect()
        };
        let there = [('2', Kind::Ended), ('3', Kind::Gone), ('4', Kind::Moved), ('5', Kind::Added)];
        assert_eq!(names(told(&old, &new)), there);
        let back = [('2', Kind::Moved), ('3', Kind::Added), ('4', Kind::Ended), ('5', Kind::Gone)];
        assert_eq!(names(told(&new, &old)), back);
        assert_eq!(changes(&old, &old), []);
    }

    #[test]
    fn a_new_quarter_changes_only_what_it_adds_or_leaves_out() {
        let third = ("July", "September 30", &[ONE, TWO][..]);
        let fourth = ("October", "December 31", &[ONE, "99101-0003-01"][..]);
        let (old, new) = (asp_of(&[third]), asp_of(&[third, fourth]));
        let changes = changes(&old, &new);
        let [ended, added] = &changes[..] else { panic!("{changes:?}") };
        assert_eq!((ended.kind, ended.after[0].through), (Kind::Ended, day("2025-09-30")));
        assert_eq!((added.kind, added.after[0].from), (Kind::Added, day("2025-10-01")));
        let kinds: Vec<Kind> = told(&old, &asp_of(&[fourth])).iter().map(|one| one.1).collect();
        assert_eq!(kinds, [Kind::Gone, Kind::Added], "one quarter against another");
        assert_eq!(told(&old, &asp_of(&[("July", "September 30", &[ONE])])).len(), 1, "a restatement");
        assert!(span("2025-07-01", "2025-09-30").quarter_name().is_some());
    }
}
