//! The ASP crosswalk in all its forms and with all its traps.

use std::io::Write;

use crosswalk::sources::{ColumnNames, Options, SourceError, asp::parse};
use crosswalk::{Form, List, RowErrorKind};
use rust_xlsxwriter::Workbook;

use super::{asp, asp_text, day, named, ndc, refused, set_aside, span, spans, zipped};

const Q4: (&str, &str) = ("2025-10-01", "2025-12-31");

#[test]
fn reads_the_two_columns_and_the_quarter_of_the_preamble() {
    let loaded = asp(2025, 4, &["J1234,99999-0001-01", "90399,99999-0003-01"]);
    let release = &loaded.release;
    assert_eq!((release.list, release.name.as_str()), (List::Asp, "2025Q4"));
    assert_eq!((release.covers, release.posted), (Some(span(Q4.0, Q4.1)), None));
    assert_eq!(release.report.header_row, 4);
    assert_eq!(loaded.relations[1].row, 6);
    assert_eq!(loaded.relations[1].hcpcs.as_str(), "90399");
    assert_eq!(spans(&loaded), [span(Q4.0, Q4.1); 2]);
}

#[test]
fn finds_the_header_by_content_under_all_its_names() {
    let wide =
        "Short Description,LABELER NAME,NDC,Drug Name,HCPCS dosage,PKG SIZE,PKG QTY,BILLUNITS,BILLUNITSPKG";
    for header in [
        "_2025_CODE,NDC2".to_owned(),
        "_2026_CODE,NDC".to_owned(),
        "2025_CODE,NDC".to_owned(),
        "_2026 Code,ndc 2".to_owned(),
        format!("_2026_CODE,{wide}"),
        format!("HCPCS Code,{wide}"),
        format!("HCPCS,{wide}"),
    ] {
        for blank_rows in [0, 1, 40] {
            let row = if header.len() > 30 { "J1234,x,x,99999-0001-01" } else { "J1234,99999-0001-01" };
            let text = asp_text(2025, 4, &[row]);
            let header = ",\r\n".repeat(blank_rows) + &header;
            let loaded = parse(text.replace("_2025_CODE,NDC2", &header).as_bytes(), &named("asp.csv"));
            let loaded = loaded.unwrap_or_else(|error| panic!("{header}: {error}"));
            assert_eq!(loaded.relations[0].ndc, ndc("99999-0001-01"), "{header}");
        }
    }
}

#[test]
fn accepts_only_the_exact_form_of_an_ndc() {
    let loaded = asp(
        2025,
        4,
        &[
            "J1234,99999-0001-01",
            "J1234, 99999-0002-01\u{a0}",
            "Q4999,26TS",
            "Q4999,000000026TS",
            "Q4998,50016-091605",
            "Q4997,99999000301",
            "J7331,999999-0001-01",
            "Q4999,",
        ],
    );
    let report = &loaded.release.report;
    assert_eq!((report.rows, report.relations, report.set_aside.len()), (8, 2, 6));
    assert_eq!((report.codes, report.codes_without_ndc), (5, 4));
    assert_eq!(set_aside(&loaded)[0], (7, RowErrorKind::NdcNotExact));
    assert_eq!(set_aside(&loaded)[5], (12, RowErrorKind::NdcBlank));
    let (crosswalk, _) = crosswalk::Crosswalk::build(vec![loaded]);
    assert!(crosswalk.procedure(b"J1234").is_some());
    assert!(crosswalk.procedure(b"Q4999").is_none());
}

#[test]
fn reads_windows_1252_and_no_break_spaces() {
    let text = asp_text(2025, 4, &["J1234,99999-0001-01,Inventadol~", "\u{7f}J1235,99999-0002-01"]);
    let bytes: Vec<u8> = text
        .bytes()
        .map(|byte| match byte {
            b'~' => 0x99,
            0x7F => 0xA0,
            other => other,
        })
        .collect();
    assert_eq!(parse(&bytes, &named("asp.csv")).unwrap().relations.len(), 2);
}

#[test]
fn reads_xlsx_xls_and_the_zip() {
    let xls: &[u8] = include_bytes!("../fixtures/asp.xls");
    let loaded = parse(xls, &named("jan09.bin")).unwrap();
    assert_eq!((loaded.release.name.as_str(), loaded.release.report.form), ("2009Q1", Form::Xls));
    assert_eq!((loaded.relations.len(), loaded.relations[1].row), (2, 9));
    assert_eq!(loaded.relations[1].hcpcs.as_str(), "90399");

    let loaded = parse(&xlsx(), &named("asp.xlsx")).unwrap();
    assert_eq!((loaded.release.report.form, loaded.relations.len()), (Form::Xlsx, 1));
    assert_eq!(loaded.relations[0].row, 4);

    let csv = asp_text(2025, 4, &["J1234,99999-0001-01"]);
    let other = "An AWP crosswalk";
    let name = "section 508 version of October 2025 ASP NDC-HCPCS Crosswalk 093025.csv";
    let zip = zipped(&[
        ("October 2025 AWP NDC-HCPCS Crosswalk.csv", other.as_bytes()),
        ("October 2025 ASP NDC-HCPCS Crosswalk.xls", xls),
        (name, csv.as_bytes()),
    ]);
    let loaded = parse(&zip, &named("october-2025-asp-ndc-hcpcs-crosswalks.zip")).unwrap();
    assert_eq!(loaded.release.report.member.as_deref(), Some(name));
    assert_eq!((loaded.release.name.as_str(), loaded.release.report.form), ("2025Q4", Form::Csv));

    let zip = zipped(&[("asp crosswalk.xls", xls), ("AWP.csv", other.as_bytes())]);
    assert_eq!(parse(&zip, &named("x.zip")).unwrap().release.report.form, Form::Xls);
    let zip = zipped(&[("asp crosswalk.xlsx", &xlsx())]);
    assert_eq!(parse(&zip, &named("x.zip")).unwrap().release.report.form, Form::Xlsx);
}

