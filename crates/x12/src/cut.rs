//! Cuts the next segment off: the innermost loop of every run.

use nom::IResult;
use nom::bytes::complete::{take_until, take_while};

use crate::{Delimiters, Segment};

/// What stands next.
pub(crate) enum Cut<'a> {
    /// A segment, and the input behind its terminator.
    Segment(Segment<'a>, &'a [u8]),
    /// A last segment that no terminator ends.
    Unterminated(Segment<'a>),
    /// Nothing but white space and empty segments.
    End,
}

/// Cuts the next segment off `input`.
///
/// CR and LF around a segment and blanks in front of it are dropped; empty segments are passed over.
#[inline]
pub(crate) fn cut(mut input: &[u8], delimiters: Delimiters) -> Cut<'_> {
    loop {
        let Some(&first) = input.first() else {
            return Cut::End;
        };
        if first == delimiters.segment {
            input = &input[1..];
        } else if is_padding(first) {
            input = padding(input);
        } else {
            break;
        }
    }
    match terminated(input, delimiters.segment) {
        Ok((rest, bytes)) => Cut::Segment(Segment { bytes: without_newline(bytes), delimiters }, &rest[1..]),
        Err(_) => Cut::Unterminated(Segment { bytes: without_newline(input), delimiters }),
    }
}

/// Iterates over the segments of `bytes`, which stand between two terminators of one interchange.
pub fn segments(bytes: &[u8], delimiters: Delimiters) -> impl Iterator<Item = Segment<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || match cut(rest, delimiters) {
        Cut::Segment(segment, behind) => {
            rest = behind;
            Some(segment)
        }
        Cut::Unterminated(segment) => {
            rest = &[];
            Some(segment)
        }
        Cut::End => None,
    })
}

fn terminated(input: &[u8], terminator: u8) -> IResult<&[u8], &[u8]> {
    take_until(&[terminator][..])(input)
}

fn padding(input: &[u8]) -> &[u8] {
    let skipped: IResult<&[u8], &[u8]> = take_while(is_padding)(input);
    skipped.map_or(input, |(rest, _)| rest)
}

/// Whether `byte` may stand in front of a segment without belonging to it.
#[inline]
pub fn is_padding(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n' | b' ' | b'\t')
}

/// Drops CR and LF that stand between the last element and the terminator.
#[inline]
fn without_newline(bytes: &[u8]) -> &[u8] {
    match *bytes {
        [ref front @ .., b'\r' | b'\n'] if !front.is_empty() => without_newline(front),
        _ => bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cuts(mut input: &[u8], terminator: u8) -> Vec<String> {
        let delimiters = Delimiters { segment: terminator, element: b'*', component: b':', repetition: b'^' };
        let mut found = Vec::new();
        loop {
            match cut(input, delimiters) {
                Cut::Segment(segment, rest) => {
                    found.push(String::from_utf8_lossy(segment.bytes).into_owned());
                    input = rest;
                }
                Cut::Unterminated(segment) => {
                    found.push(format!("{}!", String::from_utf8_lossy(segment.bytes)));
                    return found;
                }
                Cut::End => return found,
            }
        }
    }

    #[test]
    fn white_space_around_segments_is_dropped() {
        assert_eq!(cuts(b"ST*1~\r\n  SE*2~\n", b'~'), ["ST*1", "SE*2"]);
        assert_eq!(cuts(b"ST*1\r\n~SE*2~", b'~'), ["ST*1", "SE*2"]);
        assert_eq!(cuts(b"ST*1\r\nSE*2\r\n", b'\n'), ["ST*1", "SE*2"]);
        assert_eq!(cuts(b"ST*1\r\nSE*2\r\n", b'\r'), ["ST*1", "SE*2"]);
        assert_eq!(cuts(b"NTE*ADD*a b ~", b'~'), ["NTE*ADD*a b "]);
    }

    #[test]
    fn empty_segments_are_passed_over_and_a_missing_terminator_is_told() {
        assert_eq!(cuts(b"ST*1~~ ~\n~SE*2", b'~'), ["ST*1", "SE*2!"]);
        assert_eq!(cuts(b"", b'~'), Vec::<String>::new());
    }
}
