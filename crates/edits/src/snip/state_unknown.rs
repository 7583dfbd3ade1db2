//! SNIP540: the state of an address is none of the Postal Service's.

use crate::about::{About, status};
use crate::profile::Severity;
use crate::snip::{Spot, Tell};

pub(super) static ABOUT: About = About {
    code: "SNIP540",
    title: "State code is missing or none of the United States",
    element: "N402",
    why: "The address cannot be reached, and rates that hang on the state cannot be found.",
    remedy: "Write the two letters that the Postal Service has for the state; for an address abroad, put the country into N404.",
    source: "USPS Publication 28, Appendix B; 005010X222A1, 005010X223A2 and 005010X224A2, N402 and N404",
    severity: Severity::Warn,
    status: &[status("A7", "501")],
    denial: None,
};

/// The states, the District of Columbia, territories, associated states and military addresses, by their letters.
const STATES: [u32; 26] = by_first_letter(
    b"AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI \
      SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI FM MH PW AA AE AP",
);

/// Looks at N402 of an address in the United States, whose country is not named.
#[inline]
pub(super) fn check<'a>(address: [&'a [u8]; 4], index: usize, tell: Tell<'_, 'a>) {
    let [_, state, _, country] = address;
    if matches!(country, b"" | b"US") && !is_state(state) {
        let message = match state {
            b"" => "The address names no country, and no state of the United States.",
            _ => "The state is none of the United States.",
        };
        tell(&ABOUT, Spot::new(index, "N402", state), message.to_owned());
    }
}

fn is_state(state: &[u8]) -> bool {
    match *state {
        [first @ b'A'..=b'Z', second @ b'A'..=b'Z'] => {
            STATES[usize::from(first - b'A')] >> (second - b'A') & 1 == 1
        }
        _ => false,
    }
}

/// Returns, for each first letter, a bit for every second letter with which it is one of `codes`, which blanks part.
const fn by_first_letter(codes: &[u8]) -> [u32; 26] {
    let mut seconds = [0; 26];
    let mut index = 0;
    while index < codes.len() {
        seconds[(codes[index] - b'A') as usize] |= 1 << (codes[index + 1] - b'A');
        index += 3;
    }
    seconds
}

#[cfg(test)]
mod tests {
    use super::is_state;
    use crate::rules::testing::{check, passes};

    #[test]
    fn every_state_is_known() {
        let states = "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI FM MH PW AA AE AP";
        for state in states.split(' ') {
            assert!(is_state(state.as_bytes()), "{state}");
        }
        let letters = || b'A'..=b'Z';
        let known = letters().flat_map(|first| letters().map(move |second| is_state(&[first, second])));
        assert_eq!(known.filter(|known| *known).count(), states.split(' ').count());
        for other in ["", "M", "MAINE", "me", "M1", "ZZ", "ON"] {
            assert!(!is_state(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn addresses_abroad_are_left_alone() {
        passes(
            "CLM*A*0~\nNM1*77*2~\nN4*TOWN*ME*04999~\nN4*TOWN*ME*04999*US~\nN4*TORONTO*ON*M5V2T6*CA~\nN4*PARIS***FR~\n",
        );
        check("CLM*A*0~\nNM1*77*2~\nN4*TOWN*XX*04999~\n//      ^^ SNIP540\n");
        check("CLM*A*0~\nNM1*77*2~\nN4*TOWN**04999*US~\n//      ^ SNIP540\n");
    }
}
