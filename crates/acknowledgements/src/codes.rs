//! The codes of TA1, 999, 997 and 824, each with what it says and what it speaks of.
//!
//! The words read well behind their subject: "the interchange", "the segment", "DTP02".

/// A code, and what it says.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// As it stands in the element.
    pub code: &'static str,
    /// What it says, in words that follow their subject.
    pub words: &'static str,
    /// Segment and element of the envelope that it speaks of, such as `SE01`; empty for what is no element of it.
    pub place: &'static str,
}

/// Returns the entry of `code` in `codes`; nothing for one that is none of them.
pub fn find(codes: &'static [Code], code: &[u8]) -> Option<&'static Code> {
    codes.iter().find(|entry| entry.code.as_bytes() == code)
}

const fn code(code: &'static str, words: &'static str) -> Code {
    at(code, words, "")
}

const fn at(code: &'static str, words: &'static str, place: &'static str) -> Code {
    Code { code, words, place }
}

/// What became of an interchange, a group or a set.
///
/// Source: X12.5, TA104; 005010X231A1, AK901 and IK501, data elements 715 and 717.
pub static OUTCOMES: [Code; 7] = [
    code("A", "is accepted"),
    code("E", "is accepted with errors"),
    code("M", "is rejected, since its authentication failed"),
    code("P", "is accepted in part"),
    code("R", "is rejected"),
    code("W", "is rejected, since its assurance is not valid"),
    code("X", "is rejected, since it could not be decrypted"),
];

/// TA105: what is wrong with an interchange.
///
/// Source: X12.5, TA1, interchange note code.
#[rustfmt::skip]
pub static INTERCHANGE_NOTES: [Code; 32] = [
    code("000", "nothing is wrong"),
    at("001", "header and trailer have different control numbers", "IEA02"),
    at("002", "the standard that ISA11 names is not taken", "ISA11"),
    at("003", "the version is not taken", "ISA12"),
    at("004", "the segment terminator is not valid", "ISA16"),
    at("005", "the qualifier of the sender is not valid", "ISA05"),
    at("006", "the sender is not valid", "ISA06"),
    at("007", "the qualifier of the receiver is not valid", "ISA07"),
    at("008", "the receiver is not valid", "ISA08"),
    at("009", "the receiver is not known", "ISA08"),
    at("010", "the qualifier of the authorization is not valid", "ISA01"),
    at("011", "the authorization is not valid", "ISA02"),
    at("012", "the qualifier of the password is not valid", "ISA03"),
    at("013", "the password is not valid", "ISA04"),
    at("014", "the date is not valid", "ISA09"),
    at("015", "the time is not valid", "ISA10"),
    at("016", "the identifier of the standard is not valid", "ISA11"),
    at("017", "the identifier of the version is not valid", "ISA12"),
    at("018", "the control number is not valid", "ISA13"),
    at("019", "the wish for an acknowledgement is neither 0 nor 1", "ISA14"),
    at("020", "test or production is not told", "ISA15"),
    at("021", "the number of functional groups is wrong", "IEA01"),
    at("022", "its structure is not valid", "ISA"),
    at("023", "the file ends too early", "IEA"),
    at("024", "its content is not valid, such as a functional group header", "ISA"),
    at("025", "the control number was used before", "ISA13"),
    at("026", "the element separator is not valid", "ISA"),
    at("027", "the component separator is not valid", "ISA16"),
    code("028", "the delivery date of a deferred delivery is not valid"),
    code("029", "the delivery time of a deferred delivery is not valid"),
    code("030", "the delivery time code of a deferred delivery is not valid"),
    code("031", "the grade of service is not valid"),
];

/// AK905 to AK909: what is wrong with a functional group.
///
/// Source: 005010X231A1, AK9, data element 716.
#[rustfmt::skip]
pub static GROUP_ERRORS: [Code; 20] = [
    at("1", "its kind is not taken", "GS01"),
    at("2", "its version is not taken", "GS08"),
    at("3", "its trailer is missing", "GE"),
    at("4", "header and trailer have different control numbers", "GE02"),
    at("5", "the number of transaction sets is wrong", "GE01"),
    at("6", "the control number breaks the rules of its type", "GS06"),
    code("10", "the key of its authentication is not known"),
    code("11", "the key of its encryption is not known"),
    code("12", "authentication or encryption was asked for and is not to be had"),
    code("13", "the receiver named for its security is not known"),
    code("14", "the originator named for its security is not known"),
    code("15", "what was decrypted has a syntax error"),
    code("16", "security is not taken"),
    code("17", "the length of what is encrypted is wrong"),
    code("18", "its authentication failed"),
    at("19", "its control number is not unique in the interchange", "GS06"),
    code("23", "S3S has no S3E"),
    code("24", "S3E has no S3S"),
    code("25", "S4S has no S4E"),
    code("26", "S4E has no S4S"),
];

/// IK502 to IK506 and AK502 to AK506: what is wrong with a transaction set.
///
/// Source: 005010X231A1, IK5, data elements 618 and 718.
#[rustfmt::skip]
pub static SET_ERRORS: [Code; 25] = [
    at("1", "its kind or version is not taken", "ST03"),
    at("2", "its trailer is missing", "SE"),
    at("3", "header and trailer have different control numbers", "SE02"),
    at("4", "the number of segments is wrong", "SE01"),
    code("5", "one or more of its segments are in error"),
    at("6", "its identifier is not valid", "ST01"),
    at("7", "its control number is missing or not valid", "ST02"),
    code("8", "the key of its authentication is not known"),
    code("9", "the key of its encryption is not known"),
    code("10", "authentication or encryption was asked for and is not to be had"),
    code("11", "the receiver named for its security is not known"),
    code("12", "the length of what is encrypted is wrong"),
    code("13", "its authentication failed"),
    code("15", "the originator named for its security is not known"),
    code("16", "what was decrypted has a syntax error"),
    code("17", "security is not taken"),
    code("18", "it does not belong into its functional group"),
    at("19", "the implementation guide that it names is not valid", "ST03"),
    at("23", "its control number is not unique in the functional group", "ST02"),
    code("24", "S3S has no S3E"),
    code("25", "S3E has no S3S"),
    code("26", "S4S has no S4E"),
    code("27", "S4E has no S4S"),
    code("I5", "it departs from its implementation guide"),
    at("I6", "the implementation guide that it names is not taken", "ST03"),
];

/// The code of IK304 and AK304 that says that the errors are those of elements.
pub(crate) const ELEMENTS_IN_ERROR: &[u8] = b"8";

/// IK304 and AK304: what is wrong with a segment.
///
/// Source: 005010X231A1, IK3, data elements 620 and 720.
#[rustfmt::skip]
pub static SEGMENT_ERRORS: [Code; 13] = [
    code("1", "is no segment of the standard"),
    code("2", "does not belong here"),
    code("3", "is missing"),
    code("4", "opens a loop that stands too often"),
    code("5", "stands too often"),
    code("6", "is no segment of this transaction set"),
    code("7", "stands behind its place"),
    code("8", "has elements in error"),
    code("I4", "is not used by the guide"),
    code("I6", "is missing, and something else asks for it"),
    code("I7", "and its loop are missing, or stand too seldom"),
    code("I8", "stands too seldom"),
    code("I9", "must not stand here, since something else rules it out"),
];

/// IK403 and AK403: what is wrong with an element.
///
/// Source: 005010X231A1, IK4, data elements 621 and 723.
#[rustfmt::skip]
pub static ELEMENT_ERRORS: [Code; 18] = [
    code("1", "is missing"),
    code("2", "is missing beside others"),
    code("3", "is one too many"),
    code("4", "is too short"),
    code("5", "is too long"),
    code("6", "has characters that its type does not allow"),
    code("7", "is none of the codes that are allowed"),
    code("8", "is not a date"),
    code("9", "is not a time"),
    code("10", "must not stand beside another element"),
    code("12", "is repeated too often"),
    code("13", "has too many components"),
    code("I6", "is a code that the guide does not use"),
    code("I9", "is missing, and something else asks for it"),
    code("I10", "is not used by the guide"),
    code("I11", "is repeated too seldom"),
    code("I12", "does not have the form that the guide asks for"),
    code("I13", "must not stand here, since something else rules it out"),
];

/// The second letter of OTI01: what became of the unit that an 824 answers.
///
/// Source: X12.3, data element 110.
pub static ADVICE_OUTCOMES: [Code; 5] = [
    code("A", "is accepted"),
    code("C", "is accepted with changes"),
    code("E", "is accepted with errors"),
    code("P", "is accepted in part"),
    code("R", "is rejected"),
];

/// TED01: what kind of error an application has found.
///
/// Source: X12.3, data element 647; those that answers to claims carry.
pub static APPLICATION_ERRORS: [Code; 14] = [
    code("006", "is a duplicate"),
    code("007", "is missing"),
    code("008", "is out of range"),
    code("009", "is not a date"),
    code("010", "is a total that does not balance"),
    code("011", "does not match"),
    code("012", "does not go together with something else"),
    code("024", "is in error for a reason of its own"),
    code("848", "is incorrect"),
    code("DUP", "is in a unit that was sent before"),
    code("IID", "is an identifier that is not known"),
    code("INC", "is in a unit that is not complete"),
    code("NAU", "is not authorized"),
    code("ZZZ", "is in error as the parties have agreed"),
];
