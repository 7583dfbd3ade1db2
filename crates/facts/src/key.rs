//! What a short text is told by.

/// What a text that is not long is told by: all of its bytes, and how many they are.
///
/// It is as large as what two registers hold: to compare and to hash it calls nothing, and so takes less than to do that with the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    head: u64,
    /// The rest of the bytes, and above them their count.
    tail: u64,
}

impl Key {
    /// Bytes of the longest text that has one.
    const BYTES_MAX: usize = 15;

    /// Returns what `text` is told by; `None` if it is too long.
    #[inline]
    pub fn of(text: &[u8]) -> Option<Key> {
        let length = u8::try_from(text.len()).ok().filter(|_| text.len() <= Key::BYTES_MAX)?;
        let (head, tail) = if let (Some(head), Some(tail)) = (text.first_chunk::<8>(), text.last_chunk::<8>())
        {
            // What stands in the head is shifted out.
            let rest = u64::from_le_bytes(*tail).checked_shr(8 * (16 - u32::from(length))).unwrap_or(0);
            (u64::from_le_bytes(*head), rest)
        } else if let (Some(head), Some(tail)) = (text.first_chunk::<4>(), text.last_chunk::<4>()) {
            (u64::from(u32::from_le_bytes(*head)) | (u64::from(u32::from_le_bytes(*tail)) << 32), 0)
        } else if let (Some(head), Some(tail)) = (text.first_chunk::<2>(), text.last_chunk::<2>()) {
            (u64::from(u16::from_le_bytes(*head)) | (u64::from(u16::from_le_bytes(*tail)) << 16), 0)
        } else {
            (text.first().map_or(0, |&byte| byte.into()), 0)
        };
        Some(Key { head, tail: tail | (u64::from(length) << 56) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_apart_by_all_of_their_bytes() {
        let digits = "123456789012345";
        let mut all: Vec<String> = (0..=digits.len()).map(|length| digits[..length].to_owned()).collect();
        // Each differs from one of these in a single byte.
        for (length, at) in [(1, 0), (3, 1), (7, 3), (8, 0), (8, 7), (9, 8), (15, 7), (15, 14)] {
            let mut text = digits[..length].to_owned();
            text.replace_range(at..=at, "\0");
            all.push(text);
        }
        for (index, text) in all.iter().enumerate() {
            let key = Key::of(text.as_bytes());
            assert!(key.is_some());
            let same = all.iter().filter(|other| Key::of(other.as_bytes()) == key);
            assert_eq!(same.collect::<Vec<_>>(), [&all[index]]);
        }
        assert_eq!(Key::of(b"1234567890123456"), None);
    }
}
