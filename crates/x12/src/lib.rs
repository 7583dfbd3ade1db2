//! Reading and writing X12 interchanges: delimiters, segments, envelopes.
//!
//! Bytes go in; views of those bytes, envelope events and faults come out.
//! Nothing is copied: a [`Segment`] borrows from the file, and its place is where its slice lies.
//! Reading never stops at the first error and never panics.
//!
//! This crate must not know what a claim is, nor any transaction set but by its name.

#![forbid(unsafe_code)]

mod cut;
mod delimiters;
mod encoding;
mod fault;
mod header;
pub mod limits;
mod marks;
mod number;
mod outside;
mod places;
mod reader;
mod search;
mod segment;
mod sheet;

pub use cut::{is_padding, segments};
pub use delimiters::Delimiters;
pub use encoding::{Encoding, encoding_of};
pub use fault::{Fault, Kind, Level, PLACE_BYTES_MAX};
pub use header::InterchangeHeader;
pub use limits::Limits;
pub use marks::Marks;
pub use number::{count_of, digits, is_real};
pub use reader::{Event, Mark, Reader};
pub use segment::{Segment, SegmentId, first_elements, offset_in};
pub use sheet::{Sheet, VIEW_BYTES, View};
