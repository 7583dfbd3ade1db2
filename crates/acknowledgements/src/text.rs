//! Bytes of a file, and codes, as pieces of sentences.

use crate::codes::{Code, find};

/// Returns `bytes` as text, each byte as its Latin-1 code point, without blanks around it.
pub(crate) fn text(bytes: &[u8]) -> String {
    bytes.trim_ascii().iter().map(|&byte| char::from(byte)).collect()
}

/// Returns what `code` says, behind its subject; of one that is none of `codes`, the code itself.
pub(crate) fn saying(codes: &'static [Code], code: &[u8]) -> String {
    match find(codes, code) {
        Some(entry) => entry.words.to_owned(),
        None if code.is_empty() => "is answered without a code".to_owned(),
        None => format!("is answered with {}", unknown(code)),
    }
}

/// Names a code that has no words.
pub(crate) fn unknown(code: &[u8]) -> String {
    format!("code {}, which is none of the guide's", text(code))
}

/// Returns `20251103` or `251103` as `2025-11-03`, and anything else as it is.
pub(crate) fn day(value: &[u8]) -> String {
    let digits = text(value);
    match (digits.len(), digits.bytes().all(|byte| byte.is_ascii_digit())) {
        (8, true) => format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]),
        (6, true) => format!("20{}-{}-{}", &digits[..2], &digits[2..4], &digits[4..]),
        _ => digits,
    }
}

/// Returns `0800` as `08:00`, and anything else as it is.
pub(crate) fn time(value: &[u8]) -> String {
    let digits = text(value);
    let is_time = 4 <= digits.len() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_time { format!("{}:{}", &digits[..2], &digits[2..4]) } else { digits }
}

/// Joins what there is with `between`; what is empty is left out.
pub(crate) fn joined(parts: &[String], between: &str) -> String {
    let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    parts.join(between)
}

/// Returns `words` with a capital letter in front.
pub(crate) fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Returns the number that digits spell; nothing for anything else.
pub(crate) fn number(value: &[u8]) -> Option<u64> {
    std::str::from_utf8(value.trim_ascii()).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::OUTCOMES;

    #[test]
    fn codes_have_words_or_stand_for_themselves() {
        assert_eq!(saying(&OUTCOMES, b"E"), "is accepted with errors");
        assert_eq!(saying(&OUTCOMES, b"Q"), "is answered with code Q, which is none of the guide's");
        assert_eq!(saying(&OUTCOMES, b""), "is answered without a code");
    }

    #[test]
    fn days_and_times_are_written_out() {
        assert_eq!((day(b"20251103"), day(b"251103")), ("2025-11-03".into(), "2025-11-03".into()));
        assert_eq!(
            (day(b"2025110X"), time(b"0800"), time(b"8")),
            ("2025110X".into(), "08:00".into(), "8".into())
        );
        assert_eq!((number(b" 27 "), number(b"2x")), (Some(27), None));
        assert_eq!((capital("one"), text(b" \xe9 ")), ("One".to_owned(), "\u{e9}".to_owned()));
    }
}
