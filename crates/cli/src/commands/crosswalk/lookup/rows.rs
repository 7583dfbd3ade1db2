//! The answer to programs.

use crosswalk::{Hcpcs, Pair, Relation};
use serde::Serialize;

use super::conclusion::intervals;
use super::{Answer, CodeSet};
use crate::commands::crosswalk::rows::{RelationRow, SpanRow, digits};

/// The one object.
#[derive(Serialize)]
pub(super) struct LookupRow<'c> {
    ndc: Option<String>,
    hcpcs: Option<String>,
    on: Option<String>,
    covered: Option<bool>,
    /// Whether the procedure is of the set; null without a procedure.
    not_otherwise_classified: Option<bool>,
    exempt: Option<bool>,
    pairs: Vec<PairRow>,
    lists: Vec<ReleaseRow<'c>>,
    other_procedures: Vec<String>,
    other_procedures_total: usize,
    other_ndcs: Vec<String>,
    other_ndcs_total: usize,
    candidates: Vec<CandidateRow>,
    snapshot: &'c str,
}

#[derive(Serialize)]
struct PairRow {
    hcpcs: String,
    in_force: Option<bool>,
    nearest_valid_date: Option<String>,
    intervals: Vec<IntervalRow>,
}

#[derive(Serialize)]
struct IntervalRow {
    #[serde(flatten)]
    dates: SpanRow,
    conclusion: &'static str,
}

#[derive(Serialize)]
struct ReleaseRow<'c> {
    list: &'static str,
    release: &'c str,
    source: &'c str,
    covers: Option<SpanRow>,
    covers_date: Option<bool>,
    rows: Vec<AnswerRow>,
}

#[derive(Serialize)]
struct AnswerRow {
    #[serde(flatten)]
    relation: RelationRow,
    in_force: Option<bool>,
}

#[derive(Serialize)]
struct CandidateRow {
    ndc: String,
    on_list: bool,
}

impl Answer<'_> {
    /// Returns the object that answers.
    pub(super) fn row(&self) -> LookupRow<'_> {
        let lists = self.crosswalk.releases().iter().enumerate().map(|(index, release)| {
            let own = self.relations.iter().filter(|relation| usize::from(relation.release) == index);
            ReleaseRow {
                list: release.list.as_str(),
                release: &release.name,
                source: &release.source_name,
                covers: release.covers.map(SpanRow::of),
                covers_date: self.on.map(|on| release.covers.is_some_and(|span| span.contains(on))),
                rows: own.map(|relation| self.relation_row(relation)).collect(),
            }
        });
        let coded = self.coded();
        let of_set = |set: CodeSet| self.hcpcs.map(|_| coded.iter().any(|coded| coded.set == Some(set)));
        let pairs = coded.iter().filter_map(|coded| Some(self.pair_row(coded.code, coded.pair?)));
        let candidates = self.why.candidates.iter();
        LookupRow {
            ndc: self.ndc.map(digits),
            hcpcs: self.hcpcs.map(|code| code.to_string()),
            on: self.on.map(|on| on.to_string()),
            covered: self.on.map(|on| self.crosswalk.covers(on)),
            not_otherwise_classified: of_set(CodeSet::NotOtherwiseClassified),
            exempt: of_set(CodeSet::Exempt),
            pairs: pairs.collect(),
            lists: lists.collect(),
            other_procedures: self.why.other_procedures.iter().map(Hcpcs::to_string).collect(),
            other_procedures_total: self.why.other_procedures_total,
            other_ndcs: self.why.other_ndcs.iter().copied().map(digits).collect(),
            other_ndcs_total: self.why.other_ndcs_total,
            candidates: candidates
                .map(|candidate| CandidateRow { ndc: digits(candidate.ndc), on_list: candidate.on_list })
                .collect(),
            snapshot: self.crosswalk.id(),
        }
    }

    fn pair_row(&self, code: Hcpcs, pair: Pair<'_>) -> PairRow {
        let intervals = intervals(pair.spans(), self.crosswalk.coverage()).into_iter();
        let intervals = intervals.map(|interval| IntervalRow {
            dates: SpanRow::of(interval.dates),
            conclusion: interval.conclusion.as_str(),
        });
        PairRow {
            hcpcs: code.to_string(),
            in_force: self.on.map(|on| pair.in_force(on)),
            nearest_valid_date: self.on.map(|on| pair.nearest_valid_date(on).to_string()),
            intervals: intervals.collect(),
        }
    }

    fn relation_row(&self, relation: &Relation) -> AnswerRow {
        let in_force = self.on.map(|on| relation.effective.contains(on));
        AnswerRow { relation: RelationRow::of(relation), in_force }
    }
}
