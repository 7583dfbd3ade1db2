//! Labels and what stands beside them, as the readable forms lay them out.

/// A label and what stands beside it.
pub(super) struct Field<'f> {
    /// In the words of the report's layout.
    pub label: &'static str,
    /// Never empty.
    pub value: &'f str,
    /// Whether the value is an element as sent.
    pub as_sent: bool,
}

/// Fields in the order of the layout, with their values one behind the other in one piece of memory.
#[derive(Default)]
pub(super) struct Fields {
    values: String,
    entries: Vec<Entry>,
}

struct Entry {
    label: &'static str,
    /// Where its value ends.
    end: usize,
    as_sent: bool,
}

/// Stands beside a label where nothing was sent.
const NOT_AVAILABLE: &str = "n/a";

impl Fields {
    /// Begins with room for so many fields.
    pub(super) fn with_capacity(fields: usize) -> Fields {
        const VALUE_BYTES_USUAL: usize = 32;
        Fields {
            values: String::with_capacity(fields * VALUE_BYTES_USUAL),
            entries: Vec::with_capacity(fields),
        }
    }

    /// Adds a field whose value is `parts`, one behind the other.
    pub(super) fn add(&mut self, label: &'static str, parts: &[&str]) {
        self.put(label, parts, false);
    }

    /// Adds a field whose value is an element as sent.
    pub(super) fn add_as_sent(&mut self, label: &'static str, element: &str) {
        self.put(label, &[element], true);
    }

    fn put(&mut self, label: &'static str, parts: &[&str], as_sent: bool) {
        let start = self.values.len();
        for part in parts {
            self.values.push_str(part);
        }
        if self.values.len() == start {
            self.values.push_str(NOT_AVAILABLE);
        }
        self.entries.push(Entry { label, end: self.values.len(), as_sent });
    }

    /// Iterates over the fields.
    pub(super) fn iter(&self) -> impl Iterator<Item = Field<'_>> {
        let starts = [0].into_iter().chain(self.entries.iter().map(|entry| entry.end));
        starts.zip(&self.entries).map(|(start, &Entry { label, end, as_sent })| Field {
            label,
            value: &self.values[start..end],
            as_sent,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_apart_and_none_is_empty() {
        let mut fields = Fields::default();
        fields.add("One", &["a", ", ", "é"]);
        fields.add("Two", &["", ""]);
        fields.add_as_sent("Three", "b");
        let shown: Vec<_> = fields.iter().map(|field| (field.label, field.value, field.as_sent)).collect();
        assert_eq!(shown, [("One", "a, é", false), ("Two", "n/a", false), ("Three", "b", true)]);
    }
}
