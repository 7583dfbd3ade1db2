//! Numbers and NDCs as people read them.

use crosswalk::Ndc;

/// Writes a number with its noun: `1 claim`, `2 claims`.
pub fn number_of(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// Writes an NDC of eleven digits 5-4-2, and anything else as sent.
pub fn shown_ndc(sent: &str) -> String {
    Ndc::parse(sent.as_bytes()).map_or_else(|| sent.to_owned(), |ndc| ndc.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_no_plural_and_an_ndc_has_hyphens() {
        assert_eq!([0, 1, 2].map(|number| number_of(number, "claim")), ["0 claims", "1 claim", "2 claims"]);
        assert_eq!(shown_ndc("00641036725"), "00641-0367-25");
        assert_eq!(shown_ndc("0641"), "0641");
    }
}
