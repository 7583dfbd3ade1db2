//! Bytes of the file as text that can be shown: each byte is its Latin-1 code point, and nothing in it is invisible.
//!
//! A control character in an element is often the very fault that the report is about, and it could steer a terminal or a spreadsheet.

use std::borrow::Cow;

/// Returns `bytes` as text that can be shown.
pub(super) fn shown(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if is_plain(bytes) => Cow::Borrowed(text),
        _ => bytes.iter().map(|&byte| visible(char::from(byte))).collect(),
    }
}

/// Returns `text`, in which bytes of the file may be quoted, as text that can be shown.
pub fn shown_text(text: &str) -> String {
    shown_words(text).into_owned()
}

/// Returns `words`, in which bytes of the file may be quoted, as text that can be shown.
pub(super) fn shown_words(words: &str) -> Cow<'_, str> {
    if is_plain(words.as_bytes()) {
        return Cow::Borrowed(words);
    }
    words.chars().map(visible).collect()
}

/// Returns bytes that are at fault as text, with blanks at either end made visible.
pub(super) fn shown_at_fault(bytes: &[u8]) -> Cow<'_, str> {
    let is_blank = |byte: &&u8| **byte == b' ';
    let front = bytes.iter().take_while(is_blank).count();
    let rest = &bytes[front..];
    let back = rest.iter().rev().take_while(is_blank).count();
    if front + back == 0 {
        return shown(bytes);
    }
    let blanks = |count: usize| "\u{2420}".repeat(count);
    Cow::Owned(blanks(front) + &shown(&rest[..rest.len() - back]) + &blanks(back))
}

/// Whether every character has a shape of its own in ASCII; nearly all elements are so, and need not be copied to be shown.
///
/// Looks at every byte, without a way out: so the compiler can look at many at once.
fn is_plain(bytes: &[u8]) -> bool {
    bytes.iter().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~'))
}

/// Returns the symbol of a control character, and every other character itself.
///
/// Those from 0x80 through 0x9F, and the soft hyphen, have no symbol of their own.
/// Source: The Unicode Standard, block Control Pictures.
pub(super) fn visible(character: char) -> char {
    match character {
        '\0'..='\x1f' => char::from_u32(0x2400 + u32::from(character)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\x7f' => '\u{2421}',
        '\u{80}'..='\u{9f}' | '\u{ad}' => char::REPLACEMENT_CHARACTER,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_invisible() {
        for (bytes, text) in [
            (&b"Plain <text>"[..], "Plain <text>"),
            (b"\0\t\r\n\x1b[31m\x7f", "␀␉␍␊␛[31m␡"),
            (b"JOS\xc9 \x85\xad\xff", "JOS\u{c9} \u{fffd}\u{fffd}\u{ff}"),
            (b"", ""),
        ] {
            assert_eq!(shown(bytes), text);
        }
        assert_eq!(shown_text("unit \u{1b}[0m \u{ad} of \u{e9}"), "unit ␛[0m \u{fffd} of é");
    }

    #[test]
    fn blanks_at_the_ends_of_what_is_at_fault_are_seen() {
        for (bytes, text) in [
            (&b"00002759701 "[..], "00002759701␠"),
            (b"  0000 2759701", "␠␠0000 2759701"),
            (b"   ", "␠␠␠"),
            (b"00002759701\t", "00002759701␉"),
        ] {
            assert_eq!(shown_at_fault(bytes), text);
        }
    }
}
