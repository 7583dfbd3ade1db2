//! Files whose segments end with lines, though their ISA reads as if they ended with `~`.

use std::borrow::Cow;

use x12::{Event, Limits, Reader, is_padding, offset_in};

/// What a component separator that reads as a terminator is replaced by: the first of these that the file does not have.
const SEPARATORS: [u8; 4] = [0x1F, 0x1E, 0x1D, 0x1C];

/// Returns `file` with every `~` replaced if its ISA16 is `~` and its segments end with lines; any other file as it is.
///
/// The reader takes an ISA whose sixteenth separator is followed by `~` and a line end for one without ISA16, since claims are
/// sent so, and with `~` behind every segment.
/// Payers also print acknowledgements with `~` in ISA16 and a line for each segment; then no `~` stands in the line behind the ISA.
/// One byte takes the place of another, so that all stand where they stood.
/// Source: an 824 in the companion guide of TMHP, the Medicaid contractor of Texas.
pub fn with_lines_as_segments(file: &[u8]) -> Cow<'_, [u8]> {
    let separator = SEPARATORS.into_iter().find(|separator| !file.contains(separator));
    match separator.filter(|_| lines_are_segments(file)) {
        Some(separator) => {
            file.iter().map(|&byte| if byte == b'~' { separator } else { byte }).collect::<Vec<u8>>().into()
        }
        None => file.into(),
    }
}

fn lines_are_segments(file: &[u8]) -> bool {
    let Some(Event::InterchangeBegin(isa)) = Reader::new(file, Limits::default()).next() else {
        return false;
    };
    if isa.delimiters.segment != b'~' || isa.delimiters.component != b'~' {
        return false;
    }
    // Behind the ISA stands the `~`.
    let behind = &file[offset_in(file, isa.bytes) + isa.bytes.len() + 1..];
    let next = &behind[behind.iter().take_while(|&&byte| is_padding(byte)).count()..];
    let line = next.iter().position(|byte| matches!(byte, b'\r' | b'\n')).map(|end| &next[..end]);
    let opens = |line: &[u8]| [&b"GS"[..], b"TA1"].iter().any(|id| line.starts_with(id));
    line.is_some_and(|line| opens(line) && !line.contains(&b'~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISA: &str = "ISA*00*          *00*          *ZZ*PAYER          *ZZ*SUBMITTER      *251103*0800*^*00501*000000009*0*P*";

    #[test]
    fn lines_are_segments_where_the_line_behind_the_isa_has_no_terminator() {
        let file = format!("{ISA}~\r\n  GS*AG*A\r\n    ST*824*0001\r\n    CTX*A~B\r\n");
        let read = with_lines_as_segments(file.as_bytes());
        assert_eq!(*read, *file.replace('~', "\u{1F}").as_bytes());
        let taken = file.replace("*824", "*8\u{1F}");
        assert_eq!(*with_lines_as_segments(taken.as_bytes()), *taken.replace('~', "\u{1E}").as_bytes());
    }

    #[test]
    fn any_other_file_stays_as_it_is() {
        let others = [
            // Without ISA16, and with `~` behind every segment.
            format!("{ISA}~\r\nGS*AG*A~\r\nST*824*0001~\r\n"),
            format!("{ISA}~\nGS*AG*A~ST*824*0001~\n"),
            format!("{ISA}:~\r\nGS*AG*A~\r\n"),
            // Lines that end segments, and say so.
            format!("{ISA}:\r\nGS*AG*A\r\n"),
            // Cut off, and nobody can tell.
            format!("{ISA}~\r\nGS*AG*A"),
            format!("{ISA}~\r\n"),
            ISA.to_owned(),
            String::new(),
        ];
        for file in others {
            assert!(matches!(with_lines_as_segments(file.as_bytes()), Cow::Borrowed(_)), "{file}");
        }
    }
}
