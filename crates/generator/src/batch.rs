//! A batch on its way out: envelopes, hierarchy, claims.
//!
//! Source: 005010X222A1, 005010X223A2 and 005010X224A2, which share everything above loop 2300 that is
//! written here.

use std::io::{self, Write};

use chrono::{Datelike, Days, NaiveDate};
use fastrand::Rng;

use crate::claim::{Claim, Drug, Line, ServiceDate};
use crate::drugs::Drugs;
use crate::people::{Address, Person, npi, practice};
use crate::segments::Segments;
use crate::{Fault, Guide, Lists, Plan, Tally, pick};

/// The sender, in the form of a trading partner id, and the receiver.
const SENDER: &str = "METPID000001";
const RECEIVER: &str = "ME_MMIS_CLAIMS";
/// The day on which every batch says it was made.
const CREATED: &str = "20251102";
/// Diagnosis codes of ICD-10-CM, without their point.
const DIAGNOSES: [&str; 8] = ["C50919", "D509", "E119", "I10", "J449", "M0579", "N189", "R109"];
/// Claims under one billing provider, at most.
const CLAIMS_PER_PROVIDER: u32 = 25;

/// Writes a batch, and returns what is in it.
///
/// Needs as much memory for one claim as for a million. Writes in blocks of its own, so that `out` needs no
/// buffer.
///
/// Errors: `InvalidInput` for a plan or lists that cannot be written; those of `out`.
pub fn write_batch(plan: &Plan, lists: &Lists, out: &mut impl Write) -> io::Result<Tally> {
    plan.check()?;
    let drugs = match plan.guide {
        Guide::Dental => None,
        Guide::Professional | Guide::Institutional => Some(Drugs::new(lists)?),
    };
    let mut batch = Batch {
        plan,
        drugs,
        bad: plan.drawn(false),
        warn: plan.drawn(true),
        rng: Rng::with_seed(plan.seed),
        out: Segments::new(plan, out),
        tally: Tally::default(),
    };
    for number in 0..plan.interchanges {
        batch.interchange(plan.interchange_control_number + number)?;
    }
    let mut tally = batch.tally;
    tally.bytes = batch.out.bytes;
    tally.segments = batch.out.count;
    batch.out.finish()?;
    Ok(tally)
}

struct Batch<'o, W: Write> {
    plan: &'o Plan,
    drugs: Option<Drugs<'o>>,
    bad: Vec<Fault>,
    warn: Vec<Fault>,
    rng: Rng,
    out: Segments<'o, W>,
    tally: Tally,
}

/// Holds where a transaction set has got to.
struct Hierarchy {
    /// The last HL01.
    level: u32,
    /// Claims still to be written.
    claims: u32,
}

