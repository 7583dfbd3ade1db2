//! The values of a column in one group of rows: what they are, and from which row on each of them holds.
//!
//! Most of what lines say is what the line before said, so a value that holds on costs a comparison and nothing else.
//! Most of the rest came before in the group, and is found by its first and last bytes.

use crate::columns::{Column, Kind, Value};
use crate::distinct::{Key, Numbers, Texts};

/// The values of a column.
pub(crate) struct Values {
    pub(crate) column: &'static Column,
    pub(crate) distinct: Distinct,
    /// In the order of rows; nothing holds before the first.
    runs: Vec<Run>,
    /// Of the value that holds, unless that has to be looked at closer.
    last: Key,
    /// Values that came of late, and their codes: the lines of a claim take turns with few of them.
    recent: Box<[(Key, u32); Key::SLOTS]>,
}

/// A value, and where it begins to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    /// A row, counted among those of the column's level.
    start: u32,
    /// Which of the distinct values, or [`NONE`].
    code: u32,
}

/// Stands for no value.
const NONE: u32 = u32::MAX;

/// Rows one behind the other that have the same value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Which of the distinct values; `None` where they have none.
    pub(crate) code: Option<u32>,
}

/// Values in the order in which they came, each once, unless they are of a column in which values hardly come twice.
pub(crate) enum Distinct {
    Texts(Texts),
    Numbers(Numbers),
}

impl Values {
    pub(crate) fn new(column: &'static Column) -> Values {
        let distinct = match column.kind {
            Kind::Text => Distinct::Texts(Texts::default()),
            Kind::Long | Kind::Int | Kind::Date => Distinct::Numbers(Numbers::default()),
        };
        let recent = Box::new([(Key::OF_NONE_SUCH, NONE); Key::SLOTS]);
        Values { column, distinct, runs: Vec::new(), last: Key::OF_NONE_SUCH, recent }
    }

    /// Returns whether the value of `key` holds already, as far as its key tells.
    #[expect(
        clippy::inline_always,
        reason = "most values hold already, and a call costs more than to see it"
    )]
    #[inline(always)]
    pub(crate) fn holds(&self, key: Key) -> bool {
        self.last == key
    }

    /// Puts the value that holds from `row` on, which is none before that of the last one; one of another kind is none.
    ///
    /// Returns how many bytes were kept of it.
    pub(crate) fn put(&mut self, row: u32, value: Value<'_>, key: Key) -> usize {
        let (recent, code) = self.recent[key.slot()];
        self.last = key;
        let (code, kept) = if recent == key { (code, 0) } else { self.code_of(value, key, 0 < row) };
        match self.runs.last_mut() {
            Some(last) if last.code == code => {}
            Some(last) if last.start == row => last.code = code,
            _ => self.runs.push(Run { start: row, code }),
        }
        kept
    }

    /// Returns the code of a value, and how many bytes were kept of it; where something `stands_before` it, what must be there is, if only as nothing.
    fn code_of(&mut self, value: Value<'_>, key: Key, stands_before: bool) -> (u32, usize) {
        let kept = self.distinct.bytes();
        if stands_before {
            self.fill();
        }
        let Column { kind, once, .. } = *self.column;
        let code = match (value, &mut self.distinct) {
            (Value::Text(text), Distinct::Texts(texts)) if once => texts.add(text),
            (Value::Text(text), Distinct::Texts(texts)) => texts.code(key, text),
            (Value::Long(number), Distinct::Numbers(numbers)) if kind == Kind::Long => {
                if once {
                    numbers.add(number)
                } else {
                    numbers.code(number)
                }
            }
            (Value::Int(number), Distinct::Numbers(numbers)) if kind != Kind::Long => {
                numbers.code(number.into())
            }
            _ => self.code_of_nothing(),
        };
        if once || key.is_of_long_text() {
            self.last = Key::OF_NONE_SUCH;
        } else {
            self.recent[key.slot()] = (key, code);
        }
        (code, self.distinct.bytes() - kept)
    }

    fn code_of_nothing(&mut self) -> u32 {
        match &mut self.distinct {
            _ if !self.column.required => NONE,
            Distinct::Texts(texts) => texts.code(Key::of(Value::Text(b"")), b""),
            Distinct::Numbers(numbers) => numbers.code(0),
        }
    }

    /// Makes sure that each row has a value, or is known to have none.
    pub(crate) fn fill(&mut self) {
        if self.runs.is_empty() {
            let code = self.code_of_nothing();
            self.runs.push(Run { start: 0, code });
        }
    }

    fn forget_recent(&mut self) {
        self.last = Key::OF_NONE_SUCH;
        self.recent.fill((Key::OF_NONE_SUCH, NONE));
    }

    /// Returns what holds in each of `rows` rows, from the first to the last.
    pub(crate) fn spans(&self, rows: u32) -> impl Iterator<Item = Span> {
        let ends = self.runs.iter().skip(1).map(|run| run.start).chain([rows]);
        self.runs.iter().zip(ends).map(|(&Run { start, code }, end)| Span {
            start,
            end,
            code: Some(code).filter(|&code| code != NONE),
        })
    }

    /// Returns whether some rows have no value.
    pub(crate) fn has_gaps(&self) -> bool {
        self.runs.iter().any(|run| run.code == NONE)
    }

    /// Returns whether the same of its distinct values stand in the same rows as in another column of the same rows.
    pub(crate) fn goes_with(&self, other: &Values) -> bool {
        self.runs == other.runs
    }

    /// Forgets all of them, and keeps the room.
    pub(crate) fn clear(&mut self) {
        self.runs.clear();
        self.forget_recent();
        match &mut self.distinct {
            Distinct::Texts(texts) => texts.clear(),
            Distinct::Numbers(numbers) => numbers.clear(),
        }
    }

    /// Forgets what was put from `row` on, and all but so many distinct values.
    pub(crate) fn truncate(&mut self, row: u32, distinct: usize) {
        self.runs.truncate(self.runs.partition_point(|run| run.start < row));
        self.forget_recent();
        match &mut self.distinct {
            Distinct::Texts(texts) => texts.truncate(distinct),
            Distinct::Numbers(numbers) => numbers.truncate(distinct),
        }
    }
}

