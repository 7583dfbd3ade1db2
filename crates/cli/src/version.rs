//! What this program is called in outputs.

/// Version of the program.
pub const SHORT: &str = env!("CARGO_PKG_VERSION");

/// Version and schema versions.
pub const LONG: &str = concat!(
    env!("CARGO_PKG_VERSION"),
    "\nschemas: claimgate.result.v1 claimgate.summary.v1 claimgate.brr.v1 claimgate.denials.v1",
    " claimgate.diff.v1 claimgate.bench.v1 claimgate.facts.v1"
);
