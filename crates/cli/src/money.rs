//! Money, counts and NDCs as people read them.

use crosswalk::Ndc;

/// Writes cents as units with two decimals.
pub fn money(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100)
}

/// Writes an NDC of eleven digits 5-4-2, and anything else as sent.
pub fn shown_ndc(sent: &str) -> String {
    Ndc::parse(sent.as_bytes()).map_or_else(|| sent.to_owned(), |ndc| ndc.to_string())
}

/// Counts things: `1 claim`, `2 claims`.
pub fn counted(number: u64, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_ndcs_are_written_for_people() {
        assert_eq!([money(0), money(-5), money(123_456)], ["0.00", "-0.05", "1234.56"]);
        assert_eq!(shown_ndc("00641036725"), "00641-0367-25");
        assert_eq!(shown_ndc("0641"), "0641");
    }
}
