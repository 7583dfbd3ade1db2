//! The separators and digits of a whole stretch of a file, found in one go.
//!
//! A processor that looks at segments one by one has to guess how long each is, and guesses wrong as often as not.
//! Through a stretch it runs without guessing, and what a segment has to show is then two loads and a shift away.

use wide::u8x16;

use crate::Delimiters;

/// Bytes that a [`View`] shows.
pub const VIEW_BYTES: usize = 64;

/// What stands where in the segments of a stretch of a file.
///
/// One value is drawn on again and again, so that a run makes its vectors once.
#[derive(Default)]
pub struct Sheet<'a> {
    looks: Vec<Look>,
    views: Vec<Option<View<'a>>>,
}

/// What 64 bytes hold; bit `n` stands for byte `n`.
#[derive(Clone, Copy, Default)]
pub(crate) struct Look {
    pub elements: u64,
    pub components: u64,
    numbers: u64,
    points: u64,
    /// All bits if there is a repetition separator, or a byte outside of blank to tilde.
    pub others: u64,
}

/// What stands where in a segment of fewer than 64 bytes; bit `n` stands for byte `n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View<'a> {
    /// The segment, and what stands behind it.
    pub bytes: &'a [u8; VIEW_BYTES],
    /// How many of these bytes it has.
    pub length: u32,
    /// A number that is the same for segments of one name and first code whose elements and components have the same lengths;
    /// by chance, for a few others.
    pub shape: u32,
    /// Where elements end: element separators, and the end of the segment.
    pub ends: u64,
    /// Component separators.
    pub components: u64,
    /// Digits and decimal points.
    pub numbers: u64,
    /// Decimal points.
    pub points: u64,
    /// Whether all bytes, and some on both sides of it, are text without a repetition separator; nothing is said of what is not.
    pub is_plain: bool,
}

impl<'a> Sheet<'a> {
    /// Looks at the segments that begin at each of `places` in `bytes` and have so many bytes, in place of those before.
    ///
    /// What stands behind them may be looked at too.
    /// Invariant: `places` ascend.
    pub fn draw(
        &mut self,
        bytes: &'a [u8],
        delimiters: Delimiters,
        places: impl DoubleEndedIterator<Item = (usize, usize)> + Clone,
    ) {
        let end = places.clone().next_back().map_or(0, |(start, length)| start + length);
        self.look(&bytes[..bytes.len().min((end / VIEW_BYTES + 2) * VIEW_BYTES)], delimiters);
        self.views.clear();
        let looks = &self.looks;
        self.views.extend(places.map(|(start, length)| view(looks, bytes, start, length)));
    }

    /// Returns what stands where in the segment at `index`, counted from 0.
    ///
    /// `None` for one of 64 bytes or more, near the end of the bytes, and where nothing was drawn.
    #[inline]
    pub fn view(&self, index: usize) -> Option<&View<'a>> {
        self.views.get(index)?.as_ref()
    }

    fn look(&mut self, bytes: &[u8], delimiters: Delimiters) {
        let wanted = Wanted::of(delimiters);
        let (looks, rest) = bytes.as_chunks::<VIEW_BYTES>();
        self.looks.clear();
        self.looks.extend(looks.iter().map(|look| wanted.look(look)));
        if !rest.is_empty() {
            let mut last = [b' '; VIEW_BYTES];
            last[..rest.len()].copy_from_slice(rest);
            self.looks.push(wanted.look(&last));
        }
    }
}

/// Puts together what the two of `looks` show that a segment stands in.
#[inline]
fn view<'a>(looks: &[Look], bytes: &'a [u8], start: usize, length: usize) -> Option<View<'a>> {
    let bytes = bytes.get(start..)?.first_chunk().filter(|_| length < VIEW_BYTES)?;
    let [front, back] = looks.get(start / VIEW_BYTES..)?.first_chunk::<2>()?;
    let shift = start % VIEW_BYTES;
    let own = !(u64::MAX << length);
    let join = |front: u64, back: u64| (front >> shift | back << 1 << (VIEW_BYTES - 1 - shift)) & own;
    let ends = join(front.elements, back.elements) | 1 << length;
    let components = join(front.components, back.components);
    Some(View {
        bytes,
        length: u32::try_from(length).ok()?,
        shape: shape_of(bytes, ends, components),
        ends,
        components,
        numbers: join(front.numbers, back.numbers),
        points: join(front.points, back.points),
        is_plain: front.others | back.others == 0,
    })
}

