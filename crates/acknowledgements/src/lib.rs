//! What acknowledgements say, in words, and where in the answered file they point.
//!
//! The bytes of a file with TA1, 999, 997, 824 or 277 come in; [`Statement`]s go out, in the order of the file, each with the
//! place that it speaks of.
//! An [`Answered`] file finds that place in the bytes of the file that was answered.
//! The words of every code stand in `codes` and `status`, and nowhere else.
//!
//! Whoever wrote the acknowledgement may have written it badly: what it says is told as far as it can be read, and a code that
//! is none of the guide's is named as it is.
//! This crate must not know how acknowledgements are written, nor how statements are shown.

#![forbid(unsafe_code)]

mod ack_824;
mod ack_999;
mod answered;
mod claim_status;
pub mod codes;
mod explain;
mod line_ends;
mod places;
mod statement;
pub mod status;
mod ta1;
mod text;

pub use answered::{Answered, NotFound, Spot};
pub use explain::{Content, content, explain};
pub use line_ends::with_lines_as_segments;
pub use statement::{Extent, Pointer, Statement, Target, Unit};
