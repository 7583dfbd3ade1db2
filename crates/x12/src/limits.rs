//! What input may make grow, and how far.

/// Bounds on what a sender can make the reader hold or walk through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest segment, in bytes without its terminator.
    pub segment_bytes_max: usize,
    /// Most elements in a segment, its identifier not counted.
    pub elements_max: usize,
    /// Longest claim (loop 2300 with everything below), in bytes.
    pub claim_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { segment_bytes_max: 64 * 1024, elements_max: 1_000, claim_bytes_max: 16 * 1024 * 1024 }
    }
}

/// Farthest place, from the start of an ISA, where its sixteenth separator is looked for.
///
/// A lawful ISA has it at byte 104; a sender that pads wrongly may move it, but not by pages.
pub const INTERCHANGE_HEADER_BYTES_MAX: usize = 512;
