//! How a service line stands: the one table of standings, in its order.
//!
//! Every line has exactly one standing, and severities have no part in it.
//! Whoever changes the order changes which fault a submitter is told first.

use chrono::NaiveDate;
use crosswalk::{Crosswalk, Ndc};

use crate::needs::{Code, Needs};
use crate::profile::ServiceDateRule;

/// The standing of a service line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Nothing is wrong with its drug.
    Passes,
    /// A product is named, but not by an NDC, where one is needed.
    ProductQualifierNotNdc,
    /// An NDC is needed and none is there.
    NdcMissing,
    /// There is a drug, and an institutional line names no procedure.
    NdcWithoutProcedure,
    /// The NDC is not eleven digits.
    NdcMalformed,
    /// The NDC stands in for none.
    NdcPlaceholder,
    /// Without a date nothing can be looked up.
    ServiceDateMissing,
    /// No list covers the date.
    CrosswalkGap,
    /// No list has the procedure at any date.
    ProcedureNotOnList,
    /// No list has the NDC at any date.
    NdcUnknown,
    /// No list has the pair at any date.
    NdcNotForProcedure,
    /// Every interval of the pair begins after the date.
    NdcNotYetEffective,
    /// The pair was in force, and is not on the date.
    NdcNoLongerEffective,
}

/// What the table asks of a line.
pub(crate) struct Asked<'l, 'a> {
    pub code: Code<'a>,
    /// SV101-1, SV202-1 or SV301-1.
    pub qualifier: &'a [u8],
    /// An institutional line with nothing in SV202-2.
    pub without_procedure: bool,
    /// A LIN names a product by another qualifier than N4.
    pub other_product: bool,
    pub crosswalk: &'l Crosswalk,
}

impl Asked<'_, '_> {
    /// Returns how a line with the NDC `sent`, if any, stands on `date`, if any.
    pub(crate) fn standing(&self, sent: Option<&[u8]>, date: Option<NaiveDate>) -> Standing {
        match sent {
            None => self.without_drug(date),
            Some(sent) => self.with_drug(sent, date),
        }
    }

    /// Returns how a line with the NDC `sent`, if any, stands in a period, and the day that says so.
    pub(crate) fn standing_in(
        &self,
        sent: Option<&[u8]>,
        days: Option<(NaiveDate, NaiveDate)>,
        rule: ServiceDateRule,
    ) -> (Standing, Option<NaiveDate>) {
        let Some((first, last)) = days else { return (self.standing(sent, None), None) };
        let standing = self.standing(sent, Some(first));
        if rule == ServiceDateRule::From || first == last {
            return (standing, Some(first));
        }
        let at_last = self.standing(sent, Some(last));
        let (standing, day) = of_both_days(rule, (standing, first), (at_last, last));
        (standing, Some(day))
    }

    /// Steps 1 to 4.
    fn without_drug(&self, date: Option<NaiveDate>) -> Standing {
        if !self.has_procedure() || self.code.exempt {
            return Standing::Passes;
        }
        match self.code.needs_ndc(date, self.crosswalk) {
            Needs::Yes if self.other_product => Standing::ProductQualifierNotNdc,
            Needs::Yes => Standing::NdcMissing,
            Needs::CannotBeKnown => Standing::CrosswalkGap,
            Needs::DateIsDue => Standing::ServiceDateMissing,
            Needs::No => Standing::Passes,
        }
    }

