//! Writes rows.

use std::io::Write;
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::metadata::{ColumnChunkMetaData, KeyValue};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use crate::columns::{COLUMNS, COUNT, Column, Kind, Value};
use crate::dictionary::Values;
use crate::page::{chunk, number};
use crate::seal::Sealing;

/// Rows of a group: enough for a column to be coded well, and little enough to hold.
const GROUP_ROWS: usize = 64 * 1024;

/// Writes rows to a file.
pub struct Writer<W: Write + Send> {
    file: SerializedFileWriter<Sealing<W>>,
    columns: Vec<Values>,
    rows: usize,
}

impl<W: Write + Send> Writer<W> {
    /// Begins a file, which carries `notes` (name and value) beside its rows.
    pub fn new(to: W, notes: &[(&str, &str)]) -> Result<Writer<W>> {
        let notes = notes.iter().map(|(name, value)| KeyValue::new((*name).to_owned(), (*value).to_owned()));
        let properties = WriterProperties::builder()
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
            values.push(*value, column.kind, column.required);
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
        let rows = self.rows as u64;
        self.rows = 0;
        let schema = self.file.schema_descr().columns().to_vec();
        let mut group = self.file.next_row_group()?;
        for (values, (column, descriptor)) in self.columns.iter_mut().zip(COLUMNS.iter().zip(schema)) {
            let chunk = chunk(values, column.kind, column.required);
            values.clear();
            let length = number(chunk.bytes.len());
            let metadata = ColumnChunkMetaData::builder(descriptor)
                .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY])
                .set_num_values(rows.cast_signed())
                .set_total_compressed_size(length.into())
                .set_total_uncompressed_size(length.into())
                .set_dictionary_page_offset(Some(0))
                .set_data_page_offset(number(chunk.data_page_at).into())
                .build()?;
            let closed = ColumnCloseResult {
                bytes_written: length.unsigned_abs().into(),
                rows_written: rows,
                metadata,
                bloom_filter: None,
                column_index: None,
                offset_index: None,
            };
            group.append_column(&Bytes::from(chunk.bytes), closed)?;
        }
        group.close().map(drop)
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
