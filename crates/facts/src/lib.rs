//! Keeps what was judged as rows of a Parquet file, and reads them back.
//!
//! The columns are one table, [`COLUMNS`], from which the schema, the writer, the reader and the documentation come.
//! A seal over every byte tells a file that was damaged before anything in it is believed.
//! Rows come one by one and go in groups; memory holds the one that is under way, and what is noted to go back to.
//!
//! This crate must not know what the columns mean.

#![forbid(unsafe_code)]

mod columns;
mod distinct;
mod key;
mod packed;
mod page;
mod positioned;
mod reader;
mod rows;
mod seal;
mod values;
mod writer;

pub use columns::{COLUMNS, COUNT, Column, Family, Kind, Value, place};
pub use key::Key;
pub use parquet::errors::ParquetError as Error;
pub use reader::{Group, Reader};
pub use rows::{Encoded, Row, Rows, RowsMark, Tuple};
pub use writer::{FileMark, Writer, Written};
