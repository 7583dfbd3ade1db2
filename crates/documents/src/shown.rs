//! Text of the report, in which nothing is invisible.
//!
//! `brr.json` gives each byte of the claim file as its Latin-1 code point, control characters too.

use std::borrow::Cow;

/// Returns `text` with a symbol for every character that has no shape of its own.
///
/// Source: The Unicode Standard, block Control Pictures.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    text.chars().map(visible).collect()
}

/// Returns what is at fault, with blanks at either end made visible too.
pub(crate) fn shown_at_fault(text: &str) -> Cow<'_, str> {
    let rest = text.trim_start_matches(' ');
    let front = text.len() - rest.len();
    let middle = rest.trim_end_matches(' ');
    let back = rest.len() - middle.len();
    if front + back == 0 {
        return shown(text);
    }
    let blanks = |count: usize| "\u{2420}".repeat(count);
    Cow::Owned(blanks(front) + &shown(middle) + &blanks(back))
}

fn visible(character: char) -> char {
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
        for (text, expected) in [
            ("Plain <text>", "Plain <text>"),
            ("\0\t\r\n\x1b[31m\x7f", "␀␉␍␊␛[31m␡"),
            ("JOS\u{c9} \u{85}\u{ad}\u{ff}", "JOS\u{c9} \u{fffd}\u{fffd}\u{ff}"),
            ("  1 2 ", "  1 2 "),
        ] {
            assert_eq!(shown(text), expected);
        }
    }

    #[test]
    fn blanks_at_the_ends_of_what_is_at_fault_are_seen() {
        for (text, expected) in [("  1 2 ", "␠␠1 2␠"), ("   ", "␠␠␠"), ("12\t", "12␉"), ("", "")]
        {
            assert_eq!(shown_at_fault(text), expected);
        }
    }
}
