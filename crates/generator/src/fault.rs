//! What can be wrong with a claim that is otherwise good.

use crate::Guide;

/// Names the one fault that a claim was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// A procedure that needs an NDC, and no loop 2410.
    NdcMissing,
    /// An NDC that is neither 11 digits nor 5-4-2 with hyphens.
    NdcMalformed,
    /// An NDC that stands for none, such as 99999999999.
    NdcPlaceholder,
    /// An NDC that is on no list.
    NdcUnknown,
    /// A drug on a line whose procedure is on no list.
    ProcedureNotOnList,
    /// An NDC and a procedure that are on a list, but never together.
    NdcNotForProcedure,
    /// A pair that comes into force after the date of service.
    NdcNotYetEffective,
    /// A pair that was in force before the date of service, and is not on it.
    NdcNoLongerEffective,
    /// A product with a UPN where an NDC is needed.
    ProductQualifierNotNdc,
    /// A drug on an institutional line without a procedure.
    NdcWithoutProcedure,
    /// A date of service that no loaded ASP quarter covers, and a pair that only ASP lists.
    CrosswalkGap,
    /// A drug on a line without a date of service, or with one that does not exist.
    ServiceDateMissing,
    /// A drug without CTP, or with a CTP04 that is no number above 0.
    NdcQuantityInvalid,
    /// A drug with a CTP05-1 that the guide does not know.
    NdcUnitInvalid,
    /// A CLM02 that is not the sum of the line charges.
    ChargeSumDiffers,
}

/// Says what a fault does to its claim on the batch channel, by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The claim is rejected.
    Reject,
    /// The claim is held.
    Hold,
    /// The claim is accepted, and the fault is told.
    Warn,
}

impl Fault {
    /// Lists every fault.
    pub const ALL: [Self; 15] = [
        Self::NdcMissing,
        Self::NdcMalformed,
        Self::NdcPlaceholder,
        Self::NdcUnknown,
        Self::ProcedureNotOnList,
        Self::NdcNotForProcedure,
        Self::NdcNotYetEffective,
        Self::NdcNoLongerEffective,
        Self::ProductQualifierNotNdc,
        Self::NdcWithoutProcedure,
        Self::CrosswalkGap,
        Self::ServiceDateMissing,
        Self::NdcQuantityInvalid,
        Self::NdcUnitInvalid,
        Self::ChargeSumDiffers,
    ];

    /// Returns every fault that rejects its claim.
    pub fn rejecting() -> Vec<Self> {
        Self::ALL.into_iter().filter(|fault| fault.severity() == Severity::Reject).collect()
    }

    /// Returns the code of the finding that the fault should give.
    pub fn code(self) -> &'static str {
        match self {
            Self::NdcMissing => "NDC010",
            Self::NdcMalformed => "NDC020",
            Self::NdcPlaceholder => "NDC030",
            Self::NdcUnknown => "NDC040",
            Self::ProcedureNotOnList => "NDC045",
            Self::NdcNotForProcedure => "NDC050",
            Self::NdcNotYetEffective => "NDC060",
            Self::NdcNoLongerEffective => "NDC070",
            Self::ProductQualifierNotNdc => "NDC080",
            Self::NdcWithoutProcedure => "NDC110",
            Self::CrosswalkGap => "GAP010",
            Self::ServiceDateMissing => "DTP010",
            Self::NdcQuantityInvalid => "NDC090",
            Self::NdcUnitInvalid => "NDC100",
            Self::ChargeSumDiffers => "CLM010",
        }
    }

    /// Returns what the fault does to its claim.
    pub fn severity(self) -> Severity {
        match self {
            Self::CrosswalkGap => Severity::Hold,
            Self::NdcWithoutProcedure
            | Self::NdcQuantityInvalid
            | Self::NdcUnitInvalid
            | Self::ChargeSumDiffers => Severity::Warn,
            _ => Severity::Reject,
        }
    }

    /// Returns whether the claim is accepted in spite of the fault.
    pub(crate) fn only_warns(self) -> bool {
        self.severity() == Severity::Warn
    }

    /// Returns whether the guide has a place for the fault.
    ///
    /// Source: 005010X223A2, LIN02 (N4 alone) and SV202 (situational); 005010X224A2, which has no loop 2410.
    pub(crate) fn fits(self, guide: Guide) -> bool {
        match (self, guide) {
            (Self::ChargeSumDiffers, _) => true,
            (_, Guide::Dental)
            | (Self::ProductQualifierNotNdc, Guide::Institutional)
            | (Self::NdcWithoutProcedure, Guide::Professional) => false,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_code_of_its_own() {
        for fault in Fault::ALL {
            let same = Fault::ALL.iter().filter(|other| other.code() == fault.code());
            assert_eq!(same.count(), 1, "{fault:?}");
        }
    }

    #[test]
    fn ten_faults_reject() {
        assert_eq!(Fault::rejecting().len(), 10);
    }
}
