//! The segments of a claim that rules ask for, as small numbers.
//!
//! Comparing a name with one after the other takes a guess for each, and the names of segments follow each other in no
//! order that a processor could learn; a look into a table takes none.

use x12::SegmentId;

/// A segment that a rule asks for, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Other,
    Cl1,
    Clm,
    Ctp,
    Dtp,
    Hi,
    Lin,
    Lq,
    Lx,
    N4,
    Nm1,
    Ref,
    Sbr,
    Sv1,
    Sv2,
    Sv3,
    Svd,
}

/// Names and what they are called here.
const KINDS: [(&[u8], Kind); 16] = [
    (b"CL1", Kind::Cl1),
    (b"CLM", Kind::Clm),
    (b"CTP", Kind::Ctp),
    (b"DTP", Kind::Dtp),
    (b"HI", Kind::Hi),
    (b"LIN", Kind::Lin),
    (b"LQ", Kind::Lq),
    (b"LX", Kind::Lx),
    (b"N4", Kind::N4),
    (b"NM1", Kind::Nm1),
    (b"REF", Kind::Ref),
    (b"SBR", Kind::Sbr),
    (b"SV1", Kind::Sv1),
    (b"SV2", Kind::Sv2),
    (b"SV3", Kind::Sv3),
    (b"SVD", Kind::Svd),
];

const PLACES: usize = 64;

/// Each name at the place that its letters give, which no two share.
static TABLE: [(SegmentId, Kind); PLACES] = table();

const fn table() -> [(SegmentId, Kind); PLACES] {
    let mut table = [(SegmentId::NONE, Kind::Other); PLACES];
    let mut index = 0;
    while index < KINDS.len() {
        let (name, kind) = KINDS[index];
        let id = SegmentId::new(name);
        let place = place_of(id);
        assert!(matches!(table[place].1, Kind::Other), "no two names have the same place");
        table[place] = (id, kind);
        index += 1;
    }
    table
}

/// Returns the place of a name, taken from the upper bits of a product that all its letters bear on.
const fn place_of(id: SegmentId) -> usize {
    (id.packed().wrapping_mul(MULTIPLIER) >> 26) as usize
}

/// Found by trial: with it, no two of [`KINDS`] share a place.
const MULTIPLIER: u32 = 0x612e_7697;

impl Kind {
    #[inline]
    pub(crate) fn of(id: SegmentId) -> Kind {
        let (name, kind) = TABLE[place_of(id)];
        if name == id { kind } else { Kind::Other }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_its_kind_and_no_other_has_one() {
        for (name, kind) in KINDS {
            assert_eq!(Kind::of(SegmentId::new(name)), kind);
        }
        let letters = || (b'0'..=b'9').chain(b'A'..=b'Z');
        let names = letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| [a, b, c])));
        let known = names.filter(|name| Kind::of(SegmentId::new(name)) != Kind::Other).count();
        assert_eq!(known, KINDS.iter().filter(|(name, _)| name.len() == 3).count());
        assert_eq!(Kind::of(SegmentId::NONE), Kind::Other);
    }
}
