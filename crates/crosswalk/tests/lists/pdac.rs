//! The PDAC crosswalk in all its forms and with all its traps.

use crosswalk::sources::{ColumnNames, Options, SourceError, pdac::parse};
use crosswalk::{DateForms, Effective, Form, List, PostedFrom, RowErrorKind};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use super::{day, named, ndc, pdac, pdac_text, refused, set_aside, span, spans};

#[test]
fn reads_a_csv_with_row_numbers_names_and_coverage() {
    let loaded = pdac(&["99999-0001-01,,J1234,,1/1/2002,3/13/2002", "99999-0002-01,KO,Q5678,JW,1/1/2003,"]);
    let release = &loaded.release;
    assert_eq!((release.list, release.name.as_str()), (List::Pdac, "2025-10-05"));
    assert_eq!(release.posted, Some(day("2025-10-05")));
    assert_eq!(release.source_name, "2025-10-05XWalk.csv");
    let covers = Effective { from: Effective::BEGINNING, through: day("2025-11-30") };
    assert_eq!(release.covers, Some(covers));
    assert_eq!((release.report.form, release.report.header_row), (Form::Csv, 1));
    assert_eq!(release.report.posted_from, Some(PostedFrom::FileName));

    let [first, second] = loaded.relations[..] else { panic!("two rows are two relations") };
    assert_eq!((first.row, first.ndc, first.hcpcs.as_str()), (2, ndc("99999-0001-01"), "J1234"));
    assert_eq!(first.effective, span("2002-01-01", "2002-03-13"));
    assert_eq!((second.row, second.effective.through), (3, Effective::OPEN));
}

#[test]
fn covers_to_the_end_of_the_month_after_the_posting_month() {
    for (name, through) in [
        ("2025-01-05XWalk.csv", "2025-02-28"),
        ("2024-01-31XWalk.csv", "2024-02-29"),
        ("2025-11-05XWalk.csv", "2025-12-31"),
        ("2025-12-05XWalk.csv", "2026-01-31"),
    ] {
        let text = pdac_text(&["99999-0001-01,,J1234,,1/1/2002,"]);
        let loaded = parse(text.as_bytes(), &named(name)).unwrap();
        assert_eq!(loaded.release.covers.unwrap().through, day(through), "{name}");
    }
}

#[test]
fn keeps_disjoint_spans_and_merges_rows_that_differ_in_modifiers_only() {
    let loaded = pdac(&[
        "99999-0001-01,KO,J1234,,1/1/2002,9/30/2003",
        "99999-0001-01,,J1234,,1/1/2002,9/30/2003",
        "99999-0001-01,,J1234,,1/1/2005,OPEN",
        "99999-0001-01,,J1234,JW,1/1/2005,12/31/9999",
    ]);
    let report = &loaded.release.report;
    assert_eq!((report.rows, report.relations, report.merged), (4, 2, 2));
    let rows: Vec<u32> = loaded.relations.iter().map(|relation| relation.row).collect();
    assert_eq!(rows, [2, 4]);
    let open = Effective { from: day("2005-01-01"), through: Effective::OPEN };
    assert_eq!(spans(&loaded), [span("2002-01-01", "2003-09-30"), open]);
}

#[test]
fn reads_hyphenated_and_plain_ndcs_of_eleven_digits() {
    let loaded = pdac(&["99999000101,,J1234,,1/1/2002,", "\u{a0}99999-0001-01 ,, J1234\u{a0},,1/1/2002,"]);
    assert_eq!(loaded.release.report.merged, 1);
    assert_eq!(loaded.relations[0].ndc, ndc("99999000101"));
}

#[test]
fn sets_aside_what_is_not_exact_and_counts_it() {
    let loaded = pdac(&[
        "99999-0001-01,,J1234,,1/1/2002,",
        "9999-0001-01,,J1234,,1/1/2002,",
        "9999900010,,J1234,,1/1/2002,",
        "99999-0001-1,,J1234,,1/1/2002,",
        ",,J1234,,1/1/2002,",
        "99999-0001-01,,None,,1/1/2002,",
        "99999-0001-01,,,,1/1/2002,",
        "99999-0001-01,,j1234,,1/1/2002,",
        "99999-0001-01,,J12345,,1/1/2002,",
        "99999-0001-01,,J1234,,,",
        "99999-0001-01,,J1234,,sometime,",
        "99999-0001-01,,J1234,,1/1/2002,sometime",
        "99999-0001-01,,J1234,,1/2/2002,1/1/2002",
    ]);
    let expected = [
        (3, RowErrorKind::NdcNotExact),
        (4, RowErrorKind::NdcNotExact),
        (5, RowErrorKind::NdcNotExact),
        (6, RowErrorKind::NdcBlank),
        (7, RowErrorKind::HcpcsBlank),
        (8, RowErrorKind::HcpcsBlank),
        (9, RowErrorKind::HcpcsNotExact),
        (10, RowErrorKind::HcpcsNotExact),
        (11, RowErrorKind::StartBlank),
        (12, RowErrorKind::StartUnreadable),
        (13, RowErrorKind::EndUnreadable),
        (14, RowErrorKind::EndBeforeStart),
    ];
    assert_eq!(set_aside(&loaded), expected);
    assert_eq!((loaded.release.report.rows, loaded.relations.len()), (13, 1));
    let sample = &loaded.release.report.samples[1];
    assert_eq!(sample.cells, ["9999-0001-01", "J1234", "1/1/2002", ""]);
    assert_eq!(sample.read, Err(RowErrorKind::NdcNotExact));
}

