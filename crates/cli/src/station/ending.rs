//! Whether a file that somebody has put down is whole.
//!
//! That nobody writes to it any more does not say so: a broken connection closes a file just as well.
//! An X12 file says it itself: its last interchange is closed by an IEA.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use x12::{Event, Limits, Reader, is_padding};

/// Bytes at the end of a file that are looked at: an IEA, and padding behind it.
const TAIL_BYTES: u64 = 4096;

/// Bytes at the front: an ISA, and what may stand before it.
const HEAD_BYTES: u64 = 512;

/// How a file ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Its last interchange is closed.
    Closed,
    /// More may follow.
    Open,
    /// It is something else than X12: nothing says when it is whole.
    Foreign,
}

/// Looks at the front and the end of an open file of `length` bytes.
pub fn ending_of(file: &File, length: u64) -> io::Result<Ending> {
    let head = part(file, 0, length.min(HEAD_BYTES))?;
    if !begins_as_x12(&head) {
        return Ok(Ending::Foreign);
    }
    let tail_bytes = length.min(TAIL_BYTES);
    let tail = part(file, length - tail_bytes, tail_bytes)?;
    Ok(if ends_with_iea(&tail) { Ending::Closed } else { Ending::Open })
}

fn part(file: &File, from: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
    file.read_exact_at(&mut bytes, from)?;
    Ok(bytes)
}

/// Returns whether an interchange begins here, or may once there is more.
fn begins_as_x12(head: &[u8]) -> bool {
    let text = head.iter().position(|&byte| !is_filler(byte)).map_or(&[][..], |at| &head[at..]);
    let begun = text.len() < 3 && b"ISA".starts_with(text);
    begun
        || text.starts_with(b"ISA")
        || matches!(Reader::new(head, Limits::default()).next(), Some(Event::InterchangeBegin(_)))
}

/// Returns whether a byte may stand behind the last segment, or in front of the first.
///
/// NUL fills the blocks of tapes, and Ctrl-Z ends files of older systems.
fn is_filler(byte: u8) -> bool {
    is_padding(byte) || [b'\0', b'\x1A'].contains(&byte)
}

/// Returns whether the last segment is an IEA with its terminator, whatever the separators are.
fn ends_with_iea(tail: &[u8]) -> bool {
    let Some(at) = tail.windows(3).rposition(|window| window == b"IEA") else { return false };
    let (before, segment) = tail.split_at(at);
    let length = segment.iter().rposition(|&byte| !is_filler(byte)).map_or(0, |last| last + 1);
    let (segment, filler) = segment.split_at(length);
    // What stands in front of the IEA is the terminator, unless that is a line end.
    let terminator =
        before.iter().rfind(|&&byte| !is_padding(byte)).filter(|byte| !byte.is_ascii_alphanumeric());
    let content = match terminator {
        Some(terminator) => segment.strip_suffix(std::slice::from_ref(terminator)),
        None => filler.starts_with(b"\n").then_some(segment).or(filler.starts_with(b"\r").then_some(segment)),
    };
    let Some([b'I', b'E', b'A', separator, rest @ ..]) = content else { return false };
    let mut elements = rest.split(|byte| byte == separator);
    let (count, number) = (elements.next().unwrap_or_default(), elements.next().unwrap_or_default());
    !count.is_empty()
        && count.iter().all(u8::is_ascii_digit)
        && !number.is_empty()
        && elements.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn ending(bytes: &[u8]) -> Ending {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        ending_of(&file, bytes.len() as u64).unwrap()
    }

    fn sample(name: &str) -> Vec<u8> {
        std::fs::read(format!("{}/../../samples/{name}/in.837", env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    #[test]
    fn a_file_is_whole_at_its_last_byte_and_not_before() {
        for name in ["one-of-two", "many-interchanges", "odd-delimiters"] {
            let file = sample(name);
            assert_eq!(ending(&file), Ending::Closed, "{name}");
            let end = file.trim_ascii_end().len();
            let closed: Vec<usize> = (0..end).filter(|&cut| ending(&file[..cut]) == Ending::Closed).collect();
            // Between two interchanges nothing tells that another should follow.
            let edges = x12_edges(&file[..end]);
            assert!(closed.iter().all(|cut| edges.contains(cut)), "{name}: {closed:?}, {edges:?}");
        }
    }

    /// Where an interchange ends before the end of the file, and what padding may follow it.
    fn x12_edges(file: &[u8]) -> Vec<usize> {
        let begins = file.windows(4).enumerate().filter(|(_, window)| window.starts_with(b"ISA"));
        let begins = begins.filter(|(at, _)| 0 < *at).map(|(at, _)| at);
        begins.flat_map(|at| file[..at].trim_ascii_end().len()..=at).collect()
    }

    #[test]
    fn padding_and_line_ends_are_no_part_of_it() {
        let file = sample("one-of-two");
        let file = file.trim_ascii_end();
        let with = |more: &[u8]| ending(&[file, more].concat());
        for more in [&b"\r\n"[..], b"\n\n\n", b"  ", b"\0\0", b"\x1A", b"\r\n\x1A"] {
            assert_eq!(with(more), Ending::Closed, "{more:?}");
        }
        assert_eq!(with(b"ISA*00*"), Ending::Open);
        let lines = String::from_utf8(file.to_vec()).unwrap().replace("~\n", "~").replace('~', "\n");
        assert_eq!(ending(lines.as_bytes()), Ending::Closed);
        assert_eq!(ending(&lines.as_bytes()[..lines.len() - 1]), Ending::Open);
    }

    #[test]
    fn what_is_no_x12_is_told() {
        for foreign in [&b"\x1F\x8B\x08"[..], b"%PDF-1.7", b"I\0S\0A\0", b"hello"] {
            assert_eq!(ending(foreign), Ending::Foreign, "{foreign:?}");
        }
        for begun in [&b""[..], b"I", b"IS", b"\r\n", b"ISA*00*"] {
            assert_eq!(ending(begun), Ending::Open, "{begun:?}");
        }
    }
}
