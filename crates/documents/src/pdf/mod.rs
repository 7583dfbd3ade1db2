//! PDF that everybody can read: tagged, with its fonts, on as many pages as it needs.
//!
//! A document is laid out as a whole before it is drawn, since every page says how many there are;
//! a report that is too long for that comes in parts.

mod brr;
mod draw;
mod faces;
mod form;
mod lines;
mod paper;

pub use brr::write_brr;
pub use form::{FormFacts, form};

/// Name of the form on the command line, and ending of its files.
pub const NAME: &str = "pdf";

#[cfg(test)]
mod tests;
