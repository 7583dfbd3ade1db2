//! Judging at sight: nearly every claim is clean, and that is seen faster than the claim is read.
//!
//! [`at_sight`] goes through the segments of a claim once, keeps nothing but the line it stands in, and gives up at the
//! first thing that is not as usual: whatever it does not vouch for is read into a [`claims::Claim`] and judged by [`crate::judge`].
//! It asks the same table of standings and the same tests as the edits do.
//! What it must never do is to vouch for a claim that an edit has a finding about; whoever runs it in a build with debug
//! assertions holds every claim that it vouches for against the full judgement, and so does every test.

use chrono::NaiveDate;
use claims::{DateSource, PieceSegments, cents_of, period_of};

use crate::judge::Judge;
use crate::kinds::Kind;
use crate::needs::Code;
use crate::profile::Severity;
use crate::rules::mismeasure;
use crate::rules::service_date_in_future::in_future;
use crate::snip::{Look, Tell};
use crate::standing::{Asked, Standing};

/// What is counted of a claim without findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CleanClaim {
    /// CLM02 in cents.
    pub charge_cents: i64,
    /// Its service lines.
    pub service_lines: u32,
    /// Those of them that have an NDC.
    pub drug_lines: u32,
}

/// A service line of a claim without findings; its standing is that it passes.
#[derive(Clone, Copy, Debug)]
pub struct CleanLine<'a> {
    /// LX01, as sent.
    pub number: &'a [u8],
    /// SV101-1, SV202-1 or SV301-1, and SV101-2, SV202-2 or SV301-2.
    pub procedure: (&'a [u8], &'a [u8]),
    /// Whether it is one of an institutional claim.
    pub is_institutional: bool,
    /// SV102, SV203 or SV302 in cents; `None` if there is none.
    pub charge_cents: Option<i64>,
    /// LIN03 of an NDC.
    pub ndc: Option<&'a [u8]>,
    /// The first and the last day that it is judged by.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// Where they come from.
    pub date_source: DateSource,
}

/// The service line that is gone through.
#[derive(Default)]
struct Line<'a> {
    number: &'a [u8],
    /// Qualifier, procedure, and whether the line is an institutional one.
    service: Option<(&'a [u8], &'a [u8], bool)>,
    charge_cents: Option<i64>,
    days: Option<(NaiveDate, NaiveDate)>,
    ndc: Option<&'a [u8]>,
    /// In loop 2410, whose CTP is still to come.
    awaits_pricing: bool,
}

/// Returns what is counted of the claim if neither an edit nor a rule of SNIP has anything to say of it; `None` if that cannot be seen at once.
///
/// Hands its lines to `each` as they come, before it is known whether the claim is clean.
pub fn at_sight<'a>(
    segments: PieceSegments<'a, '_>,
    by: Judge<'_>,
    mut each: impl FnMut(CleanLine<'a>),
) -> Option<CleanClaim> {
    if by.profile.by_hand.is_some() {
        return None;
    }
    let mut clean = CleanClaim::default();
    let mut sum_cents = 0i64;
    let mut statement = None;
    let mut line: Option<Line<'_>> = None;
    let (mut look, mut has_remark) = (Look::default(), false);
    let tell: Tell<'_, '_> = &mut |about, _, _| {
        has_remark |= by.profile.severity(about.code, about.severity) != Severity::Off;
    };
    for (index, id) in segments.names().enumerate() {
        let kind = Kind::of(id);
        match (kind, &mut line) {
            (Kind::Clm, None) => clean.charge_cents = charge_of(segments, index)?,
            (Kind::Dtp, None) => {
                if let [[b'4', b'3', b'4'], format, text] = segments.first_elements(index)
                    && statement.is_none()
                {
                    statement = Some(period_of(format, text, 0).days?);
                }
            }
            (Kind::Lx, last) => {
                if let Some(last) = last {
                    each(last.pass(statement, by)?);
                    clean.drug_lines += u32::from(last.ndc.is_some());
                }
                clean.service_lines += 1;
                let [number] = segments.first_elements(index);
                line = Some(Line { number, ..Line::default() });
            }
            (Kind::Sv1 | Kind::Sv2 | Kind::Sv3, line) => {
                sum_cents = sum_cents.checked_add(line.as_mut()?.serve(segments, index, kind)?)?;
            }
            (Kind::Dtp, Some(line)) => line.date(segments, index)?,
            (Kind::Lin, Some(line)) => line.drug(segments, index, statement, by)?,
            (Kind::Ctp, Some(line)) => line.price(segments, index)?,
            // Whatever opens another loop leaves that of the drug.
            (Kind::Nm1 | Kind::Svd | Kind::Lq, Some(Line { awaits_pricing: true, .. }))
            | (Kind::Lin, None) => return None,
            _ => {}
        }
        look.segment(segments, index, kind, tell);
    }
    if let Some(last) = line {
        each(last.pass(statement, by)?);
        clean.drug_lines += u32::from(last.ndc.is_some());
    }
    look.end(segments, tell);
    (sum_cents == clean.charge_cents && !has_remark).then_some(clean)
}

