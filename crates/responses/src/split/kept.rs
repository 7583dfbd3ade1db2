//! What is kept of a file until it goes to a store: ranges of the source, and the little that is written anew between them.

use std::io;
use std::ops::Range;

use x12::offset_in;

use crate::store::{Store, Stream};

/// Bytes that are to be written, in their order.
///
/// Of a file with few bad claims nearly everything is kept, so neighbours in the source are one range.
#[derive(Clone)]
pub(super) struct Kept<'a> {
    file: &'a [u8],
    runs: Vec<Run>,
    /// What is not in the source.
    own: Vec<u8>,
}

#[derive(Clone)]
enum Run {
    Source(Range<usize>),
    Own(Range<usize>),
}

impl<'a> Kept<'a> {
    /// Begins with nothing of `file`.
    pub(super) fn new(file: &'a [u8]) -> Kept<'a> {
        Kept { file, runs: Vec::new(), own: Vec::new() }
    }

    /// Adds bytes of the source.
    pub(super) fn source(&mut self, bytes: &'a [u8]) {
        let start = offset_in(self.file, bytes);
        let end = start + bytes.len();
        match self.runs.last_mut() {
            Some(Run::Source(last)) if last.end == start => last.end = end,
            _ => self.runs.push(Run::Source(start..end)),
        }
    }

    /// Adds bytes that are not in the source.
    pub(super) fn own(&mut self, bytes: &[u8]) {
        let start = self.own.len();
        self.own.extend_from_slice(bytes);
        let end = self.own.len();
        match self.runs.last_mut() {
            Some(Run::Own(last)) => last.end = end,
            _ => self.runs.push(Run::Own(start..end)),
        }
    }

    /// Adds a number in decimal digits.
    pub(super) fn decimal(&mut self, mut number: u64) {
        let mut digits = [0; DIGITS_MAX];
        let mut start = DIGITS_MAX;
        loop {
            start -= 1;
            digits[start] = b'0' + u8::try_from(number % 10).expect("a remainder of ten is one digit");
            number /= 10;
            if number == 0 {
                return self.own(&digits[start..]);
            }
        }
    }

    /// Appends everything to `stream`, and begins again with nothing.
    pub(super) fn hand_over(&mut self, stream: Stream, store: &mut dyn Store) -> io::Result<()> {
        let slices: Vec<&[u8]> = self
            .runs
            .iter()
            .map(|run| match run {
                Run::Source(range) => &self.file[range.clone()],
                Run::Own(range) => &self.own[range.clone()],
            })
            .collect();
        if !slices.is_empty() {
            store.append(stream, &slices)?;
        }
        self.runs.clear();
        self.own.clear();
        Ok(())
    }
}

/// Most digits that a number of 64 bits has.
const DIGITS_MAX: usize = 20;
