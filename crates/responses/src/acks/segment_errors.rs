//! The errors of a segment as a 999 tells them: IK3, CTX and IK4.
//!
//! Faults and findings of syntax come in, with where they stand; the segments of a 999 go out, in the order of the file.
//! Source: 005010X231A1, loops 2100 and 2110.

use std::borrow::Cow;

use claims::{Fault, Level};
use edits::{ElementName, Finding, acknowledgement_codes, element_of_fault};
use x12::Segment;

use super::segments::{composite, count, is_plain, segment, text};
use crate::branch::BranchRecord;
use crate::record::Record;

/// What stands in IK4 for a copy of the bad value, at most.
const COPY_BYTES_MAX: usize = 99;

/// One thing that is wrong with a segment.
pub(super) struct SegmentError<'a> {
    /// The segment's identifier.
    segment: &'a [u8],
    /// Position in the transaction set, ST being 1; of what is missing, where it should stand.
    position: u64,
    in_loop: &'static str,
    /// IK304.
    code: &'static str,
    element: Option<ElementError<'a>>,
}

/// What is wrong with an element of it.
struct ElementError<'a> {
    place: guides::Place,
    /// IK402.
    reference: Option<&'static str>,
    /// IK403.
    code: &'static str,
    value: &'a [u8],
}

/// The errors of one segment as they are written, or several of one segment.
#[derive(Clone)]
pub(crate) struct SegmentInError {
    /// Position in the transaction set, ST being 1.
    pub position: u64,
    /// Whether a code says that it is the guide that is departed from, not the standard.
    pub is_of_guide: bool,
    /// IK3 and what stands under it.
    pub bytes: Vec<u8>,
}

/// What is known of an error beside the error itself.
pub(super) struct Around<'a> {
    /// Position in the file of a segment of the set, from 1.
    pub segment_number: u64,
    /// The position of that segment in the set, ST being 1.
    pub set_position: u64,
    /// What the guide of the set says.
    pub guide: Option<&'static guides::Guide>,
    /// CLM01 and the position of CLM, for errors of a claim.
    pub claim: Option<(&'a [u8], u64)>,
    /// The separators of the file.
    pub delimiters: x12::Delimiters,
}

/// Returns the errors of syntax in a claim; those of the branches above it are told where they stand.
pub(super) fn errors_of_claim(record: &Record<'_, '_>) -> Vec<SegmentInError> {
    let around = Around {
        segment_number: record.claim.first_segment,
        set_position: record.set_position,
        guide: record.guide,
        claim: Some((record.claim.patient_control_number, record.set_position)),
        delimiters: record.interchange.delimiters,
    };
    let own = record.verdict.findings.iter().filter(|finding| !record.is_of_branch(finding));
    written(own.filter_map(|finding| error_of_finding(finding, &around)).collect(), &around)
}

/// Returns the errors of syntax in a branch by itself.
pub(crate) fn errors_of_branch(
    record: &BranchRecord<'_, '_>,
    findings: &[Finding<'_>],
) -> Vec<SegmentInError> {
    let around = Around {
        segment_number: record.set_first_segment,
        set_position: 1,
        guide: record.guide,
        claim: None,
        delimiters: record.delimiters,
    };
    written(findings.iter().filter_map(|finding| error_of_finding(finding, &around)).collect(), &around)
}

fn error_of_finding<'a>(finding: &Finding<'a>, around: &Around<'_>) -> Option<SegmentError<'a>> {
    let reference = finding.fault.filter(|fault| fault.level == Level::Segment)?;
    let element = &finding.element;
    let fault = Fault {
        deviation: reference.deviation,
        ..Fault::new(reference.kind, reference.level, element.place, element.segment_number)
    };
    let mut error = error_of(&fault, around);
    if let (ElementName::At { segment, element: position, .. }, None) = (element.name, reference.deviation) {
        error.segment = segment;
        if let Some(element) = &mut error.element {
            element.place.element = position;
        }
    }
    Some(error)
}

/// Returns how a 999 names a fault of a segment.
pub(super) fn error_of<'a>(fault: &Fault<'a>, around: &Around<'_>) -> SegmentError<'a> {
    let codes = acknowledgement_codes(fault.kind);
    let position = (around.set_position + fault.segment_number).saturating_sub(around.segment_number);
    let value = fault.place;
    if let Some(deviation) = &fault.deviation {
        let row = deviation.row;
        let segment = match (deviation.kind, row) {
            (guides::Kind::SegmentMissing | guides::Kind::LoopMissing, Some(row)) => row.segment.as_bytes(),
            _ => deviation.segment,
        };
        let place = deviation.element;
        let reference = row
            .zip(around.guide)
            .and_then(|(row, guide)| guide.data_element(row, place.element, place.component));
        let in_loop = deviation.in_loop.name;
        let element = (!codes.element.is_empty()).then_some(ElementError {
            place,
            reference,
            code: codes.element,
            value,
        });
        return SegmentError { segment, position, in_loop, code: codes.segment, element };
    }
    let named = element_of_fault(fault);
    let name = named.name.text();
    let (segment, element) = split_name(&name);
    let reference = around.guide.and_then(|guide| {
        let row = guide.rows().iter().find(|row| row.segment == segment)?;
        guide.data_element(row, element, 0)
    });
    // What is not there is missing, whatever should have stood there.
    let code = if value.is_empty() { "1" } else { codes.element };
    let place = guides::Place { element, ..guides::Place::default() };
    let is_element = !codes.element.is_empty() && 0 < element;
    let whole = Segment { bytes: value, delimiters: around.delimiters };
    SegmentError {
        // The name of a segment that is wrong as a whole stands at its begin.
        segment: if is_element || value.is_empty() { known_name(segment) } else { whole.element(0) },
        position,
        in_loop: named.within.unwrap_or_default(),
        code: codes.segment,
        element: is_element.then_some(ElementError { place, reference, code, value }),
    }
}

/// Returns the identifier as one that lasts: of faults without a deviation only these are named by their element.
fn known_name(segment: &str) -> &'static [u8] {
    match segment {
        "HL" => b"HL",
        "SV1" => b"SV1",
        _ => b"CLM",
    }
}

