//! Cells of a CSV file that a spreadsheet can open without harm.
//!
//! Source: RFC 4180 for the form; the OWASP page on CSV injection for what a spreadsheet takes for a formula.

use crosswalk::Ndc;

/// Begins a file, or goes on with one.
pub(crate) fn csv_writer(out: &mut Vec<u8>) -> csv::Writer<&mut Vec<u8>> {
    csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .flexible(true)
        .buffer_capacity(1024)
        .from_writer(out)
}

/// Writes the header row `names`.
pub(crate) fn header_row(names: &[&str]) -> Vec<u8> {
    let mut bytes = names.join(",").into_bytes();
    bytes.extend_from_slice(b"\r\n");
    bytes
}

/// Returns bytes of the file as a cell of text; one that a spreadsheet would take for a formula gets an apostrophe in front.
pub(crate) fn text_cell(bytes: &[u8]) -> String {
    guarded(&edits::text_of(bytes))
}

/// Returns words, in which bytes of the file may be quoted, as a cell of text.
pub(crate) fn guarded(text: &str) -> String {
    let formula = text.starts_with(|first| {
        matches!(first, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\0' | '＝' | '＋' | '－' | '＠')
    });
    let mut cell = String::with_capacity(text.len() + usize::from(formula));
    if formula {
        cell.push('\'');
    }
    cell.extend(text.chars().map(super::characters::visible));
    cell
}

/// Returns an amount as a number if it is one, and as text otherwise.
pub(crate) fn amount_cell(amount: &[u8]) -> String {
    match claims::cents_of(amount) {
        Some(_) => edits::text_of(amount),
        None => text_cell(amount),
    }
}

/// Returns eleven digits in 5-4-2, so that no spreadsheet takes them for a number, and anything else as sent.
pub(crate) fn ndc_cell(ndc: &[u8]) -> String {
    Ndc::from_digits(ndc).map_or_else(|| text_cell(ndc), |ndc| ndc.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_never_begins_a_formula() {
        for (bytes, cell) in [
            (&b"=HYPERLINK(1)"[..], "'=HYPERLINK(1)"),
            (b"+1", "'+1"),
            (b"-1", "'-1"),
            (b"@SUM(A1)", "'@SUM(A1)"),
            (b"\t=1", "'␉=1"),
            (b"\r=1", "'␍=1"),
            (b"\0=1", "'␀=1"),
            (b"A=1", "A=1"),
            (b"\x1b[2J\xe9", "␛[2Jé"),
            (b"", ""),
        ] {
            assert_eq!(text_cell(bytes), cell);
        }
        for twin in ["＝1", "＋1", "－1", "＠1"] {
            assert_eq!(guarded(twin), format!("'{twin}"));
        }
    }

    #[test]
    fn numbers_stay_numbers_and_an_ndc_is_none() {
        assert_eq!(amount_cell(b"-12.50"), "-12.50");
        assert_eq!(amount_cell(b"-12,50"), "'-12,50");
        assert_eq!(ndc_cell(b"00641036725"), "00641-0367-25");
        assert_eq!(ndc_cell(b"0641036725"), "0641036725");
        assert_eq!(ndc_cell(b"-0641036725"), "'-0641036725");
    }
}
