//! The why-not of a finding: what each list says, and what would have been right.

use chrono::NaiveDate;
use claims::DateSource;
use crosswalk::{Crosswalk, Hcpcs, List, Ndc, Pair, Procedure, Relation};

/// Most procedures, and most NDCs, that are offered.
const OFFERS_MAX: usize = 5;

/// How the lists stand to one line.
pub struct Why<'a> {
    /// The NDC, normalised; `None` if it is missing or malformed.
    pub ndc: Option<Ndc>,
    /// Where the date was found.
    pub date_source: Option<DateSource>,
    /// What each list says; two entries of one list for a date between two intervals.
    pub lists: Vec<ListSays<'a>>,
    /// The day nearest to the date on which the pair is valid; on a tie the earlier.
    pub nearest_valid_date: Option<NaiveDate>,
    /// Procedures that the NDC is a pair with on the date, ascending, five at most.
    pub other_procedures: Vec<Hcpcs>,
    /// How many there are in all.
    pub other_procedures_total: usize,
    /// NDCs that the procedure is a pair with on the date, ascending, five at most.
    pub other_ndcs: Vec<Ndc>,
    /// How many there are in all.
    pub other_ndcs_total: usize,
    /// For ten digits: what eleven they may stand for.
    pub candidates: Vec<Candidate>,
}

/// What one list says of a pair on a date.
#[derive(Clone, Copy)]
pub struct ListSays<'a> {
    /// The list.
    pub list: List,
    /// The release that was looked at; `None` if none covers the date.
    pub release: Option<&'a str>,
    /// Whether the list's releases cover the date; never for the local list.
    pub covers: bool,
    /// What it says.
    pub says: Says,
    /// The row that says so.
    pub relation: Option<Relation>,
}

/// The ways a list can answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// The pair is in force on the date.
    InForce,
    /// Its first interval begins after the date.
    NotYet,
    /// Its last interval ended before the date.
    Ended,
    /// The date falls between two of its intervals.
    Between,
    /// The NDC is listed with other procedures only.
    OtherProcedure,
    /// The NDC is not listed.
    UnknownNdc,
    /// No release of the list covers the date.
    NotCovered,
}

/// Eleven digits that ten may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The NDC.
    pub ndc: Ndc,
    /// Whether any list has it, at any date.
    pub on_list: bool,
}

impl Says {
    /// Returns the name that results use.
    pub fn as_str(self) -> &'static str {
        match self {
            Says::InForce => "in_force",
            Says::NotYet => "not_yet",
            Says::Ended => "ended",
            Says::Between => "between",
            Says::OtherProcedure => "other_procedure",
            Says::UnknownNdc => "unknown_ndc",
            Says::NotCovered => "not_covered",
        }
    }
}

/// Asks the lists about a line with the NDC `sent`, if any, for `procedure`, if any list has it.
pub fn why<'a>(
    crosswalk: &'a Crosswalk,
    sent: Option<&[u8]>,
    procedure: Option<Procedure>,
    date: Option<(NaiveDate, DateSource)>,
) -> Why<'a> {
    let ndc = sent.and_then(Ndc::parse);
    let pair = ndc.zip(procedure).and_then(|(ndc, procedure)| crosswalk.pair(procedure, ndc));
    let day = date.map(|(day, _)| day);
    // Where a list is missing, what the others say is no advice: it would only mislead.
    let covered = day.filter(|&day| crosswalk.covers(day));
    let (other_procedures, other_procedures_total) = ndc
        .zip(covered)
        .map(|(ndc, day)| crosswalk.in_force_procedures(ndc, day))
        .map(|all| offers(all, procedure.map(|procedure| crosswalk.hcpcs(procedure))))
        .unwrap_or_default();
    let (other_ndcs, other_ndcs_total) = procedure
        .zip(covered)
        .map(|(procedure, day)| crosswalk.in_force_ndcs(procedure, day))
        .map(|all| offers(all, ndc))
        .unwrap_or_default();
    Why {
        ndc,
        date_source: date.map(|(_, source)| source),
        lists: day.map_or_else(Vec::new, |day| lists(crosswalk, ndc, pair, day)),
        nearest_valid_date: pair.zip(covered).map(|(pair, day)| pair.nearest_valid_date(day)),
        other_procedures,
        other_procedures_total,
        other_ndcs,
        other_ndcs_total,
        candidates: sent.map_or_else(Vec::new, |sent| candidates(crosswalk, sent)),
    }
}

/// Returns the first of `all` that are not the line's own, and how many are not.
fn offers<T: Copy + PartialEq>(all: impl Iterator<Item = T>, own: Option<T>) -> (Vec<T>, usize) {
    let mut others = all.filter(|&other| Some(other) != own);
    let first: Vec<T> = others.by_ref().take(OFFERS_MAX).collect();
    let total = first.len() + others.count();
    (first, total)
}

