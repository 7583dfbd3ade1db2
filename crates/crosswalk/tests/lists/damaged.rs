//! Damaged files: an error or what can be read, never a panic.

use crosswalk::sources::{self, Options, SourceError};
use rust_xlsxwriter::Workbook;

use super::{asp_text, day, pdac_text, zipped};

fn read_as_every_list(bytes: &[u8]) {
    for source in &sources::SOURCES {
        let options = Options { posted: Some(day("2025-10-05")), ..Options::default() };
        // Whether the damage shows is the reader's affair; that it comes back is ours.
        let _ = (source.parse)(bytes, &options);
    }
    let _ = sources::recognise(bytes);
}

#[test]
fn texts_may_be_cut_at_every_byte() {
    let texts = [
        pdac_text(&["99999-0001-01,,J1234,,1/1/2002,", "\"99999-0002-01\",,J1234,,1/1/2002,"]),
        asp_text(2025, 4, &["J1234,99999-0001-01"]),
    ];
    for text in texts {
        for end in 0..text.len() {
            read_as_every_list(&text.as_bytes()[..end]);
        }
    }
}

#[test]
fn containers_may_be_cut_at_every_byte_and_damaged_at_every_byte() {
    let zip = zipped(&[("asp.csv", asp_text(2025, 4, &["J1234,99999-0001-01"]).as_bytes())]);
    for at in 0..zip.len() {
        read_as_every_list(&zip[..at]);
        let mut damaged = zip.clone();
        damaged[at] ^= 0xFF;
        read_as_every_list(&damaged);
    }
}

#[test]
fn an_xlsx_cut_off_anywhere_is_refused() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, header) in (0u16..).zip(super::PDAC_HEADER.trim_end().split(',')) {
        sheet.write(0, column, header).unwrap();
    }
    let bytes = workbook.save_to_buffer().unwrap();
    for end in (4..bytes.len()).step_by(7) {
        let error = sources::recognise(&bytes[..end]);
        assert_eq!(error, Err(SourceError::ArchiveCutOff), "{end}");
    }
    for at in (0..bytes.len()).step_by(5) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0xFF;
        read_as_every_list(&damaged);
    }
}

#[test]
fn an_old_workbook_may_be_cut_and_damaged_anywhere() {
    for bytes in [&include_bytes!("../fixtures/pdac.xls")[..], include_bytes!("../fixtures/asp.xls")] {
        for at in (0..bytes.len()).step_by(11) {
            read_as_every_list(&bytes[..at]);
            let mut damaged = bytes.to_vec();
            damaged[at] ^= 0xFF;
            read_as_every_list(&damaged);
        }
    }
}
