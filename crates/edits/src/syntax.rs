//! Faults of syntax in words: one code for each kind.
//!
//! X120.. of the file, X121.. of the interchange, X122.. of the group, X123.. of the transaction set, X124.. of its tree,
//! X125.. of a claim; X126.. to X128.. of segments and elements that depart from their guide stand in `deviations`.

use claims::{Expected, Fault, Kind, Loop};
use x12::Kind as X12;

use crate::about::{About, ClaimStatus, status};
use crate::acknowledgement::{AcknowledgementCodes, NONE, element, group, segment, set, ta1};
use crate::deviations;
use crate::finding::{Element, ElementName, FaultRef, Findings};
use crate::profile::Severity;
use crate::text_of;

/// One kind of fault and what is said of it.
struct Entry {
    kind: Kind,
    /// The loop that the segment stands in, if it is not one of the envelope.
    within: Option<Loop>,
    codes: AcknowledgementCodes,
    about: About,
}

/// Category A3: the claim cannot be taken into adjudication; status 21: missing or invalid information.
const STATUS: &[ClaimStatus] = &[status("A3", "21")];
const ENVELOPE: &str = "X12.5 Interchange Control Structures; X12.6 Application Control Structure";

const COUNT: &str = "A wrong count is how lost or doubled segments are noticed.";
const NUMBER: &str = "Header and trailer with different control numbers may belong to two different units.";
const TWICE: &str = "Two units with one control number cannot be told apart in any answer.";
const OPEN: &str = "Without its trailer nobody can tell whether the unit is whole.";
const TREE: &str = "The claims below would be laid to the wrong provider or subscriber.";

