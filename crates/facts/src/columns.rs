//! The columns.

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8.
    Text,
    /// A number of 64 bits.
    Long,
    /// A number of 32 bits.
    Int,
    /// A day, as a number of days since 1970-01-01.
    Date,
}

/// Columns that say something together, so that what they say is put once for all rows that share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Where claims come from, the same for all of a transaction set.
    Origin,
    /// What a claim is known by, in its own row and in those of its lines.
    Claim,
    /// What is judged, and what came of it.
    Judged,
    /// Where a line stands in its claim.
    Position,
    /// A product of a line.
    Product,
    /// The days that a line is judged by.
    Days,
    /// What a row has for itself.
    Row,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// What it belongs to.
    pub family: Family,
    /// Whether every row has a value.
    pub required: bool,
    /// Whether its values are not looked for, since they hardly come twice, or since the tuples were that they belong to.
    pub once: bool,
    /// What stands in it; a sentence.
    pub meaning: &'static str,
}

/// A value of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'v> {
    /// None; of a column that is required it is nothing: an empty text, or 0.
    None,
    /// For [`Kind::Text`]; when it is written, what is not UTF-8 is replaced.
    Text(&'v [u8]),
    /// For [`Kind::Long`].
    Long(i64),
    /// For [`Kind::Int`] and [`Kind::Date`].
    Int(i32),
}

/// Where each column stands in [`COLUMNS`].
#[allow(missing_docs, reason = "the table of columns says what each holds")]
pub mod place {
    use super::place_of;

    pub const ROW: usize = place_of("row");
    pub const FILE_HASH: usize = place_of("file_hash");
    pub const PARTNER: usize = place_of("partner");
    pub const CHANNEL: usize = place_of("channel");
    pub const CLAIM_NUMBER: usize = place_of("claim_number");
    pub const CLAIM_ID: usize = place_of("claim_id");
    pub const FINDINGS: usize = place_of("findings");
    pub const USAGE: usize = place_of("usage");
    pub const IMPLEMENTATION: usize = place_of("implementation");
    pub const CHARGE_CENTS: usize = place_of("charge_cents");
    pub const DISPOSITION: usize = place_of("disposition");
    pub const DISPOSITION_WITHOUT_LISTS: usize = place_of("disposition_without_lists");
    pub const LINE_INDEX: usize = place_of("line_index");
    pub const LINE_NUMBER: usize = place_of("line_number");
    pub const IS_INSTITUTIONAL: usize = place_of("is_institutional");
    pub const PROCEDURE_QUALIFIER: usize = place_of("procedure_qualifier");
    pub const PROCEDURE: usize = place_of("procedure");
    pub const PRODUCT_INDEX: usize = place_of("product_index");
    pub const PRODUCT_QUALIFIER: usize = place_of("product_qualifier");
    pub const NDC_SENT: usize = place_of("ndc_sent");
    pub const NDC: usize = place_of("ndc");
    pub const FIRST_DATE: usize = place_of("first_date");
    pub const LAST_DATE: usize = place_of("last_date");
    pub const DATE_SOURCE: usize = place_of("date_source");
    pub const STANDING: usize = place_of("standing");
}

/// How many columns there are.
pub const COUNT: usize = TABLE.len();

/// All of them, in the order of the file.
pub static COLUMNS: [Column; COUNT] = TABLE;

impl Family {
    /// How many there are.
    pub(crate) const COUNT: usize = Family::Row.index() + 1;

    /// Returns its place among them.
    pub(crate) const fn index(self) -> usize {
        self as usize
    }
}

const fn required(name: &'static str, family: Family, kind: Kind, meaning: &'static str) -> Column {
    Column { name, kind, family, required: true, once: false, meaning }
}

const fn optional(name: &'static str, family: Family, kind: Kind, meaning: &'static str) -> Column {
    Column { required: false, ..required(name, family, kind, meaning) }
}

const fn once(column: Column) -> Column {
    Column { once: true, ..column }
}

