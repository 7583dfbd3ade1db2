//! The values of a column in one group of rows: what they are, and from which row on each of them holds.
//!
//! Most of what lines say is what the line before said, so a value that holds on costs a comparison and nothing else.
//! Most of the rest came before in the group, and is found by its first and last bytes.

use crate::columns::{Column, Kind, Value};
use crate::distinct::{Numbers, Texts};

/// The values of a column.
pub(crate) struct Values {
    pub(crate) column: &'static Column,
    pub(crate) distinct: Distinct,
    /// In the order of rows; nothing holds before the first.
    runs: Vec<Run>,
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
        Values { column, distinct, runs: Vec::new() }
    }

    /// Puts the value that holds from `row` on, which is none before that of the last one; one of another kind is none.
    ///
    /// Returns how many bytes were kept of it.
    #[inline]
    pub(crate) fn put(&mut self, row: u32, value: Value<'_>) -> usize {
        let kept = self.distinct.bytes();
        if self.runs.is_empty() && 0 < row {
            // What must be there is, if only as nothing.
            let code = self.code_of_nothing();
            self.runs.push(Run { start: 0, code });
        }
        let code = match (value, &mut self.distinct, self.column.kind) {
            (Value::Text(text), Distinct::Texts(texts), _) if self.column.once => texts.add(text),
            (Value::Text(text), Distinct::Texts(texts), _) => texts.code(text),
            (Value::Long(number), Distinct::Numbers(numbers), Kind::Long) if self.column.once => {
                numbers.add(number)
            }
            (Value::Long(number), Distinct::Numbers(numbers), Kind::Long) => numbers.code(number),
            (Value::Int(number), Distinct::Numbers(numbers), Kind::Int | Kind::Date) => {
                numbers.code(number.into())
            }
            _ => self.code_of_nothing(),
        };
        match self.runs.last_mut() {
            Some(last) if last.code == code => {}
            Some(last) if last.start == row => last.code = code,
            _ => self.runs.push(Run { start: row, code }),
        }
        self.distinct.bytes() - kept
    }

    fn code_of_nothing(&mut self) -> u32 {
        match &mut self.distinct {
            _ if !self.column.required => NONE,
            Distinct::Texts(texts) => texts.code(b""),
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

    /// Returns what holds in each of `rows` rows, from the first to the last.
    pub(crate) fn spans(&self, rows: u32) -> impl Iterator<Item = Span> {
        let ends = self.runs.iter().skip(1).map(|run| run.start).chain([rows]);
        self.runs.iter().zip(ends).map(|(&Run { start, code }, end)| Span {
            start,
            end,
            code: Some(code).filter(|&code| code != NONE),
        })
    }

    /// Returns whether the same of its distinct values stand in the same rows as in another column of the same rows.
    pub(crate) fn goes_with(&self, other: &Values) -> bool {
        self.runs == other.runs
    }

    /// Forgets all of them, and keeps the room.
    pub(crate) fn clear(&mut self) {
        self.runs.clear();
        match &mut self.distinct {
            Distinct::Texts(texts) => texts.clear(),
            Distinct::Numbers(numbers) => numbers.clear(),
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

    fn codes(values: &Values, rows: u32) -> Vec<Option<u32>> {
        let own = |span: Span| std::iter::repeat_n(span.code, (span.end - span.start) as usize);
        values.spans(rows).flat_map(own).collect()
    }

    #[test]
    fn a_value_holds_until_the_next() {
        let mut values = Values::new(&COLUMNS[place::PROCEDURE]);
        values.put(1, Value::Text(b"one"));
        values.put(2, Value::Text(b"two"));
        values.put(3, Value::Text(b"two"));
        values.put(5, Value::None);
        values.put(6, Value::Text(b"one"));
        // Of two values of one row, the second counts; a number is no text.
        values.put(7, Value::Text(b"three"));
        values.put(7, Value::Long(1));
        let expected = [None, Some(0), Some(1), Some(1), Some(1), None, Some(0), None];
        assert_eq!(codes(&values, 8), expected);
        values.clear();
        values.fill();
        assert_eq!(codes(&values, 2), [None, None]);
    }

    #[test]
    fn a_required_value_is_there() {
        let mut values = Values::new(&COLUMNS[place::PARTNER]);
        values.put(2, Value::Text(b"one"));
        values.put(4, Value::None);
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
            assert_eq!(values.put(row, Value::Text(b"one")), 7);
        }
        assert_eq!((codes(&values, 4), values.distinct.count()), ([0, 1, 2, 2].map(Some).to_vec(), 3));
    }
}
