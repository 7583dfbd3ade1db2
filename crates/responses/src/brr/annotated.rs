//! Findings for people at a terminal: the guilty segment with its neighbours, the guilty element underlined, and everything the report says of it.
//!
//! Unlike the forms of the report, it has no sections: findings stand in file order, and those of accepted claims are told too.
//! A fault of a unit is told once, with the unit; a claim that is refused for nothing else has one line.
//! A fault of a branch is told once, behind the claims below it, with how many there are.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use claims::Fault;
use edits::{
    Disposition, Element, ElementName, Finding, Severity, about_fault, element_of_fault, message_of_fault,
};
use x12::{Delimiters, offset_in};

use super::RefusedUnit;
use super::characters::{shown, shown_text};
use super::fields::Field;
use super::window::{Guilty, Window, window};
use super::words::{DATA_IN_ERROR, ERROR_LOCATION, finding_fields, location, unit_name};
use crate::branch::BranchRecord;
use crate::record::Record;

/// The label of what is wrong, in a sentence.
const MESSAGE: &str = "Error Message";

/// How findings are shown.
#[derive(Clone, Debug)]
pub struct Annotated {
    /// Name of the input.
    pub input_name: String,
    /// Whether to colour, in the escape sequences of terminals.
    pub coloured: bool,
}

/// One block: what is wrong, and what stands below the segment.
#[derive(Clone)]
struct Told<'t> {
    level: Level<'static>,
    code: &'t str,
    title: &'t str,
    excerpt: Excerpt,
    /// What is wrong in a sentence, where and why, in the labels of the report.
    facts: Vec<(&'static str, String)>,
    remedy: Option<&'static str>,
}

/// The guilty segment with its neighbours.
#[derive(Clone)]
struct Excerpt {
    window: Window,
    /// The name of what is missing there.
    missing: Option<String>,
}

/// One thing that is wrong with a branch, without what is known only when the branch is over.
#[derive(Clone)]
pub(crate) struct BranchTold {
    told: Told<'static>,
    /// The level and the set that it stands in.
    branch: String,
    /// Whether the claims below it are rejected for it.
    rejects: bool,
}

/// A place that an acknowledgement points at.
pub struct Pointed<'t> {
    /// Element and code that say what is wrong, such as `IK403 7`.
    pub code: &'t str,
    /// What is wrong, as a heading.
    pub title: &'t str,
    /// The whole file that was answered.
    pub file: &'t [u8],
    /// The separators of the interchange.
    pub delimiters: Delimiters,
    /// The guilty bytes; what is missing is an empty slice where it should stand.
    pub place: &'t [u8],
    /// The loop that the acknowledgement names; empty where it names none.
    pub within: &'t str,
    /// Segment, element and component.
    pub element: ElementName<'t>,
    /// Position of the segment in the file, from 1.
    pub segment_number: u64,
}

impl Annotated {
    /// Shows every finding of a claim.
    pub(crate) fn claim(&self, record: &Record<'_, '_>, out: &mut Vec<u8>) {
        let refused = record.verdict.disposition == Disposition::Refused;
        let is_told_elsewhere = |finding: &Finding<'_>| is_of_unit(finding) || record.is_of_branch(finding);
        let mut own = record.verdict.findings.iter().filter(|finding| !is_told_elsewhere(finding));
        let Some(first) = own.next() else {
            if refused {
                self.refused_claim(record, out);
            }
            return;
        };
        for finding in std::iter::once(first).chain(own) {
            self.finding(record, finding, out);
        }
    }

    fn refused_claim(&self, record: &Record<'_, '_>, out: &mut Vec<u8>) {
        let title = format!("claim {}: stands in a unit that is refused", claim_words(record));
        let group = Group::with_title(Level::INFO.with_name("refused").primary_title(title));
        self.render(&[group], out);
    }

    fn finding(&self, record: &Record<'_, '_>, finding: &Finding<'_>, out: &mut Vec<u8>) {
        let disposition = record.verdict.disposition.as_str();
        let mut facts = vec![
            (MESSAGE, shown_text(&finding.message)),
            ("Claim", format!("{}, {disposition}", claim_words(record))),
        ];
        // What is in error is underlined, and need not be said again.
        let fields = finding_fields(record, finding);
        let others = fields.iter().filter(|field| field.label != DATA_IN_ERROR);
        facts.extend(others.map(|Field { label, value, .. }| (label, value.to_owned())));
        let told = Told {
            level: level(record, finding),
            code: finding.about.code,
            title: finding.about.title,
            excerpt: Excerpt::of(record.file, Some(record.interchange.delimiters), &finding.element),
            facts,
            remedy: Some(record.remedy(finding)),
        };
        self.block(told, out);
    }

    /// Shows what is wrong with a branch, once it is known how many claims stand below it.
    pub(crate) fn branch(&self, told: &[BranchTold], claims: u64, out: &mut Vec<u8>) {
        for BranchTold { told, branch, rejects } in told {
            let below = match (claims, rejects) {
                (0, _) => "no claim stands in it, and nothing is rejected for it".to_owned(),
                (1, true) => "1 claim stands in it, and is rejected for it".to_owned(),
                (1, false) => "1 claim stands in it".to_owned(),
                (_, true) => format!("{claims} claims stand in it, and are rejected for it"),
                (_, false) => format!("{claims} claims stand in it"),
            };
            let mut told = told.clone();
            told.facts.insert(1, ("Branch", format!("{branch}; {below}")));
            self.block(told, out);
        }
    }