const TABLE: [Column; 25] = [
    required(
        "row",
        Family::Judged,
        Kind::Text,
        "`claim` for the claim as a whole, `line` for a product of a service line, or for a line without one.",
    ),
    required("file_hash", Family::Origin, Kind::Text, "BLAKE3 of the input, in hexadecimal digits."),
    required("partner", Family::Origin, Kind::Text, "ISA06, without padding."),
    required("channel", Family::Origin, Kind::Text, "`batch` or `portal`."),
    once(required(
        "claim_number",
        Family::Claim,
        Kind::Long,
        "Position among the claims of the file, from 1.",
    )),
    once(required("claim_id", Family::Claim, Kind::Text, "CLM01, as sent.")),
    required(
        "findings",
        Family::Judged,
        Kind::Text,
        "Codes of the findings of the claim as a whole, or of the line, parted by blanks.",
    ),
    optional("usage", Family::Judged, Kind::Text, "Claims: ISA15."),
    optional("implementation", Family::Judged, Kind::Text, "Claims: ST03, or GS08 where it is empty."),
    once(optional(
        "charge_cents",
        Family::Row,
        Kind::Long,
        "CLM02, or of a line SV102, SV203 or SV302, in cents; null if it cannot be read.",
    )),
    optional(
        "disposition",
        Family::Judged,
        Kind::Text,
        "Claims: `accepted`, `rejected`, `held` or `refused`.",
    ),
    optional(
        "disposition_without_lists",
        Family::Judged,
        Kind::Text,
        "Claims: what it would have been if the lists had nothing to say.",
    ),
    optional(
        "line_index",
        Family::Position,
        Kind::Int,
        "Lines: position among the lines of the claim, from 0.",
    ),
    optional("line_number", Family::Position, Kind::Text, "Lines: LX01, as sent."),
    optional("is_institutional", Family::Judged, Kind::Int, "Lines: 1 for SV2, else 0."),
    optional("procedure_qualifier", Family::Judged, Kind::Text, "Lines: SV101-1, SV202-1 or SV301-1."),
    optional("procedure", Family::Judged, Kind::Text, "Lines: SV101-2, SV202-2 or SV301-2."),
    optional(
        "product_index",
        Family::Product,
        Kind::Int,
        "Lines: position among the products of the line, from 0; null where it has none.",
    ),
    optional("product_qualifier", Family::Product, Kind::Text, "Lines: LIN02; `N4` is an NDC."),
    once(optional("ndc_sent", Family::Product, Kind::Text, "Lines: LIN03, as sent.")),
    once(optional(
        "ndc",
        Family::Product,
        Kind::Text,
        "Lines: the NDC in eleven digits; null if LIN03 is none.",
    )),
    optional(
        "first_date",
        Family::Days,
        Kind::Date,
        "Lines: the first day that the line is judged by; null without a date that can be read.",
    ),
    optional("last_date", Family::Days, Kind::Date, "Lines: the last of them."),
    optional(
        "date_source",
        Family::Judged,
        Kind::Text,
        "Lines: `line` for DTP*472 of the line, `statement` for DTP*434 of the claim.",
    ),
    optional(
        "standing",
        Family::Judged,
        Kind::Text,
        "Lines: the code of what the lists say of the line, or `passes`.",
    ),
];

/// Finds a column by its name when this is compiled, so that a name that is not in the table does not compile.
const fn place_of(name: &str) -> usize {
    let mut place = 0;
    while !is_same(TABLE[place].name.as_bytes(), name.as_bytes()) {
        place += 1;
    }
    place
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    let mut index = 0;
    while index < one.len() && index < other.len() && one[index] == other[index] {
        index += 1;
    }
    index == one.len() && index == other.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_their_whole_name() {
        for (index, column) in COLUMNS.iter().enumerate() {
            assert_eq!(place_of(column.name), index);
        }
        assert_eq!(COLUMNS[place::DISPOSITION].name, "disposition");
        assert_eq!(COLUMNS[place::STANDING].name, "standing");
    }
}
