//! Why a document cannot be made.

use std::io;

/// Why a document cannot be made.
///
/// No variant holds anything that the report says of a claim.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The report is not what its schema says.
    #[error("line {line}, column {column} of brr.json is not as its schema has it")]
    Report {
        /// Line of the report, from 1.
        line: usize,
        /// Column of the line, from 1.
        column: usize,
    },
    /// A document, or a temporary file for it, cannot be written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The library that writes workbooks has refused.
    #[error("the workbook cannot be made: {0}")]
    Workbook(String),
    /// The library that writes PDF has refused.
    #[error("the PDF cannot be made: {0}")]
    Pdf(String),
}

impl From<rust_xlsxwriter::XlsxError> for Error {
    fn from(error: rust_xlsxwriter::XlsxError) -> Error {
        use rust_xlsxwriter::XlsxError;
        match error {
            XlsxError::IoError(error) | XlsxError::TempFileError(_, error) => Error::Io(error),
            // Not its words, which may quote a cell.
            other => Error::Workbook(variant(&other)),
        }
    }
}

impl From<krilla::error::KrillaError> for Error {
    fn from(error: krilla::error::KrillaError) -> Error {
        use krilla::error::KrillaError;
        match error {
            KrillaError::Validation(faults) => {
                Error::Pdf(faults.iter().map(|(fault, _)| variant(fault)).collect::<Vec<_>>().join(", "))
            }
            other => Error::Pdf(variant(&other)),
        }
    }
}

/// Returns the name of an error's variant, without what it carries.
fn variant(error: &impl std::fmt::Debug) -> String {
    let text = format!("{error:?}");
    text.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default().to_owned()
}
