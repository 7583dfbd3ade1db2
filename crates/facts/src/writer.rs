//! Writes groups of rows to a file.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::sync::Arc;

use parquet::basic::Encoding;
use parquet::errors::Result;
use parquet::file::metadata::{
    ColumnChunkMetaData, FileMetaData, KeyValue, ParquetMetaDataBuilder, ParquetMetaDataWriter,
    RowGroupMetaData,
};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::{SchemaDescPtr, SchemaDescriptor};

use crate::columns::{COLUMNS, Column, Kind};
use crate::page::{Chunk, number};
use crate::rows::Encoded;

/// The letters that a file begins and ends with.
const MAGIC: &[u8] = b"PAR1";

/// Version of the format; both of its values mean the same here.
const VERSION: i32 = 1;

/// A file that is written.
pub struct Writer {
    file: File,
    /// How many bytes it has.
    bytes: u64,
    /// Hash of all of them.
    hasher: blake3::Hasher,
    groups: Vec<RowGroupMetaData>,
    schema: SchemaDescPtr,
    notes: Vec<KeyValue>,
}

/// How far a file had come; see [`Writer::mark`].
pub struct FileMark {
    bytes: u64,
    hasher: blake3::Hasher,
    groups: usize,
}

/// What was written.
pub struct Written {
    /// The file.
    pub file: File,
    /// How many bytes it has.
    pub bytes: u64,
    /// BLAKE3 of all of them.
    pub blake3: [u8; 32],
}

impl Writer {
    /// Begins a file, which carries `notes` (name and value) beside its rows.
    pub fn new(file: File, notes: &[(&str, &str)]) -> Result<Writer> {
        let notes = notes.iter().map(|(name, value)| KeyValue::new((*name).to_owned(), (*value).to_owned()));
        let mut writer = Writer {
            file,
            bytes: 0,
            hasher: blake3::Hasher::new(),
            groups: Vec::new(),
            schema: Arc::new(SchemaDescriptor::new(Arc::new(parse_message_type(&message())?))),
            notes: notes.collect(),
        };
        writer.append(MAGIC)?;
        Ok(writer)
    }

    /// Writes a group, if it has any rows.
    pub fn write(&mut self, group: &Encoded<'_>) -> Result<()> {
        let Encoded { bytes, chunks, rows } = group;
        if *rows == 0 {
            return Ok(());
        }
        let start = self.bytes.cast_signed();
        let columns = chunks.iter().zip(self.schema.columns()).map(|(chunk, descriptor)| {
            let Chunk { bytes, has_dictionary, data_page_at } = chunk;
            let place = |at: usize| start + i64::from(number(at));
            let mut encodings = vec![Encoding::PLAIN, Encoding::RLE];
            encodings.extend(has_dictionary.then_some(Encoding::RLE_DICTIONARY));
            ColumnChunkMetaData::builder(descriptor.clone())
                .set_encodings(encodings)
                .set_num_values((*rows).into())
                .set_total_compressed_size(number(bytes.len()).into())
                .set_total_uncompressed_size(number(bytes.len()).into())
                .set_dictionary_page_offset(has_dictionary.then_some(place(bytes.start)))
                .set_data_page_offset(place(*data_page_at))
                .build()
        });
        let group = RowGroupMetaData::builder(self.schema.clone())
            .set_column_metadata(columns.collect::<Result<Vec<ColumnChunkMetaData>>>()?)
            .set_total_byte_size(number(bytes.len()).into())
            .set_num_rows((*rows).into())
            .set_ordinal(number(self.groups.len()))
            .set_file_offset(start)
            .build()?;
        self.groups.push(group);
        self.append(bytes)
    }

    /// Returns how many groups are written.
    pub fn groups(&self) -> usize {
        self.groups.len()
    }

    /// Notes how far the file has come.
    pub fn mark(&self) -> FileMark {
        FileMark { bytes: self.bytes, hasher: self.hasher.clone(), groups: self.groups.len() }
    }

    /// Goes back to `mark`, which was made of this file.
    pub fn rewind(&mut self, mark: &FileMark) -> Result<()> {
        if mark.groups < self.groups.len() {
            self.file.set_len(mark.bytes)?;
            self.file.seek(SeekFrom::Start(mark.bytes))?;
            self.groups.truncate(mark.groups);
            (self.bytes, self.hasher) = (mark.bytes, mark.hasher.clone());
        }
        Ok(())
    }

    /// Ends the file with its seal and its footer.
    pub fn finish(mut self) -> Result<Written> {
        let rows = self.groups.iter().map(RowGroupMetaData::num_rows).sum();
        let (notes, schema) = (std::mem::take(&mut self.notes), self.schema.clone());
        let all = FileMetaData::new(VERSION, rows, Some("claimgate".to_owned()), Some(notes), schema, None);
        let groups = std::mem::take(&mut self.groups);
        let all = ParquetMetaDataBuilder::new(all).set_row_groups(groups).build();
        let mut footer = Vec::new();
        ParquetMetaDataWriter::new(&mut footer, &all).finish()?;
        let seal = *self.hasher.clone().update(&footer).finalize().as_bytes();
        self.append(&seal)?;
        self.append(&footer)?;
        Ok(Written { file: self.file, bytes: self.bytes, blake3: *self.hasher.finalize().as_bytes() })
    }

    fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes)?;
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
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
