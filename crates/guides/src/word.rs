//! Looks at eight bytes at once, with arithmetic that every processor has.
//!
//! Segments have some twenty bytes and elements some four: too few for a search that begins by loading its registers.

/// The lowest bit of each byte.
const LOW: u64 = 0x0101_0101_0101_0101;
/// The highest bit of each byte.
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Returns the bytes from `start` to `end` as a number, the first lowest; zeros behind the last.
///
/// Two values of up to eight bytes are equal if their numbers are.
/// Invariant: at most eight bytes, and at least one.
#[expect(clippy::inline_always, reason = "called once an element, where a call takes as long as the work")]
#[inline(always)]
pub(crate) fn packed_at(bytes: &[u8], start: usize, end: usize) -> u64 {
    let length = end - start;
    // Near the end, the word begins further in front.
    let at = start.min(bytes.len().saturating_sub(8));
    let Some(word) = bytes[at..].first_chunk::<8>() else { return packed_short(bytes, start, end) };
    let word = u64::from_le_bytes(*word) >> (8 * (start - at));
    word & (u64::MAX >> (64 - 8 * length))
}

/// Does the same where there are fewer than eight bytes.
#[cold]
fn packed_short(bytes: &[u8], start: usize, end: usize) -> u64 {
    packed(&bytes[start..end])
}

/// Returns `value` as a number like [`packed_at`]; 0 if it is empty or has more than eight bytes.
#[inline]
pub(crate) fn packed(value: &[u8]) -> u64 {
    match value.first_chunk::<8>() {
        Some(word) if value.len() == 8 => u64::from_le_bytes(*word),
        Some(_) => 0,
        None => value.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
    }
}

/// Returns a word in which every byte is `byte`.
#[inline]
pub(crate) fn repeated(byte: u8) -> u64 {
    LOW * u64::from(byte)
}

/// Returns the highest bit of each byte of `word` that is equal to the byte that `pattern` repeats.
#[expect(
    clippy::inline_always,
    reason = "called often for eight bytes, where a call takes as long as the work"
)]
#[inline(always)]
pub(crate) fn equal(word: u64, pattern: u64) -> u64 {
    let other = word ^ pattern;
    // Exact for every byte: the sum never carries into the next.
    !(((other & !HIGH) + !HIGH) | other) & HIGH
}

/// Returns whether the lowest `length` bytes of `word` are all digits.
///
/// Invariant: the bytes behind them are zeros, and `length` is from 1 to 8.
#[inline]
pub(crate) fn all_digits(word: u64, length: usize) -> bool {
    let zeros = repeated(b'0') & (u64::MAX >> (64 - 8 * length));
    let values = word ^ zeros;
    // A digit leaves 0 to 9; adding 118 carries everything above into the highest bit.
    (values | ((values & !HIGH) + repeated(118))) & HIGH == 0
}

/// Returns the number that the eight digits of `word` write, the first of them lowest in `word`.
///
/// Invariant: they are all digits.
#[inline]
pub(crate) fn number_of_digits(word: u64) -> u64 {
    // Neighbours are joined to pairs, pairs to fours, fours to eights; each step keeps the upper half of a product.
    let digits = word & 0x0f0f_0f0f_0f0f_0f0f;
    let pairs = (digits.wrapping_mul(10 << 8 | 1) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100 << 16 | 1) >> 16) & 0x0000_ffff_0000_ffff;
    fours.wrapping_mul(10_000 << 32 | 1) >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_pack_alike_wherever_they_stand() {
        for bytes in [&b"REF*EI*123456789"[..], b"xx*EI", b"**EI*x"] {
            let start = bytes.windows(2).position(|two| two == b"EI").unwrap();
            assert_eq!(packed_at(bytes, start, start + 2), packed(b"EI"));
        }
        assert_eq!(packed_at(b"12345678", 0, 8), packed(b"12345678"));
        assert_eq!(packed(b"123456789"), 0);
    }

    #[test]
    fn every_byte_is_told_apart() {
        for byte in 0..=255u8 {
            for place in 0..8 {
                let mut bytes = [b'x'; 8];
                bytes[place] = byte;
                let word = u64::from_le_bytes(bytes);
                assert_eq!(equal(word, repeated(b'*')) != 0, byte == b'*', "{byte}");
                let digits = bytes.map(|byte| if byte == b'x' { b'7' } else { byte });
                let all = byte == b'x' || byte.is_ascii_digit();
                assert_eq!(all_digits(u64::from_le_bytes(digits), 8), all, "{byte}");
            }
        }
        for number in [0, 7, 20_251_003, 99_999_999] {
            let digits = format!("{number:08}");
            assert_eq!(number_of_digits(packed(digits.as_bytes())), number);
        }
        assert!(all_digits(packed(b"12"), 2) && !all_digits(packed(b"1."), 2));
    }
}
