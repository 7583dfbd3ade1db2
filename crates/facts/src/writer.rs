//! Writes rows.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, Encoding};
use parquet::data_type::{ByteArray, ByteArrayType, Int32Type, Int64Type};
use parquet::errors::Result;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;

use crate::columns::{COLUMNS, COUNT, Column, Kind, Value};
use crate::seal::Sealing;

/// Rows of a group: enough for a column to be coded well, and little enough to hold.
const GROUP_ROWS: usize = 64 * 1024;

/// Writes rows to a file.
pub struct Writer<W: Write + Send> {
    file: SerializedFileWriter<Sealing<W>>,
    columns: Vec<Values>,
    rows: usize,
}

/// The values of one column in the group that is gathered.
#[derive(Default)]
struct Values {
    texts: Texts,
    longs: Vec<i64>,
    ints: Vec<i32>,
    /// 1 for each row with a value, 0 for each without.
    there: Vec<i16>,
}

/// Texts, one behind the other; a text that comes again and again is kept once.
#[derive(Default)]
struct Texts {
    bytes: Vec<u8>,
    places: Vec<(usize, usize)>,
}

impl<W: Write + Send> Writer<W> {
    /// Begins a file, which carries `notes` (name and value) beside its rows.
    pub fn new(to: W, notes: &[(&str, &str)]) -> Result<Writer<W>> {
        let notes = notes.iter().map(|(name, value)| KeyValue::new((*name).to_owned(), (*value).to_owned()));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            // Least and greatest text of a column tell nothing, and to find them takes longer than to write it.
            .set_statistics_enabled(EnabledStatistics::None)
            // Nearly every claim has another.
            .set_column_dictionary_enabled(ColumnPath::from("claim_id"), false)
            .set_column_dictionary_enabled(ColumnPath::from("claim_number"), false)
            .set_column_encoding(ColumnPath::from("claim_number"), Encoding::DELTA_BINARY_PACKED)
            .set_created_by("claimgate".to_owned())
            .set_key_value_metadata(Some(notes.collect()))
            .build();
        let schema = Arc::new(parse_message_type(&message())?);
        let file = SerializedFileWriter::new(Sealing::new(to), schema, Arc::new(properties))?;
        let columns = std::iter::repeat_with(Values::default).take(COUNT).collect();
        Ok(Writer { file, columns, rows: 0 })
    }

    /// Adds a row; a value of another kind than its column's is none.
    pub fn push(&mut self, row: &[Value<'_>; COUNT]) {
        for (values, (column, value)) in self.columns.iter_mut().zip(COLUMNS.iter().zip(row)) {
            values.push(column, *value);
        }
        self.rows += 1;
    }

    /// Ends a claim; only here a group can end.
    pub fn end_claim(&mut self) -> Result<()> {
        if self.rows < GROUP_ROWS { Ok(()) } else { self.write_group() }
    }

    /// Ends the file, and gives back what it was written to.
    pub fn finish(mut self) -> Result<W> {
        self.write_group()?;
        self.file.flush()?;
        self.file.inner_mut().begin_end();
        Ok(self.file.into_inner()?.seal()?)
    }

    fn write_group(&mut self) -> Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        self.rows = 0;
        let mut group = self.file.next_row_group()?;
        for (values, column) in self.columns.iter_mut().zip(&COLUMNS) {
            if let Some(mut writer) = group.next_column()? {
                values.write(column, &mut writer)?;
                writer.close()?;
            }
        }
        group.close().map(drop)
    }
}

impl Values {
    fn push(&mut self, column: &Column, value: Value<'_>) {
        match (value, column.kind) {
            (Value::Text(text), Kind::Text) => self.texts.push(text.as_bytes()),
            (Value::Long(number), Kind::Long) => self.longs.push(number),
            (Value::Int(number), Kind::Int | Kind::Date) => self.ints.push(number),
            // What must be there is, if only as nothing.
            (_, Kind::Text) if column.required => self.texts.push(b""),
            (_, Kind::Long) if column.required => self.longs.push(0),
            (_, Kind::Int | Kind::Date) if column.required => self.ints.push(0),
            _ => return self.there.push(0),
        }
        self.there.push(1);
    }

    fn write(&mut self, column: &Column, writer: &mut SerializedColumnWriter<'_>) -> Result<()> {
        let there = (!column.required).then_some(self.there.as_slice());
        match column.kind {
            Kind::Text => {
                let texts = self.texts.take();
                writer.typed::<ByteArrayType>().write_batch(&texts, there, None)?;
            }
            Kind::Long => drop(writer.typed::<Int64Type>().write_batch(&self.longs, there, None)?),
            Kind::Int | Kind::Date => {
                writer.typed::<Int32Type>().write_batch(&self.ints, there, None)?;
            }
        }
        self.longs.clear();
        self.ints.clear();
        self.there.clear();
        Ok(())
    }
}

impl Texts {
    fn push(&mut self, text: &[u8]) {
        let place = match self.places.last() {
            Some(&(start, end)) if self.bytes[start..end] == *text => (start, end),
            _ => {
                let start = self.bytes.len();
                self.bytes.extend_from_slice(text);
                (start, self.bytes.len())
            }
        };
        self.places.push(place);
    }

    /// Takes all of them as slices of one piece of memory.
    fn take(&mut self) -> Vec<ByteArray> {
        let all = ByteArray::from(std::mem::take(&mut self.bytes));
        self.places.drain(..).map(|(start, end)| all.slice(start, end - start)).collect()
    }
}

/// Returns the schema as Parquet writes it.
fn message() -> String {
    let field = |column: &Column| {
        let repetition = if column.required { "REQUIRED" } else { "OPTIONAL" };
        let name = column.name;
        match column.kind {
            Kind::Text => format!("{repetition} BYTE_ARRAY {name} (UTF8);\n"),
            Kind::Long => format!("{repetition} INT64 {name};\n"),
            Kind::Int => format!("{repetition} INT32 {name};\n"),
            Kind::Date => format!("{repetition} INT32 {name} (DATE);\n"),
        }
    };
    format!("message facts {{\n{}}}", COLUMNS.iter().map(field).collect::<String>())
}
