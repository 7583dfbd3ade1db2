//! The functions that the fuzz targets call.

#![forbid(unsafe_code)]

#[path = "../../guides/files.rs"]
mod files;

#[allow(dead_code, reason = "other tests use the rest")]
#[path = "../../acknowledgements/runs.rs"]
mod runs;

#[path = "../targets.rs"]
pub mod targets;

/// Lets panics unwind to whoever catches them.
///
/// The library that reads workbooks panics on damaged ones, and the loader catches it; a fuzzer would end at the panic itself.
/// A panic that nobody catches ends it all the same.
pub fn let_caught_panics_pass() {
    std::panic::set_hook(Box::new(|_| {}));
}
