use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx, open_workbook_from_rs};

use super::*;
use crate::testing::{moment, report};

fn written(report: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_brr(report.as_bytes(), moment(), &std::env::temp_dir(), &mut bytes).unwrap();
    bytes
}

fn opened(bytes: &[u8]) -> Xlsx<Cursor<&[u8]>> {
    open_workbook_from_rs(Cursor::new(bytes)).unwrap()
}

/// Returns the cell of the first row below the header in the column that `title` heads.
fn cell<'r>(sheet: &'r Range<Data>, title: &str, row: usize) -> &'r Data {
    let header = sheet.rows().next().unwrap();
    let column = header.iter().position(|cell| *cell == Data::String(title.to_owned())).unwrap();
    &sheet.rows().nth(row).unwrap()[column]
}

#[test]
fn every_kind_of_cell_is_what_it_was_meant_to_be() {
    let bytes = written(&report(1));
    let mut book = opened(&bytes);
    assert_eq!(book.sheet_names(), ["Summary", "Claims", "Findings"]);
    let claims = book.worksheet_range("Claims").unwrap();
    let text = |text: &str| Data::String(text.to_owned());
    assert_eq!(*cell(&claims, "Claim Number", 1), text("=1+1"));
    assert_eq!(*cell(&claims, "Claim Charges", 1), Data::Float(1_234.5));
    assert_eq!(*cell(&claims, "Claim Charges", 2), text("-12,5"));
    assert_eq!(*cell(&claims, "Claim Charges", 4), text("99999999999999.99"));
    assert!(matches!(cell(&claims, "Service From", 1), Data::DateTime(_)));
    assert_eq!(*cell(&claims, "Service Through", 1), text("1899-10-04"));
    assert_eq!(*cell(&claims, "Billing Provider", 1), text("@PROVIDER"));
    assert_eq!(*cell(&claims, "Subscriber", 1), text("␛NAME\u{c9}"));
    assert_eq!(*cell(&claims, "Subscriber ID", 1), text("-00000001"));
    assert_eq!(*cell(&claims, "Kind", 3), text("set"));
    let Data::String(long) = cell(&claims, "Claim Number", 4) else { panic!("a long text is text") };
    assert_eq!(long.encode_utf16().count(), 32_767);
    assert!(long.ends_with("9… (40000 characters, of which a cell holds 32767)"));
    let findings = book.worksheet_range("Findings").unwrap();
    assert_eq!(*cell(&findings, "NDC as Sent", 1), text("00641036725"));
    assert_eq!(*cell(&findings, "Data in Error", 1), text("␠00641036725"));
    assert_eq!(*cell(&findings, "NDC Looked Up", 1), text("00641-0367-25"));
    let words = "release 2025-10-05: the pair ended on 2025-08-31 (row 6)";
    assert_eq!(*cell(&findings, "PDAC Crosswalk", 1), text(words));
    assert_eq!(*cell(&findings, "Effect", 2), text("Hold"));
    assert_eq!(*cell(&findings, "Element", 3), text("SE01"));
    for name in ["Summary", "Claims", "Findings"] {
        assert!(book.worksheet_formula(name).unwrap().is_empty(), "{name}");
    }
}

#[test]
fn the_first_sheet_has_files_and_totals() {
    let bytes = written(&report(1));
    let summary = opened(&bytes).worksheet_range("Summary").unwrap();
    let rows: Vec<String> = summary
        .rows()
        .map(|row| {
            row.iter().map(Data::to_string).collect::<Vec<_>>().join("|").trim_end_matches('|').to_owned()
        })
        .collect();
    for line in [
        "Input File|in.837",
        "Total Transaction Rejections|1",
        "Warning|It is old.",
        "Rejected|1|1234567",
        "Rejected|Correct these claims.",
        "PDAC Crosswalk|2025-10-05|through 2025-11-30",
        "TPID1|MMIS|005010X222A1|P (production)|2025-11-03 / 07:30|000000101|TPID1000000101MMIS|\
         0 accepted, 1 rejected, 1 held, 1 refused",
    ] {
        assert!(rows.iter().any(|row| row == line), "{line} is not in {rows:#?}");
    }
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    assert_eq!(written(&report(3)), written(&report(3)));
}

#[test]
fn rows_that_have_no_room_are_counted() {
    let mut book = Book::new("Test", moment(), &std::env::temp_dir()).unwrap();
    book.rows_max = 5;
    let mut table = book.add_table("Rows", &[("Number", 10.0)], 0, "rows", 1.0).unwrap();
    for number in 1..=7 {
        table.row(&mut book, &[Cell::Number(number)]).unwrap();
    }
    table.end(&mut book).unwrap();
    let mut bytes = Vec::new();
    book.finish(&mut bytes).unwrap();
    let sheet = opened(&bytes).worksheet_range("Rows").unwrap();
    let cells: Vec<String> = sheet.rows().map(|row| row[0].to_string()).collect();
    let words = "4 more rows have no room on this sheet; csv, json and html hold all of them.";
    assert_eq!(cells, ["Number", "1", "2", "3", words]);
}

#[test]
fn a_table_without_rows_is_a_table() {
    let mut book = Book::new("Test", moment(), &std::env::temp_dir()).unwrap();
    let table = book.add_table("Rows", &[("Number", 10.0)], 0, "rows", 1.0).unwrap();
    table.end(&mut book).unwrap();
    book.finish(Vec::new()).unwrap();
}
