//! The ISA: the one segment that is read by place, because it says how all others are read.

use nom::bytes::complete::{tag, take, take_till};
use nom::multi::count;
use nom::{IResult, Parser};

use crate::limits::INTERCHANGE_HEADER_BYTES_MAX;
use crate::{Delimiters, Segment};

/// An ISA that was found, with what it declares.
#[derive(Clone, Copy)]
pub struct InterchangeHeader<'a> {
    /// The ISA, without its terminator.
    pub segment: Segment<'a>,
    /// Whether all sixteen separators stand at the places that the standard fixes.
    pub fixed_width: bool,
    /// Whether ISA16 holds a component separator.
    pub has_component_separator: bool,
}

/// Where the sixteen element separators of a lawful ISA stand, in bytes from its start.
/// Source: X12.5, ISA: every element has a fixed width.
const SEPARATOR_PLACES: [usize; 16] = [3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103];

/// Why the bytes at a segment start do not open an interchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoHeader {
    /// Other text.
    NotAnIsa,
    /// An ISA that the end of the file cuts off.
    CutOff,
}

/// Reads the ISA that `input` starts with.
///
/// The sixteenth separator is found by counting, so that a wrongly padded ISA is read too.
/// Errors: [`NoHeader::CutOff`] if the input ends inside, [`NoHeader::NotAnIsa`] otherwise.
pub(crate) fn interchange_header(input: &[u8]) -> Result<InterchangeHeader<'_>, NoHeader> {
    let window = &input[..input.len().min(INTERCHANGE_HEADER_BYTES_MAX)];
    let separator = match *window {
        [b'I', b'S', b'A', separator, ..] if may_separate(separator) => separator,
        _ => return Err(NoHeader::NotAnIsa),
    };
    let ended = if window.len() == input.len() { NoHeader::CutOff } else { NoHeader::NotAnIsa };
    let (rest, ()) = sixteen_elements(window, separator).map_err(|_| ended)?;
    let up_to_sixteenth = window.len() - rest.len();
    let (component, segment, bytes) = match *rest {
        // ISA16 is empty: the terminator follows the separator at once.
        [terminator @ b'~', b'\r' | b'\n', ..] | [terminator @ (b'\r' | b'\n'), ..] => {
            (None, terminator, up_to_sixteenth)
        }
        [component, terminator, ..] => (Some(component), terminator, up_to_sixteenth + 1),
        _ => return Err(ended),
    };
    let repetition = repetition_separator(&input[..bytes], separator).unwrap_or(segment);
    let delimiters =
        Delimiters { segment, element: separator, component: component.unwrap_or(segment), repetition };
    Ok(InterchangeHeader {
        segment: Segment { bytes: &input[..bytes], delimiters },
        fixed_width: SEPARATOR_PLACES.iter().all(|&place| input.get(place) == Some(&separator)),
        has_component_separator: component.is_some(),
    })
}

/// A separator is no letter, digit or blank, so that "ISAAC" in a name opens nothing.
fn may_separate(byte: u8) -> bool {
    !byte.is_ascii_alphanumeric() && !matches!(byte, b' ' | b'\r' | b'\n')
}

fn sixteen_elements(input: &[u8], separator: u8) -> IResult<&[u8], ()> {
    let element = (take_till(move |byte| byte == separator), take(1usize));
    let (rest, _) = (tag("ISA"), take(1usize)).parse(input)?;
    let (rest, _) = count(element, SEPARATOR_PLACES.len() - 1).parse(rest)?;
    Ok((rest, ()))
}

/// ISA11 is the repetition separator since release 00402; before, it named a standard (`U`).
fn repetition_separator(isa: &[u8], separator: u8) -> Option<u8> {
    match isa.split(|&byte| byte == separator).nth(11) {
        Some(&[byte]) if !byte.is_ascii_alphanumeric() => Some(byte),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISA: &[u8] = b"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *251103*0800*^*00501*000000905*1*P*:~GS*HC";

    #[test]
    fn a_lawful_isa_declares_four_separators() {
        let header = interchange_header(ISA).ok().unwrap();
        assert!(header.fixed_width && header.has_component_separator);
        assert_eq!(header.segment.bytes.len(), 105);
        assert_eq!(header.segment.element(13), b"000000905");
        let expected = Delimiters { segment: b'~', element: b'*', component: b':', repetition: b'^' };
        assert_eq!(header.segment.delimiters, expected);
    }

    #[test]
    fn a_short_isa_is_read_by_counting() {
        let short = String::from_utf8_lossy(ISA).replace("SENDER         ", "SENDER");
        let header = interchange_header(short.as_bytes()).ok().unwrap();
        assert!(!header.fixed_width);
        assert_eq!(header.segment.element(6), b"SENDER");
        assert_eq!(header.segment.delimiters.segment, b'~');
    }

    #[test]
    fn an_isa_that_is_shorter_than_its_separators_stand_is_read_by_counting() {
        let header = interchange_header(b"ISA****************:~").ok().unwrap();
        assert!(!header.fixed_width && header.has_component_separator);
    }

    #[test]
    fn release_4010_has_no_repetition_separator() {
        let old = String::from_utf8_lossy(ISA).replace("*^*00501*", "*U*00401*");
        let header = interchange_header(old.as_bytes()).ok().unwrap();
        assert_eq!(header.segment.delimiters.repetition, b'~');
    }

    #[test]
    fn newlines_may_terminate() {
        let lines = String::from_utf8_lossy(ISA).replace('~', "\n");
        let header = interchange_header(lines.as_bytes()).ok().unwrap();
        assert_eq!((header.segment.delimiters.segment, header.segment.delimiters.component), (b'\n', b':'));
    }

    #[test]
    fn an_empty_isa16_is_told() {
        let empty = String::from_utf8_lossy(ISA).replace(":~", "~\r\n");
        let header = interchange_header(empty.as_bytes()).ok().unwrap();
        assert!(!header.has_component_separator);
        assert_eq!(header.segment.delimiters.component, b'~');
    }

    #[test]
    fn text_is_no_isa_and_every_cut_is_told() {
        assert_eq!(interchange_header(b"ISAAC*NEWTON").err(), Some(NoHeader::NotAnIsa));
        assert_eq!(
            interchange_header(&[b"ISA*".as_slice(), &[b'x'; 600]].concat()).err(),
            Some(NoHeader::NotAnIsa)
        );
        for cut in 4..106 {
            assert_eq!(interchange_header(&ISA[..cut]).err(), Some(NoHeader::CutOff), "{cut}");
        }
        assert!(interchange_header(&ISA[..106]).is_ok());
    }
}
