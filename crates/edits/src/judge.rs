//! Judges one claim: the standing of each line first, then every edit that has something to say.

use chrono::NaiveDate;
use claims::{Claim, DateSource, Fault, Guide, Kind, Period, Service, ServiceLine};
use crosswalk::Crosswalk;

use crate::LEFT_AS_IT_WAS;
use crate::finding::{Element, ElementName, Finding, Findings};
use crate::needs::Code;
use crate::profile::{ByHand, Channel, Profile, ServiceDateRule, Severity};
use crate::rules::{EDITS, Judged, JudgedLine, OF_STANDING, mismeasured};
use crate::snip::Remark;
use crate::standing::{Asked, Standing};
use crate::syntax::{element_of_fault, finding_of_fault};
use crate::verdict::Verdict;

/// What every claim of a run is judged by.
#[derive(Clone, Copy)]
pub struct Judge<'a> {
    /// The lists.
    pub crosswalk: &'a Crosswalk,
    /// The payer's settings.
    pub profile: &'a Profile,
    /// How the claims came in.
    pub channel: Channel,
    /// The day of the run.
    pub today: NaiveDate,
}

/// What is known of a claim beside its own segments.
#[derive(Clone, Copy, Default)]
pub struct Circumstance<'f, 'a> {
    /// Faults of the units around it; any of them refuses it.
    pub unit_faults: &'f [Fault<'a>],
    /// Faults of structure that spoil the claim itself.
    pub claim_faults: &'f [Fault<'a>],
    /// What the rules of SNIP say of the claim and of the branches above it.
    pub remarks: &'f [Remark<'a>],
}

/// Judges `claim`.
pub fn judge<'a>(claim: &Claim<'a>, circumstance: Circumstance<'_, 'a>, by: Judge<'a>) -> Verdict<'a> {
    let mut findings = Findings::new(by.profile);
    // What the reading of a claim says of an element, its guide need not say again.
    let own = &claim.faults;
    let is_told = |fault: &&Fault<'a>| {
        fault.deviation.is_some() && own.iter().any(|own| std::ptr::eq(own.place, fault.place))
    };
    let unit_faults = circumstance.unit_faults;
    // Where one fault refuses a whole set, it is that of the unit, also in the claim that has it.
    let is_of_unit = |fault: &&Fault<'a>| unit_faults.iter().any(|unit| is_same(unit, fault));
    let claim_faults = circumstance.claim_faults.iter().filter(|fault| !is_told(fault));
    let of_claim = claim_faults.chain(own).filter(|fault| !is_of_unit(fault));
    for fault in unit_faults.iter().chain(of_claim) {
        finding_of_fault(fault, element_in(claim, fault), &mut findings);
    }
    let lines: Vec<JudgedLine<'a, '_>> =
        (0..).zip(&claim.lines).map(|(index, line)| judge_line(claim, index, line, by)).collect();
    let judged = Judged { claim, lines, by };
    let all_pass = judged.lines.iter().all(|line| line.standing == Standing::Passes);
    for (place, edit) in EDITS.iter().enumerate() {
        // Nearly every line of nearly every file passes, and then these have nothing to say.
        if !(all_pass && OF_STANDING.contains(&place)) {
            edit.check(&judged, &mut findings);
        }
    }
    for remark in circumstance.remarks {
        remark.find(judged.line_at(remark.element.segment_number), &mut findings);
    }
    let standings = judged.lines.iter().map(|line| line.standing).collect();
    let mut found = in_file_order(findings);
    if let Some(by_hand) = &by.profile.by_hand {
        decide_by_hand(by_hand, claim, by.profile, &mut found);
    }
    Verdict { standings, ..Verdict::of(found, by.channel, !circumstance.unit_faults.is_empty()) }
}

/// Makes less of findings that somebody has decided against.
fn decide_by_hand(by_hand: &ByHand, claim: &Claim<'_>, profile: &Profile, found: &mut [Finding<'_>]) {
    let claim_id = claim.patient_control_number;
    let left_as = profile.severity(LEFT_AS_IT_WAS, Severity::Hold);
    let (from, to) = if by_hand.releases(claim_id) {
        (Severity::Hold, Severity::Warn)
    } else if by_hand.leaves(claim_id) && left_as == Severity::Hold {
        (Severity::Reject, Severity::Hold)
    } else {
        return;
    };
    let decided = found.iter_mut().filter(|finding| finding.severity == from);
    decided.for_each(|finding| finding.severity = to);
}

/// Returns the findings in the order of their segments and, within one, of their elements.
///
/// The sort is stable: of one element, findings stay in the order of the catalogue.
fn in_file_order<'a>(findings: Findings<'a, '_>) -> Vec<Finding<'a>> {
    let mut found = findings.found;
    found.sort_by_key(|Finding { element, .. }| (element.segment_number, element.place.as_ptr()));
    found
}

