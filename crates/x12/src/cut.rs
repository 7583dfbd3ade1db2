//! Cuts the next segment off, wherever it stands; [`crate::Reader::run`] goes faster through those of a set.

use crate::search::Finder;
use crate::{Delimiters, Segment};

/// What stands next.
pub(crate) enum Cut<'a> {
    /// A segment, and the place behind its terminator.
    Segment(Segment<'a>, usize),
    /// A last segment that no terminator ends.
    Unterminated(Segment<'a>),
    /// Nothing but white space and empty segments.
    End,
}

/// Cuts the segment off that stands at or behind `at`; `terminators` looks for the terminator of `delimiters` in `file`.
///
/// CR and LF around a segment and blanks in front of it are dropped; empty segments are passed over.
#[inline]
pub(crate) fn cut<'a>(
    file: &'a [u8],
    mut at: usize,
    delimiters: Delimiters,
    terminators: &mut Finder,
) -> Cut<'a> {
    loop {
        let Some(&first) = file.get(at) else {
            return Cut::End;
        };
        if first != delimiters.segment && !is_padding(first) {
            break;
        }
        at += 1;
    }
    match terminators.next(file, at) {
        Some(end) => Cut::Segment(Segment { bytes: without_newline(&file[at..end]), delimiters }, end + 1),
        None => Cut::Unterminated(Segment { bytes: without_newline(&file[at..]), delimiters }),
    }
}

/// Iterates over the segments of `bytes`, which stand between two terminators of one interchange.
pub fn segments(bytes: &[u8], delimiters: Delimiters) -> impl Iterator<Item = Segment<'_>> {
    let mut at = 0;
    let mut terminators = Finder::new(delimiters.segment);
    std::iter::from_fn(move || match cut(bytes, at, delimiters, &mut terminators) {
        Cut::Segment(segment, behind) => {
            at = behind;
            Some(segment)
        }
        Cut::Unterminated(segment) => {
            at = bytes.len();
            Some(segment)
        }
        Cut::End => None,
    })
}

/// Whether `byte` may stand in front of a segment without belonging to it.
#[inline]
pub fn is_padding(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n' | b' ' | b'\t')
}

/// Drops CR and LF that stand between the last element and the terminator.
#[inline]
pub(crate) fn without_newline(mut bytes: &[u8]) -> &[u8] {
    while let [front @ .., b'\r' | b'\n'] = bytes
        && !front.is_empty()
    {
        bytes = front;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cuts(file: &[u8], terminator: u8) -> Vec<String> {
        let delimiters = Delimiters { segment: terminator, element: b'*', component: b':', repetition: b'^' };
        let mut terminators = Finder::new(terminator);
        let (mut at, mut found) = (0, Vec::new());
        loop {
            match cut(file, at, delimiters, &mut terminators) {
                Cut::Segment(segment, behind) => {
                    found.push(String::from_utf8_lossy(segment.bytes).into_owned());
                    at = behind;
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
