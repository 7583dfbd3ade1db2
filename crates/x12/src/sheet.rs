//! The separators and digits of a whole stretch of a file, found in one go.
//!
//! A processor that looks at segments one by one has to guess how long each is, and guesses wrong as often as not.
//! Through a stretch it runs without guessing, and what a segment has to show is then a load and a shift away.

use wide::u8x16;

use crate::Delimiters;

/// Bytes that a [`View`] shows.
pub const VIEW_BYTES: usize = 64;

/// Most bytes of a segment that is shown: its end takes a bit of its own.
const SHOWN_BYTES_MAX: usize = VIEW_BYTES - 1;

/// Most bytes of a stretch that are looked at; of a longer one, which no orderly file has, the rest is not shown.
const DRAWN_BYTES_MAX: usize = 4 << 20;

/// What stands where in a stretch of a file.
///
/// One value is drawn on again and again, so that a run makes its vector once.
#[derive(Default)]
pub struct Sheet<'a> {
    /// From the first byte of the stretch to the end of the file.
    bytes: &'a [u8],
    /// Each 64 bytes of the stretch, and one more, since the last segment may reach there.
    looks: Vec<Look>,
}

/// What 64 bytes hold; bit `n` stands for byte `n`.
#[derive(Clone, Copy, Default)]
#[repr(align(32))]
pub(crate) struct Look {
    pub elements: u64,
    pub components: u64,
    digits: u64,
    /// Whether there is no repetition separator, and no byte outside of blank to tilde.
    pub is_plain: bool,
}

/// What stands where in a short segment; bit `n` stands for byte `n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View<'a> {
    /// The segment, and what stands behind it.
    pub bytes: &'a [u8; VIEW_BYTES],
    /// How many of these bytes it has.
    pub length: u32,
    /// Where elements end: element separators, and the end of the segment.
    pub ends: u64,
    /// Component separators.
    pub components: u64,
    /// Digits.
    pub digits: u64,
}

impl<'a> Sheet<'a> {
    /// Looks at the first `length` bytes of `bytes`, in place of what was looked at before.
    ///
    /// What stands behind them may be looked at too.
    pub fn draw(&mut self, bytes: &'a [u8], length: usize, delimiters: Delimiters) {
        self.bytes = bytes;
        let wanted = Wanted::of(delimiters);
        let looks = length.min(DRAWN_BYTES_MAX).div_ceil(VIEW_BYTES) + 1;
        let drawn = &bytes[..bytes.len().min(looks * VIEW_BYTES)];
        self.looks.resize(looks, Look::default());
        let (whole, rest) = drawn.as_chunks::<VIEW_BYTES>();
        let mut last = [b' '; VIEW_BYTES];
        last[..rest.len()].copy_from_slice(rest);
        let parts = whole.iter().chain((!rest.is_empty()).then_some(&last));
        for (part, look) in parts.zip(&mut self.looks) {
            *look = wanted.look(part);
        }
    }

    /// Returns the first byte of the stretch, and all behind it.
    #[inline]
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Returns the first elements behind the identifier of the segment of `length` bytes that begins at byte `start` of the
    /// stretch, as many as are asked for; `None` where [`Sheet::view`] has none.
    #[inline]
    pub fn first_elements<const COUNT: usize>(
        &self,
        start: usize,
        length: usize,
    ) -> Option<[&'a [u8]; COUNT]> {
        let bytes = self.bytes.get(start..start + length).filter(|_| length <= SHOWN_BYTES_MAX)?;
        let [first, second] = self.looks_at(start)?;
        // Where no separator is left, elements end with the segment.
        let mut ends = shown(first.elements, second.elements, start) | u64::MAX << length;
        let mut end = ends.trailing_zeros() as usize;
        Some(std::array::from_fn(|_| {
            let start = length.min(end + 1);
            ends &= ends.wrapping_sub(1);
            end = length.min(ends.trailing_zeros() as usize);
            &bytes[start..end]
        }))
    }

