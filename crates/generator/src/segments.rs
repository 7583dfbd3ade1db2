//! Segments on their way out.

use std::fmt;
use std::io::{self, BufWriter, Write};

use crate::Plan;

/// Writes segments with the delimiters of a plan, and counts them.
///
/// A segment is written as `write!(segments, "LX*{number}")`: in the guides' notation, with `*` between
/// elements, `:` between components and no terminator.
pub(crate) struct Segments<'o, W: Write> {
    out: BufWriter<&'o mut W>,
    plan: &'o Plan,
    text: Vec<u8>,
    /// The bytes written.
    pub bytes: u64,
    /// The segments written.
    pub count: u64,
}

impl<'o, W: Write> Segments<'o, W> {
    /// Returns a writer that has written nothing.
    pub fn new(plan: &'o Plan, out: &'o mut W) -> Self {
        Self { out: BufWriter::with_capacity(1 << 16, out), plan, text: Vec::new(), bytes: 0, count: 0 }
    }

    /// Writes one segment, with its terminator and line end.
    ///
    /// Invariant: no value holds `*`, `:` or `^`, since these are the notation.
    pub fn write_fmt(&mut self, segment: fmt::Arguments<'_>) -> io::Result<()> {
        let [element, component, repetition, terminator] = self.plan.delimiters;
        self.text.clear();
        self.text.write_fmt(segment)?;
        for byte in &mut self.text {
            *byte = match *byte {
                b'*' => element,
                b':' => component,
                b'^' => repetition,
                other => other,
            };
        }
        self.text.push(terminator);
        self.text.extend_from_slice(self.plan.line_end.bytes());
        self.out.write_all(&self.text)?;
        self.bytes += self.text.len() as u64;
        self.count += 1;
        Ok(())
    }

    /// Hands the last bytes on.
    pub fn finish(mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::LineEnd;

    #[test]
    fn notation_becomes_the_delimiters_of_the_plan() {
        let plan = Plan { delimiters: *b"|>!\x1c", line_end: LineEnd::CrLf, ..Plan::default() };
        let mut file = Vec::new();
        let mut segments = Segments::new(&plan, &mut file);
        write!(segments, "SV1*HC:J0104*{}", 25).unwrap();
        assert_eq!((segments.bytes, segments.count), (18, 1));
        segments.finish().unwrap();
        assert_eq!(file, b"SV1|HC>J0104|25\x1c\r\n");
    }
}
