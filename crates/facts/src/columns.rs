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

/// Which rows a column has values for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// All of them.
    Every,
    /// Those of claims.
    Claim,
    /// Those of service lines.
    Line,
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Which rows it has values for.
    pub level: Level,
    /// Whether every row has a value; only in a column of every row.
    pub required: bool,
    /// Whether a value hardly comes twice, so that to look for it would cost more than to write it again.
    pub once: bool,
    /// What stands in it; a sentence.
    pub meaning: &'static str,
}

/// A value of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'v> {
    /// None; only in a column that is not required.
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

const fn required(name: &'static str, kind: Kind, meaning: &'static str) -> Column {
    Column { name, kind, level: Level::Every, required: true, once: false, meaning }
}

const fn of_claim(name: &'static str, kind: Kind, meaning: &'static str) -> Column {
    Column { level: Level::Claim, required: false, ..required(name, kind, meaning) }
}

const fn of_line(name: &'static str, kind: Kind, meaning: &'static str) -> Column {
    Column { level: Level::Line, required: false, ..required(name, kind, meaning) }
}

const fn once(column: Column) -> Column {
    Column { once: true, ..column }
}

const TABLE: [Column; 25] = [
    required(
        "row",
        Kind::Text,
        "`claim` for the claim as a whole, `line` for a product of a service line, or for a line without one.",
    ),
    required("file_hash", Kind::Text, "BLAKE3 of the input, in hexadecimal digits."),
    required("partner", Kind::Text, "ISA06, without padding."),
    required("channel", Kind::Text, "`batch` or `portal`."),
    once(required("claim_number", Kind::Long, "Position among the claims of the file, from 1.")),
    once(required("claim_id", Kind::Text, "CLM01, as sent.")),
    required(
        "findings",
        Kind::Text,
        "Codes of the findings of the claim as a whole, or of the line, parted by blanks.",
    ),
    of_claim("usage", Kind::Text, "Claims: ISA15."),
    of_claim("implementation", Kind::Text, "Claims: ST03, or GS08 where it is empty."),
    Column {
        required: false,
        ..once(required(
            "charge_cents",
            Kind::Long,
            "CLM02, or of a line SV102, SV203 or SV302, in cents; null if it cannot be read.",
        ))
    },
    of_claim("disposition", Kind::Text, "Claims: `accepted`, `rejected`, `held` or `refused`."),
    of_claim(
        "disposition_without_lists",
        Kind::Text,
        "Claims: what it would have been if the lists had nothing to say.",
    ),
    of_line("line_index", Kind::Int, "Lines: position among the lines of the claim, from 0."),
    of_line("line_number", Kind::Text, "Lines: LX01, as sent."),
    of_line("is_institutional", Kind::Int, "Lines: 1 for SV2, else 0."),
    of_line("procedure_qualifier", Kind::Text, "Lines: SV101-1, SV202-1 or SV301-1."),
    of_line("procedure", Kind::Text, "Lines: SV101-2, SV202-2 or SV301-2."),
    of_line(
        "product_index",
        Kind::Int,
        "Lines: position among the products of the line, from 0; null where it has none.",
    ),
    of_line("product_qualifier", Kind::Text, "Lines: LIN02; `N4` is an NDC."),
    of_line("ndc_sent", Kind::Text, "Lines: LIN03, as sent."),
    of_line("ndc", Kind::Text, "Lines: the NDC in eleven digits; null if LIN03 is none."),
    of_line(
        "first_date",
        Kind::Date,
        "Lines: the first day that the line is judged by; null without a date that can be read.",
    ),
    of_line("last_date", Kind::Date, "Lines: the last of them."),
    of_line(
        "date_source",
        Kind::Text,
        "Lines: `line` for DTP*472 of the line, `statement` for DTP*434 of the claim.",
    ),
    of_line("standing", Kind::Text, "Lines: the code of what the lists say of the line, or `passes`."),
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
        assert!(COLUMNS.iter().all(|column| !column.required || column.level == Level::Every));
    }
}
