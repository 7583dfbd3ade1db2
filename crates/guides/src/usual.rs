//! Where a segment belongs as a rule: the child that its name and its qualifier tell, found in two looks.
//!
//! The first look is by the innermost open loop and the name: how many loops further out the rows of that name stand,
//! and which element tells them apart.
//! The second is by what stands in that element.
//! Both say only where a segment would belong; whether it may stand there, and where it belongs otherwise, the walk finds out.

use crate::guide::{Child, Guide, Key};
use crate::keys::NAMES_MAX;
use crate::word::packed;

/// The rows that a name may stand for, seen from a loop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Family {
    /// The letters of the name, the first lowest; 0 where nothing stands.
    letters: u32,
    /// The loop that is the innermost.
    innermost: u16,
    /// How many loops further out the rows stand.
    pub(crate) out: u8,
    /// What tells them from each other.
    pub(crate) key: Key,
    /// The first of them, which stands for all where their qualifiers are looked for.
    pub(crate) number: u16,
}

/// A qualifier, and the child that it tells.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    /// Packed; 0 where nothing stands.
    code: u64,
    family: u16,
    child: u16,
}

/// The tables of one guide: each has a power of two of places, at least three times what stands in it.
#[derive(Debug, Default)]
pub(crate) struct Usual {
    families: Vec<Family>,
    told: Vec<Told>,
}

impl Usual {
    /// Compiles the tables from the candidates of each loop.
    pub(crate) fn of(guide: &Guide) -> Usual {
        let (mut families, mut told) = (Vec::new(), Vec::new());
        let around = loops_around(guide);
        for (innermost, _) in (0..).zip(&guide.loops) {
            for name in (0..).take(NAMES_MAX) {
                let Some((out, index)) = nearest(guide, &around, innermost, name) else { continue };
                let candidates = guide.candidates(index, name);
                let (first, child) = candidates[0];
                // Rows that different elements tell are left to the walk.
                if candidates.iter().any(|(_, other)| other.key != child.key) {
                    continue;
                }
                let segment = guide.rows[usize::from(child.row)].segment;
                let letters = u32::try_from(packed(segment.as_bytes()));
                let letters = letters.expect("a name has at most three letters");
                families.push(Family { letters, innermost, out, key: child.key, number: first });
                if out == 0 && child.key != Key::None {
                    for &(child, Child { codes, .. }) in candidates {
                        let codes = guide.packed_codes(codes).iter();
                        told.extend(codes.map(|&code| Told { code, family: first, child }));
                    }
                }
            }
        }
        let nowhere = Family { letters: 0, innermost: 0, out: 0, key: Key::None, number: 0 };
        let mut usual = Usual {
            families: vec![nowhere; places_for(families.len())],
            told: vec![Told::default(); places_for(told.len())],
        };
        for family in families {
            let mut place = usual.place_of_family(family.innermost, family.letters);
            while usual.families[place].letters != 0 {
                place = (place + 1) % usual.families.len();
            }
            usual.families[place] = family;
        }
        for told in told {
            usual.add(told);
        }
        usual
    }

    /// Adds a qualifier; of one family, the first row that it tells is kept.
    fn add(&mut self, told: Told) {
        // Codes of more than eight bytes are for the walk to compare.
        if told.code != 0 && self.child(told.family, told.code).is_none() {
            let mut place = self.place_of_told(told.family, told.code);
            while self.told[place].code != 0 {
                place = (place + 1) % self.told.len();
            }
            self.told[place] = told;
        }
    }

    /// Returns what segments of the name with `letters` are, where `innermost` is the innermost open loop.
    #[inline]
    pub(crate) fn family(&self, innermost: u16, letters: u32) -> Option<Family> {
        let mut place = self.place_of_family(innermost, letters);
        loop {
            let family = self.families[place];
            if family.letters == letters && family.innermost == innermost {
                return Some(family);
            }
            if family.letters == 0 {
                return None;
            }
            place = (place + 1) & (self.families.len() - 1);
        }
    }

    /// Returns the child of `family` that the packed qualifier `code`, which is not 0, tells.
    #[inline]
    pub(crate) fn child(&self, family: u16, code: u64) -> Option<u16> {
        let mut place = self.place_of_told(family, code);
        loop {
            let told = self.told[place];
            if told.code == code && told.family == family {
                return Some(told.child);
            }
            if told.code == 0 {
                return None;
            }
            place = (place + 1) & (self.told.len() - 1);
        }
    }

    #[inline]
    fn place_of_family(&self, innermost: u16, letters: u32) -> usize {
        mixed(u64::from(letters) | u64::from(innermost) << 32) & (self.families.len() - 1)
    }

    #[inline]
    fn place_of_told(&self, family: u16, code: u64) -> usize {
        mixed(code ^ u64::from(family) << 48) & (self.told.len() - 1)
    }
}

/// Returns how many places a table of `count` entries has.
fn places_for(count: usize) -> usize {
    (3 * count + 1).next_power_of_two()
}

/// Returns a number whose lowest bits depend on all of `key`.
#[inline]
fn mixed(key: u64) -> usize {
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48) as usize
}

/// Returns the loop that each stands in; none of what stands in no loop or may stand in several.
fn loops_around(guide: &Guide) -> Vec<Option<u16>> {
    let mut around = vec![None; guide.loops.len()];
    let mut again = Vec::new();
    for (index, place) in (0..).zip(&guide.loops) {
        for child in guide.children_of(place).iter().filter(|child| child.opens != 0) {
            if around[usize::from(child.opens)].replace(index).is_some() {
                again.push(child.opens);
            }
        }
    }
    for inner in again {
        around[usize::from(inner)] = None;
    }
    around
}

/// Returns the nearest loop that has rows of that name, from `innermost` outwards, and how many loops further out it is.
fn nearest(guide: &Guide, around: &[Option<u16>], innermost: u16, name: u8) -> Option<(u8, u16)> {
    let (mut out, mut index) = (0, innermost);
    while guide.candidates(index, name).is_empty() {
        index = around[usize::from(index)]?;
        out += 1;
    }
    Some((out, index))
}
