//! One claim, decided before it is written, since CLM02 stands before the lines it adds up.

use std::borrow::Cow;

use chrono::{Days, NaiveDate};
use fastrand::Rng;

use crate::drugs::{Drugs, last_service_date, unknown_ndc};
use crate::lists::hyphenated;
use crate::{Fault, Guide, pick};

/// Codes of visits, tests and administration, which are on no drug list.
const SERVICES: [&str; 10] =
    ["99213", "99214", "96372", "96413", "80053", "85025", "G0463", "71046", "93000", "97110"];
const DENTAL_SERVICES: [&str; 6] = ["D0120", "D0274", "D1110", "D2391", "D4341", "D7140"];
/// Codes for drugs that have none of their own; a crosswalk never lists them.
const UNCLASSIFIED: [&str; 3] = ["J3490", "J3590", "J9999"];
const MODIFIERS: [&str; 8] = ["", "", "", "", "JZ", "JW", "JG", "TB"];
/// Source: 005010X222A1 and 005010X223A2, CTP05-1.
const UNITS: [&str; 5] = ["UN", "ML", "ML", "ME", "GR"];

/// Holds a claim that is about to be written.
pub(crate) struct Claim<'l> {
    /// The first date of service, which the statement begins with.
    pub date: NaiveDate,
    /// CLM02.
    pub charge_cents: i64,
    pub lines: Vec<Line<'l>>,
}

/// Holds a service line.
pub(crate) struct Line<'l> {
    /// SV101-2, SV202-2 or SV301-2.
    pub procedure: &'l str,
    /// SV101-3; mostly empty.
    pub modifier: &'static str,
    /// SV101-7, which a code without a meaning of its own needs.
    pub description: &'static str,
    pub charge_cents: i64,
    pub units: u32,
    pub date: ServiceDate,
    pub drug: Option<Drug<'l>>,
}

/// Says what DTP*472 of a line is.
#[derive(Clone, Copy)]
pub(crate) enum ServiceDate {
    /// Left out.
    None,
    /// A day.
    Day(NaiveDate),
    /// A span of days.
    Span(NaiveDate, NaiveDate),
    /// A day that no calendar has.
    Impossible,
}

/// Holds loop 2410.
pub(crate) struct Drug<'l> {
    /// LIN02.
    pub qualifier: &'static str,
    /// LIN03.
    pub ndc: Cow<'l, str>,
    /// CTP04 and CTP05-1; none where CTP is left out.
    pub quantity: Option<(Cow<'static, str>, &'static str)>,
    /// REF*XZ.
    pub prescription: Option<u32>,
}

impl<'l> Claim<'l> {
    /// Draws a claim of one to six lines, with the fault on one of them.
    pub fn draw(rng: &mut Rng, guide: Guide, drugs: Option<&Drugs<'l>>, fault: Option<Fault>) -> Self {
        let date = match (drugs, fault) {
            (Some(drugs), Some(Fault::CrosswalkGap)) => drugs.date_in_gap(rng),
            _ => Drugs::date(rng),
        };
        let mut lines: Vec<Line> = Vec::new();
        for _ in 0..rng.u32(1..=6) {
            // Of 100 lines 34 are drugs. Beside a gap there are none, since they would have one too.
            let line = match drugs {
                Some(drugs) if fault != Some(Fault::CrosswalkGap) && rng.u32(0..100) < 34 => {
                    drug_line(rng, drugs, date)
                }
                _ => service_line(rng, guide, date),
            };
            lines.push(line);
        }
        if let (Some(fault), Some(drugs)) = (fault, drugs) {
            let mut line = drug_line_on_list(rng, drugs, date);
            spoil(rng, guide, drugs, &mut line, fault);
            let place = rng.u32(0..u32::try_from(lines.len()).expect("at most six lines"));
            lines[place as usize] = line;
        }
        let sum: i64 = lines.iter().map(|line| line.charge_cents).sum();
        let charge_cents = if fault == Some(Fault::ChargeSumDiffers) { sum + 100 } else { sum };
        Self { date, charge_cents, lines }
    }
}

/// Draws a line without a drug.
fn service_line<'l>(rng: &mut Rng, guide: Guide, date: NaiveDate) -> Line<'l> {
    let procedure = match guide {
        Guide::Dental => pick(rng, &DENTAL_SERVICES),
        _ => pick(rng, &SERVICES),
    };
    // An institutional line without a date has that of the statement.
    let undated = guide == Guide::Institutional && rng.u32(0..3) == 0;
    Line {
        procedure,
        modifier: "",
        description: "",
        charge_cents: rng.i64(60..700) * 50,
        units: 1,
        date: if undated { ServiceDate::None } else { service_date(rng, date) },
        drug: None,
    }
}

/// Draws a line whose drug passes: mostly a pair in force, now and then a drug without a code of its own.
fn drug_line<'l>(rng: &mut Rng, drugs: &Drugs<'l>, date: NaiveDate) -> Line<'l> {
    let mut line = drug_line_on_list(rng, drugs, date);
    if let Some(drug) = &mut line.drug {
        match rng.u32(0..100) {
            0..3 => {
                line.procedure = pick(rng, &UNCLASSIFIED);
                line.description = "INVENTED DRUG";
                drug.ndc = unknown_ndc(rng).into();
            }
            3..8 => drug.ndc = hyphenated(&drug.ndc).into(),
            _ => {}
        }
    }
    line
}