    /// Returns what stands where in the segment of `length` bytes that begins at byte `start` of the stretch.
    ///
    /// `None` for one that is too long to be shown, near the end of the file, and where nothing was drawn.
    #[expect(clippy::inline_always, reason = "called once a segment, where a call takes as long as the work")]
    #[inline(always)]
    pub fn view(&self, start: usize, length: usize) -> Option<View<'a>> {
        let bytes = self.bytes.get(start..)?.first_chunk().filter(|_| length <= SHOWN_BYTES_MAX)?;
        let ([first, second], own) = (self.looks_at(start)?, !(u64::MAX << length));
        Some(View {
            bytes,
            length: u32::try_from(length).ok()?,
            ends: shown(first.elements, second.elements, start) & own | 1 << length,
            components: shown(first.components, second.components, start) & own,
            digits: shown(first.digits, second.digits, start) & own,
        })
    }

    /// Returns whether the `length` bytes from byte `start` of the stretch on, and some on both sides of them, are text without
    /// a repetition separator; nothing is said of what is not, or not drawn.
    pub fn is_plain(&self, start: usize, length: usize) -> bool {
        let looks = start / VIEW_BYTES..(start + length).div_ceil(VIEW_BYTES);
        looks.end < self.looks.len() && self.looks[looks].iter().all(|look| look.is_plain)
    }

    /// Returns what was seen of the 64 bytes from byte `start` of the stretch on.
    #[inline]
    fn looks_at(&self, start: usize) -> Option<&[Look; 2]> {
        self.looks.get(start / VIEW_BYTES..)?.first_chunk()
    }
}

/// Returns the bits from `start` on, of which `first` has those of the 64 bytes that `start` stands in, and `second` those behind.
#[inline]
fn shown(first: u64, second: u64, start: usize) -> u64 {
    let shift = start % VIEW_BYTES;
    // In two steps, since nothing of the second is shown where the first is shown as a whole.
    first >> shift | second << 1 << (VIEW_BYTES - 1 - shift)
}

impl View<'_> {
    /// Returns a number that is the same for segments of one name, first code, and last code of two letters, whose elements and
    /// components have the same lengths; by chance, for a few others.
    ///
    /// What HL and LX begin with is no code, and another one in each.
    #[inline]
    pub fn shape(&self) -> u32 {
        /// Bytes of a name and of what stands behind it, if that is as short as codes are.
        const HEAD: u32 = 7;
        /// What capital letters have in common, twice.
        const LETTERS: u64 = 0x4040;
        let parts = self.ends | self.components;
        let name = parts.trailing_zeros().min(HEAD);
        let first = (parts & parts.wrapping_sub(1)).trailing_zeros();
        let word_at =
            |place: usize| self.bytes[place..].first_chunk().map_or(0, |word| u64::from_le_bytes(*word));
        let is_counted = [*b"HL", *b"LX"].contains(&[self.bytes[0], self.bytes[1]]);
        let head = if first <= HEAD && !is_counted { first } else { name };
        let head = word_at(0) & !(u64::MAX << (8 * head));
        let behind = self.length as usize % VIEW_BYTES;
        let tail = word_at(behind.saturating_sub(8).min(VIEW_BYTES - 8)) >> 48;
        let is_code = parts << 3 >> behind & 1 != 0 && tail & LETTERS == LETTERS && 8 <= behind;
        let tail = if is_code { tail } else { 0 };
        let mixed = (head ^ tail << 48).wrapping_mul(0x9e37_79b9_7f4a_7c15)
            ^ self.ends.wrapping_add(self.components << 1).wrapping_mul(0xd6e8_feb8_6659_fd93);
        // The upper half depends on every bit.
        (mixed >> 32) as u32
    }

    /// Returns the bytes that are the same in `other`, as bits.
    #[inline]
    pub fn same_as(&self, other: &[u8; VIEW_BYTES]) -> u64 {
        let ((own, _), (other, _)) = (self.bytes.as_chunks::<16>(), other.as_chunks::<16>());
        let pairs = own.iter().zip(other).enumerate();
        pairs.fold(0, |same, (place, (own, other))| {
            let equal = u8x16::new(*own).simd_eq(u8x16::new(*other));
            same | u64::from(equal.to_bitmask()) << (16 * place)
        })
    }
}

/// What is looked for, sixteen times each.
pub(crate) struct Wanted {
    element: u8x16,
    component: u8x16,
    repetition: u8x16,
}

