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

use crate::columns::{COLUMNS, Column, Kind};
use crate::page::number;
use crate::rows::Encoded;
use crate::seal::Sealing;

/// Writes groups of rows to a file.
pub struct Writer<W: Write + Send> {
    file: SerializedFileWriter<Sealing<W>>,
}

/// What was written.
pub struct Written<W> {
    /// What it was written to.
    pub to: W,
    /// How many bytes it has.
    pub bytes: u64,
    /// BLAKE3 of all of them.
    pub blake3: [u8; 32],
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
        Ok(Writer { file })
    }

    /// Writes a group, if it has any rows.
    pub fn write(&mut self, group: Encoded) -> Result<()> {
        let Encoded { bytes, chunks, rows } = group;
        let bytes = Bytes::from(bytes);
        if rows == 0 {
            return Ok(());
        }
        let schema = self.file.schema_descr().columns().to_vec();
        let mut group = self.file.next_row_group()?;
        for (chunk, descriptor) in chunks.into_iter().zip(schema) {
            let length = number(chunk.bytes.len());
            let data_page_at = number(chunk.data_page_at - chunk.bytes.start);
            let mut encodings = vec![Encoding::PLAIN, Encoding::RLE];
            encodings.extend(chunk.has_dictionary.then_some(Encoding::RLE_DICTIONARY));
            let metadata = ColumnChunkMetaData::builder(descriptor)
                .set_encodings(encodings)
                .set_num_values(rows.into())
                .set_total_compressed_size(length.into())
                .set_total_uncompressed_size(length.into())
                .set_dictionary_page_offset(chunk.has_dictionary.then_some(0))
                .set_data_page_offset(data_page_at.into())
                .build()?;
            let closed = ColumnCloseResult {
                bytes_written: length.unsigned_abs().into(),
                rows_written: rows.into(),
                metadata,
                bloom_filter: None,
                column_index: None,
                offset_index: None,
            };
            group.append_column(&bytes.slice(chunk.bytes), closed)?;
        }
        group.close().map(drop)
    }

    /// Ends the file.
    pub fn finish(mut self) -> Result<Written<W>> {
        self.file.flush()?;
        self.file.inner_mut().begin_end();
        Ok(self.file.into_inner()?.seal()?)
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
