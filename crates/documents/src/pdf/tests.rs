use super::*;
use crate::testing::{moment, report};

/// Returns the names and the bytes of every document of a report with `rejected` claims.
fn written(rejected: usize) -> Vec<(String, Vec<u8>)> {
    let mut documents = Vec::new();
    let write = |name: &str, bytes: &[u8]| {
        documents.push((name.to_owned(), bytes.to_vec()));
        Ok(())
    };
    write_brr(report(rejected).as_bytes(), moment(), write).unwrap();
    documents
}

#[test]
fn a_report_is_one_document_and_always_the_same() {
    let documents = written(3);
    assert_eq!(documents.len(), 1);
    assert_eq!(documents[0].0, "brr.pdf");
    assert!(documents[0].1.starts_with(b"%PDF-1.7"));
    assert_eq!(documents, written(3));
}

#[test]
fn a_long_report_comes_in_parts() {
    // With the claim that is held, the refused unit and its claim.
    let names = |rejected| -> Vec<String> { written(rejected).into_iter().map(|(name, _)| name).collect() };
    assert_eq!(names(4_997), ["brr.pdf"]);
    assert_eq!(names(4_998), ["brr-0001.pdf", "brr-0002.pdf", "brr.pdf"]);
}