/// Draws a line with a pair in force.
fn drug_line_on_list<'l>(rng: &mut Rng, drugs: &Drugs<'l>, date: NaiveDate) -> Line<'l> {
    let pair = drugs.good(rng);
    let units = rng.u32(1..=20);
    let quantity = if rng.u32(0..3) == 0 { format!("{units}.5") } else { units.to_string() };
    let drug = Drug {
        qualifier: "N4",
        ndc: pair.ndc.as_str().into(),
        quantity: Some((quantity.into(), pick(rng, &UNITS))),
        prescription: (rng.u32(0..4) == 0).then(|| rng.u32(100_000..999_999)),
    };
    Line {
        procedure: &pair.hcpcs,
        modifier: pick(rng, &MODIFIERS),
        description: "",
        charge_cents: rng.i64(400..80_000) * 5,
        units,
        date: service_date(rng, date),
        drug: Some(drug),
    }
}

/// Draws the date of a line, one in twenty a span.
fn service_date(rng: &mut Rng, date: NaiveDate) -> ServiceDate {
    if rng.u32(0..20) == 0 {
        let last = date + Days::new(rng.u64(1..=3));
        // A span that leaves the month leaves what the lists cover for certain.
        ServiceDate::Span(
            date,
            if date <= last_service_date() { last.min(last_service_date()) } else { last },
        )
    } else {
        ServiceDate::Day(date)
    }
}

/// Gives a good drug line one fault.
fn spoil<'l>(rng: &mut Rng, guide: Guide, drugs: &Drugs<'l>, line: &mut Line<'l>, fault: Fault) {
    let Some(drug) = &mut line.drug else { return };
    match fault {
        Fault::NdcMissing => line.drug = None,
        Fault::NdcMalformed => drug.ndc = malformed(rng, &drug.ndc).into(),
        Fault::NdcPlaceholder => drug.ndc = placeholder(rng, &drug.ndc).into(),
        Fault::NdcUnknown => drug.ndc = unknown_ndc(rng).into(),
        Fault::ProcedureNotOnList => line.procedure = pick(rng, &SERVICES),
        Fault::NdcNotForProcedure => {
            let (ndc, procedure) = drugs.strangers(rng);
            drug.ndc = ndc.into();
            line.procedure = procedure;
        }
        Fault::NdcNotYetEffective | Fault::NdcNoLongerEffective | Fault::CrosswalkGap => {
            let pair = match fault {
                Fault::NdcNotYetEffective => drugs.early(rng),
                Fault::NdcNoLongerEffective => drugs.late(rng),
                _ => drugs.asp_only(rng),
            };
            drug.ndc = pair.ndc.as_str().into();
            line.procedure = &pair.hcpcs;
        }
        Fault::ProductQualifierNotNdc => {
            drug.qualifier = "UP";
            drug.ndc = format!("{:012}", rng.u64(100_000_000_000..999_999_999_999)).into();
        }
        Fault::NdcWithoutProcedure => line.procedure = "",
        Fault::ServiceDateMissing => {
            // Without DTP*472 an institutional line would have the date of the statement.
            let left_out = guide == Guide::Professional && rng.bool();
            line.date = if left_out { ServiceDate::None } else { ServiceDate::Impossible };
        }
        Fault::NdcQuantityInvalid => {
            let wrong = pick(rng, &["", "0", "-1", "1,5", "TWO"]);
            drug.quantity = (!wrong.is_empty()).then_some((wrong.into(), "UN"));
        }
        Fault::NdcUnitInvalid => {
            if let Some((_, unit)) = &mut drug.quantity {
                *unit = pick(rng, &["EA", "MG", "XX"]);
            }
        }
        Fault::ChargeSumDiffers => {}
    }
}

/// Returns an NDC in a form that is neither 11 digits nor 5-4-2 with hyphens.
fn malformed(rng: &mut Rng, ndc: &str) -> String {
    let (labeler, product, package) = (&ndc[..5], &ndc[5..9], &ndc[9..]);
    match rng.u32(0..8) {
        0 => ndc[1..].to_owned(),
        1 => format!("0{ndc}"),
        2 => format!("{}-{product}-{package}", &labeler[1..]),
        3 => format!("{labeler}-{}-{package}", &product[1..]),
        4 => format!("{labeler}-{product}-{}", &package[1..]),
        5 => format!("0{labeler}-{product}-{package}"),
        6 => format!("{labeler}O{}{package}", &product[1..]),
        _ => format!("{labeler} {product} {package}"),
    }
}

/// Returns 11 digits that stand for no NDC.
fn placeholder(rng: &mut Rng, ndc: &str) -> String {
    match rng.u32(0..4) {
        0 => "00000000000".to_owned(),
        1 => "99999999999".to_owned(),
        2 => "12345678901".to_owned(),
        _ => format!("00000{}", &ndc[5..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists;

    #[test]
    fn a_claim_adds_up_unless_that_is_its_fault() {
        let lists = lists(1, 100, 50, 1);
        let drugs = Drugs::new(&lists).unwrap();
        let mut rng = Rng::with_seed(1);
        for fault in Fault::ALL {
            let claim = Claim::draw(&mut rng, Guide::Professional, Some(&drugs), Some(fault));
            let sum: i64 = claim.lines.iter().map(|line| line.charge_cents).sum();
            assert_eq!(claim.charge_cents == sum, fault != Fault::ChargeSumDiffers);
        }
    }

    #[test]
    fn a_malformed_ndc_is_never_one_by_chance() {
        let mut rng = Rng::with_seed(1);
        for _ in 0..100 {
            let ndc = malformed(&mut rng, "00703514501");
            let digits = ndc.bytes().filter(u8::is_ascii_digit).count();
            assert!(digits != 11 || ndc.contains(' '), "{ndc}");
        }
    }
}
