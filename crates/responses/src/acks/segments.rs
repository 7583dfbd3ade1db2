//! Segments as acknowledgements write them, with the same separators in every one.
//!
//! What comes from the file may hold any byte; here it is made fit to stand between separators.
//! Nearly all of it is fit as it is, and borrowed.

use std::borrow::Cow;

use chrono::NaiveDate;

use crate::values;

/// Between elements.
pub(super) const ELEMENT: u8 = b'*';
/// Between components of a composite.
pub(super) const COMPONENT: u8 = b':';
/// Between repetitions.
pub(super) const REPETITION: u8 = b'^';
/// Behind a segment; a line feed follows it, so that people can read what programs write.
pub(super) const TERMINATOR: u8 = b'~';

/// Writes a segment; empty elements at its end are left out.
pub(super) fn segment(out: &mut Vec<u8>, id: &str, elements: &[&[u8]]) {
    out.extend_from_slice(id.as_bytes());
    let last = elements.iter().rposition(|element| !element.is_empty());
    for element in &elements[..last.map_or(0, |last| last + 1)] {
        out.push(ELEMENT);
        out.extend_from_slice(element);
    }
    out.extend_from_slice(&[TERMINATOR, b'\n']);
}

/// Joins the components of a composite; empty ones at its end are left out.
pub(super) fn composite(components: &[&[u8]]) -> Vec<u8> {
    let last = components.iter().rposition(|component| !component.is_empty());
    components[..last.map_or(0, |last| last + 1)].join(&COMPONENT)
}

/// Counts the segments that `bytes` are.
pub(super) fn count_of_segments(bytes: &[u8]) -> u64 {
    // The sum of so few fits into a byte, and many bytes can be added at once.
    let of_chunk = |chunk: &[u8]| chunk.iter().map(|&byte| u8::from(byte == TERMINATOR)).sum::<u8>();
    bytes.chunks(255).map(|chunk| u64::from(of_chunk(chunk))).sum()
}

/// Returns whether `value` can be copied as it is.
///
/// Source: X12.6, extended character set; 005010X231A1, IK404: a copy must not make a fault of its own.
pub(super) fn is_plain(value: &[u8]) -> bool {
    all_lawful(value) && !value.trim_ascii().is_empty()
}

/// Returns `value` with a blank for every byte that cannot be copied, without blanks around it, and of at most `most` bytes.
pub(super) fn text(value: &[u8], most: usize) -> Cow<'_, [u8]> {
    if all_lawful(value) {
        return Cow::Borrowed(cut(value, most));
    }
    let blank = |&byte: &u8| if is_lawful(byte) { byte } else { b' ' };
    let lawful: Vec<u8> = value.iter().map(blank).collect();
    Cow::Owned(cut(&lawful, most).to_vec())
}

/// Returns the first `most` bytes of `value`, without blanks around them.
fn cut(value: &[u8], most: usize) -> &[u8] {
    let trimmed = value.trim_ascii();
    trimmed[..trimmed.len().min(most)].trim_ascii_end()
}

/// Returns words of ours as [`text`] does; where they are too many, those that fit, and three points.
pub(super) fn words(words: &str, most: usize) -> Vec<u8> {
    const GOES_ON: &[u8] = b"...";
    let fit = |byte: u8| match byte {
        COMPONENT => b';',
        byte if is_lawful(byte) => byte,
        _ => b' ',
    };
    let fitted: Vec<u8> = words.bytes().map(fit).collect();
    let whole = fitted.trim_ascii();
    if whole.len() <= most {
        return whole.to_vec();
    }
    let room = most.saturating_sub(GOES_ON.len());
    let end = whole.iter().take(room + 1).rposition(|&byte| byte == b' ').unwrap_or(room);
    let kept = whole[..end].trim_ascii_end();
    // Half a sentence could say the contrary of the whole, so that it must be seen to go on.
    [kept.strip_suffix(b";").unwrap_or(kept), GOES_ON].concat()
}

/// Returns the first of `values` that is not empty once it is made fit, else `otherwise`.
pub(super) fn text_or<'v>(values: &[&'v [u8]], most: usize, otherwise: &'v [u8]) -> Cow<'v, [u8]> {
    let fit = values.iter().map(|value| text(value, most)).find(|value| !value.is_empty());
    fit.unwrap_or(Cow::Borrowed(otherwise))
}

