//! Days as people and files write them.

use chrono::NaiveDate;

/// Reads `2025-10-14`, or as the segments of a claim have it `20251014`.
pub fn parse(text: &str) -> Result<NaiveDate, String> {
    let compact = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let form = if compact { "%Y%m%d" } else { "%Y-%m-%d" };
    NaiveDate::parse_from_str(text, form)
        .map_err(|_| "a day is written like 2025-10-14 or 20251014, and has to exist".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let day = NaiveDate::from_ymd_opt(2025, 10, 14).unwrap();
        assert_eq!((parse("2025-10-14"), parse("20251014")), (Ok(day), Ok(day)));
        for wrong in ["", "2025-02-29", "20250229", "2025-1014", "202510140", "10/14/2025", "2025101"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
