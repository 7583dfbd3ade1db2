//! Loops of the 837, as a table: which segment opens which loop, and within which.

use x12::SegmentId;

/// A loop of the 837, by the number that its guides give it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Loop {
    /// ST to the first HL: header, submitter and receiver.
    Header,
    /// Billing provider.
    L2000A,
    /// Subscriber.
    L2000B,
    /// Patient.
    L2000C,
    /// Claim.
    L2300,
    /// Providers of the claim.
    L2310,
    /// Other subscriber.
    L2320,
    /// Other payers and their providers.
    L2330,
    /// Service line.
    L2400,
    /// Drug.
    L2410,
    /// Providers of the line.
    L2420,
    /// Line adjudication by another payer.
    L2430,
    /// Form identification.
    L2440,
}

impl Loop {
    /// Returns the number that the guides give the loop.
    pub fn as_str(self) -> &'static str {
        match self {
            Loop::Header => "ST",
            Loop::L2000A => "2000A",
            Loop::L2000B => "2000B",
            Loop::L2000C => "2000C",
            Loop::L2300 => "2300",
            Loop::L2310 => "2310",
            Loop::L2320 => "2320",
            Loop::L2330 => "2330",
            Loop::L2400 => "2400",
            Loop::L2410 => "2410",
            Loop::L2420 => "2420",
            Loop::L2430 => "2430",
            Loop::L2440 => "2440",
        }
    }
}

const CLM: SegmentId = SegmentId::new(b"CLM");
const LIN: SegmentId = SegmentId::new(b"LIN");
const LQ: SegmentId = SegmentId::new(b"LQ");
const LX: SegmentId = SegmentId::new(b"LX");
const NM1: SegmentId = SegmentId::new(b"NM1");
const SBR: SegmentId = SegmentId::new(b"SBR");
const SVD: SegmentId = SegmentId::new(b"SVD");

/// One segment that opens a loop below 2300.
struct Opening {
    segment: SegmentId,
    within: &'static [Loop],
    opens: Loop,
}

const fn opening(segment: SegmentId, within: &'static [Loop], opens: Loop) -> Opening {
    Opening { segment, within, opens }
}

const LINE: &[Loop] = &[Loop::L2400, Loop::L2410, Loop::L2420, Loop::L2430, Loop::L2440];

/// The loops below a claim, in the order of the guides.
///
/// 837P, 837I and 837D agree on these openings; 837D has neither 2410 nor 2440.
/// Source: 005010X222A1, 005010X223A2 and 005010X224A2, transaction set tables.
static OPENINGS: [Opening; 9] = [
    opening(NM1, &[Loop::L2300, Loop::L2310], Loop::L2310),
    opening(SBR, &[Loop::L2300, Loop::L2310, Loop::L2320, Loop::L2330], Loop::L2320),
    opening(NM1, &[Loop::L2320, Loop::L2330], Loop::L2330),
    opening(
        LX,
        &[
            Loop::L2300,
            Loop::L2310,
            Loop::L2320,
            Loop::L2330,
            Loop::L2400,
            Loop::L2410,
            Loop::L2420,
            Loop::L2430,
            Loop::L2440,
        ],
        Loop::L2400,
    ),
    opening(LIN, LINE, Loop::L2410),
    opening(NM1, LINE, Loop::L2420),
    opening(SVD, LINE, Loop::L2430),
    opening(LQ, LINE, Loop::L2440),
    opening(CLM, &[], Loop::L2300),
];

/// Returns the loop that a segment named `id` stands in, when the segment before it stood in `current`.
#[inline]
pub fn follow(current: Loop, id: SegmentId) -> Loop {
    // Nine of ten segments open nothing; their names settle it.
    if !matches!(id, CLM | LIN | LQ | LX | NM1 | SBR | SVD) {
        return current;
    }
    OPENINGS
        .iter()
        .find(|row| row.segment == id && row.within.contains(&current))
        .map_or(current, |row| row.opens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found() {
        for row in &OPENINGS {
            for &current in row.within {
                assert_eq!(follow(current, row.segment), row.opens);
            }
        }
    }

    #[test]
    fn segments_open_loops_in_their_context() {
        let names = ["HI", "NM1", "SBR", "NM1", "LX", "SV1", "LIN", "CTP", "NM1", "SVD", "LQ", "LX"];
        let mut current = Loop::L2300;
        let path: Vec<&str> = names
            .iter()
            .map(|name| {
                current = follow(current, SegmentId::new(name.as_bytes()));
                current.as_str()
            })
            .collect();
        let expected =
            ["2300", "2310", "2320", "2330", "2400", "2400", "2410", "2410", "2420", "2430", "2440", "2400"];
        assert_eq!(path, expected);
    }
}