    /// Steps 5 to 16.
    fn with_drug(&self, sent: &[u8], date: Option<NaiveDate>) -> Standing {
        if self.without_procedure {
            return Standing::NdcWithoutProcedure;
        }
        let Some(ndc) = Ndc::parse(sent) else {
            return Standing::NdcMalformed;
        };
        if is_placeholder(ndc) {
            return Standing::NdcPlaceholder;
        }
        if self.qualifier != b"HC" || self.code.not_otherwise_classified || self.code.exempt {
            return Standing::Passes;
        }
        let Some(date) = date else {
            return Standing::ServiceDateMissing;
        };
        if self.code.listed.is_some_and(|code| self.crosswalk.in_force(code, ndc, date)) {
            return Standing::Passes;
        }
        match self.code.listed.and_then(|code| self.crosswalk.pair(code, ndc)) {
            _ if !self.crosswalk.covers(date) => Standing::CrosswalkGap,
            _ if self.code.listed.is_none() => Standing::ProcedureNotOnList,
            _ if !self.crosswalk.knows_ndc(ndc) => Standing::NdcUnknown,
            None => Standing::NdcNotForProcedure,
            Some(pair) if pair.spans().iter().all(|span| date < span.from) => Standing::NdcNotYetEffective,
            Some(_) => Standing::NdcNoLongerEffective,
        }
    }

    fn has_procedure(&self) -> bool {
        self.qualifier == b"HC" && !self.code.text.is_empty()
    }
}

/// Returns whether an NDC of eleven digits stands in for none: one digit eleven times, 12345678901, or labeler 00000.
fn is_placeholder(ndc: Ndc) -> bool {
    // Eleven equal digits are a multiple of eleven ones.
    ndc.number().is_multiple_of(11_111_111_111) || ndc.labeler() == 0 || ndc.number() == 12_345_678_901
}

/// Returns which of the standings on the first and the last day is the line's, and of which day.
///
/// A reject outranks a gap where each day must pass; where one day is enough, a gap outranks a reject, since the list that is missing may let it pass.
/// Between equals the first day names the finding.
fn of_both_days(
    rule: ServiceDateRule,
    first: (Standing, NaiveDate),
    last: (Standing, NaiveDate),
) -> (Standing, NaiveDate) {
    let rank = |standing: Standing| match (standing, rule) {
        (Standing::Passes, ServiceDateRule::Any) | (_, ServiceDateRule::From) => 3,
        (Standing::Passes, ServiceDateRule::Both) => 0,
        (Standing::CrosswalkGap, ServiceDateRule::Any) => 2,
        (_, ServiceDateRule::Any) | (Standing::CrosswalkGap, ServiceDateRule::Both) => 1,
        (_, ServiceDateRule::Both) => 2,
    };
    if rank(first.0) < rank(last.0) { last } else { first }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders() {
        let placeholder = |digits: &str| is_placeholder(Ndc::parse(digits.as_bytes()).unwrap());
        for digits in ["00000000000", "99999999999", "12345678901", "00000123401"] {
            assert!(placeholder(digits), "{digits}");
        }
        for digits in ["00001000001", "12345678900", "99999999998"] {
            assert!(!placeholder(digits), "{digits}");
        }
    }

    #[test]
    fn two_days_have_one_standing() {
        use ServiceDateRule::{Any, Both};
        use Standing::{CrosswalkGap as Gap, NdcMissing as Missing, NdcUnknown as Unknown, Passes};
        let (one, two) = (NaiveDate::MIN, NaiveDate::MAX);
        let pick = |rule, first, last| {
            let (standing, day) = of_both_days(rule, (first, one), (last, two));
            (standing, if day == one { 1 } else { 2 })
        };
        assert_eq!(pick(Both, Passes, Passes), (Passes, 1));
        assert_eq!(pick(Both, Passes, Unknown), (Unknown, 2));
        assert_eq!(pick(Both, Gap, Unknown), (Unknown, 2));
        assert_eq!(pick(Both, Unknown, Gap), (Unknown, 1));
        assert_eq!(pick(Both, Gap, Passes), (Gap, 1));
        assert_eq!(pick(Both, Missing, Unknown), (Missing, 1));
        assert_eq!(pick(Any, Unknown, Passes), (Passes, 2));
        assert_eq!(pick(Any, Gap, Passes), (Passes, 2));
        assert_eq!(pick(Any, Unknown, Gap), (Gap, 2));
        assert_eq!(pick(Any, Unknown, Missing), (Unknown, 1));
    }
}
