//! JSON Schemas, 2020-12, of the answers in JSON.

/// One line of `results.ndjson`.
pub const RESULT: &str = include_str!("../schemas/result.schema.json");

/// `summary.json`.
pub const SUMMARY: &str = include_str!("../schemas/summary.schema.json");

/// `denials.json`.
pub const DENIALS: &str = include_str!("../schemas/denials.schema.json");

/// `brr.json`.
pub const BRR: &str = include_str!("../schemas/brr.schema.json");
