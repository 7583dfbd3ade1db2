//! Gathers rows.

use crate::columns::{COLUMNS, COUNT, Level, Value};
use crate::distinct::Key;
use crate::page::{Before, Chunk, Levels, Places, add_chunk};
use crate::values::Values;

/// Rows that are written together, as one group.
pub struct Rows {
    columns: Box<[Values; COUNT]>,
    /// Those that have ended.
    places: Places,
    /// Bytes of the values that are kept.
    bytes: usize,
}

/// How far rows had come; see [`Rows::mark`].
pub struct RowsMark {
    places: [usize; 3],
    /// How many distinct values each column had.
    distinct: Vec<usize>,
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
        let key = Key::of(value);
        if !values.holds(key) {
            self.bytes += values.put(self.places.count(values.column.level), value, key);
        }
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

    /// Notes how far the rows have come that have ended.
    pub fn mark(&self) -> RowsMark {
        let distinct = self.columns.iter().map(|values| values.distinct.count()).collect();
        RowsMark { places: self.places.counts(), distinct, bytes: self.bytes }
    }

    /// Goes back to `mark`, which was made of these rows; what was put into the row that was open then is to be put again.
    pub fn rewind(&mut self, mark: &RowsMark) {
        self.places.truncate(mark.places);
        for (values, &distinct) in self.columns.iter_mut().zip(&mark.distinct) {
            values.truncate(self.places.count(values.column.level), distinct);
        }
        self.bytes = mark.bytes;
    }

    /// Encodes the rows that have ended.
    pub fn encode(&mut self) -> Encoded {
        let mut bytes = Vec::new();
        let mut chunks: Vec<Chunk> = Vec::with_capacity(self.columns.len());
        self.columns.iter_mut().for_each(Values::fill);
        let levels = Levels::of(&self.places);
        for (index, values) in self.columns.iter().enumerate() {
            let before =
                chunks.last().map(|chunk| Before { values: &self.columns[index - 1], chunk: chunk.clone() });
            chunks.push(add_chunk(values, &self.places, &levels, before.as_ref(), &mut bytes));
        }
        Encoded { bytes, chunks, rows: self.places.rows }
    }

    /// Forgets all rows, and keeps the room.
    pub fn clear(&mut self) {
        self.columns.iter_mut().for_each(Values::clear);
        self.places.truncate([0; 3]);
        self.bytes = 0;
    }
}

impl Default for Rows {
    fn default() -> Rows {
        let columns = Box::new(std::array::from_fn(|column| Values::new(&COLUMNS[column])));
        Rows { columns, places: Places::default(), bytes: 0 }
    }
}
