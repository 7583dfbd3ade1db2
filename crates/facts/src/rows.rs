//! Gathers rows.

use crate::columns::{COLUMNS, COUNT, Family, Value};
use crate::page::{Chunk, Encoder, Room, number};
use crate::values::Values;

/// Rows that are written together, as one group.
pub struct Rows {
    /// Of each family, which tuple each row has; what claims say, and rows for themselves, is spread over them in the end.
    tuples: TuplesOfRows,
    claims: Vec<OfClaim>,
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

/// What families say of a row that may say something else of the next one of its claim.
#[allow(missing_docs, reason = "the families say what they are")]
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub judged: Tuple,
    pub position: Tuple,
    pub product: Tuple,
    pub days: Tuple,
}

/// What all rows of a claim share.
struct OfClaim {
    origin: Tuple,
    claim: Tuple,
    /// Its first row, counted from 0.
    start: usize,
}

/// How far rows had come; see [`Rows::mark`].
pub struct RowsMark {
    rows: usize,
    claims: usize,
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
            debug_assert!(COLUMNS[column].family == family, "a tuple says something of its own family alone");
            self.bytes += self.columns[column].put(tuple, value);
        }
        tuple
    }

    /// Begins a claim, by what it is known by: the rows that are pushed behind it are its own.
    #[inline]
    pub fn begin_claim(&mut self, origin: Tuple, values: &[(usize, Value<'_>)]) {
        let claim = self.put(Family::Claim, values);
        self.claims.push(OfClaim { origin, claim, start: self.count() });
    }

    /// Adds a row of the claim that began last, and what the row has for itself; its tuples were put since the rows were cleared.
    #[inline]
    pub fn push(&mut self, row: Row, own: &[(usize, Value<'_>)]) {
        let Row { judged, position, product, days } = row;
        let mut push = |family: Family, tuple| self.tuples[family.index()].push(tuple);
        push(Family::Judged, judged);
        push(Family::Position, position);
        push(Family::Product, product);
        push(Family::Days, days);
        self.put(Family::Row, own);
    }

    /// Returns how many rows there are.
    pub fn count(&self) -> usize {
        self.tuples[Family::Judged.index()].len()
    }

    /// Returns how many bytes the distinct values of the rows have.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Notes how far the rows have come.
    pub fn mark(&self) -> RowsMark {
        let distinct = self.columns.iter().map(|values| values.distinct.count()).collect();
        RowsMark {
            rows: self.count(),
            claims: self.claims.len(),
            counts: self.counts,
            distinct,
            bytes: self.bytes,
        }
    }

    /// Goes back to `mark`, which was made of these rows; tuples that were put since are gone.
    pub fn rewind(&mut self, mark: &RowsMark) {
        let RowsMark { rows, claims, counts, ref distinct, bytes } = *mark;
        self.tuples.iter_mut().for_each(|own| own.truncate(rows));
        self.claims.truncate(claims);
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
        self.spread();
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

    /// Gives each row what is said of its claim, and the tuple that it has for itself.
    fn spread(&mut self) {
        for family in [Family::Origin, Family::Claim, Family::Row] {
            self.tuples[family.index()].clear();
        }
        let ends = self.claims.iter().skip(1).map(|next| next.start).chain([self.count()]);
        for (&OfClaim { origin, claim, .. }, end) in self.claims.iter().zip(ends) {
            self.tuples[Family::Origin.index()].resize(end, origin);
            self.tuples[Family::Claim.index()].resize(end, claim);
        }
        let own = (1..self.counts[Family::Row.index()]).map(Tuple);
        self.tuples[Family::Row.index()].extend(own);
    }

    /// Forgets all rows and tuples, and keeps the room.
    pub fn clear(&mut self) {
        self.tuples.iter_mut().for_each(Vec::clear);
        self.claims.clear();
        self.columns.iter_mut().for_each(Values::clear);
        (self.counts, self.bytes) = ([1; Family::COUNT], 0);
    }
}

impl Default for Rows {
    fn default() -> Rows {
        let columns = Box::new(std::array::from_fn(|column| Values::new(&COLUMNS[column])));
        Rows {
            tuples: TuplesOfRows::default(),
            claims: Vec::new(),
            counts: [1; Family::COUNT],
            columns,
            bytes: 0,
            group: Vec::new(),
            room: Room::default(),
        }
    }
}