impl<W: Write> Batch<'_, W> {
    fn interchange(&mut self, number: u32) -> io::Result<()> {
        let usage = char::from(self.plan.usage);
        write!(
            self.out,
            "ISA*00*{:10}*00*{:10}*ZZ*{SENDER:15}*ZZ*{RECEIVER:15}*{date}*0800*^*00501*{number:09}*0*{usage}*:",
            "",
            "",
            date = &CREATED[2..],
        )?;
        for _ in 0..self.plan.groups {
            self.group()?;
        }
        self.tally.interchanges += 1;
        write!(self.out, "IEA*{}*{number:09}", self.plan.groups)
    }

    fn group(&mut self) -> io::Result<()> {
        self.tally.groups += 1;
        let (number, implementation) = (self.tally.groups, self.plan.guide.implementation());
        write!(self.out, "GS*HC*{SENDER}*{RECEIVER}*{CREATED}*0800*{number}*X*{implementation}")?;
        for _ in 0..self.plan.sets {
            self.set()?;
        }
        write!(self.out, "GE*{}*{number}", self.plan.sets)
    }

    fn set(&mut self) -> io::Result<()> {
        self.tally.sets += 1;
        let number = self.tally.sets;
        let before = self.out.count;
        write!(self.out, "ST*837*{number:04}*{}", self.plan.guide.implementation())?;
        write!(self.out, "BHT*0019*00*{number:06}*{CREATED}*0800*CH")?;
        write!(self.out, "NM1*41*2*TIDEWATER CLAIMS SERVICE*****46*{SENDER}")?;
        write!(self.out, "PER*IC*EDI DESK*TE*2075550100")?;
        write!(self.out, "NM1*40*2*MAINECARE*****46*{RECEIVER}")?;
        let mut hierarchy = Hierarchy { level: 0, claims: self.plan.claims };
        while hierarchy.claims > 0 {
            self.billing_provider(&mut hierarchy)?;
        }
        // SE01 counts ST and SE themselves.
        write!(self.out, "SE*{}*{number:04}", self.out.count - before + 1)
    }

    fn billing_provider(&mut self, hierarchy: &mut Hierarchy) -> io::Result<()> {
        hierarchy.level += 1;
        let level = hierarchy.level;
        let address = Address::draw(&mut self.rng);
        write!(self.out, "HL*{level}**20*1")?;
        write!(self.out, "PRV*BI*PXC*207Q00000X")?;
        write!(self.out, "NM1*85*2*{}*****XX*{}", practice(&mut self.rng), npi(&mut self.rng))?;
        write!(self.out, "N3*{}", address.street())?;
        write!(self.out, "N4*{}", address.town())?;
        write!(self.out, "REF*EI*{:09}", self.rng.u32(900_000_000..1_000_000_000))?;
        let here = hierarchy.claims.min(self.rng.u32(5..=CLAIMS_PER_PROVIDER));
        let rest = hierarchy.claims - here;
        while hierarchy.claims > rest {
            self.subscriber(hierarchy, level, hierarchy.claims - rest)?;
        }
        Ok(())
    }

    /// Writes a subscriber with one or two claims of its own, or with dependents, or with both.
    fn subscriber(&mut self, hierarchy: &mut Hierarchy, parent: u32, claims_max: u32) -> io::Result<()> {
        hierarchy.level += 1;
        let level = hierarchy.level;
        let with_dependents = self.rng.f64() < self.plan.dependents;
        let own = if with_dependents {
            u32::from(self.rng.f64() < self.plan.mixed).min(claims_max - 1)
        } else {
            1 + u32::from(self.rng.u32(0..5) == 0).min(claims_max - 1)
        };
        let dependents = u32::from(with_dependents) * self.rng.u32(1..=2).min(claims_max - own);
        let relationship = if own > 0 { "18" } else { "" };
        let person = Person::draw(&mut self.rng, 1940..2005);
        let member = self.rng.u32(10_000_000..100_000_000);
        write!(self.out, "HL*{level}*{parent}*22*{}", u32::from(with_dependents))?;
        write!(self.out, "SBR*P*{relationship}*MC{:06}******MC", member % 1_000_000)?;
        write!(self.out, "NM1*IL*1*{}*{}****MI*{member}A", person.last, person.first)?;
        if own > 0 {
            self.demographics(&person)?;
        }
        write!(self.out, "NM1*PR*2*MAINECARE*****PI*MECARE")?;
        for _ in 0..own {
            self.claim()?;
        }
        for _ in 0..dependents {
            hierarchy.level += 1;
            self.patient(hierarchy.level, level, person.last)?;
        }
        hierarchy.claims -= own + dependents;
        Ok(())
    }

    /// Writes a dependent, a child of the subscriber, with one claim.
    fn patient(&mut self, level: u32, parent: u32, last: &'static str) -> io::Result<()> {
        let person = Person { last, ..Person::draw(&mut self.rng, 2006..2024) };
        write!(self.out, "HL*{level}*{parent}*23*0")?;
        write!(self.out, "PAT*19")?;
        write!(self.out, "NM1*QC*1*{last}*{}", person.first)?;
        self.demographics(&person)?;
        self.claim()
    }

    fn demographics(&mut self, person: &Person) -> io::Result<()> {
        let address = Address::draw(&mut self.rng);
        write!(self.out, "N3*{}", address.street())?;
        write!(self.out, "N4*{}", address.town())?;
        write!(self.out, "DMG*D8*{}*{}", person.birth, person.sex)
    }

    fn claim(&mut self) -> io::Result<()> {
        let fault = self.draw_fault();
        let claim = Claim::draw(&mut self.rng, self.plan.guide, self.drugs.as_ref(), fault);
        self.tally.claims += 1;
        self.tally.charge_cents += claim.charge_cents;
        if let Some(fault) = fault {
            self.tally.add_fault(fault);
        }
        let id = self.tally.claims;
        let charge = money(claim.charge_cents);
        // CLM05 to CLM09: an outpatient bill, or an office; CLM06 is not used in the institutional guide.
        let place = match self.plan.guide {
            Guide::Institutional => "13:A:1**A*Y*Y",
            Guide::Professional | Guide::Dental => "11:B:1*Y*A*Y*Y",
        };
        write!(self.out, "CLM*CG{id:08}*{charge}***{place}")?;
        self.claim_information(&claim)?;
        for (number, line) in (1_u32..).zip(&claim.lines) {
            self.service_line(number, line)?;
        }
        Ok(())
    }

    /// Draws what is wrong with the next claim, mostly nothing.
    fn draw_fault(&mut self) -> Option<Fault> {
        let share = self.rng.f64();
        let faults = if share < self.plan.bad {
            &self.bad
        } else if share < self.plan.bad + self.plan.warn {
            &self.warn
        } else {
            return None;
        };
        (!faults.is_empty()).then(|| pick(&mut self.rng, faults))
    }

    /// Writes loop 2300 between CLM and the first line.
    fn claim_information(&mut self, claim: &Claim<'_>) -> io::Result<()> {
        let from = written(claim.date);
        match self.plan.guide {
            Guide::Professional => {}
            Guide::Institutional => {
                let through = claim.date.checked_add_days(Days::new(3)).map_or(from.clone(), written);
                write!(self.out, "DTP*434*RD8*{from}-{through}")?;
                write!(self.out, "CL1*3*1*01")?;
            }
            Guide::Dental => write!(self.out, "DTP*472*D8*{from}")?,
        }
        write!(self.out, "REF*D9*{}", self.rng.u32(10_000_000..100_000_000))?;
        if self.plan.guide != Guide::Dental {
            write!(self.out, "REF*EA*MRN{}", self.rng.u32(100_000..1_000_000))?;
            self.diagnoses()?;
        }
        self.providers()
    }

    /// Writes a principal diagnosis and up to two others, which the institutional guide wants in an HI of
    /// their own.
    fn diagnoses(&mut self) -> io::Result<()> {
        let first = self.rng.u32(0..8) as usize;
        let code = |n: usize| DIAGNOSES[(first + n) % DIAGNOSES.len()];
        let others = match self.rng.u32(0..3) {
            0 => String::new(),
            1 => format!("*ABF:{}", code(1)),
            _ => format!("*ABF:{}*ABF:{}", code(1), code(2)),
        };
        if self.plan.guide == Guide::Professional {
            return write!(self.out, "HI*ABK:{}{others}", code(0));
        }
        write!(self.out, "HI*ABK:{}", code(0))?;
        if others.is_empty() { Ok(()) } else { write!(self.out, "HI{others}") }
    }

    /// Writes loops 2310: the rendering or attending provider, and mostly the place of the service.
    fn providers(&mut self) -> io::Result<()> {
        let (entity, specialty) =
            if self.plan.guide == Guide::Institutional { ("71", "AT") } else { ("82", "PE") };
        let physician = Person::draw(&mut self.rng, 1950..1990);
        let number = npi(&mut self.rng);
        write!(self.out, "NM1*{entity}*1*{}*{}****XX*{number}", physician.last, physician.first)?;
        write!(self.out, "PRV*{specialty}*PXC*207R00000X")?;
        if self.rng.u32(0..10) < 8 {
            let address = Address::draw(&mut self.rng);
            write!(self.out, "NM1*77*2*{}*****XX*{}", practice(&mut self.rng), npi(&mut self.rng))?;
            write!(self.out, "N3*{}*SUITE {}", address.street(), self.rng.u32(100..999))?;
            write!(self.out, "N4*{}", address.town())?;
        }
        Ok(())
    }

    fn service_line(&mut self, number: u32, line: &Line<'_>) -> io::Result<()> {
        self.tally.lines += 1;
        write!(self.out, "LX*{number}")?;
        self.service(line)?;
        match line.date {
            ServiceDate::None => {}
            ServiceDate::Day(day) => write!(self.out, "DTP*472*D8*{}", written(day))?,
            ServiceDate::Span(from, to) => write!(self.out, "DTP*472*RD8*{}-{}", written(from), written(to))?,
            ServiceDate::Impossible => write!(self.out, "DTP*472*D8*20251131")?,
        }
        write!(self.out, "REF*6R*CG{:08}L{number}", self.tally.claims)?;
        match &line.drug {
            Some(drug) => self.drug(drug),
            None => Ok(()),
        }
    }

    /// Writes SV1, SV2 or SV3.
    fn service(&mut self, line: &Line<'_>) -> io::Result<()> {
        let qualifier = if self.plan.guide == Guide::Dental { "AD" } else { "HC" };
        let mut procedure =
            if line.procedure.is_empty() { String::new() } else { format!("{qualifier}:{}", line.procedure) };
        if !line.description.is_empty() {
            procedure = format!("{procedure}:{}::::{}", line.modifier, line.description);
        } else if !line.procedure.is_empty() && !line.modifier.is_empty() {
            procedure = format!("{procedure}:{}", line.modifier);
        }
        let (charge, units) = (money(line.charge_cents), line.units);
        let revenue = if line.drug.is_some() { "0636" } else { "0510" };
        match self.plan.guide {
            Guide::Professional => write!(self.out, "SV1*{procedure}*{charge}*UN*{units}***1"),
            Guide::Institutional => write!(self.out, "SV2*{revenue}*{procedure}*{charge}*UN*{units}"),
            Guide::Dental => write!(self.out, "SV3*{procedure}*{charge}****{units}"),
        }
    }

    /// Writes loop 2410.
    fn drug(&mut self, drug: &Drug<'_>) -> io::Result<()> {
        self.tally.drug_lines += u64::from(drug.qualifier == "N4");
        write!(self.out, "LIN**{}*{}", drug.qualifier, drug.ndc)?;
        if let Some((quantity, unit)) = &drug.quantity {
            write!(self.out, "CTP****{quantity}*{unit}")?;
        }
        if let Some(prescription) = drug.prescription {
            write!(self.out, "REF*XZ*{prescription}")?;
        }
        Ok(())
    }
}

/// Returns an amount as X12 writes decimals, without zeros at the end.
fn money(cents: i64) -> String {
    match (cents / 100, cents % 100) {
        (units, 0) => units.to_string(),
        (units, rest) if rest % 10 == 0 => format!("{units}.{}", rest / 10),
        (units, rest) => format!("{units}.{rest:02}"),
    }
}

/// Returns a date as `YYYYMMDD`.
fn written(date: NaiveDate) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}