impl Distinct {
    /// Returns how many there are.
    pub(crate) fn count(&self) -> usize {
        match self {
            Distinct::Texts(texts) => texts.count(),
            Distinct::Numbers(numbers) => numbers.list().len(),
        }
    }

    /// Returns how many bytes they take.
    fn bytes(&self) -> usize {
        match self {
            Distinct::Texts(texts) => texts.plain().len(),
            Distinct::Numbers(numbers) => size_of_val(numbers.list()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::{COLUMNS, place};

    fn put(values: &mut Values, row: u32, value: Value<'_>) -> usize {
        let key = Key::of(value);
        if values.holds(key) { 0 } else { values.put(row, value, key) }
    }

    fn codes(values: &Values, rows: u32) -> Vec<Option<u32>> {
        let own = |span: Span| std::iter::repeat_n(span.code, (span.end - span.start) as usize);
        values.spans(rows).flat_map(own).collect()
    }

    #[test]
    fn a_value_holds_until_the_next() {
        let mut values = Values::new(&COLUMNS[place::PROCEDURE]);
        put(&mut values, 1, Value::Text(b"one"));
        put(&mut values, 2, Value::Text(b"two"));
        put(&mut values, 3, Value::Text(b"two"));
        put(&mut values, 5, Value::None);
        put(&mut values, 6, Value::Text(b"one"));
        // Of two values of one row, the second counts; a number is no text.
        put(&mut values, 7, Value::Text(b"three"));
        put(&mut values, 7, Value::Long(1));
        let expected = [None, Some(0), Some(1), Some(1), Some(1), None, Some(0), None];
        assert_eq!(codes(&values, 8), expected);
        values.clear();
        values.fill();
        assert_eq!(codes(&values, 2), [None, None]);
    }

    #[test]
    fn what_is_taken_back_leaves_no_trace() {
        let put_all = |values: &mut Values, rows: std::ops::Range<u32>| {
            for row in rows {
                put(values, row, Value::Text(row.to_string().as_bytes()));
            }
        };
        for column in [place::PROCEDURE, place::CLAIM_ID] {
            let (mut values, mut expected) = (Values::new(&COLUMNS[column]), Values::new(&COLUMNS[column]));
            put_all(&mut expected, 0..5);
            put_all(&mut values, 0..2);
            put(&mut values, 2, Value::Text(b"gone"));
            put_all(&mut values, 5..9);
            values.truncate(2, 2);
            assert_eq!(codes(&values, 4), [0, 1, 1, 1].map(Some));
            put_all(&mut values, 2..5);
            assert!(values.goes_with(&expected));
            let (Distinct::Texts(values), Distinct::Texts(expected)) = (&values.distinct, &expected.distinct)
            else {
                panic!("these are columns of texts")
            };
            assert_eq!(values.plain(), expected.plain());
        }
        let mut days = Values::new(&COLUMNS[place::FIRST_DATE]);
        for row in 0..9 {
            put(&mut days, row, Value::Int(row.cast_signed()));
        }
        days.truncate(3, 3);
        put(&mut days, 3, Value::Int(8));
        assert_eq!(codes(&days, 4), [0, 1, 2, 3].map(Some));
    }

    #[test]
    fn a_required_value_is_there() {
        let mut values = Values::new(&COLUMNS[place::PARTNER]);
        put(&mut values, 2, Value::Text(b"one"));
        put(&mut values, 4, Value::None);
        assert_eq!(codes(&values, 5), [Some(0), Some(0), Some(1), Some(1), Some(0)]);
        values.clear();
        values.fill();
        assert_eq!((codes(&values, 2), values.distinct.count()), (vec![Some(0); 2], 1));
    }

    #[test]
    fn what_hardly_comes_twice_is_not_looked_for() {
        let mut values = Values::new(&COLUMNS[place::CLAIM_ID]);
        for row in 0..3 {
            // The length of a text takes four bytes.
            assert_eq!(put(&mut values, row, Value::Text(b"one")), 7);
        }
        assert_eq!((codes(&values, 4), values.distinct.count()), ([0, 1, 2, 2].map(Some).to_vec(), 3));
    }
}