/// Whether the fault of a unit is `fault`, in the words of the guide or of the reading of a claim.
fn is_same(unit: &Fault<'_>, fault: &Fault<'_>) -> bool {
    let place = |fault: &Fault<'_>| {
        fault.deviation.map_or((0, ""), |deviation| (deviation.element.element, deviation.in_loop.name))
    };
    let is_reworded = fault.deviation.is_none() && place(unit).0 != 0;
    unit.segment_number == fault.segment_number
        && std::ptr::eq(unit.place, fault.place)
        && (is_reworded || (unit.kind == fault.kind && place(unit) == place(fault)))
}

/// Returns what is wrong with a branch by itself, whatever stands below it.
pub fn findings_of_branch<'a>(
    faults: &[Fault<'a>],
    remarks: &[Remark<'a>],
    profile: &Profile,
) -> Vec<Finding<'a>> {
    let mut findings = Findings::new(profile);
    for fault in faults {
        finding_of_fault(fault, element_of_fault(fault), &mut findings);
    }
    for remark in remarks {
        remark.find(None, &mut findings);
    }
    in_file_order(findings)
}

/// Returns where a fault of `claim` is: which segment holds the charge of a line, only the line knows.
fn element_in<'a>(claim: &Claim<'a>, fault: &Fault<'a>) -> Element<'a> {
    let element = element_of_fault(fault);
    let mut services = claim.lines.iter().filter_map(|line| line.service);
    let is_guilty = |service: &Service<'a>| std::ptr::eq(service.charge.text, fault.place);
    match services.find(is_guilty).filter(|_| fault.kind == Kind::LineChargeUnreadable) {
        Some(service) => {
            let segment = service.segment.element(0);
            let position = if service.guide == Guide::Institutional { 3 } else { 2 };
            Element { name: ElementName::At { segment, element: position, component: 0 }, ..element }
        }
        None => element,
    }
}

fn judge_line<'a, 'c>(
    claim: &'c Claim<'a>,
    index: u32,
    line: &'c ServiceLine<'a>,
    by: Judge<'a>,
) -> JudgedLine<'a, 'c> {
    let (qualifier, procedure) = line.procedure();
    let code = if qualifier == b"HC" { procedure } else { &[][..] };
    let drugs = claim.drugs_of(line);
    let asked = Asked {
        code: Code::of(code, by.crosswalk, by.profile),
        qualifier,
        without_procedure: line.is_institutional() && procedure.is_empty(),
        other_product: drugs.iter().any(|drug| !drug.qualifier.is_empty() && drug.qualifier != b"N4"),
        crosswalk: by.crosswalk,
    };
    let (period, source) = date_of(claim, line);
    let days = period.and_then(|period| period.days);
    let ndcs = drugs.iter().filter(|drug| drug.has_ndc());
    let (standing, place, day) =
        stand(&asked, ndcs.clone().map(|drug| drug.ndc), days, by.profile.service_date_rule);
    let drug = place.and_then(|place| ndcs.clone().nth(place));
    let mismeasured = mismeasured(drugs);
    JudgedLine { index, line, code: asked.code, standing, drug, day, source, period, mismeasured }
}

/// Returns the DTP that dates `line`, and where it stands.
///
/// The line's own, or of an institutional line without one the claim's statement; one that cannot be read is not replaced.
pub fn date_of<'a, 'c>(
    claim: &'c Claim<'a>,
    line: &'c ServiceLine<'a>,
) -> (Option<&'c Period<'a>>, DateSource) {
    match &line.date {
        Some(date) => (Some(date), DateSource::Line),
        None if line.is_institutional() => (claim.statement.as_ref(), DateSource::Statement),
        None => (None, DateSource::Line),
    }
}

/// Returns the standing of a line with the NDCs that are sent, and which of them, counted from 0, and which day name it.
///
/// Of several NDCs the first that does not pass; without any, the line itself.
pub(crate) fn stand<'n>(
    asked: &Asked<'_, '_>,
    ndcs: impl Iterator<Item = &'n [u8]>,
    days: Option<(NaiveDate, NaiveDate)>,
    rule: ServiceDateRule,
) -> (Standing, Option<usize>, Option<NaiveDate>) {
    let mut first = None;
    for (place, ndc) in ndcs.enumerate() {
        let (standing, day) = asked.standing_in(Some(ndc), days, rule);
        if standing != Standing::Passes {
            return (standing, Some(place), day);
        }
        first.get_or_insert((Standing::Passes, Some(place), day));
    }
    first.unwrap_or_else(|| {
        let (standing, day) = asked.standing_in(None, days, rule);
        (standing, None, day)
    })
}
