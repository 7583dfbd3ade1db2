//! Gathers rows.

use crate::columns::{COLUMNS, COUNT, Family, Value};
use crate::page::{Chunk, Encoder, Room, number};
use crate::values::Values;

/// Rows that are written together, as one group.
pub struct Rows {
    /// Of each family, which tuple each row has.
    tuples: TuplesOfRows,
    /// How many tuples each family has, [`Tuple::NONE`] included.
    counts: [u32; Family::COUNT],
    columns: Box<[Values; COUNT]>,
    /// Bytes of the values that are kept.
    bytes: usize,
    /// Where a group is put together.
    group: Vec<u8>,
    room: Room,
}

/// What the columns of a family say together, in one row or many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tuple(pub(crate) u32);

/// Of each family, which tuple each row has; all are equally long.
pub(crate) type TuplesOfRows = [Vec<Tuple>; Family::COUNT];

/// A row, by what each family says of it.
#[allow(missing_docs, reason = "the families say what they are")]
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub origin: Tuple,
    pub claim: Tuple,
    pub judged: Tuple,
    pub position: Tuple,
    pub product: Tuple,
    pub days: Tuple,
    pub charge: Tuple,
}

/// How far rows had come; see [`Rows::mark`].
pub struct RowsMark {
    rows: usize,
    counts: [u32; Family::COUNT],
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

impl Tuple {
    /// Says nothing; a family with a column that is required has another one in every row.
    pub const NONE: Tuple = Tuple(0);
}

impl Rows {
    /// Puts what columns of `family` say together, for rows to have; columns that are not named say nothing.
    ///
    /// A value of another kind than its column's is none.
    #[expect(clippy::inline_always, reason = "where it is called, columns and the kinds of values are known")]
    #[inline(always)]
    pub fn put(&mut self, family: Family, values: &[(usize, Value<'_>)]) -> Tuple {
        let tuple = Tuple(self.counts[family.index()]);
        self.counts[family.index()] += 1;
        for &(column, value) in values {
            self.bytes += self.columns[column].put(tuple, value);
        }
        tuple
    }

    /// Adds a row, whose tuples were put since the rows were cleared.
    #[inline]
    pub fn push(&mut self, row: Row) {
        let Row { origin, claim, judged, position, product, days, charge } = row;
        let mut push = |family: Family, tuple| self.tuples[family.index()].push(tuple);
        push(Family::Origin, origin);
        push(Family::Claim, claim);
        push(Family::Judged, judged);
        push(Family::Position, position);
        push(Family::Product, product);
        push(Family::Days, days);
        push(Family::Charge, charge);
    }

    /// Returns how many rows there are.
    pub fn count(&self) -> usize {
        self.tuples[0].len()
    }

    /// Returns how many bytes the distinct values of the rows have.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Notes how far the rows have come.
    pub fn mark(&self) -> RowsMark {
        let distinct = self.columns.iter().map(|values| values.distinct.count()).collect();
        RowsMark { rows: self.count(), counts: self.counts, distinct, bytes: self.bytes }
    }

    /// Goes back to `mark`, which was made of these rows; tuples that were put since are gone.
    pub fn rewind(&mut self, mark: &RowsMark) {
        let RowsMark { rows, counts, ref distinct, bytes } = *mark;
        self.tuples.iter_mut().for_each(|own| own.truncate(rows));
        for (values, &distinct) in self.columns.iter_mut().zip(distinct) {
            values.truncate(counts[values.column.family.index()], distinct);
        }
        (self.counts, self.bytes) = (counts, bytes);
    }

    /// Encodes the rows.
    pub fn encode(&mut self) -> Encoded<'_> {
        for values in self.columns.iter_mut() {
            values.fill(self.counts[values.column.family.index()]);
        }
        self.group.clear();
        let Rows { tuples, columns, group, room, .. } = self;
        let mut encoder = Encoder::new(tuples, room, group);
        let mut chunks = Vec::<Chunk>::with_capacity(columns.len());
        for (index, values) in columns.iter().enumerate() {
            let before = chunks.last().map(|chunk| (&columns[index - 1], chunk));
            let chunk = encoder.add_chunk(values, before);
            chunks.push(chunk);
        }
        Encoded { bytes: group, chunks, rows: number(tuples[0].len()).cast_unsigned() }
    }

    /// Forgets all rows and tuples, and keeps the room.
    pub fn clear(&mut self) {
        self.tuples.iter_mut().for_each(Vec::clear);
        self.columns.iter_mut().for_each(Values::clear);
        (self.counts, self.bytes) = ([1; Family::COUNT], 0);
    }
}

impl Default for Rows {
    fn default() -> Rows {
        let columns = Box::new(std::array::from_fn(|column| Values::new(&COLUMNS[column])));
        Rows {
            tuples: TuplesOfRows::default(),
            counts: [1; Family::COUNT],
            columns,
            bytes: 0,
            group: Vec::new(),
            room: Room::default(),
        }
    }
}
