//! Files that are not what they are given as, and the local list.

use crosswalk::sources::{self, SourceError, asp, local, pdac};
use crosswalk::{Effective, List, RowErrorKind};

use super::{asp_text, day, local as load_local, named, ndc, pdac_text, refused, set_aside, span, zipped};

const LOCAL: &str =
    "ndc,hcpcs,start,end,request_id,approved_by,note\n99999-0001-01,J1234,2025-01-01,,R-1,A. Clerk,\n";

#[test]
fn reads_the_local_list() {
    let loaded = load_local(&[
        "99999-0001-01,J1234,2025-01-01,2025-06-30,R-1,A. Clerk,\"a, note\"",
        "99999000201,J1234,2025-01-01,,R-2,A. Clerk,",
        "9999-0002-01,J1234,2025-01-01,,R-3,A. Clerk,",
    ]);
    let release = &loaded.release;
    assert_eq!((release.list, release.name.as_str()), (List::Local, "local"));
    assert_eq!((release.posted, release.covers), (None, None));
    assert_eq!(loaded.relations[0].effective, span("2025-01-01", "2025-06-30"));
    assert_eq!(loaded.relations[1].effective.through, Effective::OPEN);
    assert_eq!(loaded.relations[1].ndc, ndc("99999-0002-01"));
    assert_eq!(set_aside(&loaded), [(4, RowErrorKind::NdcNotExact)]);
    assert!(!release.stale_on(day("2099-01-01")));
}

#[test]
fn a_local_list_may_be_empty_but_not_useless() {
    assert!(load_local(&[]).relations.is_empty());
    let text = "ndc,hcpcs,start,end\nx,J1234,2025-01-01,\n";
    let error = refused(local::parse(text.as_bytes(), &named("local.csv")));
    assert_eq!(error, SourceError::NothingUsable { rows: 1, header_row: 1 });
}

#[test]
fn says_which_list_a_file_is_and_how_to_load_it() {
    let pdac_file = pdac_text(&["99999-0001-01,,J1234,,1/1/2002,"]);
    let asp_file = asp_text(2025, 4, &["J1234,99999-0001-01"]);
    let named = named("2025-10-05.csv");
    let as_pdac = |text: &str| refused(pdac::parse(text.as_bytes(), &named)).to_string();
    let as_asp = |text: &str| refused(asp::parse(text.as_bytes(), &named)).to_string();
    let as_local = |text: &str| refused(local::parse(text.as_bytes(), &named)).to_string();
    let asp_as_pdac =
        "the file is the CMS ASP crosswalk (row 4), not the PDAC crosswalk\nhint: load it with --asp";
    assert_eq!(as_pdac(&asp_file), asp_as_pdac);
    let pdac_as_asp =
        "the file is the PDAC crosswalk (row 1), not the CMS ASP crosswalk\nhint: load it with --pdac";
    assert_eq!(as_asp(&pdac_file), pdac_as_asp);
    let local_as_asp =
        "the file is the local list (row 1), not the CMS ASP crosswalk\nhint: load it with --local";
    assert_eq!(as_asp(LOCAL), local_as_asp);
    assert!(as_local(&pdac_file).starts_with("the file is the PDAC crosswalk (row 1), not the local list"));
    for (text, seen) in [
        ("a,b\nc,d\n", "its first row has 2 cells"),
        ("DOE JANE 123456789\n", "its first row is one cell"),
        ("ISA*00*          *00*~", "the file is an X12 interchange"),
    ] {
        let expected = format!(
            "no header of the local list in the first 60 rows; {seen}\n\
             hint: is it the right file? if its columns have other names, give them with --columns"
        );
        assert_eq!(as_local(text), expected);
    }
}

#[test]
fn recognises_each_list_by_its_header() {
    let pdac_file = pdac_text(&["99999-0001-01,,J1234,,1/1/2002,"]);
    let asp_file = asp_text(2025, 4, &["J1234,99999-0001-01"]);
    assert_eq!(sources::recognise(pdac_file.as_bytes()), Ok(List::Pdac));
    assert_eq!(sources::recognise(pdac_file.replace(',', "\t").as_bytes()), Ok(List::Pdac));
    assert_eq!(sources::recognise(asp_file.as_bytes()), Ok(List::Asp));
    assert_eq!(sources::recognise(LOCAL.as_bytes()), Ok(List::Local));
    assert_eq!(sources::recognise(&zipped(&[("asp.csv", asp_file.as_bytes())])), Ok(List::Asp));
    assert!(matches!(sources::recognise(b"a,b\n"), Err(SourceError::HeaderMissing { .. })));
    let awp = asp_file.replace("ASP", "AWP");
    assert!(matches!(sources::recognise(awp.as_bytes()), Err(SourceError::WrongKind { .. })));
    for source in &sources::SOURCES {
        let loaded = (source.parse)(b"a,b\n", &named("x"));
        assert!(matches!(refused(loaded), SourceError::HeaderMissing { .. }));
    }
}

