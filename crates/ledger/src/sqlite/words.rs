//! Words and hashes between rows and columns.

use rusqlite::ToSql;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef};

use crate::rows::{Disposition, HandVerdict, Outcome, Part, Route, RunState, Usage};

/// Lets words be read and written as text.
macro_rules! as_text {
    ($($name:ident)+) => {$(
        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(self.as_str().into())
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<$name> {
                $name::of(value.as_str()?).ok_or(FromSqlError::InvalidType)
            }
        }
    )+};
}

as_text!(Disposition HandVerdict Outcome Part Route RunState Usage);

/// Returns a hash in hexadecimal digits.
pub fn hex(hash: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).expect("four bits are one digit");
    hash.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xF)]).collect()
}
