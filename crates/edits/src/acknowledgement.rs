//! The codes by which acknowledgements name a fault of syntax.

/// What a TA1 and a 999 say of one kind of fault; empty where they have no code for it.
///
/// Source: X12.5, TA1; 005010X231A1, AK9, IK3, IK4 and IK5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcknowledgementCodes {
    /// TA105, of a fault of the interchange.
    pub interchange: &'static str,
    /// AK905, of a fault of the functional group.
    pub group: &'static str,
    /// IK502, of a fault of the transaction set.
    pub set: &'static str,
    /// IK304, of a segment.
    pub segment: &'static str,
    /// IK403, of an element of a segment.
    pub element: &'static str,
}

/// No acknowledgement names the fault.
pub(crate) const NONE: AcknowledgementCodes =
    AcknowledgementCodes { interchange: "", group: "", set: "", segment: "", element: "" };

/// A fault of the interchange.
pub(crate) const fn ta1(interchange: &'static str) -> AcknowledgementCodes {
    AcknowledgementCodes { interchange, ..NONE }
}

/// A fault of the functional group.
pub(crate) const fn group(group: &'static str) -> AcknowledgementCodes {
    AcknowledgementCodes { group, ..NONE }
}

/// A fault of the transaction set.
pub(crate) const fn set(set: &'static str) -> AcknowledgementCodes {
    AcknowledgementCodes { set, ..NONE }
}

/// A fault of a whole segment.
pub(crate) const fn segment(segment: &'static str) -> AcknowledgementCodes {
    AcknowledgementCodes { segment, ..NONE }
}

/// A fault of an element; its segment then has errors of its elements.
pub(crate) const fn element(element: &'static str) -> AcknowledgementCodes {
    AcknowledgementCodes { segment: "8", element, ..NONE }
}

impl AcknowledgementCodes {
    /// Names the codes with their elements, such as `TA105 022, IK502 2`; nothing if there are none.
    pub fn words(self) -> String {
        let named = [
            ("TA105", self.interchange),
            ("AK905", self.group),
            ("IK502", self.set),
            ("IK304", self.segment),
            ("IK403", self.element),
        ];
        let named = named.iter().filter(|(_, code)| !code.is_empty());
        let words: Vec<String> = named.map(|(element, code)| format!("{element} {code}")).collect();
        words.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_named_with_their_elements() {
        assert_eq!(AcknowledgementCodes { set: "2", ..ta1("022") }.words(), "TA105 022, IK502 2");
        assert_eq!(element("7").words(), "IK304 8, IK403 7");
        assert_eq!(NONE.words(), "");
    }
}