/// What each list says; without a readable NDC, which of the publishers do not cover the day.
fn lists<'a>(
    crosswalk: &'a Crosswalk,
    ndc: Option<Ndc>,
    pair: Option<Pair<'a>>,
    day: NaiveDate,
) -> Vec<ListSays<'a>> {
    let mut says = Vec::new();
    let listed = ndc.map_or_else(Vec::new, |ndc| crosswalk.lists_of_ndc(ndc));
    for list in List::ALL {
        if list == List::Local && !crosswalk.releases().iter().any(|release| release.list == list) {
            continue;
        }
        let covering = crosswalk.release_on(list, day);
        let release = covering.map(|release| release.name.as_str());
        let entry =
            ListSays { list, release, covers: covering.is_some(), says: Says::NotCovered, relation: None };
        match ndc {
            Some(_) => one_list(crosswalk, entry, listed.contains(&list), pair, day, &mut says),
            None if list != List::Local && covering.is_none() => says.push(entry),
            None => {}
        }
    }
    says
}

/// Adds what the list of `entry`, which has the NDC if it is `listed`, says of it: one entry, or two for a date between two intervals.
fn one_list<'a>(
    crosswalk: &'a Crosswalk,
    entry: ListSays<'a>,
    listed: bool,
    pair: Option<Pair<'a>>,
    day: NaiveDate,
    says: &mut Vec<ListSays<'a>>,
) {
    let relations = pair.map_or(&[][..], |pair| pair.relations());
    let here = || relations.iter().filter(|relation| relation.list == entry.list).copied();
    let before = here()
        .filter(|relation| relation.effective.through < day)
        .max_by_key(|relation| relation.effective.through);
    let after = here()
        .filter(|relation| day < relation.effective.from)
        .min_by_key(|relation| relation.effective.from);
    let answer = |answer, relation: Option<Relation>| {
        let named =
            relation.map(|relation| crosswalk.releases()[usize::from(relation.release)].name.as_str());
        ListSays { says: answer, relation, release: named.or(entry.release), ..entry }
    };
    let current = here().find(|relation| relation.effective.contains(day));
    match (current, before, after) {
        (Some(current), ..) => says.push(answer(Says::InForce, Some(current))),
        _ if !entry.covers && entry.list != List::Local => says.push(entry),
        (None, Some(before), Some(after)) => {
            says.push(answer(Says::Between, Some(before)));
            says.push(answer(Says::Between, Some(after)));
        }
        (None, Some(before), None) => says.push(answer(Says::Ended, Some(before))),
        (None, None, Some(after)) => says.push(answer(Says::NotYet, Some(after))),
        (None, None, None) => {
            says.push(answer(if listed { Says::OtherProcedure } else { Says::UnknownNdc }, None));
        }
    }
}

/// Returns the NDCs in 5-4-2 that ten digits may stand for.
///
/// With hyphens in 4-4-2, 5-3-2 or 5-4-1 there is one; without, any of the three may be meant, so all are told and none is chosen.
/// Source: FDA National Drug Code formats, 21 CFR 207.33.
fn candidates(crosswalk: &Crosswalk, sent: &[u8]) -> Vec<Candidate> {
    let digits: Vec<u8> = sent.iter().copied().filter(u8::is_ascii_digit).collect();
    let parts: Vec<usize> = sent.split(|&byte| byte == b'-').map(<[u8]>::len).collect();
    let padded_at: &[usize] = match (digits.len(), sent.len(), parts.as_slice()) {
        (10, 10, _) => &[0, 5, 9],
        (10, 12, [4, 4, 2]) => &[0],
        (10, 12, [5, 3, 2]) => &[5],
        (10, 12, [5, 4, 1]) => &[9],
        _ => &[],
    };
    let mut found: Vec<Candidate> = Vec::new();
    for &place in padded_at {
        let padded = [&digits[..place], b"0", &digits[place..]].concat();
        if let Some(ndc) = Ndc::from_digits(&padded)
            && !found.iter().any(|earlier| earlier.ndc == ndc)
        {
            found.push(Candidate { ndc, on_list: crosswalk.knows_ndc(ndc) });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(sent: &str) -> Vec<String> {
        let (empty, _) = Crosswalk::build(Vec::new());
        candidates(&empty, sent.as_bytes()).iter().map(|candidate| candidate.ndc.to_string()).collect()
    }

    #[test]
    fn ten_digits_have_candidates() {
        assert_eq!(offered("0002759701"), ["00002-7597-01", "00027-0597-01", "00027-5970-01"]);
        assert_eq!(offered("0002-7597-01"), ["00002-7597-01"]);
        assert_eq!(offered("50242-040-62"), ["50242-0040-62"]);
        assert_eq!(offered("60575-4112-1"), ["60575-4112-01"]);
        for sent in ["", "000703-5145-01", "00703514501", "000-275970-1", "00027597X1", "0002 759701"] {
            assert!(offered(sent).is_empty(), "{sent}");
        }
    }
}
