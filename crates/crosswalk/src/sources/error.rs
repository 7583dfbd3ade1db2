//! Why a file was not loaded.

use chrono::NaiveDate;

/// Why a file was not loaded: what was seen, where, and on a line of its own a hint what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// There is nothing in the file.
    #[error("the file is empty\nhint: download it again from the publisher")]
    Empty,
    /// The file is a web page, as servers send in place of a download that failed.
    #[error(
        "the file is a web page (HTML or XML), not a list\nhint: download it again, and look at the page in a browser"
    )]
    WebPage,
    /// The text is UTF-16.
    #[error("the text is UTF-16\nhint: save it as CSV in UTF-8 or Windows-1252")]
    Utf16,
    /// The file is none of the known forms.
    #[error(
        "the file is neither text nor a workbook nor a zip: byte {byte} is a control character\nhint: load the publisher's file as downloaded"
    )]
    Binary {
        /// Offset of the first such byte, from 0.
        byte: usize,
    },
    /// The zip container has no readable directory at its end.
    #[error("the zip or .xlsx file is cut off or damaged\nhint: download it again")]
    ArchiveCutOff,
    /// A member of the zip container cannot be unpacked.
    #[error(
        "member `{member}` of the zip or .xlsx file cannot be unpacked: it is damaged or encrypted\nhint: download it again, or take the password off"
    )]
    ArchiveMember {
        /// Name of the member.
        member: String,
    },
    /// The zip container is larger than a list can be.
    #[error(
        "the zip or .xlsx file unpacks beyond the limit of {limit}\nhint: load the publisher's file as downloaded"
    )]
    ArchiveLimit {
        /// The limit, in words.
        limit: String,
    },
    /// The zip container is not a workbook, and the list is not published in zips.
    #[error("the file is a zip of several files, not one list\nhint: unpack it and name the right file")]
    ZipOfFiles,
    /// The published zip holds no crosswalk of the wanted kind.
    #[error(
        "the zip holds no ASP crosswalk as .csv, .xls or .xlsx; it holds: {members}\nhint: download the ASP NDC-HCPCS crosswalk zip of the quarter"
    )]
    MemberMissing {
        /// Names of the members, separated by commas, clipped.
        members: String,
    },
    /// The published zip holds several members that could be the crosswalk.
    #[error("the zip holds more than one ASP crosswalk: {members}\nhint: unpack it and name the right file")]
    MemberAmbiguous {
        /// Their names, separated by commas, clipped.
        members: String,
    },
    /// The workbook cannot be read.
    #[error(
        "the workbook cannot be read: {problem}\nhint: download it again, or open it and save it as .xlsx without a password"
    )]
    Workbook {
        /// The reader's words.
        problem: String,
    },
    /// A cell of a text runs over so many lines that a quote must be missing.
    #[error(
        "row {row}: a quoted cell has no end\nhint: the file is cut off or a quote is missing; download it again"
    )]
    QuoteOpen {
        /// The row, counted from 1.
        row: u32,
    },
    /// The file has more rows than a sheet can have.
    #[error("the file has more than {limit} rows\nhint: load the publisher's file as downloaded")]
    TooManyRows {
        /// The limit.
        limit: u32,
    },
    /// No row looks like the header of the list.
    #[error(
        "no header of {expected} in the first {searched} rows; {seen}\nhint: is it the right file? if its columns have other names, give them with --columns"
    )]
    HeaderMissing {
        /// The list that was wanted.
        expected: &'static str,
        /// How many rows were searched.
        searched: usize,
        /// What the file looks like, without a word of it.
        seen: String,
    },
    /// A column name given by the caller is not in the file.
    #[error(
        "no row has the columns given with --columns: `{name}` was not found\nhint: look at the header with `claimgate crosswalk check`"
    )]
    ColumnMissing {
        /// The first name that was not found.
        name: String,
    },
    /// The list is known by its header, which lacks a column.
    #[error(
        "the header of {list} (row {row}) has no column {role}\nhint: if another column holds it, name that with --list and --columns {role}=…; else download the list again"
    )]
    HeaderLacksColumn {
        /// The list.
        list: &'static str,
        /// The header's row, counted from 1.
        row: u32,
        /// What the column is for: `ndc`, `hcpcs`, `from` or `through`.
        role: &'static str,
    },
    /// The file is another list.
    #[error("the file is {seen} (row {row}), not {expected}\nhint: {hint}")]
    WrongKind {
        /// The list that was wanted.
        expected: &'static str,
        /// What the file is.
        seen: &'static str,
        /// The row that shows it, counted from 1.
        row: u32,
        /// What to do.
        hint: &'static str,
    },
    /// The preamble of an ASP release names no dates.
    #[error(
        "no effective range above the header (row {header_row})\nhint: load the publisher's file with its preamble: `Effective <date> through <date>`"
    )]
    EffectiveMissing {
        /// The header's row, counted from 1.
        header_row: u32,
    },
    /// The effective range of an ASP release is not one quarter.
    #[error(
        "row {row}: the effective range {from} through {through} is not one calendar quarter\nhint: load the publisher's file unchanged"
    )]
    NotOneQuarter {
        /// The row, counted from 1.
        row: u32,
        /// First day of the range.
        from: NaiveDate,
        /// Last day of the range.
        through: NaiveDate,
    },
    /// A name of the release contradicts its effective range.
    #[error(
        "{place} says {said}, but the effective range (row {row}) is {quarter}\nhint: one of them is wrong; download the file again and keep its name"
    )]
    NameDisagrees {
        /// Where the other date stands.
        place: &'static str,
        /// What it says.
        said: String,
        /// The row of the range, counted from 1.
        row: u32,
        /// The quarter of the range.
        quarter: String,
    },
    /// The posting date of a PDAC release is not known.
    #[error(
        "the posting date is neither in the sheet name nor in the file name\nhint: give it with --pdac-posted YYYY-MM-DD"
    )]
    PostedMissing,
    /// No row could be used.
    #[error(
        "none of the {rows} rows under the header (row {header_row}) could be used\nhint: look at the columns and the rows with `claimgate crosswalk check`"
    )]
    NothingUsable {
        /// Rows that are not blank.
        rows: usize,
        /// The header's row, counted from 1.
        header_row: u32,
    },
}

