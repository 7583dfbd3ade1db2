//! Reads rows, a group at a time.

use std::fs::File;

use parquet::column::reader::ColumnReader;
use parquet::data_type::ByteArray;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};

use crate::columns::{COLUMNS, Column, Kind, Value};
use crate::positioned::Positioned;
use crate::seal;

/// A file of rows.
pub struct Reader {
    reader: SerializedFileReader<Positioned>,
    /// Where each column stands in the file.
    places: Vec<usize>,
}

/// The rows of one group; no claim goes on in the next.
pub struct Group {
    rows: usize,
    /// By column; `None` for those that were not asked for.
    columns: Vec<Option<Values>>,
}

/// The values of one column of a group.
struct Values {
    list: List,
    /// For each row which of them is its own; nothing where every row has one.
    own: Vec<Option<u32>>,
}

enum List {
    Texts(Vec<ByteArray>),
    Longs(Vec<i64>),
    Ints(Vec<i32>),
}

impl Reader {
    /// Opens a file; columns are found by name, so that it may have more.
    ///
    /// Errors: bytes that are not as they were written, no Parquet file, or one that lacks a column.
    pub fn open(file: File) -> Result<Reader> {
        seal::check(&file)?;
        let reader = SerializedFileReader::new(Positioned::new(file)?)?;
        let schema = reader.metadata().file_metadata().schema_descr();
        let place = |column: &Column| {
            let mut names = schema.columns().iter().map(|descriptor| descriptor.name());
            names
                .position(|name| name == column.name)
                .ok_or_else(|| ParquetError::General(format!("there is no column {}", column.name)))
        };
        let places = COLUMNS.iter().map(place).collect::<Result<Vec<usize>>>()?;
        Ok(Reader { reader, places })
    }

    /// Returns what stands beside the rows under `name`.
    pub fn note(&self, name: &str) -> Option<&str> {
        let notes = self.reader.metadata().file_metadata().key_value_metadata()?;
        notes.iter().find(|note| note.key == name).and_then(|note| note.value.as_deref())
    }

    /// Returns how many groups there are.
    pub fn groups(&self) -> usize {
        self.reader.num_row_groups()
    }

    /// Reads the `columns` of group `index`, counted from 0.
    pub fn group(&self, index: usize, columns: &[usize]) -> Result<Group> {
        let group = self.reader.get_row_group(index)?;
        let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        let read = |column: usize| {
            let is_asked_for = columns.contains(&column);
            is_asked_for
                .then(|| Values::read(&*group, self.places[column], &COLUMNS[column], rows))
                .transpose()
        };
        Ok(Group { rows, columns: (0..COLUMNS.len()).map(read).collect::<Result<_>>()? })
    }
}

impl Group {
    /// Returns how many rows it has.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Returns the value of a column in a row; none of a column that was not asked for.
    pub fn value(&self, column: usize, row: usize) -> Value<'_> {
        let Some(values) = &self.columns[column] else { return Value::None };
        let own = if values.own.is_empty() { Some(row) } else { values.own[row].map(|own| own as usize) };
        let Some(own) = own else { return Value::None };
        match &values.list {
            List::Texts(texts) => texts.get(own).map_or(Value::None, |text| Value::Text(text.data())),
            List::Longs(longs) => longs.get(own).map_or(Value::None, |&long| Value::Long(long)),
            List::Ints(ints) => ints.get(own).map_or(Value::None, |&int| Value::Int(int)),
        }
    }

    /// Returns the text of a column in a row; an empty one where there is none.
    pub fn text(&self, column: usize, row: usize) -> &str {
        match self.value(column, row) {
            Value::Text(text) => std::str::from_utf8(text).unwrap_or_default(),
            _ => "",
        }
    }

    /// Returns the number of a column in a row, if there is one.
    pub fn int(&self, column: usize, row: usize) -> Option<i32> {
        if let Value::Int(number) = self.value(column, row) { Some(number) } else { None }
    }

    /// Does the same for a number of 64 bits.
    pub fn long(&self, column: usize, row: usize) -> Option<i64> {
        if let Value::Long(number) = self.value(column, row) { Some(number) } else { None }
    }
}

impl Values {
    fn read(group: &dyn RowGroupReader, place: usize, column: &Column, rows: usize) -> Result<Values> {
        let mut there = Vec::new();
        let list = match (group.get_column_reader(place)?, column.kind) {
            (ColumnReader::ByteArrayColumnReader(mut reader), Kind::Text) => {
                let mut texts = Vec::new();
                reader.read_records(rows, Some(&mut there), None, &mut texts)?;
                List::Texts(texts)
            }
            (ColumnReader::Int64ColumnReader(mut reader), Kind::Long) => {
                let mut longs = Vec::new();
                reader.read_records(rows, Some(&mut there), None, &mut longs)?;
                List::Longs(longs)
            }
            (ColumnReader::Int32ColumnReader(mut reader), Kind::Int | Kind::Date) => {
                let mut ints = Vec::new();
                reader.read_records(rows, Some(&mut there), None, &mut ints)?;
                List::Ints(ints)
            }
            _ => {
                let message = format!("column {} is of another type", column.name);
                return Err(ParquetError::General(message));
            }
        };
        // A required column has no levels: every row has its value.
        let mut next = 0;
        let own = there.iter().map(|&level| {
            (level == 1).then(|| {
                next += 1;
                next - 1
            })
        });
        let own = own.collect();
        Ok(Values { list, own })
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek, SeekFrom, Write};

