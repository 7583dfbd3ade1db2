//! One branch of the tree: billing provider, subscriber or patient, from its HL up to its first claim or the next HL.

use claims::PieceSegments;
use x12::{Segment, SegmentId};

use super::{
    Tell, npi_invalid, patient_address_missing, postal_code_malformed, relationship_missing, state_unknown,
    subscriber_is_not_the_patient,
};

/// The segments of a branch.
#[derive(Clone, Copy)]
pub(super) struct Branch<'a, 'b> {
    pub segments: PieceSegments<'a, 'b>,
    /// 0 billing provider, 1 subscriber, 2 patient.
    pub depth: usize,
}

/// What rules ask of a subscriber.
#[derive(Default)]
pub(super) struct Subscriber<'a> {
    /// SBR02, and where the SBR stands.
    pub relationship: Option<(&'a [u8], usize)>,
    /// Whether NM102 says that it is a person.
    pub is_person: bool,
    /// Whether loop 2010BA has each of [`NAMED`].
    pub has: [bool; 3],
    /// The last segment of loop 2010BA, and where it stands.
    pub last_of_name: Option<(Segment<'a>, usize)>,
    /// What follows.
    pub below: Below,
}

/// What stands behind the segments of a subscriber.
#[derive(Default, PartialEq, Eq)]
pub(super) enum Below {
    /// A claim of its own, whatever else.
    Claim,
    /// Its first patient, and so no claim of its own.
    Patient,
    /// Neither.
    #[default]
    Nothing,
}

/// The segments of loop 2010BA that a subscriber has if it is the patient.
pub(super) const NAMED: [&str; 3] = ["N3", "N4", "DMG"];

const CLM: SegmentId = SegmentId::new(b"CLM");
const DMG: SegmentId = SegmentId::new(b"DMG");
const HL: SegmentId = SegmentId::new(b"HL");
const N3: SegmentId = SegmentId::new(b"N3");
const N4: SegmentId = SegmentId::new(b"N4");
const NM1: SegmentId = SegmentId::new(b"NM1");
const SBR: SegmentId = SegmentId::new(b"SBR");

/// How deep the subscriber stands.
const SUBSCRIBER: usize = 1;

/// Tells everything that the rules have to say of a branch, behind which the segment `behind` stands.
pub(super) fn look<'a>(branch: Branch<'a, '_>, behind: impl FnOnce() -> Segment<'a>, tell: Tell<'_, 'a>) {
    let Branch { segments, depth } = branch;
    let mut subscriber = Subscriber::default();
    let mut of_subscriber = false;
    for (index, id) in segments.names().enumerate() {
        match id {
            NM1 => {
                npi_invalid::check(segments.at(index), index, tell);
                let [role, kind] = segments.first_elements(index);
                of_subscriber = role == b"IL";
                subscriber.is_person |= of_subscriber && kind == b"1";
            }
            N3 => subscriber.has[0] |= of_subscriber,
            N4 => {
                subscriber.has[1] |= of_subscriber;
                let address = segments.first_elements(index);
                state_unknown::check(address, index, tell);
                postal_code_malformed::check(address, index, tell);
            }
            DMG => subscriber.has[2] |= of_subscriber,
            SBR => {
                let [_, relationship] = segments.first_elements(index);
                subscriber.relationship = Some((relationship, index));
            }
            _ => {}
        }
        if of_subscriber {
            subscriber.last_of_name = Some((segments.at(index), index));
        }
    }
    if depth == SUBSCRIBER {
        let behind = behind();
        subscriber.below = match behind.id() {
            CLM => Below::Claim,
            HL if behind.element(3) == b"23" => Below::Patient,
            _ => Below::Nothing,
        };
        relationship_missing::check(&subscriber, tell);
        subscriber_is_not_the_patient::check(&subscriber, tell);
        patient_address_missing::check(&subscriber, tell);
    }
}

impl Branch<'_, '_> {
    /// Returns the loop that the segment at `index`, counted from 0, stands in.
    pub fn loop_at(&self, index: usize) -> &'static str {
        let names = self.segments.names().take(index + 1);
        let name = names.enumerate().filter(|(_, id)| *id == NM1).last();
        let name = name.map(|(index, _)| self.segments.at(index));
        match (self.depth, name.map_or(&[][..], |name| name.element(1))) {
            (0, b"85") => "2010AA",
            (0, b"87") => "2010AB",
            (0, b"PE") => "2010AC",
            (0, _) => "2000A",
            (SUBSCRIBER, b"IL") => "2010BA",
            (SUBSCRIBER, b"PR") => "2010BB",
            (SUBSCRIBER, _) => "2000B",
            (_, b"QC") => "2010CA",
            (..) => "2000C",
        }
    }
}
