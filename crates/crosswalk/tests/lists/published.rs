//! A complete published quarter, where it is at hand: it is not part of the repository.

use std::io::Write;
use std::path::PathBuf;

use crosswalk::sources::{SourceError, asp};
use crosswalk::{Form, Hcpcs, RowErrorKind};

use super::{build, day, named, ndc, refused};

/// Returns the bytes of a published file beside the repository, or says that the test is skipped.
fn published(name: &str) -> Option<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/crosswalks");
    let bytes = std::fs::read(folder.join(name)).ok();
    if bytes.is_none() {
        let _ = writeln!(std::io::stderr(), "SKIPPED: the published file {name} is not here");
    }
    bytes
}

#[test]
fn reads_the_whole_quarter() {
    let name = "cms-asp-ndc-hcpcs-2025q4-october.csv";
    let Some(bytes) = published(name) else { return };
    let loaded = asp::parse(&bytes, &named(name)).unwrap();
    let report = loaded.release.report.clone();
    assert_eq!((loaded.release.name.as_str(), report.form, report.header_row), ("2025Q4", Form::Csv, 9));
    assert_eq!((report.rows, report.relations, report.merged), (8_245, 6_961, 0));
    assert_eq!((report.codes, report.codes_without_ndc), (974, 135));
    assert_eq!(report.set_aside.len(), 1_284);
    assert!(report.set_aside.iter().all(|error| error.kind == RowErrorKind::NdcNotExact));
    assert_eq!(report.columns[0].header, "NDC2");
    assert_eq!(loaded.relations[0].row, 10);
    assert_eq!(loaded.relations.last().unwrap().row, 8_254);

    let crosswalk = build(vec![loaded]);
    for code in [b"J3490", b"J3590", b"J9999", b"C9399", b"J7331"] {
        assert!(crosswalk.procedure(code).is_none());
    }
    let codes = crosswalk.in_force_procedures(ndc("65219-0474-10"), day("2025-12-31"));
    let codes: Vec<Hcpcs> = codes.collect();
    let codes: Vec<&str> = codes.iter().map(Hcpcs::as_str).collect();
    assert_eq!(codes, ["J7030", "J7040", "J7050"]);
    assert!(crosswalk.in_force_procedures(ndc("65219-0474-10"), day("2026-01-01")).next().is_none());
}

#[test]
fn refuses_the_noc_crosswalk() {
    let name = "cms-asp-noc-ndc-hcpcs-2025q4-october.csv";
    let Some(bytes) = published(name) else { return };
    let error = refused(asp::parse(&bytes, &named(name)));
    assert!(matches!(error, SourceError::WrongKind { seen: "the CMS ASP NOC crosswalk", row: 1, .. }));
}
