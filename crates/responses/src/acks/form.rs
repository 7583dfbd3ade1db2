//! The acknowledgements there are, and what tells them apart in an envelope.

use chrono::NaiveDateTime;

/// An acknowledgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Acknowledgement {
    /// Of an interchange.
    InterchangeAckTa1,
    /// Of a functional group: its syntax.
    Ack999,
    /// Of the claims that are rejected.
    Ack824,
    /// Of every claim.
    ClaimAck277ca,
}

/// Which acknowledgements are wanted, and what they carry.
#[derive(Clone, Copy, Debug)]
pub struct Acknowledging {
    /// The moment of the run.
    pub moment: NaiveDateTime,
    /// Whether the 277CA is wanted.
    pub claim_ack_277ca: bool,
    /// What ISA13 of the replies counts up from, where somebody keeps that; a reply to each interchange in each form may need a number.
    pub control_number: Option<u64>,
}

impl Acknowledgement {
    /// Every acknowledgement, from the outermost level inwards.
    pub const ALL: [Acknowledgement; 4] = [
        Acknowledgement::InterchangeAckTa1,
        Acknowledgement::Ack999,
        Acknowledgement::Ack824,
        Acknowledgement::ClaimAck277ca,
    ];

    /// Returns its place in [`Acknowledgement::ALL`].
    pub(super) fn place(self) -> u64 {
        match self {
            Acknowledgement::InterchangeAckTa1 => 0,
            Acknowledgement::Ack999 => 1,
            Acknowledgement::Ack824 => 2,
            Acknowledgement::ClaimAck277ca => 3,
        }
    }

    /// Returns the name of its file.
    pub fn file_name(self) -> &'static str {
        match self {
            Acknowledgement::InterchangeAckTa1 => "ta1.edi",
            Acknowledgement::Ack999 => "999.edi",
            Acknowledgement::Ack824 => "824.edi",
            Acknowledgement::ClaimAck277ca => "277ca.edi",
        }
    }

    /// Returns GS01; a TA1 stands in no group.
    pub(super) fn functional_group(self) -> &'static str {
        match self {
            Acknowledgement::InterchangeAckTa1 => "",
            Acknowledgement::Ack999 => "FA",
            Acknowledgement::Ack824 => "AG",
            Acknowledgement::ClaimAck277ca => "HN",
        }
    }

    /// Returns ST01.
    pub(super) fn transaction_set(self) -> &'static str {
        match self {
            Acknowledgement::InterchangeAckTa1 => "",
            Acknowledgement::Ack999 => "999",
            Acknowledgement::Ack824 => "824",
            Acknowledgement::ClaimAck277ca => "277",
        }
    }

    /// Returns GS08 and ST03.
    pub(super) fn implementation(self) -> &'static str {
        match self {
            Acknowledgement::InterchangeAckTa1 => "",
            Acknowledgement::Ack999 => "005010X231A1",
            Acknowledgement::Ack824 => "005010X186A1",
            Acknowledgement::ClaimAck277ca => "005010X214",
        }
    }
}

/// Returns whether a functional group of this GS01 holds acknowledgements, which are never acknowledged.
///
/// Source: X12.5, TA1; 005010X231A1, 1.3, on what is acknowledged.
pub(super) fn is_group_of_acknowledgements(gs01: &[u8]) -> bool {
    matches!(gs01.trim_ascii(), b"FA" | b"AG" | b"HN")
}

/// Returns whether a transaction set of this ST01 is an acknowledgement.
pub(super) fn is_acknowledgement(st01: &[u8]) -> bool {
    matches!(st01.trim_ascii(), b"997" | b"999" | b"824" | b"277")
}