#[test]
fn a_span_of_one_day_is_a_span() {
    assert_eq!(spans(&pdac(&["99999000101,,J1234,,1/1/2002,1/1/2002"])), [span("2002-01-01", "2002-01-01")]);
}

#[test]
fn blank_rows_are_no_rows_but_count_as_positions() {
    let loaded = pdac(&["99999-0001-01,,J1234,,1/1/2002,", "99999-0002-01,,J1234,,1/1/2002,"]);
    let text = pdac_text(&["99999-0001-01,,J1234,,1/1/2002,"]) + "\r\n,,,,,\r\n \u{a0},,,,,\r\n";
    let text = text + "99999-0002-01,,J1234,,1/1/2002,\r\n";
    let spaced = parse(text.as_bytes(), &named("2025-10-05XWalk.csv")).unwrap();
    assert_eq!(spaced.release.report.rows, loaded.release.report.rows);
    assert_eq!(spaced.relations[1].row, 6);
}

#[test]
fn reads_tab_separated_text_with_commas_in_its_cells() {
    let text = pdac_text(&["99999-0001-01,,J1234,,1/1/2002,OPEN"]).replace(',', "\t");
    let text = text.replace("an invented description", "INVENTED, \"SULFATE, 5\" NEEDLE");
    let loaded = parse(text.as_bytes(), &named("2025-10-05XWalk.txt")).unwrap();
    assert_eq!(loaded.release.report.form, Form::Tsv);
    assert_eq!(loaded.relations.len(), 1);
}

#[test]
fn matches_headers_without_case_and_punctuation_and_in_any_order() {
    let text = "relationship_end_date,HCPCS,\u{a0}Relationship  Start-Date,ndc\n1/31/2002,J1234,1/1/2002,99999000101\n";
    let loaded = parse(text.as_bytes(), &named("2025-10-05.csv")).unwrap();
    assert_eq!(spans(&loaded), [span("2002-01-01", "2002-01-31")]);
    let columns = &loaded.release.report.columns;
    let seen: Vec<(&str, usize)> = columns.iter().map(|column| (column.role, column.position)).collect();
    assert_eq!(seen, [("ndc", 4), ("hcpcs", 2), ("from", 3), ("through", 1)]);
    assert_eq!(columns[3].header, "relationship_end_date");
}

#[test]
fn finds_columns_by_the_names_the_caller_gives() {
    let text = "Drug,Code,Relationship Start Date,Last day\n99999000101,J1234,1/1/2002,1/31/2002\n";
    let columns = ColumnNames {
        ndc: Some("drug".into()),
        hcpcs: Some("CODE".into()),
        from: None,
        through: Some("last day".into()),
    };
    let options = |columns| Options { columns: Some(columns), ..named("2025-10-05.csv") };
    let loaded = parse(text.as_bytes(), &options(columns.clone())).unwrap();
    assert_eq!(spans(&loaded), [span("2002-01-01", "2002-01-31")]);
    for (wrong, name) in [
        (ColumnNames { hcpcs: Some("Kode".into()), ..columns.clone() }, "Kode"),
        (ColumnNames { through: None, ..columns.clone() }, "through"),
        (ColumnNames { ndc: Some(" ".into()), ..columns }, " "),
    ] {
        let error = refused(parse(text.as_bytes(), &options(wrong)));
        assert_eq!(error, SourceError::ColumnMissing { name: name.into() });
    }
}

