//! Text outside of any interchange: finds where the next one opens.

use memchr::memmem;

use crate::cut::is_padding;
use crate::header::{InterchangeHeader, NoHeader, interchange_header};

/// What stands between two interchanges, or in front of the first.
pub(crate) struct Gap<'a> {
    /// Everything up to the next interchange or the end of the file.
    pub bytes: &'a [u8],
    /// The interchange that opens behind it.
    pub next: Option<InterchangeHeader<'a>>,
    /// An ISA that the end of the file cuts off; it is the tail of `bytes`.
    pub cut_off: Option<&'a [u8]>,
}

/// Reads on from `input` until an interchange opens.
///
/// An ISA counts only where no letter or digit is glued to it.
pub(crate) fn gap(input: &[u8]) -> Gap<'_> {
    let mut cut_off = None;
    for at in memmem::find_iter(input, b"ISA") {
        if at > 0 && input[at - 1].is_ascii_alphanumeric() {
            continue;
        }
        match interchange_header(&input[at..]) {
            Ok(header) => {
                return Gap { bytes: &input[..at], next: Some(header), cut_off: None };
            }
            Err(NoHeader::CutOff) => {
                cut_off = cut_off.or(Some(&input[at..]));
            }
            Err(NoHeader::NotAnIsa) => {}
        }
    }
    Gap { bytes: input, next: None, cut_off }
}

/// Returns what of `gap` is text: nothing if it is white space, or the NUL and Ctrl-Z that old transfer programs leave at the end.
pub(crate) fn text_of(gap: &[u8]) -> &[u8] {
    let filler = |byte: u8| is_padding(byte) || matches!(byte, 0 | 0x1A);
    let start = gap.iter().position(|&byte| !filler(byte)).unwrap_or(gap.len());
    let end = gap.iter().rposition(|&byte| !filler(byte)).map_or(start, |last| last + 1);
    &gap[start..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISA: &[u8] = b"ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *251103*0800*^*00501*000000905*1*P*:~";

    #[test]
    fn the_next_isa_is_found_behind_text() {
        let input = [b"MAILBOX ISAAC VISA*1 ", ISA].concat();
        let found = gap(&input);
        assert_eq!(found.bytes, b"MAILBOX ISAAC VISA*1 ");
        assert!(found.next.is_some());
    }

    #[test]
    fn an_isa_at_the_end_of_the_file_is_cut_off() {
        let found = gap(&ISA[..50]);
        assert!(found.next.is_none());
        assert_eq!(found.cut_off, Some(&ISA[..50]));
    }

    #[test]
    fn filler_is_no_text() {
        assert_eq!(text_of(b"\r\n\x1a\0\0"), b"");
        assert_eq!(text_of(b" \nhello\n\x1a"), b"hello");
    }
}