#[test]
fn refuses_an_effective_range_that_is_not_one_quarter() {
    let text = asp_text(2025, 4, &["J1234,99999-0001-01"]);
    for (wrong, through) in [("December 30, 2025", "2025-12-30"), ("December 31, 2026", "2026-12-31")] {
        let text = text.replace("December 31, 2025", wrong);
        let error = refused(parse(text.as_bytes(), &named("asp.csv")));
        let (from, through) = (day("2025-10-01"), day(through));
        assert_eq!(error, SourceError::NotOneQuarter { row: 2, from, through });
    }
    let text = text.replace("Effective", "In force some time").replace("December 31, 2025", "the end");
    let error = refused(parse(text.as_bytes(), &named("asp.csv")));
    assert_eq!(error, SourceError::EffectiveMissing { header_row: 4 });
}

#[test]
fn refuses_names_that_speak_of_another_quarter() {
    let text = asp_text(2025, 4, &["J1234,99999-0001-01"]);
    let disagrees = |place, said: &str| SourceError::NameDisagrees {
        place,
        said: said.into(),
        row: 2,
        quarter: "2025Q4".into(),
    };
    let parse_as = |name| parse(text.as_bytes(), &named(name));
    assert!(parse_as("/asp/2024q1/cms-asp-2025q4-october.csv").is_ok());
    assert!(parse_as("december-2025.csv").is_ok());
    assert_eq!(refused(parse_as("asp-2025q3.csv")), disagrees("the file name", "2025Q3"));
    assert_eq!(refused(parse_as("july-2025-asp.csv")), disagrees("the file name", "july 2025"));
    assert_eq!(refused(parse_as("october-2024-asp.csv")), disagrees("the file name", "october 2024"));

    let retitled = text.replace("October 2025 ASP", "July 2025 ASP");
    let error = refused(parse(retitled.as_bytes(), &named("asp.csv")));
    assert_eq!(error, disagrees("the title", "July 2025"));
    let zip = zipped(&[("July 2025 ASP Crosswalk.csv", text.as_bytes())]);
    assert_eq!(refused(parse(&zip, &named("a.zip"))), disagrees("the name in the zip", "July 2025"));
}

#[test]
fn takes_no_dates_from_notes() {
    let note = format!("A note of January 1, 2020 through March 31, 2020. {}", "Words. ".repeat(40));
    let text = format!("\"{note}\",\n{}", asp_text(2025, 4, &["J1234,99999-0001-01"]));
    assert_eq!(parse(text.as_bytes(), &named("asp.csv")).unwrap().release.name, "2025Q4");
}

#[test]
fn finds_columns_by_the_names_the_caller_gives() {
    let text = asp_text(2025, 4, &["J1234,99999-0001-01"]).replace("_2025_CODE,NDC2", "Kode,Drug");
    let columns =
        ColumnNames { ndc: Some("Drug".into()), hcpcs: Some("Kode".into()), ..ColumnNames::default() };
    let options = Options { columns: Some(columns), ..named("asp.csv") };
    assert_eq!(parse(text.as_bytes(), &options).unwrap().relations.len(), 1);
    assert!(matches!(
        refused(parse(text.as_bytes(), &named("asp.csv"))),
        SourceError::HeaderMissing { expected: "the CMS ASP crosswalk", .. }
    ));
}

#[test]
fn stops_unpacking_a_zip_that_swells() {
    let mut bomb = asp_text(2025, 4, &["J1234,99999-0001-01"]).into_bytes();
    bomb.write_all(&vec![b'\n'; 4 << 20]).unwrap();
    let error = refused(parse(&zipped(&[("asp.csv", &bomb)]), &named("asp.zip")));
    assert_eq!(error, SourceError::ArchiveLimit { limit: "200 to 1".into() });
}

fn xlsx() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.write(0, 0, "October 2025 ASP NDC - HCPCS Crosswalk").unwrap();
    sheet.write(1, 0, "Effective October 1, 2025 through December 31, 2025").unwrap();
    sheet.write(2, 0, "_2025_CODE").unwrap().write(2, 3, "NDC").unwrap();
    sheet.write(3, 0, "J1234").unwrap().write(3, 3, "99999-0001-01").unwrap();
    workbook.save_to_buffer().unwrap()
}
