//! What the program says, as documents of office programs: the Business Rejection Report as a workbook and PDF, and differences of runs as a workbook.
//!
//! A report comes in as `brr.json`, which says everything that the report says; it is read from front to back, once for each document.
//! What goes out are bytes: the same report gives the same, as the only date in them is that of the run.
//!
//! This crate must not know how claims are read or judged, nor where documents are kept.

#![forbid(unsafe_code)]

mod error;
pub mod pdf;
mod report;
mod shown;
#[cfg(test)]
mod testing;
mod words;
pub mod workbook;

pub use error::Error;