    use super::*;
    use crate::{COUNT, Family, Row, Rows, Tuple, Writer, Written, place};

    /// Adds a claim of one row, of which every family says something.
    fn push(rows: &mut Rows, values: &[Value<'_>; COUNT]) {
        let of = |family: Family| -> Vec<(usize, Value<'_>)> {
            let own = (0..).zip(values).filter(|&(column, _)| COLUMNS[column].family == family);
            own.map(|(column, &value)| (column, value)).collect()
        };
        let mut put = |family: Family| rows.put(family, &of(family));
        let origin = put(Family::Origin);
        let row = Row {
            judged: put(Family::Judged),
            position: put(Family::Position),
            product: put(Family::Product),
            days: put(Family::Days),
        };
        rows.begin_claim(origin, &of(Family::Claim));
        rows.push(row, &of(Family::Row));
    }

    fn write(writer: &mut Writer, rows: &mut Rows) {
        writer.write(&rows.encode()).unwrap();
        rows.clear();
    }

    /// Ends a file, and returns what is in it.
    fn bytes_of(writer: Writer) -> Vec<u8> {
        let Written { mut file, bytes, blake3 } = writer.finish().unwrap();
        let mut content = Vec::new();
        file.seek(SeekFrom::Start(0)).unwrap();
        file.read_to_end(&mut content).unwrap();
        assert_eq!((content.len() as u64, blake3), (bytes, *blake3::hash(&content).as_bytes()));
        content
    }

    #[test]
    fn rows_come_back_as_they_were_written() {
        const ROWS: i64 = 200_000;
        let file = tempfile::tempfile().unwrap();
        let mut writer = Writer::new(file.try_clone().unwrap(), &[("snapshot", "1")]).unwrap();
        let row = |number: i64, text: &'static str| {
            let mut row = [Value::None; COUNT];
            for (value, column) in row.iter_mut().zip(&COLUMNS) {
                *value = match column.kind {
                    _ if !column.required && number % 3 == 0 => Value::None,
                    Kind::Text => Value::Text(text.as_bytes()),
                    Kind::Long => Value::Long(number),
                    Kind::Int | Kind::Date => Value::Int(7),
                };
            }
            row
        };
        let mut rows = Rows::default();
        let text = |number: i64| if number % 5 == 0 { "one" } else { "other" };
        for number in 0..ROWS {
            push(&mut rows, &row(number, text(number)));
            if number % 70_000 == 0 {
                write(&mut writer, &mut rows);
            }
        }
        // A group without rows is none.
        for _ in 0..2 {
            write(&mut writer, &mut rows);
        }
        writer.finish().unwrap();
        let reader = Reader::open(file).unwrap();
        let columns: Vec<usize> = (0..COUNT).collect();
        let mut number = 0;
        assert_eq!(reader.groups(), 4);
        for index in 0..reader.groups() {
            let group = reader.group(index, &columns).unwrap();
            for own in 0..group.rows() {
                for (column, expected) in row(number, text(number)).into_iter().enumerate() {
                    assert_eq!(group.value(column, own), expected, "{number} {column}");
                }
                number += 1;
            }
            assert_eq!(reader.group(index, &[]).unwrap().value(0, 0), Value::None);
        }
        assert_eq!(number, ROWS);
    }

    #[test]
    fn runs_of_every_length_come_back() {
        let lengths = || (0..40usize).flat_map(|first| (0..40usize).map(move |second| [first, second, 1]));
        // Runs of values and of rows without one, beside columns in which a value holds for one row, or for four.
        let values: Vec<Option<i32>> = lengths()
            .zip(0i32..)
            .flat_map(|(lengths, index)| {
                let values = [Some(index), None, Some(-index)];
                values.into_iter().zip(lengths).flat_map(|(value, length)| std::iter::repeat_n(value, length))
            })
            .collect();
        let (mut writer, mut rows) =
            (Writer::new(tempfile::tempfile().unwrap(), &[]).unwrap(), Rows::default());
        let origin = rows.put(Family::Origin, &[]);
        let judged = rows.put(Family::Judged, &[]);
        let (mut last, mut position) = (None, Tuple::NONE);
        for (number, &value) in (0..).zip(&values) {
            if number % 4 == 0 {
                let id = number.to_string();
                let own = [
                    (place::CLAIM_NUMBER, Value::Long(number)),
                    (place::CLAIM_ID, Value::Text(id.as_bytes())),
                ];
                rows.begin_claim(origin, &own);
            }
            if last != Some(value) {
                let put = |index| rows.put(Family::Position, &[(place::LINE_INDEX, Value::Int(index))]);
                position = value.map_or(Tuple::NONE, put);
                last = Some(value);
            }
            rows.push(Row { judged, position, product: Tuple::NONE, days: Tuple::NONE }, &[]);
        }
        write(&mut writer, &mut rows);
        let file = writer.finish().unwrap().file;
        let columns = [place::PARTNER, place::CLAIM_NUMBER, place::CLAIM_ID, place::LINE_INDEX, place::USAGE];
        let group = Reader::open(file).unwrap().group(0, &columns).unwrap();
        let found: Vec<Option<i32>> =
            (0..group.rows()).map(|row| group.int(place::LINE_INDEX, row)).collect();
        assert!(found == values && 8_000 < values.len());
        for (number, row) in (0..).zip(0..group.rows()) {
            let first = number / 4 * 4;
            assert_eq!(group.long(place::CLAIM_NUMBER, row), Some(first));
            assert_eq!(group.text(place::CLAIM_ID, row), first.to_string());
            assert_eq!(group.value(place::PARTNER, row), Value::Text(b""));
            assert_eq!(group.value(place::USAGE, row), Value::None);
        }
    }