impl Wanted {
    pub fn of(delimiters: Delimiters) -> Wanted {
        Wanted {
            element: u8x16::splat(delimiters.element),
            component: u8x16::splat(delimiters.component),
            repetition: u8x16::splat(delimiters.repetition),
        }
    }

    #[inline]
    pub fn look(&self, bytes: &[u8; VIEW_BYTES]) -> Look {
        let (parts, _) = bytes.as_chunks::<16>();
        let (mut look, mut others) = (Look::default(), u8x16::splat(0));
        for (place, part) in parts.iter().enumerate() {
            let part = u8x16::new(*part);
            let bits = |found: u8x16| u64::from(found.to_bitmask()) << (16 * place);
            look.elements |= bits(part.simd_eq(self.element));
            look.components |= bits(part.simd_eq(self.component));
            look.digits |= bits(within(part, b'0', b'9'));
            others = others | part.simd_eq(self.repetition) | !within(part, b' ', b'~');
        }
        look.is_plain = !others.any();
        look
    }
}

/// Returns all bits of each byte that is neither below `first` nor above `last`.
#[inline]
fn within(part: u8x16, first: u8, last: u8) -> u8x16 {
    // Bytes below wrap round, so that one comparison finds those on both sides.
    let above = part - u8x16::splat(first);
    above.min(u8x16::splat(last - first)).simd_eq(above)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Segment;

    const DELIMITERS: Delimiters =
        Delimiters { segment: b'~', element: b'*', component: b':', repetition: b'^' };

    fn plain(bytes: &[u8], wanted: impl Fn(u8) -> bool) -> u64 {
        (0..bytes.len()).filter(|&place| wanted(bytes[place])).map(|place| 1 << place).sum()
    }

    #[test]
    fn views_show_what_a_plain_look_finds() {
        let mut state = 1u32;
        let mut next = |below: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % below
        };
        let bytes: Vec<u8> = (0..5_000).map(|_| b"*:.0149AZ az/~"[next(14)]).collect();
        let mut sheet = Sheet::default();
        assert!(sheet.view(0, 1).is_none(), "nothing is drawn");
        // What was drawn before must not show through.
        sheet.draw(&[b'*'; 6_000], 6_000, DELIMITERS);
        sheet.draw(&bytes, 4_900, DELIMITERS);
        for start in 0..4_900 {
            let length = next(70);
            let Some(view) = sheet.view(start, length) else {
                assert!(SHOWN_BYTES_MAX < length);
                continue;
            };
            let own = &bytes[start..start + length];
            assert_eq!((view.length as usize, &view.bytes[..length]), (length, own));
            assert_eq!(view.ends, plain(own, |byte| byte == b'*') | 1 << length);
            assert_eq!(view.components, plain(own, |byte| byte == b':'));
            assert_eq!(view.digits, plain(own, |byte| byte.is_ascii_digit()));
            assert_eq!(view.same_as(view.bytes), u64::MAX);
            let segment = Segment { bytes: own, delimiters: DELIMITERS };
            assert_eq!(sheet.first_elements::<4>(start, length).unwrap(), segment.first_elements::<4>());
        }
    }

    #[test]
    fn what_is_not_plain_is_seen_wherever_it_stands() {
        for byte in 0..=255 {
            for place in 0..20 {
                let mut bytes = [b' '; 200];
                bytes[30 + place] = byte;
                let mut sheet = Sheet::default();
                sheet.draw(&bytes, 60, DELIMITERS);
                let is_plain = byte != b'^' && (b' '..=b'~').contains(&byte);
                assert_eq!(sheet.is_plain(30, 20), is_plain, "{byte}");
            }
        }
    }

    #[test]
    fn near_the_end_of_the_file_and_behind_what_is_drawn_nothing_is_shown() {
        let bytes = [b'x'; 300];
        let mut sheet = Sheet::default();
        sheet.draw(&bytes, 300, DELIMITERS);
        assert!(sheet.view(10, 20).is_some() && sheet.view(240, 10).is_none());
        sheet.draw(&bytes, 100, DELIMITERS);
        assert!(sheet.view(90, 10).is_some() && sheet.view(200, 10).is_none());
        assert!(sheet.is_plain(90, 10) && !sheet.is_plain(190, 20));
    }
}