/// Takes the name of an element apart: `SV101-2` is element 1 of SV1; a segment alone has element 0.
pub(super) fn split_name(name: &str) -> (&str, u16) {
    let name = name.split_once('-').map_or(name, |(element, _)| element);
    let place = name.len().checked_sub(2).filter(|&place| 2 <= place);
    let (segment, element) = place.and_then(|place| name.split_at_checked(place)).unwrap_or((name, ""));
    element.parse().map_or((name, 0), |element| (segment, element))
}

/// Writes errors in the order of their segments; those of the elements of one segment stand under one IK3.
pub(super) fn written(mut errors: Vec<SegmentError<'_>>, around: &Around<'_>) -> Vec<SegmentInError> {
    errors.sort_by_key(|error| error.position);
    let mut written: Vec<SegmentInError> = Vec::new();
    let mut last: Option<(u64, &str)> = None;
    for error in errors {
        let is_of_guide = error.code.starts_with('I')
            || error.element.as_ref().is_some_and(|element| element.code.starts_with('I'));
        // An error of elements goes on where the last one stands, if that is one of elements of the same segment.
        let goes_on = error.element.is_some() && last == Some((error.position, "8"));
        if !goes_on {
            let mut bytes = Vec::new();
            write_segment(&error, around, &mut bytes);
            written.push(SegmentInError { position: error.position, is_of_guide, bytes });
        }
        last = Some((error.position, error.code));
        if let (Some(element), Some(entry)) = (&error.element, written.last_mut()) {
            write_element(element, &mut entry.bytes);
            entry.is_of_guide |= is_of_guide;
        }
    }
    written
}

fn write_segment(error: &SegmentError<'_>, around: &Around<'_>, out: &mut Vec<u8>) {
    let in_loop: &[u8] = if error.in_loop == "ST" { b"" } else { error.in_loop.as_bytes() };
    let id = segment_id(error.segment);
    segment(out, "IK3", &[&id, &count(error.position, 6), in_loop, error.code.as_bytes()]);
    // The business unit is the claim; a branch and a set have none here.
    if let Some((number, position)) = around.claim.filter(|&(number, _)| is_plain(number))
        && position <= error.position
    {
        segment(out, "CTX", &[&composite(&[b"CLM01", &text(number, 35)])]);
    }
}

fn write_element(error: &ElementError<'_>, out: &mut Vec<u8>) {
    let guides::Place { element, component, repetition } = error.place;
    let position = |position: u16| if position == 0 { Vec::new() } else { count(position.into(), 2) };
    let place = composite(&[&count(element.into(), 2), &position(component), &position(repetition)]);
    // A copy that would itself be a fault is left out.
    let copy = if is_plain(error.value) { text(error.value, COPY_BYTES_MAX) } else { Cow::default() };
    let reference = error.reference.unwrap_or_default();
    segment(out, "IK4", &[&place, reference.as_bytes(), error.code.as_bytes(), &copy]);
}

/// Returns a segment's identifier as IK301 and TED03 hold it: of two or three letters and digits, whatever stands in the file.
pub(super) fn segment_id(id: &[u8]) -> Vec<u8> {
    let mut id: Vec<u8> = id.iter().copied().filter(u8::is_ascii_alphanumeric).take(3).collect();
    while id.len() < 2 {
        id.push(b'Z');
    }
    id
}
