//! SNIP550: the ZIP code of an address does not have five or nine digits.

use crate::about::{About, status};
use crate::profile::Severity;
use crate::snip::{Spot, Tell};

pub(super) static ABOUT: About = About {
    code: "SNIP550",
    title: "ZIP code is missing or does not have five or nine digits",
    element: "N403",
    why: "The address cannot be reached, and rates that hang on the place cannot be found.",
    remedy: "Write the ZIP code with five or nine digits, without a hyphen; for an address abroad, put the country into N404.",
    source: "USPS Publication 28, section 2; 005010X222A1, 005010X223A2 and 005010X224A2, N403 and N404",
    severity: Severity::Warn,
    status: &[status("A7", "500")],
    denial: None,
};

/// Looks at N403 of an address in the United States, whose country is not named.
#[inline]
pub(super) fn check<'a>(address: [&'a [u8]; 4], index: usize, tell: Tell<'_, 'a>) {
    let [_, _, code, country] = address;
    let is_code = matches!(code.len(), 5 | 9) && code.iter().all(u8::is_ascii_digit);
    if matches!(country, b"" | b"US") && !is_code {
        let message = match code {
            b"" => "The address names no country, and no ZIP code.",
            _ => "The ZIP code does not have five or nine digits.",
        };
        tell(&ABOUT, Spot::new(index, "N403", code), message.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{check, passes};

    #[test]
    fn five_or_nine_digits() {
        for code in ["04999", "049990001"] {
            passes(&format!("CLM*A*0~\nNM1*77*2~\nN4*TOWN*ME*{code}~\n"));
        }
        for code in ["0499", "049990", "04999-0001", "0499A", "04999000", "0499900011"] {
            let carets = "^".repeat(code.len());
            check(&format!("CLM*A*0~\nNM1*77*2~\nN4*TOWN*ME*{code}~\n//         {carets} SNIP550\n"));
        }
        check("CLM*A*0~\nNM1*77*2~\nN4*TOWN*ME~\n//        ^ SNIP550\n");
    }

    #[test]
    fn addresses_abroad_are_left_alone() {
        passes("CLM*A*0~\nNM1*77*2~\nN4*TORONTO*ON*M5V2T6*CA~\nN4*PARIS***FR~\n");
        check("CLM*A*0~\nNM1*77*2~\nN4*TOWN*ME**US~\n//         ^ SNIP550\n");
    }
}
