//! The innermost loop of every run: plain segments of a transaction set, which are nearly all of a file.

use super::{Depth, ENVELOPE, Reader, is_envelope};
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
        let rare = Names::of(&[&ENVELOPE[..], &until, &[SegmentId::NONE]]);
        while self.depth == Depth::Set && self.at < file.len() {
            let (base, ends) = self.window.seek(file, self.at, delimiters.segment);
            // What changes with every segment lives in registers until the loop is left.
            let (mut at, mut passed, mut stop) = (self.at, 0, None);
            let bytes_max = self.limits.elements_max;
            for &end in ends {
                let end = base + end as usize;
                let (start, bytes) = trimmed(&file[at..end]);
                let segment = Segment { bytes, delimiters };
                let (id, length) = (segment.id(), bytes.len());
                if rare.may_hold(id) || bytes_max < length || file.len() <= end + 1 {
                    let is_plain = !is_envelope(id) && id != SegmentId::NONE;
                    if !is_plain || bytes_max < length || file.len() <= end + 1 {
                        stop = Some(None);
                        break;
                    }
                    if until.contains(&id) {
                        (at, passed, stop) = (end + 1, passed + 1, Some(Some((id, segment))));
                        break;
                    }
                }
                note(id, at + start, length);
                (at, passed) = (end + 1, passed + 1);
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

/// Names of segments, so that of nearly every other one a glance tells that it is none of them.
#[derive(Clone, Copy)]
struct Names(u64);

impl Names {
    #[inline]
    fn of(lists: &[&[SegmentId]]) -> Names {
        Names(lists.iter().copied().flatten().fold(0, |names, &name| names | 1 << Names::place_of(name)))
    }

    /// Returns whether `name` may be one of them; by chance, of a few others too.
    #[inline]
    fn may_hold(self, name: SegmentId) -> bool {
        self.0 >> Names::place_of(name) & 1 != 0
    }

    /// Found by trial: no name of a claim has the place of one of an envelope, HL or CLM.
    #[inline]
    fn place_of(name: SegmentId) -> u32 {
        name.packed().wrapping_mul(0xb797_5b29) >> 26
    }
}

/// Returns a segment without what stands around it, and where it begins in `bytes`.
#[inline]
fn trimmed(bytes: &[u8]) -> (usize, &[u8]) {
    // What may stand there is no greater than a blank, so that one look at each end nearly always settles it.
    if let (Some(b'!'..), Some(b'!'..)) = (bytes.first(), bytes.last()) {
        return (0, bytes);
    }
    let start = bytes.iter().take_while(|&&byte| is_padding(byte)).count();
    (start, without_newline(&bytes[start..]))
}
