//! Keeps what was judged as rows of a Parquet file, and reads them back.
//!
//! The columns are one table, [`COLUMNS`], from which the schema, the writer, the reader and the documentation come.
//! Rows come and go one by one, and memory holds one group of them.
//!
//! This crate must not know what the columns mean.

#![forbid(unsafe_code)]

mod columns;
mod reader;
mod writer;

pub use columns::{COLUMNS, COUNT, Column, Kind, Value};
pub use parquet::errors::ParquetError as Error;
pub use reader::read;
pub use writer::Writer;
