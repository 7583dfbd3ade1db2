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
    /// Where a group is put together, and each of its pages: room that is asked for anew costs as much as to fill it.
    group: Vec<u8>,
    page: Vec<u8>,
}

/// How far rows had come; see [`Rows::mark`].
pub struct RowsMark {
    places: [usize; 3],
    /// How many distinct values each column had.
    distinct: Vec<usize>,
    bytes: usize,
}

/// The bytes of rows that are written together.
pub struct Encoded<'r> {
    pub(crate) bytes: &'r [u8],
    pub(crate) chunks: Vec<Chunk>,
    pub(crate) rows: u32,
}

impl Rows {
    /// Puts a value into the row that is open, which is to be one that its column has values for.
    ///
    /// It holds for the rows behind it too, as far as its column has values for them, until another is put.
    /// A value of another kind than its column's is none.
    #[expect(
        clippy::inline_always,
        reason = "of most values the kind is known where they are put, and of many the key"
    )]
    #[inline(always)]
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
    pub fn encode(&mut self) -> Encoded<'_> {
        self.columns.iter_mut().for_each(Values::fill);
        self.group.clear();
        let Rows { columns, places, group, page, .. } = self;
        let (levels, mut chunks) = (Levels::of(places), Vec::<Chunk>::with_capacity(columns.len()));
        for (index, values) in columns.iter().enumerate() {
            let before =
                chunks.last().map(|chunk| Before { values: &columns[index - 1], chunk: chunk.clone() });
            chunks.push(add_chunk(values, places, &levels, before.as_ref(), page, group));
        }
        Encoded { bytes: group, chunks, rows: places.rows }
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
        Rows { columns, places: Places::default(), bytes: 0, group: Vec::new(), page: Vec::new() }
    }
}
