//! Who a claim is about: billing provider, subscriber and patient, from the heads of its branches.

use x12::{Delimiters, SegmentId, segments};

/// A person or an organisation, as its NM1 names it.
#[derive(Clone, Copy, Default)]
pub struct Party<'a> {
    /// NM101: 85 billing provider, IL subscriber, QC patient.
    pub entity: &'a [u8],
    /// NM103, last name or name of the organisation.
    pub last_name: &'a [u8],
    /// NM104.
    pub first_name: &'a [u8],
    /// NM108.
    pub qualifier: &'a [u8],
    /// NM109.
    pub id: &'a [u8],
    /// REF01 of the first REF behind the NM1.
    pub secondary_qualifier: &'a [u8],
    /// REF02 of the first REF behind the NM1.
    pub secondary_id: &'a [u8],
}

const NM1: SegmentId = SegmentId::new(b"NM1");
const REF: SegmentId = SegmentId::new(b"REF");

/// Returns the first party in `head` whose NM101 is `entity`, with the REF behind its NM1.
///
/// Source: 005010X222A1, loops 2010AA, 2010BA and 2010CA.
pub fn party_of<'a>(head: &'a [u8], delimiters: Delimiters, entity: &[u8]) -> Option<Party<'a>> {
    let mut segments = segments(head, delimiters);
    let nm1 = segments.find(|segment| segment.id() == NM1 && segment.element(1) == entity)?;
    let [entity, _, last_name, first_name, _, _, _, qualifier, id] = nm1.first_elements();
    let mut party = Party { entity, last_name, first_name, qualifier, id, ..Party::default() };
    for segment in segments.take_while(|segment| segment.id() != NM1) {
        if segment.id() == REF && party.secondary_id.is_empty() {
            party.secondary_qualifier = segment.element(1);
            party.secondary_id = segment.element(2);
        }
    }
    Some(party)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ids_are_read() {
        let delimiters = Delimiters { segment: b'~', element: b'*', component: b':', repetition: b'^' };
        let head = b"HL*1**20*1~PRV*BI*PXC*1~NM1*85*2*PINE CLINIC*****XX*1234567893~N3*1 ROAD~REF*EI*001~REF*G2*9~NM1*87*2~";
        let party = |entity: &[u8]| party_of(head, delimiters, entity);
        let clinic = party(b"85").unwrap();
        assert_eq!(
            (clinic.last_name, clinic.qualifier, clinic.id),
            (&b"PINE CLINIC"[..], &b"XX"[..], &b"1234567893"[..])
        );
        assert_eq!((clinic.secondary_qualifier, clinic.secondary_id), (&b"EI"[..], &b"001"[..]));
        assert!(party(b"87").is_some_and(|other| other.secondary_id.is_empty()));
        assert!(party(b"IL").is_none());
    }
}
