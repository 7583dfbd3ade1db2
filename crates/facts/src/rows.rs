//! Gathers rows.

use crate::columns::{COLUMNS, Level, Value};
use crate::page::{Before, Chunk, Places, add_chunk};
use crate::values::Values;

/// Rows that are written together, as one group.
pub struct Rows {
    columns: Vec<Values>,
    /// Those that have ended.
    places: Places,
    /// Bytes of the values that are kept.
    bytes: usize,
}

/// The bytes of rows that are written together.
pub struct Encoded {
    pub(crate) bytes: Vec<u8>,
    pub(crate) chunks: Vec<Chunk>,
    pub(crate) rows: u32,
}

impl Rows {
    /// Puts a value into the row that is open, which is to be one that its column has values for.
    ///
    /// It holds for the rows behind it too, as far as its column has values for them, until another is put.
    /// A value of another kind than its column's is none.
    #[inline]
    pub fn put(&mut self, column: usize, value: Value<'_>) {
        let values = &mut self.columns[column];
        self.bytes += values.put(self.places.count(values.column.level), value);
    }

    /// Ends the row that is open, which is that of a claim or of a service line.
    #[inline]
    pub fn end_row(&mut self, level: Level) {
        self.places.add(level);
    }

    /// Returns how many rows have ended.
    pub fn count(&self) -> u32 {
        self.places.rows
    }

    /// Returns how many bytes the distinct values of the rows have.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Encodes the rows that have ended, and forgets them.
    pub fn encode(&mut self) -> Encoded {
        let mut bytes = Vec::new();
        let mut chunks: Vec<Chunk> = Vec::with_capacity(self.columns.len());
        self.columns.iter_mut().for_each(Values::fill);
        for (index, values) in self.columns.iter().enumerate() {
            let before =
                chunks.last().map(|chunk| Before { values: &self.columns[index - 1], chunk: chunk.clone() });
            chunks.push(add_chunk(values, &self.places, before.as_ref(), &mut bytes));
        }
        let rows = self.places.rows;
        self.clear();
        Encoded { bytes, chunks, rows }
    }

    fn clear(&mut self) {
        self.columns.iter_mut().for_each(Values::clear);
        self.places.clear();
        self.bytes = 0;
    }
}

impl Default for Rows {
    fn default() -> Rows {
        Rows { columns: COLUMNS.iter().map(Values::new).collect(), places: Places::default(), bytes: 0 }
    }
}
