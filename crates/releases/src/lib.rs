//! Keeps the releases of the lists: their files as received, who brought them and when, and which of them count; and the
//! requests for pairs that are on none.
//!
//! A [`Shelf`] is a folder:
//!
//! ```text
//! files/<SHA-256>       the bytes of a release, as received; never written again
//! releases/<id>.json    what is known of it: an Entry
//! requests/<id>.<n>.json  the n-th change of a request for a pair: a Request; the last is how it stands
//! switches/<n>.json     the n-th change of which releases count: a Switch; the last is in force
//! anchors/<n>.json      the SHA-256 of its record, by which it is missed if it goes or changes
//! lock                  locked by whoever changes something
//! ```
//!
//! Everything is written aside, synced and then moved to its place, and a switch is one file: whoever reads sees the releases
//! of one switch or of the next, never some of both, and a run that began before a switch goes on with what it has read.
//! Nothing is ever deleted, so that what counted in March can be read in May.
//!
//! This crate must not know what the files mean.

#![forbid(unsafe_code)]

mod error;
mod records;
mod requests;
mod shelf;

pub use error::Error;
pub use records::{Entry, SetAside, State, Switch, SwitchKind};
pub use requests::{Decision, Drug, Request, RequestState, Requester};
pub use shelf::{Brought, Shelf};
