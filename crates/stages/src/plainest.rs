//! The plainest reader of X12, by which the speed of everything else is judged.
//!
//! It finds segment terminators and element separators with memchr, one by one, and looks at every element once; one thread, nothing kept.

use std::hint::black_box;

/// The bytes that a reader needs which knows segments and elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// Segment terminator.
    pub segment: u8,
    /// Element separator.
    pub element: u8,
}

/// Holds what a reading counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visited {
    /// Pieces that a terminator ends; a line end behind the last terminator counts too.
    pub segments: u64,
    /// Pieces of those, their identifiers among them.
    pub elements: u64,
}

/// Returns the delimiters of the ISA that a file begins with: byte 4 is the element separator, byte 106 the segment terminator.
///
/// Of a file that is too short for them, they are NUL.
pub fn delimiters(file: &[u8]) -> Ends {
    let [element, segment] = [3, 105].map(|index| file.get(index).copied().unwrap_or_default());
    Ends { segment, element }
}

/// Splits a text into segments and these into elements, and looks at each.
pub fn visit(text: &[u8], ends: Ends) -> Visited {
    let mut visited = Visited { segments: 0, elements: 0 };
    for segment in pieces(text, ends.segment) {
        visited.segments += 1;
        for value in pieces(segment, ends.element) {
            black_box(value);
            visited.elements += 1;
        }
    }
    visited
}

/// Returns what stands before, between and after the separators, but nothing after a last one.
fn pieces(text: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = memchr::memchr(separator, rest).unwrap_or(rest.len());
        let piece = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_segment_and_element_is_visited() {
        let ends = Ends { segment: b'~', element: b'*' };
        let counted = |text: &[u8]| {
            let Visited { segments, elements } = visit(text, ends);
            (segments, elements)
        };
        assert_eq!(counted(b"ST*837*0001~SE*2*0001~"), (2, 6));
        assert_eq!(counted(b"ST*837**0001"), (1, 4));
        assert_eq!(counted(b""), (0, 0));
    }

    #[test]
    fn delimiters_come_from_the_isa() {
        let mut isa = [b' '; 106];
        (isa[3], isa[105]) = (b'|', b'\n');
        assert_eq!(delimiters(&isa), Ends { segment: b'\n', element: b'|' });
        assert_eq!(delimiters(b"ISA"), Ends { segment: 0, element: 0 });
    }
}
