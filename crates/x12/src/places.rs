//! Finds every place of one byte in a stretch of up to 64, as a set of bits.
//!
//! Segments have some twenty bytes and elements some five: too short for a search that is called through a pointer and
//! begins by loading its registers, which takes longer than the search itself.
//! Sixteen bytes are compared at once, with instructions that every x86-64 and every ARM of 64 bits has.

use wide::u8x16;

/// Returns the places of `wanted` in `bytes`: bit `n` is set if byte `n` is the wanted one.
#[inline]
pub(crate) fn places(bytes: &[u8; 64], wanted: u8) -> u64 {
    let (parts, _) = bytes.as_chunks::<16>();
    parts.iter().enumerate().fold(0, |places, (number, part)| places | sixteen(part, wanted) << (16 * number))
}

/// Returns the places of `wanted` in the first 64 bytes of `bytes`.
///
/// Shorter stretches are looked at from both ends, so that nothing behind them is touched.
#[inline]
pub(crate) fn places_in_first(bytes: &[u8], wanted: u8) -> u64 {
    if let Some(first) = bytes.first_chunk::<64>() {
        return places(first, wanted);
    }
    let length = bytes.len();
    if let (Some(front), Some(back)) = (bytes.first_chunk::<32>(), bytes.last_chunk::<32>()) {
        thirty_two(front, wanted) | thirty_two(back, wanted) << (length - 32)
    } else if let (Some(front), Some(back)) = (bytes.first_chunk::<16>(), bytes.last_chunk::<16>()) {
        sixteen(front, wanted) | sixteen(back, wanted) << (length - 16)
    } else if let (Some(front), Some(back)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        eight(*front, wanted) | eight(*back, wanted) << (length - 8)
    } else {
        let hit = |(place, &byte): (usize, &u8)| u64::from(byte == wanted) << place;
        bytes.iter().enumerate().fold(0, |places, byte| places | hit(byte))
    }
}

#[inline]
fn thirty_two(bytes: &[u8; 32], wanted: u8) -> u64 {
    let (parts, _) = bytes.as_chunks::<16>();
    sixteen(&parts[0], wanted) | sixteen(&parts[1], wanted) << 16
}

#[inline]
fn sixteen(bytes: &[u8; 16], wanted: u8) -> u64 {
    u64::from(u8x16::new(*bytes).simd_eq(u8x16::splat(wanted)).to_bitmask())
}

/// Returns the places of `wanted` in a word of eight bytes, by arithmetic.
#[inline]
fn eight(bytes: [u8; 8], wanted: u8) -> u64 {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let other = u64::from_le_bytes(bytes) ^ (LOW * u64::from(wanted));
    // Exact for every byte: the sum never carries into the next.
    let zero = !(((other & !HIGH) + !HIGH) | other) & HIGH;
    // The product gathers the lowest bits of eight bytes in its highest byte, in order.
    (zero >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes next to the wanted one in value, and those that arithmetic could take for it.
    const OTHERS: [u8; 6] = [b'~' - 1, b'~' + 1, b'~' ^ 0x80, b'~' ^ 0x01, 0, 0xff];

    fn plain(bytes: &[u8], wanted: u8) -> u64 {
        (0..bytes.len().min(64)).filter(|&place| bytes[place] == wanted).map(|place| 1 << place).sum()
    }

    #[test]
    fn every_place_at_every_length_has_its_bit() {
        for other in OTHERS {
            for length in 0..=70 {
                for first in 0..=length {
                    for step in [1, 2, 7, 64] {
                        let mut bytes = vec![other; length];
                        bytes.iter_mut().skip(first).step_by(step).for_each(|byte| *byte = b'~');
                        assert_eq!(places_in_first(&bytes, b'~'), plain(&bytes, b'~'));
                    }
                }
            }
        }
    }

    #[test]
    fn a_zero_is_found_like_any_other_byte() {
        for length in 0..=64 {
            let mut bytes = vec![b'x'; length];
            bytes.iter_mut().step_by(5).for_each(|byte| *byte = 0);
            assert_eq!(places_in_first(&bytes, 0), plain(&bytes, 0));
        }
    }

    #[test]
    fn wide_and_narrow_looks_agree() {
        for wanted in OTHERS {
            let bytes: [u8; 16] = std::array::from_fn(|place| OTHERS[place * 5 % OTHERS.len()]);
            let (words, _) = bytes.as_chunks::<8>();
            assert_eq!(sixteen(&bytes, wanted), eight(words[0], wanted) | eight(words[1], wanted) << 8);
        }
    }
}
