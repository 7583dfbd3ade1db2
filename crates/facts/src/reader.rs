//! Reads rows.

use std::fs::File;

use parquet::column::reader::ColumnReader;
use parquet::data_type::ByteArray;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};

use crate::columns::{COLUMNS, COUNT, Column, Kind, Value};

/// The values of one column of a group, and for each row which of them is its own.
enum Values {
    Texts(Vec<ByteArray>, Vec<Option<usize>>),
    Longs(Vec<i64>, Vec<Option<usize>>),
    Ints(Vec<i32>, Vec<Option<usize>>),
}

/// Reads all rows of `file`, and hands each to `take`, which returns whether to go on.
///
/// Columns are found by name, so that a file may have more.
/// Errors: no Parquet file, or one that lacks a column.
pub fn read(file: File, mut take: impl FnMut(&[Value<'_>; COUNT]) -> bool) -> Result<()> {
    let reader = SerializedFileReader::new(file)?;
    let schema = reader.metadata().file_metadata().schema_descr();
    let place = |column: &Column| {
        let mut names = schema.columns().iter().map(|descriptor| descriptor.name());
        names
            .position(|name| name == column.name)
            .ok_or_else(|| ParquetError::General(format!("there is no column {}", column.name)))
    };
    let places = COLUMNS.iter().map(place).collect::<Result<Vec<usize>>>()?;
    for group in 0..reader.num_row_groups() {
        let group = reader.get_row_group(group)?;
        let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        let columns = COLUMNS
            .iter()
            .zip(&places)
            .map(|(column, &place)| Values::read(&*group, place, column, rows))
            .collect::<Result<Vec<Values>>>()?;
        for row in 0..rows {
            let mut values = [Value::None; COUNT];
            for (value, column) in values.iter_mut().zip(&columns) {
                *value = column.at(row)?;
            }
            if !take(&values) {
                return Ok(());
            }
        }
    }
    Ok(())
}

impl Values {
    fn read(group: &dyn RowGroupReader, place: usize, column: &Column, rows: usize) -> Result<Values> {
        let mut there = Vec::new();
        let values = match (group.get_column_reader(place)?, column.kind) {
            (ColumnReader::ByteArrayColumnReader(mut reader), Kind::Text) => {
                let mut texts = Vec::new();
                reader.read_records(rows, Some(&mut there), None, &mut texts)?;
                Values::Texts(texts, Vec::new())
            }
            (ColumnReader::Int64ColumnReader(mut reader), Kind::Long) => {
                let mut longs = Vec::new();
                reader.read_records(rows, Some(&mut there), None, &mut longs)?;
                Values::Longs(longs, Vec::new())
            }
            (ColumnReader::Int32ColumnReader(mut reader), Kind::Int | Kind::Date) => {
                let mut ints = Vec::new();
                reader.read_records(rows, Some(&mut there), None, &mut ints)?;
                Values::Ints(ints, Vec::new())
            }
            _ => {
                let message = format!("column {} is of another type", column.name);
                return Err(ParquetError::General(message));
            }
        };
        // A required column has no levels: every row has its value.
        let mut next = 0;
        let mut own = |is_there: bool| {
            is_there.then(|| {
                next += 1;
                next - 1
            })
        };
        let rows: Vec<Option<usize>> = if there.is_empty() {
            (0..rows).map(|_| own(true)).collect()
        } else {
            there.iter().map(|&level| own(level == 1)).collect()
        };
        Ok(match values {
            Values::Texts(texts, _) => Values::Texts(texts, rows),
            Values::Longs(longs, _) => Values::Longs(longs, rows),
            Values::Ints(ints, _) => Values::Ints(ints, rows),
        })
    }

    fn at(&self, row: usize) -> Result<Value<'_>> {
        let own = |rows: &[Option<usize>]| rows.get(row).copied().flatten();
        Ok(match self {
            Values::Texts(texts, rows) => match own(rows).and_then(|place| texts.get(place)) {
                Some(text) => Value::Text(
                    std::str::from_utf8(text.data())
                        .map_err(|_| ParquetError::General("a text is not UTF-8".to_owned()))?,
                ),
                None => Value::None,
            },
            Values::Longs(longs, rows) => {
                own(rows).and_then(|place| longs.get(place)).map_or(Value::None, |&long| Value::Long(long))
            }
            Values::Ints(ints, rows) => {
                own(rows).and_then(|place| ints.get(place)).map_or(Value::None, |&int| Value::Int(int))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Writer;

    #[test]
    fn rows_come_back_as_they_were_written() {
        const ROWS: i64 = 70_000;
        let file = tempfile::tempfile().unwrap();
        let mut writer = Writer::new(file.try_clone().unwrap(), &[("snapshot", "1")]).unwrap();
        let row = |number: i64, text: &'static str| {
            let mut row = [Value::None; COUNT];
            for (value, column) in row.iter_mut().zip(&COLUMNS) {
                *value = match column.kind {
                    _ if !column.required && number % 3 == 0 => Value::None,
                    Kind::Text => Value::Text(text),
                    Kind::Long => Value::Long(number),
                    Kind::Int | Kind::Date => Value::Int(7),
                };
            }
            row
        };
        let text = |number: i64| if number % 5 == 0 { "one" } else { "other" };
        for number in 0..ROWS {
            writer.push(&row(number, text(number))).unwrap();
        }
        writer.finish().unwrap();
        let mut number = 0;
        read(file, |found| {
            assert_eq!(*found, row(number, text(number)));
            number += 1;
            true
        })
        .unwrap();
        assert_eq!(number, ROWS);
    }

    #[test]
    fn what_is_no_parquet_is_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"PAR1 and no more").unwrap();
        assert!(read(File::open(file.path()).unwrap(), |_| true).is_err());
    }
}
