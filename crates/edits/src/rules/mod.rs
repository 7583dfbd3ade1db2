//! The edits, one file each, and the order in which they speak.

use chrono::NaiveDate;
use claims::{Claim, DateSource, Drug, Loop, Period, ServiceLine};

use crate::about::About;
use crate::finding::{Element, ElementName, Findings, LineRef};
use crate::judge::Judge;
use crate::needs::Code;
use crate::standing::Standing;
use crate::why::{Why, why};

mod charges_do_not_balance;
mod crosswalk_gap;
pub(crate) mod left_as_it_was;
mod ndc_malformed;
mod ndc_missing;
mod ndc_no_longer_effective;
mod ndc_not_for_procedure;
mod ndc_not_yet_effective;
mod ndc_placeholder;
mod ndc_quantity_invalid;
mod ndc_unit_invalid;
mod ndc_unknown;
mod ndc_without_procedure;
mod procedure_not_on_list;
mod product_qualifier_not_ndc;
pub(crate) mod rejected_by_hand;
pub(crate) mod service_date_in_future;
mod service_date_missing;
#[cfg(test)]
pub(crate) mod testing;

/// One edit: its words, and its check.
pub trait Edit: Sync {
    /// Returns everything that is said of it.
    fn about(&self) -> &'static About;

    /// Adds a finding for every fault of its kind.
    fn check<'a>(&self, judged: &Judged<'a, '_>, findings: &mut Findings<'a, '_>);
}

/// Every edit: of the claim, of the standing of a line in the order of its table, and beside the standing.
pub static EDITS: &[&dyn Edit] = &[
    &charges_do_not_balance::ChargesDoNotBalance,
    &product_qualifier_not_ndc::ProductQualifierNotNdc,
    &ndc_missing::NdcMissing,
    &ndc_without_procedure::NdcWithoutProcedure,
    &ndc_malformed::NdcMalformed,
    &ndc_placeholder::NdcPlaceholder,
    &service_date_missing::ServiceDateMissing,
    &crosswalk_gap::CrosswalkGap,
    &procedure_not_on_list::ProcedureNotOnList,
    &ndc_unknown::NdcUnknown,
    &ndc_not_for_procedure::NdcNotForProcedure,
    &ndc_not_yet_effective::NdcNotYetEffective,
    &ndc_no_longer_effective::NdcNoLongerEffective,
    &ndc_quantity_invalid::NdcQuantityInvalid,
    &ndc_unit_invalid::NdcUnitInvalid,
    &service_date_in_future::ServiceDateInFuture,
    &rejected_by_hand::RejectedByHand,
    &left_as_it_was::LeftAsItWas,
];

/// Where in [`EDITS`] those stand that each name one standing of a line, and find nothing where every line passes.
pub(crate) const OF_STANDING: std::ops::Range<usize> = 1..13;

/// Returns the words of the edit that a standing other than passing is found by.
///
/// The edits of standings are in the order of the table, as the standings are.
pub(crate) fn about_standing(standing: Standing) -> Option<&'static About> {
    let place = (standing as usize).checked_sub(1)?;
    Some(EDITS[OF_STANDING][place].about())
}

/// Returns whether `about` is of an edit that names a standing.
pub(crate) fn is_of_standing(about: &About) -> bool {
    EDITS[OF_STANDING].iter().any(|edit| std::ptr::eq(edit.about(), about))
}

/// A claim whose lines have their standings.
pub struct Judged<'a, 'c> {
    /// The claim.
    pub claim: &'c Claim<'a>,
    /// Its lines, in file order.
    pub lines: Vec<JudgedLine<'a, 'c>>,
    /// What it is judged by.
    pub by: Judge<'a>,
}

