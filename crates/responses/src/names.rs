//! By what the claims of a run are known again, for whoever remembers the claims of many runs.
//!
//! Names are hashes: whoever keeps them learns nothing of the claims from them.

use claims::{Block, ClaimPiece, PieceSegments, cents_of};
use x12::SegmentId;

const DTP: SegmentId = SegmentId::new(b"DTP");
const NM1: SegmentId = SegmentId::new(b"NM1");

/// How claims are named.
///
/// A claim is known by whoever sends it and what for, CLM01, the NPI of the billing provider, the first day of service, and what it charges.
#[derive(Clone, Debug)]
pub struct Naming {
    /// What all names of a run begin with.
    begin: Vec<u8>,
}

/// An entry of the stream of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameEntry<'e> {
    /// An ISA with its terminator, in front of the claims of its interchange.
    Interchange(&'e [u8]),
    /// A claim that has a CLM01.
    Claim {
        /// Position among the claims of the file, from 1.
        number: u64,
        /// What it is known by.
        key: i64,
        /// CLM01.
        claim_id: &'e [u8],
    },
}

impl Naming {
    /// Names the claims that `sender` sends for `usage`.
    pub fn new(sender: &str, usage: &str) -> Naming {
        let mut begin = Vec::new();
        add(sender.as_bytes(), &mut begin);
        add(usage.as_bytes(), &mut begin);
        Naming { begin }
    }

    /// Returns what a claim is known by; `None` if it has no CLM01. What is in `page` does not matter.
    pub fn key(&self, block: &Block<'_>, piece: &ClaimPiece<'_>, page: &mut Vec<u8>) -> Option<i64> {
        let segments = block.segments(piece);
        let [claim_id, charge] = segments.first_elements(0);
        if claim_id.is_empty() {
            return None;
        }
        let npi = block.head(piece, 0).map_or(&b""[..], |head| npi_of(block.segments_of_head(head)));
        let cents = cents_of(charge).map(i64::to_be_bytes);
        page.clear();
        page.extend_from_slice(&self.begin);
        for part in [claim_id, npi, first_day_of(segments), cents.as_ref().map_or(charge, |cents| cents)] {
            add(part, page);
        }
        blake3::hash(page).as_bytes().first_chunk().map(|key| i64::from_le_bytes(*key))
    }
}

/// Adds a part of a name; with its length in front, no part can take bytes of its neighbour.
fn add(part: &[u8], name: &mut Vec<u8>) {
    name.extend_from_slice(&(part.len() as u64).to_le_bytes());
    name.extend_from_slice(part);
}

/// Returns NM109 of the billing provider. Source: 005010X222A1, 005010X223A2 and 005010X224A2, loop 2010AA.
fn npi_of<'a>(head: PieceSegments<'a, '_>) -> &'a [u8] {
    let mut names = head.names().enumerate().filter(|(_, id)| *id == NM1);
    let npi = names.find_map(|(index, _)| {
        let [entity, _, _, _, _, _, _, _, npi] = head.first_elements(index);
        (entity == b"85").then_some(npi)
    });
    npi.unwrap_or_default()
}

/// Returns the first day, as CCYYMMDD, of the services or of an institutional statement.
fn first_day_of<'a>(claim: PieceSegments<'a, '_>) -> &'a [u8] {
    let dates = claim.names().enumerate().filter(|(_, id)| *id == DTP);
    let days = dates.filter_map(|(index, _)| {
        let [qualifier, _, days] = claim.first_elements(index);
        matches!(qualifier, b"472" | b"434").then(|| days.get(..8).unwrap_or(days))
    });
    days.min().unwrap_or_default()
}

/// Writes an entry: number, key and length of the text, eight bytes each with the lowest first, and the text.
fn write(number: u64, key: i64, text: &[u8], page: &mut Vec<u8>) {
    page.extend_from_slice(&number.to_le_bytes());
    page.extend_from_slice(&key.to_le_bytes());
    add(text, page);
}