/// `[code, element, title, why, remedy]` of one kind.
const fn entry(
    kind: Kind,
    within: Option<Loop>,
    codes: AcknowledgementCodes,
    words: [&'static str; 5],
) -> Entry {
    let [code, element, title, why, remedy] = words;
    let severity = Severity::Reject;
    let about =
        About { code, title, element, why, remedy, source: ENVELOPE, severity, status: STATUS, denial: None };
    Entry { kind, within, codes, about }
}

const fn envelope(kind: X12, codes: AcknowledgementCodes, words: [&'static str; 5]) -> Entry {
    entry(Kind::X12(kind), None, codes, words)
}

#[rustfmt::skip]
static ENTRIES: [Entry; 40] = [
    envelope(X12::NoInterchange, NONE, ["X12010", "ISA", "No interchange in the file",
        "Nothing can be read.", "Send a file that begins with an ISA segment."]),
    envelope(X12::Utf16, NONE, ["X12020", "ISA", "File written with two bytes a character",
        "X12 separators are single bytes; nothing can be read.", "Save the file as plain ASCII text and send it again."]),
    envelope(X12::OutsideText, NONE, ["X12030", "ISA", "Text outside of any interchange",
        "What stands there is not read, and may have been meant to be.", "Remove the text, or mend the ISA in front of it, and send that part again."]),
    envelope(X12::IsaTruncated, NONE, ["X12040", "ISA", "File ends inside an ISA",
        "The transfer was cut off.", "Send the interchange that was cut off again, whole."]),
    envelope(X12::UnterminatedLastSegment, ta1("023"), ["X12050", "ISA16", "Last segment has no terminator",
        "The transfer was cut off, and the last element may be incomplete.", "Send the interchange again, whole and under a control number (ISA13) of its own."]),
    envelope(X12::IeaMissingAtEnd, ta1("023"), ["X12060", "IEA", "File ends before the interchange trailer",
        "The transfer was cut off; claims behind the cut are not here.", "Send the interchange again, whole and under a control number (ISA13) of its own."]),
    envelope(X12::IsaNotFixedWidth, ta1("022"), ["X12110", "ISA", "ISA does not have its fixed width",
        "The separators are read by place from the ISA; a shifted one may be misread.", "Pad every element of the ISA to its full width."]),
    envelope(X12::IsaNoComponentSeparator, ta1("027"), ["X12120", "ISA16", "ISA names no component separator",
        "Composites such as SV101 cannot be taken apart.", "Put the component separator into ISA16."]),
    envelope(X12::DelimitersUnusable, ta1("026"), ["X12130", "ISA", "Separators cannot be told apart",
        "Text and separators would be mixed up.", "Choose four different separators that are neither letters, digits nor blanks."]),
    envelope(X12::DuplicateIsa13, ta1("025"), ["X12140", "ISA13", "Interchange control number used twice in the file",
        TWICE, "Give every interchange its own ISA13; if this one was doubled by mistake, leave it out."]),
    envelope(X12::IeaMissing, ta1("022"), ["X12150", "IEA", "Another interchange opens before the trailer",
        OPEN, "End the interchange with IEA before the next ISA."]),
    envelope(X12::Iea01Mismatch, ta1("021"), ["X12160", "IEA01", "Wrong number of functional groups",
        COUNT, "Set IEA01 to the number of GS segments, or restore the groups that are missing."]),
    envelope(X12::Iea02Mismatch, ta1("001"), ["X12170", "IEA02", "Interchange trailer has another control number",
        NUMBER, "Set IEA02 to the value of ISA13."]),
    entry(Kind::TooManyFaults, None, ta1("024"), ["X12180", "ISA", "Too many faults in one interchange",
        "So many units are faulty that the interchange as a whole cannot be trusted.", "Mend the program that wrote the interchange and send it again."]),
    envelope(X12::GsMissing, ta1("024"), ["X12210", "GS", "Transaction set outside of any functional group",
        "The set has no sender, receiver or version of its own.", "Put a GS segment in front of the first ST."]),
    envelope(X12::GeWithoutGs, ta1("024"), ["X12220", "GE", "Group trailer without a group",
        "A group header is lost, or the trailer is doubled.", "Remove the GE, or restore its GS."]),
    envelope(X12::GeMissing, AcknowledgementCodes { group: "3", ..ta1("022") }, ["X12230", "GE", "Functional group has no trailer",
        OPEN, "End the group with GE."]),
    envelope(X12::Ge01Mismatch, group("5"), ["X12240", "GE01", "Wrong number of transaction sets",
        COUNT, "Set GE01 to the number of ST segments, or restore the sets that are missing."]),
    envelope(X12::Ge02Mismatch, group("4"), ["X12250", "GE02", "Group trailer has another control number",
        NUMBER, "Set GE02 to the value of GS06."]),
    envelope(X12::DuplicateGs06, group("19"), ["X12260", "GS06", "Group control number used twice in the interchange",
        TWICE, "Give every group its own GS06; if this one was doubled by mistake, leave it out."]),
    entry(Kind::ReleaseNotSupported, None, set("1"), ["X12310", "ST03", "Transaction set or release is not taken here",
        "Its rules are not known, so its claims cannot be judged.", "Send an 837 of release 005010: X222A1 professional, X223A2 institutional or X224A2 dental."]),
    envelope(X12::SeWithoutSt, ta1("024"), ["X12320", "SE", "Set trailer without a set",
        "A set header is lost, or the trailer is doubled.", "Remove the SE, or restore its ST."]),
    envelope(X12::SeMissing, AcknowledgementCodes { set: "2", ..ta1("022") }, ["X12330", "SE", "Transaction set has no trailer",
        OPEN, "End the set with SE."]),
    envelope(X12::Se01Mismatch, set("4"), ["X12340", "SE01", "Wrong number of segments",
        COUNT, "Set SE01 to the number of segments from ST through SE, or restore the segments that are missing."]),
    envelope(X12::Se02Mismatch, set("3"), ["X12350", "SE02", "Set trailer has another control number",
        NUMBER, "Set SE02 to the value of ST02."]),
    envelope(X12::DuplicateSt02, set("23"), ["X12360", "ST02", "Set control number used twice in the group",
        TWICE, "Give every set its own ST02; if this one was doubled by mistake, leave it out."]),
    envelope(X12::SegmentOutsideTransaction, ta1("024"), ["X12370", "ST", "Segment outside of any transaction set",
        "It belongs to no set, so nobody reads it.", "Move the segment into a set between ST and SE, or remove it."]),
    entry(Kind::St03Mismatch, None, set("19"), ["X12380", "ST03", "Set names another guide than its group",
        "Who reads by GS08 and who reads by ST03 would read two different things.", "Give ST03 the value of GS08; put sets of another guide or version into a group of their own."]),
    entry(Kind::Hl01Sequence, None, element("I12"), ["X12410", "HL01", "Level number out of sequence",
        TREE, "Number the HL segments of each set 1, 2, 3 and so on."]),
    entry(Kind::Hl02Parent, None, element("I12"), ["X12420", "HL02", "Level names a wrong parent",
        TREE, "Set HL02 to the HL01 of the level above: none for 20, the billing provider for 22, the subscriber for 23."]),
    entry(Kind::Hl03Level, None, element("7"), ["X12430", "HL03", "Level code is none of the 837",
        TREE, "Use 20 for billing provider, 22 for subscriber and 23 for patient."]),
    entry(Kind::Hl04Child, None, element("7"), ["X12440", "HL04", "Level does not say whether others follow below it",
        TREE, "Set HL04 to 1 if a level follows below, else to 0."]),
    entry(Kind::ClaimOutsideHierarchy, Some(Loop::L2300), segment("2"), ["X12510", "CLM", "Claim under neither a subscriber nor a patient",
        "Nobody can tell whose claim it is.", "Put the claim under an HL of level 22 or 23."]),
    entry(Kind::ClaimTooLong, Some(Loop::L2300), segment("4"), ["X12520", "CLM", "Claim is longer than the limit",
        "It was not read to its end.", "Split the claim, or ask for a higher limit."]),
    entry(Kind::X12(X12::SegmentTooLong), None, segment("8"), ["X12530", "NTE", "Segment is longer than the limit",
        "A lost terminator makes segments run together.", "Look for a missing terminator; shorten the segment otherwise."]),
    entry(Kind::X12(X12::TooManyElements), None, element("3"), ["X12540", "NTE", "Segment has more elements than the limit",
        "No segment of an 837 has that many; a terminator may be lost.", "Look for a missing terminator; remove the surplus elements otherwise."]),
    entry(Kind::Clm01Missing, Some(Loop::L2300), element("1"), ["X12550", "CLM01", "Claim has no patient control number",
        "No answer could name the claim.", "Put your own number for the claim into CLM01."]),
    entry(Kind::Clm02Unreadable, Some(Loop::L2300), element("6"), ["X12560", "CLM02", "Total charge is not an amount",
        "The claim cannot be counted into any total.", "Write the amount with digits and a decimal point, without sign or thousands separators."]),
    entry(Kind::LineChargeUnreadable, Some(Loop::L2400), element("6"), ["X12570", "SV102", "Line charge is not an amount",
        "The line cannot be counted into any total.", "Write the amount with digits and a decimal point, without sign or thousands separators."]),
    entry(Kind::LineOutsideClaim, None, segment("2"), ["X12580", "LX", "Service line outside of any claim",
        "Its claim has lost its CLM, so nobody can judge it, count its charge or send it back by itself.", "Put the CLM of the claim in front of its lines, and send the set again."]),
];

fn entry_of(kind: Kind) -> Option<&'static Entry> {
    // One code says that a set is not taken, whatever it is for.
    let kind = if kind == Kind::SetNotSupported { Kind::ReleaseNotSupported } else { kind };
    ENTRIES.iter().find(|entry| entry.kind == kind)
}

/// Iterates over the words of every fault of syntax.
pub(crate) fn abouts() -> impl Iterator<Item = &'static About> {
    ENTRIES.iter().map(|entry| &entry.about).chain(deviations::abouts())
}

