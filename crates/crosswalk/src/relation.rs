//! One row of a list, read: an NDC, a procedure and the dates on which they are a pair.

use std::fmt;

use crate::{Effective, Hcpcs, Ndc};

/// The lists that a pair can stand on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum List {
    /// The NDC/HCPCS crosswalk of the DME Pricing, Data Analysis and Coding contractor.
    Pdac,
    /// The NDC-HCPCS crosswalk to the Medicare Part B Average Sales Price files, one release a quarter.
    Asp,
    /// Pairs approved on request, kept by the operator; counts like PDAC, and never for coverage.
    Local,
}

impl List {
    /// All lists, in the order in which results name them.
    pub const ALL: [List; 3] = [List::Pdac, List::Asp, List::Local];

    /// Returns the name used in data and options.
    pub fn as_str(self) -> &'static str {
        match self {
            List::Pdac => "pdac",
            List::Asp => "asp",
            List::Local => "local",
        }
    }

    /// Returns the name used in sentences.
    pub fn display_name(self) -> &'static str {
        match self {
            List::Pdac => "PDAC crosswalk",
            List::Asp => "CMS ASP crosswalk",
            List::Local => "local list",
        }
    }
}

impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.display_name())
    }
}

/// A pair on one release of a list, with the row that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Relation {
    /// The list.
    pub list: List,
    /// Index into [`Crosswalk::releases`](crate::Crosswalk::releases); 0 until a snapshot is built.
    pub release: u16,
    /// Row of the sheet or file as a person counts: from 1, header and preamble included.
    pub row: u32,
    /// The drug.
    pub ndc: Ndc,
    /// The procedure, without modifiers.
    pub hcpcs: Hcpcs,
    /// When the pair is in force.
    pub effective: Effective,
}