#[test]
fn refuses_the_other_crosswalks_of_cms() {
    let asp_file = asp_text(2025, 4, &["J1234,99999-0001-01"]);
    for (title, seen) in [
        ("October 2025 AWP NDC", "the CMS AWP crosswalk"),
        ("October 2025 OPPS NDC", "the CMS OPPS crosswalk"),
        ("October 2025 ASP NOC NDC", "the CMS ASP NOC crosswalk"),
        ("October 2025 PrEP NDC", "the CMS PrEP crosswalk"),
    ] {
        let text = asp_file.replace("October 2025 ASP NDC", title);
        let error = refused(asp::parse(text.as_bytes(), &named("asp.csv"))).to_string();
        let words = format!(
            "the file is {seen} (row 1), not the CMS ASP crosswalk\nhint: load the ASP NDC-HCPCS crosswalk of the quarter"
        );
        assert_eq!(error, words);
    }
    let untitled = asp_file.split_once('\n').unwrap().1;
    assert!(asp::parse(untitled.as_bytes(), &named("asp.csv")).is_ok());
    let error = refused(asp::parse(untitled.as_bytes(), &named("October 2025 AWP.csv")));
    assert!(matches!(error, SourceError::WrongKind { seen: "the CMS AWP crosswalk", .. }));
    let no_code = asp_file.replace("_2025_CODE,NDC2", "Drug Generic Name,NDC or ALTERNATE ID,BILLUNITS");
    let error = refused(asp::parse(no_code.as_bytes(), &named("asp.csv")));
    assert!(matches!(error, SourceError::WrongKind { seen: "a CMS crosswalk without a HCPCS column", .. }));
}

#[test]
fn refuses_what_is_no_list() {
    let utf16: Vec<u8> = LOCAL.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, expected) in [
        (&b""[..], SourceError::Empty),
        (b"<html><body>Not found</body></html>", SourceError::WebPage),
        (&utf16, SourceError::Utf16),
        (b"\x00\x01\x02\x03\x04\x05\x06\x07", SourceError::Binary { byte: 0 }),
        (b"PK\x03\x04", SourceError::ArchiveCutOff),
    ] {
        for source in &sources::SOURCES {
            let error = refused((source.parse)(bytes, &named("2025-10-05.csv")));
            assert_eq!(error, expected);
        }
    }
    let zip = zipped(&[("a.txt", b"a")]);
    assert_eq!(refused(pdac::parse(&zip, &named("a"))), SourceError::ZipOfFiles);
}

#[test]
fn refuses_a_publishers_file_without_a_usable_row() {
    let swapped = pdac_text(&["J1234,,99999-0001-01,,1/1/2002,"]);
    let error = refused(pdac::parse(swapped.as_bytes(), &named("2025-10-05.csv")));
    assert_eq!(error, SourceError::NothingUsable { rows: 1, header_row: 1 });
    let empty = asp_text(2025, 4, &[]);
    let error = refused(asp::parse(empty.as_bytes(), &named("asp.csv")));
    assert_eq!(error, SourceError::NothingUsable { rows: 0, header_row: 4 });
}

#[test]
fn stops_at_the_last_row_of_a_sheet() {
    let rows_max = usize::try_from(sources::ROWS_MAX).unwrap();
    let text = |blank: usize| format!("{LOCAL}{}99999000201,J1234,2025-01-01,\n", "\n".repeat(blank));
    let loaded = local::parse(text(rows_max - 3).as_bytes(), &named("local.csv")).unwrap();
    assert_eq!(loaded.relations[1].row, sources::ROWS_MAX);
    let error = refused(local::parse(text(rows_max - 2).as_bytes(), &named("local.csv")));
    assert_eq!(error, SourceError::TooManyRows { limit: sources::ROWS_MAX });
}