/// Returns the words of a kind of fault.
pub fn about_fault(kind: Kind) -> &'static About {
    match kind {
        Kind::Guide(kind) => deviations::about(kind),
        _ => &entry_of(kind).expect("every kind of fault has its words, as a test asserts").about,
    }
}

/// Returns what acknowledgements say of a kind of fault.
pub fn acknowledgement_codes(kind: Kind) -> AcknowledgementCodes {
    match kind {
        Kind::Guide(kind) => deviations::acknowledgement_codes(kind),
        _ => entry_of(kind).map_or(NONE, |entry| entry.codes),
    }
}

/// Returns what acknowledgements say of the fault whose code is `code`; nothing for a code that is none of syntax.
pub fn acknowledgement_codes_of(code: &str) -> AcknowledgementCodes {
    let own = ENTRIES.iter().find(|entry| entry.about.code == code).map(|entry| entry.codes);
    own.or_else(|| deviations::kind_of(code).map(deviations::acknowledgement_codes)).unwrap_or(NONE)
}

/// Says what is wrong, in a sentence, without the content of any element.
pub fn message_of_fault(fault: &Fault<'_>) -> String {
    let about = about_fault(fault.kind);
    match (fault.expected, &fault.deviation) {
        (Some(Expected::Count(count)), _) => format!("{}: {} should be {count}.", about.title, about.element),
        (_, Some(deviation)) => deviations::message(deviation, predecessor_of(fault)),
        (_, None) => format!("{}.", about.title),
    }
}