/// Returns the shape of a segment whose elements and components end there.
#[inline]
fn shape_of(bytes: &[u8; VIEW_BYTES], ends: u64, components: u64) -> u32 {
    /// Bytes of a name and of what stands behind it, if that is as short as codes are.
    const HEAD: u32 = 7;
    let parts = ends | components;
    let name = parts.trailing_zeros().min(HEAD);
    let first = (parts & parts.wrapping_sub(1)).trailing_zeros();
    let head = if first <= HEAD { first } else { name };
    let word = bytes.first_chunk().map_or(0, |word| u64::from_le_bytes(*word)) & !(u64::MAX << (8 * head));
    let mixed = word.wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ^ ends.wrapping_add(components << 1).wrapping_mul(0xd6e8_feb8_6659_fd93);
    // The upper half depends on every bit.
    (mixed >> 32) as u32
}

impl<'a> View<'a> {
    /// Returns the first elements behind the identifier, as many as are asked for.
    ///
    /// The same as [`crate::Segment::first_elements`].
    #[inline]
    pub fn first_elements<const COUNT: usize>(&self) -> [&'a [u8]; COUNT] {
        let (mut ends, length) = (self.ends, self.length as usize);
        let mut next = || {
            let end = if ends == 0 { length } else { ends.trailing_zeros() as usize };
            ends &= ends.wrapping_sub(1);
            end
        };
        let mut end = next();
        std::array::from_fn(|_| {
            let start = length.min(end + 1);
            end = next();
            &self.bytes[start..end]
        })
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
        let mut look = Look::default();
        let mut others = u8x16::splat(0);
        for (place, part) in parts.iter().enumerate() {
            let part = u8x16::new(*part);
            let points = part.simd_eq(u8x16::splat(b'.'));
            let bits = |found: u8x16| u64::from(found.to_bitmask()) << (16 * place);
            look.elements |= bits(part.simd_eq(self.element));
            look.components |= bits(part.simd_eq(self.component));
            look.numbers |= bits(within(part, b'0', b'9') | points);
            look.points |= bits(points);
            others = others | part.simd_eq(self.repetition) | !within(part, b' ', b'~');
        }
        look.others = if others.any() { u64::MAX } else { 0 };
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
        let mut places = Vec::new();
        let mut start = 0;
        while start + 200 < bytes.len() {
            places.push((start, next(70)));
            start += 70;
        }
        let mut sheet = Sheet::default();
        assert!(sheet.view(0).is_none(), "nothing is drawn");
        sheet.draw(&bytes, DELIMITERS, places.iter().copied());
        for (index, &(start, length)) in places.iter().enumerate() {
            let own = &bytes[start..start + length];
            let Some(view) = sheet.view(index) else {
                assert!(VIEW_BYTES <= length);
                continue;
            };
            assert_eq!((view.length as usize, &view.bytes[..length]), (length, own));
            assert_eq!(view.ends, plain(own, |byte| byte == b'*') | 1 << length);
            assert_eq!(view.components, plain(own, |byte| byte == b':'));
            assert_eq!(view.points, plain(own, |byte| byte == b'.'));
            assert_eq!(view.numbers, plain(own, |byte| byte == b'.' || byte.is_ascii_digit()));
            assert_eq!(view.same_as(view.bytes), u64::MAX);
            let segment = Segment { bytes: own, delimiters: DELIMITERS };
            assert_eq!(view.first_elements::<4>(), segment.first_elements::<4>());
        }
        assert!(sheet.view(places.len()).is_none());
    }

    #[test]
    fn what_is_not_plain_is_seen_wherever_it_stands() {
        for byte in 0..=255 {
            for place in 0..20 {
                let mut bytes = [b' '; 200];
                bytes[30 + place] = byte;
                let mut sheet = Sheet::default();
                sheet.draw(&bytes, DELIMITERS, [(30, 20)].into_iter());
                let is_plain = byte != b'^' && (b' '..=b'~').contains(&byte);
                assert_eq!(sheet.view(0).is_some_and(|view| view.is_plain), is_plain, "{byte}");
            }
        }
    }

    #[test]
    fn near_the_end_nothing_is_shown() {
        let bytes = [b'x'; 100];
        let mut sheet = Sheet::default();
        sheet.draw(&bytes, DELIMITERS, [(10, 20), (40, 20), (90, 10)].into_iter());
        assert!(sheet.view(0).is_some() && sheet.view(2).is_none());
    }
}
