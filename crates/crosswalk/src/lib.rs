//! The dated lists that say which NDC belongs to which procedure, and when.
//!
//! Bytes of the publishers' files come in through [`sources`]; out comes a [`Crosswalk`], the immutable snapshot that every edit asks.
//! The crate knows no file, clock, environment or log, and nothing of claims: it is asked about a procedure, an NDC and a date.
//!
//! ```
//! use crosswalk::sources::{self, Options};
//! use crosswalk::{Crosswalk, Ndc};
//!
//! let list = b"ndc,hcpcs,start,end\n99999-0001-01,J1234,2025-01-01,2025-06-30\n";
//! let loaded = sources::local::parse(list, &Options::default())?;
//! let (crosswalk, notes) = Crosswalk::build(vec![loaded]);
//! assert!(notes.is_empty());
//!
//! let procedure = crosswalk.procedure(b"J1234").expect("the code is on the list");
//! let ndc = Ndc::parse(b"99999000101").expect("eleven digits");
//! let pair = crosswalk.pair(procedure, ndc).expect("the pair is on the list");
//! assert!(pair.in_force("2025-06-30".parse()?));
//! assert!(!pair.in_force("2025-07-01".parse()?));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

pub mod difference;
mod effective;
mod id;
mod lookup;
mod ndc;
mod relation;
mod release;
mod snapshot;
pub mod sources;
pub mod vetting;

pub use effective::Effective;
pub use lookup::{Pair, Procedure};
pub use ndc::{Hcpcs, Ndc};
pub use relation::{List, Relation};
pub use release::{Column, DateForms, Form, LoadReport, PostedFrom, Release, RowError, RowErrorKind, Sample};
pub use snapshot::{Crosswalk, Note, RELEASES_MAX};
