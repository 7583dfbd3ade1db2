//! What is answered: split 837s, acknowledgements, reports, results and totals.
//!
//! The run's events come in one by one; each answer appends to its streams in a [`Store`] and needs no more of the run than the claim at hand.
//! At the end files are put together from the streams.
//!
//! This crate must not know how claims are read or judged, how many threads there are, nor what a file system is.

#![forbid(unsafe_code)]

mod acks;
mod answer;
mod branch;
pub mod brr;
pub mod denials;
pub mod facts;
mod finish;
mod json;
mod names;
mod outputs;
mod record;
mod results;
mod rows;
pub mod schemas;
mod split;
mod store;
mod summary;
mod totals;
mod values;

pub use acks::{Acknowledgement, Acknowledging, turned_away};
pub use answer::{Answer, Fragments, Wanted};
pub use branch::{BranchAnswer, BranchRecord};
pub use brr::CsvRow;
pub use finish::{Finished, RESULTS_FILE_NAME, RunFacts, SUMMARY_FILE_NAME, claims_file_name};
pub use names::{NameEntry, Naming, next_name};
pub use outputs::{Imbalance, Outputs, Unfinished};
pub use record::{InterchangeFacts, Record};
pub use results::Results;
pub use store::{MemoryStore, OutputFile, Part, Store, Stream, run_hash};
pub use summary::{FailedInput, SummaryFacts, SummaryFault, Timing, summary};
pub use totals::Totals;
