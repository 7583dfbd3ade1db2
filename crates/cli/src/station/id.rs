//! Names of submissions: never given twice, sorted by time, and easy to read out.

use std::fs::File;
use std::io::{self, Read};
use std::time::{SystemTime, UNIX_EPOCH};

/// Digits without letters that look like others. Source: Crockford, Base 32.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Characters of a name: ten for the milliseconds, sixteen for chance. Source: ULID specification.
const LENGTH: u32 = 26;

/// Makes a name.
pub fn new_id() -> io::Result<String> {
    let mut chance = [0; 10];
    File::open("/dev/urandom")?.read_exact(&mut chance)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(id_of(now.as_millis(), chance))
}

fn id_of(millis: u128, chance: [u8; 10]) -> String {
    let bits = chance.iter().fold(millis, |bits, &byte| bits << 8 | u128::from(byte));
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
    fn names_are_sorted_by_time_and_differ() {
        // The example of the specification has this time.
        assert_eq!(&id_of(1_469_918_176_385, [0xFF; 10]), "01ARYZ6S41ZZZZZZZZZZZZZZZZ");
        assert!(id_of(1, [0xFF; 10]) < id_of(2, [0; 10]));
        let (one, other) = (new_id().unwrap(), new_id().unwrap());
        assert!(one != other && is_id(&one) && !is_id(&one[1..]));
    }
}
