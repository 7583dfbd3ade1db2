//! The values of a column in one group of rows: what they are, and which of them each tuple of its family has.

use crate::columns::{Column, Kind, Value};
use crate::distinct::{Numbers, Texts};
use crate::rows::Tuple;

/// The values of a column.
pub(crate) struct Values {
    pub(crate) column: &'static Column,
    pub(crate) distinct: Distinct,
    /// Which of the distinct values each tuple has, or [`NONE`], as [`Tuple::NONE`] has.
    codes: Vec<u32>,
}

/// Stands for no value.
const NONE: u32 = u32::MAX;

/// Values in the order in which they came, each once, unless they are not looked for.
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
        Values { column, distinct, codes: vec![NONE] }
    }

    /// Puts the value of a tuple, which comes behind those that have one; one of another kind is none.
    ///
    /// Returns how many bytes were kept of it.
    #[expect(clippy::inline_always, reason = "see `Rows::put`")]
    #[inline(always)]
    pub(crate) fn put(&mut self, Tuple(tuple): Tuple, value: Value<'_>) -> usize {
        self.fill(tuple);
        let kept = self.distinct.bytes();
        let code = self.code_of(value);
        self.codes.push(code);
        self.distinct.bytes() - kept
    }

    /// Makes sure that each of so many tuples has a value, or is known to have none.
    #[inline]
    pub(crate) fn fill(&mut self, tuples: u32) {
        if self.codes.len() < tuples as usize {
            let nothing = self.code_of(Value::None);
            self.codes.resize(tuples as usize, nothing);
        }
    }

    #[expect(clippy::inline_always, reason = "see `Rows::put`")]
    #[inline(always)]
    fn code_of(&mut self, value: Value<'_>) -> u32 {
        let Column { kind, required, once, .. } = *self.column;
        match (value, &mut self.distinct) {
            (Value::Text(text), Distinct::Texts(texts)) if once => texts.add(text),
            (Value::Text(text), Distinct::Texts(texts)) => texts.code(text),
            (Value::Long(number), Distinct::Numbers(numbers)) if kind == Kind::Long && once => {
                numbers.add(number)
            }
            (Value::Long(number), Distinct::Numbers(numbers)) if kind == Kind::Long => numbers.code(number),
            (Value::Int(number), Distinct::Numbers(numbers)) if kind != Kind::Long => {
                numbers.code(number.into())
            }
            _ if !required => NONE,
            (_, Distinct::Texts(texts)) => texts.code(b""),
            (_, Distinct::Numbers(numbers)) => numbers.code(0),
        }
    }

    /// Returns whether a tuple has a value.
    #[inline]
    pub(crate) fn has(&self, Tuple(tuple): Tuple) -> bool {
        self.codes[tuple as usize] != NONE
    }

    /// Gathers which of the distinct values each of `tuples` has, without those that have none.
    pub(crate) fn gather(&self, tuples: &[Tuple], gathered: &mut Vec<u32>) {
        gathered.resize(tuples.len(), NONE);
        let (codes, own) = (self.codes.as_slice(), gathered.as_mut_slice());
        let mut count = 0;
        for &Tuple(tuple) in tuples {
            // Which rows have none is not to be foretold, so what is none is overwritten instead of passed over.
            let code = codes[tuple as usize];
            own[count] = code;
            count += usize::from(code != NONE);
        }
        gathered.truncate(count);
    }

    /// Returns whether it has the same of its distinct values in the same rows as another column.
    pub(crate) fn goes_with(&self, other: &Values) -> bool {
        self.column.family == other.column.family && self.codes == other.codes
    }

    /// Returns whether it has values in the same rows as another column.
    pub(crate) fn is_where(&self, other: &Values) -> bool {
        let mut codes = self.codes.iter().zip(&other.codes);
        self.column.family == other.column.family
            && codes.all(|(&code, &other)| (code == NONE) == (other == NONE))
    }

    /// Forgets all of them, and keeps the room.
    pub(crate) fn clear(&mut self) {
        self.codes.truncate(1);
        match &mut self.distinct {
            Distinct::Texts(texts) => texts.clear(),
            Distinct::Numbers(numbers) => numbers.clear(),
        }
    }

    /// Forgets all but the values of so many tuples, which have so many distinct values.
    pub(crate) fn truncate(&mut self, tuples: u32, distinct: usize) {
        self.codes.truncate(tuples as usize);
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

    fn put_texts(values: &mut Values, texts: &[(u32, &str)]) -> Vec<usize> {
        let put = |&(tuple, text): &(u32, &str)| values.put(Tuple(tuple), Value::Text(text.as_bytes()));
        texts.iter().map(put).collect()
    }

    /// Returns the codes of so many tuples behind the one that says nothing.
    fn codes(values: &mut Values, tuples: u32) -> Vec<Option<u32>> {
        values.fill(tuples + 1);
        assert!(!values.has(Tuple::NONE));
        let tuples: Vec<Tuple> = (0..=tuples).map(Tuple).collect();
        let mut gathered = Vec::new();
        values.gather(&tuples, &mut gathered);
        let mut gathered = gathered.into_iter();
        let codes = tuples.iter().map(|&tuple| values.has(tuple).then(|| gathered.next().unwrap()));
        codes.skip(1).collect()
    }

    #[test]
    fn a_tuple_has_the_value_that_was_put_for_it_or_none() {
        let mut values = Values::new(&COLUMNS[place::PROCEDURE]);
        // The length of a text takes four bytes.
        assert_eq!(put_texts(&mut values, &[(2, "one"), (3, "two"), (4, "two"), (5, "one")]), [7, 7, 0, 0]);
        // A number is no text.
        assert_eq!((values.put(Tuple(7), Value::None), values.put(Tuple(8), Value::Long(1))), (0, 0));
        let expected = [None, Some(0), Some(1), Some(1), Some(0), None, None, None, None];
        assert_eq!(codes(&mut values, 9), expected);
    }

    #[test]
    fn a_required_value_is_there() {
        let mut values = Values::new(&COLUMNS[place::PARTNER]);
        put_texts(&mut values, &[(2, "one")]);
        values.put(Tuple(3), Value::None);
        assert_eq!(codes(&mut values, 4), [0, 1, 0, 0].map(Some));
        assert_eq!(values.distinct.count(), 2);
    }

    #[test]
    fn what_hardly_comes_twice_is_not_looked_for() {
        let mut values = Values::new(&COLUMNS[place::CLAIM_ID]);
        assert_eq!(put_texts(&mut values, &[(1, "one"), (2, "one")]), [7, 7]);
        assert_eq!((codes(&mut values, 2), values.distinct.count()), ([0, 1].map(Some).to_vec(), 2));
    }

    #[test]
    fn what_is_taken_back_leaves_no_trace() {
        let put_all = |values: &mut Values, tuples: std::ops::Range<u32>| {
            for tuple in tuples {
                let text = tuple.to_string();
                let is_text = values.column.kind == Kind::Text;
                let number = Value::Int(tuple.cast_signed());
                values.put(Tuple(tuple), if is_text { Value::Text(text.as_bytes()) } else { number });
            }
        };
        for column in [place::PROCEDURE, place::CLAIM_ID, place::FIRST_DATE] {
            let mut values = Values::new(&COLUMNS[column]);
            put_all(&mut values, 1..9);
            values.truncate(4, 3);
            assert_eq!(values.distinct.count(), 3);
            put_all(&mut values, 4..6);
            assert_eq!(codes(&mut values, 5), [0, 1, 2, 3, 4].map(Some));
            values.clear();
            put_all(&mut values, 1..3);
            assert_eq!(codes(&mut values, 2), [0, 1].map(Some));
        }
    }

    #[test]
    fn columns_of_a_family_are_held_against_each_other() {
        let of = |column: usize, list: [Option<&'static str>; 3]| {
            let mut values = Values::new(&COLUMNS[column]);
            for (tuple, text) in (1..).zip(list) {
                let value = text.map_or(Value::None, |text| Value::Text(text.as_bytes()));
                values.put(Tuple(tuple), value);
            }
            values
        };
        let disposition = of(place::DISPOSITION, [Some("1"), None, Some("2")]);
        for (other, is_where, goes_with) in [
            (of(place::USAGE, [Some("3"), None, Some("4")]), true, true),
            (of(place::USAGE, [Some("3"), None, Some("3")]), true, false),
            (of(place::USAGE, [Some("3"), Some("4"), None]), false, false),
            (of(place::NDC, [Some("3"), None, Some("4")]), false, false),
        ] {
            assert_eq!((disposition.is_where(&other), disposition.goes_with(&other)), (is_where, goes_with));
        }
    }
}