/// Returns CLM02 in cents, of a claim that has its CLM01.
fn charge_of(segments: PieceSegments<'_, '_>, index: usize) -> Option<i64> {
    let [patient_control_number, charge] = segments.first_elements(index);
    cents_of(charge).filter(|_| !patient_control_number.is_empty())
}

impl<'a> Line<'a> {
    /// Takes SV1, SV2 or SV3, and returns the charge of the line in cents.
    fn serve(&mut self, segments: PieceSegments<'a, '_>, index: usize, kind: Kind) -> Option<i64> {
        if self.service.is_some() || self.ndc.is_some() {
            return None;
        }
        let [first, second, third] = segments.first_elements(index);
        let is_institutional = kind == Kind::Sv2;
        let (composite, charge) = if is_institutional { (second, third) } else { (first, second) };
        let [qualifier, procedure] = segments.at(index).first_components(composite);
        self.service = Some((qualifier, procedure, is_institutional));
        self.charge_cents = cents_of(charge);
        if charge.is_empty() { Some(0) } else { self.charge_cents }
    }

    fn date(&mut self, segments: PieceSegments<'a, '_>, index: usize) -> Option<()> {
        if let [[b'4', b'7', b'2'], format, text] = segments.first_elements(index) {
            if self.days.is_some() || self.ndc.is_some() {
                return None;
            }
            self.days = Some(period_of(format, text, 0).days?);
        }
        Some(())
    }

    /// Takes a LIN whose NDC passes.
    fn drug(
        &mut self,
        segments: PieceSegments<'a, '_>,
        index: usize,
        statement: Option<(NaiveDate, NaiveDate)>,
        by: Judge<'_>,
    ) -> Option<()> {
        let [_, qualifier, ndc] = segments.first_elements(index);
        // A line has one drug as a rule; one with more is read in full.
        if self.ndc.is_some() || !matches!(qualifier, [b'N', b'4']) || ndc.is_empty() {
            return None;
        }
        (self.ndc, self.awaits_pricing) = (Some(ndc), true);
        self.stand(Some(ndc), statement, by)
    }

    /// Takes a CTP; only that of loop 2410 is one of a drug.
    fn price(&mut self, segments: PieceSegments<'a, '_>, index: usize) -> Option<()> {
        if std::mem::take(&mut self.awaits_pricing) {
            let [_, _, _, quantity, composite] = segments.first_elements(index);
            let [unit] = segments.at(index).first_components(composite);
            if mismeasure(quantity, unit).is_some() {
                return None;
            }
        }
        Some(())
    }

    /// Returns the line if, now that it is over, nothing is wrong with it.
    fn pass(&self, statement: Option<(NaiveDate, NaiveDate)>, by: Judge<'_>) -> Option<CleanLine<'a>> {
        if self.awaits_pricing {
            return None;
        }
        let days = self.days_or(statement);
        if let Some(days) = days
            && in_future(days, &by).is_some()
        {
            return None;
        }
        if self.ndc.is_none() {
            self.stand(None, statement, by)?;
        }
        let (qualifier, procedure, is_institutional) = self.service?;
        let is_of_statement = is_institutional && self.days.is_none();
        Some(CleanLine {
            number: self.number,
            procedure: (qualifier, procedure),
            is_institutional,
            charge_cents: self.charge_cents,
            ndc: self.ndc,
            days,
            date_source: if is_of_statement { DateSource::Statement } else { DateSource::Line },
        })
    }

    /// Passes the line if its standing with the NDC `sent`, if any, does.
    fn stand(
        &self,
        sent: Option<&[u8]>,
        statement: Option<(NaiveDate, NaiveDate)>,
        by: Judge<'_>,
    ) -> Option<()> {
        let (qualifier, procedure, is_institutional) = self.service?;
        let asked = Asked {
            code: Code::of(if qualifier == b"HC" { procedure } else { &[] }, by.crosswalk, by.profile),
            qualifier,
            without_procedure: is_institutional && procedure.is_empty(),
            other_product: false,
            crosswalk: by.crosswalk,
        };
        let (standing, _) = asked.standing_in(sent, self.days_or(statement), by.profile.service_date_rule);
        (standing == Standing::Passes).then_some(())
    }

    /// Returns the days of the line: its own, or of an institutional line without any the claim's statement.
    fn days_or(&self, statement: Option<(NaiveDate, NaiveDate)>) -> Option<(NaiveDate, NaiveDate)> {
        let of_statement =
            || statement.filter(|_| self.service.is_some_and(|(_, _, is_institutional)| is_institutional));
        self.days.or_else(of_statement)
    }
}