    /// Shows every reason why a unit is refused.
    pub(crate) fn unit(&self, unit: &RefusedUnit<'_, '_>, out: &mut Vec<u8>) {
        let refused = format!("{} {}", unit_name(unit.level), shown(unit.control_number));
        for fault in unit.faults {
            let mut told = fault_told(unit.file, Some(unit.interchange.delimiters), fault);
            told.facts.insert(1, ("Refused", refused.clone()));
            self.block(told, out);
        }
    }

    /// Shows a fault that belongs to no interchange.
    pub fn file_fault(&self, file: &[u8], fault: &Fault<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        self.block(fault_told(file, None, fault), &mut out);
        out
    }

    /// Shows a place that an acknowledgement points at.
    pub fn pointed(&self, pointed: &Pointed<'_>) -> Vec<u8> {
        let &Pointed { code, title, file, delimiters, place, within, element, segment_number } = pointed;
        let within = Some(within).filter(|name| !name.is_empty());
        let location = location(within, &element.text(), segment_number, offset_in(file, place));
        let guilty = Element { within: None, name: element, place, segment_number };
        let told = Told {
            level: Level::ERROR,
            code,
            title,
            excerpt: Excerpt::of(file, Some(delimiters), &guilty),
            facts: vec![(ERROR_LOCATION, location)],
            remedy: None,
        };
        let mut out = Vec::new();
        self.block(told, &mut out);
        out
    }

    fn block(&self, told: Told<'_>, out: &mut Vec<u8>) {
        let Excerpt { window, missing } = told.excerpt;
        let mut underlined = AnnotationKind::Primary.span(window.span);
        if let Some(missing) = missing {
            underlined = underlined.label(format!("{missing} is missing here"));
        }
        let snippet = Snippet::source(window.text)
            .line_start(window.first_number)
            .path(self.input_name.as_str())
            .fold(false)
            .annotation(underlined);
        let note = |(label, words): (&'static str, String)| Level::NOTE.with_name(label).message(words);
        let group = told
            .level
            .primary_title(told.title)
            .id(told.code)
            .element(snippet)
            .elements(told.facts.into_iter().map(note))
            .elements(told.remedy.map(|remedy| Level::HELP.with_name("What to Do").message(remedy)));
        self.render(&[group], out);
    }

    fn render(&self, groups: &[Group<'_>], out: &mut Vec<u8>) {
        let renderer = if self.coloured { Renderer::styled() } else { Renderer::plain() };
        out.extend_from_slice(renderer.render(groups).as_bytes());
        out.extend_from_slice(b"\n\n");
    }
}

impl Excerpt {
    fn of(file: &[u8], delimiters: Option<Delimiters>, guilty: &Element<'_>) -> Excerpt {
        let &Element { place, name: element, segment_number, .. } = guilty;
        let window = window(&Guilty { file, delimiters, place, element, segment_number });
        Excerpt { window, missing: place.is_empty().then(|| element.text().into_owned()) }
    }
}

impl BranchTold {
    /// Puts together what is wrong with the branch of `record`.
    pub(crate) fn of(record: &BranchRecord<'_, '_>, findings: &[&Finding<'_>]) -> Vec<BranchTold> {
        let branch = format!(
            "HL {} of transaction set {}",
            shown(record.level_number),
            shown(record.transaction_set_control_number)
        );
        let one = |finding: &&Finding<'_>| {
            let Element { within, name, place, segment_number } = finding.element;
            let byte = offset_in(record.file, place);
            let location = location(within, &name.text(), segment_number, byte);
            let told = Told {
                level: level_of(finding.severity),
                code: finding.about.code,
                title: finding.about.title,
                excerpt: Excerpt::of(record.file, Some(record.delimiters), &finding.element),
                facts: vec![(MESSAGE, shown_text(&finding.message)), (ERROR_LOCATION, location)],
                remedy: Some(finding.about.remedy),
            };
            let rejects = finding.severity == Severity::Reject && !record.is_refused;
            BranchTold { told, branch: branch.clone(), rejects }
        };
        findings.iter().map(one).collect()
    }
}

/// Whether the finding is a fault of the interchange, group or set around the claim.
fn is_of_unit(finding: &Finding<'_>) -> bool {
    finding.fault.is_some_and(|fault| fault.level != claims::Level::Segment)
}

fn level(record: &Record<'_, '_>, finding: &Finding<'_>) -> Level<'static> {
    // A held claim has errors only on the portal, where they deny their lines once it is released.
    let is_held = record.verdict.disposition == Disposition::Held;
    let denies = |index| is_held || record.verdict.denied_lines.contains(&index);
    match finding.severity {
        Severity::Reject if finding.line.as_ref().is_some_and(|line| denies(line.index)) => {
            Level::ERROR.with_name("line denial")
        }
        severity => level_of(severity),
    }
}

fn level_of(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Off | Severity::Warn => Level::WARNING,
        Severity::Hold => Level::INFO.with_name("hold"),
        Severity::Reject => Level::ERROR,
    }
}

/// Names a claim: `26463774, claim 2 of the file, 100.00`.
fn claim_words(record: &Record<'_, '_>) -> String {
    let id = shown(record.claim.patient_control_number);
    format!("{id}, claim {} of the file, {}", record.claim_number, shown(record.charge()))
}

fn fault_told<'t>(file: &'t [u8], delimiters: Option<Delimiters>, fault: &Fault<'t>) -> Told<'t> {
    let about = about_fault(fault.kind);
    let element = element_of_fault(fault);
    let location =
        location(element.within, &element.name.text(), fault.segment_number, offset_in(file, fault.place));
    Told {
        level: Level::ERROR,
        code: about.code,
        title: about.title,
        excerpt: Excerpt::of(file, delimiters, &element),
        facts: vec![(MESSAGE, shown_text(&message_of_fault(fault))), (ERROR_LOCATION, location)],
        remedy: Some(about.remedy),
    }
}