    #[test]
    fn threads_read_groups_at_once() {
        const CLAIMS: i64 = 300_000;
        let file = tempfile::tempfile().unwrap();
        let mut writer = Writer::new(file.try_clone().unwrap(), &[]).unwrap();
        let mut rows = Rows::default();
        for number in 0..CLAIMS {
            let id = number.to_string();
            let mut row = [Value::None; COUNT];
            row[0] = Value::Text(b"claim");
            row[4] = Value::Long(number);
            row[5] = Value::Text(id.as_bytes());
            push(&mut rows, &row);
            if number % 60_000 == 59_999 {
                write(&mut writer, &mut rows);
            }
        }
        writer.finish().unwrap();
        let reader = Reader::open(file).unwrap();
        let sum = |index: usize| -> i64 {
            let group = reader.group(index, &[4, 5]).unwrap();
            (0..group.rows())
                .map(|row| {
                    let number = group.long(4, row).unwrap();
                    assert_eq!(group.text(5, row), number.to_string());
                    number
                })
                .sum()
        };
        for _ in 0..5 {
            let total: i64 = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..reader.groups())
                    .map(|index| {
                        scope.spawn({
                            let sum = &sum;
                            move || sum(index)
                        })
                    })
                    .collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).sum()
            });
            assert_eq!(total, CLAIMS * (CLAIMS - 1) / 2);
        }
    }

    #[test]
    fn every_byte_that_changes_is_noticed() {
        let mut writer = Writer::new(tempfile::tempfile().unwrap(), &[("snapshot", "1")]).unwrap();
        let mut rows = Rows::default();
        for number in 0..20 {
            let mut row = [Value::None; COUNT];
            (row[0], row[4]) = (Value::Text(b"claim"), Value::Long(number));
            push(&mut rows, &row);
            write(&mut writer, &mut rows);
        }
        let bytes = bytes_of(writer);
        let open = |bytes: &[u8]| {
            let file = tempfile::tempfile().unwrap();
            (&file).write_all(bytes).unwrap();
            Reader::open(file)
        };
        assert_eq!(open(&bytes).unwrap().note("snapshot"), Some("1"));
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << (at % 8);
            assert!(open(&changed).is_err(), "byte {at}");
            assert!(open(&bytes[..at]).is_err(), "cut at byte {at}");
        }
    }

    #[test]
    fn what_is_taken_back_leaves_no_trace() {
        let put = |rows: &mut Rows, numbers: std::ops::Range<i64>| {
            for number in numbers {
                let id = number.to_string();
                let mut row = [Value::None; COUNT];
                row[place::CLAIM_ID] = Value::Text(id.as_bytes());
                row[place::PROCEDURE] = Value::Text(&id.as_bytes()[..1]);
                push(rows, &row);
            }
        };
        let begin = || (Writer::new(tempfile::tempfile().unwrap(), &[]).unwrap(), Rows::default());
        let (mut expected, mut rows) = begin();
        put(&mut rows, 0..100);
        write(&mut expected, &mut rows);
        put(&mut rows, 100..200);
        write(&mut expected, &mut rows);
        let (mut writer, mut rows) = begin();
        put(&mut rows, 0..100);
        write(&mut writer, &mut rows);
        put(&mut rows, 100..150);
        let (file_mark, rows_mark) = (writer.mark(), rows.mark());
        put(&mut rows, 200..300);
        writer.write(&rows.encode()).unwrap();
        writer.rewind(&file_mark).unwrap();
        rows.rewind(&rows_mark);
        put(&mut rows, 150..200);
        write(&mut writer, &mut rows);
        assert_eq!(writer.groups(), 2);
        assert!(bytes_of(writer) == bytes_of(expected));
    }

    #[test]
    fn what_is_no_parquet_is_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"PAR1 and no more").unwrap();
        assert!(Reader::open(File::open(file.path()).unwrap()).is_err());
    }
}