#[test]
fn the_sheet_name_goes_before_the_file_name_and_that_before_the_option() {
    let workbook = xlsx("11-05-2025 NDC-HCPCS XWALK");
    let given = |source_name| Options { posted: Some(day("2025-01-05")), ..named(source_name) };
    let posted = |bytes: &[u8], name| {
        let release = parse(bytes, &given(name)).unwrap().release;
        (release.name, release.report.posted_from.unwrap())
    };
    let text = pdac_text(&["99999-0001-01,,J1234,,1/1/2002,"]);
    assert_eq!(posted(&workbook, "2025-10-05XWalk.xlsx"), ("2025-11-05".into(), PostedFrom::SheetName));
    assert_eq!(posted(&xlsx("List"), "2025-10-05.xlsx"), ("2025-10-05".into(), PostedFrom::FileName));
    assert_eq!(posted(text.as_bytes(), "/2024-01-05/x.csv"), ("2025-01-05".into(), PostedFrom::Given));
    assert_eq!(refused(parse(text.as_bytes(), &named("x.csv"))), SourceError::PostedMissing);
}

#[test]
fn reads_an_xlsx_with_real_dates_serials_and_text() {
    let loaded = parse(&xlsx("10-05-2025 NDC-HCPCS XWalk"), &named("any.bin")).unwrap();
    let report = &loaded.release.report;
    assert_eq!(report.form, Form::Xlsx);
    assert_eq!(report.sheet.as_deref(), Some("10-05-2025 NDC-HCPCS XWalk"));
    let open = Effective { from: day("2002-01-01"), through: Effective::OPEN };
    let expected = [span("2002-01-01", "2002-03-13"), span("2005-01-01", "2005-12-31"), open, open];
    assert_eq!(spans(&loaded), expected);
    assert_eq!(loaded.relations.iter().map(|one| one.row).collect::<Vec<_>>(), [2, 3, 5, 6]);
    assert_eq!(loaded.relations[2].hcpcs.as_str(), "90399");
    let forms = DateForms { date_cells: 2, serials: 3, compact: 1, open_ends: 2, ..DateForms::default() };
    assert_eq!(report.date_forms, forms);
}

#[test]
fn reads_the_old_xls() {
    let bytes = include_bytes!("../fixtures/pdac.xls");
    let loaded = parse(bytes, &named("any.bin")).unwrap();
    let report = &loaded.release.report;
    assert_eq!((report.form, loaded.release.name.as_str()), (Form::Xls, "2017-10-05"));
    assert_eq!((report.rows, report.relations, report.merged), (4, 2, 1));
    assert_eq!(set_aside(&loaded), [(5, RowErrorKind::HcpcsBlank)]);
    let open = Effective { from: day("2014-12-31"), through: Effective::OPEN };
    assert_eq!(spans(&loaded), [span("2010-01-01", "2012-12-31"), open]);
}

#[test]
fn a_last_row_that_is_cut_off_gets_no_open_end() {
    let text = "NDC,HCPCS,Relationship Start Date,Relationship End Date\n\
                99999000101,J1234,1/1/2002,1/31/2002\n99999000201,J1234,1/1/2002";
    let loaded = parse(text.as_bytes(), &named("2025-10-05.csv")).unwrap();
    assert_eq!(set_aside(&loaded), [(3, RowErrorKind::CutOff)]);
    assert!(!loaded.release.report.last_line_ended);
    let short = parse(format!("{text}\n").as_bytes(), &named("2025-10-05.csv")).unwrap();
    assert_eq!((short.relations.len(), short.release.report.last_line_ended), (2, true));
}

/// A workbook with a blank row, a second sheet of notes, and each kind of cell.
fn xlsx(sheet_name: &str) -> Vec<u8> {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().write(0, 0, "Notes, and no list").unwrap();
    let sheet = workbook.add_worksheet().set_name(sheet_name).unwrap();
    for (column, header) in (0u16..).zip(super::PDAC_HEADER.trim_end().split(',')) {
        sheet.write(0, column, header).unwrap();
    }
    let date = Format::new().set_num_format("m/d/yyyy");
    let moment = |year, month, day| ExcelDateTime::from_ymd(year, month, day).unwrap();
    sheet.write(1, 0, "99999-0001-01").unwrap().write(1, 2, "J1234").unwrap();
    sheet.write_with_format(1, 4, moment(2002, 1, 1), &date).unwrap();
    sheet.write_with_format(1, 5, moment(2002, 3, 13), &date).unwrap();
    sheet.write(2, 0, "99999-0001-01").unwrap().write(2, 2, "J1234").unwrap();
    sheet.write(2, 4, 38353).unwrap().write(2, 5, 38717).unwrap();
    sheet.write(4, 0, 99_999_000_201_f64).unwrap().write(4, 2, 90399).unwrap();
    sheet.write(4, 4, 37257).unwrap().write(4, 5, "OPEN").unwrap();
    sheet.write(5, 0, "99999-0003-01").unwrap().write(5, 2, "J1234").unwrap();
    sheet.write(5, 4, "20020101").unwrap();
    workbook.save_to_buffer().unwrap()
}