/// A service line and how it stands.
pub struct JudgedLine<'a, 'c> {
    /// Index into the claim's lines.
    pub index: u32,
    /// The line.
    pub line: &'c ServiceLine<'a>,
    /// Its procedure.
    pub(crate) code: Code<'a>,
    /// Its standing.
    pub standing: Standing,
    /// The drug that names the standing; `None` without a drug.
    pub drug: Option<&'c Drug<'a>>,
    /// The day that names the standing; `None` without a readable date.
    pub day: Option<NaiveDate>,
    /// Where the date stands, or should stand.
    pub source: DateSource,
    /// The DTP that dates the line.
    pub period: Option<&'c Period<'a>>,
    /// The first drug whose quantity or unit is wrong.
    pub(crate) mismeasured: Option<(&'c Drug<'a>, Measure)>,
}

impl<'a, 'c> Judged<'a, 'c> {
    /// Iterates over the lines that stand as `standing` says.
    pub fn standing(&self, standing: Standing) -> impl Iterator<Item = &JudgedLine<'a, 'c>> {
        self.lines.iter().filter(move |line| line.standing == standing)
    }

    /// Names the line that the segment numbered `segment_number` in the file stands in.
    pub(crate) fn line_at(&self, segment_number: u64) -> Option<LineRef<'a>> {
        let begins = |line: &JudgedLine<'a, 'c>| self.claim.segment_number(line.line.index) <= segment_number;
        let behind = self.lines.partition_point(begins);
        behind.checked_sub(1).map(|line| self.lines[line].reference())
    }

    /// Adds a finding of `line` with its why-not; `message` is worded, and the lists are asked, only if it will be told.
    fn report(
        &self,
        findings: &mut Findings<'a, '_>,
        about: &'static About,
        line: &JudgedLine<'a, 'c>,
        element: Element<'a>,
        message: impl FnOnce(&Why<'a>) -> String,
    ) {
        if !findings.takes(about) {
            return;
        }
        let sent = line.drug.map(|drug| drug.ndc);
        let date = line.day.map(|day| (day, line.source));
        let why = why(self.by.crosswalk, sent, line.code.listed, date);
        let message = message(&why);
        if let Some(finding) = findings.add(about, Some(line.reference()), element, message) {
            finding.why = Some(Box::new(why));
        }
    }

    /// LIN03, or where the LIN of a line without one should stand; LIN02 where it fails to say that LIN03 is an NDC.
    fn ndc_element(&self, line: &JudgedLine<'a, 'c>) -> Element<'a> {
        match line.drug.or_else(|| self.claim.drugs_of(line.line).first()) {
            Some(lin) if lin.qualifier.is_empty() && !lin.ndc.is_empty() => {
                self.element(Loop::L2410, "LIN02", lin.qualifier, lin.index)
            }
            Some(lin) => self.element(Loop::L2410, "LIN03", lin.ndc, lin.index),
            None => self.element(Loop::L2410, "LIN03", line.line.gap.0, line.line.gap.1),
        }
    }

    /// SV101-2, SV202-2 or SV301-2.
    fn procedure_element(&self, line: &JudgedLine<'a, 'c>) -> Element<'a> {
        match line.line.service {
            Some(service) => {
                let name = match service.guide {
                    claims::Guide::Professional => "SV101-2",
                    claims::Guide::Institutional => "SV202-2",
                    claims::Guide::Dental => "SV301-2",
                };
                self.element(Loop::L2400, name, service.procedure, service.index)
            }
            None => self.element(Loop::L2400, "SV101-2", line.line.gap.0, line.line.gap.1),
        }
    }

    /// DTP03 of the date of `line`, or where it should stand.
    fn date_element(&self, line: &JudgedLine<'a, 'c>) -> Element<'a> {
        let within = match line.source {
            DateSource::Statement if line.period.is_some() => Loop::L2300,
            DateSource::Statement | DateSource::Line => Loop::L2400,
        };
        match line.period {
            Some(period) => self.element(within, "DTP03", period.text, period.index),
            None => self.element(within, "DTP03", line.line.gap.0, line.line.gap.1),
        }
    }

    fn element(&self, within: Loop, name: &'static str, place: &'a [u8], index: u32) -> Element<'a> {
        let (within, name) = (Some(within.as_str()), ElementName::Known(name));
        Element { within, name, place, segment_number: self.claim.segment_number(index) }
    }
}

