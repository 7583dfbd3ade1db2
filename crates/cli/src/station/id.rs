//! Names of submissions: never given twice, sorted by time, and easy to read out.

use std::fs::File;
use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// Digits without letters that look like others. Source: Crockford, Base 32.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Characters of a name: ten for the milliseconds, sixteen for chance. Source: ULID specification.
const LENGTH: u32 = 26;

/// The bits of a name that are chance; those in front of them are the time.
const CHANCE_BITS: u32 = 80;

/// The bits of the last name that this process has made.
static LAST: Mutex<u128> = Mutex::new(0);

/// Makes a name, which is behind every other that this process has made, also of the same millisecond.
pub fn new_id() -> io::Result<String> {
    let mut chance = [0; CHANCE_BITS as usize / 8];
    File::open("/dev/urandom")?.read_exact(&mut chance)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    // A number is whole after every change, so a panic elsewhere has not spoilt it.
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    *last = bits_of(now.as_millis(), chance).max(last.saturating_add(1));
    Ok(id_of(*last))
}

fn bits_of(millis: u128, chance: [u8; CHANCE_BITS as usize / 8]) -> u128 {
    chance.iter().fold(millis, |bits, &byte| bits << 8 | u128::from(byte))
}

fn id_of(bits: u128) -> String {
    let digit = |place: u32| char::from(DIGITS[(bits >> (5 * place) & 0x1F) as usize]);
    (0..LENGTH).rev().map(digit).collect()
}

/// Returns whether `text` could be a name that is made here.
pub fn is_id(text: &str) -> bool {
    text.len() == LENGTH as usize && text.bytes().all(|byte| DIGITS.contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_as_they_were_made() {
        // The example of the specification has this time.
        assert_eq!(&id_of(bits_of(1_469_918_176_385, [0xFF; 10])), "01ARYZ6S41ZZZZZZZZZZZZZZZZ");
        assert!(id_of(bits_of(1, [0xFF; 10])) < id_of(bits_of(2, [0; 10])));
        let names: Vec<String> = (0..100).map(|_| new_id().unwrap()).collect();
        assert!(names.is_sorted() && names.iter().all(|name| is_id(name) && !is_id(&name[1..])));
    }
}