/// Returns the first of `values` that can identify a party, or nothing: of two characters at least, and of 80 at most.
///
/// Source: X12.3, data element 67.
pub(super) fn identification<'v>(values: &[&'v [u8]]) -> Cow<'v, [u8]> {
    let fit = values.iter().map(|value| text(value, 80)).find(|value| 2 <= value.len());
    fit.unwrap_or_default()
}

/// Returns the digits of `value`, the last `most` of them; `0` if it has none.
pub(super) fn number(value: &[u8], most: usize) -> Vec<u8> {
    let digits: Vec<u8> = value.iter().copied().filter(u8::is_ascii_digit).collect();
    if digits.is_empty() { b"0".to_vec() } else { digits[digits.len().saturating_sub(most)..].to_vec() }
}

/// Returns a count as an element of at most `digits` digits holds it; what is more is shown as the most that fits.
pub(super) fn count(value: u64, digits: u32) -> Vec<u8> {
    values::number(value.min(10u64.pow(digits) - 1)).as_bytes().to_vec()
}

/// Returns a date as CCYYMMDD.
pub(super) fn day(day: NaiveDate) -> Vec<u8> {
    let mut digits = values::day(day).as_bytes().to_vec();
    digits.retain(|&byte| byte != b'-');
    digits
}

/// Returns cents as an amount, without the zeros that say nothing.
///
/// Source: X12.6, type R: no zeros behind the last decimal place.
pub(super) fn amount(cents: i128) -> Vec<u8> {
    let mut amount = claims::decimal(cents).into_bytes();
    let idle = amount.iter().rev().take_while(|&&byte| byte == b'0').count().min(2);
    amount.truncate(amount.len() - idle);
    amount.pop_if(|last| *last == b'.');
    amount
}

/// Looks at every byte, without a way out: so the compiler can look at many at once.
fn all_lawful(value: &[u8]) -> bool {
    value.iter().fold(true, |lawful, &byte| lawful & is_lawful(byte))
}

fn is_lawful(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, ELEMENT | COMPONENT | REPETITION | TERMINATOR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_trails() {
        let mut out = Vec::new();
        segment(&mut out, "IK3", &[b"LX", b"22", b"", b"8", b"", b""]);
        segment(&mut out, "SE", &[]);
        assert_eq!(out, b"IK3*LX*22**8~\nSE~\n");
        assert_eq!(composite(&[b"2", b"", b"1", b""]), b"2::1");
        assert_eq!(composite(&[b"", b""]), b"");
        assert_eq!(count_of_segments(&out), 2);
    }

    #[test]
    fn amounts_have_no_idle_zeros() {
        for (cents, text) in [(0, "0"), (10_000, "100"), (1_050, "10.5"), (-5, "-0.05"), (123_456, "1234.56")]
        {
            assert_eq!(amount(cents), text.as_bytes());
        }
    }

    #[test]
    fn what_comes_from_the_file_is_made_fit() {
        assert_eq!(*text(b" A*B:C\x00 ", 10), *b"A B C");
        assert_eq!(*text(b"PINE HOLLOW CLINIC", 5), *b"PINE");
        assert_eq!(words("one of: two three", 17), b"one of; two three");
        assert_eq!(words("one of: two three", 15), b"one of; two...");
        assert_eq!(words("one of: two three", 11), b"one of...");
        assert_eq!((words("one", 3), words("threefour", 8)), (b"one".to_vec(), b"three...".to_vec()));
        assert_eq!(*text_or(&[b"", b" ~ ", b"B"], 5, b"NONE"), *b"B");
        assert_eq!(*text_or(&[b"\xe9"], 5, b"NONE"), *b"NONE");
        assert_eq!((&*identification(&[b" A ", b"A1"]), &*identification(&[b"A"])), (&b"A1"[..], &b""[..]));
        assert_eq!((number(b"0000012x", 3), number(b"x", 3)), (b"012".to_vec(), b"0".to_vec()));
        assert_eq!((count(7, 2), count(100, 2)), (b"7".to_vec(), b"99".to_vec()));
        assert!(is_plain(b"A B") && !is_plain(b"A*B") && !is_plain(b" ") && !is_plain(b"\xe9"));
    }
}
