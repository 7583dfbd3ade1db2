//! What the implementation guides say, and where a transaction set departs from it.
//!
//! The guides stand as text in `tables/`, one file each, to be read beside a printed guide; what they share with all others,
//! the standard's data elements, composites and segments, stands in `standard.table`.
//! Each is compiled when it is first asked for.
//! A [`Walk`] follows the segments of one transaction set through its guide, checks every element, and hands out
//! [`Deviation`]s; after each it goes on in step.
//! A walk may begin and end at the border of any loop, so that the claims of a set can be walked apart from each other.
//!
//! This crate must not know what a claim, a file or a disposition is, nor any rule that needs more than the table:
//! situational conditions, sums and code lists that others publish are not its own.

#![forbid(unsafe_code)]

mod check;
mod dates;
mod deviation;
mod dictionary;
mod guide;
mod keys;
mod pass;
mod stencil;
mod table;
mod usual;
mod value;
mod walk;
mod word;

#[cfg(test)]
mod testing;

pub use check::{check_control_segment, check_segment};
pub use deviation::{Deviation, Kind, Place};
pub use dictionary::{Condition, Note};
pub use guide::{Component, Element, Guide, Loop, Row, Usage, codes_at, guide, guides};
pub use value::{CharacterSet, DataType, Fault};
pub use walk::Walk;
