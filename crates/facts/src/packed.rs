//! Small numbers, as Parquet has levels and codes: runs of one number that comes again and again, or of eights of numbers, bit by bit.
//!
//! Source: Apache Parquet, `Encodings.md`, RLE.

use crate::page::number;

/// Numbers of which a run of bits has a whole number.
const EIGHT: usize = 8;

/// Returns how many bits tell so many codes apart.
pub(crate) fn width(codes: usize) -> u32 {
    u32::BITS - number(codes).unsigned_abs().saturating_sub(1).leading_zeros()
}

/// Adds codes of so many bits, behind that number: all as runs or all bit by bit, whatever takes less.
///
/// To mix the two would take less still, and more time than it is worth.
pub(crate) fn add_codes(codes: &[u32], width: u32, bytes: &mut Vec<u8>) {
    bytes.push(u8::try_from(width).expect("a code has 32 bits at most"));
    let changes: usize =
        codes.iter().zip(codes.iter().skip(1)).map(|(one, next)| usize::from(one != next)).sum();
    // The length of a run takes two bytes as a rule.
    let run_bytes = 2 + width.div_ceil(8) as usize;
    if width == 0 || (changes + 1) * run_bytes < codes.len().div_ceil(EIGHT) * width as usize {
        for run in codes.chunk_by(|one, next| one == next) {
            add_run(run[0], run.len(), width, bytes);
        }
    } else {
        add_bit_by_bit(codes, width, bytes);
    }
}

/// Adds one code that comes so many times, where there is no other and it takes no bits, behind that number.
pub(crate) fn add_same(times: usize, bytes: &mut Vec<u8>) {
    bytes.push(0);
    add_run(0, times, 0, bytes);
}

fn add_run(code: u32, times: usize, width: u32, bytes: &mut Vec<u8>) {
    varint(number(times).cast_unsigned() << 1, bytes);
    bytes.extend_from_slice(&code.to_le_bytes()[..width.div_ceil(8) as usize]);
}

/// Adds codes bit by bit, the last eight of them filled up with zeros.
fn add_bit_by_bit(codes: &[u32], width: u32, bytes: &mut Vec<u8>) {
    let eights = codes.len().div_ceil(EIGHT);
    varint((number(eights).cast_unsigned() << 1) | 1, bytes);
    // Eights of numbers are whole bytes.
    let end = bytes.len() + eights * width as usize;
    let (mut bits, mut held) = (0u64, 0);
    for &code in codes {
        bits |= u64::from(code) << held;
        held += width;
        if 32 <= held {
            bytes.extend_from_slice(&bits.to_le_bytes()[..4]);
            bits >>= 32;
            held -= 32;
        }
    }
    bytes.extend_from_slice(&bits.to_le_bytes());
    bytes.resize(end, 0);
}

/// Adds one bit for each of `rows` rows.
pub(crate) fn add_bits(eights: &[u8], rows: usize, bytes: &mut Vec<u8>) {
    // From `start` on, eights wait to be written bit by bit.
    let (mut start, mut at) = (0, 0);
    let literal = |eights: &[u8], bytes: &mut Vec<u8>| {
        if !eights.is_empty() {
            varint((number(eights.len()).cast_unsigned() << 1) | 1, bytes);
            bytes.extend_from_slice(eights);
        }
    };
    while let Some(&eight) = eights.get(at) {
        let same = if eight == 0 || eight == u8::MAX {
            eights[at..].iter().take_while(|&&other| other == eight).count()
        } else {
            0
        };
        // A shorter run would take more bytes than it saves.
        if 4 <= same {
            literal(&eights[start..at], bytes);
            let end = at + same;
            let length = (8 * end).min(rows) - 8 * at;
            varint(number(length).cast_unsigned() << 1, bytes);
            bytes.push(eight & 1);
            start = end;
        }
        at += same.max(1);
    }
    literal(&eights[start..], bytes);
}

/// Adds a number, seven bits a byte, the lowest first.
pub(crate) fn varint(mut number: u32, bytes: &mut Vec<u8>) {
    while 0x80 <= number {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}