/// Writes the entry of an ISA; no claim has the number 0.
pub(crate) fn write_interchange(isa: x12::Segment<'_>, page: &mut Vec<u8>) {
    write(0, 0, &[isa.bytes, &[isa.delimiters.segment]].concat(), page);
}

/// Writes the entry of a claim.
pub(crate) fn write_claim(block: &Block<'_>, piece: &ClaimPiece<'_>, key: i64, page: &mut Vec<u8>) {
    let [claim_id] = block.segments(piece).first_elements(0);
    write(piece.number, key, claim_id, page);
}

/// Splits the first entry off `entries`; `None` if it is not all there.
pub fn next_name<'e>(entries: &mut &'e [u8]) -> Option<NameEntry<'e>> {
    let (number, rest) = entries.split_first_chunk()?;
    let (key, rest) = rest.split_first_chunk()?;
    let (length, rest) = rest.split_first_chunk()?;
    let (text, rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    *entries = rest;
    Some(match u64::from_le_bytes(*number) {
        0 => NameEntry::Interchange(text),
        number => NameEntry::Claim { number, key: i64::from_le_bytes(*key), claim_id: text },
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use claims::{Blocks, Step};
    use x12::Limits;

    use super::*;

    fn keys(file: &str, naming: &Naming) -> Vec<Option<i64>> {
        let mut blocks = Blocks::new(file.as_bytes(), Limits::default(), 1 << 20);
        let Step::Block(block) = blocks.next_block() else { panic!("no block") };
        block.claims.iter().map(|piece| naming.key(&block, piece, &mut b"before".to_vec())).collect()
    }

    #[test]
    fn a_claim_is_known_again_by_what_names_it() {
        let path = format!("{}/../../samples/one-of-two/in.837", env!("CARGO_MANIFEST_DIR"));
        let file = fs::read_to_string(path).unwrap();
        let naming = Naming::new("pine", "prod");
        let first = keys(&file, &naming);
        let is_known = |file: &str, naming: &Naming| {
            keys(file, naming).iter().zip(&first).map(|(key, first)| key == first).collect::<Vec<_>>()
        };
        // Control numbers, other dates and how an amount is written make no other claim.
        let same = file.replace("000000101", "000000102").replace("*107*", "*107.00*");
        assert_eq!(is_known(&same, &naming), [true, true]);
        assert_eq!(is_known(&file.replace("CLM*OOT-1*", "CLM*OOT-9*"), &naming), [false, true]);
        assert_eq!(is_known(&file.replace("CLM*OOT-2*113.5", "CLM*OOT-2*113.6"), &naming), [true, false]);
        assert_eq!(is_known(&file.replace("*XX*2000001018", "*XX*2000001026"), &naming), [false, false]);
        assert_eq!(is_known(&file.replace("20251014", "20251015"), &naming), [false, false]);
        assert_eq!(is_known(&file, &Naming::new("oak", "prod")), [false, false]);
        assert_eq!(is_known(&file, &Naming::new("pine", "test")), [false, false]);
        assert_eq!(keys(&file.replace("CLM*OOT-1*", "CLM**"), &naming), [None, first[1]]);
    }

    #[test]
    fn entries_are_read_as_they_were_written() {
        let mut page = Vec::new();
        write(0, 0, b"ISA~", &mut page);
        write(7, -3, b"A-1", &mut page);
        let mut entries = &page[..page.len() - 1];
        assert_eq!(next_name(&mut entries), Some(NameEntry::Interchange(b"ISA~")));
        assert_eq!(next_name(&mut entries), None);
        let mut entries = &page[page.len() - entries.len() - 1..];
        assert_eq!(next_name(&mut entries), Some(NameEntry::Claim { number: 7, key: -3, claim_id: b"A-1" }));
        assert!(entries.is_empty());
    }
}
