//! Runs of small numbers, as Parquet has levels and codes: of one number that comes again and again, or of eights of numbers, bit by bit.
//!
//! Source: Apache Parquet, `Encodings.md`, RLE.

use crate::page::number;

/// Numbers of which a run of bits has a whole number.
const EIGHT: u32 = 8;

/// Adds numbers of so many bits, which come with how often they stand one behind the other.
pub(crate) struct Packer<'b> {
    width: u32,
    /// How often a number has to come for a run of it to be shorter than its bits.
    least: u32,
    bytes: &'b mut Vec<u8>,
    /// The number that came last, and how often; more of it may come.
    last: (u32, u32),
    /// How many numbers wait to be written bit by bit.
    waiting: u32,
    /// Their bits, but for those that `held` counts in `bits`.
    packed: Vec<u8>,
    bits: u64,
    held: u32,
}

/// Returns how many bits tell so many codes apart.
pub(crate) fn width(codes: usize) -> u32 {
    u32::BITS - number(codes).unsigned_abs().saturating_sub(1).leading_zeros()
}

impl<'b> Packer<'b> {
    /// Begins behind what stands in `bytes`, with the width itself.
    pub(crate) fn new(width: u32, bytes: &'b mut Vec<u8>) -> Packer<'b> {
        bytes.push(u8::try_from(width).expect("a code has 32 bits at most"));
        // A run takes its length and the number, and another byte if bits go on behind it; without bits there are only runs.
        let run_bits = 8 * (2 + width.div_ceil(8));
        let least = run_bits.checked_div(width).map_or(1, |times| times + 1);
        Packer { width, least, bytes, last: (0, 0), waiting: 0, packed: Vec::new(), bits: 0, held: 0 }
    }

    /// Adds `code` so many times.
    #[inline]
    pub(crate) fn push(&mut self, code: u32, times: u32) {
        if self.last.0 == code {
            self.last.1 += times;
        } else {
            self.settle();
            self.last = (code, times);
        }
    }

    /// Ends the last run.
    pub(crate) fn finish(mut self) {
        self.settle();
        self.end_bits();
    }

    /// Writes what came last.
    #[inline]
    fn settle(&mut self) {
        let (code, times) = self.last;
        if times < self.least {
            self.wait(code, times);
        } else {
            self.settle_run(code, times);
        }
    }

    /// Writes a number that comes so often that it is to be a run, unless too little is left of that once what waits is made whole eights.
    fn settle_run(&mut self, code: u32, times: u32) {
        let taken = (self.waiting.wrapping_neg() % EIGHT).min(times);
        let rest = times - taken;
        if rest < self.least {
            return self.wait(code, times);
        }
        self.wait(code, taken);
        self.end_bits();
        varint(rest << 1, self.bytes);
        self.bytes.extend_from_slice(&code.to_le_bytes()[..self.width.div_ceil(8) as usize]);
    }

    #[inline]
    fn wait(&mut self, code: u32, times: u32) {
        self.waiting += times;
        for _ in 0..times {
            self.bits |= u64::from(code) << self.held;
            self.held += self.width;
            if 32 <= self.held {
                self.packed.extend_from_slice(&self.bits.to_le_bytes()[..4]);
                self.bits >>= 32;
                self.held -= 32;
            }
        }
    }

    /// Writes what waits, the last eight of it filled up with zeros.
    fn end_bits(&mut self) {
        if self.waiting == 0 {
            return;
        }
        let eights = self.waiting.div_ceil(EIGHT);
        varint((eights << 1) | 1, self.bytes);
        self.packed.extend_from_slice(&self.bits.to_le_bytes());
        // Eights of numbers are whole bytes.
        self.packed.resize((eights * self.width) as usize, 0);
        self.bytes.append(&mut self.packed);
        (self.waiting, self.bits, self.held) = (0, 0, 0);
    }
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