/// Names the segment behind which what is missing or late should stand, by its identifier and its position.
fn predecessor_of(fault: &Fault<'_>) -> Option<String> {
    let Some(Expected::Behind { segment, distance }) = fault.expected else { return None };
    let number = fault.segment_number.checked_sub(distance.into())?;
    let letters: Vec<u8> = segment.packed().to_be_bytes().into_iter().filter(|&letter| letter != 0).collect();
    let name = if letters.is_empty() { String::new() } else { text_of(&letters) + ", " };
    Some(format!("{name}segment {number} of the file"))
}

/// Returns the element that a fault points at.
pub fn element_of_fault<'a>(fault: &Fault<'a>) -> Element<'a> {
    let (within, name) = if let Some(deviation) = &fault.deviation {
        // A segment of the envelope stands in no loop.
        let is_envelope = matches!(fault.level, claims::Level::Interchange | claims::Level::Group);
        (Some(deviation.in_loop.name).filter(|_| !is_envelope), deviations::name(deviation))
    } else {
        let within = entry_of(fault.kind).and_then(|entry| entry.within).map(Loop::as_str);
        let name = match fault.kind {
            Kind::SetNotSupported => "ST01",
            kind => about_fault(kind).element,
        };
        (within, ElementName::Known(name))
    };
    Element { within, name, place: fault.place, segment_number: fault.segment_number }
}

/// Adds what a fault means for the claim that it spoils.
pub(crate) fn finding_of_fault<'a>(fault: &Fault<'a>, element: Element<'a>, findings: &mut Findings<'a, '_>) {
    let about = about_fault(fault.kind);
    let reference = FaultRef { kind: fault.kind, level: fault.level, deviation: fault.deviation };
    if let Some(finding) = findings.add(about, None, element, message_of_fault(fault)) {
        finding.fault = Some(reference);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every kind that the reader, the tree and the claim can find.
    const KINDS: [Kind; 40] = [
        Kind::X12(X12::NoInterchange),
        Kind::X12(X12::Utf16),
        Kind::X12(X12::OutsideText),
        Kind::X12(X12::IsaTruncated),
        Kind::X12(X12::IsaNotFixedWidth),
        Kind::X12(X12::IsaNoComponentSeparator),
        Kind::X12(X12::DelimitersUnusable),
        Kind::X12(X12::DuplicateIsa13),
        Kind::X12(X12::UnterminatedLastSegment),
        Kind::X12(X12::IeaMissingAtEnd),
        Kind::X12(X12::IeaMissing),
        Kind::X12(X12::Iea01Mismatch),
        Kind::X12(X12::Iea02Mismatch),
        Kind::X12(X12::GsMissing),
        Kind::X12(X12::GeWithoutGs),
        Kind::X12(X12::GeMissing),
        Kind::X12(X12::Ge01Mismatch),
        Kind::X12(X12::Ge02Mismatch),
        Kind::X12(X12::DuplicateGs06),
        Kind::X12(X12::SeWithoutSt),
        Kind::X12(X12::SeMissing),
        Kind::X12(X12::Se01Mismatch),
        Kind::X12(X12::Se02Mismatch),
        Kind::X12(X12::DuplicateSt02),
        Kind::X12(X12::SegmentOutsideTransaction),
        Kind::X12(X12::SegmentTooLong),
        Kind::X12(X12::TooManyElements),
        Kind::ReleaseNotSupported,
        Kind::St03Mismatch,
        Kind::Hl01Sequence,
        Kind::Hl02Parent,
        Kind::Hl03Level,
        Kind::Hl04Child,
        Kind::ClaimOutsideHierarchy,
        Kind::LineOutsideClaim,
        Kind::ClaimTooLong,
        Kind::Clm01Missing,
        Kind::Clm02Unreadable,
        Kind::LineChargeUnreadable,
        Kind::TooManyFaults,
    ];

    #[test]
    fn every_kind_has_its_words() {
        for kind in KINDS {
            assert!(ENTRIES.iter().any(|entry| entry.kind == kind), "{kind:?}");
        }
        assert_eq!(KINDS.len(), ENTRIES.len());
    }

    #[test]
    fn a_wrong_count_says_the_right_one() {
        let fault = Fault::new(Kind::X12(X12::Se01Mismatch), claims::Level::Set, b"42", 9);
        let fault = Fault { expected: Some(Expected::Count(40)), ..fault };
        assert_eq!(message_of_fault(&fault), "Wrong number of segments: SE01 should be 40.");
    }
}