/// Clips words of a file to a length that fits into a sentence; control characters become blanks.
pub(super) fn clipped(text: &str) -> String {
    const CHARACTERS_MAX: usize = 80;
    let mut clipped: String =
        text.chars().take(CHARACTERS_MAX).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(CHARACTERS_MAX).is_some() {
        clipped.push('…');
    }
    clipped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(messages: &[(SourceError, &str)]) {
        for (error, message) in messages {
            assert_eq!(error.to_string(), *message);
        }
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn says_that_bytes_are_no_list() {
        check(&[
            (SourceError::Empty, "the file is empty\nhint: download it again from the publisher"),
            (
                SourceError::WebPage,
                "the file is a web page (HTML or XML), not a list\nhint: download it again, and look at the page in a browser",
            ),
            (SourceError::Utf16, "the text is UTF-16\nhint: save it as CSV in UTF-8 or Windows-1252"),
            (
                SourceError::Binary { byte: 7 },
                "the file is neither text nor a workbook nor a zip: byte 7 is a control character\nhint: load the publisher's file as downloaded",
            ),
        ]);
    }

    #[test]
    fn says_what_is_wrong_with_a_container() {
        check(&[
            (
                SourceError::ArchiveCutOff,
                "the zip or .xlsx file is cut off or damaged\nhint: download it again",
            ),
            (
                SourceError::ArchiveMember { member: "a.csv".into() },
                "member `a.csv` of the zip or .xlsx file cannot be unpacked: it is damaged or encrypted\nhint: download it again, or take the password off",
            ),
            (
                SourceError::ArchiveLimit { limit: "512 MiB".into() },
                "the zip or .xlsx file unpacks beyond the limit of 512 MiB\nhint: load the publisher's file as downloaded",
            ),
            (
                SourceError::ZipOfFiles,
                "the file is a zip of several files, not one list\nhint: unpack it and name the right file",
            ),
            (
                SourceError::MemberMissing { members: "a.pdf".into() },
                "the zip holds no ASP crosswalk as .csv, .xls or .xlsx; it holds: a.pdf\nhint: download the ASP NDC-HCPCS crosswalk zip of the quarter",
            ),
            (
                SourceError::MemberAmbiguous { members: "a.csv, b.csv".into() },
                "the zip holds more than one ASP crosswalk: a.csv, b.csv\nhint: unpack it and name the right file",
            ),
            (
                SourceError::Workbook { problem: "no sheet".into() },
                "the workbook cannot be read: no sheet\nhint: download it again, or open it and save it as .xlsx without a password",
            ),
        ]);
    }

    #[test]
    fn says_what_is_wrong_with_rows_and_headers() {
        check(&[
            (
                SourceError::QuoteOpen { row: 3 },
                "row 3: a quoted cell has no end\nhint: the file is cut off or a quote is missing; download it again",
            ),
            (
                SourceError::TooManyRows { limit: 9 },
                "the file has more than 9 rows\nhint: load the publisher's file as downloaded",
            ),
            (
                SourceError::HeaderMissing {
                    expected: "the local list",
                    searched: 60,
                    seen: "it is x".into(),
                },
                "no header of the local list in the first 60 rows; it is x\nhint: is it the right file? if its columns have other names, give them with --columns",
            ),
            (
                SourceError::ColumnMissing { name: "Drug".into() },
                "no row has the columns given with --columns: `Drug` was not found\nhint: look at the header with `claimgate crosswalk check`",
            ),
            (
                SourceError::HeaderLacksColumn { list: "the local list", row: 1, role: "ndc" },
                "the header of the local list (row 1) has no column ndc\nhint: if another column holds it, name that with --list and --columns ndc=…; else download the list again",
            ),
            (
                SourceError::WrongKind { expected: "A", seen: "B", row: 1, hint: "load B." },
                "the file is B (row 1), not A\nhint: load B.",
            ),
        ]);
    }

    #[test]
    fn says_what_is_wrong_with_a_release() {
        check(&[
            (
                SourceError::EffectiveMissing { header_row: 1 },
                "no effective range above the header (row 1)\nhint: load the publisher's file with its preamble: `Effective <date> through <date>`",
            ),
            (
                SourceError::NotOneQuarter { row: 2, from: day("2025-10-01"), through: day("2025-12-30") },
                "row 2: the effective range 2025-10-01 through 2025-12-30 is not one calendar quarter\nhint: load the publisher's file unchanged",
            ),
            (
                SourceError::NameDisagrees {
                    place: "the file name",
                    said: "2025Q3".into(),
                    row: 2,
                    quarter: "2025Q4".into(),
                },
                "the file name says 2025Q3, but the effective range (row 2) is 2025Q4\nhint: one of them is wrong; download the file again and keep its name",
            ),
            (
                SourceError::PostedMissing,
                "the posting date is neither in the sheet name nor in the file name\nhint: give it with --pdac-posted YYYY-MM-DD",
            ),
            (
                SourceError::NothingUsable { rows: 4, header_row: 1 },
                "none of the 4 rows under the header (row 1) could be used\nhint: look at the columns and the rows with `claimgate crosswalk check`",
            ),
        ]);
    }

    #[test]
    fn clips_what_it_quotes() {
        assert_eq!(clipped("a\tb"), "a b");
        let clip = clipped(&"ä".repeat(81));
        assert_eq!(clip.chars().count(), 81);
        assert!(clip.ends_with('…'));
    }
}
