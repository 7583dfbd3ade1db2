//! The innermost loop of every run: plain segments of a transaction set, which are nearly all of a file.

use super::{Depth, Reader, is_envelope};
use crate::cut::{is_padding, without_newline};
use crate::{Segment, SegmentId};

impl<'a> Reader<'a> {
    /// Reads on through the plain segments of the open transaction set, and calls `note` with the name of each, the place
    /// of its first byte in the file, and its length in bytes.
    ///
    /// Plain is a segment of which nothing is to be said but where it stands.
    /// Returns the first that `until` names, which is read and not noted; `None` if what stands next is not plain or stands
    /// in no set: [`Reader::next`] says what it is.
    #[expect(clippy::inline_always, reason = "what is noted of each segment is part of the loop")]
    #[inline(always)]
    pub fn run(
        &mut self,
        until: [SegmentId; 2],
        mut note: impl FnMut(SegmentId, usize, usize),
    ) -> Option<(SegmentId, Segment<'a>)> {
        let (file, delimiters) = (self.file, self.delimiters);
        while self.depth == Depth::Set && self.at < file.len() {
            let (base, ends) = self.window.seek(file, self.at, delimiters.segment);
            // What changes with every segment lives in registers until the loop is left.
            let (mut at, mut passed, mut stop) = (self.at, 0, None);
            let bytes_max = self.limits.elements_max;
            for &end in ends {
                let end = base + end as usize;
                let start = at + padding(&file[at..end]);
                let segment = Segment { bytes: without_newline(&file[start..end]), delimiters };
                let (id, length) = (segment.id(), segment.bytes.len());
                if is_envelope(id) || id == SegmentId::NONE || bytes_max < length || file.len() <= end + 1 {
                    stop = Some(None);
                    break;
                }
                at = end + 1;
                passed += 1;
                if until.contains(&id) {
                    stop = Some(Some((id, segment)));
                    break;
                }
                note(id, start, length);
            }
            // A stretch without a terminator is for [`Reader::next`] to get over.
            let stands_still = passed == 0;
            self.at = at;
            self.window.pass(passed);
            self.segment_number += passed as u64;
            self.set.count += passed as u64;
            if stop.is_some() || stands_still {
                return stop.flatten();
            }
        }
        None
    }
}

/// Returns how many bytes in front of a segment do not belong to it.
#[inline]
fn padding(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|&&byte| is_padding(byte)).count()
}
