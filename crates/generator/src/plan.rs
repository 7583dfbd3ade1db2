//! What a batch is to look like.

use std::io;

use crate::Fault;

/// Describes a batch to write: its shape, its manners and its faults.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The seed: the same plan and lists give the same bytes.
    pub seed: u64,
    /// The implementation guide of every transaction set.
    pub guide: Guide,
    /// The count of interchanges.
    pub interchanges: u32,
    /// The count of functional groups in each interchange.
    pub groups: u32,
    /// The count of transaction sets in each functional group.
    pub sets: u32,
    /// The count of claims in each transaction set.
    pub claims: u32,
    /// Element, component and repetition separator, and segment terminator.
    pub delimiters: [u8; 4],
    /// What follows each segment terminator.
    pub line_end: LineEnd,
    /// ISA13 of the first interchange; the others count on from there.
    pub interchange_control_number: u32,
    /// ISA15: `P` production, `T` test.
    pub usage: u8,
    /// The share of subscribers with dependents in 2000C loops, from 0 to 1.
    pub dependents: f64,
    /// The share of these that have a claim of their own as well, from 0 to 1.
    ///
    /// Some validators know no patient after a claim of the subscriber in the institutional guide; for them,
    /// 0.
    pub mixed: f64,
    /// The share of claims that get one fault which rejects or holds, from 0 to 1.
    pub bad: f64,
    /// The share of claims that get one fault which only warns, from 0 to 1; never beside a bad one.
    pub warn: f64,
    /// The faults to draw from; those that the guide has no place for are left out.
    pub faults: Vec<Fault>,
}

impl Default for Plan {
    /// Returns one professional transaction set of 100 claims without a fault.
    fn default() -> Self {
        Self {
            seed: 1,
            guide: Guide::Professional,
            interchanges: 1,
            groups: 1,
            sets: 1,
            claims: 100,
            delimiters: *b"*:^~",
            line_end: LineEnd::None,
            interchange_control_number: 1,
            usage: b'P',
            dependents: 0.15,
            mixed: 0.5,
            bad: 0.0,
            warn: 0.0,
            faults: Fault::ALL.to_vec(),
        }
    }
}

impl Plan {
    /// Checks that the batch can be written as planned.
    ///
    /// Errors: `InvalidInput` for delimiters that are equal or occur in the data, and for an ISA13 beyond
    /// nine digits.
    pub(crate) fn check(&self) -> io::Result<()> {
        let delimiters = self.delimiters;
        let distinct = (1..4).all(|n| !delimiters[..n].contains(&delimiters[n]));
        let free = |byte: &u8| byte.is_ascii() && !byte.is_ascii_alphanumeric() && !b" -._&,".contains(byte);
        if !distinct || !delimiters.iter().all(free) {
            return Err(invalid("delimiters must differ, and must not occur in the data"));
        }
        let last = u64::from(self.interchange_control_number) + u64::from(self.interchanges);
        if last > 1_000_000_000 {
            return Err(invalid("ISA13 has nine digits"));
        }
        Ok(())
    }

    /// Returns the faults of this plan that the guide has a place for, and that warn or do not.
    pub(crate) fn drawn(&self, warn: bool) -> Vec<Fault> {
        let wanted = |fault: &Fault| fault.fits(self.guide) && fault.only_warns() == warn;
        self.faults.iter().copied().filter(wanted).collect()
    }
}

/// Returns the error for a plan that cannot be written.
pub(crate) fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what)
}

/// Names an implementation guide of the 837.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guide {
    /// 837P.
    Professional,
    /// 837I.
    Institutional,
    /// 837D, which has no loop 2410 and therefore no drug.
    Dental,
}

impl Guide {
    /// Returns GS08 and ST03.
    pub fn implementation(self) -> &'static str {
        match self {
            Self::Professional => "005010X222A1",
            Self::Institutional => "005010X223A2",
            Self::Dental => "005010X224A2",
        }
    }
}

/// Says what follows each segment terminator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnd {
    /// Nothing.
    None,
    /// A line feed.
    Lf,
    /// A carriage return and a line feed.
    CrLf,
}

impl LineEnd {
    /// Returns the bytes themselves.
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Self::None => b"",
            Self::Lf => b"\n",
            Self::CrLf => b"\r\n",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(delimiters: [u8; 4], valid: bool) {
        let plan = Plan { delimiters, ..Plan::default() };
        assert_eq!(plan.check().is_ok(), valid, "{delimiters:?}");
    }

    #[test]
    fn delimiters_must_differ_and_not_occur_in_the_data() {
        check(*b"*:^~", true);
        check(*b"|>!\n", true);
        check([0x1d, 0x1f, 0x1e, 0x1c], true);
        check(*b"*:*~", false);
        check(*b"*:-~", false);
        check(*b"*:A~", false);
        check([b'*', b':', 0xff, b'~'], false);
    }

    #[test]
    fn the_interchange_control_number_has_nine_digits() {
        let plan = Plan { interchange_control_number: 999_999_999, ..Plan::default() };
        assert!(plan.check().is_ok());
        assert!(Plan { interchanges: 2, ..plan }.check().is_err());
    }

    #[test]
    fn a_dental_claim_has_no_drug_to_get_wrong() {
        let plan = Plan { guide: Guide::Dental, ..Plan::default() };
        assert_eq!(plan.drawn(false), []);
        assert_eq!(plan.drawn(true), [Fault::ChargeSumDiffers]);
    }
}