impl<'a> JudgedLine<'a, '_> {
    /// Names the line in a finding.
    pub fn reference(&self) -> LineRef<'a> {
        let (_, procedure) = self.line.procedure();
        LineRef {
            index: self.index,
            number: self.line.number,
            procedure: (!procedure.is_empty()).then_some(procedure),
            ndc: self.drug.map(|drug| drug.ndc),
            service_date: self.day,
        }
    }

    /// Names the line in a finding about one of its drugs.
    fn reference_to(&self, drug: &Drug<'a>) -> LineRef<'a> {
        LineRef { ndc: Some(drug.ndc), ..self.reference() }
    }

    /// Returns the procedure code as text.
    fn procedure(&self) -> String {
        crate::text_of(self.code.text)
    }

    /// Returns the date that was tested, in words.
    fn on(&self) -> String {
        self.day.map_or_else(String::new, |day| format!("on {day}"))
    }
}

/// What can be wrong with how much of a drug was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    /// CTP04.
    Quantity,
    /// CTP05-1, looked at only if the quantity is right.
    Unit,
}

/// Returns the first drug whose quantity or unit is wrong, so that a line has at most one such finding.
pub(crate) fn mismeasured<'d, 'a>(drugs: &'d [Drug<'a>]) -> Option<(&'d Drug<'a>, Measure)> {
    let fault = |drug: &Drug<'a>| mismeasure(drug.quantity(), drug.unit());
    drugs.iter().filter(|drug| drug.has_ndc()).find_map(|drug| fault(drug).map(|measure| (drug, measure)))
}

/// Returns what is wrong with a quantity and its unit.
pub(crate) fn mismeasure(quantity: &[u8], unit: &[u8]) -> Option<Measure> {
    if !is_above_zero(quantity) {
        Some(Measure::Quantity)
    } else if !matches!(unit, b"F2" | b"GR" | b"ME" | b"ML" | b"UN") {
        Some(Measure::Unit)
    } else {
        None
    }
}

/// Returns whether `quantity` is a number of type R above zero.
fn is_above_zero(quantity: &[u8]) -> bool {
    let some = quantity.iter().any(|digit| (b'1'..=b'9').contains(digit));
    // Most quantities are whole numbers, and need no grammar.
    some && (quantity.iter().all(u8::is_ascii_digit)
        || (!quantity.starts_with(b"-") && x12::is_real(quantity)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_above_zero() {
        for good in ["1", "10", "0.5", ".5", "007"] {
            assert!(is_above_zero(good.as_bytes()), "{good}");
        }
        for bad in ["", "0", "0.0", "-1", "1.", "1e3", "1,5", " 1", "x1"] {
            assert!(!is_above_zero(bad.as_bytes()), "{bad}");
        }
    }

    #[test]
    fn the_edits_of_a_standing_stand_together() {
        let codes: Vec<&str> = EDITS.iter().map(|edit| edit.about().code).collect();
        let (front, behind) = (&codes[..OF_STANDING.start], &codes[OF_STANDING.end..]);
        assert_eq!(front, ["CLM010"]);
        assert_eq!(behind, ["NDC090", "NDC100", "DTP020", "HND010", "HND020"]);
    }

    #[test]
    fn each_standing_has_its_edit() {
        let code = |standing| about_standing(standing).map(|about| about.code);
        assert_eq!(code(Standing::Passes), None);
        assert_eq!(code(Standing::ProductQualifierNotNdc), Some("NDC080"));
        assert_eq!(code(Standing::CrosswalkGap), Some("GAP010"));
        assert_eq!(code(Standing::NdcUnknown), Some("NDC040"));
        assert_eq!(code(Standing::NdcNoLongerEffective), Some("NDC070"));
    }
}
